"""Which laws bind a case: they add up, and a country nobody knows never takes one away."""

import pytest

from domain.deadline import regimes_for
from domain.errors import InvalidInputError
from domain.regimes import find_regime


@pytest.mark.parametrize(
    ("controller", "subject", "regimes"),
    [
        ("GB", "GB", ("UK",)),
        ("GB", "UK", ("UK",)),
        ("GB", "IE", ("UK", "EU-IE")),
        ("GB", " de ", ("UK", "EU-DE")),
        ("GB", "EL", ("UK", "EU-GR")),
        ("GB", "RE", ("UK", "EU-FR")),  # Reunion is part of France
        ("GB", "AX", ("UK", "EU-FI")),
        ("GB", "NO", ("UK", "EU-NO")),  # the GDPR is EEA law
        ("GB", None, ("UK", "EU")),
        ("GB", "", ("UK", "EU")),
        ("GB", "Germany", ("UK", "EU")),
        ("GB", "XX", ("UK", "EU")),
        ("GB", "US", ("UK",)),
        ("GB", "JE", ("UK",)),
        ("UK", "FR", ("UK", "EU-FR")),
        ("IE", "DE", ("EU-IE",)),  # an establishment in the EU: Article 3(1), one calendar
        ("IE", "US", ("EU-IE",)),
        ("IE", "GB", ("EU-IE", "UK")),
        ("IE", None, ("EU-IE", "UK")),
        ("US", "GB", ("UK",)),
        ("US", "PT", ("EU-PT",)),
        ("US", None, ("UK", "EU")),
        ("US", "US", ("UK", "EU")),
    ],
)
def test_regimes(controller: str, subject: str | None, regimes: tuple[str, ...]) -> None:
    assert regimes_for(controller, subject) == regimes
    assert all(find_regime(code).code == code for code in regimes)


@pytest.mark.parametrize("code", ["", "uk", "EU-GB", "EU-US", "EU-XX", "DE", "US-CA", "EU-"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_regime(code)
    assert refused.value.facts["field"] == "regime"


def test_a_region_changes_nothing() -> None:
    assert find_regime("EU-DE-BY").country == find_regime("EU-DE").country
    assert find_regime("UK-SCT").code == "UK"
