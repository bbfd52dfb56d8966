"""What a mail seems to ask for: suggestions with reasons, never decisions (Articles 12(2), 15 to 22; P82; the children section).

A request needs no form and no legal words (Recital 59), so the patterns follow how people write. Each pattern is bounded:
no repetition inside a repetition, so a hostile text costs no more than a long one.
Next: `domain/triage.py`
"""

import re
from typing import NamedTuple

from domain.incoming import Suggestion
from domain.rights import Right

MOST_TEXT = 20_000  # characters; who has not said by then what they want is read by a person
_SAID, _LIKELY, _HINT = 3, 2, 1
_GAP = r"[^.!?]{0,60}?"  # within one sentence


class _Pattern(NamedTuple):
    right: Right | None  # None: a breach report
    score: int
    expression: re.Pattern[str]


def _p(right: Right | None, score: int, *alternatives: str) -> _Pattern:
    joined = "|".join(alternatives).replace("~", _GAP)
    return _Pattern(right, score, re.compile(rf"\b(?:{joined})", re.IGNORECASE))


_DATA_EN = r"(?:(?:personal )?(?:data|information|info)|account|profile|details|records?)"
_DATA_DE = r"(?:(?:personenbezogenen? )?daten|konto|profil|benutzerkonto|account)"
_DATA_FR = r"(?:donn[ée]es(?: personnelles)?|compte|profil|informations)"

_PATTERNS = [
    # Article 15
    _p(
        Right.ACCESS,
        _SAID,
        r"subject access request",
        r"d?sar\b",
        r"right of access",
        r"art(?:icle|\.)? ?15\b",
        rf"copy of~(?:my|all)~{_DATA_EN}",
        rf"(?:all|any|every|what)(?: of)?(?: the)? {_DATA_EN} (?:that )?you (?:hold|have|keep|store|process)",
        r"auskunft~(?:nach|gem[äa][ßs]s?|gem\.|[üu]ber meine|dsgvo)",
        r"auskunftsersuchen",
        r"kopie~meiner~daten",
        r"welche (?:personenbezogenen )?daten~(?:gespeichert|verarbeitet|[üu]ber mich)",
        r"droit d.acc[èe]s",
        rf"copie~(?:de )?mes~{_DATA_FR}",
        rf"quelles {_DATA_FR}~(?:d[ée]tenez|avez|conservez)",
    ),
    _p(
        Right.ACCESS,
        _LIKELY,
        r"(?:send|give|show|see|tell)~(?:everything|what|all)~(?:about me|you (?:have|hold|know|store|keep))",
        rf"(?:access to|export|download)~my~{_DATA_EN}",
        r"was (?:sie|ihr) [üu]ber mich (?:wissen|gespeichert)",
        r"tout ce que vous (?:avez|savez|d[ée]tenez)~(?:sur|à) moi",
    ),
    # Article 16
    _p(
        Right.RECTIFICATION,
        _SAID,
        r"right to rectification",
        r"art(?:icle|\.)? ?16\b",
        rf"(?:correct|rectify|amend|fix)~(?:my|the)~{_DATA_EN}",
        r"berichtig(?:en|ung)~(?:meine|daten)",
        rf"(?:corriger|rectifier)~(?:mes|mon)~{_DATA_FR}",
    ),
    _p(
        Right.RECTIFICATION,
        _HINT,
        r"(?:my|the)~(?:address|name|e-?mail|date of birth)~(?:is|are) (?:wrong|incorrect|out of date)",
    ),
    # Article 17
    _p(
        Right.ERASURE,
        _SAID,
        r"right to (?:erasure|be forgotten)",
        r"art(?:icle|\.)? ?17\b",
        rf"(?:delete|erase|remove|destroy|wipe)~(?:my|all|every)~{_DATA_EN}",
        rf"(?:deletion|erasure|removal) of~(?:my|all)~{_DATA_EN}",
        rf"l[öo]sch(?:en|ung|t)~(?:mein|alle)\w*~{_DATA_DE}",
        rf"(?:mein|alle)\w* {_DATA_DE}~(?:zu )?l[öo]schen",
        r"recht auf (?:l[öo]schung|vergessenwerden)",
        r"droit [àa] l.(?:effacement|oubli)",
        rf"(?:supprim|effac)\w+~(?:mes|mon|toutes)~{_DATA_FR}",
    ),
    _p(Right.ERASURE, _LIKELY, r"forget me", r"close my account", r"konto (?:k[üu]ndigen|schlie[ßs]+en)", r"fermer mon compte"),
    # Article 18
    _p(
        Right.RESTRICTION,
        _SAID,
        r"restrict(?:ion of)?~(?:the )?(?:processing|use)",
        r"art(?:icle|\.)? ?18\b",
        r"einschr[äa]nkung der verarbeitung",
        r"limitation du traitement",
    ),
    # Article 20
    _p(
        Right.PORTABILITY,
        _SAID,
        r"data portability",
        r"art(?:icle|\.)? ?20\b",
        r"machine.readable",
        rf"(?:transfer|move|port)~my~{_DATA_EN}~(?:to another|elsewhere|provider)",
        r"daten[üu]bertragbarkeit",
        r"portabilit[ée]",
    ),
    # Article 21, 7(3)
    _p(
        Right.OBJECTION,
        _SAID,
        r"right to object",
        r"i object to",
        r"art(?:icle|\.)? ?21\b",
        r"stop~(?:using|processing|sharing|selling)~(?:my|personal)",
        r"widerspr(?:eche|uch)~(?:der|gegen|verarbeitung|nutzung)",
        r"(?:je m.oppose|droit d.opposition)",
        r"(?:stop|no more)~(?:marketing|newsletters?|advertis\w+|e-?mails? to me)",
        r"unsubscribe me",
    ),
    _p(
        Right.WITHDRAW_CONSENT,
        _SAID,
        r"withdraw~(?:my )?consent",
        r"revoke~(?:my )?consent",
        r"widerrufe?~einwilligung",
        r"retir\w+~(?:mon )?consentement",
    ),
    # Article 22
    _p(
        Right.AUTOMATED_DECISION_REVIEW,
        _SAID,
        r"automated (?:decision|individual decision)",
        r"art(?:icle|\.)? ?22\b",
        r"(?:human|person)~(?:review|look)~decision",
        r"automatisierte\w* entscheidung",
        r"d[ée]cision automatis[ée]e",
    ),
    # Article 15(2)
    _p(
        Right.TRANSFER_INFORMATION,
        _SAID,
        rf"(?:which|what)~countr(?:y|ies)~{_DATA_EN}",
        rf"{_DATA_EN}~(?:transferred|sent) (?:to|outside)~(?:countr|abroad|the (?:uk|eu|eea|usa?))",
        r"drittl[äa]nder",
        r"pays tiers",
    ),
    # s.164A DPA 2018
    _p(
        Right.COMPLAINT,
        _SAID,
        r"(?:formal )?complaint (?:about|regarding|against)~(?:data|privacy|request|you)",
        r"i (?:wish|want|would like) to complain",
        r"(?:complain|report you) to the (?:ico|information commissioner|authority)",
        r"beschwerde",
        r"(?:porter plainte|r[ée]clamation)",
    ),
    # The policy's children section
    _p(
        Right.MINOR_REPORT,
        _SAID,
        r"my (?:son|daughter|child|kid)~(?:account|signed up|registered|is using|uses|created)",
        r"(?:account|user|profile)~(?:belongs to|of|by|run by)~(?:a )?(?:child|minor|under.?age|\d{1,2}.year.old)",
        r"under (?:13|16|18)\b",
        r"mein(?:e|em|er)? (?:sohn|tochter|kind)~(?:konto|angemeldet|nutzt)",
        r"(?:mon fils|ma fille|mon enfant)~(?:compte|inscrit)",
        r"minderj[äa]hrig",
    ),
    # P82: suspected breaches and suspicious activity
    _p(
        None,
        _SAID,
        r"data (?:breach|leak)",
        r"security (?:breach|incident|vulnerability)",
        r"(?:someone|somebody|hacker|stranger)~(?:hacked|accessed|logged in|got into|broke into)",
        r"(?:account|profile|password)~(?:was|has been|got|been) (?:hacked|compromised|stolen|leaked|taken over)",
        r"(?:i can|can) see~(?:someone|somebody|other (?:people|user))\w*(?: else)?~(?:data|images?|account|prompts?)",
        r"received~(?:someone|somebody) else.?s~(?:data|e-?mail|package|images?|file)",
        r"datenpanne",
        r"datenleck",
        r"(?:konto|passwort)~gehackt",
        r"fuite de donn[ée]es",
        r"(?:compte|mot de passe)~pirat[ée]",
    ),
    _p(None, _LIKELY, r"suspicious (?:activity|login|e-?mail)", r"(?:phishing|exposed|leaked)~(?:data|password|e-?mail|page)"),
]


def suggestions_of(subject: str, text: str) -> list[Suggestion]:
    """What the words of a mail seem to ask for, the likeliest first.

    Args:
        subject: of the mail.
        text: the sender's own words, without what is quoted.
    """
    # Mail is wrapped: a single line break is a blank, a paragraph ends a sentence.
    words = " ".join(re.sub(r"\n\s*\n", ". ", f"{subject}\n\n{text}"[:MOST_TEXT]).split())
    found: dict[Right | None, Suggestion] = {}
    for pattern in _PATTERNS:
        if match := pattern.expression.search(words):
            before = found.get(pattern.right)
            quoted = [*(before.words if before else []), " ".join(match.group().split())[:120]]
            score = max(pattern.score, before.score if before else _HINT)
            kind = "breach_report" if pattern.right is None else "request"
            found[pattern.right] = Suggestion(kind=kind, right=pattern.right, score=score, words=quoted)
    # A child in danger first, then a breach, whose hours run; then by how plainly it was said.
    return sorted(found.values(), key=_rank)


def _rank(suggestion: Suggestion) -> tuple[int, int]:
    urgent = {Right.MINOR_REPORT: 0, None: 1}.get(suggestion.right, 2)
    return (urgent, -suggestion.score)
