"""Keys: what counts, from where, until when, and as whom."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.tables import ApiKey, Caseworker
from adapters.resources import Resources
from domain.rights import Role

Key = Callable[..., dict[str, str]]
URL = "/api/v1/cases"


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer hk1_00000000" + "a" * 43, "Basic YTpi", "Bearer hk1_x", "Bearer \u00e9"]
)
def test_no_key_that_counts(web: TestClient, header: str) -> None:
    answer = web.get(URL, headers=[(b"Authorization", header.encode())])
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_known_id_with_another_secret_is_refused(web: TestClient, key: Key) -> None:
    headers = key()
    forged = headers["Authorization"][:-4] + "AAAA"
    assert web.get(URL, headers=headers).status_code == 200
    assert web.get(URL, headers={"Authorization": forged}).status_code == 401


@pytest.mark.parametrize("end", ["expires_at", "revoked_at"])
def test_an_ended_key_is_refused(web: TestClient, key: Key, resources: Resources, end: str) -> None:
    headers = key()
    with resources.database.write() as session:
        setattr(session.exec(select(ApiKey)).one(), end, datetime.now(UTC))
    assert web.get(URL, headers=headers).status_code == 401


def test_a_key_dies_with_its_owner_s_account(web: TestClient, key: Key, resources: Resources) -> None:
    headers = key()
    with resources.database.write() as session:
        session.exec(select(Caseworker)).one().active = False
    assert web.get(URL, headers=headers).status_code == 401


def test_a_key_counts_from_its_networks_only(web: TestClient, key: Key) -> None:
    assert web.get(URL, headers=key(networks=["127.0.0.0/8"])).status_code == 200
    assert web.get(URL, headers=key(networks=["192.0.2.0/24"])).status_code == 401


def test_scopes_are_cut_by_key_and_by_role(web: TestClient, key: Key) -> None:
    answer = web.get(URL, headers=key(scopes=("requests:write",)))
    assert (answer.status_code, answer.json()["scope"]) == (403, "cases:read")
    assert web.get(URL, headers=key(Role.ADMINISTRATOR)).status_code == 403
    assert web.get(URL, headers=key(Role.PLATFORM)).status_code == 200
