"""Tells proofs of identity that nobody asked for by what they say (P81, Articles 5(1)(c), 12(6)).

Certain is only a machine-readable zone whose check digits hold (ICAO 9303, parts 4 to 7): nothing else has one. Names of files,
words of such documents and what a mail says of its attachments make a suspicion, which a person looks at.
Next: `adapters/incoming/documents.py`
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_NAMED = (
    r"passport|driv(?:ing|ers?)?.?licen[cs]e|id.?card\b|identity.?(?:card|document)|national.?id\b|photo.?id\b|"
    r"residence.?permit|birth.?certificate|personalausweis|reisepass|f[üu]hrerschein|ausweis|aufenthaltstitel|passeport|"
    r"carte.{0,3}d.{0,3}identit|pi[èe]ce.{0,3}d.{0,3}identit|\bcni\b|permis.?de.?conduire|titre.?de.?s[ée]jour"
)
_NAMES = re.compile(rf"{_NAMED}|(?:^|[^a-z])id(?:[^a-z]|$)", re.IGNORECASE)
_TITLES = re.compile(_NAMED, re.IGNORECASE)
_FIELDS: Final = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"date.of.birth|geburts(?:tag|datum)|date.de.naissance",
        r"place.of.birth|geburtsort|lieu.de.naissance",
        r"nationality|staatsangeh|nationalit",
        r"date.of.(?:issue|expiry)|expiry.date|valid.until|g[üu]ltig.bis|ausstellungs|date.d.(?:expiration|[ée]mission)",
        r"issuing.(?:authority|state)|ausstellende|autorit[ée]",
        r"document.n|passport.n|ausweisnummer|num[ée]ro.du",
    )
)
_MOST_FIELDS_BY_CHANCE: Final = 1
_WITH: Final = r"attach|enclos|copy|scan|photo|picture|anbei|anhang|angeh|beigef|kopie|foto|ci.?joint|joint|copie|num[ée]ris"
# In one sentence, in either order, a few words apart.
_SENT = re.compile(rf"(?:{_WITH})[^.!?\n]{{0,80}}(?:{_NAMED})|(?:{_NAMED})[^.!?\n]{{0,80}}(?:{_WITH})", re.IGNORECASE)
_LINE = re.compile(r"[A-Z0-9<]{30,44}")
_WEIGHTS: Final = (7, 3, 1)


class _Field(NamedTuple):
    """Where a number and its check digit stand: line and places."""

    line: int
    start: int
    end: int


# Number, birth and expiry of each format by (lines, letters a line); the check digit stands behind each.
_FORMATS: Final[dict[tuple[int, int], tuple[_Field, ...]]] = {
    (2, 44): (_Field(1, 0, 9), _Field(1, 13, 19), _Field(1, 21, 27)),  # TD3, MRV-A
    (2, 36): (_Field(1, 0, 9), _Field(1, 13, 19), _Field(1, 21, 27)),  # TD2, MRV-B
    (3, 30): (_Field(0, 5, 14), _Field(1, 0, 6), _Field(1, 8, 14)),  # TD1
}


def has_machine_readable_zone(text: str) -> bool:
    """Whether lines of a text are the machine-readable zone of a passport, a visa or an identity card, check digits included."""
    lines = ["".join(line.split()).upper() for line in text.splitlines() if line.strip()]
    return any(
        _holds(lines[at : at + count], width, fields) for at in range(len(lines)) for (count, width), fields in _FORMATS.items()
    )


def reads_like_document(text: str) -> bool:
    """Whether a text has the title and the field names of a proof of identity, or a line that only such a document has."""
    lines = ("".join(line.split()).upper() for line in text.splitlines())
    if any(_LINE.fullmatch(line) and line.count("<<") for line in lines):
        return True
    return _TITLES.search(text) is not None and sum(bool(field.search(text)) for field in _FIELDS) > _MOST_FIELDS_BY_CHANCE


def is_called_like_document(name: str) -> bool:
    """Whether a file's name is that of a proof of identity. A hint and no more."""
    return _NAMES.search(name.replace("_", " ")) is not None


def titles(text: str) -> bool:
    """Whether the name of a kind of document stands in what a file says of itself."""
    return _TITLES.search(text) is not None


def says_it_is_attached(text: str) -> bool:
    """Whether a mail says that a proof of identity comes with it."""
    return _SENT.search(text) is not None


def _holds(lines: Sequence[str], width: int, fields: Sequence[_Field]) -> bool:
    if not lines or any(len(line) != width or not _LINE.fullmatch(line) for line in lines):
        return False
    if max(field.line for field in fields) >= len(lines) or lines[0][0] not in "PVIAC":
        return False
    return all(_check(lines[line][start:end]) == lines[line][end] for line, start, end in fields)


def _check(letters: str) -> str:
    """The check digit of ICAO 9303 part 3, 4.9: A is 10, the filler 0, weights 7, 3, 1."""
    values = (0 if letter == "<" else int(letter, 36) for letter in letters)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)
