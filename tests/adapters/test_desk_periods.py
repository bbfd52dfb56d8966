"""What no case owns is destroyed by the month when it is due, and the record still verifies."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import SQLModel, select

from activities.audit import Audit
from adapters.audit_export import check_lines, lines
from adapters.database.audit import seal_access_log
from adapters.database.desk_periods import BY_MONTH, month_id
from adapters.database.people import add_caseworker
from adapters.database.retention_due import RetentionDue
from adapters.database.retention_tables import AccessSeal, Destruction
from adapters.database.staff_tables import ConfigurationChange, StaffChange, StaffInvitation, StaffNotice
from adapters.database.tables import AccessLog, Alarm, StaffSession
from adapters.resources import Resources
from adapters.signing import Signer
from domain.audit import Checked
from domain.retention import RULES, Kept
from domain.rights import Role
from domain.sweep_messages import AnchorDay
from tests import opened
from tests.adapters.test_destruction import carry_out, sweep

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=3 * 366)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def rows_of(resources: Resources, at: datetime) -> dict[type[SQLModel], SQLModel]:
    """One row of each table, as it would have been written then."""
    with resources.database.read() as session:
        known = session.exec(select(StaffSession.caseworker)).first()
    who = known or add_caseworker(resources.database, email="a@example.com", name="A", role=Role.CASEWORKER)
    rows: list[Any] = [
        StaffSession(token_sha256=uuid4().hex, caseworker=who, role="caseworker", began_at=at, seen_at=at),
        StaffInvitation(token_sha256=uuid4().hex, caseworker=who, expires_at=at),
        StaffNotice(caseworker=who, about="alarm", written_at=at),
        Alarm(at=at, kind="mail-changed", facts={}),
        StaffChange(kind="role", caseworker=who, by="host:a", proposed_at=at, settled_at=at, confirmed=True),
        StaffChange(kind="role", caseworker=who, by="host:a", proposed_at=at),
        ConfigurationChange(at=at, what="mail", mac=uuid4().hex, first=False),
        AccessLog(at=at, actor=f"caseworker:{who}", action="view_case", case_id=uuid4()),
    ]
    with resources.database.write() as session:
        session.add_all(rows)
    return {type(row): row for row in rows}


def left(resources: Resources, *tables: type[SQLModel]) -> list[int]:
    with resources.database.read() as session:
        return [len(session.exec(select(table)).all()) for table in tables]


def verified(resources: Resources) -> Checked:
    with resources.database.read() as session:
        found = list(lines(session, resources.vault.install, NOW))
    return check_lines(found, [Signer.open(resources.settings.audit_key).public_pem], [])


@pytest.mark.parametrize(
    ("kept", "tables", "after"),
    [
        (Kept.SIGN_INS, (StaffSession, StaffInvitation, StaffNotice), [1, 1, 1]),
        (Kept.STAFF_RECORD, (Alarm, StaffChange, ConfigurationChange), [1, 2, 1]),
        (Kept.ACCESS_LOG, (AccessSeal,), [1]),
    ],
)
def test_what_is_due_goes_and_what_is_younger_stays(
    resources: Resources, kept: Kept, tables: tuple[type[SQLModel], ...], after: list[int]
) -> None:
    for at in (LONG_AGO, NOW - timedelta(minutes=1)):
        rows_of(resources, at)
    seal_access_log(resources.database, resources.vault.install, NOW)
    planned = sweep(resources, kept, NOW.date())
    assert (planned.due, planned.approval) == (1, kept is not Kept.SIGN_INS)
    assert carry_out(resources, kept, planned) == (1, 0)
    assert left(resources, *tables) == after
    assert sweep(resources, kept, NOW.date()).due == 0
    with resources.database.read() as session:
        (receipt,) = session.exec(select(Destruction)).all()
        noted = session.exec(select(AccessLog.case_id).where(AccessLog.action == f"destroyed:{kept.value}")).all()
    assert receipt.object == month_id(kept, f"{LONG_AGO:%Y-%m}")
    assert sum(receipt.counts.values()) > 0
    assert noted == [None], "a month is no case"


def test_a_month_is_kept_to_the_last_day_of_its_period(resources: Resources) -> None:
    rows_of(resources, datetime(2024, 2, 3, tzinfo=UTC))
    seal_access_log(resources.database, resources.vault.install, NOW)
    for kept, last in ((Kept.ACCESS_LOG, "2026-02-28"), (Kept.STAFF_RECORD, "2026-02-28"), (Kept.SIGN_INS, "2024-05-29")):
        day = datetime.fromisoformat(last).date()
        with resources.database.read() as session:
            assert RetentionDue(resources, session, day).over(kept) == []
            assert len(RetentionDue(resources, session, day + timedelta(days=1)).over(kept)) == 1
    assert set(BY_MONTH) == {Kept.ACCESS_LOG, Kept.STAFF_RECORD, Kept.SIGN_INS} < RULES.keys()


def test_the_setting_that_the_next_start_is_compared_with_stays_whatever_its_age(resources: Resources) -> None:
    rows_of(resources, LONG_AGO)
    carry_out(resources, Kept.STAFF_RECORD, sweep(resources, Kept.STAFF_RECORD, NOW.date()))
    assert left(resources, Alarm, ConfigurationChange) == [0, 1]


def test_the_record_verifies_after_a_month_of_looks_was_destroyed(resources: Resources) -> None:
    yesterday = NOW - timedelta(days=1)
    for at in (LONG_AGO, yesterday):
        rows_of(resources, at)
        Audit(resources).anchor_day(AnchorDay(day=at.date()))
    before = verified(resources)
    assert (before.problems, before.streams, before.ended) == ([], 2, 0)
    carry_out(resources, Kept.ACCESS_LOG, sweep(resources, Kept.ACCESS_LOG, NOW.date()))
    after = verified(resources)
    assert (after.problems, after.streams, after.ended) == ([], 1, 1)


def test_a_month_that_is_gone_without_its_rule_is_a_cut(resources: Resources) -> None:
    rows_of(resources, LONG_AGO)
    Audit(resources).anchor_day(AnchorDay(day=LONG_AGO.date()))
    carry_out(resources, Kept.ACCESS_LOG, sweep(resources, Kept.ACCESS_LOG, NOW.date()))
    with resources.database.write() as session:
        for receipt in session.exec(select(Destruction)).all():
            session.delete(receipt)
    assert {problem.kind for problem in verified(resources).problems} == {"cut"}
