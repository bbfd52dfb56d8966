"""`/notice/...`: where somebody who got a letter about a breach sees that it is from us, and what we say in public (Article 34).

It asks for nothing, tells nothing of anybody's data, and is the same for every letter of a notice.
Next: adapters/notice_letters.py
"""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.notice_reader import NoticeReader, NoticeView, genuine
from adapters.letter_words import moment
from api.dependencies import TheWeb, Web
from api.face.days import zone
from api.portal import pages
from domain.errors import UnknownObjectError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)


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
        "It asks you for no password and has no link to sign in. To do what it advises, open our site as usual.",
        "You can answer the letter, or reach us in one of the ways below.",
    ]
    return pages.show(web, "told.html", title="This letter is from us", lines=[*lines, *_texts(web, view)])


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
