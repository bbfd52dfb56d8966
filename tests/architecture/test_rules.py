"""Whoever reads a rule's id in the code finds the rule in docs/rules.md, and there a file that exists."""

import re

from tests.architecture import sources

_CITED = re.compile(r"\b([IRM][0-9]{1,2})\b|\b(principle|design section) ([0-9]+)")
_PAGE = (sources.ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def _ids(text: str) -> set[str]:
    return {plain or f"{kind} {number}" for plain, kind, number in _CITED.findall(text)}


def test_every_rule_that_the_code_cites_is_on_the_page() -> None:
    known = {line.split("|")[1].strip() for line in _PAGE.splitlines() if line.startswith("| ")}
    cited = {
        (rule, sources.name(path))
        for path in sources.python_files(*sources.ROOMS, *sources.SINGLE)
        for rule in _ids(path.read_text(encoding="utf-8"))
    }
    assert {(rule, place) for rule, place in cited if rule not in known} == set()


def test_what_holds_a_rule_exists() -> None:
    named = re.findall(r"`([\w/]+(?:\.\w+|/))`", _PAGE)
    assert named
    assert [path for path in named if not (sources.ROOT / path).exists()] == []


def test_the_reading_path_of_the_readme_is_one_chain_of_next_lines() -> None:
    readme = (sources.ROOT / "README.md").read_text(encoding="utf-8")
    path = re.findall(r"^[1-6]\. `([\w/]+\.py)`", readme, re.MULTILINE)
    assert len(path) == 6
    walked, here = [path[0]], path[0]
    while here != path[-1]:
        docstring = (sources.ROOT / here).read_text(encoding="utf-8").split('"""')[1]
        following = re.findall(r"Next: `?([\w/]+\.py)", docstring)
        assert len(following) == 1, here
        here = following[0]
        assert here not in walked
        walked.append(here)
    assert [place for place in walked if place in path] == path
