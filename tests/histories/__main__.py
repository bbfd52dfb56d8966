"""`make histories`: lets typical cases happen for real and saves what the engine wrote down of each.

`python -m tests.histories dossiers` makes those of breaches and notices alone, `... measures` that one case, under
the keys that are saved.
Made anew only when an old history may be forgotten: as long as cases of a release are open somewhere, theirs have to replay.
"""

import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from temporalio.testing import TimeSkipper

from adapters.database.identifiers import identifier_row
from adapters.settings import DEMO_MARKER
from demo import people
from demo.controller import DATAMAP
from domain.commands import (
    ApprovePartialAnswer,
    CancelErasure,
    Close,
    DecideAccount,
    DecideComplaint,
    NameAccount,
    PreparePartialAnswer,
    ReissuePackage,
    ReportWrongPerson,
    SendProgress,
    WithdrawConsent,
)
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA, BEN, LEAD, SUBJECT
from tests.histories import keys
from tests.histories.dossiers import incident, notice
from tests.journeys.correcting import correct, restrict_and_lift, see_through
from tests.journeys.erasing import approve, do_first, tell_recipients
from tests.journeys.installed import Installed, running_in

_BY_HAND = "  - name: payment_provider\n"  # the last system of the demo's data map


async def manual_system(here: Installed) -> UUID:
    """A person answers for one system; the package is built after that."""
    case_id = await here.request(people.TYPICAL)
    await here.identify(case_id)
    await here.approve(await here.review(case_id))
    await here.fetch(case_id)
    return case_id


async def nothing_held(here: Installed) -> UUID:
    case_id = await here.request(people.UNKNOWN)
    await here.identify(case_id)
    await here.approve(await here.review(case_id))
    await here.until(case_id, lambda view: view.state.status is Status.CLOSED)
    return case_id


async def carried_on(here: Installed) -> UUID:
    """The engine lost the case in the middle; this is the run that went on from the recorded events."""
    case_id = await here.request(people.TYPICAL)
    await here.identify(case_id)
    await here.until(case_id, lambda view: view.state.open_work_items)
    await here.client.get_workflow_handle(f"case-{case_id}").terminate("lost")
    assert await here.cases.reconcile() == [case_id]
    await here.approve(await here.review(case_id))
    await here.fetch(case_id)
    return case_id


async def several_rights(here: Installed) -> UUID:
    """An objection is answered before anybody is known, then a copy; then an erasure is planned, and the person stops it."""
    case_id = await here.request(people.TYPICAL, rights=(Right.ACCESS, Right.ERASURE, Right.OBJECTION))
    await here.carry_out(case_id, Right.OBJECTION)
    await here.identify(case_id)
    await here.approve(await here.review(case_id))
    await here.fetch(case_id)
    await approve(here, case_id)
    await here.until(case_id, lambda view: view.state.erasure and view.state.erasure.told_at)
    await here.command(case_id, CancelErasure(actor=SUBJECT))
    await see_through(here, case_id)
    return case_id


async def partial_answer(here: Installed) -> UUID:
    """A part is delivered while one system is still in a person's hands, then the whole."""
    case_id = await here.request(people.TYPICAL)
    await here.identify(case_id)
    await here.until(case_id, lambda view: view.state.open_work_items)
    await here.command(case_id, PreparePartialAnswer(actor=ANNA, note=await asyncio.to_thread(here.note, case_id)))
    view = await here.until(case_id, lambda view: view.state.partial and view.state.partial.package)
    assert view.state.partial is not None
    assert view.state.partial.package is not None
    await here.command(case_id, ApprovePartialAnswer(actor=BEN, sha256=view.state.partial.package.sha256))
    await here.until(case_id, lambda view: view.state.partial_given)
    await here.approve(await here.review(case_id))
    await here.fetch(case_id)
    return case_id


async def measures(here: Installed) -> UUID:
    """A consent ends, a name is corrected by two people, processing is restricted and goes on after notice; all are told."""
    case_id = await here.request(people.CHANGED, rights=(Right.RECTIFICATION, Right.RESTRICTION, Right.WITHDRAW_CONSENT))
    await here.identify(case_id)
    await here.command(case_id, WithdrawConsent(actor=ANNA, purposes=["marketing"]))
    await correct(here, case_id, "Connie Changed", "Constance Changed")
    await here.carry_out(case_id, Right.RECTIFICATION)
    await restrict_and_lift(here, case_id)
    await see_through(here, case_id)
    return case_id


async def complaint(here: Installed) -> UUID:
    """Acknowledged at once, told of once, and answered."""
    case_id = await here.request(people.UNKNOWN, rights=(Right.COMPLAINT,))
    await here.until(case_id, lambda view: view.state.complaint.acknowledged)
    note, text = await asyncio.to_thread(here.note, case_id), await asyncio.to_thread(here.note, case_id)
    await here.command(case_id, SendProgress(actor=ANNA, note=note))
    await here.command(case_id, DecideComplaint(actor=ANNA, finding="upheld", note=note, text=text))
    await here.until(case_id, lambda view: view.state.status is Status.CLOSED)
    return case_id


async def erasure(here: Installed) -> UUID:
    """Planned, approved, announced, carried out, certified, recipients told, and looked at once more after a month."""
    case_id = await here.request(people.ERASING, rights=(Right.ERASURE,))
    await here.identify(case_id)
    await approve(here, case_id)
    await do_first(here, case_id)
    handle = here.client.get_workflow_handle(f"case-{case_id}")
    await TimeSkipper(here.client).fast_forward(handle, timedelta(days=3))
    await here.until(case_id, lambda view: view.state.status is Status.DELIVERED)
    await tell_recipients(here, case_id)
    await TimeSkipper(here.client).fast_forward(handle, timedelta(days=31))
    await here.until(case_id, lambda view: view.state.status is Status.CLOSED)
    return case_id


async def minor_report(here: Installed) -> UUID:
    """An account is named, suspended, its holder told, and given back."""
    case_id, resources = await here.request(people.PARENT, rights=(Right.MINOR_REPORT,)), here.resources
    row = identifier_row(resources.vault, case_id, "email", people.MINOR, added_by=ANNA.person, now=datetime.now(UTC))
    with resources.database.write() as session:
        session.add(row)
        key = row.id
    await here.until(case_id, lambda view: view.state.open_work_items)
    await here.command(case_id, NameAccount(actor=ANNA, identifier=key, kind="email"))
    await here.until(case_id, lambda view: view.state.minor and view.state.minor.holder_told_at)
    note = await asyncio.to_thread(here.note, case_id)
    await here.command(case_id, DecideAccount(actor=ANNA, note=note, decision="reinstate", ground="adult"))
    await here.until(case_id, lambda view: view.state.status is Status.CLOSED)
    return case_id


async def afterwards(here: Installed) -> UUID:
    """A closed case: carried on for a new link to its copy, and for somebody whom it should not have reached."""
    case_id = await here.request(people.HOUSEHOLD[0])
    await here.identify(case_id)
    await here.approve(await here.review(case_id))
    await here.fetch(case_id)
    await here.client.get_workflow_handle(f"case-{case_id}").result()
    await here.command(case_id, ReissuePackage(actor=SUBJECT))
    await here.command(case_id, ReportWrongPerson(actor=SUBJECT))
    await TimeSkipper(here.client).fast_forward(here.client.get_workflow_handle(f"case-{case_id}"), timedelta(minutes=11))
    return case_id


async def access_full(here: Installed) -> UUID:
    """No system needs a person: searched and built in one activity."""
    case_id = await here.request(people.TYPICAL)
    await here.identify(case_id)
    await here.approve(await here.until(case_id, lambda view: view.state.package))
    await here.fetch(case_id)
    return case_id


async def closed_unverified(here: Installed) -> UUID:
    """A month without an answer: two reminders, a proposal, and a person who closes."""
    case_id = await here.request(people.SILENT)
    await here.until(case_id, lambda view: view.state.status is Status.VERIFYING_IDENTITY)
    handle = here.client.get_workflow_handle(f"case-{case_id}")
    for days, reminders in ((2, 1), (7, 2), (25, 2)):
        await TimeSkipper(here.client).fast_forward(handle, timedelta(days=days))
        await here.until(case_id, lambda view, wanted=reminders: view.state.identity_reminders == wanted)  # type: ignore[misc]
    await here.until(case_id, lambda view: view.state.closing_proposed)
    await here.command(case_id, Close(actor=LEAD, outcome=Outcome.IDENTITY_NOT_CONFIRMED, note=uuid4()))
    await here.until(case_id, lambda view: view.state.status is Status.CLOSED)
    return case_id


async def _save(here: Installed, name: str, case_id: UUID, workflow: str = "case", run: str | None = None) -> None:
    handle = here.client.get_workflow_handle(f"{workflow}-{case_id}", run_id=run)
    await handle.result()
    history = json.loads((await handle.fetch_history()).to_json())
    events = ",\n".join(json.dumps(_nameless(event)) for event in history["events"])  # one a line
    (keys.FOLDER / f"{name}.json").write_text(f'{{"events": [\n{events}\n]}}\n')


def _nameless(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Without the names of machines, processes and the queues that are called after them."""
    if isinstance(value, list):
        return [_nameless(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        value = value | {"name": "sticky"}
    return {key: "habeas" if key == "identity" else _nameless(each) for key, each in value.items()}


async def dossiers(here: Installed) -> None:
    """A breach, and the two runs of a notice."""
    await _save(here, "breach", await incident(here), "breach")
    notice_id, first, last = await notice(here)
    await _save(here, "notice", notice_id, "notice", first)
    await _save(here, "notice_afterwards", notice_id, "notice", last)


async def alone(name: str) -> None:
    """Let only the dossiers, or one case that needs no skipped time, happen: under the keys that the others are sealed with."""
    with tempfile.TemporaryDirectory() as made:
        folder, home = Path(made), Path(made) / "home"  # a demo keeps everything in its home
        home.mkdir(mode=0o700)
        (home / DEMO_MARKER).touch()
        keys.vault(home).close()
        ring = {"keys": home / "ring.json", "keystore_url": f"sqlite:///{home}/keys.db"}
        async with running_in(folder, time_skipping=name == dossiers.__name__, **ring) as here:
            if name == dossiers.__name__:
                await dossiers(here)
            else:
                await _save(here, name, await _STORIES[name](here))


_STORIES = {
    story.__name__: story
    for story in (
        manual_system,
        nothing_held,
        carried_on,
        several_rights,
        partial_answer,
        complaint,
        measures,
        minor_report,
    )
}


async def main() -> None:
    """Let all of them happen in one home, so that one set of keys opens them."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        unaided = folder / "datamap.yml"
        unaided.write_text(DATAMAP.read_text().partition(_BY_HAND)[0])
        async with running_in(folder) as here:
            for name, story in _STORIES.items():
                await _save(here, name, await story(here))
        async with running_in(folder, datamap=unaided) as here:
            await _save(here, access_full.__name__, await access_full(here))
        async with running_in(folder, time_skipping=True) as here:
            await _save(here, closed_unverified.__name__, await closed_unverified(here))
            await _save(here, erasure.__name__, await erasure(here))
            await _save(here, afterwards.__name__, await afterwards(here))
            await dossiers(here)
            settings = here.resources.settings
        keys.save(settings.keys, settings.keystore_url)


if __name__ == "__main__":
    asyncio.run(alone(sys.argv[1]) if sys.argv[1:] else main())
