"""What routes ask for: the web process's open doors, who calls, and the case they name.

Next: api/guard.py
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol, cast
from uuid import UUID

from fastapi import Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client

from adapters.database.case_reader import CaseReader, CaseView
from adapters.resources import Resources
from api.looks import note_look
from api.own_case import refuse_held, refuse_own_case
from api.security import ApiKeys, Caller
from domain.commands import Actor
from domain.messages import CommandCall, Snapshot
from domain.rights import Role
from domain.sweep_messages import SweepAction, SweepSnapshot, Swept


class CaseDoor(Protocol):
    """What routes need of `api/cases.py`; a test stands a small fake in for it."""

    def start_soon(self, case_id: UUID, /) -> None: ...

    async def perform(self, case_id: UUID, call: CommandCall, /) -> Snapshot: ...

    async def answer_of(self, case_id: UUID, command_id: str, /) -> Snapshot | None: ...


class DeskDoor(Protocol):
    """What routes need of `api/breaches.py` and `api/notices.py`; a test stands a small fake in for it."""

    def start_soon(self, dossier_id: UUID, /) -> None: ...

    async def perform(self, dossier_id: UUID, call: Any, /) -> Any: ...  # noqa: ANN401 (each kind's own)

    async def answer_of(self, dossier_id: UUID, command_id: str, /) -> Any: ...  # noqa: ANN401


class SweepsDoor(Protocol):
    """What routes need of `api/sweeps.py`; a test stands a small fake in for it."""

    async def perform(self, swept: Swept, action: SweepAction, actor: Actor, sha256: str | None = None) -> SweepSnapshot: ...


class ArchivesDoor(Protocol):
    """What routes need of `api/archives.py`; a test stands a small fake in for it."""

    def start_soon(self, archive: UUID) -> None: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Web:
    """The open doors of one web process, made by `api/app.py`.

    Args:
        breaches: the door to breaches; None in tests that have none. The same for notices, sweeps of retention and imports.
        client: of the engine, connected at the first call; None in tests that have no engine.
        issuers: JWKS of those who may sign identity assertions.
        now: the wall clock, UTC.
    """

    resources: Resources
    cases: CaseDoor
    keys: ApiKeys
    breaches: DeskDoor | None = None
    notices: DeskDoor | None = None
    sweeps: SweepsDoor | None = None
    archives: ArchivesDoor | None = None
    client: Client | None = None
    issuers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    now: Callable[[], datetime] = _now

    @property
    def the_breaches(self) -> DeskDoor:
        """The door to breaches."""
        assert self.breaches is not None
        return self.breaches

    @property
    def the_notices(self) -> DeskDoor:
        """The door to notices."""
        assert self.notices is not None
        return self.notices

    @property
    def the_sweeps(self) -> SweepsDoor:
        """The door to sweeps of retention."""
        assert self.sweeps is not None
        return self.sweeps


# Dependencies are coroutines although they wait for nothing: FastAPI would run a plain function in a thread of its own.


def web_of(request: Request) -> Web:
    """The web process that serves this request."""
    return cast("Web", request.app.state.web)


async def web(request: Request) -> Web:
    """As a dependency."""
    return web_of(request)


async def resources(request: Request) -> Resources:
    """The process's resources."""
    return web_of(request).resources


async def cases(request: Request) -> CaseDoor:
    """The door to the workflows."""
    return web_of(request).cases


async def caller(request: Request) -> Caller:
    """Whoever the guard let in."""
    return cast("Caller", request.state.caller)


async def case_view(
    request: Request, reference: Annotated[str, Path(description="`HAB-` and 8 characters.", examples=["HAB-7K3M9QXA"])]
) -> CaseView:
    """The case that the path names, if the caller may see it.

    Raises:
        UnknownObjectError: there is none, or it is somebody else's; the answer does not say which.
        NotPermittedError: it is about the caller, or what is asked for is only held, which is the restricted role's.
    """
    resources, who = web_of(request).resources, await caller(request)

    def found() -> CaseView:
        view = refuse_own_case(resources, who, who.see(CaseReader(resources).find(reference.upper())))
        if request.state.rule.content:
            refuse_held(resources, who, view, web_of(request).now())
        if request.method == "GET" and who.role is not Role.PLATFORM:
            note_look(resources, who, view.receipt.case_id, web_of(request).now())
        return view

    return await run_in_threadpool(found)


TheWeb = Annotated[Web, Depends(web)]
TheCaller = Annotated[Caller, Depends(caller)]
TheCase = Annotated[CaseView, Depends(case_view)]
