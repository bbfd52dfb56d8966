"""A file of open cases: every mistake is named by its line and column, and nothing that stands there is repeated."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.identity import Factor
from domain.moving_in_csv import OpenRow, read_open_cases
from domain.rights import Channel, Right
from tests.factories import MONDAY

LONDON = ZoneInfo("Europe/London")
EXTENSION = ("extension_told_on", "extension_ground")
HEADER = "old_reference,received_on,channel,rights,email"


def read(text: str) -> tuple[list[OpenRow], list[str]]:
    rows, problems = read_open_cases(text, LONDON, MONDAY)
    return rows, [str(problem) for problem in problems]


def problems_of(cells: str, *more: str) -> list[str]:
    rows, problems = read(f"{','.join([HEADER, *more])}\n{cells}\n")
    assert not rows or not problems
    return problems


def test_a_day_is_a_day_of_the_controller_and_an_instant_is_itself() -> None:
    cells = "A-1,2026-10-05,letter,access erasure,m@example.com,2026-10-09T08:00+02:00,document"
    (row,), problems = read(f"{HEADER},identity_confirmed_on,identity_how\r\n{cells}\r\n")
    assert not problems
    assert row.received_at == datetime(2026, 10, 5, 11, 0, tzinfo=UTC)  # noon in London, summer time
    assert row.moments == {"identity_confirmed_at": datetime(2026, 10, 9, 6, 0, tzinfo=UTC)}
    assert (row.channel, row.rights, row.identity_how) == (Channel.LETTER, [Right.ACCESS, Right.ERASURE], Factor.DOCUMENT)


def test_semicolons_quotes_and_several_lines_in_a_cell_keep_their_line_numbers() -> None:
    text = (
        "old_reference;received_on;channel;rights;email;message\n"
        'A-1;2026-11-02;email;access;m@example.com;"Dear all,\nplease; all of it"\n'
        "\n"
        "A-2;never;email;access;n@example.com;\n"
    )
    (row,), (problem,) = read(text)
    assert row.texts["message"] == "Dear all,\nplease; all of it"
    assert problem.startswith("line 5, received_on: ")


@pytest.mark.parametrize(
    ("cells", "more", "where"),
    [
        ("A-1,2026-11-24,email,access,m@example.com", (), "received_on"),  # tomorrow
        ("A-1,2018-05-24,email,access,m@example.com", (), "received_on"),
        ("A-1,2026-11-02T10:00,email,access,m@example.com", (), "received_on"),  # no offset
        ("A-1,02/11/2026,email,access,m@example.com", (), "received_on"),
        (",2026-11-02,email,access,m@example.com", (), "old_reference"),
        ("A-1,2026-11-02,api,access,m@example.com", (), "channel"),
        ("A-1,2026-11-02,email,access everything,m@example.com", (), "rights"),
        ("A-1,2026-11-02,email,access,not an address", (), "email"),
        ("A-1,2026-11-02,email,access,", (), "name"),
        ("A-1,2026-11-02,email,access,m@example.com,ZZ", ("country",), "country"),
        ("A-1,2026-11-02,email,access,m@example.com,2026-11-01", ("acknowledged_on",), "acknowledged_on"),
        ("A-1,2026-11-02,email,access,m@example.com,2026-11-05", ("identity_confirmed_on",), "identity_how"),
        ("A-1,2026-11-02,email,access,m@example.com,mailbox", ("identity_how",), "identity_how"),
        ("A-1,2026-11-02,email,access,m@example.com,2026-11-05", ("clarification_asked_on",), "clarification_question"),
        ("A-1,2026-11-02,email,access,m@example.com,2026-11-05", ("clarification_answered_on",), "clarification_answered_on"),
        ("A-1,2026-11-02,email,access,m@example.com,2026-11-05,number", EXTENSION, "extension_reason"),
        ("A-1,2026-11-02,email,access,m@example.com,surplus", (), ""),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_line_and_column(cells: str, more: tuple[str, ...], where: str) -> None:
    (problem,) = problems_of(cells, *more)
    assert problem.startswith(f"line 2, {where}: " if where else "line 2: ")
    assert "m@example.com" not in problem


def test_an_answer_does_not_come_before_its_question() -> None:
    columns = ("clarification_asked_on", "clarification_answered_on", "clarification_question")
    (problem,) = problems_of("A-1,2026-11-02,email,access,m@example.com,2026-11-10,2026-11-09,Which?", *columns)
    assert problem.startswith("line 2, clarification_answered_on: ")


def test_a_reference_stands_once_and_every_mistake_of_a_file_is_told_at_once() -> None:
    _rows, problems = read(
        f"{HEADER}\nA-1,2026-11-02,email,access,m@example.com\nA-1,2026-11-03,email,access,n@example.com\nB,x,y,z,\n"
    )
    lines = [problem.partition(":")[0] for problem in problems]
    assert "line 3, old_reference" in lines
    assert {"line 4, received_on", "line 4, channel", "line 4, rights", "line 4, name"} <= set(lines)


def test_a_file_without_its_header_is_refused_and_not_quoted() -> None:
    rows, problems = read("A-1,2026-11-02,email,access,m@example.com\n")
    assert not rows
    assert problems
    assert not any("m@example.com" in problem for problem in problems)


def test_an_open_quotation_mark_is_no_row() -> None:
    _rows, problems = read(f'{HEADER}\n"A-1,2026-11-02,email,access,m@example.com\n')
    assert problems
