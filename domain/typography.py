"""What French typography wants: blanks before some marks, across which no line breaks.

Whoever writes a translation types plain blanks. Next: adapters/translations.py
"""

import re
from typing import Final

from domain.incoming import Language

NARROW: Final = "\N{NARROW NO-BREAK SPACE}"
_BLANKS: Final = re.compile(r"[ \u00a0](?=[?!:;»])|(?<=«)[ \u00a0]")
_TEXTS: Final = re.compile(r">[^<]+")


def set_in(language: Language, text: str) -> str:
    """A text as its language sets it: in French with a narrow blank, and no break, before `? ! : ; »` and after `«`."""
    return _BLANKS.sub(NARROW, text) if language == "fr" else text


def set_page_in(language: Language, page: str) -> str:
    """The same of what a page of HTML shows; its tags stay as they are."""
    return _TEXTS.sub(lambda shown: set_in(language, shown[0]), page) if language == "fr" else page
