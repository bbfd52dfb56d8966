"""The card of a case's next step: its words, and what may be pressed by whoever looks (mockups, rule 3).

Next: api/console/cases/step_card.py
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.letter_words import moment
from api.console.cases import same_value
from api.console.cases.facts import CaseFacts
from api.console.cases.sample_waiting import SampleStands
from domain.alone import COOLING, announced_by
from domain.authority import ROLES, Action
from domain.datamap import DataMap, System
from domain.next_step import Hindrance
from domain.rights import Role


@dataclass(frozen=True)
class Press:
    """Something that may be pressed: a button that posts, or a link to a form.

    Args:
        action: the command.
        label: what it says.
        target: what the command is about, as hidden fields or in the address.
        direct: posts at once, with nothing to fill in.
        first: the one filled button of the page.
        red: ends or destroys something.
    """

    action: Action
    label: str
    target: dict[str, str] = field(default_factory=dict)
    direct: bool = False
    first: bool = False
    red: bool = False


@dataclass(frozen=True)
class Card:
    """The card.

    Args:
        title: what to do next, or what is waited for.
        guidance: two sentences, the article among them.
        failure: what happened, and what was kept and what to do now, where something failed.
        presses: in the order of the page.
        link: text and tab of a way to look at it.
        instructions: of whoever looks after a system.
        note: under the buttons.
        changes: of a correction: the field, what stands there, and what will.
        item: the task that files may be added to.
        looks: where somebody may say that nothing was found: names and titles.
        release: it is about releasing the package, so its facts stand in it.
        waiting: nobody here has anything to do now.
        said: what a colleague wrote who sent it back: who, when, and the words.
        places: of the package, where somebody has to look before it can be approved.
        elsewhere: places that still hold the old value of a correction.
        corrects: whoever looks may choose these now.
    """

    title: str
    guidance: str
    failure: tuple[str, str] | None = None
    presses: list[Press] = field(default_factory=list)
    link: tuple[str, str] | None = None
    instructions: str = ""
    note: str = ""
    item: UUID | None = None
    looks: list[tuple[str, str]] = field(default_factory=list)
    release: bool = False
    waiting: bool = False
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    said: tuple[str, datetime, str] | None = None
    places: Sequence["Place"] = ()
    elsewhere: Sequence[same_value.Place] = ()
    corrects: bool = False


@dataclass(frozen=True)
class Place:
    """One place in the package.

    Args:
        where: in words.
        link: of the desk, relative to the case; empty where there is none.
        words: what stands there, for whoever may see it.
        number: in the list of what may be covered there too; None where nothing can.
        whole: what would be done there is to keep back all of the item.
    """

    where: str
    link: str
    words: str
    number: int | None = None
    whole: bool = False


@dataclass(frozen=True)
class Looking:
    """Who looks at which case, with the data map's names at hand."""

    facts: CaseFacts
    datamap: DataMap
    role: Role
    person: str
    allowed: frozenset[Action]
    zone: ZoneInfo
    hindrance: Hindrance | None = None  # what keeps the package from being approved
    places: Sequence[Place] = ()  # where it does
    sample: SampleStands = ""  # of a large package: this person has not looked at it, or something in it is wrong
    unseen: bool = False  # something was seen by nobody, so an approval takes a word about it
    legal_hold: str = ""  # what stands against an erasure
    leads: Mapping[str, list[str]] = field(default_factory=dict)  # by system that a person searches: with what
    elsewhere: same_value.Elsewhere | None = None  # what else holds the old values of corrections, where somebody looked
    held_in_part: str = ""  # what a part of the answer holds, as its own first page counts it

    def may(self, action: Action) -> bool:
        return action in self.allowed and self.role in ROLES[action]

    def only(self, *presses: Press) -> list[Press]:
        """Those that are possible now."""
        return [press for press in presses if self.may(press.action)]

    def alone(self, approve: Press) -> tuple[list[Press], str]:
        """What somebody may press who prepared this and is the only one here (solo mode), and what stands under it."""
        announced = announced_by(self.facts.state, approve.action, self.person)
        if announced is None or announced.sha256 != approve.target["sha256"]:
            target = {"approval": approve.action.value} | approve.target
            return self.only(Press(Action.ANNOUNCE_ALONE, "Nobody else is there: approve it alone", target)), ""
        return self.only(
            approve
        ), f"You announced that you approve it alone. You can from {moment(announced.at + COOLING, self.zone)} on."

    def system(self, name: str | None) -> System | None:
        return next((system for system in self.datamap.systems if system.name == name), None)

    def title(self, name: str | None) -> str:
        system = self.system(name)
        title = system.title if system else (name or "the system").replace("_", " ")
        return f"the {title[4:]}" if title.startswith("The ") else title
