"""The second factor: nobody gets past it, nobody is locked out by it, and its owner hears of it (`security.md` 2.9)."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select, update

from adapters import staff_post
from adapters.database import people
from adapters.database.staff_tables import RecoveryCode, StaffFactor, StaffNotice
from adapters.database.tables import AccessLog, StaffSession
from adapters.factors import STEP, Factors, code_at
from adapters.resources import Resources
from api.console import tries
from domain.rights import Role
from tests import post_office
from tests.at_console import COOKIE, AtConsole, authenticator_of, text_of, unused

SignIn = Callable[..., AtConsole]
EMAIL, PASSWORD = "noor.haddad@example.com", "four plain old words"
FACTOR, NEW = "/console/sign-in/factor", "/console/sign-in/factor/new"


@pytest.fixture
def noor(resources: Resources) -> UUID:
    """Somebody with a password and no authenticator yet."""
    person = people.add_caseworker(resources.database, email=EMAIL, name="Noor Haddad", role=Role.CASEWORKER)
    people.set_password(resources.database, email=EMAIL, password=PASSWORD)
    return person


def _begin(web: TestClient) -> str:
    answer = web.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def _send(web: TestClient, path: str, **data: str) -> tuple[int, str, str]:
    page = web.get(path).text
    key = page.partition('name="key" value="')[2].partition('"')[0]
    answer = web.post(path, data={"key": key} | data, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _away(web: TestClient, last: int = 9) -> TestClient:
    return TestClient(web.app, base_url="http://127.0.0.1", client=(f"198.51.100.{last}", 1))


def _told(resources: Resources) -> list[str]:
    with resources.database.read() as session:
        return [row.about for row in session.exec(select(StaffNotice).order_by(StaffNotice.written_at))]  # type: ignore[arg-type]


def test_the_first_sign_in_sets_up_an_authenticator_before_anything_opens(
    web: TestClient, noor: UUID, resources: Resources
) -> None:
    assert _begin(web) == NEW
    assert web.get("/console/account", follow_redirects=False).status_code == 303
    page = web.get(NEW)
    assert "<svg" in page.text
    assert "style=" not in page.text
    seed = re.search(r'class="seed">([A-Z2-7 ]+)<', page.text)
    assert seed is not None
    assert _send(web, NEW, code="000000")[0] == 422
    status, _, shown = _send(web, NEW, code=code_at(seed[1].replace(" ", ""), datetime.now(UTC)))
    codes = re.findall(r"<li>(\d-[A-Z2-7-]{19})</li>", shown)
    assert (status, len(codes)) == (200, 10)
    assert "Noor Haddad, caseworker" in text_of(web.get("/console/account"))
    assert _told(resources) == ["factor_changed", "new_sign_in"]
    with resources.database.read() as session:
        stored = str(session.get(StaffFactor, noor)) + str(session.exec(select(RecoveryCode)).all())
    assert seed[1].replace(" ", "") not in stored
    assert not any(code in stored for code in codes)


def test_with_an_authenticator_the_password_alone_sets_up_no_other(web: TestClient, noor: UUID, resources: Resources) -> None:
    authenticator_of(resources, noor)
    assert _begin(web) == FACTOR
    assert web.get(NEW, follow_redirects=False).headers["location"].startswith("/console/sign-in?next=")
    assert web.post(NEW, data={"key": "", "code": "000000"}).status_code == 401
    assert web.get("/console/cases", follow_redirects=False).status_code == 303


def test_a_code_counts_once_even_for_many_at_once(noor: UUID, resources: Resources) -> None:
    seed, factors, now = authenticator_of(resources, noor), Factors(resources.database, resources.vault), datetime.now(UTC)
    unused(resources)
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.append(factors.accepts(noor, code_at(seed, now), now))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    late = now + timedelta(seconds=3 * STEP)
    assert not factors.accepts(noor, code_at(seed, now), late)
    assert factors.accepts(noor, code_at(seed, late), late)
    assert not factors.accepts(noor, code_at(seed, now + timedelta(seconds=2 * STEP)), late)  # of a step before the last one


def test_a_recovery_code_works_once_and_only_for_a_new_authenticator(web: TestClient, noor: UUID, resources: Resources) -> None:
    factors, now = Factors(resources.database, resources.vault), datetime.now(UTC)
    codes = factors.confirm(noor, code_at(factors.begun(noor), now), now)
    assert codes is not None
    assert _begin(web) == FACTOR
    assert _send(web, FACTOR, code=codes[3].lower())[:2] == (303, NEW)
    assert web.get("/console/account", follow_redirects=False).status_code == 303
    other = _away(web)
    _begin(other)
    assert _send(other, FACTOR, code=codes[3])[0] == 422
    assert factors.has(noor)  # the old one counts until the new one does
    assert "recovery_used" in _told(resources)
    new = factors.begun(noor)
    assert _send(web, NEW, code=code_at(new, datetime.now(UTC)))[0] == 200
    assert web.get("/console/account").status_code == 200
    assert factors.recovery_codes_left(noor) == 10
    assert not factors.accepts_recovery(noor, codes[4], datetime.now(UTC))


def test_an_authenticator_that_was_shown_and_never_confirmed_is_another_one_after_the_next_sign_in(
    web: TestClient, noor: UUID, resources: Resources
) -> None:
    factors = Factors(resources.database, resources.vault)
    seed = authenticator_of(resources, noor)
    seen_by_somebody = factors.begun(noor)
    assert factors.begun(noor) == seen_by_somebody, "the same while the page is loaded again"
    unused(resources)
    _begin(web)
    assert _send(web, FACTOR, code=code_at(seed, datetime.now(UTC)))[0] == 303
    assert factors.begun(noor) != seen_by_somebody
    unused(resources)
    assert factors.accepts(noor, code_at(seed, datetime.now(UTC)), datetime.now(UTC)), "the one that counts still does"


def test_guessed_codes_stop_and_lock_out_no_known_browser(web: TestClient, noor: UUID, resources: Resources) -> None:
    seed = authenticator_of(resources, noor)
    known = _away(web, 7)
    _begin(known)
    unused(resources)
    assert _send(known, FACTOR, code=code_at(seed, datetime.now(UTC)))[0] == 303
    known.cookies.delete(COOKIE)
    statuses = []
    for number in range(tries.CODES.most + 2):  # from everywhere, with the right password
        thief = _away(web, 10 + number)
        _begin(thief)
        statuses.append(_send(thief, FACTOR, code="000000")[0])
    assert statuses == [422] * tries.CODES.most + [429, 429]
    assert _told(resources).count("factor_guessed") == 1
    with resources.database.read() as session:
        assert session.exec(select(AccessLog).where(AccessLog.action == "factor_failed")).all()
    _begin(known)
    unused(resources)
    assert _send(known, FACTOR, code=code_at(seed, datetime.now(UTC)))[0] == 303


def test_the_wait_for_a_code_ends_and_takes_no_forged_form(web: TestClient, noor: UUID, resources: Resources) -> None:
    seed = authenticator_of(resources, noor)
    unused(resources)
    _begin(web)
    assert web.post(FACTOR, data={"key": "0" * 64, "code": code_at(seed, datetime.now(UTC))}).status_code == 401
    with resources.database.write() as session:
        session.execute(update(StaffSession).values(began_at=datetime.now(UTC) - timedelta(minutes=10)))
    assert web.get(FACTOR, follow_redirects=False).status_code == 303


class TestSessions:
    def test_they_are_listed_and_can_be_ended(self, web: TestClient, resources: Resources) -> None:
        here, there = AtConsole(web, resources), AtConsole(web, resources)
        with resources.database.write() as session:
            session.execute(update(StaffSession).values(browser="Firefox on a Mac"))
        page = here.get("/console/account")
        assert page.text.count("Firefox on a Mac</td>") == 2
        named = re.search(r'name="session" value="([0-9a-f-]{36})"', page.text)
        assert named is not None
        assert here.post("/console/account/sessions/end", {"session": named[1]}).status_code == 303
        assert there.get("/console/account").status_code == 303
        assert here.get("/console/account").status_code == 200

    def test_ending_one_asks_for_a_fresh_sign_in(self, at_console: SignIn) -> None:
        answer = at_console(ago=timedelta(minutes=6)).post("/console/account/sessions/end", {"session": str(UUID(int=0))})
        assert answer.headers["location"].startswith("/console/sign-in/again")

    def test_nobody_ends_a_colleague_s(self, at_console: SignIn, resources: Resources) -> None:
        mine, theirs = at_console(), at_console(Role.REVIEWER, "Priya Nair")
        with resources.database.read() as session:
            every = [str(row.id) for row in session.exec(select(StaffSession))]
        for name in every:
            mine.post("/console/account/sessions/end", {"session": name})
        assert theirs.get("/console/account").status_code == 200

    def test_another_authenticator_needs_a_fresh_sign_in_and_ends_the_others(
        self, web: TestClient, at_console: SignIn, resources: Resources
    ) -> None:
        stale = at_console(ago=timedelta(minutes=6))
        assert stale.get(NEW).headers["location"] == "/console/sign-in/again?next=/console/account"
        fresh = AtConsole(web, resources)
        person = UUID(fresh.person.removeprefix("caseworker:"))
        assert fresh.get(NEW).status_code == 200
        seed = Factors(resources.database, resources.vault).begun(person)
        assert fresh.post(NEW, {"code": code_at(seed, datetime.now(UTC))}).status_code == 200
        assert stale.get("/console/account").status_code == 303


def test_people_hear_of_it_by_mail_without_any_secret(resources: Resources, noor: UUID) -> None:
    with resources.database.write() as session:
        staff_post.tell(session, "new_sign_in", noor, at=datetime.now(UTC), browser="Firefox on Linux")
    people.set_password(resources.database, email=EMAIL, password="five quite other words")
    with post_office.opened() as office:
        there = resources.settings.model_copy(update={"smtp_url": office.url})
        mine = Resources(**(vars(resources) | {"settings": there}))
        assert staff_post.send_waiting(mine) == 2
        assert staff_post.send_waiting(mine) == 0
        letters = [kept.message for kept in office.kept]
    assert sorted(letter["Subject"] for letter in letters) == [
        "Habeas: a sign-in from a new browser",
        "Habeas: your password was changed",
    ]
    assert all(letter["To"] == EMAIL for letter in letters)
    assert "five quite" not in "".join(letter.as_string() for letter in letters)
