"""Made-up notices to many people, one in each language: the console's preview, and an example for whoever writes one.

They say what Article 34(2) asks for, with Article 33(3)(b) to (d), in words that neither alarm nor make light: what happened
and when, what it can mean, what was done, what to do now. Next: `adapters/notice_letters.py`
"""

from datetime import date
from pathlib import Path
from typing import Final

from adapters.letters import Rendered
from adapters.notice_letters import NoticeLetter, notice_text
from domain.breach import Language
from domain.datamap_parts import Controller
from domain.notice import Purpose

SAMPLES: Final[dict[str, Purpose]] = {"breach_notice": "breach", "policy_notice": "policy_change"}
_PARTS: Final[dict[Purpose, dict[Language, dict[str, str]]]] = {
    "breach": {
        "en": {
            "subject": "Please read: somebody may have seen your account",
            "nature": "On 22 November 2026 somebody tried passwords on our site that were stolen elsewhere. Yours was one of those "
            "that worked. We noticed on 23 November.",
            "consequences": "Whoever it was could see your name, your address and the pictures in your account. They may also write "
            "to you and pretend to be us.",
            "measures": "We ended every open session, reset the passwords that had worked, and now stop tries of this kind earlier.",
            "advice": "Go to our site as usual and choose a new password.\n"
            "If you use the old one anywhere else, change it there as well.\n"
            "Be careful with mail that asks you for a password or for money, also when it names us.",
        },
        "de": {
            "subject": "Bitte lesen: Jemand hat vielleicht Ihr Konto gesehen",
            "nature": "Am 22. November 2026 hat jemand auf unserer Website Passwörter ausprobiert, die anderswo gestohlen wurden. "
            "Ihres war eines von denen, die gepasst haben. Wir haben es am 23. November bemerkt.",
            "consequences": "Wer das war, konnte Ihren Namen, Ihre Anschrift und die Bilder in Ihrem Konto sehen. Vielleicht "
            "schreibt Ihnen auch jemand und gibt sich als wir aus.",
            "measures": "Wir haben alle offenen Sitzungen beendet, die betroffenen Passwörter zurückgesetzt und halten solche "
            "Versuche jetzt früher auf.",
            "advice": "Gehen Sie wie gewohnt auf unsere Website und wählen Sie ein neues Passwort.\n"
            "Wenn Sie das alte noch anderswo verwenden, ändern Sie es auch dort.\n"
            "Seien Sie vorsichtig bei Nachrichten, die ein Passwort oder Geld von Ihnen wollen, auch wenn unser Name darin steht.",
        },
        "fr": {
            "subject": "À lire : quelqu'un a peut-être vu votre compte",
            "nature": "Le 22 novembre 2026, quelqu'un a essayé sur notre site des mots de passe volés ailleurs. Le vôtre était "
            "l'un de ceux qui ont fonctionné. Nous l'avons constaté le 23 novembre.",
            "consequences": "Cette personne a pu voir votre nom, votre adresse et les images de votre compte. Quelqu'un pourrait "
            "aussi vous écrire en se faisant passer pour nous.",
            "measures": "Nous avons fermé toutes les sessions ouvertes, réinitialisé les mots de passe concernés, et nous arrêtons "
            "désormais plus tôt ce genre de tentative.",
            "advice": "Allez sur notre site comme d'habitude et choisissez un nouveau mot de passe.\n"
            "Si vous utilisez l'ancien ailleurs, changez-le là aussi.\n"
            "Méfiez-vous des messages qui vous demandent un mot de passe ou de l'argent, même s'ils portent notre nom.",
        },
    },
    "policy_change": {
        "en": {
            "subject": "Our privacy policy changes on 1 December 2026",
            "summary": "We keep support tickets for two years instead of three, and we name a new company that sends our mail.",
            "advice": "You need not do anything. The whole policy stands on our site.",
        },
        "de": {
            "subject": "Unsere Datenschutzerklärung ändert sich am 1. Dezember 2026",
            "summary": "Wir bewahren Anfragen an den Kundendienst zwei statt drei Jahre auf und nennen ein neues Unternehmen, das "
            "unsere E-Mails versendet.",
            "advice": "Sie brauchen nichts zu tun. Die ganze Erklärung steht auf unserer Website.",
        },
        "fr": {
            "subject": "Notre politique de confidentialité change le 1er décembre 2026",
            "summary": "Nous conservons les demandes d'assistance deux ans au lieu de trois, et nous nommons une nouvelle société "
            "qui envoie nos courriels.",
            "advice": "Vous n'avez rien à faire. La politique complète se trouve sur notre site.",
        },
    },
}
_COUNTRIES: Final[dict[Language, str]] = {"en": "GB", "de": "DE", "fr": "FR"}  # each preview names another authority


def sample_notice(name: str, controller: Controller, public_url: str, language: Language, own: Path | None = None) -> Rendered:
    """A notice as it would be sent, with made-up contents.

    Raises:
        KeyError: there is no such notice. jinja2.TemplateError: the controller's own (`own`) cannot be rendered.
    """
    purpose = SAMPLES[name]
    version, updated = ("v2026_12", date(2026, 12, 1)) if purpose == "policy_change" else (None, None)
    letter = NoticeLetter(purpose, language, _COUNTRIES[language], "HAB-N7K4M29Q", _PARTS[purpose][language], version, updated)
    return notice_text(letter, controller, public_url, own=own)
