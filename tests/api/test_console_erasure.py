"""The erasure plan at the console: what is erased in which order, what is kept and why, and who may approve it."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from activities.erasure import Erasure
from activities.erasure_look import empty
from activities.systems.registry import Systems
from adapters.database.case_reader import CaseReader
from adapters.destruction import empty_case
from adapters.resources import Resources
from demo.controller import DATAMAP, build
from domain.erasure_messages import PlanErasure
from domain.events import Tag
from domain.rights import Right, Role
from tests import opened
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand

APPROVER = "caseworker:00000000-0000-4000-8000-00000000000b"
SignIn = Callable[..., AtConsole]


@pytest.fixture
def resources(tmp_path: Path, migrated: Path) -> Iterator[Resources]:
    (tmp_path / "habeas.db").write_bytes(migrated.read_bytes())
    build(tmp_path / "home")
    with opened.resources(tmp_path / "home", f"sqlite:///{tmp_path}/habeas.db", DATAMAP) as everything:
        yield everything


def planned(resources: Resources) -> CaseInHand:
    """A case of the typical person with a real plan."""
    case = CaseInHand(resources, rights=[Right.ERASURE], email="tilda.typical@example.com")
    case.proven()
    systems = Systems(resources.datamap, resources.settings.home)
    made = Erasure(resources, systems).plan_erasure(PlanErasure(case_id=case.id, number=1, run=-1, keys=[case.mailbox]))
    systems.close()
    facts = {"erase": made.erase, "change": made.change, "keep": made.keep, "waiting_days": made.waiting_days, "number": 1}
    named = [f"{each.track}.{each.recipient}" for each in made.addressees]
    hashes = {"plan": str(made.plan), "sha256": made.sha256, "datamap": made.datamap}
    case.happen(Tag.ERASURE_PLANNED, keys=[str(case.mailbox)], addressees=named, **hashes, **facts)
    return case


def test_a_reviewer_sees_all_of_the_plan_before_approving_it(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    reviewer = at_console(Role.REVIEWER)
    page = reviewer.get(f"/console/cases/{case.reference}/erasure")
    assert page.status_code == 200
    text = page.text
    assert text.index("The images made for you<") < text.index("Your prompts<")
    assert text.index("Your prompts<") < text.index("Your account<")
    assert "UK tax law obliges us to keep invoices" in text
    assert "Article 17(3)(b). Until" in text_of(page)
    assert "Example Payments Inc Will be instructed to erase" in text_of(page)
    assert "Example Hosting Ltd" not in text
    assert "Approve the erasure plan" in text
    assert "approve_erasure" in text
    plan, _, rest = text.split("<main")[1].split("Erasure plan</h2>")[1].partition("Outside our systems")
    shown = re.sub(r'<details class="sample">.*?</details>', "", plan, flags=re.DOTALL)
    assert "tilda.typical" not in shown
    assert re.search(r'</details><div class="how">Article', plan), "what is said stands beside the sample, never under it"
    assert "tilda.typical" in plan, "whoever approves sees a few of the rows, once they ask for them"
    (erased, *_) = re.findall(r'<p class="total">([^<]+)</p>', plan)
    assert f"Approve: erase {erased} records after 3 days" in text_of(page), (
        "the click begins the days in which it can be stopped"
    )
    assert "Nothing goes at the click: until it is carried out, whoever was told can stop it" in text_of(page)
    assert "and a caseworker here with “Stop the erasure”. What is erased cannot be brought back" in text_of(page)
    assert "under its own id pc_" in rest, "the processor is told its own id of the person, and nothing more"
    assert "The payment provider: Payments at the provider" in rest.partition("Where nobody has looked")[2]
    assert "Payments at the provider" not in plan, "nobody looked there, so it is no `Keep, 0 records`"


def test_the_systems_tab_and_what_an_authority_hears_say_that_the_plan_looked_through_them(
    at_console: SignIn, resources: Resources
) -> None:
    case = planned(resources)
    person = at_console(Role.REVIEWER)
    for tab in ("", "/systems"):
        page = person.get(f"/console/cases/{case.reference}{tab}").text
        assert "Looked through for the plan of the erasure, which counted" in page
        assert f"of {len(resources.datamap.systems)} searched" not in page
    assert "Not searched yet" not in page
    assert "Only a person can look here" in page


def test_what_the_plan_searched_stays_to_be_shown_when_what_it_read_is_gone(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    empty(resources, case.id)
    person, at = at_console(Role.DPO), f"/console/cases/{case.reference}"
    rows = list(csv.DictReader(io.StringIO(person.get(f"{at}/coverage.csv").text)))
    searched = [row for row in rows if row["searched_at"] and row["keys"] != "0"]
    assert {row["result"] for row in searched} == {"found", "nothing"}, "zero is a result"
    system = next(each for each in resources.datamap.systems if each.title == searched[0]["system"])
    receipt = text_of(person.get(f"{at}/systems/{system.name}"))
    assert searched[0]["collection"] in receipt
    with zipfile.ZipFile(io.BytesIO(person.post(f"{at}/evidence").content)) as zipped:
        packed = zipped.read(f"{case.reference}-evidence/searches.csv").decode()
    lines = [row for row in csv.DictReader(io.StringIO(packed)) if row["state"] == "searched"]
    assert len(lines) == len(searched)
    assert all(row["run"] == "-1" and row["keys"] for row in lines), "with the identifiers, as keyed codes"
    assert "tilda" not in packed


def test_while_the_days_run_the_case_says_until_when_it_can_be_stopped_and_how(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    state = CaseReader(resources).get(case.id).state
    assert state.erasure is not None
    assert state.erasure.plan is not None
    case.done_by(APPROVER, Tag.ERASURE_APPROVED, sha256=state.erasure.plan.sha256, binding=state.erasure.plan.sha256)
    until = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)
    case.happen(Tag.ERASURE_ANNOUNCED, number=1, until=until.isoformat())
    page = text_of(at_console().get(f"/console/cases/{case.reference}"))
    assert "Nothing is erased yet It is carried out from Mon 3 March 2031, 09:30 GMT on." in page
    assert "stops it with the link in the letter, without a code, and you stop it here" in page
    page = text_of(at_console(Role.REVIEWER).get(f"/console/cases/{case.reference}"))
    assert "and a caseworker stops it here" in page, "whoever may not stop it is not told to"


def test_a_caseworker_may_look_and_not_approve(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    text = at_console(Role.CASEWORKER).get(f"/console/cases/{case.reference}/erasure").text
    assert "A colleague approves the erasure" in text
    assert "actions/approve_erasure" not in text


def test_while_a_hold_stops_it_the_samples_are_the_restricted_roles(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    at, lead = f"/console/cases/{case.reference}/erasure", at_console(Role.PRIVACY_LEAD)
    form = {"email": "tilda.typical@example.com", "ground": "dispute"}
    form["review_on"] = (datetime.now(UTC).date() + timedelta(60)).isoformat()
    assert lead.post("/console/holds", form).status_code == 303
    page = at_console(Role.CASEWORKER).get(at).text
    assert "UK tax law obliges us to keep invoices" in page, "what is planned is no secret"
    assert '<details class="sample">' not in page
    assert "under its own id pc_" in page, "whoever instructs the processors needs it"
    assert "a privacy lead or the DPO opens it" in page
    page = lead.get(at).text
    assert '<details class="sample">' in page
    assert f"{case.reference}/held" in page


def test_a_legal_hold_is_said_before_anybody_approves_the_plan(at_console: SignIn, resources: Resources) -> None:
    case, reviewer = planned(resources), at_console(Role.REVIEWER)
    path = f"/console/cases/{case.reference}"
    assert "legal hold" not in text_of(reviewer.get(path)).partition("Next step")[2].lower()
    given = {
        "email": "tilda.typical@example.com",
        "ground": "dispute",
        "review_on": f"{datetime.now(UTC).date() + timedelta(days=90)}",
    }
    assert at_console(Role.PRIVACY_LEAD).post("/console/holds", given).status_code == 303
    for role in (Role.REVIEWER, Role.CASEWORKER):
        assert "A legal hold stands on this person: a dispute, or a claim" in text_of(at_console(role, "Dana Wu").get(path))


def test_a_stopped_erasure_keeps_its_plan_to_be_read_and_says_that_nothing_was_erased(
    at_console: SignIn, resources: Resources
) -> None:
    case = planned(resources)
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}"
    case.happen(Tag.ERASURE_STOPPED)
    case.happen(Tag.RIGHT_ANSWERED, right="erasure")
    case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    for tab in ("", "/systems"):
        page = text_of(person.get(f"{path}{tab}"))
        assert "which counted 129 rows. The erasure was stopped, and nothing was erased." in page
        assert "Not searched yet" not in page
    assert "Not erased The erasure was stopped, and nothing was erased." in text_of(person.get(path))
    assert f'href="{path}/erasure"' in person.get(path).text
    plan = text_of(person.get(f"{path}/erasure"))
    assert "The erasure was stopped" in plan
    assert "Nobody had approved it." in plan
    assert "Example Payments Inc Would have been instructed to erase" in plan
    assert "Will be instructed" not in plan
    assert "Your account" in plan
    resources.vault.destroy_case_key(case.id, rule="retention", approver="system")
    with resources.database.write() as session:
        empty_case(session, case.id)
    assert "The erasure was stopped, and nothing was erased." in text_of(person.get(path))
    assert person.get(f"{path}/erasure").status_code == 404, "destroyed with its case"


def test_a_case_without_a_plan_has_no_such_page(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources)
    assert at_console(Role.REVIEWER).get(f"/console/cases/{case.reference}/erasure").status_code == 404


def test_a_plan_stands_among_what_a_reviewer_is_to_approve(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    page = at_console(Role.REVIEWER).get("/console/cases?view=approve").text
    assert case.reference in page
    assert "Approve the erasure" in page


def test_what_has_to_end_before_an_erasure_is_said_with_its_task(at_console: SignIn, resources: Resources) -> None:
    case = planned(resources)
    asked = {"work_item": str(UUID(int=5)), "kind": "before_erasure", "system": "platform", "collection": "pixel_ledger"}
    case.happen(Tag.WORK_ITEM_OPENED, **asked)
    page = text_of(at_console().get(f"/console/cases/{case.reference}"))
    assert "The platform: Your Pixels. Refund the Pixels that are left" in page
    assert "Not before" not in page
    until = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)
    case.happen(Tag.ERASURE_ANNOUNCED, number=1, until=until.isoformat())
    page = text_of(at_console().get(f"/console/cases/{case.reference}"))
    assert "Not before Mon 3 March 2031, 09:30 GMT: until then they may stop the erasure." in page


def test_that_the_data_are_only_stored_meanwhile_stands_beside_who_asks(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.ERASURE])
    case.proven()
    at, person, said = f"/console/cases/{case.reference}", at_console(Role.CASEWORKER), "only stored until the erasure is settled"
    assert said not in person.get(at).text
    case.happen(Tag.ERASURE_RESTRICTED)
    begun, page = case.sequence, person.get(at).text
    assert said in page
    assert "actions/announce_lifting" not in page, "a privacy lead decides it"
    lead = at_console(Role.PRIVACY_LEAD, "Lena Wu")
    assert "actions/announce_lifting" in lead.get(at).text, "it can end sooner"
    assert "actions/lift_restriction" not in lead.get(at).text
    case.happen(Tag.LIFTING_DECIDED, number=begun, text=str(case.mailbox))
    assert "The person is being told that this ends sooner." in text_of(person.get(at))
    case.happen(Tag.LIFTING_TOLD, number=begun)
    assert "; a privacy lead lifts it." in text_of(person.get(at))
    assert "actions/lift_restriction" in lead.get(at).text
    case.happen(Tag.ERASURE_LIFTED)
    case.happen(Tag.ERASURE_RELEASED)
    assert said not in person.get(at).text
