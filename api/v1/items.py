"""`GET /cases/{reference}/items`: what was collected, one line per record or file, with what was decided of it.

A line tells nothing of the record but its place; the content is in the package. Looking is noted.
Next: api/v1/actions.py
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from adapters.database.item_decisions import Standing
from adapters.found_by_hand import everything_found
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.v1.deciding_many import sample
from api.v1.models import ItemAnswer, ItemDecided, ItemLines, SampleAnswer, SampleBody
from domain.authority import Action
from domain.withholding import Basis, ItemChoice

# The shapes that `docs/api.md` shows of this part.
MODELS: dict[str, type[BaseModel]] = {
    "`GET /cases/{reference}/items`, answer": ItemLines,
    "`POST /cases/{reference}/items/sample`, body": SampleBody,
    "`POST /cases/{reference}/items/sample`, answer": SampleAnswer,
    "`set_item_decision`, `set_decision_rule`, `weigh_third_person`, answer": ItemDecided,
}
# Refusals that its actions have beside those that all have.
ALSO: dict[Action, str] = {
    Action.SET_ITEM_DECISION: "stale-hash, with-legal",
    Action.SET_DECISION_RULE: "stale-hash",
    Action.UNDO_ITEM_DECISION: "stale-hash, with-legal",
    Action.REFER_TO_LEGAL: "with-legal",
    Action.DECIDE_PRIVILEGE: "stale-hash",
}
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
    collected = everything_found(web.resources, case.state, case.state.run)
    found, following = collected.page(cursor, limit, system=system, collection=collection)
    with web.resources.database.read() as session:
        vault = web.resources.vault.case(case.receipt.case_id)
        standing = Standing.read(session, vault, only=[item.id for item in found])
    lines = []
    for item in found:
        decision = standing.of(item.id, item.row)
        lines.append(
            ItemAnswer(
                id=item.id,
                system=item.system,
                collection=item.collection,
                position=item.position,
                decision=decision.choice if decision else ItemChoice.INCLUDE,
                basis=Basis(decision.basis) if decision and decision.basis else None,
            ),
        )
    return ItemLines(items=lines, next=None if following is None else str(following))


@router.post("/cases/{reference}/items/sample")  # noqa: FAST003
def read_sample(body: SampleBody, case: TheCase, who: TheCaller, web: TheWeb) -> SampleAnswer:
    """The items to look at before a rule over them is made, and what is decided of all of them now; noted in the access log."""
    note_access(web, who, "items", case.receipt.case_id)
    return sample(web.resources, case, body.system, body.collection, body.condition)
