"""`/console/cases/{reference}/package/{system}/{collection}/doubtful`: rows that only look like the person's (`security.md` I4).

They lie apart, are in no copy and led the search nowhere; a caseworker can see why they were left out. Nothing is decided here.
Next: adapters/collected.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from itertools import islice

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.console.cases import content, desk_reading, desk_seen, reading, shell
from api.console.cases.desk import Name, Start, note_look
from api.console.cases.desk_lines import letters_of
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.dependencies import TheWeb

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)


@router.get("/{reference}/package/{system}/{collection}/doubtful")
async def doubtful(  # noqa: PLR0917
    system: Name, collection: Name, web: TheWeb, who: TheCaseworker, case: TheOpenedCase, start: Start = 0
) -> Response:
    """Some rows of one collection, as they were found."""

    def page() -> Response:
        here = f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}/doubtful"
        note_look(web, who, case, here)
        read = reading.read(web, case)
        found = desk_reading.collection_of(web, read, system, collection)
        items = list(islice(found.doubtful_items(start), desk_seen.PAGE)) if start < found.doubtful else []
        end = start + len(items)
        return shell.show_case(
            web,
            who,
            read,
            "cases/doubtful.html",
            tab="systems",
            title=content.title_of(web, system, collection),
            here=here,
            system=system,
            total=found.doubtful,
            rows=[(item.position + 1, [(name, letters_of(value)) for name, value in item.row.items()]) for item in items],
            following=end if end < found.doubtful else None,
        )

    return await run_in_threadpool(page)
