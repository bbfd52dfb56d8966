"""The review desk on 50,000 items against the bare query, and flat from 500; a package with covers against one without; long PDF.

`python -m benchmarks.desk` runs by itself, in a folder of its own: no engine and no server take part. Next: benchmarks/figures.py
"""

import contextlib
import functools
import io
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pikepdf
import pypdfium2 as pdfium
from sqlmodel import select

from activities.package_files import Covering
from adapters.collected import Collected
from adapters.database import migrate
from adapters.database.tables import ItemDecision
from adapters.documents.reader import DocumentReader
from api.console.cases import desk_seen
from api.console.cases.desk_talks import Threads
from benchmarks.figures import Figure
from domain.events import Tag
from domain.item_rules import Parts
from domain.redaction import Span
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, SearchedCase
from tests.api.desk_look import Look

FEW, MANY, ROUNDS, BUILDS, PAGES = 500, 50_000, 21, 5, 200
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
        yield _conversations(many)
        yield from _packages(many, item)
    yield from _documents()


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
    items, _ = collected.page(MANY // 2, desk_seen.PAGE, system=PLACE[0], collection=PLACE[1])
    with case.resources.database.read() as session:
        session.exec(select(ItemDecision).where(ItemDecision.item.in_([item.id for item in items]))).all()  # type: ignore[attr-defined]


def _conversations(case: SearchedCase) -> Figure:
    """What the first opening of conversations takes in a process, at worst: each message is one of its own."""
    found = next(each for each in Collected.open(case.resources, case.id, 1).collections if (each.system, each.name) == PLACE)

    def sorted_out() -> None:
        assert len(Threads.of(itertools.chain.from_iterable(found.column("body")))) == MANY

    took, floor = (
        statistics.median(_seconds(doing) for _ in range(BUILDS))
        for doing in (sorted_out, lambda: sum(1 for _ in found.records()))
    )
    return Figure("50,000 conversations, opened for the first time", _ms(took), f"rows parsed {_ms(floor)}", took / floor, 3)


def _packages(case: SearchedCase, item: str) -> Iterator[Figure]:
    """With covers in every row, with nothing decided, and with one row withheld, in turn; the first build is not counted."""
    rule = Parts(spans=(Span(words="Mr Baker"),))
    every, steps = "platform.prompts.*", [1]

    def decide(item: str, decision: str, basis: str | None = None, parts: Parts | None = None) -> None:
        steps.append(steps[-1] + 1)
        case.decide(item, decision, basis, steps[-1], parts)

    def built(item: str, decision: str, basis: str | None = None, parts: Parts | None = None) -> float:
        decide(item, decision, basis, parts)
        return _seconds(case.build)

    def given() -> float:
        decide(item, "include")  # a rule that gives leaves a single item withheld (decision 44)
        return built(every, "include")

    given()
    rounds = [
        (
            built(every, "redact", "third_party", rule),
            given(),
            built(item, "withhold", "third_party"),
        )
        for _ in range(BUILDS)
    ]
    covered, plain, one = map(statistics.median, zip(*rounds, strict=True))
    floor = f"packaged {plain:.2f} s"
    yield Figure("50,000 rows covered, packaged and searched", f"{covered:.2f} s", floor, covered / plain, 1.3)
    yield Figure("one of 50,000 rows withheld, packaged and searched", f"{one:.2f} s", floor, one / plain)


def _documents() -> Iterator[Figure]:
    """A PDF whose every page names somebody, and one where every tenth does, against drawing those pages by pdfium alone."""
    reader = DocumentReader()
    for every in (1, 10):
        made = _letter(every)
        covering = functools.partial(Covering(reader).cover, made, [Span(words="Mr Baker")])
        covering()
        took = statistics.median(_seconds(covering) for _ in range(3))
        floor = _seconds(functools.partial(_drawn, made, every))
        what = "each page covered" if every == 1 else f"every {every}th page covered"
        yield Figure(f"a PDF of {PAGES} pages, {what} and verified", f"{took:.1f} s", f"drawn {floor:.1f} s", took / floor)
    reader.close()


def _letter(every: int) -> bytes:
    document, out = pikepdf.Pdf.new(), io.BytesIO()
    font = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for number in range(PAGES):
        name = b"Mr Baker" if number % every == 0 else b"nobody"
        lines = b"".join(b"(Line %d of a long letter with %s about the tender) Tj 0 -14 Td " % (at, name) for at in range(50))
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, 595, 842],
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
            Contents=document.make_stream(b"BT /F1 10 Tf 50 800 Td " + lines + b"ET"),
        )
        document.pages.append(pikepdf.Page(document.make_indirect(page)))
    document.save(out)
    return out.getvalue()


def _drawn(content: bytes, every: int) -> None:
    with pdfium.PdfDocument(content) as document:
        for number in range(0, PAGES, every):
            document[number].render(scale=200 / 72).close()


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
