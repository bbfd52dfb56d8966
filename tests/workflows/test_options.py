"""How long a crash is felt: whatever may take longer than 5 seconds beats, and is given up on after 10 without a beat."""

from datetime import timedelta
from typing import Any

import pytest

from workflows import options

SETS = {name: found for name, found in vars(options).items() if isinstance(found, dict) and "retry_policy" in found}


def test_there_are_twelve() -> None:
    assert sorted(SETS) == [
        "ARCHIVES",
        "CALLS",
        "CONNECTORS",
        "EVENTS",
        "LETTERS",
        "LISTS",
        "LOOKS",
        "MAIL",
        "MAIL_SORTING",
        "PACKAGES",
        "REPORTS",
        "SENDING",
    ]


@pytest.mark.parametrize("name", SETS)
def test_a_dead_worker_is_noticed_within_ten_seconds(name: str) -> None:
    given: dict[str, Any] = SETS[name]
    felt: timedelta = given.get("heartbeat_timeout", given["start_to_close_timeout"])
    assert felt <= timedelta(seconds=10)
