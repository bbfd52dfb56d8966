"""Identity assertions: the controller's platform vouches for who is signed in there (`security.md` I7, factor F2).

A JWS (RFC 7515) signed with EdDSA or ES256 by a configured issuer. What it proves is that the issuer saw this person sign
in at `auth_time`; whether that is recent and strong enough for the right asked for is decided with the case's risk.

Next: domain/case.py
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey
from joserfc.jws import JWSRegistry, deserialize_compact, extract_compact

from domain.errors import AssertionRefusedError, SettingsError
from domain.identity import Doubt

_LONGEST = 8192  # bytes of a token: ten times what these claims need, refused before anything is parsed
_LIFETIME = 300  # seconds, I7
_LONGEST_JTI = 128
# "Ed25519" is the name RFC 9864 gives to what RFC 8037 called "EdDSA" with such a key. Never an HMAC, never "none".
_ALGORITHMS: Final = ("EdDSA", "Ed25519", "ES256")
_SEEN_BY_PLATFORM: Final = {Doubt.NEW_DEVICE.value, Doubt.NEW_COUNTRY.value, Doubt.CONTACT_CHANGED.value}
_CURVES: Final = ("Ed25519", "P-256")


@dataclass(frozen=True)
class Assertion:
    """What an issuer stated. `jti` counts once per issuer: the caller stores it and refuses the second use.

    `email` is as stated and has to agree with the request's; `auth_time` is UTC.
    """

    issuer: str
    subject: str
    email: str
    rights: tuple[str, ...]
    auth_time: datetime
    acr: str
    jti: str
    expires_at: datetime
    doubts: tuple[Doubt, ...] = ()


def verify_assertion(token: str, issuers: Mapping[str, Mapping[str, Any]], audience: str, now: datetime) -> Assertion:
    """Check an assertion as I7 demands, without any leeway for clocks.

    Args:
        token: compact JWS.
        issuers: JWKS by issuer; nothing the token itself says about keys is followed.
        audience: our public URL.
        now: aware.

    Raises:
        AssertionRefusedError: in every case of doubt. Which one is in no answer; fact `reason` is for the log.
    """
    try:
        claims = _signed_claims(token, issuers)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # The library raises built-in errors as well for headers and keys of unexpected types.
        raise AssertionRefusedError(reason="signature") from None
    return _checked(claims, audience, int(now.timestamp()))


def read_issuers(path: Path | None) -> dict[str, dict[str, Any]]:
    """The configured issuers: a JSON file `{issuer: JWKS}`; none without a file.

    Raises:
        SettingsError: unreadable, or an issuer without a single usable key.
    """
    if path is None:
        return {}
    try:
        issuers: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
        unusable = [issuer for issuer, jwks in issuers.items() if not _usable_keys(jwks)]
    except (OSError, JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise SettingsError(f"HABEAS_IDENTITY_ISSUERS: {path} is not a file of issuers and their JWKS.") from None
    if unusable:
        raise SettingsError(f"HABEAS_IDENTITY_ISSUERS: {unusable[0]} has no Ed25519 or P-256 key.")
    return issuers


class _Algorithms(JWSRegistry):
    """The allowed algorithms and no others; joserfc's own list would warn about the older name of Ed25519."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401 (joserfc does not export the type)
        if name not in _ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


def _signed_claims(token: str, issuers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if len(token) > _LONGEST:
        raise ValueError("too long")
    # Read before it is verified, to choose whose keys must have signed; `iss` is inside what they signed.
    issuer = json.loads(extract_compact(token.encode("ascii")).payload)["iss"]
    verified = deserialize_compact(token, KeySet(_usable_keys(issuers[issuer])), registry=_Algorithms())
    claims = json.loads(verified.payload)
    assert isinstance(claims, dict)  # it was indexed above
    return claims


def _usable_keys(jwks: Mapping[str, Any]) -> list[Key]:
    usable = [entry for entry in jwks["keys"] if entry.get("crv") in _CURVES]
    return [OKPKey.import_key(entry) if entry["kty"] == "OKP" else ECKey.import_key(entry) for entry in usable]


def _checked(claims: dict[str, Any], audience: str, now: int) -> Assertion:
    expires, auth_time, rights = claims.get("exp"), claims.get("auth_time"), claims.get("rights")
    if claims.get("aud") not in (audience, [audience]):
        raise AssertionRefusedError(reason="audience")
    if type(expires) is not int or not now < expires <= now + _LIFETIME:
        raise AssertionRefusedError(reason="expiry")
    if type(claims.get("nbf", now)) is not int or claims.get("nbf", now) > now:
        raise AssertionRefusedError(reason="not-before")
    if type(auth_time) is not int or not 0 < auth_time <= now:
        raise AssertionRefusedError(reason="auth_time")
    if not isinstance(rights, list) or not rights or not all(isinstance(right, str) and right for right in rights):
        raise AssertionRefusedError(reason="rights")
    seen = claims.get("doubts", [])
    if not isinstance(seen, list) or not {*map(str, seen)} <= _SEEN_BY_PLATFORM:
        raise AssertionRefusedError(reason="doubts")
    subject, email, acr, jti = (claims.get(name) for name in ("sub", "email", "acr", "jti"))
    if not all(isinstance(text, str) and text for text in (subject, email, acr, jti)) or len(str(jti)) > _LONGEST_JTI:
        raise AssertionRefusedError(reason="claims")
    return Assertion(
        issuer=str(claims["iss"]),
        subject=str(subject),
        email=str(email),
        rights=tuple(rights),
        auth_time=datetime.fromtimestamp(auth_time, UTC),
        acr=str(acr),
        jti=str(jti),
        expires_at=datetime.fromtimestamp(expires, UTC),
        doubts=tuple(map(Doubt, seen)),
    )
