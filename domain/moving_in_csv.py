"""Reads open cases of another system from CSV: every row is checked, and every mistake named by its line, before one is taken in.

Times are days of the controller's own zone (noon is taken, as a letter reaches somebody on a day), or instants with an offset.
Next: adapters/moving_in.py
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from domain.errors import InvalidInputError
from domain.identity import Factor
from domain.normal import normal_email, refuse_hidden
from domain.regimes import country_code
from domain.rights import Channel, Right

NEEDED: Final = ("old_reference", "received_on", "channel", "rights")
HINTS: Final = ("phone", "username", "customer_id")
MOMENTS: Final = {
    "acknowledged_on": "acknowledged_at",
    "identity_asked_on": "identity_asked_at",
    "identity_confirmed_on": "identity_confirmed_at",
    "clarification_asked_on": "clarification_asked_at",
    "clarification_answered_on": "clarification_answered_at",
    "extension_told_on": "extension_told_at",
}
# Beside a day stands what the case cannot go on without; the first of each pair asks for the second.
WORDS: Final = {
    "identity_doubt": "identity_asked_on",
    "clarification_question": "clarification_asked_on",
    "extension_reason": "extension_told_on",
}
CHOICES: Final = {"identity_how": "identity_confirmed_on", "extension_ground": "extension_told_on"}
COLUMNS: Final = (*NEEDED, "name", "email", "country", *HINTS, "message", *MOMENTS, *WORDS, *CHOICES)

MOST: Final = 5_000  # rows of one file: all of them are one transaction
_LONGEST: Final = {"old_reference": 100, "name": 200, "email": 320, "phone": 40, "username": 320, "customer_id": 100}
_LONGEST_TEXT: Final = 20_000
_GDPR_APPLIES: Final = date(2018, 5, 25)  # Article 99(2)
_CHANNELS: Final = {each.value: each for each in Channel if each is not Channel.API}
_RIGHTS: Final = {each.value: each for each in Right}
_HOW: Final = {each.value: each for each in Factor}
_GROUNDS: Final = {name: name for name in ("complexity", "number")}

Chosen = TypeVar("Chosen")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file. It repeats nothing that stands there."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.sentence}"


@dataclass(frozen=True)
class OpenRow:
    """One open case of another system.

    Args:
        line: on which its row begins.
        texts: what is personal or in somebody's words, by column; nothing empty.
        moments: when what was done was done, by the names that `Earlier` has for it.
    """

    line: int
    received_at: datetime
    channel: Channel
    rights: list[Right]
    texts: dict[str, str]
    moments: dict[str, datetime] = field(default_factory=dict)
    identity_how: Factor | None = None
    extension_ground: str | None = None


def read_open_cases(text: str, zone: ZoneInfo, now: datetime) -> tuple[list[OpenRow], list[Problem]]:
    """The rows of a file, and everything that is wrong with it; a row with a mistake is in neither list's first.

    Args:
        text: CSV with a line of column names; commas or semicolons.
        zone: of the controller, in which days are days.
        now: UTC.
    """
    semicolons = text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",", strict=True)
    rows: list[OpenRow] = []
    problems: list[Problem] = []
    begins = 1
    try:
        header = [name.strip().lower() for name in next(lines, [])]
        if wrong := list(_wrong_header(header)):
            return [], wrong
        begins = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                row = _Row(begins, cells, header, zone, now, problems).read()
                rows += [row] if row else []
            begins = lines.line_num + 1
    except csv.Error:
        problems.append(Problem(begins, "", "This is no CSV: a quotation mark is not closed, or stands where none may be."))
    return rows, [*problems, *_doubles(rows), *_too_many(rows)]


def _wrong_header(header: list[str]) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in header:
            yield Problem(1, name, "This column is missing.")
    for place, name in enumerate(header, start=1):
        if name not in COLUMNS:  # never repeated: a file without header has a person's data here
            yield Problem(1, f"column {place}", "There is no column of this name. The columns are: " + ", ".join(COLUMNS) + ".")
        elif header.index(name) != place - 1:
            yield Problem(1, name, "This column is there twice.")


def _doubles(rows: list[OpenRow]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        if (line := first.setdefault(row.texts["old_reference"], row.line)) != row.line:
            yield Problem(row.line, "old_reference", f"The row on line {line} has the same reference.")


def _too_many(rows: list[OpenRow]) -> Iterator[Problem]:
    if len(rows) > MOST:
        yield Problem(rows[MOST].line, "", f"A file has {MOST:,} rows at most. Split it: it can be read in parts.")


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula, as our own tables have it."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in {*"=+-@"} else text


@dataclass
class _Row:
    """One row while it is read; what is wrong with it goes into the list of problems."""

    line: int
    cells: list[str]
    header: list[str]
    zone: ZoneInfo
    now: datetime
    problems: list[Problem]

    def read(self) -> OpenRow | None:
        before = len(self.problems)
        if len(self.cells) != len(self.header):
            self._wrong("", f"The row has {len(self.cells)} cells, and there are {len(self.header)} columns.")
            return None
        self.texts = {name: _plain(cell) for name, cell in zip(self.header, self.cells, strict=True) if cell.strip()}
        for name in NEEDED:
            if name not in self.texts:
                self._wrong(name, "This cannot be empty.")
        received_at = self._moment("received_on")
        row = OpenRow(
            line=self.line,
            received_at=received_at or self.now,
            channel=self._one_of("channel", _CHANNELS) or Channel.LETTER,
            rights=self._rights(),
            texts={name: value for name, value in self.texts.items() if name in {*_LONGEST, "message", "country", *WORDS}},
            moments={name: at for column, name in MOMENTS.items() if (at := self._moment(column))},
            identity_how=self._one_of("identity_how", _HOW),
            extension_ground=self._one_of("extension_ground", _GROUNDS),
        )
        self._check_texts()
        self._check_story(row)
        return row if len(self.problems) == before else None

    def _wrong(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.line, column, sentence))

    def _moment(self, column: str) -> datetime | None:
        value = self.texts.get(column)
        if value is None:
            return None
        try:
            if len(value) == len("2026-11-26"):
                noon = datetime.combine(date.fromisoformat(value), time(12), self.zone).astimezone(UTC)
                today = noon.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()
                at = min(noon, self.now) if today else noon
            else:
                at = datetime.fromisoformat(value)
        except ValueError:
            self._wrong(column, "Write a day such as 2026-11-03, or an instant such as 2026-11-03T14:30+00:00.")
            return None
        if at.tzinfo is None:
            self._wrong(column, "An instant needs its offset from UTC, such as +00:00.")
            return None
        at = at.astimezone(UTC)
        if at > self.now or at.astimezone(self.zone).date() < _GDPR_APPLIES:
            self._wrong(column, "This lies in the future, or before 25 May 2018.")
            return None
        return at

    def _one_of(self, column: str, choices: Mapping[str, Chosen]) -> Chosen | None:
        value = self.texts.get(column)
        if value is None:
            return None
        if value not in choices:
            self._wrong(column, "Write one of: " + ", ".join(choices) + ".")
        return choices.get(value)

    def _rights(self) -> list[Right]:
        named = self.texts.get("rights", "").split()
        if unknown := [name for name in named if name not in _RIGHTS]:
            self._wrong("rights", f"Not known: {len(unknown)}. Write one or more of {', '.join(_RIGHTS)}, with blanks between.")
        return [_RIGHTS[name] for name in dict.fromkeys(named) if name in _RIGHTS]

    def _check_texts(self) -> None:
        for name, value in self.texts.items():
            longest = _LONGEST.get(name, _LONGEST_TEXT)
            if len(value) > longest:
                self._wrong(name, f"At most {longest:,} characters.")
        self._refuse("email", normal_email)
        for name in ("old_reference", "name", *HINTS):
            self._refuse(name, lambda value, name=name: refuse_hidden(value, field=name))  # type: ignore[misc]
        if "country" in self.texts and country_code(self.texts["country"]) is None:
            self._wrong("country", "Write a code of two letters (ISO 3166), or leave it empty where it is not known.")
        if not any(self.texts.get(name) for name in ("name", "email", *HINTS)):
            self._wrong("name", "One thing is needed by which the person can be found or answered.")

    def _refuse(self, name: str, check: Callable[[str], object]) -> None:
        if name in self.texts:
            try:
                check(self.texts[name])
            except InvalidInputError as refused:
                self._wrong(name, refused.message)

    def _check_story(self, row: OpenRow) -> None:
        for name, beside in {**WORDS, **CHOICES}.items():
            if (name in self.texts) != (beside in self.texts):
                self._wrong(name, f"This and {beside} go together.")
        if "clarification_answered_on" in self.texts and "clarification_asked_on" not in self.texts:
            self._wrong("clarification_answered_on", "An answer needs its question: fill in clarification_asked_on.")
        self._in_order(row, "identity_asked_on", "identity_confirmed_on")
        self._in_order(row, "clarification_asked_on", "clarification_answered_on")
        for column, name in MOMENTS.items():
            if (at := row.moments.get(name)) and self._day(at) < self._day(row.received_at):
                self._wrong(column, "This lies before the receipt.")

    def _in_order(self, row: OpenRow, first: str, then: str) -> None:
        asked, answered = row.moments.get(MOMENTS[first]), row.moments.get(MOMENTS[then])
        if asked and answered and answered < asked:
            self._wrong(then, f"This lies before {first}.")

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()
