"""An erasure at high risk restricts and does not erase until it is known who asks (`security.md` section 3)."""

from uuid import UUID, uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import (
    AnnounceLifting,
    CancelErasure,
    Command,
    CompleteWorkItem,
    DisputeIdentity,
    LiftRestriction,
    Withdraw,
)
from domain.events import Tag
from domain.identity import Doubt
from domain.measure_messages import MeasureCarriedOut
from domain.messages import HeldContacts, ReceivedIdentifier, SystemResult
from domain.rights import Right
from tests.factories import ANNA, LEAD, MAILBOX, SECOND_MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


def doubted(*rights: Right) -> FakeOffice:
    """A contact that the systems hold was changed lately: who asks is at high risk."""
    office = FakeOffice()
    office.rights = [*rights]
    found = [ReceivedIdentifier(identifier=key, kind="email") for key in (MAILBOX, SECOND_MAILBOX)]
    office.held = HeldContacts(found=found, doubts=[Doubt.CONTACT_CHANGED])
    office.erasing.plan |= {"waiting_days": 0, "held": office.held}
    return office


def kinds(running: Running) -> list[str]:
    return [message.measure.kind for message in running.office.measuring.carried_out]


async def restricted(running: Running) -> None:
    await running.identify()
    await running.until(lambda office: Tag.ERASURE_RESTRICTED in office.tags and "erasure_restricted" in office.letters)
    await running.until(lambda _office: kinds(running) == ["restrict"])
    await running.folded()


@pytest.mark.parametrize(
    "ends",
    [
        CancelErasure(actor=SUBJECT),
        DisputeIdentity(actor=SUBJECT),
        Withdraw(actor=ANNA, note=uuid4()),
    ],
    ids=["stopped", "not me", "withdrawn"],
)
async def test_it_is_restricted_until_it_ends_and_then_everything_is_as_it_was(
    temporal_client: Client, time_skipper: TimeSkipper, ends: Command
) -> None:
    async with case(temporal_client, time_skipper, doubted(Right.ERASURE)) as running:
        await restricted(running)
        office = running.office
        assert Tag.ERASURE_CARRIED_OUT not in office.tags
        (begun,) = office.measuring.carried_out
        assert begun.keys == [MAILBOX], "by what was proven and nothing else"
        await running.command(ends)
        await running.until(lambda office: Tag.ERASURE_RELEASED in office.tags)
        assert kinds(running) == ["restrict", "lift"]
        assert office.measuring.carried_out[-1].measure.of == begun.measure.number
        assert office.letters.count("erasure_restricted") == 1


async def test_a_privacy_lead_ends_it_sooner_once_the_person_was_told_and_it_does_not_begin_again(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper, doubted(Right.ERASURE)) as running:
        await restricted(running)
        office, why = running.office, uuid4()
        assert await running.refused(LiftRestriction(actor=LEAD, note=why)) == "not-allowed-now", "not before the notice"
        office.refused_letters.add("restriction_lifting")
        await running.command(AnnounceLifting(actor=LEAD, text=uuid4(), note=why))
        await running.until(
            lambda office: office.state and any(i.kind == "letter_failed" for i in office.state.open_work_items.values())
        )
        assert office.state is not None
        (failed,) = office.state.open_work_items
        await running.command(CompleteWorkItem(actor=ANNA, work_item=failed, result="not_found"))
        await running.until(lambda office: Tag.LIFTING_BOUNCED in office.tags)
        office.refused_letters.clear()
        await running.command(AnnounceLifting(actor=LEAD, text=uuid4(), note=why))
        await running.until(lambda office: Tag.LIFTING_TOLD in office.tags)
        assert kinds(running) == ["restrict"], "told first"
        assert await running.refused(LiftRestriction(actor=ANNA, note=why)) == "not-permitted", "a privacy lead lifts it"
        await running.command(LiftRestriction(actor=LEAD, note=why))
        await running.until(lambda office: Tag.ERASURE_RELEASED in office.tags)
        released = next(event for event in office.events if event.tag is Tag.ERASURE_RELEASED)
        assert released.facts == {"rows": 1}, "with the records in which the mark was taken away"
        await running.folded()
        assert kinds(running) == ["restrict", "lift"]
        assert office.tags.count(Tag.ERASURE_RESTRICTED) == 1
        assert office.state.stage(Right.ERASURE) is not None, "the erasure itself goes on"
        assert office.state.outcome is None


async def test_a_mark_that_cannot_be_taken_away_is_a_task_also_of_a_case_that_ended(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    def task(office: FakeOffice) -> UUID | None:
        items = office.state.open_work_items if office.state else {}
        return next((key for key, item in items.items() if item.kind == "needs_operator"), None)

    async with case(temporal_client, time_skipper, doubted(Right.ERASURE)) as running:
        await restricted(running)
        failed = MeasureCarriedOut(failed=[SystemResult(system="platform", state="failed", reason="refused")])
        running.office.measuring.answers = [failed]
        await running.command(Withdraw(actor=ANNA, note=uuid4()))
        await running.until(task)
        assert Tag.ERASURE_RELEASED not in running.office.tags
        item = task(running.office)
        assert item is not None
        await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
        await running.until(lambda office: Tag.ERASURE_RELEASED in office.tags)
        await running.handle.result()
        assert kinds(running) == ["restrict", "lift", "lift"]


async def test_nobody_is_restricted_by_whoever_showed_nothing_nor_where_nothing_is_to_be_erased(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = doubted(Right.ACCESS)
    async with case(temporal_client, time_skipper, office) as running:
        await running.identify()
        await running.until(lambda office: Tag.HOLDERS_TOLD in office.tags)
        await running.folded()
        assert kinds(running) == []
    stranger = doubted(Right.ERASURE)
    async with case(temporal_client, time_skipper, stranger) as running:
        await running.until_folded()
        assert kinds(running) == []
        assert Tag.ERASURE_RESTRICTED not in stranger.tags
