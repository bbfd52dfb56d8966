"""What is covered is gone, for any text and any words; what is not covered stays to the letter."""

import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.item_rules import Condition, ThirdPerson, sample_of
from domain.redaction import COVER, Span, cover_row, cover_text, finder

WORDS = st.text(st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x17F), min_size=4, max_size=12)
AROUND = st.text(st.sampled_from(' .,;:-\n"<>&/\\@#()'), max_size=12)


@given(WORDS, st.lists(st.tuples(AROUND, st.booleans()), min_size=1, max_size=8))
def test_no_covered_word_survives_in_any_case_or_form(word: str, parts: list[tuple[str, bool]]) -> None:
    text = "".join(around + (unicodedata.normalize("NFD", word.upper()) if large else word) + " " for around, large in parts)
    after = cover_text(text, [Span(words=word)]).value
    assert finder((word,)).search(after.replace(COVER, "")) is None


@given(st.text(max_size=60), st.integers(0, 50), st.integers(1, 20))
def test_a_place_is_covered_and_the_rest_stays(text: str, start: int, length: int) -> None:
    covered = cover_text(text, [Span(field="body", start=start, end=start + length)])
    if start >= len(text):
        assert covered.value == text
    else:
        assert covered.value == text[:start] + COVER + text[start + length :]
        assert covered.removed == [text[start : start + length]]


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3))


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), JSON, min_size=1), st.sampled_from(["a", "b", "c"]))
def test_a_covered_field_is_the_only_one_that_changes(row: dict[str, object], name: str) -> None:
    after = cover_row(row, [Span(field=name)]).value
    covered = {name} if row.get(name) not in (None, "") else set()
    assert after == {each: COVER if each in covered else value for each, value in row.items()}


def test_words_are_found_in_nested_documents_and_their_keys() -> None:
    row = {"doc": {"Tom Baker": ["met tom  baker", 7]}, "plain": "Tom Bakers", "number": 441234567}
    covered = cover_row(row, [Span(words="Tom Baker"), Span(words="441234567")])
    assert "tom" not in json.dumps(covered.value["doc"]).lower()
    assert covered.value["plain"] == "Tom Bakers", "a longer word is another word"
    assert covered.value["number"] == COVER
    assert len(covered.removed) == 3


def test_letters_that_do_not_show_hide_nobody() -> None:
    assert cover_text("by An\u200bna\u00ad Smith", [Span(words="Anna Smith")]).value == f"by {COVER}"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"start": 3},
        {"field": "a", "start": 5, "end": 5},
        {"words": "abc", "start": 1, "end": 2},
        {"field": "a b"},
        {"words": "x"},
    ],
)
def test_a_part_that_names_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Span.model_validate(wrong)


def test_finding_words_takes_time_in_proportion_to_the_text() -> None:
    find = finder(("aaaa aaaa aaaa",))

    def took(length: int) -> float:
        began = time.thread_time()
        assert find.search("a \u200b" * length + "b") is None
        return time.thread_time() - began

    took(1_000)
    short, long = (min(took(length) for _ in range(3)) for length in (20_000, 200_000))  # the best of three, beside other tests
    assert long < max(short, 0.001) * 60  # ten times the text; a quadratic search would take a hundred times as long


def test_a_sample_is_nobodys_choice() -> None:
    items = [f"a.b.{number:016x}" for number in range(500)]
    chosen = sample_of(items, "a.b.*@3")
    assert len(chosen) == 20
    assert chosen == sample_of(reversed(items), "a.b.*@3")
    assert chosen != sample_of(items, "a.b.*@4")


def test_a_condition_compares_values_as_they_are_read() -> None:
    assert Condition(field="kind", equals="7").holds({"kind": 7})
    assert Condition(field="body", contains="Tom Baker").holds({"body": "dear TOM baker,"})
    assert not Condition(field="body", contains="Tom").holds({"body": "Tomorrow", "other": "Tom"})


def test_who_consented_is_not_covered() -> None:
    factors = {
        "names": ["Tom Baker"],
        "role": "colleague",
        "type_of_information": "a name",
        "duty_of_confidentiality": False,
        "steps_to_seek_consent": "asked",
        "capable_of_consent": True,
        "refused": False,
        "consented": True,
        "disclose": False,
    }
    with pytest.raises(ValidationError):
        ThirdPerson.model_validate(factors)
    assert ThirdPerson.model_validate(factors | {"disclose": True}).consented
