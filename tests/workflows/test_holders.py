"""Every held contact is told of a request; "this was not me" holds the release and never the clock (`security.md` I6)."""

from typing import Any
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import ApproveErasure, ApprovePackage, CompleteWorkItem, ConfirmIdentity, DisputeIdentity
from domain.events import Tag
from domain.identity import Doubt, Factor
from domain.messages import HeldContacts, ReceivedIdentifier
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA, BEN, LEAD, MAILBOX, SECOND_MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import case


def _holding(*doubts: Doubt) -> FakeOffice:
    office = FakeOffice()
    found = [ReceivedIdentifier(identifier=key, kind="email") for key in (MAILBOX, SECOND_MAILBOX)]
    office.held = HeldContacts(found=found, doubts=list(doubts))
    return office


async def test_a_held_contact_is_told_and_its_objection_holds_the_release_until_somebody_looked(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper, _holding()) as running:
        await running.identify()
        await running.until(lambda office: Tag.HOLDERS_TOLD in office.tags)
        assert running.office.letters.count("somebody_asked") == 1, "the other one asked, and knows"
        await running.approve()
        await running.until_status(Status.DELIVERED)
        await running.command(DisputeIdentity(actor=SUBJECT))
        await running.until_status(Status.IN_REVIEW)
        assert await running.refused(ApprovePackage(actor=BEN, sha256=running.sha256)) == "not-allowed-now"

        state = running.office.state
        assert state is not None
        item = next(iter(state.open_work_items))
        await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
        shown = {"actor": ANNA, "note": uuid4(), "factors": [Factor.HELD_CONTACT, Factor.BY_PERSON]}
        await running.command(ConfirmIdentity.model_validate(shown))
        assert await running.refused(ApprovePackage(actor=BEN, sha256=running.sha256)) == "not-allowed-now", "72 hours"
        await running.age(hours=73)
        await running.approve()
        await running.until_status(Status.DELIVERED)
        await running.fetch()
        await running.handle.result()
        assert running.office.state is not None
        assert running.office.state.outcome is Outcome.FULFILLED


async def test_a_contact_that_was_changed_lately_lets_no_copy_go_on_the_mailbox_alone(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    """Abuse test 4: the thief changed the address, proved it, and asks for everything."""
    async with case(temporal_client, time_skipper, _holding(Doubt.CONTACT_CHANGED)) as running:
        await running.identify()
        await running.until_status(Status.IN_REVIEW)
        await running.until(lambda office: office.state and office.state.package and Tag.HOLDERS_TOLD in office.tags)
        assert "somebody_asked" in running.office.letters, "the old address hears of it"
        assert await running.refused(ApprovePackage(actor=BEN, sha256=running.sha256)) == "not-allowed-now"
        judged: dict[str, Any] = {"actor": LEAD, "note": uuid4()}
        assert await running.refused(ConfirmIdentity.model_validate(judged)) == "invalid-input"


async def test_an_erasure_tells_held_contacts_too_and_waits_at_high_risk(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = _holding(Doubt.CONTACT_CHANGED)
    office.rights = [Right.ERASURE]
    office.erasing.plan |= {"waiting_days": 0, "held": office.held}
    async with case(temporal_client, time_skipper, office) as running:
        await running.identify()
        await running.until(lambda office: Tag.ERASURE_PLANNED in office.tags)
        state = office.state
        assert state is not None
        assert not state.knows(Right.ERASURE)
        await running.until_status(Status.IN_REVIEW)
        shown = {"actor": ANNA, "note": uuid4(), "factors": [Factor.HELD_CONTACT, Factor.BY_PERSON]}
        await running.command(ConfirmIdentity.model_validate(shown))
        await running.command(ApproveErasure(actor=BEN, sha256=f"{1:064x}"))
        await running.until(lambda office: Tag.ERASURE_ANNOUNCED in office.tags)
        assert office.letters.count("erasure_planned") == 2
        assert office.state is not None
        assert office.state.erasure is not None
        assert office.state.erasure.waiting_until is not None
        assert office.state.erasure.told_at is not None
        assert (office.state.erasure.waiting_until - office.state.erasure.told_at).days >= 2
        assert office.erasing.runs == []
