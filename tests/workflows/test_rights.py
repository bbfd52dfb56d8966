"""Several rights in one case: each in its own time, with its own outcome, and the case as far as the least advanced of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import AddIdentifier, ApproveRefusal, CompleteWorkItem, ConfirmIdentity, ProposeRefusal, Withdraw
from domain.events import Tag
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA, BEN, SECOND_MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case
from workflows.fulfilment import FULFIL


@asynccontextmanager
async def asked(client: Client, skipper: TimeSkipper, *rights: Right, consents: Sequence[str] = ()) -> AsyncIterator[Running]:
    office = FakeOffice()
    office.consents = [*consents]
    office.rights = list(rights)
    async with case(client, skipper, office) as running:
        yield running


def item_of(office: FakeOffice, right: Right) -> UUID | None:
    items = office.state.open_work_items if office.state else {}
    return next((key for key, item in items.items() if item.right is right), None)


async def by_hand(running: Running, right: Right, outcome: Outcome = Outcome.FULFILLED) -> None:
    await running.until(lambda office: item_of(office, right))
    item = item_of(running.office, right)
    assert item is not None
    done = {"actor": ANNA, "work_item": item, "result": "done", "outcome": outcome, "note": uuid4()}
    await running.command(CompleteWorkItem.model_validate(done))


def outcomes(running: Running) -> dict[Right, Outcome | None]:
    assert running.office.state is not None
    return {item.right: item.outcome for item in running.office.state.rights}


def test_every_right_has_something_that_carries_it_out() -> None:
    assert set(FULFIL) == set(Right)


async def test_a_correction_gets_no_copy_of_the_data_and_ends_as_a_person_says(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        await running.identify()
        await running.until_status(Status.FULFILLING)
        await by_hand(running, Right.RECTIFICATION, Outcome.PARTLY_FULFILLED)
        await running.handle.result()
        assert running.office.searches == []
        assert outcomes(running) == {Right.RECTIFICATION: Outcome.PARTLY_FULFILLED}
        assert running.office.state is not None
        assert running.office.state.outcome is Outcome.PARTLY_FULFILLED
        assert running.office.letters[-1] == "right_decided", "one right, one answer: no second letter says the same"


async def test_each_right_has_its_own_outcome_and_the_case_stands_where_the_least_advanced_does(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.ACCESS, Right.RESTRICTION) as running:
        await running.identify()
        await by_hand(running, Right.RESTRICTION)
        await running.until(lambda office: Tag.RIGHT_ANSWERED in office.tags)
        await running.until_status(Status.IN_REVIEW)
        assert outcomes(running) == {Right.ACCESS: None, Right.RESTRICTION: Outcome.FULFILLED}
        snapshot = await running.folded()
        assert snapshot.clock is not None
        assert snapshot.clock.state == "running", "a part of the answer is not the answer"
        await running.approve()
        await running.until_status(Status.DELIVERED)
        met = await running.folded()
        assert met.clock is not None
        assert met.clock.state == "met"
        await running.fetch()
        await running.handle.result()
        assert set(outcomes(running).values()) == {Outcome.FULFILLED}
        assert running.office.letters[-1] == "case_closed"


async def test_access_is_shown_before_anything_is_erased(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with asked(temporal_client, time_skipper, Right.ERASURE, Right.ACCESS) as running:
        await running.identify()
        await running.approve()
        await running.until(lambda office: "package_ready" in office.letters)
        await running.until(lambda office: "case:delivery:notified" in office.tags)
        assert running.office.erasing.plans == []
        assert running.office.state is not None
        assert running.office.state.status is Status.FULFILLING, "the erasure is still to be done"
        await running.fetch()
        await running.until(lambda office: Tag.ERASURE_PLANNED in office.tags)


async def test_an_erasure_does_not_wait_for_ever_for_a_copy_that_nobody_fetches(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.ACCESS, Right.ERASURE) as running:
        await running.identify()
        await running.approve()
        await running.until(lambda office: "case:delivery:notified" in office.tags)
        await running.age(days=13)
        assert running.office.erasing.plans == []
        await running.age(days=2)
        await running.until(lambda office: Tag.ERASURE_PLANNED in office.tags)


@pytest.mark.parametrize("right", [Right.WITHDRAW_CONSENT, Right.OBJECTION])
async def test_what_needs_no_identity_is_not_held_up_by_an_unconfirmed_mailbox(
    temporal_client: Client, time_skipper: TimeSkipper, right: Right
) -> None:
    async with asked(temporal_client, time_skipper, right) as running:
        await by_hand(running, right)
        await running.handle.result()
        assert "verify_identity" not in running.office.letters
        assert outcomes(running) == {right: Outcome.FULFILLED}


async def test_an_objection_stops_marketing_at_once_whatever_is_decided_about_the_rest(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.OBJECTION) as running:
        await running.until(lambda office: Tag.MARKETING_STOPPED in office.tags)
        assert running.office.marketing_stopped
        assert running.office.state is not None
        assert running.office.state.identity_record == 0, "nobody was asked who they are"


async def test_beside_a_right_that_needs_identity_the_others_go_on(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with asked(temporal_client, time_skipper, Right.ACCESS, Right.OBJECTION) as running:
        await by_hand(running, Right.OBJECTION)
        await running.until(lambda office: Tag.RIGHT_ANSWERED in office.tags)
        await running.until_status(Status.VERIFYING_IDENTITY)
        await running.command(Withdraw(actor=SUBJECT))
        await running.handle.result()
        assert outcomes(running) == {Right.ACCESS: Outcome.WITHDRAWN, Right.OBJECTION: Outcome.FULFILLED}


async def test_one_right_is_refused_by_two_people_and_the_others_go_on(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RESTRICTION, Right.RECTIFICATION) as running:
        await running.identify()
        await running.until(lambda office: item_of(office, Right.RESTRICTION))
        item = item_of(running.office, Right.RESTRICTION)
        assert item is not None
        refusal = ProposeRefusal(actor=ANNA, ground="exemption", right=Right.RESTRICTION, text=uuid4(), note=uuid4())
        await running.command(refusal)
        done = CompleteWorkItem(actor=ANNA, work_item=item, result="done", outcome=Outcome.FULFILLED, note=uuid4())
        assert await running.refused(done) == "not-allowed-now"
        await running.command(ApproveRefusal(actor=BEN))
        await running.until(lambda office: "case:refusal:notified" in office.tags)
        assert item_of(running.office, Right.RESTRICTION) is None, "nobody has to carry it out any more"
        await by_hand(running, Right.RECTIFICATION)
        await running.handle.result()
        assert outcomes(running) == {Right.RESTRICTION: Outcome.REFUSED, Right.RECTIFICATION: Outcome.FULFILLED}
        assert running.office.state is not None
        assert running.office.state.outcome is Outcome.PARTLY_FULFILLED


async def test_a_right_is_carried_out_only_with_an_outcome_and_words_for_the_person(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        await running.identify()
        await running.until(lambda office: item_of(office, Right.RECTIFICATION))
        item = item_of(running.office, Right.RECTIFICATION)
        assert item is not None
        assert await running.refused(CompleteWorkItem(actor=ANNA, work_item=item, result="found")) == "invalid-input"
        no_outcome = CompleteWorkItem(actor=ANNA, work_item=item, result="done", note=uuid4())
        assert await running.refused(no_outcome) == "invalid-input"
        no_words = CompleteWorkItem(actor=ANNA, work_item=item, result="done", outcome=Outcome.FULFILLED)
        assert await running.refused(no_words) == "invalid-input"


async def test_an_answer_that_did_not_arrive_was_not_given(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        running.office.refused_letters.add("right_decided")
        await running.identify()
        await by_hand(running, Right.RECTIFICATION)
        await running.until(
            lambda office: office.state and any(i.kind == "letter_failed" for i in office.state.work_items.values())
        )
        assert running.office.state is not None
        (failed,) = running.office.state.open_work_items
        await running.command(CompleteWorkItem(actor=ANNA, work_item=failed, result="not_found"))
        running.office.refused_letters.clear()
        await by_hand(running, Right.RECTIFICATION, Outcome.PARTLY_FULFILLED)
        await running.handle.result()
        assert outcomes(running) == {Right.RECTIFICATION: Outcome.PARTLY_FULFILLED}


async def test_another_address_opens_the_access_again_while_the_case_is_open(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with asked(temporal_client, time_skipper, Right.ACCESS, Right.RECTIFICATION) as running:
        await running.identify()
        await running.approve()
        await running.until(lambda office: "case:delivery:notified" in office.tags)
        await running.fetch()
        await running.until(lambda _office: outcomes(running)[Right.ACCESS])
        await running.command(AddIdentifier(actor=SUBJECT, identifier=SECOND_MAILBOX, kind="email"))
        await running.identify(SECOND_MAILBOX)
        await running.command(ConfirmIdentity(actor=ANNA, note=uuid4()))  # nothing that was found knows it: somebody looks first
        await running.until_status(Status.IN_REVIEW)
        assert outcomes(running)[Right.ACCESS] is None
        await running.approve()
        await by_hand(running, Right.RECTIFICATION)
        await running.until(lambda office: office.tags.count("case:delivery:notified") == 2)
        await running.fetch()
        await running.handle.result()


async def test_a_right_under_way_is_carried_on_from_the_record(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with asked(temporal_client, time_skipper, Right.RECTIFICATION) as running:
        account = uuid4()
        await running.command(AddIdentifier(actor=ANNA, identifier=account, kind="account_id"))
        assert Tag.IDENTIFIER_LOOKED_UP not in running.office.tags, "nobody looks before it is known who asks"
        await running.identify()
        await running.until(lambda office: item_of(office, Right.RECTIFICATION))
        await running.until(lambda office: office.state and office.state.identifiers[account].looked_up)
        state = running.office.state
        assert state is not None
        await running.handle.terminate()
    async with case(temporal_client, time_skipper, running.office, state.model_copy(deep=True)) as again:
        await again.until(lambda office: "case:request:resumed" in office.tags)
        await by_hand(again, Right.RECTIFICATION)
        await again.handle.result()
        assert again.office.state is not None
        assert [item.kind for item in again.office.state.work_items.values()] == ["carry_out_right"], "asked once"
