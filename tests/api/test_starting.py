"""Cases start in the order of their receipts, behind a rush and never behind it for ever."""

import asyncio
from uuid import UUID, uuid4

from api.starting import AT_ONCE, Starter


class Engine:
    """Remembers what was started; holds starts until it is let go."""

    def __init__(self, *, open_at_once: bool = True) -> None:
        self.started: list[UUID] = []
        self.let_go = asyncio.Event()
        if open_at_once:
            self.let_go.set()

    async def start(self, case_id: UUID) -> None:
        self.started.append(case_id)
        await self.let_go.wait()

    async def has(self, count: int) -> None:
        while len(self.started) < count:  # noqa: ASYNC110 (the starter tells nobody when it has started something)
            await asyncio.sleep(0.001)


async def test_cases_start_in_the_order_of_their_receipts() -> None:
    engine, cases = Engine(), [uuid4() for _ in range(50)]
    starter = Starter(engine.start)
    for case_id in cases:
        starter.soon(case_id)
    await engine.has(len(cases))
    assert engine.started == cases


async def test_a_rush_that_does_not_end_holds_no_start_back_for_ever() -> None:
    engine = Engine()
    starter = Starter(engine.start)
    first = uuid4()
    starter.soon(first)
    while first not in engine.started:
        starter.soon(uuid4())
        await asyncio.sleep(0.001)
    assert engine.started[0] == first


async def test_no_more_start_at_once_than_the_engine_takes() -> None:
    engine = Engine(open_at_once=False)
    starter = Starter(engine.start)
    for _ in range(3 * AT_ONCE):
        starter.soon(uuid4())
    await engine.has(AT_ONCE)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(engine.started) == AT_ONCE
    engine.let_go.set()
    await engine.has(3 * AT_ONCE)


async def test_what_comes_after_a_pause_is_started_too() -> None:
    engine = Engine()
    starter = Starter(engine.start)
    for expected in range(1, 4):
        starter.soon(uuid4())
        await engine.has(expected)
