"""The console's queue and its search at 10,000 and at a million cases, each beside the bare query in the same run.

Rows are written straight into the tables; the cases of the first page have keys and names, so that masking is measured too.
As many are open in both, as in an office that has worked for years; the others are closed.
With `all`, every case is open instead: nobody has that office, but the page must not care.
Run: `python -m benchmarks.queue` or `python -m benchmarks.queue all`.

Next: adapters/database/queue.py
"""

import base64
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from fastapi.testclient import TestClient
from sqlalchemy import text

from adapters.database import migrate
from adapters.resources import Resources
from api.app import create_app
from benchmarks.figures import Figure
from domain.rights import Role
from tests import opened
from tests.api.conftest import FakeGateway
from tests.at_console import AtConsole

SIZES = (10_000, 1_000_000)
TODAY = datetime.now(UTC).date()
OPEN = 5_000  # unless all are
NAMED = 60  # cases with a name: more than the first page
ROUNDS = 15
ADDRESS = "somebody@example.com"
_STAGES = ("verifying_identity", "collecting", "in_review", "delivered", "awaiting_clarification")
_BARE = "SELECT * FROM queue_entry WHERE is_open = 1 AND rank = 1 ORDER BY safe_due, case_id LIMIT 51"
_GROWTH = 1.3


def fill(resources: Resources, cases: int, are_open: int = OPEN) -> None:
    """Write the rows of so many cases: the open ones due one after the other over a year, the closed ones in the past."""
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    rows = (_rows(resources, number, at, are_open) for number in range(cases))
    with resources.database.engine.connect().execution_options(habeas_writes=True) as connection, connection.begin():
        while part := [row for _, row in zip(range(20_000), rows, strict=False)]:
            for table in ("case_receipt", "case_record", "queue_entry", "case_right", "case_identifier"):
                values = [row[table] for row in part]
                columns = ", ".join(f'"{name}"' for name in values[0])
                marks = ", ".join(f":{name}" for name in values[0])
                connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), values)


def _rows(resources: Resources, number: int, at: str, are_open: int) -> dict[str, dict[str, Any]]:
    case_id, is_open = UUID(int=number + 1), number < are_open
    status = _STAGES[number % len(_STAGES)] if is_open else "closed"
    due = (TODAY + timedelta(days=number * 365 // are_open if is_open else -30 - number % 3_000)).isoformat()
    subject = None
    if number < NAMED:
        resources.vault.make_case_key(case_id)
        name = json.dumps({"name": "Ruth Adeyemi", "email": ADDRESS}).encode()
        subject = resources.vault.case(case_id).seal("case_receipt", "subject", str(case_id), name)
    index = resources.vault.index_email(ADDRESS) if number < 3 else number.to_bytes(32, "big")
    common = {"case_id": case_id.hex, "safe_due": due}
    return {
        "case_receipt": common | {
            "reference": f"HAB-{number:08}", "received_at": at, "recorded_at": at, "channel": "web_form", "rights": '["access"]',
            "regimes": '["UK"]', "risk": "low", "subject": subject, "clock": "{}", "datamap": "0", "policy_version": "1",
            "caller": "benchmark", "started": True,
        },
        "case_record": common | {
            "status": status, "sequence": 1, "head": "0", "state": "{}", "clock": "{}", "updated_at": at,
            "clock_state": "running",
        },
        "queue_entry": common | {
            "is_open": is_open, "is_owed": is_open and status != "delivered", "rank": 1, "status": status,
            "waits_for": ("us", "them")[number % 2], "step": "approve_package", "attention": number % 50 == 0, "unchecked": False,
            "preparers": "", "received_at": at,
            "wrote_at": at, "extended": False,
        },
        "case_right": {"case_id": case_id.hex, "right": ("access", "erasure")[number % 3 == 0]},
        "case_identifier": {
            "id": UUID(int=number + 1).hex, "case_id": case_id.hex, "kind": "email", "value_index": index, "added_by": "subject",
            "added_at": at,
        },
    }  # fmt: skip


@contextmanager
def office(folder: Path, cases: int, are_open: int) -> Iterator[dict[str, Callable[[], httpx2.Response]]]:
    """An office with so many cases: what is opened in it, by name; `bare` is the query alone."""
    url = f"sqlite:///{folder}/{cases}.db"
    migrate.upgrade(url)
    with opened.resources(folder / str(cases), url) as resources:
        fill(resources, cases, are_open)
        app = create_app(resources, FakeGateway(resources))
        with TestClient(app, base_url="http://127.0.0.1") as web, resources.database.engine.connect() as connection:
            person = AtConsole(web, resources, Role.REVIEWER)

            def bare() -> httpx2.Response:
                connection.exec_driver_sql(_BARE).all()
                return httpx2.Response(200)

            def search() -> httpx2.Response:
                found = person.post("/console/cases/search", {"identifier": ADDRESS})
                assert "HAB-00000001" in found.text
                return found

            middle = TODAY + timedelta(days=365 // 2)
            deep = person.get(_deep(middle, are_open // 2))
            assert deep.status_code == 200, deep.text[:500]
            yield {
                "first page": lambda: person.get("/console/cases"),
                "page in the middle": lambda: person.get(_deep(middle, are_open // 2)),
                "cut to a stage": lambda: person.get("/console/cases?stage=in_review"),
                "search for a person": search,
                "bare": bare,
            }


def _deep(day: date, number: int) -> str:
    cursor = base64.urlsafe_b64encode(f"1|{day}|{UUID(int=number).hex}".encode()).decode()
    return f"/console/cases?after={cursor}"


def _in_turn(*does: Callable[[], object]) -> list[float]:
    """Medians in seconds. One after the other in each round, so that whatever else the machine does slows all of them."""
    times: list[list[float]] = [[] for _ in does]
    for each in does:
        each()
    for _ in range(ROUNDS):
        for do, taken in zip(does, times, strict=True):
            began = time.perf_counter()
            do()
            taken.append(time.perf_counter() - began)
    return [statistics.median(taken) for taken in times]


def figures(folder: Path, *, every: bool) -> Iterator[Figure]:
    """Time beside the bare query, and growth from the smaller to the larger number of cases."""
    with ExitStack() as stack:
        small, large = (stack.enter_context(office(folder, cases, cases if every else OPEN)) for cases in SIZES)
        for name in [each for each in large if each != "bare"]:
            before, page, bare = _in_turn(small[name], large[name], large["bare"])
            floor, size = f"{bare * 1000:.1f} ms, the bare query", len(large[name]().content)
            yield Figure(f"queue at 1,000,000 cases: {name}", f"{page * 1000:.0f} ms, {size / 1000:.0f} kB", floor, page / bare)
            grown = f"{before * 1000:.0f} ms to {page * 1000:.0f} ms"
            yield Figure(f"queue: {name}, growth from 10,000 to 1,000,000", grown, "", page / before, _GROWTH)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(Path(folder), every="all" in sys.argv[1:]):
            sys.stdout.write(f"{figure.work}: {figure.measured}, {figure.floor or 'growth'}, {figure.value:.2f}x\n")


if __name__ == "__main__":
    main()
