"""What is measured, each beside its floor in the same run. Times are medians, floor and Habeas in turn.

Next: benchmarks/floors.py
"""

import asyncio
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from benchmarks import bare_workflows, saas, stack
from benchmarks.erasing import erasures
from benchmarks.figures import Figure
from benchmarks.floors import zip_floor
from benchmarks.pages import case_pages
from benchmarks.stack import Caller, Stack
from domain.events import Tag

# The peer on another run of this data: access requests a second when 100 come at once, times its machine's zip floor in
# seconds. Rates of two machines compare only as such products.
PEER_RATE_TIMES_FLOOR = 2.17 * 0.010


@dataclass(frozen=True)
class Sizes:
    """How much is measured: the whole, or just enough to see that everything works."""

    users: int
    share: float
    typical: int
    heavy: int
    intake: int
    burst: int
    bursts: int


FULL = Sizes(users=10_000, share=1.0, typical=11, heavy=3, intake=200, burst=100, bursts=2)
SMOKE = Sizes(users=200, share=0.01, typical=1, heavy=1, intake=8, burst=4, bursts=1)


def all_figures(running: Stack, folder: Path, sizes: Sizes) -> Iterator[Figure]:
    """Measure everything, the quiet things first; says each figure as soon as it is known."""
    running.settle()
    idle = running.memory()
    parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(idle.items()))
    yield Figure("memory idle, all parts (PSS)", f"{sum(idle.values()):.0f} MB ({parts})", "", sum(idle.values()), 450, unit="MB")
    yield from memory_of_rows(running)
    with psycopg.connect(running.source) as source:
        case, typical, floor = access(running, source, saas.ALIKE[: sizes.typical + 1])
        yield from times("access, typical (100 rows)", typical, floor, 14)
        zip_seconds = statistics.median(floor)
        large, heavy, floor = access(running, source, [saas.HEAVY] * (sizes.heavy + 1))
        yield from times("access, heavy (50,000 rows)", heavy, floor, 2)
    running.settle()
    yield from case_pages(running, running.reference(case), running.reference(large))
    steps, lines = asyncio.run(history(running.temporal, case))
    yield from lines
    running.settle()
    yield from at_once(running, folder, sizes, steps, zip_seconds)
    yield from intake(running, folder, sizes)
    running.settle()
    with psycopg.connect(running.source) as source:
        yield from erasures(running, source)  # last: what is erased is gone


def times(work: str, measured: list[tuple[float, float]], floor: list[float], target: float) -> Iterator[Figure]:
    """The two lines of an access request: until a reviewer has it, and until the package is downloaded."""
    below, shown = statistics.median(floor), f"SQL and zip {_ms(statistics.median(floor))}"
    review = statistics.median(each[0] for each in measured)
    yield Figure(f"{work}: confirmed to in review", _ms(review), shown, review / below, target)
    package = statistics.median(each[1] for each in measured)
    yield Figure(f"{work}: confirmed to downloaded", _ms(package), shown, package / below)


def access(
    running: Stack, source: psycopg.Connection[Any], addresses: list[str]
) -> tuple[UUID, list[tuple[float, float]], list[float]]:
    """Access requests one after the other, in turn with the floor; gives back the last case, times and floors in seconds.

    The first is not counted: everything is loaded and connected by it.
    """
    caller, measured, floor = running.caller(), [], []
    case = UUID(int=0)
    for number, address in enumerate(addresses):
        rows = zip_floor(source, address)  # once for warm caches
        case, reference = _asked(running, caller, address)
        code = running.code(reference)
        running.settle()
        began = time.perf_counter()
        zip_floor(source, address)
        floored = time.perf_counter() - began
        began = time.perf_counter()
        caller.post(f"/api/v1/cases/{reference}/actions/confirm_identity_code", {"code": code})
        facts = running.until(case, Tag.PACKAGE_BUILT)
        review = time.perf_counter() - began
        size = len(caller.get(f"/api/v1/cases/{reference}/package"))
        if facts["records"] != rows or facts["bytes"] != size:
            raise RuntimeError(f"{facts['records']} records of {rows}, {size} bytes of {facts['bytes']}: not the same package")
        if number:
            measured.append((review, time.perf_counter() - began))
            floor.append(floored)
    caller.close()
    return case, measured, floor


def memory_of_rows(running: Stack) -> Iterator[Figure]:
    """Peak memory while a fifth of the rows, then all of them, go through."""
    peaks = []
    for address in (saas.FIFTH, saas.HEAVY):
        caller = running.caller()
        case, reference = _asked(running, caller, address)
        code = running.code(reference)
        with _peaks(running) as peak:
            caller.post(f"/api/v1/cases/{reference}/actions/confirm_identity_code", {"code": code})
            running.until(case, Tag.PACKAGE_BUILT)
        peaks.append(peak)
        caller.close()
    small, large = peaks
    yield Figure("memory, heavy case, all parts at peak (PSS)", f"{large['all']:.0f} MB", "", large["all"], unit="MB")
    yield Figure(
        "memory of the worker, 50,000 rows against 10,000",
        f"{large['worker']:.0f} MB",
        f"{small['worker']:.0f} MB",
        large["worker"] / small["worker"],
        1.15,  # five times the rows; the rest is what a heap that is used again differs by
    )


def at_once(running: Stack, folder: Path, sizes: Sizes, steps: int, zip_seconds: float) -> Iterator[Figure]:
    """So many requests at once, identity vouched for by the platform, in turn with bare workflows of as many activities."""
    rates, floors, orders = [], [], []
    with stack.bare_worker(running, folder):
        asyncio.run(bare_workflows.many(running.temporal, 5, steps))  # warm
        for _ in range(sizes.bursts):
            floors.append(asyncio.run(bare_workflows.many(running.temporal, sizes.burst, steps)))
            addresses = [f"user{101 + each:05d}@example.com" for each in range(sizes.burst)]
            bodies = [running.body(address, asserted=True) for address in addresses]
            began = time.perf_counter()
            answers, _ = _many(running.caller, "/api/v1/requests", bodies, 16)
            cases = [UUID(answer["case_id"]) for answer in answers]
            end = time.monotonic() + stack.PATIENCE
            while len(ranks := running.ranks(cases)) < len(cases):
                if time.monotonic() > end:
                    raise TimeoutError(f"{len(ranks)} of {len(cases)} are in review")
                time.sleep(0.05)
            rates.append(len(cases) / (time.perf_counter() - began))
            orders.append(statistics.correlation(range(len(ranks)), ranks))
            running.settle()
    rate, floor = statistics.median(rates), statistics.median(floors)
    name = f"{sizes.burst} requests at once"
    bare = f"bare workflows of {steps} activities {floor:.1f}/s"
    yield Figure(f"{name}: posted to all in review", f"{rate:.1f}/s", bare, rate / floor, 0.5, at_least=True)
    peer = rate * zip_seconds / PEER_RATE_TIMES_FLOOR
    yield Figure(
        f"{name}: against the peer, scaled by the floor", f"{rate:.1f}/s", "peer's rate x its floor", peer, 5, at_least=True
    )
    yield Figure(f"{name}: rank correlation of arrival and completion", "", "", min(orders), 0.9, at_least=True, unit="")


def intake(running: Stack, folder: Path, sizes: Sizes) -> Iterator[Figure]:
    """POSTs answered after the commit, one after the other and from 16 clients, against the bare endpoint."""
    bodies = [running.body(f"user{301 + number:05d}@example.com") for number in range(sizes.intake)]
    with stack.bare_endpoint(folder) as port:

        def bare() -> Caller:
            return Caller(port, {})

        _many(bare, "/requests", bodies[:10], 2)  # warm
        for clients, name in ((1, "intake, one after the other"), (16, "intake, 16 clients at once")):
            floor = sorted(_many(bare, "/requests", bodies, clients)[1])
            began = time.perf_counter()
            taken = sorted(_many(running.caller, "/api/v1/requests", bodies, clients)[1])
            rate = len(taken) / (time.perf_counter() - began)
            running.settle()
            half, late = statistics.median(taken), taken[int(len(taken) * 0.95)]
            below = statistics.median(floor)
            measured = f"{_ms(half)} (p95 {_ms(late)}, {rate:.0f}/s)"
            yield Figure(f"{name}: p50", measured, f"bare insert {_ms(below)}", half / below, 3)


async def history(address: str, case: UUID) -> tuple[int, list[Figure]]:
    """What a case in review has cost the engine; gives back its number of activities too."""
    client = await Client.connect(address)
    handle = client.get_workflow_handle(f"case-{case}")
    info = (await handle.describe()).raw_description.workflow_execution_info
    scheduled = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    steps = sum([each.event_type == scheduled async for each in handle.fetch_history_events()])
    size = info.history_size_bytes / 1000
    return steps, [
        Figure("history of a case in review: events", f"{steps} activities", "", float(info.history_length), unit="events"),
        Figure("history of a case in review: size", "sealed payloads", "", size, unit="kB"),
    ]


def _asked(running: Stack, caller: Caller, address: str) -> tuple[UUID, str]:
    answer = caller.post("/api/v1/requests", running.body(address))
    case = UUID(answer["case_id"])
    running.until(case, Tag.IDENTITY_ASKED)
    return case, answer["reference"]


def _many(
    new_caller: Callable[[], Caller], path: str, bodies: list[dict[str, Any]], clients: int
) -> tuple[list[dict[str, Any]], list[float]]:
    """Send every body once from so many clients; gives back answers and seconds each."""
    mine = threading.local()

    def send(body: dict[str, Any]) -> tuple[dict[str, Any], float]:
        caller: Caller | None = getattr(mine, "caller", None)
        if caller is None:
            caller = mine.caller = new_caller()
        began = time.perf_counter()
        return caller.post(path, body), time.perf_counter() - began

    with ThreadPoolExecutor(clients) as pool:
        sent = list(pool.map(send, bodies))
    return [answer for answer, _ in sent], [seconds for _, seconds in sent]


@contextmanager
def _peaks(running: Stack) -> Iterator[dict[str, float]]:
    """Look ten times a second; the highest sum and the worker's highest."""
    peak, done = {"all": 0.0, "worker": 0.0}, threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            now = running.memory()
            peak["all"] = max(peak["all"], sum(now.values()))
            peak["worker"] = max(peak["worker"], now["worker"])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
