"""The page of disclosures: whom an answer will name, and nobody whose data it was."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from adapters.database.erasure_tables import Disclosure
from adapters.disputes import dispute
from adapters.resources import Resources
from demo.controller import DATAMAP, build
from domain.measure_standing import Measure
from domain.rights import Right, Role
from tests import opened
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

SignIn = Callable[..., AtConsole]
PATH = "/console/disclosures"


@pytest.fixture
def resources(tmp_path: Path, migrated: Path) -> Iterator[Resources]:
    (tmp_path / "habeas.db").write_bytes(migrated.read_bytes())
    build(tmp_path / "home")
    with opened.resources(tmp_path / "home", f"sqlite:///{tmp_path}/habeas.db", DATAMAP) as everything:
        yield everything


def test_a_disclosure_is_written_down_listed_without_its_person_and_found_by_address(
    at_console: SignIn, resources: Resources
) -> None:
    lead, dpo, today = at_console(Role.PRIVACY_LEAD, "Lena Lead"), at_console(Role.DPO), datetime.now(UTC).date()
    recipient = next(each for each in resources.datamap.recipients if each.occasional)
    category = resources.datamap.categories[0]
    form: dict[str, object] = {
        "email": "Mia@post.example",
        "recipient": recipient.id,
        "basis": "court_order",
        "categories": [category.id],
        "disclosed_on": today.isoformat(),
    }
    for wrong, said in (
        ({"email": ""}, "Write the e-mail address of the person."),
        ({"categories": []}, "Choose at least one category of data."),
        ({"recipient": "nobody"}, "Name an occasional recipient of the data map."),
        ({"silent": "yes"}, "What is silent is looked at again on a day, and nothing else is."),
        ({"disclosed_on": (today + timedelta(2)).isoformat()}, "A disclosure is written down after it happened."),
    ):
        answer = lead.post(PATH, form | wrong)
        assert answer.status_code == 422, wrong
        assert said in text_of(answer)
    assert "Write a disclosure down" not in dpo.get(PATH).text, "a DPO reads the log"
    silent = {"silent": "yes", "silent_until": (today + timedelta(30)).isoformat()}
    assert lead.post(PATH, form).headers["location"] == f"{PATH}?done=recorded"
    assert lead.post(PATH, form | silent).status_code == 303
    page = dpo.get(PATH)
    assert "post.example" not in page.text
    assert all(words in text_of(page) for words in (recipient.name, "a court order", category.title, "silent until", "Lena Lead"))
    assert text_of(dpo.post(f"{PATH}/search", {"whose": "mia@POST.example"})).count("a court order") == 2
    assert "None is written down about this address." in text_of(dpo.post(f"{PATH}/search", {"whose": "leo@post.example"}))
    assert dpo.post(f"{PATH}/search", {"whose": ""}).status_code == 422
    with resources.database.read() as session:
        assert {row.silent for row in session.exec(select(Disclosure))} == {True, False}


def test_whoever_writes_a_disclosure_down_is_told_what_the_person_disputes(at_console: SignIn, resources: Resources) -> None:
    """A statement that no recipient hears of is none (Article 16)."""
    case, lead = CaseInHand(resources), at_console(Role.PRIVACY_LEAD, "Dana Lind")
    facts = {"number": 5, "right": Right.RECTIFICATION, "kind": "dispute", "places": ["platform.accounts"]}
    what = Measure.model_validate({**facts, "text": case.note("I never lived there.", "subject")})
    with resources.database.write() as session:
        dispute(session, case.id, what, [resources.vault.index_email("mia@post.example")], MONDAY)
    recipient = next(each for each in resources.datamap.recipients if each.occasional)
    given = {
        "email": "mia@post.example",
        "recipient": recipient.id,
        "basis": "court_order",
        "categories": [resources.datamap.categories[0].id],
        "disclosed_on": datetime.now(UTC).date().isoformat(),
    }
    page = text_of(lead.post("/console/disclosures", given))
    assert "whoever gets it has to be told: platform.accounts: I never lived there." in page
    other = text_of(lead.post("/console/disclosures", {**given, "email": "other@else.example"}))
    assert "has to be told" not in other
