"""The text of a data map is read strictly (abuse test 23): nothing runs, nothing expands, nothing is guessed."""

import contextlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.datamap import check_static
from domain.datamap_text import MAX_BYTES, Finding, read
from domain.errors import DataMapError
from domain.fides_import import import_fides


def only(text: str) -> Finding:
    findings = read(text).findings
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "Tags"),
        ("a: 1\nb: !!str x\n", 2, "Tags"),
        ("a: 1\n? !x b\n: 2\n", 2, "A key has to be plain text"),
        ("a: &x [1]\n", 1, "Anchors"),
        ("a: 1\n&k b: 2\n", 2, "A key has to be plain text"),
        ("a: 1\n\nb: *x\n", 3, "Anchors"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "twice"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("a: 1\nb: [1\n", 3, "not YAML"),
        ("a: 1\nb: {c\n\td: 1}\n", 3, "not YAML"),
        ("a: 1\nb: x\x07\n", 2, "not YAML"),
        ("a: 1\n[b]: 2\n", 2, "A key has to be plain text"),
        ("a: 1\nb: 2026-02-30\n", 2, "There is no day"),
        ("[" * 2000, 1, "nested too deeply"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("a: 1\ntitle: name\u202etxt.exe\n", 2, "bidirectional"),
        ("x" * (MAX_BYTES + 1), 1, "larger than 1 MiB"),
    ],
)
def test_what_is_not_plain_text_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    finding = only(text)
    assert (finding.line, finding.severity) == (line, "error")
    assert words in finding.sentence


def test_an_alias_bomb_is_not_expanded() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))
    assert only(bomb).line == 1


def test_many_values_are_refused_before_they_cost_anything() -> None:
    assert "too many values" in only("a: [" + "1," * 150_000 + "]").sentence


@pytest.mark.parametrize(
    "line",
    [
        "read: postgresql://app:hunter2@db/app",
        "read: ${URL:-postgresql://app:hunter2@db/app}",
        "read: postgresql://app:${WORD:-hunter2}@db/app",
        "read: host=db password=hunter2 dbname=app",
        "read: https://api.example/?api_key=hunter2",
        "password: hunter2",
        "note: '-----BEGIN PRIVATE KEY-----hunter2'",
        "key: AKIAABCDEFGHIJKLMNOP",
        "key: sk_live_hunter2hunter2",
    ],
)
def test_a_secret_in_clear_is_refused_and_not_repeated(line: str) -> None:
    finding = only(f"a: 1\nb:\n  {line}\n")
    assert finding.line == 3
    assert "in clear" in finding.sentence
    assert "hunter2" not in finding.sentence + finding.path


@pytest.mark.parametrize(
    "line",
    [
        "read: postgresql://${NAME}:${WORD}@db/app",
        "read: host=db password=${WORD}",
        "password: ${WORD}",
        "url: https://www.example:8443/a@b",
        "identities: {token: device_token}",
        "fields: {password: {category: account}}",
    ],
)
def test_a_variable_is_no_secret(line: str) -> None:
    assert read(f"a: 1\n{line}\n").findings == []


def test_values_have_the_one_obvious_meaning() -> None:
    text = """
yes: yes
no: no
norway: NO
on: on
quoted: 'yes'
number: 42
octal: 0o17
zeros: 007
time: 12:30
rate: 1.5
nothing:
day: 2026-02-28
text: 2026-02-28T10:00
"""
    assert read(text).data == {
        "yes": True,
        "no": False,
        "norway": "NO",
        "on": "on",
        "quoted": "yes",
        "number": 42,
        "octal": "0o17",
        "zeros": "007",
        "time": "12:30",
        "rate": 1.5,
        "nothing": None,
        "day": date(2026, 2, 28),
        "text": "2026-02-28T10:00",
    }


def test_every_part_has_its_line() -> None:
    document = read("a: 1\nb:\n  - name: first\n    c: 2\n  - id: second\n    d: {e: 3}\n")
    assert document.line(("b", 0, "c")) == 4
    assert document.line(("b", 1, "d", "e")) == 6
    assert document.line(("b", 1, "missing")) == 5
    assert document.label(("b", 0, "c")) == "b.first.c"
    assert document.label(("b", 1, "missing")) == "b.second.missing"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    document = read(text)
    assert document.data is None or document.lines
    assert all(1 <= finding.line <= text.count("\n") + text.count("\r") + 10 for finding in document.findings)


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["email", "platform", "9999-99"])
_KEYS = st.sampled_from(
    [
        "version",
        "controller",
        "systems",
        "name",
        "collections",
        "fields",
        "identities",
        "references",
        "table",
        "purposes",
        "dataset",
        "fides_key",
        "data_categories",
        "fides_meta",
        "identity",
        "direction",
        "erasure",
        "retention",
        "policy",
        "recipients",
    ]
)
_PARTS = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=5), inner, max_size=5)
)


@given(st.dictionaries(_KEYS, _PARTS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_no_shape_of_a_map_or_of_a_dataset_makes_the_examination_crash(parts: dict[str, Any]) -> None:
    text = json.dumps(parts, ensure_ascii=False)
    assert all(finding.line >= 1 and finding.sentence for finding in check_static(text))
    with contextlib.suppress(DataMapError):
        import_fides(text)
