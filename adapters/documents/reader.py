"""Has documents read, drawn and covered in a child process: PDF, pictures, office documents (`security.md` section 7, V15).

Whatever a hostile one does to the child, the answer here is "cannot be done" and the next one is read.
Next: activities/package_files.py
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Final, Self

from adapters.children.asking import Child
from adapters.documents.shapes import About, CoveredDocument, Letters, PageLetters, UncoverableError, Wish
from domain.archives import Unsearched
from domain.redaction import Area, Covered, Span

MOST_BYTES: Final = 64 * 2**20  # of a document
PATIENCE: Final = 30.0  # seconds for one look; whoever waits behind it waits as long
_COVERING: Final = 8  # times as long, since 200 pages that become pictures take 15 seconds on a quiet core
_LENGTH: Final = 4


class DocumentReader:
    """Reads one document at a time. Thread-safe."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """`patience` in seconds per document."""
        self._child = Child("adapters.documents.child", patience=patience)
        self._pulse: Callable[[], object] = lambda: None

    def pulsing(self, pulse: Callable[[], object]) -> Self:
        """The same reader for one piece of work; `pulse` is called about once a second while it waits or reads."""
        other = copy(self)
        other._pulse = pulse  # noqa: SLF001 (one of these)
        return other

    def about(self, content: bytes) -> About:
        """What kind of document it is; of no kind when nobody can open it."""
        answer = self._ask(Wish(do="about"), content)
        return About.model_validate_json(answer) if answer else About()

    def page(self, content: bytes, number: int = 1, spans: Sequence[Span] = ()) -> bytes:
        """A page of a PDF, or a picture, as a PNG with areas and words in black; empty when it cannot be drawn."""
        areas, words = _drawn_of(span for span in spans if span.area is None or span.area.page == number)
        return self._ask(Wish(do="page", page=number, areas=areas, words=words), content)

    def page_letters(self, content: bytes, number: int = 1) -> PageLetters | None:
        """What can be read on a page of a PDF, shown or not; None when it could not be read within the limits."""
        answer = self._ask(Wish(do="page_letters", page=number), content)
        return PageLetters.model_validate_json(answer) if answer else None

    def cover(self, content: bytes, spans: Sequence[Span], *, looked: bool = False, every: bool = False) -> Covered:
        """A PDF or a picture without its parts.

        Args:
            content: the document.
            spans: areas, words, and what the file says of itself; other spans are none of its parts.
            looked: somebody looked at every page.
            every: each page becomes a picture.

        Raises:
            UncoverableError: there is no way to be certain.
        """
        areas, words = _drawn_of(spans)
        wish = Wish(
            do="cover",
            areas=areas,
            words=words,
            about_file=any(span.about_file for span in spans),
            every=every,
            looked=looked,
        )
        answer = self._ask(wish, content, times=_COVERING)
        if not answer:
            raise UncoverableError
        head = int.from_bytes(answer[:_LENGTH], "big") + _LENGTH
        told = CoveredDocument.model_validate_json(answer[_LENGTH:head])
        if told.failed:
            raise UncoverableError
        return Covered(answer[head:], told.removed)

    def search(self, content: bytes) -> list[tuple[str, bytes]]:
        """What can be read in a PDF beyond its bare bytes.

        Raises:
            UncoverableError: it could not be read within the limits.
        """
        answer = self._ask(Wish(do="search"), content)
        if not answer:
            raise UncoverableError
        parts, at = [], 0
        while at < len(answer):
            end = at + _LENGTH + int.from_bytes(answer[at : at + _LENGTH], "big")
            parts.append(answer[at + _LENGTH : end])
            at = end
        return [(name.decode(), text) for name, text in zip(parts[1::2], parts[2::2], strict=True)]

    def letters(self, content: bytes) -> Letters:
        """The text of any file with that of the files inside it, as far as it can be read within the limits."""
        answer = self._ask(Wish(do="letters"), content)
        if not answer:
            return Letters(why=Unsearched.LONG if len(content) > MOST_BYTES else Unsearched.UNOPENED)
        return Letters.model_validate_json(answer)

    def plain_tags(self, page: str) -> str:
        """A page of HTML with tags of text alone, without attributes, scripts and comments.

        Raises:
            UncoverableError: it could not be read within the limits, as one that is nested a hundred thousand deep.
        """
        answer = self._ask(Wish(do="plain_tags"), page.encode())
        if not answer:
            raise UncoverableError
        return answer.decode()

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _ask(self, wish: Wish, content: bytes, *, times: float = 1) -> bytes:
        if len(content) > MOST_BYTES:
            return b""
        return self._child.ask(wish.model_dump(mode="json"), content, self._pulse, times=times)


def _drawn_of(spans: Iterable[Span]) -> tuple[tuple[Area, ...], tuple[str, ...]]:
    """Areas, and words that are covered wherever they stand."""
    every = list(spans)
    areas = tuple(span.area for span in every if span.area)
    return areas, tuple(span.words for span in every if span.words is not None and span.field is None)
