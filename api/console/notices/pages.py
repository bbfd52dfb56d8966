"""`/console/notices`: notices to many people, from the list to the proof for each (Article 34; the policy's promises).

One page carries a notice from step to step: people, letters, a test, the approval by somebody else, the sending, what came back.
Next: api/console/notices/acts.py, api/console/notices/replies.py
"""

from email import message_from_bytes, policy
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from adapters.database.breach_reader import BreachReader
from adapters.database.notice_reader import NoticeReader, NoticeView
from adapters.incoming.reading_room import ReadingRoom
from adapters.notice_letters import filled
from adapters.row_text import csv_header, encode
from api.access import note_access
from api.console.breaches.pages import PATH as BREACHES
from api.console.breaches.pages import names
from api.console.notices import words
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.v1.notices import possible, public_texts
from domain.notice import NoticeState, NoticeStatus
from domain.notice_commands import NoticeAction
from domain.rights import Role

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
PATH: Final = "/console/notices"
_LISTED: Final = 100
_RENEWED: Final = 3  # seconds
_UNDER_WAY: Final = frozenset({NoticeStatus.PREPARING, NoticeStatus.APPROVED, NoticeStatus.SENDING})
_NOT_TOLD: Final = ("email", "country", "language", "state", "answer")


@router.get("/notices")
def every(web: TheWeb, who: TheCaseworker) -> Response:
    """Notices, newest first."""
    reader = NoticeReader(web.resources)
    lines = [_line(web, who, reader, view) for view in reader.page(limit=_LISTED)]
    return show(web, "notices/list.html", who, at=BREACHES, lines=lines, notice_words=words)


@router.get("/notices/{reference}")
def one(reference: str, web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """One notice."""
    view = NoticeReader(web.resources).find(reference.upper())
    told = words.ACTS[NoticeAction(done)].title if done in set(NoticeAction) else ""
    return show(web, "notices/one.html", who, at=BREACHES, told=told, **facts_of(web, who, view))


@router.get("/notices/{reference}/progress")
def progress(reference: str, web: TheWeb, who: TheCaseworker, seen: str = "") -> Response:
    """How far it is; the page is opened anew when the notice has moved on."""
    facts = facts_of(web, who, NoticeReader(web.resources).find(reference.upper()))
    return show(web, "notices/_progress.html", who, at=BREACHES, moved=seen != stage_of(facts["state"]), **facts)


@router.get("/notices/{reference}/not-told.csv")
def not_told(reference: str, web: TheWeb, who: TheCaseworker) -> Response:
    """Whom the letter did not reach, so that a letter on paper, a telephone or the platform does (Article 34(3)(c))."""
    reader = NoticeReader(web.resources)
    view = reader.find(reference.upper())
    note_access(web, who, "notice-not-told")
    rows = []
    for email, segment, state, code in reader.not_told(view.dossier.id):
        country, _, language = segment.partition("_")
        rows.append((email, "" if country == "xx" else country.upper(), language, state, code or ""))
    name = f"{view.dossier.reference}-not-told.csv"
    text = csv_header(_NOT_TOLD) + encode(_NOT_TOLD, rows)[1]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/notices/{reference}/letters/{segment}")
def letter(reference: str, segment: str, web: TheWeb, who: TheCaseworker) -> Response:
    """The letter of a segment, as it is or will be sent; what is one person's own stands in brackets."""
    reader = NoticeReader(web.resources)
    view = reader.find(reference.upper())
    template = reader.letter(view.dossier.id, segment)
    example = filled(
        template, recipient="person@invalid", reply_to="reply@invalid", message_id="<id@invalid>", person="[the person's own]"
    )
    mail = message_from_bytes(example, policy=policy.default)
    text = mail.get_body(("plain",))
    return show(
        web, "notices/letter.html", who, at=BREACHES, segment=segment, subject=str(mail["Subject"]),
        text=text.get_content() if text else "", fixed=view.state.segments.get(segment), **facts_of(web, who, view),
    )  # fmt: skip


def facts_of(web: Web, who: SignedIn, view: NoticeView) -> dict[str, Any]:
    """Everything that the pages of one notice show."""
    state, reader = view.state, NoticeReader(web.resources)
    hidden = who.role is Role.AUDITOR
    tally = reader.tally(view.dossier.id)
    told, back = tally.get("sent", 0) + tally.get("bounced", 0), tally.get("bounced", 0) + tally.get("refused", 0)
    return {
        "reference": view.dossier.reference,
        "path": f"{PATH}/{view.dossier.reference}",
        "opened_at": view.dossier.opened_at,
        "state": state,
        "stage": stage_of(state),
        "title": title_of(reader, view, hidden=hidden),
        "about": _about(web, state.breach),
        "tally": tally,
        "sent": told,
        "back": back,
        "left": tally.get("waiting", 0) + tally.get("under_way", 0) + tally.get("deferred", 0),
        "runs": state.list_wanted or state.resend or state.status in _UNDER_WAY,
        "every": _RENEWED,
        "letters": sorted(state.letters),
        "people": names(web),
        "waiting": len(ReadingRoom(web.resources).of_notice(view.dossier.id, _LISTED)),
        "texts": {} if hidden else public_texts(web.resources, view),
        "actions": possible(who, state),
        "mine": who.person in state.preparers,
        "notice_words": words,
        "A": NoticeAction,
    }


def stage_of(state: NoticeState) -> str:
    """Changes whenever the page would show other things to do."""
    moves = (state.list_wanted, state.list_failed, state.tested_at or "", state.work_failed, state.resend)
    return ".".join(str(each) for each in (state.status.value, *moves))


def title_of(reader: NoticeReader, view: NoticeView, *, hidden: bool = False) -> str:
    """What we call it among us."""
    if hidden or view.state.title is None:
        return view.dossier.reference
    return reader.words(view.dossier.id, [view.state.title]).get(view.state.title, view.dossier.reference)


def _line(web: Web, who: SignedIn, reader: NoticeReader, view: NoticeView) -> dict[str, Any]:
    tally = reader.tally(view.dossier.id)
    return {
        "reference": view.dossier.reference,
        "title": title_of(reader, view, hidden=who.role is Role.AUDITOR),
        "state": view.state,
        "about": _about(web, view.state.breach),
        "sent": tally.get("sent", 0) + tally.get("bounced", 0),
        "back": tally.get("bounced", 0) + tally.get("refused", 0),
        "opened_at": view.dossier.opened_at,
    }


def _about(web: Web, breach: UUID | None) -> str:
    return BreachReader(web.resources).get(breach).dossier.reference if breach else ""
