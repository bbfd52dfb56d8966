"""`/console/reports`: what a board and an authority ask for, with pictures, tables and CSV (mockup 09; Article 5(2)).

Counts alone, nobody's name: whoever keeps the installation or audits it may read them too. Next: api/console/period_pack.py
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.alone_figures import ApprovedAlone, approved_alone
from adapters.database.case_figures import Answered, CaseFigures, Open, Split
from adapters.database.clock_figures import ClockFigures
from adapters.row_text import csv_file
from api.console import steps, words
from api.console.authority import may
from api.console.charts import rate_line, stacked_bars
from api.console.counting import Counting, counting_of
from api.console.filters import STAGES, WAITS, Filters
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.days import zone
from domain.clock_figures import MonthFigures, months_back, write_csv
from domain.rights import Right

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

Hidden = frozenset[UUID]
PATH: Final = "/console/reports"
_MONTHS: Final = 12
_MOST_MONTHS: Final = 36
_PARTS: Final = (("late-bar", "late"), ("soon-bar", "due this week"), ("ink", "later"))
_ANSWERED: Final = ("right", "answered", "on_time", "median_days", "longer_time", "refused_in_whole_or_part")
_OPEN: Final = ("open", "late", "due_this_week")


@dataclass(frozen=True)
class Period:
    """Whole months, the last one up to today."""

    first: date
    last: date

    @property
    def query(self) -> str:
        return f"from={self.first:%Y-%m}&to={self.last:%Y-%m}"


@router.get("/reports")
async def reports(request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """The page."""
    period = _period(web, request)
    return await run_in_threadpool(_page, web, who, period, counting_of(request.app))


@router.get("/reports/{name}.csv")
async def table(name: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """One table as CSV."""
    return await run_in_threadpool(_csv, web, who, name, _period(web, request))


def _page(web: Web, who: SignedIn, period: Period, counting: Counting) -> Response:
    hidden = who.sight.hidden  # a total that moves would tell them of a case that is not there for them
    months, (rights, every), alone = counting.get(("reports", period, hidden), lambda: _past(web, hidden, period))
    today = web.now().astimezone(zone(web)).date()
    stages, moves, asked = counting.get(("open", today, hidden), lambda: _present(web, hidden, today))
    labels = [date.fromisoformat(f"{month.month}-01") for month in months]
    return show(
        web,
        "reports.html",
        who,
        at=PATH,
        period=period,
        months=months,
        labels=labels,
        line=rate_line([month.on_time_rate for month in months]),
        rights=[(words.RIGHTS[one.right], one) for one in rights],
        every=every,
        extensions=sum(month.extensions for month in months),
        complaints=sum(month.complaints for month in months),
        questions=sum(month.questions for month in months),
        alone=alone,
        solo=web.resources.settings.solo,
        stages=_open_table("stage", stages),
        moves=_open_table("move", moves),
        asked=_open_table("right", asked),
        parts=_PARTS,
        late_link=Filters().link(due="late"),
        may_take_evidence=may(who.role, "POST", "/console/reports/evidence"),
    )


@dataclass(frozen=True)
class OpenTable:
    """Open cases in rows, with their picture and their sum."""

    rows: Sequence[tuple[str, Open]]
    total: Open
    bars: Sequence[object]


def _open_table(split: Split, found: list[Open]) -> OpenTable:
    order = {"stage": STAGES, "right": tuple(Right), "move": WAITS}[split]
    titles = {"stage": words.STATUSES, "right": words.RIGHTS, "move": steps.WAITS}[split]
    known = {one.name: one for one in found}
    # Every stage and side stands there, with zero too; of the rights only those that anybody asked for.
    rows = [(titles[name], known.get(name, Open(name))) for name in order if split != "right" or name in known]
    total = Open("all", *(sum(part) for part in zip(*((one.late, one.this_week, one.later) for _, one in rows), strict=True)))
    drawn = [(title, [("late-bar", one.late), ("soon-bar", one.this_week), ("ink", one.later)]) for title, one in rows]
    return OpenTable(rows, total, stacked_bars(drawn))


def _past(web: Web, hidden: Hidden, period: Period) -> tuple[list[MonthFigures], tuple[list[Answered], Answered], ApprovedAlone]:
    months = ClockFigures(web.resources, hidden).months(period.first, period.last, now=web.now())
    since, until = (
        datetime.combine(day, time(), zone(web)).astimezone(UTC) for day in (period.first, period.last + timedelta(days=1))
    )
    return months, _by_right(web, hidden, period), approved_alone(web.resources.database, since, until, hidden)


def _by_right(web: Web, hidden: Hidden, period: Period) -> tuple[list[Answered], Answered]:
    answered = ClockFigures(web.resources, hidden).answered(period.first, period.last)
    return CaseFigures(web.resources.database).answered(answered)


def _present(web: Web, hidden: Hidden, today: date) -> tuple[list[Open], list[Open], list[Open]]:
    figures = CaseFigures(web.resources.database, hidden)
    return figures.open_by("stage", today), figures.open_by("move", today), figures.open_by("right", today)


def _csv(web: Web, who: SignedIn, name: str, period: Period) -> Response:
    hidden, today = who.sight.hidden, web.now().astimezone(zone(web)).date()
    figures = CaseFigures(web.resources.database, hidden)
    if name == "answered-by-right":
        rights, every = _by_right(web, hidden, period)
        lines = [(one.right, one.count, one.on_time, _number(one), one.extended, one.refused) for one in (*rights, every)]
        table = csv_file(_ANSWERED, lines)
    elif name in {"open-by-stage", "open-by-right", "open-by-move"}:
        split: Split = {"open-by-stage": "stage", "open-by-right": "right", "open-by-move": "move"}[name]  # type: ignore[assignment]
        found = _open_table(split, figures.open_by(split, today))
        table = csv_file((split, *_OPEN), [(one.name, one.count, one.late, one.this_week) for _, one in found.rows])
    else:
        out = io.StringIO()
        write_csv(ClockFigures(web.resources, hidden).months(period.first, period.last, now=web.now()), out)
        table = out.getvalue().encode()
    headers = {"Content-Disposition": f'attachment; filename="habeas-{_NAMES.get(name, "answered-by-month")}-{today}.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


_NAMES: Final = {name: name for name in ("answered-by-right", "open-by-stage", "open-by-right", "open-by-move")}


def _number(one: Answered) -> float | str:
    return "" if one.median_days is None else one.median_days


def _period(web: Web, request: Request) -> Period:
    return period_of(web, request.query_params.get("from", ""), request.query_params.get("to", ""))


def period_of(web: Web, begins: str, ends: str) -> Period:
    """The period between two months as ISO writes them; a year up to today where they are none."""
    today = web.now().astimezone(zone(web)).date()
    last = min(_month(ends) or today, today)
    last = min((last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1), today)
    first = _month(begins) or months_back(last, _MONTHS - 1)
    return Period(max(min(first, last.replace(day=1)), months_back(last, _MOST_MONTHS - 1)), last)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
