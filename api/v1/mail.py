"""`/mail`: mail that waits for a person, and what that person does with it; `/cases/{reference}/messages`: what was said.

Every look at content is noted before anything is shown. A raw message or an attachment leaves as a download that a browser
neither shows nor runs (`security.md` section 1). Next: adapters/incoming/desk.py
"""
# ruff: noqa: FAST003  (TheCase takes the reference out of the path)

from typing import Annotated
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.incoming.conversation import Message, conversation
from adapters.incoming.desk import MailDesk
from adapters.incoming.quarantine import fetch_infected
from adapters.incoming.reading_room import MailView, ReadingRoom
from adapters.incoming.removal import clear_suspect, destroy_suspect
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb, Web
from api.guard import GuardedRoute
from api.own_case import hidden_from
from api.security import Caller
from api.uploads import Upload, read_upload
from api.v1.mail_models import (
    AttachmentAnswer,
    DismissMailBody,
    HandedInAnswer,
    HandInBody,
    JoinMailBody,
    MailAnswer,
    MailCaseAnswer,
    MailLine,
    MailLines,
    MailSuggestionAnswer,
    MessageAnswer,
    OpenMailBody,
)
from api.v1.models import ReceiptAnswer
from domain.errors import InvalidInputError, UnknownObjectError
from domain.incoming import MailKind
from domain.triage import Standing, TriageReason

Index = Annotated[int, Path(ge=0, le=2**31 - 1)]
router = APIRouter(tags=["mail"], route_class=GuardedRoute)

DOWNLOAD = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@router.get("/mail")
def list_mail(
    who: TheCaller,
    web: TheWeb,
    *,
    standing: Standing = Standing.TRIAGE,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MailLines:
    """Mail of one standing, by default what waits for a person, the oldest arrival first; noted in the access log."""
    note_access(web, who, "mail-list")
    found, following = ReadingRoom(web.resources).waiting(standing, cursor, limit)
    hidden = hidden_from(web.resources, who, (view.row.case_id for view in found))
    shown = [view for view in found if view.row.case_id not in hidden and _apart(who, view)]
    return MailLines(items=[MailLine.model_validate(_line(view)) for view in shown], next=following)


_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["command", "files"],
                    "properties": {
                        "command": HandInBody.model_json_schema(),
                        "files": {"type": "string", "format": "binary"},
                    },
                },
            },
        },
    },
}


@router.post("/mail", status_code=201, openapi_extra=_UPLOAD)
async def hand_in_mail(request: Request, web: TheWeb) -> HandedInAnswer:
    """Hand in an `.eml` or the scan of a letter by multipart: a part `command` with the JSON, one part `files`."""
    key = uuid4()  # of this upload alone; gone once the message is stored under a key of its own
    await run_in_threadpool(web.resources.vault.make_mail_keys, [key])
    vault = web.resources.vault.mail(key)
    upload = await read_upload(request, web.resources, vault, "upload", scanned=False)
    try:
        return await run_in_threadpool(_handed_in, web, key, upload)
    finally:
        await run_in_threadpool(_forget, web, key, upload)


@router.get("/mail/{mail}")
def read_mail(mail: UUID, who: TheCaller, web: TheWeb) -> MailAnswer:
    """One mail with its content; noted in the access log."""
    return _answer(_looked_at(web, who, mail, "mail"))


@router.get("/mail/{mail}/raw", response_class=Response)
def read_raw_mail(mail: UUID, who: TheCaller, web: TheWeb) -> Response:
    """The message as it came, as a download."""
    view = _looked_at(web, who, mail, "mail-raw")
    return download(ReadingRoom(web.resources).raw(view), f"{mail}.eml")


@router.get("/mail/{mail}/attachments/{index}", response_class=Response)
def read_mail_attachment(mail: UUID, index: Index, who: TheCaller, web: TheWeb) -> Response:
    """One attachment as a download, under a neutral type; an infected one is refused."""
    view = _looked_at(web, who, mail, "mail-attachment")
    name, content = ReadingRoom(web.resources).attachment(view, index)
    return download(content, name)


@router.post("/mail/{mail}/attachments/{index}/quarantine", response_class=Response)
def fetch_infected_attachment(mail: UUID, index: Index, body: DismissMailBody, who: TheCaller, web: TheWeb) -> Response:
    """Take an infected attachment out of quarantine as a download; the reason is sealed with the mail."""
    _looked_at(web, who, mail, "mail-attachment-infected")
    name, content = fetch_infected(web.resources, mail, index, who.person, body.reason)
    return download(content, f"{name}.infected")


@router.post("/mail/{mail}/attachments/{index}/keep")
def keep_mail_attachment(mail: UUID, index: Index, who: TheCaller, web: TheWeb) -> MailAnswer:
    """Say that an attachment is no proof of identity: it stays, and the day by which it would go is taken away."""
    _looked_at(web, who, mail, "mail-attachment-kept")
    clear_suspect(web.resources, mail, index)
    return _answer(ReadingRoom(web.resources).find(mail))


@router.post("/mail/{mail}/attachments/{index}/destroy")
def destroy_mail_attachment(mail: UUID, index: Index, who: TheCaller, web: TheWeb) -> MailAnswer:
    """Say that an attachment is a proof of identity that nobody asked for: it is destroyed now, its original included."""
    _looked_at(web, who, mail, "mail-attachment-destroyed")
    destroy_suspect(web.resources, mail, index, who.person)
    return _answer(ReadingRoom(web.resources).find(mail))


@router.post("/mail/{mail}/open", status_code=201)
async def open_from_mail(mail: UUID, body: OpenMailBody, who: TheCaller, web: TheWeb) -> ReceiptAnswer:
    """Open a case from a mail; its clock runs from the mail's arrival."""
    desk = MailDesk(web.resources)
    receipt = await run_in_threadpool(desk.open_case, mail, who.person, body.rights, country=body.country, now=web.now())
    if receipt.created:
        web.cases.start_soon(receipt.case_id)
    return ReceiptAnswer(
        case_id=receipt.case_id,
        reference=receipt.reference,
        status=receipt.status,
        legal_due=receipt.clock.legal_due,
        safe_due=receipt.clock.safe_due,
    )


@router.post("/mail/{mail}/join")
def join_mail(mail: UUID, body: JoinMailBody, who: TheCaller, web: TheWeb) -> MailAnswer:
    """Join a mail to a case; a question that stopped the clock is answered from the mail's arrival."""
    MailDesk(web.resources).join(mail, who.person, _case_named(web, who, body.case), web.now())
    return _answer(ReadingRoom(web.resources).find(mail))


@router.post("/mail/{mail}/dismiss")
def dismiss_mail(mail: UUID, body: DismissMailBody, who: TheCaller, web: TheWeb) -> MailAnswer:
    """Put a mail aside with a reason; it can be opened or joined later all the same."""
    MailDesk(web.resources).dismiss(mail, who.person, body.reason, web.now())
    return _answer(ReadingRoom(web.resources).find(mail))


@router.get("/cases/{reference}/messages")
def read_messages(case: TheCase, who: TheCaller, web: TheWeb) -> list[MessageAnswer]:
    """What was said in a case, both ways and on every channel, the oldest first; noted in the access log."""
    note_access(web, who, "messages", case.receipt.case_id)
    return [_message(each) for each in conversation(web.resources, case.receipt.case_id)]


def download(content: bytes, name: str) -> Response:
    """Bytes of a stranger: saved by a browser, never shown or run."""
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type="application/octet-stream", headers=DOWNLOAD | {"Content-Disposition": named})


def _looked_at(web: Web, who: Caller, mail: UUID, action: str) -> MailView:
    view = ReadingRoom(web.resources).find(mail)
    if hidden_from(web.resources, who, [view.row.case_id]) or not _apart(who, view):
        raise UnknownObjectError
    note_access(web, who, action, view.row.case_id)
    return view


def _apart(who: Caller, view: MailView) -> bool:
    """Whether a mail may belong to no case from which they are kept away."""
    return not who.sight.hidden.intersection(each.case_id for each in view.cases)


def _case_named(web: Web, who: Caller, name: str) -> UUID:
    reader = CaseReader(web.resources)
    try:
        view = reader.get(UUID(name)) if len(name) > len("HAB-00000000") else reader.find(name.upper())
        return who.see(view).receipt.case_id
    except (UnknownObjectError, ValueError):
        raise InvalidInputError("There is no such case.", field="case") from None


def _handed_in(web: Web, key: UUID, upload: Upload) -> HandedInAnswer:
    try:
        body = HandInBody.model_validate_json(upload.command or b"{}")
    except ValidationError as failure:
        raise RequestValidationError(failure.errors()) from None
    if len(upload.files) != 1:
        raise InvalidInputError("Send one file, in a part named `files`.", field="files")
    (file,) = upload.files
    with web.resources.blobs.read(web.resources.vault.mail(key), file.ref) as blob:
        content = blob.read()
    desk, now = MailDesk(web.resources), web.now()
    if body.kind == "eml":
        return HandedInAnswer(id=desk.hand_in(content, "upload", body.received_at, now))
    return HandedInAnswer(
        id=desk.hand_in_letter(content, file.name, file.media_type, body.sender, delivered_at=body.received_at, now=now)
    )


def _forget(web: Web, key: UUID, upload: Upload) -> None:
    upload.discard(web.resources.blobs)
    web.resources.vault.destroy_mail_key(key, rule="upload-stored", approver="system")


def _line(view: MailView) -> dict[str, object]:
    row, read = view.row, view.read
    return {
        "id": row.id,
        "kind": MailKind(row.kind) if row.kind else None,
        "standing": Standing(row.standing),
        "reason": TriageReason(row.reason) if row.reason else None,
        "arrived_at": row.arrived_at,
        "stored_at": row.stored_at,
        "answer_by": view.answer_by,
        "origin": row.origin,
        "mailboxes": view.mailboxes,
        "sender": read.sender if read else None,
        "subject": read.subject if read else "",
        "spf": row.spf,
        "dkim": row.dkim,
        "dmarc": row.dmarc,
        "arc": row.arc,
        "aligned": row.aligned,
        "suggestions": [MailSuggestionAnswer(**each.model_dump()) for each in (read.suggestions if read else [])],
        "cases": [MailCaseAnswer(case_id=each.case_id, reference=each.reference, why=each.why) for each in view.cases],
    }


def _answer(view: MailView) -> MailAnswer:
    read = view.read
    attachments = read.attachments if read else []
    return MailAnswer.model_validate(
        _line(view)
        | {
            "case_id": view.row.case_id,
            "sender_name": read.sender_name if read else "",
            "senders": read.senders if read else [],
            "written_at": read.written_at if read else None,
            "language": read.language if read else None,
            "text": read.text if read else "",
            "reply": read.reply if read else "",
            "documents_due": view.row.documents_due,
            "attachments": [
                AttachmentAnswer(**each.model_dump(exclude={"document", "cleared", "fetched"})) for each in attachments
            ],
            "bounce": read.bounce if read else None,
            "problems": read.problems if read else ["The mailbox does not give this message out. It is still there."],
        }
    )


def _message(message: Message) -> MessageAnswer:
    return MessageAnswer(
        direction=message.direction,
        at=message.at,
        channel=message.channel,
        letter=message.letter,
        mail=message.mail.row.id if message.mail else None,
        subject=message.subject,
        text=message.text,
        accepted_at=message.accepted_at,
        bounce=message.bounce,
    )
