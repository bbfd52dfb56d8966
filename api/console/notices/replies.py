"""`/console/notices/.../replies`: people who write back, many answered at once; one person looked up; the link that answers them.

Open to every caseworker: what comes on a Monday after a notice is three hundred mails, not thirty.
Next: activities/notice_answers.py
"""

import secrets
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.notice_reader import NoticeReader, Proof
from adapters.incoming.reading_room import ReadingRoom
from api.access import note_access
from api.answers import CommandUnansweredError
from api.console.authority import OFFICE
from api.console.breaches.pages import PATH as BREACHES
from api.console.notices import words
from api.console.notices.pages import PATH, title_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face import forms
from api.idempotency import keyed_hash
from api.v1.notices import notice_deed, possible
from domain.errors import DomainError, InvalidInputError
from domain.notice_commands import NoticeAction

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
_SHOWN: Final = 100  # at once; the next hundred stand here when these are answered
_FIRST_WORDS: Final = 400
_DONE: Final = {
    "answer": "Your answers are on their way; each mail leaves this list as soon as its answer is sent.",
    "link": "The link is on its way to that address.",
}


@router.get("/notices/{reference}/replies")
def replies(reference: str, web: TheWeb, who: TheCaseworker, done: str = "", text: str = "") -> Response:
    """What people wrote back and nobody has decided about."""
    return _page(web, who, reference, told=_DONE.get(done, ""), given={"text": "\n".join(words.ANSWERS.get(text, ("", ()))[1])})


@router.post("/notices/{reference}/replies")
async def answer(reference: str, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Answer the chosen ones, all with the same words."""
    given, chosen = {"text": forms.field(form, "text").strip()}, _chosen(form)
    try:
        if not chosen:
            raise InvalidInputError("Choose whom you answer.", field="form")
        if not given["text"]:
            raise InvalidInputError("Write what they are answered.", field="text")
        body = {"mails": [str(mail) for mail in chosen], "text": given["text"]}
        await _do(web, who, reference, NoticeAction.ANSWER, body, forms.field(form, "once"))
    except CommandUnansweredError:
        return away_to(f"{PATH}/{reference}/replies")
    except DomainError as refusal:
        faults = {str(refusal.facts.get("field") or "form"): refusal.message}
        return await run_in_threadpool(_page, web, who, reference, given=given, chosen=chosen, errors=faults)
    return away_to(f"{PATH}/{reference}/replies?done=answer")


@router.post("/notices/{reference}/link")
async def send_link(reference: str, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Send an address the link that says whether it is on the list; we do not say it here, and to nobody else."""
    email = forms.field(form, "email").strip()
    try:
        await run_in_threadpool(web.resources.vault.index_email, email)
        await _do(web, who, reference, NoticeAction.SEND_LINK, {"text": email}, forms.field(form, "once"))
    except CommandUnansweredError:
        return away_to(f"{PATH}/{reference}/replies")
    except DomainError as refusal:
        return await run_in_threadpool(_page, web, who, reference, asked=email, errors={"email": refusal.message})
    return away_to(f"{PATH}/{reference}/replies?done=link")


@router.post("/notices/{reference}/proof")
async def prove(reference: str, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """What became of the letter to one person: were they on the list, and were they told?"""
    email = forms.field(form, "email").strip()

    def answered() -> Response:
        reader = NoticeReader(web.resources)
        view = reader.find(reference.upper())
        note_access(web, who, "search-person")
        try:
            proof: Proof | str = reader.proof(view.dossier.id, email) or "nobody"
        except DomainError as refusal:
            return _page(web, who, reference, asked=email, errors={"email": refusal.message})
        return _page(web, who, reference, asked=email, proof=proof)

    return await run_in_threadpool(answered)


async def _do(  # noqa: PLR0917 (what an action is made of)
    web: Web, who: SignedIn, reference: str, action: NoticeAction, body: dict[str, Any], once: str
) -> None:
    view = await run_in_threadpool(NoticeReader(web.resources).find, reference.upper())
    key = once or secrets.token_urlsafe(16)
    command_id = keyed_hash(web.resources.vault, "command", who.key_id, action.value, key)
    await notice_deed(action, None, web, who, view).act(body, command_id)


def _chosen(form: FormData) -> list[UUID]:
    found = []
    for value in form.getlist("mail"):
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found


def _page(
    web: Web,
    who: SignedIn,
    reference: str,
    *,
    told: str = "",
    given: dict[str, str] | None = None,
    chosen: list[UUID] | None = None,
    asked: str = "",
    proof: Proof | str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    reader = NoticeReader(web.resources)
    view = reader.find(reference.upper())
    note_access(web, who, "mail-list")
    mails = ReadingRoom(web.resources).of_notice(view.dossier.id, _SHOWN + 1)
    return show(
        web,
        "notices/replies.html",
        who,
        status=422 if errors else 200,
        at=BREACHES,
        reference=view.dossier.reference,
        path=f"{PATH}/{view.dossier.reference}",
        title=title_of(reader, view),
        state=view.state,
        mails=mails[:_SHOWN],
        more=len(mails) > _SHOWN,
        first_words=_FIRST_WORDS,
        opens_mail=who.role in OFFICE,
        opens_notice=who.role not in {each for each in OFFICE if each.value in {"caseworker", "reviewer"}},
        told=told,
        given=given or {},
        chosen=chosen or [],
        asked=asked,
        proof=proof,
        errors=errors or {},
        answers=words.ANSWERS,
        once=secrets.token_urlsafe(16),
        actions=possible(who, view.state),
        notice_words=words,
        A=NoticeAction,
    )
