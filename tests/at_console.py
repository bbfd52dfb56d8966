"""Somebody at the console, signed in without the half second that a password takes."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import httpx2
from fastapi.testclient import TestClient
from sqlmodel import update

from adapters.database.people import add_caseworker
from adapters.database.staff_tables import StaffFactor
from adapters.database.tables import StaffSession
from adapters.factors import Factors, code_at
from adapters.resources import Resources
from domain.rights import Role

COOKIE = "habeas-staff"


def session_of(
    resources: Resources, role: Role = Role.CASEWORKER, name: str = "Amira Osei", *, ago: timedelta = timedelta()
) -> tuple[str, str]:
    """A session of somebody with a role, begun some time ago: its cookie, and who it is as commands carry it."""
    email = f"{name.lower().replace(' ', '.')}-{role.value}@example.com"
    person = add_caseworker(resources.database, email=email, name=name, role=role)
    token, began = secrets.token_bytes(32), datetime.now(UTC) - ago
    row = StaffSession(
        token_sha256=hashlib.sha256(token).hexdigest(),
        caseworker=person,
        role=role.value,
        began_at=began,
        seen_at=datetime.now(UTC),
        factor_at=began,
    )
    with resources.database.write() as session:
        session.add(row)
    return urlsafe_b64encode(token).decode().rstrip("="), f"caseworker:{person}"


def authenticator_of(resources: Resources, person: UUID) -> str:
    """Set up an authenticator; its seed."""
    factors, now = Factors(resources.database, resources.vault), datetime.now(UTC)
    seed = factors.begun(person)
    assert factors.confirm(person, code_at(seed, now), now)
    return seed


def unused(resources: Resources) -> None:
    """Let the code of this half minute count once more: a test does not wait for the next one."""
    with resources.database.write() as session:
        session.execute(update(StaffFactor).values(last_step=0))


class AtConsole:
    """A client with a session of its own.

    Args:
        web: the application's client; only its transport is shared.
        resources: of the application.
        role: of the person.
        name: of the person; another name is another person.
        ago: how long ago they signed in.
    """

    def __init__(
        self,
        web: TestClient,
        resources: Resources,
        role: Role = Role.CASEWORKER,
        name: str = "Amira Osei",
        *,
        ago: timedelta = timedelta(),
    ) -> None:
        self._web = web
        self.cookie, self.person = session_of(resources, role, name, ago=ago)
        token = urlsafe_b64decode(self.cookie + "=" * (-len(self.cookie) % 4))
        self.form_key = hmac.new(token, b"habeas/1/console-form", "sha256").hexdigest()

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page, without following where it leads."""
        return self._web.get(path, headers=self._headers(headers), follow_redirects=False)

    def post(self, path: str, data: Mapping[str, object] | None = None, **headers: str) -> httpx2.Response:
        """Send a form of a page of this session."""
        body = {"key": self.form_key} | dict(data or {})
        return self._web.post(path, data=body, headers=self._headers(headers), follow_redirects=False)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie}"} | {name.replace("_", "-"): value for name, value in more.items()}


def text_of(page: httpx2.Response) -> str:
    """What a person reads on a page, on one line."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()
