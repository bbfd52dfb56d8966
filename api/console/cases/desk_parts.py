"""The parts of an item that a form of the desk names: what is covered, what an extract gives, and how that would read.

Next: domain/extracts.py
"""

from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Decision, Standing
from api.console.cases import desk_file_reading, desk_reading, reading
from api.console.cases.desk_extracts import Extract, extract_of
from api.console.sessions import SignedIn
from api.dependencies import Web
from api.face.forms import field
from domain.errors import InvalidInputError, UnknownObjectError, WithLegalError
from domain.item_rules import Parts
from domain.withholding import ItemChoice

_LAST: Final = 2**31  # a revision after every other one


def parts_in(form: FormData) -> dict[str, list[dict[str, Any]]]:
    """`spans` and `covers` of a decision; only a redaction and an extract have any.

    Suggested words that were ticked are somebody else's, so an extract covers them; what was typed it gives.
    """
    decision = field(form, "decision")
    fields = [{"field": str(each)} for each in form.getlist("field")]
    typed = dict.fromkeys(line.strip() for line in field(form, "typed").splitlines() if line.strip())
    ticked = dict.fromkeys(str(each) for each in form.getlist("words"))
    if decision == ItemChoice.REDACT.value:
        return {"spans": [*fields, *({"words": each} for each in ticked | typed)], "covers": []}
    if decision != ItemChoice.EXTRACT.value:
        return {"spans": [], "covers": []}
    around = {"around": True} if field(form, "around") == "yes" else {}
    return {"spans": [*fields, *({"words": each} | around for each in typed)], "covers": [{"words": each} for each in ticked]}


def drawn_spans(web: Web, case: CaseView, system: str, collection: str, position: int, item: str) -> list[dict[str, Any]]:  # noqa: PLR0917
    """The areas that were marked on the file's pages: a decision made in the list keeps them."""
    facts = reading.read(web, case)
    found = desk_reading.collection_of(web, facts, system, collection)
    at = next(found.items(position), None) if position < found.rows else None
    if at is None or at.id != item or at.file is None:
        return []
    spans = desk_file_reading.own_spans(desk_file_reading.decision_of(web, facts, at))
    return [span.model_dump(mode="json", exclude_defaults=True) for span in spans if span.drawn]


def extract_as_chosen(  # noqa: PLR0917 (which item, and who looks)
    web: Web, who: SignedIn, case: CaseView, system: str, collection: str, position: int, form: FormData
) -> Extract:
    """What an extract of the parts that a form names would give, with what rules and third persons cover in it.

    Raises:
        InvalidInputError: the form names no parts. UnknownObjectError: there is no such item.
        WithLegalError: legal decides about it, or decided.
    """
    facts = reading.read(web, case)
    found = desk_reading.collection_of(web, facts, system, collection)
    item = next(found.items(position), None) if position < found.rows else None
    if item is None or item.id != field(form, "item"):
        raise UnknownObjectError
    try:
        chosen = Parts.model_validate(parts_in(form))
    except ValidationError:
        raise InvalidInputError("Words are two letters at least, and 500 at most.", field="spans") from None
    if not chosen.spans:
        raise InvalidInputError("Say which parts: fields, or words that stand in the sentence.", field="spans")
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id])
    if item.id in standing.legal:
        raise WithLegalError
    meant = Decision(_LAST, item.id, ItemChoice.EXTRACT, None, who.person, web.now(), parts=chosen)
    standing = replace(standing, items={item.id: meant})
    decision = standing.of(item.id, item.row)
    assert decision is not None
    return extract_of(found, item, decision, standing.covering(decision), web.resources.documents)
