"""Two mailboxes of the demo's office, as an administrator exports them: what colleagues wrote to and about the heavy person.

Laid down beside the stores and searched in no case by themselves: a caseworker imports them where a request goes that far.
In them are answers, copies in both mailboxes, a forwarded mail, attached files, advice of a lawyer, and mails about other
matters. Next: demo/stores.py
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

from demo.documents import PARTNER, PARTNER_MAIL, SITTER, SITTER_PHONE, costs, release
from demo.people import HEAVY

EXPORTS = "exports"  # a folder of the demo's home; the data map names it
_HANS = f"Hans Heavy <{HEAVY}>"
_NINA, _OSKAR = "Nina Brandt <nina.brandt@imaginella.example>", "Oskar Lind <oskar.lind@imaginella.example>"
_COUNSEL, _JONAS = "Priya Anand <priya.anand@counsel.example.org>", f"{PARTNER} <{PARTNER_MAIL}>"
_OTHER_MATTERS = 24


class _Mail(NamedTuple):
    name: str  # of its Message-ID
    day: int  # before the demo's day
    sender: str
    to: str
    subject: str
    text: str
    answers: str = ""
    copied: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def mailboxes(today: date) -> Iterator[tuple[str, bytes]]:
    """Names of files and their contents: one mailbox of each colleague.

    Args:
        today: the day before which everything was written.
    """
    mails = [*_about_the_exhibition(), *_about_the_limits(), *_other_matters()]
    for name, colleague in (("nina-brandt.mbox", _NINA), ("oskar-lind.mbox", _OSKAR)):
        own = [each for each in mails if colleague in {each.sender, each.to, each.copied}]
        yield name, b"".join(_written(each, today) for each in sorted(own, key=lambda each: -each.day))


def _about_the_exhibition() -> list[_Mail]:
    release_form = (("model-release.pdf", release()),)
    return [
        _Mail(
            *("show-1", 60, _HANS, _NINA, "Exhibition with your logo"),
            "Dear Nina,\n\nwe hang twenty portraits from March on and would like to name Imaginella. My partner in this is "
            f"{PARTNER} ({PARTNER_MAIL}).\n\nHans Heavy",
            copied=_JONAS,
        ),
        _Mail(
            *("show-2", 59, _NINA, _HANS, "Re: Exhibition with your logo"),
            "Dear Hans,\n\ngladly. We need the consent of everybody who can be recognised. Could you send me the release of "
            f"{SITTER}?\n\nNina",
            answers="show-1",
            copied=_OSKAR,
        ),
        _Mail(
            *("show-3", 58, _HANS, _NINA, "Re: Exhibition with your logo"),
            f"Attached. Her number is {SITTER_PHONE} if you want to ask her yourself.\n\nHans",
            answers="show-2",
            copied=_OSKAR,
            files=release_form,
        ),
        _Mail(
            *("show-4", 57, _NINA, _OSKAR, "Fwd: Exhibition with your logo"),
            f"Oskar, is Hans Heavy ({HEAVY}) a customer in good standing? {SITTER} says on the telephone that he still owes her "
            "money, please keep that between us.\n\nNina",
            answers="show-3",
            files=release_form,
        ),
        _Mail(
            *("show-5", 57, _OSKAR, _NINA, "Re: Fwd: Exhibition with your logo"),
            f"His account {HEAVY} is paid up. I sent him a list of what it has cost so far.\n\nOskar",
            answers="show-4",
        ),
        _Mail(
            *("show-6", 56, _OSKAR, _HANS, "Your costs so far"),
            "Dear Hans,\n\nas you asked, the list is attached.\n\nOskar Lind",
            copied=_NINA,
            files=(("costs.xlsx", costs()),),
        ),
    ]


def _about_the_limits() -> list[_Mail]:
    return [
        _Mail(
            *("limit-1", 40, _HANS, _OSKAR, "Your limits stop my program"),
            "Hello,\n\nyour limit of 600 pictures an hour stops my program every night. Please lift it.\n\nHans Heavy",
        ),
        _Mail(
            *("limit-2", 39, _OSKAR, _HANS, "Re: Your limits stop my program"),
            "Dear Hans,\n\nI have asked the team. Until then the limit stands.\n\nOskar",
            answers="limit-1",
        ),
        _Mail(
            *("limit-3", 39, _OSKAR, _COUNSEL, "Legal advice, confidential: terms and a customer's program"),
            f"Dear Priya,\n\nmay we end the contract of Hans Heavy, {HEAVY}, if he goes on? We ask for your advice.\n\nOskar",
            copied=_NINA,
        ),
        _Mail(
            *("limit-4", 38, _COUNSEL, _OSKAR, "Re: Legal advice, confidential: terms and a customer's program"),
            f"Dear Oskar,\n\nin my opinion section 9 allows it after one warning to {HEAVY}. This advice is privileged.\n\nPriya",
            answers="limit-3",
            copied=_NINA,
        ),
        _Mail(
            *("limit-5", 37, _OSKAR, _HANS, "Re: Your limits stop my program"),
            "Dear Hans,\n\nplease keep to 600 pictures an hour, as section 9 of the terms says.\n\nOskar Lind",
            answers="limit-2",
            copied=_NINA,
        ),
        _Mail(
            *("limit-6", 36, _HANS, _OSKAR, "Re: Your limits stop my program"),
            f"Then I move to another service, and {PARTNER} comes with me.\n\nHans",
            answers="limit-5",
        ),
    ]


def _other_matters() -> list[_Mail]:
    """What is in a mailbox beside what is looked for."""
    return [
        _Mail(
            *(f"other-{number}", 90 - 3 * number, _NINA if number % 2 else _OSKAR, _OSKAR if number % 2 else _NINA),
            f"{('Lunch', 'Invoice of the printer', 'Holiday list', 'Meeting on Thursday')[number % 4]} {number}",
            "See the calendar. Nothing to do before Monday.",
        )
        for number in range(_OTHER_MATTERS)
    ]


def _written(mail: _Mail, today: date) -> bytes:
    """A mail as it stands in a mailbox, lines quoted as mail programs do."""
    at = datetime(today.year, today.month, today.day, 10, tzinfo=UTC) - timedelta(days=mail.day)
    message = EmailMessage()
    message["Message-ID"] = f"<{mail.name}@imaginella.example>"
    message["From"], message["To"], message["Subject"] = mail.sender, mail.to, mail.subject
    message["Date"] = format_datetime(at)
    if mail.copied:
        message["Cc"] = mail.copied
    if mail.answers:
        message["In-Reply-To"] = f"<{mail.answers}@imaginella.example>"
    message.set_content(mail.text)
    for name, content in mail.files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    if mail.files:
        message.set_boundary(f"part-of-{mail.name}")  # the same bytes in each build
    quoted = message.as_bytes().replace(b"\nFrom ", b"\n>From ").rstrip(b"\n")
    return f"From export@imaginella.example {at:%a %b %d %H:%M:%S %Y}\n".encode() + quoted + b"\n\n"
