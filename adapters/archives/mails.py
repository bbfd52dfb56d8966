"""Reads one raw mail of an archive into what is kept of it: headers, text, attachments, and the words it is found by.

Nothing in a mail raises here but what ends the reader altogether. Lighter than the reader of incoming mail
(`adapters/incoming/parsing.py`), with which it shares headers, bodies and the walk through the parts: nobody answers these
mails, so nothing is suggested, judged or guessed about them. Next: adapters/archives/child.py
"""

import contextlib
import hashlib
import re
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, Final, cast

from adapters.incoming import bodies, headers
from adapters.incoming.parsing import check_nesting, parts_of
from domain.archives import folded, is_answer, keys_of_folded, plain_subject, sketch_of_folded

_ENCRYPTED: Final = {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_MOST_ANSWERED: Final = 50
_FIELD: Final = re.compile(rb"^[A-Za-z][A-Za-z0-9-]{0,70}[ \t]*:", re.MULTILINE)
_KNOWN: Final = re.compile(rb"(?im)^(?:from|to|cc|date|subject|message-id|received|mime-version|content-type)[ \t]*:")


def looks_like_mail(head: bytes) -> bool:
    """Whether a file begins like a mail: a header that mails have, before the first empty line."""
    before = re.split(rb"\r?\n\r?\n", head.lstrip(), maxsplit=1)[0]
    return _FIELD.match(before) is not None and len(_KNOWN.findall(before)) > 1


def read_mail(raw: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """What is kept of a mail, and the contents of its attachments.

    Raises:
        ValueError: no mail.
    """
    if not looks_like_mail(raw[:65_536]):
        raise ValueError("no mail")
    check_nesting(raw)
    # The old policy parses no header before it is asked for; our own readers of headers do that.
    message = cast("EmailMessage", BytesParser(policy=compat32).parsebytes(raw))
    problems: list[str] = []
    plain, markup, files = _content(message, problems)
    text = "\n".join(filter(None, (each.strip() for each in plain)))
    if not text and markup:
        text = bodies.text_from_html("\n".join(markup))
    text = text[: bodies.MOST_TEXT]
    subject = headers.first(message, "Subject")[:1_000]
    plain_heads = plain_subject(subject)
    people = {name: _people(message, *fields) for name, fields in _PEOPLE.items()}
    named = [(_name(part, number), part, bodies.payload_of(part)) for number, part in enumerate(files, start=1)]
    sent = headers.written_at(message)
    ids = headers.message_ids(message, "Message-ID")
    answers = [*headers.message_ids(message, "References"), *headers.message_ids(message, "In-Reply-To")]
    hashes = [hashlib.sha256(content).hexdigest() for _, _, content in named]
    record: dict[str, Any] = {
        "kind": "mail",
        "sent_at": sent.isoformat() if sent else "",
        **people,
        "subject": subject,
        "text": text,
        "own": ids[0] if ids else "",
        "answers": list(dict.fromkeys(answers))[-_MOST_ANSWERED:],
        # Only an answer is joined by its subject: "Invoice" of two strangers is no conversation.
        "topic": f"mail {plain_heads}" if not answers and is_answer(subject) else "",
        "heads": f"mail {plain_heads}" if plain_heads else "",
        "files": [{"name": name, "bytes": len(content)} for name, _, content in named],
        "problems": list(dict.fromkeys(problems)),
    }
    # Who wrote when, and what: copies in two mailboxes are the same mail.
    # What stands in its files is read by the child that reads documents.
    found_in = [subject, text, *people.values(), *(name for name, _, _ in named)]
    return finished(record, "\n".join(found_in), hashes), [content for _, _, content in named]


def finished(record: dict[str, Any], searched: str, hashes: list[str]) -> dict[str, Any]:
    """A record with what it is found by and compared by."""
    body = folded(record["text"])
    same = "\0".join((record["sender"], record["sent_at"], record["subject"], " ".join(body.split()), *sorted(hashes)))
    return record | {
        "exact": hashlib.sha256(same.encode("utf-8", "replace")).hexdigest(),
        "bands": sketch_of_folded(body),
        "keys": sorted(keys_of_folded(folded(searched))),
    }


_PEOPLE: Final = {"sender": ("From",), "recipients": ("To",), "copied": ("Cc", "Bcc")}


def _people(message: EmailMessage, *names: str) -> str:
    found = headers.addresses(message, *names)
    if found:
        return ", ".join(f"{name} <{address}>" if name else address for name, address in found)
    return "; ".join(headers.decoded(value) for name in names for value in headers.raw_values(message, name))[:2_000]


def _content(message: EmailMessage, problems: list[str]) -> tuple[list[str], list[str], list[EmailMessage]]:
    plain: list[str] = []
    markup: list[str] = []
    files: list[EmailMessage] = []
    inside: set[int] = set()  # parts of an attached message belong to that attachment
    for _, part in parts_of(message):
        if id(part) in inside:
            continue
        kind = part.get_content_type()
        if kind in _ENCRYPTED:
            problems.append("encrypted")
        if kind.startswith("message/") and part is not message:
            files.append(part)
            inside |= {id(each) for _, each in parts_of(part)}
        elif part.is_multipart():
            continue
        elif kind in {"text/plain", "text/html"} and not _attached(part):
            (markup if kind == "text/html" else plain).append(bodies.text_of(part, problems))
        else:
            files.append(part)
    return plain, markup, files


def _attached(part: Message) -> bool:
    disposition = next(iter(headers.raw_values(cast("EmailMessage", part), "Content-Disposition")), "")
    return disposition.lower().lstrip().startswith("attachment")


def _name(part: EmailMessage, number: int) -> str:
    name = None
    with contextlib.suppress(Exception):
        name = part.get_filename()
    if not name and part.get_content_type() == "message/rfc822":
        name = "message.eml"
    last = headers.decoded(str(name or "")).replace("\\", "/").rpartition("/")[2]
    return " ".join(last.split()).lstrip(".")[:200] or f"part-{number}"
