"""The words of the pages of a notice, in the languages that its letters have: whoever got one in German opens a page in German.

A notice's own text stays as it was published. Next: api/portal/notice.py
"""

from dataclasses import dataclass
from typing import Final

from domain.incoming import Language


@dataclass(frozen=True)
class Words:
    """One language. `{}` are what a name says: `at`, `reference`."""

    genuine: str
    genuine_lines: tuple[str, ...]
    forged: str
    forged_lines: tuple[str, ...]
    listed: str
    listed_line: str
    not_listed: str
    not_listed_line: str
    sent: str
    came_back: str
    on_its_way: str
    after: tuple[str, ...]
    public: str


WORDS: Final[dict[Language, Words]] = {
    "en": Words(
        genuine="This letter is from us",
        genuine_lines=(
            "We sent it {at}, under the reference {reference}.",
            "You got it because it concerns the account with the address that it was sent to.",
            "It asks you for no password and has no link to sign in. To do what it advises, open our site as usual.",
            "You can answer the letter, or reach us in one of the ways below.",
        ),
        forged="This letter is not from us",
        forged_lines=(
            "We have not sent a letter with this address. Do not follow what it asks of you.",
            "If you still have it, please tell us how it reached you: the ways to reach us are below.",
        ),
        listed="This address is on our list",
        listed_line="Our notice {reference} concerns the account with the address of this link.",
        not_listed="This address is not on our list",
        not_listed_line="As far as we know, our notice {reference} does not concern the account with the address of this link.",
        sent="We sent you a letter {at}. If you cannot find it, ask us to send it again.",
        came_back="Our letter did not arrive. Please tell us another way to reach you.",
        on_its_way="A letter with everything that you should know is on its way to you.",
        after=("You may have other accounts with other addresses: ask us for each.", "This page asks you for nothing."),
        public="A notice to everybody whom it may concern",
    ),
    "de": Words(
        genuine="Dieser Brief ist von uns",
        genuine_lines=(
            "Wir haben ihn gesandt: {at}, unter dem Zeichen {reference}.",
            "Sie haben ihn bekommen, weil er das Konto mit der Adresse betrifft, an die er ging.",
            "Er fragt nach keinem Passwort und hat keinen Link zum Anmelden. Für seinen Rat öffnen Sie unsere Seite wie sonst.",
            "Sie können auf den Brief antworten oder uns so erreichen, wie es unten steht.",
        ),
        forged="Dieser Brief ist nicht von uns",
        forged_lines=(
            "Wir haben keinen Brief mit dieser Adresse gesandt. Tun Sie nicht, was er von Ihnen verlangt.",
            "Wenn Sie ihn noch haben, sagen Sie uns bitte, wie er zu Ihnen kam: Unten steht, wie Sie uns erreichen.",
        ),
        listed="Diese Adresse steht auf unserer Liste",
        listed_line="Unsere Mitteilung {reference} betrifft das Konto mit der Adresse dieses Links.",
        not_listed="Diese Adresse steht nicht auf unserer Liste",
        not_listed_line="Soweit wir wissen, betrifft unsere Mitteilung {reference} das Konto mit der Adresse dieses Links nicht.",
        sent="Wir haben Ihnen einen Brief gesandt: {at}. Wenn Sie ihn nicht finden, bitten Sie uns, ihn noch einmal zu senden.",
        came_back="Unser Brief kam nicht an. Bitte nennen Sie uns einen anderen Weg zu Ihnen.",
        on_its_way="Ein Brief mit allem, was Sie wissen sollten, ist auf dem Weg zu Ihnen.",
        after=(
            "Vielleicht haben Sie weitere Konten mit anderen Adressen: Fragen Sie uns nach jeder.",
            "Diese Seite fragt Sie nach nichts.",
        ),
        public="Eine Mitteilung an alle, die sie betreffen kann",
    ),
    "fr": Words(
        genuine="Cette lettre est de nous",
        genuine_lines=(
            "Nous l'avons envoyée : {at}, sous la référence {reference}.",
            "Vous l'avez reçue parce qu'elle concerne le compte lié à l'adresse à laquelle elle a été envoyée.",
            "Elle ne demande aucun mot de passe et n'a pas de lien de connexion. Ouvrez notre site comme d'habitude.",
            "Vous pouvez répondre à la lettre, ou nous joindre comme indiqué plus bas.",
        ),
        forged="Cette lettre n'est pas de nous",
        forged_lines=(
            "Nous n'avons pas envoyé de lettre avec cette adresse. Ne faites pas ce qu'elle vous demande.",
            "Si vous l'avez encore, dites-nous comment elle vous est parvenue : nos coordonnées sont plus bas.",
        ),
        listed="Cette adresse est sur notre liste",
        listed_line="Notre avis {reference} concerne le compte lié à l'adresse de ce lien.",
        not_listed="Cette adresse n'est pas sur notre liste",
        not_listed_line="À notre connaissance, notre avis {reference} ne concerne pas le compte lié à l'adresse de ce lien.",
        sent="Nous vous avons envoyé une lettre : {at}. Si vous ne la trouvez pas, demandez-nous de la renvoyer.",
        came_back="Notre lettre n'est pas arrivée. Indiquez-nous une autre façon de vous joindre.",
        on_its_way="Une lettre avec tout ce que vous devez savoir est en route.",
        after=(
            "Vous avez peut-être d'autres comptes avec d'autres adresses : interrogez-nous pour chacune.",
            "Cette page ne vous demande rien.",
        ),
        public="Un avis à toutes les personnes concernées",
    ),
}
