"""The parts of a data map: controller, categories, purposes, recipients, retention.

Serves Articles 13-15 and 30: an answer to an access request, an erasure plan and the record of processing are all made of
these parts and of the systems that refer to them. Each key's meaning is its description here; `docs/datamap.md` prints them.

Next: domain/datamap_systems.py
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from domain.breach import OtherKind
from domain.incoming import Language
from domain.period import Period
from domain.regimes import zone_of

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]  # stands in paths of the package
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


@dataclass(frozen=True)
class Spoken:
    """Marks a text that people are shown, so that `translations` may have it.

    Args:
        needed: a check says where a language lacks it; a name is mostly the same in all of them.
    """

    needed: bool = True


Words = Annotated[str, StringConstraints(min_length=1, max_length=2000), Spoken()]
Named = Annotated[str, StringConstraints(min_length=1, max_length=2000), Spoken(needed=False)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$")]
Mailbox = Annotated[str, StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+$", max_length=254)]


class LawfulBasis(StrEnum):
    """Article 6(1), one letter each; `article` names it."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"

    @property
    def article(self) -> str:
        """The point of Article 6(1), for example `6(1)(b)`."""
        return f"6(1)({'abcdef'[list(LawfulBasis).index(self)]})"


class RecipientKind(StrEnum):
    """What somebody who receives personal data is in law. There is no kind for a sale or an ad network on purpose."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    AUTHORITY = "authority"
    SUCCESSOR = "successor"


class Mechanism(StrEnum):
    """Why personal data may go to a country (Articles 44-49)."""

    ADEQUACY = "adequacy"
    IDTA = "idta"
    UK_ADDENDUM = "uk_addendum"
    SCC = "scc"
    DEROGATION = "derogation"
    NONE_NEEDED = "none_needed"


def with_calendar(country: str) -> str:
    """The code itself when days off are counted by that country's calendar; ValueError otherwise."""
    if zone_of(country) is None:
        raise ValueError("name GB or a Member State; no other country's holidays move a date")
    return country


class Part(BaseModel):
    """A part of the data map: unknown keys are refused, and nothing changes it once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Authority(Part):
    """The supervisory authority of the controller's own country."""

    name: Text = Field(description="its name in letters; a name changes, so it is data")
    country: Country = Field(description="ISO 3166 code, capitals")
    url: Text = Field(description="where a person complains")


class Representative(Part):
    """The representative in the Union (Article 27)."""

    name: Text = Field(description="name")
    address: tuple[Text, ...] = Field(min_length=1, description="postal address, line by line")
    country: Country = Field(description="Member State; its holidays count for the clock")
    email: Mailbox = Field(description="mailbox")


class ProclaimedHoliday(Part):
    """A public holiday proclaimed after the holiday data of this release was made; nothing is due on it."""

    country: Annotated[Country, AfterValidator(with_calendar)] = Field(description="`GB` or a Member State")
    day: date = Field(description="the day")


class Contacts(Part):
    """How a person reaches the controller about personal data."""

    requests: Mailbox = Field(description="mailbox for requests")
    complaints: Mailbox = Field(description="mailbox for complaints to the controller (UK: s.164A DPA 2018)")
    breach: Mailbox = Field(description="mailbox for suspected breaches")
    phone: Text | None = Field(default=None, description="telephone number, for people who cannot write")
    hours: Words | None = Field(default=None, description="when the telephone is answered")
    team: Words = Field(description="the name that signs letters")


class IncidentContact(Part):
    """Somebody to reach when something has happened, day and night: on every breach from its first minute, and on paper."""

    kind: OtherKind | Literal["colleague", "processor"] = Field(description="who it is")
    name: Text = Field(description="name of the person or the firm")
    phone: Text | None = Field(default=None, description="telephone number, and when it is answered")
    email: Mailbox | None = Field(default=None, description="mailbox")
    note: Text | None = Field(default=None, description="number of the policy or the contract, whatever they ask for first")
    within_hours: int | None = Field(
        default=None, ge=1, le=8_760, description="hours from the first alert within which they are told; opens a clock"
    )

    @property
    def line(self) -> str:
        """Everything in one line."""
        return ", ".join(part for part in (self.name, self.phone, self.email, self.note) if part)


class Policy(Part):
    """The privacy policy in force; a case keeps the version of its day."""

    version: Text = Field(description="version, as printed")
    updated: date = Field(description="its date")
    url: Text | None = Field(default=None, description="where it is published")


class Controller(Part):
    """The controller of Article 4(7)."""

    name: Text = Field(description="legal name")
    trading_as: Text | None = Field(default=None, description="the name people know")
    address: tuple[Text, ...] = Field(min_length=1, description="postal address, line by line")
    country: Country = Field(description="where it is established; ISO 3166 code, capitals")
    regimes: tuple[Literal["UK", "EU"], ...] = Field(min_length=1, description="whose law applies; they add up")
    mailboxes: tuple[Mailbox, ...] = Field(min_length=1, description="every mailbox in which requests may arrive")
    contacts: Contacts = Field(description="how a person reaches it")
    authority: Authority = Field(description="its supervisory authority")
    representative: Representative | None = Field(description="in the Union (Article 27), or `null`")
    protection_officer: Named | None = Field(default=None, description="data protection officer, if there is one")
    policy: Policy = Field(description="the privacy policy in force")
    language: Language = Field(default="en", description="of its pages where a browser asks for none of `en`, `de`, `fr`")
    incident_contacts: tuple[IncidentContact, ...] = Field(
        default=(), description="whom to reach when something has happened: insurer, police, helpers, colleagues"
    )
    proclaimed_holidays: tuple[ProclaimedHoliday, ...] = Field(
        default=(), description="public holidays proclaimed since; they move the dates of requests that are due on them"
    )


class Category(Part):
    """A category of personal data, in the words of the privacy policy (Article 15(1)(b))."""

    id: Name = Field(description="how fields refer to it")
    title: Words = Field(description="in the words of the policy")
    special: bool = Field(default=False, description="`yes` for Article 9 data (health, beliefs, ...)")


class AutomatedDecision(Part):
    """What Article 15(1)(h) asks for when a purpose includes decisions by automated means."""

    logic: Words = Field(description="how it decides, in plain words")
    significance: Words = Field(description="what it can mean for the person")
    review: Words = Field(description="how a person has it looked at by somebody")
    collections: tuple[Text, ...] = Field(
        default=(), description="what it decides with or about, each as `system.collection`; left out: all data of the purpose"
    )


class Purpose(Part):
    """A purpose of processing, from a closed list, with its lawful basis (Articles 5(1)(b), 6, 15(1)(a))."""

    id: Name = Field(description="how collections refer to it")
    title: Words = Field(description="in the words of the policy")
    lawful_basis: LawfulBasis = Field(description="Article 6(1)")
    legitimate_interest: Words | None = Field(default=None, description="which interest; needed for that basis")
    special_condition: Words | None = Field(default=None, description="Article 9(2) condition for special categories")
    direct_marketing: bool = Field(default=False, description="`yes`: an objection to it is absolute (Article 21(3))")
    withdrawal: Words | None = Field(default=None, description="how consent is withdrawn; needed for that basis")
    opt_out: Words | None = Field(default=None, description="how a person opts out (Article 21)")
    automated_decisions: AutomatedDecision | None = Field(description="what Article 15(1)(h) asks for, or `null`")
    trains_models: bool = Field(description="`yes` if data of this purpose train models")
    reviewed: date | None = Field(default=None, description="when basis and balance were last reviewed")


class Contract(Part):
    """The contract with a recipient (Article 28(3) for a processor)."""

    title: Text = Field(description="what it is called")
    signed: date = Field(description="its date")
    expires: date | None = Field(default=None, description="last day, if it ends")


class Certificate(Part):
    """A certificate the recipient shows."""

    title: Text = Field(description="for example ISO 27001")
    expires: date = Field(description="last day")


class Transfer(Part):
    """Why data may go to the recipient's country under one regime (Articles 13(1)(f), 15(2))."""

    regime: Literal["UK", "EU"] = Field(description="whose law the mechanism serves")
    mechanism: Mechanism = Field(description="why data may go there")
    detail: Named | None = Field(default=None, description="the decision, clauses or derogation by name")
    assessed: date | None = Field(default=None, description="date of the transfer risk assessment")
    measures: tuple[Words, ...] = Field(default=(), description="supplementary measures")
    agreement: Text | None = Field(default=None, description="reference under which a copy can be asked for")


class Recipient(Part):
    """Somebody to whom personal data are disclosed (Articles 4(9), 15(1)(c), 19)."""

    id: Name = Field(description="how collections refer to it")
    name: Named = Field(description="name, as printed to the person")
    kind: RecipientKind = Field(description="what it is in law")
    description: Words = Field(description="what it receives data for")
    country: Country = Field(description="where it processes; ISO 3166 code, capitals")
    occasional: bool = Field(default=False, description="`yes` if only in an event: a court order, a merger")
    contract: Contract | None = Field(default=None, description="needed for a processor")
    contact: Mailbox | None = Field(default=None, description="where requests are passed on; needed for a processor")
    transfers: tuple[Transfer, ...] = Field(default=(), description="needed outside the controller's country")
    certificates: tuple[Certificate, ...] = Field(default=(), description="certificates and their last day")
    own_copy: bool = Field(default=True, description="`no`: it only carries our own stores, so what we erase is gone there too")
    known_by: Target | None = Field(
        default=None, description="`system.collection.field` with the id under which it knows a person; read before our rows go"
    )


class Retention(Part):
    """How long data are kept (Articles 5(1)(e), 15(1)(d))."""

    id: Name = Field(description="how collections refer to it")
    period: Period = Field(description="`30 days`, `12 months`, `6 years`")
    counted_from: Words = Field(description="the event it is counted from, in words")
    text: Words = Field(description="the sentence a person reads")
    source: Text = Field(description="the law or policy it comes from")


class Asked(StrEnum):
    """In which cases people are asked to import something into an archive. Once something is imported, it is searched in any."""

    ALWAYS = "always"
    STAFF = "staff"
    ON_REQUEST = "on_request"
