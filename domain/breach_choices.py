"""What may be chosen in a field of a report, in the words of each language; a choice that is not here reads as its code.

Next: `activities/breach_reports.py`
"""

from domain.breach import Language, OtherKind

_WORDS: dict[str, tuple[str, str, str]] = {
    "threshold_met": ("the threshold for a report is met", "meldepflichtig", "le seuil de notification est atteint"),
    "not_sure": ("not sure", "nicht sicher", "incertain"),
    "for_information": ("for information", "zur Kenntnis", "pour information"),
    "yes": ("yes", "ja", "oui"),
    "no": ("no", "nein", "non"),
    "not_yet_known": ("not yet known", "noch nicht bekannt", "pas encore connu"),
    "racial_ethnic": ("racial or ethnic origin", "rassische oder ethnische Herkunft", "origine raciale ou ethnique"),
    "political": ("political opinions", "politische Meinungen", "opinions politiques"),
    "religious": (
        "religious or philosophical beliefs",
        "religiöse oder weltanschauliche Überzeugungen",
        "convictions religieuses ou philosophiques",
    ),
    "trade_union": ("trade union membership", "Gewerkschaftszugehörigkeit", "appartenance syndicale"),
    "sex_life": ("sex life", "Sexualleben", "vie sexuelle"),
    "sexual_orientation": ("sexual orientation", "sexuelle Orientierung", "orientation sexuelle"),
    "gender_reassignment": ("gender reassignment", "Geschlechtsangleichung", "changement de sexe"),
    "health": ("health", "Gesundheit", "santé"),
    "basic_identifiers": ("name and contact details", "Name und Kontaktdaten", "nom et coordonnées"),
    "identification_data": ("user names and passwords", "Benutzernamen und Passwörter", "identifiants et mots de passe"),
    "economic_financial": ("economic and financial data", "Wirtschafts- und Finanzdaten", "données économiques et financières"),
    "official_documents": ("official documents", "amtliche Dokumente", "documents officiels"),
    "location": ("location", "Standortdaten", "localisation"),
    "genetic_biometric": (
        "genetic or biometric data",
        "genetische oder biometrische Daten",
        "génétique ou biométrie",
    ),
    "criminal": (
        "criminal convictions and offences",
        "strafrechtliche Verurteilungen und Straftaten",
        "condamnations pénales et infractions",
    ),
    "other": ("other", "sonstige", "autre"),
    "employees": ("employees", "Beschäftigte", "salariés"),
    "users": ("users", "Nutzer", "utilisateurs"),
    "subscribers": ("subscribers", "Abonnenten", "abonnés"),
    "students": ("students", "Schüler und Studierende", "élèves et étudiants"),
    "customers_prospects": ("customers or prospects", "Kunden oder Interessenten", "clients ou prospects"),
    "patients": ("patients", "Patienten", "patients"),
    "children": ("children", "Kinder", "mineurs"),
    "vulnerable_adults": ("vulnerable adults", "schutzbedürftige Erwachsene", "adultes vulnérables"),
    "very_likely": ("very likely", "sehr wahrscheinlich", "très probable"),
    "likely": ("likely", "wahrscheinlich", "probable"),
    "neutral": ("neither likely nor unlikely", "weder wahrscheinlich noch unwahrscheinlich", "ni probable ni improbable"),
    "unlikely": ("unlikely", "unwahrscheinlich", "peu probable"),
    "very_unlikely": ("very unlikely", "sehr unwahrscheinlich", "très peu probable"),
    "confidentiality": ("confidentiality", "Vertraulichkeit", "confidentialité"),
    "integrity": ("integrity", "Integrität", "intégrité"),
    "availability": ("availability", "Verfügbarkeit", "disponibilité"),
    "high": ("high", "hoch", "élevé"),
    "medium": ("medium", "mittel", "moyen"),
    "low": ("low", "gering", "faible"),
    "regular": ("regular: with the means at hand", "regulär: mit eigenen Mitteln", "normal : moyens existants"),
    "supplemented": ("supplemented: with further means", "ergänzt: mit weiteren Mitteln", "complété : moyens supplémentaires"),
    "extended": ("extended: cannot be foreseen", "verlängert: nicht absehbar", "prolongé : imprévisible"),
    "not_recoverable": ("not recoverable", "nicht wiederherstellbar", "irrécupérable"),
    "complete": ("complete", "abgeschlossen", "terminé"),
    "told": ("told", "benachrichtigt", "informées"),
    "in_process": ("being told now", "werden gerade benachrichtigt", "information en cours"),
    "already_aware": ("already aware", "wissen es bereits", "déjà au courant"),
    "planning": ("planned", "geplant", "information prévue"),
    "decided_not": ("decided not to tell them", "entschieden, nicht zu benachrichtigen", "décision de ne pas informer"),
    "not_decided": ("not decided yet", "noch nicht entschieden", "pas encore décidé"),
}
_PLACES: dict[Language, int] = {"en": 0, "de": 1, "fr": 2}
OTHERS: dict[OtherKind, str] = {
    "insurer": "Insurer",
    "contract": "Contract partner",
    "police": "Police",
    "representative": "EU representative",
    "card_scheme": "Card scheme",
    "cyber_agency": "Cyber security agency",
    "regulator": "Another regulator",
    "other": "Somebody else",
}


def choice_word(code: str, language: Language) -> str:
    """A choice in words."""
    return _WORDS[code][_PLACES[language]] if code in _WORDS else code.replace("_", " ")
