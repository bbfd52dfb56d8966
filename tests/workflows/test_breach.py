"""A whole incident in seconds: calls until somebody answers, reminders, two phased reports, a late one, the end."""

import dataclasses
import functools
import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from adapters.database.breach_reader import BREACH, BreachReader, frozen_systems
from adapters.database.breach_register import register_csv
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.breach import BreachOutcome, BreachStatus
from domain.breach_commands import (
    Acknowledge,
    AddFact,
    AddOther,
    ApproveReport,
    ChangeStep,
    CloseBreach,
    ConfirmAwareness,
    DecideAuthority,
    DecidePeople,
    Dismiss,
    ExplainDelay,
    RecordSent,
    RecordTold,
    ReopenBreach,
)
from tests import opened, post_office, servers, webhook
from tests.post_office import PostOffice
from tests.workflows.breach_under_way import Breach, breach
from tests.workflows.incident import prepared, told, whole_incident


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office.opened() as server:
        yield server


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    monkeypatch.setenv("HABEAS_SMTP_URL", office.url)
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


@pytest.fixture
async def running(
    temporal_client: Client, time_skipper: TimeSkipper, resources: Resources, office: PostOffice
) -> AsyncIterator[Breach]:
    async with breach(temporal_client, time_skipper, resources, office) as one:
        yield one


def text_of(running: Breach, report: UUID) -> str:
    row = BreachReader(running.resources).file(running.breach_id, "report_text", report)
    vault = running.resources.vault.dossier(running.breach_id, BREACH)
    with running.resources.blobs.read(vault, BlobRef.model_validate(row.blob)) as reader:
        return reader.read().decode()


async def test_people_on_duty_are_called_in_turn_until_one_answers(running: Breach) -> None:
    await running.until(lambda one: one.state.pages == 1)
    assert len(running.mailed("rita")) == 1
    await running.age(minutes=31)
    await running.until(lambda one: one.state.pages == 2)
    assert len(running.mailed("lea")) == 1, "then the deputy"
    await running.command(Acknowledge(actor=running.staff["lea"]))
    await running.age(hours=3)
    assert running.state.pages == 2
    assert running.state.lead == running.staff["lea"].person
    (mail,) = [kept for kept in running.office.kept if kept.recipients == ["rita@example.com"]]
    assert "stolen" not in mail.text, "what happened is not told to a mailbox"


async def test_a_call_that_does_not_go_out_is_on_record_and_the_next_person_is_called(running: Breach) -> None:
    running.office.to_recipient = "550 5.1.1 no such mailbox"
    await running.until(lambda one: "breach:work:failed" in one.tags)
    running.office.to_recipient = post_office.OK
    await running.age(minutes=31)
    await running.until(lambda one: one.mailed("lea"))


async def test_a_dead_webhook_holds_no_mail_up_and_is_on_record(
    temporal_client: Client, time_skipper: TimeSkipper, resources: Resources, office: PostOffice
) -> None:
    # Whoever is named for it has left, too: then everybody who responds is on duty.
    dead = {"on_call_webhook": f"http://127.0.0.1:{servers.free_port()}/wake", "on_call": "gone@example.com"}
    settings = resources.settings.model_copy(update=dead)
    async with breach(temporal_client, time_skipper, dataclasses.replace(resources, settings=settings), office) as one:
        await one.until(lambda each: each.mailed("rita"))
        await one.until(lambda each: each.state.calls_failed == 1)
        await one.age(minutes=31)
        await one.until(lambda each: each.mailed("lea"))
        await one.command(Acknowledge(actor=one.staff["lea"]))
        await one.age(hours=25)
        await one.until(lambda each: len(each.mailed("lea")) == 2)


async def test_a_dead_mail_server_holds_no_webhook_up_and_the_next_person_is_called_soon(
    temporal_client: Client, time_skipper: TimeSkipper, resources: Resources, office: PostOffice
) -> None:
    office.to_recipient = "451 4.3.0 not now"
    with webhook.listening() as heard:
        settings = resources.settings.model_copy(update={"on_call_webhook": heard.url})
        async with breach(temporal_client, time_skipper, dataclasses.replace(resources, settings=settings), office) as one:
            await one.until(lambda each: each.state.pages == 1)
            reference = BreachReader(resources).get(one.breach_id).dossier.reference
            assert [(got["kind"], got["number"], got["reference"]) for got in heard.got] == [("call", 1, reference)]
            await one.age(minutes=6)
            await one.until(lambda each: each.state.pages == 2)


async def test_evidence_is_frozen_from_the_first_minute_until_the_end(running: Breach) -> None:
    await running.until(lambda one: one.state.frozen_at)
    with running.resources.database.read() as session:
        assert frozen_systems(session) == {system.name for system in running.resources.datamap.systems}
    await running.command(Dismiss(actor=running.staff["lea"], note=running.note()))
    with running.resources.database.read() as session:
        assert frozen_systems(session) == set()


async def test_reminders_at_48_24_12_4_and_1_hours_and_when_none_are_left(running: Breach) -> None:
    await running.until(lambda one: one.state.pages)
    await running.command(Acknowledge(actor=running.staff["rita"]))
    for hours, aged in ((48, 25), (24, 24), (12, 12), (4, 8), (1, 2.5), (0, 2)):
        await running.age(hours=aged)
        await running.until(functools.partial(lambda last, one: one.hours()[-1:] == [last], hours))
    assert running.hours() == [48, 24, 12, 4, 1, 0]
    await running.until(lambda one: one.mailed("otto"))
    assert "passed" in running.mailed("otto")[0], "the data protection officer is told when it is too late"


async def test_the_insurers_clock_reminds_by_itself_until_somebody_called(running: Breach) -> None:
    rita = running.staff["rita"]
    await running.until(lambda one: one.state.pages)
    await running.command(Acknowledge(actor=rita))
    due = datetime.now(UTC) + timedelta(hours=20)
    await running.command(AddOther(actor=rita, kind="insurer", due_at=due, note=running.note("Northgate")))
    await running.command(AddOther(actor=rita, kind="police", note=running.note("Fraud desk")))
    (insurer,) = [key for key, party in running.state.others.items() if party.kind == "insurer"]
    await running.age(hours=16.5)
    await running.until(lambda one: one.state.others[insurer].reminded == [4])
    await running.until(lambda one: any("to tell the insurer" in subject for subject in one.mailed("rita")))
    assert not any("Northgate" in kept.text for kept in running.office.kept), "who it is stands on the page alone"
    await running.command(RecordTold(actor=rita, other=insurer))
    await running.age(hours=4)
    assert running.state.others[insurer].reminded == [4]


async def test_after_an_outage_only_the_reminder_that_counts_is_given(running: Breach) -> None:
    await running.until(lambda one: one.state.pages)
    await running.command(Acknowledge(actor=running.staff["rita"]))
    early = datetime.now(UTC) - timedelta(hours=67)
    await running.command(ConfirmAwareness(actor=running.staff["rita"], aware_at=early, note=running.note()))
    await running.until(lambda one: one.hours())
    assert running.hours() == [12], "48 and 24 lie behind, 4 is still to come"


async def test_the_clock_follows_confirmed_awareness_and_reminders_start_over(running: Breach) -> None:
    await running.until(lambda one: one.state.pages)
    await running.command(Acknowledge(actor=running.staff["rita"]))
    first = (await running.clocks()).first_due
    await running.age(hours=25)
    await running.until(lambda one: one.hours() == [48])
    later = running.state.opened_at
    assert later is not None
    command = ConfirmAwareness(actor=running.staff["rita"], aware_at=later + timedelta(hours=10), note=running.note())
    snapshot = await running.command(command)
    assert snapshot.clocks is not None
    assert snapshot.clocks.first_due != first
    await running.age(hours=10)
    await running.until(lambda one: one.hours() == [48, 48])


async def test_two_reports_in_phases_and_the_second_carries_only_what_changed(running: Breach) -> None:
    await running.command(Acknowledge(actor=running.staff["rita"]))
    await told(running, "what_happened", "Passwords stolen elsewhere were tried here.")
    await told(running, "records_number", "About 3,000", "estimated")
    await running.command(
        AddFact(actor=running.staff["rita"], happened_at=datetime.now(UTC), zone="Europe/London", note=running.note())
    )
    first, report = await prepared(running)
    text = text_of(running, first)
    assert hashlib.sha256(text.encode()).hexdigest() == report.sha256
    assert "Passwords stolen elsewhere" in text
    assert "Approximate number of records:  [estimated]" in text
    assert "How it occurred:\n  not yet known" in text
    assert "Initial report" in text
    assert (report.complete > 0, report.estimated > 0, report.unknown > 0) == (True, True, True)

    lea, rita = running.staff["lea"], running.staff["rita"]
    assert await running.refused(ApproveReport(actor=lea, report=first, sha256="0" * 64)) == "stale-hash"
    await running.command(ApproveReport(actor=lea, report=first, sha256=str(report.sha256)))
    await running.age(hours=40)
    sent_at = datetime.now(UTC) + timedelta(hours=39)
    await running.command(RecordSent(actor=rita, report=first, sent_at=sent_at, receipt=running.note("IC-1234")))
    assert (await running.clocks()).rows[0].state == "met"

    await told(running, "how_occurred", "No second factor was asked for.")
    second, report = await prepared(running)
    text = text_of(running, second)
    assert report.number == 2
    assert "No second factor" in text
    assert "Follow-up report 1; it carries what changed since the last one; your reference IC-1234" in text
    assert "Passwords stolen elsewhere" not in text, "it was told before"
    await running.age(hours=60)
    assert 0 not in running.hours(), "the first report kept the time"


async def test_a_late_report_says_why_and_in_which_language_it_is_read(running: Breach) -> None:
    await running.until(lambda one: one.state.pages)
    await running.command(Acknowledge(actor=running.staff["rita"]))
    await running.age(hours=80)
    await running.until(lambda one: 0 in one.hours())
    first, report = await prepared(running, "de_be")
    sent = RecordSent(
        actor=running.staff["rita"], report=first, sent_at=datetime.now(UTC) + timedelta(hours=79), note=running.note()
    )
    assert await running.refused(sent) == "not-allowed-now"
    await running.command(ExplainDelay(actor=running.staff["rita"], note=running.note("Found on the third day.")))
    second, report = await prepared(running, "de_be")
    assert report.language == "de"
    text = text_of(running, second)
    assert "Gründe für die Verzögerung (Meldung nach 72 Stunden):\n  Found on the third day." in text
    assert "Vereinigtes Königreich: 1.840" in text
    await running.command(sent.model_copy(update={"report": second}))
    row = next(row for row in (await running.clocks()).rows if row.key == "ico")
    assert row.notified_at is None


async def test_it_ends_by_a_persons_act_and_can_be_opened_again(running: Breach) -> None:
    await running.until(lambda one: one.state.pages)
    lea, rita = running.staff["lea"], running.staff["rita"]
    await running.command(Acknowledge(actor=rita))
    close = CloseBreach(actor=lea, note=running.note("Ask for a second factor."))
    assert await running.refused(close) == "not-allowed-now"
    for step in running.state.steps:
        await running.command(ChangeStep(actor=rita, step=step, state="done"))
    await running.command(DecidePeople(actor=lea, verdict="not_notify", note=running.note()))
    await running.command(DecideAuthority(actor=lea, authority="ico", verdict="not_notify", note=running.note()))
    await running.age(hours=300)
    assert running.state.status is not BreachStatus.CLOSED
    await running.command(close)
    assert running.state.outcome is BreachOutcome.NOT_NOTIFIED
    await running.command(ReopenBreach(actor=lea, note=running.note()))
    assert running.state.status is BreachStatus.ASSESSING
    await running.command(Dismiss(actor=lea, note=running.note()))
    await running.age(minutes=11)
    await running.handle.result()


async def test_a_whole_incident_with_two_reports_in_phases_and_a_late_one(running: Breach) -> None:
    first, second, late = await whole_incident(running)
    clocks = {row.key: row for row in BreachReader(running.resources).clocks(running.state, datetime.now(UTC)).rows}
    assert clocks["ico"].state == "met"
    assert (clocks["ie"].state, clocks["ie"].late) == ("missed", True), "told, but after the time"
    assert {running.state.reports[each].number for each in (first, second)} == {1, 2}
    assert "No second factor" not in text_of(running, first)
    assert "Passwords stolen elsewhere" not in text_of(running, second), "it was told before"
    assert "They were found on the fourth day." in text_of(running, late)
    assert running.hours() == [48, 1, 0], "until the ICO was told; then Ireland's, found when its time was over"
    register = register_csv(running.resources, datetime.now(UTC), words=True).decode()
    for words in ("notified", "Ask for a second factor.", "A risk to 1,840 people.", "ICO 20", "DPC 20"):
        assert words in register
