"""How recorded events make a case: the fold, one small rule per tag.

The same fold runs in the workflow, in the projection and in the tests, so they cannot disagree.
Next: `domain/decisions.py`, which says which commands are legal in which state.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from domain.afterwards import AFTERWARDS_RULES, search_again
from domain.alone import ALONE_RULES
from domain.case import CaseState, Identifier, Joining, RightItem, Standing
from domain.case_parts import AFTER_CHECK, POSTAL
from domain.clock_folding import CLOCK_RULES, prepared
from domain.collection_folding import COLLECTION_RULES
from domain.complaint import COMPLAINT_RULES
from domain.erasure_folding import ERASURE_RULES
from domain.event_facts import number_of, text_of, texts_of, uuid_of
from domain.events import CaseEvent, Tag
from domain.identity import Doubt
from domain.identity_folding import IDENTITY_RULES, shown, void_release
from domain.measure_folding import MEASURE_RULES
from domain.minor import MINOR_RULES
from domain.owners import OWNER_RULES
from domain.package_folding import PACKAGE_RULES
from domain.partial_answer import PARTIAL_RULES
from domain.recipients import TELLING
from domain.rights import NO_IDENTITY_CHECK, Channel, Outcome, Right, Risk, Status
from domain.rights_folding import RIGHT_RULES, begin, settle
from domain.unanswered import waiting_since


def fold(case_id: UUID, events: Iterable[CaseEvent]) -> CaseState:
    """The state that a case's events make, from the first one on."""
    state = CaseState(case_id=case_id)
    for event in events:
        evolve(state, event)
    return state


def evolve(state: CaseState, event: CaseEvent) -> None:
    """Let one event happen to the state, in place.

    Raises:
        ValueError: the event does not follow the last one.
    """
    if event.sequence != state.sequence + 1:
        raise ValueError(f"event {event.sequence} does not follow {state.sequence}")
    state.unanswered = waiting_since(state, event)
    rule = _RULES.get(event.tag)
    if rule is not None:
        rule(state, event)
        settle(state)
    state.sequence = event.sequence


def _received(state: CaseState, event: CaseEvent) -> None:
    state.received_at = datetime.fromisoformat(text_of(event, "received_at"))
    state.channel = Channel(text_of(event, "channel"))
    state.rights = [RightItem(right=Right(right)) for right in texts_of(event, "rights")]
    for item in state.rights:  # what needs no identity is at work from the first moment
        item.status = Status.FULFILLING if item.right in NO_IDENTITY_CHECK else Status.RECEIVED
    state.consents = texts_of(event, "consents")
    state.regimes = texts_of(event, "regimes")
    state.risk = Risk(text_of(event, "risk"))
    state.high_since = event.at if state.risk is Risk.HIGH else None
    state.doubts = [Doubt(name) for name in texts_of(event, "doubts")]


def _identifier_claimed(state: CaseState, event: CaseEvent) -> None:
    key = uuid_of(event, "identifier")
    agent = bool(event.facts.get("agent"))
    state.identifiers[key] = Identifier(kind=text_of(event, "kind"), agent=agent)
    if state.delivery_address is None and event.facts["kind"] == "email" and not agent:
        state.delivery_address = key
    if event.facts["kind"] == POSTAL:
        _to_another_paper_address(state, event)


def _to_another_paper_address(state: CaseState, event: CaseEvent) -> None:
    # On paper the address is the recipient: whoever names it prepared, and what was approved for another one is void (R1, R2).
    if state.delivery_address is None:
        prepared(state, event)
        void_release(state)


def _identifier_stands(standing: Standing) -> Callable[[CaseState, CaseEvent], None]:
    def rule(state: CaseState, event: CaseEvent) -> None:
        before = set(state.usable_keys)
        state.identifiers[uuid_of(event, "identifier")].standing = standing
        if standing == "proven" and not state.identifiers[uuid_of(event, "identifier")].agent:
            shown(state, event)
        if standing == "accepted":
            state.identifiers[uuid_of(event, "identifier")].accepted_by = event.actor
            prepared(state, event)
        if state.identifiers[uuid_of(event, "identifier")].kind == POSTAL and standing == "rejected":
            _to_another_paper_address(state, event)
        if set(state.usable_keys) != before:
            void_release(state)
            _deliver_to_proven(state, event)
            if state.run:
                _search_again(state)

    return rule


def _search_again(state: CaseState) -> None:
    # A delta search, in the same case and under the same date, also when the answer was fetched already.
    if (item := state.item(state.copied)) is not None:
        item.status, item.outcome, item.answered = Status.COLLECTING, None, False


def _deliver_to_proven(state: CaseState, event: CaseEvent) -> None:
    # Nothing may go to an address that was only claimed (I8): the first proven one takes its place.
    address = state.identifiers.get(state.delivery_address) if state.delivery_address else None
    proven = state.identifiers[uuid_of(event, "identifier")]
    if proven.standing == "proven" and proven.kind == "email" and (address is None or address.standing != "proven"):
        state.delivery_address = uuid_of(event, "identifier")


def _identity_asked(state: CaseState, event: CaseEvent) -> None:
    begin(state)
    state.identity_asked_at = event.at


def _predated(state: CaseState, event: CaseEvent) -> None:
    state.received_at = datetime.fromisoformat(text_of(event, "received_at"))


def _join_proposed(state: CaseState, event: CaseEvent) -> None:
    state.joining = Joining(into=uuid_of(event, "into"), by=event.actor)


def _mail(state: CaseState, event: CaseEvent) -> None:
    if "mail" in event.facts:  # events from before mail was taken in have none
        state.mails.append(uuid_of(event, "mail"))


def _evidence(state: CaseState, event: CaseEvent) -> None:
    state.evidence.append(uuid_of(event, "evidence"))


def _evidence_destroyed(state: CaseState, event: CaseEvent) -> None:
    state.evidence = [evidence for evidence in state.evidence if evidence != uuid_of(event, "evidence")]


def _closed(state: CaseState, event: CaseEvent) -> None:
    state.status = Status.CLOSED
    state.outcome = Outcome(text_of(event, "outcome"))
    state.values = None  # they were for corrections that can be proposed no more
    for work in state.open_work_items.values():
        if work.kind == AFTER_CHECK or (work.measure and work.kind in TELLING):
            continue  # what one person approved alone is looked at, and who received data is told of what holds, also now
        work.result = "case_closed"  # nobody has to do it any more
    for item in state.rights:
        item.following = False
        item.status, item.outcome = Status.CLOSED, item.outcome or state.outcome


def _reopened(state: CaseState, event: CaseEvent) -> None:
    search_again(state)
    state.status = Status.VERIFYING_IDENTITY
    state.outcome = None
    state.closing_proposed = False
    state.refusal = None
    # Whoever comes back late has the whole time again to show who they are.
    state.identity_asked_at, state.identity_reminders, state.identity_reminded_at = event.at, 0, None
    for item in state.rights:
        item.outcome = item.outcome if item.answered else None
    begin(state)


def _setter(name: str, value: object) -> Callable[[CaseState, CaseEvent], None]:
    def rule(state: CaseState, _event: CaseEvent) -> None:
        setattr(state, name, value)

    return rule


def _identity_reminded(state: CaseState, event: CaseEvent) -> None:
    state.identity_reminders, state.identity_reminded_at = number_of(event, "number"), event.at


def _snapshot_taken(state: CaseState, event: CaseEvent) -> None:
    state.snapshots.append(text_of(event, "system"))


_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.REQUEST_RECEIVED: _received,
    Tag.REQUEST_PREDATED: _predated,
    Tag.REQUEST_JOIN_PROPOSED: _join_proposed,
    Tag.REQUEST_JOINED: _mail,
    Tag.MESSAGE_RECEIVED: _mail,
    Tag.LETTER_BOUNCED: _mail,
    Tag.REQUEST_HELD: _setter("held", value=True),
    Tag.REQUEST_RELEASED: _setter("held", value=False),
    Tag.REQUEST_REOPENED: _reopened,
    Tag.REQUEST_CLOSED: _closed,
    Tag.CLOSING_PROPOSED: _setter("closing_proposed", value=True),
    Tag.IDENTIFIER_CLAIMED: _identifier_claimed,
    Tag.IDENTIFIER_PROVEN: _identifier_stands("proven"),
    Tag.IDENTIFIER_REJECTED: _identifier_stands("rejected"),
    Tag.IDENTIFIER_ACCEPTED: _identifier_stands("accepted"),
    Tag.IDENTITY_ASKED: _identity_asked,
    Tag.IDENTITY_REMINDED: _identity_reminded,
    Tag.IDENTITY_MORE_REQUESTED: _setter("more_identity_asked", value=True),
    Tag.IDENTITY_EVIDENCE_RECEIVED: _evidence,
    Tag.IDENTITY_EVIDENCE_DESTROYED: _evidence_destroyed,
    Tag.SNAPSHOT_TAKEN: _snapshot_taken,
    Tag.SNAPSHOT_DESTROYED: _setter("snapshots", value=[]),
    **COLLECTION_RULES,
    **PACKAGE_RULES,
    **CLOCK_RULES,
    **AFTERWARDS_RULES,
    **PARTIAL_RULES,
    **ALONE_RULES,
    **COMPLAINT_RULES,
    **RIGHT_RULES,
    **ERASURE_RULES,
    **IDENTITY_RULES,
    **OWNER_RULES,
    **MEASURE_RULES,
    **MINOR_RULES,
}
