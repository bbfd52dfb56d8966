"""One breach as the desk meets it thirty hours in, for the pages and the browser."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from adapters.database.breach_intake import IncomingBreach, open_breach, seal_note
from adapters.database.breach_reader import BREACH
from adapters.resources import Resources
from domain.breach import Count
from domain.breach_commands import Acknowledge, AddFact, AddOther, Assess, BreachCommand, ChangeStep, DecidePeople, SetField
from domain.breach_messages import BreachCall
from domain.breach_severity import SeverityInputs
from domain.commands import Actor
from domain.rights import Role
from tests.at_console import session_of
from tests.breach_gateway import BreachGateway


def stolen_passwords(resources: Resources) -> str:
    """Sign-ins with stolen passwords, thirty hours in; its reference."""
    _, dana = session_of(resources, Role.BREACH_RESPONDER, "Dana Whitfield")
    _, amara = session_of(resources, Role.PRIVACY_LEAD, "Amara Lewis")
    now = datetime.now(UTC)
    places = {"GB": (1840, 1840), "IE": (212, 212), "FR": (388, 388), "DE-BE": (431, 431), "DE": (141, 141), "XX": (28, 28)}
    alert = IncomingBreach(
        summary="Sign-ins with stolen passwords\nPasswords stolen elsewhere were tried here. 3,040 accounts were opened.",
        first_alert_at=now - timedelta(hours=30, minutes=48),
        affected={place: Count(low=low, high=high) for place, (low, high) in places.items()},
        caller=dana,
    )
    breach = open_breach(resources, alert, now - timedelta(hours=30)).view.dossier
    desk = BreachGateway(resources)
    desk.open(breach.id)

    def note(text: str) -> UUID:
        with resources.database.write() as session:
            return seal_note(session, resources.vault, breach.id, BREACH, author=dana, text=text, now=now)

    responder, lead = Actor(person=dana, role=Role.BREACH_RESPONDER), Actor(person=amara, role=Role.PRIVACY_LEAD)
    inputs = SeverityInputs(
        category="sensitive", context=4, ease="maximum", confidentiality="some", malicious=True, individuals=3040
    )
    seen = now - timedelta(hours=29)
    commands: list[BreachCommand] = [
        Acknowledge(actor=responder),
        AddOther(
            actor=responder, kind="insurer", due_at=now + timedelta(minutes=110), note=note("Northgate Cyber, 020 7946 0177.")
        ),
        AddOther(actor=responder, kind="police", note=note("Action Fraud, 0300 123 2040")),
        AddFact(actor=responder, happened_at=seen, zone="Europe/London", note=note("Odd sign-ins from one network.")),
        ChangeStep(actor=responder, step="reset_passwords", state="done"),
        SetField(actor=responder, field="what_happened", standing="known", note=note("Stolen passwords were tried.")),
        Assess(actor=responder, inputs=inputs),
        DecidePeople(actor=lead, verdict="notify", note=note("High risk for 96 people, risk for the others.")),
    ]
    for number, command in enumerate(commands):
        desk.act(breach.id, BreachCall(command_id=f"test:{number}", command=command))
    return breach.reference
