"""The keys that an installation tells the world, and what `habeas verify-package` makes of them."""

from pathlib import Path

from fastapi.testclient import TestClient
from typer.testing import CliRunner

from adapters.keyring import KeyRing
from adapters.package_check import check_package
from adapters.resources import Resources
from adapters.signing import Signer, key_id, public_keys
from cli import app
from tests.activities.package_case import SearchedCase

URL = "/.well-known/habeas-keys.json"


def test_anybody_is_told_the_public_key_and_nothing_else(web: TestClient, resources: Resources) -> None:
    answer = web.get(URL)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=3600"
    (told,) = answer.json()["keys"]
    assert told == {"kid": resources.signer.kid, "algorithm": "Ed25519", "use": "release", "pem": told["pem"]}
    assert key_id(told["pem"].encode()) == told["kid"]
    assert "PRIVATE" not in answer.text


def test_with_the_told_key_a_package_is_of_a_known_signer(web: TestClient, searched: SearchedCase, tmp_path: Path) -> None:
    package, keys = tmp_path / "package.zip", tmp_path / "habeas-keys.json"
    package.write_bytes(searched.package())
    keys.write_bytes(web.get(URL).content)
    home = tmp_path / "elsewhere"  # another machine, which signs with a key of its own
    home.mkdir()
    environment = {"HABEAS_HOME": str(home), "HABEAS_API_DECISIONS": "0"}
    with_key = CliRunner().invoke(app, ["verify-package", str(package), "--key", str(keys)], env=environment)
    without = CliRunner().invoke(app, ["verify-package", str(package)], env=environment)
    assert (with_key.exit_code, without.exit_code) == (0, 3)


def test_the_list_of_somebody_else_makes_nobody_known(searched: SearchedCase, tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    package.write_bytes(searched.package())
    KeyRing.create(tmp_path / "ring.json")
    other = Signer.create(tmp_path / "signing.pem")
    (pem,) = public_keys(other.public_pem)
    assert check_package(package, {key_id(pem): pem}).status == "intact_unknown_signer"
