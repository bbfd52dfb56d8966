"""Open cases of another system move in whole, once, and on the day on which they arrived."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

import cli
from activities.case_log import CaseLog
from adapters.database import people
from adapters.database.case_reader import CaseReader, unstarted
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import AccessLog, CaseIdentifierRow, CaseReceipt, Note
from adapters.host_desk import HostDesk
from adapters.moving_in import MovingIn, text_of
from adapters.resources import Resources
from domain.errors import InvalidInputError
from domain.first_events import first_events
from domain.folding import fold
from domain.messages import CaseRef
from domain.rights import Right, Role, Status
from tests import opened
from tests.factories import MONDAY
from tests.moved_in import events_of

LEAD = "lena@example.com"
COLUMNS = (
    "old_reference,received_on,channel,rights,email,name,country,acknowledged_on,identity_confirmed_on,identity_how,"
    "extension_told_on,extension_ground,extension_reason,clarification_asked_on,clarification_answered_on,clarification_question"
)
PLAIN = "OLD-1,2026-11-09,web_form,access,mike@example.com,Mike Example,GB,,,,,,,,,"
LONGER = (
    "OLD-2,2026-10-05,letter,access,ruth@example.com,Ruth,GB,2026-10-06,2026-10-07,document,"
    '2026-10-30,complexity,"Four archives, on paper",2026-10-12,2026-10-15,Which years?'
)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        people.add_caseworker(everything.database, email=LEAD, name="Lena", role=Role.PRIVACY_LEAD)
        yield everything


def cases(resources: Resources, *rows: str) -> MovingIn:
    return MovingIn(resources, "\n".join([COLUMNS, *rows]), HostDesk(resources).lead(LEAD), MONDAY)


def receipts(resources: Resources) -> list[CaseReceipt]:
    with resources.database.read() as session:
        return list(session.exec(select(CaseReceipt).order_by(col(CaseReceipt.received_at))).all())


def test_a_case_is_received_when_it_was_and_found_by_its_old_reference(resources: Resources) -> None:
    (made,) = HostDesk(resources).move_in(cases(resources, PLAIN), by=LEAD)
    (receipt,) = receipts(resources)
    assert receipt.received_at == datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
    assert (receipt.reference, receipt.channel, made.clock.safe_due) == (made.reference, "web_form", date(2026, 12, 9))
    with resources.database.read() as session:
        index = resources.vault.index_id("former_reference", "OLD-1")
        found = session.exec(select(CaseIdentifierRow.case_id).where(CaseIdentifierRow.value_index == index)).all()
        waiting = unstarted(session, datetime(2100, 1, 1, tzinfo=UTC))
        noted = [row.action for row in session.exec(select(AccessLog))]
        told = [row.about for row in session.exec(select(StaffNotice))]
    assert found == waiting == [receipt.case_id]
    assert noted == ["host: moved 1 open cases in"]
    assert told == ["host_changed"]


def test_the_clock_counts_what_was_done_before_on_its_own_days(resources: Resources) -> None:
    moving = cases(resources, LONGER)
    (line,) = moving.report()
    (made,) = HostDesk(resources).move_in(moving, by=LEAD)
    state, clock = begun(resources, made.case_id)
    # Three months from 5 October, as the notice was given in the first one, and the three days of the question.
    assert clock == made.clock
    assert made.clock.extended
    assert (made.clock.promised, made.clock.safe_due, made.clock.legal_due) == (
        date(2027, 1, 5),
        date(2027, 1, 8),
        date(2027, 1, 11),
    )
    assert f"answer by {made.clock.safe_due}, last day by law {made.clock.legal_due}" in line
    assert (state.status, state.identity_record is not None, state.clarification_open) == (Status.COLLECTING, True, False)
    assert state.extension is not None
    assert state.extension.given
    with resources.database.read() as session:
        notes = {row.id: row for row in session.exec(select(Note).where(Note.case_id == made.case_id))}
    sealed = notes[state.extension.text]
    reason = resources.vault.case(made.case_id).open("note", "text", str(sealed.id), sealed.text)
    assert reason.decode() == "Four archives, on paper"
    assert b"archives" not in json.dumps(receipts(resources)[0].earlier).encode()


def begun(resources: Resources, case_id: UUID):  # type: ignore[no-untyped-def] # noqa: ANN201
    log = CaseLog(resources)
    message = events_of(case_id, first_events(log.read_opening(CaseRef(case_id=case_id))))
    recorded = log.record_case_event(message)
    return fold(case_id, message.events), recorded.clock


def test_whoever_answers_for_an_identity_confirmed_elsewhere_cannot_approve_what_rests_on_it(resources: Resources) -> None:
    lead = HostDesk(resources).lead(LEAD)
    (made,) = HostDesk(resources).move_in(cases(resources, LONGER), by=LEAD)
    state, _clock = begun(resources, made.case_id)
    assert state.preparers == [lead]


def test_what_was_shown_has_to_be_enough_for_the_doubts_of_the_request(resources: Resources) -> None:
    moving = cases(resources, "OLD-3,2026-11-02,letter,access,r@example.com,,GB,,2026-11-04,mailbox,,,,,,")
    assert [(problem.line, problem.column) for problem in moving.problems] == [(2, "identity_how")]


def test_an_extension_that_was_told_too_late_moves_no_date_and_is_said(resources: Resources) -> None:
    moving = cases(resources, "OLD-4,2026-09-01,email,access,r@example.com,,GB,,,,2026-10-20,number,Many requests,,,")
    (line,) = moving.report()
    assert "came too late" in line
    assert "2026-10-01" in line


def test_the_same_file_again_makes_nothing_twice_and_a_longer_one_adds_only_what_is_new(resources: Resources) -> None:
    desk = HostDesk(resources)
    desk.move_in(cases(resources, PLAIN), by=LEAD)
    again = cases(resources, PLAIN)
    assert (len(again.fresh), len(again.known)) == (0, 1)
    desk.move_in(cases(resources, PLAIN, LONGER), by=LEAD)
    assert len(receipts(resources)) == 2
    changed = cases(resources, PLAIN.replace("2026-11-09", "2026-11-10"))
    assert [(problem.line, problem.column) for problem in changed.problems] == [(2, "old_reference")]


def test_what_fails_on_the_way_leaves_nothing_behind(resources: Resources) -> None:
    desk, first, second = HostDesk(resources), cases(resources, PLAIN, LONGER), cases(resources, LONGER)
    desk.move_in(second, by=LEAD)
    with pytest.raises(InvalidInputError, match="Nothing was written"):
        desk.move_in(first, by=LEAD)
    assert [receipt.received_at.month for receipt in receipts(resources)] == [10]


def test_only_a_privacy_lead_or_dpo_answers_for_a_file(resources: Resources) -> None:
    people.add_caseworker(resources.database, email="c@example.com", name="Cal", role=Role.CASEWORKER)
    for email in ("c@example.com", "nobody@example.com"):
        with pytest.raises(InvalidInputError):
            HostDesk(resources).lead(email)


def test_a_file_of_another_encoding_is_refused() -> None:
    assert text_of("\ufeffold_reference".encode()) == "old_reference"
    with pytest.raises(InvalidInputError, match="UTF-8"):
        text_of("Müller".encode("latin-1"))


def test_the_command_checks_first_writes_once_and_quotes_nobody(
    resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = resources.settings
    for name, value in (("HOME", settings.home), ("DATABASE_URL", settings.database_url), ("DATAMAP", settings.datamap)):
        monkeypatch.setenv(f"HABEAS_{name}", str(value))
    file = tmp_path / "open.csv"
    told = []
    for rows, *options in (
        ((PLAIN, LONGER.replace("document", "smile")),),
        ((PLAIN, LONGER), "--dry-run"),
        ((PLAIN, LONGER),),
        ((PLAIN, LONGER),),
    ):
        file.write_text("\n".join([COLUMNS, *rows]), encoding="utf-8")
        done = CliRunner().invoke(cli.app, ["cases", "import", str(file), "--by", LEAD, *options])
        told.append((done.exit_code, len(receipts(resources)), done.stdout))
    assert [(status, count) for status, count, _ in told] == [(1, 0), (0, 0), (0, 2), (0, 2)]
    assert "line 3, identity_how: " in told[0][2]
    assert "2 cases would move in" in told[1][2]
    assert "0 cases moved in, 2 were here already" in told[3][2]
    assert not any(person in said for _, _, said in told for person in ("mike@", "ruth@", "Mike"))
    assert CaseReader(resources).get(receipts(resources)[0].case_id).state.rights[0].right is Right.ACCESS
