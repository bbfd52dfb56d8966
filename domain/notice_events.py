"""The vocabulary of what can happen to a notice, and what it makes of one. Next: `domain/notice_decisions.py`."""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.event_facts import instant_of, note_of, number_of, text_of
from domain.events import Event, Fact
from domain.notice import Answer, NoticeState, NoticeStatus, Segment, notice_sha256
from domain.texts import Name, PersonId


class NoticeTag(StrEnum):
    """Every event there is."""

    OPENED = "notice:opened"
    RESUMED = "notice:workflow:resumed"
    LIST_WANTED = "notice:list:wanted"
    LIST_LOADED = "notice:list:loaded"
    LIST_FAILED = "notice:list:failed"
    LETTER_SET = "notice:letter:set"
    POLICY_SET = "notice:policy:set"
    PREPARE_WANTED = "notice:preparation:wanted"
    PREPARED = "notice:preparation:done"
    PREPARE_FAILED = "notice:preparation:failed"
    TEST_WANTED = "notice:test:wanted"
    TEST_SENT = "notice:test:sent"
    APPROVED = "notice:approved"
    STARTED = "notice:sending:started"
    RATE_SET = "notice:sending:rate_set"
    PAUSED = "notice:sending:paused"
    CONTINUED = "notice:sending:continued"
    PROGRESSED = "notice:sending:progressed"
    FINISHED = "notice:finished"
    RESEND_WANTED = "notice:sending:again_wanted"
    RESENT = "notice:sending:again"
    CANCELLED = "notice:cancelled"
    PUBLISHED = "notice:public:published"
    ANSWER_WANTED = "notice:answer:wanted"
    ANSWERED = "notice:answer:sent"
    WORK_FAILED = "notice:work:failed"


class NoticeDraft(BaseModel):
    """An event that was decided and has no number yet."""

    model_config = ConfigDict(frozen=True)

    tag: NoticeTag
    facts: dict[Name, Fact] = {}
    actor: PersonId = "system"


class NoticeEvent(Event):
    """One thing that happened to one notice."""

    tag: NoticeTag


def fold_notice(notice_id: UUID, events: Iterable[NoticeEvent]) -> NoticeState:
    """The state that a notice's events make, from the first one on."""
    state = NoticeState(notice_id=notice_id)
    for event in events:
        evolve_notice(state, event)
    return state


def evolve_notice(state: NoticeState, event: NoticeEvent) -> None:
    """Let one event happen to the state, in place.

    Raises:
        ValueError: the event does not follow the last one.
    """
    if event.sequence != state.sequence + 1:
        raise ValueError(f"event {event.sequence} does not follow {state.sequence}")
    rule = _RULES.get(event.tag)
    if rule is not None:
        rule(state, event)
    state.sequence = event.sequence


def segment_facts(segments: dict[str, Segment]) -> list[str]:
    """Segments as an event keeps them: `gb_en:1840:<list>`, then `gb_en:letter:<letter>`."""
    lists = [f"{name}:{segment.count}:{segment.list_sha256}" for name, segment in sorted(segments.items())]
    return lists + [f"{name}:letter:{segment.letter_sha256}" for name, segment in sorted(segments.items())]


def _segments(fact: Fact) -> dict[str, Segment]:
    parts = [str(each).split(":") for each in fact] if isinstance(fact, list) else []
    letters = {name: digest for name, mark, digest in parts if mark == "letter"}
    return {
        name: Segment(count=int(mark), list_sha256=digest, letter_sha256=letters[name])
        for name, mark, digest in parts
        if mark != "letter"
    }


def _opened(state: NoticeState, event: NoticeEvent) -> None:
    state.opened_at, state.exercise = event.at, bool(event.facts.get("exercise"))
    state.purpose = cast("Any", text_of(event, "purpose"))
    state.breach, state.title = note_of(event, "breach"), note_of(event, "title")


def _changed(state: NoticeState, event: NoticeEvent) -> None:
    # Whatever an approval would rest on was changed: it has to be prepared, and approved, anew.
    if event.actor not in state.preparers:
        state.preparers.append(event.actor)
    state.segments, state.sha256, state.approved_by = {}, None, None
    state.status = NoticeStatus.DRAFT


def _list_wanted(state: NoticeState, event: NoticeEvent) -> None:
    _changed(state, event)
    state.list_number += 1
    state.list_wanted, state.list_failed, state.recipients = True, False, 0
    state.list_file, state.list_note = note_of(event, "list"), note_of(event, "note")
    system, collection, column = (event.facts.get(name) for name in ("system", "collection", "column"))
    state.list_column = str(column) if column else None
    state.list_system = str(system) if system else None
    state.list_collection = str(collection) if collection else None


def _list_loaded(state: NoticeState, event: NoticeEvent) -> None:
    state.list_wanted = False
    state.recipients, state.unusable = number_of(event, "recipients"), number_of(event, "unusable")
    parts = event.facts.get("countries")
    named = [str(each).split(":") for each in parts] if isinstance(parts, list) else []
    state.countries = {country: int(number) for country, number in named}


def _list_failed(state: NoticeState, _event: NoticeEvent) -> None:
    state.list_wanted, state.list_failed = False, True


def _letter(state: NoticeState, event: NoticeEvent) -> None:
    _changed(state, event)
    parts = {name: UUID(str(value)) for name, value in event.facts.items() if name != "language"}
    state.letters[cast("Any", text_of(event, "language"))] = parts


def _policy(state: NoticeState, event: NoticeEvent) -> None:
    _changed(state, event)
    state.version, state.updated = text_of(event, "version"), date.fromisoformat(text_of(event, "updated"))


def _prepare_wanted(state: NoticeState, event: NoticeEvent) -> None:
    _changed(state, event)
    state.status = NoticeStatus.PREPARING


def _prepared(state: NoticeState, event: NoticeEvent) -> None:
    state.segments = _segments(event.facts["segments"])
    state.sha256 = notice_sha256(state.segments)
    state.status = NoticeStatus.READY


def _prepare_failed(state: NoticeState, _event: NoticeEvent) -> None:
    state.status = NoticeStatus.DRAFT
    state.work_failed += 1


def _test_wanted(state: NoticeState, event: NoticeEvent) -> None:
    state.tests += 1
    state.test_address = note_of(event, "note")


def _tested(state: NoticeState, event: NoticeEvent) -> None:
    state.tested_at = event.at


def _approved(state: NoticeState, event: NoticeEvent) -> None:
    state.approved_by, state.approved_at = event.actor, event.at
    state.start_at = instant_of(event, "start_at")
    state.status = NoticeStatus.APPROVED


def _status(status: NoticeStatus) -> Callable[[NoticeState, NoticeEvent], None]:
    def rule(state: NoticeState, _event: NoticeEvent) -> None:
        state.status = status

    return rule


def _rate(state: NoticeState, event: NoticeEvent) -> None:
    state.rate = number_of(event, "rate") or None


def _progressed(state: NoticeState, event: NoticeEvent) -> None:
    state.sent += number_of(event, "sent")
    state.refused += number_of(event, "refused")


def _finished(state: NoticeState, event: NoticeEvent) -> None:
    state.status, state.finished_at, state.given_up = NoticeStatus.FINISHED, event.at, number_of(event, "given_up")


def _resend_wanted(state: NoticeState, event: NoticeEvent) -> None:
    state.resend, state.resent_at = True, event.at
    state.refused = 0  # they are counted anew


def _resent(state: NoticeState, event: NoticeEvent) -> None:
    state.resend = state.resend and not event.facts.get("wished")
    state.sent_again += number_of(event, "sent")
    state.refused += number_of(event, "refused")
    state.given_up = number_of(event, "given_up")


def _cancelled(state: NoticeState, event: NoticeEvent) -> None:
    state.status, state.finished_at = NoticeStatus.CANCELLED, event.at


def _published(state: NoticeState, event: NoticeEvent) -> None:
    note = note_of(event, "note")
    if note:
        state.published[cast("Any", text_of(event, "language"))] = note


def _answer_wanted(state: NoticeState, event: NoticeEvent) -> None:
    note, mails = note_of(event, "note"), event.facts.get("mails")
    state.answers_wanted += 1
    if note:
        chosen = [UUID(str(mail)) for mail in mails] if isinstance(mails, list) else []
        state.answers.append(Answer(number=state.answers_wanted, by=event.actor, note=note, mails=chosen))


def _answered(state: NoticeState, event: NoticeEvent) -> None:
    state.answers = [each for each in state.answers if each.number != number_of(event, "number")]
    state.answered += number_of(event, "sent")


def _work_failed(state: NoticeState, _event: NoticeEvent) -> None:
    state.work_failed += 1


_RULES: dict[NoticeTag, Callable[[NoticeState, NoticeEvent], None]] = {
    NoticeTag.OPENED: _opened,
    NoticeTag.LIST_WANTED: _list_wanted,
    NoticeTag.LIST_LOADED: _list_loaded,
    NoticeTag.LIST_FAILED: _list_failed,
    NoticeTag.LETTER_SET: _letter,
    NoticeTag.POLICY_SET: _policy,
    NoticeTag.PREPARE_WANTED: _prepare_wanted,
    NoticeTag.PREPARED: _prepared,
    NoticeTag.PREPARE_FAILED: _prepare_failed,
    NoticeTag.TEST_WANTED: _test_wanted,
    NoticeTag.TEST_SENT: _tested,
    NoticeTag.APPROVED: _approved,
    NoticeTag.STARTED: _status(NoticeStatus.SENDING),
    NoticeTag.RATE_SET: _rate,
    NoticeTag.PAUSED: _status(NoticeStatus.PAUSED),
    NoticeTag.CONTINUED: _status(NoticeStatus.SENDING),
    NoticeTag.PROGRESSED: _progressed,
    NoticeTag.FINISHED: _finished,
    NoticeTag.RESEND_WANTED: _resend_wanted,
    NoticeTag.RESENT: _resent,
    NoticeTag.CANCELLED: _cancelled,
    NoticeTag.PUBLISHED: _published,
    NoticeTag.ANSWER_WANTED: _answer_wanted,
    NoticeTag.ANSWERED: _answered,
    NoticeTag.WORK_FAILED: _work_failed,
}
