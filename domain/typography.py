"""What French typography wants: blanks before some marks, across which no line breaks.

Whoever writes a translation types plain blanks. Next: adapters/translations.py
"""

import re
from typing import Final

from domain.incoming import Language

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_BLANKS: Final = re.compile(r" (?=[?!:;»])|(?<=«) ")


def set_in(language: Language, text: str) -> str:
    """A text as its language sets it: in French without a break before `? ! : ; »` and after `«`."""
    return _BLANKS.sub(NO_BREAK, text) if language == "fr" else text
