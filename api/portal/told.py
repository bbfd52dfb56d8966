"""`/told` and `/sorry`: pages that say something and ask for nothing, each with an address of its own (Article 12(1)).

What was just done is said at another address than the form's: reloading posts nothing again, and the page can be read in another
language like any other. Which words they are stands in a cookie for ten minutes and not in the address, so that nobody can send
somebody else a page of ours that claims that something was done. Next: api/portal/pages.py
"""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response

from api.dependencies import TheWeb, Web
from api.portal import pages
from api.portal.languages import say

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_LIFE: Final = 600  # seconds
_LOOKED_INTO: Final = "Nothing goes out and nothing is deleted until a person has looked into it."
_WAIT: Final = "It goes to the address that the copy was sent to. It may take a minute."

# By what was done: the heading, and what follows.
TOLD: Final[dict[str, tuple[str, Sequence[str]]]] = {
    "left": (
        "The page is closed",
        ("Nobody can open it on this device without a link from our mails.", "Your request goes on."),
    ),
    "not-mine": (
        "Thank you for telling us",
        (
            "Nobody gets anything through this address.",
            "You need do nothing more. We keep a note, so that we are careful.",
        ),
    ),
    "held": ("Thank you for telling us", (_LOOKED_INTO, "You need do nothing more.")),
    "wrong-person": (
        "Thank you for telling us",
        ("Links and codes have stopped working. A person looks into it.", "Please delete the copy if you have it."),
    ),
    "wrong-person-late": (
        "Thank you for telling us",
        ("The copy cannot be fetched any more.", "Please delete the copy if you have it."),
    ),
    "new-link": ("A new link is on its way", (_WAIT,)),
    "link-sent-before": ("There is no new link", ("A new link was sent a few minutes ago. Please look in the mailbox.",)),
    "link-over": (
        "There is no new link",
        ("The copy was kept for six months after it was delivered. You can ask for a new one at any time.",),
    ),
    "erasure-stopped": ("Nothing will be erased", ("We stopped it. We write to you in a moment.",)),
    "of-age": (
        "Thank you for telling us",
        (
            "A person looks into it, and we write to you.",
            "Until then the account stays paused, and nothing of it is deleted.",
        ),
    ),
}


def tell(web: Web, what: str) -> Response:
    """Go to the page that says what was done; `what`: of `TOLD`."""
    answer = pages.away_to("/told")
    secure = web.resources.settings.public_url.startswith("https:")
    answer.set_cookie(_name(web), what, max_age=_LIFE, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/told")
async def told(request: Request, web: TheWeb) -> Response:
    """What was done in this browser just now; whoever did nothing finds the form."""
    title, lines = TOLD.get(request.cookies.get(_name(web), ""), ("", ()))
    return pages.show(web, "told.html", title=say(title), lines=[say(line) for line in lines]) if title else pages.away_to("/")


@router.get("/unchanged")
async def unchanged(web: TheWeb) -> Response:
    """Where somebody goes who was asked by a mail's link and says no: it promises nothing."""
    return pages.show(web, "told.html", title=say("Nothing was changed"), lines=[say("You can close this page.")])


@router.get("/sorry/{kind}")
async def sorry(kind: str, web: TheWeb) -> Response:
    """A refusal of something that was posted, for whoever reads it in another language."""
    return pages.sorry_page(web, kind)


def _name(web: Web) -> str:
    # The prefix binds a cookie to one host and to https; browsers refuse it elsewhere.
    return ("__Host-" if web.resources.settings.public_url.startswith("https:") else "") + "habeas-told"
