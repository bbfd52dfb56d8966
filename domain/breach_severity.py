"""Severity of a breach by the ENISA method, SE = DPC x EI + CB, with its arithmetic printed (Recital 76, Article 34).

It is advice: the test of Articles 33 and 34 is a person's decision with reasons, taken beside it and not by it.
Source: ENISA, Recommendations for a methodology of the assessment of severity of personal data breaches (2013).
Next: `domain/breach_decisions.py`
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Category = Literal["simple", "behavioural", "financial", "sensitive"]
Ease = Literal["negligible", "limited", "significant", "maximum"]
Degree = Literal["none", "some", "full"]
Band = Literal["low", "medium", "high", "very_high"]

BASES: dict[Category, int] = {"simple": 1, "behavioural": 2, "financial": 3, "sensitive": 4}
EASES: dict[Ease, float] = {"negligible": 0.25, "limited": 0.5, "significant": 0.75, "maximum": 1.0}
DEGREES: dict[Degree, float] = {"none": 0.0, "some": 0.25, "full": 0.5}
MALICE = 0.5
MANY = 100  # individuals; a flag beside the score and no part of it

# The context that raises or lowers the base of a category: what each value from 1 to 4 means.
CONTEXTS: dict[Category, tuple[str, str, str, str]] = {
    "simple": (
        "nothing makes it worse",
        "the volume or the controller allows profiles or guesses about social or financial status",
        "guesses about health, sexual preference, politics or religion are possible",
        "critical for safety or well-being: minors, vulnerable people",
    ),
    "behavioural": (
        "no real insight, or public anyway",
        "nothing else speaks for more or less",
        "a profile shows everyday life and habits",
        "a profile built on sensitive data",
    ),
    "financial": (
        "no real insight, only that somebody is a customer",
        "some data without real insight",
        "nothing else speaks for more or less",
        "full information that allows fraud or a detailed profile",
    ),
    "sensitive": (
        "no real insight, or public anyway",
        "general guesses are possible",
        "guesses about sensitive matters are possible",
        "nothing else speaks for less",
    ),
}
GUIDANCE: dict[str, dict[str, str]] = {
    "ease": {
        "negligible": "hardly anybody could say who it is",
        "limited": "possible with other sources and effort",
        "significant": "possible with little effort",
        "maximum": "the data name the person, or the account is theirs",
    },
    "confidentiality": {
        "none": "exposed, without a sign that anybody saw it",
        "some": "disclosed to a number of known recipients",
        "full": "disclosed to an unknown number of recipients",
    },
    "integrity": {
        "none": "not affected, or altered without any wrong use found",
        "some": "altered and possibly used, can be restored",
        "full": "altered and possibly used, cannot be restored",
    },
    "availability": {
        "none": "can be recovered without difficulty",
        "some": "unavailable for a time",
        "full": "lost, cannot be recovered",
    },
}


class SeverityInputs(BaseModel):
    """What a responder states; every one of them is kept.

    Args:
        category: the highest category of the data; credentials take the category of what they open.
        context: 1 to 4, see `CONTEXTS`; the base of the category unless something speaks for more or less.
        individuals: how many; only the flag uses it.
        unintelligible: encrypted, and the key is safe; only the flag uses it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Category
    context: Literal[1, 2, 3, 4]
    ease: Ease
    confidentiality: Degree = "none"
    integrity: Degree = "none"
    availability: Degree = "none"
    malicious: bool = False
    individuals: int = 0
    unintelligible: bool = False


class SeverityLine(BaseModel):
    """One line of the arithmetic, as it is printed."""

    step: str
    value: float


class Severity(BaseModel):
    """The score with its arithmetic."""

    inputs: SeverityInputs
    score: float
    band: Band

    @property
    def sum(self) -> list[SeverityLine]:
        """The printed arithmetic: each input with the value that it gives."""
        return severity_sum(self.inputs)

    @property
    def flags(self) -> list[str]:
        """What stands beside the score."""
        many = ["more than 100 individuals"] if self.inputs.individuals > MANY else []
        return many + (["the data are unintelligible: encrypted, key safe"] if self.inputs.unintelligible else [])

    @property
    def suggestion(self) -> str:
        """What the band usually means; a suggestion, the decision stays a person's."""
        return {
            "low": "Usually no notification; write down why.",
            "medium": "Consider telling the authority.",
            "high": "Usually the authority and the people affected are told.",
            "very_high": "The authority and the people affected are told.",
        }[self.band]


def severity_of(inputs: SeverityInputs) -> Severity:
    """The score and its band."""
    score = inputs.context * EASES[inputs.ease] + _circumstances(inputs)
    return Severity(inputs=inputs, score=score, band=band_of(score))


def band_of(score: float) -> Band:
    """Below 2 low, below 3 medium, below 4 high, from 4 on very high."""
    if score < 2:  # noqa: PLR2004 (the method's own bounds)
        return "low"
    if score < 3:  # noqa: PLR2004
        return "medium"
    return "high" if score < 4 else "very_high"  # noqa: PLR2004


def severity_sum(inputs: SeverityInputs) -> list[SeverityLine]:
    """Every step of SE = DPC x EI + CB."""
    context = CONTEXTS[inputs.category][inputs.context - 1]
    lines = [
        SeverityLine(step=f"data of category {inputs.category}, base", value=BASES[inputs.category]),
        SeverityLine(step=f"processing context (DPC): {context}", value=inputs.context),
        SeverityLine(
            step=f"ease of identification (EI): {inputs.ease}, {GUIDANCE['ease'][inputs.ease]}", value=EASES[inputs.ease]
        ),
        SeverityLine(step="DPC x EI", value=inputs.context * EASES[inputs.ease]),
    ]
    for name in ("confidentiality", "integrity", "availability"):
        degree: Degree = getattr(inputs, name)
        lines.append(SeverityLine(step=f"{name}: {GUIDANCE[name][degree]}", value=DEGREES[degree]))
    lines.append(SeverityLine(step="malicious intent" if inputs.malicious else "no malicious intent", value=_malice(inputs)))
    score = inputs.context * EASES[inputs.ease] + _circumstances(inputs)
    return [*lines, SeverityLine(step=f"SE = DPC x EI + CB: {band_of(score).replace('_', ' ')}", value=score)]


def _malice(inputs: SeverityInputs) -> float:
    return MALICE if inputs.malicious else 0.0


def _circumstances(inputs: SeverityInputs) -> float:
    return DEGREES[inputs.confidentiality] + DEGREES[inputs.integrity] + DEGREES[inputs.availability] + _malice(inputs)
