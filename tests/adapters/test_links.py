"""Links and codes: what is stored, how long they live, and that looking changes nothing. On SQLite and PostgreSQL."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from adapters.codes import CODES, CodePurpose, codes_left, issue_code
from adapters.database.tables import Attempt, CaseIdentifierRow, CaseRecord, Code, Link
from adapters.links import TOKEN, LinkPurpose, look_up, make_link, record_attempt
from adapters.resources import Resources
from domain.errors import CodeRefusedError, InvalidInputError
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

SECOND = timedelta(seconds=1)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    return CaseInHand(resources)


def link(case: CaseInHand, purpose: LinkPurpose) -> str:
    mailbox = case.mailbox
    with case.resources.database.write() as session:
        return make_link(session, case.id, purpose, mailbox, MONDAY)


def code(case: CaseInHand, at: datetime = MONDAY, purpose: CodePurpose = "verify") -> str | None:
    mailbox = case.mailbox
    with case.resources.database.write() as session:
        address = session.get(CaseIdentifierRow, mailbox)
        assert address is not None
        return issue_code(session, case.resources.vault, address, purpose, at)


def found(case: CaseInHand, token: str, purpose: LinkPurpose, at: datetime) -> bool:
    with case.resources.database.read() as session:
        return look_up(session, token, purpose, at) is not None


def test_a_link_is_stored_as_a_hash(case: CaseInHand) -> None:
    token = link(case, "verify")
    assert TOKEN.fullmatch(token)
    with case.resources.database.read() as session:
        row = session.exec(select(Link)).one()
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert token not in row.model_dump_json()


@pytest.mark.parametrize(("purpose", "life"), [("verify", timedelta(hours=72)), ("package", timedelta(days=7))])
def test_a_link_lives_as_long_as_its_purpose(case: CaseInHand, purpose: LinkPurpose, life: timedelta) -> None:
    token = link(case, purpose)
    assert found(case, token, purpose, MONDAY + life - SECOND)
    assert not found(case, token, purpose, MONDAY + life)


def test_a_follow_link_ends_a_month_after_its_case(case: CaseInHand) -> None:
    token = link(case, "follow")
    assert found(case, token, "follow", MONDAY + timedelta(days=400))
    with case.resources.database.write() as session:
        record = session.get(CaseRecord, case.id)
        assert record is not None
        record.closed_at = MONDAY
    assert found(case, token, "follow", MONDAY + timedelta(days=30) - SECOND)
    assert not found(case, token, "follow", MONDAY + timedelta(days=30))


def test_a_link_serves_its_one_purpose(case: CaseInHand) -> None:
    token = link(case, "follow")
    assert not found(case, token, "verify", MONDAY)
    assert not found(case, token, "package", MONDAY)
    assert not found(case, token + "A", "follow", MONDAY)
    assert not found(case, "hl1_" + "A" * 43, "follow", MONDAY)
    with case.resources.database.write() as session, pytest.raises(CodeRefusedError):
        record_attempt(session, case.resources.vault, case.id, "verify", token=token, now=MONDAY)


def test_looking_at_a_link_never_spends_it(case: CaseInHand) -> None:
    """Abuse test 12: a mail scanner opens everything, many times."""
    purposes: tuple[LinkPurpose, ...] = ("verify", "follow", "package")
    tokens = {purpose: link(case, purpose) for purpose in purposes}
    with case.resources.database.read() as session:
        before = [row.model_dump() for row in session.exec(select(Link).order_by("purpose")).all()]
    for purpose, token in tokens.items():
        assert all(found(case, token, purpose, MONDAY) for _ in range(50))
    with case.resources.database.read() as session:
        assert [row.model_dump() for row in session.exec(select(Link).order_by("purpose")).all()] == before


def test_an_attempt_holds_neither_code_nor_token(case: CaseInHand) -> None:
    token, digits = link(case, "verify"), code(case)
    with case.resources.database.write() as session:
        vault = case.resources.vault
        record_attempt(session, vault, case.id, "verify", code=digits, now=MONDAY)
        record_attempt(session, vault, case.id, "verify", token=token, now=MONDAY)
        rows = session.exec(select(Attempt)).all()
        stored = repr([row.model_dump() for row in [*rows, *session.exec(select(Code)).all()]])
    assert len(rows) == 2
    assert token not in stored
    assert str(digits) not in stored


@pytest.mark.parametrize("typed", ["1234567", "123456789", "1234567a", "", "١٢٣٤٥٦٧٨"])
def test_what_is_not_eight_digits_costs_no_try(case: CaseInHand, typed: str) -> None:
    code(case)
    with case.resources.database.write() as session, pytest.raises(InvalidInputError):
        record_attempt(session, case.resources.vault, case.id, "verify", code=typed, now=MONDAY)


def test_without_a_living_code_nothing_is_written(case: CaseInHand) -> None:
    digits = code(case)
    late = MONDAY + timedelta(minutes=10)
    for purpose, at in (("verify", late), ("open_package", MONDAY)):
        with case.resources.database.write() as session, pytest.raises(CodeRefusedError):
            record_attempt(session, case.resources.vault, case.id, purpose, code=digits, now=at)  # type: ignore[arg-type]
    with case.resources.database.read() as session:
        assert session.exec(select(Attempt)).all() == []


def test_another_case_cannot_be_opened_with_a_link_of_this_one(case: CaseInHand) -> None:
    token, other = link(case, "verify"), CaseInHand(case.resources)
    with case.resources.database.write() as session, pytest.raises(CodeRefusedError):
        record_attempt(session, case.resources.vault, other.id, "verify", token=token, now=MONDAY)


def test_a_mailbox_gets_five_codes_a_day_over_all_cases(case: CaseInHand) -> None:
    others = [CaseInHand(case.resources, email="Ruth.Adeyemi@POST.imaginella.example") for _ in range(CODES)]
    times = [MONDAY + timedelta(hours=hour) for hour in range(CODES)]
    assert all(code(other, at) for other, at in zip(others, times, strict=True))
    assert code(case, times[-1]) is None
    assert code(case, times[-1], "open_package"), "codes that strangers ask for must not use up the owner's"
    with case.resources.database.read() as session:
        address = session.get(CaseIdentifierRow, case.mailbox)
        assert address is not None
        assert codes_left(session, address, "verify", times[-1]) == 0
    assert code(case, MONDAY + timedelta(days=1)) is None
    assert code(case, MONDAY + timedelta(days=1, minutes=10, seconds=1))


def test_codes_differ_and_are_numbered(case: CaseInHand) -> None:
    codes = {code(case, MONDAY + timedelta(minutes=minute)) for minute in range(CODES)}
    assert len(codes) == CODES
    with case.resources.database.read() as session:
        assert sorted(row.serial for row in session.exec(select(Code)).all()) == [1, 2, 3, 4, 5]
