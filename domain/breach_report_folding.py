"""How recorded events move the reports to authorities: fields, what was frozen, approved and handed in (Article 33(3), 33(4)).

A part of `domain/breach_folding.py`. Next: `domain/breach_rows.py`
"""

from collections.abc import Callable
from typing import Any, cast

from domain.breach import BreachState, FieldState, Report
from domain.breach_events import BreachEvent, BreachTag
from domain.event_facts import instant_of, note_of, number_of, text_of, uuid_of


def _field(state: BreachState, event: BreachEvent) -> None:
    standing = cast("Any", text_of(event, "standing"))
    state.fields[text_of(event, "field")] = FieldState(standing=standing, note=note_of(event), sequence=event.sequence)


def _report_prepared(state: BreachState, event: BreachEvent) -> None:
    authority = text_of(event, "authority")
    state.reports[uuid_of(event, "report")] = Report(
        authority=authority,
        number=number_of(event, "number"),
        language=cast("Any", text_of(event, "language")),
        prepared_by=event.actor,
        upto=event.sequence - 1,
    )


def _report_frozen(state: BreachState, event: BreachEvent) -> None:
    report = state.reports[uuid_of(event, "report")]
    report.sha256 = text_of(event, "sha256")
    report.complete, report.estimated = number_of(event, "complete"), number_of(event, "estimated")
    report.unknown = number_of(event, "unknown")


def _report_failed(state: BreachState, event: BreachEvent) -> None:
    state.reports[uuid_of(event, "report")].failed = True


def _report_approved(state: BreachState, event: BreachEvent) -> None:
    state.reports[uuid_of(event, "report")].approved_by = event.actor


def _report_sent(state: BreachState, event: BreachEvent) -> None:
    report = state.reports[uuid_of(event, "report")]
    report.sent_at, report.sent_by = instant_of(event, "sent_at"), event.actor
    report.receipt, report.unapproved = note_of(event, "receipt"), note_of(event)


def _delay(state: BreachState, event: BreachEvent) -> None:
    state.delay = note_of(event)


REPORT_RULES: dict[BreachTag, Callable[[BreachState, BreachEvent], None]] = {
    BreachTag.FIELD_SET: _field,
    BreachTag.REPORT_PREPARED: _report_prepared,
    BreachTag.REPORT_FROZEN: _report_frozen,
    BreachTag.REPORT_FAILED: _report_failed,
    BreachTag.REPORT_APPROVED: _report_approved,
    BreachTag.REPORT_SENT: _report_sent,
    BreachTag.DELAY_EXPLAINED: _delay,
}
