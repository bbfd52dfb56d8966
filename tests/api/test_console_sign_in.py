"""Signing in to the console: who gets in, who does not, and when it ends (`security.md` 2.9; ASVS 6.1.1)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from adapters.database import people
from adapters.database.intake import Receipt
from adapters.database.tables import AccessLog, Caseworker, StaffSession
from adapters.factors import code_at
from adapters.resources import Resources
from api.console import pages, tries
from domain.rights import Role
from tests.at_console import COOKIE, AtConsole, authenticator_of, text_of, unused

SignIn = Callable[..., AtConsole]
EMAIL = "tomasz.lind@example.com"
PASSWORD = "four plain old words"


class Tomasz(str):
    """An address, and the means to sign in under it."""

    __slots__ = ("resources", "seed")
    resources: Resources
    seed: str

    def code(self) -> str:
        """The code of this moment, as if it had not been used yet."""
        unused(self.resources)
        return code_at(self.seed, datetime.now(UTC))


@pytest.fixture
def tomasz(resources: Resources) -> Tomasz:
    person = people.add_caseworker(resources.database, email=EMAIL, name="Tomasz Lind", role=Role.REVIEWER)
    people.set_password(resources.database, email=EMAIL, password=PASSWORD)
    address = Tomasz(EMAIL)
    address.resources, address.seed = resources, authenticator_of(resources, person)
    return address


def _password(web: TestClient, email: str, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    data = {"email": email, "password": password} | more
    answer = web.post("/console/sign-in", data=data, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def _sign_in(web: TestClient, tomasz: Tomasz, password: str = PASSWORD, *, email: str = "", **more: str) -> tuple[int, str]:
    status, onward = _password(web, email or str(tomasz), password, **more)
    if status != 303:
        return status, onward
    page = web.get(onward)
    answer = web.post(
        "/console/sign-in/factor",
        data={"key": _key_on(page.text), "code": tomasz.code(), "next": _value(page.text, "next")},
        follow_redirects=False,
    )
    return answer.status_code, answer.headers.get("location", "")


def test_the_right_password_opens_the_console(web: TestClient, tomasz: Tomasz, resources: Resources) -> None:
    assert _sign_in(web, tomasz, email=tomasz.upper()) == (303, "/console/cases")
    assert "Tomasz Lind, reviewer" in text_of(web.get("/console/account"))
    cookie = web.cookies[COOKIE]
    with resources.database.read() as session:
        assert cookie not in str([row.model_dump() for row in session.exec(select(StaffSession))])


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/console/cases?status=in_review", "/console/cases?status=in_review"),
        ("https://elsewhere.example", "/console/cases"),
        ("//elsewhere.example", "/console/cases"),
        ("/console/\\elsewhere.example", "/console/cases"),
        ("/consolex", "/console/cases"),
        ("/console/sign-in", "/console/cases"),
    ],
)
def test_it_leads_on_inside_the_console_alone(web: TestClient, tomasz: Tomasz, wanted: str, led_to: str) -> None:
    assert _sign_in(web, tomasz, next=wanted) == (303, led_to)


def test_unknown_address_and_wrong_password_are_one_answer(web: TestClient, tomasz: Tomasz, resources: Resources) -> None:
    wrong = web.post("/console/sign-in", data={"email": tomasz, "password": "wrong"})
    unknown = web.post("/console/sign-in", data={"email": "nobody@example.com", "password": "wrong"})
    assert (wrong.status_code, wrong.text.replace(tomasz, "nobody@example.com")) == (unknown.status_code, unknown.text)
    with resources.database.read() as session:
        assert [row.action for row in session.exec(select(AccessLog))] == ["sign_in_failed"] * 2


def test_nobody_signs_in_without_a_password_or_after_leaving(web: TestClient, tomasz: Tomasz, resources: Resources) -> None:
    people.add_caseworker(resources.database, email="new@example.com", name="New", role=Role.CASEWORKER)
    assert _password(web, "new@example.com", "")[0] == 422
    with resources.database.write() as session:
        session.execute(update(Caseworker).where(col(Caseworker.email) == tomasz).values(active=False))
    assert _sign_in(web, tomasz)[0] == 422


def test_guessing_stops_and_locks_nobody_out(web: TestClient, tomasz: Tomasz) -> None:
    known = TestClient(web.app, base_url="http://127.0.0.1", client=("198.51.100.7", 5000))
    assert _sign_in(known, tomasz)[0] == 303  # this browser is known from now on
    known.cookies.delete(COOKIE)
    answers = [_sign_in(TestClient(web.app, base_url="http://127.0.0.1", client=("198.51.100.9", 1)), tomasz, "guess")[0]]
    answers += [
        _sign_in(TestClient(web.app, base_url="http://127.0.0.1", client=(f"198.51.100.{number}", 1)), tomasz, "guess")[0]
        for number in range(10, 10 + tries.FAILURES.most)
    ]
    assert answers == [422] * tries.FAILURES.most + [429]
    # In the same network the known browser still gets in, and from another network anybody does.
    assert _sign_in(known, tomasz)[0] == 303
    assert _sign_in(TestClient(web.app, base_url="http://127.0.0.1", client=("203.0.113.1", 1)), tomasz)[0] == 303


def test_a_known_browser_is_known_for_its_own_person_alone(web: TestClient, tomasz: Tomasz, resources: Resources) -> None:
    assert _sign_in(web, tomasz)[0] == 303
    people.add_caseworker(resources.database, email="other@example.com", name="Other", role=Role.CASEWORKER)
    request = web.build_request("POST", "/console/sign-in")
    known = request.headers["cookie"]
    assert f"{COOKIE}-known" in known
    assert tomasz not in known


class TestEnding:
    def test_a_session_ends_without_use(self, at_console: SignIn, resources: Resources) -> None:
        person = at_console()
        _age(resources, seen_at=timedelta(minutes=14))
        assert person.get("/console/account").status_code == 200  # and was used just now
        _age(resources, seen_at=timedelta(minutes=15, seconds=1))
        assert person.get("/console/account").status_code == 303

    def test_a_page_that_renews_itself_is_no_use(self, at_console: SignIn, resources: Resources) -> None:
        person = at_console()
        _age(resources, seen_at=timedelta(minutes=14))
        person.get("/console/account", X_Habeas_Poll="1")
        with resources.database.read() as session:
            assert session.exec(select(StaffSession)).one().seen_at < datetime.now(UTC) - timedelta(minutes=13)
        _age(resources, seen_at=timedelta(minutes=16))
        assert person.get("/console/account", X_Habeas_Poll="1").status_code == 401

    def test_a_session_ends_after_ten_hours(self, at_console: SignIn) -> None:
        assert at_console(ago=timedelta(hours=9, minutes=59)).get("/console/account").status_code == 200
        assert at_console(ago=timedelta(hours=10)).get("/console/account").status_code == 303

    def test_another_role_password_or_leaving_ends_it(self, at_console: SignIn, resources: Resources) -> None:
        for change in ({"role": "dpo"}, {"active": False}, {"password_changed_at": datetime.now(UTC) + timedelta(hours=1)}):
            person = at_console(name=f"Person {len(change)} {next(iter(change))}")
            assert person.get("/console/account").status_code == 200
            with resources.database.write() as session:
                session.execute(update(Caseworker).values(**change))
            assert person.get("/console/account").status_code == 303

    def test_signing_out_ends_it_for_the_stolen_cookie_too(self, at_console: SignIn) -> None:
        person = at_console()
        answer = person.post("/console/sign-out")
        assert f'{COOKIE}=""' in answer.headers["set-cookie"]
        assert person.get("/console/account").status_code == 303

    def test_a_session_whose_second_factor_is_due_opens_nothing(self, at_console: SignIn, resources: Resources) -> None:
        person = at_console()
        with resources.database.write() as session:
            session.execute(update(StaffSession).values(factor_at=None))
        assert person.get("/console/account").status_code == 303

    @pytest.mark.parametrize("cookie", ["", "x", "\u00e4", "A" * 43, "%"])
    def test_a_made_up_cookie_is_nobody(self, web: TestClient, cookie: str) -> None:
        answer = web.get("/console/account", headers={b"Cookie": f"{COOKIE}={cookie}".encode()}, follow_redirects=False)
        assert answer.status_code == 303


class TestAgain:
    def test_the_password_again_is_a_new_session(self, web: TestClient, tomasz: Tomasz) -> None:
        _sign_in(web, tomasz)
        before = web.cookies[COOKIE]
        key = _key(web)
        for wrong in (
            {"password": "wrong", "code": tomasz.code()},
            {"password": PASSWORD, "code": "000000"},
            {"password": PASSWORD},
        ):
            answer = web.post("/console/sign-in/again", data={"key": key, "next": "/console/cases/HAB-1"} | wrong)
            assert answer.status_code == 422
        answer = web.post(
            "/console/sign-in/again",
            data={"key": key, "password": PASSWORD, "code": tomasz.code(), "next": "/console/cases/HAB-1"},
            follow_redirects=False,
        )
        assert answer.headers["location"] == "/console/cases/HAB-1"
        assert web.cookies[COOKIE] != before
        old = web.get("/console/account", headers={"Cookie": f"{COOKIE}={before}"}, follow_redirects=False)
        assert old.status_code == 303

    def test_another_password_ends_every_other_session(self, web: TestClient, tomasz: Tomasz) -> None:
        controller = tomasz.resources.datamap.controller.name
        other = TestClient(web.app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000))
        _sign_in(other, tomasz)
        _sign_in(web, tomasz)
        for data, told in (
            ({"password": "wrong", "new": "five quite other words"}, "not your present password"),
            ({"password": PASSWORD, "new": "short"}, "at least 12 characters"),
            ({"password": PASSWORD, "new": "Tomasz-Lind-2026!"}, "too easy to guess"),
            ({"password": PASSWORD, "new": f"{controller} 2026"}, "too easy to guess"),
        ):
            answer = web.post("/console/account/password", data={"key": _key(web), "code": tomasz.code()} | data)
            assert answer.status_code == 422
            assert told in answer.text
        data = {"key": _key(web), "code": tomasz.code(), "password": PASSWORD, "new": "five quite other words"}
        assert "Your password is changed" in web.post("/console/account/password", data=data).text
        assert other.get("/console/account", follow_redirects=False).status_code == 303
        assert _sign_in(other, tomasz)[0] == 422
        assert _sign_in(other, tomasz, "five quite other words")[0] == 303


class TestFinding:
    @pytest.mark.parametrize("write", [str, str.lower, lambda it: it.removeprefix("HAB-"), lambda it: f" {it[:7]} {it[7:]} "])
    def test_a_reference_is_found_however_it_is_typed(
        self, at_console: SignIn, case: Receipt, write: Callable[[str], str]
    ) -> None:
        answer = at_console().get(f"/console/find?reference={write(case.reference)}")
        assert answer.headers["location"] == f"/console/cases/{case.reference}"

    def test_what_is_no_reference_is_not_repeated(self, at_console: SignIn) -> None:
        answer = at_console().get("/console/find?reference=mike@example.com")
        assert answer.status_code == 404
        assert "mike" not in answer.text


def test_every_page_has_strict_headers(web: TestClient, at_console: SignIn) -> None:
    for answer in (web.get("/console/sign-in"), at_console().get("/console/account"), at_console().get("/console/none")):
        assert answer.headers["content-security-policy"] == pages.CSP
        assert answer.headers["cache-control"] == "no-store"
        assert "<script>" not in answer.text
        assert "style=" not in answer.text


def test_the_script_is_short() -> None:
    assert len((pages.FOLDER / "static" / "console.js").read_text().splitlines()) < 150


def _age(resources: Resources, **ago: timedelta) -> None:
    values = {name: datetime.now(UTC) - time for name, time in ago.items()}
    with resources.database.write() as session:
        session.execute(update(StaffSession).values(**values))


def _key(web: TestClient) -> str:
    return _key_on(web.get("/console/account").text)


def _key_on(page: str) -> str:
    return _value(page, "key")


def _value(page: str, name: str) -> str:
    return unescape(page.partition(f'name="{name}" value="')[2].partition('"')[0])
