"""What is known about a mail's sender: SPF, DKIM and DMARC (RFC 7208, 6376, 7489, 8601; `security.md` section 1, mail rows).

DKIM is checked here over the bytes as they came. SPF can only be judged by the server that took the mail, so it is believed
from the topmost Authentication-Results, and only when that one names our own server; every other such header is the
sender's claim. The organisational domain is found by walking up the DNS tree (no list of public suffixes to keep up).
Next: `adapters/incoming/tokens.py`
"""

import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

import idna

from adapters.incoming.arc import Chain, chain_of
from adapters.incoming.headers import addresses, raw_values
from domain.incoming import Authentication, AuthResult

Dns = Callable[[str], str | None]  # the TXT record of a name, or None

MOST_SIGNATURES: Final = 5  # a hostile mail may carry thousands; each costs a query and a public-key operation
MOST_HEAD: Final = 1_000_000  # bytes of all headers
_MOST_FIELDS: Final = 1_000  # a mail that came by twenty servers has a hundred
_LONGEST_FIELD: Final = 10_000  # letters of a field that is judged; a signature has one thousand
_JUDGED: Final = frozenset(
    {"from", "dkim-signature", "arc-seal", "arc-message-signature", "arc-authentication-results", "authentication-results"}
)
MOST_LINES: Final = 700_000  # of a mail whose signatures are checked; 50 MB of attachments have as many
_MOST_LABELS: Final = 8
_LIFETIME: Final = 5.0  # seconds for one DNS answer
_PATIENCE: Final = 20.0  # seconds for all answers about one mail, whose sender may run the servers that are asked
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_RESULT_DOMAIN = re.compile(
    r"\b(?:smtp\.mailfrom|smtp\.helo|header\.d|header\.i|header\.from)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE
)
_TAG = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)")


@dataclass(frozen=True)
class _Policy:
    """The DMARC record that governs a domain, and the domain it was found at."""

    domain: str
    strict_dkim: bool
    strict_spf: bool


def authenticate(
    raw: bytes, message: EmailMessage, dns_text: Dns, authserv_id: str | None, sealers: frozenset[str] = frozenset()
) -> Authentication:
    """Find out what can be known about the sender.

    Args:
        raw: the message as it came, which the signatures are over.
        message: its headers, parsed.
        dns_text: looks a TXT record up; raises nothing.
        authserv_id: what our own mail server calls itself in Authentication-Results; None believes no header.
        sealers: forwarders whose chains are believed, by domain.
    """
    dns_text = _patient(dns_text)
    senders = addresses(message, "From") if _read_alike(raw, message) else []
    if len(senders) != 1 or len(raw_values(message, "From")) != 1:
        return Authentication(dmarc="fail")
    domain = _ascii(senders[0][1].rpartition("@")[2])
    policy = policy_of(domain, dns_text)
    told = _told_by_server(message, authserv_id)
    signatures = _verified(raw, message, dns_text)
    signed_by = [name for name, held in signatures if held]
    by_dkim = any(_aligned(name, domain, policy, dns_text, strict=bool(policy and policy.strict_dkim)) for name in signed_by)
    by_server = _server_aligned(told, domain, policy, dns_text)
    chain = chain_of(raw, message, lambda name, **_: _bytes(dns_text, name)) if _short(raw) else Chain("fail")
    by_chain = chain.vouches(domain, sealers)
    own_dkim: AuthResult = "none" if not signatures else "pass" if signed_by else "fail"
    return Authentication(
        spf=_result(told, "spf"),
        dkim="pass" if own_dkim != "pass" and _result(told, "dkim") == "pass" and by_server else own_dkim,
        dmarc="none" if policy is None else "pass" if by_dkim or by_server else "fail",
        arc=chain.result,
        aligned=by_dkim or by_server or by_chain,
        source="dkim" if by_dkim else "server" if by_server else "arc" if by_chain else "none",
    )


def head_of(raw: bytes) -> bytes:
    """The headers, with the empty line that ends them; the whole of a mail that is nothing but headers."""
    found = _HEAD_END.search(raw)
    return raw[: found.end()] if found else raw


def _read_alike(raw: bytes, message: EmailMessage) -> bool:
    """Whether whoever checks signatures sees the headers that everybody else here sees, and no more than can be checked.

    A lone CR ends a line for one and not for the other: behind it, a sender could be shown whom nobody signed for.
    """
    import dkim  # noqa: PLC0415 (see look_up)

    head, fields = head_of(raw), list(message.raw_items())
    longest = max((len(str(value)) for name, value in fields if name.lower() in _JUDGED), default=0)
    if len(head) > MOST_HEAD or len(fields) > _MOST_FIELDS or longest > _LONGEST_FIELD:
        return False
    with contextlib.suppress(Exception):  # as below
        theirs = [name.decode("ascii", "replace").lower() for name, _ in dkim.rfc822_parse(head)[0]]
        return theirs == [name.lower() for name, _ in fields]
    return False


def _short(raw: bytes) -> bool:
    """Whether its signatures can be checked without stopping everything else: the checker takes a mail apart line by line."""
    return raw.count(b"\n") <= MOST_LINES


def _patient(dns_text: Dns) -> Dns:
    """Asks each name once, and nobody any more when all of it has taken too long: then there is no record."""
    spent, known = 0.0, dict[str, str | None]()

    def ask(name: str) -> str | None:
        nonlocal spent
        if name not in known and spent < _PATIENCE:
            began = time.monotonic()
            known[name] = dns_text(name)
            spent += time.monotonic() - began
        return known.get(name)

    return ask


def look_up(name: str) -> str | None:
    """The TXT record of a name by the machine's resolver; None when there is none or nobody answers."""
    import dns.exception  # noqa: PLC0415 (loaded by the first mail, not by every process)
    import dns.resolver  # noqa: PLC0415

    with contextlib.suppress(dns.exception.DNSException, UnicodeError, ValueError):
        answer = dns.resolver.resolve(name, "TXT", lifetime=_LIFETIME)
        texts = [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
        return next((text for text in texts if text.lower().startswith(("v=dmarc1", "v=dkim1"))), texts[0] if texts else None)
    return None


def policy_of(domain: str, dns_text: Dns) -> _Policy | None:
    """The DMARC policy of a domain: its own record, else that of the nearest domain above it."""
    labels = domain.split(".")[-_MOST_LABELS:]
    for place in range(len(labels) - 1):  # never a top-level domain's
        candidate = ".".join(labels[place:])
        record = dns_text(f"_dmarc.{candidate}") or ""
        if record.lower().replace(" ", "").startswith("v=dmarc1"):
            tags = {name: value.strip().lower() for name, value in _TAG.findall(record)}
            if tags.get("psd") != "y":
                return _Policy(candidate, strict_dkim=tags.get("adkim") == "s", strict_spf=tags.get("aspf") == "s")
    return None


def _aligned(name: str, sender: str, policy: _Policy | None, dns_text: Dns, *, strict: bool) -> bool:
    name = _ascii(name)
    if name == sender:
        return True
    if strict or policy is None:
        return False
    # Relaxed: both belong to the same organisation, which is where their policy was found.
    governing = policy_of(name, dns_text)
    return governing is not None and _organisation(governing, dns_text) == _organisation(policy, dns_text)


def _organisation(policy: _Policy, dns_text: Dns) -> str:
    # A subdomain may have a record of its own; the highest one names the organisation (DNS tree walk).
    above = policy.domain.partition(".")[2]
    higher = policy_of(above, dns_text) if "." in above else None
    return _organisation(higher, dns_text) if higher else policy.domain


def _verified(raw: bytes, message: EmailMessage, dns_text: Dns) -> list[tuple[str, bool]]:
    """Domain of each signature, and whether it holds. One with a body length (`l=`) never does: anybody could append to it."""
    import dkim  # noqa: PLC0415 (see look_up)

    claimed = [
        dict(_TAG.findall(value)).get("d", "").strip() for value in raw_values(message, "DKIM-Signature")[:MOST_SIGNATURES]
    ]
    found = [(domain, False) for domain in claimed]
    if not claimed or not _short(raw):
        return found
    with contextlib.suppress(Exception):  # dkimpy raises of its own, and IndexError and others on hostile input
        checker = dkim.DKIM(raw, timeout=_LIFETIME)
        for place in range(len(claimed)):
            with contextlib.suppress(Exception):
                held = checker.verify(idx=place, dnsfunc=lambda name, **_: _bytes(dns_text, name))
                if held and b"l" not in checker.signature_fields:
                    found[place] = (checker.domain.decode("ascii"), True)
    return found


def _bytes(dns_text: Dns, name: bytes | str) -> bytes | None:
    asked = name.decode("ascii", "replace") if isinstance(name, bytes) else name
    text = dns_text(asked.rstrip("."))
    return text.encode() if text else None


def _told_by_server(message: EmailMessage, authserv_id: str | None) -> list[tuple[str, str, str | None]]:
    """Method, result and domain of each statement of our own server; empty when the topmost header is not its."""
    topmost = next(iter(raw_values(message, "Authentication-Results")), "")
    claimed = topmost.partition(";")[0].strip().split(" ")[0].lower()
    if not authserv_id or claimed != authserv_id.lower():
        return []
    told = []
    for statement in re.sub(r"\([^()]*\)", "", topmost).split(";")[1:]:
        if result := _RESULT.search(statement):
            domain = _RESULT_DOMAIN.search(statement)
            told.append(
                (result.group(1).lower(), result.group(2).lower(), domain.group(1).rpartition("@")[2] if domain else None)
            )
    return told


def _result(told: list[tuple[str, str, str | None]], method: str) -> AuthResult:
    results = [result for name, result, _ in told if name == method]
    if not results:
        return "unknown"
    return "pass" if "pass" in results else "none" if set(results) <= {"none", "neutral"} else "fail"


def _server_aligned(told: list[tuple[str, str, str | None]], domain: str, policy: _Policy | None, dns_text: Dns) -> bool:
    if any(method == "dmarc" and result == "pass" for method, result, _ in told):
        return True
    return any(
        result == "pass" and named is not None and _aligned(named, domain, policy, dns_text, strict=_strict(method, policy))
        for method, result, named in told
        if method in {"spf", "dkim"}
    )


def _strict(method: str, policy: _Policy | None) -> bool:
    return policy is not None and (policy.strict_spf if method == "spf" else policy.strict_dkim)


def _ascii(domain: str) -> str:
    with contextlib.suppress(idna.IDNAError):
        return idna.encode(domain.strip().rstrip("."), uts46=True).decode("ascii").lower()
    return domain.strip().rstrip(".").lower()
