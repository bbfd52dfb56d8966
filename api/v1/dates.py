"""Due dates as CSV and iCal, and the figures of the clock as CSV: references, days and counts, nothing of any person.

Next: adapters/due_feed.py
"""

import io
import re
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from adapters.database.clock_figures import ClockFigures
from adapters.database.due_dates import DueDates
from adapters.due_feed import due_calendar, due_csv
from api.dependencies import TheCaller, TheWeb, Web
from api.guard import GuardedRoute
from domain.clock_figures import months_back, write_csv
from domain.errors import InvalidInputError
from domain.regimes import zone_of

router = APIRouter(tags=["dates"], route_class=GuardedRoute)

_CSV, _ICAL = "text/csv; charset=utf-8", "text/calendar; charset=utf-8"
_MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])\Z")
_MOST_MONTHS = 120
_A_YEAR = 12  # months
Until = Annotated[date | None, Query(description="only what is due up to this day")]
Month = Annotated[str | None, Query(description="`2026-11`", max_length=7)]


def _text(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media.partition(";")[0]: {"schema": {"type": "string"}}}, "description": "The file"}}


@router.get("/due-dates.csv", response_class=StreamingResponse, responses=_text(_CSV))
def due_dates_csv(web: TheWeb, who: TheCaller, until: Until = None) -> StreamingResponse:
    """Cases that are owed an answer, nearest safe date first, as CSV."""
    return StreamingResponse(
        due_csv(DueDates(web.resources).rows(until, who.sight)), media_type=_CSV, headers=_named("due-dates.csv")
    )


@router.get("/due-dates.ics", response_class=StreamingResponse, responses=_text(_ICAL))
def due_dates_calendar(web: TheWeb, who: TheCaller, until: Until = None) -> StreamingResponse:
    """The same for a calendar (iCal): one all-day entry a case."""
    link = f"{web.resources.settings.public_url.rstrip('/')}/console/cases/"
    entries = due_calendar(DueDates(web.resources).rows(until, who.sight), link=link, now=web.now())
    return StreamingResponse(entries, media_type=_ICAL, headers=_named("due-dates.ics"))


@router.get("/figures/clock.csv", response_class=Response, responses=_text(_CSV))
def clock_figures(web: TheWeb, who: TheCaller, first: Month = None, last: Month = None) -> Response:
    """By month: received, first replies in two working days, answered on time, longer time, questions, missed, complaints."""
    today = _today(web)
    end = _month(last, "last") or today
    begin = _month(first, "first") or months_back(end, _A_YEAR - 1)
    months = (end.year - begin.year) * 12 + end.month - begin.month
    if not 0 <= months < _MOST_MONTHS:
        raise InvalidInputError("Name at most ten years, the first month first.", field="first")
    out = io.StringIO()
    write_csv(ClockFigures(web.resources, who.sight.hidden).months(begin, end, now=web.now()), out)
    return Response(out.getvalue(), media_type=_CSV, headers=_named("clock.csv"))


def _today(web: Web) -> date:
    zone = ZoneInfo(zone_of(web.resources.datamap.controller.country) or "UTC")
    return web.now().astimezone(zone).date()


def _month(text: str | None, field: str) -> date | None:
    if text is None:
        return None
    found = _MONTH.match(text)
    if found is None:
        raise InvalidInputError("Name a month as 2026-11.", field=field)
    return date(int(found[1]), int(found[2]), 1)


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
