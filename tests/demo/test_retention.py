"""The policy's table of periods, carried out on the demo's own stores: exactly what is over goes, and nobody's who is kept."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlmodel import select

from activities.sweeps import Sweeps
from activities.systems.registry import Systems
from adapters.database.erasure_tables import LegalHold
from adapters.database.retention_tables import InactivityNotice, SweepRow
from adapters.resources import Resources
from demo import tables
from demo.controller import DATAMAP, build, urls_of
from domain.inactivity import Step, step_of
from domain.source_retention import source_rules
from domain.sweep_messages import CarryOutSweep, PlanSweep, SweepDone, SweepPlanned, Swept
from tests import opened, post_office, servers
from tests.case_in_hand import CaseInHand, posting
from tests.post_office import PostOffice

TODAY = date(2026, 11, 23)
LEAD = f"caseworker:{uuid4()}"


@dataclass
class Controller:
    """The demo's stores, and a worker that sweeps them."""

    resources: Resources
    sweeps: Sweeps
    engines: dict[tables.Store, sa.Engine]
    office: PostOffice

    def plan(self, rule: str, system: str, collection: str, today: date = TODAY) -> SweepPlanned:
        swept = Swept(rule=rule, system=system, collection=collection)
        return self.sweeps.plan_sweep(PlanSweep(swept=swept, today=today, sweep=uuid4()))

    def carry_out(self, rule: str, system: str, collection: str, today: date = TODAY) -> SweepDone:
        planned = self.plan(rule, system, collection, today)
        swept = Swept(rule=rule, system=system, collection=collection)
        message = CarryOutSweep(swept=swept, sweep=planned.sweep, sha256=planned.sha256, approver=LEAD)
        return self.sweeps.carry_out_sweep(message)

    def value(self, store: tables.Store, query: str, **given: object) -> Any:  # noqa: ANN401 (of SQL)
        with self.engines[store].begin() as connection:
            found = connection.execute(sa.text(query), given)
            return found.scalar() if found.returns_rows else found.rowcount


@pytest.fixture
def controller(tmp_path: Path, sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Controller]:
    urls = urls_of(tmp_path, {})
    if os.environ.get("HABEAS_TEST_DATABASE") == "postgresql":
        urls = databases(request.getfixturevalue("postgresql_url"))
    build(tmp_path, urls=urls, today=TODAY)
    environment = {f"HABEAS_DEMO_{store.upper()}_URL": url for store, url in urls.items()}
    with opened.resources(tmp_path, sqlite_url, DATAMAP) as resources, post_office.opened() as office:
        posted = posting(resources, office.url)
        systems = Systems(posted.datamap, tmp_path, environment)
        engines = {store: sa.create_engine(urls[store]) for store in tables.STORES}
        yield Controller(posted, Sweeps(posted, systems), engines, office)
        systems.close()
        for engine in engines.values():
            engine.dispose()


def databases(url: str) -> dict[tables.Store, str]:
    """Two empty databases; they end with the cluster."""
    made = {store: f"swept_{store}_{uuid4().hex}" for store in tables.STORES}
    with psycopg.connect(servers.plain(url), autocommit=True) as connection:
        for name in made.values():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return {store: f"{url.rpartition('/')[0]}/{name}" for store, name in made.items()}


def test_every_period_of_the_policy_that_a_program_can_carry_out_is_watched(controller: Controller) -> None:
    found = {(rule.rule, f"{rule.system}.{rule.collection.name}") for rule in source_rules(controller.resources.datamap)}
    assert found == {
        ("account", "platform.accounts"),
        ("inactive_account", "platform.accounts"),
        ("content", "platform.prompts"),
        ("content", "platform.images"),
        ("content", "platform.uploads"),
        ("raw_logs", "platform.logins"),
        ("raw_logs", "platform.usage_events"),
        ("abuse_checks", "platform.moderation_flags"),
        ("cookie_choice", "platform.cookie_preferences"),
        ("billing", "business.invoices"),
        ("support", "business.tickets"),
    }


def test_prompts_go_after_thirty_days_but_for_those_kept_and_those_of_people_with_a_case(controller: Controller) -> None:
    old = "created_at < '2026-10-24'"
    free = controller.value("platform", f"SELECT count(*) FROM prompts WHERE {old} AND coalesce(kept_for, '') = ''")
    flagged = controller.value("platform", f"SELECT count(*) FROM prompts WHERE {old} AND coalesce(kept_for, '') <> ''")
    if not free:  # the demo keeps the promise already: make some that are over
        controller.value("platform", "UPDATE prompts SET created_at = '2026-09-01 10:00:00' WHERE id % 2 = 0")
        free = controller.value("platform", f"SELECT count(*) FROM prompts WHERE {old} AND coalesce(kept_for, '') = ''")
        flagged = controller.value("platform", f"SELECT count(*) FROM prompts WHERE {old} AND coalesce(kept_for, '') <> ''")
    email, mine = _somebody_with(controller, old)
    CaseInHand(controller.resources, email=email)
    planned = controller.plan("content", "platform", "prompts")
    assert (planned.due, planned.suspended, planned.approval) == (free - mine, mine, True)
    young = controller.value("platform", f"SELECT count(*) FROM prompts WHERE NOT ({old})")
    done = controller.carry_out("content", "platform", "prompts")
    assert (done.destroyed, done.kept) == (free - mine, mine)
    assert controller.value("platform", "SELECT count(*) FROM prompts") == young + flagged + mine
    with controller.resources.database.read() as session:
        row = session.exec(select(SweepRow).where(SweepRow.state == "done")).one()
        assert (row.destroyed, row.decided_by, row.suspended) == (done.destroyed, LEAD, {"open_case": mine})
    assert controller.plan("content", "platform", "prompts").due == 0


def test_what_a_person_had_restricted_is_kept_for_them(controller: Controller) -> None:
    controller.value("platform", "UPDATE accounts SET closed_at = '2025-11-01 00:00:00'")
    everybody = controller.plan("account", "platform", "accounts").due
    controller.value(
        "platform", "UPDATE accounts SET restricted_at = '2025-11-02 00:00:00' WHERE id = (SELECT min(id) FROM accounts)"
    )
    assert controller.plan("account", "platform", "accounts").due == everybody - 1


def _somebody_with(controller: Controller, old: str) -> tuple[str, int]:
    with controller.engines["platform"].begin() as connection:
        row = connection.execute(
            sa.text(
                f"SELECT a.email, count(*) FROM prompts p JOIN accounts a ON a.id = p.account_id WHERE p.{old} "
                "AND coalesce(p.kept_for, '') = '' GROUP BY a.email ORDER BY count(*) DESC LIMIT 1"
            )
        ).one()
        return str(row[0]), int(row[1])


def test_raw_logs_are_made_anonymous_and_counted_once(controller: Controller) -> None:
    old = "created_at < '2026-08-25'"
    controller.value("platform", "UPDATE logins SET created_at = '2026-08-01 10:00:00' WHERE id % 2 = 0")
    known = controller.value("platform", f"SELECT count(*) FROM logins WHERE {old} AND account_id IS NOT NULL")
    assert known > 0
    assert controller.carry_out("raw_logs", "platform", "logins").destroyed == known
    assert controller.value("platform", f"SELECT count(*) FROM logins WHERE {old} AND account_id IS NOT NULL") == 0
    assert controller.value("platform", f"SELECT count(*) FROM logins WHERE {old}") >= known
    assert controller.plan("raw_logs", "platform", "logins").due == 0


def test_a_closed_account_goes_with_what_hangs_on_it_and_the_law_keeps_its_invoices(controller: Controller) -> None:
    """Twelve months after the closure; a hold keeps another one."""
    ids = _column(controller, "SELECT id FROM accounts ORDER BY id LIMIT 2")
    controller.value("platform", "UPDATE accounts SET closed_at = NULL")
    for one in ids:
        controller.value("platform", "UPDATE accounts SET closed_at = '2025-11-01 00:00:00' WHERE id = :id", id=one)
    held = controller.value("platform", "SELECT email FROM accounts WHERE id = :id", id=ids[1])
    index = controller.resources.vault.index_email(held)
    hold = LegalHold(
        subject_index=index, ground="dispute", review_on=TODAY + timedelta(days=90), placed_by=LEAD, placed_at=datetime.now(UTC)
    )
    with controller.resources.database.write() as session:
        session.add(hold)
    before = controller.value("business", "SELECT count(*) FROM invoices")
    done = controller.carry_out("account", "platform", "accounts")
    assert (done.destroyed, done.kept) == (1, 1)
    assert controller.value("platform", "SELECT count(*) FROM accounts WHERE id = :id", id=ids[0]) == 0
    assert controller.value("platform", "SELECT count(*) FROM pixel_ledger WHERE account_id = :id", id=ids[0]) == 0
    assert controller.value("platform", "SELECT count(*) FROM accounts WHERE id = :id", id=ids[1]) == 1
    assert controller.value("business", "SELECT count(*) FROM invoices") == before


def _column(controller: Controller, query: str) -> list[Any]:
    with controller.engines["platform"].begin() as connection:
        return list(connection.execute(sa.text(query)).scalars())


def test_an_account_that_nobody_uses_ends_after_two_notices_and_never_without_them(controller: Controller) -> None:
    """Whoever comes back keeps everything; a mailbox that takes no mail keeps its account."""
    away, back = _column(controller, "SELECT id FROM accounts ORDER BY id LIMIT 2 OFFSET 20")
    controller.value("platform", "UPDATE accounts SET closed_at = NULL, last_active_at = '2026-11-20 00:00:00'")
    for one in (away, back):
        controller.value("platform", "UPDATE accounts SET last_active_at = '2024-11-01 00:00:00' WHERE id = :id", id=one)
    inactive = ("inactive_account", "platform", "accounts")
    real = datetime.now(UTC).date()
    assert controller.carry_out(*inactive, today=real).destroyed == 2  # both are told, nobody's account ends
    assert [kept.message["Subject"] for kept in controller.office.kept] == ["Imaginella: your account is not used"] * 2
    assert controller.plan(*inactive, today=real).due == 0
    assert controller.carry_out(*inactive, today=real + timedelta(days=30)).destroyed == 2  # told again
    assert "ends soon" in controller.office.kept[-1].message["Subject"]
    controller.value("platform", "UPDATE accounts SET last_active_at = :now WHERE id = :id", now=f"{real} 23:00:00", id=back)
    _second_notice_was(controller, real - timedelta(days=31))
    done = controller.carry_out(*inactive, today=real + timedelta(days=1))
    assert done.destroyed == 2  # one ends, of the other the notices are forgotten
    assert controller.value("platform", "SELECT count(*) FROM accounts WHERE id = :id", id=away) == 0
    assert controller.value("platform", "SELECT count(*) FROM accounts WHERE id = :id", id=back) == 1
    with controller.resources.database.read() as session:
        assert session.exec(select(InactivityNotice)).all() == []


def _second_notice_was(controller: Controller, day: date) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    with controller.resources.database.write() as session:
        session.execute(sa.update(InactivityNotice).values(second_at=at))


def test_no_notice_is_skipped_and_thirty_days_lie_between() -> None:
    active, first, second = date(2024, 1, 1), date(2025, 11, 10), date(2025, 12, 20)
    assert step_of(active, "24 months", None, date(2025, 11, 1)) is None
    assert step_of(active, "24 months", None, date(2025, 11, 2)) is Step.FIRST_NOTICE
    assert step_of(active, "24 months", None, date(2030, 1, 1)) is Step.FIRST_NOTICE  # however long it was forgotten
    assert step_of(active, "24 months", (first, None), first + timedelta(days=29)) is None
    assert step_of(active, "24 months", (first, None), first + timedelta(days=30)) is Step.SECOND_NOTICE
    assert step_of(active, "24 months", (first, second), second + timedelta(days=29)) is None
    assert step_of(active, "24 months", (first, second), second + timedelta(days=30)) is Step.END
    assert step_of(date(2025, 11, 10), "24 months", (first, None), date(2025, 12, 31)) is Step.CAME_BACK
