"""A breach has the same one road to its record as a case: recorded once, chained, folded, sealed. On SQLite and PostgreSQL."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.breach_log import BreachLog
from adapters.database.breach_intake import IncomingBreach, OpenedBreach, open_breach
from adapters.database.breach_reader import (
    BreachFilter,
    BreachReader,
    event_of_row,
    frozen_systems,
    open_dossiers,
    unstarted_dossiers,
)
from adapters.database.breach_tables import DossierNote, DossierRecord
from adapters.database.tables import Alarm
from adapters.resources import Resources
from domain import chain
from domain.breach import BreachState, Count
from domain.breach_events import BreachEvent, BreachTag
from domain.breach_folding import fold_breach
from domain.breach_messages import BreachRef, RecordBreachEvents
from domain.datamap_parts import IncidentContact, Representative
from domain.errors import IdempotencyMismatchError, InvalidInputError, KeyMissingError
from tests import opened

NOW = datetime(2026, 11, 22, 11, 22, tzinfo=UTC)
RITA = "caseworker:00000000-0000-4000-8000-0000000000e1"


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def alert(**changes: object) -> IncomingBreach:
    given = {
        "summary": "Sign-ins with stolen passwords",
        "first_alert_at": NOW,
        "affected": {"GB": Count(low=120, high=120), "IE": Count(low=4, high=4)},
        "caller": RITA,
    }
    return IncomingBreach.model_validate(given | changes)


@pytest.fixture
def breach(resources: Resources) -> OpenedBreach:
    return open_breach(resources, alert(), NOW)


def first(resources: Resources, breach: OpenedBreach, command: str = "run:1") -> RecordBreachEvents:
    opening = BreachLog(resources).read_breach_opening(BreachRef(breach_id=breach.view.dossier.id))
    return RecordBreachEvents(
        breach_id=breach.view.dossier.id,
        command_id=command,
        events=[
            BreachEvent(sequence=1, tag=BreachTag.OPENED, at=NOW, actor=opening.actor, facts=opening.facts),
            BreachEvent(sequence=2, tag=BreachTag.EVIDENCE_FROZEN, at=NOW, actor="system", facts={"systems": [*opening.systems]}),
        ],
    )


def test_it_can_be_read_with_its_clocks_before_its_workflow_exists(resources: Resources, breach: OpenedBreach) -> None:
    view = BreachReader(resources).find(breach.view.dossier.reference)
    assert not view.recorded
    clocks = BreachReader(resources).clocks(view.state, NOW)
    assert [(row.authority, row.safe_due) for row in clocks.rows] == [
        ("ICO", NOW + timedelta(hours=72)),
        ("DPC", NOW + timedelta(hours=72)),
    ]
    with resources.database.read() as session:
        assert unstarted_dossiers(session, "breach", NOW + timedelta(minutes=1)) == [breach.view.dossier.id]


def test_whoever_has_hours_of_their_own_has_a_clock_from_the_first_minute(resources: Resources) -> None:
    contacts = (
        IncidentContact(kind="insurer", name="Northgate Cyber", phone="020 7946 0177", note="NC-20931", within_hours=24),
        IncidentContact(kind="colleague", name="The duty engineer", phone="07700 900142", within_hours=1),
        IncidentContact(kind="police", name="Fraud desk"),
    )
    representative = Representative(name="Lex Dublin", address=("1 Quay",), country="IE", email="rep@lex.example")
    controller = resources.datamap.controller.model_copy(update={"incident_contacts": contacts, "representative": representative})
    with_contacts = dataclasses.replace(resources, datamap=resources.datamap.model_copy(update={"controller": controller}))
    state = open_breach(with_contacts, alert(), NOW).view.state
    assert state.first_alert_at is not None
    assert [(party.kind, party.due_at) for party in state.others.values()] == [
        ("insurer", state.first_alert_at + timedelta(hours=24)),
        ("representative", None),
    ]
    words = BreachReader(with_contacts).words(state.breach_id, list(state.others))
    assert set(words.values()) == {"Northgate Cyber, 020 7946 0177, NC-20931", "Lex Dublin, rep@lex.example"}


def test_recording_twice_changes_nothing_and_another_command_is_a_conflict(resources: Resources, breach: OpenedBreach) -> None:
    log, message = BreachLog(resources), first(resources, breach)
    assert log.record_breach_event(message) == log.record_breach_event(message)
    assert len(BreachReader(resources).events(message.breach_id)) == 2
    with pytest.raises(ApplicationError) as refusal:
        log.record_breach_event(first(resources, breach, "update:other"))
    assert refusal.value.type == "sequence-conflict"
    with resources.database.read() as session:
        assert [alarm.kind for alarm in session.exec(select(Alarm)).all()] == ["sequence-conflict"]
        assert open_dossiers(session, "breach", ["closed"]) == [message.breach_id]


def test_a_command_is_recorded_once_in_the_life_of_a_breach(resources: Resources, breach: OpenedBreach) -> None:
    log, message = BreachLog(resources), first(resources, breach, "update:first")
    log.record_breach_event(message)
    again = message.events[-1].model_copy(update={"sequence": 3})
    with pytest.raises(ApplicationError) as refusal:  # a copy of it, after the breach was carried on in another run
        log.record_breach_event(message.model_copy(update={"events": [again]}))
    assert refusal.value.type == "sequence-conflict"
    assert len(BreachReader(resources).events(message.breach_id)) == 2


def test_events_fold_back_to_the_projected_row_and_the_chain_holds(resources: Resources, breach: OpenedBreach) -> None:
    message = first(resources, breach)
    BreachLog(resources).record_breach_event(message)
    rows = BreachReader(resources).events(message.breach_id)
    with resources.database.read() as session:
        record = session.get(DossierRecord, message.breach_id)
    assert record is not None
    assert fold_breach(message.breach_id, [event_of_row(row) for row in rows]) == BreachState.model_validate(record.state)
    head = chain.genesis(resources.vault.install, str(message.breach_id))
    for row in rows:
        head = chain.link(head, str(message.breach_id), event_of_row(row), chain.detail_hash(event_of_row(row), None))
        assert row.hash == head


def test_what_was_reported_is_sealed_with_the_breachs_own_key(resources: Resources, breach: OpenedBreach) -> None:
    key = breach.view.dossier.id
    assert breach.view.state.summary is not None
    assert BreachReader(resources).words(key, [breach.view.state.summary]) == {
        breach.view.state.summary: "Sign-ins with stolen passwords"
    }
    with resources.database.read() as session:
        note = session.exec(select(DossierNote)).one()
    assert b"stolen" not in note.text
    resources.vault.destroy_dossier_key(key, "breach", rule="register", approver=RITA)
    with pytest.raises(KeyMissingError):
        BreachReader(resources).words(key, [breach.view.state.summary])


def test_the_same_report_twice_is_one_breach(resources: Resources) -> None:
    one = open_breach(resources, alert(idempotency_key="k", body_hash="b"), NOW)
    again = open_breach(resources, alert(idempotency_key="k", body_hash="b"), NOW)
    assert (one.created, again.created, again.view.dossier.id) == (True, False, one.view.dossier.id)
    with pytest.raises(IdempotencyMismatchError):
        open_breach(resources, alert(idempotency_key="k", body_hash="c"), NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_alert_at": NOW + timedelta(hours=1)},
        {"aware_at": NOW + timedelta(hours=1)},
        {"affected": {"QQ": Count(low=1, high=1)}},
        {"affected": {"GB": Count(low=2, high=1)}},
    ],
)
def test_what_cannot_be_is_refused(resources: Resources, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        open_breach(resources, alert(**wrong), NOW)


def test_an_exercise_stays_out_of_lists_and_freezes_nothing(resources: Resources) -> None:
    exercise = open_breach(resources, alert(exercise=True), NOW)
    reader = BreachReader(resources)
    for recorded in (False, True):
        if recorded:
            BreachLog(resources).record_breach_event(first(resources, exercise))
        assert reader.page(BreachFilter()) == [], "not in the register, from the first second on"
        assert [view.dossier.id for view in reader.page(BreachFilter(exercises=True))] == [exercise.view.dossier.id]
    with resources.database.read() as session:
        assert frozen_systems(session) == set()


def test_lists_are_newest_first(resources: Resources) -> None:
    for hours in (3, 1, 2):
        open_breach(resources, alert(), NOW + timedelta(hours=hours))
    times = [view.dossier.opened_at for view in BreachReader(resources).page(BreachFilter())]
    assert times == sorted(times, reverse=True)
