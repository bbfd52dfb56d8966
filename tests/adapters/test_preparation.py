import json
from pathlib import Path

import pytest

from adapters import preparation
from adapters.database import migrate
from adapters.settings import Settings
from domain.errors import DataMapError, SettingsError

DATAMAP = Path(__file__).parent.parent / "data" / "small_datamap.yml"


class Told(list[str]):
    """What the steps said."""

    def __call__(self, step: str, text: str) -> None:
        self.append(f"{step}: {text}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(home=tmp_path / "home", datamap=DATAMAP)


def test_a_new_installation_gets_keys_tables_and_nothing_else(settings: Settings) -> None:
    told = Told()
    preparation.prepare(settings, told)
    assert [line.split(":")[0] for line in told] == ["keys", "data map", "database"]
    assert settings.keys.stat().st_mode & 0o777 == 0o600
    assert settings.signing_key.stat().st_mode & 0o777 == 0o600
    assert migrate.present(settings.database_url) == migrate.newest()


def test_a_second_time_changes_nothing(settings: Settings) -> None:
    preparation.prepare(settings, Told())
    before = settings.keys.read_bytes(), settings.signing_key.read_bytes()
    told = Told()
    preparation.prepare(settings, told)
    assert (settings.keys.read_bytes(), settings.signing_key.read_bytes()) == before
    assert told[0].startswith("keys: found")


def test_a_ring_that_is_gone_is_never_replaced(settings: Settings) -> None:
    preparation.prepare(settings, Told())
    settings.keys.unlink()
    with pytest.raises(SettingsError, match=r"HABEAS_KEYS: .* is gone"):
        preparation.prepare(settings, Told())
    assert not settings.keys.exists()


def test_production_never_makes_keys(settings: Settings) -> None:
    strict = settings.model_copy(update={"environment": "production"})
    with pytest.raises(SettingsError, match="HABEAS_KEYS"):
        preparation.prepare(strict, Told())
    assert not settings.keys.exists()


def test_a_broken_data_map_stops_with_its_line(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(DATAMAP.read_text().replace("purposes:", "purposes: &x", 1))
    with pytest.raises(DataMapError, match=r"Line \d+"):
        preparation.prepare(settings.model_copy(update={"datamap": broken}), Told())


def test_a_missing_data_map_names_the_setting(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HABEAS_DATAMAP"):
        preparation.prepare(settings.model_copy(update={"datamap": tmp_path / "none.yml"}), Told())


def test_a_database_that_does_not_answer_is_one_line_without_its_password(settings: Settings) -> None:
    url = "postgresql+psycopg://habeas:hunter2@127.0.0.1:1/habeas"
    with pytest.raises(SettingsError, match="HABEAS_DATABASE_URL") as refused:
        preparation.prepare(settings.model_copy(update={"database_url": url}), Told())
    assert "hunter2" not in refused.value.message


def test_demo_staff_get_fresh_keys_once(settings: Settings) -> None:
    preparation.prepare(settings, Told())
    preparation.seed_people(settings, Told())
    first = settings.demo_sign_ins.read_bytes()
    preparation.seed_people(settings, Told())
    assert settings.demo_sign_ins.read_bytes() == first
    assert settings.demo_sign_ins.stat().st_mode & 0o777 == 0o600
    people = json.loads(first)
    assert {person["role"] for person in people} >= {"caseworker", "reviewer", "privacy_lead", "auditor"}
    assert len({person["api_key"] for person in people}) == len(people) == 8
    assert len({person["password"] for person in people}) == 8


def test_demo_staff_of_an_older_home_get_passwords(settings: Settings) -> None:
    preparation.prepare(settings, Told())
    preparation.seed_people(settings, Told())
    people = json.loads(settings.demo_sign_ins.read_bytes())
    settings.demo_sign_ins.write_text(json.dumps([{"email": person["email"], "api_key": "gone"} for person in people]))
    preparation.seed_people(settings, Told())
    assert all(person["password"] and person["seed"] for person in json.loads(settings.demo_sign_ins.read_bytes()))
