"""Whether a text is meant by an identifier or an agreed term, and which words of the index it needs.

Next: adapters/archives/searching.py
"""

from collections.abc import Callable

from domain.archives import addresses_in, folded, keys_of_folded, numbers_in, phrase, tail_of, words_of
from domain.errors import InvalidInputError
from domain.normal import normal_email


def test_of(key: str, kind: str | None) -> tuple[list[str], bool, Callable[[str], bool]] | None:
    """The words a message needs, whether they are enough, and otherwise whether a text of it is meant."""
    if kind == "email":
        try:
            form = normal_email(key)
        except InvalidInputError:
            return None
        return sorted(keys_of_folded(folded(key)) - set(words_of(key))) or words_of(key), False, lambda text: form in _forms(text)
    if kind == "phone":
        tail = tail_of(key)
        return ([f"#{tail}"], False, lambda text: tail in numbers_in(text)) if tail else None
    words = words_of(key)
    if not words:
        return None
    sought = phrase(words)
    return words, len(words) == 1, lambda text: sought.search(folded(text)) is not None


def _forms(text: str) -> set[str]:
    forms = set()
    for address in set(addresses_in(text)):
        try:
            forms.add(normal_email(address))
        except InvalidInputError:
            continue
    return forms
