"""Where a person can turn who is not content with an answer (Articles 12(4), 77, 79; sections 164A and 165 DPA 2018).

Laws add up, so the routes do: one block per law of the case. An answer without what was asked for names them all.
Next: `activities/letter_facts.py`
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.datamap_parts import Authority, Controller
from domain.regimes import MEMBER_STATES

# Names and addresses of authorities change, so they are data, to be looked at with each release. The controller's own authority
# stands in its data map and wins over the row here.
AUTHORITIES: dict[str, tuple[str, str]] = {
    "AT": ("Datenschutzbehörde", "https://www.dsb.gv.at"),
    "BE": ("Data Protection Authority", "https://www.dataprotectionauthority.be"),
    "BG": ("Commission for Personal Data Protection", "https://www.cpdp.bg"),
    "CY": ("Commissioner for Personal Data Protection", "https://www.dataprotection.gov.cy"),
    "CZ": ("Úřad pro ochranu osobních údajů", "https://uoou.gov.cz"),
    "DE": ("data protection authority of your Land", "https://www.bfdi.bund.de"),
    "DK": ("Datatilsynet", "https://www.datatilsynet.dk"),
    "EE": ("Andmekaitse Inspektsioon", "https://www.aki.ee"),
    "ES": ("Agencia Española de Protección de Datos", "https://www.aepd.es"),
    "FI": ("Office of the Data Protection Ombudsman", "https://tietosuoja.fi"),
    "FR": ("Commission nationale de l'informatique et des libertés (CNIL)", "https://www.cnil.fr"),
    "GB": ("Information Commissioner", "https://ico.org.uk/make-a-complaint"),
    "GR": ("Hellenic Data Protection Authority", "https://www.dpa.gr"),
    "HR": ("Agencija za zaštitu osobnih podataka", "https://azop.hr"),
    "HU": ("Nemzeti Adatvédelmi és Információszabadság Hatóság", "https://www.naih.hu"),
    "IE": ("Data Protection Commission", "https://www.dataprotection.ie"),
    "IS": ("Persónuvernd", "https://www.personuvernd.is"),
    "IT": ("Garante per la protezione dei dati personali", "https://www.garanteprivacy.it"),
    "LI": ("Datenschutzstelle", "https://www.datenschutzstelle.li"),
    "LT": ("Valstybinė duomenų apsaugos inspekcija", "https://vdai.lrv.lt"),
    "LU": ("Commission nationale pour la protection des données", "https://cnpd.public.lu"),
    "LV": ("Datu valsts inspekcija", "https://www.dvi.gov.lv"),
    "MT": ("Information and Data Protection Commissioner", "https://idpc.org.mt"),
    "NL": ("Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
    "NO": ("Datatilsynet", "https://www.datatilsynet.no"),
    "PL": ("Urząd Ochrony Danych Osobowych", "https://uodo.gov.pl"),
    "PT": ("Comissão Nacional de Proteção de Dados", "https://www.cnpd.pt"),
    "RO": ("Autoritatea Naţională de Supraveghere a Prelucrării Datelor", "https://www.dataprotection.ro"),
    "SE": ("Integritetsskyddsmyndigheten", "https://www.imy.se"),
    "SI": ("Informacijski pooblaščenec", "https://www.ip-rs.si"),
    "SK": ("Úrad na ochranu osobných údajov", "https://dataprotection.gov.sk"),
}
_WHAT_FOLLOWS = "Within 30 days we tell you that we have your complaint. We look into it and tell you what came of it."
_WHICH_ONE = "It can be the one where you live, where you work, or where you think the rules were broken."
ALL_AUTHORITIES = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"


@dataclass(frozen=True)
class Remedies:
    """The routes of one law.

    Args:
        title: whose law, for a heading.
        routes: one sentence or two per route, in the order in which people mostly go.
        source: the provisions.
    """

    title: str
    routes: tuple[str, ...]
    source: str


def remedies_for(regimes: Iterable[str], controller: Controller, *, complained: bool = False) -> tuple[Remedies, ...]:
    """The routes of each law of a case, that of the person's own country first.

    Args:
        regimes: codes as `regimes_for` gives them.
        controller: for its complaints mailbox, its authority and its representative.
        complained: this is the answer to a complaint to the controller, so that route has been taken.
    """
    codes = sorted(set(regimes))
    uk = [_uk(controller, complained=complained)] if any(code.startswith("UK") for code in codes) else []
    eu = [_eu(state_of(code), controller) for code in codes if code.startswith("EU")]
    return (*eu, *uk) if home_state(codes, controller) else (*uk, *eu)


def in_one_line(regimes: Iterable[str], controller: Controller) -> str:
    """The same in one sentence, for a letter that takes nothing away: each authority by name, the person's own first."""
    codes = sorted(set(regimes))
    uk = [f"the {authority_of('GB', controller).name}"] if any(code.startswith("UK") for code in codes) else []
    eu = [_by_name(state_of(code), controller) for code in codes if code.startswith("EU")]
    places = [f"us at {controller.contacts.complaints}", *(eu + uk if home_state(codes, controller) else uk + eu)]
    return f"You can complain to {', to '.join(places[:-1])} or to {places[-1]} at any time."


def own_authority(regimes: Iterable[str], controller: Controller) -> str:
    """The authority nearest to the person, by name; in general words where nobody knows their country."""
    codes = sorted(set(regimes))
    states = {state_of(code) for code in codes if code.startswith("EU")}
    if "" in states:
        return "the authority where you live"
    home = home_state(codes, controller) or ("" if any(code.startswith("UK") for code in codes) else min(states, default=""))
    return _by_name(home, controller) if home else f"the {authority_of('GB', controller).name}"


def authorities_by_country() -> list[tuple[str, str, str]]:
    """Country, name and address of every authority of the EEA, for whoever did not say where they live."""
    return sorted((title, *AUTHORITIES[code]) for code, (title, _) in MEMBER_STATES.items())


def state_of(code: str) -> str:
    """The Member State of an EU regime; empty where nobody knows which."""
    state = code.partition("-")[2][:2]
    return state if state in MEMBER_STATES else ""


def home_state(regimes: Iterable[str], controller: Controller) -> str:
    """The Member State in which the person lives: of the regimes the one that is not there for the controller's sake."""
    states = {state_of(code) for code in regimes if code.startswith("EU")} - {"", controller.country}
    return min(states, default="")


def authority_of(country: str, controller: Controller) -> Authority:
    """The supervisory authority of the UK or a Member State."""
    if controller.authority.country == country:
        return controller.authority
    name, url = AUTHORITIES[country]
    return Authority(name=name, country=country, url=url)


def _uk(controller: Controller, *, complained: bool) -> Remedies:
    authority = authority_of("GB", controller)
    to_us = f"You can complain to us: {controller.contacts.complaints}. {_WHAT_FOLLOWS}"
    return Remedies(
        title="Under UK law",
        routes=(
            *(() if complained else (to_us,)),
            f"You can complain to the {authority.name}: {authority.url}.",
            "You can go to court. You can do each of these without the others.",
        ),
        source="Data Protection Act 2018, sections 164A, 165 and 167; Article 79 UK GDPR",
    )


def _eu(country: str, controller: Controller) -> Remedies:
    routes = [f"You can complain to a data protection authority. {_WHICH_ONE}"]
    if country:
        authority = authority_of(country, controller)
        routes.append(f"In {MEMBER_STATES[country][0]} that is the {authority.name}: {authority.url}.")
    else:
        routes.append(f"All of them are listed here: {ALL_AUTHORITIES}.")
    routes.append("You can also go to court in the country where you live.")
    if controller.representative:
        routes.append(f"You can also write to our representative in the Union, {_representative(controller)}.")
    return Remedies(title="Under EU law", routes=tuple(routes), source="Articles 77 and 79 GDPR")


def _by_name(country: str, controller: Controller) -> str:
    if not country:
        return "the data protection authority of your country"
    return f"the {authority_of(country, controller).name} in {MEMBER_STATES[country][0]}"


def _representative(controller: Controller) -> str:
    assert controller.representative is not None
    return f"{controller.representative.name} ({controller.representative.email})"
