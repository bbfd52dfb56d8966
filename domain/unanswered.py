"""Since when words of the person wait for an answer: their page promises one to whoever writes there.

What answers a question of ours waits for nothing more.
Next: adapters/database/queue_projection.py
"""

from datetime import datetime

from domain.case import CaseState
from domain.events import CaseEvent, Tag


def written(event: CaseEvent) -> bool:
    """Whether the person wrote of their own accord: on their page, or by mail."""
    return event.tag is Tag.MESSAGE_RECEIVED or (event.tag is Tag.MESSAGE_SENT and not event.actor.startswith("caseworker:"))


def waiting_since(state: CaseState, event: CaseEvent) -> datetime | None:
    """When the oldest words came that nobody has answered once this event has happened.

    A message to the person answers them, and so does somebody who says that they need no answer; a look does not.
    """
    if event.tag is Tag.MESSAGE_SETTLED or (event.tag is Tag.MESSAGE_SENT and event.actor.startswith("caseworker:")):
        return None
    asked = event.tag is Tag.MESSAGE_RECEIVED and state.clarification_open
    return state.unanswered or (event.at if written(event) and not asked else None)
