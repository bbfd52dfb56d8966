"""What a command of a case is in words. Next: api/console/cases/act_identity.py."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Act:
    """One command in words.

    Args:
        link: as a link, an imperative.
        title: of its page.
        guidance: two sentences, with the article.
        button: what pressing does.
        done: told after it was done.
        red: it ends or destroys something.
        tab: of the case page to go back to.
    """

    link: str
    title: str
    guidance: str
    button: str
    done: str
    red: bool = False
    tab: Literal["", "systems", "package", "messages", "history"] = ""
