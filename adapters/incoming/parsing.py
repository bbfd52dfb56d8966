"""Reads one raw mail into `ReadMessage`: pure, and run in a child process with limits (`adapters/incoming/reader.py`).

Nothing in a mail raises here: what cannot be read is named in `problems`, and the raw message stays as it came.
Next: `adapters/incoming/child.py`
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import compat32, default
from typing import Final, TypeVar, cast

from adapters.incoming import automatic, bodies, headers
from adapters.incoming.documents import judged
from domain.incoming import Attachment, MailKind, ReadMessage
from domain.language import language_of
from domain.wishes import suggestions_of

Part = TypeVar("Part", bound=Message)
_File = tuple[int, EmailMessage, str]  # position in the walk, the part, its media type

MOST_PARTS: Final = 500
MOST_DEPTH: Final = 30
_BOUNDARY: Final = re.compile(rb"boundary[\s*0]{0,20}=", re.IGNORECASE)
_MOST_COMPARED: Final = 20_000_000  # 50 MB of attachments are 700,000 lines, and have ten boundaries or fewer
_SNIFFED = 4_096  # bytes a type is told by
_EXECUTABLE = (b"MZ", b"\x7fELF", b"#!")  # what puremagic calls an octet stream

_ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}


def parse(raw: bytes) -> EmailMessage:
    """The message with its parts. Broken structure gives defects, not errors.

    Raises:
        RecursionError: as `check_nesting`.
    """
    check_nesting(raw)
    message = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def check_nesting(raw: bytes) -> None:
    """Refuse a mail that takes minutes: each of its lines is compared with the boundary of each part around it.

    Raises:
        RecursionError: it is nested too deep for its length.
    """
    if len(_BOUNDARY.findall(raw)) * raw.count(b"\n") > _MOST_COMPARED:
        raise RecursionError


def head(raw: bytes) -> EmailMessage:
    """The headers alone, parsed when they are asked for: what nobody's body and no long header can slow down."""
    return cast("EmailMessage", BytesParser(policy=compat32).parsebytes(raw, headersonly=True))


def read(raw: bytes, *, look: bool = True) -> ReadMessage:
    """Read a mail.

    Args:
        raw: as it came from the server.
        look: False opens no attachment: one that ends the program must not hide the mail around it.
    """
    message = parse(raw)
    problems: list[str] = []
    text, html, files = _content(message, problems)
    attachments = [each for index, part, kind in files for each in _attachments(index, part, kind, text, look=look)]
    kind, why, bounce = automatic.kind_of(message, text)
    reply = bodies.without_quotes(text)
    senders = headers.addresses(message, "From")
    if len(senders) > 1 or len(headers.raw_values(message, "From")) > 1:
        problems.append("The mail names more than one sender.")
        senders = senders if len(senders) > 1 else [*senders, ("", "")]
    subject = headers.first(message, "Subject")
    # A group mailbox marks every mail as a list's, so a list's mail may be a request too.
    asks = kind in {MailKind.PERSON, MailKind.LIST, MailKind.AUTOMATIC}
    return ReadMessage(
        kind=kind,
        why=why,
        message_id=next(iter(headers.message_ids(message, "Message-ID")), None),
        in_reply_to=next(iter(headers.message_ids(message, "In-Reply-To")), None),
        references=headers.message_ids(message, "References")[-50:],
        senders=[address for _, address in senders],
        sender_name=senders[0][0][:200] if senders else "",
        recipients=headers.recipients(message)[:100],
        subject=subject[:1_000],
        written_at=headers.written_at(message),
        text=text,
        reply=reply,
        html=html,
        language=language_of(f"{subject}\n{reply}"),
        attachments=attachments,
        bounce=bounce,
        suggestions=suggestions_of(subject, reply) if asks else [],
        problems=list(dict.fromkeys(problems)),
    )


def contents(raw: bytes, places: Sequence[int]) -> list[bytes]:
    """The decoded contents of some parts; empty where there is no such part. The mail is taken apart once for all of them."""
    found = dict(parts_of(parse(raw)))
    return [bodies.payload_of(found[place]) if place in found else b"" for place in places]


def without(raw: bytes, places: Sequence[int]) -> bytes:
    """The message with some parts replaced by a line that says what was there; everything else as it was.

    Raises:
        ValueError, LookupError, TypeError and others: the message cannot be written again; nothing was changed.
    """
    message = BytesParser(policy=compat32).parsebytes(raw)  # writes headers back as they were
    for place, found in enumerate(_walk(message, 0)):
        if place in places:
            content = bodies.payload_of(found)
            note = "Removed by Habeas: a proof of identity that nobody asked for. "
            note += f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}."
            for name in ("Content-Transfer-Encoding", "Content-Disposition", "Content-Type", "Content-Description"):
                del found[name]
            found["Content-Type"] = "text/plain; charset=us-ascii"
            found["Content-Disposition"] = 'attachment; filename="removed.txt"'
            found.set_payload(note)
    return bytes(message)


def parts_of(message: EmailMessage) -> Iterator[tuple[int, EmailMessage]]:
    """Every part with its position in the walk; stops at 500 parts. The position names an attachment."""
    yield from enumerate(_walk(message, 0))


def _walk(part: Part, depth: int) -> Iterator[Part]:
    # Our own walk, since the library's recurses as deep as a sender likes.
    stack = [(part, depth)]
    given = 0
    while stack and given < MOST_PARTS:
        now, level = stack.pop()
        yield now
        given += 1
        inner = now.get_payload() if now.is_multipart() and level < MOST_DEPTH else []
        if isinstance(inner, list):
            stack += [(each, level + 1) for each in reversed(inner) if isinstance(each, type(part))]


def _content(message: EmailMessage, problems: list[str]) -> tuple[str, str | None, list["_File"]]:
    content = _Content(problems)
    count = 0
    for index, part in parts_of(message):
        content.take(index, part)
        count += 1
    if count >= MOST_PARTS:
        problems.append(f"The mail has more than {MOST_PARTS} parts; the rest is in the raw message only.")
    if message.defects:
        problems.append("The mail is not well formed; parts of it may be missing here.")
    whole = "\n".join(filter(None, (text.strip() for text in content.plain)))
    markup = "\n".join(content.html)
    if not whole and markup:
        whole = bodies.text_from_html(markup)
    return whole[: bodies.MOST_TEXT], bodies.safe_html(markup) if markup else None, content.files


class _Content:
    """Sorts the parts of a mail into text, HTML and attachments."""

    def __init__(self, problems: list[str]) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.files: list[_File] = []
        self._problems = problems
        self._forwarded: set[int] = set()  # parts inside an attached message are part of that attachment

    def take(self, index: int, part: EmailMessage) -> None:
        kind = part.get_content_type()
        if kind in _ENCRYPTED:
            self._problems.append("The mail, or a part of it, is encrypted and cannot be read here.")
        if kind in _TNEF:
            self._problems.append("Outlook packed its files into winmail.dat, kept as it came; ask for them as files.")
        if id(part) in self._forwarded:
            return
        if kind.startswith("message/"):
            self.files.append((index, part, kind))
            self._forwarded |= {id(inner) for inner in _walk(part, 0)}
        elif part.is_multipart():
            return
        elif kind in {"text/plain", "text/html"} and not _is_attached(part):
            (self.html if kind == "text/html" else self.plain).append(bodies.text_of(part, self._problems))
        elif kind not in _SIGNATURES or _name(part):
            self.files.append((index, part, kind))


def _is_attached(part: EmailMessage) -> bool:
    with contextlib.suppress(Exception):
        return part.get_content_disposition() == "attachment"
    return bool(re.match(r"\s*attachment", str(next(iter(headers.raw_values(part, "Content-Disposition")), "")), re.IGNORECASE))


def _name(part: EmailMessage) -> str:
    name = None
    with contextlib.suppress(Exception):
        name = part.get_filename()
    last = headers.clean(str(name or "")).replace("\\", "/").rpartition("/")[2]
    return " ".join(last.split()).lstrip(".")[:200]


def _attachments(index: int, part: EmailMessage, kind: str, said: str, *, look: bool) -> Iterator[Attachment]:
    """One file, and of a forwarded mail also what in it may be a proof of identity, so that it can go alone."""
    yield _attachment(index, part, kind, said, look=look)
    if kind.startswith("message/"):
        for place, inner in list(enumerate(_walk(part, 0), start=index))[1:]:
            if not inner.is_multipart():
                found = _attachment(place, inner, inner.get_content_type(), said, look=look)
                if found.document or found.suspected:
                    yield found


def _attachment(index: int, part: EmailMessage, kind: str, said: str, *, look: bool) -> Attachment:
    content = bodies.payload_of(part)
    name = _name(part) or f"part-{index}"
    found = sniffed(content)
    proof = judged(name, found or kind, content, said, look=look)
    return Attachment(
        index=index,
        name=name,
        media_type=kind[:100],
        found_type=found,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        document=proof == "certain",
        suspected=proof == "suspected",
    )


def sniffed(content: bytes) -> str | None:
    """What the first bytes look like as a media type; None when nothing is known about them."""
    import puremagic  # noqa: PLC0415 (its table is loaded by the first file)

    if content.startswith(_EXECUTABLE):
        return "application/x-executable"
    with contextlib.suppress(Exception):
        return puremagic.from_string(content[:_SNIFFED], mime=True) or None
    return None
