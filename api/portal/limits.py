"""How often one client may post, and how many requests one mailbox may be named in: so that nobody's mailbox is flooded.

Counted per process and forgotten with it; codes have a cap of their own in the database. Next: api/portal/submit.py
"""

from typing import Final, cast

from fastapi import FastAPI

from api.face.windows import Window

POSTS: Final = 120  # per client in ten minutes: an office behind one address, never a flood
POSTS_WINDOW: Final = 600.0  # seconds
REQUESTS: Final = 10  # per mailbox and day; each sends it two letters
REQUESTS_WINDOW: Final = 86_400.0


class Limits:
    """The windows of one web process."""

    def __init__(self) -> None:
        self.posts = Window(POSTS, POSTS_WINDOW)
        self.requests = Window(REQUESTS, REQUESTS_WINDOW)


def limits_of(app: FastAPI) -> Limits:
    """The limits of the application that serves a request."""
    state = app.state
    if not hasattr(state, "portal_limits"):
        state.portal_limits = Limits()
    return cast("Limits", state.portal_limits)
