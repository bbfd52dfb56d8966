"""The printed sum of a clock in the language of a page: every step with its day and its source (Article 12(1)).

The sum is recorded in English, with the case. Its sentences stand in `translations/sum` by their English, with places for what
differs from case to case: days, holidays, calendars, what was asked for. Next: api/portal/pages.py
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from adapters.letter_words import day
from adapters.translations import sentences
from domain.deadline import SumLine
from domain.incoming import Language
from domain.place_names import place_name
from domain.regimes import MEMBER_STATES

FOLDER: Final = Path(__file__).resolve().parent / "translations" / "sum"
_LAWS: Final[dict[Language, dict[str, str]]] = {
    "de": {"UK GDPR": "UK GDPR", "EU GDPR": "DSGVO"},
    "fr": {"UK GDPR": "RGPD britannique", "EU GDPR": "RGPD"},
}
_LAW: Final = re.compile(r"(UK GDPR|EU GDPR)(?:, ([^:]+))?: (.+)")
_PLACE: Final = re.compile(r"%\((\w+)\)s")
_DAY: Final = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")


@dataclass(frozen=True)
class Step:
    """One line of the sum. `language` is that of its words."""

    step: str
    source: str
    date: date | None
    language: Language


def steps_in(lines: Iterable[SumLine], language: Language) -> list[Step]:
    """The lines in a language; one whose words are not known stays as it was recorded."""
    return [_step(line, language) for line in lines]


def _step(line: SumLine, language: Language) -> Step:
    step, source = spoken(line.step, language), spoken(line.source, language)
    if step is None or source is None:
        return Step(line.step, line.source, line.date, "en")
    return Step(step, source, line.date, language)


def spoken(text: str, language: Language) -> str | None:
    """A step or a source in a language; None where its words are not known."""
    if language == "en":
        return text
    law = _LAW.fullmatch(text)
    if law is None:
        return _said(text, language)
    said, place = _said(law[3], language), _calendar(law[2], language) if law[2] else ""
    named = ", ".join(filter(None, (_LAWS[language][law[1]], place)))
    return None if said is None else sentences(FOLDER, language)["%(law)s: %(step)s"] % {"law": named, "step": said}


def _said(text: str, language: Language) -> str | None:
    words = sentences(FOLDER, language)
    if text in words:
        return words[text]
    for pattern, english in _patterns(language):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = {name: _part(name, part, language) for name, part in found.groupdict().items()}
        if None not in parts.values():
            return words[english] % parts
    return None


def _part(name: str, text: str, language: Language) -> str | None:
    """What stands in a place of a sentence."""
    if name == "number":
        return text if text.isdigit() else None
    if _DAY.fullmatch(text):
        return day(datetime.strptime(text, "%d %B %Y").date(), language)  # noqa: DTZ007 (a day has no zone)
    if name == "calendars":
        return _calendars(text, language)
    if name == "reason":  # the name of a holiday is one in any language
        return _said(text, language) or ", ".join(_said(each, language) or each for each in text.split(", "))
    return text if name == "other" else _said(text, language)


def _calendars(text: str, language: Language) -> str:
    """One calendar or several, by the names of their countries."""
    both = sentences(FOLDER, language)[" and "]
    found = re.findall("|".join(sorted(map(re.escape, _calendar_names(language)), key=len, reverse=True)), text)
    return both.join(_calendar(each, language) for each in found) or text


def _calendar(name: str, language: Language) -> str:
    return _calendar_names(language).get(name, name)


@cache
def _calendar_names(language: Language) -> dict[str, str]:
    words = sentences(FOLDER, language)
    states = {title: place_name(code, language) for code, (title, _) in MEMBER_STATES.items()}
    return states | {name: words[name] for name in ("England and Wales", "days off in every Member State")}


@cache
def _patterns(language: Language) -> list[tuple[re.Pattern[str], str]]:
    """Each sentence with places, as what it is recognised by; the longest first, since it says most."""
    found = [english for english in sentences(FOLDER, language) if _PLACE.search(english)]
    return [(re.compile(_PLACE.sub(r"(?P<\1>.+)", _escaped(english))), english) for english in sorted(found, key=_weight)]


def _escaped(english: str) -> str:
    return "".join(part if number % 2 else re.escape(part) for number, part in enumerate(re.split(r"(%\(\w+\)s)", english)))


def _weight(english: str) -> int:
    return -len(_PLACE.sub("", english))
