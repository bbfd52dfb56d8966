"""Mail in triage by API: seen by the office, decided once, handed in by hand; downloads that nothing runs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from activities.mailroom import Mailroom
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import AccessLog, CaseReceipt
from adapters.incoming.store import Arrived, store
from adapters.resources import Resources
from domain.messages import MailSorted, WatchMailbox
from domain.rights import Role
from tests.activities.sorting import SECRET, with_file
from tests.adapters.incoming.corpus import mail
from tests.api.conftest import FakeGateway
from tests.case_in_hand import CaseInHand

Key = Callable[..., dict[str, str]]
ASKS = "Please send me a copy of all the personal data you hold about me."
ARRIVED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
API = "/api/v1/mail"


@pytest.fixture
def headers(key: Key) -> dict[str, str]:
    return key()


class Desk:
    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.room = Mailroom(resources, lambda _name: None)

    def sort(self, *raws: bytes, origin: str = "imap", arrived: datetime = ARRIVED) -> MailSorted:
        store(self.resources, origin, [Arrived(raw, arrived) for raw in raws], datetime.now(UTC))
        return self.room.sort_mail(WatchMailbox(mailbox="desk"))


@pytest.fixture
def desk(resources: Resources) -> Desk:
    return Desk(resources)


def test_what_waits_is_listed_with_suggestions_reasons_and_a_running_date(
    web: TestClient, desk: Desk, headers: dict[str, str]
) -> None:
    desk.sort(mail(ASKS))
    (line,) = web.get(API, headers=headers).json()["items"]
    assert (line["reason"], line["sender"], line["arrived_at"]) == ("not_answerable", "mia@post.example", "2026-11-16T09:00:00Z")
    assert line["suggestions"][0]["right"] == "access"
    assert line["suggestions"][0]["words"]
    assert line["answer_by"] == "2026-12-16"
    assert (line["dkim"], line["dmarc"], line["aligned"]) == ("none", "none", False)


def test_the_list_comes_in_pages_by_arrival(web: TestClient, desk: Desk, headers: dict[str, str]) -> None:
    for day in (3, 1, 2):
        desk.sort(mail(f"{day}"), arrived=ARRIVED + timedelta(days=day))
    first = web.get(f"{API}?limit=2", headers=headers).json()
    second = web.get(f"{API}?limit=2&cursor={first['next']}", headers=headers).json()
    arrived = [each["arrived_at"] for each in first["items"] + second["items"]]
    assert arrived == sorted(arrived)
    assert (len(arrived), second["next"]) == (3, None)


def test_looking_at_a_mail_is_noted(web: TestClient, desk: Desk, headers: dict[str, str], resources: Resources) -> None:
    desk.sort(mail("Hello there"))
    line = web.get(API, headers=headers).json()["items"][0]
    answer = web.get(f"{API}/{line['id']}", headers=headers).json()
    assert answer["text"] == "Hello there"
    with resources.database.read() as session:
        assert {"mail-list", "mail"} <= set(session.exec(select(AccessLog.action)).all())


def test_a_case_opened_from_a_mail_counts_from_its_arrival(
    web: TestClient, desk: Desk, headers: dict[str, str], resources: Resources, gateway: FakeGateway
) -> None:
    desk.sort(mail(ASKS))
    line = web.get(API, headers=headers).json()["items"][0]
    answers = [web.post(f"{API}/{line['id']}/open", headers=headers, json={"rights": ["access"]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    with resources.database.read() as session:
        receipt = session.exec(select(CaseReceipt)).one()
    assert receipt.received_at == ARRIVED
    assert gateway.started == [receipt.case_id]
    assert web.get(API, headers=headers).json()["items"] == []


def test_a_mail_joined_by_hand_is_told_to_its_case_with_its_arrival(
    web: TestClient, desk: Desk, headers: dict[str, str], opened_case: CaseInHand
) -> None:
    desk.sort(mail("Everything, please"))
    line = web.get(API, headers=headers).json()["items"][0]
    joined = web.post(f"{API}/{line['id']}/join", headers=headers, json={"case": opened_case.reference})
    assert (joined.status_code, joined.json()["standing"]) == (200, "joined")
    (effect,) = desk.room.sort_mail(WatchMailbox(mailbox="desk")).effects
    assert (effect.case_id, effect.arrived.arrived_at, effect.arrived.kind) == (opened_case.id, ARRIVED, "message")
    assert effect.arrived.actor.startswith("caseworker:")


def test_a_mail_is_dismissed_with_a_sealed_reason_and_can_come_back(
    web: TestClient, desk: Desk, headers: dict[str, str], resources: Resources
) -> None:
    desk.sort(mail("Buy cheap watches"))
    line = web.get(API, headers=headers).json()["items"][0]
    url = f"{API}/{line['id']}"
    assert web.post(f"{url}/dismiss", headers=headers, json={"reason": " "}).status_code == 422
    assert web.post(f"{url}/dismiss", headers=headers, json={"reason": "Advertisement"}).json()["standing"] == "dismissed"
    with resources.database.read() as session:
        note = session.exec(select(IncomingMail.note)).one()
    assert note is not None
    assert b"Advertisement" not in note
    assert len(web.get(f"{API}?standing=dismissed", headers=headers).json()["items"]) == 1
    with resources.database.read() as session:
        assert "mail_dismissed" in session.exec(select(AccessLog.action)).all()
    assert web.post(f"{url}/open", headers=headers, json={"rights": ["access"]}).status_code == 201


def test_downloads_are_shown_and_run_by_nothing(web: TestClient, desk: Desk, headers: dict[str, str]) -> None:
    raw = with_file(mail("See attached"), "evil <script>.svg", b"<svg onload=alert(1)>", ("image", "svg+xml"))
    desk.sort(raw)
    line = web.get(API, headers=headers).json()["items"][0]
    whole = web.get(f"{API}/{line['id']}/raw", headers=headers)
    index = web.get(f"{API}/{line['id']}", headers=headers).json()["attachments"][0]["index"]
    part = web.get(f"{API}/{line['id']}/attachments/{index}", headers=headers)
    assert whole.content == raw
    assert part.content == b"<svg onload=alert(1)>"
    for answer in (whole, part):
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "sandbox" in answer.headers["content-security-policy"]
    assert web.get(f"{API}/{line['id']}/attachments/99", headers=headers).status_code == 404


def test_a_destroyed_document_cannot_be_downloaded(web: TestClient, desk: Desk, headers: dict[str, str]) -> None:
    desk.sort(with_file(mail(ASKS), "passport.jpg", SECRET))
    line = web.get(API, headers=headers).json()["items"][0]
    said = web.get(f"{API}/{line['id']}", headers=headers).json()
    assert (said["attachments"][0]["suspected"], said["documents_due"] is not None) == (True, True)
    place = f"{API}/{line['id']}/attachments/{said['attachments'][0]['index']}"
    found = web.post(f"{place}/destroy", headers=headers).json()["attachments"][0]
    assert found["removed"]
    assert web.post(f"{place}/keep", headers=headers).status_code == 409
    assert web.get(f"{API}/{line['id']}/attachments/{found['index']}", headers=headers).status_code == 404
    assert SECRET[:30] not in web.get(f"{API}/{line['id']}/raw", headers=headers).content


def hand_in(web: TestClient, headers: dict[str, str], command: dict[str, str], file: tuple[str, bytes, str]) -> int:
    parts: dict[str, tuple[str | None, bytes | str, str]] = {
        "command": (None, json.dumps(command), "application/json"),
        "files": file,
    }
    return web.post(API, headers=headers, files=parts).status_code


def test_an_eml_is_handed_in_once_with_its_date_of_receipt(web: TestClient, desk: Desk, headers: dict[str, str]) -> None:
    command = {"received_at": ARRIVED.isoformat()}
    for _ in range(2):
        assert hand_in(web, headers, command, ("m.eml", mail(ASKS), "message/rfc822")) == 201
    desk.room.sort_mail(WatchMailbox(mailbox="desk"))
    (line,) = web.get(API, headers=headers).json()["items"]
    assert (line["arrived_at"], line["origin"], line["reason"]) == ("2026-11-16T09:00:00Z", "upload", "for_a_person")


def test_a_letter_keeps_its_delivery_date_beside_the_day_it_was_scanned(
    web: TestClient, desk: Desk, headers: dict[str, str]
) -> None:
    command = {"received_at": ARRIVED.isoformat(), "kind": "letter", "sender": "mia@post.example"}
    assert hand_in(web, headers, command, ("scan.pdf", b"%PDF-1.4 scan", "application/pdf")) == 201
    desk.room.sort_mail(WatchMailbox(mailbox="desk"))
    (line,) = web.get(API, headers=headers).json()["items"]
    assert line["arrived_at"] == "2026-11-16T09:00:00Z"
    assert line["stored_at"][:10] == datetime.now(UTC).date().isoformat()
    answer = web.post(f"{API}/{line['id']}/open", headers=headers, json={"rights": ["access"]}).json()
    assert answer["safe_due"] == "2026-12-16"


@pytest.mark.parametrize("received_at", ["2999-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "2026-11-16T09:00:00"])
def test_an_impossible_date_is_refused(web: TestClient, headers: dict[str, str], received_at: str) -> None:
    assert hand_in(web, headers, {"received_at": received_at}, ("m.eml", mail(ASKS), "message/rfc822")) == 422


def test_what_was_handed_in_leaves_no_second_copy(web: TestClient, headers: dict[str, str], resources: Resources) -> None:
    assert hand_in(web, headers, {"received_at": ARRIVED.isoformat()}, ("m.eml", mail(ASKS), "message/rfc822")) == 201
    blobs = [path for path in (resources.settings.home / "blobs").rglob("*") if path.is_file()]
    assert blobs == []


def test_the_conversation_holds_both_sides_in_order(
    web: TestClient, desk: Desk, headers: dict[str, str], opened_case: CaseInHand
) -> None:
    desk.sort(mail("And my invoices?\n\nOn Mon, Privacy <p@imaginella.example> wrote:\n> Dear Mia"), arrived=datetime.now(UTC))
    line = web.get(API, headers=headers).json()["items"][0]
    web.post(f"{API}/{line['id']}/join", headers=headers, json={"case": opened_case.reference})
    messages = web.get(f"/api/v1/cases/{opened_case.reference}/messages", headers=headers).json()
    assert [(each["direction"], each["text"]) for each in messages] == [("in", "And my invoices?")]


def test_mail_is_not_for_the_platform_nor_the_administrator(web: TestClient, key: Key) -> None:
    for role in (Role.PLATFORM, Role.ADMINISTRATOR, Role.AUDITOR, Role.BREACH_RESPONDER):
        assert web.get(API, headers=key(role)).status_code == 403
