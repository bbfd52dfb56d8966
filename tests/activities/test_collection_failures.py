"""A source that is down stops nobody else; what was finished is not asked twice; what was begun is begun anew."""

import dataclasses
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
from temporalio.testing import ActivityEnvironment

from activities.search_receipts import Outcome, Receipts
from activities.systems.base import Lookup, SystemUnreachableError
from activities.systems.files import FileSystem
from activities.systems.sql import SqlSystem
from adapters.row_text import Row
from adapters.sealed_head import Head, Sealable
from adapters.sealed_rows import RowsIndex
from adapters.stream import BODY_AT
from domain.datamap import Collection
from domain.messages import Collect, Collected
from tests import servers
from tests.activities import killed_collection
from tests.activities.shop import Shop
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY


def attempt(shop: Shop, case: CaseInHand, number: int) -> Collected:
    """Run the activity as its nth attempt."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=number)
    collected = environment.run(shop.collection.collect, Collect(case_id=case.id, run=1))
    assert isinstance(collected, Collected)
    return collected


def take_down(shop: Shop, name: str) -> None:
    """Let a system answer nobody from now on."""
    url = shop.engines[name].url
    dead = url.set(database=f"{url.database}.gone") if url.drivername == "sqlite" else url.set(port=servers.free_port())
    shop.environment[f"{name.upper()}_URL"] = dead.render_as_string(hide_password=False)
    shop.connect()


def bring_back(shop: Shop, name: str) -> None:
    shop.environment[f"{name.upper()}_URL"] = shop.engines[name].url.render_as_string(hide_password=False)
    shop.connect()


@pytest.fixture
def filled(shop: Shop) -> Shop:
    shop.account(7)
    shop.insert("drafts", (1, 7, "hello", "a.png"))
    shop.insert("invoices", ("R-1", "7", None, "12.50"))
    shop.put("pictures/a.png")
    return shop


def test_a_source_that_is_down_is_tried_again_and_the_others_are_not_asked_twice(filled: Shop) -> None:
    case = filled.case()
    take_down(filled, "billing")
    with pytest.raises(SystemUnreachableError, match="No answer from billing") as failure:
        attempt(filled, case, 1)
    assert failure.value.__cause__ is None, "a cause would be written into the engine's history"
    finished = {name: row.blobs for name, row in filled.receipts(case).items() if row.state == "searched"}
    assert set(finished) == {"accounts", "sessions", "drafts", "devices", "uploads", "pictures"}
    assert filled.receipts(case)["invoices"].state == "failed"

    bring_back(filled, "billing")
    with filled.asked() as statements:
        results = attempt(filled, case, 2).results
    assert {text for text, _ in statements if 'FROM "' in text and "invoices" not in text} == set()
    assert {(one.system, one.state, one.records) for one in results} == {
        ("app", "searched", 2),
        ("billing", "searched", 1),
        ("store", "searched", 1),
        ("payments", "manual", 0),
    }
    after = filled.receipts(case)
    assert {name: after[name].blobs for name in finished} == finished


def test_a_source_that_stays_down_is_reported_when_its_attempts_are_used_up(filled: Shop) -> None:
    case = filled.case()
    take_down(filled, "billing")
    with pytest.raises(SystemUnreachableError):
        attempt(filled, case, 2)
    results = {one.system: one for one in attempt(filled, case, 3).results}
    assert (results["billing"].state, results["billing"].reason) == ("failed", "unreachable")
    assert results["app"].state == results["store"].state == "searched"


def test_what_depends_on_a_failed_system_fails_with_it(filled: Shop) -> None:
    case = filled.case()
    take_down(filled, "app")
    results = filled.collect(case)
    assert {name: (one.state, one.reason) for name, one in results.items()} == {
        "app": ("failed", "unreachable"),
        "billing": ("failed", "upstream"),
        "store": ("failed", "upstream"),
        "payments": ("manual", None),
    }
    assert {row.state for name, row in filled.receipts(case).items() if name != "device_logins"} == {"failed"}


def test_what_does_not_depend_on_a_missing_table_is_searched(filled: Shop) -> None:
    case = filled.case()
    filled.rename("devices", "gadgets")
    results = {one.system: one for one in attempt(filled, case, 1).results}  # trying again would not help
    assert (results["app"].state, results["app"].reason) == ("failed", "refused")
    assert results["billing"].state == results["store"].state == "searched"
    states = {name: row.state for name, row in filled.receipts(case).items()}
    assert states["devices"] == "failed"
    assert states["accounts"] == states["drafts"] == "searched"

    filled.rename("gadgets", "devices")
    again = filled.collect(case, systems=["app"])
    assert (again["app"].state, again["app"].records) == ("searched", 2)


def test_a_variable_that_is_not_set_is_said_so(filled: Shop) -> None:
    case = filled.case()
    del filled.environment["BILLING_URL"]
    filled.connect()
    results = filled.collect(case)
    assert (results["billing"].state, results["billing"].reason) == ("failed", "misconfigured")
    assert results["app"].state == "searched"


def test_a_file_store_that_is_not_mounted_is_not_empty(filled: Shop) -> None:
    case = filled.case()
    filled.folder.rename(filled.folder.with_name("elsewhere"))
    results = filled.collect(case)
    assert (results["store"].state, results["store"].reason) == ("failed", "unreachable")


def test_a_retry_asks_only_the_named_system_and_what_depends_on_it(filled: Shop) -> None:
    case = filled.case()
    take_down(filled, "billing")
    filled.collect(case)
    bring_back(filled, "billing")
    with filled.asked() as statements:
        results = filled.collect(case, systems=["billing"])
    assert set(results) == {"billing"}
    assert results["billing"].records == 1
    assert not any('FROM "accounts"' in text or 'FROM "drafts"' in text for text, _ in statements)

    take_down(filled, "app")
    second = filled.case()
    filled.collect(second)
    bring_back(filled, "app")
    assert set(filled.collect(second, systems=["app"])) == {"app", "billing", "store"}
    assert [row["number"] for row in filled.rows(second, "invoices")] == ["R-1"]


def test_a_system_that_is_left_out_holds_nobody_up(filled: Shop) -> None:
    filled.insert("invoices", ("R-2", None, "ruth@post.example", "1.00"))
    case = filled.case()
    take_down(filled, "app")
    results = filled.collect(case, skipped=["app", "payments"])
    assert {name: one.state for name, one in results.items()} == {"billing": "searched", "store": "searched"}
    assert [row["number"] for row in filled.rows(case, "invoices")] == ["R-2"], "found by the address alone"
    assert filled.found(case)["uploads"].reason == "left_out"
    assert "accounts" not in filled.receipts(case)


class Interrupted(BaseException):
    """The activity was cancelled."""


class BreakingSystem(SqlSystem):
    """Stops in the middle of the drafts."""

    broken = True

    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:
        for batch in super().search(collection, lookup):
            yield batch
            if self.broken and collection.name == "drafts":
                raise Interrupted


def _many(count: int, word: str = "word") -> list[tuple[int, int, str, str | None]]:
    return [(number, 7, f"{word} " * 20, None) for number in range(1, count + 1)]


def test_a_search_that_is_interrupted_leaves_no_blob_and_is_done_anew(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", *_many(3000))
    case = shop.case()
    system = BreakingSystem(shop.resources.datamap.system("app"), shop.environment["APP_URL"])
    shop.systems.connector("app").close()
    shop.systems._connectors["app"] = system
    with pytest.raises(Interrupted):
        shop.collect(case)
    assert shop.blobs() == set()
    assert set(shop.receipts(case)) >= {"accounts", "sessions"}

    BreakingSystem.broken = False
    shop.delete("drafts", id=1)
    shop.collect(case)
    assert [row["id"] for row in shop.rows(case, "drafts")] == list(range(2, 3001))
    assert len(shop.blobs()) == 1


class BreakingFolder(FileSystem):
    """Stops at the third file."""

    def open_file(self, collection: Collection, row: Row) -> BinaryIO | None:
        if any(str(value).endswith("2.bin") for value in row):
            raise Interrupted
        return super().open_file(collection, row)


def test_a_search_that_is_interrupted_leaves_no_file(shop: Shop) -> None:
    for number in range(3):
        shop.put(f"uploads/7/{number}.bin", b"mine")
    case = shop.case()
    shop.account(7)
    folder = BreakingFolder(shop.resources.datamap.system("store"), Path(shop.environment["STORE_ROOT"]))
    shop.systems._connectors["store"] = folder
    with pytest.raises(Interrupted):
        shop.collect(case)
    assert shop.blobs() == set()


def test_no_two_streams_share_a_key_after_a_kill(shop: Shop, database_url: str) -> None:
    """Abuse test 25: killed while writing, resumed with changed rows."""
    shop.account(7)
    shop.insert("drafts", *_many(3000))
    for number in range(3):
        shop.put(f"uploads/7/{number}.bin", bytes([number]) * 2_000_000)
    case = shop.case()
    home = shop.resources.settings.home
    command = [sys.executable, killed_collection.__file__, str(home), database_url, json.dumps(shop.environment), str(case.id)]
    root = Path(__file__).parents[2]
    killed = subprocess.run(command, cwd=root, env={"PYTHONPATH": str(root)}, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    folder = Path(shop.resources.settings.blobs_url)
    left = {path for path in folder.rglob("*") if path.is_file()}
    assert any(path.parent.name == "unfinished" for path in left)
    shop.delete("drafts", id=1)
    shop.insert("drafts", (5000, 7, "changed meanwhile", None))
    assert shop.collect(case)["store"].records == 3
    assert [row["id"] for row in shop.rows(case, "drafts")] == [*range(2, 3001), 5000]

    streams = {path for path in folder.rglob("*") if path.is_file()}
    assert len(streams) > len(left)
    names = [path.name for path in streams]
    headers = [path.read_bytes()[: BODY_AT + 40] for path in streams]
    assert len(set(names)) == len(names), "a blob id was used twice"
    assert len({header[BODY_AT:] for header in headers}) == len(headers), "a salt and nonce prefix was used twice"
    assert len({header[:BODY_AT] for header in headers}) == len(headers), "a key commitment was used twice"


def test_of_two_attempts_the_first_to_finish_stands(shop: Shop) -> None:
    case = shop.case()
    vault = shop.resources.vault.case(case.id)
    with shop.resources.blobs.create(vault, "collected.rows") as blob:
        blob.write(b"late")
    late, early = Receipts(shop.resources, case.id, 1), Receipts(shop.resources, case.id, 1)
    place = ("app", "accounts")
    early.add(Outcome(place, "searched", ["k"], MONDAY, Sealable(Head()), rows=1))
    early.flush()
    late.add(Outcome(place, "searched", ["k"], MONDAY, Sealable(Head(rows=RowsIndex(fields=(), ref=blob.ref))), rows=2))
    late.flush()
    assert shop.receipts(case)["accounts"].rows == 1
    assert shop.blobs() == set(), "the late one's blob is nobody's"


def test_a_receipt_that_is_replaced_takes_its_blobs_along(shop: Shop) -> None:
    shop.account(7)
    shop.insert("drafts", *_many(3000))
    case = shop.case()
    shop.collect(case)
    before = shop.blobs()
    shop.account(8)  # a second account of hers: the drafts have other keys now
    with shop.resources.database.write() as session:
        session.delete(shop.receipts(case)["accounts"])
    shop.collect(case)
    assert len(before) == len(shop.blobs()) == 1
    assert before != shop.blobs()
