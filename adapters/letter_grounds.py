"""On which ground a request is refused, first of all reasons, in the language of the letter (Articles 12(4), 12(5), 21(1)).

Next: `adapters/letters.py`
"""

from typing import Final

from domain.incoming import Language

_IN: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "compelling_grounds": (
            "The ground is that we have compelling legitimate grounds, which override your interests, rights and freedoms "
            "(Article 21(1))."
        ),
        "legal_claims": "The ground is that we need the data to establish, exercise or defend legal claims (Article 21(1)).",
        "manifestly_unfounded": "The ground is that the request is manifestly unfounded (Article 12(5)).",
        "excessive": "The ground is that the request is excessive (Article 12(5)).",
        "exemption": "The ground is an exemption in law.",
    },
    "de": {
        "compelling_grounds": (
            "Der Grund: Wir haben zwingende schutzwürdige Gründe, die Ihre Interessen, Rechte und Freiheiten überwiegen "
            "(Artikel 21 Absatz 1)."
        ),
        "legal_claims": (
            "Der Grund: Wir brauchen die Daten, um Rechtsansprüche geltend zu machen, auszuüben oder zu verteidigen (Artikel 21 "
            "Absatz 1)."
        ),
        "manifestly_unfounded": "Der Grund: Die Anfrage ist offenkundig unbegründet (Artikel 12 Absatz 5).",
        "excessive": "Der Grund: Die Anfrage ist exzessiv (Artikel 12 Absatz 5).",
        "exemption": "Der Grund: Das Gesetz lässt eine Ausnahme zu.",
    },
    "fr": {
        "compelling_grounds": (
            "Le motif : nous avons des motifs légitimes et impérieux qui prévalent sur vos intérêts, droits et libertés "
            "(article 21, paragraphe 1)."
        ),
        "legal_claims": (
            "Le motif : ces données nous sont nécessaires pour la constatation, l'exercice ou la défense de droits en justice "
            "(article 21, paragraphe 1)."
        ),
        "manifestly_unfounded": "Le motif : la demande est manifestement infondée (article 12, paragraphe 5).",
        "excessive": "Le motif : la demande est excessive (article 12, paragraphe 5).",
        "exemption": "Le motif : une exception prévue par la loi.",
    },
}


def because(ground: str, language: Language) -> str:
    """The ground of a refusal in a sentence; empty for one that nobody knows."""
    return _IN[language].get(ground, "")
