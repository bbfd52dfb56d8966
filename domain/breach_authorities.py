"""The supervisory authorities that a breach is notified to, as data: name, postal address, form, language (Articles 33(1), 55).

A controller without establishment in the Union has no one-stop shop: every Member State in which affected people live has
its authority, and in Germany every Land (EDPB Guidelines 9/2022, paragraph 73). Addresses change and are looked at with each
release; the page named is the authority's own, and where it is known the one on which it takes notifications.
Next: `domain/breach_rows.py`
"""

from dataclasses import dataclass

from domain.breach import Language
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
    """

    key: str
    place: Place
    short: str
    name: str
    address: str
    url: str
    form: str
    language: Language
    zone: str


# Postal addresses of the authorities of the Union and the EEA, and the short names that people use.
_SHORT: dict[str, tuple[str, str]] = {
    "AT": ("DSB", "Barichgasse 40-42, 1030 Wien"),
    "BE": ("APD-GBA", "Rue de la Presse 35, 1000 Bruxelles"),
    "BG": ("CPDP", "2 Prof. Tsvetan Lazarov Blvd., 1592 Sofia"),
    "CY": ("Commissioner", "15 Kypranoros Street, 1061 Nicosia"),
    "CZ": ("ÚOOÚ", "Pplk. Sochora 27, 170 00 Praha 7"),
    "DK": ("Datatilsynet", "Carl Jacobsens Vej 35, 2500 Valby"),
    "EE": ("AKI", "Tatari 39, 10134 Tallinn"),
    "ES": ("AEPD", "C/ Jorge Juan 6, 28001 Madrid"),
    "FI": ("Ombudsman", "PL 800, 00531 Helsinki"),
    "FR": ("CNIL", "3 Place de Fontenoy, TSA 80715, 75334 Paris Cedex 07"),
    "GB": ("ICO", "Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF"),
    "GR": ("HDPA", "Kifissias 1-3, 115 23 Athens"),
    "HR": ("AZOP", "Ulica Metela Ožegovića 16, 10000 Zagreb"),
    "HU": ("NAIH", "Falk Miksa utca 9-11, 1055 Budapest"),
    "IE": ("DPC", "6 Pembroke Row, Dublin 2, D02 X963"),
    "IS": ("Persónuvernd", "Laugavegur 166, 105 Reykjavík"),
    "IT": ("Garante", "Piazza Venezia 11, 00187 Roma"),
    "LI": ("Datenschutzstelle", "Städtle 38, 9490 Vaduz"),
    "LT": ("VDAI", "L. Sapiegos g. 17, 10312 Vilnius"),
    "LU": ("CNPD", "15 Boulevard du Jazz, 4370 Belvaux"),
    "LV": ("DVI", "Elijas iela 17, 1050 Rīga"),
    "MT": ("IDPC", "Floor 2, Airways House, High Street, Sliema SLM 1549"),
    "NL": ("AP", "Postbus 93374, 2509 AJ Den Haag"),
    "NO": ("Datatilsynet", "Postboks 458 Sentrum, 0105 Oslo"),
    "PL": ("UODO", "ul. Stawki 2, 00-193 Warszawa"),
    "PT": ("CNPD", "Av. D. Carlos I, 134, 1º, 1200-651 Lisboa"),
    "RO": ("ANSPDCP", "B-dul G-ral Gheorghe Magheru 28-30, 010336 București"),
    "SE": ("IMY", "Box 8114, 104 20 Stockholm"),
    "SI": ("IP", "Dunajska cesta 22, 1000 Ljubljana"),
    "SK": ("ÚOOÚ SR", "Hraničná 12, 820 07 Bratislava"),
}
_REPORT_AT = {"GB": "https://ico.org.uk/for-organisations/report-a-breach/"}
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
LAENDER: dict[str, tuple[str, str, str, str]] = {
    "BW": ("Baden-Württemberg authority", "LfDI Baden-Württemberg", "Lautenschlagerstraße 20, 70173 Stuttgart", "https://www.baden-wuerttemberg.datenschutz.de"),
    "BY": ("Bavarian authority", "Bayerisches Landesamt für Datenschutzaufsicht", "Promenade 18, 91522 Ansbach", "https://www.lda.bayern.de"),
    "BE": ("Berlin authority", "Berliner Beauftragte für Datenschutz und Informationsfreiheit", "Alt-Moabit 59-61, 10555 Berlin", "https://www.datenschutz-berlin.de"),
    "BB": ("Brandenburg authority", "LDA Brandenburg", "Stahnsdorfer Damm 77, 14532 Kleinmachnow", "https://www.lda.brandenburg.de"),
    "HB": ("Bremen authority", "LfDI Bremen", "Arndtstraße 1, 27570 Bremerhaven", "https://www.datenschutz.bremen.de"),
    "HH": ("Hamburg authority", "HmbBfDI", "Ludwig-Erhard-Straße 22, 20459 Hamburg", "https://datenschutz-hamburg.de"),
    "HE": ("Hessian authority", "HBDI", "Gustav-Stresemann-Ring 1, 65189 Wiesbaden", "https://datenschutz.hessen.de"),
    "MV": ("Mecklenburg-Vorpommern authority", "LfDI Mecklenburg-Vorpommern", "Werderstraße 74a, 19055 Schwerin", "https://www.datenschutz-mv.de"),
    "NI": ("Lower Saxony authority", "LfD Niedersachsen", "Prinzenstraße 5, 30159 Hannover", "https://www.lfd.niedersachsen.de"),
    "NW": ("North Rhine-Westphalia authority", "LDI Nordrhein-Westfalen", "Kavalleriestraße 2-4, 40213 Düsseldorf", "https://www.ldi.nrw.de"),
    "RP": ("Rhineland-Palatinate authority", "LfDI Rheinland-Pfalz", "Hintere Bleiche 34, 55116 Mainz", "https://www.datenschutz.rlp.de"),
    "SL": ("Saarland authority", "Unabhängiges Datenschutzzentrum Saarland", "Fritz-Dobisch-Straße 12, 66111 Saarbrücken", "https://www.datenschutz.saarland.de"),
    "SN": ("Saxon authority", "Sächsische Datenschutz- und Transparenzbeauftragte", "Maternistraße 17, 01067 Dresden", "https://www.datenschutz.sachsen.de"),
    "ST": ("Saxony-Anhalt authority", "LfD Sachsen-Anhalt", "Otto-von-Guericke-Straße 34a, 39104 Magdeburg", "https://datenschutz.sachsen-anhalt.de"),
    "SH": ("Schleswig-Holstein authority", "ULD Schleswig-Holstein", "Holstenstraße 98, 24103 Kiel", "https://www.datenschutzzentrum.de"),
    "TH": ("Thuringian authority", "TLfDI", "Häßlerstraße 8, 99096 Erfurt", "https://www.tlfdi.de"),
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
    short, address = _SHORT[country]
    name, url = AUTHORITIES[country]
    url = _REPORT_AT.get(country, url)
    form, language = _FORMS.get(country, ("general", "en"))
    zone = "Europe/London" if country == "GB" else MEMBER_STATES[country][1]
    return BreachAuthority(authority_key(place), place, short, name, address, url, form, language, zone)


def find_authority(key: str) -> BreachAuthority | None:
    """The authority that decisions and reports name so."""
    return breach_authority("GB" if key == ICO else key.upper().replace("_", "-"))


def every_authority() -> list[BreachAuthority]:
    """All of them, by place."""
    places = [*_SHORT, *(f"DE-{land}" for land in LAENDER)]
    return [authority for place in sorted(places) if (authority := breach_authority(place)) is not None]


def _of_land(land: str) -> BreachAuthority:
    short, name, address, url = LAENDER[land]
    place = f"DE-{land}"
    return BreachAuthority(authority_key(place), place, short, name, address, url, "german", "de", "Europe/Berlin")
