"""What somebody at the command line does to accounts is noted with their name there, and told to those who watch."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from adapters.database import people
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import AccessLog, Caseworker
from adapters.factors import Factors, code_at
from adapters.host_desk import HostDesk
from adapters.resources import Resources
from domain.errors import FourEyesError, InvalidInputError
from domain.rights import Role
from tests import opened
from tests.at_console import authenticator_of, unused


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


def test_an_account_is_only_proposed_and_nobody_s_before_there_is_somebody_to_confirm(resources: Resources) -> None:
    desk = HostDesk(resources)
    with pytest.raises(InvalidInputError, match="habeas caseworker first"):
        desk.propose(email="n@example.com", name="Noor", role="caseworker")
    people.first_two(
        resources.database, administrator=("ada@example.com", "Ada"), confirmer=("l@example.com", "Lena"), role=Role.DPO
    )
    desk.propose(email="n@example.com", name="Noor", role="caseworker")
    with resources.database.read() as session:
        person = session.exec(select(Caseworker).where(Caseworker.email == "n@example.com")).one()
        told = [row.about for row in session.exec(select(StaffNotice))]
        actors = {row.actor for row in session.exec(select(AccessLog))}
    assert not person.active
    assert sorted(told) == ["host_changed", "staff_proposed"]
    assert actors == {f"host:{getpass.getuser()}"}


def test_a_lost_authenticator_takes_a_colleague_with_password_and_code(resources: Resources) -> None:
    desk, factors = HostDesk(resources), Factors(resources.database, resources.vault)
    lena = people.add_caseworker(resources.database, email="l@example.com", name="Lena", role=Role.PRIVACY_LEAD)
    ada = people.add_caseworker(resources.database, email="ada@example.com", name="Ada", role=Role.ADMINISTRATOR)
    people.set_password(resources.database, email="ada@example.com", password="kettle violin gravel")
    authenticator_of(resources, lena)
    seed = authenticator_of(resources, ada)
    unused(resources)
    code = code_at(seed, datetime.now(UTC))
    with pytest.raises(FourEyesError):
        desk.take_factor_away("ada@example.com", colleague="ada@example.com", password="kettle violin gravel", code=code)
    with pytest.raises(InvalidInputError):
        desk.take_factor_away("l@example.com", colleague="ada@example.com", password="wrong", code=code)
    desk.take_factor_away("l@example.com", colleague="ada@example.com", password="kettle violin gravel", code=code)
    assert (factors.has(lena), factors.has(ada)) == (False, True)
    with resources.database.read() as session:
        told = {row.about for row in session.exec(select(StaffNotice).where(StaffNotice.caseworker == lena))}
    assert told == {"factor_removed", "host_changed"}
