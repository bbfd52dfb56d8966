"""What letters answer, in German and French: how a right ended, why data are paused or we take longer, what protects a transfer.

English stands beside each function in the module that it falls back to. Next: `adapters/letters.py`
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from adapters.letter_endings import COPY_IN_PART, DONE, ENDED, HOW, UNKNOWN, WHOLE
from adapters.letter_words import ASKED, EXTENDED, FOUND, WHY_RESTRICTED, asked
from domain.case import CaseState
from domain.case_parts import RightItem
from domain.incoming import Language
from domain.rights import Outcome, Right


@dataclass(frozen=True)
class Answers:
    """One language.

    Args:
        replies: how to answer a mail, and a letter on paper.
        everywhere: that all systems were searched.
        found: what came of a complaint.
        restricted: why data are only stored, by the ground of Article 18(1).
        extended: the law's two grounds for two further months.
        how: how one right ended.
        done: the same for the rights of which it says more, where all of it was done.
        unknown: why it was not confirmed who asked.
        ended: how one right of several ended, behind its name; None: we stopped working on it.
        copy_in_part: the same for a copy, of which a part was left out.
        whole: how the case ended; None: an earlier letter says it.
    """

    replies: tuple[str, str]
    everywhere: str
    found: dict[str, str]
    restricted: dict[str, str]
    extended: dict[str, str]
    how: dict[Outcome, str]
    done: dict[Right, str]
    unknown: dict[str, str]
    ended: dict[Outcome | None, str]
    copy_in_part: str
    whole: dict[Outcome | None, str]


_REPLIES: Final = ("Reply to this mail", "Write or call us")
_EVERYWHERE: Final = "all our systems"
_IN: Final[dict[Language, Answers]] = {
    "en": Answers(_REPLIES, _EVERYWHERE, FOUND, WHY_RESTRICTED, EXTENDED, HOW, DONE, UNKNOWN, ENDED, COPY_IN_PART, WHOLE),
    "de": Answers(
        replies=("Antworten Sie auf diese Mail", "Schreiben Sie uns oder rufen Sie uns an"),
        everywhere="alle unsere Systeme",
        found={
            "upheld": "Sie hatten recht. Das haben wir gefunden, und das haben wir geändert.",
            "partly_upheld": "Sie hatten zum Teil recht. Das haben wir gefunden, und das haben wir geändert.",
            "not_upheld": "Wir haben sie geprüft und keinen Fehler bei uns gefunden. Das haben wir uns angesehen, und warum.",
        },
        restricted={
            "accuracy": "Sie sagen, dass etwas darin falsch ist, und wir prüfen es.",
            "unlawful": "Sie haben verlangt, dass wir sie aufbewahren und nicht nutzen, statt sie zu löschen.",
            "claims": "Sie brauchen sie für einen Rechtsanspruch; wir brauchen sie nicht mehr.",
            "objection": "Sie haben widersprochen, und wir prüfen es.",
        },
        extended={"complexity": "Sie ist aufwendig.", "number": "Sie haben uns mehrere Anfragen geschickt."},
        how={
            Outcome.FULFILLED: "Wir haben getan, worum Sie gebeten haben.",
            Outcome.PARTLY_FULFILLED: "Wir haben einen Teil davon getan. Was wir getan haben, was nicht und warum, steht unten.",
            Outcome.NOTHING_HELD: "Wir haben keine Daten über Sie gefunden, mit denen wir es tun könnten.",
        },
        done={
            Right.RECTIFICATION: "Wir haben Ihre Daten in unseren eigenen Systemen berichtigt.",
            Right.RESTRICTION: "Die Nutzung Ihrer Daten war ausgesetzt.",
            Right.OBJECTION: "Ihr Widerspruch hat Erfolg: In unseren Systemen ist das beendet und bleibt es.",
            Right.AUTOMATED_DECISION_REVIEW: "Ein Mensch hat die Entscheidung noch einmal geprüft, mit dem, was Sie dazu sagen.",
            Right.WITHDRAW_CONSENT: "Ihre Einwilligung ist beendet.",
        },
        unknown={
            "unproven": "Niemand hat diese Adresse mit dem Code oder dem Link bestätigt, die wir geschickt haben.",
            "asked": "Wir haben um eine weitere Sache gebeten, um sicher zu sein, und was wir haben, reicht nicht.",
            "uncertain": "Was wir haben, zeigt nicht sicher genug, wer gefragt hat.",
        },
        ended={
            Outcome.FULFILLED: "wir haben es getan.",
            Outcome.PARTLY_FULFILLED: "wir haben einen Teil davon getan.",
            Outcome.NOTHING_HELD: "wir haben nichts gefunden, womit wir es tun könnten.",
            Outcome.REFUSED: "wir sind dem nicht nachgekommen. Unser Brief dazu nennt die Gründe.",
            None: "wir haben die Arbeit daran beendet.",
        },
        copy_in_part="wir haben sie Ihnen gegeben, ohne das, was wir auslassen mussten.",
        whole={
            Outcome.FULFILLED: "Wir haben alles beantwortet, worum gebeten wurde.",
            Outcome.PARTLY_FULFILLED: "Sie haben unsere Antwort. Unten steht, was wir gegeben oder getan haben und was nicht.",
            None: "Unsere Antwort steht in einem früheren Brief.",
        },
    ),
    "fr": Answers(
        replies=("Répondez à ce courriel", "Écrivez-nous ou appelez-nous"),
        everywhere="tous nos systèmes",
        found={
            "upheld": "Vous aviez raison. Voici ce que nous avons trouvé, et ce que nous avons changé.",
            "partly_upheld": "Vous aviez raison en partie. Voici ce que nous avons trouvé, et ce que nous avons changé.",
            "not_upheld": "Nous l'avons examinée et n'avons pas trouvé de faute de notre part. Voici ce que nous avons regardé.",
        },
        restricted={
            "accuracy": "Vous dites que quelque chose y est faux, et nous le vérifions.",
            "unlawful": "Vous nous avez demandé de les garder sans les utiliser, au lieu de les effacer.",
            "claims": "Vous en avez besoin pour un droit en justice ; nous n'en avons plus besoin.",
            "objection": "Vous vous êtes opposé, et nous l'examinons.",
        },
        extended={"complexity": "Elle est complexe.", "number": "Vous nous avez envoyé plusieurs demandes."},
        how={
            Outcome.FULFILLED: "Nous avons fait ce que vous avez demandé.",
            Outcome.PARTLY_FULFILLED: "Nous en avons fait une partie. Ce qui est fait ou non, et pourquoi, est dit plus bas.",
            Outcome.NOTHING_HELD: "Nous n'avons trouvé aucune donnée sur vous avec laquelle le faire.",
        },
        done={
            Right.RECTIFICATION: "Nous avons corrigé vos données dans nos propres systèmes.",
            Right.RESTRICTION: "L'usage de vos données était suspendu.",
            Right.OBJECTION: "Votre opposition est fondée : dans nos systèmes, ce que vous contestez a cessé et ne reprend pas.",
            Right.AUTOMATED_DECISION_REVIEW: "Une personne a réexaminé la décision, avec ce que vous en dites.",
            Right.WITHDRAW_CONSENT: "Votre consentement a pris fin.",
        },
        unknown={
            "unproven": "Personne n'a confirmé cette adresse avec le code ou le lien que nous avons envoyés.",
            "asked": "Nous avons demandé un élément de plus pour être sûrs, et ce que nous avons ne suffit pas.",
            "uncertain": "Ce que nous avons ne montre pas avec assez de certitude qui a demandé.",
        },
        ended={
            Outcome.FULFILLED: "nous l'avons fait.",
            Outcome.PARTLY_FULFILLED: "nous en avons fait une partie.",
            Outcome.NOTHING_HELD: "nous n'avons rien trouvé avec quoi le faire.",
            Outcome.REFUSED: "nous n'y avons pas donné suite. Notre lettre à ce sujet donne les raisons.",
            None: "nous avons arrêté d'y travailler.",
        },
        copy_in_part="nous vous avons donné ce que nous pouvions ; le reste a dû être laissé de côté.",
        whole={
            Outcome.FULFILLED: "Nous avons répondu à tout ce qui a été demandé.",
            Outcome.PARTLY_FULFILLED: "Vous avez notre réponse. Plus bas : ce que nous avons remis ou fait, et ce qui manque.",
            None: "Notre réponse est dans une lettre précédente.",
        },
    ),
}


def why_restricted(ground: str, language: Language) -> str:
    """Why data are only stored (Article 18(1))."""
    return _IN[language].restricted[ground]


def how_to_reply(language: Language, *, by_post: bool) -> str:
    """What the person does to answer."""
    return _IN[language].replies[by_post]


def all_systems(language: Language) -> str:
    """That every system was searched."""
    return _IN[language].everywhere


def found_of(finding: str, language: Language) -> str:
    """What came of a complaint."""
    return _IN[language].found[finding]


def why_longer(ground: str, language: Language) -> str:
    """The law's ground for longer time (Article 12(3))."""
    return _IN[language].extended[ground]


def came_of(right: Right, outcome: Outcome, language: Language) -> dict[str, str]:
    """What was asked, and what came of it."""
    words = _IN[language]
    done = words.done.get(right) if outcome is Outcome.FULFILLED else None
    what = ASKED[right] if language == "en" else asked(right, language)
    return {"what": what, "how": done or words.how[outcome]}


def why_unknown(state: CaseState, language: Language, *, proven: bool) -> str:
    """Why it was not confirmed who asked."""
    return _IN[language].unknown["unproven" if not proven else "asked" if state.more_identity_asked else "uncertain"]


def as_a_whole(outcome: Outcome | None, language: Language) -> str:
    """How a case ended as a whole, in a sentence; empty while it has not."""
    words = _IN[language].whole
    return words.get(outcome, words[None]) if outcome else ""


def how_ended(state: CaseState, language: Language) -> list[dict[str, str]]:
    """What was asked and how it ended, one after the other."""
    words = _IN[language]

    def how(item: RightItem) -> str:
        in_part = item.right is state.copied and item.outcome is Outcome.PARTLY_FULFILLED
        return words.copy_in_part if in_part else words.ended.get(item.outcome, words.ended[None])

    what = ASKED.__getitem__ if language == "en" else partial(asked, language=language)
    return [{"what": what(item.right), "how": how(item)} for item in state.rights]
