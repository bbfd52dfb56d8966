"""Due dates for a spreadsheet (CSV) or a calendar (iCal, RFC 5545): references and days, no personal data.

Next: `api/v1/dates.py`
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from adapters.database.due_dates import DueCase
from adapters.row_text import csv_line

_COLUMNS = ("reference", "rights", "status", "clock", "received_at", "safe_due", "legal_due")
_FOLD = 74  # octets before a fold; RFC 5545 3.1 allows 75


def due_csv(rows: Iterable[DueCase]) -> Iterator[str]:
    """One line a case, nearest date first; the instant of receipt in UTC."""
    yield csv_line(_COLUMNS)
    for row in rows:
        received = f"{row.received_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        yield csv_line((row.reference, " ".join(row.rights), row.status, row.state, received, row.safe_due, row.legal_due or ""))


def due_calendar(rows: Iterable[DueCase], *, link: str, now: datetime) -> Iterator[str]:
    """One all-day entry a case on its safe date.

    Args:
        rows: the cases.
        link: the address of a case's page, to which the reference is added.
        now: UTC; the calendar's own date.
    """
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield _folded("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Habeas//due dates//EN", "X-WR-CALNAME:Due dates")
    for row in rows:
        asked = ", ".join(right.replace("_", " ") for right in row.rights)
        legal = (
            f"Last day by law: {row.legal_due.isoformat()}."
            if row.legal_due
            else "No last day by law while something is awaited."
        )
        said = f"The day to answer by. {legal} Clock: {row.state.replace('_', ' ')}."
        yield _folded(
            "BEGIN:VEVENT",
            f"UID:{row.reference}@habeas",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{row.safe_due:%Y%m%d}",
            f"DTEND;VALUE=DATE:{row.safe_due + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(f'{row.reference} due ({asked})')}",
            f"DESCRIPTION:{_text(said)}",
            f"URL:{link}{row.reference}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        )
    yield _folded("END:VCALENDAR")


def _text(words: str) -> str:
    return words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(*lines: str) -> str:
    folded = ""
    for line in lines:  # ours are ASCII, so octets are characters
        folded += "\r\n ".join(line[first : first + _FOLD] for first in range(0, len(line), _FOLD)) + "\r\n"
    return folded
