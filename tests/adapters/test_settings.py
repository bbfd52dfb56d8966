from pathlib import Path

import pytest

from adapters.secret_files import Variables
from adapters.settings import Settings
from domain.errors import SettingsError


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HABEAS_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def refusal(**given: object) -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.load(**given)
    assert "\n" not in refused.value.message
    return refused.value.message


def production(home: Path, **given: object) -> dict[str, object]:
    (home / "keys").mkdir(parents=True)
    for name in ("ring.json", "signing.pem", "audit.pem"):
        (home / "keys" / name).touch(mode=0o600)
    sound: dict[str, object] = {
        "home": home,
        "environment": "production",
        "smtp_url": "smtp://mail.example",
        "mail_from": "privacy@controller.example",
        "public_url": "https://privacy.controller.example",
    }
    return sound | given


def test_everything_lies_under_the_home_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HABEAS_HOME", "state")
    settings = Settings.load()
    home = tmp_path / "state"
    assert settings.home == home
    assert settings.database_url == f"sqlite:///{home}/habeas.db"
    assert settings.keystore_url == f"sqlite:///{home}/keys.db"
    assert settings.blobs_url == str(home / "blobs")
    assert settings.keys == home / "keys" / "ring.json"
    assert settings.signing_key == home / "keys" / "signing.pem"
    assert settings.datamap == tmp_path / "datamap.yml"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.api_decisions


def test_the_signing_key_lies_beside_the_ring(tmp_path: Path) -> None:
    assert Settings.load(keys=tmp_path / "secret" / "ring.json").signing_key == tmp_path / "secret" / "signing.pem"


def test_secrets_come_from_the_folder_that_a_vault_writes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    (folder / "HABEAS_SMTP_URL").write_text("smtps://habeas:first@mail.example\n")
    (folder / "HABEAS_OIDC_CLIENT_SECRET").write_text("of the vault")
    (folder / "BILLING_DATABASE_URL").write_text("postgresql://billing")
    monkeypatch.setenv("HABEAS_SECRETS", str(folder))
    monkeypatch.setenv("HABEAS_OIDC_CLIENT_SECRET", "of the environment")
    settings = Settings.load()
    assert settings.smtp_url == "smtps://habeas:first@mail.example"
    assert settings.oidc_client_secret == "of the environment"
    variables = Variables({"SHOP_URL": "https://shop"}, settings.secrets)
    assert variables["BILLING_DATABASE_URL"] == "postgresql://billing"
    (folder / "BILLING_DATABASE_URL").write_text("postgresql://renewed\n")  # by the agent, while Habeas runs
    assert variables["BILLING_DATABASE_URL"] == "postgresql://renewed"
    assert "SHOP_URL" in variables
    for nothing in ("../secrets/BILLING_DATABASE_URL", "NOTHING"):
        assert nothing not in variables
    folder.chmod(0o755)
    assert refusal() == "HABEAS_SECRETS: the folder can be read by others: chmod o-rwx on it."
    monkeypatch.setenv("HABEAS_SECRETS", str(tmp_path / "nowhere"))
    assert refusal() == "HABEAS_SECRETS: there is no such folder."


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABEAS_SMTP_URL", "")
    monkeypatch.setenv("HABEAS_PORT", "")
    settings = Settings.load()
    assert settings.smtp_url is None
    assert settings.port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eighty"), ("PORT", "0"), ("ENVIRONMENT", "staging"), ("ERASURE_WAITING_DAYS", "-1"), ("LOG_LEVEL", "loud")],
)
def test_a_malformed_setting_is_one_line_that_names_it(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"HABEAS_{name}", value)
    message = refusal()
    assert message.startswith(f"HABEAS_{name}: ")


def test_a_refused_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABEAS_PORT", "hunter2")
    assert "hunter2" not in refusal()


def test_passwords_in_urls_are_not_shown() -> None:
    settings = Settings.load(database_url="postgresql+psycopg://habeas:hunter2@db.example/habeas", smtp_url="smtp://a:hunter2@b")
    assert "hunter2" not in repr(settings)


def test_a_sound_production_loads(tmp_path: Path) -> None:
    given = production(tmp_path)
    elsewhere = "postgresql+psycopg://habeas@db.controller.example/habeas?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem"
    for url in ("postgresql+psycopg:///habeas?host=/run/postgresql", "postgresql+psycopg://habeas@127.0.0.1/habeas", elsewhere):
        assert Settings.load(**given, database_url=url).environment == "production"
    assert Settings.load(**given).environment == "production"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"keys": "/nonexistent/ring.json"}, "HABEAS_KEYS"),
        ({"signing_key": "/nonexistent/signing.pem"}, "HABEAS_SIGNING_KEY"),
        ({"audit_key": "/nonexistent/audit.pem"}, "HABEAS_AUDIT_KEY"),
        ({"smtp_url": None}, "HABEAS_SMTP_URL"),
        ({"mail_from": Settings.model_fields["mail_from"].default}, "HABEAS_MAIL_FROM"),
        ({"public_url": "http://privacy.controller.example"}, "HABEAS_PUBLIC_URL"),
        ({"database_url": "postgresql+psycopg://db.controller.example/habeas"}, "HABEAS_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg://db.controller.example/habeas?sslmode=require"}, "HABEAS_DATABASE_URL"),
        ({"keystore_url": "postgresql+psycopg:///keys?host=db.controller.example&sslmode=prefer"}, "HABEAS_KEYSTORE_URL"),
        ({"clamd": "tcp://scanner.controller.example:3310"}, "HABEAS_CLAMD"),
    ],
)
def test_production_refuses_what_is_missing_or_a_default(tmp_path: Path, given: dict[str, object], named: str) -> None:
    assert refusal(**production(tmp_path, **given)).startswith(named)


@pytest.mark.parametrize("name", ["ring.json", "signing.pem", "audit.pem"])
def test_production_refuses_a_secret_that_others_can_read(tmp_path: Path, name: str) -> None:
    given = production(tmp_path)
    (tmp_path / "keys" / name).chmod(0o640)
    assert "chmod 600" in refusal(**given)


def demo(home: Path, **given: object) -> dict[str, object]:
    return {"home": home, "environment": "demo", **given}


def test_a_demo_in_an_empty_home_loads_and_marks_it(tmp_path: Path) -> None:
    settings = Settings.load(**demo(tmp_path / "new"))
    settings.make_home()
    assert settings.api_decisions
    assert settings.demo_marker.exists()
    assert settings.home.stat().st_mode & 0o077 == 0
    assert Settings.load(**demo(tmp_path / "new")).home == settings.home


def test_a_demo_home_without_demo_is_refused(tmp_path: Path) -> None:
    Settings.load(**demo(tmp_path / "new")).make_home()
    assert refusal(home=tmp_path / "new").startswith("HABEAS_HOME")


def test_a_demo_database_without_demo_is_refused(tmp_path: Path) -> None:
    Settings.load(**demo(tmp_path / "new")).make_home()
    assert "holds the demo" in refusal(home=tmp_path / "other", database_url=f"sqlite:///{tmp_path}/new/habeas.db")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_url": "smtp://mail.controller.example"}, "HABEAS_SMTP_URL"),
        ({"smtp_url": "smtp://127.0.0.1.controller.example"}, "HABEAS_SMTP_URL"),
        ({"public_url": "https://privacy.controller.example"}, "HABEAS_PUBLIC_URL"),
        ({"mailboxes": "imaps://privacy@controller.example"}, "HABEAS_MAILBOXES"),
        ({"database_url": "postgresql+psycopg://db.controller.example/habeas_demo"}, "HABEAS_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg://127.0.0.1/habeas"}, "HABEAS_DATABASE_URL"),
        ({"database_url": "sqlite:////srv/habeas/habeas.db"}, "HABEAS_DATABASE_URL"),
        ({"database_url": "sqlite:////srv/demo/../habeas.db"}, "HABEAS_DATABASE_URL"),
        ({"keystore_url": "postgresql+psycopg://127.0.0.1/habeas"}, "HABEAS_KEYSTORE_URL"),
        ({"database_url": "postgresql+psycopg://127.0.0.1/habeas_demo?host=db.controller.example"}, "HABEAS_DATABASE_URL"),
        ({"database_url": "nonsense"}, "HABEAS_DATABASE_URL"),
    ],
)
def test_the_demo_refuses_everything_real(tmp_path: Path, given: dict[str, object], named: str) -> None:
    assert refusal(**demo(tmp_path / "new", **given)).startswith(named)


def test_the_demo_does_not_leave_its_home_by_a_detour(tmp_path: Path) -> None:
    assert refusal(**demo(tmp_path / "new", database_url=f"sqlite:///{tmp_path}/new/../habeas.db")).startswith(
        "HABEAS_DATABASE_URL"
    )


def test_the_demo_refuses_a_home_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "habeas.db").touch()
    assert refusal(**demo(tmp_path)).startswith("HABEAS_HOME")


def test_the_demo_may_use_a_local_postgresql_of_its_own(tmp_path: Path) -> None:
    url = "postgresql+psycopg://habeas@127.0.0.1:5432/habeas_demo"
    assert Settings.load(**demo(tmp_path / "new", database_url=url, smtp_url="smtp://127.0.0.1:8025")).database_url == url
