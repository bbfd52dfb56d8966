"""The door to BreachWorkflow. Next: `workflows/breach.py`."""

from uuid import UUID

from temporalio.client import Client

from adapters.database.breach_reader import BREACH, BreachReader, event_of_row, open_dossiers, unstarted_dossiers
from adapters.resources import Resources
from api.door import Carrier, Door
from domain.breach import BreachState, BreachStatus
from domain.breach_folding import fold_breach
from domain.breach_messages import BreachSnapshot, OpenBreach
from workflows.breach import BreachWorkflow
from workflows.ids import breach_workflow_id
from workflows.options import CASE_QUEUE, TASK_TIMEOUT

Breaches = Door[BreachState, BreachSnapshot]
_EVERY_EVENT = 100_000  # of one breach: a few hundred


def breaches(client: Client, resources: Resources) -> Breaches:
    """The door of one web process."""
    reader = BreachReader(resources)

    def folded(breach_id: UUID) -> BreachState | None:
        rows = reader.events(breach_id, 0, _EVERY_EVENT)
        return fold_breach(breach_id, [event_of_row(row) for row in rows]) if rows else None

    carrier = Carrier[BreachState, BreachSnapshot](
        kind=BREACH,
        run=BreachWorkflow.run,
        command=BreachWorkflow.command,
        queue=CASE_QUEUE,
        task_timeout=TASK_TIMEOUT,
        workflow_id=breach_workflow_id,
        opening=lambda breach_id, state: OpenBreach(breach_id=breach_id, state=state),
        folded=folded,
        has_ended=lambda state: state.status is BreachStatus.CLOSED,
        snapshot=BreachSnapshot,
        unstarted=lambda session, before: unstarted_dossiers(session, BREACH, before),
        unfinished=lambda session: open_dossiers(session, BREACH, [BreachStatus.CLOSED.value]),
        found_again=lambda breach_id: {"facts": {"dossier": str(breach_id)}},
    )
    return Door(client, resources, carrier)
