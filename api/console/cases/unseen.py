"""Where others' data came up, what nobody looked at leaves only with a word and a reason (Articles 15(4) and 32).

Which packages that is stands in decision 0040: a plain copy is released with one press. Next: api/console/cases/looked.py
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.database.case_reader import CaseView
from api.console.cases import content, reading
from api.console.cases.facts import CaseFacts
from api.console.cases.form_fields import FormField
from api.dependencies import Web
from domain.authority import Action
from domain.errors import InvalidInputError

APPROVALS: Final = frozenset({Action.APPROVE_PACKAGE, Action.APPROVE_PARTIAL_ANSWER})
ACCEPTED: Final = "released_unseen"


def approval(facts: CaseFacts) -> Action:
    """The approval that would come next."""
    partial = facts.state.partial
    return Action.APPROVE_PARTIAL_ANSWER if partial and not partial.approved else Action.APPROVE_PACKAGE


def left(web: Web, facts: CaseFacts, action: Action) -> tuple[int, int] | None:
    """How many items nobody looked at, of how many, where an approval needs a word about them; to be called in a thread."""
    part = facts.state.partial.package if facts.state.partial and action is Action.APPROVE_PARTIAL_ANSWER else None
    if action not in APPROVALS or not (part or facts.state.package):
        return None
    found = content.tree(web, facts, part)
    return (found.found - found.seen, found.found) if found.needs_looking else None


def fields(web: Web, facts: CaseFacts, action: Action) -> list[FormField]:
    """The box that is ticked before such a package leaves."""
    missing = left(web, facts, action)
    if missing is None:
        return []
    words = "I release it although {:,} of {:,} were seen by nobody".format(*missing)
    hint = (
        "Something in this package was kept back or could not be sorted by a program, so a person should look at every item, "
        "under Package. Whoever releases it all the same says why below."
    )
    return [FormField(ACCEPTED, "What nobody has looked at", hint, "boxes", (("yes", words),))]


def told(web: Web, case: CaseView, action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The command's own fields; how many left unseen goes into the reason, which the history shows.

    Raises:
        InvalidInputError: something that needs a look was seen by nobody, and the box or the reason is missing.
    """
    body = {name: value for name, value in given.items() if name != ACCEPTED}
    missing = left(web, reading.read(web, case), action)
    if missing is None:
        return body
    number, why = "{:,} of {:,}".format(*missing), "Say why it may leave although nobody looked at all of it."
    if not given.get(ACCEPTED):
        also = [] if given.get("reason") else [f"reason={why}"]
        raise InvalidInputError(f"{number} were seen by nobody. Look at them, or tick the box.", field=ACCEPTED, others=also)
    if not given.get("reason"):
        raise InvalidInputError(why, field="reason")
    return body | {"reason": f"Released although {number} were seen by nobody. {given['reason']}"}
