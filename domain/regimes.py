"""The laws a case stands under, as dated rows: what starts the month, what pauses it, what moves a refusal.

A case carries a set of regimes, because they add up: a UK controller is always under UK GDPR (Article 3(1)), and a person
in the EU, or in a country nobody knows, adds EU GDPR (Article 3(2)). Next: `domain/deadline_period.py`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.calendars import ENGLAND_AND_WALES, UNKNOWN_MEMBER_STATE
from domain.errors import InvalidInputError

# What the controller may ask for before it goes on, and the person answers.
WaitKind = Literal["identity", "authority", "fee", "clarification"]

LONDON = "Europe/London"
# Unknown Member State: the westernmost mainland zone, in which a day is over last and a receipt falls earliest.
UNKNOWN_ZONE = "Europe/Lisbon"

# GDPR applies in the EEA as well, so its three other states are rows like the Member States.
MEMBER_STATES: dict[str, tuple[str, str]] = {
    "AT": ("Austria", "Europe/Vienna"),
    "BE": ("Belgium", "Europe/Brussels"),
    "BG": ("Bulgaria", "Europe/Sofia"),
    "CY": ("Cyprus", "Asia/Nicosia"),
    "CZ": ("Czechia", "Europe/Prague"),
    "DE": ("Germany", "Europe/Berlin"),
    "DK": ("Denmark", "Europe/Copenhagen"),
    "EE": ("Estonia", "Europe/Tallinn"),
    "ES": ("Spain", "Europe/Madrid"),
    "FI": ("Finland", "Europe/Helsinki"),
    "FR": ("France", "Europe/Paris"),
    "GR": ("Greece", "Europe/Athens"),
    "HR": ("Croatia", "Europe/Zagreb"),
    "HU": ("Hungary", "Europe/Budapest"),
    "IE": ("Ireland", "Europe/Dublin"),
    "IS": ("Iceland", "Atlantic/Reykjavik"),
    "IT": ("Italy", "Europe/Rome"),
    "LI": ("Liechtenstein", "Europe/Vaduz"),
    "LT": ("Lithuania", "Europe/Vilnius"),
    "LU": ("Luxembourg", "Europe/Luxembourg"),
    "LV": ("Latvia", "Europe/Riga"),
    "MT": ("Malta", "Europe/Malta"),
    "NL": ("the Netherlands", "Europe/Amsterdam"),
    "NO": ("Norway", "Europe/Oslo"),
    "PL": ("Poland", "Europe/Warsaw"),
    "PT": ("Portugal", "Europe/Lisbon"),
    "RO": ("Romania", "Europe/Bucharest"),
    "SE": ("Sweden", "Europe/Stockholm"),
    "SI": ("Slovenia", "Europe/Ljubljana"),
    "SK": ("Slovakia", "Europe/Bratislava"),
}
# Codes of their own that are part of a Member State, or other spellings of a code.
_PART_OF = {"UK": "GB", "EL": "GR", "AX": "FI"} | dict.fromkeys(("GF", "GP", "MF", "MQ", "RE", "YT"), "FR")
_ISO_3166_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC "
    "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
    "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH "
    "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
    "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC "
    "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
    "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
_ISO_3166 = frozenset(_ISO_3166_CODES.split())


@dataclass(frozen=True)
class Rules:
    """One version of one law on the month of Article 12(3).

    Args:
        law: how the printed sum names it.
        since, until: requests received from `since` on and before `until`.
        restarts: asked for and received, the month begins anew (UK Article 12A(2)).
        pauses: days asked and unanswered do not count, by statute, for access only (UK Article 12A(5)).
        suspensions: days that guidance, not statute, lets the controller leave out; the safe date never does.
        notice_follows: the time for an extension notice and for a refusal follows the period, not the receipt.
        one_period: an extended period is three months counted at once by both readings; otherwise the strict reading
            counts one month and then two.
        month, extension, refusal, roll: the sources printed beside the steps.
    """

    law: str
    since: date
    until: date
    restarts: frozenset[WaitKind]
    pauses: frozenset[WaitKind]
    suspensions: frozenset[WaitKind]
    notice_follows: bool
    one_period: bool
    month: str
    extension: str
    refusal: str
    roll: str


FAR = date(9999, 12, 31)
ARTICLE_4A = date(2025, 8, 20)  # Data (Use and Access) Act 2025 s.108 and Sch 11, by SI 2025/904 reg 2
SECTION_76 = date(2026, 2, 5)  # Data (Use and Access) Act 2025 s.76, by SI 2026/82 reg 2
SECTION_103 = date(2026, 6, 19)  # Data (Use and Access) Act 2025 s.103, by SI 2026/82 reg 3
GDPR_APPLIES = date(2018, 5, 25)

_NO_WAIT: frozenset[WaitKind] = frozenset()
_OLD_UK = "Article 12(3) UK GDPR as it stood before 5 February 2026"

UK_RULES = (
    Rules(
        law="UK GDPR",
        since=SECTION_76,
        until=FAR,
        restarts=frozenset({"identity", "authority", "fee"}),
        pauses=frozenset({"clarification"}),
        suspensions=_NO_WAIT,
        notice_follows=True,
        one_period=True,
        month="Articles 12(3), 12A(1) and 4A UK GDPR; Regulation 1182/71 Article 3(1), (2)(c); ICO, right of access",
        extension="Article 12A(3), (4) UK GDPR",
        refusal="Article 12(4) UK GDPR",
        roll="Article 4A UK GDPR; Regulation 1182/71 Article 3(4)",
    ),
    Rules(
        law="UK GDPR",
        since=ARTICLE_4A,
        until=SECTION_76,
        restarts=_NO_WAIT,
        pauses=_NO_WAIT,
        suspensions=_NO_WAIT,
        notice_follows=False,
        one_period=True,
        month=f"{_OLD_UK}; Article 4A",
        extension=_OLD_UK,
        refusal="Article 12(4) UK GDPR as it stood before 5 February 2026",
        roll="Article 4A UK GDPR; Regulation 1182/71 Article 3(4)",
    ),
    Rules(
        law="UK GDPR",
        since=GDPR_APPLIES,
        until=ARTICLE_4A,
        restarts=_NO_WAIT,
        pauses=_NO_WAIT,
        suspensions=_NO_WAIT,
        notice_follows=False,
        one_period=True,
        month=_OLD_UK,
        extension=_OLD_UK,
        refusal="Article 12(4) UK GDPR as it stood before 5 February 2026",
        roll="ICO, right of access (a last day off moves to the next working day)",
    ),
)
EU_RULES = (
    Rules(
        law="EU GDPR",
        since=GDPR_APPLIES,
        until=FAR,
        restarts=_NO_WAIT,
        pauses=_NO_WAIT,
        suspensions=frozenset({"identity", "clarification"}),
        notice_follows=False,
        one_period=False,
        month="Article 12(3) GDPR; Regulation 1182/71 Article 3(1), (2)(c)",
        extension="Article 12(3) GDPR",
        refusal="Article 12(4) GDPR",
        roll="Regulation 1182/71 Articles 2 and 3(4)",
    ),
)


@dataclass(frozen=True)
class Regime:
    """One law for one place.

    Args:
        code: `UK`, `EU` (Member State unknown) or `EU-<Member State>`.
        title: how the printed sum names it.
        country: whose public holidays count, as in `domain/calendars.py`.
        calendar: the title of that calendar.
        zone: IANA name of the zone in which its days begin and end.
        region: what the code named beyond the country; printed, and without effect.
    """

    code: str
    title: str
    country: str
    calendar: str
    zone: str
    versions: tuple[Rules, ...]
    region: str = ""

    def rules(self, received: date) -> Rules:
        """The version in force for a request received on this local day; InvalidInputError before the GDPR applied."""
        for rules in self.versions:
            if rules.since <= received < rules.until:
                return rules
        raise InvalidInputError("No regime was in force on the day of receipt.", field="received_at")


def country_code(text: str | None) -> str | None:
    """The ISO 3166 code of a self-declared country, parts of a Member State as that state; None when it is not one."""
    code = (text or "").strip().upper()
    code = _PART_OF.get(code, code)
    return code if code in _ISO_3166 else None


def zone_of(country: str | None) -> str | None:
    """The IANA zone of the UK or of a Member State; None elsewhere."""
    if country == "GB":
        return LONDON
    return MEMBER_STATES[country][1] if country in MEMBER_STATES else None


def calendar_title(country: str) -> str:
    if country == ENGLAND_AND_WALES:
        return "England and Wales"
    return MEMBER_STATES[country][0] if country in MEMBER_STATES else "days off in every Member State"


def find_regime(code: str) -> Regime:
    """The regime of a code such as `UK`, `UK-SCT`, `EU`, `EU-DE` or `EU-DE-BY`; a region changes nothing.

    Raises InvalidInputError (fact `field`) for any other code.
    """
    law, *place = code.split("-")
    if law == "UK":
        title = calendar_title(ENGLAND_AND_WALES)
        return Regime("UK", "UK GDPR", ENGLAND_AND_WALES, title, LONDON, UK_RULES, "-".join(place))
    if place in ([], [UNKNOWN_MEMBER_STATE]) and law == "EU":
        title = calendar_title(UNKNOWN_MEMBER_STATE)
        return Regime("EU", "EU GDPR", UNKNOWN_MEMBER_STATE, title, UNKNOWN_ZONE, EU_RULES)
    state = country_code(place[0]) if place else None
    if law != "EU" or state not in MEMBER_STATES:
        raise InvalidInputError("This regime is not known.", field="regime")
    name, zone = MEMBER_STATES[state]
    return Regime(f"EU-{state}", f"EU GDPR, {name}", state, name, zone, EU_RULES, "-".join(place[1:]))


def regimes_for(controller_country: str, subject_country: str | None) -> tuple[str, ...]:
    """The set of regimes of a case, the controller's own first.

    Args:
        controller_country: ISO 3166 code of the controller's establishment.
        subject_country: what the data subject declared; None or an unreadable code means unknown, which adds what a
            person in the UK or in the EU would have.

    A controller established in neither holds to both where the person gives no reason for only one.
    """
    controller, subject = country_code(controller_country), country_code(subject_country)
    uk, eu = ["UK"], [f"EU-{subject}" if subject in MEMBER_STATES else "EU"]
    if controller == "GB":
        return ("UK",) if subject is not None and subject not in MEMBER_STATES else ("UK", *eu)
    if controller in MEMBER_STATES:
        return (f"EU-{controller}",) if subject not in (None, "GB") else (f"EU-{controller}", "UK")
    if subject == "GB":
        return tuple(uk)
    return tuple(eu) if subject in MEMBER_STATES else ("UK", *eu)
