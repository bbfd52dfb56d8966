"""An erasure from plan to last look on a server whose time can be skipped, with everything that may come between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from domain.case import CaseState
from domain.case_parts import LETTER_BY_POST
from domain.commands import (
    AddIdentifier,
    ApproveErasure,
    CancelErasure,
    CompleteWorkItem,
    EditErasure,
    Hold,
    Release,
    ReturnForRework,
    Withdraw,
)
from domain.erasure import Addressee
from domain.erasure_messages import ErasureCarriedOut, Leftover, Place, PlanMade
from domain.erasure_standing import ErasureStanding
from domain.events import Tag
from domain.messages import SystemResult
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA, BEN, LEAD, MAILBOX, MONDAY, SECOND_MAILBOX, SUBJECT, happen
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


class Erasing:
    """A case of erasure whose mailbox is proven."""

    def __init__(self, running: Running) -> None:
        self.running, self.office = running, running.office

    @property
    def standing(self) -> ErasureStanding:
        assert self.office.state is not None
        return self.office.state.erasure or ErasureStanding()

    async def until(self, tag: Tag, times: int = 1) -> None:
        await self.running.until(lambda office: office.tags.count(tag) >= times)

    async def approve(self, plan: int = 1) -> None:
        await self.until(Tag.ERASURE_PLANNED, plan)
        await self.running.until_status(Status.IN_REVIEW)
        await self.running.command(ApproveErasure(actor=BEN, sha256=f"{plan:064x}"))

    async def wait_three_days(self, times: int = 1) -> None:
        await self.until(Tag.ERASURE_ANNOUNCED, times)
        await self.running.age(days=3)

    def open_items(self, kind: str) -> list[UUID]:
        assert self.office.state is not None
        return [key for key, item in self.office.state.open_work_items.items() if item.kind == kind]

    async def complete(self, kind: str, result: str = "found") -> None:
        await self.running.until(lambda _office: self.open_items(kind))
        note = uuid4() if result == "exception" else None
        done: dict[str, Any] = {"actor": ANNA, "work_item": self.open_items(kind)[0], "result": result, "note": note}
        await self.running.command(CompleteWorkItem.model_validate(done))

    async def end(self) -> Outcome | None:
        """Let the month after it pass."""
        await self.until(Tag.RIGHT_ANSWERED)
        await self.running.age(days=31)
        await self.running.handle.result()
        assert self.office.state is not None
        return self.office.state.outcome


@asynccontextmanager
async def erasing(client: Client, skipper: TimeSkipper, office: FakeOffice | None = None) -> AsyncIterator[Erasing]:
    office = office or FakeOffice()
    office.rights = [Right.ERASURE]
    async with case(client, skipper, office) as running:
        await running.identify()
        yield Erasing(running)


async def test_an_erasure_goes_from_plan_to_certificate_and_looks_once_more(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        assert it.office.letters[-1] == "erasure_planned"
        assert it.office.erasing.runs == [], "nothing is gone before the waiting days are over"
        await it.running.age(days=2)
        assert it.office.erasing.runs == []
        await it.running.age(days=1, minutes=1)
        await it.until(Tag.RIGHT_ANSWERED)
        assert it.office.letters[-1] == "erasure_done"
        await it.running.until_status(Status.DELIVERED)
        assert await it.end() is Outcome.FULFILLED
        assert len(it.office.erasing.looks) == 2
        assert it.office.erasing.forgotten
        runs = [message.run for message in it.office.erasing.runs] + [message.run for message in it.office.erasing.looks]
        assert len(set(runs)) == 3


async def test_only_a_second_person_approves_and_only_what_is_there(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.until(Tag.ERASURE_PLANNED)
        keep = {"actor": LEAD, "system": "platform", "collection": "prompts", "keep": True, "note": uuid4()}
        assert await it.running.refused(EditErasure.model_validate(keep)) == "invalid-input", "no ground, no end"
        await it.running.command(EditErasure.model_validate(keep | {"ground": "17(3)(e)", "until": date(2027, 1, 1)}))
        await it.until(Tag.ERASURE_PLANNED, 2)
        assert [edit.ground for edit in it.office.erasing.plans[-1].edits] == ["17(3)(e)"]
        assert await it.running.refused(ApproveErasure(actor=LEAD, sha256=f"{2:064x}")) == "four-eyes"
        assert await it.running.refused(ApproveErasure(actor=ANNA, sha256=f"{2:064x}")) == "not-permitted"
        assert await it.running.refused(ApproveErasure(actor=BEN, sha256=f"{1:064x}")) == "stale-hash"
        await it.approve(2)
        assert await it.running.refused(ApproveErasure(actor=BEN, sha256=f"{2:064x}")) == "not-allowed-now", "twice is once"


async def test_of_two_reviewers_who_approve_at_once_one_counts_and_it_is_carried_out_once(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.until(Tag.ERASURE_PLANNED)
        await it.running.until_status(Status.IN_REVIEW)
        both = [it.running.command(ApproveErasure(actor=who, sha256=f"{1:064x}")) for who in (BEN, LEAD)]
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(isinstance(each, WorkflowUpdateFailedError) for each in answers) == [False, True]
        await it.wait_three_days()
        assert await it.end() is Outcome.FULFILLED
        assert it.office.tags.count(Tag.ERASURE_APPROVED) == 1
        assert len(it.office.erasing.runs) == 1


async def test_the_person_stops_it_without_a_code_and_nothing_is_gone(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        await it.running.command(CancelErasure(actor=SUBJECT))
        await it.running.handle.result()
        assert it.office.erasing.runs == []
        assert it.office.letters[-1] == "erasure_stopped"
        assert it.office.state is not None
        assert it.office.state.outcome is Outcome.WITHDRAWN


async def test_whoever_has_no_email_gets_the_letter_that_stops_it_on_paper_and_counts_as_told_from_its_posting(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    state = CaseState(case_id=uuid4())
    rights = ["erasure"]
    happen(
        state, Tag.REQUEST_RECEIVED, received_at=MONDAY.isoformat(), channel="letter", rights=rights, regimes=["UK"], risk="low"
    )
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(MAILBOX), kind="username")
    happen(state, Tag.IDENTIFIER_ACCEPTED, identifier=str(MAILBOX))
    happen(state, Tag.IDENTITY_CONFIRMED, how="manual")
    office = FakeOffice()
    office.rights = [Right.ERASURE]
    office.state = state.model_copy(deep=True)
    async with case(temporal_client, time_skipper, office, state) as running:
        it = Erasing(running)
        await it.approve()

        async def post(letter: str, on: date) -> None:
            await running.until(lambda _office: it.open_items(LETTER_BY_POST))
            (item,) = it.open_items(LETTER_BY_POST)
            assert it.office.state is not None
            assert it.office.state.work_items[item].letter == letter
            await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="posted", posted_on=on))

        today = datetime.now(UTC).date()
        await running.until(lambda _office: it.open_items(LETTER_BY_POST))
        assert Tag.ERASURE_ANNOUNCED not in office.tags, "the days to stop it begin with the posting"
        await post("erasure_planned", today)
        await it.until(Tag.ERASURE_ANNOUNCED)
        await running.age(days=3, minutes=1)
        await post("erasure_done", today)
        await it.until(Tag.RIGHT_ANSWERED)
        told = next(event for event in office.events if event.tag is Tag.RIGHT_ANSWERED)
        assert str(told.facts["given_on"]) >= today.isoformat(), "never before the letter was written"


async def test_staff_who_stop_it_say_where_they_were_told(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        assert await it.running.refused(CancelErasure(actor=ANNA)) == "invalid-input"
        await it.running.command(CancelErasure(actor=ANNA, note=uuid4()))
        await it.running.handle.result()


async def test_it_cannot_be_stopped_once_it_is_carried_out(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.wait_three_days()
        await it.until(Tag.RIGHT_ANSWERED)
        assert await it.running.refused(CancelErasure(actor=SUBJECT)) == "not-allowed-now"


async def test_data_that_changed_in_a_way_that_matters_lead_to_another_plan(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.erasing.answers = [ErasureCarriedOut(changed=[Place(system="platform", collection="accounts")])]
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.wait_three_days()
        await it.until(Tag.ERASURE_VOIDED)
        assert it.standing.carried_out_at is None
        await it.approve(2)
        await it.wait_three_days(2)
        assert office.letters.count("erasure_planned") == 2, "told anew, and waited anew"
        assert await it.end() is Outcome.FULFILLED


async def test_another_address_voids_the_approval(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        await it.running.command(AddIdentifier(actor=SUBJECT, identifier=SECOND_MAILBOX, kind="email"))
        await it.running.identify(SECOND_MAILBOX)
        await it.until(Tag.ERASURE_PLANNED, 2)
        assert it.office.erasing.runs == []
        assert SECOND_MAILBOX in it.office.erasing.plans[-1].keys
        await it.approve(2)
        await it.until(Tag.ERASURE_ANNOUNCED, 2)
        assert it.office.letters.count("erasure_planned") == 3, "both addresses are told"


async def test_what_comes_first_is_done_first(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = FakeOffice()
    office.erasing.plan |= {"before": [Place(system="business", collection="subscriptions")]}
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        await it.running.until(lambda _office: it.open_items("before_erasure"))
        await it.running.age(days=10)
        assert office.erasing.runs == [], "a mandate that still runs would charge somebody who is erased"
        await it.complete("before_erasure")
        await it.until(Tag.ERASURE_CARRIED_OUT)


async def test_a_hold_of_the_case_holds_it(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        await it.running.command(Hold(actor=LEAD, note=uuid4()))
        await it.running.age(days=5)
        assert it.office.erasing.runs == []
        await it.running.command(Release(actor=LEAD, note=uuid4()))
        await it.until(Tag.ERASURE_CARRIED_OUT)


async def test_a_legal_hold_is_a_question_for_a_person(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = FakeOffice()
    office.erasing.answers = [ErasureCarriedOut(held=True)]
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.wait_three_days()
        await it.complete("legal_hold")
        await it.until(Tag.ERASURE_CARRIED_OUT)
        assert len(office.erasing.runs) == 2


async def test_a_system_that_refuses_is_tried_again_or_left_out_with_a_reason(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    failed = [SystemResult(system="business", state="failed", reason="refused")]
    office.erasing.failing = [PlanMade(failed=failed)]
    office.erasing.answers = [ErasureCarriedOut(failed=failed)]
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.complete("erasure_failed", "not_found")  # mended: tried again
        await it.approve()
        await it.wait_three_days()
        await it.complete("erasure_failed", "exception")
        await it.until(Tag.RIGHT_ANSWERED)
        assert office.erasing.runs[-1].skipped == ["business"]
        assert office.erasing.certificates[-1].skipped == ["business"], "the certificate owns up to it"
        assert await it.end() is Outcome.PARTLY_FULFILLED


async def test_leftovers_and_newer_accounts_are_for_people(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = FakeOffice()
    office.erasing.leftovers = [
        [Leftover(system="platform", collection="prompts", rows=2)],
        [Leftover(system="platform", collection="accounts", rows=1, newer=True)],
    ]
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.wait_three_days()
        await it.until(Tag.RIGHT_ANSWERED)
        assert it.standing.leftovers == 2
        await it.complete("leftover")
        await it.running.age(days=31)
        await it.running.until(lambda _office: it.open_items("newer_account"))
        assert len(office.erasing.runs) == 1, "a newer account is never erased by a timer"
        await it.complete("newer_account", "not_found")
        await it.running.handle.result()


async def test_processors_are_instructed_chased_and_asked_for_their_word(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.erasing.plan |= {
        "addressees": [Addressee(recipient="payments", track="instruct"), Addressee(recipient="auditor", track="inform")]
    }
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.wait_three_days()
        await it.until(Tag.RIGHT_ANSWERED)
        assert office.erasing.certificates[-1].confirmed == [], "pending, and the certificate says so"
        await it.complete("inform_recipient")
        await it.complete("instruct_processor")
        await it.running.until(lambda _office: it.open_items("processor_confirmation"))
        await it.running.age(days=8)
        await it.until(Tag.RECIPIENT_CHASED)
        await it.running.age(days=7)
        await it.running.until(lambda _office: it.open_items("recipient_silent"))
        await it.running.age(days=60)
        assert office.state is not None
        assert office.state.status is Status.DELIVERED, "the case is not over before the processor answered"
        await it.complete("processor_confirmation")
        await it.running.handle.result()


async def test_a_plan_that_is_returned_can_be_approved_by_who_prepared_it_no_more(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.until(Tag.ERASURE_PLANNED)
        await it.running.command(ReturnForRework(actor=BEN, note=uuid4()))
        await it.until(Tag.ERASURE_RETURNED)
        await it.approve()


async def test_nothing_to_erase_is_certified_at_once(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = FakeOffice()
    office.erasing.plan = {"erase": 0, "waiting_days": 3}
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.running.handle.result()
        assert "erasure_planned" not in office.letters
        assert office.state is not None
        assert office.state.outcome is Outcome.NOTHING_HELD


async def test_a_case_that_is_carried_on_goes_on_where_it_was(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with erasing(temporal_client, time_skipper) as it:
        await it.approve()
        await it.until(Tag.ERASURE_ANNOUNCED)
        await it.running.handle.terminate()
        office = it.office
        assert office.state is not None
        state = office.state.model_copy(deep=True)
    async with case(temporal_client, time_skipper, office, state) as running:
        again = Erasing(running)
        await again.until(Tag.REQUEST_RESUMED)
        await running.age(days=4)
        await again.until(Tag.RIGHT_ANSWERED)
        assert office.letters.count("erasure_planned") == 1
        assert len(office.erasing.plans) == 1


async def test_a_second_letter_tells_what_was_pending_and_public_copies_are_a_persons_task(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.erasing.plan |= {
        "addressees": [Addressee(recipient="analytics", track="instruct")],
        "public": [Place(system="platform", collection="images")],
        "second_look_days": 90,
    }
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.wait_three_days()
        await it.until(Tag.RIGHT_ANSWERED)
        assert it.standing.pending == ["analytics"]
        await it.complete("instruct_processor")
        assert "erasure_confirmed" not in it.office.letters
        await it.complete("processor_confirmation")
        await it.until(Tag.ERASURE_REST_TOLD)
        assert it.office.letters[-1] == "erasure_confirmed"
        await it.running.age(days=60)
        assert len(it.office.erasing.looks) == 1, "the second look is after ninety days here"
        await it.complete("public_copies")
        await it.running.age(days=31)
        await it.running.handle.result()
        assert len(it.office.erasing.looks) == 2


async def test_a_case_that_is_closed_while_it_is_erased_still_gets_its_certificate(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.erasing.plan |= {"addressees": [Addressee(recipient="analytics", track="instruct")]}
    office.erasing.erased.clear()
    async with erasing(temporal_client, time_skipper, office) as it:
        await it.approve()
        await it.wait_three_days()
        await it.running.until(lambda office: office.erasing.runs)
        await it.running.command(Withdraw(actor=SUBJECT))
        office.erasing.erased.set()
        await it.running.handle.result()
        assert it.office.erasing.certificates, "what is gone is gone, and the person is told what that was"
        assert it.office.letters[-1] == "erasure_done"
        assert it.open_items("instruct_processor"), "and somebody still tells the processor"
