"""Erasure beside its floor: the same rows deleted by eight set-based statements in one transaction, which is then rolled back.

Measured from the request to the plan and from the approval to the certificate; what people take in between is not counted.
Each person is erased once, so this comes last. Statements are counted in the database's log. Next: benchmarks/floors.py
"""

import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from benchmarks import saas
from benchmarks.figures import Figure
from benchmarks.stack import Stack
from domain.events import Tag

_MINE: LiteralString = "(SELECT id FROM users WHERE email = %(email)s)"
_PROMPTS: LiteralString = f"(SELECT id FROM prompts WHERE user_id IN {_MINE})"
_TICKETS: LiteralString = f"(SELECT id FROM support_tickets WHERE user_id IN {_MINE})"
STATEMENTS: tuple[LiteralString, ...] = (
    f"DELETE FROM images WHERE prompt_id IN {_PROMPTS}",
    f"DELETE FROM messages WHERE ticket_id IN {_TICKETS}",
    f"DELETE FROM prompts WHERE user_id IN {_MINE}",
    f"DELETE FROM support_tickets WHERE user_id IN {_MINE}",
    f"DELETE FROM invoices WHERE user_id IN {_MINE}",
    f"DELETE FROM login_events WHERE user_id IN {_MINE}",
    "DELETE FROM consents WHERE email = %(email)s",
    "DELETE FROM users WHERE email = %(email)s",
)


def erasures(running: Stack, source: psycopg.Connection[Any]) -> Iterator[Figure]:
    """The heavy person once, and three typical ones."""
    _erase(running, source, saas.ALIKE[-1])  # everything is loaded and connected by it
    said = _Said(running, source)
    yield _figure("erasure, heavy (50,000 rows)", [_erase(running, source, saas.HEAVY)], 10)
    heavy = said.since()
    yield _figure("erasure, typical (100 rows)", [_erase(running, source, address) for address in saas.ALIKE[-4:-1]], None)
    typical = {kind: number // 3 for kind, number in said.since().items()}
    said.close()
    shown = "; ".join(
        f"{who} {sum(each.values())} ({each['SELECT']} reads, {each['DELETE'] + each['UPDATE']} changes)"
        for who, each in (("heavy", heavy), ("typical", Counter(typical)))
    )
    yield Figure("erasure: statements in the controller's database", shown, "", sum(heavy.values()), unit="")


class _Said:
    """What Habeas says to the controller's database: its log, without what was bound, which costs a line a statement."""

    _LINE = re.compile(r"\[(\d+)\] LOG:  (?:execute [^:]+|statement): (SELECT|DELETE|UPDATE)\b")

    def __init__(self, running: Stack, source: psycopg.Connection[Any]) -> None:
        self._server = psycopg.connect(running.source, autocommit=True)
        for setting in ("log_statement = 'all'", "log_parameter_max_length = 0"):
            self._server.execute(f"ALTER SYSTEM SET {setting}")
        self._server.execute("SELECT pg_reload_conf()")
        folder = self._server.execute("SHOW data_directory").fetchone()
        assert folder is not None
        self._log = Path(folder[0]).parent / "log"
        self._ours = {str(each.info.backend_pid) for each in (self._server, source)}
        self._read = len(self._log.read_bytes())

    def since(self) -> Counter[str]:
        """Statements by their first word since the last time."""
        text = self._log.read_bytes()[self._read :]
        self._read += len(text)
        return Counter(kind for pid, kind in self._LINE.findall(text.decode(errors="replace")) if pid not in self._ours)

    def close(self) -> None:
        self._server.execute("ALTER SYSTEM RESET ALL")
        self._server.execute("SELECT pg_reload_conf()")
        self._server.close()


def _figure(work: str, rounds: list[tuple[float, float]], target: float | None) -> Figure:
    took, floor = (statistics.median(each) for each in zip(*rounds, strict=True))
    shown = f"{took * 1000:.0f} ms" if took < 1 else f"{took:.2f} s"
    return Figure(f"{work}: plan to certificate", shown, f"set-based SQL {floor * 1000:.1f} ms", took / floor, target)


def _erase(running: Stack, source: psycopg.Connection[Any], address: str) -> tuple[float, float]:
    """Seconds that the erasure took, and its floor."""
    rows, floor = _floor(source, address)
    running.settle()
    caller = running.caller()
    began = time.perf_counter()
    answer = caller.post("/api/v1/requests", running.body(address, asserted=True, right="erasure"))
    case = UUID(answer["case_id"])
    plan = running.until(case, Tag.ERASURE_PLANNED)
    planned = time.perf_counter() - began
    if plan["erase"] != rows:
        raise RuntimeError(f"the plan has {plan['erase']} rows of {rows}")
    began = time.perf_counter()
    path = f"/api/v1/cases/{answer['reference']}/actions/approve_erasure"
    caller.post(path, {"sha256": plan["sha256"]}, role="reviewer")
    certified = running.until(case, Tag.ERASURE_CERTIFIED)
    took = planned + time.perf_counter() - began
    caller.close()
    if certified["erased"] != rows or _floor(source, address)[0]:
        raise RuntimeError(f"{certified['erased']} rows of {rows} are erased")
    return took, floor


def _floor(source: psycopg.Connection[Any], address: str) -> tuple[int, float]:
    """Rows that plain SQL would delete, and the seconds it takes; nothing is kept of it."""
    source.rollback()
    began = time.perf_counter()
    rows = sum(source.execute(statement, {"email": address}).rowcount for statement in STATEMENTS)
    took = time.perf_counter() - began
    source.rollback()
    return rows, took
