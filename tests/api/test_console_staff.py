"""Accounts and roles: no one person opens people's data to anybody (`security.md` 4, R3, R4; abuse test 21)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from adapters import staff_post
from adapters.database import people, staff_changes
from adapters.database.invitations import invited, new_invitation
from adapters.database.staff_tables import StaffChange, StaffInvitation, StaffNotice
from adapters.database.tables import AccessLog, ApiKey, Caseworker
from adapters.factors import Factors
from adapters.resources import Resources
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, NotPermittedError, UnknownObjectError
from domain.rights import Role
from tests import post_office
from tests.at_console import AtConsole, authenticator_of, text_of

SignIn = Callable[..., AtConsole]
NEW = {"email": "Noor.Haddad@example.com", "name": "Noor Haddad", "role": "caseworker"}


def _person(resources: Resources, email: str) -> Caseworker:
    with resources.database.read() as session:
        return session.exec(select(Caseworker).where(Caseworker.email == email)).one()


def _change(resources: Resources) -> UUID:
    with resources.database.read() as session:
        return session.exec(select(StaffChange).where(col(StaffChange.settled_at).is_(None))).one().id


def _token(resources: Resources, person: UUID) -> str:
    with resources.database.write() as session:
        return new_invitation(session, person, datetime.now(UTC))


class TestANewAccount:
    def test_it_has_no_effect_before_a_second_person_confirms_it(
        self, at_console: SignIn, resources: Resources, web: TestClient
    ) -> None:
        admin, lead = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.PRIVACY_LEAD, "Lena Lead")
        assert admin.post("/console/staff", NEW).headers["location"] == "/console/staff?done=proposed"
        person = _person(resources, "noor.haddad@example.com")
        assert not person.active
        people.set_password(resources.database, email=person.email, password="four plain old words")
        sign_in = {"email": person.email, "password": "four plain old words"}
        assert web.post("/console/sign-in", data=sign_in, follow_redirects=False).status_code == 422
        key = people.create_api_key(resources.database, email=person.email, scopes=["cases:read"])
        assert web.get("/api/v1/cases", headers={"Authorization": f"Bearer {key}"}).status_code == 401
        page = lead.get("/console/staff")
        assert "Noor Haddad caseworker Ada Min" in text_of(page)
        assert lead.post(f"/console/staff/changes/{_change(resources)}/confirmed").status_code == 303
        assert web.post("/console/sign-in", data=sign_in, follow_redirects=False).status_code == 303

    def test_an_administrator_confirms_nothing(self, at_console: SignIn, resources: Resources) -> None:
        admin, other = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.ADMINISTRATOR, "Otto Other")
        admin.post("/console/staff", NEW)
        for person in (admin, other):
            assert person.post(f"/console/staff/changes/{_change(resources)}/confirmed").status_code == 403
        assert not _person(resources, "noor.haddad@example.com").active

    def test_one_address_is_one_account(self, at_console: SignIn) -> None:
        admin = at_console(Role.ADMINISTRATOR, "Ada Min")
        admin.post("/console/staff", NEW)
        again = admin.post("/console/staff", NEW | {"role": "auditor"})
        assert (again.status_code, "has an account with this address" in again.text) == (422, True)
        for role in ("platform", "data_subject", "system", "root", ""):
            assert admin.post("/console/staff", NEW | {"email": "b@example.com", "role": role}).status_code == 422

    def test_nobody_else_ever_knows_its_password(self, at_console: SignIn, resources: Resources, web: TestClient) -> None:
        admin, lead = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.PRIVACY_LEAD, "Lena Lead")
        admin.post("/console/staff", NEW)
        lead.post(f"/console/staff/changes/{_change(resources)}/confirmed")
        with post_office.opened() as office:
            there = resources.settings.model_copy(update={"smtp_url": office.url})
            staff_post.send_waiting(Resources(**(vars(resources) | {"settings": there})))
            mine = next(kept for kept in office.kept if kept.message["Subject"] == "Habeas: choose your password")
        assert mine.recipients == ["noor.haddad@example.com"]
        link = re.search(r"/console/sign-in/invited/hl1_[A-Za-z0-9_-]{43}", mine.text)
        assert link is not None
        token = link[0].rpartition("/")[2]
        with resources.database.read() as session:
            assert token not in str([row.model_dump() for row in session.exec(select(StaffNotice))])
        assert web.get(link[0]).status_code == web.get(link[0]).status_code == 200  # looking spends nothing
        assert web.post(link[0], data={"new": "password1234"}).status_code == 422
        chosen = web.post(link[0], data={"new": "kettle violin gravel"}, follow_redirects=False)
        assert chosen.headers["location"] == "/console/sign-in"
        assert web.post(link[0], data={"new": "another violin gravel"}).status_code == 404
        sign_in = {"email": "noor.haddad@example.com", "password": "kettle violin gravel"}
        answer = web.post("/console/sign-in", data=sign_in, follow_redirects=False)
        assert answer.headers["location"] == "/console/sign-in/factor/new"


class TestARole:
    def test_another_role_waits_and_then_ends_every_session(self, at_console: SignIn, resources: Resources) -> None:
        admin, dpo = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.DPO, "Dora Dee")
        amira = at_console(Role.CASEWORKER, "Amira Osei")
        person = amira.person.removeprefix("caseworker:")
        assert admin.post(f"/console/staff/{person}/role", {"role": "reviewer"}).status_code == 303
        assert "Amira Osei, caseworker" in text_of(amira.get("/console/account"))
        dpo.post(f"/console/staff/changes/{_change(resources)}/confirmed")
        assert amira.get("/console/account").status_code == 303
        with resources.database.read() as session:
            assert session.get_one(Caseworker, UUID(person)).role == "reviewer"

    def test_nobody_answers_for_themselves_or_twice(self, resources: Resources, at_console: SignIn) -> None:
        lead = at_console(Role.PRIVACY_LEAD, "Lena Lead")
        mine = UUID(lead.person.removeprefix("caseworker:"))
        now = datetime.now(UTC)
        with resources.database.write() as session:
            change = staff_changes.propose_role(session, mine, "dpo", by="caseworker:x", now=now).id
        for by, role, refusal in (
            (lead.person, Role.PRIVACY_LEAD, FourEyesError),
            ("caseworker:x", Role.PRIVACY_LEAD, FourEyesError),
            ("caseworker:y", Role.REVIEWER, NotPermittedError),
        ):
            with pytest.raises(refusal), resources.database.write() as session:
                staff_changes.settle(session, change, confirmed=True, by=by, role=role, now=now)
        with resources.database.write() as session:
            staff_changes.settle(session, change, confirmed=False, by="caseworker:y", role=Role.DPO, now=now)
        with pytest.raises(NotAllowedNowError), resources.database.write() as session:
            staff_changes.settle(session, change, confirmed=True, by="caseworker:y", role=Role.DPO, now=now)
        assert _person(resources, "lena.lead-privacy_lead@example.com").role == "privacy_lead"

    def test_an_administrator_changes_nothing_of_their_own(self, at_console: SignIn, resources: Resources) -> None:
        admin = at_console(Role.ADMINISTRATOR, "Ada Min")
        mine = admin.person.removeprefix("caseworker:")
        for deed in ("role", "factor", "disable"):
            assert admin.post(f"/console/staff/{mine}/{deed}", {"role": "reviewer"}).status_code == 422
        with resources.database.read() as session:
            assert session.exec(select(StaffChange)).first() is None

    def test_every_change_asks_for_a_fresh_sign_in(self, at_console: SignIn) -> None:
        late = at_console(Role.ADMINISTRATOR, "Ada Min", ago=timedelta(minutes=6))
        assert late.post("/console/staff", NEW).headers["location"].startswith("/console/sign-in/again")
        lead = at_console(Role.PRIVACY_LEAD, "Lena Lead", ago=timedelta(minutes=6))
        answer = lead.post(f"/console/staff/changes/{UUID(int=0)}/confirmed")
        assert answer.headers["location"].startswith("/console/sign-in/again")
        assert late.post("/console/keys", {}).headers["location"].startswith("/console/sign-in/again")


class TestATeam:
    def test_nobody_moves_somebody_into_another_team_alone(self, at_console: SignIn, resources: Resources) -> None:
        admin, lead = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.PRIVACY_LEAD, "Lena Lead")
        amira = at_console(Role.CASEWORKER, "Amira Osei")
        person = amira.person.removeprefix("caseworker:")
        assert admin.post(f"/console/staff/{person}/team", {"team": "North"}).headers["location"].endswith("proposed")

        def team() -> str | None:
            with resources.database.read() as session:
                return session.get_one(Caseworker, UUID(person)).team

        assert team() is None
        assert admin.post(f"/console/staff/changes/{_change(resources)}/confirmed").status_code == 403
        assert "Another team" in text_of(lead.get("/console/staff"))
        lead.post(f"/console/staff/changes/{_change(resources)}/confirmed")
        assert team() == "North"


class TestLosses:
    def test_a_lost_authenticator_takes_two_persons(self, at_console: SignIn, resources: Resources) -> None:
        admin, lead = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.PRIVACY_LEAD, "Lena Lead")
        amira = at_console(Role.CASEWORKER, "Amira Osei")
        person = UUID(amira.person.removeprefix("caseworker:"))
        authenticator_of(resources, person)
        factors = Factors(resources.database, resources.vault)
        assert admin.post(f"/console/staff/{person}/factor").status_code == 303
        assert factors.has(person)
        lead.post(f"/console/staff/changes/{_change(resources)}/confirmed")
        assert (factors.has(person), factors.recovery_codes_left(person)) == (False, 0)
        assert amira.get("/console/account").status_code == 303
        with resources.database.read() as session:
            mine = session.exec(select(StaffNotice.about).where(StaffNotice.caseworker == person)).all()
        assert "factor_removed" in mine

    def test_a_closed_account_ends_sessions_and_keys_at_once(
        self, at_console: SignIn, resources: Resources, web: TestClient
    ) -> None:
        admin, amira = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.CASEWORKER, "Amira Osei")
        person = UUID(amira.person.removeprefix("caseworker:"))
        key = people.create_api_key(resources.database, email="amira.osei-caseworker@example.com", scopes=["cases:read"])
        admin.post(f"/console/staff/{person}/disable")
        assert amira.get("/console/account").status_code == 303
        assert web.get("/api/v1/cases", headers={"Authorization": f"Bearer {key}"}).status_code == 401
        with pytest.raises(UnknownObjectError), resources.database.read() as session:
            invited(session, _token(resources, person), datetime.now(UTC))

    def test_an_invitation_ends_after_a_week(self, resources: Resources, web: TestClient) -> None:
        person = people.add_caseworker(resources.database, email="a@example.com", name="A", role=Role.CASEWORKER)
        token = _token(resources, person)
        path = f"/console/sign-in/invited/{token}"
        assert web.get(path).status_code == 200
        newer = _token(resources, person)
        assert web.get(path).status_code == 404  # only the newest counts
        with resources.database.write() as session:
            session.execute(update(StaffInvitation).values(expires_at=datetime.now(UTC)))
        assert web.get(f"/console/sign-in/invited/{newer}").status_code == 404


class TestTheFirstTwo:
    def test_they_are_made_together_and_only_once(self, resources: Resources) -> None:
        two = {"administrator": ("ada@example.com", "Ada"), "confirmer": ("lena@example.com", "Lena")}
        with pytest.raises(InvalidInputError):
            people.first_two(resources.database, **two, role=Role.CASEWORKER)
        with pytest.raises(InvalidInputError):
            people.first_two(
                resources.database,
                administrator=("Ada@example.com", "Ada"),
                confirmer=("ada@example.com", "Ada"),
                role=Role.DPO,
            )
        people.first_two(resources.database, **two, role=Role.PRIVACY_LEAD)
        with pytest.raises(InvalidInputError, match="staff already"):
            people.first_two(resources.database, **two, role=Role.PRIVACY_LEAD)


class TestKeys:
    def test_a_key_is_shown_once_and_can_be_ended(self, at_console: SignIn, resources: Resources, web: TestClient) -> None:
        amira = at_console(Role.CASEWORKER, "Amira Osei")
        page = amira.post("/console/keys", {"whose": "own", "scope": "cases:read", "days": "30", "networks": ""})
        key = re.search(r"hk1_[0-9a-f]{8}[A-Za-z0-9_-]{43}", page.text)
        assert key is not None
        assert key[0] not in amira.get("/console/keys").text
        headers = {"Authorization": f"Bearer {key[0]}"}
        assert web.get("/api/v1/cases", headers=headers).status_code == 200
        assert at_console(Role.REVIEWER, "Priya Nair").post(f"/console/keys/{key[0][4:12]}/revoke").status_code == 404
        assert amira.post(f"/console/keys/{key[0][4:12]}/revoke").status_code == 303
        with resources.database.read() as session:
            assert session.get_one(ApiKey, key[0][4:12]).revoked_at is not None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"scope": "packages:read"},  # beyond a caseworker's role
            {"scope": ""},
            {"days": "366"},
            {"days": "0"},
            {"days": "ten"},
            {"networks": "anywhere"},
            {"whose": "platform"},
        ],
    )
    def test_it_does_no_more_than_its_owner(self, at_console: SignIn, resources: Resources, wrong: dict[str, str]) -> None:
        given = {"whose": "own", "scope": "cases:read", "days": "30", "networks": ""} | wrong
        assert at_console(Role.CASEWORKER).post("/console/keys", given).status_code == 422
        with resources.database.read() as session:
            assert session.exec(select(ApiKey)).first() is None

    def test_an_administrator_s_key_for_the_platform_waits(
        self, at_console: SignIn, resources: Resources, web: TestClient
    ) -> None:
        admin, dpo = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.DPO, "Dora Dee")
        page = admin.post(
            "/console/keys", {"whose": "platform", "scope": ["cases:read", "requests:write"], "days": "90", "networks": ""}
        )
        key = re.search(r"hk1_[0-9a-f]{8}[A-Za-z0-9_-]{43}", page.text)
        assert key is not None
        headers = {"Authorization": f"Bearer {key[0]}"}
        assert web.get("/api/v1/cases", headers=headers).status_code == 401
        dpo.post(f"/console/staff/changes/{_change(resources)}/confirmed")
        web.app.state.web.keys._remembered.clear()  # type: ignore[attr-defined]  # as after three seconds
        assert web.get("/api/v1/cases", headers=headers).status_code == 200


def test_every_change_is_noted_with_who_did_it(at_console: SignIn, resources: Resources) -> None:
    admin, lead = at_console(Role.ADMINISTRATOR, "Ada Min"), at_console(Role.PRIVACY_LEAD, "Lena Lead")
    admin.post("/console/staff", NEW)
    lead.post(f"/console/staff/changes/{_change(resources)}/refused")
    with resources.database.read() as session:
        noted = [(row.action, row.actor) for row in session.exec(select(AccessLog)) if row.action.startswith("staff_")]
    assert noted == [("staff_account_proposed", admin.person), ("staff_account_refused", lead.person)]
