"""How often one client may post, and how many requests one mailbox may be named in: so that nobody's mailbox is flooded.

Counted for all web processes together; what is stored is a keyed MAC. Codes have a cap of their own. Next: api/portal/submit.py
"""

import ipaddress
from datetime import timedelta
from typing import Final

from sqlmodel import Session

from adapters import rates
from adapters.rates import MAILBOX, Rate, one_too_many
from api.dependencies import Web

POSTS: Final = Rate(most=120, within=timedelta(minutes=10))  # per client: an office behind one address, never a flood
REQUESTS: Final = MAILBOX
_USE: Final = "habeas/1/rate"
_IPV6_HOME = 64  # bits; what one household is given, so that a new address in it is no new client


def client_posts_too_often(web: Web, address: str) -> bool:
    """Count one post of a client; True when it is one too many. To be called in a thread."""
    return _too_often(web, "portal-posts", _network(address), POSTS)


def mailbox_named_too_often(web: Web, address: str) -> bool:
    """Count one request that names a mailbox; True when it is one too many. To be called in a thread.

    Raises:
        InvalidInputError: not an address.
    """
    with web.resources.database.write() as session:
        return mailbox_flooded(web, session, address)


def mailbox_flooded(web: Web, session: Session, address: str) -> bool:
    """The same in a transaction that is open: an address that is added to a request is sent a mail too, and may be a stranger's.

    Raises:
        InvalidInputError: not an address.
    """
    return rates.mailbox_flooded(session, web.resources.vault, address, web.now())


def _too_often(web: Web, use: str, what: str, rate: Rate) -> bool:
    with web.resources.database.write() as session:
        return one_too_many(session, _key(web, use, what), rate, web.now())


def _key(web: Web, use: str, what: str) -> str:
    return web.resources.vault.code_mac(_USE, use, what).hex()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4 or found.ipv4_mapped:  # noqa: PLR2004 (of the protocol)
        return address
    return str(ipaddress.ip_network((found, _IPV6_HOME), strict=False))
