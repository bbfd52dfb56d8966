"""Connection settings: variables filled in, paths that stay under the home unless the operator says otherwise."""

from pathlib import Path

import pytest

from domain.datamap import resolve, stays_inside
from domain.errors import SettingsError

HOME = Path("/srv/habeas")


@pytest.mark.parametrize(
    ("setting", "environment", "result"),
    [
        ("${SHOP_URL}", {"SHOP_URL": "postgresql://reader:pw@db/shop"}, "postgresql://reader:pw@db/shop"),
        ("${SHOP_URL:-sqlite:///demo/shop.db}", {}, "sqlite:////srv/habeas/demo/shop.db"),
        ("sqlite:///demo/./shop.db", {}, "sqlite:////srv/habeas/demo/shop.db"),
        ("sqlite+pysqlite:///shop.db", {}, "sqlite+pysqlite:////srv/habeas/shop.db"),
        ("${SHOP_URL:-sqlite:///demo/shop.db}", {"SHOP_URL": "sqlite:////var/shop.db"}, "sqlite:////var/shop.db"),
        ("postgresql://${NAME}:${WORD}@db/shop", {"NAME": "reader", "WORD": "pw"}, "postgresql://reader:pw@db/shop"),
        ("files", {}, "/srv/habeas/files"),
        ("${FILES:-files}", {"FILES": "/mnt/files"}, "/mnt/files"),
        ("${FILES:-files}", {"FILES": "/mnt/files/"}, "/mnt/files"),
    ],
)
def test_a_setting_is_resolved(setting: str, environment: dict[str, str], result: str) -> None:
    assert resolve(setting, home=HOME, environment=environment) == result


@pytest.mark.parametrize(
    "setting",
    [
        "${SHOP_URL}",
        "/etc",
        "../other",
        "files/../../other",
        "sqlite:////etc/shop.db",
        "sqlite:///../shop.db",
        "~/x",
        "${lower}",
        "$X",
    ],
)
def test_a_missing_variable_or_a_path_that_climbs_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError):
        resolve(setting, home=HOME, environment={})


def test_a_refusal_names_the_variable_and_no_value() -> None:
    with pytest.raises(SettingsError) as refusal:
        resolve("postgresql://${NAME}:${WORD}@db/shop", home=HOME, environment={"NAME": "somebody"})
    assert refusal.value.facts["variables"] == ["WORD"]
    assert "somebody" not in str(refusal.value)


@pytest.mark.parametrize("path", ["a", "a/b.png", "a b/c", "..a/b", "a/..b", "\u202eb"])
def test_ordinary_paths_stay_inside(path: str) -> None:
    assert stays_inside(path)


@pytest.mark.parametrize("path", ["", "/a", "..", "../a", "a/../b", "a/..", "~", "~a/b", "a\\b", "a\0b", "a\nb"])
def test_paths_that_could_leave_do_not(path: str) -> None:
    assert not stays_inside(path)
