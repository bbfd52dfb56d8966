"""A breach and a notice to many people that happen for real, for the saved histories."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from temporalio.testing import TimeSkipper

from adapters.database import people
from adapters.database.breach_intake import IncomingBreach, open_breach
from adapters.database.notice_reader import IncomingNotice, open_notice
from api.breaches import breaches
from api.notices import notices
from domain.breach import Count
from domain.commands import Actor
from domain.notice import NoticeStatus
from domain.notice_commands import Continue, NoticeCall, NoticeCommand, Pause, Publish, Resend, SendLink, SendTest, SetRate
from domain.notice_messages import NoticeSnapshot
from tests.breach_factory import CASEWORKER, LEAD, RESPONDER
from tests.journeys.installed import Installed
from tests.post_office import PostOffice
from tests.workflows.breach_under_way import STAFF, Breach
from tests.workflows.incident import whole_incident
from tests.workflows.notice_under_way import Notice


async def incident(here: Installed) -> UUID:
    """Nobody answers the first call; two reports in phases and a late one; closed with what was learnt."""
    resources, now = here.resources, datetime.now(UTC)
    staff = {}
    for name, role in STAFF.items():
        person = people.add_caseworker(resources.database, email=f"{name}@example.com", name=name, role=role)
        staff[name] = Actor(person=f"caseworker:{person}", role=role)
    affected = {"GB": Count(low=1840, high=1840)}
    alert = IncomingBreach(summary="Stolen passwords", first_alert_at=now, affected=affected, caller="system")
    breach_id = open_breach(resources, alert, now).view.dossier.id
    skipper = TimeSkipper(here.client)
    with skipper.with_time_skipping_disabled():
        await breaches(here.client, resources).start(breach_id)
    handle = here.client.get_workflow_handle(f"breach-{breach_id}")
    await whole_incident(Breach(resources, PostOffice(port=0), handle, skipper, breach_id, staff))
    return breach_id


async def notice(here: Installed) -> tuple[UUID, str, str]:
    """Counted, written, tested, approved, paused and continued, sent; after its end a public notice and an answer.

    Gives back its id and those of its two runs.
    """
    resources, door = here.resources, notices(here.client, here.resources)
    incoming = IncomingNotice(title="Log-in only", purpose="breach", caller=RESPONDER.person)
    notice_id = open_notice(resources, incoming, datetime.now(UTC))[0].dossier.id
    skipper = TimeSkipper(here.client)
    with skipper.with_time_skipping_disabled():
        await door.start(notice_id)
    handle = here.client.get_workflow_handle(f"notice-{notice_id}")
    one = Notice(resources, handle, skipper, notice_id)
    await one.load(["email,country,language", *(f"person{each}@example.com,GB,en" for each in range(400)), "a@example.fr,FR,fr"])
    await one.write()
    await one.prepare()
    await one.command(SendTest(actor=RESPONDER, note=one.note("rita@example.com")))
    await one.until(lambda each: each.state.tested_at)
    await one.command(SetRate(actor=RESPONDER, rate=200))
    await one.approve()
    await one.until(lambda each: each.state.status is NoticeStatus.SENDING)
    await one.command(Pause(actor=LEAD))
    await one.command(Continue(actor=LEAD))
    await one.until(lambda each: each.state.status is NoticeStatus.FINISHED)
    first = (await handle.describe()).run_id
    await skipper.fast_forward(handle, timedelta(days=7))  # what came back is looked for three times
    await handle.result()

    async def afterwards(command: NoticeCommand) -> NoticeSnapshot:
        call = NoticeCall(command_id=f"test:{uuid4().hex}", command=command)
        return await door.perform(notice_id, call)

    text = await asyncio.to_thread(one.note, "Stolen passwords were tried on our site.")
    await afterwards(Publish(actor=LEAD, language="en", note=text))
    await afterwards(SendLink(actor=CASEWORKER, note=await asyncio.to_thread(one.note, "person1@example.com")))
    await one.until(lambda each: each.state.answered == 1)
    await afterwards(Resend(actor=RESPONDER, note=await asyncio.to_thread(one.note, "Off the block list.")))
    await one.until(lambda each: not each.state.resend)
    last = (await handle.describe()).run_id
    await skipper.fast_forward(handle, timedelta(days=7))
    return notice_id, first, last
