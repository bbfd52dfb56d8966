"""The words of a data map in each language of letters, pages and copies (Article 12(1): intelligible).

`translations` has them by the text that stands in the map; what it lacks is said as it stands. Which texts people are shown is
said where they are declared (`Words`, `Named`). Next: domain/datamap.py
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeVar, get_args

from domain.datamap_parts import Part, Spoken
from domain.datamap_shape import Broken, Content
from domain.datamap_systems import DataField
from domain.datamap_text import Path
from domain.incoming import Language

P = TypeVar("P", bound=Part)
Translations = Mapping[Language, Mapping[str, str]]
_NAMES: Final[dict[Language, str]] = {"en": "English", "de": "German", "fr": "French"}
_LONGEST: Final = 60  # letters of a text that a finding repeats


def said_in(part: P, words: Mapping[str, str]) -> P:
    """The same part of a data map with the texts that people are shown replaced, where there is a translation."""
    shown = _shown(type(part))
    return part.model_copy(
        update={name: _said(getattr(part, name), words, shown=name in shown) for name in type(part).model_fields},
    )


def _said(value: Any, words: Mapping[str, str], *, shown: bool) -> Any:  # noqa: ANN401 (whatever a key of a data map holds)
    if isinstance(value, Part):
        return said_in(value, words)
    if isinstance(value, tuple):
        return tuple(_said(each, words, shown=shown) for each in value)
    if isinstance(value, dict):
        return {name: _column(name, each, words) if isinstance(each, DataField) else each for name, each in value.items()}
    return words.get(value, value) if shown and isinstance(value, str) else value


def _column(name: str, field: DataField, words: Mapping[str, str]) -> DataField:
    """A field; one without a title is called by its name, which can be translated like a title."""
    said = said_in(field, words)
    return said.model_copy(update={"title": words.get(field.called(name), field.title)})


def broken_language_rules(content: Content) -> Iterator[Broken]:
    """What people would be shown in another language than that of their letter, and translations of what is not there."""
    texts = list(_texts(content))
    lacking = _lacking(content)
    if lacking:
        names = " and ".join(_NAMES[each] for each in lacking)
        sentence = (
            f"Letters, pages and copies in {names} say the words of this map as they stand: `translations` has none for them."
        )
        yield ("translations",), sentence, "note"
    asked: set[str] = set()
    for path, text, needed in texts:
        without = [_NAMES[each] for each, words in content.translations.items() if text not in words]
        if needed and without and text not in asked:
            asked.add(text)
            yield path, f"No {' and no '.join(without)} for “{_cut(text)}” in `translations`: it is said as it stands.", "note"
    there = {text for _, text, _ in texts}
    for language, words in content.translations.items():
        for text in words.keys() - there:
            yield ("translations", language, text), "No text of this map reads so: this is never said.", "warning"


def written_in(translations: Translations, wish: Language) -> Language:
    """The language of the file itself: that of the controller's pages, unless there is a translation into it."""
    return next(language for language in (wish, *_NAMES) if language not in translations or len(translations) == len(_NAMES))


def _lacking(content: Content) -> list[Language]:
    """Languages without translations, but for the one that the file is written in."""
    own = written_in(content.translations, content.controller.language if content.controller else "en")
    return [language for language in _NAMES if language not in content.translations and language != own]


def _texts(content: Content) -> Iterator[tuple[Path, str, bool]]:
    """Every text that people are shown: where it stands, and whether a language needs its own for it."""
    if content.controller:
        yield from _texts_of(("controller",), content.controller)
    for section in (content.categories, content.purposes, content.recipients, content.retention):
        for path, part in section.items():
            yield from _texts_of(path, part)
    for path, system in content.systems.items():
        yield (*path, "title"), system.title, True
    for path, collection in content.collections.items():
        yield from _texts_of(path, collection)


def _texts_of(path: Path, part: Part) -> Iterator[tuple[Path, str, bool]]:
    shown = _shown(type(part))
    for name in type(part).model_fields:
        yield from _texts_in((*path, name), getattr(part, name), needed=shown.get(name))


def _texts_in(path: Path, value: Any, *, needed: bool | None) -> Iterator[tuple[Path, str, bool]]:  # noqa: ANN401 (as above)
    if isinstance(value, Part):
        yield from _texts_of(path, value)
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _texts_in((*path, number), each, needed=needed)
    elif isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, DataField):
                yield (*path, name), each.called(name), True
                if each.description:
                    yield (*path, name, "description"), each.description, True
    elif needed is not None and isinstance(value, str):
        yield path, value, needed


@cache
def _shown(part: type[Part]) -> dict[str, bool]:
    """The keys of a part whose texts people are shown, and whether each language needs its own."""
    found = {}
    for name, field in part.model_fields.items():
        marks = [mark for mark in (*field.metadata, *_marks(field.annotation)) if isinstance(mark, Spoken)]
        if marks:
            found[name] = marks[0].needed
    return found


def _marks(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 (an annotation may be anything)
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        yield from _marks(inner)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
