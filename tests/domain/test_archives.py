"""What belongs together among messages, what a text is found by, and which scopes can be agreed."""

from datetime import date
from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.archive_groups import Sighted, alike_of, threads_of
from domain.archives import Period, Scope, addresses_in, folded, keys_of_folded, phrase, plain_subject, sketch_of_folded, tail_of

TEXT = "we have looked at your file and found that nothing of the sort was ever said by anybody in the room at all"


def seen(own: str, answers: tuple[str, ...] = (), topic: str = "", heads: str = "", text: str = "") -> Sighted:
    return Sighted(exact=f"x{own}", own=own, answers=answers, topic=topic, heads=heads, bands=sketch_of_folded(text))


def test_answers_join_what_they_answer_also_when_that_is_missing_or_comes_later() -> None:
    found = threads_of(
        [
            seen("c", ("a", "b")),
            seen("a"),
            seen("b", ("a",)),
            seen("d", ("missing",)),
            seen("e", ("missing",)),
            seen("f", topic="offer"),
            seen("g", heads="offer"),
            seen("h", heads="invoice"),
            seen("i", heads="invoice"),
        ]
    )
    c, a, b, d, e, f, g, h, i = found
    assert a == b == c
    assert d == e
    assert f == g, "an answer that names nobody answers the subject"
    assert len({a, d, f, h, i}) == 5, "the same subject alone is no conversation"


def test_a_circle_of_answers_is_one_conversation() -> None:
    assert len(set(threads_of([seen("a", ("b",)), seen("b", ("c",)), seen("c", ("a",))]))) == 1


def test_a_footer_makes_no_near_copy_and_a_changed_greeting_makes_no_other_text() -> None:
    footer = "kind regards the team of the office in the high street which is open from nine to five on every working day"
    one, near, other, short = alike_of(
        [
            seen("a", text=f"dear ruth {TEXT}"),
            seen("b", text=f"dear tom {TEXT}"),
            seen("c", text=f"lunch {footer}"),
            seen("d", text="thanks"),
        ]
    )
    assert one == near
    assert one
    assert (other, short) == ("", "")


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Ruth Adeyemi was there", "ruth adeyemi", True),
        ("RUTH\nADEYEMI", "ruth adeyemi", True),
        ("Adeyemi, Ruth", "ruth adeyemi", False),
        ("truth adeyemi", "ruth adeyemi", False),
        ("Ren\u00e9e M\u00fcller", "renee muller", True),
        ("case no. 12/34", "12 34", True),
        ("case no. 112/34", "12 34", False),
    ],
)
def test_a_phrase_is_found_word_by_word_whatever_its_capitals_and_accents(text: str, words: str, found: bool) -> None:  # noqa: FBT001
    assert bool(phrase(words.split()).search(folded(text))) is found


def test_a_text_is_found_by_its_words_its_addresses_and_its_numbers() -> None:
    keys = keys_of_folded(folded("Call Ruth <Ruth.A@Office.example>. or (020) 7946 0018"))
    assert {"call", "ruth", "ruth.a@office.example", "#079460018"} <= keys
    assert f"#{tail_of('+44 20 7946 0018')}" in keys
    assert addresses_in("no address @ all, a@b.example, ") == ["a@b.example"]
    assert tail_of("12345") == ""


def test_a_subject_is_the_same_however_often_it_was_answered() -> None:
    assert plain_subject("Re: AW: Fwd: The offer (2)") == plain_subject("the OFFER 2") == "the offer 2"


def test_a_period_holds_its_days_and_what_has_none() -> None:
    period = Period(first=date(2024, 3, 1), last=date(2024, 3, 31))
    assert [period.holds(day) for day in ("2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01", "")] == [
        False,
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "given", [{"period": {"first": "2024-03-02", "last": "2024-03-01"}}, {"terms": ["x"]}, {"terms": ["--"]}]
)
def test_what_cannot_be_searched_cannot_be_agreed(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Scope.model_validate({"archives": [uuid4()]} | given)
