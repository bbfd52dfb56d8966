"""Everything of every case leaves in one private file, and its open cases come in elsewhere with their dates."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from activities.case_log import CaseLog
from adapters.database import people
from adapters.database.case_reader import CaseReader
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import AccessLog, CaseReceipt
from adapters.host_desk import HostDesk
from adapters.moving_in import MovingIn
from adapters.moving_out import MovingOut
from adapters.resources import Resources
from domain.errors import InvalidInputError
from domain.first_events import first_events
from domain.messages import CaseRef
from domain.rights import Role
from tests import opened
from tests.adapters.test_moving_in import COLUMNS, LEAD, LONGER, PLAIN
from tests.case_in_hand import CaseInHand
from tests.moved_in import events_of


@pytest.fixture
def two(tmp_path: Path, database_url: str, migrated: Path) -> Iterator[tuple[Resources, Resources]]:
    """An installation that a controller leaves, and one that it goes to."""
    other = f"sqlite:///{shutil.copy(migrated, tmp_path / 'other.db')}"
    with opened.resources(tmp_path / "old", database_url) as old, opened.resources(tmp_path / "new", other) as new:
        for each in (old, new):
            people.add_caseworker(each.database, email=LEAD, name="Lena", role=Role.PRIVACY_LEAD)
        yield old, new


def _take_in(resources: Resources, text: str) -> MovingIn:
    cases = MovingIn(resources, text, HostDesk(resources).lead(LEAD), datetime.now(UTC))
    assert [str(problem) for problem in cases.problems] == []
    log = CaseLog(resources)
    for receipt in HostDesk(resources).move_in(cases, by=LEAD):
        log.record_case_event(events_of(receipt.case_id, first_events(log.read_opening(CaseRef(case_id=receipt.case_id)))))
    return cases


def _clocks(resources: Resources) -> list[tuple[object, ...]]:
    reader = CaseReader(resources)
    with resources.database.read() as session:
        views = [reader.get(case_id) for case_id in session.exec(select(CaseReceipt.case_id)).all()]
    return sorted(
        (
            view.state.received_at,
            view.clock.safe_due,
            view.clock.legal_due,
            view.clock.extended,
            tuple(item.right for item in view.state.rights),
            tuple(view.state.factors),
            bool(view.state.identity_record),
        )
        for view in views
    )


def test_open_cases_go_out_and_come_in_with_the_same_dates(two: tuple[Resources, Resources], tmp_path: Path) -> None:
    old, new = two
    _take_in(old, f"{COLUMNS}\n{PLAIN}\n{LONGER}")
    assert MovingOut(old).write(tmp_path / "all.zip") == (2, 2)
    with zipfile.ZipFile(tmp_path / "all.zip") as whole:
        table = whole.read("open.csv").decode()
        lines = [json.loads(line) for line in whole.read("cases.jsonl").decode().splitlines()]
    _take_in(new, table)
    assert _clocks(new) == _clocks(old)
    assert _clocks(new)[0][3], "one of them was extended"
    assert _take_in(new, table).fresh == [], "the same file is not taken in twice"
    ruth = next(line for line in lines if line["subject"]["name"] == "Ruth")
    words = [text for event in ruth["events"] for text in event.get("words", {}).values()]
    assert {"Four archives, on paper", "Which years?"} <= {*words}
    assert {"email", "former_reference"} <= {each["kind"] for each in ruth["identifiers"]}


def test_the_file_is_its_owner_s_alone_and_never_takes_another_s_place(two: tuple[Resources, Resources], tmp_path: Path) -> None:
    old, _ = two
    path = tmp_path / "all.zip"
    MovingOut(old).write(path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(InvalidInputError):
        MovingOut(old).write(path)


def test_a_destroyed_case_is_not_in_it_and_no_formula_runs(two: tuple[Resources, Resources], tmp_path: Path) -> None:
    old, new = two
    kept, gone = CaseInHand(old, name='=HYPERLINK("x")', email="ruth@example.com"), CaseInHand(old, email="other@example.com")
    old.vault.destroy_case_key(gone.id, rule="case", approver="system")
    assert MovingOut(old).write(tmp_path / "all.zip") == (1, 1)
    with zipfile.ZipFile(tmp_path / "all.zip") as whole:
        table = whole.read("open.csv").decode()
        assert kept.reference in table
        assert "other@example.com" not in table + whole.read("cases.jsonl").decode()
    assert "'=HYPERLINK" in table
    _take_in(new, table)
    assert MovingOut(new).write(tmp_path / "again.zip") == (1, 1)
    with zipfile.ZipFile(tmp_path / "again.zip") as whole:
        assert json.loads(whole.read("cases.jsonl"))["subject"]["name"] == '=HYPERLINK("x")'


def test_the_command_names_who_wants_it_and_tells_them(
    two: tuple[Resources, Resources], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = two
    settings = old.settings
    for name, value in (("HOME", settings.home), ("DATABASE_URL", settings.database_url), ("DATAMAP", settings.datamap)):
        monkeypatch.setenv(f"HABEAS_{name}", str(value))
    for by, code in (("nobody@example.com", 1), (LEAD, 0)):
        done = CliRunner().invoke(cli.app, ["cases", "export", str(tmp_path / f"{code}.zip"), "--by", by])
        assert (done.exit_code == 0) == (code == 0), done.output
    assert not (tmp_path / "1.zip").exists()
    with old.database.read() as session:
        assert "host: exported every case" in session.exec(select(AccessLog.action)).all()
        assert [row.facts["deed"] for row in session.exec(select(StaffNotice)).all()] == ["exported every case"]
