"""What a refused command left behind goes after a day; what the record names stays. On both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from adapters.database.erasure_tables import SuppressionEntry
from adapters.database.tables import CommandRow, IdentityEvidence, Note
from adapters.leftovers import sweep_leftovers
from adapters.resources import Resources
from adapters.suppression import suppress
from domain.errors import KeyMissingError, UnknownObjectError
from domain.events import Tag
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

LATER = MONDAY + timedelta(hours=25)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    return CaseInHand(resources)


def handed_in(case: CaseInHand, name: str, at: datetime = MONDAY, **payload: str) -> None:
    row = CommandRow(id=name, case_id=case.id, action="send_message", body_hash="", payload=payload, created_at=at)
    with case.resources.database.write() as session:
        session.add(row)


def notes(case: CaseInHand) -> set[UUID]:
    with case.resources.database.read() as session:
        return set(session.exec(select(Note.id).where(Note.case_id == case.id)).all())


def test_words_of_a_refused_command_go_after_a_day_and_accepted_ones_stay(case: CaseInHand) -> None:
    refused, accepted, young = (case.note(words, "subject") for words in ("one", "two", "three"))
    handed_in(case, "refused", note=str(refused))
    handed_in(case, "run:accepted", note=str(accepted))
    handed_in(case, "young", LATER, note=str(young))
    case.happen(Tag.MESSAGE_SENT, note=str(accepted))  # under another command: the record names the words all the same
    sweep_leftovers(case.resources, MONDAY + timedelta(hours=23))
    assert notes(case) == {refused, accepted, young}
    sweep_leftovers(case.resources, LATER)
    assert notes(case) == {accepted, young}


def test_a_proof_that_nobody_took_goes_with_its_file(case: CaseInHand, resources: Resources) -> None:
    vault = resources.vault.case(case.id)
    with resources.blobs.create(vault, "evidence") as sealed:
        sealed.write(b"a passport")
    row = IdentityEvidence(case_id=case.id, blob=sealed.ref.model_dump(mode="json"), media_type="image/png", received_at=MONDAY)
    with resources.database.write() as session:
        session.add(row)
        evidence = row.id
    handed_in(case, "refused", evidence=str(evidence))
    sweep_leftovers(resources, LATER)
    with resources.database.read() as session:
        assert session.get(IdentityEvidence, evidence) is None
    with pytest.raises(UnknownObjectError):
        resources.blobs.read(vault, sealed.ref)


def test_a_key_that_no_receipt_came_for_is_destroyed_after_a_day(case: CaseInHand, resources: Resources) -> None:
    lost = uuid4()
    resources.vault.make_case_key(lost)
    resources.vault.case(lost)
    sweep_leftovers(resources, datetime.now(MONDAY.tzinfo) + timedelta(hours=23))
    resources.vault.case(lost)
    sweep_leftovers(resources, datetime.now(MONDAY.tzinfo) + timedelta(hours=25))
    assert lost not in resources.vault.cases_with_keys(created_before=datetime.now(MONDAY.tzinfo) + timedelta(days=1))
    with pytest.raises(KeyMissingError):
        resources.vault.make_case_key(lost)
    assert case.id in resources.vault.cases_with_keys(created_before=datetime.now(MONDAY.tzinfo) + timedelta(days=1))


def test_nobody_stands_on_a_list_longer_than_it_says(resources: Resources) -> None:
    with resources.database.write() as session:
        for address, day in (("gone@post.example", LATER - timedelta(days=2)), ("stays@post.example", LATER)):
            suppress(session, resources.vault, "abuse", "email", address, now=MONDAY, expires_on=day.date())
        suppress(session, resources.vault, "marketing", "email", "never@post.example", now=MONDAY, expires_on=None)
    sweep_leftovers(resources, LATER)
    with resources.database.read() as session:
        assert len(session.exec(select(SuppressionEntry)).all()) == 2
