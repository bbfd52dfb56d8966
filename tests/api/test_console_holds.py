"""The page of legal holds: a second person, a review that is reminded of, and no address of anybody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from adapters.alerts import look_over
from adapters.database.erasure_tables import LegalHold
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import Caseworker
from adapters.resources import Resources
from adapters.staff_post import send_waiting
from domain.rights import Role
from tests import post_office
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand, posting

SignIn = Callable[..., AtConsole]
PATH = "/console/holds"


def _form(days: int) -> dict[str, str]:
    return {
        "email": "Mia@post.example",
        "ground": "dispute",
        "review_on": (datetime.now(UTC).date() + timedelta(days)).isoformat(),
    }


def _hold(resources: Resources) -> LegalHold:
    with resources.database.read() as session:
        return session.exec(select(LegalHold)).one()


def test_a_hold_from_its_placing_to_its_lifting(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, email="mia@post.example")
    lead, reviewer = at_console(Role.PRIVACY_LEAD, "Lena Lead"), at_console(Role.REVIEWER, "Rea View")
    assert lead.post(PATH, _form(90)).headers["location"] == f"{PATH}?done=placed"
    hold, page = _hold(resources), lead.get(PATH)
    assert "post.example" not in page.text
    assert f"{case.reference} a dispute, or a claim" in text_of(page)
    assert "Lena Lead" in text_of(page)
    assert "nobody yet" in text_of(page)
    assert f"{hold.id}/confirm" not in page.text, "nobody confirms their own"
    assert lead.post(f"{PATH}/{hold.id}/confirm").status_code == 403
    assert f"{hold.id}/lift" not in reviewer.get(PATH).text
    assert reviewer.post(f"{PATH}/{hold.id}/confirm").status_code == 303
    assert "Rea View" in text_of(lead.get(PATH))
    assert lead.post(f"{PATH}/{hold.id}/review", {"review_on": ""}).status_code == 422
    assert lead.post(f"{PATH}/{hold.id}/review", {"review_on": _form(60)["review_on"]}).status_code == 303
    assert _hold(resources).confirmed_at is None, "going on is confirmed anew"
    assert lead.post(f"{PATH}/{hold.id}/lift").status_code == 303
    assert "Nothing" not in (after := text_of(lead.get(PATH))).partition("Lifted")[2]
    assert "None. An erasure waits for nothing but its own approval." in after


def test_what_is_wrong_with_a_hold_stands_at_its_field_and_nothing_is_placed(at_console: SignIn, resources: Resources) -> None:
    lead = at_console(Role.PRIVACY_LEAD)
    for wrong, said in (
        ({"ground": ""}, "Choose one of the three grounds."),
        ({"review_on": "soon"}, "Name the day on which it is looked at again."),
        ({"review_on": _form(400)["review_on"]}, "within a year"),
        ({"email": ""}, "Write the e-mail address of the person."),
    ):
        answer = lead.post(PATH, _form(90) | wrong)
        assert answer.status_code == 422
        assert said in text_of(answer)
    tired = at_console(Role.PRIVACY_LEAD, "Tom Late", ago=timedelta(minutes=6))
    assert tired.post(PATH, _form(90)).headers["location"].startswith("/console/sign-in/again")
    with resources.database.read() as session:
        assert session.exec(select(LegalHold)).all() == []


def test_a_review_is_reminded_of_by_mail_fourteen_and_three_days_before(at_console: SignIn, resources: Resources) -> None:
    lead, reviewer = at_console(Role.PRIVACY_LEAD, "Lena Lead"), at_console(Role.REVIEWER, "Rea View")
    lead.post(PATH, _form(30))
    reviewer.post(f"{PATH}/{_hold(resources).id}/confirm")
    now, told = datetime.now(UTC), []
    for days in (15, 16, 17, 26, 27, 28, 30, 31):
        look_over(resources, now + timedelta(days))
        look_over(resources, now + timedelta(days))
        with resources.database.read() as session:
            told.append([row.facts["days"] for row in session.exec(select(StaffNotice).order_by("written_at"))])
    assert told == [[], ["14"], ["14"], ["14"], ["14", "3"], ["14", "3"], ["14", "3"], ["14", "3"]]
    with resources.database.read() as session:
        people = {session.get_one(Caseworker, row.caseworker).name for row in session.exec(select(StaffNotice))}
    assert people == {"Lena Lead"}
    with post_office.opened() as office:
        send_waiting(posting(resources, office.url))
        subjects = [mail.message["Subject"] for mail in office.kept]
    assert subjects == [f"Habeas: a legal hold is looked at again in {days} days" for days in (14, 3)]
