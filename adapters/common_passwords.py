"""Says whether a password is one that anybody would try first (ASVS 6.2.4, 6.2.11, 6.2.12), without asking a service.

Lists of leaked passwords are shapes over few words: a word, doubled or with a year or a row of keys behind it, letters written as
digits. What is left of a password when those are taken away has to be something. Next: adapters/passwords.py
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_LEFT: Final = 6  # letters that nobody could have named before
_SHORTEST_NAME: Final = 4  # shorter ones stand in too many words
_FEWEST_DIFFERENT: Final = 5  # "aaaaaaaaaaaa" is long and no secret

# Our own list: what the published ones are made of, in the languages of the letters.
_WORDS: Final = frozenset(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split())
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)
_RUN: Final = 4  # letters side by side on a keyboard or in the alphabet
_LEET: Final = str.maketrans("0134578@$!|+", "oieastbasilt")
_RUNS: Final = {row[at : at + _RUN] for line in _ROWS for row in (line, line[::-1]) for at in range(len(line) - _RUN + 1)}


def is_common(password: str, about: Iterable[str] = ()) -> bool:
    """Whether guessing would begin here.

    Args:
        password: as it was typed.
        about: names that whoever knows the account knows too: of the person, the mailbox, the controller.
    """
    if len(set(password)) < _FEWEST_DIFFERENT:
        return True
    names = {part for name in about for part in re.split(r"[\W\d_]+", name.lower()) if len(part) >= _SHORTEST_NAME}
    return any(len(set(_left(plain, names))) < _LEFT for plain in (_letters(password), _letters(password.translate(_LEET))))


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())


def _left(plain: str, names: set[str]) -> str:
    for word in sorted({*_WORDS, *names}, key=len, reverse=True):
        plain = plain.replace(word, "")
    for run in _RUNS:
        plain = plain.replace(run, "")
    return plain
