"""How each supervisory authority is reached, as data: address, mailbox, the page of its form, and where each was seen and when.

Nothing here is from memory: a row says where it was read, and what could not be confirmed says so, also on the page of the
report. All of it was looked at on one day and is looked at again with each release; a controller trusts the authority's own page
more than this one.
Next: `domain/breach_authorities.py`
"""

from dataclasses import dataclass
from datetime import date

from domain.texts import Place

CHECKED = date(2026, 11, 26)
# A public list that its readers correct; its state of 21 July 2026. Postal and electronic addresses, no report forms.
_LIST = "datenanfragen.de, list of supervisory authorities, July 2026"
_NOTICES = "privacy notices published in 2026 by organisations under it"
_OWN = "its own page"
_SEVERAL = "several independent guides"


@dataclass(frozen=True)
class Contact:
    """How one authority is reached.

    Args:
        source: where address and mailbox were read.
        report_url: the page on which it takes reports; empty where none was confirmed.
        report_source: where that page was seen.
        doubt: what could not be confirmed, for whoever is about to write there.
    """

    address: str
    email: str
    source: str = _LIST
    report_url: str = ""
    report_source: str = ""
    doubt: str = ""


CONTACTS: dict[Place, Contact] = {
    "AT": Contact("Barichgasse 40-42, 1030 Wien", "dsb@dsb.gv.at", source=_OWN, report_url="https://dsb.gv.at/eingabe-an-die-dsb/-meldung-data-breach", report_source=_OWN),
    "BE": Contact("Rue de la Presse 35, 1000 Bruxelles", "contact@apd-gba.be"),
    "BG": Contact("2 Prof. Tsvetan Lazarov Blvd., 1592 Sofia", "kzld@cpdp.bg"),
    "CY": Contact("P.O. Box 23378, 1682 Nicosia", "commissioner@dataprotection.gov.cy"),
    "CZ": Contact("Pplk. Sochora 27, 170 00 Praha 7", "posta@uoou.cz", doubt="Two sites are named, uoou.cz and uoou.gov.cz; which one lasts was not confirmed."),
    "DK": Contact("Carl Jacobsens Vej 35, 2500 Valby", "dt@datatilsynet.dk", report_url="https://www.datatilsynet.dk/sikkerhedsbrud/anmeld-sikkerhedsbrud", report_source=_OWN, doubt="The form itself is on virk.dk; whether it wants a Danish sign-in was not confirmed."),
    "EE": Contact("Tatari 39, 10134 Tallinn", "info@aki.ee"),
    "ES": Contact("C/ Jorge Juan 6, 28001 Madrid", "", report_url="https://aepd.es/derechos-y-deberes/cumple-tus-deberes/medidas-de-cumplimiento/brechas-de-datos-personales-notificacion", report_source=_OWN, doubt="For controllers without establishment in the Union its page speaks of a representative named there; the EDPB (9/2022, 73) of every Member State. Read it first."),
    "FI": Contact("PL 800, 00531 Helsinki", "tietosuoja@om.fi"),
    "FR": Contact("3 Place de Fontenoy, TSA 80715, 75334 Paris Cedex 07", "", report_url="https://notifications.cnil.fr/notifications/", report_source=_SEVERAL),
    "GB": Contact("Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF", "", report_url="https://ico.org.uk/for-organisations/report-a-breach/personal-data-breach/report-a-data-breach-online-form/", report_source=_OWN, doubt="The form cannot be saved; further details go by e-mail later. Helpline 0303 123 1113, weekdays 9 to 5."),
    "GR": Contact("Kifissias 1-3, 115 23 Athens", "", doubt="The list names a mailbox for complaints only; ask for the one for breaches."),
    "HR": Contact("Ulica Metela Ožegovića 16, 10000 Zagreb", "azop@azop.hr", source=_NOTICES, doubt="A copy of its own page still names Selska cesta 136."),
    "HU": Contact("Pf. 9, 1363 Budapest", "ugyfelszolgalat@naih.hu"),
    "IE": Contact("6 Pembroke Row, Dublin 2, D02 X963", "info@dataprotection.ie", source=_NOTICES, report_url="https://forms.dataprotection.ie/report-a-breach-of-personal-data", report_source=_SEVERAL, doubt="The list still names 21 Fitzwilliam Square."),
    "IS": Contact("Laugavegur 166, 105 Reykjavík", "postur@personuvernd.is", source=_OWN, report_url="https://island.is/en/report-a-security-breach", report_source=_OWN),
    "IT": Contact("Piazza Venezia 11, 00187 Roma", "protocollo@pec.gpdp.it", report_url="https://servizi.gpdp.it/databreach/s/", report_source=_SEVERAL, doubt="The mailbox is one for certified mail (PEC), which others may not reach."),
    "LI": Contact("Städtle 38, Postfach 684, 9490 Vaduz", "info.dss@llv.li"),
    "LT": Contact("L. Sapiegos g. 17, 10312 Vilnius", "ada@ada.lt"),
    "LU": Contact("15, Boulevard du Jazz, 4370 Belvaux", "info@cnpd.lu"),
    "LV": Contact("Elijas iela 17, Rīga, LV-1050", "pasts@dvi.gov.lv"),
    "MT": Contact("Floor 2, Airways House, Triq Il-Kbira, Tas-Sliema SLM 1549", "idpc.info@idpc.org.mt"),
    "NL": Contact("Postbus 93374, 2509 AJ Den Haag", "info@autoriteitpersoonsgegevens.nl", report_url="https://datalekken.autoriteitpersoonsgegevens.nl", report_source=_SEVERAL),
    "NO": Contact("Postboks 458 Sentrum, 0105 Oslo", "postkasse@datatilsynet.no"),
    "PL": Contact("ul. Stanisława Moniuszki 1A, 00-014 Warszawa", "kancelaria@uodo.gov.pl", source=_NOTICES, doubt="It moved in 2025; the list still names ul. Stawki 2. Reports go by a form on biznes.gov.pl or by post."),
    "PT": Contact("Av. D. Carlos I, 134, 1.º, 1200-651 Lisboa", "geral@cnpd.pt"),
    "RO": Contact("B-dul G-ral. Gheorghe Magheru 28-30, Sector 1, 010336 București", "anspdcp@dataprotection.ro"),
    "SE": Contact("Box 8114, 104 20 Stockholm", "imy@imy.se"),
    "SI": Contact("Dunajska cesta 22, 1000 Ljubljana", "gp.ip@ip-rs.si"),
    "SK": Contact("Galvaniho 7/B, 821 04 Bratislava", "statny.dozor@pdp.gov.sk", source=_NOTICES, report_url="https://dataprotection.gov.sk/sk/prevadzkovatelia/oznamenie-poruseni-ochrany-osobnych-udajov/", report_source=_OWN, doubt="It is said to have moved in June 2026; the list and a copy of its own page name Hraničná 12."),
    "DE-BB": Contact("Stahnsdorfer Damm 77, 14532 Kleinmachnow", "poststelle@lda.brandenburg.de"),
    "DE-BE": Contact("Alt-Moabit 59-61, 10555 Berlin", "mailbox@datenschutz-berlin.de", report_url="https://datenpannen.datenschutz-berlin.de/", report_source="a copy of its own page", doubt="Its form begins with where it happened, then what; a provisional report is taken and supplemented later."),
    "DE-BW": Contact("Postfach 10 29 32, 70025 Stuttgart", "poststelle@lfdi.bwl.de", report_url="https://www.baden-wuerttemberg.datenschutz.de/datenpanne-melden/", report_source=_OWN, doubt="Two street addresses are in use (Heilbronner Straße 35, Lautenschlagerstraße 20); the post box is the same in both."),
    "DE-BY": Contact("Postfach 1349, 91504 Ansbach", "poststelle@lda.bayern.de", report_url="https://www.lda.bayern.de/de/datenpanne.html", report_source=_SEVERAL),
    "DE-HB": Contact("Arndtstraße 1, 27570 Bremerhaven", "office@datenschutz.bremen.de"),
    "DE-HE": Contact("Postfach 3163, 65021 Wiesbaden", "poststelle@datenschutz.hessen.de"),
    "DE-HH": Contact("Ludwig-Erhard-Straße 22, 20459 Hamburg", "mailbox@datenschutz.hamburg.de"),
    "DE-MV": Contact("Schloss Schwerin, Lennéstraße 1, 19053 Schwerin", "info@datenschutz-mv.de", source=_OWN),
    "DE-NI": Contact("Postfach 221, 30002 Hannover", "poststelle@lfd.niedersachsen.de", report_url="https://www.navo.niedersachsen.de/navo2/portal/csend/8916/fileget/artikel_33.html", report_source=_OWN),
    "DE-NW": Contact("Kavalleriestraße 2-4, 40213 Düsseldorf", "poststelle@ldi.nrw.de", doubt="Its web form is reached from www.ldi.nrw.de and forgets everything after 30 minutes without a press (its own page)."),
    "DE-RP": Contact("Postfach 30 40, 55020 Mainz", "poststelle@datenschutz.rlp.de", report_url="https://fms.service24.rlp.de/fms/findform?areashortname=LfDI&formtecid=6&shortname=dp_form_lfdi", report_source=_OWN),
    "DE-SH": Contact("Postfach 71 16, 24171 Kiel", "mail@datenschutzzentrum.de"),
    "DE-SL": Contact("Fritz-Dobisch-Straße 12, 66111 Saarbrücken", "poststelle@datenschutz.saarland.de", report_url="https://datenschutz.saarland.de/online-dienste/meldung-datenpanne", report_source=_OWN),
    "DE-SN": Contact("Postfach 11 01 32, 01330 Dresden", "post@sdtb.sachsen.de"),
    "DE-ST": Contact("Postfach 1947, 39009 Magdeburg", "poststelle@lfd.sachsen-anhalt.de"),
    "DE-TH": Contact("Postfach 900455, 99107 Erfurt", "poststelle@datenschutz.thueringen.de"),
}  # fmt: skip
