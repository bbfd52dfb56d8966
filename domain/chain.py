r"""The hash chain over a case's events: what was anchored has not been changed, reordered or cut since (`security.md` 2.8).

`h_n = SHA-256("habeas/1/event\0" | h_(n-1) | JCS(header_n))`. It holds no personal data, so it can be verified after the
case's key is gone, and it proves nothing about what was never recorded.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from domain.events import Event

_EVENT = b"habeas/1/event\0"
_GENESIS = b"habeas/1/genesis\0"


def genesis(install: bytes, stream: str) -> str:
    """The hash before the first event of a stream: binds the chain to this installation and this case, breach or notice."""
    return hashlib.sha256(_GENESIS + install + stream.encode()).hexdigest()


def canonical(value: object) -> bytes:
    """RFC 8785 restricted to what events hold: ASCII keys, strings, integers, booleans, null, lists of these."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def detail_hash(event: Event, sealed_note: bytes | None) -> str:
    """SHA-256 of the event's facts and, where it carries one, of the sealed bytes of its note."""
    return detail_of(event.facts, hashlib.sha256(sealed_note).hexdigest() if sealed_note is not None else None)


def detail_of(facts: Mapping[str, object], note_sha256: str | None) -> str:
    """The same from a stored row, whose note may be destroyed: then the hash of its sealed bytes is what is left of it."""
    return hashlib.sha256(canonical({"facts": facts, "note": note_sha256})).hexdigest()


def link(previous: str, stream: str, event: Event, detail: str) -> str:
    """The hash of one event on top of the one before it."""
    return link_entry(
        previous,
        Entry(
            stream=stream,
            sequence=event.sequence,
            time=rfc3339(event.at),
            actor=event.actor,
            tag=event.tag.value,
            detail=detail,
        ),
    )


@dataclass(frozen=True)
class Entry:
    """The header of one link, in the one format of every stream: cases, breaches, notices and the access log."""

    stream: str
    sequence: int
    time: str  # RFC 3339, as `rfc3339` writes it
    actor: str
    tag: str
    detail: str  # SHA-256


def link_entry(previous: str, entry: Entry) -> str:
    """The hash of one entry on top of the one before it."""
    return hashlib.sha256(_EVENT + bytes.fromhex(previous) + canonical(asdict(entry))).hexdigest()


def rfc3339(instant: datetime) -> str:
    """UTC with microseconds and a Z, the one form in which times are hashed."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
