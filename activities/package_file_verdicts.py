"""What becomes of each file of one collection: covered, drawn anew, withheld whole, or given as it is.

A file that cannot be covered for certain is withheld whole, with the basis of what had to go. Next: activities/package_data.py
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from activities.leak_search import Secrets, found_in
from activities.package_files import LARGEST, Covering
from activities.package_verdicts import Verdict, Verdicts
from adapters.collected import CollectedCollection, CollectedFile, Item
from adapters.database.item_decisions import Decision, Standing, spans_of
from adapters.documents.shapes import is_picture
from adapters.file_texts import extract_file
from adapters.layers import normal
from domain.redaction import Covered, Span
from domain.withholding import Basis, ItemChoice

_HELD: Final = 64 * 2**20  # bytes of covered files that wait for their turn in the package; others are covered twice
_ABOUT_FILE: Final = Span(about_file=True)


@dataclass
class FileJudge:
    """Looks into the files of a case.

    Args:
        standing: what was decided.
        secrets: learns what must not leave.
        covering: how files are covered.
        pulse: called before each file.
    """

    standing: Standing
    secrets: Secrets
    covering: Covering
    pulse: Callable[[], object] = lambda: None
    _held: dict[str, bytes] = field(default_factory=dict)
    _bytes: int = 0

    def judge(self, found: CollectedCollection, verdicts: Verdicts, *, of_others: bool) -> None:
        """Complete the verdicts of the files of a collection.

        Args:
            found: the collection.
            verdicts: of its rows.
            of_others: the data map says that somebody else gave them, so what a picture says of itself is theirs.
        """
        if not verdicts and not self.standing.people and not of_others:
            return
        for item in found.items():
            verdict = verdicts.of(item.position)
            if item.file is not None and not (verdict and verdict.dropped):
                self.pulse()
                self._judge(found, item, item.file, verdicts, of_others=of_others)

    def released(self, found: CollectedCollection, file: CollectedFile, verdict: Verdict) -> bytes:
        """A file as it leaves."""
        if file.item in self._held:
            content = self._held.pop(file.item)
            self._bytes -= len(content)
            return content
        content_now = _content(found, file)
        covered = None if content_now is None else self._cover(content_now, verdict)
        assert covered is not None  # `judge` withholds what cannot be covered
        return bytes(covered.value)

    def _judge(self, found: CollectedCollection, item: Item, file: CollectedFile, verdicts: Verdicts, *, of_others: bool) -> None:
        decision = self.standing.of(item.id, item.row)
        people = self.standing.covering(decision)
        verdict = verdicts.of(item.position) or Verdict(ItemChoice.INCLUDE, None)
        content = _content(found, file)
        covers = verdict.covers
        if not people and _released_on_purpose(decision, overrides=bool(self.standing.people)):
            self.secrets.looked.add(file.ref.sha256)
        elif content is not None:
            named = [each for each in people if found_in(item.id, content, _names(each), self.covering.documents)]
            theirs = of_others and is_picture(content) and bool(self.covering.documents.about(content).says)
            covers = tuple(dict.fromkeys((*covers, *spans_of(None, named), *([_ABOUT_FILE] if theirs else []))))
        if not covers and not verdict.kept:
            return
        basis = verdict.basis or (Basis.THIRD_PARTY.value if covers else None)
        verdict = replace(verdict, basis=basis, covers=covers)
        if not verdict.in_file:
            return  # its row alone loses something
        covered = None if content is None else self._cover(content, verdict)
        if covered is None:
            # Too large, or of a kind that cannot be covered for certain.
            verdicts.rows[item.position] = Verdict(ItemChoice.WITHHOLD, basis or Basis.THIRD_PARTY.value)
            self.secrets.files.setdefault(file.ref.sha256, basis)
            return
        self.secrets.cover(covered.removed, basis)
        if covered.value == content and not verdict.of_row(item.row).removed:
            verdicts.rows.pop(item.position, None)  # there was nothing to cover
            return
        verdict = replace(verdict, lost=verdict.lost or covered.lost)
        verdicts.rows[item.position] = verdict
        if covered.value != content:
            self.secrets.files.setdefault(file.ref.sha256, basis)  # the same file elsewhere would tell what is under the cover
        if self._bytes + len(covered.value) <= _HELD:
            self._held[item.id] = covered.value
            self._bytes += len(covered.value)

    def _cover(self, content: bytes, verdict: Verdict) -> Covered | None:
        """A file without its parts; None when that cannot be made for certain."""
        if verdict.kept:
            extracted = extract_file(content, verdict.kept, verdict.covers, self.covering.documents)
            return extracted and Covered(extracted.value.encode(), extracted.removed)
        if not any(span.field is None for span in verdict.covers):
            return Covered(content)
        return replace(self.covering, looked=verdict.looked).cover(content, verdict.covers)


def _released_on_purpose(decision: Decision | None, *, overrides: bool) -> bool:
    """Somebody decided about this very file to give it as it is, after a look or after a balance."""
    if decision is None or decision.rule or decision.choice is not ItemChoice.INCLUDE:
        return False
    return overrides or decision.parts.looked


def _names(balance: Decision) -> tuple[str, ...]:
    assert balance.parts.person is not None
    return tuple(map(normal, balance.parts.person.names))


def _content(found: CollectedCollection, file: CollectedFile) -> bytes | None:
    if file.ref.bytes > LARGEST:
        return None
    with found.read(file.ref) as reader:
        return b"".join(reader)
