"""From a breach as it is stored to the breach as clients read it, cut to who reads (`security.md` section 4).

Next: `api/v1/breaches.py`
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import col, select

from adapters.database.breach_reader import BreachReader, BreachView
from adapters.database.tables import CaseReceipt
from adapters.resources import Resources
from api.security import Caller
from api.v1.breach_models import (
    AdviceAnswer,
    AwarenessAnswer,
    BreachAnswer,
    BreachClockAnswer,
    BreachDecisionAnswer,
    BreachLineAnswer,
    CountAnswer,
    EvidenceAnswer,
    OtherAnswer,
    ReportAnswer,
    ReportFieldAnswer,
    SeverityAnswer,
    StepAnswer,
    TaskAnswer,
    TimelineAnswer,
)
from domain.breach import BreachState, Count, Decision, Report
from domain.breach_authorities import find_authority
from domain.breach_authority import DECISIONS, ROLES, BreachAction
from domain.breach_checklist import STEPS
from domain.breach_decisions import allowed_breach_actions
from domain.breach_forms import FIELDS
from domain.breach_rows import AuthorityRow, BreachClocks
from domain.rights import Role

Words = dict[UUID, str]


def breach_line(resources: Resources, view: BreachView, now: datetime) -> BreachLineAnswer:
    """One breach in a list."""
    state = view.state
    assert state.first_alert_at is not None
    return BreachLineAnswer(
        breach_id=view.dossier.id,
        reference=view.dossier.reference,
        status=state.status,
        outcome=state.outcome,
        exercise=state.exercise,
        role=state.role,
        opened_at=view.dossier.opened_at,
        first_alert_at=state.first_alert_at,
        first_due=BreachReader(resources).clocks(state, now).first_due,
    )


def breach_answer(resources: Resources, who: Caller, view: BreachView, now: datetime) -> BreachAnswer:
    """One breach as a client reads it (design section 11)."""
    state, reader = view.state, BreachReader(resources)
    clocks = reader.clocks(state, now)
    # An auditor sees what happened and when, and nothing that may name a person.
    words = {} if who.role is Role.AUDITOR else reader.words(state.breach_id, notes_of(state))
    severity, references = state.severity, _references(resources, state)
    return BreachAnswer(
        **breach_line(resources, view, now).model_dump(),
        summary=_said(words, state.summary),
        awareness=_awareness(state, words),
        affected={place: _count(people) for place, people in state.affected.items()},
        unknown_country=_count(clocks.unknown) if clocks.unknown else None,
        elsewhere={place: _count(people) for place, people in clocks.elsewhere.items()},
        clocks=[_row(row) for row in clocks.rows],
        sum=clocks.sum,
        others=_others(state, clocks, words),
        lead=state.lead,
        deputy=state.deputy,
        acknowledged_by=state.acknowledged_by,
        acknowledged_at=state.acknowledged_at,
        steps=_steps(state, words),
        frozen=state.frozen,
        tasks=[
            TaskAnswer(id=key, text=_said(words, key), **task.model_dump(exclude={"note"})) for key, task in state.tasks.items()
        ],
        timeline=[
            TimelineAnswer(id=key, text=_said(words, key), **entry.model_dump(exclude={"note"}))
            for key, entry in sorted(state.timeline.items(), key=lambda pair: pair[1].at)
        ],
        evidence=[EvidenceAnswer(id=key, **kept.model_dump()) for key, kept in state.evidence.items()],
        severity=SeverityAnswer(**severity.model_dump(), suggestion=severity.suggestion, flags=severity.flags, sum=severity.sum)
        if severity
        else None,
        people_threshold=resources.settings.people_threshold,
        decisions=_decisions(state, words),
        advice=[AdviceAnswer(at=each.at, by=each.by, text=_said(words, each.note)) for each in state.advice],
        fields=_fields(state, words),
        reports=[_report(key, report, words) for key, report in state.reports.items()],
        delay_reason=_said(words, state.delay),
        handovers=[text for note in state.handovers if (text := _said(words, note))],
        cases=[reference for reference, _ in references],
        requests_since=sum(1 for _, at in references if state.first_alert_at and at >= state.first_alert_at),
        notices=state.notices,
        lessons=_said(words, state.lessons),
        allowed_actions=possible(who, state),
    )


def possible(who: Caller, state: BreachState) -> list[BreachAction]:
    """What the caller may do now; four eyes are asked when they do."""
    actions = allowed_breach_actions(state)
    return [each for each in actions if who.role in ROLES[each] and (who.decides or each not in DECISIONS)]


def notes_of(state: BreachState) -> list[UUID]:
    """Every note that a breach's state names."""
    notes = [state.summary, state.delay, state.lessons, state.unknown_land_note, state.severity_note, *state.handovers]
    notes += [*state.tasks, *state.timeline, *state.others]
    notes += [step.note for step in state.steps.values()] + [field.note for field in state.fields.values()]
    notes += [decision.note for decision in state.decisions.values()] + [each.note for each in state.advice]
    notes += [state.people.note] if state.people else []
    notes += [state.awareness.note] if state.awareness else []
    notes += [note for report in state.reports.values() for note in (report.receipt, report.unapproved)]
    return [note for note in notes if note is not None]


def _said(words: Words, note: UUID | None) -> str | None:
    return words.get(note) if note else None


def _count(people: Count) -> CountAnswer:
    return CountAnswer(low=people.low, high=people.high)


def _awareness(state: BreachState, words: Words) -> AwarenessAnswer | None:
    aware = state.awareness
    if aware is None:
        return None
    return AwarenessAnswer(at=aware.at, provisional=aware.provisional, decided_by=aware.by, reason=_said(words, aware.note))


def _row(row: AuthorityRow) -> BreachClockAnswer:
    country, _, land = row.country.partition("-")
    authority = find_authority(row.key)
    return BreachClockAnswer(
        **row.model_dump(exclude={"country", "opened_at", "people"}),
        authority=row.authority,
        name=authority.name if authority else None,
        country=country,
        land=land or None,
        people=_count(row.people),
    )


def _others(state: BreachState, clocks: BreachClocks, words: Words) -> list[OtherAnswer]:
    return [OtherAnswer(**row.model_dump(), who=_said(words, state.others[row.id].note)) for row in clocks.others]


def _steps(state: BreachState, words: Words) -> list[StepAnswer]:
    return [
        StepAnswer(
            step=name,
            title=STEPS.get(name, name),
            state=step.state,
            owner=step.owner,
            due_at=step.due_at,
            note=_said(words, step.note),
        )
        for name, step in state.steps.items()
    ]


def _decisions(state: BreachState, words: Words) -> list[BreachDecisionAnswer]:
    found: dict[str, Decision] = {**state.decisions} | ({"people": state.people} if state.people else {})
    return [
        BreachDecisionAnswer(
            about=name,
            verdict=decision.verdict,
            exemption=decision.exemption,
            by=decision.by,
            at=decision.at,
            reason=_said(words, decision.note),
        )
        for name, decision in found.items()
    ]


def _fields(state: BreachState, words: Words) -> list[ReportFieldAnswer]:
    answers = []
    for name, field in FIELDS.items():
        known = state.fields.get(name)
        answers.append(
            ReportFieldAnswer(
                field=name,
                label=field.label("en"),
                article=f"33(3)({field.article})" if len(field.article) == 1 else field.article,
                standing=known.standing if known else "not_yet_known",
                value=_said(words, known.note) if known else None,
                choices=list(field.choices),
                derived=field.derived,
            )
        )
    return answers


def report_state(report: Report) -> Literal["freezing", "failed", "waiting", "approved", "sent"]:
    """Where a report stands, in a word."""
    if report.sent_at:
        return "sent"
    if report.approved_by:
        return "approved"
    return "failed" if report.failed else "waiting" if report.sha256 else "freezing"


def _report(key: UUID, report: Report, words: Words) -> ReportAnswer:
    return ReportAnswer(
        id=key,
        state=report_state(report),
        **report.model_dump(exclude={"receipt", "unapproved", "upto", "failed"}),
        receipt=_said(words, report.receipt),
        sent_without_approval_because=_said(words, report.unapproved),
    )


def _references(resources: Resources, state: BreachState) -> list[tuple[str, datetime]]:
    if not state.cases:
        return []
    query = select(CaseReceipt.reference, CaseReceipt.received_at).where(col(CaseReceipt.case_id).in_(state.cases))
    with resources.database.read() as session:
        return [(reference, received_at) for reference, received_at in session.exec(query).all()]
