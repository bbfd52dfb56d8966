"""The reasons that commands carry: sealed notes, of which only the id travels. Serves `domain/decisions.py`."""

from domain.commands import CommandBase
from domain.errors import InvalidInputError
from domain.events import Fact


def noted(command: CommandBase, **facts: Fact) -> dict[str, Fact]:
    """The facts of an event with the id of the command's note, if it has one."""
    return {**facts, "note": str(command.note)} if command.note else dict(facts)


def need_reason(command: CommandBase) -> None:
    """Refuse a command without a note.

    Raises:
        InvalidInputError: there is none. Facts: field.
    """
    if command.note is None:
        raise InvalidInputError("This decision needs a reason.", field="reason")
