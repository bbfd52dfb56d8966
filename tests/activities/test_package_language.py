"""The letter in the package speaks the language of the case's letters, whole (Article 12(1)): same facts, other words."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities import package_facts, package_view, package_words
from activities.package_index import TEMPLATES
from activities.package_language import FOLDER, speaking
from activities.package_words import ground
from adapters.database.tables import CaseReceipt
from adapters.resources import Resources
from adapters.translations import sentences as translated
from domain.incoming import Language
from domain.withholding import Basis
from tests import opened
from tests.activities.package_case import DATAMAP, typical
from tests.architecture import sources

OTHERS: tuple[Language, ...] = ("de", "fr")
SAID = {
    "de": (
        "Ja, wir verarbeiten personenbezogene Daten über Sie.",
        "eine Kopie: 22 Einträge und 3 Dateien aus 4 Systemen. Stand der Daten: Mo. 23. November 2026",
        "Sie haben eingewilligt (Artikel 6 Absatz 1 Buchstabe a).",
        "Pictures Compute Inc. (Vereinigte Staaten): turns prompts into pictures. Arbeitet für uns, nach unseren Weisungen.",
        "Das Älteste bis Fr. 1. März 2030, das Neueste bis Mo. 1. März 2032 (6 Jahre, gerechnet ab:",
        "Es betrifft andere Menschen (Data Protection Act 2018, Schedule 2, paragraph 16; Artikel 15 Absatz 4 DSGVO).",
        "Nach EU-Recht",
    ),
    "fr": (
        "Oui, nous traitons des données vous concernant.",
        "une copie : 22 éléments et 3 fichiers de 4 systèmes. État des données : lun. 23 novembre 2026",
        "Vous y avez consenti (article 6, paragraphe 1, point a).",
        "Pictures Compute Inc. (États-Unis): turns prompts into pictures. Travaille pour nous, selon nos instructions.",
        "Le plus ancien jusqu'au ven. 1er mars 2030, le plus récent jusqu'au lun. 1er mars 2032 (6 ans à compter de :",
        "Cela concerne d'autres personnes (Data Protection Act 2018, Schedule 2, paragraph 16; article 15, paragraphe 4",
        "En droit de l'Union",
    ),
}


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def letter_in(resources: Resources, language: Language) -> str:
    """The letter of an ordinary case of which one thing was left out, with blanks made one."""
    case = typical(resources, regimes=("UK", "EU-FR"))
    with resources.database.write() as session:
        session.get_one(CaseReceipt, case.id).language = language
    case.decide(case.items("platform", "prompts")[2].id, "withhold", "third_party")
    read = subprocess.run(["pdftotext", "-", "-"], input=case.members()["letter.pdf"], capture_output=True, check=True)
    return re.sub(r"\s+", " ", read.stdout.decode())


def sentences(text: str) -> set[str]:
    """What a letter says in three words or more."""
    return {said.strip(" \N{EN DASH}") for said in re.split(r"[.:;?!]", text) if len(said.split()) > 2}


@pytest.mark.parametrize("language", OTHERS)
def test_the_letter_says_the_same_facts_and_no_sentence_in_english(resources: Resources, language: Language) -> None:
    text = letter_in(resources, language)
    for said in SAID[language]:
        assert said in text
    common = sentences(text) & sentences(letter_in(resources, "en"))
    written = re.sub(r"\s+", " ", DATAMAP.read_text(encoding="utf-8")).lower()
    assert {said for said in common if said.lower() not in written} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_the_letters_have_the_same_parts_in_the_same_order(language: Language) -> None:
    english, other = (
        re.sub(r"^//.*\n", "", (TEMPLATES / "letter" / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        for name in ("letter.typ", f"letter_{language}.typ")
    )
    parts = re.compile(r"#if [^\[\n{]*|#(?:list|fact|ruled)\b|^ *=+ |\b(?:answer|contact|system|law)(?:\.\w+)+", re.MULTILINE)
    assert parts.findall(other) == parts.findall(english)


@pytest.mark.parametrize("language", OTHERS)
def test_every_ground_is_said(language: Language) -> None:
    for basis in Basis:
        english = ground(basis, frozenset({"UK", "EU"}))
        with speaking(language):
            assert ground(basis, frozenset({"UK", "EU"})).partition(" (")[0] != english.partition(" (")[0]


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_code_is_there(language: Language) -> None:
    said: set[str] = set()
    for path in sorted((sources.ROOT / "activities").glob("package_*.py")):
        calls = (node for node in ast.walk(sources.tree(path)) if isinstance(node, ast.Call) and node.args)
        firsts = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "say")
        said |= {str(first.value) for first in firsts if isinstance(first, ast.Constant)}
    for module in (package_facts, package_view, package_words):
        tables = (table for name, table in vars(module).items() if name.isupper() and name.startswith("_"))
        said |= {text for table in tables if isinstance(table, dict) for text in table.values()}
    there = translated(FOLDER, language)
    assert said - there.keys() == set()
    for english, other in there.items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", other)), english
