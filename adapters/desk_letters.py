"""Mail from `email_templates/_desk`: to our own people about breaches and cases, and notices to many.

To our own people it says that something waits and where, never what happened: a mailbox may be part of what was breached. A
notice says what happened in the words of the desk, has no link to sign in, and no hint of anybody's content.
Next: `activities/breach_calls.py`
"""

from pathlib import Path

import jinja2
import structlog

from adapters.letters import Rendered, lacks_page, typeset
from domain.errors import InvalidInputError

_NOTICE = (
    "labels", "language", "controller", "reference", "parts", "subject", "authority", "check_link", "delete_link", "version",
    "updated", "policy_url", "contact", "representative",
)  # fmt: skip
# What each may name; a template that names more does not render.
DESK_LETTERS: dict[str, frozenset[str]] = {
    "audit_head": frozenset(
        {"reference", "day", "install", "previous", "root", "streams", "entries", "first_half", "second_half"},
    ),
    "inactive_account": frozenset({"reference", "controller", "until", "again", "contact"}),
    "breach_call": frozenset({"reference", "link", "exercise", "due", "number", "name", "phone"}),
    "breach_notice": frozenset(_NOTICE),
    "policy_notice": frozenset(_NOTICE),
    "notice_answer": frozenset({"labels", "language", "controller", "reference", "lines", "subject", "affected_link"}),
    "breach_reminder": frozenset({"reference", "link", "exercise", "due", "hours", "whom", "name"}),
    "case_carried_on": frozenset({"reference", "link", "name"}),
    "case_due": frozenset({"reference", "link", "due", "late", "name"}),
    "staff_notice": frozenset({"subject", "what", "what_now", "link", "name"}),
}


TO_PEOPLE = frozenset({"breach_notice", "policy_notice", "notice_answer", "inactive_account"})
_log = structlog.get_logger("letters")


def desk_letter(name: str, variables: dict[str, object], own: Path | None) -> Rendered:
    """Render one, in the controller's own words and frames where there are some (`HABEAS_LETTERS/_desk`).

    A mail to our own people always goes out: where the controller's cannot be rendered, ours does. What goes to people stops.

    Raises:
        ValueError: a variable too many or too few.
        InvalidInputError: the controller's own letter to people cannot be rendered.
    """
    try:
        return rendered_as_written(name, variables, own)
    except jinja2.TemplateError as failure:
        if own is None:
            raise
        if name in TO_PEOPLE:
            raise InvalidInputError(
                f"Your own letter {name} cannot be sent as it is written: run habeas letters check.", field="letter"
            ) from None
        _log.exception("own letter cannot be rendered", letter=name, reason=type(failure).__name__)
        return typeset(f"_desk/{name}", variables)


def rendered_as_written(name: str, variables: dict[str, object], own: Path | None) -> Rendered:
    """As `desk_letter`, for previews and checks: what is wrong is said.

    Raises:
        ValueError: a variable too many or too few.
        jinja2.TemplateError: a template names something that is not there, or there is a text and no page.
    """
    if wrong := DESK_LETTERS[name] ^ variables.keys():
        raise ValueError(f"{name}: not the variables of this letter: {', '.join(sorted(wrong))}")
    if lacks_page(f"_desk/{name}", own):
        raise jinja2.TemplateError("there is a body.txt and no body.html: write both")
    return typeset(f"_desk/{name}", variables, own=own)
