"""Words swept out of whole pieces of JSON and CSV: the same rows leave as when each is read and covered by itself."""

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from activities.package_sweep import Sweep, sweeps
from adapters.row_text import encode
from domain.redaction import COVER, Span, cover_row

FIELDS = ("id", "body", "detail", "at")
WORDS = st.sampled_from(["Tom Baker", "baker", "Tomás", "tom@post.example", "O'Neil", "020 7946 0018", "Tom", "tom baker"])
BITS = [
    "TOM  BAKER",
    "Tom\nBaker",
    "Tom\tBaker",
    "bakery",
    '"',
    "\\",
    "=",
    " ",
    "n",
    "\\nBaker",
    "é",
    "Tom",
    "ﬁ",
    ",",
    "To\u200bm Baker",
    "\u212a",
    "ba\u212aer",
    "éBaker",
    "İ",
]
TEXTS = st.lists(st.one_of(WORDS, st.sampled_from(BITS)), max_size=6).map("".join)
LISTS = st.one_of(st.none(), st.lists(TEXTS, max_size=2), st.dictionaries(TEXTS, TEXTS, max_size=2))
ROWS = st.lists(st.tuples(st.integers(), TEXTS, LISTS, TEXTS), min_size=1, max_size=5)


@given(ROWS, st.lists(WORDS, min_size=1, max_size=3))
def test_a_sweep_leaves_what_a_cover_row_by_row_leaves(rows: list[tuple[object, ...]], words: list[str]) -> None:
    spans = [Span(words=word) for word in words]
    as_json, as_csv = encode(FIELDS, rows)
    assert sweeps(spans, FIELDS) is not any(word == "020 7946 0018" for word in words)
    if not sweeps(spans, FIELDS):
        return
    swept = Sweep(spans).json_lines(as_json)
    before = [json.loads(line) for line in as_json.decode().split("\n")[:-1]]
    after = [cover_row(row, spans) for row in before]
    assert [json.loads(line) for line in swept.value.decode().split("\n")[:-1]] == [each.value for each in after]
    assert swept.touched == sum(bool(each.removed) for each in after)
    assert swept.removed == {words for each in after for words in each.removed}
    if b"\\" not in as_json:
        covered = encode(FIELDS, [tuple(each.value.values()) for each in after])[1]
        assert _table(Sweep(spans).csv_rows(as_csv)) == _table(covered)


def _table(as_csv: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv.decode(), newline="")))


def test_a_longer_word_is_not_taken_for_the_one_in_capitals() -> None:
    swept = Sweep([Span(words="Baker")]).json_lines(b'{"id":1,"body":"BAKER sold it to the Bakery"}\n')
    assert json.loads(swept.value)["body"] == f"{COVER} sold it to the Bakery"
    assert swept.removed == {"BAKER"}


def test_of_words_in_the_same_letters_the_longer_one_goes() -> None:
    swept = Sweep([Span(words="Tom"), Span(words="tom baker")]).json_lines(b'{"id":1,"body":"Tom Baker signed"}\n')
    assert json.loads(swept.value)["body"] == f"{COVER} signed"


def test_words_at_the_ends_of_two_rows_leave_both_rows() -> None:
    assert Sweep([Span(words="Tom Baker")]).csv_rows(b"1,Tom\r\nBaker,2\r\n") == b"1,Tom\r\nBaker,2\r\n"


def test_what_could_be_notation_is_covered_row_by_row() -> None:
    for words in ("12", "true", "12.50", ":1,", "2026-11-01", "dead beef", 'say "x"', "a\\b", "x: y", "body"):
        assert not sweeps([Span(words=words)], FIELDS), words
    assert not sweeps([Span(field="body")], FIELDS)
    assert not sweeps([Span(words="Tom Baker"), Span(field="body")], FIELDS)
    assert sweeps([Span(words="Tom Baker")], FIELDS)


def test_rows_that_hold_none_of_it_are_passed_on_as_they_are() -> None:
    piece = b'{"id":1,"body":"mine"}\n'
    assert Sweep([Span(words="Tom Baker")]).json_lines(piece).value is piece
    assert COVER.encode() not in Sweep([Span(words="Tom Baker")]).csv_rows(b"1,mine\r\n")
