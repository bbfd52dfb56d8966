"""The supervisory authorities that a breach is notified to, as data: name, postal address, form, language (Articles 33(1), 55).

A controller without establishment in the Union has no one-stop shop: every Member State in which affected people live has
its authority, and in Germany every Land (EDPB Guidelines 9/2022, paragraph 73). How each is reached, where that was read and
when, is `domain/breach_contacts.py`.
Next: `domain/breach_rows.py`
"""

from dataclasses import dataclass

from domain.breach import Language
from domain.breach_contacts import CONTACTS, Contact
from domain.regimes import MEMBER_STATES
from domain.remedies import AUTHORITIES
from domain.texts import Place

ICO = "ico"
CONTROLLER = "controller"  # whom a processor tells (Article 33(2))


@dataclass(frozen=True)
class BreachAuthority:
    """One authority.

    Args:
        key: how decisions and reports name it.
        place: `GB`, a Member State, or `DE-` and a Land.
        short: as a table names it.
        form: whose order of fields its reports follow (`domain/breach_forms.py`).
        language: of its reports, where there is a choice.
        zone: in which its due time is told as well.
        url: the page on which it takes reports; its site where none was confirmed.
        contact: how it is reached, with sources and doubts.
    """

    key: str
    place: Place
    short: str
    name: str
    url: str
    contact: Contact
    form: str
    language: Language
    zone: str

    @property
    def address(self) -> str:
        """Where letters go."""
        return self.contact.address


# Short names that people use.
_SHORT: dict[str, str] = {
    "AT": "DSB",
    "BE": "APD-GBA",
    "BG": "CPDP",
    "CY": "Commissioner",
    "CZ": "ÚOOÚ",
    "DK": "Datatilsynet",
    "EE": "AKI",
    "ES": "AEPD",
    "FI": "Ombudsman",
    "FR": "CNIL",
    "GB": "ICO",
    "GR": "HDPA",
    "HR": "AZOP",
    "HU": "NAIH",
    "IE": "DPC",
    "IS": "Persónuvernd",
    "IT": "Garante",
    "LI": "Datenschutzstelle",
    "LT": "VDAI",
    "LU": "CNPD",
    "LV": "DVI",
    "MT": "IDPC",
    "NL": "AP",
    "NO": "Datatilsynet",
    "PL": "UODO",
    "PT": "CNPD",
    "RO": "ANSPDCP",
    "SE": "IMY",
    "SI": "IP",
    "SK": "ÚOOÚ SR",
}
_FORMS: dict[str, tuple[str, Language]] = {
    "GB": ("ico", "en"),
    "IE": ("dpc", "en"),
    "FR": ("cnil", "fr"),
    "LU": ("cnil", "fr"),
    "BE": ("cnil", "fr"),
    "AT": ("german", "de"),
    "LI": ("german", "de"),
}
# The authorities of the Länder for bodies outside the public sector (section 40 BDSG).
LAENDER: dict[str, tuple[str, str, str]] = {
    "BW": ("Baden-Württemberg authority", "LfDI Baden-Württemberg", "https://www.baden-wuerttemberg.datenschutz.de"),
    "BY": ("Bavarian authority", "Bayerisches Landesamt für Datenschutzaufsicht", "https://www.lda.bayern.de"),
    "BE": ("Berlin authority", "Berliner Beauftragte für Datenschutz und Informationsfreiheit", "https://www.datenschutz-berlin.de"),
    "BB": ("Brandenburg authority", "LDA Brandenburg", "https://www.lda.brandenburg.de"),
    "HB": ("Bremen authority", "LfDI Bremen", "https://www.datenschutz.bremen.de"),
    "HH": ("Hamburg authority", "HmbBfDI", "https://datenschutz-hamburg.de"),
    "HE": ("Hessian authority", "HBDI", "https://datenschutz.hessen.de"),
    "MV": ("Mecklenburg-Vorpommern authority", "LfDI Mecklenburg-Vorpommern", "https://www.datenschutz-mv.de"),
    "NI": ("Lower Saxony authority", "LfD Niedersachsen", "https://www.lfd.niedersachsen.de"),
    "NW": ("North Rhine-Westphalia authority", "LDI Nordrhein-Westfalen", "https://www.ldi.nrw.de"),
    "RP": ("Rhineland-Palatinate authority", "LfDI Rheinland-Pfalz", "https://www.datenschutz.rlp.de"),
    "SL": ("Saarland authority", "Unabhängiges Datenschutzzentrum Saarland", "https://www.datenschutz.saarland.de"),
    "SN": ("Saxon authority", "Sächsische Datenschutz- und Transparenzbeauftragte", "https://www.datenschutz.sachsen.de"),
    "ST": ("Saxony-Anhalt authority", "LfD Sachsen-Anhalt", "https://datenschutz.sachsen-anhalt.de"),
    "SH": ("Schleswig-Holstein authority", "ULD Schleswig-Holstein", "https://www.datenschutzzentrum.de"),
    "TH": ("Thuringian authority", "TLfDI", "https://www.tlfdi.de"),
}  # fmt: skip


def authority_key(place: Place) -> str:
    """How decisions and reports name the authority of a place: `ico`, `ie`, `de_be`."""
    return ICO if place == "GB" else place.lower().replace("-", "_")


def breach_authority(place: Place) -> BreachAuthority | None:
    """The authority of the UK, of a Member State, or of a Land (`DE-BE`); None elsewhere, and for `DE` without a Land."""
    country, _, land = place.partition("-")
    if country == "DE":
        return _of_land(land) if land in LAENDER else None
    if land or country not in _SHORT:
        return None
    name, url = AUTHORITIES[country]
    contact = CONTACTS[country]
    form, language = _FORMS.get(country, ("general", "en"))
    zone = "Europe/London" if country == "GB" else MEMBER_STATES[country][1]
    return BreachAuthority(
        authority_key(place), place, _SHORT[country], name, contact.report_url or url, contact, form, language, zone
    )


def find_authority(key: str) -> BreachAuthority | None:
    """The authority that decisions and reports name so."""
    return breach_authority("GB" if key == ICO else key.upper().replace("_", "-"))


def every_authority() -> list[BreachAuthority]:
    """All of them, by place."""
    places = [*_SHORT, *(f"DE-{land}" for land in LAENDER)]
    return [authority for place in sorted(places) if (authority := breach_authority(place)) is not None]


def _of_land(land: str) -> BreachAuthority:
    short, name, url = LAENDER[land]
    place = f"DE-{land}"
    contact = CONTACTS[place]
    return BreachAuthority(
        authority_key(place), place, short, name, contact.report_url or url, contact, "german", "de", "Europe/Berlin"
    )
