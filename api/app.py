"""Composition root of the web process: opens the resources, hangs in the routers, guards every request (design section 11).

Next: api/security.py
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from fastapi import FastAPI

from adapters import temporal
from adapters.assertions import read_issuers
from adapters.resources import Resources
from adapters.settings import Settings
from api import errors, health
from api.cases import Cases
from api.dependencies import Gateway, Web
from api.guards import BodyLimit, Headers, Hosts

_LOCAL = ("127.0.0.1", "localhost", "::1")


def create_app(resources: Resources | None = None, gateway: Gateway | None = None) -> FastAPI:
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
    # The last added is the first to see a request.
    app.add_middleware(BodyLimit)
    app.add_middleware(Hosts)
    app.add_middleware(Headers)
    return app


@contextlib.asynccontextmanager
async def _opened(given: Resources | None, gateway: Gateway | None) -> AsyncIterator[Web]:
    resources = given or Resources.open(Settings.load())
    try:
        async with _swept(resources) if gateway is None else contextlib.nullcontext(gateway) as cases:
            yield _web(resources, cases)
    finally:
        if given is None:
            resources.close()


def _web(resources: Resources, cases: Gateway) -> Web:
    settings = resources.settings
    host = urlsplit(settings.public_url).hostname
    return Web(
        resources=resources,
        cases=cases,
        issuers=read_issuers(settings.identity_issuers),
        hosts=frozenset({*_LOCAL, *([host] if host else [])}),
    )


@contextlib.asynccontextmanager
async def _swept(resources: Resources) -> AsyncIterator[Cases]:
    client = await temporal.connect(resources.settings, resources.vault, lazy=True)
    cases = Cases(client, resources)
    sweep = asyncio.create_task(cases.sweep_forever())
    try:
        yield cases
    finally:
        sweep.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweep
