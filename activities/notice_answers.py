"""Answers people who wrote back to a notice, and sends the link that says whether an address is on its list.

Each answer is one mail of its own with a stable Message-ID; the mail that it answers is put aside as soon as it is sent, so a
repetition goes on with the rest. Next: `api/portal/notice.py`
"""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from uuid import UUID

from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.database.breach_reader import words_of
from adapters.database.breach_tables import Dossier
from adapters.database.notice_reader import NOTICE
from adapters.desk_letters import desk_letter
from adapters.incoming.desk import MailDesk
from adapters.incoming.reading_room import MailView, ReadingRoom
from adapters.letter_message import message_id
from adapters.mail import deliver, mailable
from adapters.notice_letters import affected_token
from adapters.notice_words import LABELS
from adapters.resources import Resources
from domain.breach import Language
from domain.errors import InvalidInputError, LetterRefusedError, NotAllowedNowError, UnknownObjectError
from domain.notice import Answer
from domain.notice_messages import AnswersSent, SendAnswers
from domain.triage import Standing


class NoticeAnswers:
    """Sends answers.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._room, self._desk = ReadingRoom(resources), MailDesk(resources)

    @activity.defn
    @translated
    def send_answers(self, message: SendAnswers) -> AnswersSent:
        """Answer every mail that still waits, or send the link to one address."""
        with beating():
            with self._resources.database.read() as session:
                dossier = session.get(Dossier, message.notice_id)
                if dossier is None:
                    raise UnknownObjectError(notice=str(message.notice_id))
                note = message.answer.note
                text = words_of(session, self._resources, message.notice_id, [note], NOTICE)[note]
            if not message.answer.mails:
                done = [self._link(dossier, message.answer, text)]
            else:
                done = [self._answered(dossier, message.answer, mail, text) for mail in message.answer.mails]
        return AnswersSent(sent=done.count(True), failed=done.count(False))

    def _answered(self, dossier: Dossier, answer: Answer, mail: UUID, text: str) -> bool:
        try:
            view = self._room.find(mail)
        except UnknownObjectError:
            return False
        if view.row.standing == Standing.DISMISSED.value and view.row.decided_by == answer.by:
            return True  # by an attempt before this one
        sender = view.read.sender if view.read else None
        if view.row.standing != Standing.TRIAGE.value or view.row.notice != dossier.id or sender is None:
            return False  # somebody opened a case from it meanwhile, or nobody can be answered
        if not self._sent(dossier, sender, text.splitlines(), str(mail), view):
            return False
        now = datetime.now(UTC)
        try:
            self._desk.dismiss(mail, answer.by, f"Answered with others under {dossier.reference}: {text}", now)
        except NotAllowedNowError:
            return True  # decided in the moment between; the answer went out
        return True

    def _link(self, dossier: Dossier, answer: Answer, address: str) -> bool:
        return self._sent(dossier, address.strip(), [], f"link/{answer.number}", None)

    def _sent(self, dossier: Dossier, address: str, lines: list[str], part: str, view: MailView | None) -> bool:
        resources, settings = self._resources, self._resources.settings
        language: Language = view.read.language if view and view.read else "en"
        labels = LABELS[language]
        try:
            index = resources.vault.index_email(address)
            recipient = mailable(address)
        except (InvalidInputError, LetterRefusedError):
            return False
        told = [line.strip() for line in lines if line.strip()] or [LABELS[each]["asked"] for each in LABELS]
        token = affected_token(resources.vault, dossier.reference, index)
        facts: dict[str, object] = {
            "labels": labels,
            "language": language,
            "controller": resources.datamap.controller,
            "reference": dossier.reference,
            "lines": told,
            "subject": f"{labels['answer']} {dossier.reference}",
            "affected_link": f"{settings.public_url.rstrip('/')}/affected/{token}",
        }
        rendered = desk_letter("notice_answer", facts, settings.letters)
        letter = EmailMessage(policy=SMTP)
        letter["From"] = formataddr(parseaddr(settings.mail_from))
        letter["To"] = recipient
        letter["Subject"] = rendered.subject
        letter["Date"] = datetime.now(UTC)
        letter["Message-ID"] = message_id(resources.vault, settings.mail_from, dossier.id, f"answer/{part}", 1)
        if view and view.read and view.read.message_id:
            letter["In-Reply-To"] = letter["References"] = view.read.message_id
        letter.set_content(rendered.text)
        letter.add_alternative(rendered.html, subtype="html")
        try:
            deliver(settings, letter.as_bytes(), parseaddr(settings.mail_from)[1], recipient)
        except LetterRefusedError:
            return False
        return True
