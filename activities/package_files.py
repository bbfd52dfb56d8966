"""Covers inside files: text, HTML, mail with its attachments, PDF, pictures, and zip archives of them (design section 7).

What has no way to be covered for certain (office documents, scans nobody looked at, anything unknown) is withheld whole and
counted so: a black bar over a PDF is no redaction (peers.md, complaint 19). Next: activities/leak_search.py
"""

import email
import email.policy
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage, Message
from typing import Final

from activities.leak_search import found_in
from adapters.documents.reader import DocumentReader
from adapters.documents.shapes import UncoverableError, is_pdf, is_picture
from adapters.file_texts import PageParts, is_mail, is_markup, leaves_of, line_end, plain_text
from adapters.layers import DEEPEST, MOST_BYTES, normal
from adapters.zip_members import BROKEN, TooMuchError, member, opened
from domain.redaction import COVER, Covered, Span, cover_text, places

LARGEST: Final = 32 * 2**20  # bytes read at once; a larger file that has to be covered is withheld
# Headers that say nothing of the mail but its way, or would no longer be true after a cover.
_LEFT_OUT: Final = frozenset({"content-type", "content-transfer-encoding", "content-length", "dkim-signature", "mime-version"})
_GONE: Final = "[An attachment was withheld: it cannot be covered in part.]"


@dataclass(frozen=True)
class Covering:
    """How files are covered.

    Args:
        documents: covers PDF and pictures.
        looked: somebody had every page of the file before them.
        spans: what has to go.
        dropped: attachments that went whole, as they are come upon.
    """

    documents: DocumentReader
    looked: bool = False
    spans: tuple[Span, ...] = field(default=())
    dropped: list[str] = field(default_factory=list)

    def cover(self, content: bytes, spans: Sequence[Span]) -> Covered | None:
        """A file without the words, places or areas of some spans; None when there is no way to be certain.

        Args:
            content: the whole file.
            spans: those of the item; fields of its row are none of the file's.
        """
        task = replace(self, spans=tuple(span for span in spans if span.field is None), dropped=[])
        try:
            value, removed = _covered(content, task, 0)
        except (UncoverableError, *BROKEN, TypeError, AttributeError):  # a hostile mail or page breaks who reads it
            return None
        return Covered(value, removed, lost=bool(task.dropped))


def _covered(content: bytes, task: Covering, depth: int) -> tuple[bytes, list[str]]:
    if depth > DEEPEST:
        raise UncoverableError
    placed = any(span.start is not None for span in task.spans)
    if (is_pdf(content) or is_picture(content)) and not placed:
        return _drawn(content, task)
    if any(span.area for span in task.spans):
        raise UncoverableError  # an area of nothing that is drawn
    if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"} and not placed:
        return _zip(content, task, depth)
    text = plain_text(content)
    if text is None:
        raise UncoverableError
    if not placed and is_mail(content):
        return _mail(content, task, depth)
    if not placed and is_markup(content):
        return _html(text, task)
    after = cover_text(text, task.spans)
    return after.value.encode(), after.removed


def _drawn(content: bytes, task: Covering) -> tuple[bytes, list[str]]:
    """A PDF or a picture, opened again and searched in every layer. Where a word is left, all pages become pictures."""
    words = tuple(normal(span.words) for span in task.spans if span.words is not None)
    seen = task.looked or any(span.drawn for span in task.spans)
    # Letters in the points of a picture are found by nobody but who looks at it.
    if words and is_picture(content) and not seen and not found_in("", content, words):
        raise UncoverableError
    for every in (False, True):
        covered = task.documents.cover(content, task.spans, looked=task.looked, every=every)
        if not words or not found_in("", covered.value, words, task.documents):
            return covered.value, covered.removed
    raise UncoverableError


def _html(page: str, task: Covering) -> tuple[bytes, list[str]]:
    """A page of plain tags: scripts, comments, attributes and what they hide are gone; words may run over tags."""
    import nh3  # noqa: PLC0415 (loaded by the first page)

    spans, removed = task.spans, list[str]()
    hidden = cover_text(page, spans)  # what stands in attributes, comments and styles goes with them, and counts as removed
    removed += hidden.removed
    parts = PageParts(task.documents.plain_tags(page)).parts
    whole = "".join(text if is_text else line_end(text) for is_text, text in parts)
    marked = places(whole, spans)
    at, out = 0, []
    for is_text, text in parts:
        if not is_text:
            out.append(text)
            at += len(line_end(text))
            continue
        out.append(nh3.clean_text(_without(text, at, marked)))
        at += len(text)
    removed += [whole[start:end] for start, end in marked]
    return f'<!doctype html><meta charset="utf-8">{"".join(out)}'.encode(), removed


def _without(text: str, at: int, places: Sequence[tuple[int, int]]) -> str:
    """A piece of a longer text without what is marked there; the mark stands where a place begins."""
    out, here = [], 0
    for start, end in places:
        first, last = max(start - at, 0), min(end - at, len(text))
        if first < last:
            out += [text[here:first], COVER if start >= at else ""]
            here = last
    return "".join([*out, text[here:]])


def _mail(content: bytes, task: Covering, depth: int) -> tuple[bytes, list[str]]:
    spans = task.spans
    read = email.message_from_bytes(content, policy=email.policy.default)
    removed: list[str] = []
    written = EmailMessage(policy=email.policy.default)
    for name, value in read.items():
        if name.lower() not in _LEFT_OUT:
            after = cover_text(str(value), spans)
            removed += after.removed
            # A list of addresses with a cover in it is none any more, so the header is written as a text.
            written[name if not after.removed else f"X-Covered-{name}"] = " ".join(after.value.split())
    bodies: list[tuple[str, str]] = []
    attached: list[tuple[str, bytes, str]] = []
    for part in leaves_of(read):
        kind, raw = part.get_content_type(), part.get_payload(decode=True)
        payload = raw if isinstance(raw, bytes) else b""
        if part.get_content_maintype() == "text" and not part.get_filename():
            text = payload.decode(part.get_content_charset() or "utf-8", "replace")
            body, gone = _html(text, task) if kind == "text/html" else _text(text, spans)
            bodies.append((kind.partition("/")[2], body.decode()))
            removed += gone
            continue
        called = cover_text(part.get_filename() or "attachment", spans)
        removed += called.removed
        attached.append((str(called.value), *_attached(part, payload, task, depth, removed)))
    for subtype, text in bodies[:1]:
        written.set_content(text, subtype=subtype if subtype in {"plain", "html"} else "plain", cte="8bit")
    for subtype, text in bodies[1:]:
        written.add_attachment(text, subtype=subtype if subtype in {"plain", "html"} else "plain", cte="8bit")
    for filename, file, kind in attached:
        main, _, subtype = kind.partition("/")
        written.add_attachment(file, maintype=main, subtype=subtype, filename=filename, cte="base64")
    return written.as_bytes(), removed


def _text(text: str, spans: Sequence[Span]) -> tuple[bytes, list[str]]:
    after = cover_text(text, spans)
    return after.value.encode(), after.removed


def _attached(part: Message, payload: bytes, task: Covering, depth: int, removed: list[str]) -> tuple[bytes, str]:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        payload = inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], Message) else payload
    try:
        value, gone = _covered(payload, task, depth + 1)
    except UncoverableError:
        task.dropped.append(part.get_content_type())
        return _GONE.encode(), "text/plain"
    removed += gone
    return value, "application/octet-stream"


def _zip(content: bytes, task: Covering, depth: int) -> tuple[bytes, list[str]]:
    """An archive of files that can all be covered; office documents are archives of what cannot."""
    removed: list[str] = []
    out = io.BytesIO()
    try:
        with opened(content) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            names = archive.namelist()
            if "[Content_Types].xml" in names or "mimetype" in names:
                raise UncoverableError
            for number, info in enumerate(archive.infolist(), start=1):
                if info.is_dir():
                    continue
                if info.flag_bits & 1:
                    raise UncoverableError
                name = cover_text(info.filename, task.spans)
                value, gone = _covered(member(archive, info, MOST_BYTES // 8), task, depth + 1)
                removed += [*name.removed, *gone]
                written.writestr(zipfile.ZipInfo(f"{number:06d}" if name.removed else info.filename), value)
    except (*BROKEN, TooMuchError) as failure:
        raise UncoverableError from failure
    return out.getvalue(), removed
