"""What the page of a breach shows: the time left, the next three things to do, the rows, in words.

Next: api/console/breaches/pages.py
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from api.console.breaches.words import OTHERS
from domain.breach import BreachState, BreachStatus, Report
from domain.breach_authorities import find_authority
from domain.breach_authority import BreachAction as A
from domain.breach_rows import AuthorityRow, BreachClocks
from domain.notice import NoticeStatus
from domain.regimes import zone_of

HOURS: Final = 72
_SOON: Final = timedelta(hours=12)  # amber in a breach (mockups, colours)
_CELL, _GAP, _DAY, _WIDE, _HIGH = 7.5, 9, 24, 5.5, 22
_NEXT: Final = 3
_DECIDED: Final = frozenset({A.DECIDE_AUTHORITY, A.DECIDE_PEOPLE, A.APPROVE_REPORT})


@dataclass(frozen=True)
class Cell:
    """One hour of the picture."""

    x: float
    used: bool


@dataclass(frozen=True)
class Todo:
    """One thing to do now.

    Args:
        about: a line or two beside it.
        due: by when, if it has a time of its own.
        action: that does it; path: a page that does.
        rank: the order of the work, when nothing burns.
    """

    title: str
    about: str
    rank: int
    due: datetime | None = None
    action: A | None = None
    target: str = ""
    button: str = ""
    path: str = ""
    who: str | None = None


def cells(started: datetime, now: datetime) -> list[Cell]:
    """72 hours, each used or left (mockups: viewBox 556 x 30)."""
    used = (now - started) / timedelta(hours=1)
    return [Cell(x=hour * _CELL + hour // _DAY * _GAP, used=hour < used) for hour in range(HOURS)]


def left(due: datetime, now: datetime) -> str:
    """The time left, largest thing on the page: 41 h 12 min; or how long it is over."""
    minutes = int(abs(due - now) / timedelta(minutes=1))
    told = f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 (an hour)
    return told if due >= now else f"{told} over"


def local_due(row: AuthorityRow, seat: ZoneInfo) -> str:
    """The due time as the authority's own clock shows it: Wed 25 Nov, 12:22 CET."""
    authority = find_authority(row.key)
    country = zone_of(row.country)
    place = ZoneInfo(authority.zone) if authority else ZoneInfo(country) if country else seat
    return f"{row.safe_due.astimezone(place):%a %-d %b, %H:%M %Z}"


def clock_change(started: datetime, due: datetime, seat: ZoneInfo) -> str:
    """What clocks on the wall say where they are put forward or back meanwhile; empty where they are not."""
    begun, ends = started.astimezone(seat), due.astimezone(seat)
    moved = (ends.utcoffset() or timedelta()) - (begun.utcoffset() or timedelta())
    if not moved:
        return ""
    hours = (due - started) // timedelta(hours=1)
    way = "forward" if moved > timedelta() else "back"
    return f"Clocks go {way} meanwhile: {hours} hours from {begun:%H:%M} {begun:%Z} end at {ends:%H:%M} {ends:%Z} on the wall."


def urgency(due: datetime | None, now: datetime) -> str:
    """`late`, `soon` or nothing."""
    if due is None:
        return ""
    return "late" if due < now else "soon" if due - now < _SOON else ""


def row_state(row: AuthorityRow, state: BreachState) -> tuple[str, str]:  # noqa: PLR0911 (one per kind)
    """A mark and a word for an authority's row."""
    reports = [report for report in state.reports.values() if report.authority == row.key and not report.sent_at]
    decision = state.decisions.get(row.key)
    if row.notified_at:
        return ("done", "Told") if row.state == "met" else ("failed", "Told late")
    if row.state == "not_required":
        return "skipped", "Decided not to tell, reasons kept"
    if row.state == "missed":
        return "failed", "The time has passed"
    if any(report.approved_by for report in reports):
        return "running", "Report approved, to be handed in"
    if any(report.sha256 for report in reports):
        return "running", "Report waits for approval"
    if row.key == "de":
        return "soon", "Choose a Land"
    if row.land_chosen:
        return "waiting", "Land chosen by us, reason written"
    return ("running", "To be told") if decision else ("waiting", "Not decided")


@dataclass(frozen=True)
class Told:
    """A notice to people about the breach, as far as it is a thing to do."""

    title: str
    path: str
    status: NoticeStatus
    people: int


def to_do(  # noqa: PLR0917 (what the order depends on)
    state: BreachState, clocks: BreachClocks, words: dict[UUID, str], path: str, now: datetime, notices: Sequence[Told] = ()
) -> list[Todo]:
    """Everything that is left to do: what burns first, then the order of the work."""
    if state.status is BreachStatus.CLOSED:
        return []
    todos = [*_first(state), *_others(state, clocks, words), *_reports(state, clocks, path), *_later(state, clocks, words)]
    todos += _notices(state, notices, path)

    def order(todo: Todo) -> tuple[bool, datetime, int]:
        first = burns(todo, now)
        return (not first, todo.due if first and todo.due else now, todo.rank)

    return sorted(todos, key=order)


def decisions_first(todos: Sequence[Todo], now: datetime) -> list[Todo]:
    """For whoever decides: what burns and an alert that nobody has answered, then what waits for them alone, then the rest."""
    return sorted(todos, key=lambda todo: not (todo.rank == 0 or todo.action in _DECIDED or burns(todo, now)))


def burns(todo: Todo, now: datetime) -> bool:
    """Whether its time is over within hours."""
    return todo.due is not None and todo.due <= now + _SOON


def shared_out(todos: Sequence[Todo], mine: Collection[A]) -> tuple[list[Todo], list[Todo]]:
    """The next three things for whoever looks at the page, and what waits for somebody whose role covers it.

    Args:
        todos: in their order.
        mine: what the person who looks may do now.
    """
    can = [todo for todo in todos if todo.action is None or todo.action in mine]
    return can[:_NEXT], [todo for todo in todos if todo not in can]


def _first(state: BreachState) -> list[Todo]:
    todos = []
    if state.acknowledged_at is None:
        todos.append(
            Todo(
                "Say that you have it",
                "Until then the next person is called every half hour.",
                0,
                action=A.ACKNOWLEDGE,
                button="I have it",
            )
        )
    if not state.affected:
        todos.append(
            Todo(
                "Count who is affected",
                "By country; a rough range is enough to see which authorities have clocks.",
                2,
                action=A.SET_AFFECTED,
            )
        )
    if "DE" in state.affected and state.unknown_land is None:
        todos.append(Todo("Choose the German authority", "Of some people only Germany is known.", 5, action=A.CHOOSE_LAND))
    if state.awareness is not None and state.awareness.provisional:
        told = "The hours are counted from the first alert until somebody decides."
        todos.append(Todo("Confirm since when we are certain", told, 3, action=A.CONFIRM_AWARENESS))
    open_steps = state.open_steps
    if open_steps:
        done = len(state.steps) - len(open_steps)
        todos.append(
            Todo("Stop it from going on", f"{done} of {len(state.steps)} steps of containment are done.", 1, path="#contained")
        )
    return todos


def _others(state: BreachState, clocks: BreachClocks, words: dict[UUID, str]) -> list[Todo]:
    return [
        Todo(
            f"Tell the {OTHERS[row.kind].lower() if row.kind != 'representative' else 'EU representative'}",
            words.get(row.id, "").partition("\n")[0],
            4,
            due=row.due_at,
            action=A.RECORD_TOLD,
            target=urlencode({"other": str(row.id)}),
            button="Record the call",
        )
        for row in clocks.others
        if row.told_at is None and state.others[row.id].note
    ]


def _reports(state: BreachState, clocks: BreachClocks, path: str) -> list[Todo]:
    todos, unwritten = [], []
    open_rows = [row for row in clocks.rows if not row.notified_at and row.state != "not_required" and row.key != "de"]
    undecided = [row for row in open_rows if row.key not in state.decisions]
    if undecided:
        first, target = undecided[0], urlencode({"authority": undecided[0].key})
        title = f"Decide whether the {first.authority} is told" if len(undecided) == 1 else "Decide which authorities are told"
        told = "With reasons, also if not."
        if len(undecided) > 1:
            told = f"{', '.join(row.authority for row in undecided)}: with reasons, also if not."
        todos.append(Todo(title, told, 7, first.safe_due, A.DECIDE_AUTHORITY, target))
    for row in open_rows:
        waiting = [(key, report) for key, report in state.reports.items() if report.authority == row.key and not report.sent_at]
        if waiting and waiting[-1][1].sha256 is not None:
            todos.append(_waiting(row, *waiting[-1]))
        else:
            unwritten.append(row)
    if unwritten:
        todos.append(_unwritten(unwritten, path))
    if state.passed and state.delay is None:
        todos.append(Todo("Explain the delay", "A report after 72 hours has to give the reasons.", 0, action=A.EXPLAIN_DELAY))
    return todos


def _unwritten(rows: Sequence[AuthorityRow], path: str) -> Todo:
    """One report after the other: what is filled in for the first stands in the others too."""
    first, *others = rows
    told = "Fill in what is known; the rest may follow."
    if others:
        told += f" Then {', '.join(row.authority for row in others)}: the facts are the same."
    return Todo(f"Write the report to the {first.authority}", told, 8, first.safe_due, path=f"{path}/report/{first.key}")


def _waiting(row: AuthorityRow, key: UUID, report: Report) -> Todo:
    target = urlencode({"report": str(key), "sha256": report.sha256})
    told = f"{report.complete} known, {report.estimated} estimated, {report.unknown} not yet known."
    if report.approved_by is None:
        return Todo(f"Get the report to the {row.authority} approved", told, 6, row.safe_due, A.APPROVE_REPORT, target)
    return Todo(
        f"Hand the report in, {row.authority}",
        told,
        5,
        row.safe_due,
        A.RECORD_SENT,
        urlencode({"report": str(key)}),
        "Record that it was handed in",
    )


def _notices(state: BreachState, notices: Sequence[Told], path: str) -> list[Todo]:
    todos = []
    for each in notices:
        if each.status is NoticeStatus.READY:
            title, about, rank = f"Get the notice \u201c{each.title}\u201d approved", f"{each.people:,} people.", 6
        elif each.status is NoticeStatus.DRAFT:
            title, about, rank = f"Finish the notice \u201c{each.title}\u201d", "List, letters, then made ready.", 9
        else:
            continue
        todos.append(Todo(title, about, rank, path=each.path, button="Open the notice"))
    if state.people and state.people.verdict == "notify" and not notices:
        begin = f"/console/notices/new?breach={path.rpartition('/')[2]}"
        todos.append(Todo("Begin the notice to people", "It was decided to tell them.", 9, path=begin, button="Begin it"))
    return todos


def _later(state: BreachState, clocks: BreachClocks, words: dict[UUID, str]) -> list[Todo]:
    todos = []
    if state.people is None:
        todos.append(
            Todo("Decide whether people are told", "The policy promises it where there is a risk.", 9, action=A.DECIDE_PEOPLE)
        )
    for key, task in state.tasks.items():
        if task.done_at is None:
            target = urlencode({"task": str(key)})
            todos.append(
                Todo(words.get(key, "A task").partition("\n")[0], "", 10, task.due_at, A.COMPLETE_TASK, target, who=task.owner)
            )
    if state.severity is None:
        todos.append(Todo("Work out the severity", "Beside the decision, not in its place.", 11, action=A.ASSESS))
    told = all(row.notified_at or row.state == "not_required" for row in clocks.rows)
    if told and state.people and not state.open_steps:
        todos.append(Todo("Close the breach", "Say what was learnt.", 12, action=A.CLOSE))
    return todos
