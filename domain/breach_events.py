"""The vocabulary of what can happen to a breach, as an authority would read it. Next: `domain/breach_folding.py`."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.events import Event, Fact
from domain.texts import Name, PersonId


class BreachTag(StrEnum):
    """Every event there is. A retired tag stays here as a comment, so that old records can be read."""

    OPENED = "breach:alert:opened"
    RESUMED = "breach:workflow:resumed"
    PAGED = "breach:alert:paged"
    ACKNOWLEDGED = "breach:alert:acknowledged"
    AWARENESS_SET = "breach:awareness:set"
    AFFECTED_CHANGED = "breach:affected:changed"
    LAND_CHOSEN = "breach:affected:land_chosen"
    LEAD_SET = "breach:lead:set"
    STEP_CHANGED = "breach:step:changed"
    EVIDENCE_FROZEN = "breach:evidence:frozen"
    EVIDENCE_ADDED = "breach:evidence:added"
    TASK_ADDED = "breach:task:added"
    TASK_DONE = "breach:task:done"
    FACT_ADDED = "breach:fact:added"
    ASSESSED = "breach:severity:assessed"
    AUTHORITY_DECIDED = "breach:authority:decided"
    PEOPLE_DECIDED = "breach:people:decided"
    ADVICE_GIVEN = "breach:advice:given"
    OTHER_ADDED = "breach:other:added"
    OTHER_TOLD = "breach:other:told"
    OTHER_DUE = "breach:other:due"
    FIELD_SET = "breach:field:set"
    REPORT_PREPARED = "breach:report:prepared"
    REPORT_FROZEN = "breach:report:frozen"
    REPORT_FAILED = "breach:report:failed"
    REPORT_APPROVED = "breach:report:approved"
    REPORT_SENT = "breach:report:sent"
    DELAY_EXPLAINED = "breach:delay:explained"
    HANDED_OVER = "breach:lead:handed_over"
    CASE_LINKED = "breach:case:linked"
    NOTICE_LINKED = "breach:notice:linked"
    REMINDED = "breach:deadline:approaching"
    TIME_PASSED = "breach:deadline:passed"
    CONTAINED = "breach:containment:finished"
    DISMISSED = "breach:outcome:not_a_breach"
    CLOSED = "breach:outcome:closed"
    REOPENED = "breach:outcome:reopened"
    WORK_FAILED = "breach:work:failed"


class BreachDraft(BaseModel):
    """An event that was decided and has no number yet."""

    model_config = ConfigDict(frozen=True)

    tag: BreachTag
    facts: dict[Name, Fact] = {}
    actor: PersonId = "system"


class BreachEvent(Event):
    """One thing that happened to one breach."""

    tag: BreachTag
