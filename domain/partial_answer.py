"""A part of the answer now, the rest by the date: proposed with reasons, approved by somebody else, delivered (Article 12(3)).

It ends no right and meets no date: the case goes on. Pure, like `domain/decisions.py` and `domain/folding.py`, of which this is a
part. Next: `workflows/partial_answer.py`
"""

from collections.abc import Callable

from domain.alone import second_person
from domain.authority import Action
from domain.case import CaseState, PartialAnswer, binding_of
from domain.clock_folding import prepared, tasks_done
from domain.commands import ApprovePartialAnswer, PreparePartialAnswer
from domain.errors import InvalidInputError, StaleHashError
from domain.event_facts import number_of, text_of, uuid_of
from domain.events import CaseEvent, Draft, Tag
from domain.insurance import PARTIAL_ANSWER, partly_answerable
from domain.messages import Verdict
from domain.package_folding import package_of
from domain.reasons import need_reason, noted


def partial_actions(state: CaseState) -> list[Action]:
    """What may be done about a partial answer now, whoever asks."""
    partial = state.partial
    fetch = [Action.REQUEST_CODE, Action.OPEN_PACKAGE] if state.partial_given and not state.held else []
    if partial is None:
        return [*fetch, Action.PREPARE_PARTIAL_ANSWER] if partly_answerable(state) else fetch
    if partial.approved:
        return fetch
    ready = partial.package is not None and not (state.held or state.disputed) and state.knows(state.copied)
    return [*fetch, Action.RETURN_FOR_REWORK, *([Action.APPROVE_PARTIAL_ANSWER] if ready else [])]


def _prepare(state: CaseState, command: PreparePartialAnswer, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    if unknown := [system for system in command.without if system not in state.systems]:
        raise InvalidInputError("There is no such system in this search.", field="without", systems=unknown)
    kept = [name for name, system in state.systems.items() if system.records and name not in command.without]
    if not kept:
        raise InvalidInputError("Nothing would be left to deliver.", field="without")
    return [Draft(tag=Tag.PARTIAL_PROPOSED, facts=noted(command, without=[*command.without]))]


def _approve(state: CaseState, command: ApprovePartialAnswer, _verdict: Verdict | None) -> list[Draft]:
    package = state.partial.package if state.partial else None
    binding = binding_of(state, package)
    alone = second_person(state, command, Action.APPROVE_PARTIAL_ANSWER, command.sha256, binding)
    if package is None or package.sha256 != command.sha256:
        raise StaleHashError(status=state.status.value)
    return [Draft(tag=Tag.PARTIAL_APPROVED, facts=noted(command, sha256=command.sha256, binding=binding)), *alone]


PARTIAL_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.PREPARE_PARTIAL_ANSWER: _prepare,
    Action.APPROVE_PARTIAL_ANSWER: _approve,
}


def _proposed(state: CaseState, event: CaseEvent) -> None:
    without = event.facts.get("without")
    state.partial = PartialAnswer(
        sequence=event.sequence,
        text=uuid_of(event, "note"),
        without=[str(name) for name in without] if isinstance(without, list) else [],
    )
    tasks_done(state, PARTIAL_ANSWER)
    prepared(state, event)


def _built(state: CaseState, event: CaseEvent) -> None:
    if state.partial is not None:
        state.partial.package = package_of(event)


def _approved(state: CaseState, event: CaseEvent) -> None:
    if state.partial is not None and state.partial.package is not None:
        state.partial.package.binding = text_of(event, "binding")
        state.partial.package.approved_by = event.sequence


def _voided(state: CaseState, _event: CaseEvent) -> None:
    if state.partial is not None:
        state.partial.package = None  # built and approved anew


def _returned(state: CaseState, _event: CaseEvent) -> None:
    state.preparers = []
    state.partial = None


def _given(state: CaseState, _event: CaseEvent) -> None:
    if state.partial is not None and state.partial.package is not None:
        state.partial_given = state.partial.package
        state.partial_given.published = True
    state.partial = None


def _opened(state: CaseState, _event: CaseEvent) -> None:
    if state.partial_given is not None:
        state.partial_given.opened = True


def _estimated(state: CaseState, event: CaseEvent) -> None:
    state.estimates.append(number_of(event, "day"))


PARTIAL_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.PARTIAL_PROPOSED: _proposed,
    Tag.PARTIAL_BUILT: _built,
    Tag.PARTIAL_APPROVED: _approved,
    Tag.PARTIAL_RETURNED: _returned,
    Tag.PARTIAL_VOIDED: _voided,
    Tag.PARTIAL_NOTIFIED: _given,
    Tag.PARTIAL_OPENED: _opened,
    Tag.DEADLINE_ESTIMATED: _estimated,
}
