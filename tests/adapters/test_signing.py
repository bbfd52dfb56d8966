import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key

from adapters.signing import Signer, key_id, verify_signature
from domain.errors import SealBrokenError, SettingsError

MANIFEST = "habeas.manifest/1"
RAW = json.dumps({"type": MANIFEST, "reference": "HAB-1"}).encode()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "keys" / "signing.pem")


def test_signature_verifies_with_the_public_key_alone(signer: Signer) -> None:
    signature = signer.sign(MANIFEST, RAW)
    assert len(signature) == 64
    verify_signature(signer.public_pem, MANIFEST, RAW, signature)


def test_reopened_key_is_the_same(signer: Signer, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    again = Signer.open(path)
    assert (again.kid, again.public_pem) == (signer.kid, signer.public_pem)
    assert again.sign(MANIFEST, RAW) == signer.sign(MANIFEST, RAW)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SettingsError, match="already"):
        Signer.create(path)


def test_kid_is_the_hash_of_the_public_key(signer: Signer) -> None:
    raw = load_pem_public_key(signer.public_pem).public_bytes_raw()  # type: ignore[union-attr]
    assert signer.kid == key_id(signer.public_pem) == hashlib.sha256(raw).hexdigest()[:16]


def test_changes_and_other_keys_are_refused(signer: Signer, tmp_path: Path) -> None:
    signature = signer.sign(MANIFEST, RAW)
    other = Signer.create(tmp_path / "other.pem")
    for pem, document_type, raw, signed in (
        (other.public_pem, MANIFEST, RAW, signature),
        (signer.public_pem, "habeas.certificate/1", RAW, signature),
        (signer.public_pem, MANIFEST, RAW + b" ", signature),
        (signer.public_pem, MANIFEST, RAW, signature[:-1] + bytes([signature[-1] ^ 1])),
        (signer.public_pem, MANIFEST, RAW, b""),
        (b"no key", MANIFEST, RAW, signature),
    ):
        with pytest.raises(SealBrokenError):
            verify_signature(pem, document_type, raw, signed)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"not json",
        b'{"reference": "HAB-1", "type": "habeas.manifest/1"}',  # not the first member
        b'{"type": "habeas.manifest/1", "type": "habeas.report/1"}',
        b'[["type", "habeas.manifest/1"]]',
        b'"habeas.manifest/1"',
        b"[" * 100_000,
    ],
)
def test_document_must_begin_with_its_type(signer: Signer, raw: bytes) -> None:
    with pytest.raises(ValueError, match="begin with its type"):
        signer.sign(MANIFEST, raw)
    with pytest.raises(SealBrokenError):  # also when somebody else's program signed it
        verify_signature(signer.public_pem, MANIFEST, raw, signer._key.sign(raw))


def test_wrong_key_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    with pytest.raises(SettingsError, match="habeas keys init"):
        Signer.open(path)
    Signer.create(path)
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        Signer.open(path)
    path.chmod(0o600)
    elliptic = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"no key", elliptic):
        path.write_bytes(content)
        with pytest.raises(SettingsError, match="not an Ed25519 private key"):
            Signer.open(path)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is what an outsider has; it is not here")
def test_outsider_verifies_with_openssl(signer: Signer, tmp_path: Path) -> None:
    """The line printed in the package's index.html."""
    for name, content in (("key.pem", signer.public_pem), ("manifest.json", RAW), ("manifest.sig", signer.sign(MANIFEST, RAW))):
        (tmp_path / name).write_bytes(content)
    line = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig"
    assert subprocess.run(line.split(), cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "manifest.json").write_bytes(RAW + b" ")
    assert subprocess.run(line.split(), cwd=tmp_path, check=False, capture_output=True).returncode != 0
