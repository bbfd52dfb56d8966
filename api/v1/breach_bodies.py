"""The body of every action on a breach. Next: `api/v1/breaches.py`."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.v1.bodies import Words
from api.v1.desk_bodies import ActionBody
from api.v1.dossier_bodies import Table, Told, shapes
from domain.breach import Standing
from domain.breach_authority import BreachAction
from domain.breach_commands import BreachCommand
from domain.texts import Name

Person = Annotated[str, StringConstraints(min_length=3, max_length=320)]
_WHO = "e-mail address of a caseworker, or the id that answers name"
_KEY = "2f1f0a3e-5f43-4c1b-9a53-0c1d5f0e8a11"
_TEXT = Told("text", needed=True, meaning="kept sealed")
_MAY = Told(needed=False)
_MUST = Told()


class FieldBody(ActionBody):
    """One field of the reports."""

    field: Name
    standing: Standing
    value: Words | None = Field(None, description="what is known; a code where the form gives choices; kept sealed")


_TABLE = Table(
    told={
        BreachAction.CONFIRM_AWARENESS: _MUST,
        BreachAction.SET_AFFECTED: _MAY,
        BreachAction.CHOOSE_LAND: _MUST,
        BreachAction.CHANGE_STEP: _MAY,
        BreachAction.FREEZE_EVIDENCE: _MAY,
        BreachAction.ADD_EVIDENCE: Told("text", needed=False, meaning="what it shows; kept sealed"),
        BreachAction.ADD_TASK: _TEXT,
        BreachAction.COMPLETE_TASK: _MAY,
        BreachAction.ADD_FACT: _TEXT,
        BreachAction.ASSESS: _MAY,
        BreachAction.DECIDE_AUTHORITY: _MUST,
        BreachAction.DECIDE_PEOPLE: _MUST,
        BreachAction.ADVISE: _TEXT,
        BreachAction.ADD_OTHER: Told("text", meaning="who it is and how they are reached; kept sealed"),
        BreachAction.RECORD_TOLD: _MAY,
        BreachAction.SET_FIELD: Told("value", needed=False, meaning="what is known; a code where the form gives choices"),
        BreachAction.APPROVE_REPORT: _MAY,
        BreachAction.RECORD_SENT: Told(needed=False, meaning="why it went without approval; needed then"),
        BreachAction.EXPLAIN_DELAY: _MUST,
        BreachAction.HAND_OVER: Told("text", meaning="where things stand; kept sealed"),
        BreachAction.LINK_CASE: _MAY,
        BreachAction.DISMISS: _MUST,
        BreachAction.CLOSE: Told("lessons", meaning="what was learnt; kept sealed"),
        BreachAction.REOPEN: _MUST,
    },
    also={BreachAction.RECORD_SENT: ("receipt",)},
    instead={
        BreachAction.ADD_EVIDENCE: {"evidence": None, "sha256": None, "bytes": None},
        BreachAction.PREPARE_REPORT: {"report": None},
        BreachAction.SET_LEAD: {
            "lead": (Person, Field(description=_WHO)),
            "deputy": (Person | None, Field(None, description=_WHO)),
        },
        BreachAction.HAND_OVER: {"lead": (Person, Field(description=_WHO))},
        BreachAction.CHANGE_STEP: {"owner": (Person | None, Field(None, description=_WHO))},
        BreachAction.ADD_TASK: {"owner": (Person | None, Field(None, description=_WHO))},
        BreachAction.LINK_CASE: {"case": (Person, Field(description="reference of the case"))},
        BreachAction.SET_FIELDS: {"fields": (Annotated[list[FieldBody], Field(min_length=1, max_length=60)], ...)},
    },
    files=frozenset({BreachAction.ADD_EVIDENCE}),
    examples={
        BreachAction.CONFIRM_AWARENESS: {"aware_at": "2026-11-22T13:05:00Z", "reason": "The log shows sign-ins that worked."},
        BreachAction.SET_AFFECTED: {"affected": {"GB": {"low": 1840, "high": 1840}, "DE-BE": {"low": 400, "high": 450}}},
        BreachAction.CHOOSE_LAND: {"land": "DE-BE", "reason": "Most of them pay from Berlin."},
        BreachAction.SET_LEAD: {"lead": "responder@demo.example", "deputy": "lead@demo.example"},
        BreachAction.CHANGE_STEP: {"step": "revoke_sessions", "state": "done"},
        BreachAction.FREEZE_EVIDENCE: {"systems": ["platform"]},
        BreachAction.ADD_TASK: {"text": "Call the insurer.", "owner": "responder@demo.example", "due_at": "2026-11-22T20:00:00Z"},
        BreachAction.COMPLETE_TASK: {"task": _KEY},
        BreachAction.ADD_FACT: {"happened_at": "2026-11-22T11:22:00Z", "zone": "Europe/London", "text": "First odd sign-ins."},
        BreachAction.ASSESS: {"inputs": {"category": "sensitive", "context": 4, "ease": "maximum", "malicious": True}},
        BreachAction.DECIDE_AUTHORITY: {"authority": "ico", "verdict": "notify", "reason": "Accounts were opened."},
        BreachAction.DECIDE_PEOPLE: {"verdict": "notify", "reason": "Their prompts may have been read."},
        BreachAction.ADVISE: {"text": "I advise to tell everybody."},
        BreachAction.ADD_OTHER: {"kind": "insurer", "due_at": "2026-11-22T20:00:00Z", "text": "Northgate, 020 7946 0177."},
        BreachAction.RECORD_TOLD: {"other": _KEY},
        BreachAction.SET_FIELD: {"field": "what_happened", "standing": "known", "value": "Stolen passwords were tried."},
        BreachAction.SET_FIELDS: {"fields": [{"field": "cyber_incident", "standing": "estimated", "value": "yes"}]},
        BreachAction.PREPARE_REPORT: {"authority": "ico"},
        BreachAction.APPROVE_REPORT: {"report": _KEY, "sha256": "9f" * 32},
        BreachAction.RECORD_SENT: {"report": _KEY, "sent_at": "2026-11-24T10:00:00Z", "receipt": "IC-123456-A1B2"},
        BreachAction.EXPLAIN_DELAY: {"reason": "The people in Portugal were found on Tuesday."},
        BreachAction.HAND_OVER: {"lead": "lead@demo.example", "text": "The ICO has the first report."},
        BreachAction.LINK_CASE: {"case": "HAB-7K3M9QXA"},
        BreachAction.DISMISS: {"reason": "A test account; nobody's data."},
        BreachAction.CLOSE: {"lessons": "Ask for a second factor."},
        BreachAction.REOPEN: {"reason": "More accounts were found."},
    },
)

BREACH_SHAPES: dict[Any, Any] = shapes(BreachCommand, _TABLE)
