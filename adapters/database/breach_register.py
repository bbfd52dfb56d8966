"""The register of breaches (Article 33(5)): facts, effects, what was done, who was told, and why not; rehearsals are not in it.

Next: `api/v1/breaches.py`
"""

from datetime import datetime
from uuid import UUID

from adapters.database.breach_reader import BreachFilter, BreachReader, BreachView
from adapters.resources import Resources
from adapters.row_text import csv_header, encode
from domain.breach import BreachState

_EVERY = 100_000  # breaches of one controller
EVERYTHING = BreachFilter()
COLUMNS = (
    "reference", "status", "outcome", "role", "first_alert_at", "aware_at", "provisional", "opened_at", "closed_at", "people_low",
    "people_high", "places", "severity", "score", "authorities", "people", "facts", "effects", "remedial_action", "reasons",
    "lessons",
)  # fmt: skip


def register_csv(resources: Resources, now: datetime, *, words: bool, wanted: BreachFilter = EVERYTHING) -> bytes:
    """The register, oldest first.

    Args:
        resources: of the process.
        now: UTC.
        words: False for whoever may see no words.
        wanted: what it is cut to; everything by default, rehearsals never.
    """
    reader = BreachReader(resources)
    views = reversed(reader.page(wanted, limit=_EVERY))
    rows = [tuple(_row(reader, view, now, words=words)) for view in views]
    return csv_header(COLUMNS) + encode(COLUMNS, rows)[1]


def _row(reader: BreachReader, view: BreachView, now: datetime, *, words: bool) -> list[object]:
    state = view.state
    said = reader.words(state.breach_id, _notes(state)) if words else {}
    rows = reader.clocks(state, now).rows
    low, high = (sum(getattr(people, end) for people in state.affected.values()) for end in ("low", "high"))
    told = [f"{row.authority} {row.notified_at.isoformat() if row.notified_at else row.state}" for row in rows]
    reasons = [f"{name}: {said.get(decision.note, '')}" for name, decision in state.decisions.items()]
    reasons += [f"people: {said.get(state.people.note, '')}"] if state.people else []
    return [
        view.dossier.reference,
        state.status.value,
        state.outcome.value if state.outcome else "",
        state.role,
        state.first_alert_at.isoformat() if state.first_alert_at else "",
        state.awareness.at.isoformat() if state.awareness else "",
        bool(state.awareness and state.awareness.provisional),
        view.dossier.opened_at.isoformat(),
        state.closed_at.isoformat() if state.closed_at else "",
        low,
        high,
        " ".join(sorted(state.affected)),
        state.severity.band if state.severity else "",
        state.severity.score if state.severity else "",
        "; ".join(told),
        state.people.verdict if state.people else "",
        _field(state, said, "what_happened") or said.get(state.summary or _NOBODY, ""),
        _field(state, said, "potential_consequences"),
        _field(state, said, "actions_taken"),
        "; ".join(reasons) if words else "",
        said.get(state.lessons or _NOBODY, ""),
    ]


_NOBODY = UUID(int=0)


def _field(state: BreachState, said: dict[UUID, str], name: str) -> str:
    field = state.fields.get(name)
    return said.get(field.note, "") if field and field.note else ""


def _notes(state: BreachState) -> list[UUID | None]:
    notes = [state.summary, state.lessons, *(decision.note for decision in state.decisions.values())]
    return [*notes, *(field.note for field in state.fields.values()), state.people.note if state.people else None]
