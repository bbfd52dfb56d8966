"""`/console/triage`: mail that waits for a person; one press each to open a case, to join one, to put it aside with a reason.

What a stranger sent is shown as text. Its HTML is shown only sanitised and in a frame that may do nothing; the raw message and
attachments are downloads (`security.md` section 1). Next: adapters/incoming/desk.py
"""

from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlmodel import col, func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.database.mail_tables import IncomingMail, MailCursor
from adapters.database.notice_reader import NoticeReader
from adapters.incoming.desk import MailDesk
from adapters.incoming.quarantine import fetch_infected
from adapters.incoming.reading_room import MailView, ReadingRoom
from adapters.incoming.removal import clear_suspect, destroy_suspect
from api.access import note_access
from api.console import mail_words
from api.console.authority import OFFICE
from api.console.navigation import BADGES
from api.console.pages import CSP, ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.countries import COUNTRIES
from api.own_case import hidden_from
from domain.errors import InvalidInputError, NotAllowedNowError, UnknownObjectError
from domain.rights import Right, Role
from domain.triage import Standing, TriageReason

Index = Annotated[int, Path(ge=0, le=2**31 - 1)]
router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/triage"
DECIDES: Final = frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})
_SHOWN: Final = {"": Standing.TRIAGE, "dismissed": Standing.DISMISSED, "recorded": Standing.RECORDED}
_IN_DOUBT: Final = "proofs"  # files that may be a proof of identity nobody asked for
_DOWNLOAD: Final = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
_FRAME: Final = "sandbox; default-src 'none'; style-src 'none'; frame-ancestors 'self'"


@router.get("/triage")
def waiting(
    web: TheWeb, who: TheCaseworker, view: str = "", cursor: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """What waits, the oldest arrival first; what is urgent stands above it."""
    standing = _SHOWN.get(view, Standing.TRIAGE)
    note_access(web, who, "mail-list")
    room = ReadingRoom(web.resources)
    found, following = (room.in_doubt(), None) if view == _IN_DOUBT else room.waiting(standing, cursor)
    hidden = hidden_from(web.resources, who, (each.row.case_id for each in found))
    found = [each for each in found if _may_see(who, each) and each.row.case_id not in hidden]
    urgent = {TriageReason.BREACH.value, TriageReason.MINOR.value}
    if view != _IN_DOUBT:
        found.sort(key=lambda each: each.row.reason not in urgent)
    return show(
        web,
        "triage.html",
        who,
        at=PATH,
        mails=found,
        next=f"{PATH}?view={quote(view)}&cursor={quote(following)}" if following else "",
        view=view,
        mailboxes=_mailboxes(web),
        mail_words=mail_words,
        urgent=urgent,
    )


@router.get("/triage/{mail}")
def one(mail: UUID, web: TheWeb, who: TheCaseworker) -> Response:
    """One mail with everything that is known about it, and the three things that can be done."""
    return _page(web, who, _looked_at(web, who, mail, "mail"))


@router.get("/triage/{mail}/html")
def html(mail: UUID, web: TheWeb, who: TheCaseworker) -> Response:
    """The HTML of a mail for the frame on its page: sanitised, without script, style, picture or form."""
    view = _looked_at(web, who, mail, "mail-html")
    if view.read is None or view.read.html is None:
        raise UnknownObjectError
    head = f'<!doctype html><html lang="{view.read.language}"><meta charset="utf-8"><title>Mail</title>'
    text = f"{head}<body>{view.read.html}</body></html>"
    return Response(text, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _FRAME})


@router.get("/triage/{mail}/raw")
def raw(mail: UUID, web: TheWeb, who: TheCaseworker) -> Response:
    """The message as it came, as a download."""
    view = _looked_at(web, who, mail, "mail-raw")
    return _download(ReadingRoom(web.resources).raw(view), f"{mail}.eml")


@router.get("/triage/{mail}/attachments/{index}")
def attachment(mail: UUID, index: Index, web: TheWeb, who: TheCaseworker) -> Response:
    """One attachment as a download."""
    view = _looked_at(web, who, mail, "mail-attachment")
    name, content = ReadingRoom(web.resources).attachment(view, index)
    return _download(content, name)


@router.post("/triage/{mail}/attachments/{index}/quarantine")
def quarantine(mail: UUID, index: Index, web: TheWeb, who: TheCaseworker, sent: TheForm) -> Response:
    """An infected file for a privacy lead who says why."""
    _looked_at(web, who, mail, "mail-attachment-infected")
    try:
        name, content = fetch_infected(web.resources, mail, index, who.person, forms.field(sent, "reason"))
    except InvalidInputError as refusal:
        return _page_again(web, who, mail, f"reason-{index}", refusal.message)
    return _download(content, f"{name}.infected")


@router.post("/triage/{mail}/attachments/{index}/keep")
def keep(mail: UUID, index: Index, web: TheWeb, who: TheCaseworker) -> Response:
    """Say that a file is no proof of identity: it stays."""
    _looked_at(web, who, mail, "mail-attachment-kept")
    return _decided(web, who, mail, lambda: clear_suspect(web.resources, mail, index))


@router.post("/triage/{mail}/attachments/{index}/destroy")
def destroy(mail: UUID, index: Index, web: TheWeb, who: TheCaseworker) -> Response:
    """Say that a file is a proof of identity that nobody asked for: it goes now."""
    _looked_at(web, who, mail, "mail-attachment-destroyed")
    return _decided(web, who, mail, lambda: destroy_suspect(web.resources, mail, index, who.person))


@router.post("/triage/{mail}/open")
async def open_case(mail: UUID, web: TheWeb, who: TheCaseworker, sent: TheForm) -> Response:
    """Open a case from a mail; its clock runs from the mail's arrival."""
    chosen = {str(value) for value in sent.getlist("rights")}
    rights = [right for right in Right if right.value in chosen]
    country = forms.field(sent, "country")
    if not rights:
        return await run_in_threadpool(_page_again, web, who, mail, "rights-access", "Choose at least one right.")
    desk = MailDesk(web.resources)
    try:
        receipt = await run_in_threadpool(
            desk.open_case, mail, who.person, rights, country=country if country in dict(COUNTRIES) else None, now=web.now()
        )
    except InvalidInputError as refusal:
        return await run_in_threadpool(_page_again, web, who, mail, "rights-access", refusal.message)
    web.cases.start_soon(receipt.case_id)
    return away_to(f"/console/cases/{receipt.reference}")


@router.post("/triage/{mail}/join")
def join(mail: UUID, web: TheWeb, who: TheCaseworker, sent: TheForm) -> Response:
    """Join a mail to a case; a question that stopped the clock is answered from the mail's arrival."""
    reference = forms.field(sent, "case").strip().upper()
    try:
        case = who.see(CaseReader(web.resources).find(reference))
    except UnknownObjectError:
        return _page_again(web, who, mail, "case", "There is no case with this reference.")
    MailDesk(web.resources).join(mail, who.person, case.receipt.case_id, web.now())
    return away_to(f"/console/cases/{reference}")


@router.post("/triage/{mail}/dismiss")
def dismiss(mail: UUID, web: TheWeb, who: TheCaseworker, sent: TheForm) -> Response:
    """Put a mail aside with a reason."""
    reason = forms.field(sent, "reason").strip()
    if not reason:
        return _page_again(web, who, mail, "reason", "Say why nothing follows from this mail.")
    MailDesk(web.resources).dismiss(mail, who.person, reason, web.now())
    return away_to(PATH)


def _decided(web: Web, who: SignedIn, mail: UUID, doing: Callable[[], None]) -> Response:
    try:
        doing()
    except NotAllowedNowError as refusal:
        return _page_again(web, who, mail, "attachments", refusal.message)
    return away_to(f"{PATH}/{mail}")


def _page(web: Web, who: SignedIn, view: MailView, errors: dict[str, str] | None = None) -> Response:
    suggested = {each.right.value for each in (view.read.suggestions if view.read else []) if each.right}
    page = show(
        web,
        "triage_mail.html",
        who,
        status=422 if errors else 200,
        at=PATH,
        mail=view,
        errors=errors or {},
        may_decide=who.role in DECIDES and view.row.standing in {s.value for s in _SHOWN.values()},
        may_say=who.role in DECIDES,
        may_fetch=who.role is Role.PRIVACY_LEAD,
        waits=ReadingRoom(web.resources).waits(view),
        suggested=suggested,
        rights=list(Right),
        countries=[("", "Not known"), *COUNTRIES],
        mail_words=mail_words,
        notice=NoticeReader(web.resources).get(view.row.notice).dossier.reference if view.row.notice else "",
    )
    page.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return page


def _page_again(web: Web, who: SignedIn, mail: UUID, field: str, told: str) -> Response:
    return _page(web, who, _looked_at(web, who, mail, "mail"), {field: told})


def _looked_at(web: Web, who: SignedIn, mail: UUID, action: str) -> MailView:
    view = ReadingRoom(web.resources).find(mail)
    if not _may_see(who, view) or hidden_from(web.resources, who, [view.row.case_id]):
        raise UnknownObjectError
    note_access(web, who, action, view.row.case_id)
    return view


def _may_see(who: SignedIn, view: MailView) -> bool:
    # Mail that may belong to a case from which they are kept away is not theirs to read either.
    if who.sight.hidden.intersection(each.case_id for each in view.cases):
        return False
    # A responder sees what may be a breach, and nobody's request.
    return who.role in OFFICE or view.row.reason == TriageReason.BREACH.value


def _mailboxes(web: Web) -> list[MailCursor]:
    with web.resources.database.read() as session:
        return list(session.exec(select(MailCursor).order_by(col(MailCursor.mailbox))).all())


def _download(content: bytes, name: str) -> Response:
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type="application/octet-stream", headers=_DOWNLOAD | {"Content-Disposition": named})


def _badge(web: Web) -> str:
    with web.resources.database.read() as session:
        due = col(IncomingMail.documents_due).is_not(None)
        waiting = select(func.count()).select_from(IncomingMail)
        waiting = waiting.where((col(IncomingMail.standing) == Standing.TRIAGE.value) | due)
        number = session.exec(waiting).one()
    return str(number) if number else ""


BADGES[PATH] = _badge
