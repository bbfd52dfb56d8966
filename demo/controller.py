"""Builds the demo's controller: two databases, files and two exported mailboxes, of a company whose people exist only here.

The same seed and day give the same company. It is built once: a mark says that a home has it. Nothing in it can reach a
real person: addresses end in example.com and example.org, numbers and networks are those kept for fiction.

Next: demo/counts.py
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from demo.chance import Chance
from demo.counts import expected_counts
from demo.office_mail import EXPORTS, mailboxes
from demo.people import cast, crowd
from demo.rows import Row, Rows
from demo.stores import Filling, filling, is_filled, urls_of
from demo.tables import STORES, Store

__all__ = ["DATAMAP", "SEED", "Summary", "build", "expected_counts", "urls_of"]

Size = Literal["small", "full"]
Urls = Mapping[Store, str]

DATAMAP = Path(__file__).with_name("datamap.yml")
PEOPLE: dict[Size, int] = {"small": 200, "full": 10_000}
SEED = 20260101  # the same as the benchmarks' data set, for no other reason than that one number is enough
_FORMAT = 6  # counts up when other rows are made, so that a home built before is built anew
_MARK = "built.json"


@dataclass(frozen=True)
class Summary:
    """What was built.

    Args:
        people: accounts.
        rows: by table of both databases.
        files: in the file store.
        today: ISO date; the day before which everything happened.
    """

    people: int
    rows: dict[str, int]
    files: int
    today: str


def build(home: Path, *, size: Size = "small", urls: Urls | None = None, seed: int = SEED, today: date | None = None) -> Summary:
    """Make the stores, or find them made.

    Args:
        home: HABEAS_HOME; files, and databases unless other URLs are given, go to its folder `demo`.
        size: 200 people, or 10,000 and about a million rows.
        urls: SQLAlchemy URLs of empty databases (PostgreSQL) or of files (SQLite).
        seed: another seed makes another crowd; the cast stays.
        today: the day before which everything happened; left out: today (UTC) when built, any day when found built.

    Raises:
        SettingsError: a database has other tables of the same names.
    """
    folder, urls = home / "demo", urls or urls_of(home)
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, str | int] = {"format": _FORMAT, "size": size, "seed": seed}
    if (found := _found(folder, made, urls)) and today in {None, date.fromisoformat(found.today)}:
        return found
    (folder / _MARK).unlink(missing_ok=True)
    today = today or datetime.now(UTC).date()
    fillings = [filling(store, urls[store], _mark(made, today.isoformat())) for store in STORES]
    counts, files = _fill(folder, fillings, PEOPLE[size], Chance(seed, today))
    _export(folder / EXPORTS, today)
    summary = Summary(people=PEOPLE[size], rows=counts, files=files, today=today.isoformat())
    (folder / _MARK).write_text(json.dumps({"made": made, "summary": asdict(summary)}, indent=2))
    return summary


def _mark(made: Mapping[str, str | int], today: str) -> str:
    return f"habeas demo {json.dumps(made, sort_keys=True)} {today}"


def _found(folder: Path, made: Mapping[str, str | int], urls: Urls) -> Summary | None:
    """What an earlier build says it made, if it made the same and the databases are still there."""
    try:
        known = json.loads((folder / _MARK).read_text())
        summary = Summary(**known["summary"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    mark = _mark(made, summary.today)
    there = known.get("made") == made and (folder / "files").is_dir() and (folder / EXPORTS).is_dir()
    return summary if there and all(is_filled(store, url, mark) for store, url in urls.items()) else None


def _export(exports: Path, today: date) -> None:
    """Lay the mailboxes down; no record of the stores is in them, so they are in no count."""
    shutil.rmtree(exports, ignore_errors=True)
    exports.mkdir()
    for name, content in mailboxes(today):
        (exports / name).write_bytes(content)


def _fill(folder: Path, stores: list[Filling], people: int, chance: Chance) -> tuple[dict[str, int], int]:
    """Fill all stores or none; rows by table, and the number of files."""
    files = folder / "files.new"
    shutil.rmtree(files, ignore_errors=True)
    written: list[str] = []

    def add_file(path: str, content: bytes) -> None:
        (files / path).parent.mkdir(parents=True, exist_ok=True)
        (files / path).write_bytes(content)
        written.append(path)

    with ExitStack() as stack:
        for store in stores:
            stack.enter_context(store)
        owner = {table.name: store for store in stores for table in store.tables.sorted_tables}

        def add_row(table: str, row: Row) -> None:
            owner[table].add(table, row)

        rows = Rows(chance, add_row, add_file)
        known = cast()
        for person in (*known, *crowd(people - len(known), chance.random)):
            rows.add(person)
        rows.statistics()
    shutil.rmtree(folder / "files", ignore_errors=True)
    files.rename(folder / "files")
    return {table: count for store in stores for table, count in store.counts.items()}, len(written)
