"""Bodies of the actions on breaches and notices, made from their commands: words in the place of a note's id.

The manner of `api/v1/bodies.py`, as one function over a table, since two kinds of dossier need it.
Next: `api/v1/dossier_actions.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from pydantic import Field, create_model

from api.v1.bodies import Words
from api.v1.desk_bodies import ActionBody, Reason
from domain.commands import CommandBase


@dataclass(frozen=True)
class DossierShape:
    """One action.

    Args:
        command: its model.
        body: model of its JSON.
        words: the body's field that becomes the command's sealed note, if it has one.
        also: further fields of words, each a note of its own under the same name.
        files: whether it takes one file, as multipart.
        example: a body as a client would send it.
    """

    command: type[CommandBase]
    body: type[ActionBody]
    words: str | None
    also: tuple[str, ...]
    files: bool
    example: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What an action says in words.

    Args:
        field: the name in the body.
        needed: whether it has to be there; the workflow asks again.
        meaning: for the page of the API.
    """

    field: str = "reason"
    needed: bool = True
    meaning: str = "kept sealed"


@dataclass(frozen=True)
class Table:
    """Everything that commands alone do not say.

    Args:
        told: per action; an action that is not here takes no words.
        also: per action, the fields of its command that are notes as well.
        instead: fields of a command that a client cannot know, and what it sends in their place; None: nothing.
        files: actions that take a file.
        examples: bodies.
    """

    told: Mapping[StrEnum, Told]
    also: Mapping[StrEnum, tuple[str, ...]]
    instead: Mapping[StrEnum, dict[str, Any]]
    files: frozenset[StrEnum]
    examples: Mapping[StrEnum, dict[str, Any]]


def shapes(union: Any, table: Table) -> dict[Any, DossierShape]:  # noqa: ANN401 (an annotated union of commands)
    """Every action of a union of commands."""
    commands: list[type[CommandBase]] = list(get_args(get_args(union)[0]))
    return {command.model_fields["action"].default: _shape(command, table) for command in commands}


def _shape(command: type[CommandBase], table: Table) -> DossierShape:
    action = command.model_fields["action"].default
    own = [name for name in command.model_fields if name not in CommandBase.model_fields and name != "action"]
    fields: dict[str, Any] = {name: (command.model_fields[name].annotation, command.model_fields[name]) for name in own}
    for name in table.also.get(action, ()):
        fields[name] = (Words | None, Field(None, description="kept sealed"))
    told = table.told.get(action)
    if told is not None:
        kind: Any = Words if told.field != "reason" else Reason
        given = (kind, Field(description=told.meaning)) if told.needed else (kind | None, Field(None, description=told.meaning))
        fields[told.field] = given
    fields |= table.instead.get(action, {})
    name = f"{command.__name__}Body"
    kept = {field: value for field, value in fields.items() if value is not None}
    body = create_model(name, __base__=ActionBody, __doc__=command.__doc__, **kept)
    return DossierShape(
        command=command,
        body=body,
        words=told.field if told else None,
        also=table.also.get(action, ()),
        files=action in table.files,
        example=table.examples.get(action, {}),
    )
