"""The form as it is filled in: four short steps that also work as one page, and what is wrong with a field (Article 12(2)).

Nothing of it is stored before it is sent: each step carries on what was typed in the steps before. Next: api/portal/submit.py
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from starlette.datastructures import FormData

from adapters.vault import Vault
from api.face import forms
from api.face.countries import COUNTRIES
from api.portal.languages import current, say
from api.portal.words import ACCOUNTS, MANDATES
from domain.errors import InvalidInputError
from domain.normal import refuse_hidden
from domain.place_names import counted
from domain.rights import Relation, Right

Step = Literal["what", "about", "help", "check", "whole"]

# The fields of each step, in the order of the page. `whole` is the first three on one page.
FIELDS: Final[dict[Step, tuple[str, ...]]] = {
    "what": ("rights",),
    "about": ("email", "name", "country", "account", "agent", "mandate", "agent_email"),
    "help": ("wrong", "right", "concerns", "seen_at", "username", "phone", "other_email", "message"),
}
_STEPS: Final[tuple[Step, ...]] = ("what", "about", "help", "check")
_LONGEST: Final = {
    "email": 320,
    "name": 200,
    "agent": 200,
    "agent_email": 320,
    "wrong": 2_000,
    "right": 2_000,
    "concerns": 20,
    "seen_at": 2_000,
    "username": 320,
    "phone": 40,
    "other_email": 320,
    "message": 20_000,
}
_LINES: Final = frozenset({"message", "seen_at", "wrong", "right"})  # several, of any characters: nobody searches with them
_PICTURED: Final = frozenset({Right.ACCESS, Right.ERASURE, Right.OBJECTION, Right.RESTRICTION})  # what is asked of a picture
_REFERENCE: Final = re.compile(r"HAB-[0-9A-Z]{8}")


@dataclass
class Filled:
    """The form as it was filled in, and what is wrong with it, by field.

    Args:
        rights: chosen, in the order of the page.
        texts: every other field; empty when it was left so.
        consents: purposes of which consent is withdrawn, where that is asked for and some were chosen.
        checking: a step was opened again from the answers, and leads back to them.
    """

    rights: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys([*_LONGEST, "country", "account", "mandate"], ""))
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    consents: list[str] = field(default_factory=list)
    checking: bool = False


def read(sent: FormData) -> Filled:
    """What a posted form says; unknown rights are left out."""
    known = {right.value for right in Right}
    filled = Filled(rights=[value for value in dict.fromkeys(map(str, sent.getlist("rights"))) if value in known])
    filled.consents = [*dict.fromkeys(map(str, sent.getlist("consents")))]
    filled.texts |= {name: forms.field(sent, name) for name in filled.texts}
    filled.texts["concerns"] = filled.texts["concerns"].upper()
    filled.checking = bool(forms.field(sent, "checking"))
    return filled


def step_of(value: str) -> Step:
    """The step that a form names; a form that names none is the whole of it."""
    return value if value in _STEPS else "whole"


def after(step: Step) -> Step:
    """The next one."""
    return "check" if step == "whole" else _STEPS[_STEPS.index(step) + 1]


def before(step: Step) -> Step | None:
    """The one before; None at the beginning."""
    return None if step in {"what", "whole"} else _STEPS[_STEPS.index(step) - 1]


def look_over(vault: Vault, filled: Filled, step: Step) -> None:
    """Put down what is wrong with the fields of a step, or of all of them."""
    steps: Iterable[Step] = ("what", "about", "help") if step in {"check", "whole"} else (step,)
    for name in (name for each in steps for name in FIELDS[each]):
        if told := _wrong(vault, name, filled):
            filled.errors[name] = told


def picture_asked(filled: Filled) -> bool:
    """Whether it is asked where a picture or a text can be seen: without an account, or where one may be meant."""
    account, may_mean_one = filled.texts["account"], not _PICTURED.isdisjoint(filled.rights)
    return bool(filled.texts["seen_at"]) or account == "no" or (not account and may_mean_one)


def message_of(filled: Filled) -> str | None:
    """The person's words, as letters may quote them; None when there are none."""
    texts, (wrong, right) = filled.texts, correction_of(filled) or ("", "")
    said = (
        texts["concerns"] and say("It is about the request %(reference)s.", reference=texts["concerns"]),
        wrong and say("What is wrong: %(words)s", words=wrong),
        right and say("What would be right: %(words)s", words=right),
        texts["seen_at"] and say("Where it can be seen: %(words)s", words=texts["seen_at"]),
        texts["message"],
    )
    return "\n\n".join(each for each in said if each) or None


def relation_of(filled: Filled) -> Relation | None:
    """What the person says that they are to the controller: a choice of the form, and no words of theirs."""
    if filled.texts["agent"]:
        return Relation.AGENT
    return {"yes": Relation.CUSTOMER, "no": Relation.NO_ACCOUNT}.get(filled.texts["account"])


def correction_of(filled: Filled) -> tuple[str, str] | None:
    """What is wrong and what would be right, where a correction is asked for and the person said so (Article 16)."""
    said = filled.texts["wrong"], filled.texts["right"]
    return said if Right.RECTIFICATION.value in filled.rights and any(said) else None


def _wrong(vault: Vault, name: str, filled: Filled) -> str | None:  # noqa: PLR0911 (one sentence per return)
    if name == "rights":
        return None if filled.rights else say("Choose at least one. If you are not sure, choose the nearest.")
    value = filled.texts[name]
    if name == "country":
        known = value in {"", "other", *dict(COUNTRIES)}
        return None if known else say("Choose a country from the list, or leave it open.")
    if name == "account":
        return None if value in {"", *ACCOUNTS} else say("Choose one of the two, or leave it open.")
    if name == "mandate":
        return None if value in {"", *MANDATES} else say("Choose a ground, or leave it open.")
    if len(value) > _LONGEST[name]:
        return say("Please use at most %(number)s characters.", number=counted(_LONGEST[name], current().language))
    if name == "email" and not value:
        return say("Enter the e-mail address to which we may answer.")
    if name == "agent" and not value and (filled.texts["agent_email"] or filled.texts["mandate"]):
        return say("Enter your own name, if you ask for somebody else.")
    if name == "agent_email" and value and value.casefold() == filled.texts["email"].casefold():
        return say("Your own address and the person\u2019s are the same. Enter theirs above, by which we know them.")
    if name == "concerns" and value and not _REFERENCE.fullmatch(value):
        return say("A reference has the form HAB-7K3M9QXA. You may leave this empty.")
    return _unreadable(vault, name, value)


def _unreadable(vault: Vault, name: str, value: str) -> str | None:
    if "email" in name and value:
        return None if can_be_written_to(vault, value) else say("Enter an e-mail address in the form name@example.com.")
    try:
        if "email" not in name and name not in _LINES:
            refuse_hidden(value, field=name)
    except InvalidInputError:
        return say("There are characters in it that cannot be seen. Please type it instead of pasting it.")
    return None


def can_be_written_to(vault: Vault, address: str) -> bool:
    """Whether this is an address that a person may have: a domain of one label, as in name@exampl, is a slip of the hand."""
    try:
        vault.index_email(address)
    except InvalidInputError:
        return False
    return "." in address.rpartition("@")[2]
