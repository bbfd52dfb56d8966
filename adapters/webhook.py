"""Tells another system of the controller something by HTTP, to the one address in the settings and nowhere else.

The name is resolved once and that address is connected to, so a name cannot lead elsewhere between look and call; outside of
development and the demo it has to be a public one. No redirects, no answer read beyond its status, ten seconds in all.
Next: `activities/breach_calls.py`
"""

import http.client
import ipaddress
import json
import socket
import ssl
from urllib.parse import SplitResult, urlsplit

from adapters.settings import Settings
from domain.errors import SettingsError

PATIENCE = 10.0  # seconds
_TAKEN = range(200, 300)


class WebhookNotTakenError(Exception):
    """The other side did not take it; trying again may help. Carries neither address nor answer."""


def post_webhook(settings: Settings, url: str, body: dict[str, str | int]) -> None:
    """Hand a small JSON object over. Blocks: call it in a thread.

    Args:
        settings: say whether a private address is acceptable.
        url: of the settings.
        body: ids, numbers and links; never what was reported.

    Raises:
        SettingsError: not an address that may be called.
        WebhookNotTakenError: no connection, no answer in time, or an answer that is no success.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError("HABEAS_ON_CALL_WEBHOOK: write https://host/path.", setting="on_call_webhook")
    try:
        address, port = _resolved(parts)
        if not _may_call(settings, address):
            raise SettingsError("HABEAS_ON_CALL_WEBHOOK: this leads to a private address.", setting="on_call_webhook")
        _send(parts, address, port, json.dumps(body).encode())
    except (OSError, http.client.HTTPException) as failure:
        raise WebhookNotTakenError(type(failure).__name__) from None


def _resolved(parts: SplitResult) -> tuple[str, int]:
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0]), port


def _may_call(settings: Settings, address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_global or settings.environment != "production"


def _send(parts: SplitResult, address: str, port: int, body: bytes) -> None:
    plain = socket.create_connection((address, port), timeout=PATIENCE)
    try:
        if parts.scheme == "https":
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(str(parts.hostname), port, timeout=PATIENCE)
        connection.sock = plain
        path = parts.path or "/"
        headers = {"Content-Type": "application/json", "Host": parts.netloc.rpartition("@")[2]}
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        status = connection.getresponse().status
    finally:
        plain.close()
    if status not in _TAKEN:
        raise WebhookNotTakenError(f"answered {status}")
