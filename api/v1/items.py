"""`GET /cases/{reference}/items`: what was collected, one line per record or file, with what was decided of it.

A line tells nothing of the record but its place; the content is in the package. Looking is noted.
Next: api/v1/actions.py
"""

from typing import Annotated

from fastapi import APIRouter, Query

from adapters.collected import Collected
from adapters.database.item_decisions import standing_decisions
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.v1.models import ItemAnswer, ItemLines
from domain.withholding import Basis, ItemChoice

router = APIRouter(tags=["items"], route_class=GuardedRoute)

_Name = Annotated[str, Query(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


@router.get("/cases/{reference}/items")  # noqa: FAST003 (TheCase takes the reference)
def read_items(
    case: TheCase,
    who: TheCaller,
    web: TheWeb,
    *,
    system: _Name | None = None,
    collection: _Name | None = None,
    cursor: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ItemLines:
    """One entry per record or file of the last search, in the order of the data map; noted in the access log."""
    note_access(web, who, "items", case.receipt.case_id)
    if not case.state.run:
        return ItemLines(items=[])
    collected = Collected.open(web.resources, case.receipt.case_id, case.state.run)
    found, following = collected.page(cursor, limit, system=system, collection=collection)
    with web.resources.database.read() as session:
        decided = standing_decisions(session, case.receipt.case_id)
    lines = []
    for item in found:
        decision = decided.get(item.id)
        lines.append(
            ItemAnswer(
                id=item.id,
                system=item.system,
                collection=item.collection,
                decision=ItemChoice(decision.decision) if decision else ItemChoice.INCLUDE,
                basis=Basis(decision.basis) if decision and decision.basis else None,
            ),
        )
    return ItemLines(items=lines, next=None if following is None else str(following))
