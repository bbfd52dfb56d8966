"""The release brake and the alerts: one person empties no installation in a day (`security.md` R6, test 30)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.alerts import look_over, note_configuration
from adapters.database.case_reader import CaseReader
from adapters.database.staff_tables import ConfigurationChange, HeldRelease, StaffNotice
from adapters.database.tables import AccessLog, Alarm, Caseworker
from adapters.resources import Resources
from api.brake import Approval, refuse_braked
from api.security import Caller
from domain.authority import Action
from domain.release_brake import ReleaseHeldError
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.at_console import AtConsole, text_of

Key = Callable[..., dict[str, str]]
SignIn = Callable[..., AtConsole]


def _set(resources: Resources, **settings: int) -> None:
    object.__setattr__(resources, "settings", resources.settings.model_copy(update=settings))


def _caller(person: str = "caseworker:00000000-0000-4000-8000-000000000001") -> Caller:
    return Caller(key_id="00000000", person=person, role=Role.REVIEWER, decides=True)


def _approve(resources: Resources, who: Caller) -> bool:
    """Whether one more approval of somebody passes; of whichever case, the first one there is."""
    approval = Approval(who, uuid4(), Action.APPROVE_PACKAGE, uuid4().hex, datetime.now(UTC))
    try:
        refuse_braked(resources, approval)
    except ReleaseHeldError:
        return False
    return True


def _person(resources: Resources, name: str) -> str:
    with resources.database.read() as session:
        return f"caseworker:{session.exec(select(Caseworker.id).where(Caseworker.name == name)).one()}"


def test_release_twenty_one_of_a_person_waits_for_a_second_privacy_lead(
    web: TestClient, key: Key, at_console: SignIn, searched: SearchedCase
) -> None:
    resources = searched.resources
    view = CaseReader(resources).get(searched.id)
    package = view.state.package
    assert package is not None
    rita, lena = key(Role.REVIEWER, name="rita"), at_console(Role.PRIVACY_LEAD, "Lena Lead")
    who = _caller(_person(resources, "rita"))
    assert resources.settings.releases_per_person == 20
    assert all(_approve(resources, who) for _ in range(20))
    path = f"/api/v1/cases/{view.receipt.reference}/actions/approve_package"
    held = web.post(path, headers=rita | {"Idempotency-Key": "one"}, json={"sha256": package.sha256})
    assert (held.status_code, held.json()["type"], held.json()["reason"]) == (409, "/problems/release-held", "person")
    assert CaseReader(resources).get(searched.id).state == view.state
    again = web.post(path, headers=rita, json={"sha256": package.sha256})
    assert again.status_code == 409
    with resources.database.read() as session:
        row = session.exec(select(HeldRelease)).one()
        assert "release_held" in session.exec(select(StaffNotice.about)).all()
    page = lena.get("/console/alerts")
    assert f"{view.receipt.reference} rita too many releases of one person" in text_of(page)
    assert "1 held" in text_of(page)
    late = at_console(Role.PRIVACY_LEAD, "Late Lead", ago=timedelta(minutes=6))
    assert late.post(f"/console/alerts/releases/{row.id}").headers["location"].startswith("/console/sign-in/again")
    assert at_console(Role.DPO, "Dora Dee").post(f"/console/alerts/releases/{row.id}").status_code == 403
    assert lena.post(f"/console/alerts/releases/{row.id}").status_code == 303
    assert lena.post(f"/console/alerts/releases/{row.id}").status_code == 409
    # The same command, once more: nothing has to be typed anew.
    other = Approval(who, searched.id, Action.APPROVE_PACKAGE, uuid4().hex, datetime.now(UTC), "b" * 64)
    with pytest.raises(ReleaseHeldError):  # what was let go is this package, and no other one of the case
        refuse_braked(resources, other)
    done = web.post(path, headers=rita | {"Idempotency-Key": "one"}, json={"sha256": package.sha256})
    assert done.status_code == 200


def test_approvals_that_the_case_refuses_use_no_release_of_the_day_up(
    resources: Resources, web: TestClient, key: Key, searched: SearchedCase
) -> None:
    _set(resources, releases_per_person=1, releases_per_day=1)
    view = CaseReader(searched.resources).get(searched.id)
    assert view.state.package is not None
    path, rita = f"/api/v1/cases/{view.receipt.reference}/actions/approve_package", key(Role.REVIEWER, name="rita")
    for _ in range(3):
        refused = web.post(path, headers=rita, json={"sha256": "0" * 64})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/stale-hash")
    assert web.post(path, headers=rita, json={"sha256": view.state.package.sha256}).status_code == 200


def test_nobody_lets_their_own_release_or_what_they_prepared_go(
    key: Key, web: TestClient, at_console: SignIn, searched: SearchedCase
) -> None:
    _set(searched.resources, releases_per_person=1)
    view = CaseReader(searched.resources).get(searched.id)
    lena = at_console(Role.PRIVACY_LEAD, "Lena Lead")
    assert view.state.package is not None
    for person in (_caller(lena.person), _caller("caseworker:x")):
        assert _approve(searched.resources, person)
    with pytest.raises(ReleaseHeldError):
        refuse_braked(
            searched.resources,
            Approval(_caller(lena.person), searched.id, Action.APPROVE_PACKAGE, "one", datetime.now(UTC)),
        )
    with searched.resources.database.read() as session:
        row = session.exec(select(HeldRelease)).one()
    assert lena.post(f"/console/alerts/releases/{row.id}").status_code == 403
    assert web.get("/api/v1/cases", headers=key()).status_code == 200  # nothing else is held


def test_the_installation_has_a_limit_of_its_own(resources: Resources, searched: SearchedCase) -> None:
    _set(resources, releases_per_day=3)
    passed = [_passes_of(resources, searched, number) for number in range(5)]
    assert passed == [True, True, True, False, False]


def _passes_of(resources: Resources, searched: SearchedCase, number: int) -> bool:
    who = _caller(f"caseworker:00000000-0000-4000-8000-{number:012d}")
    try:
        refuse_braked(resources, Approval(who, searched.id, Action.APPROVE_PACKAGE, uuid4().hex, datetime.now(UTC)))
    except ReleaseHeldError:
        return False
    return True


def test_many_at_once_are_counted_one_by_one(resources: Resources, searched: SearchedCase) -> None:
    _set(resources, releases_per_person=4)
    passed: list[bool] = []
    threads = [threading.Thread(target=lambda: passed.append(_passes_of(resources, searched, 1))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 4


def test_after_a_change_every_release_waits(key: Key, resources: Resources, searched: SearchedCase) -> None:
    _set(resources, release_wait_hours=24)
    assert _passes_of(resources, searched, 1)
    key(Role.REVIEWER, name="rita")  # a new key
    assert not _passes_of(resources, searched, 1)


def test_another_mail_server_or_data_map_is_a_change_and_an_alarm(resources: Resources, searched: SearchedCase) -> None:
    _set(resources, release_wait_hours=24)
    note_configuration(resources, datetime.now(UTC))
    note_configuration(resources, datetime.now(UTC))
    assert _passes_of(resources, searched, 1)
    object.__setattr__(resources, "settings", resources.settings.model_copy(update={"smtp_url": "smtp://elsewhere:25"}))
    note_configuration(resources, datetime.now(UTC))
    assert not _passes_of(resources, searched, 1)
    with resources.database.read() as session:
        assert [row.kind for row in session.exec(select(Alarm))] == ["mail-changed"]
        assert "elsewhere" not in str([row.model_dump() for row in session.exec(select(ConfigurationChange))])


class TestAlerts:
    @pytest.mark.parametrize(
        ("action", "setting", "kind"),
        [("view_case", "alert_cases_opened", "many-cases-opened"), ("package", "alert_exports", "mass-export")],
    )
    def test_who_opens_or_takes_much_is_told_of_once(
        self, resources: Resources, at_console: SignIn, action: str, setting: str, kind: str
    ) -> None:
        _set(resources, **{setting: 3})
        lena, amira, now = at_console(Role.PRIVACY_LEAD, "Lena Lead"), at_console(), datetime.now(UTC)
        for _ in range(3):
            _look(resources, amira, action, now)
        assert look_over(resources, now) == 0
        _look(resources, amira, action, now)
        _look(resources, lena, action, now)
        assert (look_over(resources, now), look_over(resources, now)) == (1, 0)
        with resources.database.read() as session:
            alarm = session.exec(select(Alarm)).one()
            told = session.exec(select(StaffNotice.caseworker).where(StaffNotice.about == "alarm")).all()
        assert (alarm.kind, alarm.facts) == (kind, {"count": 4, "person": amira.person})
        assert [f"caseworker:{person}" for person in told] == [lena.person]
        assert "Amira Osei 4" in text_of(lena.get("/console/alerts"))

    def test_failed_sign_ins_are_told_of(self, resources: Resources, at_console: SignIn) -> None:
        _set(resources, alert_failed_sign_ins=2)
        lena, now = at_console(Role.DPO, "Dora Dee"), datetime.now(UTC)
        with resources.database.write() as session:
            session.add_all(AccessLog(at=now, actor="unknown", action="sign_in_failed") for _ in range(3))
        assert look_over(resources, now) == 1
        assert "Many sign-ins failed within an hour" in text_of(lena.get("/console/alerts"))

    def test_every_other_alarm_is_told_too(self, resources: Resources, at_console: SignIn) -> None:
        at_console(Role.PRIVACY_LEAD)
        with resources.database.write() as session:
            session.add(Alarm(at=datetime.now(UTC), kind="payload-refused", facts={}))
        assert look_over(resources, datetime.now(UTC)) == 1


def _look(resources: Resources, who: AtConsole, action: str, now: datetime) -> None:
    with resources.database.write() as session:
        session.add(AccessLog(at=now, actor=who.person, action=action, case_id=uuid4()))
