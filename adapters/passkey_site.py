"""Where passkeys count, by the address of the console: WebAuthn binds them to a name, and browsers want https for it.

Next: adapters/passkeys.py
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Site:
    """The console as browsers name it.

    Args:
        name: the host; a passkey is bound to it for good.
        origin: scheme, host and port of its pages.
    """

    name: str
    origin: str


def site_of(console_url: str) -> Site | None:
    """The site of the console; None where browsers make no passkeys: without https, or without a name.

    Args:
        console_url: as browsers see it. An address of this machine counts as `localhost`, which browsers take without https.
    """
    parts = urlsplit(console_url)
    host = parts.hostname or ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in {None, usual} else ""
    try:
        if not ipaddress.ip_address(host).is_loopback:
            return None
        host = "localhost"
    except ValueError:
        pass
    if not host or (parts.scheme != "https" and host != "localhost"):
        return None
    return Site(host, f"{parts.scheme}://{host}{port}")
