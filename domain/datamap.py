"""The data map: who the controller is, what it does with personal data and why, and in which systems they stand.

Serves Articles 13-15, 17, 19 and 30: searches, letters, packages and erasure plans read nothing else about the controller.
A data map that is malformed or unlawful is refused with the line (design principle 9).

Next: domain/traversal.py
"""

import hashlib
import json
from collections.abc import Collection as Group
from functools import cached_property
from typing import TypeVar

from pydantic import Field

from domain import traversal
from domain.datamap_languages import said_in, written_in
from domain.datamap_parts import (
    Authority,
    AutomatedDecision,
    Category,
    Contacts,
    Controller,
    LawfulBasis,
    Mechanism,
    Part,
    Policy,
    Purpose,
    Recipient,
    RecipientKind,
    Representative,
    Retention,
    Text,
    Transfer,
)
from domain.datamap_rules import broken_rules
from domain.datamap_shape import content_of
from domain.datamap_systems import (
    Before,
    Collection,
    Connection,
    DataField,
    Erasure,
    ErasureAction,
    Origin,
    Reference,
    System,
    SystemKind,
    Withdrawal,
    resolve,
    stays_inside,
)
from domain.datamap_text import Document, Finding, read
from domain.errors import DataMapError, UnknownObjectError
from domain.incoming import Language
from domain.traversal import ByIdentity, ByReference, Plan, Step, Unreachable
from domain.typography import set_in

P = TypeVar("P", bound=Part)

__all__ = [
    "Authority",
    "AutomatedDecision",
    "Before",
    "ByIdentity",
    "ByReference",
    "Category",
    "Collection",
    "Connection",
    "Contacts",
    "Controller",
    "DataField",
    "DataMap",
    "Erasure",
    "ErasureAction",
    "Finding",
    "LawfulBasis",
    "Mechanism",
    "Origin",
    "Plan",
    "Policy",
    "Purpose",
    "Recipient",
    "RecipientKind",
    "Reference",
    "Representative",
    "Retention",
    "Step",
    "System",
    "SystemKind",
    "Transfer",
    "Unreachable",
    "Withdrawal",
    "check_static",
    "resolve",
    "stays_inside",
]


class DataMap(Part):
    """A data map.

    Made by `parse` only, so whoever holds one need not check it again.
    """

    version: int = Field(description="version of the format: `1`")
    controller: Controller = Field(description="the controller")
    categories: tuple[Category, ...] = Field(description="categories of personal data")
    purposes: tuple[Purpose, ...] = Field(description="purposes, each with its lawful basis")
    recipients: tuple[Recipient, ...] = Field(description="processors and other recipients")
    retention: tuple[Retention, ...] = Field(description="retention rules")
    systems: tuple[System, ...] = Field(description="systems with their collections")
    translations: dict[Language, dict[Text, Text]] = Field(
        default={}, description="by language (`en`, `de`, `fr`), what a text of this map is there, by the text as it stands here"
    )

    @classmethod
    def parse(cls, text: str) -> "DataMap":
        """Read a data map.

        Raises:
            DataMapError: at the first error by line; facts `line`, `path`, `errors` (how many there are in all).
        """
        datamap, findings = _examined(text)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            first = errors[0]
            raise DataMapError(
                f"Line {first.line}, {first.path}: {first.sentence}", line=first.line, path=first.path, errors=len(errors)
            )
        assert datamap is not None
        return datamap

    @cached_property
    def hash(self) -> str:
        """SHA-256, hexadecimal, of the content: the same for two texts that differ in layout or comments only."""
        content = self.model_dump(mode="json")
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def in_language(self, language: Language) -> "DataMap":
        """The same data map with its words in a language: titles, purposes, periods, columns; what lacks it stays as it is.

        For what people read. Its hash is that of the data map itself.
        """
        if language not in self.translations:
            return self
        if language not in self._spoken:
            mine = self.hash  # known before the copy is made, which takes it along
            words = {text: set_in(language, said) for text, said in self.translations[language].items()}
            self._spoken[language] = said_in(self, words)
            assert self._spoken[language].hash == mine
        return self._spoken[language]

    def speaks(self, language: Language) -> bool:
        """Whether its words are to be had in a language: it is written in it, or has a translation."""
        return language in self.translations or language == written_in(self.translations, self.controller.language)

    @cached_property
    def _spoken(self) -> dict[Language, "DataMap"]:
        return {}

    def system(self, name: str) -> System:
        """The system of this name; UnknownObjectError if there is none."""
        return _named(self.systems, "name", name)

    def collection(self, system: str, name: str) -> Collection:
        """The collection of this name in a system; UnknownObjectError if there is none."""
        return _named(self.system(system).collections, "name", name)

    def purpose(self, name: str) -> Purpose:
        """The purpose of this id."""
        return _named(self.purposes, "id", name)

    def recipient(self, name: str) -> Recipient:
        """The recipient of this id."""
        return _named(self.recipients, "id", name)

    def retention_rule(self, name: str) -> Retention:
        """The retention rule of this id."""
        return _named(self.retention, "id", name)

    def category(self, name: str) -> Category:
        """The category of this id."""
        return _named(self.categories, "id", name)

    def purposes_of(self, collection: Collection) -> tuple[Purpose, ...]:
        """The purposes of a collection, the main one first (Article 15(1)(a))."""
        return tuple(self.purpose(name) for name in (collection.purpose, *collection.other_purposes))

    def deciding(self, system: str, collection: Collection) -> tuple[Purpose, ...]:
        """The purposes for which a machine decides with or about the data of a collection (Article 15(1)(h))."""
        of_it = {collection.purpose, *collection.other_purposes}
        return tuple(
            use
            for use in self.purposes
            if (rule := use.automated_decisions)
            and (f"{system}.{collection.name}" in rule.collections if rule.collections else use.id in of_it)
        )

    def categories_of(self, collection: Collection) -> tuple[Category, ...]:
        """The categories of personal data in a collection (Article 15(1)(b))."""
        return tuple(self.category(name) for name in collection.categories)

    def recipients_of(self, system: str, name: str) -> tuple[Recipient, ...]:
        """Who receives a collection's data, those of its system included (Article 15(1)(c))."""
        names = (*self.system(system).recipients, *self.collection(system, name).recipients)
        return tuple(self.recipient(each) for each in dict.fromkeys(names))

    def plan(self, kinds: Group[str], *, short_lived_only: bool = False, only: Group[traversal.Place] | None = None) -> Plan:
        """In which order to search, for a person of whom identifiers of these kinds are proven; see `traversal.plan`."""
        return traversal.plan(self.systems, kinds, short_lived_only=short_lived_only, only=only)

    def waves(self, kinds: Group[str]) -> list[list[tuple[str, str]]]:
        """The plan as system and collection names, wave by wave."""
        return [[(step.system, step.collection) for step in wave] for wave in self.plan(kinds).waves]

    @cached_property
    def identity_kinds(self) -> frozenset[str]:
        """The kinds of identifier by which anything can be found."""
        return frozenset(kind for _, collection in traversal.places(self.systems) for kind in collection.identities.values())


def check_static(text: str) -> list[Finding]:
    """Everything that is wrong or doubtful in a data map's text, by line. Asks no system; empty means it can be used."""
    return _examined(text)[1]


def _examined(text: str) -> tuple[DataMap | None, list[Finding]]:
    document = read(text)
    datamap = None if document.data is None else _built(document)
    return datamap, sorted(document.findings, key=lambda finding: (finding.line, finding.severity))


def _built(document: Document) -> DataMap | None:
    content = content_of(document)
    for path, sentence, severity in broken_rules(content):
        document.add(path, sentence, severity)
    if content.controller is None or any(finding.severity == "error" for finding in document.findings):
        return None
    return DataMap(
        version=1,
        controller=content.controller,
        categories=tuple(content.categories.values()),
        purposes=tuple(content.purposes.values()),
        recipients=tuple(content.recipients.values()),
        retention=tuple(content.retention.values()),
        systems=tuple(content.systems.values()),
        translations=content.translations,
    )


def _named(parts: tuple[P, ...], key: str, name: str) -> P:
    for part in parts:
        if getattr(part, key) == name:
            return part
    raise UnknownObjectError("The data map has nothing of this name.", name=name)
