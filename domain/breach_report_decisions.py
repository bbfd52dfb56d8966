"""Decisions on reports to authorities: fields, freezing, approval by somebody else, sending (Articles 33(1), 33(3), 33(4)).

A part of `domain/breach_decisions.py`. Next: `domain/breach_forms.py`
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from domain.breach import BreachState, Report
from domain.breach_authorities import CONTROLLER, find_authority
from domain.breach_authority import BreachAction
from domain.breach_clock import breach_clock
from domain.breach_commands import ApproveReport, FieldInput, PrepareReport, RecordSent, SetField, SetFields
from domain.breach_events import BreachDraft, BreachTag
from domain.breach_forms import FIELDS
from domain.commands import CommandBase
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, StaleHashError
from domain.events import Fact
from domain.reasons import need_reason, noted

Rule = Callable[[BreachState, Any, datetime], list[BreachDraft]]


def simple(tag: BreachTag, *, reason: bool = True) -> Rule:
    def rule(_state: BreachState, command: CommandBase, _now: datetime) -> list[BreachDraft]:
        if reason:
            need_reason(command)
        return [BreachDraft(tag=tag, facts=noted(command))]

    return rule


def drafted(tag: BreachTag, command: CommandBase, **facts: Fact | datetime) -> list[BreachDraft]:
    told = {name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    return [BreachDraft(tag=tag, facts=noted(command, **{name: value for name, value in told.items() if value is not None}))]


def past(instant: datetime, now: datetime, field: str) -> datetime:
    if instant > now:
        raise InvalidInputError("This instant lies in the future.", field=field)
    return instant


def _check_field(given: SetField | FieldInput) -> None:
    field = FIELDS.get(given.field)
    if field is None or field.derived:
        raise InvalidInputError("There is no such field to fill in.", field="field")
    if given.standing != "not_yet_known" and given.note is None:
        raise InvalidInputError("Say what is known.", field="value", of=given.field)


def _field(_state: BreachState, command: SetField, _now: datetime) -> list[BreachDraft]:
    _check_field(command)
    return drafted(BreachTag.FIELD_SET, command, field=command.field, standing=command.standing)


def _fields(_state: BreachState, command: SetFields, _now: datetime) -> list[BreachDraft]:
    if len({each.field for each in command.fields}) < len(command.fields):
        raise InvalidInputError("A field is filled in once.", field="fields")
    drafts = []
    for each in command.fields:
        _check_field(each)
        note: dict[str, Fact] = {"note": str(each.note)} if each.note else {}
        drafts.append(BreachDraft(tag=BreachTag.FIELD_SET, facts={"field": each.field, "standing": each.standing, **note}))
    return drafts


def _prepare(state: BreachState, command: PrepareReport, _now: datetime) -> list[BreachDraft]:
    authority = find_authority(command.authority)
    if authority is None and command.authority != CONTROLLER:
        raise InvalidInputError("There is no authority of this name.", field="authority")
    if command.report in state.reports:
        raise InvalidInputError(field="report")
    language = command.language or (authority.language if authority else "en")
    number = len(state.sent_reports(command.authority)) + 1
    facts: dict[str, Fact] = {"report": str(command.report), "authority": command.authority, "language": language}
    return drafted(BreachTag.REPORT_PREPARED, command, **facts, number=number)


def _waiting(state: BreachState, command: ApproveReport | RecordSent) -> Report:
    report = state.reports.get(command.report)
    if report is None or report.sha256 is None or report.sent_at:
        raise InvalidInputError("There is no such report waiting.", field="report")
    return report


def _approve(state: BreachState, command: ApproveReport, _now: datetime) -> list[BreachDraft]:
    report = _waiting(state, command)
    if report.sha256 != command.sha256:
        raise StaleHashError(status=state.status.value)
    if report.prepared_by == command.actor.person:
        raise FourEyesError
    return drafted(BreachTag.REPORT_APPROVED, command, report=str(command.report), sha256=command.sha256)


def _sent(state: BreachState, command: RecordSent, now: datetime) -> list[BreachDraft]:
    report = _waiting(state, command)
    sent_at = past(command.sent_at, now, "sent_at")
    if report.approved_by is None:
        need_reason(command)  # sent without approval, because: lawful on a Saturday night, and on record
    first = not state.sent_reports(report.authority)
    if first and state.started and sent_at > breach_clock(state.started).safe_due and state.delay is None:
        raise NotAllowedNowError(
            "More than 72 hours have passed. Explain the delay first; the report has to carry the reasons (Article 33(1)).",
            status=state.status.value,
        )
    receipt = str(command.receipt) if command.receipt else None
    return drafted(BreachTag.REPORT_SENT, command, report=str(command.report), sent_at=sent_at, receipt=receipt)


REPORT_DECISIONS: dict[BreachAction, Rule] = {
    BreachAction.SET_FIELD: _field,
    BreachAction.SET_FIELDS: _fields,
    BreachAction.PREPARE_REPORT: _prepare,
    BreachAction.APPROVE_REPORT: _approve,
    BreachAction.RECORD_SENT: _sent,
    BreachAction.EXPLAIN_DELAY: simple(BreachTag.DELAY_EXPLAINED),
}
