"""What is read alike of a breach and of a notice: the history, and the answer to a command that took longer.

Next: `api/v1/breaches.py`
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.concurrency import run_in_threadpool

from adapters.database.breach_reader import DossierReader
from adapters.database.breach_tables import DossierCommand
from adapters.resources import Resources
from api.dependencies import DeskDoor
from api.v1.breach_models import DossierEventAnswer, DossierEventLines
from api.v1.models import CommandAnswer
from domain.errors import UnknownObjectError

_EVENTS_AT_ONCE = 500


def dossier_events(reader: DossierReader, dossier_id: UUID, cursor: int) -> DossierEventLines:
    """A page of the history in its own order, after a sequence."""
    rows = reader.events(dossier_id, cursor, _EVENTS_AT_ONCE)
    items = [
        DossierEventAnswer(sequence=row.sequence, tag=row.tag, at=row.at, actor=row.actor, facts=row.facts, hash=row.hash)
        for row in rows
    ]
    return DossierEventLines(items=items, next=str(rows[-1].sequence) if len(rows) == _EVENTS_AT_ONCE else None)


async def command_answered(  # noqa: PLR0917 (what an answer is made of)
    resources: Resources, door: DeskDoor, reader: DossierReader, command: str, dossier_id: UUID, answer: Callable[[], Any]
) -> Any:  # noqa: ANN401 (each kind's own answer)
    """The dossier as it is after a command, or 202 while nobody has answered it.

    Raises:
        UnknownObjectError: no such command was handed in for this dossier. DomainError: the workflow refused it.
    """
    if not await run_in_threadpool(_handed_in, resources, command, dossier_id):
        raise UnknownObjectError
    if not await run_in_threadpool(reader.happened, dossier_id, command):
        try:
            done = await door.answer_of(dossier_id, command)
        except UnknownObjectError:
            done = None
        if done is None:
            return Response(CommandAnswer(command=command).model_dump_json(), 202, media_type="application/json")
    return await run_in_threadpool(answer)


def _handed_in(resources: Resources, command: str, dossier_id: UUID) -> bool:
    with resources.database.read() as session:
        row = session.get(DossierCommand, command)
    return row is not None and row.dossier_id == dossier_id
