"""What in a text may be somebody else's, or nobody's to give: suggestions that a person confirms (`law.md` 2.3).

Patterns and checksums, and names that the case or the data map know. Works offline, in time proportional to the text, and never
suggests what is the requester's own. Each says why. Next: api/console/cases/desk.py
"""

import bisect
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from domain.redaction import finder

LONGEST: Final = 200_000  # letters of one text that are looked at


@dataclass(frozen=True)
class Suggestion:
    """One place in a text. `reason` is for the caseworker."""

    start: int
    end: int
    kind: str
    reason: str

    def words(self, text: str) -> str:
        """The words themselves."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class _Detector:
    """One kind: where it may be, and what proves it. The group `it`, where there is one, is the place."""

    kind: str
    reason: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = lambda _found: True


# Words that say in which role somebody wrote, in the languages of the letters, and never who they are.
_ROLES: Final = """
account admin administrator advisor agent all anonymous api assistant author billing bot both client colleague company contact
customer customers dpo employee everyone external guest help helpdesk internal madam manager member moderator nobody none null
office operator other owner person platform privacy recipient requester reviewer sales sender service sir staff subject
subscriber support system team unknown user users visitor you
beraterin berater kunde kundin kundendienst mitarbeiter mitarbeiterin nutzer nutzerin unbekannt verwaltung
conseiller conseillère cliente inconnu utilisateur utilisatrice équipe
"""
ROLE_WORDS: Final = frozenset(_ROLES.split())


def is_name(words: str) -> bool:
    """Whether words may be somebody's name: with a letter to begin a part, and not the word for a role alone."""
    parts = [part for part in re.split(r"[\s_./-]+", words.strip()) if part]
    told = [_bare(part) for part in parts if _bare(part)]
    if (
        not any(len(part) > 1 for part in told)
        or any(part.isdigit() for part in told)
        or "@" in words
        or all(part in ROLE_WORDS for part in told)
    ):
        return False
    # One small word is a name of a field's value more often than of a person.
    return len(told) > 1 or (len(told[0]) > 1 and parts[0][0].isupper())


def suggest(text: str, *, own: Collection[str], names: Iterable[str] = ()) -> list[Suggestion]:
    """Everything in a text that somebody should look at, in order, without overlaps.

    Args:
        text: at most `LONGEST` letters of it are read.
        own: the requester's words, never suggested.
        names: of others, as the case, the data map's name columns and the list of staff know them.
    """
    text = text[:LONGEST]
    theirs = frozenset(map(_bare, own)) - {""}
    taken: list[Suggestion] = []
    for found in _found(text, tuple(filter(is_name, names))):
        if _all_own(found.words(text), theirs):
            continue
        at = bisect.bisect_left(taken, found.start, key=lambda each: each.start)
        free = (at == 0 or taken[at - 1].end <= found.start) and (at == len(taken) or found.end <= taken[at].start)
        if free:
            taken.insert(at, found)
    return taken


def _found(text: str, names: tuple[str, ...]) -> Iterator[Suggestion]:
    """The most certain first: what a checksum proves is not taken for a telephone number."""
    for detector in _DETECTORS:
        for match in detector.pattern.finditer(text):
            group = "it" if "it" in match.re.groupindex else 0
            if detector.holds(match[group]):
                yield Suggestion(*match.span(group), detector.kind, detector.reason)
    told = tuple(filter(is_name, addressees(text)))
    for some, reason in ((names, "A name that this case or the data map knows"), (told, "It stands before an e-mail address")):
        for match in finder(some).finditer(text) if some else ():
            yield Suggestion(*match.span(), "name", reason)
    for match in _TITLED.finditer(text):
        if not is_name(match["it"]):
            continue
        yield Suggestion(*match.span("it"), "name", "It follows a title, a greeting or a farewell")


def addressees(text: str) -> list[str]:
    """The names that stand before e-mail addresses, as in the headers of a mail; "Lind, Oskar" both ways round."""
    told: list[str] = []
    for match in _ADDRESSED.finditer(text) if "@" in text else ():
        words = (match["quoted"] or match["plain"]).split()
        while len(words) > 1 and words[0].casefold() in _BEFORE_NAMES:
            words = words[1:]
        name = " ".join(words).strip("'")
        last, comma, first = name.partition(", ")
        told += [name, f"{first} {last}"] if comma else [name]
    return list(dict.fromkeys(told))[:_MOST_TOLD]


def _bare(words: str) -> str:
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def _all_own(words: str, own: frozenset[str]) -> bool:
    """Whether it is made of the requester's words alone: of the parts of their name, of their street and their town."""
    parts = [bare for part in words.split() if (bare := _bare(part))]
    reached = {0}
    for end in range(1, len(parts) + 1):
        if any("".join(parts[start:end]) in own for start in reached):
            reached.add(end)
    return len(parts) in reached


def _digits(words: str) -> list[int]:
    return [int(letter) for letter in words if letter.isdigit()]


def _nhs(words: str) -> bool:
    digits = _digits(words)
    check = 11 - sum(digit * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == digits[9] and len(set(digits)) > 1 and check != 10  # noqa: PLR2004 (10 is never issued)


def _luhn(words: str) -> bool:
    digits = _digits(words)[::-1]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _iban(words: str) -> bool:
    plain = words.replace(" ", "")
    if not 15 <= len(plain) <= 34:  # noqa: PLR2004 (ISO 13616)
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _insurance(words: str) -> bool:
    return words[:2].upper() not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


def _phone(words: str) -> bool:
    return 9 <= len(_digits(words)) <= 15 and words.count(".") < 5  # noqa: PLR2004 (E.164; more dots are a version or an address)


def _secret(words: str) -> bool:
    return len(set(words)) > 7 and any(letter.isdigit() for letter in words)  # noqa: PLR2004 (a key is no word)


_MOST_TOLD: Final = 200  # names of one text: each is looked for in all of it
_BEFORE_NAMES: Final = frozenset("and ask by call contact email from mail on to with write am und von an et de le par".split())  # noqa: SIM905
_WORD: Final = r"[^\W\d_][\w'’.-]{0,30}"  # noqa: RUF001 (an apostrophe as people type it)
_ADDRESSED: Final = re.compile(
    rf"(?:\"(?P<quoted>[^\"<>@\n]{{2,80}})\"|(?:^|[:,;>])[ \t]{{0,4}}(?P<plain>{_WORD}(?: {_WORD}){{0,4}}))[ \t]{{0,4}}"
    r"<[\w.%+'-]{1,64}@",
    re.MULTILINE,
)
_STREET = "Street|St|Road|Rd|Avenue|Ave|Lane|Close|Drive|Way|Court|Gardens|Terrace|Square|Place|Crescent|Yard|Hill"
_NAME = r"[A-Z][\w'’-]{1,30}"  # noqa: RUF001 (an apostrophe as people type it)
_DETECTORS: Final = (
    _Detector(
        "key",
        "A private key",
        re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s]{0,8000}(?:-----END[A-Z -]{0,40})?"),
    ),
    _Detector("key", "A signed token", re.compile(r"\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{8,1000}")),
    _Detector(
        "key",
        "It begins like an API key",
        re.compile(
            r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[\w-]{16,200}|\bAKIA[A-Z0-9]{16}\b|\bgh[pousr]_\w{30,100}"
            r"|\bxox[abprs]-[\w-]{10,200}|\bAIza[\w-]{35}|\bglpat-[\w-]{20,60}|\bSG\.[\w-]{16,40}\.[\w-]{16,60}|\bhk1_[\w-]{16,200}"
        ),
        _secret,
    ),
    _Detector(
        "password",
        "It stands where a password is told",
        re.compile(
            r"\b(?:password|passwort|passwd|pwd|passphrase|passcode)\b\s{0,3}(?:is\b|ist\b|:|=)\s{0,3}[\"']?(?P<it>[^\s\"',;]{4,64})",
            re.IGNORECASE,
        ),
    ),
    _Detector(
        "iban",
        "An IBAN; its check digits are right",
        re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        _iban,
    ),
    _Detector(
        "card", "A card number; its check digit is right", re.compile(r"(?<![\w+.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])"), _luhn
    ),
    _Detector(
        "email", "An e-mail address", re.compile(r"(?<![\w.%+-])[\w.%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}\b")
    ),
    _Detector(
        "national_insurance",
        "A National Insurance number",
        re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE),
        _insurance,
    ),
    _Detector(
        "nhs", "An NHS number; its check digit is right", re.compile(r"(?<![\w+.=/-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])"), _nhs
    ),
    _Detector(
        "phone", "A telephone number", re.compile(r"(?<![\w+.=/-])(?:\+\d{1,3}|\(?0)(?:[ ().-]{0,2}\d){7,13}(?![\w-])"), _phone
    ),
    _Detector(
        "address",
        "A street with a number",
        re.compile(
            rf"\b\d{{1,4}}[A-Za-z]? (?:{_NAME} ){{1,3}}(?:{_STREET})\b"
            rf"(?:, [A-Z][a-z]{{1,30}}(?: [A-Z][a-z]{{1,30}}){{0,2}})?(?:,? [A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}})?"
        ),
    ),
    _Detector(
        "address",
        "A street with a number",
        re.compile(
            r"\b[A-ZÄÖÜ][\wäöüß-]{2,30}(?:straße|strasse|str\.|weg|allee|platz|gasse) \d{1,4}[a-z]?\b"
            r"(?:, \d{5} [A-ZÄÖÜ][\wäöüß-]+)?"
        ),
    ),
    _Detector("address", "A postcode", re.compile(r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b")),
)
_TITLED: Final = re.compile(
    rf"\b(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herrn?|Frau|Mme|Monsieur|Madame)\.? |(?:Dear|Hi|Hello|Liebe[r]?|Cher|Chère) "
    rf"|(?:[Rr]egards|[Ss]incerely|[Tt]hanks|[Cc]heers|Grüße),?\s{{1,3}})"
    rf"(?P<it>(?!Team\b|Sir\b|Madam\b|All\b|Customer\b|Support\b|Both\b|Everyone\b|Mr|Ms|Dr)"
    rf"{_NAME}(?: (?!The\b|We\b|I\b|You\b|It\b){_NAME}){{0,2}})"
)
