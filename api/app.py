"""Composition root of the web process: opens the resources, hangs in the routers, guards every request (design section 11).

Next: api/security.py
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from adapters import temporal
from adapters.assertions import read_issuers
from adapters.resources import Resources
from adapters.settings import Settings
from api import errors, health
from api.cases import Cases
from api.dependencies import CaseDoor, Web
from api.guards import Headers, Hosts
from api.security import ApiKeys
from api.v1 import cases as case_routes
from api.v1 import requests


def create_app(resources: Resources | None = None, gateway: CaseDoor | None = None) -> FastAPI:
    """The web application. Starts while the engine is down: requests are received all the same (design principle 2).

    Args:
        resources: opened elsewhere, closed elsewhere; without them the settings of this process are opened and closed.
        gateway: stands in for the engine in tests; given together with `resources`.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _opened(resources, gateway) as web:
            app.state.web = web
            yield

    app = FastAPI(title="Habeas", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    app.include_router(health.router)
    for routes in (requests.router, case_routes.router):
        app.include_router(routes, prefix="/api/v1")
    # The last added is the first to see a request.
    app.add_middleware(Hosts)
    app.add_middleware(Headers)
    return app


@contextlib.asynccontextmanager
async def _opened(given: Resources | None, gateway: CaseDoor | None) -> AsyncIterator[Web]:
    resources = given or Resources.open(Settings.load())
    keys = ApiKeys(resources.database, resources.settings)
    issuers = read_issuers(resources.settings.identity_issuers)
    try:
        if gateway is not None:
            yield Web(resources=resources, cases=gateway, keys=keys, issuers=issuers)
        else:
            client = await temporal.connect(resources.settings, resources.vault, lazy=True)
            async with _swept(Cases(client, resources)) as cases:
                yield Web(resources=resources, cases=cases, keys=keys, client=client, issuers=issuers)
    finally:
        await keys.settled()
        if given is None:
            resources.close()


@contextlib.asynccontextmanager
async def _swept(cases: Cases) -> AsyncIterator[Cases]:
    sweep = asyncio.create_task(cases.sweep_forever())
    try:
        yield cases
    finally:
        sweep.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweep
