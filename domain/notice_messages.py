"""What travels between web, workflow and activities about a notice: ids, counts, hashes. Next: `workflows/notice.py`."""

from uuid import UUID

from domain.commands import Message
from domain.events import Fact
from domain.notice import Answer, NoticeState, Segment
from domain.notice_events import NoticeEvent
from domain.texts import CommandId, Name, PersonId, Sha256


class NoticeRef(Message):
    notice_id: UUID


class OpenNotice(Message):
    """Input of NoticeWorkflow: the dossier's id, and the state when it is carried on or continued."""

    notice_id: UUID
    state: NoticeState | None = None
    continued: bool = False


class NoticeOpening(Message):
    facts: dict[Name, Fact]
    actor: PersonId


class RecordNoticeEvents(Message):
    notice_id: UUID
    command_id: CommandId
    events: list[NoticeEvent]


class NoticeRecorded(Message):
    head: Sha256


class NoticeSnapshot(Message):
    state: NoticeState


class LoadRecipients(Message):
    """Load the list that the notice's state names; `number` tells it from an earlier one."""

    notice_id: UUID
    number: int


class RecipientsLoaded(Message):
    recipients: int
    unusable: int
    countries: dict[Name, int]


class NoticePrepared(Message):
    segments: dict[Name, Segment]


class SendTestLetters(Message):
    notice_id: UUID
    number: int
    address: UUID


class SendAnswers(Message):
    """Send one answer to the mails it names, or the link alone to the address in the note."""

    notice_id: UUID
    answer: Answer


class AnswersSent(Message):
    """To how many people; `failed`: refused by their mail server, or without a sender that can be answered."""

    sent: int
    failed: int


class SendSome(Message):
    """Send to the next recipients, at most so many.

    `again`: also to those whose mail server put the message off; `returned`: to everybody whose letter was refused or came back.
    """

    notice_id: UUID
    most: int
    again: bool
    returned: bool = False
    rate: int | None


class SentSome(Message):
    """What came of it.

    Args:
        left: not tried yet.
        deferred: put off by their mail server and to be tried again.
        given_up: put off so often that they are not tried any more.
        stalled: our own mail server does not answer.
    """

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    given_up: int = 0
    left: int = 0
    stalled: bool = False
