"""What routes ask for: the opened resources, and the door to the cases.

Next: api/security.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, cast
from uuid import UUID

from fastapi import Depends, Request

from adapters.resources import Resources
from domain.messages import CommandCall, Snapshot


class Gateway(Protocol):
    """What routes need of `api.cases.Cases`."""

    def start_soon(self, case_id: UUID) -> None:
        """Start a case in the background; on the event loop."""

    async def perform(self, case_id: UUID, call: CommandCall) -> Snapshot:
        """Hand a command in and wait for its answer."""

    async def answer_of(self, case_id: UUID, command_id: str) -> Snapshot | None:
        """The answer to a command handed in before."""


@dataclass(frozen=True)
class Web:
    """Everything the web process opened.

    Args:
        issuers: JWKS of those whose identity assertions count, by issuer.
        hosts: names this process answers under.
    """

    resources: Resources
    cases: Gateway
    issuers: Mapping[str, Mapping[str, Any]]
    hosts: frozenset[str]


def opened(request: Request) -> Web:
    """What the lifespan opened."""
    return cast("Web", request.app.state.web)


Opened = Annotated[Web, Depends(opened)]
