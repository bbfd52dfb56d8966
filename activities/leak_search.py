"""The package is opened again and searched for everything that was covered or withheld (design section 7): fail closed.

Whatever is found names its place, without the words, and the package cannot be approved. Next: activities/package.py
"""

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO, Final

from adapters.documents.reader import DocumentReader
from adapters.layers import Layer, Layers, UnsearchableError, folded, normal
from domain.redaction import COVER, is_prose

SHORTEST: Final = 4  # letters: shorter words stand everywhere and are covered in their own item alone
SHORTEST_NUMBER: Final = 6  # digits
_PIECE: Final = 1_000_000
_AT_ONCE: Final = 100_000  # letters of layers that are looked at together
_MANY: Final = 20  # words
_FIRST: Final = 8  # parts of a text, before all of it
_NAMES: Final = range(5, 60)  # letters of what may be a name, and is sought without its accents too
# What joins the parts of a name in file names, addresses and tables.
_JOINTS: Final = re.compile(r"[\s_.+,;|/\\\"'\u2019-]+")
_STROKES: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_MOST_PLACES: Final = 50


class Secrets:
    """What must not leave: words under covers, texts of withheld items, withheld files; each with the basis of one of these."""

    def __init__(self) -> None:
        self._words: dict[str, str | None] = {}
        self._known: set[str] = set()  # the same words mostly come from thousands of rows
        self._given: list[str] = []
        self.files: dict[str, str | None] = {}
        self.looked: set[str] = set()  # files that somebody looked at and released as they are, whoever is named in them

    def cover(self, texts: Iterable[str], basis: str | None) -> None:
        """Words that were taken out of an item on a basis."""
        for text in texts:
            if text not in self._known:
                self._known.add(text)
                if _tells(found := normal(text)):
                    self._words.setdefault(found, basis)

    def withhold(self, values: Iterable[object], basis: str | None) -> None:
        """The values of an item that somebody withheld: its prose, since ids and dates stand elsewhere by right."""
        for value in values:
            if isinstance(value, str) and is_prose(value):
                self._words.setdefault(normal(value), basis)

    def give(self, texts: Iterable[object]) -> None:
        """An item that somebody looked at and included, though it names who is covered elsewhere: no secret any more."""
        self._given.append(normal(" ".join(text for text in texts if isinstance(text, str))))

    def needles(self, own: Iterable[str]) -> tuple[str, ...]:
        """What to search for; never the requester's own words, which the letter has."""
        theirs = {normal(word) for word in own} | {normal(COVER)}
        words = self._words.keys() - theirs
        return tuple(sorted(each for each in words if not any(_stands(each, text) for text in self._given)))

    def basis(self, words: Iterable[str]) -> str | None:
        """On which one the first of some words in normal form that have any was kept back."""
        return next((basis for each in words if (basis := self._words.get(each))), None)


def leaks(
    package: BinaryIO, secrets: Secrets, needles: tuple[str, ...], documents: DocumentReader, pulse: Callable[[], None]
) -> list[str]:
    """The members of a package in which something stands that must not leave, in every encoding and layer.

    Args:
        package: the zip as it would be sent.
        secrets: with the files that were withheld, and those that were released after a look.
        needles: in normal form.
        documents: reads PDF that come from the controller's systems; the letter is ours.
        pulse: called after each piece.
    """
    if not needles and not secrets.files:
        return []
    places: dict[str, None] = {}
    with zipfile.ZipFile(package) as zipped:
        for info in zipped.infolist():
            if len(places) >= _MOST_PLACES:
                break
            foreign = info.filename.startswith("data/")
            for piece in _pieces(zipped, info):
                digest = hashlib.sha256(piece).hexdigest() if foreign and (secrets.files or secrets.looked) else ""
                if digest in secrets.files:
                    places[f"{info.filename} (the same file is withheld or covered elsewhere)"] = None
                if digest not in secrets.looked:
                    place = _found(info.filename, piece, needles, documents if foreign else None)
                    places |= {place: None} if place else {}
                pulse()
    return list(places)


def found_in(name: str, content: bytes, needles: tuple[str, ...], documents: DocumentReader | None = None) -> bool:
    """Whether a file holds one of the words; one that cannot be searched does."""
    return _found(name, content, needles, documents) is not None


def _found(name: str, content: bytes, needles: tuple[str, ...], documents: DocumentReader | None) -> str | None:
    """The first place in a file where one of the words stands, or the file's name when it cannot be searched."""
    layers: list[Layer] = []
    letters = 0
    try:
        for layer in Layers(name, documents).read(content):
            layers.append(layer)
            letters += len(layer.text)
            if letters > _AT_ONCE:
                if place := _place(layers, needles):
                    return place
                layers, letters = [], 0
    except UnsearchableError:
        return _place(layers, needles) or f"{name} (cannot be searched)"
    return _place(layers, needles)


def _place(layers: Sequence[Layer], needles: tuple[str, ...]) -> str | None:
    """The first of some layers in which a word stands. They are looked at together first, since most hold no part of any."""
    together = folded("\n".join(layer.text for layer in layers))
    seeming = [needle for needle in _seeming(together, needles) if _pattern(needle, _FIRST).search(together)]
    found = [needle for needle in seeming if _pattern(needle).search(together)]
    for layer in layers if found else ():
        text = folded(layer.text)
        if any(_pattern(needle).search(text) for needle in found):
            return layer.place
    return None


@lru_cache(maxsize=5_000)
def _pattern(needle: str, most: int | None = None) -> re.Pattern[str]:
    """Finds a name or a text, or the first parts of it, joined in any way and not inside longer words."""
    parts = (_parts(needle) or [needle])[:most]
    first, *rest = map(re.escape, parts)
    # Begun by letters, since then the search leaps to them.
    begin = f"{first}(?<![^\\W_]{first})" if parts[0][0].isalnum() else first
    end = r"(?![^\W_])" if parts[-1][-1].isalnum() else ""
    return re.compile(_JOINTS.pattern.join([begin, *rest]) + end)


def _parts(needle: str) -> list[str]:
    return _JOINTS.sub(" ", needle).split()


def _seeming(text: str, needles: tuple[str, ...]) -> list[str]:
    """The words of which a part stands in a text."""
    tokens = _tokens(needles)
    # Of many words, each is looked for where every word of the text stands once.
    where = text if len(tokens) < _MANY else "\n".join(set(text.split()))
    return [needle for token, mine in tokens if token.search(where) for needle in mine]


@lru_cache(maxsize=16)
def _tokens(needles: tuple[str, ...]) -> list[tuple[re.Pattern[str], list[str]]]:
    """All spellings of the words, by their longest part, which stands wherever they do."""
    tokens: dict[str, list[str]] = {}
    for needle in _spelled(needles):
        tokens.setdefault(max(_parts(needle) or [needle], key=len), []).append(needle)
    return [(re.compile(re.escape(token)), mine) for token, mine in tokens.items()]  # finds it in half the time that `in` takes


def _spelled(needles: tuple[str, ...]) -> Iterable[str]:
    """Words, and names also without their accents: whoever is called Müller is Muller or Mueller in an address."""
    plain = (each for needle in needles if not needle.isascii() and len(needle) in _NAMES for each in _without_accents(needle))
    return dict.fromkeys((*needles, *plain))


def _without_accents(needle: str) -> Iterator[str]:
    for table in (_STROKES, _STROKES | _TWO_LETTERS):
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", needle).translate(table))
        yield "".join(letter for letter in apart if not unicodedata.combining(letter))


def _pieces(zipped: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member whole, or cut at line ends where it is rows of ours, so that memory stays flat."""
    ours = info.filename.endswith((".json", ".csv")) and not any(part in info.filename for part in ("/files/", "/by-hand/"))
    with zipped.open(info) as member:
        if not ours:
            yield member.read()
            return
        while piece := member.read(_PIECE):
            yield piece + member.readline()


def _stands(needle: str, text: str) -> bool:
    """Whether a word stands in a text, and not as a part of a longer one."""
    at = text.find(needle)
    while at >= 0:
        after = at + len(needle)
        inside = at > 0 and text[at - 1].isalnum() and needle[0].isalnum()
        if not inside and not (after < len(text) and text[after].isalnum() and needle[-1].isalnum()):
            return True
        at = text.find(needle, at + 1)
    return False


def _tells(text: str) -> bool:
    return len(text) >= (SHORTEST_NUMBER if text.replace(" ", "").replace(".", "").isdigit() else SHORTEST)
