"""One road to status: recorded once, chained, folded, and the same when done twice. On SQLite and PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select
from temporalio.exceptions import ApplicationError

from activities.case_log import CaseLog
from adapters.database.case_projector import event_of
from adapters.database.case_reader import CaseFilter, CaseReader, unstarted
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import Alarm, CaseIdentifierRow, CaseReceipt, ItemDecision
from adapters.resources import Resources
from domain import chain
from domain.case import CaseState
from domain.errors import IdempotencyMismatchError, InvalidInputError
from domain.events import CaseEvent, Fact, Tag
from domain.folding import fold
from domain.messages import CaseRef, RecordEvents
from domain.rights import Channel, Right, Status
from tests import opened
from tests.factories import BEN, MONDAY

ADDRESS = "mike@example.com"


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def case_id(resources: Resources) -> UUID:
    return Intake(resources).receive(incoming(), MONDAY).case_id


def incoming(**changes: object) -> IncomingRequest:
    given = {
        "rights": [Right.ACCESS],
        "email": ADDRESS,
        "name": "Mike Example",
        "country": "GB",
        "message": "Please send me everything.",
        "channel": Channel.WEB_FORM,
        "received_at": MONDAY,
        "caller": "portal",
    }
    return IncomingRequest.model_validate(given | changes)


def message(case_id: UUID, *events: tuple[Tag, dict[str, Fact]], first: int = 1, command: str = "run:1") -> RecordEvents:
    numbered = [
        CaseEvent(sequence=place, tag=tag, at=MONDAY + timedelta(minutes=place), actor="system", facts=facts)
        for place, (tag, facts) in enumerate(events, start=first)
    ]
    return RecordEvents(case_id=case_id, command_id=command, events=numbered)


def opening(resources: Resources, case_id: UUID) -> RecordEvents:
    receipt = CaseLog(resources).read_opening(CaseRef(case_id=case_id))
    received: dict[str, Fact] = {
        "received_at": receipt.received_at.isoformat(),
        "channel": receipt.channel.value,
        "rights": [right.value for right in receipt.rights],
        "regimes": [*receipt.regimes],
        "risk": receipt.risk.value,
    }
    claimed: dict[str, Fact] = {"identifier": str(receipt.identifiers[0].identifier), "kind": "email"}
    return message(case_id, (Tag.REQUEST_RECEIVED, received), (Tag.IDENTIFIER_CLAIMED, claimed), (Tag.IDENTITY_ASKED, {}))


def test_the_receipt_is_readable_before_any_workflow(resources: Resources, case_id: UUID) -> None:
    view = CaseReader(resources).get(case_id)
    assert view.state.status is Status.RECEIVED
    assert view.clock.safe_due.isoformat() == "2026-12-23"
    assert [item.right for item in view.state.rights] == [Right.ACCESS]


def test_the_sweep_finds_a_receipt_until_its_first_event(resources: Resources, case_id: UUID) -> None:
    later = MONDAY + timedelta(minutes=1)
    with resources.database.read() as session:
        assert unstarted(session, later) == [case_id]
    CaseLog(resources).record_case_event(opening(resources, case_id))
    with resources.database.read() as session:
        assert unstarted(session, later) == []


def test_recording_twice_changes_nothing(resources: Resources, case_id: UUID) -> None:
    log, first = CaseLog(resources), opening(resources, case_id)
    assert log.record_case_event(first) == log.record_case_event(first)
    assert [row.sequence for row in CaseReader(resources).events(case_id)] == [1, 2, 3]


def test_the_same_sequence_from_another_command_is_a_conflict_and_an_alarm(resources: Resources, case_id: UUID) -> None:
    log, first = CaseLog(resources), opening(resources, case_id)
    log.record_case_event(first)
    other = message(case_id, (Tag.REQUEST_WITHDRAWN, {}), first=3, command="update:other")
    with pytest.raises(ApplicationError) as refusal:
        log.record_case_event(other)
    assert refusal.value.type == "sequence-conflict"
    with resources.database.read() as session:
        assert [alarm.kind for alarm in session.exec(select(Alarm)).all()] == ["sequence-conflict"]
    assert CaseReader(resources).get(case_id).state.status is Status.VERIFYING_IDENTITY


def test_a_command_is_recorded_once_in_the_life_of_a_case(resources: Resources, case_id: UUID) -> None:
    log = CaseLog(resources)
    log.record_case_event(opening(resources, case_id))
    log.record_case_event(message(case_id, (Tag.REQUEST_HELD, {}), first=4, command="update:hold"))
    log.record_case_event(message(case_id, (Tag.REQUEST_RELEASED, {}), first=5, command="update:release"))
    with pytest.raises(ApplicationError) as refusal:  # a copy of it, after the case was carried on in another run
        log.record_case_event(message(case_id, (Tag.REQUEST_HELD, {}), first=6, command="update:hold"))
    assert refusal.value.type == "sequence-conflict"
    assert not CaseReader(resources).get(case_id).state.held


def test_a_gap_is_refused(resources: Resources, case_id: UUID) -> None:
    with pytest.raises(ApplicationError):
        CaseLog(resources).record_case_event(message(case_id, (Tag.IDENTITY_ASKED, {}), first=2))


def test_events_fold_back_to_the_projected_row(resources: Resources, case_id: UUID) -> None:
    log = CaseLog(resources)
    log.record_case_event(opening(resources, case_id))
    log.record_case_event(message(case_id, (Tag.REQUEST_HELD, {}), (Tag.REQUEST_RELEASED, {}), first=4, command="c2"))
    reader = CaseReader(resources)
    folded = fold(case_id, [event_of(row) for row in reader.events(case_id)])
    assert folded == reader.get(case_id).state


def test_the_chain_holds_and_shows_a_change(resources: Resources, case_id: UUID) -> None:
    CaseLog(resources).record_case_event(opening(resources, case_id))
    head = chain.genesis(resources.vault.install, str(case_id))
    for row in CaseReader(resources).events(case_id):
        event = event_of(row)
        head = chain.link(head, str(case_id), event, chain.detail_hash(event, None))
        assert row.hash == head
        forged = event.model_copy(update={"at": event.at + timedelta(seconds=1)})
        assert chain.link(row.previous, str(case_id), forged, chain.detail_hash(forged, None)) != row.hash


def test_an_approval_is_refused_when_a_newer_decision_stands(resources: Resources, case_id: UUID) -> None:
    log = CaseLog(resources)
    log.record_case_event(opening(resources, case_id))
    package: dict[str, Fact] = {
        "package": str(case_id),
        "revision": 1,
        "sha256": "a" * 64,
        "bytes": 1,
        "records": 1,
        "datamap": "d" * 64,
    }
    log.record_case_event(
        message(case_id, (Tag.COLLECTION_FINISHED, {}), (Tag.PACKAGE_BUILT, package), first=4, command="c2"),
    )
    with resources.database.write() as session:
        session.add(
            ItemDecision(
                case_id=case_id,
                revision=2,
                item="platform.prompts.0",
                decision="withhold",
                author=BEN.person,
                decided_at=MONDAY,
            ),
        )
    approval: dict[str, Fact] = {"sha256": "a" * 64, "binding": "b" * 64}
    with pytest.raises(ApplicationError) as refusal:
        log.record_case_event(message(case_id, (Tag.PACKAGE_APPROVED, approval), first=6, command="c3"))
    assert refusal.value.type == "stale-hash"


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(resources: Resources) -> None:
    intake = Intake(resources)
    first = intake.receive(incoming(idempotency_key="k", body_hash="one"), MONDAY)
    again = intake.receive(incoming(idempotency_key="k", body_hash="one"), MONDAY)
    assert (again.case_id, again.created) == (first.case_id, False)
    with pytest.raises(IdempotencyMismatchError):
        intake.receive(incoming(idempotency_key="k", body_hash="two"), MONDAY)


def test_twenty_at_once_with_one_key_are_one_case(resources: Resources) -> None:
    intake = Intake(resources)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: intake.receive(incoming(idempotency_key="k", body_hash="b"), MONDAY), range(20)),
        )
    assert len({answer.case_id for answer in answers}) == 1
    assert sum(answer.created for answer in answers) == 1


def test_nothing_readable_of_the_person_is_stored(resources: Resources, case_id: UUID) -> None:
    with resources.database.read() as session:
        receipt = session.get(CaseReceipt, case_id)
    assert receipt is not None
    stored = repr(receipt.model_dump())
    assert not any(word in stored for word in (ADDRESS, "Mike", "everything"))


@pytest.mark.parametrize("address", ["no address", "a@b\u202e.example", ""])
def test_an_address_that_is_none_is_refused(resources: Resources, address: str) -> None:
    if not address:
        with pytest.raises(InvalidInputError):
            Intake(resources).receive(incoming(rights=[]), MONDAY)
        return
    with pytest.raises(InvalidInputError):
        Intake(resources).receive(incoming(email=address), MONDAY)


def test_an_address_that_is_typed_twice_is_one_and_its_owner_is_asked_nothing(resources: Resources) -> None:
    hints = [("email", ADDRESS.upper()), ("email", "old@example.com"), ("email", "Old@Example.com")]
    case = Intake(resources).receive(incoming(hints=hints), MONDAY)
    with resources.database.read() as session:
        named = select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case.case_id)
        rows = session.exec(named.order_by(col(CaseIdentifierRow.added_at))).all()
    vault = resources.vault.case(case.case_id)
    values = [vault.open("case_identifier", "value", str(row.id), row.value).decode() for row in rows if row.value]
    assert values == [ADDRESS, "old@example.com"]


def test_a_look_alike_address_is_a_high_risk(resources: Resources) -> None:
    case = Intake(resources).receive(incoming(email="m\u0131ke@example.com"), MONDAY)
    assert CaseReader(resources).get(case.case_id).receipt.risk == "high"


def test_people_are_found_by_any_spelling_of_their_mailbox_and_nobody_else(resources: Resources, case_id: UUID) -> None:
    reader = CaseReader(resources)
    assert [view.receipt.case_id for view in reader.search_person("MIKE@Example.COM")] == [case_id]
    assert reader.search_person("m\u0131ke@example.com") == []


def test_lists_page_newest_first_and_filter(resources: Resources) -> None:
    intake, reader = Intake(resources), CaseReader(resources)
    for day in range(5):
        intake.receive(incoming(received_at=MONDAY + timedelta(days=day)), MONDAY)
    page, cursor = reader.page(CaseFilter(), limit=3)
    rest, end = reader.page(CaseFilter(), cursor, limit=3)
    received = [view.receipt.received_at for view in [*page, *rest]]
    assert received == sorted(received, reverse=True)
    assert (len(received), end) == (5, None)
    assert reader.page(CaseFilter(right=Right.ERASURE))[0] == []
    assert len(reader.page(CaseFilter(status=Status.RECEIVED))[0]) == 5
    assert len(reader.page(CaseFilter(due_before=page[-1].clock.safe_due))[0]) == 2


def test_a_fresh_state_equals_the_fold_of_nothing(case_id: UUID) -> None:
    assert fold(case_id, []) == CaseState(case_id=case_id)
