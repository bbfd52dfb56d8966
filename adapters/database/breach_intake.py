"""Opens breaches: a breach is reported when its dossier is committed, whatever else is up or down (design principle 2).

Next: `api/breaches.py`, which starts the workflow.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from adapters.database.breach_reader import BREACH, BreachReader, BreachView
from adapters.database.breach_tables import Dossier, DossierNote
from adapters.database.intake import ALPHABET
from adapters.resources import Resources
from adapters.vault import DossierPurpose, Vault
from domain.breach import Count, OtherKind, PartyRole
from domain.breach_clock import breach_clock
from domain.breach_decisions import check_place
from domain.breach_facts import affected_facts
from domain.datamap_parts import Controller
from domain.errors import IdempotencyMismatchError, InvalidInputError
from domain.texts import Place


class IncomingBreach(BaseModel):
    """What was reported.

    Args:
        summary: in the words of whoever reports it.
        first_alert_at: when the first sign reached the controller; the provisional clock starts here.
        aware_at: when there was reasonable certainty, if that is known already.
        case: the case in which it was found, for a copy that reached the wrong person.
    """

    summary: str
    first_alert_at: datetime
    aware_at: datetime | None = None
    affected: dict[Place, Count] = {}
    role: PartyRole = "controller"
    contract_hours: int | None = None
    exercise: bool = False
    case: UUID | None = None
    caller: str
    idempotency_key: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True)
class OpenedBreach:
    """A breach that was opened; `created` is False when the same report was handed in before."""

    view: BreachView
    created: bool


def open_breach(resources: Resources, incoming: IncomingBreach, now: datetime) -> OpenedBreach:
    """Commit a dossier and answer with it.

    Raises:
        InvalidInputError: an instant in the future or before the GDPR, a place that does not exist.
        IdempotencyMismatchError: the key came with another body before.
    """
    _check(incoming, now)
    reader = BreachReader(resources)
    if (before := _before(resources, incoming)) is not None:
        return OpenedBreach(reader.get(before), created=False)
    breach_id = uuid4()
    resources.vault.make_dossier_key(breach_id, BREACH)
    try:
        with resources.database.write() as session:
            note = uuid4()
            others = {uuid4(): other for other in _others(resources.datamap.controller, incoming)}
            session.add(_dossier(breach_id, incoming, note, now, others))
            session.flush()
            for key, other in others.items():
                seal_note(session, resources.vault, breach_id, BREACH, author="system", text=other.text, now=now, key=key)
            seal_note(
                session, resources.vault, breach_id, BREACH, author=incoming.caller, text=incoming.summary, now=now, key=note
            )
    except IntegrityError:
        if (before := _before(resources, incoming)) is not None:
            return OpenedBreach(reader.get(before), created=False)
        raise
    return OpenedBreach(reader.get(breach_id), created=True)


def seal_note(
    session: Session,
    vault: Vault,
    dossier_id: UUID,
    purpose: DossierPurpose,
    *,
    author: str,
    text: str,
    now: datetime,
    key: UUID | None = None,
) -> UUID:
    """Seal words that somebody wrote about a breach or a notice; gives back the id that travels."""
    note = DossierNote(id=key or uuid4(), dossier_id=dossier_id, author=author, text=b"", created_at=now)
    note.text = vault.dossier(dossier_id, purpose).seal("dossier_note", "text", str(note.id), text.encode())
    session.add(note)
    return note.id


def new_reference(mark: str) -> str:
    """A reference that tells by its first sign what it belongs to: B a breach, N a notice."""
    return f"HAB-{mark}" + "".join(secrets.choice(ALPHABET) for _ in range(7))


def _check(incoming: IncomingBreach, now: datetime) -> None:
    for field in ("first_alert_at", "aware_at"):
        instant: datetime | None = getattr(incoming, field)
        if instant is not None and instant > now:
            raise InvalidInputError("This instant lies in the future.", field=field)
    breach_clock(incoming.first_alert_at)  # refuses an instant before the GDPR applied
    for place, people in incoming.affected.items():
        check_place(place)
        if people.low > people.high:
            raise InvalidInputError("A range goes from the lower to the higher number.", field="affected")


@dataclass(frozen=True)
class _Other:
    """Somebody else to tell, from the data map."""

    kind: OtherKind
    due_at: datetime | None
    text: str


def _others(controller: Controller, incoming: IncomingBreach) -> list[_Other]:
    """Whose clock starts with the breach: everybody with hours of their own, and the representative in the Union (Article 27)."""
    found = [
        _Other(contact.kind, incoming.first_alert_at + timedelta(hours=contact.within_hours), contact.line)
        for contact in controller.incident_contacts
        if contact.within_hours and contact.kind != "colleague" and contact.kind != "processor"  # noqa: PLR1714 (narrows the type)
    ]
    representative = controller.representative
    if representative is not None and not any(other.kind == "representative" for other in found):
        found.append(_Other("representative", None, f"{representative.name}, {representative.email}"))
    return found


def _dossier(breach_id: UUID, incoming: IncomingBreach, note: UUID, now: datetime, others: Mapping[UUID, _Other]) -> Dossier:
    opening: dict[str, Any] = {
        "first_alert_at": incoming.first_alert_at.astimezone(UTC).isoformat(),
        "role": incoming.role,
        "affected": affected_facts(incoming.affected),
        "exercise": incoming.exercise,
        "summary": str(note),
    }
    if others:
        opening["others"] = [
            f"{other.kind}:{key}:{other.due_at.astimezone(UTC).isoformat() if other.due_at else ''}"
            for key, other in others.items()
        ]
    if incoming.contract_hours:
        opening["contract_hours"] = incoming.contract_hours
    if incoming.case:
        opening["case"] = str(incoming.case)
    if incoming.aware_at:
        opening["aware_at"] = incoming.aware_at.astimezone(UTC).isoformat()
    return Dossier(
        id=breach_id,
        kind=BREACH,
        reference=new_reference("B"),
        opened_at=now,
        opening=opening,
        caller=incoming.caller,
        idempotency_key=incoming.idempotency_key,
        body_hash=incoming.body_hash,
    )


def _before(resources: Resources, incoming: IncomingBreach) -> UUID | None:
    if incoming.idempotency_key is None:
        return None
    query = select(Dossier).where(Dossier.caller == incoming.caller, Dossier.idempotency_key == incoming.idempotency_key)
    with resources.database.read() as session:
        row = session.exec(query).first()
    if row is None:
        return None
    if row.body_hash != incoming.body_hash:
        raise IdempotencyMismatchError
    return row.id
