"""Suggestions on a labelled corpus: how many are right, how many are missed; never the requester's own; in linear time."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest

from domain.suggestions import suggest

CORPUS = Path(__file__).parent / "data" / "suggestions.txt"
OWN = ["ruth.adeyemi@post.example", "Ruth Adeyemi", "Ruth", "Adeyemi", "07700900123"]
KNOWN = ["Tom Baker", "Ingrid Solheim"]
LABEL = re.compile(r"\[\[(\w+)\|([^\]]+)\]\]")


def labelled() -> list[tuple[str, set[tuple[str, str]]]]:
    lines = [line for line in CORPUS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(LABEL.sub(r"\2", line), set(LABEL.findall(line))) for line in lines]


def test_precision_and_recall_on_the_labelled_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    right, given, wanted = Counter[str](), Counter[str](), Counter[str]()
    wrong = []
    for text, labels in labelled():
        found = {(each.kind, each.words(text)) for each in suggest(text, own=OWN, names=KNOWN)}
        right.update(kind for kind, _ in found & labels)
        given.update(kind for kind, _ in found)
        wanted.update(kind for kind, _ in labels)
        wrong += [(text, found ^ labels)] if found != labels else []
    with capsys.disabled():
        print(f"\n{'kind':<20} labelled  suggested  precision  recall")  # noqa: T201 (the figures are the point)
        for kind in sorted(wanted | given):
            shown = right[kind] / max(given[kind], 1), right[kind] / max(wanted[kind], 1)
            print(f"{kind:<20} {wanted[kind]:>8}  {given[kind]:>9}  {shown[0]:>9.2f}  {shown[1]:>6.2f}")  # noqa: T201
    assert right.total() / given.total() >= 0.95, wrong
    assert right.total() / wanted.total() >= 0.95, wrong


def test_the_requesters_own_words_are_never_suggested() -> None:
    for text, _ in labelled():
        for each in suggest(text, own=OWN, names=[*KNOWN, *OWN]):
            assert each.words(text).casefold().replace(" ", "") not in {word.casefold().replace(" ", "") for word in OWN}


@pytest.mark.parametrize("role", ["customer", "agent", "Agent", "Support Team", "system", "Kundin", "n/a", "a", "Customer 4711"])
def test_the_word_for_a_role_is_nobodys_name(role: str) -> None:
    text = f"{role} wrote: the agent told the customer. Dear Customer, hello {role}"
    assert suggest(text, own=OWN, names=[role]) == []


@pytest.mark.parametrize("name", ["Ingrid Solheim", "tom baker", "Agent Smith", "Zo\u00eb", "O\u2019Neil"])
def test_a_name_that_is_known_is_found_wherever_it_stands(name: str) -> None:
    text = f"We spoke of {name.upper()} on the phone, and {name} agreed."
    assert len(suggest(text, own=OWN, names=[name, "customer", "agent"])) == 2


def test_each_suggestion_says_why() -> None:
    assert all(each.reason for text, _ in labelled() for each in suggest(text, own=OWN, names=KNOWN))


def test_names_before_addresses_are_suggested_there_and_wherever_they_stand_in_the_text() -> None:
    text = (
        'From: Oskar Lind <oskar@x.example>\nTo: "Lee, Pat" <pat@x.example>, Hans Heavy <hans@x.example>, '
        "Zo\u00eb van der Berg <z@x.example>, support <s@x.example>\n\n"
        "On Mon, 3 Nov at 10:00, Oskar Lind <oskar@x.example> wrote: Pat Lee knows."
    )
    found = [each.words(text) for each in suggest(text, own=("Hans", "Heavy")) if each.kind == "name"]
    assert found == ["Oskar Lind", "Lee, Pat", "Zo\u00eb van der Berg", "Oskar Lind", "Pat Lee"]


HOSTILE = [
    "a" * 5,
    "Aa Bb, ",
    '"Aa <a@',
    "Aa <a@b.example>, ",
    "a@",
    "0 ",
    "1-",
    "A1 ",
    "Dear ",
    "password ",
    "GB82 ",
    "eyJ",
    "sk-",
    "12 A ",
    "-----BEGIN ",
    "a.",
    "+1 (",
    "Xstr ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_more_than_time_in_proportion(piece: str) -> None:
    def took(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        began = time.thread_time()
        suggest(text, own=OWN, names=KNOWN)
        return time.thread_time() - began

    took(5_000)
    # The best of three: now and then somebody else's rubbish is collected meanwhile.
    short, long = (min(took(length) for _ in range(3)) for length in (20_000, 160_000))
    assert long < max(short, 0.002) * 40  # eight times the text; a quadratic pattern would take sixty-four times as long


def test_what_is_made_of_the_requesters_words_alone_is_theirs() -> None:
    own = ("Hans", "Heavy", "29 Example Street", "Exampleton", "GB29 NWBK 6016 1331 9268 19")
    for text in ("Dear Hans Heavy", "29 Example Street, Exampleton", "GB29 NWBK 6016 1331 9268 19"):
        assert suggest(text, own=own, names=["Hans Heavy"]) == [], text
    for text in ("Dear Hans Baker", "9 Example Street, Exampleton", "29 Example Street, Otherton"):
        assert suggest(text, own=own), text
