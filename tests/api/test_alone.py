"""Solo mode at the doors: off by default, never by a key, with a fresh sign-in, told to others, looked at afterwards."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.alerts import note_configuration
from adapters.database.case_reader import CaseReader
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import AccessLog, Alarm, Caseworker, PackageRow
from adapters.resources import Resources
from domain.case import CaseState
from domain.events import Draft, Tag
from domain.rights import Role, Status
from tests.activities.package_case import SearchedCase
from tests.at_console import AtConsole, text_of

Key = Callable[..., dict[str, str]]
SignIn = Callable[..., AtConsole]


def _solo(resources: Resources) -> None:
    object.__setattr__(resources, "settings", resources.settings.model_copy(update={"solo": True}))


def _state(case: SearchedCase) -> CaseState:
    return CaseReader(case.resources).get(case.id).state


def _prepared_by(case: SearchedCase, person: str) -> tuple[str, str]:
    """Let somebody build the package again; the address of the case's page and the package's hash."""
    package = _state(case).package
    assert package is not None
    facts = {"package": str(package.id), **package.model_dump(include={"revision", "sha256", "bytes", "records", "withheld"})}
    case.happen(
        Draft(tag=Tag.PACKAGE_REQUESTED, actor=person, facts={"revision": 0}),
        Draft(tag=Tag.PACKAGE_BUILT, facts={**facts, "datamap": package.datamap}),
    )
    return f"/console/cases/{CaseReader(case.resources).get(case.id).receipt.reference}", package.sha256


def _told(resources: Resources, about: str) -> list[str]:
    query = select(Caseworker.name).join(StaffNotice).where(StaffNotice.about == about).order_by(Caseworker.name)
    with resources.database.read() as session:
        return list(session.exec(query).all())


def test_a_lead_alone_announces_approves_and_a_colleague_looks_at_it_afterwards(
    resources: Resources, at_console: SignIn, searched: SearchedCase
) -> None:
    _solo(resources)
    lena, dora, rita = at_console(Role.PRIVACY_LEAD, "Lena"), at_console(Role.DPO, "Dora"), at_console(Role.REVIEWER, "Rita")
    path, sha256 = _prepared_by(searched, lena.person)
    page = lena.get(path)
    assert "Nobody else is there: approve it alone" in page.text
    form = lena.get(f"{path}/actions/announce_alone?approval=approve_package&sha256={sha256}")
    offered = re.search(r'<select id="checker".*?</select>', form.text, re.DOTALL)
    assert offered is not None
    assert re.findall(r"value=\"(caseworker[^\"]+)\"", offered[0]) == [dora.person, rita.person], "not herself"
    given = {"approval": "approve_package", "sha256": sha256, "checker": rita.person, "reason": "Ben is ill until Monday."}
    late = at_console(Role.PRIVACY_LEAD, "Lena", ago=timedelta(minutes=6))
    assert late.post(f"{path}/actions/announce_alone", given).headers["location"].startswith("/console/sign-in/again")
    assert lena.post(f"{path}/actions/announce_alone", given).status_code == 303
    assert _told(searched.resources, "alone_announced") == ["Dora", "Rita"]
    assert "You announced that you approve it alone. You can from" in text_of(lena.get(path))
    # The twelve hours are asked where the clock is, in the workflow: tests/domain/test_alone.py.
    assert lena.post(f"{path}/actions/approve_package", {"sha256": sha256}).status_code == 303
    assert _state(searched).status is Status.FULFILLING
    assert _told(searched.resources, "alone_approved") == ["Rita"]
    assert "Look at what a colleague approved alone" in text_of(rita.get(path))
    found = {"finding": "in_order", "reason": "Read all of it."}
    assert "Somebody else has to look at it" in text_of(lena.post(f"{path}/actions/record_after_check", found))
    assert rita.post(f"{path}/actions/record_after_check", found).status_code == 303
    history = text_of(dora.get(f"{path}/history"))
    for words in ("Will be approved alone; Rita looks at it afterwards", "Approved alone by who prepared it", "in order"):
        assert words in history


def test_off_it_offers_nothing_and_an_earlier_announcement_counts_no_more(
    resources: Resources, at_console: SignIn, searched: SearchedCase
) -> None:
    lena, rita = at_console(Role.PRIVACY_LEAD, "Lena"), at_console(Role.REVIEWER, "Rita")
    assert resources.settings.solo is False
    path, sha256 = _prepared_by(searched, lena.person)
    assert "approve it alone" not in lena.get(path).text
    given = {"approval": "approve_package", "sha256": sha256, "checker": rita.person, "reason": "Nobody is here."}
    assert lena.post(f"{path}/actions/announce_alone", given).status_code == 403
    before = resources.settings
    _solo(resources)
    assert lena.post(f"{path}/actions/announce_alone", given).status_code == 303
    object.__setattr__(resources, "settings", before)
    assert lena.post(f"{path}/actions/approve_package", {"sha256": sha256}).status_code == 403
    assert _state(searched).status is Status.IN_REVIEW


@pytest.mark.parametrize("with_what", ["a key", "privilege", "a caseworker to look"])
def test_never_by_a_key_nor_over_privilege_nor_without_eyes_that_may_look(  # noqa: PLR0917 (fixtures)
    resources: Resources, web: TestClient, key: Key, at_console: SignIn, searched: SearchedCase, with_what: str
) -> None:
    _solo(resources)
    lena, rita, amir = (
        at_console(Role.PRIVACY_LEAD, "Lena"),
        at_console(Role.REVIEWER, "Rita"),
        at_console(Role.CASEWORKER, "Amir"),
    )
    path, sha256 = _prepared_by(searched, lena.person)
    given = {"approval": "approve_package", "sha256": sha256, "checker": rita.person, "reason": "Nobody is here."}
    if with_what == "a key":
        headers = key(Role.PRIVACY_LEAD, name="lena")
        refused = web.post(f"/api/v1/cases/{path[-12:]}/actions/announce_alone", headers=headers, json=given)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-permitted")
    elif with_what == "privilege":
        with searched.resources.database.write() as session:
            row = session.exec(select(PackageRow)).one()
            row.summary = {**row.summary, "withheld": {"privilege": 2}}
            session.add(row)
        assert "privileged" in text_of(lena.post(f"{path}/actions/announce_alone", given))
    else:
        for nobody in (amir.person, "caseworker:--------"):
            page = text_of(lena.post(f"{path}/actions/announce_alone", {**given, "checker": nobody}))
            assert "reviewer, privacy lead or data protection officer" in page
    assert not _state(searched).alone


def test_switching_it_on_is_told_also_at_the_first_start(resources: Resources) -> None:
    note_configuration(resources, datetime.now(UTC))
    _solo(resources)
    note_configuration(resources, datetime.now(UTC))
    with resources.database.read() as session:
        assert list(session.exec(select(Alarm.kind)).all()) == ["solo-changed"]
        assert list(session.exec(select(AccessLog.action)).all()) == ["solo_changed"]


def test_whoever_has_the_family_name_of_the_person_is_warned_and_the_approver_sees_it(
    at_console: SignIn, searched: SearchedCase
) -> None:
    kin, rita = at_console(Role.CASEWORKER, "Tolu Adeyemi"), at_console(Role.REVIEWER, "Rita Reis")
    path, _ = _prepared_by(searched, kin.person)
    assert "You have the same family name as the person" in text_of(kin.get(path))
    page = text_of(rita.get(path))
    assert "You have the same family name" not in page
    assert "Tolu Adeyemi (the same family name as the person: ask whether they are related)" in page
