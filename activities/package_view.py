"""What the first page and the letter say, worked out once for both: per system what is held, why, who has it, how long.

Every item of Article 15(1)-(2), tailored to what was found: a system without data contributes one line, and nothing is said
about recipients who never received this person's data. Next: activities/package_index.py
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from activities import package_words as words
from activities.package_cells import count, day, visible
from activities.package_data import Written
from activities.package_facts import FactFinder, Facts, Short, unique
from activities.package_language import current, labelled, say
from activities.package_said import all_held, held, kept_back, told, unsaid_categories
from activities.package_scopes import agreed
from activities.package_sources import CaseFile
from activities.package_zip import plain
from adapters.letter_languages import remedies_in
from domain.datamap import Collection, Controller, DataMap, System
from domain.regimes import zone_of
from domain.remedies import Remedies

_LEFT_OUT = {
    "no_answer": "It did not answer us. Somebody here decided to send you the rest now rather than wait.",
    "by_hand": "Only a person can search it. Somebody here decided to answer you now without it.",
    "not_asked": "It was not part of this search.",
    "later": "What we hold there comes with the rest of our answer.",
}


@dataclass(frozen=True)
class CollectionView:
    """One collection with data. `page` is the path of its first page, empty where there is none."""

    title: str
    held: str
    kept: str
    page: str


@dataclass(frozen=True)
class SystemView:
    """One system with data: `short` for the first page, `facts` for the letter."""

    title: str
    held: str
    collections: list[CollectionView]
    short: Short
    facts: Facts


@dataclass(frozen=True)
class Searched:
    """A line of the search record (`law.md` 2.2 item 14)."""

    title: str
    result: str


@dataclass(frozen=True)
class View:
    """The whole answer in words. Dates are local to the controller."""

    controller: Controller
    called: str
    reference: str
    name: str
    asked_on: str
    made_on: str
    as_of: str
    policy: str
    held: str
    from_systems: int
    in_part: bool  # something of the person's that may be named was left out
    nothing: bool
    partial: bool
    portable: bool
    portable_alone: bool
    all_withheld: bool
    nothing_due: bool
    searched_with: list[str]
    named_only: list[str]  # not searched with: nothing shows that it is theirs
    identity: str
    systems: list[SystemView]
    occasional: list[str]
    disclosed: list[str]
    disputed: list[str]
    search: list[Searched]
    unreachable: list[str]
    left_out: list[Searched]
    withheld: list[Searched]
    pictured: bool
    as_written: str  # that the data map is in another language; empty where it is not
    remedies: tuple[Remedies, ...]


_BASES = {
    "court_order": "a court order",
    "investigation": "an investigation",
    "legal_obligation": "a law that obliges us",
    "vital_interests": "somebody's life or health",
}


class Viewer:
    """Works the view out.

    Args:
        datamap: in force.
        case: what the package is about.
        written: what stands in it, one per source.
        at: when the package is made, UTC.
    """

    def __init__(
        self,
        datamap: DataMap,
        case: CaseFile,
        written: Sequence[Written],
        at: datetime,
    ) -> None:
        self._datamap = datamap
        self._case = case
        self._written = written
        self._zone = ZoneInfo(zone_of(datamap.controller.country) or "UTC")
        self._today = self._local(at)
        self._finder = FactFinder(datamap, case.laws, self._today, unsaid_categories(written))

    def view(self) -> View:
        """The view of everything."""
        controller, receipt = self._datamap.controller, self._case.receipt
        systems = [view for system in self._datamap.systems if (view := self._system(system))]
        withheld = self._withheld()
        left_out = any(part.withheld for part in self._written)
        given = any(part.records for part in self._written)
        return View(
            controller=controller,
            called=controller.trading_as or controller.name,
            reference=receipt.reference,
            name=visible(self._case.subject.get("name") or ""),
            asked_on=day(self._local(receipt.received_at)),
            made_on=day(self._today),
            as_of=self._as_of(),
            policy=words.policy(controller.policy, receipt.policy_version),
            held=held(self._written),
            from_systems=len({part.source.system.name for part in self._written if part.records}),
            in_part=kept_back(self._written),
            nothing=not given and not left_out,
            partial=self._case.partial,
            portable=self._case.portable,
            portable_alone=self._case.portable_alone,
            all_withheld=not given and bool(withheld),
            nothing_due=not given and left_out and not withheld,
            searched_with=[f"{words.kind(kind)} {visible(value)}" for kind, value in self._case.identifiers],
            named_only=[f"{words.kind(kind)} {visible(value)}" for kind, value in self._case.named_only],
            identity=self._identity(),
            systems=systems,
            occasional=unique(text for system in systems for text in system.facts.occasional),
            disclosed=self._disclosed(),
            disputed=[words.disputed(self._datamap, each, self._local(each.since)) for each in self._case.disputed],
            search=self._search(),
            unreachable=self._unreachable(),
            left_out=[
                Searched(self._datamap.system(name).title, say(_LEFT_OUT[reason])) for name, reason in self._case.left_out.items()
            ],
            withheld=withheld,
            pictured=any(part.pictured for part in self._written),
            as_written=""
            if self._datamap.speaks(current())
            else say("What we have written down in our register stands here in the language in which it stands there."),
            remedies=remedies_in(current(), receipt.regimes, controller),
        )

    def _disclosed(self) -> list[str]:
        """Who actually received data in single cases (Article 15(1)(c))."""
        titles = {category.id: category.title for category in self._datamap.categories}
        return [
            say(
                "On %(day)s to %(name)s (%(basis)s): %(what)s",
                day=day(each.disclosed_on),
                name=self._datamap.recipient(each.recipient).name,
                basis=say(_BASES[each.basis]),
                what=", ".join(titles.get(name, name) for name in each.categories),
            )
            for each in self._case.disclosures
        ]

    def _local(self, instant: datetime) -> date:
        return instant.astimezone(self._zone).date()

    def _as_of(self) -> str:
        searched = [part.source.found for part in self._written if not part.source.by_hand]
        days = sorted({self._local(found.searched_at) for found in searched}) or [self._today]
        if len(days) == 1:
            return day(days[0])
        return say("%(first)s to %(last)s", first=day(days[0]), last=day(days[-1]))

    def _identity(self) -> str:
        if self._case.identity is None:
            return ""
        how, at = self._case.identity
        by = {"code": ", by a code to your address,", "assertion": ", because you were signed in,"}.get(how, "")
        return say("On %(day)s we made sure%(by)s that it is you.", day=day(self._local(at)), by=say(by))

    def _of(self, system: System) -> list[Written]:
        return [part for part in self._written if part.source.system.name == system.name]

    def _system(self, system: System) -> SystemView | None:
        parts = [part for part in self._of(system) if part.records or kept_back([part])]
        if not parts:
            return None
        collections = [part.source.collection for part in parts if not part.source.by_hand] or self._of_files(system)
        spans = {part.source.collection.name: part.source.found.span for part in parts}
        return SystemView(
            title=system.title,
            held=all_held(parts),
            collections=[self._collection(part) for part in parts],
            short=self._finder.short(system, collections),
            facts=self._finder.facts(system, collections, spans),
        )

    def _of_files(self, system: System) -> list[Collection]:
        """What the data map says of a system of which a person found files: all of it but what is kept back in silence."""
        hidden = {part.source.collection.name for part in self._of(system) if part.withheld and not kept_back([part])}
        return [each for each in system.collections if each.name not in hidden]

    def _collection(self, part: Written) -> CollectionView:
        source = part.source
        if source.by_hand:
            return CollectionView(source.collection.title, all_held([part]), "", "")
        return CollectionView(
            title=source.collection.title,
            held=all_held([part]),
            kept=self._finder.short_kept(source.collection, source.found.span),
            page=page_path(source.system, source.collection, 1) if part.records else "",
        )

    def facts(self, part: Written) -> Facts:
        """The facts of one collection, for its own page."""
        source = part.source
        return self._finder.facts(source.system, [source.collection], {source.collection.name: source.found.span})

    def _search(self) -> list[Searched]:
        lines = []
        for system in self._datamap.systems:
            if system.name in self._case.left_out:
                continue
            parts = [part for part in self._of(system) if part.source.found.state == "searched"]
            found = (held(parts) and all_held(parts)) or (
                say("all of it left out")
                if any(told(part.withheld) for part in parts)
                else say("searched")
                if any(part.withheld for part in parts)
                else say("nothing found")
            )
            days = {self._local(part.source.found.searched_at) for part in parts if not part.source.by_hand}
            on = say(", on %(day)s", day=day(max(days))) if days else say(", by a person")
            lines.append(Searched(system.title, found + on + agreed(self._case.scopes.get(system.name))))
        return lines

    def _unreachable(self) -> list[str]:
        return [
            labelled(part.source.system.title, part.source.collection.title)
            for part in self._written
            if part.source.found.state == "unreachable"
        ]

    def left_out(self, part: Written) -> list[str]:
        """What of one collection is not in the copy, and why, for its own page."""
        return [
            said % {"items": count(number, "item"), "why": words.ground(basis, self._case.laws)}
            for said, counts in (
                (say("%(items)s left out: %(why)s"), part.withheld),
                (say("Parts of %(items)s left out: %(why)s"), part.covered),
            )
            for basis, number in told(counts).items()
        ]

    def _withheld(self) -> list[Searched]:
        return [
            Searched(
                labelled(f"{part.source.system.title}, {part.source.collection.title}", said % {"items": count(number, "item")}),
                words.ground(basis, self._case.laws),
            )
            for part in self._written
            for said, counts in (("%(items)s", part.withheld), (say("parts of %(items)s"), part.covered))
            for basis, number in told(counts).items()
        ]


def page_path(system: System, collection: Collection, number: int) -> str:
    """Where a collection's page stands; the first one has no number."""
    tail = f"-{number}" if number > 1 else ""
    return f"pages/{plain(system.name)}.{collection.name}{tail}.html"
