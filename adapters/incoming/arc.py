"""What forwarders say about a mail that they changed: the Authenticated Received Chain (RFC 8617).

A mailing list or a forwarding account breaks the sender's signature and passes on what it found before. Anybody can seal a chain
that says anything, and a forwarder seals what came to it sealed; so a chain counts only when the controller named everybody who
sealed it (`HABEAS_ARC_SEALERS`). Next: `adapters/incoming/authentication.py`
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from adapters.incoming.headers import raw_values
from domain.incoming import AuthResult

MOST_SETS: Final = 10  # a hostile mail may carry thousands; each costs two queries and two public-key operations
_HEADERS: Final = ("ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results")
_LIFETIME: Final = 5.0  # seconds for one DNS answer
_TAG = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)")
_COMMENT = re.compile(r"\([^()]*\)")
_DMARC = re.compile(r"\s*dmarc\s*=\s*([a-z]+)\b(?:.*\sheader\.from\s*=\s*([^\s;]+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Chain:
    """What was found.

    Args:
        result: whether every seal and the newest signature hold; `none` without a chain.
        sealers: domains of the seals, newest first; empty unless it holds.
        passed: the domain of the From address for which its oldest set says that DMARC passed.
    """

    result: AuthResult = "none"
    sealers: tuple[str, ...] = ()
    passed: str | None = None

    def vouches(self, domain: str, trusted: frozenset[str]) -> bool:
        """Whether it proves that a mail of this domain was genuine when the first forwarder took it."""
        return self.result == "pass" and self.passed == domain and bool(self.sealers) and trusted.issuperset(self.sealers)


def chain_of(raw: bytes, message: EmailMessage, dnsfunc: Callable[..., bytes | None]) -> Chain:
    """Check the chain of a mail.

    Args:
        raw: the message as it came, which the seals are over.
        message: the same, parsed.
        dnsfunc: looks the TXT record of a name up, as dkimpy asks for it.
    """
    import dkim  # noqa: PLC0415 (loaded by the first mail, not by every process)

    numbers = [len(raw_values(message, name)) for name in _HEADERS]
    if not any(numbers):
        return Chain()
    if max(numbers) <= MOST_SETS and all(_whole(value) for value in raw_values(message, _HEADERS[1])):
        with contextlib.suppress(Exception):  # dkimpy raises of its own, and IndexError and others on hostile input
            verdict, sets, _ = dkim.ARC(raw, timeout=_LIFETIME).verify(dnsfunc=dnsfunc)
            if verdict == dkim.CV_Pass:
                sealers = tuple(each["as-domain"].decode("ascii").lower() for each in sets)
                return Chain("pass", sealers, _passed(sets[-1]["aar-value"].decode("ascii", "replace")))
    return Chain("fail")


def _whole(signature: str) -> bool:
    """Whether a signature is over the sender and the whole body: else anybody could put another sender or more text to it."""
    tags = dict(_TAG.findall(signature))
    return "l" not in tags and "from" in {name.strip().lower() for name in tags.get("h", "").split(":")}


def _passed(results: str) -> str | None:
    # Comments and quoted words may hold what a stranger wrote, a semicolon among them.
    results = re.sub(r'"[^"]*"', "", results)
    while (plain := _COMMENT.sub("", results)) != results:
        results = plain
    said = [found for statement in results.split(";") if (found := _DMARC.match(statement))]
    if len(said) != 1 or said[0][1].lower() != "pass" or not said[0][2] or set(results) & set('()"'):
        return None
    return said[0][2].rstrip(".").lower()
