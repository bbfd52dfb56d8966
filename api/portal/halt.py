"""`/stop`, `/dispute`, `/object`: whoever a letter told of something halts it by its link, without a code (Articles 12(6), 17).

Halting costs nothing and a person looks into the rest: an erasure stops, a release waits, an account stays. The three are one
page with other words and another command. A GET only shows, so that a mail scanner halts nothing. Next: api/portal/deeds.py
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.links import LinkPurpose
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages
from api.portal.languages import say
from api.portal.reading import link_of
from api.portal.told import tell
from domain.authority import Action
from domain.case import CaseState
from domain.decisions import allowed_actions
from domain.errors import NotAllowedNowError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_GONE: Final = 410


@dataclass(frozen=True)
class Told:
    """A page that says something and asks for nothing."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Halt:
    """One of the links.

    Args:
        purpose: of the link, and where its page stands.
        action: the command that `make` gives.
        asked: what the page asks, and what its button does.
        button: its words.
        calm: pressing it takes nothing from anybody, so it is no red button.
        done: told when it is halted; of `api/portal/told.py`.
        over: told where there is nothing to halt any more, by how the case stands.
    """

    purpose: LinkPurpose
    action: Action
    make: deeds.Make
    asked: Told
    button: str
    done: str
    over: Callable[[CaseState], Told]
    calm: bool = False


def _erased_or_not(state: CaseState) -> Told:
    if state.erasure is not None and state.erasure.carried_out_at is not None:
        return Told("The data are erased already", ("It cannot be stopped any more. Our letter has the certificate.",))
    return Told("Nothing will be erased", ("The erasure was stopped. You need do nothing.",))


HALTS: Final = (
    Halt(
        "stop",
        Action.CANCEL_ERASURE,
        deeds.cancel_erasure,
        asked=Told(
            "Stop the erasure?", ("If you press the button, nothing is erased. You can ask for it again whenever you like.",)
        ),
        button="Stop the erasure",
        done="erasure-stopped",
        over=_erased_or_not,
        calm=True,
    ),
    Halt(  # the owner of a contact that we hold (`security.md` I6): it holds the release and never the clock
        "dispute",
        Action.DISPUTE_IDENTITY,
        deeds.dispute,
        asked=Told(
            "Was this request not yours?",
            ("If you press the button, nothing goes out and nothing is deleted until a person has looked into it.",),
        ),
        button="This was not me",
        done="held",
        over=lambda _state: Told(
            "This request has ended",
            ("This request has ended already. If you are worried about it, write to us: the ways to reach us are below.",),
        ),
    ),
    Halt(  # the holder of an account that was reported as a child's; no document is asked for
        "object",
        Action.OBJECT_TO_REPORT,
        deeds.object_to_report,
        asked=Told("Are you 18 or older?", ("If you press the button, a person looks into it. We do not ask for a passport.",)),
        button="I am 18 or older. Keep my account",
        done="of-age",
        over=lambda _state: Told(
            "This was decided already",
            ("This was decided already. If you do not agree, write to us: the ways to reach us are below.",),
        ),
        calm=True,
    ),
)


def _showing(halt: Halt) -> Callable[[str, Web], Awaitable[Response]]:
    async def show(token: str, web: TheWeb) -> Response:
        """What the button does; changes nothing."""
        return await run_in_threadpool(_shown, web, halt, token)

    return show


def _halting(halt: Halt) -> Callable[[str, Request, Web], Awaitable[Response]]:
    async def press(token: str, request: Request, web: TheWeb) -> Response:
        """Halt it."""
        link, alive = await run_in_threadpool(link_of, web.resources, token, halt.purpose, web.now())
        if link is None or not alive:
            return pages.error_page(web, _GONE)
        form = await forms.form_of(request)
        try:
            await deeds.do(web, link.case_id, forms.field(form, "once"), "", halt.action, halt.make)
        except NotAllowedNowError:
            return await run_in_threadpool(_shown, web, halt, token)
        return tell(web, halt.done)

    return press


for _each in HALTS:
    router.add_api_route(f"/{_each.purpose}/{{token}}", _showing(_each), methods=["GET"])
    router.add_api_route(f"/{_each.purpose}/{{token}}", _halting(_each), methods=["POST"])


def _shown(web: Web, halt: Halt, token: str) -> Response:
    link, alive = link_of(web.resources, token, halt.purpose, web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    state = CaseReader(web.resources).get(link.case_id).state
    if halt.action not in allowed_actions(state):
        over = halt.over(state)
        lines = [say(line) for line in over.lines]
        return pages.show(web, "told.html", here=f"/{halt.purpose}/{token}", title=say(over.title), lines=lines)
    return pages.show(
        web,
        "confirm.html",
        title=say(halt.asked.title),
        lines=[say(line) for line in halt.asked.lines],
        action=f"/{halt.purpose}/{token}",
        button=say(halt.button),
        calm=halt.calm,
        back="/unchanged",
        back_words=say("No, leave it as it is"),
    )
