"""Composition root of the web process: opens the resources, hangs in the routers, guards every request (design section 11).

Next: api/security.py
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from temporalio.service import RPCError

from adapters import temporal
from adapters.alerts import look_over, note_configuration
from adapters.assertions import read_issuers
from adapters.database.alarms import RefusalAlarms
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.staff_post import send_waiting
from api import errors, openapi
from api.archives import ArchiveDoor
from api.breaches import breaches
from api.cases import Cases
from api.console import pages as console_pages
from api.demo_mail import codes as demo_codes
from api.demo_mail import pages as demo_mail
from api.dependencies import CaseDoor, DeskDoor, SweepsDoor, Web
from api.door import Door
from api.guards import Headers, Hosts
from api.notices import notices
from api.observation import Observation
from api.portal import pages
from api.routes import routes
from api.security import ApiKeys
from api.sweeps import SweepDoor

_SWEEP_EVERY = _AFTER_A_FAILED_SWEEP = 60.0  # seconds
_NOTICES_EVERY = 10.0  # seconds
_RECONCILE_EVERY = 10  # sweeps; it asks the engine about everything that is open
_log = structlog.get_logger()


def create_app(
    resources: Resources | None = None,
    gateway: CaseDoor | None = None,
    desk: tuple[DeskDoor, DeskDoor] | None = None,
    sweeps: SweepsDoor | None = None,
) -> FastAPI:
    """The web application. Starts while the engine is down: requests are received all the same (design principle 2).

    Args:
        resources: opened elsewhere, closed elsewhere; without them the settings of this process are opened and closed.
        gateway: stands in for the engine in tests; given together with `resources`.
        desk: the same for breaches and for notices.
        sweeps: the same for sweeps of retention.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _opened(resources, gateway, desk, sweeps) as web:
            app.state.web = web
            if web.resources.settings.environment == "demo":
                app.include_router(demo_mail.router)  # its letters hold working codes: nowhere else is there such a page
                app.include_router(demo_codes.router)
            yield

    app = FastAPI(title="Habeas", version="1", routes=routes(), lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    pages.install(app)
    console_pages.install(app)
    openapi.install(app)
    # The last added is the first to see a request.
    app.add_middleware(Observation)
    app.add_middleware(Hosts)
    app.add_middleware(Headers)
    return app


@contextlib.asynccontextmanager
async def _opened(
    given: Resources | None, gateway: CaseDoor | None, desk: tuple[DeskDoor, DeskDoor] | None, sweeps: SweepsDoor | None
) -> AsyncIterator[Web]:
    resources = given or Resources.open(Settings.load())
    keys = ApiKeys(resources.database, resources.vault, resources.settings)
    issuers = read_issuers(resources.settings.identity_issuers)
    try:
        if gateway is not None:
            breach_door, notice_door = desk or (None, None)
            yield Web(resources, gateway, keys, breach_door, notice_door, sweeps, issuers=issuers)
        else:
            alarms = RefusalAlarms(resources.database)
            client = await temporal.connect(resources.settings, resources.vault, on_refused=alarms, lazy=True)
            doors = breaches(client, resources), notices(client, resources)
            archives = ArchiveDoor(client, resources)
            async with _swept(Cases(client, resources), doors, archives, resources) as door:
                yield Web(resources, door, keys, *doors, SweepDoor(client), archives, client=client, issuers=issuers)
    finally:
        await keys.settled()
        if given is None:
            resources.close()


@contextlib.asynccontextmanager
async def _swept(
    door: Cases, desk: Sequence[Door[Any, Any]], archives: ArchiveDoor, resources: Resources
) -> AsyncIterator[Cases]:
    sweeps = [asyncio.create_task(_sweep(door)), *(asyncio.create_task(_sweep_desk(each)) for each in desk)]
    sweeps += [asyncio.create_task(_send_to_staff(resources)), asyncio.create_task(_watch(resources))]
    sweeps.append(asyncio.create_task(archives.sweep()))
    try:
        yield door
    finally:
        for sweep in sweeps:
            sweep.cancel()
        await asyncio.gather(*sweeps, return_exceptions=True)


async def _sweep(door: Cases) -> None:
    while True:
        try:
            await door.sweep_forever()
        except SQLAlchemyError as failure:
            # A database that is away for a while must not end the safety net for good.
            _log.warning("sweep postponed", reason=type(failure).__name__)
        await asyncio.sleep(_AFTER_A_FAILED_SWEEP)


async def _send_to_staff(resources: Resources) -> None:
    while True:
        try:
            await run_in_threadpool(send_waiting, resources)
        except SQLAlchemyError as failure:
            _log.warning("notices to staff postponed", reason=type(failure).__name__)
        await asyncio.sleep(_NOTICES_EVERY)


async def _watch(resources: Resources) -> None:
    await run_in_threadpool(note_configuration, resources, datetime.now(UTC))
    while True:
        try:
            await run_in_threadpool(look_over, resources, datetime.now(UTC))
        except SQLAlchemyError as failure:
            _log.warning("looking for what is unusual postponed", reason=type(failure).__name__)
        await asyncio.sleep(_SWEEP_EVERY)


async def _sweep_desk(desk: Door[Any, Any]) -> None:
    for turn in itertools.count():
        try:
            await desk.sweep()
            if turn % _RECONCILE_EVERY == 0:
                await desk.reconcile()
        except (SQLAlchemyError, RPCError, OSError) as failure:
            _log.warning("sweep postponed", reason=type(failure).__name__)
        await asyncio.sleep(_SWEEP_EVERY)
