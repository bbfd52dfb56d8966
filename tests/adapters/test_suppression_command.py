"""`habeas suppression check` says on which lists an address stands; it is noted under who asks, and no oracle for many."""

import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from adapters import rates
from adapters.database.tables import AccessLog
from adapters.rates import Rate
from adapters.suppression import suppress
from cli import app
from tests import opened


def test_an_address_is_looked_up_noted_and_limited(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "HOST_CHECKS", Rate(most=2, within=timedelta(hours=1)))
    with opened.resources(tmp_path / "home", database_url) as resources:
        with resources.database.write() as session:
            now = datetime.now(UTC)
            suppress(session, resources.vault, "marketing", "email", "mia@post.example", now=now, expires_on=None)
        for name, value in resources.settings.model_dump(include={"home", "database_url", "datamap"}).items():
            monkeypatch.setenv(f"HABEAS_{name.upper()}", str(value))
        ask = ["suppression", "check"]
        first, other, third = (
            CliRunner().invoke(app, [*ask, each]) for each in ("Mia@post.example", "no@post.example", "x@y.example")
        )
        assert first.stdout.splitlines() == ["marketing: yes", "restored: no", "abuse: no"], first.output
        assert other.stdout.splitlines() == ["marketing: no", "restored: no", "abuse: no"]
        assert (third.exit_code, third.stdout) == (1, "")
        with resources.database.read() as session:
            rows = session.exec(select(AccessLog.actor, AccessLog.action)).all()
        assert rows == [(f"host:{getpass.getuser()}", "suppression-check")] * 3
