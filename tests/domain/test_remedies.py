"""Every authority by name, that of the person's own country first; in general words only where nobody knows the country."""

import pytest

from adapters.letter_languages import complaint_line_in, remedies_in
from adapters.letter_samples import sample_controller
from domain.datamap_parts import Controller
from domain.regimes import MEMBER_STATES, regimes_for
from domain.remedies import AUTHORITIES, authorities_by_country, in_one_line, own_authority, remedies_for

COMMISSIONER = "Information Commissioner"


@pytest.fixture(scope="module")
def controller() -> Controller:
    return sample_controller()


@pytest.mark.parametrize("country", sorted(MEMBER_STATES))
def test_a_letter_to_a_member_state_names_its_authority_before_the_commissioner(country: str, controller: Controller) -> None:
    regimes, name = regimes_for("GB", country), AUTHORITIES[country][0]
    lines = {
        in_one_line(regimes, controller): name,
        complaint_line_in("de", regimes, controller): "die Ihres Bundeslandes" if country == "DE" else name,
        complaint_line_in("fr", regimes, controller): "celle de votre Land" if country == "DE" else name,
    }
    for line, named in lines.items():
        assert -1 < line.index(named) < line.index(COMMISSIONER)
    assert own_authority(regimes, controller) == f"the {name} in {MEMBER_STATES[country][0]}"
    in_german, in_french = (remedies_in(language, regimes, controller) for language in ("de", "fr"))
    for routes in (remedies_for(regimes, controller), in_german, in_french):
        assert AUTHORITIES[country][1] in " ".join(routes[0].routes)
        assert COMMISSIONER in " ".join(routes[1].routes)


def test_without_a_country_the_commissioner_comes_first_and_every_authority_stands_in_a_list(controller: Controller) -> None:
    line = in_one_line(regimes_for("GB", None), controller)
    assert line.index(COMMISSIONER) < line.index("the data protection authority of your country")
    assert own_authority(regimes_for("GB", None), controller) == "the authority where you live"
    assert {name for _, name, _ in authorities_by_country()} == {AUTHORITIES[code][0] for code in MEMBER_STATES}


def test_where_british_law_stands_alone_its_commissioner_is_the_own_authority(controller: Controller) -> None:
    assert own_authority(regimes_for("GB", "US"), controller) == f"the {COMMISSIONER}"


def test_somebody_in_britain_who_asks_a_company_in_the_union_reads_of_the_commissioner_first(controller: Controller) -> None:
    irish = controller.model_copy(update={"country": "IE"})
    line = in_one_line(regimes_for("IE", "GB"), irish)
    assert line.index(COMMISSIONER) < line.index("Data Protection Commission")
    assert own_authority(regimes_for("IE", "GB"), irish) == f"the {COMMISSIONER}"
