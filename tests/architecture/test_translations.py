"""The portal's words are all there in each language: none is missing, none is left over, none stands in a template as English."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from adapters import quotas
from api import uploads
from api.portal.languages import NAMES, words
from api.portal.pages import FOLDER, environment
from domain.errors import CodeRefusedError, NoCodesLeftError, NotAllowedNowError
from domain.incoming import Language
from tests.architecture import sources

OTHERS: list[Language] = [language for language in NAMES if language != "en"]
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
# What is no sentence for a person: what a log, a header or a context variable is called.
NOT_SAID = {"request failed", "fetching not recorded", "language of the page"}
# Where refusals are raised that a person meets in the portal, by the classes that carry them there.
RAISED = ("adapters/evidence.py", "adapters/quotas.py", "domain/afterwards.py", "domain/normal.py")
_TAGS = re.compile(r"<[^>]+>")
_PLACES = re.compile(r"%\(\w+\)s|</?(?:strong|a)\b[^>]*>")


def code_sentences() -> set[str]:
    """Whatever is written in the portal's own modules and reads like words for a person."""
    found: set[str] = set()
    for path in sorted(FOLDER.glob("*.py")):
        if path.name in {"notice_words.py", "sums.py"}:  # the one has its languages beside each other, the other files of its own
            continue
        tree = sources.tree(path)
        explained = {id(body[0].value) for body in _bodies(tree) if body and isinstance(body[0], ast.Expr)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in explained)
        said = (node.value for node in texts if isinstance(node.value, str))
        found |= {text for text in said if re.search(r"[^\W_] [^\W\d_]", text) and not text.startswith("default-src")}
    return found - NOT_SAID


def _bodies(tree: ast.AST) -> list[list[ast.stmt]]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [node.body for node in ast.walk(tree) if isinstance(node, kinds)]


def template_sentences() -> set[str]:
    """What the templates hand over to be translated."""
    made: Any = environment("en")  # with what Jinja's extension adds to it
    told = (message for path in TEMPLATES for _, _, message in made.extract_translations(path.read_text(encoding="utf-8")))
    return {message if isinstance(message, str) else str(message[0]) for message in told}


def refusals() -> set[str]:
    """Sentences of other modules that a page of the portal may show."""
    found = {
        CodeRefusedError.sentence,
        NoCodesLeftError.sentence,
        NotAllowedNowError.sentence,
        uploads.INFECTED,
        quotas.ENOUGH_PROOFS,
    }
    calls = (node for name in RAISED for node in ast.walk(sources.tree(sources.ROOT / name)) if isinstance(node, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id.endswith("Error") and call.args:
            (told, *_) = call.args
            found |= {told.value} if isinstance(told, ast.Constant) and isinstance(told.value, str) else set()
    return found | {"The code has 8 digits.", "This file is empty.", "The name of this file is too long."}


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_and_none_is_left_over(language: Language) -> None:
    # Mended in api/portal/translations: one line each, by the English sentence.
    wanted, there = code_sentences() | template_sentences() | refusals(), set(words(language))
    assert wanted - there == set(), "these are not translated"
    assert there - wanted == set(), "these are not said any more"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_says_the_same_facts_and_leads_to_the_same_pages(language: Language) -> None:
    for english, said in words(language).items():
        assert sorted(set(_PLACES.findall(english))) == sorted(set(_PLACES.findall(said))), english
        assert said != english
        assert said[-1:] in ".?!:)”" or english[-1:] not in ".?!:", said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\b_\((?!\")", text) == [], "only a sentence is translated: what a person typed is none, and stays escaped"
    text = re.sub(r"{%-? trans\b.*?endtrans -?%}|{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    assert re.findall(r"(?:aria-label|title|alt|placeholder)=\"[^\"]*\w[^\"]*\"", text) == []
    assert re.findall(r"[^\W\d_]{2,}", _TAGS.sub(" ", text)) == []
