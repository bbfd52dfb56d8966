"""The words that letters are made of: rights as a person would say them, dates, counts, masks, reasons (Article 12(1)).

Next: `adapters/letters.py`
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.letter_languages import WORDS, count_in, day_in
from domain.deadline_period import add_months
from domain.incoming import Language
from domain.rights import Right
from domain.withholding import silent

ASKED: dict[Right, str] = {
    Right.ACCESS: "A copy of your data",
    Right.RECTIFICATION: "That we correct your data",
    Right.ERASURE: "That we delete your data",
    Right.RESTRICTION: "That we pause the use of your data while something is checked",
    Right.PORTABILITY: "Your data in a form that you can take elsewhere",
    Right.OBJECTION: "That we stop using your data in a certain way",
    Right.AUTOMATED_DECISION_REVIEW: "That a person looks at a decision made by a machine",
    Right.WITHDRAW_CONSENT: "To withdraw a consent",
    Right.TRANSFER_INFORMATION: "To know to which countries your data was sent",
    Right.COMPLAINT: "A complaint about how your data was handled",
    Right.MINOR_REPORT: "A report about a child's account",
}
# The codes of item decisions; `activities/package_words.py` has them with their sources for the letter inside the package.
WITHHELD: dict[str | None, str] = {
    "third_party": "this is about other people as well",
    "privilege": "this is confidential advice from lawyers, or about legal claims",
    "not_personal_data": "this is not data about you",
}
NO_BREAK = "\N{NO-BREAK SPACE}"
_DAYS_IN_WORDS = 95  # beyond that a number of days says nothing (mockups, rule 6)


@dataclass(frozen=True)
class Withheld:
    """What was kept back, and why in plain words.

    Without a number: of what the law lets nobody mention nothing is counted, and a number of the rest would read as that of all.
    """

    what: str
    why: list[str]


def withheld(whole: Mapping[str, int], parts: Mapping[str, int], language: Language = "en") -> Withheld | None:
    """In words what was kept back; None when nothing was that the person is told of.

    Args:
        whole: how many records were left out, by basis.
        parts: of how many a part was.
        language: of the letter.
    """
    told, told_parts = ({basis: number for basis, number in each.items() if not silent(basis)} for each in (whole, parts))
    kept = told | told_parts
    if not kept:
        return None
    whole_words, parts_words, both = WORDS[language].left_out if language in WORDS else _LEFT_OUT
    what = both if told and told_parts else whole_words if told else parts_words
    reasons = WORDS[language].withheld if language in WORDS else _REASONS
    why = [reasons[basis] for basis in WITHHELD if basis in kept]
    if not kept.keys() <= WITHHELD.keys():
        why.append(reasons["some" if why else None])
    return Withheld(what=what, why=why)


_LEFT_OUT: Final = ("some records", "parts of some records", "some records, and parts of others")
_REASONS: dict[str | None, str] = {
    **WITHHELD,
    None: "the law lets us keep it back",
    "some": "the law lets us keep some of it back",
}


def asked(right: Right, language: Language = "en") -> str:
    """What a right asks for, as a person would say it."""
    return WORDS[language].asked[right] if language in WORDS else ASKED[right]


def day(value: date, language: Language = "en") -> str:
    """A date as a person reads it, never broken over two lines: Wed 23 December 2026."""
    said = day_in(WORDS[language], value) if language in WORDS else f"{value:%a} {value.day} {value:%B %Y}"
    return said.replace(" ", NO_BREAK)


def day_ahead(value: date, today: date, language: Language = "en") -> str:
    """A date with its distance: Wed 23 December 2026, in 30 days."""
    distance = (value - today).days
    if not 0 <= distance <= _DAYS_IN_WORDS:
        return day(value, language)
    at_once, tomorrow, later = WORDS[language].near if language in WORDS else ("today", "tomorrow", "in {} days")
    far = {0: at_once, 1: tomorrow}.get(distance, later.format(distance).replace(" ", NO_BREAK))
    return f"{day(value, language)}, {far}"


# What came of a complaint.
FOUND = {
    "upheld": "You were right. This is what we found, and what we have changed.",
    "partly_upheld": "You were right in part. This is what we found, and what we have changed.",
    "not_upheld": "We looked into it and did not find that we did wrong. This is what we looked at, and why.",
}
# The grounds of Article 18(1), behind "we only store your data".
WHY_RESTRICTED = {
    "accuracy": "You say that something in them is wrong, and we are checking it.",
    "unlawful": "You asked us to keep them and not to use them, instead of erasing them.",
    "claims": "You need them for a legal claim; we do not need them any more.",
    "objection": "You objected, and we are looking at it.",
}
# The law's two grounds for two further months (Article 12(3)).
EXTENDED = {
    "complexity": "It is complex.",
    "number": "You sent us several requests.",
}


def moment(value: datetime, zone: ZoneInfo, language: Language = "en") -> str:
    """An instant in a zone, which is named: Thu 26 November 2026, 14:05 GMT."""
    local = value.astimezone(zone)
    return f"{day(local.date(), language)}, {local:%H:%M}{NO_BREAK}{local:%Z}"


def count(number: int, noun: str, language: Language = "en") -> str:
    """A number with its noun: 1 record, 1,284 records."""
    if language in WORDS:
        return count_in(WORDS[language], number, noun)
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def contents(summary: Mapping[str, Any]) -> tuple[int, int]:
    """Records and files of a package, from its summary; a file's row is no further record, and what was withheld is not in it."""
    collections = summary.get("collections", [])
    records = sum(each["records"] for each in collections if not each["files"])
    return records, sum(each["files"] for each in collections)


def kept_back(summary: Mapping[str, Any]) -> list[str]:
    """For the office, in words: how many items a package leaves out on whatever ground, and of how many a part is covered."""
    whole, parts = (sum(each.get(name, 0) for each in summary.get("collections", [])) for name in ("withheld", "covered"))
    said = ((whole, f"{count(whole, 'item')} withheld"), (parts, f"parts of {count(parts, 'item')} covered"))
    return [words for number, words in said if number]


def left_out(summary: Mapping[str, Any]) -> int:
    """For the office: how many items are no part of a package's answer, and so kept back on no ground."""
    return sum(each.get("excluded", 0) for each in summary.get("collections", []))


def in_words(records: int, files: int, language: Language = "en") -> str:
    """What a package holds: 100 records and 29 files."""
    said = [count(number, noun, language) for number, noun in ((records, "record"), (files, "file")) if number]
    both = WORDS[language].both if language in WORDS else " and "
    return both.join(said) or count(0, "record", language)


_COUNTED = (
    "The law gives us 30 days to tell you that we have your complaint.",
    "One month from the day it reached us ends on a day off, so the next working day counts.",
    "The law gives us one month. Where it can be counted in two ways, we keep to the earlier day.",
    "That is one month from the day it reached us.",
)


def how_counted(rights: Iterable[Right], received: date, answer_by: date, language: Language = "en") -> str:
    """One line on how the date of an answer was found."""
    complaint, later, earlier, plain = WORDS[language].counted if language in WORDS else _COUNTED
    if set(rights) == {Right.COMPLAINT}:
        return complaint
    month = add_months(received, 1)
    return later if answer_by > month else earlier if answer_by < month else plain


def masked_mailbox(value: str) -> str:
    """A mailbox that its owner recognises and nobody else could write to."""
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}***@{domain}"


_MASKED: dict[Language, tuple[str, str, str]] = {
    "en": ("your e-mail address {}", "your telephone number ending in {}", "your {} ending in {}"),
    "de": ("Ihre E-Mail-Adresse {}", "Ihre Telefonnummer mit den letzten Ziffern {}", "{}, am Ende {}"),
    "fr": ("votre adresse électronique {}", "votre numéro de téléphone finissant par {}", "{}, finissant par {}"),
}


def masked(kind: str, value: str, language: Language = "en") -> str:
    """An identifier that its owner recognises and nobody else learns: the letter may be read over a shoulder."""
    mail, phone, other = _MASKED[language]
    if kind == "email":
        return mail.format(masked_mailbox(value))
    return phone.format(value[-2:]) if kind == "phone" else other.format(kind.replace("_", " "), value[-2:])
