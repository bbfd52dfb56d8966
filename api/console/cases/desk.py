"""The review desk under a case's package: single decisions, rules and third persons (Article 15(4)).

Every page works without a script; keys are on top (`static/console.js`). What was found is shown as letters or as a picture that
was drawn here, never as it is. Next: api/console/cases/desk_files.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseView
from api.access import note_access
from api.console.cases import act_page, content, deeds, desk_parts, desk_reading, desk_said, desk_seen, reading, shell
from api.console.cases.act_page import Refused
from api.console.cases.desk_extracts import Extract
from api.console.cases.desk_words import CHOICES, STANDS
from api.console.cases.facts import CaseFacts
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.console.words import FIELD
from api.dependencies import TheWeb, Web
from api.face.forms import field, number_in
from api.uploads import Upload
from api.v1.deciding_many import sample
from domain.authority import ROLES, Action
from domain.errors import DomainError, InvalidInputError
from domain.item_rules import Condition
from domain.rights import Role, Status
from domain.withholding import WITHHOLDINGS, ItemChoice

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Start = Annotated[int, Query(ge=0, le=2**31)]
_TURNED: Final = Refused(
    "spans", "These parts were covered. An extract gives what you choose and nothing else: choose what the person gets.", 422
)


@router.get("/{reference}/package/{system}/{collection}")
async def items(  # noqa: PLR0917
    system: Name,
    collection: Name,
    web: TheWeb,
    who: TheCaseworker,
    case: TheOpenedCase,
    start: Start = 0,
    done: str = "",
    at: Start = 0,
) -> Response:
    """The records and files of one collection, each with what was decided of it and what may be somebody else's."""

    def page() -> Response:
        note_look(web, who, case, f"{_base(case)}/package/{system}/{collection}")
        return _desk(web, who, case, system, collection, start, done=done, told_at=at)

    return await run_in_threadpool(page)


@router.post("/{reference}/package/{system}/{collection}")
async def decide(  # noqa: PLR0917
    system: Name, collection: Name, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase
) -> Response:
    """Decide about one item, and come back to the next one; what was done is said there."""
    position = number_in(field(form, "position")) or 0
    start = position - position % desk_seen.PAGE
    item = field(form, "item")
    if field(form, "press") == "preview":
        return await run_in_threadpool(_preview, web, who, case, system, collection, position, form)
    parts = desk_parts.parts_in(form)
    if parts["spans"]:
        parts["spans"] += await run_in_threadpool(desk_parts.drawn_spans, web, case, system, collection, position, item)
    given = {"item": item, "position": position, "seen": seen_in(form)} | parts | _choice(form)
    # What was covered stands ticked in the form. It is not what an extract keeps, so that is asked once more.
    turned = field(form, "began") == "covered" and given["decision"] == ItemChoice.EXTRACT.value
    refused = _TURNED if turned else await attempt(web, who, case, Action.SET_ITEM_DECISION, given, form)
    if refused is not None:
        return await run_in_threadpool(_desk, web, who, case, system, collection, start, refused=refused, at=item, filled=form)
    here = f"{_base(case)}/package/{system}/{collection}"
    return away_to(f"{here}{desk_reading.next_of(position)}&done={Action.SET_ITEM_DECISION.value}#item-{position + 2}")


@router.get("/{reference}/package/{system}/{collection}/rule")
async def ask_rule(system: Name, collection: Name, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """The form of a rule over a collection."""
    return await run_in_threadpool(_rule, web, who, case, system, collection, {})


@router.post("/{reference}/package/{system}/{collection}/rule")
async def set_rule(  # noqa: PLR0917
    system: Name, collection: Name, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase
) -> Response:
    """First the sample to look at; then, with it, the rule."""
    given = {
        name: field(form, name) for name in ("field", "contains", "decision", "basis", "reason", "covered_field", "covered_words")
    }
    seen = [str(each) for each in form.getlist("seen")]
    if not seen:
        undecided = None if given["decision"] else Refused("decision", "Decision: choose one.", 422)
        return await run_in_threadpool(_rule, web, who, case, system, collection, given, undecided)
    spans = [{"field": given["covered_field"]}] if given["covered_field"] else []
    spans += [{"words": line.strip()} for line in given["covered_words"].splitlines() if line.strip()]
    body = {"system": system, "collection": collection, "condition": _condition(given), "spans": spans, "seen": seen}
    refused = await attempt(web, who, case, Action.SET_DECISION_RULE, body | _choice(form), form)
    if refused is not None:
        return await run_in_threadpool(_rule, web, who, case, system, collection, given, refused)
    return away_to(f"{_base(case)}/package/{system}/{collection}?done={Action.SET_DECISION_RULE.value}")


@router.get("/{reference}/person")
async def ask_person(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """The balance of one third person."""
    return await run_in_threadpool(_person, web, who, case, {})


@router.post("/{reference}/person")
async def weigh(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Record the balance."""
    words = ("role", "type_of_information", "steps_to_seek_consent", "reason")
    boxes = ("duty_of_confidentiality", "capable_of_consent", "refused", "consented")
    given: dict[str, Any] = {name: field(form, name) for name in words}
    given |= {name: field(form, name) == "yes" for name in boxes} | {"disclose": field(form, "disclose") == "yes"}
    given["names"] = [line.strip() for line in field(form, "names").splitlines() if line.strip()]
    if not field(form, "disclose"):
        undecided = Refused("disclose", "Say whether they are covered, or may be told of.", 422)
        return await run_in_threadpool(_person, web, who, case, given | {"disclose": None}, undecided)
    refused = await attempt(web, who, case, Action.WEIGH_THIRD_PERSON, given, form)
    if refused is not None:
        return await run_in_threadpool(_person, web, who, case, given, refused)
    return away_to(f"{_base(case)}/package?done={Action.WEIGH_THIRD_PERSON.value}")


def _base(case: CaseView) -> str:
    return f"{shell.BASE}/{case.receipt.reference}"


def note_look(web: Web, who: SignedIn, case: CaseView, back: str) -> None:
    """Somebody looks at what was found: noted; the DPO after a fresh sign-in (`security.md` section 4)."""
    if who.role is Role.DPO:
        who.need_fresh(web.now(), back)
    note_access(web, who, "items", case.receipt.case_id)


def seen_in(form: FormData) -> int | None:
    """The revision that stood when the page was made, or None."""
    return number_in(field(form, "seen"))


def _choice(form: FormData) -> dict[str, Any]:
    decision = field(form, "decision")
    keeps_back = decision in WITHHOLDINGS
    # The list of bases always has one chosen; it counts only where something is kept back.
    return {
        "decision": decision,
        "basis": (field(form, "basis") or None) if keeps_back else None,
        "reason": field(form, "reason") or None,
    }


def _condition(given: dict[str, str]) -> dict[str, str] | None:
    return {"field": given["field"], "contains": given["contains"]} if given["field"] and given["contains"] else None


async def attempt(  # noqa: PLR0917 (a command, who gives it, and the form it came in)
    web: Web, who: SignedIn, case: CaseView, action: Action, given: dict[str, Any], form: FormData, *, once: str = ""
) -> Refused | None:
    """Decide; or the refusal, to stand beside the form. `once`: of one of several that a form decides."""
    try:
        await deeds.carry_out(web, who, case, action, given, once or field(form, "once"), Upload())
    except DomainError as refusal:
        return act_page.beside(refusal)
    return None


def _desk(  # noqa: PLR0917
    web: Web,
    who: SignedIn,
    case: CaseView,
    system: str,
    collection: str,
    start: int,
    *,
    done: str = "",
    told_at: int = 0,
    refused: Refused | None = None,
    at: str = "",
    filled: FormData | None = None,
    extract: Extract | None = None,
) -> Response:
    read = reading.read(web, case)
    desk = desk_reading.read_desk(web, who, read, system, collection, start)
    first = desk.lines[0].position if desk.lines else 0
    return shown_on_desk(
        web,
        who,
        read,
        "cases/items.html",
        refused,
        done=done,
        told_at=told_at,
        title=content.title_of(web, system, collection),
        desk=desk,
        start=first,
        before=max(0, first - desk_seen.PAGE) if first else None,
        here=f"{shell.BASE}/{read.reference}/package/{system}/{collection}",
        system=system,
        collection=collection,
        refused_item=at,
        filled=filled,
        extract=extract,
        remarks=read.state.status is Status.IN_REVIEW,
        **desk_said.around(web, read, who, [line.id for line in desk.lines if not line.sealed]),
    )


def _preview(  # noqa: PLR0917
    web: Web, who: SignedIn, case: CaseView, system: str, collection: str, position: int, form: FormData
) -> Response:
    """What an extract would give, with the form as it was filled in; nothing is decided."""
    refused, extract = None, None
    try:
        extract = desk_parts.extract_as_chosen(web, who, case, system, collection, position, form)
    except InvalidInputError as refusal:
        refused = act_page.beside(refusal)
    start = position - position % desk_seen.PAGE
    item = field(form, "item")
    return _desk(web, who, case, system, collection, start, refused=refused, at=item, filled=form, extract=extract)


def _rule(  # noqa: PLR0917
    web: Web,
    who: SignedIn,
    case: CaseView,
    system: str,
    collection: str,
    given: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    read = reading.read(web, case)
    found = desk_reading.collection_of(web, read, system, collection)
    taken, lines = None, []
    if given.get("decision"):
        condition = _condition(given)
        try:
            wanted = Condition.model_validate(condition) if condition else None
        except ValidationError:
            raise InvalidInputError("Choose a field of this collection, and say what stands in it.", field="condition") from None
        taken = sample(web.resources, case, system, collection, wanted)
        chosen = set(taken.sample)
        lines = [item for item in found.items() if item.id in chosen]
        note_access(web, who, "items", case.receipt.case_id)
    return shown_on_desk(
        web,
        who,
        read,
        "cases/rule.html",
        refused,
        title=content.title_of(web, system, collection),
        fields=[(name, FIELD(name)) for name in found.fields if name != "member"],
        here=f"{shell.BASE}/{read.reference}/package/{system}/{collection}",
        given=given,
        taken=taken,
        stands={choice.value: words for choice, words in STANDS.items()},
        lines=lines,
    )


def _person(web: Web, who: SignedIn, case: CaseView, given: dict[str, Any], refused: Refused | None = None) -> Response:
    return shown_on_desk(web, who, reading.read(web, case), "cases/person.html", refused, given=given)


def shown_on_desk(
    web: Web,
    who: SignedIn,
    read: CaseFacts,
    template: str,
    refused: Refused | None,
    **more: Any,  # noqa: ANN401
) -> Response:
    """A page of the desk, with what can be decided on it; where the case stands is folded away."""
    return shell.show_case(
        web,
        who,
        read,
        template,
        tab="package",
        working=True,
        status=refused.status if refused else 200,
        refused=refused,
        choices=[(choice.value, words) for choice, words in CHOICES.items()],
        bases=desk_reading.bases(read),
        decides=read.state.status is Status.IN_REVIEW and who.role in ROLES[Action.SET_ITEM_DECISION],
        **more,
    )
