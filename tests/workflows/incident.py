"""One whole incident, from the alert to the lessons; a test looks at every step, and the saved history is made of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.breach import BreachOutcome, Report
from domain.breach_commands import (
    Acknowledge,
    ApproveReport,
    Assess,
    ChangeStep,
    CloseBreach,
    ConfirmAwareness,
    CountInput,
    DecideAuthority,
    DecidePeople,
    ExplainDelay,
    PrepareReport,
    RecordSent,
    SetAffected,
    SetField,
)
from domain.breach_severity import SeverityInputs
from tests.workflows.breach_under_way import Breach


async def prepared(running: Breach, authority: str = "ico") -> tuple[UUID, Report]:
    """A report that is frozen."""
    report = uuid4()
    await running.command(PrepareReport(actor=running.staff["rita"], report=report, authority=authority))
    await running.until(lambda one: one.state.reports[report].sha256)
    return report, running.state.reports[report]


async def told(running: Breach, field: str, text: str, standing: str = "known") -> None:
    """Something becomes known."""
    command = {"actor": running.staff["rita"], "field": field, "standing": standing, "note": running.note(text)}
    await running.command(SetField.model_validate(command))


async def handed_in(running: Breach, authority: str, hours: float) -> UUID:
    """A report that is approved by somebody else and handed in, so many hours after the alert."""
    report, frozen = await prepared(running, authority)
    await running.command(ApproveReport(actor=running.staff["lea"], report=report, sha256=str(frozen.sha256)))
    assert running.state.first_alert_at is not None
    sent_at = running.state.first_alert_at + timedelta(hours=hours)
    receipt = running.note(f"{authority}-1")
    await running.command(RecordSent(actor=running.staff["rita"], report=report, sent_at=sent_at, receipt=receipt))
    return report


async def whole_incident(running: Breach) -> list[UUID]:
    """Alert, calls, awareness, two reports in phases, one that comes too late, decisions, the end. Gives back the reports."""
    lea, rita = running.staff["lea"], running.staff["rita"]
    await running.until(lambda one: one.state.pages == 1)
    await running.age(minutes=31)
    await running.until(lambda one: one.state.pages == 2)
    await running.command(Acknowledge(actor=rita))
    aware = datetime.now(UTC) - timedelta(seconds=1)
    await running.command(ConfirmAwareness(actor=rita, aware_at=aware, note=running.note("The log shows it.")))
    inputs = SeverityInputs(category="sensitive", context=4, ease="maximum", confidentiality="some", malicious=True)
    await running.command(Assess(actor=rita, inputs=inputs))
    await running.command(
        DecideAuthority(actor=lea, authority="ico", verdict="notify", note=running.note("A risk to 1,840 people."))
    )
    await told(running, "what_happened", "Passwords stolen elsewhere were tried here.")
    await running.age(hours=40)
    first = await handed_in(running, "ico", 39)
    await told(running, "how_occurred", "No second factor was asked for.")
    second = await handed_in(running, "ico", 39.5)
    await running.age(hours=50)  # people in Ireland are found when the time is over
    counts = {"GB": CountInput(low=1840, high=1840), "IE": CountInput(low=4, high=6)}
    await running.command(SetAffected(actor=rita, affected=counts))
    await running.until(lambda one: 0 in one.hours())
    await running.command(ExplainDelay(actor=rita, note=running.note("They were found on the fourth day.")))
    late = await handed_in(running, "ie", 90)
    await running.command(DecidePeople(actor=lea, verdict="notify", note=running.note("A high risk for some.")))
    for step in running.state.steps:
        await running.command(ChangeStep(actor=rita, step=step, state="done"))
    await running.command(CloseBreach(actor=lea, note=running.note("Ask for a second factor.")))
    assert running.state.outcome is BreachOutcome.NOTIFIED
    await running.age(minutes=11)
    await running.handle.result()
    return [first, second, late]
