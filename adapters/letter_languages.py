"""The words of letters in German and French, for the letters that have these languages (Article 12(1): intelligible).

English is complete and stands in `adapters/letter_words.py`; a letter without a translation goes out in English as a whole, so
that no letter mixes languages. Next: `adapters/letters.py`
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from unicodedata import normalize

from domain.datamap_parts import Controller
from domain.incoming import Language
from domain.place_names import place_name
from domain.regimes import MEMBER_STATES
from domain.remedies import (
    ALL_AUTHORITIES,
    AUTHORITIES,
    Remedies,
    authorities_by_country,
    authority_of,
    home_state,
    own_authority,
    remedies_for,
    state_of,
)
from domain.rights import Right
from domain.typography import set_in


@dataclass(frozen=True)
class Words:
    """One language.

    Args:
        days: Monday first, short.
        months: January first.
        dot: behind the number of a day; `first`, behind that of the first of a month.
        thousands: what stands between groups of three digits.
        near: "today", "tomorrow", and the frame for a number of days.
        nouns: singular and plural of what is counted.
        both: stands between two counts.
        counted: complaint, later working day, earlier reading, plain month.
        withheld: reason by basis; None is the rest, "some" the rest beside others.
        left_out: what was kept back, without a number: whole, in parts, both.
        button: what a link's button says.
    """

    days: tuple[str, ...]
    months: tuple[str, ...]
    dot: str
    first: str
    thousands: str
    near: tuple[str, str, str]
    nouns: dict[str, tuple[str, str]]
    both: str
    asked: dict[Right, str]
    counted: tuple[str, str, str, str]
    withheld: dict[str | None, str]
    left_out: tuple[str, str, str]
    button: str


def _twelve(names: str) -> tuple[str, ...]:
    return tuple(names.split())


WORDS: Final[dict[Language, Words]] = {
    "de": Words(
        days=("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
        months=_twelve("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        dot=".",
        first=".",
        thousands=".",
        near=("heute", "morgen", "in {} Tagen"),
        nouns={"record": ("Eintrag", "Einträge"), "file": ("Datei", "Dateien"), "system": ("System", "Systeme")},
        both=" und ",
        asked={
            Right.ACCESS: "Eine Kopie Ihrer Daten",
            Right.RECTIFICATION: "Dass wir Ihre Daten berichtigen",
            Right.ERASURE: "Dass wir Ihre Daten löschen",
            Right.RESTRICTION: "Dass wir Ihre Daten nicht weiter nutzen, während etwas geprüft wird",
            Right.PORTABILITY: "Ihre Daten in einer Form, die Sie woanders nutzen können",
            Right.OBJECTION: "Dass wir Ihre Daten auf eine bestimmte Art nicht mehr nutzen",
            Right.AUTOMATED_DECISION_REVIEW: "Dass ein Mensch eine Entscheidung prüft, die eine Maschine getroffen hat",
            Right.WITHDRAW_CONSENT: "Eine Einwilligung zu widerrufen",
            Right.TRANSFER_INFORMATION: "Zu erfahren, in welche Länder Ihre Daten übermittelt wurden",
            Right.COMPLAINT: "Eine Beschwerde über den Umgang mit Ihren Daten",
            Right.MINOR_REPORT: "Eine Meldung über das Konto eines Kindes",
        },
        counted=(
            "Das Gesetz gibt uns 30 Tage, um Ihnen den Eingang Ihrer Beschwerde zu bestätigen.",
            "Ein Monat ab dem Eingang endet an einem freien Tag, deshalb gilt der nächste Werktag.",
            "Das Gesetz gibt uns einen Monat. Wo er sich auf zwei Arten zählen lässt, halten wir uns an den früheren Tag.",
            "Das ist ein Monat ab dem Eingang.",
        ),
        withheld={
            "third_party": "es betrifft auch andere Menschen",
            "privilege": "es ist vertrauliche Rechtsberatung oder betrifft Rechtsansprüche",
            "not_personal_data": "es sind keine Daten über Sie",
            None: "das Gesetz erlaubt uns, es zurückzuhalten",
            "some": "bei einem Teil erlaubt uns das Gesetz, ihn zurückzuhalten",
        },
        left_out=("einiges", "Teile einiger Einträge", "einiges, und Teile anderer Einträge"),
        button="Seite öffnen",
    ),
    "fr": Words(
        days=("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
        months=_twelve("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        dot="",
        first="er",
        thousands="\N{NARROW NO-BREAK SPACE}",
        near=("aujourd'hui", "demain", "dans {} jours"),
        nouns={"record": ("élément", "éléments"), "file": ("fichier", "fichiers"), "system": ("système", "systèmes")},
        both=" et ",
        asked={
            Right.ACCESS: "Une copie de vos données",
            Right.RECTIFICATION: "Que nous corrigions vos données",
            Right.ERASURE: "Que nous effacions vos données",
            Right.RESTRICTION: "Que nous n'utilisions plus vos données pendant une vérification",
            Right.PORTABILITY: "Vos données sous une forme que vous pouvez emporter ailleurs",
            Right.OBJECTION: "Que nous cessions d'utiliser vos données d'une certaine façon",
            Right.AUTOMATED_DECISION_REVIEW: "Qu'une personne réexamine une décision prise par une machine",
            Right.WITHDRAW_CONSENT: "Retirer un consentement",
            Right.TRANSFER_INFORMATION: "Savoir vers quels pays vos données ont été envoyées",
            Right.COMPLAINT: "Une réclamation sur le traitement de vos données",
            Right.MINOR_REPORT: "Un signalement sur le compte d'un enfant",
        },
        counted=(
            "La loi nous donne 30 jours pour vous confirmer que nous avons votre réclamation.",
            "Un mois après la réception tombe un jour férié ou chômé : le jour ouvré suivant compte.",
            "La loi nous donne un mois. Quand il peut se compter de deux façons, nous retenons le jour le plus proche.",
            "C'est un mois après la réception.",
        ),
        withheld={
            "third_party": "cela concerne aussi d'autres personnes",
            "privilege": "il s'agit de conseils juridiques confidentiels ou de droits en justice",
            "not_personal_data": "ce ne sont pas des données sur vous",
            None: "la loi nous permet de ne pas le communiquer",
            "some": "pour une partie, la loi nous permet de ne pas la communiquer",
        },
        left_out=("certaines données", "des parties de certaines données", "certaines données, et des parties d'autres"),
        button="Ouvrir la page",
    ),
}


def day_in(words: Words, value: date) -> str:
    """A date: Mi. 23. Dezember 2026, mer. 23 décembre 2026, mar. 1er décembre 2026."""
    number = f"{value.day}{words.first if value.day == 1 else words.dot}"
    return f"{words.days[value.weekday()]} {number} {words.months[value.month - 1]} {value.year}"


def count_in(words: Words, number: int, noun: str) -> str:
    """A number with its noun: 1.284 Einträge."""
    digits = f"{number:,}".replace(",", words.thousands)
    return f"{digits} {words.nouns[noun][number != 1]}"


def complaint_line_in(language: Language, regimes: Iterable[str], controller: Controller) -> str:
    """Where to complain, in one sentence: each authority by name, the person's own first."""
    codes = sorted(set(regimes))
    states = [state_of(code) for code in codes if code.startswith("EU")]
    names = [f" ({_name(language, state, controller)})" if state else "" for state in states]
    has_uk = any(code.startswith("UK") for code in codes)
    commissioner, to_us = authority_of("GB", controller).name, controller.contacts.complaints
    if language == "de":
        uk = [f"beim {commissioner} in Großbritannien"] if has_uk else []
        eu = [f"bei der Datenschutzbehörde Ihres Landes{name}" for name in names]
        places = [f"bei uns unter {to_us}", *(eu + uk if home_state(codes, controller) else uk + eu)]
        return f"Sie können sich jederzeit {_list(places, 'oder')} beschweren."
    uk = [f"{_aupres(commissioner)} au Royaume-Uni"] if has_uk else []
    eu = [f"auprès de l'autorité de protection des données de votre pays{name}" for name in names]
    places = [f"auprès de nous ({to_us})", *(eu + uk if home_state(codes, controller) else uk + eu)]
    return f"Vous pouvez à tout moment introduire une réclamation {_list(places, 'ou')}."


def remedies_in(
    language: Language, regimes: Iterable[str], controller: Controller, *, complained: bool = False
) -> tuple[Remedies, ...]:
    """The routes of each law in the order of, and as `domain/remedies.py` has them in English."""
    codes = sorted(set(regimes))
    if language == "en":
        return remedies_for(codes, controller, complained=complained)
    uk = [_uk(language, controller, complained=complained)] if any(code.startswith("UK") for code in codes) else []
    eu = [_eu(language, state_of(code), controller) for code in codes if code.startswith("EU")]
    laws = (*eu, *uk) if home_state(codes, controller) else (*uk, *eu)
    return tuple(replace(law, routes=tuple(set_in(language, route) for route in law.routes)) for law in laws)


def own_authority_in(language: Language, regimes: Iterable[str], controller: Controller) -> str:
    """The authority nearest to the person, as it stands behind "complain to us or": in German and French with its preposition."""
    codes = sorted(set(regimes))
    if language == "en":
        return own_authority(codes, controller)
    states, has_uk = {state_of(code) for code in codes if code.startswith("EU")}, any(code.startswith("UK") for code in codes)
    if "" in states:
        return _WHERE_YOU_LIVE[language]
    home = home_state(codes, controller) or ("" if has_uk else min(states, default=""))
    if not home:
        commissioner = authority_of("GB", controller).name
        return f"beim {commissioner} in Großbritannien" if language == "de" else f"{_aupres(commissioner)} au Royaume-Uni"
    named = f"{_name(language, home, controller)}, {place_name(home, language)}"
    if language == "de":
        return f"bei Ihrer Datenschutzbehörde ({named})"
    return f"auprès de votre autorité de protection des données ({named})"


def authorities_in(language: Language) -> list[tuple[str, str, str]]:
    """Country, name and address of every authority of the EEA, by the alphabet of a language."""
    if language == "en":
        return authorities_by_country()
    named = ((place_name(code, language), code) for code in AUTHORITIES if code in MEMBER_STATES)
    by_name = sorted(named, key=lambda each: normalize("NFD", each[0]))
    return [(title, _OWN_NAMES.get((code, language), AUTHORITIES[code][0]), AUTHORITIES[code][1]) for title, code in by_name]


_WHERE_YOU_LIVE: Final[dict[Language, str]] = {
    "de": "bei der Aufsichtsbehörde dort, wo Sie leben",
    "fr": "auprès de l'autorité de contrôle du pays où vous vivez",
}
# Where `domain/remedies.py` has an English name and the authority one of its own in these languages.
_OWN_NAMES: Final[dict[tuple[str, Language], str]] = {
    ("BE", "de"): "Datenschutzbehörde",
    ("BE", "fr"): "Autorité de protection des données",
    ("DE", "de"): "die Datenschutzbehörde Ihres Bundeslandes",
    ("DE", "fr"): "l'autorité de protection des données de votre Land",
    ("FI", "de"): "Tietosuojavaltuutettu",
    ("FI", "fr"): "Tietosuojavaltuutettu",
}


def _aupres(authority: str) -> str:
    """With whom a complaint is lodged: French elides the article before a vowel."""
    return f"auprès de l'{authority}" if authority[:1].lower() in "aeiouyéè" else f"auprès du {authority}"


def _name(language: Language, country: str, controller: Controller) -> str:
    """An authority by its own name; Germany has one for each Land."""
    if country == "DE":
        return {"de": "die Ihres Bundeslandes", "fr": "celle de votre Land"}[language]
    return authority_of(country, controller).name


def _uk(language: Language, controller: Controller, *, complained: bool) -> Remedies:
    authority, to_us = authority_of("GB", controller), controller.contacts.complaints
    source = "Data Protection Act 2018, sections 164A, 165, 167; UK GDPR, Article 79"
    if language == "de":
        routes = (
            f"Sie können sich bei uns beschweren: {to_us}. Binnen 30 Tagen bestätigen wir den Eingang und prüfen sie dann.",
            f"Sie können sich beim {authority.name} beschweren: {authority.url}.",
            "Sie können vor Gericht gehen. Jeden dieser Wege können Sie ohne die anderen gehen.",
        )
        return Remedies("Nach britischem Recht", routes[complained:], source)
    routes = (
        f"Vous pouvez nous adresser une réclamation : {to_us}. Nous en accusons réception sous 30 jours, puis nous l'examinons.",
        f"Vous pouvez introduire une réclamation {_aupres(authority.name)} : {authority.url}.",
        "Vous pouvez saisir un tribunal. Chacune de ces voies vous est ouverte sans les autres.",
    )
    return Remedies("En droit britannique", routes[complained:], source)


def _eu(language: Language, country: str, controller: Controller) -> Remedies:
    named = authority_of(country, controller) if country else None
    where = f"{_name(language, country, controller)}, {named.url}" if named else ALL_AUTHORITIES
    known = controller.representative
    if language == "de":
        routes = [
            "Sie können sich bei einer Datenschutzbehörde beschweren: wo Sie wohnen, arbeiten oder den Verstoß sehen.",
            f"In Ihrem Land ist das: {where}." if named else f"Alle Behörden stehen hier: {where}.",
            "Sie können auch in dem Land vor Gericht gehen, in dem Sie wohnen.",
        ]
        routes += [f"Sie können auch unserem Vertreter in der Union schreiben: {known.name} ({known.email})."] if known else []
        return Remedies("Nach EU-Recht", tuple(routes), "Artikel 77 und 79 DSGVO")
    routes = [
        "Vous pouvez saisir une autorité de protection des données : là où vous vivez, travaillez ou voyez l'infraction.",
        f"Dans votre pays, c'est : {where}." if named else f"La liste est ici : {where}.",
        "Vous pouvez aussi saisir un tribunal du pays où vous vivez.",
    ]
    routes += [f"Vous pouvez aussi écrire à notre représentant dans l'Union : {known.name} ({known.email})."] if known else []
    return Remedies("En droit de l'Union", tuple(routes), "Articles 77 et 79 du RGPD")


def _list(places: list[str], last: str) -> str:
    return f"{', '.join(places[:-1])} {last} {places[-1]}" if len(places) > 1 else places[0]
