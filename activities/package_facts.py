"""What Article 15(1)-(2) wants said about collections: why, which kinds of data, who has them, how long, from where.

In full for the letter and for each collection's own page, in a few lines for the first page. Next: activities/package_view.py
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from activities import package_words as words
from activities.package_language import listed, say
from domain.datamap import Collection, DataMap, Recipient, System
from domain.datamap_parts import AutomatedDecision

T = TypeVar("T")
Span = tuple[date, date] | None

_TRAINS = {True: "These data are used to train models.", False: "No model is trained with these data."}


@dataclass(frozen=True)
class Said:
    """A sentence, and for which collections it holds; `only` is empty when it holds for all of them."""

    text: str
    only: str


@dataclass(frozen=True)
class Facts:
    """Everything about some collections of one system, in sentences."""

    categories: list[str]
    purposes: list[Said]
    recipients: list[Said]
    occasional: list[str]
    transfers: list[Said]
    kept: list[Said]
    origins: list[Said]
    automated: list[Said]
    trains: list[Said]


@dataclass(frozen=True)
class Short:
    """The same in a few words each."""

    categories: str
    purposes: str
    bases: str
    recipients: str
    origins: str
    automated: str
    trains: str


class FactFinder:
    """Reads the data map for one answer.

    Args:
        datamap: in force.
        laws: `UK`, `EU` or both: whose safeguards are named.
        today: local date of the answer.
        unsaid: categories that are not named.
    """

    def __init__(self, datamap: DataMap, laws: frozenset[str], today: date, unsaid: frozenset[str] = frozenset()) -> None:
        self._datamap = datamap
        self._home = datamap.controller.country
        self._laws = laws
        self._today = today
        self._unsaid = unsaid

    def facts(self, system: System, collections: Sequence[Collection], spans: Mapping[str, Span]) -> Facts:
        """The facts of some collections of a system.

        Args:
            system: of the data map.
            collections: those with data of this person.
            spans: by collection, between which dates their records begin to be kept.
        """
        of_each, uses = _Sayer(collections), self._datamap.purposes_of
        everybody = self._recipients(system, collections)
        return Facts(
            categories=self._categories(collections),
            purposes=of_each(lambda each: [words.purpose(use) for use in uses(each)]),
            recipients=of_each(lambda each: [words.recipient(who, self._home) for who in self._regular(system, each)]),
            occasional=[words.recipient(who, self._home) for who in everybody if who.occasional],
            transfers=[
                Said(text, f"{who.name}, {words.country(who.country)}")
                for who in everybody
                for text in words.transfers(who, self._laws)
            ],
            kept=of_each(lambda each: words.kept(self._datamap, each, spans.get(each.name), self._today)),
            origins=of_each(lambda each: [words.origin(each)]),
            automated=of_each(lambda each: [words.automated(rule) for rule in self._decisions(system, each)]),
            trains=of_each(lambda each: [say(_TRAINS[self._trains(each)])]),
        )

    def short(self, system: System, collections: Sequence[Collection]) -> Short:
        """The few lines of the first page."""
        purposes = unique(use for each in collections for use in self._datamap.purposes_of(each))
        regular = unique(who for each in collections for who in self._regular(system, each))
        decided = [each.title for each in collections if self._decisions(system, each)]
        trained = [each.title for each in collections if self._trains(each)]
        return Short(
            categories=listed(self._categories(collections)),
            purposes=" ".join(unique(words.sentence(use.title) for use in purposes)),
            bases=listed(unique(words.short_basis(use) for use in purposes)),
            recipients=listed(f"{who.name} ({words.country(who.country)})" for who in regular),
            origins=" ".join(unique(words.origin(each) for each in collections)),
            automated=say("Yes: %(what)s. The letter says how.", what=", ".join(decided)) if decided else say("Nothing."),
            trains=f"{', '.join(trained)}." if trained else say(_TRAINS[False]),
        )

    def short_kept(self, collection: Collection, span: Span) -> str:
        """Until when a collection's records are kept, for a table."""
        return words.short_kept(self._datamap, collection, span, self._today)

    def _categories(self, collections: Iterable[Collection]) -> list[str]:
        return unique(
            category.title + (say(" (sensitive)") if category.special and "sensitive" not in category.title.lower() else "")
            for each in collections
            for category in self._datamap.categories_of(each)
            if category.id not in self._unsaid
        )

    def _recipients(self, system: System, collections: Iterable[Collection]) -> list[Recipient]:
        return unique(who for each in collections for who in self._datamap.recipients_of(system.name, each.name))

    def _regular(self, system: System, collection: Collection) -> list[Recipient]:
        return [who for who in self._recipients(system, [collection]) if not who.occasional]

    def _decisions(self, system: System, collection: Collection) -> list[AutomatedDecision]:
        return [use.automated_decisions for use in self._datamap.deciding(system.name, collection) if use.automated_decisions]

    def _trains(self, collection: Collection) -> bool:
        return any(use.trains_models for use in self._datamap.purposes_of(collection))


class _Sayer:
    """Collects sentences over collections, each once, with the collections it holds for where that is not all of them."""

    def __init__(self, collections: Sequence[Collection]) -> None:
        self._collections = collections

    def __call__(self, sentences: Callable[[Collection], Iterable[str]]) -> list[Said]:
        holds: dict[str, list[str]] = {}
        for each in self._collections:
            for text in dict.fromkeys(sentences(each)):
                holds.setdefault(text, []).append(each.title)
        everywhere = len(self._collections)
        return [Said(text, "" if len(titles) == everywhere else ", ".join(titles)) for text, titles in holds.items()]


def unique(values: Iterable[T]) -> list[T]:
    """Each value once, in the order of its first coming."""
    return list(dict.fromkeys(values))
