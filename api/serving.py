"""How the web process listens: on this machine, and who is believed about where a request came from (ASVS 15.3.4).

Rate limits and the networks of API keys depend on the client's address. A reverse proxy says it in `X-Forwarded-For`, which
anybody can write; it counts only from the proxies that `HABEAS_PROXIES` names. Next: api/app.py
"""

from typing import Any

from fastapi import FastAPI

from adapters.lasting import keep_for_good
from adapters.settings import Settings
from api.app import create_app


def options(settings: Settings) -> dict[str, Any]:
    """What the server is started with."""
    return {
        "host": "127.0.0.1",  # a reverse proxy with TLS stands in front
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.proxies),
        "forwarded_allow_ips": settings.proxies.split(),
        "timeout_graceful_shutdown": 10,  # seconds; a command takes 15 at most, and can be asked for again
    }


def served() -> FastAPI:
    """The application, in a process that serves nothing else."""
    application = create_app()
    keep_for_good()
    return application
