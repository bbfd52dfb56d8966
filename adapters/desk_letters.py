"""Mail from `email_templates/_desk`: to our own people about breaches and cases, and notices to many.

To our own people it says that something waits and where, never what happened: a mailbox may be part of what was breached. A
notice says what happened in the words of the desk, has no link to sign in, and no hint of anybody's content.
Next: `activities/breach_calls.py`
"""

from adapters.letters import Rendered, typeset

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
    "breach_reminder": frozenset({"reference", "link", "exercise", "due", "hours", "name"}),
    "case_carried_on": frozenset({"reference", "link", "name"}),
    "case_due": frozenset({"reference", "link", "due", "late", "name"}),
    "staff_notice": frozenset({"subject", "what", "what_now", "link", "name"}),
}


def desk_letter(name: str, variables: dict[str, object]) -> Rendered:
    """Render one.

    Raises:
        ValueError: a variable too many or too few.
    """
    if wrong := DESK_LETTERS[name] ^ variables.keys():
        raise ValueError(f"{name}: not the variables of this letter: {', '.join(sorted(wrong))}")
    return typeset(f"_desk/{name}", variables)
