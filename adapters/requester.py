"""The requester's own words: their addresses, numbers and names, which nobody covers as somebody else's.

Article 15(3): the copy is of their own data. Next: domain/suggestions.py
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.database.tables import CaseIdentifierRow, CaseReceipt
from domain.case import CaseState
from domain.redaction import finder, text_of


@dataclass(frozen=True)
class Requester:
    """Who asks, as far as it is known.

    Args:
        identifiers: what systems were searched with, in the clear.
        names: what they call themselves, whole and in parts.
    """

    identifiers: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def read(cls, session: Session, vault: CaseVault, receipt: CaseReceipt, state: CaseState) -> "Requester":
        """Read what the case knows of them.

        Raises:
            KeyMissingError: the case's key was destroyed.
        """
        usable = list(state.usable_keys)
        rows = session.exec(select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(usable))).all()
        values = (vault.open("case_identifier", "value", str(row.id), row.value).decode() for row in rows if row.value)
        sealed = receipt.subject
        subject = json.loads(vault.open("case_receipt", "subject", str(receipt.case_id), sealed)) if sealed else {}
        address, name = subject.get("email") or "", subject.get("name") or ""
        own = dict.fromkeys(value for value in (*sorted(values), address) if value)
        return cls(tuple(own), tuple(dict.fromkeys(part for part in (name, *name.split()) if len(part) > 1)))

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that is theirs."""
        return self.identifiers + self.names

    def is_own(self, words: str) -> bool:
        """Whether words are theirs, in any case."""
        return words.strip().casefold() in {each.casefold() for each in self.words}

    def named_in(self, row: Iterable[Any]) -> bool:
        """Whether one of their identifiers stands in a row's values."""
        own = tuple(each for each in self.identifiers if len(each) > 3)  # noqa: PLR2004 (a shorter number stands everywhere)
        return bool(own) and any(finder(own).search(text) for text in _texts(row))


def _texts(row: Iterable[Any]) -> Iterator[str]:
    return (text_of(value) for value in row if value is not None)
