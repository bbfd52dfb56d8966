"""Every action on a notice, who may take it, and what it carries. Next: `domain/notice_decisions.py`."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.breach import Language
from domain.commands import CommandBase, Message
from domain.rights import Role
from domain.texts import CommandId, Name, Sha256


class NoticeAction(StrEnum):
    """What people may wish of a notice; the names are the JSON API's."""

    LOAD_LIST = "load_list"
    QUERY_LIST = "query_list"
    SET_LETTER = "set_letter"
    SET_POLICY = "set_policy"
    PREPARE = "prepare"
    SEND_TEST = "send_test"
    APPROVE = "approve"
    SET_RATE = "set_rate"
    PAUSE = "pause"
    CONTINUE = "continue"
    RESEND = "resend"
    CANCEL = "cancel"
    PUBLISH = "publish"
    ANSWER = "answer"
    SEND_LINK = "send_link"


_DESK = frozenset({Role.BREACH_RESPONDER, Role.PRIVACY_LEAD})
_LEAD = frozenset({Role.PRIVACY_LEAD})
_OFFICE = _DESK | {Role.CASEWORKER}  # three hundred answers on a Monday are everybody's
NOTICE_ROLES: dict[NoticeAction, frozenset[Role]] = {
    **dict.fromkeys(NoticeAction, _DESK),
    NoticeAction.APPROVE: _LEAD,
    NoticeAction.PUBLISH: _LEAD,
    NoticeAction.ANSWER: _OFFICE,
    NoticeAction.SEND_LINK: _OFFICE,
}
NOTICE_DECISIONS = frozenset({NoticeAction.APPROVE, NoticeAction.PUBLISH})


class LoadList(CommandBase):
    """Take the recipients from a CSV file: a column `email`, and `country` and `language` where they are known."""

    action: Literal[NoticeAction.LOAD_LIST] = NoticeAction.LOAD_LIST
    list: UUID


class QueryList(CommandBase):
    """Take the recipients from a collection of the data map: everybody in it, or those whose column holds a value."""

    action: Literal[NoticeAction.QUERY_LIST] = NoticeAction.QUERY_LIST
    system: Name
    collection: Name
    column: Name | None = None


class SetLetter(CommandBase):
    """Write the letter in one language. Each part is a sealed note of its own."""

    action: Literal[NoticeAction.SET_LETTER] = NoticeAction.SET_LETTER
    language: Language
    subject: UUID
    nature: UUID | None = None
    consequences: UUID | None = None
    measures: UUID | None = None
    advice: UUID | None = None
    summary: UUID | None = None


class SetPolicy(CommandBase):
    """Say which version of the policy the notice is about, and its new date."""

    action: Literal[NoticeAction.SET_POLICY] = NoticeAction.SET_POLICY
    version: Name
    updated: date


class Prepare(CommandBase):
    """Count the lists, write the letters, and fix both by hash: what is approved is exactly this."""

    action: Literal[NoticeAction.PREPARE] = NoticeAction.PREPARE


class SendTest(CommandBase):
    """Send every letter to one address of ours, marked as a test. The note is the address."""

    action: Literal[NoticeAction.SEND_TEST] = NoticeAction.SEND_TEST


class ApproveNotice(CommandBase):
    """Let exactly these letters go to exactly these lists; by somebody who prepared neither."""

    action: Literal[NoticeAction.APPROVE] = NoticeAction.APPROVE
    sha256: Sha256
    start_at: AwareDatetime | None = None


class SetRate(CommandBase):
    """At most so many messages a second; 0: as fast as the mail server takes them."""

    action: Literal[NoticeAction.SET_RATE] = NoticeAction.SET_RATE
    rate: Annotated[int, Field(ge=0, le=10_000)]


class Pause(CommandBase):
    """Stop sending; what is with the mail server is sent, nobody is told twice when it goes on."""

    action: Literal[NoticeAction.PAUSE] = NoticeAction.PAUSE


class Continue(CommandBase):
    action: Literal[NoticeAction.CONTINUE] = NoticeAction.CONTINUE


class Resend(CommandBase):
    """Send the approved letters again to everybody on the approved lists whose letter was refused, put off, or came back."""

    action: Literal[NoticeAction.RESEND] = NoticeAction.RESEND


class Cancel(CommandBase):
    """End it for good; who was told stays on record."""

    action: Literal[NoticeAction.CANCEL] = NoticeAction.CANCEL


class Publish(CommandBase):
    """Put a public notice on our own page in one language (Article 34(3)(c)), and give it to the platform for its banner."""

    action: Literal[NoticeAction.PUBLISH] = NoticeAction.PUBLISH
    language: Language


class AnswerReplies(CommandBase):
    """Answer people who wrote back, all with the same words; each answer has the writer's own link: am I affected?"""

    action: Literal[NoticeAction.ANSWER] = NoticeAction.ANSWER
    mails: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class SendLink(CommandBase):
    """Send an address the link that says whether it is on the list, and says so to nobody else. The note is the address."""

    action: Literal[NoticeAction.SEND_LINK] = NoticeAction.SEND_LINK


NoticeCommand = Annotated[
    LoadList
    | QueryList
    | SetLetter
    | SetPolicy
    | Prepare
    | SendTest
    | ApproveNotice
    | SetRate
    | Pause
    | Continue
    | Resend
    | Cancel
    | Publish
    | AnswerReplies
    | SendLink,
    Field(discriminator="action"),
]


class NoticeCall(Message):
    """The one update of a notice: `command_id` is the update id."""

    command_id: CommandId
    command: NoticeCommand
