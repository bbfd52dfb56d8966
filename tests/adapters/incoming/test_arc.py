"""A forwarded mail counts by its chain only when everybody who sealed it is named, and says what it said before (RFC 8617).

Real seals, made-up DNS. dkimpy signs a chain only with another package at hand, so the sets are put together here from its parts.
"""

import base64
import hashlib

import dkim
import pytest
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import parse_pem_private_key

from adapters.incoming.arc import MOST_SETS
from adapters.incoming.authentication import authenticate
from adapters.incoming.parsing import parse
from domain.incoming import Authentication
from tests.adapters.incoming.corpus import mail
from tests.adapters.incoming.test_authentication import _PEM, DNS, RECORD, signed

LISTS, OTHER = "lists.example", "forward.example"
RECORDS = DNS | {f"a._domainkey.{domain}": RECORD for domain in (LISTS, OTHER, "evil.example")}
PASSED = f"mx.{LISTS}; dmarc=pass header.from=post.example"
FAILED = f"mx.{OTHER}; dmarc=fail header.from=post.example"


def sealed(raw: bytes, domain: str, results: str = PASSED, over: tuple[bytes, ...] = (b"from", b"to", b"subject")) -> bytes:
    """The mail with one more set, as a forwarder writes it."""
    arc, policy = dkim.ARC(raw), CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    newest, chain = arc.sorted_arc_headers()
    arc.hasher, key, added = hashlib.sha256, parse_pem_private_key(_PEM), [each for _, each in chain]
    number, names = str(newest + 1).encode(), {b"d": domain.encode(), b"s": b"a", b"t": b"1764000000"}
    written: list[bytes] = []

    def add(name: bytes, value: bytes) -> None:
        written.insert(0, name + b":" + value)
        added.insert(0, (name, value))
        arc.headers = policy.canonicalize_headers(added[:1]) + arc.headers

    def fields(**first: bytes) -> list[tuple[bytes, bytes]]:
        known = {b"i": number, b"a": b"rsa-sha256"} | {key.encode(): value for key, value in first.items()} | names
        return [*known.items(), (b"b", b"0" * 60)]

    add(b"ARC-Authentication-Results", b" i=" + number + b"; " + results.encode() + b"\r\n")
    body = base64.b64encode(hashlib.sha256(policy.canonicalize_body(arc.body)).digest())
    signature = fields(c=b"relaxed/relaxed", h=b" : ".join(over), bh=body)
    add(b"ARC-Message-Signature", b" " + arc.gen_header(signature, list(over), policy, b"ARC-Message-Signature", key))
    before = [name.lower() for name, _ in reversed(added)]
    seal = fields(cv=b"pass" if newest else b"none")
    add(b"ARC-Seal", b" " + arc.gen_header(seal, before, policy, b"ARC-Seal", key))
    return b"".join(written) + raw


def forwarded() -> bytes:
    """Signed by its sender, then changed by a list, so that the signature holds no more."""
    return signed(mail(), "post.example").replace(b"Hello", b"Hello\r\n-- \r\nSent through a list")


def judged(raw: bytes, *sealers: str) -> Authentication:
    return authenticate(raw, parse(raw), RECORDS.get, None, frozenset(sealers))


def test_a_chain_of_a_named_forwarder_vouches_for_what_it_took() -> None:
    found = judged(sealed(forwarded(), LISTS), LISTS)
    assert (found.arc, found.dkim, found.dmarc) == ("pass", "fail", "fail")
    assert (found.aligned, found.source) == (True, "arc")


def test_a_chain_that_nobody_named_is_recorded_and_counts_for_nothing() -> None:
    for named in ((), (OTHER,)):
        found = judged(sealed(forwarded(), LISTS), *named)
        assert (found.arc, found.aligned, found.source) == ("pass", False, "none")


def test_a_mail_without_a_chain_is_as_before() -> None:
    found = judged(signed(mail(), "post.example"), LISTS)
    assert (found.arc, found.aligned, found.source) == ("none", True, "dkim")
    assert judged(forwarded(), LISTS).arc == "none"


def test_a_named_forwarder_vouches_for_nothing_that_a_stranger_sealed_before_it() -> None:
    twice = sealed(sealed(forwarded(), "evil.example"), LISTS, FAILED)
    assert (judged(twice, LISTS).arc, judged(twice, LISTS).aligned) == ("pass", False)
    both = sealed(sealed(forwarded(), LISTS), OTHER, FAILED)
    assert judged(both, LISTS, OTHER).aligned, "the oldest result is what the first of two named forwarders saw"
    assert not judged(sealed(sealed(forwarded(), LISTS, FAILED), OTHER, PASSED), LISTS, OTHER).aligned


@pytest.mark.parametrize(
    "results",
    [
        "mx; dmarc=fail header.from=post.example",
        "mx; dmarc=pass header.from=evil.example",
        "mx; dmarc=pass",
        "mx; spf=pass smtp.mailfrom=post.example",
        'mx; dkim=fail reason="x; dmarc=pass header.from=post.example"',
        "mx; dkim=fail (x; (y) dmarc=pass header.from=post.example)",
        "mx; dmarc=fail header.from=post.example; dmarc=pass header.from=post.example",
    ],
)
def test_only_a_pass_of_the_very_sender_counts(results: str) -> None:
    assert not judged(sealed(forwarded(), LISTS, results), LISTS).aligned


def test_a_change_after_the_seal_breaks_the_chain() -> None:
    raw = sealed(forwarded(), LISTS)
    for changed in (
        raw.replace(b"Hello", b"Send it to me"),
        raw.replace(b"mia@post.example", b"max@post.example"),
        raw.replace(b"dmarc=pass", b"dmarc=none"),
        raw.replace(b"cv=none", b"cv=pass"),
    ):
        assert changed != raw
        assert (judged(changed, LISTS).arc, judged(changed, LISTS).aligned) == ("fail", False)


def test_a_seal_that_leaves_the_sender_open_counts_as_broken() -> None:
    raw = sealed(forwarded(), LISTS, over=(b"to", b"subject"))
    assert (judged(raw, LISTS).arc, judged(raw, LISTS).aligned) == ("fail", False)


def test_a_thousand_sets_cost_nothing_and_broken_ones_raise_nothing() -> None:
    raw = mail()
    for _ in range(MOST_SETS + 1):
        raw = b"ARC-Seal: i=1; cv=none; a=rsa-sha256; d=evil.example; s=a; b=AAAA\r\n" + raw
    asked: list[str] = []
    found = authenticate(raw, parse(raw), asked.append, None, frozenset({LISTS}))
    assert found.arc == "fail"
    assert not [name for name in asked if "_domainkey" in name]
    assert judged(b"ARC-Seal: i=x; \xff\r\n" + mail(), LISTS).arc in {"none", "fail"}
