"""An erasure that is interrupted goes on where it was, and done twice it is done once: a batch at a time, never a row."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.systems.base import Change, SystemUnreachableError
from activities.systems.sql import SqlSystem
from domain.datamap import Collection
from tests.activities import killed_erasure
from tests.activities.erasing import Erasing, assert_erased, rows


def test_an_erasure_takes_a_statement_a_batch_and_never_one_a_row(erasing: Erasing) -> None:
    erasing.shop.insert("drafts", *((number, 7, "x", None) for number in range(100, 900)))
    made = erasing.plan()
    with erasing.shop.changing() as statements:
        assert erasing.carry_out(made).done
    changes = [text for text, _ in statements if text.startswith(("DELETE", "UPDATE"))]
    assert len(changes) == 4  # accounts, sessions, drafts, devices: the tables that hold something to change


def test_the_same_plan_carried_out_by_two_attempts_at_once_is_once(erasing: Erasing) -> None:
    """An attempt that was thought dead goes on beside the next one."""
    erasing.shop.insert("drafts", *((number, 7, "x", None) for number in range(100, 8_100)))
    made = erasing.plan()
    with ThreadPoolExecutor(2) as attempts:
        both = list(attempts.map(lambda run: erasing.carry_out(made, run=run), (-7, -8)))
    # Each may find the other at it; what is left to do then is done by the next attempt, as after any interruption.
    assert all(each.done or each.failed for each in both)
    assert erasing.carry_out(made, run=-9).done
    assert_erased(erasing.shop)
    assert erasing.look(made).leftovers == []


def test_the_same_plan_carried_out_twice_is_once(erasing: Erasing) -> None:
    made = erasing.plan()
    assert erasing.carry_out(made).done
    with erasing.shop.changing() as statements:
        assert erasing.carry_out(made).done
    assert statements == []
    assert_erased(erasing.shop)


def test_a_source_that_goes_down_half_way_is_finished_when_it_is_back(erasing: Erasing, monkeypatch: pytest.MonkeyPatch) -> None:
    made = erasing.plan()
    erase = SqlSystem.erase

    def down(self: SqlSystem, collection: Collection, change: Change) -> int:
        if collection.name in {"drafts", "accounts"}:
            raise SystemUnreachableError(self.system.name)
        return erase(self, collection, change)

    with monkeypatch.context() as patch:
        patch.setattr(SqlSystem, "erase", down)
        answer = erasing.carry_out(made)
    assert [(each.system, each.reason) for each in answer.failed] == [("app", "unreachable")]
    assert not (erasing.shop.folder / "uploads/7").exists()  # what could be done is done
    assert 7 in [row[0] for row in rows(erasing.shop, "accounts")]
    assert erasing.carry_out(made).done
    assert_erased(erasing.shop)
    assert erasing.look(made).leftovers == []


def test_killed_in_the_middle_of_a_table_it_goes_on_where_it_was(erasing: Erasing, tmp_path: Path, database_url: str) -> None:
    shop = erasing.shop
    shop.insert("drafts", *((number, 7, "x", None) for number in range(100, 25_100)))
    made = erasing.plan()
    order = f"{erasing.case.id},{made.plan},{made.sha256},-9"
    root = Path(__file__).parents[2]
    home, environment = shop.resources.settings.home, json.dumps(shop.environment)
    command = [
        sys.executable,
        killed_erasure.__file__,
        str(home),
        database_url,
        str(tmp_path / "erasing.yml"),
        environment,
        order,
    ]
    killed = subprocess.run(command, cwd=root, env={"PYTHONPATH": str(root)}, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = len(rows(shop, "drafts"))
    assert 1 < left < 25_003

    erasing.connect()
    with shop.changing() as statements:
        assert erasing.carry_out(made, run=-9).done
    position = erasing.steps()["drafts"].position
    assert position == 25_002
    drafts = [text for text, _ in statements if "drafts" in text]
    assert len(drafts) < 26  # not from the start
    assert_erased(shop)
    assert erasing.look(made).leftovers == []
