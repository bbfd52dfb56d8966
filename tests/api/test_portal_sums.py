"""Every step of a printed sum is said in German and French, with its source: none is missing, none is left over."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from adapters.translations import sentences
from api.portal.sums import FOLDER, spoken, steps_in
from domain.calendars import SUBSTITUTED, public_holidays
from domain.deadline import ClockEvent, ClockEventKind, Seat, SumLine, compute
from domain.deadline_report import deadline_json
from domain.incoming import Language
from domain.regimes import MEMBER_STATES
from domain.rights import Right

OTHERS: list[Language] = ["de", "fr"]
VECTORS = Path(__file__).resolve().parents[1] / "domain" / "data"
# Remarks of the command line about what it was given; no case has them.
ON_PAPER = ("no time of notice is given", "this right is not known")
PLACES = re.compile(r"%\(\w+\)s")


SEAT = Seat(country="GB", representative="FR", proclaimed={"GB": frozenset({date(2026, 4, 9)})})


def printed(*regimes: str, right: Right = Right.ACCESS, seat: Seat = SEAT, **moments: str) -> list[SumLine]:
    """The sum of a case whose events happened at these moments."""
    moments = {"received": "2026-03-02", **moments}
    events = [
        ClockEvent(kind=ClockEventKind(kind), at=datetime.fromisoformat(at).replace(hour=12, tzinfo=UTC))
        for kind, at in moments.items()
    ]
    return list(compute(regimes, [right], events, as_of=datetime(2026, 7, 1, tzinfo=UTC), seat=seat).sum)


@cache
def every_line() -> tuple[SumLine, ...]:
    return tuple(_lines())


def _lines() -> Iterator[SumLine]:
    for path in sorted(VECTORS.glob("deadline_vectors*.csv")):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            if row["regime"].startswith(("UK", "EU")) and "BREACH" not in row["event"]:
                told = deadline_json(row["regime"], row["event"], row["received_at"], json.loads(row["inputs"] or "{}"))
                lines = map(SumLine.model_validate, told["sum"])
                yield from (line for line in lines if not any(words in line.step for words in ON_PAPER))
    yield from printed("UK", "EU", clarification_asked="2026-03-10", clarification_answered="2026-03-20")
    yield from printed("UK", extension_notified="2026-03-20")
    yield from printed("UK", received="2026-01-05", extension_notified="2026-01-20")
    yield from printed("UK", received="2020-09-01", clarification_asked="2020-09-10", clarification_answered="2020-09-20")
    yield from printed(
        "EU-HU", seat=Seat(country="HU"), received="2025-12-02"
    )  # the last day was made a day off, and worked on a Saturday
    yield from printed("EU-DE", right=Right.COMPLAINT)
    for at_once in (Right.WITHDRAW_CONSENT, Right.MINOR_REPORT):
        yield from printed("UK", right=at_once)
    yield from printed("UK", received="2026-03-09")  # to a day that was proclaimed


@pytest.mark.parametrize("language", OTHERS)
def test_every_step_and_its_source_are_said(language: Language) -> None:
    assert {line.step for line in every_line() if spoken(line.step, language) is None} == set()
    assert {line.source for line in every_line() if spoken(line.source, language) is None} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_over_and_each_says_the_same_facts(language: Language) -> None:
    printed_text = "\n".join(text for line in every_line() for text in (line.step, line.source))
    for english, said in sentences(FOLDER, language).items():
        assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(said)), english
        words = ".+".join(re.escape(part) for part in PLACES.split(english))
        assert english in holidays() or re.search(words, printed_text), f"no sum says this any more: {english}"


@pytest.mark.parametrize("language", OTHERS)
def test_every_national_holiday_has_a_name(language: Language) -> None:
    there = sentences(FOLDER, language)
    assert {name for name in holidays() if name not in there and SUBSTITUTED not in name and "(observed)" not in name} == set()


@cache
def holidays() -> frozenset[str]:
    """The names of national holidays in the years that open requests can end in."""
    places = [(country, year) for country in ("GB", *MEMBER_STATES) for year in range(2025, 2029)]
    return frozenset(name for place in places for names in public_holidays(*place).values() for name in names.split("; "))


def test_a_line_of_german_and_of_french() -> None:
    line = SumLine(
        step="UK GDPR: 27 December 2027 is a day off (Christmas Day (observed)): the next working day "
        "(national public holidays: England and Wales and France)",
        date=None,
        source="Article 4A UK GDPR; Regulation 1182/71 Article 3(4)",
    )
    (german,), (french,) = steps_in([line], "de"), steps_in([line], "fr")
    assert " ".join(german.step.split()) == (
        "UK GDPR: Mo. 27. Dezember 2027 ist frei (Weihnachten, nachgeholt): der nächste Werktag "
        "(gesetzliche Feiertage: England und Wales und Frankreich)"
    )
    assert " ".join(french.source.split()) == ("article 4A du RGPD britannique ; règlement 1182/71, article 3, paragraphe 4")


def test_a_line_that_is_not_known_stays_as_it_was_recorded_and_says_its_language() -> None:
    line = SumLine(step="UK GDPR: something new", date=None, source="Article 12(3) GDPR")
    (step,) = steps_in([line], "de")
    assert (step.step, step.source, step.language) == (line.step, line.source, "en")
