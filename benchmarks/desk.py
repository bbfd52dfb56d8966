"""The review desk on 50,000 items against the bare query, and flat from 500; a package with covers against one without.

`python -m benchmarks.desk` runs by itself, in a folder of its own: no engine and no server take part. Next: benchmarks/figures.py
"""

import contextlib
import functools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sqlmodel import select

from adapters.collected import Collected
from adapters.database import migrate
from adapters.database.tables import ItemDecision
from api.console.cases import desk_reading
from benchmarks.figures import Figure
from domain.events import Tag
from domain.item_rules import Parts
from domain.redaction import Span
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, SearchedCase
from tests.api.desk_look import Look

FEW, MANY, ROUNDS = 500, 50_000, 21
PLACE: Final = ("platform", "prompts")
ROW: Final = "A watercolour of a lighthouse at dusk, with Mr Baker waving from the pier; soft light, long shadows, number"


def figures(home: Path) -> Iterator[Figure]:
    """Measure, in a folder that may be filled; each round asks all three in turn, since the machine has other work too."""
    with contextlib.ExitStack() as stack:
        few, many = (_searched(stack, home, rows) for rows in (FEW, MANY))
        item = many.items(*PLACE)[MANY // 2].id
        many.decide(item, "withhold", "third_party")
        looks = [(Look(few), FEW // 2), (Look(many), MANY // 2)]
        took: list[list[float]] = [[], [], []]
        doings: list[Callable[[], object]] = [functools.partial(each.at, PLACE, at) for each, at in looks]
        doings.append(functools.partial(_bare, many))
        for _ in range(ROUNDS):
            for place, doing in enumerate(doings):
                took[place].append(_seconds(doing))
        at_few, at_many, bare = (statistics.median(each[1:]) for each in took)
        yield Figure("the desk on 50,000 items", _ms(at_many), f"bare query {_ms(bare)}", at_many / bare, 3)
        yield Figure("the desk, 50,000 items against 500", _ms(at_many), f"500 items {_ms(at_few)}", at_many / at_few, 1.3)
        yield from _packages(many, item)


def _searched(stack: contextlib.ExitStack, home: Path, rows: int) -> SearchedCase:
    url = f"sqlite:///{home}/{rows}.db"
    migrate.upgrade(url)
    case = SearchedCase(stack.enter_context(opened.resources(home / str(rows), url, DATAMAP)))
    case.event(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform"])
    case.found("platform", "accounts", ACCOUNT)
    case.found(*PLACE, [(number, 42, f"{ROW} {number}", "2026-11-01T10:00:00+00:00") for number in range(rows)])
    return case


def _bare(case: SearchedCase) -> None:
    """The rows of one page and the decisions about them, nothing else."""
    collected = Collected.open(case.resources, case.id, 1)
    items, _ = collected.page(MANY // 2, desk_reading.PAGE, system=PLACE[0], collection=PLACE[1])
    with case.resources.database.read() as session:
        session.exec(select(ItemDecision).where(ItemDecision.item.in_([item.id for item in items]))).all()  # type: ignore[attr-defined]


def _packages(case: SearchedCase, item: str) -> Iterator[Figure]:
    case.decide(item, "include", revision=2)
    plain = _seconds(case.build)
    case.decide("platform.prompts.*", "redact", "third_party", 3, Parts(spans=(Span(words="Mr Baker"),)))
    covered = _seconds(case.build)
    yield Figure(
        "50,000 rows covered, packaged and searched", f"{covered:.1f} s", f"packaged {plain:.1f} s", covered / plain, 1.3
    )


def _seconds(doing: Callable[[], object]) -> float:
    began = time.perf_counter()
    doing()
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(Path(folder)):
            print(figure)
