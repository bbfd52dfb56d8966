"""An extract gives whole sentences with what was chosen, nothing else, and nothing that is covered in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.extracts import extract_row, extract_text, sentences
from domain.redaction import COVER, GAP, Span, finder

TEXT = "Budget. Ruth was late on Monday. Secret plans."


def words(*some: str, around: bool = False) -> list[Span]:
    return [Span(words=each, around=around) for each in some]


def test_an_extract_is_the_sentences_with_the_named_parts_and_nothing_else() -> None:
    assert extract_text(TEXT, [Span(field="body", start=8, end=12)]).value == f"{GAP} Ruth was late on Monday. {GAP}"
    row = {"id": 7, "body": TEXT, "author": "Tom", "tags": ["Ruth was late", "x"]}
    assert extract_row(row, [Span(field="id"), *words("late")]).value == {
        "id": 7,
        "body": f"{GAP} Ruth was late on Monday. {GAP}",
        "author": GAP,
        "tags": "Ruth was late",
    }
    assert extract_row(row, words("nowhere")).value == dict.fromkeys(row, GAP)


def test_the_sentences_before_and_after_come_along_on_choice() -> None:
    text = "One. Two. Three, late. Four. Five."
    assert extract_text(text, words("late")).value == f"{GAP} Three, late. {GAP}"
    assert extract_text(text, words("late", around=True)).value == f"{GAP} Two. Three, late. Four. {GAP}"
    assert extract_text(text, words("One", around=True)).value == f"One. Two. {GAP}"
    assert extract_text(text, [*words("Two"), *words("Five")]).value == f"{GAP} Two. {GAP} Five."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mr. Baker of No. 5 called, e.g. on Monday. Then J. Doe did.", 2),
        ("Was it so? Yes! \u201cIt was.\u201d He left\u2026 And 3.5 hours went.", 5),
        ("Dear Ruth,\n\nall of this is one long sentence that a narrow page has broken in two\nlines. Regards\nTom", 4),
        ("To do:\n- call Tom\n- write to Ruth", 3),
        ("no mark at all", 1),
        ("   ", 0),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(text: str, parts: int) -> None:
    assert len(sentences(text)) == parts, [text[start:end] for start, end in sentences(text)]


LETTERS = st.text(st.sampled_from("ab .!?\n-,;1\u201d"), max_size=80)


@given(LETTERS)
def test_sentences_hold_every_letter_once_and_in_order(text: str) -> None:
    assert "".join("".join(text[start:end].split()) for start, end in sentences(text)) == "".join(text.split())


@given(parts=st.lists(st.sampled_from(["Ruth", "Tom Baker", "was late", ". ", "\n\n", " "]), max_size=14), around=st.booleans())
def test_nothing_covered_survives_in_an_extract_and_what_was_chosen_does(parts: list[str], *, around: bool) -> None:
    text = " ".join(parts)
    given = extract_text(text, words("Ruth", around=around), words("Tom Baker"))
    assert finder(("Tom Baker",)).search(given.value) is None
    assert given.value.count("Ruth") == text.count("Ruth")
    assert given.value.count(COVER) == len(given.removed)


def test_a_cover_over_a_field_takes_all_that_an_extract_gives_of_it() -> None:
    row = {"author": "Tom Baker", "body": TEXT}
    given = extract_row(row, [Span(field="author"), *words("late")], [Span(field="author"), Span(field="body", start=8, end=12)])
    assert given.value == {"author": COVER, "body": f"{GAP} {COVER} was late on Monday. {GAP}"}
    assert given.removed == ["Tom Baker", "Ruth"]
