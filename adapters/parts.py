"""Which processes make up a running Habeas, and how each shows that it is ready.

Next: worker.py
"""

import os
import socket
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from adapters import embedded
from adapters.settings import Settings
from adapters.supervisor import Part
from domain.errors import SettingsError

HOST = "127.0.0.1"
ASK_LIMIT = 3.0  # seconds for one question whether a part is ready
WORKER_READY = "worker.ready"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the environment knows no loopback
WORKER_PATIENCE = 40.0  # seconds: its activities get 30 to finish (temporal.md, rule 43)


def preparation(settings: Settings, demo_size: str) -> Part:
    """Build what runs before the parts: `habeas prepare`, in a process of its own so that its memory is given back."""
    command = [sys.executable, "-m", "cli", "prepare", "--size", demo_size]
    return Part("prepare", command, _environment(settings, os.environ), lambda: True, "")


def parts(settings: Settings) -> list[Part]:
    """Build the parts in starting order; Temporal and the mail catcher only when nothing else is configured."""
    found = []
    environment = _environment(settings, os.environ)
    if embedded.is_wanted(os.environ):
        environment |= embedded.client_environment(settings.temporal_port)
        found.append(_temporal(settings, environment))
    if settings.smtp_url is None:
        environment["HABEAS_SMTP_URL"] = f"smtp://{HOST}:{settings.mail_port}"
        found.append(_mail(settings, environment))
    polls = settings.home / WORKER_READY
    worker = [sys.executable, "-m", "worker"]
    found.append(Part("worker", worker, environment, polls.exists, "polling", patience=WORKER_PATIENCE, sign=polls))
    web = [sys.executable, "-m", "cli", "web"]
    url = f"http://{HOST}:{settings.port}"
    found.append(Part("web", web, environment, lambda: _answers(f"{url}/readyz"), url))
    return found


def refuse_taken_ports(settings: Settings) -> None:
    """Look at every port before anything starts.

    Raises:
        SettingsError: one of them is taken, or named twice. Names the setting.
    """
    wanted = {"port": settings.port}
    if embedded.is_wanted(os.environ):
        wanted["temporal_port"] = settings.temporal_port
    if settings.smtp_url is None:
        wanted["mail_port"] = settings.mail_port
    with ExitStack() as held:
        for name, port in wanted.items():
            probe = held.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just closed do not count
            try:
                probe.bind((HOST, port))
                probe.listen(1)
            except OSError:
                setting = f"HABEAS_{name.upper()}"
                raise SettingsError(f"Port {port} is taken: set {setting} to another one.", setting=name) from None


def _environment(settings: Settings, own: Mapping[str, str]) -> dict[str, str]:
    return {
        **own,
        "HABEAS_HOME": str(settings.home),
        "HABEAS_ENVIRONMENT": settings.environment,
        "PYTHONUNBUFFERED": "1",
    }


def _temporal(settings: Settings, environment: Mapping[str, str]) -> Part:
    address, namespace = f"{HOST}:{settings.temporal_port}", os.environ.get("TEMPORAL_NAMESPACE") or "default"
    command = embedded.command(port=settings.temporal_port, database=settings.home / embedded.STATE, namespace=namespace)
    return Part(
        "temporal",
        command,
        {**environment, **embedded.ENVIRONMENT},
        lambda: embedded.prepare_namespace(address, namespace),
        address,
    )


def _mail(settings: Settings, environment: Mapping[str, str]) -> Part:
    folder: Path = settings.home / "mail"
    command = [sys.executable, "-m", "adapters.mail_catcher", str(settings.mail_port), str(folder), settings.log_level]
    where = f"{HOST}:{settings.mail_port}, every letter is kept in {folder}"
    return Part("mail", command, dict(environment), lambda: _listens(settings.mail_port), where)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=ASK_LIMIT).close()
    except OSError:
        return False
    return True


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=ASK_LIMIT):
            return True
    except OSError:  # URLError is one
        return False
