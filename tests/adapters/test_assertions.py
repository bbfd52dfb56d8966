"""Abuse test 18, the part that needs no database: whatever is doubtful about an assertion, it is refused."""

import base64
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey

from adapters.assertions import Assertion, read_issuers, verify_assertion
from domain.errors import AssertionRefusedError, SettingsError

ISSUER, AUDIENCE = "https://platform.imaginella.example", "https://privacy.imaginella.example"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ED, EC, STRANGER = (
    OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    ECKey.generate_key("P-256", {"kid": "ec"}),
    OKPKey.generate_key("Ed25519", {"kid": "ed"}),
)
ISSUERS: dict[str, dict[str, Any]] = {
    ISSUER: {"keys": [ED.as_dict(private=False), EC.as_dict(private=False)]},
    "https://other.example": {"keys": [STRANGER.as_dict(private=False)]},
}


class AnyAlgorithm(jws.JWSRegistry):
    def get_alg(self, name: str) -> Any:  # noqa: ANN401 (joserfc does not export the type)
        return self.algorithms[name]


def claims(**changed: object) -> dict[str, object]:
    given: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "account-42",
        "email": "anna@example.org",
        "rights": ["access"],
        "auth_time": SECONDS - 60,
        "acr": "mfa",
        "exp": SECONDS + 300,
        "jti": "one",
    } | changed
    return {name: value for name, value in given.items() if value is not ...}


def token(payload: object, header: dict[str, Any] | None = None, key: Key = ED) -> str:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return jws.serialize_compact(header or {"alg": "EdDSA", "kid": "ed"}, raw, key, registry=AnyAlgorithm())


def verify(given: str) -> Assertion:
    return verify_assertion(given, ISSUERS, AUDIENCE, NOW)


def refused(given: str) -> str:
    with pytest.raises(AssertionRefusedError) as refusal:
        verify(given)
    assert refusal.value.message == AssertionRefusedError.sentence
    return str(refusal.value.facts["reason"])


@pytest.mark.parametrize(
    ("header", "key"),
    [({"alg": "EdDSA", "kid": "ed"}, ED), ({"alg": "Ed25519", "kid": "ed"}, ED), ({"alg": "ES256", "kid": "ec"}, EC)],
    ids=["EdDSA", "Ed25519", "ES256"],
)
def test_good_assertion_says_what_was_stated(header: dict[str, Any], key: Key) -> None:
    assert verify(token(claims(aud=[AUDIENCE], rights=["access", "erasure"]), header, key)) == Assertion(
        issuer=ISSUER,
        subject="account-42",
        email="anna@example.org",
        rights=("access", "erasure"),
        auth_time=datetime(2026, 11, 24, 11, 59, tzinfo=UTC),
        acr="mfa",
        jti="one",
        expires_at=datetime(2026, 11, 24, 12, 5, tzinfo=UTC),
    )


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_unsigned_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", ""):
        assert refused(f"{part({'alg': algorithm})}.{part(claims())}.") == "signature"
    head, body, _ = token(claims()).split(".")
    assert refused(f"{head}.{body}.") == "signature"
    assert refused(f"{part({})}.{body}.x") == "signature"


def test_public_key_is_no_hmac_secret() -> None:
    public = json.dumps(ED.as_dict(private=False)).encode()
    for secret in (ED.as_pem(private=False), EC.as_pem(private=False), ED.public_key.public_bytes_raw(), public):
        for kid in ("ed", "ec"):
            signed = f"{part({'alg': 'HS256', 'kid': kid})}.{part(claims())}"
            mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).rstrip(b"=").decode()
            assert refused(f"{signed}.{mac}") == "signature"


def test_only_the_issuers_own_keys_count() -> None:
    assert refused(token(claims(), key=STRANGER)) == "signature"
    assert refused(token(claims(iss="https://other.example"))) == "signature"
    assert refused(token(claims(iss="https://nobody.example"))) == "signature"
    assert refused(token(claims(iss=...))) == "signature"
    assert refused(token(claims(iss=[ISSUER]))) == "signature"
    assert verify(token(claims(iss="https://other.example"), key=STRANGER)).issuer == "https://other.example"


def test_token_does_not_bring_its_key() -> None:
    public = STRANGER.as_dict(private=False)
    for extra in ({"jwk": public}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/x"}):
        assert refused(token(claims(), {"alg": "EdDSA", "kid": "ed", **extra}, STRANGER)) == "signature"
    assert refused(token(claims(), {"alg": "EdDSA", "kid": "unknown"})) == "signature"
    assert refused(token(claims(), {"alg": "EdDSA"})) == "signature"  # two keys and no kid


def test_algorithm_must_fit_the_key() -> None:
    wide = ECKey.import_key(generate_private_key(SECP384R1()), {"kid": "ec"})
    assert refused(token(claims(), {"alg": "ES384", "kid": "ec"}, wide)) == "signature"
    head, body, signature = token(claims()).split(".")
    assert refused(f"{part({'alg': 'ES256', 'kid': 'ed'})}.{body}.{signature}") == "signature"
    assert refused(f"{head}.{part(claims(sub='account-1'))}.{signature}") == "signature"


@pytest.mark.parametrize("critical", [["exp"], ["b64"], "exp"])
def test_critical_headers_we_do_not_know_are_refused(critical: object) -> None:
    head = part({"alg": "EdDSA", "kid": "ed", "crit": critical, "b64": False})
    _, body, signature = token(claims()).split(".")
    assert refused(f"{head}.{body}.{signature}") == "signature"


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("audience", {"aud": "https://elsewhere.example"}),
        ("audience", {"aud": [AUDIENCE, "https://elsewhere.example"]}),
        ("audience", {"aud": []}),
        ("audience", {"aud": ...}),
        ("audience", {"aud": AUDIENCE + "/"}),
        ("expiry", {"exp": SECONDS}),
        ("expiry", {"exp": SECONDS - 1}),
        ("expiry", {"exp": SECONDS + 301}),
        ("expiry", {"exp": ...}),
        ("expiry", {"exp": str(SECONDS + 60)}),
        ("expiry", {"exp": SECONDS + 60.5}),
        ("expiry", {"exp": True}),
        ("not-before", {"nbf": SECONDS + 1}),
        ("not-before", {"nbf": None}),
        ("auth_time", {"auth_time": SECONDS + 1}),
        ("auth_time", {"auth_time": ...}),
        ("auth_time", {"auth_time": -1}),
        ("auth_time", {"auth_time": False}),
        ("rights", {"rights": ...}),
        ("rights", {"rights": []}),
        ("rights", {"rights": "access"}),
        ("rights", {"rights": [1]}),
        ("claims", {"sub": ...}),
        ("claims", {"sub": ""}),
        ("claims", {"sub": 42}),
        ("claims", {"email": ...}),
        ("claims", {"acr": None}),
        ("claims", {"jti": ...}),
        ("claims", {"jti": "x" * 129}),
    ],
)
def test_claims_are_checked(reason: str, changed: dict[str, object]) -> None:
    assert refused(token(claims(**changed))) == reason


@pytest.mark.parametrize(
    "given",
    ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", "x" * 9000, f"{part([])}.{part({})}.x", f"{part(1)}.{part(1)}.x"],
)
def test_noise_is_refused(given: str) -> None:
    assert refused(given) == "signature"


@pytest.mark.parametrize("payload", [b"[]", b"1", b'"x"', b"null", b"", b"\xff", b"[" * 4000])
def test_signed_noise_is_refused(payload: bytes) -> None:
    assert refused(token(payload)) == "signature"


def test_issuers_are_read_and_checked_at_the_start(tmp_path: Path) -> None:
    assert read_issuers(None) == {}
    path = tmp_path / "issuers.json"
    path.write_text(json.dumps(ISSUERS))
    assert verify_assertion(token(claims()), read_issuers(path), AUDIENCE, NOW).subject == "account-42"
    rsa_only = {"kty": "RSA", "n": "AQAB", "e": "AQAB"}
    for wrong in ("", "[]", '{"a": {}}', '{"a": {"keys": [1]}}', json.dumps({"a": {"keys": [rsa_only]}}), '{"a": {"keys": []}}'):
        path.write_text(wrong)
        with pytest.raises(SettingsError, match="HABEAS_IDENTITY_ISSUERS"):
            read_issuers(path)
    with pytest.raises(SettingsError, match="HABEAS_IDENTITY_ISSUERS"):
        read_issuers(tmp_path / "missing.json")
