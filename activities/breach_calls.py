"""Calls the people on duty about a breach until one answers, and reminds whoever leads of the hours left (Article 33(1)).

By mail, and by the webhook of the settings for whatever wakes people: two activities, so that neither waits for the other when
it is dead. Both carry the reference and a link and nothing of what happened. A retry sends the same Message-ID.
Next: `adapters/webhook.py`
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.database.breach_tables import Dossier, DossierRecord
from adapters.database.tables import Caseworker
from adapters.desk_post import send_to_desk, staff_with
from adapters.letter_words import moment
from adapters.resources import Resources
from adapters.webhook import post_webhook
from domain.breach import BreachState, OtherKind
from domain.breach_choices import OTHERS
from domain.breach_messages import Called, CallOnDuty, RemindOfBreach, RingWebhook
from domain.breach_rows import clocks_of
from domain.errors import UnknownObjectError
from domain.regimes import zone_of
from domain.rights import Role


class BreachCalls:
    """Reaches our own people.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def call_on_duty(self, message: CallOnDuty) -> Called:
        """Call the next person on the list by mail; nobody when there is nobody to call."""
        with self._resources.database.read() as session:
            dossier, state = self._read(session, message.breach_id)
            people = self._on_duty(session)
        with beating():
            person = people[(message.number - 1) % len(people)] if people else None
            if person is not None:
                facts = self._facts(dossier, state, person) | {
                    "number": message.number,
                    "phone": self._resources.datamap.controller.contacts.phone,
                }
                send_to_desk(self._resources, "breach_call", dossier.id, person, number=message.number, facts=facts)
        return Called(person=f"caseworker:{person.id}" if person else None)

    @activity.defn
    @translated
    def ring_webhook(self, message: RingWebhook) -> None:
        """Tell the webhook, if there is one."""
        settings = self._resources.settings
        if settings.on_call_webhook is None:
            return
        with self._resources.database.read() as session:
            dossier, state = self._read(session, message.breach_id)
        link = f"{settings.public_url.rstrip('/')}/console/breaches/{dossier.reference}"
        body: dict[str, str | int] = {
            "reference": dossier.reference,
            "kind": message.kind,
            "number": message.number,
            "link": link,
        }
        with beating():
            post_webhook(settings, settings.on_call_webhook, body | ({"exercise": 1} if state.exercise else {}))

    @activity.defn
    @translated
    def remind_of_breach(self, message: RemindOfBreach) -> Called:
        """Tell how many hours are left; when none are, the data protection officer too."""
        with self._resources.database.read() as session:
            dossier, state = self._read(session, message.breach_id)
            people = self._leading(session, state)
            if message.hours == 0:
                people += [*staff_with(session, Role.DPO)]
        people = list({person.id: person for person in people}.values())
        with beating():
            for person in people:
                facts = self._facts(dossier, state, person) | {"hours": message.hours, "whom": "the first authority"}
                about = dossier.id
                if message.other is not None:
                    about, party = message.other, state.others[message.other]
                    facts |= {"whom": _named(party.kind), "due": self._told(party.due_at)}
                send_to_desk(self._resources, "breach_reminder", about, person, number=message.hours, facts=facts)
        return Called(person=f"caseworker:{people[0].id}" if people else None)

    def _read(self, session: Session, breach_id: object) -> tuple[Dossier, BreachState]:
        dossier, record = session.get(Dossier, breach_id), session.get(DossierRecord, breach_id)
        if dossier is None or record is None:
            raise UnknownObjectError(breach=str(breach_id))
        return dossier, BreachState.model_validate(record.state)

    def _on_duty(self, session: Session) -> list[Caseworker]:
        named = [address.strip().lower() for address in (self._resources.settings.on_call or "").split(",") if address.strip()]
        if named:
            everybody = session.exec(select(Caseworker).where(col(Caseworker.active))).all()
            found = {person.email.lower(): person for person in everybody}
            people = [found[address] for address in named if address in found]
            if people:  # addresses of whom nobody is left call everybody, and not nobody
                return people
        return [*staff_with(session, Role.BREACH_RESPONDER), *staff_with(session, Role.PRIVACY_LEAD)]

    def _leading(self, session: Session, state: BreachState) -> list[Caseworker]:
        leading = {person.removeprefix("caseworker:") for person in (state.lead, state.deputy) if person}
        everybody = session.exec(select(Caseworker).where(col(Caseworker.active))).all()
        return [person for person in everybody if str(person.id) in leading] or self._on_duty(session)

    def _facts(self, dossier: Dossier, state: BreachState, person: Caseworker) -> dict[str, object]:
        settings, country = self._resources.settings, self._resources.datamap.controller.country
        due = clocks_of(state, seat=country, as_of=datetime.now(UTC)).first_due
        return {
            "reference": dossier.reference,
            "link": f"{settings.public_url.rstrip('/')}/console/breaches/{dossier.reference}",
            "exercise": state.exercise,
            "due": self._told(due),
            "name": person.name,
        }

    def _told(self, due: datetime | None) -> str:
        zone = ZoneInfo(zone_of(self._resources.datamap.controller.country) or "UTC")
        return moment(due, zone) if due else "no fixed time"


def _named(kind: OtherKind) -> str:
    word = OTHERS[kind]
    return "somebody else on your list" if kind == "other" else f"the {word if word.startswith('EU') else word.lower()}"
