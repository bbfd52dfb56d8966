"""The report to an authority on one page: every field of its form, what is on record proposed, saved together (Article 33(3)).

Nothing is chosen beforehand: a proposal counts once somebody says how sure it is. What a colleague changed meanwhile is said
beside the field, and nothing that was typed is lost.
Next: api/console/breaches/reported.py, api/console/breaches/acts.py
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.breach_reader import BreachReader, BreachView
from adapters.letter_words import count
from api.answers import CommandUnansweredError
from api.console.breaches.pages import PATH, facts_of, looked_at
from api.console.breaches.reported import as_reported, on_record
from api.console.dossiers import carried_out, faults
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field as typed_in
from api.face.forms import number_in
from api.v1.breach_presenting import notes_of
from api.v1.breaches import breach_deed
from domain.breach import BreachState
from domain.breach_authorities import CONTROLLER, find_authority
from domain.breach_authority import BreachAction
from domain.breach_choices import choice_word
from domain.breach_contacts import CHECKED
from domain.breach_forms import FIELDS, FORMS, Form
from domain.breach_proposals import Proposal, proposals
from domain.breach_report import answers, asks_for
from domain.errors import DomainError, UnknownObjectError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
_SURE: Final = (("known", "Known"), ("estimated", "Estimated"), ("not_yet_known", "Not yet known"))
_UNKNOWN: Final = "not_yet_known"
# Where a field that is filled in from the record is changed.
_CHANGED_BY: Final = {
    "aware_at": BreachAction.CONFIRM_AWARENESS,
    "subjects_number": BreachAction.SET_AFFECTED,
    "countries": BreachAction.SET_AFFECTED,
    "delay_reason": BreachAction.EXPLAIN_DELAY,
}


@dataclass(frozen=True)
class Asked:
    """One field on the page.

    Args:
        value: what stands there, is proposed, or was typed; codes separated by commas where the form gives choices.
        shown: the same in words.
        standing: how sure; empty before anybody said so.
        proposed: where the value was taken from; empty where it is nobody's proposal.
        seen: the sequence of what was recorded when the page was made; 0 before anything was.
        change: the action by which a value from the record is changed.
        left_out: the report does not have it, as nobody answered it and it was no cyber incident.
    """

    name: str
    value: str
    shown: str
    standing: str
    proposed: str = ""
    seen: int = 0
    change: BreachAction | None = None
    left_out: bool = False

    @property
    def chosen(self) -> list[str]:
        """The codes of the value."""
        return [part.strip() for part in self.value.split(",") if part.strip()]


@router.get("/breaches/{reference}/report/{authority}")
def report(reference: str, authority: str, web: TheWeb, who: TheCaseworker, saved: str = "") -> Response:
    """Every field in the order of one authority\u2019s form, to be filled in and copied one by one."""
    view = looked_at(web, who, reference)
    return _page(web, who, view, _sheet(web, view, authority), {}, {}, saved=saved)


@router.post("/breaches/{reference}/report/{authority}")
async def save(reference: str, authority: str, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Save what is complete and name the rest, which stays on the page; what nobody touched stays as it is.

    To look and freeze saves first: nothing that was typed is left behind.
    """
    reader = BreachReader(web.resources)
    view = await run_in_threadpool(reader.find, reference.upper())
    sheet = await run_in_threadpool(_sheet, web, view, authority)
    typed, here = _typed(sheet, form), f"{PATH}/{view.dossier.reference}"
    changed, errors = await run_in_threadpool(_changed, web, view, sheet, typed)
    saved = str(len(changed) or "nothing")
    try:
        if changed:
            deed = breach_deed(BreachAction.SET_FIELDS, None, web, who, view)
            await carried_out(deed, {"fields": changed}, typed_in(form, "once"))
    except CommandUnansweredError:
        saved = "soon"
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_page, web, who, view, sheet, typed, errors | faults(refusal))
    errors |= {
        f"standing_{name}-known": f"{FIELDS[name].label('en')}: say how sure it is. Your words are kept, as not yet known."
        for name in (each["field"] for each in changed)
        if not typed[name].standing
    }
    if not errors and saved != "soon" and typed_in(form, "then") == "freeze":
        return away_to(f"{here}/actions/prepare_report?authority={authority}")
    if not errors:
        return away_to(f"{here}/report/{authority}?saved={saved}")
    if saved != "soon":  # what is saved now stands on the page as it was saved
        view = await run_in_threadpool(reader.find, reference.upper())
        sheet = await run_in_threadpool(_sheet, web, view, authority)
        done = {each["field"] for each in changed}
        typed = {name: each for name, each in typed.items() if name not in done}
    return await run_in_threadpool(_page, web, who, view, sheet, typed, errors, saved if changed else "")


@dataclass(frozen=True)
class _Sheet:
    """The form of one authority, with what stands in each of its fields."""

    authority: str
    form: Form
    fields: dict[str, Asked]
    missing: int  # proposals that nobody has confirmed


@dataclass(frozen=True)
class _Typed:
    """One field as it was sent."""

    value: str
    standing: str
    seen: int


def _sheet(web: Web, view: BreachView, authority: str) -> _Sheet:
    found = find_authority(authority)
    if found is None and authority != CONTROLLER:
        raise UnknownObjectError
    form, state, reader = FORMS[found.form if found else "general"], view.state, BreachReader(web.resources)
    said = reader.words(state.breach_id, notes_of(state))
    offered = proposals(on_record(web, view, said))
    derived = {each.name: each for each in answers(as_reported(web, view, authority, followed=False))}
    next_one = as_reported(web, view, authority, followed=True)
    fields = {}
    for name in (name for _, names in form.sections for name in names):
        if FIELDS[name].derived:
            each = derived[name]
            fields[name] = Asked(name, each.value, each.value, each.standing, change=_CHANGED_BY.get(name))
        else:
            fields[name] = replace(_asked(state, said, name, offered.get(name)), left_out=not asks_for(next_one, name))
    return _Sheet(authority, form, fields, sum(bool(each.proposed) and not each.left_out for each in fields.values()))


def _as_sent(text: str) -> str:
    """Words as they are compared: a browser ends each line with CR and LF, whatever the page had."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _asked(state: BreachState, said: Mapping[UUID, str], name: str, offered: Proposal | None) -> Asked:
    known = state.fields.get(name)
    if known is None:
        value = _as_sent(offered.value) if offered else ""
        return Asked(name, value, _shown(name, value), "", offered.source if offered else "")
    value = _as_sent(said.get(known.note, "")) if known.note else ""
    if FIELDS[name].several:  # in the order in which they come back
        value = ", ".join(code for code in FIELDS[name].choices if code in {part.strip() for part in value.split(",")})
    return Asked(name, value, _shown(name, value), known.standing, seen=known.sequence)


def _shown(name: str, value: str) -> str:
    if not FIELDS[name].choices:
        return value
    return ", ".join(choice_word(part.strip(), "en") for part in value.split(",") if part.strip())


def _typed(sheet: _Sheet, form: FormData) -> dict[str, _Typed]:
    typed = {}
    for name, field in FIELDS.items():
        if name not in sheet.fields or field.derived:
            continue
        value = _as_sent(", ".join(str(each) for each in form.getlist(f"value_{name}")))
        seen = typed_in(form, f"seen_{name}")
        typed[name] = _Typed(value, typed_in(form, f"standing_{name}"), number_in(seen) or 0)
    return typed


def _changed(
    web: Web, view: BreachView, sheet: _Sheet, typed: Mapping[str, _Typed]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """What is to be saved, and what is wrong or missing, by the id of an input; words alone are saved as not yet known."""
    changed, errors = [], {}
    for name, sent in typed.items():
        stands, label = sheet.fields[name], FIELDS[name].label("en")
        value = "" if sent.standing == _UNKNOWN and (FIELDS[name].choices or sent.value == stands.value) else sent.value
        untouched = (value, sent.standing) == (stands.value, stands.standing) or (
            not sent.standing and value in {"", stands.value}
        )
        if untouched or (sent.seen != stands.seen and _as_it_was(web, view, name, sent)):
            continue
        if sent.seen != stands.seen:
            errors[f"value_{name}"] = (
                f"{label}: somebody saved \u201c{stands.shown or 'not yet known'}\u201d meanwhile. "
                "Your words are still here; save again to put them in its place."
            )
        elif not sent.standing and not FIELDS[name].choices:
            changed.append({"field": name, "standing": _UNKNOWN, "value": value})
        elif not sent.standing:
            errors[f"standing_{name}-known"] = f"{label}: say how sure it is."
        elif sent.standing != _UNKNOWN and not value:
            errors[f"value_{name}"] = f"{label}: say what is known, or choose \u201cNot yet known\u201d."
        else:
            changed.append({"field": name, "standing": sent.standing} | ({"value": value} if value else {}))
    return changed, errors


def _as_it_was(web: Web, view: BreachView, name: str, sent: _Typed) -> bool:
    """Whether a field came back as its page showed it, before a colleague changed it."""
    if not sent.seen:
        return not sent.standing
    reader = BreachReader(web.resources)
    field = reader.upto(view.dossier.id, sent.seen).fields.get(name)
    value = _as_sent(reader.words(view.dossier.id, [field.note]).get(field.note, "")) if field and field.note else ""
    return field is not None and (value, field.standing) == (sent.value, sent.standing)


def _page(  # noqa: PLR0917 (what a form is made of)
    web: Web, who: SignedIn, view: BreachView, sheet: _Sheet, typed: Mapping[str, _Typed], errors: dict[str, str], saved: str = ""
) -> Response:
    fields = {
        name: replace(each, value=typed[name].value, standing=typed[name].standing, proposed="") if name in typed else each
        for name, each in sheet.fields.items()
    }
    standings = [each.standing or _UNKNOWN for each in sheet.fields.values() if not each.left_out]
    return show(
        web,
        "breaches/report.html",
        who,
        status=422 if errors else 200,
        at=PATH,
        key=sheet.authority,
        authority=find_authority(sheet.authority),
        form=sheet.form,
        fields=fields,
        sure=_SURE,
        counts={code: standings.count(code) for code, _ in _SURE},
        missing=sheet.missing,
        asks=FIELDS,
        choice_word=choice_word,
        errors=errors,
        saved=_saved(saved),
        once=secrets.token_urlsafe(16),
        checked=CHECKED,
        **facts_of(web, who, view),
    )


def _saved(told: str) -> str:
    if told == "soon":
        return "It is on its way and counts when it is answered. Look again in a minute."
    if told == "nothing":
        return "Nothing was changed, so nothing was saved. A proposal counts once you say how sure it is."
    return f"Saved: {count(int(told), 'field')}." if told.isascii() and told.isdigit() and len(told) <= 2 else ""  # noqa: PLR2004
