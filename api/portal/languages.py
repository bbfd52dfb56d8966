"""In which language a page is answered: the person's choice, else that of their request, else their browser's, else ours.

The choice stands in the address (`?language=de`) or in a form, and is kept in a cookie until the browser is closed. The words of
German and French are data, one file a language beside this module, by their English sentence; English stands where it is used.
Next: api/portal/pages.py
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response
from starlette.datastructures import FormData

from adapters.translations import sentences
from api.dependencies import Web
from domain.errors import DomainError
from domain.incoming import Language

NAMES: Final[dict[Language, str]] = {"en": "English", "de": "Deutsch", "fr": "Français"}
FIELD: Final = "language"
SPEAK: Final = "speak"  # of a form with words in it, which is sent for another language without being acted upon
_FOLDER: Final = Path(__file__).resolve().parent / "translations"
_WEIGHT: Final = re.compile(r"q=([01](?:\.\d{0,3})?)")


@dataclass
class Spoken:
    """What is known of the language of one answer.

    Args:
        language: of it.
        chosen: the person chose it, here or on a page before.
        keep: the browser shall keep it.
        elsewhere: the address of this very page, to which a language is added; empty where going there would lose what was typed.
    """

    language: Language
    chosen: bool = False
    keep: bool = False
    elsewhere: str = ""

    def choose(self, wish: str) -> bool:
        """Take a language that the person chose; False when it is none of ours."""
        known = named(wish)
        if known is None:
            return False
        self.language, self.chosen, self.keep = known, True, True
        return True

    def written_in(self, language: str) -> None:
        """Go on in the language of a request's letters, unless the person chose another.

        English says nothing: it is also what a request without words has, and then the browser knows better.
        """
        known = named(language)
        if not self.chosen and known not in {None, "en"}:
            assert known is not None
            self.language, self.keep = known, True


_spoken: Final[ContextVar[Spoken | None]] = ContextVar("language of the page", default=None)


def current() -> Spoken:
    """The language of the answer that is being made; English outside of one."""
    return _spoken.get() or Spoken("en")


@contextmanager
def speaking(request: Request, web: Web) -> Iterator[Spoken]:
    """Find the language of an answer; what is called inside, in threads too, says its words in it."""
    default = web.resources.datamap.controller.language
    spoken = Spoken(wanted(request.headers.get("accept-language", ""), default))
    asked = request.query_params.get(FIELD, "")
    if not (asked and spoken.choose(asked)) and (kept := named(request.cookies.get(_cookie(web), ""))):
        spoken.language, spoken.chosen = kept, True
    if request.method == "GET":
        others = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != FIELD])
        spoken.elsewhere = f"?{others}&" if others else "?"
    token = _spoken.set(spoken)
    try:
        yield spoken
    finally:
        _spoken.reset(token)


def keep(web: Web, spoken: Spoken, answer: Response) -> None:
    """Let the browser keep what was chosen: of the person it says nothing but this."""
    if spoken.keep:
        secure = web.resources.settings.public_url.startswith("https:")
        answer.set_cookie(_cookie(web), spoken.language, path="/", secure=secure, httponly=True, samesite="lax")


def spoke(form: FormData) -> bool:
    """Whether a form was sent for another language alone, which is chosen then; nothing is done, and what was typed stays."""
    wish = str(form.get(SPEAK, ""))
    current().choose(wish)
    return bool(wish)


def wanted(accepted: str, default: Language = "en") -> Language:
    """The best of a browser's wishes that these pages have, by its weight and then by its place."""
    wishes: list[tuple[float, Language]] = []
    for wish in accepted.lower().split(","):
        name, _, weight = wish.strip().partition(";")
        known, found = named(name.strip().partition("-")[0]), _WEIGHT.search(weight.replace(" ", ""))
        if known and (worth := float(found[1]) if found else 1.0) > 0:
            wishes.append((worth, known))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else default


def named(value: str) -> Language | None:
    """One of our languages by its code."""
    return next((each for each in NAMES if each == value), None)


def words(language: Language) -> dict[str, str]:
    """The sentences of a language by their English; English itself has none."""
    return sentences(_FOLDER, language)


def say(sentence: str, **facts: object) -> str:
    """An English sentence in the language of the answer; `%(name)s` in it are what a fact says."""
    said = words(current().language).get(sentence, sentence)
    return said % facts if facts else said


def told_of(refusal: DomainError) -> str:
    """What a refusal says; in general words where its own are English and the page is not."""
    language = current().language
    if language == "en" or refusal.message in words(language):
        return say(refusal.message)
    return say("Please go back and try once more. Nothing was changed.")


def _cookie(web: Web) -> str:
    # The prefix binds a cookie to one host and to https; browsers refuse it elsewhere.
    return ("__Host-" if web.resources.settings.public_url.startswith("https:") else "") + "habeas-language"
