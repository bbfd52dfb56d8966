"""What the pages and the letter quote, without what is covered in the records: a quotation is no item that could be covered.

Terms that were agreed for a search and what the person said of a disputed record can name somebody who is covered elsewhere; then
the search of what leaves would bar the package, and nobody could cover it there. Next: activities/package_view.py
"""

from collections.abc import Sequence
from dataclasses import replace

from activities.leak_search import found_in
from activities.package_sources import CaseFile
from domain.redaction import COVER, Span, cover_text

_LONGEST = 500  # letters of one span


def hiding(case: CaseFile, needles: tuple[str, ...]) -> CaseFile:
    """A case without words, in normal form, in its agreed terms and in what was said of its disputed records."""
    scopes = {
        name: scope.model_copy(update={"terms": tuple(_without(term, needles) for term in scope.terms)})
        for name, scope in case.scopes.items()
    }
    disputed = tuple(replace(each, says=_without(each.says, needles)) for each in case.disputed)
    return replace(case, scopes=scopes, disputed=disputed)


def _without(text: str, needles: Sequence[str]) -> str:
    here = tuple(each for each in needles if found_in("", text.encode(), (each,))) if text else ()
    if not here:
        return text
    after = str(cover_text(text, [Span(words=each) for each in here if len(each) <= _LONGEST]).value)
    return COVER if found_in("", after.encode(), here) else after
