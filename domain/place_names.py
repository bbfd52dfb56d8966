"""What countries and German Länder are called in the languages in which reports are written, and which one somebody means.

The United Kingdom, the Member States and the rest of the EEA; any other place is told by its code.
Next: `activities/breach_report_text.py`
"""

from functools import cache
from typing import Final

from domain.breach import UNKNOWN_PLACE, Language
from domain.regimes import country_code
from domain.texts import Place

_IN: Final[dict[Language, int]] = {"en": 0, "de": 1, "fr": 2}
_UNKNOWN: Final = ("country not known", "Land nicht bekannt", "pays inconnu")
_COUNTRIES: Final[dict[str, tuple[str, str, str]]] = {
    "AT": ("Austria", "Österreich", "Autriche"),
    "BE": ("Belgium", "Belgien", "Belgique"),
    "BG": ("Bulgaria", "Bulgarien", "Bulgarie"),
    "CY": ("Cyprus", "Zypern", "Chypre"),
    "CZ": ("Czechia", "Tschechien", "Tchéquie"),
    "DE": ("Germany", "Deutschland", "Allemagne"),
    "DK": ("Denmark", "Dänemark", "Danemark"),
    "EE": ("Estonia", "Estland", "Estonie"),
    "ES": ("Spain", "Spanien", "Espagne"),
    "FI": ("Finland", "Finnland", "Finlande"),
    "FR": ("France", "Frankreich", "France"),
    "GB": ("United Kingdom", "Vereinigtes Königreich", "Royaume-Uni"),
    "GR": ("Greece", "Griechenland", "Grèce"),
    "HR": ("Croatia", "Kroatien", "Croatie"),
    "HU": ("Hungary", "Ungarn", "Hongrie"),
    "IE": ("Ireland", "Irland", "Irlande"),
    "IS": ("Iceland", "Island", "Islande"),
    "IT": ("Italy", "Italien", "Italie"),
    "LI": ("Liechtenstein", "Liechtenstein", "Liechtenstein"),
    "LT": ("Lithuania", "Litauen", "Lituanie"),
    "LU": ("Luxembourg", "Luxemburg", "Luxembourg"),
    "LV": ("Latvia", "Lettland", "Lettonie"),
    "MT": ("Malta", "Malta", "Malte"),
    "NL": ("Netherlands", "Niederlande", "Pays-Bas"),
    "NO": ("Norway", "Norwegen", "Norvège"),
    "PL": ("Poland", "Polen", "Pologne"),
    "PT": ("Portugal", "Portugal", "Portugal"),
    "RO": ("Romania", "Rumänien", "Roumanie"),
    "SE": ("Sweden", "Schweden", "Suède"),
    "SI": ("Slovenia", "Slowenien", "Slovénie"),
    "SK": ("Slovakia", "Slowakei", "Slovaquie"),
}
_LANDS: Final = {
    "BB": "Brandenburg",
    "BE": "Berlin",
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "HB": "Bremen",
    "HE": "Hessen",
    "HH": "Hamburg",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}
# What people write as well; only names that mean one place.
_ALSO: Final = {
    "unknown": UNKNOWN_PLACE,
    "not known": UNKNOWN_PLACE,
    "unbekannt": UNKNOWN_PLACE,
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "czech republic": "CZ",
    "the netherlands": "NL",
    "bavaria": "DE-BY",
    "hesse": "DE-HE",
    "lower saxony": "DE-NI",
    "north rhine-westphalia": "DE-NW",
    "rhineland-palatinate": "DE-RP",
    "saxony": "DE-SN",
    "saxony-anhalt": "DE-ST",
    "thuringia": "DE-TH",
}


def place_name(place: Place, language: Language) -> str:
    """Germany (Berlin); a code that has no name here stays a code."""
    if place == UNKNOWN_PLACE:
        return _UNKNOWN[_IN[language]]
    country, _, land = place.partition("-")
    named = _COUNTRIES[country][_IN[language]] if country in _COUNTRIES else country
    return f"{named} ({_LANDS.get(land, land)})" if land else named


@cache
def _called() -> dict[str, Place]:
    lands = {f"DE-{land}": name for land, name in _LANDS.items()}
    known = {name.casefold(): place for place, names in _COUNTRIES.items() for name in names}
    known |= {name.casefold(): place for place, name in lands.items()}
    known |= {place_name(place, language).casefold(): place for place in [*lands, UNKNOWN_PLACE] for language in _IN}
    return known | _ALSO


def place_called(text: str) -> Place | None:
    """The place that somebody means: by its name, by the code of a country, or by `DE-` and the code of a Land.

    None when it is neither; a name that is not of here (Japan) has to be told by its code.
    """
    said = " ".join(text.split())
    country, _, land = said.upper().partition("-")
    if country == "DE" and land in _LANDS:
        return f"DE-{land}"
    if said.upper() == UNKNOWN_PLACE:
        return UNKNOWN_PLACE
    return _called().get(said.casefold()) or country_code(said)


def counted(number: int, language: Language) -> str:
    """A whole number as each language writes it: 3,040; 3.040; 3 040 with a space that does not break."""
    return f"{number:,}".replace(",", {"en": ",", "de": ".", "fr": "\u00a0"}[language])
