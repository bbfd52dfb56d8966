"""The fields of a breach report as data, and the order in which each authority's form asks for them (Articles 33(3), 33(4)).

One store of facts, many forms: a field is filled in once and printed in the order and the language of whoever reads it.
Each form says where its order was seen, and what of it could not be confirmed; portals change without notice and are looked at
with each release.
Next: `activities/breach_reports.py`
"""

import dataclasses
from dataclasses import dataclass
from typing import Literal

from domain.breach import Language

Labels = tuple[str, str, str]  # English, German, French
_PLACES: dict[Language, int] = {"en": 0, "de": 1, "fr": 2}


@dataclass(frozen=True)
class Field:
    """One field.

    Args:
        labels: what it is called in each language.
        article: the letter of Article 33(3) that it serves; empty for what only a form asks.
        derived: filled in from the record and not by hand.
        choices: what may be answered, where a form gives a list; several are separated by commas.
        several: more than one of them may be true at once.
        cyber: asked only after a cyber incident; one that is answered all the same stays in the report.
    """

    labels: Labels
    article: Literal["", "a", "b", "c", "d", "33(1)"] = ""
    derived: bool = False
    choices: tuple[str, ...] = ()
    several: bool = False
    cyber: bool = False

    def label(self, language: Language) -> str:
        """Its name in one language."""
        return self.labels[_PLACES[language]]


_UNKNOWN = "not_yet_known"
_LIKELY = ("very_likely", "likely", "neutral", "unlikely", "very_unlikely", _UNKNOWN)
_TOLD = ("told", "in_process", "already_aware", "planning", "decided_not", "not_decided")
_DATA = (
    "racial_ethnic", "political", "religious", "trade_union", "sex_life", "sexual_orientation", "gender_reassignment", "health",
    "basic_identifiers", "identification_data", "economic_financial", "official_documents", "location", "genetic_biometric",
    "criminal", "other", _UNKNOWN,
)  # fmt: skip
_PEOPLE = (
    "employees", "users", "subscribers", "students", "customers_prospects", "patients", "children", "vulnerable_adults", "other",
)  # fmt: skip

FIELDS: dict[str, Field] = {
    "report_kind": Field(("Initial or follow-up report", "Erst- oder Folgemeldung", "Notification initiale ou complémentaire"), derived=True),
    "report_reason": Field(("Reason for the report", "Anlass der Meldung", "Motif de la notification"), choices=("threshold_met", "not_sure", "for_information")),
    "what_happened": Field(("What happened", "Was ist geschehen", "Nature de la violation"), "a"),
    "how_occurred": Field(("How it occurred", "Wie ist es dazu gekommen", "Circonstances de la violation"), "a"),
    "how_discovered": Field(("How it was discovered", "Wie wurde es entdeckt", "Comment la violation a été découverte")),
    "preventative_measures": Field(("Measures that were in place", "Vorher bestehende Maßnahmen", "Mesures préexistantes")),
    "cyber_incident": Field(("Caused by a cyber incident", "Durch einen Cybervorfall verursacht", "Incident de cybersécurité"), choices=("yes", "no", _UNKNOWN)),
    "happened_at": Field(("When it happened", "Zeitpunkt der Verletzung", "Date et heure de la violation"), "a"),
    "discovered_at": Field(("When it was discovered", "Zeitpunkt der Entdeckung", "Date et heure de la découverte"), derived=True),
    "aware_at": Field(("When the controller became aware", "Bekanntwerden beim Verantwortlichen (Fristbeginn)", "Prise de connaissance par le responsable du traitement"), derived=True),
    "data_categories": Field(("Categories of personal data", "Kategorien personenbezogener Daten", "Catégories de données"), "a", choices=_DATA, several=True),
    "records_number": Field(("Approximate number of records", "Ungefähre Zahl der Datensätze", "Nombre approximatif d'enregistrements"), "a"),
    "subjects_number": Field(("Approximate number of people", "Ungefähre Zahl der betroffenen Personen", "Nombre approximatif de personnes"), "a", derived=True),
    "subject_types": Field(("Categories of people", "Kategorien der betroffenen Personen", "Catégories de personnes"), "a", choices=_PEOPLE, several=True),
    "countries": Field(("Countries concerned", "Betroffene Länder", "Pays concernés"), derived=True),
    "potential_consequences": Field(("Likely consequences", "Wahrscheinliche Folgen", "Conséquences probables"), "c"),
    "likelihood": Field(("Likelihood of significant consequences", "Wahrscheinlichkeit erheblicher Folgen", "Probabilité de conséquences importantes"), "c", choices=_LIKELY),
    "delay_reason": Field(("Reasons for a report after 72 hours", "Gründe für die Verzögerung (Meldung nach 72 Stunden)", "Motifs du retard (notification après 72 heures)"), "33(1)", derived=True),
    "affected_security": Field(("Confidentiality, integrity, availability", "Vertraulichkeit, Integrität, Verfügbarkeit", "Confidentialité, intégrité, disponibilité"), choices=("confidentiality", "integrity", "availability", _UNKNOWN), several=True, cyber=True),
    "organisation_impact": Field(("Impact on the organisation", "Auswirkung auf die Organisation", "Impact sur l'organisme"), choices=("high", "medium", "low", _UNKNOWN), cyber=True),
    "recovery_time": Field(("Recovery time", "Zeit bis zur Wiederherstellung", "Durée de rétablissement"), choices=("regular", "supplemented", "extended", "not_recoverable", "complete", _UNKNOWN), cyber=True),
    "staff_trained": Field(("Staff member trained in the last two years", "Schulung in den letzten zwei Jahren", "Formation dans les deux dernières années"), choices=("yes", "no", _UNKNOWN)),
    "training": Field(("The training", "Die Schulung", "La formation")),
    "actions_taken": Field(("Measures taken, also to mitigate", "Ergriffene Maßnahmen, auch zur Minderung", "Mesures prises, y compris d'atténuation"), "d"),
    "prevention_steps": Field(("Steps to prevent a recurrence, and when", "Maßnahmen gegen eine Wiederholung, und wann", "Mesures pour éviter une répétition, et échéance"), "d"),
    "subjects_told": Field(("Have the people been told", "Wurden die Personen benachrichtigt", "Information des personnes"), "d", choices=_TOLD),
    "others_told": Field(("Other organisations told or to be told", "Andere informierte Stellen", "Autres organismes informés")),
    "codes_of_conduct": Field(("Codes of conduct or certification", "Verhaltensregeln oder Zertifizierung", "Code de conduite ou certification")),
    "organisation": Field(("Organisation", "Verantwortlicher", "Responsable du traitement"), "b", derived=True),
    "registration_number": Field(("Registration number", "Registernummer", "Numéro d'enregistrement")),
    "address": Field(("Address", "Anschrift", "Adresse"), derived=True),
    "sector_size": Field(("Sector and size", "Branche und Größe", "Secteur et taille")),
    "person_reporting": Field(("Person reporting: name, e-mail, telephone", "Meldende Person: Name, E-Mail, Telefon", "Personne déclarante : nom, courriel, téléphone")),
    "contact_point": Field(("Data protection officer or other contact", "Datenschutzbeauftragte oder sonstige Anlaufstelle", "Délégué à la protection des données ou autre contact"), "b", derived=True),
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """The order of one authority's form: headings, and the fields under each.

    Args:
        source: where the order was seen, and when.
        doubt: what of it could not be confirmed; empty where all of it was seen.
    """

    title: Labels
    sections: tuple[tuple[Labels, tuple[str, ...]], ...]
    source: str = ""
    doubt: str = ""

    def heading(self, section: int, language: Language) -> str:
        """The heading of a section in one language."""
        return self.sections[section][0][_PLACES[language]]

    def name(self, language: Language) -> str:
        """The title in one language."""
        return self.title[_PLACES[language]]


_ABOUT_REPORT: Labels = ("About your report", "Zur Meldung", "La notification")
_ABOUT_BREACH: Labels = ("About the breach", "Zur Verletzung", "La violation")
_CYBER: Labels = ("Cyber incidents", "Cybervorfälle", "Incidents de cybersécurité")
_STAFF: Labels = ("Staff", "Beschäftigte", "Personnel")
_ACTION: Labels = ("Taking action", "Maßnahmen", "Mesures")
_ABOUT_YOU: Labels = ("About you", "Zum Verantwortlichen", "Le responsable du traitement")
_PEOPLE_AND_DATA: Labels = ("People and data", "Personen und Daten", "Personnes et données")
_DATA_CONCERNED: Labels = ("Data concerned", "Betroffene Daten", "Données concernées")
_PEOPLE_CONCERNED: Labels = ("People concerned", "Betroffene Personen", "Personnes concernées")
_BEFORE: Labels = ("Measures before the incident", "Maßnahmen vor dem Vorfall", "Mesures préexistantes")
_CONSEQUENCES: Labels = ("Consequences", "Folgen", "Conséquences")
_WHEN: Labels = ("Times", "Zeitpunkte", "Chronologie")

_TITLE: Labels = (
    "Report of a personal data breach",
    "Meldung einer Verletzung des Schutzes personenbezogener Daten",
    "Notification d'une violation de données à caractère personnel",
)
_CYBER_FIELDS = ("affected_security", "organisation_impact", "recovery_time")
_WHO = ("organisation", "registration_number", "address", "sector_size", "person_reporting", "contact_point")
_ACTIONS = ("actions_taken", "prevention_steps", "subjects_told", "others_told", "codes_of_conduct")
_WHAT = ("what_happened", "how_occurred", "how_discovered", "preventative_measures", "cyber_incident")
_TIMES = ("happened_at", "discovered_at", "aware_at")
_WHOM = ("data_categories", "records_number", "subjects_number", "subject_types", "countries")
_EFFECTS = ("potential_consequences", "likelihood", "delay_reason")

FORMS: dict[str, Form] = {
    "ico": Form(
        _TITLE,
        (
            (_ABOUT_REPORT, ("report_kind", "report_reason")),
            (_ABOUT_BREACH, (*_WHAT, *_TIMES, *_WHOM, *_EFFECTS)),
            (_CYBER, _CYBER_FIELDS),
            (_STAFF, ("staff_trained", "training")),
            (_ACTION, _ACTIONS),
            (_ABOUT_YOU, _WHO),
        ),
        source="its own page (six parts; what to have at hand) and a published copy of its form, 26 November 2026",
        doubt="The fields of the online form beyond its first part cannot be looked at without reporting a breach.",
    ),
    "dpc": Form(
        _TITLE,
        (
            (_ABOUT_YOU, _WHO),
            (_ABOUT_REPORT, ("report_kind", "report_reason")),
            (_WHEN, (*_TIMES, "delay_reason", "how_discovered")),
            (_ABOUT_BREACH, ("what_happened", "how_occurred", "cyber_incident", *_CYBER_FIELDS)),
            (_PEOPLE_AND_DATA, _WHOM),
            (_CONSEQUENCES, ("potential_consequences", "likelihood")),
            (_ACTION, ("preventative_measures", *_ACTIONS, "staff_trained", "training")),
        ),
        source="Article 33(3)",
        doubt="No copy of the form was found on 26 November 2026: the order is a guess, the fields are those of Article 33(3).",
    ),
    "cnil": Form(
        _TITLE,
        (
            (_ABOUT_REPORT, ("report_kind", "report_reason")),
            (_ABOUT_YOU, _WHO),
            (_WHEN, (*_TIMES, "delay_reason")),
            (_ABOUT_BREACH, (*_WHAT, *_CYBER_FIELDS)),
            (_PEOPLE_AND_DATA, ("data_categories", "records_number", "subject_types", "subjects_number", "countries")),
            (_CONSEQUENCES, ("potential_consequences", "likelihood")),
            (_ACTION, (*_ACTIONS, "staff_trained", "training")),
        ),
        source="an insurer's guide with pictures of the portal (kind, organisation, breach, consequences) and its own page (nature, people, "
        "records, consequences, measures), both in this order, 26 November 2026",
        doubt="The fields within each step were not seen. It asks for a SIREN number first; without one there is a box to tick.",
    ),
    "german": Form(
        _TITLE,
        (
            (_ABOUT_YOU, ("report_kind", "report_reason", *_WHO)),
            (_WHEN, (*_TIMES, "delay_reason")),
            (_ABOUT_BREACH, ("what_happened", "how_occurred", "how_discovered", "cyber_incident", *_CYBER_FIELDS)),
            (_DATA_CONCERNED, ("data_categories", "records_number")),
            (_PEOPLE_CONCERNED, ("subject_types", "subjects_number", "countries")),
            (_BEFORE, ("preventative_measures", "staff_trained", "training")),
            (_CONSEQUENCES, ("potential_consequences", "likelihood")),
            (_ACTION, _ACTIONS),
        ),
        source="the form of Lower Saxony, on its own page, 26 November 2026; Rhineland-Palatinate and Saarland ask in nearly "
        "the same order",
        doubt="The forms of the other Länder differ: Berlin and Baden-Württemberg begin with where it happened, then what. Parts "
        "after the consequences were not seen.",
    ),
}
FORMS["general"] = dataclasses.replace(
    FORMS["ico"], source="Article 33(3), in the order of the ICO's form", doubt="This authority's own form was not seen."
)

STANDINGS: dict[str, Labels] = {
    "known": ("known", "bekannt", "connu"),
    "estimated": ("estimated", "geschätzt", "estimé"),
    "not_yet_known": ("not yet known", "noch nicht bekannt", "pas encore connu"),
}


def words(labels: Labels, language: Language) -> str:
    """One of three languages."""
    return labels[_PLACES[language]]


def fields_of(form: str, *, cyber: bool = True) -> list[str]:
    """The fields of a form in its order; without those that only a cyber incident has to answer."""
    asked = [name for _, names in FORMS[form].sections for name in names]
    return [name for name in asked if cyber or not FIELDS[name].cyber]
