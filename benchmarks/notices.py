"""Notices against a bare loop of aiosmtplib with as many connections; memory from 1,000 to 100,000 people; history.

`python -m benchmarks.notices [number [large]]` prints a table. The server is a process of its own; the floor sends the same
letter to everybody, its places not filled in, and keeps no record of anything.
"""

import asyncio
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiosmtplib
from aiosmtpd.controller import Controller
from sqlmodel import select
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from activities.notice_sending import CONNECTIONS, NoticeSending
from adapters.database import migrate
from adapters.database.breach_tables import NoticeSegment
from benchmarks.figures import Figure, line
from domain.notice_messages import SendSome, SentSome
from tests import opened, servers
from tests.notice_ready import addresses, notice_ready
from tests.workflows.notice_under_way import notice as notice_under_way

ROUNDS = 3
_HISTORY = 10_000  # people, always: a notice has events of its own, however few are on its list


class _Sink:
    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: ANN401, N802
        return "250 taken"


def _serve(port: int) -> None:
    Controller(_Sink(), hostname="127.0.0.1", port=port).start()
    while True:
        time.sleep(60)


def ours(home: Path, number: int) -> tuple[float, bytes]:
    """Messages a second, the record of every person included; and the letter."""
    url = f"sqlite:///{home}/habeas.db"
    migrate.upgrade(url)
    with opened.resources(home / "home", url) as resources:
        notice_id = notice_ready(resources, addresses(number))
        sending, left, began = NoticeSending(resources), 1, time.perf_counter()
        while left:
            some: SentSome = sending.send_some(SendSome(notice_id=notice_id, most=2_000, again=False, rate=None))
            left = some.left
        rate = number / (time.perf_counter() - began)
        with resources.database.read() as session:
            segment = session.exec(select(NoticeSegment).where(NoticeSegment.notice_id == notice_id)).one()
        vault = resources.vault.dossier(notice_id, "notice")
        return rate, vault.open("notice_segment", "letter", segment.name, segment.letter)


async def bare(port: int, number: int, message: bytes) -> float:
    """Messages a second of the bare loop."""
    places = iter(range(number))

    async def connection() -> None:
        smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await smtp.connect()
        for place in places:
            await smtp.sendmail("privacy@habeas.example", [f"person{place}@example.com"], message)
        await smtp.quit()

    began = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return number / (time.perf_counter() - began)


def _measured(number: int, pipe: Any) -> None:  # noqa: ANN401 (a connection)
    with tempfile.TemporaryDirectory() as folder:
        rate, letter = ours(Path(folder), number)
    pipe.send((rate, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, letter))


def apart(number: int) -> tuple[float, float, bytes]:
    """Rate and largest memory (MB) of a process of its own; and the letter."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measured, args=(number, there))
    process.start()
    rate, memory, letter = here.recv()
    process.join()
    return rate, memory, letter


async def _history(address: str, home: Path, number: int) -> tuple[int, int]:
    """Events and bytes that a rehearsal to so many people leaves in the engine, from the approval to the end."""
    url = f"sqlite:///{home}/habeas.db"
    migrate.upgrade(url)
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    with opened.resources(home / "home", url) as resources:
        async with notice_under_way(client, TimeSkipper(client), resources, exercise=True) as one:
            await one.load(["email,country,language", *(f"person{each}@example.com,GB,en" for each in range(number))])
            await one.write()
            await one.prepare()
            before = (await one.handle.describe()).raw_description.workflow_execution_info
            await one.approve()
            await one.handle.result()
            after = (await one.handle.describe()).raw_description.workflow_execution_info
    return after.history_length - before.history_length, after.history_size_bytes - before.history_size_bytes


def figures(number: int, many: int, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Everything, small things first.

    Args:
        number: people of a round, and of the history.
        many: people of the large notice.
        rounds: of notices and floors, in turn.
    """
    port = servers.free_port()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    server.start()
    servers.wait_until(lambda: servers.listens(port), "the mail server answers")
    before = os.environ.get("HABEAS_SMTP_URL")
    os.environ["HABEAS_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        floors, rates = [], []
        for _ in range(rounds):
            rate, _, letter = apart(number)
            rates.append(rate)
            floors.append(asyncio.run(bare(port, number, letter)))
        floor, rate = statistics.median(floors), statistics.median(rates)
        said = f"bare loop, {CONNECTIONS} connections {floor:.0f}/s"
        yield Figure(f"notices, {number:,} people", f"{rate:.0f}/s", said, rate / floor, 0.9, at_least=True)
        _, small, _ = apart(min(number, 1_000))
        around = [asyncio.run(bare(port, number, letter))]
        rate, large, _ = apart(many)
        around.append(asyncio.run(bare(port, number, letter)))
        said, floor = f"bare loop before and after {around[0]:.0f}/s, {around[1]:.0f}/s", statistics.mean(around)
        yield Figure(f"notices, {many:,} people", f"{rate:.0f}/s", said, rate / floor, 0.9, at_least=True)
        yield Figure(
            f"memory of the sender, {many:,} people against {min(number, 1_000):,}", f"{large:.0f} MB", f"{small:.0f} MB",
            large / small, 1.15,
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder, servers.temporal(Path(folder)) as address:
            events, size = asyncio.run(_history(address, Path(folder), _HISTORY))
        yield Figure(
            "notices: history for 10,000 people", f"{events} events, {size / 1000:.0f} kB", "", events, 200,
            unit="events",
        )  # fmt: skip
    finally:
        server.terminate()
        if before is None:
            del os.environ["HABEAS_SMTP_URL"]
        else:
            os.environ["HABEAS_SMTP_URL"] = before


def main(number: int, many: int) -> None:
    print("| work | measured | floor in the same run | value | target | |\n|---|---|---|---|---|---|", flush=True)
    for figure in figures(number, many):
        print(line(figure), flush=True)


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    main(*(sizes + [10_000, 100_000][len(sizes) :]))
