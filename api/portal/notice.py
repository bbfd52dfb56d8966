"""`/notice/...`: where somebody who got a letter about a breach sees that it is from us, and what we say in public (Article 34).

It asks for nothing, tells nothing of anybody's data, and is the same for every letter of a notice.
Next: adapters/notice_letters.py
"""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.notice_reader import NoticeReader, NoticeView, Proof, genuine
from adapters.letter_words import moment
from adapters.notice_letters import affected_of
from api.dependencies import TheWeb, Web
from api.face.days import zone
from api.portal import pages
from domain.errors import UnknownObjectError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)


@router.get("/affected/{token}")
async def affected(token: str, web: TheWeb) -> Response:
    """Whether the address that this link was sent to is on a notice's list; whoever does not have the link learns nothing."""
    return await run_in_threadpool(_affected, web, token)


@router.get("/notice/{token}")
async def notice(token: str, web: TheWeb) -> Response:
    """A letter's own page, by the token in it; or the public notice, by its reference."""
    return await run_in_threadpool(_public if token.upper().startswith("HAB-N") else _letter, web, token)


def _letter(web: Web, token: str) -> Response:
    found = genuine(web.resources, token)
    if found is None:
        lines = [
            "We have not sent a letter with this address. Do not follow what it asks of you.",
            "If you still have it, please tell us how it reached you: the ways to reach us are below.",
        ]
        return pages.show(web, "told.html", status=404, title="This letter is not from us", lines=lines)
    view, at = found
    lines = [
        f"We sent it {moment(at, zone(web))}, under the reference {view.dossier.reference}.",
        "You got it because it concerns the account with the address that it was sent to.",
        "It asks you for no password and has no link to sign in. To do what it advises, open our site as usual.",
        "You can answer the letter, or reach us in one of the ways below.",
    ]
    return pages.show(web, "told.html", title="This letter is from us", lines=[*lines, *_texts(web, view)])


def _affected(web: Web, token: str) -> Response:
    found = affected_of(web.resources.vault, token)
    if found is None:
        raise UnknownObjectError
    reference, index = found
    reader = NoticeReader(web.resources)
    view = reader.find(reference)
    proof = reader.proof_of(view.dossier.id, index) if view.state.approved_by else None
    if proof is None:
        title = "This address is not on our list"
        lines = [f"As far as we know, our notice {reference} does not concern the account with the address of this link."]
    else:
        title = "This address is on our list"
        lines = [f"Our notice {reference} concerns the account with the address of this link.", _fate(web, proof)]
    lines += ["You may have other accounts with other addresses: ask us for each.", "This page asks you for nothing."]
    return pages.show(web, "told.html", title=title, lines=[*lines, *_texts(web, view)])


def _fate(web: Web, proof: Proof) -> str:
    if proof.state == "sent" and proof.at:
        return f"We sent you a letter {moment(proof.at, zone(web))}. If you cannot find it, ask us to send it again."
    if proof.state in {"bounced", "refused"}:
        return "Our letter did not arrive. Please tell us another way to reach you."
    return "A letter with everything that you should know is on its way to you."


def _public(web: Web, reference: str) -> Response:
    view = NoticeReader(web.resources).find(reference.upper())
    texts = _texts(web, view)
    if not texts:
        raise UnknownObjectError
    return pages.show(web, "told.html", title="A notice to everybody whom it may concern", lines=texts)


def _texts(web: Web, view: NoticeView) -> list[str]:
    words = NoticeReader(web.resources).words(view.dossier.id, view.state.published.values())
    published = [words[note] for _, note in sorted(view.state.published.items())]
    return [line.strip() for text in published for line in text.splitlines() if line.strip()]
