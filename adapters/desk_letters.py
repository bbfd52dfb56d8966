"""Mail to our own people: calls to whoever is on duty, reminders of breaches and of cases, from `email_templates/_desk`.

They say that something waits and where, never what happened: a mailbox may be part of what was breached.
Next: `activities/breach_calls.py`
"""

from adapters.letters import Rendered, typeset

# What each may name; a template that names more does not render.
DESK_LETTERS: dict[str, frozenset[str]] = {
    "breach_call": frozenset({"reference", "link", "exercise", "due", "number", "name", "phone"}),
    "breach_reminder": frozenset({"reference", "link", "exercise", "due", "hours", "name"}),
    "case_due": frozenset({"reference", "link", "due", "late", "name"}),
}


def desk_letter(name: str, variables: dict[str, object]) -> Rendered:
    """Render one.

    Raises:
        ValueError: a variable too many or too few.
    """
    if wrong := DESK_LETTERS[name] ^ variables.keys():
        raise ValueError(f"{name}: not the variables of this letter: {', '.join(sorted(wrong))}")
    return typeset(f"_desk/{name}", variables)
