"""One case under way: its waits, its letters, its errands. Shared by `workflows/case.py` and the rights.

How a right is written: one file in `workflows/rights/` with `async def erasure(case: Proceedings) -> None`, and a row in the
table of `workflows/fulfilment.py`, which calls it once the right may begin. It is called again after a crash, a restore or a
failure that a person dealt with, so it looks at `case.state` and goes on from there. It waits with `until`, records with
`record`, sends letters with `deliver_or_ask`, and ends by `conclude` with RIGHT_DECIDED, or RIGHT_ANSWERED once the person was
told. `case.right` is the right; all of these raise CaseEnded when somebody ended the case or this right of it.
Next: `workflows/case_ledger.py`
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.correspondence import Correspondence
    from domain.case import CaseState
    from domain.case_parts import GIVEN_ON_PAPER, LETTER_BY_POST
    from domain.events import Draft, Tag
    from domain.messages import LetterSent, SendLetter

from workflows.case_ledger import CaseEnded, CaseLedger, refused
from workflows.options import LETTERS

__all__ = ["CaseEnded", "Proceedings", "opened", "refused"]

Result = TypeVar("Result")


class Proceedings(CaseLedger):
    """A case under way, or one right of it.

    Args:
        case_id: the receipt's id.
        state: what the recorded events make of it so far.
    """

    def __init__(self, case_id: UUID, state: CaseState) -> None:
        super().__init__(case_id, state)
        self._posted_on: date | None = None  # the day on which this view's last letter went out on paper
        self._errands: set[asyncio.Task[None]] = set()

    async def until(self, condition: Callable[[CaseState], object], *, timeout: timedelta | None = None) -> None:  # noqa: ASYNC109
        """Wait for the state to fulfil a condition.

        Raises:
            CaseEnded: the case was closed. asyncio.TimeoutError: the time is over.
        """
        await workflow.wait_condition(lambda: self.ended or bool(condition(self.state)), timeout=timeout)
        if self.ended:
            raise CaseEnded

    def post(self, letter: str, *, identifier: UUID | None = None, number: int = 1, note: UUID | None = None) -> None:
        """Send a letter without waiting for the mail server. A repeated letter's number is the case's sequence."""
        message = SendLetter(case_id=self.case_id, letter=letter, number=number, identifier=identifier, note=note)
        self.errand(lambda: self._post(message))

    async def _post(self, message: SendLetter) -> None:
        await self.delivered(message)

    async def delivered(self, message: SendLetter) -> bool:
        """Send a letter and wait for the mail server. Out of attempts: a person tries another way, and the case goes on."""
        try:
            sent = await self._deliver(message)
        except ActivityError:
            await self._ask_person(message)
            return False
        if sent.by_post:
            await self._ask_to_post(message, sent)
        return not sent.by_post

    async def deliver_or_ask(self, message: SendLetter) -> bool:
        """Send a letter and wait until the mail server accepted it, or until a person says how it reached the data subject.

        False when the person says that it did not. `given` then dates what is recorded of a letter on paper.
        """
        written = workflow.now().date()
        try:
            sent = await self._deliver(message)
        except ActivityError:
            item = await self._ask_person(message)
        else:
            if not sent.by_post:
                self._posted_on = None
                return True
            item = await self._ask_to_post(message, sent)
        await self.until(lambda state: item not in state.open_work_items)
        done = self.state.work_items[item]
        self._posted_on = max(done.posted_on, written) if done.posted_on else None  # no letter is posted before it is written
        return done.result in {"found", *GIVEN_ON_PAPER}

    def given(self, draft: Draft) -> Draft:
        """What says that the person was told, dated by the posting or handing over of a letter on paper."""
        if self._posted_on is None:
            return draft
        return draft.model_copy(update={"facts": {**draft.facts, "given_on": self._posted_on.isoformat()}})

    async def ask_operator(self) -> None:
        """Wait for a person after a failure that trying again will not mend."""
        item = workflow.uuid4()
        await self.record(opened(item, "needs_operator"))
        await self.until(lambda state: item not in state.open_work_items)

    async def _ask_person(self, message: SendLetter) -> UUID:
        item = workflow.uuid4()
        failed = Draft(tag=Tag.LETTER_FAILED, facts={"letter": message.letter, "number": message.number})
        # Also of a closed case: whoever was to be told was not.
        await self.record_even_if_ended(failed, opened(item, "letter_failed", letter=message.letter))
        return item

    async def _ask_to_post(self, message: SendLetter, sent: LetterSent) -> UUID:
        """Who has no e-mail gets the letter on paper: a person prints it and says on which day it went."""
        item = workflow.uuid4()
        await self.record_even_if_ended(opened(item, LETTER_BY_POST, letter=message.letter, sent=str(sent.letter_id)))
        return item

    async def _deliver(self, message: SendLetter) -> LetterSent:
        return await workflow.execute_activity_method(Correspondence.send_letter, message, **LETTERS)

    def errand(self, doing: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let something run beside the statute; the case is not over before it is done.

        What fails there opens a work item and is done again once a person has dealt with it; it is never lost in silence.
        """
        task = asyncio.create_task(self._attended(doing))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _attended(self, doing: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await doing()
            except CaseEnded:
                return
            except Exception as failure:  # noqa: BLE001 (whatever it is: a person has to know)
                workflow.logger.error("an errand failed", extra={"reason": type(failure).__name__})
            else:
                return
            try:
                await self.ask_operator()
            except CaseEnded:
                return

    async def unless_ended(self, work: workflow.ActivityHandle[Result]) -> Result:
        """Wait for an activity, and call it off when the case, or this right of it, ends meanwhile.

        Raises:
            CaseEnded: it was called off. ActivityError: it is out of attempts.
        """
        await workflow.wait_condition(lambda: work.done() or self.ended)
        if not work.done():
            work.cancel()
            raise CaseEnded
        return await work

    async def all_errands(self) -> None:
        await workflow.wait_condition(lambda: not self._errands)


def opened(item: UUID, kind: str, **facts: str) -> Draft:
    """A work item: something only a person can do."""
    return Draft(tag=Tag.WORK_ITEM_OPENED, facts={"work_item": str(item), "kind": kind, **facts})
