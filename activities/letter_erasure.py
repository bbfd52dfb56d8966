"""What letters say about an erasure: beforehand what goes, what stays, when; afterwards what came of it (Articles 12, 17).

What goes and stays is told to the address that answers go to, and on paper: another address, held or proven, is told only that
and when (`security.md` I8). Next: adapters/database/unnamed.py
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from activities.erasure_plan import titles
from activities.letter_writing import Facts, Writing
from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.unnamed import Unnamed
from adapters.letter_words import count, day, day_ahead
from domain.datamap import DataMap, ErasureAction, SystemKind
from domain.erasure import Entry, ErasurePlan
from domain.erasure_decisions import waiting_days
from domain.erasure_standing import ErasureStanding, PlanStanding
from domain.errors import NotAllowedNowError, UnknownObjectError
from domain.incoming import Language


@dataclass(frozen=True)
class Words:
    """One language.

    Args:
        counted: how much of a collection there is; `beside` stands between two of them.
        by_hand: what goes where only a person can look.
        uncounted: what stays there.
        until: the last day, in `{}`.
        quoted: our reason, and behind it the sentence of the data map, which is in another language.
        grounds: why something stays, by the ground of Article 17(3), where the data map has no sentence of its own.
    """

    counted: str
    beside: str
    by_hand: str
    uncounted: str
    until: str
    quoted: str
    grounds: dict[str, str]


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        counted="{}: {}",
        beside="; ",
        by_hand="{}, if anything is there; a person deletes it by hand",
        uncounted="{}, if anything is there",
        until="Until {}.",
        quoted="{}: \u201c{}\u201d",
        grounds={
            "17(3)(a)": "It is needed for the right of freedom of expression and information",
            "17(3)(b)": "A law obliges us to keep it",
            "17(3)(c)": "It is needed for public health",
            "17(3)(d)": "It is needed for archiving in the public interest, research or statistics",
            "17(3)(e)": "It is needed to establish, exercise or defend legal claims",
        },
    ),
    "de": Words(
        counted="{}: {}",
        beside="; ",
        by_hand="{}, falls dort etwas steht; ein Mensch löscht es von Hand",
        uncounted="{}, falls dort etwas steht",
        until="Bis {}.",
        quoted="{}: \u201e{}\u201c",
        grounds={
            "17(3)(a)": "Es wird für die Freiheit der Meinungsäußerung und der Information gebraucht",
            "17(3)(b)": "Ein Gesetz verpflichtet uns, es aufzubewahren",
            "17(3)(c)": "Es wird für die öffentliche Gesundheit gebraucht",
            "17(3)(d)": "Es wird für Archive im öffentlichen Interesse, Forschung oder Statistik gebraucht",
            "17(3)(e)": "Wir brauchen es, um Rechtsansprüche geltend zu machen oder uns gegen sie zu verteidigen",
        },
    ),
    "fr": Words(
        counted="{} : {}",
        beside=" ; ",
        by_hand="{}, s'il s'y trouve quelque chose ; une personne l'efface à la main",
        uncounted="{}, s'il s'y trouve quelque chose",
        until="Jusqu'au {}.",
        quoted="{} : « {} »",
        grounds={
            "17(3)(a)": "C'est nécessaire à la liberté d'expression et d'information",
            "17(3)(b)": "Une loi nous oblige à le conserver",
            "17(3)(c)": "C'est nécessaire à la santé publique",
            "17(3)(d)": "C'est nécessaire à l'archivage dans l'intérêt public, à la recherche ou aux statistiques",
            "17(3)(e)": "C'est nécessaire pour faire valoir des droits en justice ou pour nous défendre",
        },
    ),
}


def stop(writing: Writing) -> Facts:
    """From which day on it is erased, what goes, what stays and why, what ends with it, and the link that stops it.

    Raises:
        NotAllowedNowError: nothing is planned.
        UnknownObjectError: the plan is not there.
    """
    today, datamap = writing.now.astimezone(writing.zone).date(), writing.datamap
    _, standing = _planned(writing)
    told = Told.of(writing, standing) if _answers_go_here(writing) else None
    return {
        "erase_on": day_ahead(today + timedelta(days=waiting_days(writing.state, standing)), today, writing.language),
        "stop_link": writing.link("stop"),
        "listed": told is not None,
        "goes": told.goes() if told else [],
        "emptied": told.emptied() if told else [],
        "stays": told.stays() if told else [],
        "ends": [datamap.collection(*place.split(".")).title for place in standing.before] if told else [],
    }


def erased(writing: Writing) -> Facts:
    """What came of it, in figures; the certificate says the rest.

    Raises:
        NotAllowedNowError: nothing is planned.
    """
    erasure, plan = _planned(writing)
    told, language, datamap = Told.of(writing, plan), writing.language, writing.datamap
    kept, changed = told.rows(ErasureAction.RETAIN), told.rows(*EMPTIED)
    return {
        "nothing": plan.empty,
        "erased": count(told.rows(ErasureAction.DELETE), "record", language),
        "changed": count(changed, "record", language) if changed else None,
        "kept": count(kept, "record", language) if kept else None,
        "left": count(erasure.leftovers, "record", language) if erasure.leftovers else None,
        "told": [datamap.recipient(each.recipient).name for each in plan.addressees if each.track == "instruct"],
    }


def rest(writing: Writing) -> Facts:
    """Of the processors that were pending in the certificate: who confirmed, and who did not.

    Raises:
        NotAllowedNowError: nothing is planned.
    """
    erasure, _ = _planned(writing)
    datamap, items = writing.datamap, writing.state.work_items.values()
    said = {item.recipient for item in items if item.kind == "processor_confirmation" and item.result == "found"}
    return {
        "confirmed": [datamap.recipient(name).name for name in erasure.pending if name in said],
        "unconfirmed": [datamap.recipient(name).name for name in erasure.pending if name not in said],
    }


EMPTIED: Final = (ErasureAction.ANONYMISE, ErasureAction.NULL, ErasureAction.HASH)


@dataclass(frozen=True)
class Told:
    """What the person is told of a plan: a line a collection, by the title that they know."""

    entries: Sequence[Entry]
    written: DataMap
    datamap: DataMap  # the same in the language of the letter
    language: Language

    @classmethod
    def of(cls, writing: Writing, standing: PlanStanding) -> "Told":
        """Read it.

        Raises:
            UnknownObjectError: the plan is not there.
        """
        row = writing.session.get(ErasurePlanRow, standing.id)
        if row is None:
            raise UnknownObjectError(plan=str(standing.id))
        plan = ErasurePlan.model_validate(row.plan)
        told = Unnamed.of(writing.session, plan.keys).told(plan.entries)
        entries = [entry for entry in reversed(told) if entry.rows or entry.by_hand]  # the account before what hangs on it
        return cls(entries, writing.resources.datamap, writing.datamap, writing.language)

    def rows(self, *actions: ErasureAction) -> int:
        """How many records one of these actions happens to."""
        return sum(entry.rows for entry in self.entries if entry.action in actions)

    def goes(self) -> list[str]:
        """What is deleted."""
        return [self._line(entry) for entry in self.entries if entry.action is ErasureAction.DELETE or self._by_a_person(entry)]

    def emptied(self) -> list[str]:
        """What is emptied of whatever leads to the person."""
        return [self._line(entry) for entry in self.entries if entry.action in EMPTIED and not self._by_a_person(entry)]

    def stays(self) -> list[str]:
        """What is kept, with its reason and its last day; what has the same of both stands together."""
        words, alike = WORDS[self.language], defaultdict[tuple[str, str], list[str]](list)
        for entry in (each for each in self.entries if each.kept):
            until = words.until.format(day(entry.until, self.language)) if entry.until else ""
            alike[why(entry, self.written, self.datamap, self.language), until].append(self._line(entry))
        return [f"{words.beside.join(lines)}. {reason}. {until}".strip() for (reason, until), lines in alike.items()]

    def _by_a_person(self, entry: Entry) -> bool:
        return entry.by_hand and not entry.kept

    def _line(self, entry: Entry) -> str:
        words, title = WORDS[self.language], self._title(entry)
        if entry.by_hand:
            return (words.uncounted if entry.kept else words.by_hand).format(title)
        noun = "file" if self.datamap.system(entry.system).kind is SystemKind.FILES else "record"
        return words.counted.format(title, count(entry.rows, noun, self.language))

    def _title(self, entry: Entry) -> str:
        system, title = titles(self.datamap.systems, entry)
        often = Counter(each.title for one in self.datamap.systems for each in one.collections)
        return f"{title} ({system})" if often[title] > 1 else title


def why(entry: Entry, written: DataMap, datamap: DataMap, language: Language) -> str:
    """Why something stays: the data map's own reason, quoted behind ours where it is in another language.

    Args:
        entry: what stays.
        written: the data map as it stands.
        datamap: the same in the language.
        language: of what the person reads.
    """
    words, ours = WORDS[language], datamap.collection(*entry.place).erasure
    own = ours.reason if ours.action is ErasureAction.RETAIN and entry.note is None else None
    general = words.grounds[entry.ground] if entry.ground else ""
    if own is None:
        return general
    own, translated = own.rstrip("."), own != written.collection(*entry.place).erasure.reason
    spoken = translated or written.controller.language == language
    return own if spoken else words.quoted.format(general, own)


def _answers_go_here(writing: Writing) -> bool:
    """Whether this is the address that answers go to, or paper for somebody of whom a caseworker made sure."""
    here = writing.address is None or writing.address.id == writing.state.delivery_address
    return writing.proven and here


def _planned(writing: Writing) -> tuple[ErasureStanding, PlanStanding]:
    erasure = writing.state.erasure
    if erasure is None or erasure.plan is None:
        raise NotAllowedNowError("No erasure is planned.", status=writing.state.status.value)
    return erasure, erasure.plan
