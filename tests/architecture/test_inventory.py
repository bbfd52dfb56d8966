"""The limits that the inventory names are those of the code."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "inventory.md"
_ROW = re.compile(r"\| `([a-z0-9_.]+)\.([A-Z_]+)` \| ([\d,]+) \|$", re.MULTILINE)
LIMITS = _ROW.findall(PAGE.read_text("utf-8"))


def test_there_are_limits() -> None:
    assert len(LIMITS) > 20


@pytest.mark.parametrize(("module", "name", "value"), LIMITS, ids=[".".join(each[:2]) for each in LIMITS])
def test_a_limit_is_as_it_says(module: str, name: str, value: str) -> None:
    assert getattr(importlib.import_module(module), name) == int(value.replace(",", ""))
