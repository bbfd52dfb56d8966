"""Nothing of the requester's is kept back without a basis that every law of the case has."""

import pytest

from domain.errors import InvalidInputError
from domain.withholding import EXCLUSIONS, GROUNDS, Basis, ItemChoice, bases_of, check_decision, silent


def refused(choice: ItemChoice, basis: Basis | None, *laws: str, reason: bool = True, parts: bool = False) -> str | None:
    try:
        check_decision(choice, basis, laws=laws or ("UK",), reason=reason, parts=parts)
    except InvalidInputError as refusal:
        return str(refusal.facts["field"])
    return None


@pytest.mark.parametrize("choice", [ItemChoice.WITHHOLD, ItemChoice.REDACT, ItemChoice.EXTRACT])
def test_nothing_is_kept_back_without_a_basis(choice: ItemChoice) -> None:
    assert refused(choice, None, parts=choice is not ItemChoice.WITHHOLD) == "basis"


def test_an_exclusion_is_no_withholding_and_has_no_basis() -> None:
    for choice in EXCLUSIONS:
        assert refused(choice, None) is None
        assert refused(choice, Basis.THIRD_PARTY) == "basis"
    assert refused(ItemChoice.OUTSIDE_SCOPE, None, reason=False) == "reason"


def test_an_exemption_of_one_law_alone_keeps_nothing_back_under_both() -> None:
    assert refused(ItemChoice.WITHHOLD, Basis.NEGOTIATIONS, "UK") is None
    assert refused(ItemChoice.WITHHOLD, Basis.NEGOTIATIONS, "UK", "EU") == "basis"
    assert refused(ItemChoice.WITHHOLD, Basis.NATIONAL_LAW, "EU") is None
    assert refused(ItemChoice.WITHHOLD, Basis.NATIONAL_LAW, "UK") == "basis"
    assert set(bases_of({"UK", "EU"})) == set(bases_of({"UK"})) & set(bases_of({"EU"}))


def test_a_ground_that_needs_a_harm_or_a_provision_needs_a_reason() -> None:
    for basis, ground in GROUNDS.items():
        if ground.prejudice:
            laws = ["UK"] if ground.uk else ["EU"]
            assert refused(ItemChoice.WITHHOLD, basis, *laws, reason=False) == "reason"


def test_parts_belong_to_a_redaction_or_an_extract() -> None:
    assert refused(ItemChoice.REDACT, Basis.THIRD_PARTY) == "spans"
    assert refused(ItemChoice.EXTRACT, Basis.NOT_PERSONAL_DATA) == "spans"
    assert refused(ItemChoice.EXTRACT, Basis.NOT_PERSONAL_DATA, parts=True) is None
    assert refused(ItemChoice.WITHHOLD, Basis.THIRD_PARTY, parts=True) == "spans"


def test_every_basis_has_words_and_a_source_and_some_are_silent() -> None:
    assert GROUNDS.keys() == set(Basis)
    assert all(ground.words and (ground.uk or ground.eu) for ground in GROUNDS.values())
    assert silent("crime_and_taxation")
    assert not silent("third_party")
    assert not silent("something of an older release")
