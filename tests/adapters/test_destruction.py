"""The end of retention: by rows with numbers, whatever the outcome, kept by what the law keeps, and nothing opens afterwards."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import SQLModel, col, func, select
from temporalio.exceptions import ApplicationError

from activities.sweeps import Sweeps
from activities.systems.registry import Systems
from adapters.canonical import canonical
from adapters.case_vault import CaseKeys, CaseVault
from adapters.database import tables
from adapters.database.erasure_tables import LegalHold
from adapters.database.retention_due import RetentionDue
from adapters.database.retention_tables import Destruction, SweepItem, SweepRow
from adapters.destruction import EMPTIED, GOES, STAYS
from adapters.evidence import store_evidence
from adapters.keyring import KeyRing
from adapters.keystore import KeyStore
from adapters.notes import write_note
from adapters.resources import Resources
from domain.errors import KeyMissingError, SealBrokenError
from domain.events import Tag
from domain.period import period_end
from domain.retention import RULES, Kept
from domain.sweep_messages import CarryOutSweep, PlanSweep, SweepPlanned, Swept
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, SearchedCase
from tests.case_in_hand import CaseInHand

LEAD = f"caseworker:{uuid4()}"
WORDS = "Please leave my sister out of this"


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def full_case(resources: Resources, *, fetched: bool = False) -> SearchedCase:
    """Rows, a file, a package, a note, a letter and a proof of identity; closed."""
    case = SearchedCase(resources, at=datetime.now(UTC))
    case.found("platform", "accounts", ACCOUNT)
    case.found_files("uploads", "pictures", {"a.txt": WORDS.encode()})
    case.build()
    now = datetime.now(UTC)
    with resources.database.write() as session:
        note = write_note(session, resources.vault, case.id, author=LEAD, text=WORDS, now=now)
        key = uuid4()
        letter = tables.Letter(
            id=key,
            case_id=case.id,
            name="message",
            number=1,
            identifier=case.mailbox,
            message_id=f"<{key}>",
            content=case.vault.seal("letter", "content", str(key), WORDS.encode()),
            written_at=now,
        )
        session.add(letter)
    case.event(Tag.NOTE_ADDED, note=str(note))
    with (resources.settings.home / "proof").open("wb") as proof:
        proof.write(b"\x89PNG\r\n\x1a\n" + WORDS.encode())
    with (resources.settings.home / "proof").open("rb") as proof:
        store_evidence(resources, case.id, proof, "image/png")
    (resources.settings.home / "proof").unlink()
    if fetched:
        case.event(Tag.PACKAGE_OPENED)
    case.event(Tag.REQUEST_CLOSED, outcome="fulfilled")
    return case


def sweep(resources: Resources, kept: Kept, today: date) -> SweepPlanned:
    return Sweeps(resources, Systems(resources.datamap, resources.settings.home)).plan_sweep(
        PlanSweep(swept=Swept(rule=kept.value), today=today, sweep=uuid4())
    )


def carry_out(resources: Resources, kept: Kept, planned: SweepPlanned) -> tuple[int, int]:
    message = CarryOutSweep(swept=Swept(rule=kept.value), sweep=planned.sweep, sha256=planned.sha256, approver=LEAD)
    done = Sweeps(resources, Systems(resources.datamap, resources.settings.home)).carry_out_sweep(message)
    return done.destroyed, done.kept


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


TWO_YEARS, SIX_YEARS = in_days(732), in_days(2193)


def sealed_values(resources: Resources, case_id: UUID) -> int:
    """Sealed bytes of a case that the database still holds."""
    found = 0
    with resources.database.read() as session:
        for table in SQLModel.metadata.tables.values():
            if "case_id" not in table.c:
                continue
            for column in table.c:
                if isinstance(column.type, sa.LargeBinary):
                    rows = session.execute(sa.select(column).where(table.c.case_id == case_id)).scalars()
                    found += sum(1 for value in rows if value)
    return found


def test_each_rule_ends_with_the_last_day_of_its_period_and_for_every_outcome(resources: Resources) -> None:
    """Identity proof 14 days, package six months, contents two years, stub six years: refused and withdrawn cases too."""
    for outcome in ("refused", "withdrawn", "identity_not_confirmed", "nothing_held"):
        case = CaseInHand(resources, email=f"{outcome}@post.imaginella.example")
        case.happen(Tag.REQUEST_CLOSED, outcome=outcome)
    with resources.database.read() as session:
        ended = max(session.exec(select(tables.CaseRecord.updated_at)).all()).date()
        last = period_end(ended, "2 years")
        assert RetentionDue(resources, session, last).over(Kept.CASE) == []
        assert len(RetentionDue(resources, session, last + timedelta(days=1)).over(Kept.CASE)) == 4
    assert {kept.value: rule.period for kept, rule in RULES.items()} == {
        "identity_evidence": "14 days",
        "collected_copies": "30 days",
        "package": "6 months",
        "case_contents": "2 years",
        "case_stub": "6 years",
        "breach_register": "6 years",
        "notice": "6 years",
        "access_log": "2 years",
        "sign_ins": "90 days",
        "staff_record": "2 years",
    }


def test_a_sweep_shows_first_waits_for_its_hash_and_leaves_the_stub_alone(resources: Resources) -> None:
    case = full_case(resources)
    planned = sweep(resources, Kept.CASE, TWO_YEARS)
    assert (planned.due, planned.approval) == (1, True)
    assert sealed_values(resources, case.id) > 0  # a look changes nothing
    with pytest.raises(ApplicationError, match="has changed"):
        carry_out(resources, Kept.CASE, planned.model_copy(update={"sha256": "0" * 64}))
    assert sweep(resources, Kept.CASE, TWO_YEARS + timedelta(days=1)).sweep == planned.sweep  # the same, still to be approved
    assert carry_out(resources, Kept.CASE, planned) == (1, 0)
    assert sealed_values(resources, case.id) == 0
    with pytest.raises(KeyMissingError):
        resources.vault.case(case.id)
    with resources.database.read() as session:
        receipt, record = session.get(tables.CaseReceipt, case.id), session.get(tables.CaseRecord, case.id)
        assert receipt is not None
        assert record is not None
        assert (receipt.rights, record.outcome) == (["access"], "fulfilled")
        assert session.exec(select(func.count()).select_from(tables.CaseIdentifierRow)).one() == 0
        gone = session.exec(select(Destruction)).one()
        assert (gone.approver, gone.kept, gone.sweep) == (LEAD, "case_contents", planned.sweep)
        assert gone.effective_on == (gone.at + timedelta(days=30)).date()
    assert not list((resources.settings.home / "blobs").glob("[0-9a-f][0-9a-f]/*"))
    assert sweep(resources, Kept.CASE, TWO_YEARS).due == 0
    stubs = sweep(resources, Kept.STUB, SIX_YEARS)
    assert carry_out(resources, Kept.STUB, stubs) == (1, 0)
    with resources.database.read() as session:
        assert session.get(tables.CaseReceipt, case.id) is None
        assert session.exec(select(tables.CaseEventRow)).first() is None


def test_copies_go_before_the_rest_and_say_so(resources: Resources) -> None:
    case = full_case(resources)
    assert sweep(resources, Kept.COLLECTED, in_days(40)).due == 0  # never fetched: six months
    planned = sweep(resources, Kept.COLLECTED, in_days(185))
    assert (planned.due, planned.approval) == (1, False)
    assert carry_out(resources, Kept.COLLECTED, planned) == (1, 0)
    assert carry_out(resources, Kept.PACKAGE, sweep(resources, Kept.PACKAGE, in_days(185))) == (1, 0)
    with resources.database.read() as session:
        receipts = session.exec(select(tables.SearchReceipt)).all()
        assert [(row.rows, row.blobs) for row in receipts] == [(1, {"ids": []}), (1, {"ids": []})]
    assert resources.vault.case(case.id)  # letters and notes stay for two years
    assert sweep(resources, Kept.COLLECTED, in_days(400)).due == 0


def test_a_copy_that_was_fetched_is_collected_rows_for_thirty_days_more(resources: Resources) -> None:
    fetched = full_case(resources, fetched=True).at.date()
    assert sweep(resources, Kept.COLLECTED, fetched + timedelta(days=30)).due == 0
    assert sweep(resources, Kept.COLLECTED, fetched + timedelta(days=31)).due == 1
    assert sweep(resources, Kept.PACKAGE, fetched + timedelta(days=31)).due == 0  # it is given again on request


def test_a_proof_of_identity_ends_after_fourteen_days_whatever_comes(resources: Resources) -> None:
    case = full_case(resources)
    with resources.database.read() as session:
        received = session.exec(select(tables.IdentityEvidence.received_at)).one().date()
    assert sweep(resources, Kept.IDENTITY_EVIDENCE, received + timedelta(days=14)).due == 0
    planned = sweep(resources, Kept.IDENTITY_EVIDENCE, received + timedelta(days=15))
    assert carry_out(resources, Kept.IDENTITY_EVIDENCE, planned) == (1, 0)
    with pytest.raises(KeyMissingError):
        resources.vault.evidence(case.id)


def test_what_the_law_keeps_is_kept_also_when_it_comes_up_after_the_look(resources: Resources) -> None:
    """A complaint, a legal hold, another open case of the person."""
    case = CaseInHand(resources)
    case.happen(Tag.REQUEST_CLOSED, outcome="refused")
    index = resources.vault.index_email("ruth.adeyemi@post.imaginella.example")
    planned = sweep(resources, Kept.CASE, TWO_YEARS)
    hold = LegalHold(subject_index=index, ground="dispute", review_on=in_days(300), placed_by=LEAD, placed_at=datetime.now(UTC))
    with resources.database.write() as session:
        session.add(hold)
    assert carry_out(resources, Kept.CASE, planned) == (0, 1)
    with resources.database.write() as session:
        session.execute(sa.update(LegalHold).values(lifted_at=datetime.now(UTC), lifted_by=LEAD))
    other = CaseInHand(resources, rights=["complaint"])
    assert sweep(resources, Kept.CASE, TWO_YEARS).suspended == 1
    other.happen(Tag.COMPLAINT_LINKED, about=str(case.id))
    assert (sweep(resources, Kept.CASE, TWO_YEARS).due, sweep(resources, Kept.CASE, TWO_YEARS).suspended) == (0, 1)
    with resources.database.read() as session:
        reasons = session.exec(select(SweepItem.reason).where(col(SweepItem.reason).is_not(None))).all()
        states = session.exec(select(SweepRow.state)).all()
    assert {"hold", "open_case", "complaint"} <= set(reasons)
    assert "waiting" not in states


def test_nothing_that_remains_opens_a_destroyed_case(tmp_path: Path) -> None:
    """Abuse test 26: database, log, blobs, older copies of all of them, and the root ring; only the key store's own copy does."""
    from adapters.database import migrate  # noqa: PLC0415 (SQLite files, whatever the other tests run on)

    home = tmp_path / "home"
    url = f"sqlite:///{tmp_path}/home/habeas.db"
    home.mkdir()
    migrate.upgrade(url)
    with opened.resources(home, url, DATAMAP) as resources:
        case = full_case(resources)
        wrapped = {row.wrapped for row in KeyStore(resources.settings.keystore_url).every("case") if row.object == str(case.id)}
        copies = tmp_path / "copies"  # taken before, as backups are
        shutil.copytree(home, copies)
        carry_out(resources, Kept.CASE, sweep(resources, Kept.CASE, TWO_YEARS))
        install = resources.vault.install
    assert len(wrapped) == 1
    sealed = old_cells(copies, case.id)
    assert len(sealed) > 4
    left = [path for path in home.rglob("*") if path.is_file()]
    assert not any(one in path.read_bytes() for path in left for one in wrapped)  # not even in free pages or in the log
    assert opens(sealed, case.id, keys_of(home / "keys.db", home, install)) == 0
    assert opens(sealed, case.id, keys_of(copies / "keys.db", home, install)) == len(sealed)  # until that copy has expired


def old_cells(copies: Path, case_id: UUID) -> list[tuple[str, str, str, bytes]]:
    """Every sealed cell of the case in an older copy of the database."""
    database = sqlite3.connect(copies / "habeas.db")
    cells: list[tuple[str, str, str, bytes]] = []
    this = (case_id.hex,)
    for column in ("subject", "message"):
        value = database.execute(f"SELECT {column} FROM case_receipt WHERE case_id = ?", this).fetchone()[0]
        cells += [("case_receipt", column, str(case_id), value)] if value else []
    for table, column in (("note", "text"), ("letter", "content"), ("case_identifier", "value")):
        rows: Any = database.execute(f"SELECT id, {column} FROM {table} WHERE case_id = ?", this)
        cells += [(table, column, str(UUID(row_id)), value) for row_id, value in rows]
    import base64  # noqa: PLC0415
    import json  # noqa: PLC0415

    for run, system, name, blobs in database.execute("SELECT run, system, collection, blobs FROM search_receipt"):
        cells.append(("search_receipt", "blobs", f"{run}:{system}:{name}", base64.b64decode(json.loads(blobs)["sealed"])))
    return cells


def keys_of(keystore: Path, home: Path, install: bytes) -> list[bytes]:
    """Every key that a key store and the root ring give, whatever it was made for."""
    ring, keys = KeyRing.load(home / "keys" / "ring.json"), []
    for name, purpose, kid, wrapped in sqlite3.connect(keystore).execute("SELECT object, purpose, kid, wrapped FROM keys"):
        associated = canonical("habeas/1/wrap", install, purpose, name, kid)
        keys.append(AESGCM(ring.wrapping_key(kid, install, purpose)).decrypt(wrapped[:12], wrapped[12:], associated))
    return [*keys, *ring.keys.values()]


def opens(cells: list[tuple[str, str, str, bytes]], case_id: UUID, keys: list[bytes]) -> int:
    """How many of the cells any of the keys opens."""
    opened_cells = 0
    for cell in cells:
        for key in keys:
            vault = CaseVault(case_id, lambda key=key: CaseKeys(key, "case"))  # type: ignore[misc]
            try:
                vault.open(*cell)
            except (SealBrokenError, InvalidTag):
                continue
            opened_cells += 1
            break
    return opened_cells


def test_every_table_of_a_case_has_its_end() -> None:
    """A table that belongs to a case and is named nowhere would outlive it."""
    fated = STAYS | GOES | set(EMPTIED)
    owned = {
        name
        for name, table in SQLModel.metadata.tables.items()
        if any(key.column.table.name == "case_receipt" for key in table.foreign_keys)
    }
    assert owned | {"case_receipt"} == fated


def test_a_repetition_after_a_crash_changes_nothing(resources: Resources) -> None:
    case = CaseInHand(resources)
    case.happen(Tag.REQUEST_CLOSED, outcome="refused")
    planned = sweep(resources, Kept.CASE, TWO_YEARS)
    assert carry_out(resources, Kept.CASE, planned) == (1, 0)
    with resources.database.write() as session:  # as if the worker had died right before its last word
        session.execute(sa.update(SweepItem).values(state="waiting"))
        session.execute(sa.update(SweepRow).values(state="carrying_out"))
    assert carry_out(resources, Kept.CASE, planned) == (1, 0)
    with resources.database.read() as session:
        assert len(session.exec(select(Destruction)).all()) == 1
    with pytest.raises(ApplicationError, match="has changed"):
        carry_out(resources, Kept.CASE, planned)
