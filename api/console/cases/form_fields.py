"""The fields of a command's form, made from the bodies of the JSON API (`api/v1/bodies.py`): a form takes what the API takes.

Next: api/console/cases/act_page.py
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from api.console import words
from api.console.cases.field_words import LABELS, NOTHING_CHOSEN, OPTIONS, OWN_LABELS
from api.console.cases.task_forms import Asked
from api.v1.bodies import SHAPES
from domain.authority import Action
from domain.case_parts import GIVEN_ON_PAPER, POSTAL
from domain.clock_decisions import OF_OBJECTIONS
from domain.errors import InvalidInputError
from domain.identity import Factor
from domain.rights import Right

# The target of a command travels in the address and in hidden fields; a person never types it.
TARGETS: Final = frozenset({"identifier", "system", "work_item", "sha256", "item", "revision", "result", "right", "approval"})
STARTS_WITH: Final = frozenset({"kind", "into", "about"})  # chosen by the link, and still open to another choice
_BOXES: Final = {"factors": tuple(words.FACTORS.items()), "test": tuple(words.BURDENS.items())}
_NOT_OFFERED: Final = {"redact", "withdrawn", "not_the_requester", "duplicate"}  # other forms, or not built yet
MANY: Final = frozenset({"without", "purposes", "factors", "test"})  # of which several may be chosen
LINES: Final = (1, 2, 3)  # corrections in a form in which all is typed
UNCHANGED: Final = "Left empty: no change."
_CHOSEN: Final = range(1, 11)  # and in one in which they were chosen
COMPOSED: Final[dict[Action, frozenset[str]]] = {
    Action.PROPOSE_RECTIFICATION: frozenset({"changes"}),
    Action.MARK_DISPUTED: frozenset({"system", "collection"}),
}
_TYPED: Final = frozenset({"place", *(f"{name}_{number}" for name in ("place", "old", "new", "remove") for number in _CHOSEN)})
_NEVER_TYPED: Final = TARGETS - {"result", "right"} | {"spans"}
_DAYS: Final = frozenset({"posted_on", "until"})
_LONG: Final = frozenset({"reason", "question", "answer", "text", "note"})


Kind = Literal["area", "boxes", "choice", "date", "input"]


@dataclass(frozen=True)
class FormField:
    """One field of a form. `options`: value and words; empty where words are typed."""

    name: str
    label: str
    hint: str
    kind: Kind
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    tick: str = ""  # of a correction: the name of the box that takes the value away


def fields_of(
    action: Action,
    target: Mapping[str, str],
    *,
    kinds: tuple[str, ...] = (),
    systems: tuple[tuple[str, str], ...] = (),
    rights: tuple[tuple[str, str], ...] = (),
    purposes: tuple[tuple[str, str], ...] = (),
    places: tuple[tuple[str, str], ...] = (),
    checkers: tuple[tuple[str, str], ...] = (),
    mailbox: bool = True,
    chosen: Sequence[FormField] = (),
    asked: Asked | None = None,
    objected: bool = False,
) -> list[FormField]:
    """The fields that a person fills in, choices first.

    Args:
        action: the command.
        target: what it is about, which nobody has to fill in any more.
        kinds: of identifier that the data map knows, beside address and telephone.
        systems: of the data map, name and title.
        rights: of the case, name and words; with one alone there is nothing to choose.
        purposes: of the data map, name and title.
        checkers: who may look at it afterwards, name of command and of person.
        places: that can be corrected (`system.collection.field`) or marked (`system.collection`), with their titles.
        mailbox: whether the case has one; without it nobody can have shown that it is theirs.
        asked: of a task: what its answers are called, and what its note is for.
        objected: the restriction is for an objection, whose ground comes first.
        chosen: of a correction: a field for each value that was chosen from what stands there; none: all of it is typed.
    """
    fields = []
    by_hand = target.get("result") == "done"  # a right that was carried out by a person
    for name, info in _typed_in(action).items():
        if name == "right" and len(rights) < 2:  # noqa: PLR2004 (one alone is the whole request)
            continue
        if name == "posted_on" and target.get("result") not in GIVEN_ON_PAPER:
            continue
        if name in target or name in _NEVER_TYPED or (name == "outcome" and action is Action.COMPLETE_WORK_ITEM and not by_hand):
            continue
        label, hint = _label(action, name, asked)
        options = asked.results if asked and name == "result" else _choices(info.annotation)
        if name == "kind":
            on_paper = () if action is Action.NAME_ACCOUNT else (POSTAL,)
            options = tuple(dict.fromkeys(("email", "phone", *on_paper, *kinds)))
        if name == "ground":
            options = _grounds(action, options, target, rights, objected=objected)
        if options and not info.is_required():
            options = ("", *options)
        known = words.DOUBTS if name == "doubt" else OPTIONS
        empty = NOTHING_CHOSEN.get((action, name), "Not said")
        named = tuple((value, known.get(value, value.replace("_", " ").capitalize() or empty)) for value in options)
        shown = checkers if name == "checker" else named
        kind: Literal["area", "boxes", "choice", "date", "input"] = (
            "choice" if shown else "area" if name in _LONG else "date" if name in _DAYS else "input"
        )
        if name in MANY:
            kind, shown = "boxes", (_BOXES | {"purposes": purposes, "without": systems})[name]
            shown = tuple(each for each in shown if mailbox or each[0] != Factor.MAILBOX)
        elif name == "right":
            shown = rights if action in COMPOSED else (("", "The whole request"), *rights)
        fields.append(FormField(name, label, hint, kind, shown, info.is_required()))
    fields += chosen or _composed(action, places)
    return in_order(fields)


def _grounds(
    action: Action, options: tuple[str, ...], target: Mapping[str, str], rights: tuple[tuple[str, str], ...], *, objected: bool
) -> tuple[str, ...]:
    """The grounds of a refusal or a restriction: those of an objection first where it is one (Articles 18(1)(d) and 21)."""
    if action is not Action.PROPOSE_REFUSAL:
        return tuple(sorted(options, key=lambda each: each != Right.OBJECTION.value)) if objected else options
    meant = {target["right"]} if target.get("right") else {name for name, _ in rights}
    if not meant:
        return options
    own = tuple(each for each in options if each in OF_OBJECTIONS and Right.OBJECTION in meant)
    general = tuple(each for each in options if each not in OF_OBJECTIONS)
    return (*own, *general) if meant == {Right.OBJECTION} else (*general, *own)


def in_order(fields: Sequence[FormField]) -> list[FormField]:
    """Choices and boxes first, and behind them the words that they ask for."""
    return sorted(fields, key=lambda each: {"choice": 0, "boxes": 1, "date": 2, "input": 2, "area": 3}[each.kind])


def _typed(name: str) -> Kind:
    return "area" if name in _LONG else "date" if name in _DAYS else "input"


def _label(action: Action, name: str, asked: Asked | None) -> tuple[str, str]:
    """What a field is called here, and its hint."""
    if name == "note" and asked is not None:
        return asked.note
    if name == "posted_on" and asked is not None and asked.day:
        return asked.day, LABELS[name][1]
    return OWN_LABELS.get((action, name), LABELS.get(name, (name.replace("_", " ").capitalize(), "")))


def _typed_in(action: Action) -> dict[str, FieldInfo]:
    own = COMPOSED.get(action, frozenset())
    return {name: info for name, info in SHAPES[action].body.model_fields.items() if name not in own}


def _composed(action: Action, places: tuple[tuple[str, str], ...]) -> list[FormField]:
    """Fields that a form has instead of the body's own, because a list or a pair of names is nothing to type."""
    if action is Action.MARK_DISPUTED:
        return [FormField("place", "Record", "", "choice", places, required=True)]
    if action is not Action.PROPOSE_RECTIFICATION:
        return []
    lines = []
    for number in LINES:
        hint = "Left open: nothing more to correct." if number > 1 else ""
        lines += [
            FormField(f"place_{number}", f"Field {number}", hint, "choice", (("", "Nothing"), *places)),
            FormField(f"old_{number}", f"Field {number}: what stands there now", "Exactly as it is stored.", "input"),
            correction_field(number, f"Field {number}: what should stand there", UNCHANGED),
        ]
    return lines


def correction_field(number: int, label: str, hint: str, *, removable: bool = True) -> FormField:
    """What should stand there; that nothing should is said by a tick of its own, never by leaving the field empty."""
    return FormField(f"new_{number}", label, hint, "input", tick=f"remove_{number}" if removable else "")


def composed(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, as the body has it.

    Raises:
        InvalidInputError: of a correction: nothing is to change, or a value is both given and to be removed.
    """
    if action not in COMPOSED:
        return dict(given)
    body = {name: value for name, value in given.items() if name not in _TYPED}
    if action is Action.MARK_DISPUTED:
        system, _, collection = str(given.get("place", "")).partition(".")
        return body | ({"system": system, "collection": collection} if collection else {})
    changes = []
    for number in _CHOSEN:
        if place := str(given.get(f"place_{number}", "")):
            new, remove = given.get(f"new_{number}"), given.get(f"remove_{number}")
            if new and remove:
                raise InvalidInputError("Give a value or remove it, not both.", field=f"new_{number}")
            if not new and not remove:
                continue  # left empty is no change
            names = dict(zip(("system", "collection", "field"), place.split("."), strict=False))
            changes.append(names | {"old": given.get(f"old_{number}"), "new": new or None})
    if not changes:
        raise InvalidInputError("Nothing would change yet. Give a value, or tick \u201cRemove the value\u201d.", field="new_1")
    return body | {"changes": changes}


def _choices(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 (whatever pydantic was given)
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    for inner in (annotation, *get_args(annotation)):
        if isinstance(inner, type) and issubclass(inner, StrEnum):
            return tuple(member.value for member in inner if member.value not in _NOT_OFFERED)
        if get_origin(inner) is Literal:
            return tuple(str(value) for value in get_args(inner))
    return ()
