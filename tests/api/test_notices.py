"""A notice by the JSON API: list, letters, four eyes over both, a proof for each person, the words that may not be in it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.database.notice_recipients import Ended, Recipients
from adapters.notice_letters import recipient_token
from adapters.resources import Resources
from domain.rights import Role
from tests.notice_ready import addresses, notice_ready

Key = Callable[..., dict[str, str]]
LETTER = {
    "language": "en",
    "subject": "Please read: stolen passwords were tried",
    "nature": "On 22 November somebody tried stolen passwords.",
    "consequences": "Somebody may have seen your account.",
    "measures": "We reset the passwords.",
    "advice": "Go to the site as usual.",
}
LIST = b"email;country;language\r\nmike@example.com;GB;en\r\nanne@example.fr;FR;fr\r\nMIKE@example.com;GB;en\r\nnobody;GB;en\r\n"


@pytest.fixture
def rita(key: Key) -> dict[str, str]:
    return key(Role.BREACH_RESPONDER, name="rita")


@pytest.fixture
def lea(key: Key) -> dict[str, str]:
    return key(Role.PRIVACY_LEAD, name="lea")


@pytest.fixture
def notice(web: TestClient, rita: dict[str, str]) -> str:
    body = {"summary": "Stolen passwords", "affected": {"GB": 2}}
    breach = web.post("/api/v1/breaches", json=body, headers=rita).json()["reference"]
    answer = web.post("/api/v1/notices", json={"title": "Log-in only", "breach": breach}, headers=rita)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


def act(web: TestClient, notice: str, who: dict[str, str], action: str, **body: Any) -> Any:  # noqa: ANN401
    return web.post(f"/api/v1/notices/{notice}/actions/{action}", json=body, headers=who)


def load(web: TestClient, notice: str, who: dict[str, str], content: bytes = LIST) -> dict[str, Any]:
    place = f"/api/v1/notices/{notice}/actions/load_list"
    parts: Any = {"command": (None, json.dumps({})), "files": ("people.csv", content, "text/csv")}
    answer = web.post(place, files=parts, headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_from_list_and_letter_to_approval_by_somebody_else(
    web: TestClient, notice: str, rita: dict[str, str], lea: dict[str, str]
) -> None:
    counted = load(web, notice, rita)
    assert (counted["recipients"], counted["unusable"], counted["countries"]) == (2, 1, {"fr": 1, "gb": 1})
    assert act(web, notice, rita, "set_letter", **LETTER).status_code == 200
    ready = act(web, notice, rita, "prepare").json()
    assert [segment["name"] for segment in ready["segments"]] == ["fr_fr", "gb_en"]
    assert act(web, notice, rita, "approve", sha256=ready["sha256"]).status_code == 403
    stale = act(web, notice, lea, "approve", sha256="0" * 64)
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/stale-hash")
    approved = act(web, notice, lea, "approve", sha256=ready["sha256"]).json()
    assert (approved["status"], approved["progress"]) == ("approved", {"waiting": 2})
    assert act(web, notice, lea, "set_letter", **LETTER).json()["approved_by"] is None, "a change voids the approval"


@pytest.mark.parametrize(
    "wrong",
    [
        {"advice": "Sign in here: https://evil.example/login"},
        {"advice": "Reset it: http://127.0.0.1:8000/sign-in"},
        {"advice": "See www.evil.example"},
        {"nature": ""},
        {"measures": None},
        {"subject": "Two\nlines"},
    ],
)
def test_a_letter_that_would_teach_people_to_be_phished_is_refused(
    web: TestClient, notice: str, rita: dict[str, str], wrong: dict[str, Any]
) -> None:
    assert act(web, notice, rita, "set_letter", **(LETTER | wrong)).status_code == 422


def test_whoever_asks_whether_they_were_affected_is_answered_by_post(web: TestClient, notice: str, rita: dict[str, str]) -> None:
    load(web, notice, rita)
    place = f"/api/v1/notices/{notice}/proof"
    mike = web.post(place, json={"email": "Mike@EXAMPLE.com"}, headers=rita).json()
    assert (mike["affected"], mike["state"], mike["segment"]) == (True, "waiting", "gb_en")
    assert web.post(place, json={"email": "stranger@example.com"}, headers=rita).json()["affected"] is False


def test_a_public_notice_reaches_the_platforms_banner(web: TestClient, notice: str, lea: dict[str, str], key: Key) -> None:
    act(web, notice, lea, "publish", language="en", text="Somebody tried stolen passwords.")
    banner = web.get(f"/api/v1/notices/{notice}/banner", headers=key(Role.PLATFORM)).json()
    assert banner["texts"] == {"en": "Somebody tried stolen passwords."}


def test_notices_are_listed_by_their_breach(web: TestClient, notice: str, rita: dict[str, str]) -> None:
    (line,) = web.get("/api/v1/notices", headers=rita).json()["items"]
    assert (line["reference"], line["title"], line["list_state"]) == (notice, "Log-in only", "none")
    events = web.get(f"/api/v1/notices/{notice}/events", headers=rita).json()["items"]
    assert [event["tag"] for event in events] == ["notice:opened"]


def test_a_public_notice_has_a_page_that_asks_for_nothing(web: TestClient, notice: str, lea: dict[str, str]) -> None:
    assert web.get(f"/notice/{notice}").status_code == 404, "nothing is published yet"
    act(web, notice, lea, "publish", language="en", text="Somebody tried stolen passwords.")
    page = web.get(f"/notice/{notice}")
    assert "Somebody tried stolen passwords." in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize("token", ["1-aaaaaaaaaaaaaaaa", "nonsense", "1-", "f" * 200])
def test_a_letter_that_is_not_ours_is_said_not_to_be(web: TestClient, token: str) -> None:
    page = web.get(f"/notice/{token}")
    assert page.status_code == 404
    assert "This letter is not from us" in page.text


def test_a_letter_that_is_ours_is_said_to_be_and_nothing_else_is(web: TestClient, resources: Resources) -> None:
    notice_id = notice_ready(resources, addresses(1))
    people = Recipients(resources.database, resources.vault, notice_id)
    (person,) = people.claim(5)
    place = f"/notice/{recipient_token(resources.vault, person.id)}"
    assert web.get(place).status_code == 404, "not sent yet"
    people.ended([Ended(person.id, "sent")], datetime.now(UTC))
    page = web.get(place)
    assert "This letter is from us" in page.text
    assert "person0@example.com" not in page.text
    for wish, lang, title in (
        ("de-AT,en;q=0.5", "de", "Dieser Brief ist von uns"),
        ("fr", "fr", "Cette lettre est de nous"),
        ("it,en;q=0.8", "en", "This letter is from us"),
    ):
        page = web.get(place, headers={"Accept-Language": wish})
        assert f'<html lang="{lang}">' in page.text
        assert title in page.text
        assert page.headers["vary"] == "Accept-Language"
        others = {"Skip to the content", "Zum Inhalt springen", "Aller au contenu"}
        assert len([each for each in others if each in page.text]) == 1, "what stands around it is in the same language"
