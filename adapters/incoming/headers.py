"""Headers of any mail, however broken: a header that cannot be read is reported, never raised (RFC 5322, RFC 2047).

The standard library's header parser raises on some malformed fields (IndexError, ValueError, UnicodeError were all seen),
so every access goes through here.
Next: `adapters/incoming/parsing.py`
"""

import contextlib
import re
import unicodedata
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

MOST_HEADER = 10_000  # characters of one field that are looked at
_MOST_ADDRESSES = 200
_ADDRESS = re.compile(r"[^\s<>\"(),:;@\\\[\]]{1,64}@[^\s<>\"(),:;@\\]{1,255}")
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{1,320})>?", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
_TRACE = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")


class _Kept(dict[int, int | None]):
    """What becomes of each character, looked up once per process: mail archives have a billion of them."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        kept = char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        self[code] = code if kept else None
        return self[code]


_KEPT = _Kept()


def clean(text: str) -> str:
    """Text without what a screen or a terminal would obey: control, bidirectional and invisible characters."""
    return text.translate(_KEPT)


def raw_values(message: EmailMessage, name: str) -> list[str]:
    """Every field of a name as it was written, unfolded."""
    wanted = name.lower()
    values = [_eight_bits(str(value)) for key, value in message.raw_items() if key.lower() == wanted]
    return [re.sub(r"[\r\n]+[ \t]*", " ", value)[:MOST_HEADER].strip() for value in values]


def _eight_bits(value: str) -> str:
    # Bytes outside ASCII come as lone surrogates: most senders mean UTF-8 (RFC 6532), old ones Latin.
    if value.isascii():
        return value
    with contextlib.suppress(UnicodeEncodeError):
        content = value.encode("ascii", "surrogateescape")
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode("utf-8")
        return content.decode("cp1252", "replace")
    return value


def first(message: EmailMessage, name: str) -> str:
    """The first field of a name with encoded words decoded; empty when there is none."""
    values = raw_values(message, name)
    return decoded(values[0]) if values else ""


def decoded(value: str) -> str:
    """A field's value with its encoded words as text; what cannot be decoded stays as it is."""
    with contextlib.suppress(Exception):
        value = str(make_header(decode_header(value)))
    return " ".join(clean(value.encode("utf-8", "replace").decode()).split())


def addresses(message: EmailMessage, *names: str) -> list[tuple[str, str]]:
    """Display name and address of everybody in these fields, each address once; what is no address is left out."""
    values = [value for name in names for value in raw_values(message, name)]
    found: dict[str, str] = {}
    with contextlib.suppress(Exception):
        for name, address in _pairs(values)[:_MOST_ADDRESSES]:
            if _ADDRESS.fullmatch(address.strip()):
                found.setdefault(address.strip(), decoded(name))
    if not found:  # the parser gave up; whatever looks like an address counts
        for value in values:
            for address in _ADDRESS.findall(value)[:_MOST_ADDRESSES]:
                found.setdefault(address, "")
    return [(name, address) for address, name in found.items()]


def _pairs(values: list[str]) -> list[tuple[str, str]]:
    # The first releases of Python 3.11 have no other way to read addresses than the lenient one, and no word for it.
    try:
        return getaddresses(values, strict=False)
    except TypeError:
        return getaddresses(values)


def recipients(message: EmailMessage) -> list[str]:
    """Every address the mail may have been delivered to: a blind copy stands in the trace fields only."""
    named = [address for _, address in addresses(message, "To", "Cc", *_TRACE)]
    traced = [match for value in raw_values(message, "Received") for match in _RECEIVED_FOR.findall(value)]
    return list(dict.fromkeys([*named, *(one for one in traced if _ADDRESS.fullmatch(one))]))


def message_ids(message: EmailMessage, name: str) -> list[str]:
    """The message ids in a field, angle brackets included."""
    return [each for value in raw_values(message, name) for each in _MESSAGE_ID.findall(value)]


def written_at(message: EmailMessage) -> datetime | None:
    """The Date field in UTC, or None. Anybody can set it: it is shown and moves no clock."""
    for value in raw_values(message, "Date")[:1]:
        with contextlib.suppress(Exception):
            moment = parsedate_to_datetime(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None
