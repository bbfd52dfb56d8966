"""Notices against a bare loop of aiosmtplib with as many connections to the same server; memory from 1,000 to 100,000 people.

`python -m benchmarks.notices [number [large]]` prints a table. The server is a process of its own; the floor sends messages of
the same size and keeps no record of anything.
"""

import asyncio
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiosmtplib
from aiosmtpd.controller import Controller

from activities.notice_sending import CONNECTIONS, NoticeSending
from adapters.database import migrate
from domain.notice_messages import SendSome, SentSome
from tests import opened, servers
from tests.notice_ready import addresses, notice_ready

ROUNDS = 3


class _Sink:
    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: ANN401, N802
        return "250 taken"


def _serve(port: int) -> None:
    Controller(_Sink(), hostname="127.0.0.1", port=port).start()
    while True:
        time.sleep(60)


def ours(home: Path, number: int) -> float:
    """Messages a second, the record of every person included."""
    url = f"sqlite:///{home}/habeas.db"
    migrate.upgrade(url)
    with opened.resources(home / "home", url) as resources:
        notice_id = notice_ready(resources, addresses(number))
        sending, left, began = NoticeSending(resources), 1, time.perf_counter()
        while left:
            some: SentSome = sending.send_some(SendSome(notice_id=notice_id, most=2_000, again=False, rate=None))
            left = some.left
        return number / (time.perf_counter() - began)


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


def _measured(task: str, number: int, pipe: Any) -> None:  # noqa: ANN401 (a connection)
    with tempfile.TemporaryDirectory() as folder:
        rate = ours(Path(folder), number)
    pipe.send((task, rate, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def apart(number: int) -> tuple[float, float]:
    """Rate and largest memory (MB) of a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measured, args=("ours", number, there))
    process.start()
    _, rate, memory = here.recv()
    process.join()
    return rate, memory


def main(number: int, many: int) -> None:
    port = servers.free_port()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    server.start()
    servers.wait_until(lambda: servers.listens(port), "the mail server answers")
    os.environ["HABEAS_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    message = b"Subject: bare\r\nMessage-ID: <0@example.com>\r\n\r\n" + b"x" * 76 + b"\r\n" * 1 + (b"y" * 76 + b"\r\n") * 95
    floors, rates = [], []
    for _ in range(ROUNDS):
        floors.append(asyncio.run(bare(port, number, message)))
        rates.append(apart(number)[0])
    _, small = apart(1_000)
    rate, large = apart(many)
    floor = statistics.median(floors)
    print("| work | value | target |\n|---|---|---|")
    print(f"| notices a second, against a bare loop ({floor:.0f}/s) | {statistics.median(rates) / floor:.2f}x | >= 0.9x |")
    print(f"| the same at {many:,} people | {rate / floor:.2f}x | >= 0.9x |")
    print(f"| memory, {many:,} people against 1,000 ({small:.0f} MB) | {large / small:.2f}x | <= 1.15x |")
    server.terminate()


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    main(*(sizes + [10_000, 100_000][len(sizes) :]))
