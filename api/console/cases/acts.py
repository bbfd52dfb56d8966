"""The commands of a case as forms: what each is called, two sentences of guidance with the article, its button.

A command that has no words yet gets plain ones. Next: api/console/cases/form_fields.py
"""

from typing import Final

from api.console.cases.act_content import CONTENT
from api.console.cases.act_course import COURSE
from api.console.cases.act_identity import IDENTITY
from api.console.cases.act_rights import RIGHTS
from api.console.cases.act_shape import Act
from domain.authority import Action

# A sign-in within five minutes: what cannot be undone, and what says who somebody is (`security.md` section 4, "F").
FRESH: Final = frozenset(
    {
        Action.APPROVE_PACKAGE,
        Action.APPROVE_REFUSAL,
        Action.APPROVE_PARTIAL_ANSWER,
        Action.APPROVE_ERASURE,
        Action.APPROVE_RECTIFICATION,
        Action.LIFT_RESTRICTION,
        Action.RETURN_FOR_REWORK,
        Action.ANNOUNCE_ALONE,
        Action.RECORD_AFTER_CHECK,
        Action.CONFIRM_IDENTITY,
        Action.REQUEST_MORE_IDENTITY,
        Action.HOLD,
        Action.RELEASE,
        Action.CLOSE,
    },
)

ACTS: Final[dict[Action, Act]] = {**IDENTITY, **CONTENT, **RIGHTS, **COURSE}


def act_of(action: Action) -> Act:
    """A command in words; plain ones where nobody has written any."""
    if action in ACTS:
        return ACTS[action]
    words = action.value.replace("_", " ").capitalize()
    return Act(words, words, "Say why; the reason stands in the case.", words, "Done.")
