"""Outlook's single messages (`.msg`), turned into plain mails, so that one reader reads everything (runs in a child process).

A message is a small file system ([MS-CFB]) of properties ([MS-OXMSG]). Read are subject, people, dates, text, files and the mails
inside; what else a message can hold (voting buttons, reminders) is no part of what somebody said.
Next: adapters/archives/mails.py
"""

import codecs
import contextlib
import io
import re
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.generator import BytesGenerator  # by name, so that it is loaded while files can be opened
from email.message import EmailMessage
from email.parser import HeaderParser
from email.utils import format_datetime, formataddr
from typing import Final, NamedTuple

from adapters.documents import rich_text

SIGN: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAM: Final = 2  # kind of an entry that holds bytes
_ENTRY: Final = 128  # bytes of an entry of a directory
_LAST: Final = 0xFFFFFFFA  # sectors from here on are marks
_DEEPEST: Final = 8  # mails in mails
_CLASS: Final = "__substg1.0_001A"
_UNICODE, _OCTETS, _BYTES, _OBJECT = "001F", "001E", "0102", "000D"
_KEPT: Final = ("Message-ID", "In-Reply-To", "References", "Date", "From", "To", "Cc", "Bcc")
_SENT, _DELIVERED, _RECIPIENT, _CODEPAGE = 0x0039, 0x0E06, 0x0C15, 0x3FFD
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")


class _Node(NamedTuple):
    """An entry of the directory. `child`: the first of those in it."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class Compound:
    """A file of Microsoft's compound format.

    Raises:
        ValueError, struct.error: it is damaged.
    """

    def __init__(self, content: bytes) -> None:
        if not content.startswith(SIGN):
            raise ValueError("no compound file")
        self._content = content
        shift, small = struct.unpack_from("<HH", content, 0x1E)
        _, first, _, self._cutoff, first_small, _, more = struct.unpack_from("<7I", content, 0x2C)
        self._sector, self._small = 1 << shift, 1 << small
        sectors = [each for each in struct.unpack_from("<109I", content, 0x4C) if each < _LAST]
        while more < _LAST and len(sectors) < len(content) // self._sector:
            *listed, more = self._numbers(more)
            sectors += [each for each in listed if each < _LAST]
        self._table = [each for sector in sectors for each in self._numbers(sector)]
        directory = self._chain(first, self._table, self._at)
        self._nodes = [_node(directory, at) for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
        small_table = self._chain(first_small, self._table, self._at)
        self._small_table = list(struct.unpack(f"<{len(small_table) // 4}I", small_table[: len(small_table) // 4 * 4]))
        self._packed = self._chain(self._nodes[0].start, self._table, self._at)[: self._nodes[0].size]

    def inside(self, parent: int = 0) -> dict[str, int]:
        """What lies in a storage, by name; the root without an argument."""
        found: dict[str, int] = {}
        waiting, met = [self._nodes[parent].child], set[int]()
        while waiting:
            at = waiting.pop()
            if at >= len(self._nodes) or at in met:
                continue
            met.add(at)
            node = self._nodes[at]
            found[node.name] = at
            waiting += [node.left, node.right]
        return found

    def streams(self) -> Iterator[bytes]:
        """The bytes of every stream, wherever it lies, and all names."""
        yield "\n".join(node.name for node in self._nodes).encode("utf-8", "replace")
        for at, node in enumerate(self._nodes):
            if node.kind == _STREAM:
                yield self.read(at)

    def read(self, at: int) -> bytes:
        """The bytes of a stream."""
        node = self._nodes[at]
        if node.size < self._cutoff:
            return self._chain(node.start, self._small_table, self._small_at)[: node.size]
        return self._chain(node.start, self._table, self._at)[: node.size]

    def _numbers(self, sector: int) -> list[int]:
        return list(struct.unpack_from(f"<{self._sector // 4}I", self._content, (sector + 1) * self._sector))

    def _at(self, sector: int) -> bytes:
        return self._content[(sector + 1) * self._sector : (sector + 2) * self._sector]

    def _small_at(self, sector: int) -> bytes:
        return self._packed[sector * self._small : (sector + 1) * self._small]

    def _chain(self, sector: int, table: list[int], at: Callable[[int], bytes]) -> bytes:
        pieces: list[bytes] = []
        while sector < _LAST:
            if sector >= len(table) or len(pieces) > len(table):
                raise ValueError("a chain that has no end")
            pieces.append(at(sector))
            sector = table[sector]
        return b"".join(pieces)


def _node(directory: bytes, at: int) -> _Node:
    length, kind = struct.unpack_from("<HB", directory, at + 64)
    left, right, child = struct.unpack_from("<III", directory, at + 68)
    start, size = struct.unpack_from("<IQ", directory, at + 116)
    return _Node(
        directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), kind, left, right, child, start, size
    )


def is_message(content: bytes) -> bool:
    """Whether a compound file is a message of Outlook."""
    with contextlib.suppress(ValueError, LookupError, struct.error):
        return any(name.startswith(_CLASS) or name == "__properties_version1.0" for name in Compound(content).inside())
    return False


def as_mail(content: bytes) -> bytes:
    """A message of Outlook as a mail.

    Raises:
        ValueError, LookupError, struct.error: it is damaged.
    """
    return _bytes(_mail(Compound(content), 0, 0))


def _bytes(message: EmailMessage) -> bytes:
    target = io.BytesIO()
    BytesGenerator(target, policy=message.policy).flatten(message)
    return target.getvalue()


class _Properties:
    """The properties of a message, a recipient or a file. `head`: bytes before those of fixed length."""

    def __init__(self, compound: Compound, at: int, head: int) -> None:
        self._compound, self.inside, self._head = compound, compound.inside(at), head
        self._charset = "cp1252"
        with contextlib.suppress(LookupError):
            self._charset = codecs.lookup(f"cp{self.number(_CODEPAGE)}").name

    def text(self, *ids: str) -> str:
        for identity in ids:
            for kind, encoding in ((_UNICODE, "utf-16-le"), (_OCTETS, self._charset)):
                at = self.inside.get(f"__substg1.0_{identity}{kind}")
                if at is not None and (found := self._compound.read(at).decode(encoding, "replace").rstrip("\0")):
                    return found
        return ""

    def octets(self, identity: str) -> bytes:
        at = self.inside.get(f"__substg1.0_{identity}{_BYTES}")
        return self._compound.read(at) if at is not None else b""

    def number(self, identity: int) -> int | None:
        at = self.inside.get("__properties_version1.0")
        fixed = self._compound.read(at)[self._head :] if at is not None else b""
        for place in range(0, len(fixed) - 15, 16):
            _, named, _, value = struct.unpack_from("<HHIQ", fixed, place)
            if named == identity:
                return int(value)
        return None

    def moment(self, *ids: int) -> datetime | None:
        for identity in ids:
            value = self.number(identity)
            with contextlib.suppress(OverflowError):
                if value:  # tenths of a microsecond since 1601
                    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=value // 10)
        return None


def _mail(compound: Compound, at: int, depth: int) -> EmailMessage:
    properties = _Properties(compound, at, 24 if depth else 32)
    message = EmailMessage()
    for name, value in _headers(compound, properties).items():
        if value := _CONTROLS.sub(" ", value).strip():
            with contextlib.suppress(Exception):  # a header that nobody could have sent
                message[name] = value
    text, kind = _text(properties)
    message.set_content(text.encode("utf-8", "replace").decode() or "\n", subtype=kind)
    for name, number in sorted(properties.inside.items()):
        if name.startswith("__attach_version1.0_"):
            _attach(message, compound, _Properties(compound, number, 8), depth)
    return message


def _headers(compound: Compound, properties: _Properties) -> dict[str, str]:
    sent = HeaderParser().parsestr(properties.text("007D").lstrip())
    people: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for name, number in sorted(properties.inside.items()):
        if name.startswith("__recip_version1.0_"):
            each = _Properties(compound, number, 8)
            people.setdefault(each.number(_RECIPIENT) or 1, []).append(_person(each.text("3001"), each.text("39FE", "3003")))
    moment = properties.moment(_SENT, _DELIVERED)
    own = {
        "From": _person(properties.text("0C1A", "0042"), properties.text("5D01", "0C1F", "0065")),
        "To": ", ".join(people[1]) or properties.text("0E04"),
        "Cc": ", ".join(people[2]) or properties.text("0E03"),
        "Bcc": ", ".join(people[3]) or properties.text("0E02"),
        "Message-ID": properties.text("1035"),
        "In-Reply-To": properties.text("1042"),
        "References": properties.text("1039"),
        "Date": format_datetime(moment) if moment else "",
    }
    return {"Subject": properties.text("0037")} | {name: str(sent.get(name) or own[name]) for name in _KEPT}


def _person(name: str, address: str) -> str:
    return formataddr((name, address)) if "@" in address else f'"{name or address}"'.replace('""', "")


def _text(properties: _Properties) -> tuple[str, str]:
    """The text, and whether it is plain or HTML."""
    if text := properties.text("1000"):
        return text, "plain"
    if markup := properties.octets("1013").decode("utf-8", "replace") or properties.text("1013"):
        return markup, "html"
    with contextlib.suppress(ValueError, LookupError, struct.error):
        return rich_text.text_of(rich_text.unpacked(properties.octets("1009"))), "plain"
    return "", "plain"


def _attach(message: EmailMessage, compound: Compound, file: _Properties, depth: int) -> None:
    name = _CONTROLS.sub(" ", file.text("3707", "3704", "3001")) or "file"
    inner = file.inside.get(f"__substg1.0_3701{_OBJECT}")
    if inner is None:
        message.add_attachment(file.octets("3701"), maintype="application", subtype="octet-stream", filename=name)
    elif depth < _DEEPEST:
        message.add_attachment(
            _bytes(_mail(compound, inner, depth + 1)), maintype="application", subtype="octet-stream", filename=f"{name}.eml"
        )
