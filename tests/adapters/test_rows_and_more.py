"""Rows that stand after the sealed ones are read by every road as if they had been sealed with them."""

import io
import json
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from adapters.row_text import json_lines
from adapters.sealed_rows import RowsReader, RowsWriter

FIELDS = ("id", "text")
Rows = list[tuple[int, str | None]]
ROWS = st.lists(st.tuples(st.integers(0, 9), st.text(max_size=5) | st.none()), max_size=4)


def reader(rows: Rows, more: Rows | None = None) -> RowsReader:
    with RowsWriter(FIELDS, lambda: (_ for _ in ()).throw(AssertionError)) as writer:
        writer.add(rows)
    inline = bytes(writer.inline)
    lines = json_lines(FIELDS, more).splitlines() if more else ()
    return RowsReader(writer.index, lambda: io.BytesIO(inline), lines)


@given(ROWS, ROWS, st.integers(0, 8))
def test_every_road_leads_on_from_the_sealed_rows(rows: Rows, more: list[tuple[int, str | None]], at: int) -> None:
    both, one = reader(rows, more), reader(rows + more)
    total = len(rows) + len(more)
    parsed = [json.loads(line) for line in one.json_lines()]
    assert [json.loads(line) for line in both.json_lines()] == parsed
    assert [json.loads(line) for line in both.json_lines(at)] == parsed[at:]
    assert [json.loads(line) for line in chain.from_iterable(each.splitlines() for each in both.json_pieces())] == parsed
    assert b"".join(both.csv_pieces()) == b"".join(one.csv_pieces())
    wanted = list(range(0, total, 2))
    assert [json.loads(line) for line in both.json_lines_at(wanted)] == [parsed[each] for each in wanted]
