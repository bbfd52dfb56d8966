"""What a list of cases is cut to, as it stands in its address: views, stages, who has the move, rights, dates.

A list is a link: it can be kept, sent to a colleague and gone back to. Next: api/console/queue.py
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from adapters.database.case_access import EVERY_CASE, Sight
from adapters.database.queue import View, Wanted
from adapters.letter_words import day
from domain.calendars import SATURDAY
from domain.due_days import first_day
from domain.next_step import WaitsFor
from domain.rights import Right, Status

PATH: Final = "/console/cases"
VIEWS: Final[dict[View, str]] = {
    "open": "All open",
    "mine": "Mine",
    "asked": "Asked of me",
    "unassigned": "Unassigned",
    "approve": "To approve by me",
    "unchecked": "No check needed",
    "closed": "Closed",
}
STAGES: Final = tuple(status.value for status in Status if status is not Status.CLOSED)
WAITS: Final = (WaitsFor.US.value, WaitsFor.THEM.value, WaitsFor.SYSTEM.value)
_EVER: Final = date(1, 1, 1)


@dataclass(frozen=True)
class Filters:
    """One list of cases.

    Args:
        due: `late`, `week`, or a day as ISO date; empty for any.
        after: the cursor of a page.
    """

    view: View = "open"
    stages: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    due: str = ""
    attention: bool = False
    after: str = ""

    @classmethod
    def read(cls, query: QueryParams) -> "Filters":
        """From an address; what is not known there is left out, since old links stay in use."""
        view = query.get("view", "open")
        return cls(
            view=view if view in get_args(View) else "open",  # type: ignore[arg-type]
            stages=_known(query.getlist("stage"), STAGES),
            waits_for=_known(query.getlist("waiting"), WAITS),
            rights=_known(query.getlist("right"), tuple(Right)),
            due=query.get("due", "") if _is_due(query.get("due", "")) else "",
            attention=query.get("attention") == "1",
            after=query.get("after", ""),
        )

    @classmethod
    def of_address(cls, query: str) -> "Filters":
        """From the part of an address behind its question mark."""
        return cls.read(QueryParams(query))

    def query(self) -> str:
        """What the address of this list has behind its question mark, from its first page on."""
        return self.link().partition("?")[2]

    def link(self, **changes: object) -> str:
        """The address of this list with something else in it; a change of what it holds begins at its first page."""
        other = replace(self, **{"after": "", **changes})  # type: ignore[arg-type]
        pairs: list[tuple[str, str]] = [("view", other.view)] if other.view != "open" else []
        pairs += [("stage", value) for value in other.stages]
        pairs += [("waiting", value) for value in other.waits_for]
        pairs += [("right", value) for value in other.rights]
        pairs += [(name, value) for name, value in (("due", other.due), ("after", other.after)) if value]
        pairs += [("attention", "1")] if other.attention else []
        return f"{PATH}?{urlencode(pairs)}" if pairs else PATH

    def wanted(self, me: str, today: date, sight: Sight = EVERY_CASE, *, approves: bool = True) -> Wanted:
        """The same for the database; `approves`: whether the role of whoever looks may approve."""
        return Wanted(
            me=me,
            approves=approves,
            view=self.view,
            stages=self.stages,
            waits_for=self.waits_for,
            rights=self.rights,
            due=_between(self.due, today),
            attention=self.attention,
            sight=sight,
        )

    def title(self) -> str:
        """What this list is called."""
        if self.attention:
            return "Needs attention"
        if self.due == "late":
            return "Late"
        if self.due == "week":
            return "Due this week"
        if self.due:
            return f"Due {day(date.fromisoformat(self.due))}"
        if self.view == "open" and self.waits_for == (WaitsFor.THEM.value,) and not (self.stages or self.rights):
            return "Waiting for somebody else"
        return f"{VIEWS[self.view]}{', filtered' if self.is_cut else ''}"

    @property
    def is_cut(self) -> bool:
        """Whether anything but the view is chosen."""
        return self != Filters(view=self.view, after=self.after)


@dataclass(frozen=True)
class Figure:
    """One of the four numbers at the top; each is a link."""

    value: int
    words: str
    href: str
    tone: str = field(default="")


def figures(counts: Mapping[str, int], *, late: int, this_week: int, waiting: int) -> list[Figure]:
    """The four figures of the queue."""
    every = Filters()
    return [
        Figure(this_week, "due this week", every.link(due="week"), "soon" if this_week else ""),
        Figure(late, "late", every.link(due="late"), "late" if late else ""),
        Figure(waiting, "waiting for somebody else", every.link(waits_for=(WaitsFor.THEM.value,))),
        Figure(
            counts.get("attention", 0),
            "needs attention" if counts.get("attention") == 1 else "need attention",
            every.link(attention=True),
        ),
    ]


def _known(values: list[str], among: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in among if value in values)


def _is_due(value: str) -> bool:
    if value in {"late", "week"}:
        return True
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _between(due: str, today: date) -> tuple[date, date] | None:
    if not due:
        return None
    if due == "late":
        return _EVER, today - timedelta(days=1)
    if due == "week":
        return today, max(today, first_day(today) + timedelta(days=6))
    first = date.fromisoformat(due)
    # The strip counts what falls on a weekend on the Friday before, when it has to be done.
    return first, first + timedelta(days=2) if first.weekday() == SATURDAY - 1 else first
