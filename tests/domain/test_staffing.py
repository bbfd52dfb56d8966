"""Who may be related to the person of a case, as far as names say (R8)."""

import pytest

from domain.staffing import shares_family_name


@pytest.mark.parametrize(
    ("person", "colleague", "same"),
    [
        ("Ruth Adeyemi", "Tolu ADEYEMI", True),
        ("Ruth Smith-Adeyemi", "Tolu Adeyemi", True),
        ("Zoe\u0308 Mu\u0308ller", "Jan M\u00fcller", True),
        ("Ruth Adeyemi", "Ruth Okafor", False),
        ("Ruth", "Ruth", False),
        ("", "Tolu Adeyemi", False),
    ],
)
def test_the_last_word_of_both_names_says_it(person: str, colleague: str, *, same: bool) -> None:
    assert shares_family_name(person, colleague) is same
