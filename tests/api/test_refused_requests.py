"""The line of a refused request names the account that made it (ASVS 16.3.2), and no line names those who were let in."""

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from adapters import logs
from domain.rights import Role
from tests.adapters.test_logs import _logging_as_before
from tests.at_console import AtConsole

__all__ = ["_logging_as_before"]


def answered(capsys: pytest.CaptureFixture[str]) -> list[tuple[int, str | None]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [(line["status"], line.get("person")) for line in lines if line.get("event") == "answered"]


def test_a_refusal_is_logged_with_its_account(
    web: TestClient,
    key: Callable[..., dict[str, str]],
    at_console: Callable[..., AtConsole],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By key: without one, beyond the scope, beyond what one may see; at the console: beyond the role."""
    by_key, clerk = key(), at_console(Role.CASEWORKER)
    logs.configure(terminal=False)
    web.get("/api/v1/cases")
    web.get("/api/v1/cases/HAB-NOTTHERE", headers=by_key)
    web.get("/api/v1/cases", headers=key(scopes=("requests:write",), name="ben"))
    web.get("/api/v1/cases", headers=by_key)
    clerk.get("/console/staff")
    first, second, third, fourth, fifth = answered(capsys)
    assert first == (401, "nobody")
    assert (second[0], str(second[1]).startswith("caseworker:")) == (404, True)
    assert (third[0], str(third[1]).startswith("caseworker:")) == (403, True)
    assert second[1] != third[1]
    assert fourth == (200, None)
    assert fifth == (403, clerk.person)
