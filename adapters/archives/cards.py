"""Calendar entries (RFC 5545) and contacts (RFC 6350) of an archive: each is a message of a kind of its own.

Whoever set an appointment about a person wrote about that person. Next: adapters/archives/child.py
"""

import contextlib
import quopri
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from adapters.archives.mails import finished
from adapters.incoming.bodies import MOST_TEXT
from adapters.incoming.headers import clean

_BEGINS: Final = re.compile(rb"(?i)^\s*(?:\xef\xbb\xbf)?BEGIN:(?:VCALENDAR|VCARD|VEVENT|VTODO|VJOURNAL)[ \t]*\r?$", re.MULTILINE)
_ENTRY: Final = re.compile(rb"(?im)^BEGIN:(VEVENT|VTODO|VJOURNAL|VCARD)[ \t]*\r?$")
_KINDS: Final = {"VCARD": "contact", "VEVENT": "calendar", "VTODO": "task", "VJOURNAL": "journal"}
_LINE: Final = re.compile(r'^([A-Za-z0-9.-]{1,60})((?:;(?:[^:"]|"[^"]{0,400}")*)?):(.*)$')
_ESCAPED: Final = re.compile(r"\\([nN,;:\\])")
# Nothing anybody wrote: who made the file, when, pictures in letters.
_SILENT: Final = frozenset(
    {
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "UID",
        "DTSTAMP",
        "REV",
        "SEQUENCE",
        "PHOTO",
        "LOGO",
        "SOUND",
        "KEY",
        "TRIGGER",
        "ACTION",
    }
)
_PEOPLE: Final = {"ORGANIZER": "sender", "ATTENDEE": "recipients"}


def looks_like_cards(head: bytes) -> bool:
    """Whether a file begins like a calendar or a list of contacts."""
    return _BEGINS.match(head) is not None


def entries_in(raw: bytes) -> Iterator[bytes]:
    """The entries of a calendar or a list of contacts, one by one."""
    starts = [match.start() for match in _ENTRY.finditer(raw)]
    for begin, end in zip(starts, [*starts[1:], len(raw)], strict=True):
        yield raw[begin:end]


def read_card(raw: bytes) -> dict[str, Any]:
    """What is kept of one entry.

    Raises:
        ValueError: it is none.
    """
    match = _ENTRY.match(raw)
    if match is None:
        raise ValueError("no entry")
    kind = _KINDS[match[1].decode().upper()]
    people: dict[str, list[str]] = {"sender": [], "recipients": []}
    lines, sent, subject, own = [], "", "", ""
    for name, given, value in _properties(raw):
        if name in _PEOPLE:
            called = re.search(r"CN=\"?([^\";:]{1,200})", given)
            people[_PEOPLE[name]].append(f"{called[1]} <{_bare(value)}>" if called else _bare(value))
        elif name in {"SUMMARY", "FN"}:
            subject = subject or value
        elif name in {"DTSTART", "DUE"} or (name == "CREATED" and not sent):
            sent = _instant(value) or sent
        own = value if name == "UID" else own
        if name not in _SILENT and value.strip(" ;"):
            lines.append(f"{name.capitalize()}: {value}")
    text = clean("\n".join(lines))[:MOST_TEXT]
    record: dict[str, Any] = {
        "kind": kind,
        "sent_at": sent,
        "sender": ", ".join(people["sender"])[:2_000],
        "recipients": ", ".join(people["recipients"])[:20_000],
        "copied": "",
        "subject": clean(subject)[:1_000],
        "text": text,
        "own": f"{kind}/{own}/{sent}" if own else "",
        "answers": [],
        "topic": "",
        "heads": "",
        "files": [],
        "problems": [],
    }
    return finished(record, "\n".join([record["subject"], text, record["sender"], record["recipients"]]), [])


def _properties(raw: bytes) -> Iterator[tuple[str, str, str]]:
    """Name, parameters and value of each line, folded lines joined."""
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    for line in re.sub(r"\n[ \t]", "", text).split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        name, given, value = match[1].rpartition(".")[2].upper(), match[2], match[3]
        if "QUOTED-PRINTABLE" in given.upper():
            value = quopri.decodestring(value.encode("utf-8", "replace")).decode("utf-8", "replace")
        yield name, given, _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _bare(value: str) -> str:
    return re.sub(r"(?i)^mailto:", "", value.strip())


def _instant(value: str) -> str:
    """ISO 8601; a time without a zone stays one, a day becomes its midnight."""
    with contextlib.suppress(ValueError):
        plain = value.strip()
        if plain.endswith("Z"):
            return datetime.strptime(plain, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).isoformat()
        shape = "%Y%m%dT%H%M%S" if "T" in plain else "%Y%m%d"
        return datetime.strptime(plain, shape).isoformat()  # noqa: DTZ007 (local to whoever wrote it)
    return ""
