"""From a case as it is stored to the case as clients read it, cut to who reads.

Next: api/v1/cases.py
"""

from typing import Any, Literal
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.item_decisions import newest_revision
from adapters.resources import Resources
from api.alone import possible_alone
from api.dependencies import Web
from api.security import Caller
from api.v1.models import (
    CaseAnswer,
    CaseLine,
    ClockAnswer,
    ComplaintAnswer,
    ErasurePlanAnswer,
    IdentifierAnswer,
    PackageAnswer,
    PartialAnswerLine,
    RightAnswer,
    SystemAnswer,
    WorkItemAnswer,
)
from domain.authority import DECISIONS, ROLES, Action
from domain.case import CaseState
from domain.decisions import allowed_actions
from domain.errors import CodeRefusedError, FourEyesError, NotAllowedNowError, StaleHashError, UnknownObjectError
from domain.messages import Snapshot
from domain.rights import Channel, Right, Risk, Status

# Refusals about where the case stands; each says what is possible instead.
ABOUT_THE_STAGE = (NotAllowedNowError, StaleHashError, FourEyesError, CodeRefusedError)


def case_answer(resources: Resources, who: Caller, view: CaseView) -> CaseAnswer:
    """One case as a client reads it (design section 11)."""
    receipt, state = view.receipt, view.state
    package = package_of(state, _newest(resources, state))
    return CaseAnswer(
        **case_line(view).model_dump(exclude={"legal_due", "safe_due"}),
        channel=Channel(receipt.channel),
        risk=state.risk if state.sequence else Risk(receipt.risk),
        doubts=state.doubts,
        held=state.held,
        closing_proposed=state.closing_proposed,
        unanswered=state.unanswered,
        clock=ClockAnswer.model_validate(view.clock.model_dump()),
        allowed_actions=_possible(resources, who, state, package),
        identifiers=[
            IdentifierAnswer(id=key, kind=identifier.kind, standing=identifier.standing)
            for key, identifier in state.identifiers.items()
        ],
        delivery_address=state.delivery_address,
        systems=[SystemAnswer(name=name, **system.model_dump()) for name, system in state.systems.items()],
        work_items=[
            WorkItemAnswer(
                id=key,
                kind=item.kind,
                system=item.system,
                right=item.right,
                collection=item.collection,
                recipient=item.recipient,
                due=item.due,
                state="done" if item.result else "open",
                result=item.result,
            )
            for key, item in state.work_items.items()
        ],
        package=package,
        erasure_plan=_erasure_plan(state),
        partial_answer=_partial_of(state),
        complaint=ComplaintAnswer.model_validate(state.complaint.model_dump()) if state.item(Right.COMPLAINT) else None,
    )


def answer_of_snapshot(resources: Resources, who: Caller, view: CaseView, snapshot: Snapshot) -> CaseAnswer:
    """The case as the workflow answered it, which may be ahead of what was read before."""
    clock = snapshot.clock or view.clock
    now = CaseView(receipt=view.receipt, state=snapshot.state, clock=clock, assignee=view.assignee)
    return case_answer(resources, who, now)


async def recorded_answer(web: Web, who: Caller, view: CaseView, command_id: str) -> CaseAnswer | None:
    """The answer to a command handed in before: the engine's, or the record's once the workflow is gone; None without one.

    Raises:
        DomainError: it was refused; says what the caller may do instead.
    """
    case_id, reader = view.receipt.case_id, CaseReader(web.resources)
    try:
        snapshot = await web.cases.answer_of(case_id, command_id)
    except ABOUT_THE_STAGE as refusal:
        refusal.facts |= await run_in_threadpool(standing, web.resources, who, case_id)
        raise
    except UnknownObjectError:
        snapshot = None
    if snapshot is not None:
        return await run_in_threadpool(answer_of_snapshot, web.resources, who, view, snapshot)
    if not await run_in_threadpool(reader.happened, case_id, command_id):
        return None
    return case_answer(web.resources, who, await run_in_threadpool(reader.get, case_id))


def standing(resources: Resources, who: Caller, case_id: UUID) -> dict[str, Any]:
    """What a refusal about a case's stage says of it: its status, and what the caller may do instead."""
    state = CaseReader(resources).get(case_id).state
    return {"status": state.status.value, "allowed_actions": possible_actions(resources, who, state)}


def case_line(view: CaseView) -> CaseLine:
    """One case in a list."""
    return CaseLine(
        case_id=view.receipt.case_id,
        reference=view.receipt.reference,
        status=view.state.status,
        outcome=view.state.outcome,
        received_at=view.receipt.received_at,
        rights=[RightAnswer(right=item.right, status=item.status, outcome=item.outcome) for item in view.state.rights],
        legal_due=view.clock.legal_due,
        safe_due=view.clock.safe_due,
        assignee=view.assignee,
    )


def possible_actions(resources: Resources, who: Caller, state: CaseState) -> list[str]:
    """What the caller may do about a case now; four eyes are asked when they do."""
    return [action.value for action in _possible(resources, who, state, package_of(state, _newest(resources, state)))]


def package_of(state: CaseState, newest: int) -> PackageAnswer | None:
    """The package as a reviewer meets it; None before the systems were searched.

    Args:
        state: where the case stands.
        newest: revision of the item decisions; a package built before it cannot be approved.
    """
    package = state.package
    standing: Literal["stale", "building", "ready"] = "ready"
    stage = state.stage(state.copied)
    if stage is Status.IN_REVIEW and (package is None or state.package_wanted is not None):
        standing = "building"
    elif package is None:
        return None
    elif stage is Status.COLLECTING or (
        stage is Status.IN_REVIEW and (state.needs_search or newest > package.revision or package.returned)
    ):
        standing = "stale"
    return PackageAnswer(
        state=standing,
        sha256=package and package.sha256,
        bytes=package and package.bytes,
        revision=package and package.revision,
        records=package and package.records,
        approved=state.approved,
    )


def _partial_of(state: CaseState) -> PartialAnswerLine | None:
    partial = state.partial
    package = partial.package if partial else state.partial_given
    if partial is None and package is None:
        return None
    stands: Literal["building", "ready", "approved", "delivered"] = "delivered"
    if partial is not None:
        stands = "approved" if partial.approved else "ready" if package else "building"
    return PartialAnswerLine(
        state=stands, sha256=package and package.sha256, bytes=package and package.bytes, records=package and package.records
    )


def _erasure_plan(state: CaseState) -> ErasurePlanAnswer | None:
    erasure = state.erasure
    if erasure is None or erasure.plan is None:
        return None
    plan = erasure.plan
    standing: Literal["stale", "ready", "approved", "carried_out", "certified"] = "ready"
    if erasure.certified:
        standing = "certified"
    elif erasure.carried_out_at:
        standing = "carried_out"
    elif erasure.approved:
        standing = "approved"
    elif plan.keys != state.usable_keys:
        standing = "stale"
    return ErasurePlanAnswer(
        state=standing,
        sha256=plan.sha256,
        erase=plan.erase,
        change=plan.change,
        keep=plan.keep,
        waiting_until=erasure.waiting_until,
        leftovers=erasure.leftovers,
    )


def _possible(resources: Resources, who: Caller, state: CaseState, package: PackageAnswer | None) -> list[Action]:
    covered = [action for action in allowed_actions(state) if who.role in ROLES[action]]
    hidden = set() if who.decides else set(DECISIONS)
    if package is None or package.state != "ready":
        hidden.add(Action.APPROVE_PACKAGE)
    if not possible_alone(resources, who, state):
        hidden.add(Action.ANNOUNCE_ALONE)
    return [action for action in covered if action not in hidden]


def _newest(resources: Resources, state: CaseState) -> int:
    if state.package is None:
        return 0
    with resources.database.read() as session:
        return newest_revision(session, state.case_id)
