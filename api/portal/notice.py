"""`/notice/...`: where somebody who got a letter about a breach sees that it is from us, and what we say in public (Article 34).

It asks for nothing, tells nothing of anybody's data, and is the same for every letter of a notice.
Next: adapters/notice_letters.py
"""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.notice_reader import NoticeReader, NoticeView, Proof, genuine
from adapters.letter_words import moment
from adapters.notice_letters import affected_of
from api.dependencies import TheWeb, Web
from api.face.days import zone
from api.portal import pages
from api.portal.languages import current
from api.portal.notice_words import WORDS
from domain.errors import UnknownObjectError
from domain.incoming import Language
from domain.typography import set_in

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
    language = current().language
    found, words = genuine(web.resources, token), WORDS[language]
    if found is None:
        return _page(web, words.forged, words.forged_lines, status=404)
    view, at = found
    told = {"at": moment(at, zone(web), language), "reference": view.dossier.reference}
    lines = [line.format(**told) for line in words.genuine_lines]
    return _page(web, words.genuine, [*lines, *_texts(web, view)])


def _affected(web: Web, token: str) -> Response:
    language = current().language
    found, words = affected_of(web.resources.vault, token), WORDS[language]
    if found is None:
        raise UnknownObjectError
    reference, index = found
    reader = NoticeReader(web.resources)
    view = reader.find(reference)
    proof = reader.proof_of(view.dossier.id, index) if view.state.approved_by else None
    if proof is None:
        title, lines = words.not_listed, [words.not_listed_line.format(reference=reference)]
    else:
        title, lines = words.listed, [words.listed_line.format(reference=reference), _fate(web, proof, language)]
    return _page(web, title, [*lines, *words.after, *_texts(web, view)])


def _fate(web: Web, proof: Proof, language: Language) -> str:
    words = WORDS[language]
    if proof.state == "sent" and proof.at:
        return words.sent.format(at=moment(proof.at, zone(web), language))
    return words.came_back if proof.state in {"bounced", "refused"} else words.on_its_way


def _public(web: Web, reference: str) -> Response:
    view = NoticeReader(web.resources).find(reference.upper())
    texts = _texts(web, view)
    if not texts:
        raise UnknownObjectError
    return _page(web, WORDS[current().language].public, texts)


def _page(web: Web, title: str, lines: Sequence[str], status: int = 200) -> Response:
    language = current().language
    return pages.show(web, "told.html", status=status, title=title, lines=[set_in(language, line) for line in lines])


def _texts(web: Web, view: NoticeView) -> list[str]:
    words = NoticeReader(web.resources).words(view.dossier.id, view.state.published.values())
    published = [words[note] for _, note in sorted(view.state.published.items())]
    return [line.strip() for text in published for line in text.splitlines() if line.strip()]
