"""How often somebody may try a password or a code, so that no stranger can lock a colleague out (ASVS 6.1.1, 6.3.1).

Failures are counted per account and network, so that nobody can lock a colleague out from elsewhere; a browser that this person
signed in with before is counted by itself. Codes are counted per account: whoever gets that far has the password.
Next: api/console/sign_in.py
"""

import hmac
import ipaddress
import secrets
from datetime import timedelta
from typing import Final

from fastapi import Request, Response

from adapters.rates import Rate, forget, one_too_many
from api.console import sessions
from api.dependencies import Web

FAILURES: Final = Rate(most=10, within=timedelta(minutes=15))  # per account and network, or known browser
FAILURES_OF_A_NETWORK: Final = Rate(most=60, within=timedelta(minutes=15))  # over all accounts
CODES: Final = Rate(most=10, within=timedelta(hours=1))  # per account: 3 of a million fit at any time
PASSKEYS: Final = Rate(most=400, within=timedelta(minutes=15))  # of a network: an office that comes in the morning, twice each
TOLD: Final = Rate(most=1, within=timedelta(hours=6))  # mails about guessed codes to one person
_KNOWN_FOR: Final = 180 * 86_400  # seconds a browser is remembered

Buckets = dict[str, Rate]


def too_often(web: Web, buckets: Buckets) -> bool:
    """Count one more try; True when it is one too many. To be called in a thread."""
    with web.resources.database.write() as session:
        return any(one_too_many(session, _rate_key(web, bucket), rate, web.now()) for bucket, rate in buckets.items())


def forgotten(web: Web, buckets: Buckets) -> None:
    """Begin anew after a success; the count of a network stays."""
    with web.resources.database.write() as session:
        forget(session, _rate_key(web, next(iter(buckets))))


def of_passwords(request: Request, web: Web, email: str) -> Buckets:
    """Where a try counts: this browser, if this person is known in it, else account and network; and the network over all."""
    if nonce := known_browser(request, web, email):
        return {f"browser:{nonce}": FAILURES}
    network = _network(request.client.host if request.client else "")
    account = {f"account:{network}:{email}": FAILURES}
    if _is_here(network):
        return account  # a reverse proxy that is not named in the settings: nobody may lock everybody out through it
    return account | {f"network:{network}": FAILURES_OF_A_NETWORK}


def of_codes(request: Request, web: Web, email: str) -> Buckets:
    """Where a try at a code counts: this browser, if this person is known in it, else the account."""
    nonce = known_browser(request, web, email)
    return {f"code-browser:{nonce}" if nonce else f"code:{email}": CODES}


def of_passkeys(request: Request) -> Buckets:
    """Where a try with a passkey counts: its network alone, since no passkey can be guessed."""
    network = _network(request.client.host if request.client else "")
    return {} if _is_here(network) else {f"passkey:{network}": PASSKEYS}


def known_browser(request: Request, web: Web, email: str) -> str:
    """The mark of a browser that this person signed in with before; empty for any other."""
    nonce, _, sent = request.cookies.get(_known_name(web), "").partition(".")
    return nonce if nonce and hmac.compare_digest(_known(web, nonce, email).encode(), sent.encode()) else ""


def remember(web: Web, answer: Response, email: str) -> None:
    """Know this browser from now on."""
    nonce = secrets.token_urlsafe(16)
    https = web.resources.settings.public_url.startswith("https:")
    answer.set_cookie(
        _known_name(web),
        f"{nonce}.{_known(web, nonce, email)}",
        max_age=_KNOWN_FOR,
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def _rate_key(web: Web, bucket: str) -> str:
    return web.resources.vault.code_mac("habeas/1/rate", "console-sign-in", bucket).hex()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 56}", strict=False))  # noqa: PLR2004 (IPv4)


def _is_here(network: str) -> bool:
    try:
        return ipaddress.ip_network(network).is_loopback
    except ValueError:
        return False


def _known(web: Web, nonce: str, email: str) -> str:
    return web.resources.vault.code_mac("habeas/1/console", "known-browser", nonce, email.lower()).hex()


def _known_name(web: Web) -> str:
    return f"{sessions.cookie_name(web)}-known"
