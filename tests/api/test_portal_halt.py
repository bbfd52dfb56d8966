"""What a letter's link alone halts: an erasure, a release, the end of an account. A GET only shows; a press is one command."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.links import LinkPurpose
from adapters.resources import Resources
from domain.authority import Action
from domain.events import Tag
from domain.rights import Right
from tests.api.conftest import FakeGateway
from tests.api.visiting import a_link, marks
from tests.case_in_hand import CaseInHand
from tests.factories import SHA


def halting(resources: Resources, purpose: LinkPurpose) -> CaseInHand:
    """A case in which there is something to halt by a link of this purpose."""
    if purpose == "object":
        case = CaseInHand(resources, rights=[Right.MINOR_REPORT])
        case.happen(Tag.ACCOUNT_NAMED, identifier=str(case.mailbox), kind="email")
        return case
    case = CaseInHand(resources, rights=[Right.ERASURE])
    case.proven()
    facts = {"erase": 1, "change": 0, "keep": 0, "waiting_days": 7, "number": 1}
    hashes = {"plan": str(uuid4()), "sha256": SHA, "datamap": SHA}
    case.happen(Tag.ERASURE_PLANNED, keys=[str(case.mailbox)], addressees=[], **hashes, **facts)
    return case


def ended(case: CaseInHand, purpose: LinkPurpose) -> None:
    """What the link would halt is over."""
    if purpose == "object":
        case.happen(Tag.ACCOUNT_DECIDED, decision="delete", ground="shows_age")
    else:
        case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")


@pytest.mark.parametrize(
    ("purpose", "action", "button", "told", "over"),
    [
        ("stop", Action.CANCEL_ERASURE, "Stop the erasure", "We stopped it.", "The erasure was stopped."),
        ("dispute", Action.DISPUTE_IDENTITY, "This was not me", "until a person has looked into it", "has ended already"),
        ("object", Action.OBJECT_TO_REPORT, "Keep my account", "nothing of it is deleted", "was decided already"),
    ],
)
def test_the_page_shows_the_press_halts_and_what_is_over_says_so(  # noqa: PLR0917 (a row of the table)
    web: TestClient,
    resources: Resources,
    gateway: FakeGateway,
    purpose: LinkPurpose,
    action: Action,
    button: str,
    told: str,
    over: str,
) -> None:
    case = halting(resources, purpose)
    path = f"/{purpose}/{a_link(case, purpose)}"
    page = web.get(path)
    assert page.status_code == 200
    assert button in page.text
    assert not gateway.calls, "a mail scanner that opens the link halts nothing"
    assert told in web.post(path, data=marks(page.text)).text
    assert [call.command.action for call in gateway.calls] == [action]
    late = halting(resources, purpose)
    ended(late, purpose)
    path = f"/{purpose}/{a_link(late, purpose)}"
    assert over in web.get(path).text
    assert over in web.post(path, data={"once": "x"}).text


@pytest.mark.parametrize("purpose", ["stop", "dispute", "object"])
def test_a_link_that_is_none_or_of_another_purpose_is_over(web: TestClient, resources: Resources, purpose: LinkPurpose) -> None:
    for token in ("hl1_" + "x" * 43, a_link(CaseInHand(resources), "follow")):
        assert web.get(f"/{purpose}/{token}").status_code == 410
        assert web.post(f"/{purpose}/{token}", data={"once": "x"}).status_code == 410
