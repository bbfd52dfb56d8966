"""What is decided of one collected item, and why the law lets it be kept back (Article 15(4); DPA 2018 Schedule 2).

Three kinds of decision. Included: the person gets it. Withheld, whole or in parts (an extract withholds the rest): only on a
basis that every law of the case has, and the person is told how much and why, unless telling would defeat the purpose
(`law.md` 2.2 item 13). Excluded: it was never part of the answer, so nothing is withheld. Next: domain/redaction.py
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import InvalidInputError


class Basis(StrEnum):
    """The ground on which an item, or a part of it, is withheld; UK and EU law each have their own source for it."""

    THIRD_PARTY = "third_party"
    PRIVILEGE = "privilege"
    NOT_PERSONAL_DATA = "not_personal_data"
    RIGHTS_OF_OTHERS = "rights_of_others"
    CRIME_AND_TAXATION = "crime_and_taxation"
    REQUIRED_BY_LAW = "required_by_law"
    LEGAL_PROCEEDINGS = "legal_proceedings"
    SELF_INCRIMINATION = "self_incrimination"
    MANAGEMENT_FORECASTS = "management_forecasts"
    NEGOTIATIONS = "negotiations"
    CONFIDENTIAL_REFERENCES = "confidential_references"
    SERIOUS_HARM = "serious_harm"
    NOT_IDENTIFIABLE = "not_identifiable"
    MANIFESTLY_UNFOUNDED = "manifestly_unfounded"
    EXCESSIVE = "excessive"
    ALREADY_ERASED = "already_erased"
    OUTSIDE_REASONABLE_SEARCH = "outside_reasonable_search"
    NATIONAL_LAW = "national_law"


class ItemChoice(StrEnum):
    """What is decided of an item; without a decision it is included. The last four are exclusions: nothing is withheld.

    `with_legal` waits for a legal reviewer: it is kept back meanwhile, and no package with one can be approved.
    """

    INCLUDE = "include"
    WITHHOLD = "withhold"
    WITH_LEGAL = "with_legal"
    REDACT = "redact"
    EXTRACT = "extract"
    NOT_ABOUT_THE_PERSON = "not_about_the_person"
    DUPLICATE = "duplicate"
    OUTSIDE_SCOPE = "outside_scope"
    ALREADY_HAS_IT = "already_has_it"


EXCLUSIONS = frozenset(
    {ItemChoice.NOT_ABOUT_THE_PERSON, ItemChoice.DUPLICATE, ItemChoice.OUTSIDE_SCOPE, ItemChoice.ALREADY_HAS_IT},
)
WITHHOLDINGS = frozenset({ItemChoice.WITHHOLD, ItemChoice.REDACT, ItemChoice.EXTRACT, ItemChoice.WITH_LEGAL})
KEPT_BACK = frozenset({ItemChoice.WITHHOLD, ItemChoice.WITH_LEGAL})  # whole
IN_PARTS = frozenset({ItemChoice.REDACT, ItemChoice.EXTRACT})


@dataclass(frozen=True)
class Ground:
    """One basis: what a person is told, and where the law says it.

    Args:
        words: for the person.
        uk: its source in UK law; None where UK law has none.
        eu: its source in EU law; None where EU law has none.
        silent: telling the person that it was used would defeat it, so their copy does not.
        prejudice: holds only to the extent that telling would do harm; the reason says which.
    """

    words: str
    uk: str | None
    eu: str | None
    silent: bool = False
    prejudice: bool = False

    def source(self, law: str) -> str | None:
        """Where `UK` or `EU` law says it."""
        return self.uk if law == "UK" else self.eu


def _schedule_2(paragraph: str) -> str:
    return f"Data Protection Act 2018, Schedule 2, paragraph {paragraph}"


def _article_23(letter: str) -> str:
    return f"Article 23(1)({letter}) GDPR and national law"


# `law.md` 2.4. The Data Protection Act's exemptions are no basis under EU law, and the other way round.
GROUNDS: dict[Basis, Ground] = {
    Basis.THIRD_PARTY: Ground("It is about other people.", _schedule_2("16"), "Article 15(4) GDPR"),
    Basis.PRIVILEGE: Ground(
        "It is confidential advice from lawyers, or about legal claims.",
        _schedule_2("19"),
        "Article 15(4) GDPR and national law",
    ),
    Basis.NOT_PERSONAL_DATA: Ground("It is not data about you.", "Article 4(1) UK GDPR", "Article 4(1) GDPR"),
    Basis.RIGHTS_OF_OTHERS: Ground(
        "It would harm the rights of others, such as their trade secrets.", "Article 15(4) UK GDPR", "Article 15(4) GDPR"
    ),
    Basis.CRIME_AND_TAXATION: Ground(
        "It would prejudice the prevention or investigation of crime.",
        _schedule_2("2"),
        _article_23("d"),
        silent=True,
        prejudice=True,
    ),
    Basis.REQUIRED_BY_LAW: Ground("A law or a court forbids us to give it.", _schedule_2("5(2)"), _article_23("e")),
    Basis.LEGAL_PROCEEDINGS: Ground(
        "It is needed for legal proceedings or to establish legal rights.", _schedule_2("5(3)"), _article_23("j"), prejudice=True
    ),
    Basis.SELF_INCRIMINATION: Ground("It would reveal an offence of our own.", _schedule_2("20"), None, silent=True),
    Basis.MANAGEMENT_FORECASTS: Ground(
        "It is management planning that telling would prejudice.", _schedule_2("22"), None, silent=True, prejudice=True
    ),
    Basis.NEGOTIATIONS: Ground(
        "It shows what we intend in negotiations with you.", _schedule_2("23"), None, silent=True, prejudice=True
    ),
    Basis.CONFIDENTIAL_REFERENCES: Ground("It is a reference given in confidence.", _schedule_2("24"), None),
    Basis.SERIOUS_HARM: Ground(
        "It could seriously harm somebody's health.",
        "Data Protection Act 2018, Schedule 3",
        _article_23("i"),
        silent=True,
        prejudice=True,
    ),
    Basis.NOT_IDENTIFIABLE: Ground("We cannot tell from it who it is about.", "Article 11 UK GDPR", "Article 11 GDPR"),
    Basis.MANIFESTLY_UNFOUNDED: Ground("To ask for it is manifestly unfounded.", "Article 12(5) UK GDPR", "Article 12(5) GDPR"),
    Basis.EXCESSIVE: Ground("To ask for it is excessive.", "Article 12(5) UK GDPR", "Article 12(5) GDPR"),
    Basis.ALREADY_ERASED: Ground("It was erased meanwhile.", "Article 17 UK GDPR", "Article 17 GDPR"),
    Basis.OUTSIDE_REASONABLE_SEARCH: Ground(
        "It lies outside a reasonable and proportionate search.", "Article 15(1A) UK GDPR", None
    ),
    Basis.NATIONAL_LAW: Ground("A law of your country restricts it.", None, "Article 23 GDPR and national law"),
}


def bases_of(laws: Iterable[str]) -> tuple[Basis, ...]:
    """The bases that every law of a case has; with both, an exemption of one alone keeps nothing back from the person."""
    applying = frozenset(laws)
    return tuple(basis for basis, ground in GROUNDS.items() if all(ground.source(law) for law in applying))


def silent(basis: str | None) -> bool:
    """Whether the person's copy does not mention it."""
    return basis in set(Basis) and GROUNDS[Basis(basis)].silent


def check_decision(choice: ItemChoice, basis: Basis | None, *, laws: Iterable[str], reason: bool, parts: bool) -> None:
    """Whether a decision can stand: nothing of the requester's is kept back without a basis in the law that applies.

    Args:
        choice: what is decided.
        basis: why the law lets it be kept back.
        laws: `UK`, `EU` or both.
        reason: somebody wrote why.
        parts: it names the parts that it is about.

    Raises:
        InvalidInputError: with the field that is wrong.
    """
    if choice in WITHHOLDINGS and basis is None:
        raise InvalidInputError("Withholding needs a basis in law.", field="basis")
    if choice not in WITHHOLDINGS and basis is not None:
        raise InvalidInputError(
            "Only what is withheld, redacted or given as an extract has a basis; leave it empty.", field="basis"
        )
    if basis is not None and basis not in bases_of(laws):
        raise InvalidInputError(
            "The law that applies to this person does not know this basis. Choose one that each of its laws has.", field="basis"
        )
    needs_words = basis is not None and (GROUNDS[basis].prejudice or basis in _CITED)
    if choice in _EXPLAINED and not reason:
        raise InvalidInputError(_EXPLAINED[choice], field="reason")
    if needs_words and not reason:
        raise InvalidInputError("Say why: which harm, or which provision.", field="reason")
    if choice in IN_PARTS and not parts:
        raise InvalidInputError("Say which parts: fields, places or words.", field="spans")
    if choice not in IN_PARTS and parts:
        raise InvalidInputError("Parts belong to a redaction or an extract.", field="spans")


_CITED = frozenset({Basis.NATIONAL_LAW, Basis.REQUIRED_BY_LAW})  # nobody can check it without the provision
_EXPLAINED = {
    ItemChoice.OUTSIDE_SCOPE: "Say which scope was agreed, with whom and when.",
    ItemChoice.ALREADY_HAS_IT: "Say when and how they got it.",
}
