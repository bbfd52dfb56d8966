"""Single sign-on against a real provider: who gets in, with which role, and when it is over (`security.md` V6, V7, V10; R4)."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlmodel import select, update

from adapters import oidc
from adapters.database import people, staff_changes
from adapters.database.staff_tables import StaffChange
from adapters.database.tables import AccessLog, Caseworker, StaffSession
from adapters.oidc import Attempt, SignOn, SignOnFailedError
from adapters.resources import Resources
from adapters.settings import Settings
from api.app import create_app
from domain.errors import SettingsError
from domain.rights import Role
from tests import opened, servers
from tests.api.conftest import FakeGateway
from tests.at_console import COOKIE, text_of
from tests.breach_gateway import BreachGateway
from tests.notice_gateway import NoticeGateway
from tests.provider import running

PEOPLE = {
    "amira": {"name": "Amira Osei", "email": "amira@example.com", "groups": ["dsar-caseworkers", "everybody"]},
    "rolf": {"name": "Rolf Other", "email": "rolf@example.com", "groups": ["everybody"]},
    "twice": {"name": "Two Hats", "email": "twice@example.com", "groups": ["dsar-caseworkers", "dsar-admins"]},
    "lena": {"name": "Lena Lead", "email": "lena@example.com", "groups": ["dsar-leads"]},
}
ROLES = "dsar-caseworkers=caseworker dsar-admins=administrator dsar-leads=privacy_lead"
BEGIN = "/console/sign-in/provider"


@dataclass
class Office:
    """The application on a port of its own, and the provider beside it."""

    url: str
    issuer: str
    resources: Resources

    def changes(self) -> list[StaffChange]:
        with self.resources.database.read() as session:
            return staff_changes.waiting(session)

    def confirm(self) -> None:
        (change,) = self.changes()
        with self.resources.database.write() as session:
            now = datetime.now(UTC)
            staff_changes.settle(session, change.id, confirmed=True, by="caseworker:x", role=Role.DPO, now=now)

    def in_force(self, login: str) -> UUID:
        """Let somebody of the provider have an account here, without the walk through the proposal."""
        claims = PEOPLE[login]
        role = Role.CASEWORKER if login == "amira" else Role.PRIVACY_LEAD
        person = people.add_caseworker(self.resources.database, email=str(claims["email"]), name=str(claims["name"]), role=role)
        with self.resources.database.write() as session:
            session.execute(update(Caseworker).where(Caseworker.id == person).values(issuer=self.issuer, subject=login))  # type: ignore[arg-type]
        return person


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return servers.free_port(), servers.free_port()


@pytest.fixture(scope="module")
def issuer(ports: tuple[int, int]) -> Iterator[str]:
    with running.provider(ports[1], f"http://127.0.0.1:{ports[0]}", PEOPLE) as address:
        yield address


@pytest.fixture
def office(
    ports: tuple[int, int], issuer: str, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    given = {
        "PORT": str(ports[0]),
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": running.CLIENT,
        "OIDC_CLIENT_SECRET": running.SECRET,
        "OIDC_ROLES": ROLES,
        "OIDC_ACR": "strong",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"HABEAS_{name}", value)
    with opened.resources(tmp_path / "home", sqlite_url) as resources:
        app = create_app(resources, FakeGateway(resources), (BreachGateway(resources), NoticeGateway(resources)))
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=ports[0], log_config=None))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            servers.wait_until(lambda: server.started, "the application answers")
            yield Office(f"http://127.0.0.1:{ports[0]}", issuer, resources)
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture
def web() -> Iterator[httpx2.Client]:
    with running.browser() as client:
        yield client


@pytest.fixture
def other() -> Iterator[httpx2.Client]:
    """Another browser."""
    with running.browser() as client:
        yield client


def test_the_provider_ends_with_whoever_started_it_however_that_ended() -> None:
    port = servers.free_port()
    begin = f"with running.provider({port}, 'http://127.0.0.1:1', {{}}):\n    print('here', flush=True)\n    time.sleep(600)"
    command = [sys.executable, "-c", f"import time\nfrom tests.provider import running\n{begin}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=running.HERE.parents[1]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.kill()
    servers.wait_until(lambda: not servers.listens(port), "it is gone")


def test_a_claim_grants_nothing_before_a_second_person_confirms_it(office: Office, web: httpx2.Client) -> None:
    first = running.sign_in(web, office.url + BEGIN, "amira", acr="strong")
    assert (first.status_code, "waits for a privacy lead" in text_of(first)) == (403, True)
    assert web.get(f"{office.url}/console/account").status_code == 303
    assert [(change.kind, change.role, change.by) for change in office.changes()] == [("account", "caseworker", "provider")]
    running.sign_in(web, office.url + BEGIN, "amira", acr="strong")
    assert len(office.changes()) == 1  # asking again proposes nothing again
    office.confirm()
    done = running.sign_in(web, f"{office.url}{BEGIN}?next=/console/account", "amira", acr="strong")
    assert done.headers["location"] == "/console/account"
    assert "Amira Osei, caseworker" in text_of(web.get(f"{office.url}/console/account"))


@pytest.mark.parametrize(("login", "told"), [("rolf", "has no role in Habeas"), ("twice", "more than one role")])
def test_without_exactly_one_mapped_role_nobody_gets_in(office: Office, web: httpx2.Client, login: str, told: str) -> None:
    answer = running.sign_in(web, office.url + BEGIN, login, acr="strong")
    assert (answer.status_code, told in text_of(answer)) == (403, True)
    assert office.changes() == []


def test_an_address_alone_makes_nobody_a_colleague(office: Office, web: httpx2.Client) -> None:
    person = people.add_caseworker(office.resources.database, email="amira@example.com", name="Amira", role=Role.CASEWORKER)
    assert running.sign_in(web, office.url + BEGIN, "amira", acr="strong").status_code == 403
    assert [(change.kind, change.caseworker) for change in office.changes()] == [("sign_on", person)]
    office.confirm()
    assert running.sign_in(web, office.url + BEGIN, "amira", acr="strong").status_code == 303
    with office.resources.database.read() as session:
        assert session.get_one(Caseworker, person).subject == "amira"


def test_a_role_that_the_provider_took_away_is_gone(office: Office, web: httpx2.Client, other: httpx2.Client) -> None:
    person = office.in_force("lena")
    assert running.sign_in(web, office.url + BEGIN, "lena", acr="strong").status_code == 303
    with office.resources.database.write() as session:
        session.execute(update(Caseworker).values(role="reviewer"))
    assert running.sign_in(other, office.url + BEGIN, "lena", acr="strong").status_code == 403
    assert web.get(f"{office.url}/console/account").status_code == 303
    assert [(change.kind, change.role, change.caseworker) for change in office.changes()] == [("role", "privacy_lead", person)]


def test_where_the_provider_asked_for_no_second_factor_habeas_does(office: Office, web: httpx2.Client) -> None:
    office.in_force("amira")
    answer = running.sign_in(web, office.url + BEGIN, "amira", acr="weak")
    assert answer.headers["location"].startswith("/console/sign-in/factor/new")
    assert web.get(f"{office.url}/console/account").status_code == 303
    assert web.get(f"{office.url}/console/sign-in/factor/new").status_code == 200


def test_what_cannot_be_undone_asks_the_provider_to_ask_again(office: Office, web: httpx2.Client) -> None:
    office.in_force("lena")
    running.sign_in(web, office.url + BEGIN, "lena", acr="strong", ago="400")  # signed in there for some minutes
    assert web.get(f"{office.url}/console/account").status_code == 200
    stale = web.get(f"{office.url}/console/sign-in/factor/new")
    assert stale.headers["location"].startswith("/console/sign-in/again")
    page = web.get(office.url + stale.headers["location"])
    assert "/console/sign-in/provider?again=1" in page.text
    # The provider's session alone is not enough: it has to ask.
    answer = running.sign_in(web, f"{office.url}{BEGIN}?again=1&next=/console/account", "lena", acr="strong", ago="400")
    assert answer.status_code == 422
    answer = running.sign_in(web, f"{office.url}{BEGIN}?again=1&next=/console/account", "lena", acr="strong")
    assert answer.headers["location"] == "/console/account"
    assert web.get(f"{office.url}/console/sign-in/factor/new").status_code == 200


def test_signing_out_at_the_provider_ends_the_session_here(office: Office, web: httpx2.Client, other: httpx2.Client) -> None:
    office.in_force("amira")
    running.sign_in(web, office.url + BEGIN, "amira", acr="strong")
    running.sign_in(other, office.url + BEGIN, "amira", acr="strong")
    running.sign_out(web, office.issuer)
    servers.wait_until(lambda: web.get(f"{office.url}/console/account").status_code == 303, "the session is over")
    assert other.get(f"{office.url}/console/account").status_code == 200
    with office.resources.database.read() as session:
        assert "sign_out_at_provider" in [row.action for row in session.exec(select(AccessLog))]


def test_an_answer_belongs_to_the_browser_that_asked(office: Office, web: httpx2.Client, other: httpx2.Client) -> None:
    office.in_force("amira")
    at = web.get(office.url + BEGIN)
    for asked in (
        f"{office.url}{BEGIN}/back?code=x&state=y",
        f"{office.url}{BEGIN}/back?error=access_denied&state=y",
        f"{office.url}{BEGIN}/back",
    ):
        assert web.get(asked).status_code == 422
    state = dict(httpx2.URL(at.headers["location"]).params)["state"]
    assert web.get(f"{office.url}{BEGIN}/back?code=made-up&state={state}").status_code == 422
    assert other.get(f"{office.url}{BEGIN}/back?code=made-up&state={state}").status_code == 422
    with office.resources.database.read() as session:
        assert session.exec(select(StaffSession)).first() is None


def test_the_question_carries_pkce_nonce_and_state(office: Office, web: httpx2.Client) -> None:
    asked = dict(httpx2.URL(web.get(office.url + BEGIN).headers["location"]).params)
    assert (asked["response_type"], asked["code_challenge_method"], asked["acr_values"]) == ("code", "S256", "strong")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert web.cookies[f"{COOKIE}-try"].partition(".")[0] not in asked.values()


class TestTokens:
    """What no honest provider sends: signed by a key of the test's own, which the metadata names."""

    KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
    NOW = datetime.now(UTC)

    @pytest.fixture
    def sign_on(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SignOn:
        settings = Settings.load(
            home=tmp_path,
            oidc_issuer="https://id.example",
            oidc_client_id="habeas",
            oidc_client_secret="s" * 32,
            oidc_roles="a=auditor",
        )
        keys = {"keys": [self.KEY.as_dict(private=False)]}
        known = {"issuer": "https://id.example", "jwks_uri": "https://id.example/keys"}
        monkeypatch.setattr(SignOn, "_fetched", lambda _self, url: keys if url.endswith("/keys") else known)
        return SignOn(settings)

    def _claims(self, **other: object) -> dict[str, object]:
        at = int(self.NOW.timestamp())
        claims = {"iss": "https://id.example", "aud": "habeas", "sub": "amira", "iat": at, "exp": at + 120, "jti": "one"}
        return {name: value for name, value in (claims | other).items() if value is not None}

    def _signed(self, other: dict[str, object] | None = None, key: RSAKey | None = None) -> str:
        events: dict[str, object] = {"events": {oidc.LOGOUT_EVENT: {}}}
        return jwt.encode({"alg": "RS256", "kid": "one"}, self._claims(**(events | (other or {}))), key or self.KEY)

    def test_a_good_one_holds(self, sign_on: SignOn) -> None:
        assert sign_on.logged_out(self._signed(), self.NOW).subject == "amira"
        assert sign_on.logged_out(self._signed({"aud": ["habeas", "b"], "azp": "habeas"}), self.NOW).jti == "one"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"iss": "https://elsewhere.example"},
            {"aud": "another"},
            {"aud": ["habeas", "another"]},
            {"azp": "another"},
            {"exp": 1},
            {"exp": None},
            {"iat": 1},
            {"iat": None},
            {"sub": None},
            {"sub": 7},
            {"jti": None},
            {"events": {}},
            {"events": None},
            {"nonce": "n"},
        ],
        ids=str,
    )
    def test_a_claim_that_is_wrong_or_gone_refuses_it(self, sign_on: SignOn, wrong: dict[str, object]) -> None:
        with pytest.raises(SignOnFailedError):
            sign_on.logged_out(self._signed(wrong), self.NOW)

    def test_another_key_no_key_or_another_algorithm_refuses_it(self, sign_on: SignOn) -> None:
        stranger = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
        none = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in ({"alg": "none"}, self._claims(events={oidc.LOGOUT_EVENT: {}}))
        )
        for token in (self._signed(key=stranger), f"{none}.", "", "a.b.c", "x" * 70_000, self._signed() + "x"):
            with pytest.raises(SignOnFailedError):
                sign_on.logged_out(token, self.NOW)

    def test_a_provider_that_calls_itself_another_is_none(self, sign_on: SignOn, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(SignOn, "_fetched", lambda _self, _url: {"issuer": "https://elsewhere.example"})
        with pytest.raises(SignOnFailedError):
            sign_on.address(Attempt("s", "n", "v" * 43, "https://x.example"), fresh=False, oldest=timedelta(hours=10))

    @pytest.mark.parametrize("url", ["http://id.example/auth", "ftp://id.example", "", "https://"])
    def test_an_endpoint_without_https_is_not_spoken_to(self, url: str) -> None:
        assert not oidc.is_safe(url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_client_secret": ""},
        {"oidc_roles": ""},
        {"oidc_roles": "staff"},
        {"oidc_roles": "staff=platform"},
        {"oidc_roles": "=dpo"},
    ],
    ids=str,
)
def test_settings_that_would_let_in_anybody_or_nobody_stop_the_start(wrong: dict[str, str], tmp_path: Path) -> None:
    good = {
        "oidc_issuer": "https://id.example",
        "oidc_client_id": "habeas",
        "oidc_client_secret": "s" * 32,
        "oidc_roles": "staff=caseworker",
    }
    Settings.load(home=tmp_path, **good)
    with pytest.raises(SettingsError, match="HABEAS_OIDC"):
        Settings.load(home=tmp_path, **(good | wrong))
