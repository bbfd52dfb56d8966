"""The page of a case as a browser fetches it: the heavy person against a typical one in the same run, and its bytes.

Next: benchmarks/stack.py
"""

import json
import statistics
import time
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Final

from adapters.factors import code_at
from benchmarks.figures import Figure
from benchmarks.stack import Stack

TABS: Final = ("", "/systems", "/package", "/messages", "/history")
ROUNDS: Final = 11
STATIC: Final = (
    "/static/face/tokens.css",
    "/static/face/pictures.css",
    "/static/console/console.css",
    "/static/console/console.js",
)


FACTOR = "/console/sign-in/factor"


class Console:
    """A reviewer's browser: one connection, one session."""

    def __init__(self, running: Stack) -> None:
        self._connection = HTTPConnection("127.0.0.1", int(running.installation.settings["HABEAS_PORT"]), timeout=60)
        people = json.loads((running.installation.home / "demo-sign-ins.json").read_text())
        person = next(each for each in people if each["role"] == "reviewer")
        self._cookie = ""
        self._send("/console/sign-in", email=person["email"], password=person["password"])
        self._connection.request("GET", FACTOR, headers={"Cookie": self._cookie})
        form = self._connection.getresponse().read().decode()
        key = form.partition('name="key" value="')[2].partition('"')[0]
        self._send(FACTOR, key=key, code=code_at(person["seed"], datetime.now(UTC)))

    def _send(self, path: str, **form: str) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        self._connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = self._connection.getresponse()
        answer.read()
        cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        self._cookie = "; ".join(each.partition(";")[0] for each in cookies)

    def get(self, path: str) -> tuple[float, int]:
        """Seconds until the last byte, and how many there were."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return time.perf_counter() - began, len(content)

    def close(self) -> None:
        self._connection.close()


def case_pages(running: Stack, typical: str, heavy: str) -> Iterator[Figure]:
    """The five tabs of both cases in turn, then the bytes of one page with all that it loads the first time.

    Args:
        running: the stack.
        typical: reference of a case in review with 100 rows.
        heavy: of one with 50,000.
    """
    console = Console(running)
    took: dict[str, list[float]] = {typical: [], heavy: []}
    sizes = []
    for turn in range(ROUNDS + 1):
        for reference in (typical, heavy):
            measured = [console.get(f"/console/cases/{reference}{tab}") for tab in TABS]
            if turn:  # the first turn warms up
                took[reference].append(statistics.mean(seconds for seconds, _ in measured))
                sizes.append(max(size for _, size in measured))
    static = sum(console.get(path)[1] for path in STATIC)
    console.close()
    floor, value = (statistics.median(took[reference]) for reference in (typical, heavy))
    shown = f"typical person {floor * 1000:.0f} ms"
    yield Figure("page of a case, heavy person (mean of its tabs)", f"{value * 1000:.0f} ms", shown, value / floor, 1.3)
    page = max(sizes) / 1000
    whole = f"{page:.0f} kB, and {static / 1000:.0f} kB of style and script once"
    yield Figure("bytes of a case's largest tab", whole, "", page, unit="kB")
