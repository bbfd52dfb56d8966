"""Makes the message of a letter, byte for byte as it is stored and sent (RFC 5322, RFC 2046, RFC 3834).

Next: `adapters/mail.py`
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from uuid import UUID

from adapters.incoming.automatic import OURS
from adapters.letter_attachments import Attachment
from adapters.letters import Rendered
from adapters.vault import Vault
from domain.incoming import Language

_REPLY_BYTES = 16  # security.md 2.9: one part of the join of an incoming mail to its case, never enough by itself


@dataclass(frozen=True)
class Heading:
    """What stands above a letter.

    Args:
        sender: `HABEAS_MAIL_FROM`, with or without a display name.
        recipient: one address that `mailable` accepted.
        reply_to: where an answer and a bounce go.
        written_at: of the letter's row, so that a retry has the same date. UTC.
        automatic: whether no person wrote it.
        language: of the words.
        answers: Message-ID of what it answers; None begins a conversation.
        references: Message-IDs of the conversation so far, the oldest first.
    """

    sender: str
    recipient: str
    reply_to: str
    message_id: str
    written_at: datetime
    automatic: bool
    language: Language = "en"
    answers: str | None = None
    references: tuple[str, ...] = ()


def message_id(vault: Vault, mail_from: str, case_id: UUID, name: str, number: int) -> str:
    """The Message-ID of a letter: the same for every attempt to send it, and telling nobody anything."""
    mac = vault.code_mac("message-id", str(case_id), name, str(number))
    return f"<{mac[:_REPLY_BYTES].hex()}@{parseaddr(mail_from)[1].rpartition('@')[2]}>"


def reply_address(vault: Vault, mail_from: str, reference: str, case_id: UUID, letter: UUID, address: UUID) -> str:  # noqa: PLR0917 (what it signs)
    """The address an answer to a letter goes to: reference and MAC over case, letter and address, behind a plus.

    Whoever reads incoming mail finds the case by its reference and then the letter whose MAC this is. Base32 in small
    letters, since mail servers may change the case of letters.
    """
    mac = vault.code_mac("reply", str(case_id), str(letter), str(address))[:_REPLY_BYTES]
    local, _, domain = parseaddr(mail_from)[1].rpartition("@")
    token = base64.b32encode(mac).decode("ascii").rstrip("=")
    return f"{local}+{reference.lower()}-{token.lower()}@{domain}"


def on_paper(rendered: Rendered, written_at: datetime) -> bytes:
    """A letter that is printed: its subject, its day and its words, kept as a message without sender and recipient."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = rendered.subject
    message["Date"] = written_at
    message.set_content(rendered.text, cte="quoted-printable")
    return message.as_bytes()


def compose(rendered: Rendered, heading: Heading, attachments: Sequence[Attachment] = ()) -> bytes:
    """The complete message: text first, HTML as the alternative, then the files.

    Raises:
        ValueError: a header value with a line break in it.
    """
    # Only an address outside ASCII makes headers UTF-8: many servers still refuse such a message.
    message = EmailMessage(policy=SMTP.clone(utf8=not heading.recipient.isascii()))
    message["From"] = formataddr(parseaddr(heading.sender))
    message["To"] = heading.recipient
    message["Reply-To"] = heading.reply_to
    message["Subject"] = rendered.subject
    message["Date"] = heading.written_at
    message["Message-ID"] = heading.message_id
    if heading.answers is not None:
        message["In-Reply-To"] = heading.answers
        message["References"] = " ".join(dict.fromkeys([*heading.references, heading.answers]))
    message[OURS] = "1"  # a letter that comes back to us is recognised as our own
    if heading.automatic:
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"  # Exchange answers nothing that carries it
    # Quoted-printable: not every server passes on eight bits, and base64 cannot be read by eye.
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for attachment in attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    if heading.language != "en":
        message["Content-Language"] = heading.language  # after the content, which takes such headers away
    return message.as_bytes()
