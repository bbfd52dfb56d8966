"""Erasure beside its floor: the same rows deleted by eight set-based statements in one transaction, which is then rolled back.

Measured from the request to the plan and from the approval to the certificate; what people take in between is not counted.
Each person is erased once, so this comes last. Next: benchmarks/floors.py
"""

import statistics
import time
from collections.abc import Iterator
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
    yield _figure("erasure, heavy (50,000 rows)", [_erase(running, source, saas.HEAVY)], 10)
    yield _figure("erasure, typical (100 rows)", [_erase(running, source, address) for address in saas.ALIKE[-4:-1]], None)


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
