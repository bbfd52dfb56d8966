"""What becomes of each row and file of one collection when the package is built: decided once, applied to JSON, CSV and pages.

Only a collection that a decision names, or in which a covered person is named, is read row by row.
Next: activities/package_data.py
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from activities.leak_search import Secrets, found_in
from activities.package_files import LARGEST, cover_file, extract_file
from adapters.collected import CollectedCollection, CollectedFile
from adapters.database.item_decisions import Decision, Standing, spans_of
from adapters.layers import normal
from domain.redaction import Covered, Span, cover_row, extract_row
from domain.withholding import EXCLUSIONS, Basis, ItemChoice


@dataclass(frozen=True)
class Verdict:
    """What becomes of an item that is not simply given.

    Args:
        choice: of the decision; `include` where only a person is covered in it.
        basis: of what is kept back.
        kept: the parts of an extract.
        covers: the parts that are covered.
    """

    choice: ItemChoice
    basis: str | None
    kept: tuple[Span, ...] = ()
    covers: tuple[Span, ...] = ()

    @property
    def dropped(self) -> bool:
        """Nothing of it is in the package."""
        return self.choice is ItemChoice.WITHHOLD or self.excluded

    @property
    def excluded(self) -> bool:
        """It was never part of the answer."""
        return self.choice in EXCLUSIONS

    @property
    def fields(self) -> frozenset[str] | None:
        """The fields that are covered whole, where nothing else is asked; else None, and the row has to be read."""
        plain = not self.kept and all(span.words is None and span.start is None for span in self.covers)
        return frozenset(span.field for span in self.covers if span.field) if plain else None

    def of_row(self, row: Mapping[str, Any]) -> Covered:
        """A row as it leaves."""
        in_row = tuple(span for span in self.kept if span.field)  # of a file, the extract is of its text
        given = extract_row(row, in_row) if in_row else row
        return cover_row(given, self.covers)


def judged(found: CollectedCollection, standing: Standing, secrets: Secrets) -> dict[int, Verdict]:
    """The verdicts of a collection, by position; an item that is not there is given as it is.

    Args:
        found: the collection.
        standing: what was decided.
        secrets: learns what must not leave.
    """
    about = standing.about(found.system, found.name)
    if not about and not standing.people:
        return {}
    known: dict[tuple[int, ...], Verdict] = {}
    verdicts = {}
    for position, line in _lines(found, standing, every=about):
        item = found.item_at(position, line)
        decision = standing.of(item.id, item.row)
        people = standing.covering(decision)
        named = tuple(each for each in people if _named(each, item.row))
        _learn(secrets, decision, item.row, overrides=len(people) < len(standing.people))
        key = (decision.revision if decision else 0, *(each.revision for each in named))
        if key not in known:
            known[key] = _verdict(decision, named)
        verdict = known[key]
        if verdict.dropped or verdict.kept or verdict.covers:
            verdicts[position] = verdict
            if not verdict.dropped:
                secrets.cover(verdict.of_row(item.row).removed)
            elif item.file and not verdict.excluded:
                secrets.files.add(item.file.ref.sha256)  # the same picture elsewhere would tell what was kept back
    return verdicts


def _verdict(decision: Decision | None, named: tuple[Decision, ...]) -> Verdict:
    choice = decision.choice if decision else ItemChoice.INCLUDE
    kept = decision.parts.spans if decision and choice is ItemChoice.EXTRACT else ()
    covers = spans_of(decision, named)
    basis = decision.basis if decision else None
    return Verdict(choice, basis or (Basis.THIRD_PARTY.value if named else None), kept, covers)


def _learn(secrets: Secrets, decision: Decision | None, row: Mapping[str, Any], *, overrides: bool) -> None:
    if decision is None or decision.rule:
        return  # a rule keeps back internal collections whole; its texts recur where they belong to the requester
    if decision.choice is ItemChoice.WITHHOLD:
        secrets.withhold(row.values())
    elif decision.choice is ItemChoice.INCLUDE and overrides:
        secrets.give(row.values())


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


def judged_files(
    found: CollectedCollection,
    standing: Standing,
    verdicts: dict[int, Verdict],
    secrets: Secrets,
    pulse: Callable[[], None],
) -> None:
    """Look into the files that may have to be covered; one that cannot be covered for certain is withheld whole.

    Args:
        found: the collection.
        standing: what was decided.
        verdicts: of its rows; those of files are completed here.
        secrets: learns what must not leave.
        pulse: called after each file.
    """
    if not verdicts and not standing.people:
        return
    for item in found.items():
        verdict = verdicts.get(item.position)
        if item.file is None or (verdict and verdict.dropped):
            continue
        pulse()
        people = standing.covering(standing.of(item.id, item.row))
        covers = verdict.covers if verdict else ()
        kept = verdict.kept if verdict else ()
        content = _content(found, item.file)
        if content is not None and people:
            named = [each for each in people if found_in(item.id, content, _names(each))]
            covers = tuple(dict.fromkeys((*covers, *spans_of(None, named))))
        if content is None and not (people or kept or any(span.field is None for span in covers)):
            continue
        basis = (verdict.basis if verdict else None) or (Basis.THIRD_PARTY.value if covers else None)
        released = None if content is None else released_file(content, kept, covers)
        if released is None and (covers or kept):
            verdicts[item.position] = Verdict(ItemChoice.WITHHOLD, basis or Basis.THIRD_PARTY.value)
        elif released is not None:
            secrets.cover(released.removed)
            if covers or kept:
                choice = verdict.choice if verdict else ItemChoice.INCLUDE
                verdicts[item.position] = Verdict(choice, basis, kept, covers)


def released_file(content: bytes, kept: tuple[Span, ...], covers: tuple[Span, ...]) -> Covered | None:
    """A file as it leaves; None when that cannot be made for certain."""
    if kept:
        extracted = extract_file(content, kept)
        if extracted is None:
            return None
        content = extracted
    if not any(span.field is None for span in covers):
        return Covered(content)
    return cover_file(content, covers)


def _names(balance: Decision) -> tuple[str, ...]:
    assert balance.parts.person is not None
    return tuple(map(normal, balance.parts.person.names))


def _content(found: CollectedCollection, file: CollectedFile) -> bytes | None:
    if file.ref.bytes > LARGEST:
        return None
    with found.read(file.ref) as reader:
        return b"".join(reader)
