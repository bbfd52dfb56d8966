"""The fields of a command's form, made from the bodies of the JSON API (`api/v1/bodies.py`): a form takes what the API takes.

Their words are here. Next: api/console/cases/deeds.py
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from api.console import words
from api.console.cases.task_forms import Asked
from api.v1.bodies import SHAPES
from domain.authority import Action
from domain.errors import InvalidInputError
from domain.identity import Factor

# The target of a command travels in the address and in hidden fields; a person never types it.
TARGETS: Final = frozenset({"identifier", "system", "work_item", "sha256", "item", "revision", "result", "right", "approval"})
LABELS: Final[dict[str, tuple[str, str]]] = {  # of a field: label, hint
    "reason": ("Reason", ""),
    "question": ("Your question", "The person reads exactly this."),
    "answer": ("What they answered", ""),
    "text": ("Message", "The person reads exactly this."),
    "code": ("Code", "Eight digits."),
    "arrived_at": ("When it reached us", "With the zone, for example 2026-11-23T09:00+00:00. Left empty: now."),
    "ground": ("Ground", ""),
    "step": ("What happened", ""),
    "channel": ("How it went", ""),
    "outcome": ("Outcome", ""),
    "result": ("What you found", ""),
    "into": ("The case that goes on", "Its reference, such as HAB-7K4M29QX."),
    "kind": ("Kind", ""),
    "value": ("What it is", ""),
    "decision": ("Decision", ""),
    "basis": ("Basis in law", "Needed when it is withheld."),
    "checker": ("Who looks at it afterwards", "They are told, and it becomes their task."),
    "concern": ("Somebody may be in danger", "true or false."),
    "hold_evidence": ("Hold the evidence", "true: nothing is destroyed before a privacy lead lifts the hold."),
    "standing": ("Is it enough?", "In doubt the request goes on for the person, and the copy goes to them."),
    "test": ("What was weighed", "The burden is ours; that it comes again is never enough alone (Article 12(5))."),
    "factors": (
        "What showed it",
        "The number we hold stands in our own systems; it is not one that the caller gave. Nothing chosen: your own decision.",
    ),
    "doubt": ("The doubt", "It goes on record, and the person may read it."),
    "without": ("Left for later", "What is not chosen comes now."),
    "about": ("The case it is about", "Its reference, such as HAB-7K4M29QX."),
    "finding": ("Finding", ""),
    "system": ("System", "Its short name in the data map."),
    "collection": ("Collection", "Its short name in the data map."),
    "keep": ("Keep it", "true to keep it on a ground, false to erase it."),
    "purposes": ("Purposes", ""),
    "until": ("Last day on which it is kept", "For example 2027-06-30."),
    "posted_on": ("Day on which it was posted or handed over", "For example 2026-11-26. The notice counts from then."),
    "right": ("What is refused", "Left open: the whole request."),
}
_OWN_LABELS: Final[dict[tuple[Action, str], tuple[str, str]]] = {
    (Action.EXTEND_DEADLINE, "reason"): ("Why this request needs longer", "The person reads exactly this."),
    (Action.RECORD_AUTHORITY, "reason"): ("What it is", ""),
    (Action.DECIDE_COMPLAINT, "text"): ("What the person reads", "What you found, and what has changed because of it."),
    (Action.DECIDE_COMPLAINT, "reason"): ("Internal reason", "The person does not get it."),
    (Action.NEEDS_NO_ANSWER, "reason"): ("Why it needs none", "For example: they say thank you. It may be left empty."),
    (Action.ADD_NOTE, "text"): ("Note", "Kept sealed, for whoever works on this case."),
    (Action.PROPOSE_REFUSAL, "text"): (
        "Reasons for the person",
        "They read exactly this: the fact, and the ground in plain words.",
    ),
    (Action.PROPOSE_REFUSAL, "reason"): ("Internal reason", "For whoever approves; the person does not get it."),
    (Action.CONTINUE_WITHOUT_SYSTEM, "reason"): ("Why it is left out", "The person may read this."),
    (Action.REQUEST_MORE_IDENTITY, "reason"): ("What you ask for, and why", "The person reads exactly this."),
    (Action.PROPOSE_RECTIFICATION, "reason"): ("What shows that it is right", "For whoever approves; kept sealed."),
    (Action.PROPOSE_RECTIFICATION, "right"): ("For which right", ""),
    (Action.MARK_DISPUTED, "text"): ("The person\u2019s own statement", "In their words."),
    (Action.MARK_DISPUTED, "reason"): ("Why it is not corrected", "Kept sealed."),
    (Action.RESTRICT_PROCESSING, "purposes"): (
        "For which uses the data stop",
        "None chosen: for every use, so that they are only stored.",
    ),
    (Action.WITHDRAW_CONSENT, "purposes"): ("Which consent ends", "What they were asked for, as the data map names it."),
    (Action.ANNOUNCE_LIFTING, "reason"): ("Internal reason", "The person does not get it."),
    (Action.ANNOUNCE_LIFTING, "text"): ("Why it ends", "The person reads exactly this."),
    (Action.RECORD_VIEW, "text"): ("What the person says", "In their words."),
    (Action.ANNOUNCE_ALONE, "reason"): ("Why nobody else can look at it in time", "Kept sealed; it stands in the record."),
    (Action.RECORD_AFTER_CHECK, "reason"): ("What you looked at", "Kept sealed; it stands in the record."),
    (Action.SET_ITEM_DECISION, "reason"): ("Reason", "Kept sealed; the person does not get it."),
}
_OPTIONS: Final[dict[str, str]] = {  # the values of a choice in words
    "complexity": "It is complex",
    "number": "It is one of several requests",
    "manifestly_unfounded": "Manifestly unfounded",
    "excessive": "Excessive",
    "exemption": "An exemption in law",
    "asked": "We asked for a fee",
    "paid": "The fee was paid",
    "post": "By post",
    "in_person": "In person",
    "secure_transfer": "By secure transfer",
    "other_controller": "To another controller that the person named, Article 20(2)",
    "17(3)(a)": "Freedom of expression and information, Article 17(3)(a)",
    "17(3)(b)": "A legal obligation, Article 17(3)(b)",
    "17(3)(c)": "Public health, Article 17(3)(c)",
    "17(3)(d)": "Archiving, research or statistics, Article 17(3)(d)",
    "17(3)(e)": "Legal claims, Article 17(3)(e)",
    "accuracy": "Accuracy is contested, Article 18(1)(a)",
    "unlawful": "Unlawful, but not to be erased, Article 18(1)(b)",
    "claims": "Needed for the person\u2019s claims, Article 18(1)(c)",
    "objection": "An objection is being looked at, Article 18(1)(d)",
    "compelling_grounds": "Compelling legitimate grounds, Article 21(1)",
    "legal_claims": "Legal claims, Article 21(1)",
    "sufficient": "Yes, it is enough",
    "doubtful": "No, it is doubtful",
    "found": "Something was found",
    "not_found": "Nothing found",
    "exception": "It cannot be searched",
    "done": "It is carried out",
    "posted": "It was posted or handed over",
    "in_order": "It is in order",
    "not_in_order": "It should not have been approved like this",
    "include": "Include it",
    "withhold": "Withhold it",
    "third_party": "It is about other people too",
    "privilege": "Legal privilege",
    "not_personal_data": "It is not about this person",
    "fulfilled": "Fulfilled",
    "partly_fulfilled": "Partly fulfilled",
    "nothing_held": "Nothing held",
    "refused": "Refused",
    "identity_not_confirmed": "Identity not confirmed",
    "delete": "Delete the account",
    "reinstate": "Give it back",
    "shows_age": "The account itself shows the age",
    "light_check": "The relation was checked lightly",
    "no_objection": "No objection in seven days",
    "adult": "The holder is 18 or older",
    "unfounded": "The report is unfounded",
    "email": "E-mail address",
    "phone": "Telephone number",
}
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
_LONG: Final = frozenset({"reason", "question", "answer", "text", "note"})


@dataclass(frozen=True)
class FormField:
    """One field of a form. `options`: value and words; empty where words are typed."""

    name: str
    label: str
    hint: str
    kind: Literal["area", "boxes", "choice", "input"]
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
        chosen: of a correction: a field for each value that was chosen from what stands there; none: all of it is typed.
    """
    fields = []
    by_hand = target.get("result") == "done"  # a right that was carried out by a person
    for name, info in _typed_in(action).items():
        if name == "right" and len(rights) < 2:  # noqa: PLR2004 (one alone is the whole request)
            continue
        if name == "posted_on" and target.get("result") != "posted":
            continue
        if name in target or name in _NEVER_TYPED or (name == "outcome" and action is Action.COMPLETE_WORK_ITEM and not by_hand):
            continue
        label, hint = _label(action, name, asked)
        options = asked.results if asked and name == "result" else _choices(info.annotation)
        if name == "kind":
            options = tuple(dict.fromkeys(("email", "phone", *kinds)))
        if options and not info.is_required():
            options = ("", *options)
        known = words.DOUBTS if name == "doubt" else _OPTIONS
        named = tuple((value, known.get(value, value.replace("_", " ").capitalize() or "Not said")) for value in options)
        shown = checkers if name == "checker" else named
        kind: Literal["area", "boxes", "choice", "input"] = "choice" if shown else "area" if name in _LONG else "input"
        if name in MANY:
            kind, shown = "boxes", (_BOXES | {"purposes": purposes, "without": systems})[name]
            shown = tuple(each for each in shown if mailbox or each[0] != Factor.MAILBOX)
        elif name == "right":
            shown = rights if action in COMPOSED else (("", "The whole request"), *rights)
        fields.append(FormField(name, label, hint, kind, shown, info.is_required()))
    fields += chosen or _composed(action, places)
    return sorted(fields, key=lambda each: {"choice": 0, "boxes": 1, "input": 2, "area": 3}[each.kind])


def _label(action: Action, name: str, asked: Asked | None) -> tuple[str, str]:
    """What a field is called here, and its hint."""
    if name == "note" and asked is not None:
        return asked.note
    return _OWN_LABELS.get((action, name), LABELS.get(name, (name.replace("_", " ").capitalize(), "")))


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
