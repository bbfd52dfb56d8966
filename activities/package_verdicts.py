"""What becomes of each row and file of one collection when the package is built: decided once, applied to JSON, CSV and pages.

Only a collection that a decision names, or in which a covered person is named, is read row by row.
Next: activities/package_file_verdicts.py
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities.leak_search import Secrets
from activities.package_sweep import Sweep, sweeps
from adapters.collected import CollectedCollection
from adapters.database.item_decisions import Decision, Standing, spans_of
from adapters.layers import normal
from domain.archives import SUBJECT, WHO_AND_WHERE, plain_subject
from domain.extracts import extract_row
from domain.item_rules import scope
from domain.redaction import Covered, Span, cover_row, tells
from domain.withholding import EXCLUSIONS, KEPT_BACK, Basis, ItemChoice


@dataclass(frozen=True)
class Verdict:
    """What becomes of an item that is not simply given.

    Args:
        choice: of the decision; `include` where only a person is covered in it.
        basis: of what is kept back.
        kept: the parts of an extract.
        covers: the parts that are covered.
        looked: who decided had the whole file before them.
        of_file: the item is a file, so words without a field are of its text and not of its row.
        lost: more of it goes than words that name other people.
    """

    choice: ItemChoice
    basis: str | None
    kept: tuple[Span, ...] = ()
    covers: tuple[Span, ...] = ()
    looked: bool = False
    of_file: bool = False
    lost: bool = False

    @property
    def dropped(self) -> bool:
        """Nothing of it is in the package."""
        return self.choice in KEPT_BACK or self.excluded

    @property
    def excluded(self) -> bool:
        """It was never part of the answer."""
        return self.choice in EXCLUSIONS

    @property
    def fields(self) -> frozenset[str] | None:
        """The fields that are covered whole, where nothing else is asked; else None, and the row has to be read."""
        plain = not self.kept and all(span.words is None and span.start is None for span in self.covers)
        return frozenset(span.field for span in self.covers if span.field) if plain else None

    @property
    def in_file(self) -> bool:
        """Something of the item's file goes, and not of its row alone."""
        return bool(self.kept) or any(span.field is None for span in self.covers)

    def of_line(self, line: bytes) -> bytes:
        """A line of JSON as it leaves; nothing of one that does not."""
        if self.dropped:
            return b""
        return json.dumps(self.of_row(json.loads(line)).value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def of_row(self, row: Mapping[str, Any]) -> Covered:
        """A row as it leaves."""
        in_row = tuple(span for span in self.kept if span.field or not self.of_file)
        return extract_row(row, in_row, self.covers) if in_row else cover_row(row, self.covers)


_APART: Final = WHO_AND_WHERE | {SUBJECT}
_GIVEN: Final = Verdict(ItemChoice.INCLUDE, None)


class Verdicts:
    """What becomes of the items of one collection; an item without a verdict is given as it is."""

    def __init__(self, sweep: Sweep | None = None, swept: Verdict | None = None) -> None:
        """With a sweep, `swept` is the verdict of every row that has none of its own."""
        self.rows: dict[int, Verdict] = {}
        self.sweep = sweep
        self.touched = 0  # rows of the sweep, once the JSON is written
        self._swept = swept

    def __bool__(self) -> bool:
        return bool(self.rows) or self.sweep is not None

    @property
    def basis(self) -> str | None:
        """Of what is swept."""
        return self._swept.basis if self._swept else None

    def of(self, position: int) -> Verdict | None:
        """Of one item."""
        return self.rows.get(position, self._swept)

    def counted(self) -> Iterator[tuple[Verdict, int]]:
        """Each verdict with the number of its items, once the rows have been written."""
        yield from ((verdict, 1) for verdict in self.rows.values())
        if self._swept is not None and self.touched:
            yield self._swept, self.touched


def judged(found: CollectedCollection, standing: Standing, secrets: Secrets) -> Verdicts:
    """The verdicts of a collection.

    Args:
        found: the collection.
        standing: what was decided.
        secrets: learns what must not leave.
    """
    about = standing.about(found.system, found.name)
    if not about and not standing.people:
        return Verdicts()
    others = None if found.has_files else _others(found, standing)
    if others is None:
        verdicts, lines = Verdicts(), _lines(found, standing, every=about)
    else:
        verdicts = Verdicts(Sweep(others.covers), others) if others.covers else Verdicts()
        lines = found.items_of(standing.single(found.system, found.name))
    known: dict[tuple[int, ...], Verdict] = {}
    subjects: dict[str, str | None] = {}
    for position, line in lines:
        item = found.item_at(position, line)
        decision = standing.of(item.id, item.row)
        people = standing.covering(decision)
        named = tuple(each for each in people if _named(each, item.row))
        _learn(secrets, decision, item.row, subjects, overrides=len(people) < len(standing.people))
        lost = _lost(decision, item.row)
        key = (decision.revision if decision else 0, lost, *(each.revision for each in named))
        if key not in known:
            known[key] = _verdict(decision, named, of_file=found.has_files, lost=lost)
        verdict = known[key]
        if verdict.dropped:
            verdicts.rows[position] = verdict
            if item.file and not verdict.excluded:
                secrets.files.setdefault(
                    item.file.ref.sha256, verdict.basis
                )  # the same picture elsewhere would tell what was kept back
            continue
        removed = verdict.of_row(item.row).removed if verdict.kept or verdict.covers else []
        secrets.cover(removed, verdict.basis)
        if removed or verdict.kept or (verdict.covers and item.file):
            verdicts.rows[position] = verdict
        elif verdicts.sweep is not None:
            verdicts.rows[position] = _GIVEN
    _learn_subjects(secrets, found, verdicts, subjects)
    return verdicts


def _others(found: CollectedCollection, standing: Standing) -> Verdict | None:
    """The verdict of all rows about which nothing was decided one by one; None when they differ or it asks more than a sweep."""
    rules = standing.rules.get(scope(found.system, found.name), ())
    rule = rules[0] if rules else None
    if rule and (rule.parts.condition or rule.choice not in {ItemChoice.REDACT, ItemChoice.INCLUDE}):
        return None
    verdict = _verdict(rule, standing.covering(rule), of_file=found.has_files, lost=_lost(rule, {}))
    return verdict if not verdict.covers or sweeps(verdict.covers, found.fields) else None


def _lost(decision: Decision | None, row: Mapping[str, Any]) -> bool:
    """Whether a decision takes more of an item than words that name somebody; an extract does."""
    if decision is not None and decision.choice is ItemChoice.EXTRACT:
        return True
    return any(tells(span, row) for span in spans_of(decision, ()))


def _verdict(decision: Decision | None, named: tuple[Decision, ...], *, of_file: bool, lost: bool) -> Verdict:
    choice = decision.choice if decision else ItemChoice.INCLUDE
    kept = decision.parts.spans if decision and choice is ItemChoice.EXTRACT else ()
    covers = spans_of(decision, named)
    basis = decision.basis if decision else None
    looked = bool(decision and decision.parts.looked)
    return Verdict(choice, basis or (Basis.THIRD_PARTY.value if named else None), kept, covers, looked, of_file, lost)


def _learn(
    secrets: Secrets, decision: Decision | None, row: Mapping[str, Any], subjects: dict[str, str | None], *, overrides: bool
) -> None:
    if decision is None or decision.rule:
        return  # a rule keeps back internal collections whole; its texts recur where they belong to the requester
    if decision.choice in KEPT_BACK:
        secrets.withhold((value for name, value in row.items() if name not in _APART), decision.basis)
        if subject := row.get(SUBJECT):
            subjects.setdefault(str(subject), decision.basis)
    elif decision.choice is ItemChoice.INCLUDE and overrides:
        secrets.give(row.values())


def _learn_subjects(secrets: Secrets, found: CollectedCollection, verdicts: Verdicts, subjects: Mapping[str, str | None]) -> None:
    """Subjects of messages that are kept back, but for those that a message has that is given: there it is that one's own."""
    if not subjects or SUBJECT not in found.fields:
        return
    every = enumerate(itertools.chain.from_iterable(found.column(SUBJECT)))
    given = {plain_subject(str(value)) for at, value in every if value and not ((one := verdicts.of(at)) and one.dropped)}
    for subject, basis in subjects.items():
        if plain_subject(subject) not in given:
            secrets.withhold([subject], basis)


def _named(balance: Decision, row: Mapping[str, Any]) -> bool:
    assert balance.parts.person is not None
    words = tuple(Span(words=name) for name in balance.parts.person.names)
    return bool(cover_row(row, words).removed)


def _lines(found: CollectedCollection, standing: Standing, *, every: bool) -> Iterator[tuple[int, bytes]]:
    """The rows that have to be read: all of a collection that decisions name, else those in which a person seems to be."""
    if every:
        yield from enumerate(found.raw_lines())
        return
    names = [name for each in standing.people if each.parts.person for name in each.parts.person.names]
    # The longest word of each name, as a first look; a name that is hidden from it is found in what leaves, and stops that.
    tokens = [max(normal(name).split(), key=len) for name in names]
    for position, line in enumerate(found.raw_lines()):
        text = line.decode(errors="replace")
        text = text.lower() if text.isascii() else normal(text)
        if any(token in text for token in tokens):
            yield position, line
