"""What every connector to one of the controller's systems can do. A capability that one lacks becomes a person's work item.

Connectors fetch; they decide nothing. Which keys may be used, whether a row that was found really is the person's, and what
is kept is decided once, by whoever called (`activities/search.py`), and not again in each connector.

Next: activities/systems/sql.py
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from adapters.row_text import Row
from domain.datamap import Collection, ErasureAction, System
from domain.datamap_text import Severity
from domain.errors import SystemFailedError

if TYPE_CHECKING:
    from adapters.resources import Resources

BATCH_ROWS = 1_000  # enough that a round trip is cheap, few enough that a batch of ordinary rows is a few megabytes


class SystemUnreachableError(Exception):
    """The system did not answer this time; another attempt may succeed. Names systems only, never what was asked."""


def refused(system: str, reason: str = "refused") -> SystemFailedError:
    """The system answered, and trying again will not help.

    Args:
        system: its name in the data map.
        reason: `refused` (no such table or column, not allowed) or `misconfigured` (the connection setting).
    """
    return SystemFailedError(system=system, reason=reason)


@dataclass(frozen=True)
class Lookup:
    """The rows whose field holds one of some keys.

    Args:
        field: of the collection.
        keys: as `adapters.row_text.key_text` writes them; at most the connector's `most_keys`.
        kind: kind of identifier (`email`, `phone`, ...); None when the keys are values of rows found before.
        needed: fields whose values the search itself needs, also where the data map masks them.
        only: the fields wanted, in their order, as they are; empty: all that `Connector.fields` names.
    """

    field: str
    keys: Sequence[str]
    kind: str | None = None
    needed: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What erasure does to some rows that were found before (Article 17).

    Args:
        action: `delete`, or `anonymise`, `null` or `hash` of `fields`.
        rows: each by field, as sealed rows give them back: what names the row, and what led to it.
        ways: fields that led to the rows. A row of which none holds any more what it held is not the person's any more
            (databases give the number of a deleted row to the next one) and is left alone.
        fields: that the action acts on.
        pseudonym: for `hash`: what takes a value's place.
    """

    action: ErasureAction
    rows: Sequence[Mapping[str, Any]]
    ways: tuple[str, ...]
    fields: tuple[str, ...] = ()
    pseudonym: Callable[[str], str] = str


@dataclass(frozen=True)
class Amendment:
    """One field of some rows gets another value (Articles 7(3), 16, 18).

    Args:
        rows: each by field: what names the row, and what led to it.
        ways: fields that led to the rows; a row of which none holds what it held is not the person's any more.
        field: that changes.
        old: only rows that hold it are changed, as `adapters.row_text.key_text` writes it; None: only empty ones.
        new: text, or an instant (in a field of yes and no: yes), or None: emptied (no).
        whatever: `old` is not asked: what stands there is replaced unless it is `new` already.
    """

    rows: Sequence[Mapping[str, Any]]
    ways: tuple[str, ...]
    field: str
    old: str | None
    new: str | datetime | None
    whatever: bool = False


@dataclass(frozen=True)
class Complaint:
    """What `check` found wrong with a collection, or with the whole system when `collection` is None."""

    severity: Severity
    sentence: str
    collection: str | None = None
    field: str | None = None


class Connector(ABC):
    """One system. Thread-safe; lives as long as the worker.

    Attributes:
        by_hand: no program can search this system: a person does.
        has_files: rows are about files, which belong to them.
        imported: what is searched was imported for one case.
        most_keys: how many keys one lookup may have.
    """

    by_hand = False
    has_files = False
    imported = False
    most_keys = 1_000

    def __init__(self, system: System) -> None:
        self.system = system

    @abstractmethod
    def check(self) -> Iterator[Complaint]:
        """Compare the data map with the system itself. Raises nothing: being unreachable is a complaint."""

    def of_case(self, resources: "Resources", case_id: UUID) -> "Connector":  # noqa: ARG002 (for what belongs to a case)
        """What is searched for one case: the same for all, except where people imported something for it."""
        return self

    @property
    def mark(self) -> str:
        """What a receipt says beside its keys: the same keys under another mark are asked again."""
        return ""

    def agreed(self, collection: Collection) -> tuple[str, tuple[str, ...]] | None:  # noqa: ARG002 (for connectors that have some)
        """A field, and words by which rows are found beside the identifiers, because people agreed on them."""
        return None

    def fields(self, collection: Collection) -> tuple[str, ...]:
        """The columns of the rows that `search` gives."""
        return tuple(collection.fields)

    def large(self, collection: Collection) -> bool:  # noqa: ARG002 (for connectors that know)
        """Whether single rows may be megabytes."""
        return False

    @abstractmethod
    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:
        """Stream the rows that the system thinks match, in batches of at most BATCH_ROWS.

        The system may compare loosely (case, accents, blanks), so more may come than was asked for, never less: for an
        identifier, every spelling that `domain/normal.py` calls the same is found.

        Raises:
            SystemUnreachableError: no answer; try again later.
            SystemFailedError: trying again will not help.
        """

    def open_file(self, collection: Collection, row: Row) -> BinaryIO | None:  # noqa: ARG002 (for connectors with files)
        """The file that a row is about, None where rows have none."""
        return None

    @property
    def erases(self) -> bool:
        """Whether a program may erase here; where not, it is a person's work item."""
        return False

    def erase(self, collection: Collection, change: Change) -> int:  # noqa: ARG002 (for connectors that can)
        """Carry out a change of at most `most_keys` rows, all of it or nothing; done twice it changes nothing more.

        Gives back how many rows were changed this time.

        Raises:
            SystemUnreachableError: no answer; try again later.
            SystemFailedError: trying again will not help.
        """
        raise refused(self.system.name, "by_hand")

    @property
    def amends(self) -> bool:
        """Whether a program may correct, mark and restrict here; where not, it is a person's work item."""
        return False

    def amend(self, collection: Collection, amendments: Sequence[Amendment]) -> int:  # noqa: ARG002 (for connectors that can)
        """Make all of these changes or none; done twice they change nothing more.

        Gives back how many rows were changed this time, each field counted.

        Raises:
            SystemUnreachableError: no answer; try again later.
            SystemFailedError: trying again will not help; a value that the field cannot hold is `unfit`.
        """
        raise refused(self.system.name, "by_hand")

    def close(self) -> None:  # noqa: B027 (most have nothing to let go of)
        """Let go of connections."""
