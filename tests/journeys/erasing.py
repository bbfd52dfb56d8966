"""What staff do in a case of erasure, for journeys and saved histories."""

from uuid import UUID

from adapters.database.case_reader import CaseView
from domain.commands import ApproveErasure, CompleteWorkItem
from domain.rights import Status
from tests.factories import ANNA, BEN
from tests.journeys.installed import Installed


def open_items(view: CaseView, *kinds: str) -> list[UUID]:
    """The open work items of these kinds."""
    return [key for key, item in view.state.open_work_items.items() if item.kind in kinds]


async def approve(installed: Installed, case_id: UUID) -> None:
    """A second person approves the plan as it stands."""
    view = await installed.until(case_id, lambda each: each.state.status is Status.IN_REVIEW and each.state.erasure)
    assert view.state.erasure is not None
    assert view.state.erasure.plan is not None
    await installed.command(case_id, ApproveErasure(actor=BEN, sha256=view.state.erasure.plan.sha256))


async def do_first(installed: Installed, case_id: UUID) -> list[str]:
    """Do what has to be done by a person before anything goes; gives back of what."""
    view = await installed.until(case_id, lambda each: open_items(each, "before_erasure"))
    items = open_items(view, "before_erasure")
    await _done(installed, case_id, items)
    return sorted(str(view.state.work_items[key].collection) for key in items)


async def tell_recipients(installed: Installed, case_id: UUID) -> None:
    """Instruct every processor, inform every other recipient, record their word, and see to copies of what was public."""
    view = await installed.until(case_id, lambda each: each.state.erasure and each.state.erasure.certified)
    assert view.state.erasure is not None
    assert view.state.erasure.plan is not None
    every = view.state.erasure.plan.addressees
    processors = [each for each in every if each.track == "instruct"]
    for kinds, count in (
        (("instruct_processor", "inform_recipient"), len(every)),
        (("processor_confirmation",), len(processors)),
    ):
        view = await installed.until(case_id, lambda each, wanted=kinds, most=count: len(open_items(each, *wanted)) == most)  # type: ignore[misc]
        await _done(installed, case_id, open_items(view, *kinds))
    await _done(installed, case_id, open_items(view, "public_copies"))


async def _done(installed: Installed, case_id: UUID, items: list[UUID]) -> None:
    for key in items:
        await installed.command(case_id, CompleteWorkItem(actor=ANNA, work_item=key, result="found"))
