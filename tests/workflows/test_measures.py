"""Corrections, restrictions and ended consents where something goes wrong: systems, letters, hands, values that changed."""

from uuid import UUID, uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import (
    AnnounceLifting,
    ApproveRectification,
    ApproveRefusal,
    Close,
    CompleteWorkItem,
    LiftRestriction,
    ProposeRectification,
    ProposeRefusal,
    RestrictProcessing,
    TakeBackRectification,
)
from domain.erasure import Addressee
from domain.events import Tag
from domain.measure_messages import MeasureCarriedOut
from domain.messages import SystemResult
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA, BEN, LEAD, SHA
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case
from tests.workflows.test_rights import asked, by_hand, outcomes


def open_items(running: Running, kind: str) -> list[UUID]:
    state = running.office.state
    return [key for key, item in state.open_work_items.items() if item.kind == kind] if state else []


async def answer(running: Running, kind: str, result: str = "found") -> None:
    await running.until(lambda _office: open_items(running, kind))
    done = {"actor": ANNA, "work_item": open_items(running, kind)[0], "result": result, "note": uuid4()}
    await running.command(CompleteWorkItem.model_validate(done))


async def correct(running: Running) -> None:
    await running.identify()
    await running.until_status(Status.FULFILLING)
    places = ["platform.accounts.name"]
    await running.command(ProposeRectification(actor=ANNA, changes=uuid4(), sha256=SHA, places=places, note=uuid4()))
    await running.until(lambda office: Tag.MEASURE_EXAMINED in office.tags)
    await running.command(ApproveRectification(actor=BEN, sha256=SHA))


async def test_a_system_that_refuses_is_a_task_and_what_is_left_out_is_left_out_in_the_next_try(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        failed = MeasureCarriedOut(failed=[SystemResult(system="billing", state="failed", reason="refused")])
        running.office.measuring.answers = [failed, failed]
        await correct(running)
        await answer(running, "measure_failed")
        await running.until(lambda office: len(office.measuring.carried_out) == 2)
        await answer(running, "measure_failed", "exception")
        await running.until(lambda office: Tag.MEASURE_CARRIED_OUT in office.tags)
        skipped = [message.measure.skipped for message in running.office.measuring.carried_out]
        assert skipped == [[], [], ["billing"]]


async def test_a_value_that_changed_since_voids_the_correction_and_another_can_be_proposed(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        running.office.measuring.answers = [MeasureCarriedOut(stale=True)]
        await correct(running)
        await running.until(lambda office: Tag.MEASURE_VOIDED in office.tags)
        again = ProposeRectification(actor=ANNA, changes=uuid4(), sha256=SHA, places=["platform.accounts.name"], note=uuid4())
        await running.command(again)
        await running.until(lambda office: office.tags.count(Tag.MEASURE_EXAMINED) == 2)
        await running.command(ApproveRectification(actor=BEN, sha256=SHA))
        await running.until(lambda office: Tag.MEASURE_CARRIED_OUT in office.tags)
        await by_hand(running, Right.RECTIFICATION)
        await running.handle.result()


async def test_the_answer_goes_out_at_once_and_the_case_ends_when_hands_and_recipients_are_done(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        told = [Addressee(recipient="mail", track="instruct"), Addressee(recipient="court", track="inform")]
        running.office.measuring.answers = [MeasureCarriedOut(rows=1, by_hand=["paper"], addressees=told)]
        await correct(running)
        await running.until(lambda office: Tag.MEASURE_CARRIED_OUT in office.tags)
        await by_hand(running, Right.RECTIFICATION)
        await running.until(lambda office: Tag.RIGHT_ANSWERED in office.tags)
        snapshot = await running.folded()
        assert snapshot.clock is not None
        assert snapshot.clock.state == "met", "the month is kept with the answer"
        for kind in ("measure_by_hand", "instruct_processor", "inform_recipient"):
            await answer(running, kind)
        assert running.office.state is not None
        assert running.office.state.status is Status.DELIVERED, "the processor has not confirmed"
        await answer(running, "processor_confirmation")
        await running.handle.result()
        assert outcomes(running) == {Right.RECTIFICATION: Outcome.FULFILLED}


async def test_who_sends_marketing_is_instructed_before_anybody_decides_and_the_case_ends_with_their_word(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.rights, office.marketers = [Right.OBJECTION], [Addressee(recipient="mail", track="instruct")]
    async with case(temporal_client, time_skipper, office) as running:
        await answer(running, "instruct_processor")  # nobody was asked who they are, and nothing is decided
        await running.until(lambda _office: open_items(running, "processor_confirmation"))
        assert office.state is not None
        assert "right_decided" not in office.letters
        assert outcomes(running) == {Right.OBJECTION: None}
        await by_hand(running, Right.OBJECTION)
        await running.until(lambda office: Tag.RIGHT_ANSWERED in office.tags)
        await running.folded()
        assert office.state.status is Status.DELIVERED, "told, and not confirmed"
        await answer(running, "processor_confirmation")
        await running.handle.result()
        told = [item.kind for item in office.state.work_items.values() if item.recipient]
        assert told == ["instruct_processor", "processor_confirmation"], "asked once"


async def test_a_refusal_of_the_rest_ends_no_case_before_who_sends_marketing_has_confirmed(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.rights, office.marketers = [Right.OBJECTION], [Addressee(recipient="mail", track="instruct")]
    async with case(temporal_client, time_skipper, office) as running:
        await running.identify()
        await running.until(lambda _office: open_items(running, "carry_out_right"))
        refusal = ProposeRefusal(actor=ANNA, ground="compelling_grounds", right=Right.OBJECTION, text=uuid4(), note=uuid4())
        await running.command(refusal)
        await running.command(ApproveRefusal(actor=BEN))
        await running.until(lambda office: "case:refusal:notified" in office.tags)
        await answer(running, "instruct_processor")
        await answer(running, "processor_confirmation")
        await running.handle.result()
        assert outcomes(running) == {Right.OBJECTION: Outcome.REFUSED}


async def test_recipients_hear_of_a_restriction_while_it_lasts_and_of_its_end_only_who_heard_of_it(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RESTRICTION) as running:
        told = [Addressee(recipient=name, track="instruct") for name in ("desk", "mail")]
        running.office.measuring.answers = [MeasureCarriedOut(rows=1, addressees=told) for _ in range(2)]
        await running.identify()
        await running.until_status(Status.FULFILLING)
        await running.command(RestrictProcessing(actor=ANNA, ground="accuracy", note=uuid4()))
        await running.until(lambda _office: len(open_items(running, "instruct_processor")) == 2)
        state = running.office.state
        assert state is not None
        assert state.measures[0].in_force, "while it lasts, not once it is over"
        first = next(key for key in open_items(running, "instruct_processor") if state.work_items[key].recipient == "mail")
        await running.command(CompleteWorkItem(actor=ANNA, work_item=first, result="found"))
        await answer(running, "processor_confirmation")
        await running.until(lambda office: Tag.RIGHT_ANSWERED in office.tags)
        await running.command(AnnounceLifting(actor=LEAD, text=uuid4(), note=uuid4()))
        await running.until(lambda office: Tag.LIFTING_TOLD in office.tags)
        await running.command(LiftRestriction(actor=LEAD, note=uuid4()))
        await running.until(lambda office: office.tags.count(Tag.MEASURE_CARRIED_OUT) == 2)
        await running.until(lambda _office: open_items(running, "instruct_processor"))
        (last,) = open_items(running, "instruct_processor")
        assert state.work_items[last].recipient == "mail", "nobody restricts any more what is free again"
        assert state.work_items[last].measure == state.measures[1].number
        await answer(running, "instruct_processor")
        await answer(running, "processor_confirmation")
        await running.handle.result()


async def test_a_notice_that_did_not_arrive_was_not_given_so_nothing_is_lifted(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RESTRICTION) as running:
        await running.identify()
        await running.until_status(Status.FULFILLING)
        await running.command(RestrictProcessing(actor=ANNA, ground="accuracy", note=uuid4()))
        await running.until(lambda office: "restriction_in_force" in office.letters)
        await running.until(lambda office: Tag.RIGHT_ANSWERED in office.tags)
        assert await running.refused(Close(actor=LEAD, outcome=Outcome.WITHDRAWN, note=uuid4())) == "not-allowed-now"
        running.office.refused_letters.add("restriction_lifting")
        await running.command(AnnounceLifting(actor=LEAD, text=uuid4(), note=uuid4()))
        await answer(running, "letter_failed", "not_found")
        await running.until(lambda office: Tag.LIFTING_BOUNCED in office.tags)
        assert await running.refused(LiftRestriction(actor=LEAD, note=uuid4())) == "not-allowed-now"
        await running.command(AnnounceLifting(actor=LEAD, text=uuid4(), note=uuid4()))
        await answer(running, "letter_failed")  # it reached them another way
        await running.until(lambda office: Tag.LIFTING_TOLD in office.tags)
        await running.command(LiftRestriction(actor=LEAD, note=uuid4()))
        await running.handle.result()
        assert [message.measure.kind for message in running.office.measuring.carried_out] == ["restrict", "lift"]
        assert outcomes(running) == {Right.RESTRICTION: Outcome.FULFILLED}


async def test_a_restriction_that_marked_nobody_is_a_question_and_nobody_is_told_that_it_holds_before_the_answer(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RESTRICTION) as running:
        running.office.measuring.answers = [MeasureCarriedOut(empty=True), MeasureCarriedOut(), MeasureCarriedOut(empty=True)]
        await running.identify()
        await running.until_status(Status.FULFILLING)
        await running.command(RestrictProcessing(actor=ANNA, ground="accuracy", note=uuid4()))
        await answer(running, "nothing_marked", "exception")  # another identifier is to be found first
        await running.until(lambda office: Tag.MEASURE_VOIDED in office.tags)
        assert "restriction_in_force" not in running.office.letters
        assert [message.measure.kind for message in running.office.measuring.carried_out] == ["restrict", "lift"]
        await running.command(RestrictProcessing(actor=ANNA, ground="accuracy", note=uuid4()))
        await answer(running, "nothing_marked")  # it is so
        await running.until(lambda office: "restriction_in_force" in office.letters)
        assert running.office.state is not None
        assert running.office.state.measures[-1].rows == 0


async def test_what_an_objection_stopped_is_lifted_after_its_case_has_closed_once_the_person_was_told(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    told = [Addressee(recipient="mail", track="instruct")]
    async with asked(temporal_client, time_skipper, Right.OBJECTION) as running:
        running.office.measuring.answers = [MeasureCarriedOut(rows=1, addressees=told)]
        await running.identify()
        await running.until_status(Status.FULFILLING)
        await running.command(RestrictProcessing(actor=ANNA, ground="objection", purposes=["analytics"], note=uuid4()))
        await running.until(lambda office: Tag.MEASURE_CARRIED_OUT in office.tags)
        for kind in ("instruct_processor", "processor_confirmation"):
            await answer(running, kind)
        await by_hand(running, Right.OBJECTION)
        await running.handle.result()
        office = running.office
    assert office.state is not None
    assert office.state.status is Status.CLOSED
    assert office.state.measures[0].in_force, "it was right, so it stays"
    refused = MeasureCarriedOut(failed=[SystemResult(system="billing", state="failed", reason="refused")])
    office.measuring.answers = [refused, MeasureCarriedOut(rows=1, addressees=told)]
    async with case(temporal_client, time_skipper, office, office.state.model_copy(deep=True)) as running:
        assert await running.refused(LiftRestriction(actor=LEAD, note=uuid4())) == "not-allowed-now"
        office.refused_letters.add("restriction_lifting")
        await running.command(AnnounceLifting(actor=LEAD, text=uuid4(), note=uuid4()))
        await answer(running, "letter_failed")  # it reached them by post
        await running.until(lambda office: Tag.LIFTING_TOLD in office.tags)
        await running.command(LiftRestriction(actor=LEAD, note=uuid4()))
        await answer(running, "measure_failed")
        await running.until(lambda _office: open_items(running, "instruct_processor"))
        assert not office.state.measures[0].in_force
        assert office.state.status is Status.CLOSED


async def test_a_consent_ends_without_anybody_and_from_the_receipt_on(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with asked(temporal_client, time_skipper, Right.WITHDRAW_CONSENT) as running:
        await running.until(lambda _office: open_items(running, "carry_out_right"))  # named no purpose
        assert running.office.measuring.carried_out == []
    async with asked(temporal_client, time_skipper, Right.WITHDRAW_CONSENT, consents=["marketing"]) as running:
        await running.handle.result()
        (message,) = running.office.measuring.carried_out
        assert (message.keys, message.measure.purposes) == ([], ["marketing"])
        assert message.at == running.office.received_at
        assert running.office.letters[-1] == "consent_withdrawn"


async def test_what_could_be_corrected_is_looked_at_again_once_something_was_and_forgotten_at_the_end(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        measuring = running.office.measuring
        await running.identify()
        await running.until(lambda office: office.tags.count(Tag.VALUES_FOUND) == 1)
        places = ["platform.accounts.name"]
        propose = ProposeRectification(actor=ANNA, changes=uuid4(), sha256=SHA, places=places, note=uuid4())
        await running.command(propose)
        await running.until(lambda office: Tag.MEASURE_EXAMINED in office.tags)
        await running.command(TakeBackRectification(actor=ANNA, note=uuid4()))
        assert not measuring.carried_out
        await running.until(lambda office: office.tags.count(Tag.VALUES_FOUND) == 2)
        await running.command(propose.model_copy(update={"note": uuid4()}))
        await running.until(lambda office: office.tags.count(Tag.MEASURE_EXAMINED) == 2)
        await running.command(ApproveRectification(actor=BEN, sha256=SHA))
        await running.until(lambda office: office.tags.count(Tag.VALUES_FOUND) == 3)
        assert [message.number for message in measuring.looked] == sorted({message.number for message in measuring.looked})
        await by_hand(running, Right.RECTIFICATION)
        await running.until_status(Status.CLOSED)
        await running.until(lambda _office: measuring.forgotten)
