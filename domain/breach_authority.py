"""Every action on a breach and who may take it: one table, asked at the door and again in the workflow.

The controller's authorised person decides, responders prepare, the data protection officer advises (Article 38(6)).
Next: `domain/breach_commands.py`
"""

from enum import StrEnum

from domain.rights import Role


class BreachAction(StrEnum):
    """What people may wish of a breach; the names are the JSON API's."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM_AWARENESS = "confirm_awareness"
    SET_AFFECTED = "set_affected"
    CHOOSE_LAND = "choose_land"
    SET_LEAD = "set_lead"
    CHANGE_STEP = "change_step"
    FREEZE_EVIDENCE = "freeze_evidence"
    ADD_EVIDENCE = "add_evidence"
    ADD_TASK = "add_task"
    COMPLETE_TASK = "complete_task"
    ADD_FACT = "add_fact"
    ASSESS = "assess"
    DECIDE_AUTHORITY = "decide_authority"
    DECIDE_PEOPLE = "decide_people"
    ADVISE = "advise"
    ADD_OTHER = "add_other"
    RECORD_TOLD = "record_told"
    SET_FIELD = "set_field"
    SET_FIELDS = "set_fields"
    PREPARE_REPORT = "prepare_report"
    APPROVE_REPORT = "approve_report"
    RECORD_SENT = "record_sent"
    EXPLAIN_DELAY = "explain_delay"
    HAND_OVER = "hand_over"
    LINK_CASE = "link_case"
    CONTAIN = "contain"
    DISMISS = "dismiss"
    CLOSE = "close"
    REOPEN = "reopen"


_DESK = frozenset({Role.BREACH_RESPONDER, Role.PRIVACY_LEAD})
_LEAD = frozenset({Role.PRIVACY_LEAD})
_ANYBODY = _DESK | {Role.CASEWORKER, Role.REVIEWER, Role.DPO}
_DECIDERS = {
    BreachAction.DECIDE_AUTHORITY,
    BreachAction.DECIDE_PEOPLE,
    BreachAction.APPROVE_REPORT,
    BreachAction.DISMISS,
    BreachAction.CLOSE,
    BreachAction.REOPEN,
}

ROLES: dict[BreachAction, frozenset[Role]] = {
    **dict.fromkeys(BreachAction, _DESK),
    **dict.fromkeys(_DECIDERS, _LEAD),
    # Whoever has seen something may add it; whoever is called may answer.
    BreachAction.ACKNOWLEDGE: _DESK | {Role.DPO},
    BreachAction.ADD_FACT: _ANYBODY,
    BreachAction.ADD_EVIDENCE: _ANYBODY,
    BreachAction.LINK_CASE: _ANYBODY,
    BreachAction.ADVISE: frozenset({Role.DPO}),
}

# What an API key may do only where decisions by key are allowed.
DECISIONS = frozenset(_DECIDERS)
