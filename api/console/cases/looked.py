"""Nothing was found: asked before it counts are who looked and where, and it is kept with the task (design, principle 6).

A search that no program made leaves no receipt but this; whoever approves the answer reads it.
Next: api/console/cases/deeds.py
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData

from adapters.database.case_reader import CaseView
from api.console.cases import unseen
from api.console.cases.card import Looking
from api.console.cases.facts import CaseFacts
from api.console.cases.form_fields import FormField
from api.console.queue import colleagues
from api.console.sessions import SignedIn
from api.dependencies import Web
from api.face.forms import field
from domain.authority import Action
from domain.case import CaseState
from domain.datamap import DataMap
from domain.errors import InvalidInputError
from domain.events import Tag

ME: Final = "me"
BY, WHERE = "looked_by", "looked_in"
_KIND: Final = "search_by_hand"


def places(state: CaseState, datamap: DataMap, work_item: str) -> list[tuple[str, str]]:
    """Where a person can have looked: name and title of each collection, else the system; none where the task is no search."""
    item = next((item for key, item in state.work_items.items() if str(key) == work_item), None)
    if item is None or item.kind != _KIND:
        return []
    system = next((each for each in datamap.systems if each.name == item.system), None)
    whole = [(item.system or "system", system.title if system else "the system")]
    return [(each.name, each.title) for each in system.collections] if system and system.collections else whole


def fields(web: Web, who: SignedIn, read: CaseFacts, action: Action, target: Mapping[str, str]) -> list[FormField]:
    """What a form asks beside the command's own fields."""
    if action is not Action.COMPLETE_WORK_ITEM:
        return unseen.fields(web, read, action)
    where = places(read.state, web.resources.datamap, target.get("work_item", ""))
    if not where or target.get("result") not in {None, "not_found"}:
        return []
    hint = "" if "result" in target else "Needed where nothing was found."
    staff = [(person, name) for person, name in colleagues(web) if person != who.person]
    return [
        FormField(BY, "Who looked", hint, "choice", (("", "Choose one"), (ME, "I did"), *staff)),
        FormField(WHERE, "Where", hint, "boxes", tuple(where)),
    ]


def given_in(action: Action, form: FormData) -> dict[str, Any]:
    """What was said of it."""
    if action is not Action.COMPLETE_WORK_ITEM:
        return {unseen.ACCEPTED: "yes"} if action in unseen.APPROVALS and field(form, unseen.ACCEPTED) else {}
    return {BY: field(form, BY), WHERE: [str(each) for each in form.getlist(WHERE)]} if BY in form or WHERE in form else {}


def told(web: Web, who: SignedIn, case: CaseView, action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The command's own fields, with who looked where in its note.

    Raises:
        InvalidInputError: nothing was found in a search by hand, and nobody said who looked or where; or nobody looked at what
            would leave, and nobody said why it may.
    """
    if action is not Action.COMPLETE_WORK_ITEM:
        return unseen.told(web, case, action, given) if action in unseen.APPROVALS else dict(given)
    body = {name: value for name, value in given.items() if name not in {BY, WHERE}}
    where = dict(places(case.state, web.resources.datamap, str(given.get("work_item", ""))))
    if given.get("result") != "not_found" or not where:
        return body
    people = {ME: who.name} | dict(colleagues(web))
    seen = [where[name] for name in given.get(WHERE, []) if name in where]
    if given.get(BY) not in people:
        also = [] if seen else [f"{WHERE}=Say where they looked."]
        raise InvalidInputError("Say who looked.", field=BY, others=also)
    if not seen:
        raise InvalidInputError("Say where they looked.", field=WHERE)
    note = f"{people[str(given[BY])]} looked in: {'; '.join(seen)}."
    return body | {"note": f"{note} {body['note']}" if body.get("note") else note}


def said(looking: Looking) -> list[tuple[str, str]]:
    """What people answered about systems that only they can search: title, and who looked where."""
    items = {UUID(str(key)): item for key, item in looking.facts.state.work_items.items() if item.kind == _KIND}
    found = []
    for row in looking.facts.happened(Tag.WORK_ITEM_COMPLETED):
        item = items.get(UUID(str(row.facts["work_item"])))
        if item is not None and row.facts.get("result") == "not_found":
            why = looking.facts.note_of(row) or f"{looking.facts.person(row.actor)} says so, and not where they looked."
            found.append((looking.title(item.system), f"nothing found. {why}"))
    return found
