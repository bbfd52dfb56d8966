"""Passkeys: in with one, again with one, nothing by a wrong, foreign, old or copied one (`security.md` 2.9; ASVS 6.3.3)."""

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select, update

from adapters.database import people, staff_changes
from adapters.database.staff_tables import PasskeyChallenge, StaffNotice, StaffPasskey
from adapters.database.tables import AccessLog, Caseworker, StaffSession
from adapters.factors import code_at
from adapters.passkey_site import Site, site_of
from adapters.rates import Rate
from adapters.resources import Resources
from adapters.settings import Settings
from api.console import tries
from domain.errors import SettingsError
from domain.rights import Role
from tests.at_console import COOKIE, AtConsole, authenticator_of, text_of, unused
from tests.device import Device, changed, without_last_bit

SignIn = Callable[..., AtConsole]
PAGE, IN, AGAIN = "/console/passkeys", "/console/sign-in/passkey", "/console/sign-in/again"


def _added(who: AtConsole, device: Device, name: str = "My telephone") -> int:
    asked = who.post(f"{PAGE}/challenge").json()
    return who.post(PAGE, {"answer": device.make(asked), "passkey_name": name}).status_code


def _asked(web: TestClient) -> dict[str, Any]:
    answer = web.post(f"{IN}/challenge")
    assert answer.status_code == 200
    asked: dict[str, Any] = answer.json()
    return asked


def _sent(web: TestClient, answer: str, **more: str) -> tuple[int, str]:
    came = web.post(IN, data={"answer": answer} | more, follow_redirects=False)
    return came.status_code, came.headers.get("location", "")


def _told(resources: Resources) -> list[str]:
    with resources.database.read() as session:
        return [row.about for row in session.exec(select(StaffNotice).order_by(StaffNotice.written_at))]  # type: ignore[arg-type]


def _noted(resources: Resources) -> list[tuple[str, str]]:
    with resources.database.read() as session:
        return [(row.actor, row.action) for row in session.exec(select(AccessLog)).all() if "passkey" in row.action]


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def amira(at_console: SignIn, device: Device) -> AtConsole:
    """Somebody with a passkey."""
    who = at_console()
    assert _added(who, device) == 303
    return who


class TestAdding:
    def test_it_is_named_listed_told_of_and_ends_the_other_sessions(
        self, web: TestClient, resources: Resources, device: Device
    ) -> None:
        other, who = AtConsole(web, resources), AtConsole(web, resources)
        asked = who.post(f"{PAGE}/challenge").json()
        assert asked["rp"]["id"] == "localhost"
        assert asked["attestation"] == "none"
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        who.post(PAGE, {"answer": device.make(asked), "passkey_name": "My telephone"})
        assert "My telephone" in text_of(who.get(PAGE))
        assert "1 passkey" in text_of(who.get("/console/account"))
        assert other.get(PAGE).status_code == 303
        assert _told(resources) == ["passkey_added"]
        assert _noted(resources) == [(who.person, "passkey_added")]
        excluded = who.post(f"{PAGE}/challenge").json()["excludeCredentials"]
        assert len(excluded) == 1  # the same device makes no second one

    def test_it_takes_a_fresh_sign_in(self, at_console: SignIn) -> None:
        who = at_console(ago=timedelta(minutes=6))
        for path in (f"{PAGE}/challenge", PAGE, f"{PAGE}/{UUID(int=0)}/remove"):
            assert who.post(path).headers["location"] == f"{AGAIN}?next=/console/passkeys"
        assert "Sign in again" in text_of(who.get(PAGE))

    def test_another_page_or_nobody_verified_adds_nothing(self, at_console: SignIn, resources: Resources) -> None:
        who = at_console()
        for wrong in (Device(origin="https://evil.example"), Device(verifies=False), Device(across=True)):
            assert _added(who, wrong) == 422
        with resources.database.read() as session:
            assert session.exec(select(StaffPasskey)).first() is None

    def test_a_challenge_counts_once_and_for_its_own_session(self, at_console: SignIn, device: Device) -> None:
        who, other = at_console(), at_console(Role.REVIEWER, "Priya Nair")
        asked = who.post(f"{PAGE}/challenge").json()
        assert other.post(PAGE, {"answer": device.make(asked), "passkey_name": "Mine"}).status_code == 422
        assert who.post(PAGE, {"answer": device.make(asked), "passkey_name": "Mine"}).status_code == 303
        assert who.post(PAGE, {"answer": Device().make(asked), "passkey_name": "Mine too"}).status_code == 422

    @pytest.mark.usefixtures("amira")
    def test_one_of_somebody_else_is_not_taken_over(self, at_console: SignIn, device: Device) -> None:
        other = at_console(Role.REVIEWER, "Priya Nair")
        assert "in use already" in text_of(
            other.post(PAGE, {"answer": device.make(other.post(f"{PAGE}/challenge").json()), "passkey_name": "Mine"})
        )

    def test_bytes_of_a_stranger_are_refused_not_failed_on(self, at_console: SignIn, device: Device) -> None:
        who = at_console()
        good = device.make(who.post(f"{PAGE}/challenge").json())
        broken = (changed(good, attestationObject="o2Nm"), changed(good, clientDataJSON="4pyT"))
        for bad in ("", "[]", "{", '"\\ud800"', "[" * 5_000, *broken):
            assert who.post(PAGE, {"answer": bad, "passkey_name": "Mine"}).status_code == 422

    def test_it_has_a_name_in_one_line(self, at_console: SignIn, device: Device) -> None:
        who = at_console()
        for name in ("", "two\nlines"):
            assert _added(who, device, name) == 422


@pytest.mark.usefixtures("amira")
class TestSigningIn:
    def test_one_stands_for_password_and_code(self, web: TestClient, resources: Resources, device: Device) -> None:
        page = web.get("/console/sign-in")
        assert 'data-passkey="get"' in page.text
        assert 'name="password"' in page.text  # without a script the form of old is there
        asked = _asked(web)
        assert asked["userVerification"] == "required"
        assert asked["allowCredentials"] == []  # nobody learns who has one
        assert _sent(web, device.sign(asked), next="/console/account") == (303, "/console/account")
        page = web.get("/console/account")
        assert "Amira Osei, caseworker" in text_of(page)
        with resources.database.read() as session:
            [row] = session.exec(select(StaffPasskey)).all()
        assert row.sign_count == 1
        assert row.used_at is not None
        assert "new_sign_in" in _told(resources)

    def test_a_wrong_page_no_finger_another_key_or_owner_lets_nobody_in(
        self, web: TestClient, amira: AtConsole, resources: Resources, device: Device
    ) -> None:
        as_it_was = dataclasses.replace(device, count=7)
        wrong = (
            dataclasses.replace(as_it_was, key=Device().key),
            dataclasses.replace(as_it_was, owner="A" * 22),
            dataclasses.replace(as_it_was, origin="https://evil.example"),
            dataclasses.replace(as_it_was, verifies=False),
            dataclasses.replace(as_it_was, across=True),
        )
        for number, each in enumerate(wrong, start=1):
            assert _sent(web, each.sign(_asked(web)))[0] == 422, number
            assert _noted(resources)[1:] == [(amira.person, "passkey_failed")] * number
        assert COOKIE not in web.cookies
        assert _told(resources) == ["passkey_added"]  # nobody is told of a copy by what nobody signed
        assert _sent(web, device.sign(_asked(web)))[0] == 303

    def test_a_passkey_of_nobody_and_too_many_tries(
        self, web: TestClient, resources: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert _sent(web, Device().sign(_asked(web)))[0] == 422
        assert _noted(resources)[-1] == ("unknown", "passkey_failed")
        monkeypatch.setattr(tries, "PASSKEYS", Rate(most=3, within=timedelta(minutes=15)))
        away = TestClient(web.app, base_url="http://127.0.0.1", client=("198.51.100.7", 1))
        assert [away.post(f"{IN}/challenge").status_code for _ in range(4)] == [200] * 3 + [429]
        assert web.post(f"{IN}/challenge").status_code == 200

    def test_one_changed_bit_or_what_is_no_answer(self, web: TestClient, device: Device) -> None:
        good = device.sign(_asked(web))
        signature = json.loads(good)["response"]["signature"]
        for bad in (changed(good, signature=without_last_bit(signature)), "", "null", "{}", '{"rawId": 1, "response": []}'):
            assert _sent(web, bad)[0] == 422
        assert _sent(web, good)[0] == 422  # its challenge was used up by the first of these

    def test_a_challenge_counts_once_soon_for_its_use_and_in_the_browser_that_asked(
        self, web: TestClient, amira: AtConsole, resources: Resources, device: Device
    ) -> None:
        answer, kept = device.sign(_asked(web)), dict(web.cookies)
        elsewhere = TestClient(web.app, base_url="http://127.0.0.1")
        assert _sent(elsewhere, answer)[0] == 422
        assert _sent(web, answer)[0] == 303
        web.cookies.update(kept)
        assert _sent(web, answer)[0] == 422
        _asked(web)
        assert _sent(web, device.sign(amira.post(f"{AGAIN}/challenge").json()))[0] == 422
        asked = _asked(web)
        with resources.database.write() as session:
            session.execute(update(PasskeyChallenge).values(expires_at=datetime.now(UTC)))
        assert _sent(web, device.sign(asked))[0] == 422

    def test_a_counter_that_did_not_go_on_is_of_a_copy(self, web: TestClient, resources: Resources, device: Device) -> None:
        assert _sent(web, device.sign(_asked(web)))[0] == 303
        device.count = 0
        assert _sent(web, device.sign(_asked(web)))[0] == 422
        assert _told(resources)[-1] == "passkey_copied"
        assert _sent(web, device.sign(_asked(web)))[0] == 303  # the real one goes on

    def test_a_closed_account_stays_closed(self, web: TestClient, resources: Resources, device: Device) -> None:
        with resources.database.write() as session:
            session.execute(update(Caseworker).values(active=False))
        assert _sent(web, device.sign(_asked(web)))[0] == 422


class TestOnceMore:
    def test_it_makes_a_sign_in_fresh_and_ends_the_old_session(
        self, web: TestClient, amira: AtConsole, resources: Resources, device: Device
    ) -> None:
        with resources.database.write() as session:
            session.execute(update(StaffSession).values(began_at=datetime.now(UTC) - timedelta(minutes=6)))
        assert amira.get("/console/sign-in/factor/new").status_code == 303
        page = amira.get(f"{AGAIN}?next=/console/account")
        assert 'data-passkey="get"' in page.text
        asked = amira.post(f"{AGAIN}/challenge").json()
        assert [len(it["id"]) for it in asked["allowCredentials"]] == [22]
        answer = amira.post(f"{AGAIN}/passkey", {"answer": device.sign(asked), "next": "/console/account"})
        assert answer.headers["location"] == "/console/account"
        assert amira.get("/console/account").status_code == 303
        web.cookies.update(answer.cookies)
        assert web.get("/console/sign-in/factor/new").status_code == 200

    def test_a_colleague_s_does_not_do(self, amira: AtConsole, at_console: SignIn, device: Device, resources: Resources) -> None:
        priya, hers = at_console(Role.REVIEWER, "Priya Nair"), Device()
        assert _added(priya, hers) == 303
        asked = amira.post(f"{AGAIN}/challenge").json()
        answer = amira.post(f"{AGAIN}/passkey", {"answer": hers.sign(asked)})
        assert answer.status_code == 422
        assert "was not taken" in text_of(answer)
        assert _noted(resources)[-1] == (priya.person, "passkey_failed")
        mine = priya.post(f"{AGAIN}/challenge").json()
        assert amira.post(f"{AGAIN}/passkey", {"answer": device.sign(mine)}).status_code == 422  # asked by another session


class TestLosing:
    def test_its_owner_removes_it_and_nobody_else_s(
        self, amira: AtConsole, at_console: SignIn, web: TestClient, device: Device
    ) -> None:
        [passkey] = re.findall(rf"{PAGE}/([0-9a-f-]{{36}})/remove", amira.get(PAGE).text)
        assert at_console(Role.REVIEWER, "Priya Nair").post(f"{PAGE}/{passkey}/remove").status_code == 404
        assert amira.post(f"{PAGE}/{passkey}/remove").headers["location"] == f"{PAGE}?done=removed"
        assert _sent(web, device.sign(_asked(web)))[0] == 422

    def test_two_colleagues_take_lost_ones_away(
        self, web: TestClient, amira: AtConsole, resources: Resources, device: Device
    ) -> None:
        person, now = UUID(amira.person.removeprefix("caseworker:")), datetime.now(UTC)
        lead = people.add_caseworker(resources.database, email="lead@example.com", name="Lena Voss", role=Role.PRIVACY_LEAD)
        with resources.database.write() as session:
            change = staff_changes.propose_new_factor(session, person, by="caseworker:admin", now=now)
            by = f"caseworker:{lead}"
            staff_changes.settle(session, change.id, by=by, role=Role.PRIVACY_LEAD, confirmed=True, now=now)
        assert _sent(web, device.sign(_asked(web)))[0] == 422


class TestRequired:
    """`HABEAS_PASSKEYS=required`: phishable factors open nothing to whoever has a passkey (ASVS 6.3.3, level 3)."""

    @pytest.fixture(autouse=True)
    def _required(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HABEAS_PASSKEYS", "required")

    def test_whoever_has_none_adds_one_before_anything_else(self, web: TestClient, resources: Resources, device: Device) -> None:
        who = AtConsole(web, resources)
        assert who.get("/console/cases").headers["location"] == f"{PAGE}?due=1"
        asked = who.post(f"{PAGE}/challenge").json()
        added = who.post(PAGE, {"answer": device.make(asked), "passkey_name": "Key"})
        assert added.headers["location"] == f"{PAGE}?due=added"
        assert who.get("/console/cases").status_code == 303
        answer = who.post(f"{AGAIN}/passkey", {"answer": device.sign(who.post(f"{AGAIN}/challenge").json())})
        web.cookies.update(answer.cookies)
        assert web.get("/console/cases").status_code == 200

    def test_password_and_code_let_nobody_in_who_has_one(self, web: TestClient, resources: Resources, device: Device) -> None:
        who = AtConsole(web, resources)
        assert _added(who, device) == 303
        email, password = "amira.osei-caseworker@example.com", "four plain old words"
        people.set_password(resources.database, email=email, password=password)
        answer = web.post("/console/sign-in", data={"email": email, "password": password}, follow_redirects=False)
        assert answer.status_code == 422
        assert "your passkey alone" in text_of(answer)
        assert COOKIE not in web.cookies

    def test_password_and_code_are_no_second_sign_in_either(self, web: TestClient, resources: Resources, device: Device) -> None:
        who = AtConsole(web, resources)
        seed = authenticator_of(resources, UUID(who.person.removeprefix("caseworker:")))
        assert _added(who, device) == 303
        unused(resources)
        data = {"password": "four plain old words", "code": code_at(seed, datetime.now(UTC))}
        assert "your passkey alone" in text_of(who.post(AGAIN, data))
        assert 'name="password"' not in who.get(AGAIN).text


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://desk.example.com", Site("desk.example.com", "https://desk.example.com")),
        ("https://desk.example.com:8443/", Site("desk.example.com", "https://desk.example.com:8443")),
        ("http://127.0.0.1:8000", Site("localhost", "http://localhost:8000")),
        ("http://desk.example.com", None),
        ("https://192.0.2.7", None),
    ],
)
def test_passkeys_need_a_name_and_https(url: str, site: Site | None) -> None:
    assert site_of(url) == site


def test_an_installation_that_demands_them_has_to_be_able_to(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match="HABEAS_CONSOLE_URL"):
        Settings.load(home=tmp_path, passkeys="required", public_url="http://desk.example.com")
