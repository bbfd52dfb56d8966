"""What is installed is what was resolved: exact versions, hashes, and nothing about the machine that resolved them."""

import re
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


def test_the_commands_are_where_the_pages_say() -> None:
    makefile = (sources.ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert {"install", "run", "up", "test", "check", "lint", "help"} <= targets
    run = Path(sources.ROOT / ".ci" / "run")
    assert run.stat().st_mode & 0o111
    assert "make test" in run.read_text()
