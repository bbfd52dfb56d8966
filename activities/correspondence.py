"""Writes letters once and hands them to the mail server until it takes them (Articles 12(1), 12(4); design section 8).

The row with the sealed message comes first, with the links and codes that stand in it, in one transaction. Then SMTP. A
retry after a crash sends the same bytes under the same Message-ID; what the server has accepted is not sent again.
Next: `activities/letter_address.py`
"""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from sqlmodel import Session, col, select, update
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from activities.letter_address import begin
from activities.letter_facts import facts_of
from activities.letter_thread import Thread, thread_of
from activities.letter_writing import Writing
from adapters.codes import end_codes
from adapters.database.tables import BY_POST, CaseIdentifierRow, CaseReceipt, Letter
from adapters.letter_attachments import attachments_of
from adapters.letter_message import Heading, compose, message_id, on_paper, reply_address
from adapters.letters import LETTERS, render
from adapters.links import end_package_links
from adapters.mail import mailable
from adapters.postman import Postman
from adapters.resources import Resources
from domain.errors import InvalidInputError, LetterRefusedError
from domain.messages import CaseRef, LetterSent, SendLetter


class Correspondence:
    """What goes out in the controller's name.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._postman = Postman(resources.settings)

    @activity.defn
    @translated
    def send_letter(self, message: SendLetter) -> LetterSent:
        """Send a letter, once per case, name and number.

        Raises:
            LetterRefusedError: there is no address it may go to, or the mail server refuses it for good.
            MailNotTakenError: the mail server does not take it now; the row stands and the next attempt sends its bytes.
            UnknownObjectError, NotAllowedNowError: the case has nothing that such a letter could say.
        """
        if message.letter not in LETTERS:
            raise InvalidInputError(field="letter", letter=message.letter)
        with beating():
            with self._resources.database.write() as session:
                letter = self._written_before(session, message) or self._write(session, message)
            by_post = letter.identifier == BY_POST
            if letter.accepted_at is None and not by_post:
                self._hand_over(letter)
        return LetterSent(letter_id=letter.id, by_post=by_post)

    @activity.defn
    @translated
    def revoke_links(self, message: CaseRef) -> None:
        """Let the ways to a case's package end: links and codes already sent open nothing any more."""
        now = datetime.now(UTC)
        with self._resources.database.write() as session:
            end_package_links(session, message.case_id, now)
            end_codes(session, message.case_id, "open_package", now)

    def _written_before(self, session: Session, message: SendLetter) -> Letter | None:
        same = (Letter.case_id == message.case_id, Letter.name == message.letter, Letter.number == message.number)
        return session.exec(select(Letter).where(*same)).first()

    def _write(self, session: Session, message: SendLetter) -> Letter:
        resources, now = self._resources, datetime.now(UTC).replace(microsecond=0)
        writing = begin(resources, session, message, now)
        letter_id = uuid5(message.case_id, f"{message.letter}/{message.number}")
        rendered = render(message.letter, facts_of(writing), writing.language, resources.settings.letters)
        thread = thread_of(resources, session, message.case_id, writing.address) if writing.address else None
        if thread and writing.address:
            files = attachments_of(resources, session, message.letter, writing.state)
            content = compose(rendered, self._heading(writing, writing.address, letter_id, thread), files)
        else:
            content = on_paper(rendered, now)
        letter = Letter(
            id=letter_id,
            case_id=message.case_id,
            name=message.letter,
            number=message.number,
            identifier=writing.address.id if writing.address else BY_POST,
            message_id=self._message_id(message),
            content=resources.vault.case(message.case_id).seal("letter", "content", str(letter_id), content),
            written_at=now,
            answers=thread.mail if thread else None,
        )
        session.add(letter)
        return letter

    def _message_id(self, message: SendLetter) -> str:
        vault, sender = self._resources.vault, self._resources.settings.mail_from
        return message_id(vault, sender, message.case_id, message.letter, message.number)

    def _heading(self, writing: Writing, address: CaseIdentifierRow, letter_id: UUID, thread: Thread) -> Heading:
        message = writing.message
        return Heading(
            sender=self._resources.settings.mail_from,
            recipient=mailable(writing.open(address)),
            reply_to=self._reply_to(writing.receipt, letter_id, address.id),
            message_id=self._message_id(message),
            written_at=writing.now,
            automatic=LETTERS[message.letter].automatic,
            language=writing.language,
            answers=thread.newest,
            references=thread.before,
        )

    def _reply_to(self, receipt: CaseReceipt, letter_id: UUID, address: UUID) -> str:
        vault, sender = self._resources.vault, self._resources.settings.mail_from
        return reply_address(vault, sender, receipt.reference, receipt.case_id, letter_id, address)

    def _hand_over(self, letter: Letter) -> None:
        resources = self._resources
        vault = resources.vault.case(letter.case_id)
        with resources.database.read() as session:
            receipt = session.get(CaseReceipt, letter.case_id)
            address = session.get(CaseIdentifierRow, letter.identifier)
        if receipt is None or address is None or address.value is None or letter.content is None:
            raise LetterRefusedError(reason="destroyed")
        self._postman.deliver(
            vault.open("letter", "content", str(letter.id), letter.content),
            self._reply_to(receipt, letter.id, address.id),  # a bounce comes back with the same token
            vault.open("case_identifier", "value", str(address.id), address.value).decode(),
        )
        unaccepted = (col(Letter.id) == letter.id, col(Letter.accepted_at).is_(None))
        with resources.database.write() as session:
            session.execute(update(Letter).where(*unaccepted).values(accepted_at=datetime.now(UTC)))
