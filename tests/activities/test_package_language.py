"""The copy and its letter speak the language of the case's letters, whole (Article 12(1)): same facts, other words."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from activities import certificate, package_facts, package_index, package_view, package_words
from activities.package_cells import cell, count
from activities.package_index import TEMPLATES
from activities.package_language import FOLDER, speaking
from activities.package_words import ground
from adapters.database.tables import CaseReceipt
from adapters.resources import Resources
from adapters.row_text import HELD
from adapters.translations import sentences as translated
from domain.datamap_systems import FOUND_BY_HAND
from domain.incoming import Language
from domain.redaction import COVER
from domain.withholding import GROUNDS, Basis
from tests import opened
from tests.activities.package_case import DATAMAP, typical
from tests.architecture import sources

OTHERS: tuple[Language, ...] = ("de", "fr")
PAGES = sorted(path for path in TEMPLATES.iterdir() if path.suffix in {".html", ".txt"})
PLACES = re.compile(r"%\(\w+\)s|<[^>]+>")
# British acts and the names of recipients keep their own words.
NAMES = {"Data Protection Act 2018, Schedule 2, paragraph 16", "HM Revenue and Customs", "Pictures Compute Inc"}
# What is the same in every language: names, addresses, files, values of rows, and two or three words that two languages share.
WRITTEN = re.compile(r"Orchard|HAB-\w+|Ruth Adeyemi|\S+@\S+|[\w/.-]+\.(?:csv|json|pdf|jpg|png|bin)|prompt \d+|Brief vom März.pdf")
SAME: dict[Language, set[str]] = {"de": {"System", "Training", "Bytes", "Name"}, "fr": {"Page", "Pages"}}
SAID = {
    "de": (
        "Ja, wir verarbeiten personenbezogene Daten über Sie.",
        "eine Kopie: 22 Einträge und 3 Dateien aus 4 Systemen. Stand der Daten: Mo. 23. November 2026",
        "Sie haben eingewilligt (Artikel 6 Absatz 1 Buchstabe a).",
        "Pictures Compute Inc. (Vereinigte Staaten): macht aus Eingaben Bilder. Arbeitet für uns, nach unseren Weisungen.",
        "Das Älteste bis Fr. 1. März 2030, das Neueste bis Mo. 1. März 2032 (6 Jahre, gerechnet ab: dem Datum der Rechnung).",
        "Es betrifft andere Menschen (Data Protection Act 2018, Schedule 2, paragraph 16; Artikel 15 Absatz 4 DSGVO).",
        "Nach EU-Recht",
    ),
    "fr": (
        "Oui, nous traitons des données vous concernant.",
        "une copie : 22 éléments et 3 fichiers de 4 systèmes. État des données : lun. 23 novembre 2026",
        "Vous y avez consenti (article 6, paragraphe 1, point a).",
        "Pictures Compute Inc. (États-Unis) : transforme les textes en images. Travaille pour nous, selon nos instructions.",
        "Le plus ancien jusqu'au ven. 1er mars 2030, le plus récent jusqu'au lun. 1er mars 2032 (6 ans à compter de : la date",
        "Cela concerne d'autres personnes (Data Protection Act 2018, Schedule 2, paragraph 16; article 15, paragraphe 4",
        "En droit de l'Union",
    ),
}


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


class Shown(HTMLParser):
    """The texts of a page as a person meets them, those in attributes too."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = self._hidden or tag in {"style", "code"}
        self.texts |= {value for name, value in attrs if value and name in {"aria-label", "data-head", "title", "alt"}}

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in {"style", "code"}

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not self._hidden and re.search(r"[^\W\d_]{2}", text):
            self.texts.add(text)


def words_of(members: dict[str, bytes]) -> dict[str, set[str]]:
    """What each page, README.txt and the list of what was left out say; heads of tables for machines are none."""
    told = {path: Shown(raw.decode()).texts for path, raw in members.items() if path.endswith(".html")}
    kept = [line.strip() for line in members["README.txt"].decode().splitlines() if line.startswith((" ", "T", "O"))]
    left_out = members["withheld.csv"].decode().replace('"', "").splitlines()[1:]
    return told | {"README.txt": {line for line in kept if "openssl" not in line}, "withheld.csv": set(left_out)}


def members_in(resources: Resources, language: Language) -> dict[str, bytes]:
    """The copy of an ordinary case that takes its data elsewhere too, of which one thing was left out."""
    case = typical(resources, regimes=("UK", "EU-FR"))
    with resources.database.write() as session:
        session.get_one(CaseReceipt, case.id).language = language
    case.decide(case.items("platform", "prompts")[2].id, "withhold", "third_party")
    return case.members()


def letter_in(resources: Resources, language: Language) -> str:
    """Its letter, with blanks made one."""
    read = subprocess.run(
        ["pdftotext", "-", "-"], input=members_in(resources, language)["letter.pdf"], capture_output=True, check=True
    )
    return re.sub(r"\s+", " ", read.stdout.decode())


def sentences(text: str) -> set[str]:
    """What a letter says in three words or more."""
    return {said.strip(" \N{EN DASH}") for said in re.split(r"[.:;?!]", text) if len(said.split()) > 2}


@pytest.mark.parametrize("language", OTHERS)
def test_the_letter_says_the_same_facts_and_no_sentence_in_english(resources: Resources, language: Language) -> None:
    text = letter_in(resources, language)
    for said in SAID[language]:
        assert said in text
    assert {said for said in sentences(text) & sentences(letter_in(resources, "en")) if said not in NAMES} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_page_and_no_list_holds_a_word_in_english(resources: Resources, language: Language) -> None:
    said, english = (words_of(members_in(resources, each)) for each in (language, "en"))
    assert said.keys() == english.keys()
    for path, texts in said.items():
        theirs = {text for text in texts & english[path] if not WRITTEN.fullmatch(text)}
        assert theirs <= SAME[language], path


@pytest.mark.parametrize(("language", "told"), [("de", "1. März 2026"), ("fr", "1er mars 2026")])
def test_a_page_says_its_language_and_its_days_and_numbers_in_it(resources: Resources, language: Language, told: str) -> None:
    pages = {path: raw.decode() for path, raw in members_in(resources, language).items() if path.endswith(".html")}
    assert all(page.startswith(f'<!doctype html>\n<html lang="{language}">') for page in pages.values())
    assert told in pages["pages/billing.invoices.html"]
    with speaking(language):
        assert cell(True, 100) == {"de": "ja", "fr": "oui"}[language]
        assert cell(f"x{COVER}", 100) == {"de": "x[geschwärzt]", "fr": "x[noirci]"}[language]
        assert count(12_345, "record") == {"de": "12.345 Einträge", "fr": "12\u202f345 éléments"}[language]


@pytest.mark.parametrize("language", OTHERS)
def test_names_in_files_for_machines_are_the_same_in_every_language(resources: Resources, language: Language) -> None:
    said, english = members_in(resources, language), members_in(resources, "en")
    assert said.keys() == english.keys()
    for path in (path for path in said if path.endswith(".csv")):
        assert said[path].partition(b"\n")[0] == english[path].partition(b"\n")[0]
    schema, theirs = (json.loads(each["data/platform/prompts.schema.json"]) for each in (said, english))
    assert schema["items"]["properties"].keys() == theirs["items"]["properties"].keys()
    assert schema["title"] != theirs["title"]


def test_the_readme_says_what_each_file_is(resources: Resources) -> None:
    members = members_in(resources, "de")
    named = [line for line in members["README.txt"].decode().splitlines() if line in package_index._MEMBERS]
    there = {path if "/" not in path else f"{path.partition('/')[0]}/" for path in members} - {"README.txt"}
    assert there == {name for name in named if name != "data/.../files/"}


def test_a_data_map_without_the_language_is_said_to_be_in_another(tmp_path: Path, database_url: str) -> None:
    plain = tmp_path / "plain.yml"
    plain.write_text(DATAMAP.read_text(encoding="utf-8").partition("\ntranslations:")[0], encoding="utf-8")
    with opened.resources(tmp_path / "home", database_url, plain) as resources:
        members = members_in(resources, "de")
    assert "Was wir in unserem Verzeichnis festgehalten haben, steht hier in der Sprache" in members["index.html"].decode()
    assert ">Your account</a>" in members["index.html"].decode()


@pytest.mark.parametrize("letter", ["letter", "certificate"])
@pytest.mark.parametrize("language", OTHERS)
def test_the_letters_have_the_same_parts_in_the_same_order(language: Language, letter: str) -> None:
    english, other = (
        re.sub(r"^//.*\n", "", (TEMPLATES / "letter" / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        for name in (f"{letter}.typ", f"{letter}_{language}.typ")
    )
    parts = re.compile(r"#if [^\[\n{]*|#(?:list|fact|ruled)\b|^ *=+ |\b(?:answer|contact|system|law)(?:\.\w+)+", re.MULTILINE)
    assert parts.findall(other) == parts.findall(english)


@pytest.mark.parametrize("language", OTHERS)
def test_every_ground_is_said(language: Language) -> None:
    for basis in Basis:
        english = ground(basis, frozenset({"UK", "EU"}))
        with speaking(language):
            assert ground(basis, frozenset({"UK", "EU"})).partition(" (")[0] != english.partition(" (")[0]


MODULES = [*sorted((sources.ROOT / "activities").glob("package_*.py")), sources.ROOT / "activities" / "certificate.py"]


def calls_of(name: str) -> Iterator[list[str]]:
    """The texts that stand as arguments in each call of a function in the modules of the copy and the certificate."""
    for path in MODULES:
        for call in ast.walk(sources.tree(path)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name:
                either = [part for each in call.args if isinstance(each, ast.IfExp) for part in (each.body, each.orelse)]
                yield [text for each in (*call.args, *either) if isinstance(each, ast.Constant) for text in texts_in(each)]


def texts_in(tree: ast.AST) -> Iterator[str]:
    """Every text that stands in a piece of code."""
    return (each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def every_sentence() -> set[str]:
    """What the templates and the code of the copy hand over to be said in a language."""
    said = {text for texts in calls_of("say") for text in texts}
    for noun, *plural in calls_of("count"):
        said |= {noun, *(plural or [f"{noun}s"])}
    for module in (certificate, package_facts, package_index, package_view, package_words):
        tables = (table for name, table in vars(module).items() if name.isupper() and name.startswith("_"))
        said |= {text for table in tables if isinstance(table, dict) for text in table.values()}
    made: Any = package_index._environment()
    for path in PAGES:
        told = (message for _, _, message in made.extract_translations(path.read_text(encoding="utf-8")))
        said |= {message if isinstance(message, str) else str(message[0]) for message in told}
    said |= {f"{unit}{end}" for unit in ("day", "week", "month", "year") for end in ("", "s")}
    said |= {ground.words for ground in GROUNDS.values()}
    return said | {HELD, COVER, FOUND_BY_HAND} | {f"under {law} law," for law in ("UK", "EU")}


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_and_none_is_left_over(language: Language) -> None:
    there, said = translated(FOLDER, language), every_sentence()
    assert said - there.keys() == set(), "these are not translated"
    written = {text for path in MODULES for text in texts_in(sources.tree(path))}  # some are chosen first and said later
    countries = set(package_words._countries().values())
    assert there.keys() - said - written - countries == set(), "these are not said any more"
    for english, other in there.items():
        assert sorted(set(PLACES.findall(english))) == sorted(set(PLACES.findall(other))), english


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    text = re.sub(
        r"{% block width %}.*?{% endblock %}|{% trans\b.*?endtrans %}|{%.*?%}|{{.*?}}",
        "",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert re.findall(r"(?:aria-label|title|alt|data-head)=\"[^\"]*\w[^\"]*\"", text) == []
    assert re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]+>", " ", text)) == []
