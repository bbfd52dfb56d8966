"""Single sign-on by OpenID Connect: authorization code with PKCE and nonce (RFC 7636; ASVS V10), and back-channel logout.

What a token says counts only when its signature, issuer, audience and times hold. Who somebody is, is `iss` with `sub`, never an
address. Next: adapters/database/sign_on.py
"""

import hmac
import json
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapters.settings import Settings, is_loopback
from domain.errors import DomainError

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

SCOPE: Final = "openid profile email"
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]  # never an HMAC, never "none"
_PATIENCE: Final = 10.0  # seconds for each request
_KEPT: Final = timedelta(hours=1)  # what a provider says about itself
_ASKED_AGAIN: Final = timedelta(minutes=1)  # at the earliest, for a key that is not known
_LEEWAY: Final = 60  # seconds between two clocks
_OLDEST: Final = 600  # seconds; a token is used when it was made
_LONGEST: Final = 65_536  # bytes


class SignOnFailedError(DomainError):
    """The provider did not answer, or said something that does not hold. Facts: reason, for the log."""

    kind = "sign-on-failed"
    sentence = "Your company\u2019s sign-in did not work. Try once more; if it stays, tell your administrator."


@dataclass(frozen=True)
class Identity:
    """What the provider vouches for.

    Args:
        groups: the role claim's values.
        auth_time: when this person last proved who they are there, UTC; None when it does not say.
        sid: of the session there, which a logout names.
    """

    issuer: str
    subject: str
    email: str
    name: str
    groups: tuple[str, ...]
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime | None
    sid: str | None


@dataclass(frozen=True)
class LoggedOut:
    """Whose sessions are over: one of them by `sid`, or all of `subject`."""

    subject: str | None
    sid: str | None
    jti: str


@dataclass(frozen=True)
class Attempt:
    """What one try has to come back with."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class SignOn:
    """One configured provider. Thread-safe; what it says about itself is kept for an hour.

    Args:
        settings: issuer, client and what roles are called there.
    """

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer
        self._settings = settings
        self.issuer = settings.oidc_issuer
        self._guard = threading.Lock()
        self._metadata: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def address(self, attempt: Attempt, *, fresh: bool, oldest: timedelta) -> str:
        """Where the browser is sent.

        Args:
            attempt: what has to come back.
            fresh: they prove who they are now, even if they are signed in there.
            oldest: how long ago they may have proved it otherwise.

        Raises:
            SignOnFailedError: the provider does not answer.
        """
        wanted: dict[str, Any] = {"nonce": attempt.nonce, "max_age": 0 if fresh else int(oldest.total_seconds())}
        if fresh:
            wanted["prompt"] = "login"
        if self._settings.oidc_acr:
            wanted["acr_values"] = self._settings.oidc_acr
        endpoint = self._endpoint("authorization_endpoint")
        with self._client(attempt.redirect_uri) as client:
            url, _ = client.create_authorization_url(endpoint, state=attempt.state, code_verifier=attempt.verifier, **wanted)
        return str(url)

    def finish(self, attempt: Attempt, code: str, now: datetime) -> Identity:
        """Change the code for who it is.

        Raises:
            SignOnFailedError: the provider does not answer or refuses, or its token does not hold.
        """
        from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 (only an installation with a provider needs it)

        try:
            with self._client(attempt.redirect_uri) as client:
                answer = client.fetch_token(
                    self._endpoint("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=attempt.verifier
                )
                claims = self._verified(str(answer["id_token"]), now)
                if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()):
                    raise SignOnFailedError(reason="nonce")
                more = self._said_of(client, claims) if self._settings.oidc_roles_claim not in claims else {}
        except OAuthError:
            raise SignOnFailedError(reason="refused") from None
        except (httpx2.HTTPError, KeyError, ValueError):
            raise SignOnFailedError(reason="no-answer") from None
        return self._identity({**more, **claims})

    def logged_out(self, token: str, now: datetime) -> LoggedOut:
        """Who signed out at the provider (OpenID Connect Back-Channel Logout 1.0, 2.6).

        Raises:
            SignOnFailedError: the token does not hold.
        """
        claims = self._verified(token, now)
        events = claims.get("events")
        if not isinstance(events, Mapping) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise SignOnFailedError(reason="no-logout")
        subject, sid, jti = (claims.get(name) for name in ("sub", "sid", "jti"))
        if not (subject or sid) or not isinstance(jti, str) or not jti:
            raise SignOnFailedError(reason="nobody")
        return LoggedOut(subject=str(subject) if subject else None, sid=str(sid) if sid else None, jti=jti)

    def is_strong(self, identity: Identity) -> bool:
        """Whether the provider asked for a second factor; otherwise Habeas does."""
        if self._settings.oidc_acr:
            return identity.acr in self._settings.oidc_acr.split()
        return "mfa" in identity.amr

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        groups, amr, auth_time = claims.get(self._settings.oidc_roles_claim), claims.get("amr"), claims.get("auth_time")
        return Identity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email") or ""),
            name=str(claims.get("name") or claims.get("email") or ""),
            groups=tuple(map(str, groups)) if isinstance(groups, list) else (str(groups),) if groups else (),
            acr=str(claims.get("acr") or ""),
            amr=tuple(map(str, amr)) if isinstance(amr, list) else (),
            auth_time=datetime.fromtimestamp(auth_time, UTC) if isinstance(auth_time, int) else None,
            sid=str(claims["sid"]) if claims.get("sid") else None,
        )

    def _said_of(self, client: "OAuth2Client", claims: Mapping[str, Any]) -> dict[str, Any]:
        """What the provider tells beside the token; of the same person, or nothing counts."""
        answer = client.get(self._endpoint("userinfo_endpoint"))
        said = answer.raise_for_status().json()
        if not isinstance(said, dict) or said.get("sub") != claims["sub"]:
            raise SignOnFailedError(reason="userinfo")
        return said

    def _verified(self, token: str, now: datetime) -> dict[str, Any]:
        if len(token) > _LONGEST:
            raise SignOnFailedError(reason="too-long")
        try:
            claims = jwt.decode(token, self._keys_now(now), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError):
            try:
                claims = jwt.decode(token, self._keys_now(now, again=True), algorithms=_ALGORITHMS).claims
            except (JoseError, ValueError, TypeError, KeyError):
                raise SignOnFailedError(reason="signature") from None
        self._check(claims, int(now.timestamp()))
        return dict(claims)

    def _check(self, claims: Mapping[str, Any], now: int) -> None:
        audience, issued, expires = claims.get("aud"), claims.get("iat"), claims.get("exp")
        named = audience if isinstance(audience, list) else [audience]
        ours = self._settings.oidc_client_id
        if claims.get("iss") != self.issuer:
            raise SignOnFailedError(reason="issuer")
        if ours not in named or claims.get("azp", ours) != ours or (len(named) > 1 and "azp" not in claims):
            raise SignOnFailedError(reason="audience")
        if not isinstance(issued, int) or not now - _OLDEST <= issued <= now + _LEEWAY:
            raise SignOnFailedError(reason="issued")
        if not isinstance(expires, int) or expires + _LEEWAY <= now:
            raise SignOnFailedError(reason="expired")
        if "sub" in claims and not (isinstance(claims["sub"], str) and claims["sub"]):
            raise SignOnFailedError(reason="subject")

    def _endpoint(self, name: str) -> str:
        url = str(self._known().get(name, ""))
        if not is_safe(url):
            raise SignOnFailedError(reason=f"no-{name}")
        return url

    def _known(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        with self._guard:
            if self._metadata is None or now >= self._metadata[0] + _KEPT:
                found = self._fetched(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self.issuer:
                    raise SignOnFailedError(reason="metadata")
                self._metadata = now, found
            return self._metadata[1]

    def _keys_now(self, now: datetime, *, again: bool = False) -> KeySet:
        url = self._endpoint("jwks_uri")
        with self._guard:
            age = now - self._keys[0] if self._keys else _KEPT
            if self._keys is None or age >= _KEPT or (again and age >= _ASKED_AGAIN):
                keys = [key for key in self._fetched(url)["keys"] if key.get("use", "sig") == "sig"]
                self._keys = now, KeySet.import_key_set({"keys": keys})
            return self._keys[1]

    def _fetched(self, url: str) -> dict[str, Any]:
        try:
            with httpx2.Client(timeout=_PATIENCE, trust_env=False, verify=ssl.create_default_context()) as client:
                found = json.loads(client.get(url).raise_for_status().content[: 16 * _LONGEST])
        except (httpx2.HTTPError, ValueError):
            raise SignOnFailedError(reason="no-answer") from None
        if not isinstance(found, dict):
            raise SignOnFailedError(reason="no-answer")
        return found

    def _client(self, redirect_uri: str) -> "OAuth2Client":
        from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 (only an installation with a provider needs it)

        return OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._settings.oidc_client_secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_PATIENCE,
            trust_env=False,
            verify=ssl.create_default_context(),
        )


def is_safe(url: str) -> bool:
    """Whether an address of a provider may be spoken to: https, or this machine."""
    parsed = urlsplit(url)
    return bool(parsed.hostname) and (parsed.scheme == "https" or (parsed.scheme == "http" and is_loopback(parsed.hostname)))
