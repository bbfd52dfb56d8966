"""What is installed is what was resolved: exact versions, hashes, and nothing about the machine that resolved them."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture import sources

PROJECT = tomllib.loads((sources.ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": [*PROJECT["dependencies"], *EXTRAS["embedded"]],
    "requirements-dev.lock": [*PROJECT["dependencies"], *EXTRAS["embedded"], *EXTRAS["dev"]],
}


def pinned(lock: str) -> dict[str, str]:
    text = (sources.ROOT / lock).read_text()
    return {canonicalize_name(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)}


@pytest.mark.parametrize(("lock", "wanted"), LOCKS.items())
def test_the_lock_satisfies_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    versions = pinned(lock)
    unmet = []
    for line in wanted:
        requirement = Requirement(line)
        version = versions.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            unmet.append(line)
    assert unmet == []  # `make lock` resolves anew


def test_both_locks_agree() -> None:
    run, dev = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert run.items() <= dev.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_machine_and_no_address(lock: str) -> None:
    text = (sources.ROOT / lock).read_text()
    assert not re.search(r"https?://|file:/|--(extra-)?index-url|--find-links|--trusted-host|(^|\s)/\w", text, re.MULTILINE)
    for requirement in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        assert "--hash=sha256:" in requirement


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([{"name": "idna", "version": "3.1", "vulns": []}], 0, "No known vulnerabilities in 1 packages."),
        ([{"name": "idna", "version": "3.1", "vulns": [{"id": "CVE-1", "fix_versions": []}]}], 1, "idna 3.1: CVE-1"),
        ([{"name": "idna", "skip_reason": "not found"}], 2, "could not be reached for 1 of 1"),
        ([], 2, "could not be reached for 0 of 0"),
    ],
)
def test_an_audit_that_looked_nothing_up_does_not_say_that_all_is_well(
    tmp_path: Path, packages: list[dict[str, object]], status: int, said: str
) -> None:
    report = tmp_path / "audit.json"
    report.write_text(json.dumps({"dependencies": packages, "fixes": []}))
    done = subprocess.run(
        [sys.executable, sources.ROOT / ".ci" / "advisories", report], capture_output=True, text=True, check=False
    )
    assert (done.returncode, said in done.stdout) == (status, True)
    assert ("No known" in done.stdout) == (status == 0)


def test_the_commands_are_where_the_pages_say() -> None:
    makefile = (sources.ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert {"install", "run", "up", "test", "check", "lint", "help"} <= targets
    run = Path(sources.ROOT / ".ci" / "run")
    assert run.stat().st_mode & 0o111
    assert "make test" in run.read_text()
