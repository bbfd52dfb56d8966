"""Decisions about many items at once: rules over a collection, and one balance per third person (`law.md` 2.3).

A rule is one row, whatever it covers: it is asked of each item when the package is built, so 50,000 items need no 50,000 rows.
A balance weighs the five factors of Schedule 2 paragraph 16(3) once, and then covers that person wherever they are named.
Next: adapters/database/item_decisions.py
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.redaction import FieldName, Span, Words, finder, text_of

SAMPLE = 20  # items that somebody has to have seen before a rule applies to all
EVERYBODY = "*"  # the scope of a balance: every item of the case

Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Condition(BaseModel):
    """Which items of a collection a rule is about: those whose field has this value, or has these words in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: FieldName
    equals: Annotated[str | None, StringConstraints(max_length=500)] = None
    contains: Words | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("a condition says either `equals` or `contains`")
        return self

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a row meets it; a field that is not there has no value."""
        value = row.get(self.field)
        if self.equals is not None:
            return value is not None and text_of(value) == self.equals
        return value is not None and self.contains is not None and finder((self.contains,)).search(text_of(value)) is not None


class ThirdPerson(BaseModel):
    """Somebody else who is named in the items, weighed once: the five factors of paragraph 16(3), and what came of it.

    `names` are all the words by which they are named: name, address, number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: Annotated[tuple[Words, ...], Field(min_length=1, max_length=50)]
    role: Annotated[Told, Field(description="who they are to the requester, or in which role they acted")]
    type_of_information: Annotated[Told, Field(description="16(3)(a): what would be told about them")]
    duty_of_confidentiality: Annotated[bool, Field(description="16(3)(b): they are owed one")]
    steps_to_seek_consent: Annotated[Told, Field(description="16(3)(c): what was done, or why nothing was")]
    capable_of_consent: Annotated[bool, Field(description="16(3)(d)")]
    refused: Annotated[bool, Field(description="16(3)(e): they expressly refused")]
    consented: Annotated[bool, Field(description="16(2)(a): then nothing of them is covered")] = False
    disclose: Annotated[bool, Field(description="16(2)(b): reasonable without consent; else they are covered everywhere")]

    @model_validator(mode="after")
    def _follows_consent(self) -> Self:
        if self.consented and not self.disclose:
            raise ValueError("who consented is not covered under paragraph 16")
        if self.consented and self.refused:
            raise ValueError("nobody both consented and refused")
        return self


class Referral(BaseModel):
    """Why something may be privileged; without a client, an adviser and a purpose nothing is (Schedule 2 paragraph 19)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: Annotated[Told, Field(description="who was advised")]
    adviser: Annotated[Told, Field(description="the lawyer who advised, or who was asked")]
    purpose: Annotated[Told, Field(description="advice, or which proceedings; pending or expected")]


class Parts(BaseModel):
    """What a decision says in detail; kept sealed, since it may name people.

    Args:
        spans: of a redaction or an extract.
        covers: of an extract, what is covered in what it gives.
        condition: of a rule.
        person: of a balance.
        sample: ids of the items that were seen before a rule was made.
        before: of the items that a rule covers, how many had which decision.
        after: the same, once it holds.
        looked: the author had the whole file before them.
        referral: of an item that was given to legal.
        by_legal: a legal reviewer decided it, and nobody else changes it.
        undoes: the revision of the decision that this one takes back; it does not count itself.
    """

    model_config = ConfigDict(frozen=True)

    spans: tuple[Span, ...] = ()
    covers: tuple[Span, ...] = ()
    condition: Condition | None = None
    person: ThirdPerson | None = None
    sample: tuple[str, ...] = ()
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    looked: bool = False
    referral: Referral | None = None
    by_legal: bool = False
    undoes: int | None = None


def scope(system: str, collection: str) -> str:
    """How a rule over a collection is named in the place of an item."""
    return f"{system}.{collection}.*"


def sample_of(items: Iterable[str], seed: str) -> list[str]:
    """The items of a sample: the same for the same items and seed, and nobody's choice.

    Args:
        items: ids of all that the rule would cover.
        seed: the scope and the revision at which it is made.
    """
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}/{item}".encode()).digest())[:SAMPLE]
