"""How recorded events make a case: the fold, one small rule per tag.

The same fold runs in the workflow, in the projection and in the tests, so they cannot disagree.
Next: `domain/decisions.py`, which says which commands are legal in which state.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import cast
from uuid import UUID

from domain.afterwards import AFTERWARDS_RULES, search_again
from domain.alone import ALONE_RULES
from domain.case import JOIN, CaseState, Identifier, Joining, Package, RightItem, Standing, SystemStanding, SystemState, WorkItem
from domain.case_parts import AFTER_CHECK, IMPORT_ARCHIVE, LETTER_BY_POST, SEARCHES
from domain.clock_folding import CLOCK_RULES, prepared
from domain.complaint import COMPLAINT_RULES
from domain.erasure_folding import ERASURE_RULES
from domain.events import CaseEvent, Fact, Tag
from domain.identity import Doubt
from domain.identity_folding import IDENTITY_RULES, doubted, shown, void_release
from domain.measure_folding import MEASURE_RULES
from domain.minor import MINOR_RULES
from domain.partial_answer import PARTIAL_RULES
from domain.rights import NO_IDENTITY_CHECK, Channel, Outcome, Right, Risk, Status
from domain.rights_folding import RIGHT_RULES, begin, settle, stands
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


def _text(event: CaseEvent, name: str) -> str:
    return str(event.facts[name])


def _uuid(event: CaseEvent, name: str) -> UUID:
    return UUID(_text(event, name))


def _number(event: CaseEvent, name: str) -> int:
    return cast("int", event.facts.get(name, 0))


def _texts(value: Fact) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


def _received(state: CaseState, event: CaseEvent) -> None:
    state.received_at = datetime.fromisoformat(_text(event, "received_at"))
    state.channel = Channel(_text(event, "channel"))
    state.rights = [RightItem(right=Right(right)) for right in _texts(event.facts["rights"])]
    for item in state.rights:  # what needs no identity is at work from the first moment
        item.status = Status.FULFILLING if item.right in NO_IDENTITY_CHECK else Status.RECEIVED
    state.consents = _texts(event.facts.get("consents"))
    state.regimes = _texts(event.facts["regimes"])
    state.risk = Risk(_text(event, "risk"))
    state.high_since = event.at if state.risk is Risk.HIGH else None
    state.doubts = [Doubt(name) for name in _texts(event.facts.get("doubts"))]


def _identifier_claimed(state: CaseState, event: CaseEvent) -> None:
    key = _uuid(event, "identifier")
    agent = bool(event.facts.get("agent"))
    state.identifiers[key] = Identifier(kind=_text(event, "kind"), agent=agent)
    if state.delivery_address is None and event.facts["kind"] == "email" and not agent:
        state.delivery_address = key


def _identifier_stands(standing: Standing) -> Callable[[CaseState, CaseEvent], None]:
    def rule(state: CaseState, event: CaseEvent) -> None:
        before = set(state.usable_keys)
        state.identifiers[_uuid(event, "identifier")].standing = standing
        if standing == "proven" and not state.identifiers[_uuid(event, "identifier")].agent:
            shown(state, event)
        if standing == "accepted":
            prepared(state, event)
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
    proven = state.identifiers[_uuid(event, "identifier")]
    if proven.standing == "proven" and proven.kind == "email" and (address is None or address.standing != "proven"):
        state.delivery_address = _uuid(event, "identifier")


def _identity_asked(state: CaseState, event: CaseEvent) -> None:
    begin(state)
    state.identity_asked_at = event.at


def _predated(state: CaseState, event: CaseEvent) -> None:
    state.received_at = datetime.fromisoformat(_text(event, "received_at"))


def _join_proposed(state: CaseState, event: CaseEvent) -> None:
    state.joining = Joining(into=_uuid(event, "into"), by=event.actor)


def _mail(state: CaseState, event: CaseEvent) -> None:
    if "mail" in event.facts:  # events from before mail was taken in have none
        state.mails.append(_uuid(event, "mail"))


def _evidence(state: CaseState, event: CaseEvent) -> None:
    state.evidence.append(_uuid(event, "evidence"))


def _evidence_destroyed(state: CaseState, event: CaseEvent) -> None:
    state.evidence = [evidence for evidence in state.evidence if evidence != _uuid(event, "evidence")]


def _collection_started(state: CaseState, event: CaseEvent) -> None:
    state.run = _number(event, "run")
    stands(state, state.copied, Status.COLLECTING)
    state.searched_keys = [UUID(key) for key in _texts(event.facts["keys"])]
    # What a caseworker decided to leave out stays left out when another identifier makes another search necessary.
    state.systems = {name: system for name, system in state.systems.items() if system.state == "skipped"}


def _system(standing: SystemStanding) -> Callable[[CaseState, CaseEvent], None]:
    def rule(state: CaseState, event: CaseEvent) -> None:
        state.systems[_text(event, "system")] = SystemState(
            state=standing,
            records=_number(event, "records"),
            searched_at=event.at if standing == "searched" else None,
            archive=_is_archive(state, event),
        )
        if standing == "skipped":
            prepared(state, event)
        if standing == "searching" and "scope" in event.facts:
            prepared(state, event)
            if state.stage(state.copied) is Status.IN_REVIEW:  # what is reviewed now will be something else
                void_release(state)
                stands(state, state.copied, Status.COLLECTING)

    return rule


def _is_archive(state: CaseState, event: CaseEvent) -> bool:
    known = state.systems.get(_text(event, "system"))
    return bool(event.facts.get("archive")) or (known is not None and known.archive)


def _work_item_opened(state: CaseState, event: CaseEvent) -> None:
    names = ("system", "right", "letter", "sent", "collection", "recipient", "due", "measure")
    named = {name: event.facts[name] for name in names if event.facts.get(name)}
    item = WorkItem.model_validate({"kind": _text(event, "kind"), "opened_at": event.at, **named})
    state.work_items[_uuid(event, "work_item")] = item
    if item.kind in SEARCHES and item.system:
        state.systems[item.system] = SystemState(state="manual", archive=item.kind == IMPORT_ARCHIVE)


def _work_item_completed(state: CaseState, event: CaseEvent) -> None:
    item = state.work_items[_uuid(event, "work_item")]
    item.result = _text(event, "result")
    if item.kind == JOIN:  # answered by itself it means no: they stay apart
        state.joining = None
        return
    if item.kind == LETTER_BY_POST:  # whoever brings a letter to the post has prepared nothing
        item.posted_on = date.fromisoformat(_text(event, "posted_on")) if event.facts.get("posted_on") else None
        return
    prepared(state, event)
    if item.kind in SEARCHES and item.system:
        files, archive = _number(event, "files"), item.kind == IMPORT_ARCHIVE
        state.systems[item.system] = SystemState(state="searched", records=files, searched_at=event.at, archive=archive)


def _collection_finished(state: CaseState, _event: CaseEvent) -> None:
    if not state.needs_search:  # an identifier proven while the search ran asks for another one
        stands(state, state.copied, Status.IN_REVIEW)
    state.package = None


def _package_requested(state: CaseState, event: CaseEvent) -> None:
    state.package_wanted = _number(event, "revision")
    prepared(state, event)
    void_release(state)


def _package_built(state: CaseState, event: CaseEvent) -> None:
    state.package = Package(
        id=_uuid(event, "package"),
        revision=_number(event, "revision"),
        sha256=_text(event, "sha256"),
        bytes=_number(event, "bytes"),
        records=_number(event, "records"),
        withheld=_number(event, "withheld"),
        datamap=_text(event, "datamap"),
    )
    if state.package_wanted is not None and state.package_wanted <= state.package.revision:
        state.package_wanted = None  # one that was asked for while this was being built is still to come


def _package_voided(state: CaseState, _event: CaseEvent) -> None:
    void_release(state)


def _package_approved(state: CaseState, event: CaseEvent) -> None:
    if state.package is not None:
        state.package.binding = _text(event, "binding")
        state.package.approved_by = event.sequence
    state.partial = None  # the whole goes out instead
    stands(state, state.copied, Status.FULFILLING)


def _package_returned(state: CaseState, _event: CaseEvent) -> None:
    state.preparers = []
    if state.refusal is not None:  # what came back is the proposed refusal
        state.refusal = None
        return
    void_release(state)


def _package_published(state: CaseState, _event: CaseEvent) -> None:
    if state.package is not None:
        state.package.published = True


def _package_opened(state: CaseState, _event: CaseEvent) -> None:
    if state.package is not None:
        state.package.opened = True


def _notified(state: CaseState, event: CaseEvent) -> None:
    state.delivered_at = state.offered_at = event.at
    state.delivery_reminders, state.delivery_reminded_at, state.closing_proposed = 0, None, False
    if (item := state.item(state.copied)) is not None:
        item.status, item.answered = Status.DELIVERED, True


def _address_changed(state: CaseState, event: CaseEvent) -> None:
    address = state.identifiers[_uuid(event, "identifier")]
    state.delivery_address = _uuid(event, "identifier")
    prepared(state, event)
    void_release(state)
    if not address.held and state.authority != "sufficient":  # the address is part of identity (I8)
        doubted(state, event, Doubt.OTHER_ADDRESS)


def _delivery_recorded(state: CaseState, event: CaseEvent) -> None:
    _notified(state, event)
    _package_opened(state, event)


def _closed(state: CaseState, event: CaseEvent) -> None:
    state.status = Status.CLOSED
    state.outcome = Outcome(_text(event, "outcome"))
    state.values = None  # they were for corrections that can be proposed no more
    for work in state.open_work_items.values():
        if work.kind == AFTER_CHECK:
            continue  # what one person approved alone is looked at, whatever became of the case
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
    state.identity_reminders, state.identity_reminded_at = _number(event, "number"), event.at


def _delivery_reminded(state: CaseState, event: CaseEvent) -> None:
    state.delivery_reminders, state.delivery_reminded_at = _number(event, "number"), event.at


def _snapshot_taken(state: CaseState, event: CaseEvent) -> None:
    state.snapshots.append(_text(event, "system"))


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
    Tag.COLLECTION_STARTED: _collection_started,
    Tag.COLLECTION_FINISHED: _collection_finished,
    Tag.SYSTEM_SEARCHED: _system("searched"),
    Tag.SYSTEM_FAILED: _system("failed"),
    Tag.SYSTEM_SKIPPED: _system("skipped"),
    Tag.SYSTEM_RETRIED: _system("searching"),
    Tag.WORK_ITEM_OPENED: _work_item_opened,
    Tag.WORK_ITEM_COMPLETED: _work_item_completed,
    Tag.PACKAGE_REQUESTED: _package_requested,
    Tag.PACKAGE_BUILT: _package_built,
    Tag.PACKAGE_VOIDED: _package_voided,
    Tag.PACKAGE_APPROVED: _package_approved,
    Tag.PACKAGE_RETURNED: _package_returned,
    Tag.PACKAGE_PUBLISHED: _package_published,
    Tag.PACKAGE_OPENED: _package_opened,
    Tag.DELIVERY_ADDRESS_CHANGED: _address_changed,
    Tag.DELIVERY_NOTIFIED: _notified,
    Tag.DELIVERY_RECORDED: _delivery_recorded,
    Tag.MARKETING_STOPPED: _setter("marketing_stopped", value=True),
    Tag.DELIVERY_REMINDED: _delivery_reminded,
    **CLOCK_RULES,
    **AFTERWARDS_RULES,
    **PARTIAL_RULES,
    **ALONE_RULES,
    **COMPLAINT_RULES,
    **RIGHT_RULES,
    **ERASURE_RULES,
    **IDENTITY_RULES,
    **MEASURE_RULES,
    **MINOR_RULES,
}
