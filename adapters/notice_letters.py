"""Writes the letter of a segment once, with places for what is one person's, and fills them for each (Article 34(2)).

A place is never folded or broken, so a message is made by replacing bytes: 100,000 letters cost no more rendering than one.
Next: `activities/notice_sending.py`
"""

import base64
import re
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.desk_letters import desk_letter, rendered_as_written
from adapters.letter_words import day
from adapters.letters import Rendered
from adapters.notice_words import LABELS
from adapters.vault import Vault
from domain.breach import UNKNOWN_PLACE, Language
from domain.datamap_parts import Controller
from domain.notice import Purpose
from domain.regimes import regimes_for
from domain.remedies import AUTHORITIES

_TO: Final = "recipient-place@habeas.invalid"
_REPLY: Final = "reply-place@habeas.invalid"
_MESSAGE: Final = "<message-place@habeas.invalid>"
_PERSON: Final = "tokenplacetokenplacetoken"
_PLACES: Final = (_TO, _REPLY, _MESSAGE, _PERSON)
_NAMES: Final = ("nature", "consequences", "measures", "advice", "summary")
_MAC_BYTES: Final = 10  # 80 bits: enough that nobody guesses one of a million, short enough to be typed


@dataclass(frozen=True)
class NoticeLetter:
    """What a letter says.

    Args:
        parts: the words of its parts, by name.
        country: of the segment; `XX` where unknown.
    """

    purpose: Purpose
    language: Language
    country: str
    reference: str
    parts: dict[str, str]
    version: str | None = None
    updated: date | None = None


def notice_template(
    letter: NoticeLetter,
    controller: Controller,
    mail_from: str,
    public_url: str,
    at: datetime,
    *,
    mark: str = "",
    own: Path | None = None,
) -> bytes:
    """The message with its places.

    Args:
        letter: what it says.
        controller: in whose name.
        mail_from: `HABEAS_MAIL_FROM`.
        public_url: where people check that it is genuine.
        at: the date of the letter; of its preparation, so that its hash stays.
        mark: before the subject, for a test.
        own: the controller's own letters.

    Raises:
        InvalidInputError: the controller's own letter cannot be rendered.
    """
    rendered = desk_letter(_name(letter), notice_facts(letter, controller, public_url, mark=mark), own)
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr(parseaddr(mail_from))
    message["To"] = _TO
    message["Reply-To"] = _REPLY
    message["Subject"] = rendered.subject
    message["Date"] = at
    message["Message-ID"] = _MESSAGE
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message.set_boundary("=_habeas_notice")  # a boundary by chance would change the hash of the same letter
    return _whole(message.as_bytes())


def notice_text(
    letter: NoticeLetter, controller: Controller, public_url: str, *, person: str = "example", own: Path | None = None
) -> Rendered:
    """A letter as it is written now, for previews and checks.

    Raises:
        jinja2.TemplateError: the controller's own letter cannot be rendered.
    """
    return rendered_as_written(_name(letter), notice_facts(letter, controller, public_url, person=person), own)


def _name(letter: NoticeLetter) -> str:
    return "policy_notice" if letter.purpose == "policy_change" else "breach_notice"


def notice_facts(
    letter: NoticeLetter, controller: Controller, public_url: str, *, mark: str = "", person: str = _PERSON
) -> dict[str, object]:
    """What a letter is made of: everything that Article 34(2) asks for beside the words of the desk.

    Args:
        letter: what it says.
        controller: in whose name.
        public_url: where people check that it is genuine.
        mark: before the subject, for a test.
        person: the last part of that page's address; a place unless given.
    """
    labels = LABELS[letter.language]
    contacts = controller.contacts
    return {
        "labels": labels,
        "language": letter.language,
        "controller": controller,
        "contact": contacts.breach if letter.purpose == "breach" else contacts.requests,
        "representative": _representative(letter.country, controller),
        "reference": letter.reference,
        "parts": {name: _paragraphs(letter.parts.get(name, "")) for name in _NAMES},
        "subject": f"{mark}{letter.parts['subject']}",
        "authority": _authority(letter.country, controller, labels["land"]),
        "check_link": f"{public_url.rstrip('/')}/notice/{person}",
        "delete_link": f"{public_url.rstrip('/')}/",
        "version": letter.version,
        "updated": day(letter.updated, letter.language) if letter.updated else None,
        "policy_url": controller.policy.url,
    }


def filled(template: bytes, *, recipient: str, reply_to: str, message_id: str, person: str) -> bytes:
    """One person's message."""
    values = (recipient, reply_to, message_id, person)
    for place, value in zip(_PLACES, values, strict=True):
        template = template.replace(place.encode(), value.encode())
    return template


def recipient_token(vault: Vault, recipient: int) -> str:
    """What stands for a recipient in links and reply addresses: their row's number and a MAC over it."""
    mac = vault.code_mac("notice-recipient", str(recipient))[:_MAC_BYTES]
    return f"{recipient:x}-{base64.b32encode(mac).decode().lower()}"


def recipient_of(vault: Vault, token: str) -> int | None:
    """The row that a token stands for; None when it is none of ours."""
    number, _, _ = token.partition("-")
    if not re.fullmatch(r"[0-9a-f]{1,15}-[a-z2-7]{16}", token):
        return None
    recipient = int(number, 16)
    return recipient if recipient_token(vault, recipient) == token else None


def affected_token(vault: Vault, reference: str, index: bytes) -> str:
    """What stands for an address in the link that says whether it is on a notice's list: its keyed hash, and a MAC over both.

    Only whoever reads the mailbox that it was sent to has it; it tells nobody which address it is about.
    """
    place = f"{reference.lower()}.{base64.b32encode(index).decode().rstrip('=').lower()}"
    mac = vault.code_mac("notice-affected", place)[:_MAC_BYTES]
    return f"{place}.{base64.b32encode(mac).decode().lower()}"


def affected_of(vault: Vault, token: str) -> tuple[str, bytes] | None:
    """The reference of the notice and the keyed hash that a token stands for; None when it is none of ours."""
    found = re.fullmatch(r"(hab-n[0-9a-z]{7})\.([a-z2-7]{52})\.[a-z2-7]{16}", token)
    if found is None:
        return None
    index = base64.b32decode(f"{found[2].upper()}====")
    return (found[1].upper(), index) if affected_token(vault, found[1], index) == token else None


def notice_reply_address(mail_from: str, reference: str, token: str) -> str:
    """Where an answer and a bounce go: `local+hab-n1234567-<token>@domain`."""
    local, domain = _sender(mail_from)
    return f"{local}+{reference.lower()}-{token}@{domain}"


def notice_message_id(vault: Vault, mail_from: str, notice_id: UUID, recipient: int) -> str:
    """The same for every attempt at one person, and telling nobody anything."""
    mac = vault.code_mac("notice-message", str(notice_id), str(recipient))[:16]
    return f"<{mac.hex()}@{_sender(mail_from)[1]}>"


@cache
def _sender(mail_from: str) -> tuple[str, str]:
    """Our own address in two parts; read once and not a hundred thousand times."""
    local, _, domain = parseaddr(mail_from)[1].rpartition("@")
    return local, domain


def _whole(message: bytes) -> bytes:
    # Quoted-printable breaks long lines anywhere. A place must not be broken; the line may be longer than 76 then, which
    # every reader takes (RFC 5321 allows 998).
    for place in _PLACES:
        pattern = b"(?:=\r?\n)?".join(re.escape(place[at : at + 1]).encode() for at in range(len(place)))
        message = re.sub(pattern, place.encode(), message)
    return message


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _authority(country: str, controller: Controller, land: str) -> str | None:
    if country == "DE":
        return f"{land} (https://www.bfdi.bund.de)"
    if controller.authority.country == country:
        return f"{controller.authority.name} ({controller.authority.url})"
    return f"{AUTHORITIES[country][0]} ({AUTHORITIES[country][1]})" if country in AUTHORITIES else None


def _representative(country: str, controller: Controller) -> str | None:
    """Who stands for us in the Union, for people whom its law may protect (Article 27)."""
    known = controller.representative
    codes = regimes_for(controller.country, None if country == UNKNOWN_PLACE else country)
    return f"{known.name} ({known.email})" if known and any(code.startswith("EU") for code in codes) else None
