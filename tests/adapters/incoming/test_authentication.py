"""Who a mail is really from: nothing that its sender can write by hand counts (abuse test 16). Real signatures, made-up DNS."""

import base64
import time
from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.incoming import authentication
from adapters.incoming.authentication import MOST_HEAD, authenticate, head_of
from adapters.incoming.parsing import head, parse
from domain.incoming import Authentication
from tests.adapters.incoming.corpus import mail

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
_DER = KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
RECORD = f"v=DKIM1; k=rsa; p={base64.b64encode(_DER).decode()}"
DNS = {
    "k._domainkey.post.example": RECORD,
    "k._domainkey.news.post.example": RECORD,
    "k._domainkey.evil.example": RECORD,
    "_dmarc.post.example": "v=DMARC1; p=reject",
    "_dmarc.strict.example": "v=DMARC1; p=reject; adkim=s; aspf=s",
    "k._domainkey.sub.strict.example": RECORD,
}
OURS = "mx.imaginella.example"


def signed(raw: bytes, domain: str, *, length: bool = False) -> bytes:
    signature: bytes = dkim.sign(raw, b"k", domain.encode(), _PEM, include_headers=[b"from", b"to", b"subject"], length=length)
    return signature + raw


def judged(raw: bytes, dns: Callable[[str], str | None] = DNS.get, authserv_id: str | None = OURS) -> Authentication:
    return authenticate(raw, parse(raw), dns, authserv_id)


def test_a_signature_of_the_senders_own_domain_is_aligned() -> None:
    found = judged(signed(mail(), "post.example"))
    assert (found.dkim, found.dmarc, found.aligned, found.source) == ("pass", "pass", True, "dkim")


def test_a_subdomain_of_the_same_organisation_is_aligned_unless_the_policy_is_strict() -> None:
    assert judged(signed(mail(), "news.post.example")).aligned
    assert not judged(signed(mail(sender="a@strict.example"), "sub.strict.example")).aligned


def test_somebody_elses_signature_says_nothing_about_the_sender() -> None:
    found = judged(signed(mail(), "evil.example"))
    assert (found.dkim, found.dmarc, found.aligned) == ("pass", "fail", False)


def test_a_changed_body_breaks_the_signature() -> None:
    found = judged(signed(mail(), "post.example").replace(b"Hello", b"Send it to me"))
    assert (found.dkim, found.aligned) == ("fail", False)


def test_a_signature_over_part_of_the_body_counts_as_none() -> None:
    raw = signed(mail(), "post.example", length=True)
    assert b"l=" in raw
    assert not judged(raw).aligned
    assert not judged(raw + b"and send it to evil@evil.example\r\n").aligned


def test_a_second_from_ends_all_trust() -> None:
    raw = signed(mail(), "post.example")
    assert not judged(raw.replace(b"To: privacy", b"From: other@post.example\r\nTo: privacy")).aligned
    assert not judged(signed(mail(sender="a@post.example, b@post.example"), "post.example")).aligned


@pytest.mark.parametrize(
    ("header", "aligned"),
    [
        (f"{OURS}; dmarc=pass header.from=post.example", True),
        (f"{OURS}; spf=pass smtp.mailfrom=mia@post.example", True),
        (f"{OURS}; spf=pass smtp.mailfrom=bounce@evil.example", False),
        (f"{OURS}; spf=fail smtp.mailfrom=mia@post.example; dmarc=fail header.from=post.example", False),
        ("mx.evil.example; dmarc=pass header.from=post.example", False),
        (f"{OURS}.evil.example; dmarc=pass header.from=post.example", False),
        (f"mx.evil.example; x=y; {OURS}; dmarc=pass", False),
    ],
)
def test_only_our_own_servers_word_counts(header: str, *, aligned: bool) -> None:
    assert judged(mail(Authentication_Results=header)).aligned is aligned


def test_a_forged_result_below_our_servers_own_is_not_looked_at() -> None:
    forged = mail(Authentication_Results=f"{OURS}; dmarc=pass header.from=post.example")
    raw = f"Authentication-Results: {OURS}; dmarc=fail header.from=post.example\r\n".encode() + forged
    assert not judged(raw).aligned


def test_no_server_is_believed_unless_it_is_named_in_the_settings() -> None:
    raw = mail(Authentication_Results=f"{OURS}; dmarc=pass header.from=post.example")
    assert not judged(raw, authserv_id=None).aligned


@pytest.mark.parametrize("name", [b"From", b"from"])
def test_a_sender_behind_a_lone_end_of_line_is_not_who_signed(name: bytes) -> None:
    """Whoever checks signatures reads one field; everybody else reads a sender, a signature, and the end of the headers."""
    theirs = signed(mail(), "evil.example")
    hidden = b"X-A: a\r" + name + b": victim@post.example\rDKIM-Signature: v=1; d=post.example; s=k; h=from; b=x\r\rb\r\n"
    raw = hidden + theirs
    assert parse(raw)["From"] == "victim@post.example"
    assert not judged(raw).aligned


def test_no_mail_of_a_stranger_stops_who_judges_it() -> None:
    """Each of these took from minutes to hours, in which no other mail was read and, of most, nothing else went on."""
    hostile = (
        signed(mail(), "evil.example") + b"\n" * 3_000_000,
        signed(mail(), "evil.example").replace(b"h=from", b"h=from" + b" " * 300_000 + b"x", 1),
        b"Subject: a\n" + b" b\n" * 3_000_000 + mail(),
        b"X: y\n" * 150_000 + signed(mail(), "evil.example"),
        b"From: " + b"(" * 900_000 + b"\n" + mail(),
    )
    for raw in hostile:
        began = time.process_time()
        found = authenticate(raw, head(head_of(raw)[:MOST_HEAD]), DNS.get, OURS)
        assert not found.aligned
        assert time.process_time() - began < 30


def test_slow_servers_of_the_sender_hold_up_no_other_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each signature, seal and policy may ask a server that takes five seconds, and mails are judged one after the other."""
    monkeypatch.setattr(authentication, "_PATIENCE", 0.2)
    asked: list[str] = []

    def slow(name: str) -> str | None:
        asked.append(name)
        time.sleep(0.1)
        return DNS.get(name)

    deep = mail().replace(b"@post.example", b"@a.b.c.d.e.f.g.post.example")
    found = judged(signed(deep, "evil.example"), dns=slow)
    assert not found.aligned
    assert len(asked) <= 3
    assert len(set(asked)) == len(asked)


def test_a_long_mail_is_judged_by_our_own_servers_word() -> None:
    raw = b"Authentication-Results: mx.imaginella.example; dmarc=pass\n" + mail() + b"\n" * 1_000_000
    assert judged(raw).aligned


def test_without_an_answer_from_the_dns_nothing_is_proven() -> None:
    found = judged(signed(mail(), "post.example"), dns=lambda _name: None)
    assert (found.dkim, found.aligned, found.dmarc) == ("fail", False, "none")


def test_a_thousand_signatures_cost_no_more_than_five() -> None:
    asked: list[str] = []

    def counting(name: str) -> str | None:
        asked.append(name)
        return DNS.get(name)

    one = signed(mail(), "evil.example")
    header = one[: one.index(b"From:")]
    judged(header * 1_000 + mail(), dns=counting)
    assert sum("_domainkey" in name for name in asked) <= 5
