"""In which language the copy and its letter speak: that of the case's letters (Article 12(1): intelligible).

The words of German and French are data, one file a language in `package_translations`, by their English sentence; English stands
where it is used. What the controller wrote is translated in its data map. Next: activities/package_words.py
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from adapters.translations import sentences
from domain.incoming import Language

FOLDER: Final = Path(__file__).resolve().parent / "package_translations"
_language: Final[ContextVar[Language]] = ContextVar("language of the copy", default="en")
_ARTICLE: Final = re.compile(r"Article\s(\d+)(?:\((\w+)\))?(?:\((\w)\))?")
# How a provision is cited: article, paragraph, letter; then the names of the laws. British acts keep their own names.
_CITED: Final[dict[Language, tuple[tuple[str, str, str], dict[str, str]]]] = {
    "de": (
        ("Artikel\u00a0{}", " Absatz\u00a0{}", " Buchstabe\u00a0{}"),
        {" UK GDPR": " der UK GDPR", " GDPR": " DSGVO", " and national law": " und nationales Recht"},
    ),
    "fr": (
        ("article\u00a0{}", ", paragraphe\u00a0{}", ", point\u00a0{}"),
        {" UK GDPR": " du RGPD britannique", " GDPR": " du RGPD", " and national law": " et droit national"},
    ),
}


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """What is called inside says its words in a language."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def current() -> Language:
    """The language that is spoken; English outside of `speaking`."""
    return _language.get()


def known(language: str | None) -> Language:
    """One of our languages by the code that a case has; English where it has none of them."""
    return "de" if language == "de" else "fr" if language == "fr" else "en"


def say(sentence: str, **facts: object) -> str:
    """An English sentence in the language that is spoken; `%(name)s` in it are what a fact says."""
    said = sentences(FOLDER, current()).get(sentence, sentence)
    return said % facts if facts else said


def labelled(label: str, text: str) -> str:
    """Two parts of a line with a colon between them."""
    return f"{label}{say(': ')}{text}"


def listed(texts: Iterable[str]) -> str:
    """Texts with a semicolon between them."""
    return say("; ").join(texts)


def cited(provisions: str) -> str:
    """Provisions of the GDPR as its text in the language that is spoken cites them."""
    if current() not in _CITED:
        return provisions
    parts, laws = _CITED[current()]

    def named(article: re.Match[str]) -> str:
        return "".join(part.format(value) for part, value in zip(parts, article.groups(), strict=True) if value)

    said = _ARTICLE.sub(named, provisions)
    for english, own in laws.items():
        said = re.sub(rf"(?<!der){english}", own, said)
    return said
