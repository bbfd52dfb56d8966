"""The record: one chain format, checked offline; gaps, forks, changes and cuts are named; a mailed head catches a rewriter."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from typer.testing import CliRunner

from activities.audit import Audit
from adapters.audit_export import check_lines, lines
from adapters.database.audit import SETTLED, seal_access_log
from adapters.database.people import add_caseworker
from adapters.database.retention_tables import AccessSeal, AuditHead
from adapters.database.tables import AccessLog, CaseEventRow
from adapters.destruction import Authorised, destroy
from adapters.resources import Resources
from adapters.signing import Signer
from cli import app
from domain.audit import Checked, Leaf, merkle_root
from domain.events import Tag
from domain.retention import Kept
from domain.rights import Role
from domain.sweep_messages import AnchorDay
from tests import opened, post_office
from tests.case_in_hand import CaseInHand, posting
from tests.database_owner import take_triggers_away

NOW = datetime.now(UTC)
YESTERDAY = NOW.date() - timedelta(days=1)
WHO = f"caseworker:{uuid4()}"


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def looked(resources: Resources, times: int = 3, at: datetime = NOW - timedelta(days=1)) -> None:
    with resources.database.write() as session:
        session.add_all(AccessLog(at=at, actor=WHO, action="case", case_id=uuid4()) for _ in range(times))


def recorded(resources: Resources) -> CaseInHand:
    """A case with a note, and some looks at it; anchored."""
    case = CaseInHand(resources)
    case.happen(Tag.NOTE_ADDED, note=str(case.note("For colleagues", WHO)))
    looked(resources)
    Audit(resources).anchor_day(AnchorDay(day=YESTERDAY))
    return case


def exported(resources: Resources) -> list[dict[str, Any]]:
    with resources.database.read() as session:
        return [json.loads(json.dumps(line)) for line in lines(session, resources.vault.install, NOW)]


def checked(resources: Resources, export: list[dict[str, Any]], *heads: Path) -> Checked:
    return check_lines(export, [Signer.open(resources.settings.audit_key).public_pem], heads)


def kinds(found: Checked) -> set[str]:
    return {problem.kind for problem in found.problems}


def test_an_untouched_record_is_as_it_was_recorded(resources: Resources) -> None:
    recorded(resources)
    found = checked(resources, exported(resources))
    assert found.problems == []
    assert (found.streams, found.entries) == (2, 3 + 4)  # the case's events; one day of looks
    assert found.anchored == found.entries
    looked(resources, 2, at=datetime.now(UTC) - SETTLED * 2)
    assert seal_access_log(resources.database, resources.vault.install, datetime.now(UTC)) == 2
    again = checked(resources, exported(resources))
    assert (again.problems, again.entries - again.anchored) == ([], 2)


TAMPERING: dict[str, tuple[Callable[[list[dict[str, Any]]], object], str]] = {
    "an entry was taken out": (lambda export: export.pop(4), "gap"),
    "the end was cut off": (lambda export: export.pop(), "cut"),
    "who did it was changed": (lambda export: export[3].update(actor=f"caseworker:{uuid4()}"), "changed"),
    "there are two with one number": (lambda export: export.insert(4, dict(export[3])), "fork"),
    "two were exchanged": (lambda export: export.insert(3, export.pop(4)), "gap"),
    "a head was left out of the list": (lambda export: export[1]["leaves"].pop(), "head"),
    "a head is signed by nobody": (lambda export: export[1].update(signature="00" * 64), "signature"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_each_kind_of_tampering_is_named(resources: Resources, name: str) -> None:
    tamper, kind = TAMPERING[name]
    recorded(resources)
    export = exported(resources)
    tamper(export)
    assert kind in kinds(checked(resources, export))


def test_whoever_rewrites_everything_and_has_the_key_is_caught_by_a_mailed_head(resources: Resources, tmp_path: Path) -> None:
    recorded(resources)
    kept = tmp_path / "kept.txt"
    kept.write_text((resources.settings.home / "audit" / f"{YESTERDAY}.txt").read_text())
    assert checked(resources, exported(resources), kept).problems == []
    with resources.database.write() as session:  # the last look never happened, says the administrator
        take_triggers_away(session)
        last = session.exec(select(AccessSeal).order_by(col(AccessSeal.sequence).desc())).first()
        assert last is not None
        session.delete(last)
        session.execute(sa.delete(AccessLog).where(col(AccessLog.id) == last.access))
        for table in ("audit_leaf", "audit_head"):
            session.execute(sa.text(f"DELETE FROM {table}"))
    Audit(resources).anchor_day(AnchorDay(day=YESTERDAY))
    assert checked(resources, exported(resources)).problems == []  # by itself it cannot be seen
    assert kinds(checked(resources, exported(resources), kept)) == {"head"}


def test_the_record_verifies_after_the_contents_and_after_the_stub_were_destroyed(resources: Resources) -> None:
    case = recorded(resources)
    by = Authorised(approver=WHO, now=NOW)
    destroy(resources, Kept.CASE, case.id, by)
    found = checked(resources, exported(resources))
    assert (found.problems, found.ended) == ([], 0)
    destroy(resources, Kept.STUB, case.id, by)
    found = checked(resources, exported(resources))
    assert (found.problems, found.ended) == ([], 1)


def test_a_note_that_was_changed_shows(resources: Resources) -> None:
    case = recorded(resources)
    with resources.database.write() as session:
        other = resources.vault.case(case.id).seal("note", "text", "x", b"!")
        session.execute(sa.text("UPDATE note SET text = :text").bindparams(text=other))
    assert "changed" in kinds(checked(resources, exported(resources)))


def test_the_head_is_mailed_once_to_those_who_are_named(resources: Resources) -> None:
    """What was mailed can be saved and checked; without names it goes to data protection officers and auditors."""
    recorded(resources)
    with post_office.opened() as office:
        posted = posting(resources, office.url)
        named = posted.settings.model_copy(update={"audit_mail": "safe@notary.example, other@notary.example"})
        add_caseworker(resources.database, email="dpo@example.com", name="Dana", role=Role.DPO)
        add_caseworker(resources.database, email="admin@example.com", name="Ada", role=Role.ADMINISTRATOR)
        Audit(posted).mail_head(AnchorDay(day=YESTERDAY))
        Audit(posted).mail_head(AnchorDay(day=YESTERDAY))
        assert [kept.recipients for kept in office.kept] == [["dpo@example.com"]]
        with resources.database.write() as session:
            session.execute(sa.update(AuditHead).values(mailed_at=None))
        Audit(_with(posted, named)).mail_head(AnchorDay(day=YESTERDAY))
        assert [kept.recipients[0] for kept in office.kept[1:]] == ["safe@notary.example", "other@notary.example"]
        text = office.kept[0].text
    saved = resources.settings.home / "mailed.txt"
    saved.write_text(text)
    assert checked(resources, exported(resources), saved).problems == []
    saved.write_text(text.replace("entries: 7", "entries: 8"))
    assert kinds(checked(resources, exported(resources), saved)) == {"signature"}


def _with(resources: Resources, settings: Any) -> Resources:  # noqa: ANN401
    import dataclasses  # noqa: PLC0415

    return dataclasses.replace(resources, settings=settings)


def test_days_continue_each_other_and_hold_only_what_went_on(resources: Resources) -> None:
    recorded(resources)
    looked(resources, 1, at=NOW - timedelta(hours=1))
    Audit(resources).anchor_day(AnchorDay(day=NOW.date()))
    Audit(resources).anchor_day(AnchorDay(day=NOW.date()))
    with resources.database.read() as session:
        first, second = session.exec(select(AuditHead).order_by(col(AuditHead.day))).all()
    facts = json.loads(second.document)
    assert (facts["previous"], facts["streams"]) == (first.root, 1)
    assert checked(resources, exported(resources)).problems == []
    assert merkle_root([]) != merkle_root([Leaf("a", 1, "00" * 32)])


def test_the_commands_check_the_database_and_an_export(
    resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    recorded(resources)
    monkeypatch.setenv("HABEAS_HOME", str(resources.settings.home))
    monkeypatch.setenv("HABEAS_DATABASE_URL", database_url)
    monkeypatch.setenv("HABEAS_DATAMAP", str(opened.SMALL_DATAMAP))
    run, export = CliRunner(), tmp_path / "record.jsonl"
    said = run.invoke(app, ["audit", "verify"])
    assert (said.exit_code, "as it was recorded" in said.output) == (0, True), said.output
    assert run.invoke(app, ["audit", "export", str(export)]).exit_code == 0
    pem = tmp_path / "audit.pem"
    pem.write_text(run.invoke(app, ["audit", "key"]).output)
    assert run.invoke(app, ["audit", "verify", str(export), "--key", str(pem)]).exit_code == 0
    with resources.database.write() as session:
        take_triggers_away(session)
        session.execute(sa.update(CaseEventRow).where(col(CaseEventRow.sequence) == 1).values(actor=WHO))
    said = run.invoke(app, ["audit", "verify"])
    assert (said.exit_code, "changed: " in said.output) == (1, True)
    export.write_text(export.read_text() + "not json\n")
    assert run.invoke(app, ["audit", "verify", str(export)]).exit_code == 1
