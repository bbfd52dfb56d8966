"""A backup can be restored, and neither destroyed cases nor people on a list come back with it unnoticed."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from adapters.backup import LEDGER, MANIFEST, BackedUp, back_up
from adapters.buried import bury_again
from adapters.database.retention_due import RetentionDue
from adapters.database.tables import Alarm, CaseReceipt
from adapters.destruction import Authorised, destroy
from adapters.keystore import KeyStore
from adapters.resources import Resources
from adapters.restore import Restored, restore
from adapters.settings import RESTORING, Settings
from adapters.suppression import lists_of, suppress
from cli import app
from domain.errors import KeyMissingError, SettingsError
from domain.events import Tag
from domain.retention import Kept
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, SearchedCase

NOW = datetime.now(UTC)
LEAD = "caseworker:00000000-0000-4000-8000-00000000000c"


@pytest.fixture
def resources(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    if database_url.startswith("postgresql"):  # a schema of its own in the same database
        monkeypatch.setenv("HABEAS_KEYSTORE_URL", database_url)
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def case(resources: Resources, words: bytes) -> SearchedCase:
    """A closed case with rows and a sealed file."""
    made = SearchedCase(resources)
    made.found("platform", "accounts", ACCOUNT)
    made.found_files("uploads", "pictures", {"a.txt": words})
    made.event(Tag.REQUEST_CLOSED, outcome="fulfilled")
    return made


def backed_up(resources: Resources, at: datetime = NOW) -> BackedUp:
    home = resources.settings.home.parent
    return back_up(resources, home / "data", home / "keys", at)


def listed(resources: Resources, address: str) -> bool:
    with resources.database.read() as session:
        return bool(lists_of(session, resources.vault, "email", address, today=NOW.date()))


def put_on_list(resources: Resources, address: str) -> None:
    with resources.database.write() as session:
        suppress(session, resources.vault, "marketing", "email", address, now=NOW, expires_on=None)


def opens(resources: Resources, one: SearchedCase) -> bool:
    try:
        vault = resources.vault.case(one.id)
    except KeyMissingError:
        return False
    with resources.database.read() as session:
        receipt = session.get(CaseReceipt, one.id)
        assert receipt is not None
        assert receipt.subject is not None
        return b"Ruth" in vault.open("case_receipt", "subject", str(one.id), receipt.subject)


def restored(resources: Resources, data: Path, keys: Path, *more: Path) -> tuple[Restored, Resources]:
    """Onto what is there; the same ring, as an operator keeps it apart."""
    resources.close()
    done = restore(resources.settings, data, keys, more, replace=True)
    return done, Resources.open(resources.settings)


def test_what_was_destroyed_since_and_who_was_listed_since_stay_so(resources: Resources) -> None:
    """The present key store and the newer ledgers are read before the old copy takes their place."""
    kept, gone = case(resources, b"stays"), case(resources, b"goes")
    first = backed_up(resources)
    destroy(resources, Kept.CASE, gone.id, Authorised(approver=LEAD, now=datetime.now(UTC)))
    put_on_list(resources, "never@post.example")
    done, again = restored(resources, first.data, first.keys)
    assert (done.keys, done.emptied, done.listed) == (1, 1, 1)
    assert opens(again, kept)
    assert not opens(again, gone)
    assert listed(again, "never@post.example")
    with again.database.read() as session:
        receipt = session.get(CaseReceipt, gone.id)
        assert receipt is not None
        assert receipt.subject is None
        assert [alarm.kind for alarm in session.exec(select(Alarm)).all()] == ["restored"]
    blobs = list(again.settings.blobs_folder.glob("[0-9a-f][0-9a-f]/*"))
    assert len(blobs) == first.files // 2  # the file of the case that goes is gone again
    again.close()


def test_on_an_empty_machine_a_newer_ledger_beside_the_copy_is_enough(resources: Resources) -> None:
    gone = case(resources, b"goes")
    first = backed_up(resources)
    destroy(resources, Kept.CASE, gone.id, Authorised(approver=LEAD, now=datetime.now(UTC)))
    put_on_list(resources, "never@post.example")
    second = backed_up(resources, NOW + timedelta(hours=1))
    resources.close()
    ring = resources.settings.keys.parent
    if resources.settings.database_url.startswith("sqlite"):
        for file in (*resources.settings.home.parent.glob("habeas.db*"), *resources.settings.home.glob("keys.db*")):
            file.unlink()
        shutil.rmtree(resources.settings.blobs_folder)
        for folder in resources.settings.home.iterdir():
            if folder != ring and folder.is_dir():
                shutil.rmtree(folder)
    done = restore(resources.settings, first.data, first.keys, replace=True)
    assert (done.keys, done.listed) == (1, 1)
    assert done.known_until >= json.loads((second.keys / LEDGER).read_text())["made"]
    again = Resources.open(resources.settings)
    assert not opens(again, gone)
    again.close()


def test_what_nobody_can_know_is_said_and_found_again_by_the_next_sweep(resources: Resources) -> None:
    """All but the copies is lost, so is the word of a destruction since: the period is over still, and the sweep says so."""
    gone = case(resources, b"goes")
    first = backed_up(resources)
    destroy(resources, Kept.CASE, gone.id, Authorised(approver=LEAD, now=datetime.now(UTC)))
    resources.close()
    shutil.rmtree(resources.settings.blobs_folder)
    if not resources.settings.database_url.startswith("sqlite"):
        return  # the key store of PostgreSQL is there whenever the database is
    for file in (*resources.settings.home.parent.glob("habeas.db*"), *resources.settings.home.glob("keys.db*")):
        file.unlink()
    done = restore(resources.settings, first.data, first.keys)
    assert done.known_until < datetime.now(UTC).isoformat()
    again = Resources.open(resources.settings)
    assert opens(again, gone)
    with again.database.read() as session:
        later = NOW.date() + timedelta(days=800)
        assert [each.object for each in RetentionDue(again, session, later).over(Kept.CASE)] == [gone.id]
    again.close()


def test_a_copy_put_in_place_by_hand_is_made_good_before_the_start(resources: Resources) -> None:
    if not resources.settings.database_url.startswith("sqlite"):
        pytest.skip("a file is what people copy by hand")
    gone = case(resources, b"goes")
    first = backed_up(resources)
    destroy(resources, Kept.CASE, gone.id, Authorised(approver=LEAD, now=datetime.now(UTC)))
    place = resources.settings.home.parent / "habeas.db"
    resources.close()
    newest = place.read_bytes()
    for old in resources.settings.home.parent.glob("habeas.db-*"):
        old.unlink()
    shutil.copy(first.data / "habeas.db", place)  # an old database, the present keys
    again = Resources.open(resources.settings)
    store = KeyStore(resources.settings.keystore_url)
    assert bury_again(again.database, store, again.blobs) == 1
    assert bury_again(again.database, store, again.blobs) == 0
    again.close()
    store.close()
    place.write_bytes(newest)  # the present database, old keys
    for old in (*resources.settings.home.glob("keys.db-*"), *resources.settings.home.parent.glob("habeas.db-*")):
        old.unlink()
    shutil.copy(first.keys / "keys.db", resources.settings.home / "keys.db")
    again = Resources.open(resources.settings)
    store = KeyStore(resources.settings.keystore_url)
    assert bury_again(again.database, store, again.blobs) == 1
    assert not opens(again, gone)
    store.close()
    again.close()


def test_a_copy_that_is_not_whole_or_does_not_fit_is_refused_before_anything_is_touched(resources: Resources) -> None:
    one = case(resources, b"stays")
    first = backed_up(resources)
    second = backed_up(resources, NOW + timedelta(hours=1))
    settings = resources.settings
    with pytest.raises(SettingsError, match="older than the backup of the data"):
        restore(settings, second.data, first.keys, replace=True)
    with pytest.raises(SettingsError, match="not a backup of this kind"):
        restore(settings, first.keys, first.keys, replace=True)
    with pytest.raises(SettingsError, match="--replace"):
        restore(settings, first.data, first.keys)
    other = json.loads((second.keys / MANIFEST).read_text()) | {"install": "00" * 16}
    (second.keys / MANIFEST).write_text(json.dumps(other))
    with pytest.raises(SettingsError, match="another installation"):
        restore(settings, first.data, second.keys, replace=True)
    blob = next(path for path in (first.data / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(blob.read_bytes()[:-1])
    with pytest.raises(SettingsError, match="not what was written"):
        restore(settings, first.data, first.keys, replace=True)
    (first.keys / LEDGER).unlink()
    with pytest.raises(SettingsError, match="not what was written"):
        restore(settings, second.data, first.keys, replace=True)
    assert not (settings.home / RESTORING).exists()
    assert opens(resources, one)


def test_nothing_starts_on_a_restore_that_was_interrupted(resources: Resources) -> None:
    case(resources, b"stays")
    first = backed_up(resources)
    resources.close()
    settings = resources.settings
    broken = settings.model_copy(update={"keystore_url": "sqlite:////dev/null/keys.db"})
    with pytest.raises(SettingsError):
        restore(broken, first.data, first.keys, replace=True)
    with pytest.raises(SettingsError, match="has not come to its end"):
        Settings.load(home=settings.home)
    restore(settings, first.data, first.keys)  # once more needs no --replace
    assert Settings.load(home=settings.home).home == settings.home


def test_keys_are_kept_apart_and_for_thirty_days(resources: Resources) -> None:
    """The newest copy of keys stays, whatever its age; no key stands in the copy of the data."""
    made = case(resources, b"stays")
    old = backed_up(resources, NOW - timedelta(days=40))
    newer = backed_up(resources, NOW - timedelta(days=31))
    assert (old.keys.exists(), newer.expired) == (True, 0)
    newest = backed_up(resources)
    assert (old.keys.exists(), newer.keys.exists(), newest.expired) == (False, False, 2)
    store = KeyStore(resources.settings.keystore_url)
    wrapped = [row.wrapped for row in store.every() if row.object == str(made.id)]
    store.close()
    files = [path.read_bytes() for path in newest.data.rglob("*") if path.is_file()]
    assert wrapped
    assert not any(key in content or key.hex().encode() in content for key in wrapped for content in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (*newest.keys.rglob("*"), newest.data / MANIFEST) if path.is_file())
    with pytest.raises(SettingsError, match="kept apart"):
        back_up(resources, newest.data.parent, newest.data.parent / "keys", NOW)


def test_the_commands(resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    case(resources, b"stays")
    monkeypatch.setenv("HABEAS_HOME", str(resources.settings.home))
    monkeypatch.setenv("HABEAS_DATABASE_URL", database_url)
    monkeypatch.setenv("HABEAS_DATAMAP", str(DATAMAP))
    run = CliRunner()
    said = run.invoke(app, ["backup", str(tmp_path / "d"), "--keys-to", str(tmp_path / "k")])
    assert said.exit_code == 0, said.output
    resources.close()
    data, keys = next((tmp_path / "d").iterdir()), next((tmp_path / "k").iterdir())
    said = run.invoke(app, ["restore", str(data), "--keys", str(keys), "--replace"])
    assert said.exit_code == 0, said.output
    assert "what was destroyed is known until" in said.output
