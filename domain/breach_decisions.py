"""Which commands are legal in which state of a breach, and what they make happen. Pure: no clock, no I/O.

A breach is worked on in whatever order it unfolds, so nearly everything is allowed while it is open; what the law orders is
asked where it matters: reasons, four eyes, the reason for delay.
Next: `workflows/breach.py`
"""

from datetime import datetime

from domain.authority import check_role
from domain.breach import BreachState, BreachStatus
from domain.breach_authorities import CONTROLLER, breach_authority, find_authority
from domain.breach_authority import ROLES, BreachAction
from domain.breach_checklist import STEPS
from domain.breach_clock import breach_clock
from domain.breach_commands import (
    AddEvidence,
    AddFact,
    AddOther,
    AddTask,
    Assess,
    BreachCommand,
    ChangeStep,
    ChooseLand,
    CompleteTask,
    ConfirmAwareness,
    DecideAuthority,
    DecidePeople,
    FreezeEvidence,
    HandOver,
    LinkCase,
    RecordTold,
    SetAffected,
    SetLead,
)
from domain.breach_events import BreachDraft, BreachTag
from domain.breach_facts import affected_facts
from domain.breach_report_decisions import REPORT_DECISIONS, Rule, drafted, past, simple
from domain.commands import CommandBase
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError
from domain.events import Fact
from domain.reasons import need_reason, noted
from domain.regimes import MEMBER_STATES, country_code


def allowed_breach_actions(state: BreachState) -> list[BreachAction]:
    """What may be done now, whoever asks; roles and four eyes are asked on top of this."""
    if state.status is BreachStatus.CLOSED:
        return [BreachAction.REOPEN, BreachAction.ADD_FACT, BreachAction.ADD_EVIDENCE, BreachAction.LINK_CASE]
    never = {BreachAction.REOPEN}
    if state.acknowledged_at:
        never.add(BreachAction.ACKNOWLEDGE)
    if not any(task.done_at is None for task in state.tasks.values()):
        never.add(BreachAction.COMPLETE_TASK)
    if not any(party.told_at is None for party in state.others.values()):
        never.add(BreachAction.RECORD_TOLD)
    waiting = [report for report in state.reports.values() if report.sha256 and not report.sent_at]
    if not waiting:
        never |= {BreachAction.RECORD_SENT, BreachAction.APPROVE_REPORT}
    if state.open_steps or state.status is BreachStatus.CONTAINED:
        never.add(BreachAction.CONTAIN)
    if any(report.sent_at for report in state.reports.values()):
        never.add(BreachAction.DISMISS)  # an authority was told; withdrawing that is a report and not a silence
    return sorted(set(BreachAction) - never)


def decide_breach(state: BreachState, command: BreachCommand, *, now: datetime) -> list[BreachDraft]:
    """Turn a command into the events it makes happen.

    Args:
        state: where the breach stands.
        command: who wants what.
        now: UTC; nothing becomes known or is sent in the future.

    Raises:
        NotAllowedNowError: not at this stage. NotPermittedError: not with this role. FourEyesError: not by a preparer.
        StaleHashError: the approval names a report that is not there any more. InvalidInputError: names nothing known.
    """
    check_role(ROLES, command.action, command.actor.role)
    if command.action not in (allowed := allowed_breach_actions(state)):
        raise NotAllowedNowError(
            "This action is not possible at the breach's present stage.",
            status=state.status.value,
            allowed_actions=[action.value for action in allowed],
        )
    drafts = _DECIDE[command.action](state, command, now)
    return [draft.model_copy(update={"actor": command.actor.person}) for draft in drafts]


def _awareness(_state: BreachState, command: ConfirmAwareness, now: datetime) -> list[BreachDraft]:
    need_reason(command)
    breach_clock(command.aware_at)  # refuses an instant before the GDPR applied
    return drafted(BreachTag.AWARENESS_SET, command, aware_at=past(command.aware_at, now, "aware_at"))


def check_place(place: str) -> None:
    """Refuse what is neither a country, nor a German Land, nor `XX`.

    Raises:
        InvalidInputError: nothing known by this code.
    """
    country, _, land = place.partition("-")
    if place == "XX" or (not land and (country in MEMBER_STATES or country_code(country) == country)):
        return
    if breach_authority(place) is None:
        raise InvalidInputError("This is no country, no German Land and not XX.", field="affected")


def _affected(_state: BreachState, command: SetAffected, _now: datetime) -> list[BreachDraft]:
    for place, people in command.affected.items():
        check_place(place)
        if people.low > people.high:
            raise InvalidInputError("A range goes from the lower to the higher number.", field="affected")
    counted = {place: people.count() for place, people in command.affected.items()}
    return drafted(BreachTag.AFFECTED_CHANGED, command, affected=affected_facts(counted))


def _land(state: BreachState, command: ChooseLand, _now: datetime) -> list[BreachDraft]:
    need_reason(command)
    if "DE" not in state.affected:
        raise InvalidInputError("Nobody is counted for Germany without a Land.", field="land")
    if not command.land.startswith("DE-") or breach_authority(command.land) is None:
        raise InvalidInputError("Write DE- and the two letters of a Land.", field="land")
    return drafted(BreachTag.LAND_CHOSEN, command, land=command.land)


def _lead(_state: BreachState, command: SetLead, _now: datetime) -> list[BreachDraft]:
    return drafted(BreachTag.LEAD_SET, command, lead=command.lead, deputy=command.deputy)


def _hand_over(_state: BreachState, command: HandOver, _now: datetime) -> list[BreachDraft]:
    need_reason(command)
    return drafted(BreachTag.HANDED_OVER, command, lead=command.lead)


def _step(_state: BreachState, command: ChangeStep, _now: datetime) -> list[BreachDraft]:
    if command.step not in STEPS:
        raise InvalidInputError("There is no such step of containment.", field="step")
    if command.state == "not_needed":
        need_reason(command)
    return drafted(
        BreachTag.STEP_CHANGED, command, step=command.step, state=command.state, owner=command.owner, due_at=command.due_at
    )


def _freeze(_state: BreachState, command: FreezeEvidence, _now: datetime) -> list[BreachDraft]:
    return drafted(BreachTag.EVIDENCE_FROZEN, command, systems=[*command.systems])


def _evidence(_state: BreachState, command: AddEvidence, _now: datetime) -> list[BreachDraft]:
    facts: dict[str, Fact] = {"evidence": str(command.evidence), "sha256": command.sha256, "bytes": command.bytes}
    return drafted(BreachTag.EVIDENCE_ADDED, command, **facts)


def _task(_state: BreachState, command: AddTask, _now: datetime) -> list[BreachDraft]:
    need_reason(command)
    return drafted(BreachTag.TASK_ADDED, command, owner=command.owner, due_at=command.due_at)


def _task_done(state: BreachState, command: CompleteTask, _now: datetime) -> list[BreachDraft]:
    if command.task not in state.tasks or state.tasks[command.task].done_at:
        raise InvalidInputError("There is no such open task.", field="task")
    return drafted(BreachTag.TASK_DONE, command, task=str(command.task))


def _fact(_state: BreachState, command: AddFact, now: datetime) -> list[BreachDraft]:
    need_reason(command)
    at = past(command.happened_at, now, "happened_at")
    # A fact of an event has no slash; the name of a zone does.
    return drafted(BreachTag.FACT_ADDED, command, happened_at=at, zone=command.zone.replace("/", ":"))


def _assess(_state: BreachState, command: Assess, _now: datetime) -> list[BreachDraft]:
    return drafted(BreachTag.ASSESSED, command, **command.inputs.model_dump())


def _second_person(state: BreachState, command: CommandBase) -> None:
    """A decision is not taken by whoever worked out the score beside it (`security.md` section 4)."""
    if command.actor.person == state.assessed_by:
        raise FourEyesError("You worked out the severity. Somebody else has to decide who is told.")


def _decide_authority(state: BreachState, command: DecideAuthority, _now: datetime) -> list[BreachDraft]:
    need_reason(command)
    _second_person(state, command)
    if find_authority(command.authority) is None and command.authority != CONTROLLER:
        raise InvalidInputError("There is no authority of this name.", field="authority")
    if command.verdict == "not_notify" and state.sent_reports(command.authority):
        raise NotAllowedNowError("This authority was told already.", status=state.status.value)
    return drafted(BreachTag.AUTHORITY_DECIDED, command, authority=command.authority, verdict=command.verdict)


def _decide_people(state: BreachState, command: DecidePeople, _now: datetime) -> list[BreachDraft]:
    need_reason(command)
    _second_person(state, command)
    if command.verdict == "notify" and command.exemption:
        raise InvalidInputError("An exception is for a decision not to tell people.", field="exemption")
    return drafted(BreachTag.PEOPLE_DECIDED, command, verdict=command.verdict, exemption=command.exemption)


def _other(_state: BreachState, command: AddOther, _now: datetime) -> list[BreachDraft]:
    need_reason(command)  # who it is, and how they are reached
    return drafted(BreachTag.OTHER_ADDED, command, kind=command.kind, due_at=command.due_at)


def _told(state: BreachState, command: RecordTold, now: datetime) -> list[BreachDraft]:
    if command.other not in state.others or state.others[command.other].told_at:
        raise InvalidInputError("Nobody of this id is waiting to be told.", field="other")
    at = past(command.told_at, now, "told_at") if command.told_at else None
    return drafted(BreachTag.OTHER_TOLD, command, other=str(command.other), told_at=at)


def _case(_state: BreachState, command: LinkCase, _now: datetime) -> list[BreachDraft]:
    return drafted(BreachTag.CASE_LINKED, command, case=str(command.case))


def _close(state: BreachState, command: CommandBase, _now: datetime) -> list[BreachDraft]:
    need_reason(command)  # what was learnt
    if state.open_steps:
        raise NotAllowedNowError("Steps of containment are open.", status=state.status.value)
    told = {report.authority for report in state.reports.values() if report.sent_at}
    if any(decision.verdict == "notify" and name not in told for name, decision in state.decisions.items()):
        raise NotAllowedNowError("An authority that is to be told was not told yet.", status=state.status.value)
    if state.people is None or not state.decisions:
        raise NotAllowedNowError("Decide first who is told, and why; also if nobody is.", status=state.status.value)
    return [BreachDraft(tag=BreachTag.CLOSED, facts=noted(command))]


_DECIDE: dict[BreachAction, Rule] = {
    BreachAction.ACKNOWLEDGE: simple(BreachTag.ACKNOWLEDGED, reason=False),
    BreachAction.CONFIRM_AWARENESS: _awareness,
    BreachAction.SET_AFFECTED: _affected,
    BreachAction.CHOOSE_LAND: _land,
    BreachAction.SET_LEAD: _lead,
    BreachAction.CHANGE_STEP: _step,
    BreachAction.FREEZE_EVIDENCE: _freeze,
    BreachAction.ADD_EVIDENCE: _evidence,
    BreachAction.ADD_TASK: _task,
    BreachAction.COMPLETE_TASK: _task_done,
    BreachAction.ADD_FACT: _fact,
    BreachAction.ASSESS: _assess,
    BreachAction.DECIDE_AUTHORITY: _decide_authority,
    BreachAction.DECIDE_PEOPLE: _decide_people,
    BreachAction.ADVISE: simple(BreachTag.ADVICE_GIVEN),
    BreachAction.ADD_OTHER: _other,
    BreachAction.RECORD_TOLD: _told,
    BreachAction.HAND_OVER: _hand_over,
    BreachAction.LINK_CASE: _case,
    BreachAction.CONTAIN: simple(BreachTag.CONTAINED, reason=False),
    BreachAction.DISMISS: simple(BreachTag.DISMISSED),
    BreachAction.CLOSE: _close,
    BreachAction.REOPEN: simple(BreachTag.REOPENED),
    **REPORT_DECISIONS,
}
