"""The page for operators names every setting there is, and none that is not."""

import re

from adapters.settings import Settings
from tests.architecture import sources

PAGE = (sources.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `HABEAS_([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_every_setting_has_exactly_one_row() -> None:
    assert sorted(name.lower() for name, _, _ in ROWS) == sorted(Settings.model_fields)


def test_plain_defaults_are_the_ones_in_the_code() -> None:
    shown = {name.lower(): default.strip("` ") for name, default, _ in ROWS}
    for name in ("home", "environment", "port", "temporal_port", "mail_port", "erasure_waiting_days", "log_level"):
        assert shown[name] == str(Settings.model_fields[name].default)


def test_every_row_says_what_the_setting_is() -> None:
    assert [name for name, _, meaning in ROWS if not meaning.strip()] == []
