"""What staff do about corrections and restrictions, for saved histories."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID

from adapters.notes import write_note
from domain.commands import (
    AnnounceLifting,
    ApproveRectification,
    CompleteWorkItem,
    LiftRestriction,
    ProposeRectification,
    RestrictProcessing,
)
from domain.rights import Status
from tests.factories import ANNA, BEN, LEAD, SHA
from tests.journeys.erasing import open_items
from tests.journeys.installed import Installed

_AFTER = ("instruct_processor", "inform_recipient", "processor_confirmation", "measure_by_hand")


async def correct(here: Installed, case_id: UUID, old: str, new: str) -> None:
    """A caseworker proposes another name, somebody else approves it."""
    change = {"system": "platform", "collection": "accounts", "field": "full_name", "old": old, "new": new}

    def note() -> UUID:
        words = json.dumps([change])
        with here.resources.database.write() as session:
            vault = here.resources.vault
            return write_note(session, vault, case_id, author=ANNA.person, text=words, now=datetime.now(UTC))

    changes, why = await asyncio.to_thread(note), await asyncio.to_thread(here.note, case_id)
    places = ["platform.accounts.full_name"]
    await here.command(case_id, ProposeRectification(actor=ANNA, changes=changes, sha256=SHA, places=places, note=why))
    await here.until(case_id, lambda view: view.state.measures[-1].found)
    await here.command(case_id, ApproveRectification(actor=BEN, sha256=SHA))
    await here.until(case_id, lambda view: view.state.measures[-1].carried_out_at)


async def restrict_and_lift(here: Installed, case_id: UUID) -> None:
    """Restricted, told that it ends, lifted."""
    why, words = await asyncio.to_thread(here.note, case_id), await asyncio.to_thread(here.note, case_id)
    await here.command(case_id, RestrictProcessing(actor=ANNA, ground="claims", note=why))
    await here.until(case_id, lambda view: any(each.in_force for each in view.state.measures))
    await here.command(case_id, AnnounceLifting(actor=LEAD, text=words, note=why))
    await here.until(case_id, lambda view: any(each.told_at for each in view.state.measures))
    await here.command(case_id, LiftRestriction(actor=LEAD, note=why))
    await here.until(case_id, lambda view: any(each.lifted for each in view.state.measures))


async def see_through(here: Installed, case_id: UUID) -> None:
    """Answer every task at recipients and in systems by hand, until the case is closed."""
    while True:
        view = await here.until(case_id, lambda each: open_items(each, *_AFTER) or each.state.status is Status.CLOSED)
        if view.state.status is Status.CLOSED:
            return
        for item in open_items(view, *_AFTER):
            await here.command(case_id, CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
