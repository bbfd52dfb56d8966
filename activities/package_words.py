"""The data map in plain words, for the first page and the letter (Articles 12(1), 15(1)(a)-(h), 15(2)).

Sentences for a reader of twelve; the article stands at the end in brackets. Nothing here knows a particular controller.

Next: activities/package_view.py
"""

import functools
import importlib.resources
import json
import re
import unicodedata
from datetime import date, datetime
from typing import Any

from adapters.disputes import Disputed
from domain.datamap import Collection, DataMap, LawfulBasis, Mechanism, Origin, Purpose, Recipient, RecipientKind, Retention
from domain.datamap_parts import AutomatedDecision, Policy
from domain.erasure import held_until
from domain.withholding import GROUNDS, Basis

_BASIS = {
    LawfulBasis.CONSENT: "You agreed to it",
    LawfulBasis.CONTRACT: "We need it for our contract with you",
    LawfulBasis.LEGAL_OBLIGATION: "The law obliges us to",
    LawfulBasis.VITAL_INTERESTS: "It protects somebody's life",
    LawfulBasis.PUBLIC_TASK: "It is part of a public task",
    LawfulBasis.LEGITIMATE_INTERESTS: "We have a legitimate interest in it",
}
_SHORT_BASIS = {
    LawfulBasis.CONSENT: "Your agreement",
    LawfulBasis.CONTRACT: "Our contract with you",
    LawfulBasis.LEGAL_OBLIGATION: "A duty under the law",
    LawfulBasis.VITAL_INTERESTS: "Protecting somebody's life",
    LawfulBasis.PUBLIC_TASK: "A public task",
    LawfulBasis.LEGITIMATE_INTERESTS: "Our legitimate interests",
}
_ORIGIN = {
    Origin.PROVIDED: "You gave it to us.",
    Origin.OBSERVED: "We recorded it while you used our service.",
    Origin.GENERATED: "Our service made it from what you did or asked for.",
}
_KIND = {
    RecipientKind.PROCESSOR: "Works for us, on our instructions",
    RecipientKind.CONTROLLER: "Decides for itself what it does with the data",
    RecipientKind.JOINT_CONTROLLER: "Decides together with us",
    RecipientKind.AUTHORITY: "A public authority",
    RecipientKind.SUCCESSOR: "Would take over our business",
}
_MECHANISM = {
    Mechanism.ADEQUACY: "that country is recognised as protecting personal data well enough",
    Mechanism.IDTA: "the International Data Transfer Agreement",
    Mechanism.UK_ADDENDUM: "the UK Addendum to the standard contractual clauses",
    Mechanism.SCC: "standard contractual clauses",
    Mechanism.DEROGATION: "an exception that the law makes",
    Mechanism.NONE_NEEDED: "no further safeguard is needed",
}
_RESTS_ON = {
    **dict.fromkeys((Mechanism.IDTA, Mechanism.UK_ADDENDUM, Mechanism.SCC), "the data are protected by "),
    Mechanism.DEROGATION: "we rely on ",
}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # Unicode categories of what does not show, or moves what does
_MAYBE_HIDDEN = re.compile(r"[^\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0373\u0386-\u058f\u4e00-\u9fff]")


def day(value: date) -> str:
    """A date as a person reads it, with its weekday and without a line break in it: Wed 23 December 2026."""
    return f"{value:%a} {value.day} {value:%B %Y}".replace(" ", "\u00a0")


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: 1 record, 1,284 records."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


@functools.cache
def _countries() -> dict[str, str]:
    # The time zone database carries the list of ISO 3166; its name for one country is not what that country calls itself.
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows} | {"GB": "the United Kingdom", "US": "the United States"}


def country(code: str) -> str:
    """The English name of an ISO 3166 country."""
    return _countries().get(code, code)


def basis(purpose: Purpose) -> str:
    """Why the law allows a purpose (Article 6), with the interest or the way to withdraw where there is one."""
    interest = f": {_lowered(_bare(purpose.legitimate_interest))}" if purpose.legitimate_interest else ""
    text = f"{_BASIS[purpose.lawful_basis]}{interest} (Article\u00a0{purpose.lawful_basis.article})."
    if purpose.special_condition:
        special = _lowered(_bare(purpose.special_condition))
        article = "" if "Article" in special else " (Article\u00a09)"
        text += f" For sensitive data we also rely on {special}{article}."
    if purpose.withdrawal:
        return f"{text} {sentence(purpose.withdrawal)}"
    return f"{text} If you do not want this: {_lowered(sentence(purpose.opt_out))}" if purpose.opt_out else text


def purpose(use: Purpose) -> str:
    """What data are used for, and why the law allows it, in whole sentences."""
    aim = _bare(use.title)
    aim = f"We use it {_lowered(aim)}." if aim.startswith("To ") else f"We use it for this: {_lowered(aim)}."
    return f"{aim} {basis(use)}"


def short_basis(purpose: Purpose) -> str:
    """The same in a few words."""
    return f"{_SHORT_BASIS[purpose.lawful_basis]} (Article\u00a0{purpose.lawful_basis.article})"


def origin(collection: Collection) -> str:
    """Where the data came from (Article 15(1)(g))."""
    if collection.origin is Origin.THIRD_PARTY:
        return f"Somebody else gave it to us: {_lowered(sentence(collection.source or 'another person'))}"
    if collection.source:  # more exact than the three kinds: both sides of a conversation stand in one collection
        return sentence(collection.source)
    return _ORIGIN[collection.origin]


def recipient(someone: Recipient, home: str) -> str:
    """Who receives data, by name, what for and where (Article 15(1)(c); CJEU C-154/21). `home` is the controller's country."""
    where = f" in {country(someone.country)}" if someone.country != home else ""
    return f"{someone.name}{where}: {_bare(someone.description)}. {_KIND[someone.kind]}."


def transfers(someone: Recipient, laws: frozenset[str]) -> list[str]:
    """Under which safeguards data go to a recipient's country, for the laws that apply (Article 15(2))."""
    lines = []
    for transfer in someone.transfers:
        if transfer.regime in laws and transfer.mechanism is not Mechanism.NONE_NEEDED:
            named = _MECHANISM[transfer.mechanism]
            detail = _bare(transfer.detail or "")
            if not detail.lower().startswith(named.lower().removeprefix("the ")):
                detail = f"{named}, {detail}" if detail else named
            measures = f". Also: {'; '.join(map(_bare, transfer.measures))}" if transfer.measures else ""
            lines.append(f"under {transfer.regime} law, {_RESTS_ON.get(transfer.mechanism, '')}{detail}{measures}.")
    return lines


def kept(datamap: DataMap, collection: Collection, span: tuple[date, date] | None, today: date) -> list[str]:
    """Until when records are kept: real dates where the rows say from when to count, else the criteria (Article 15(1)(d)).

    Args:
        datamap: with the rules.
        collection: whose records.
        span: first and last date from which the period is counted, if the rows have it.
        today: local date of the answer.
    """
    rule = datamap.retention_rule(collection.retention)
    others = (datamap.retention_rule(name).text for name in collection.retention_exceptions)
    exceptions = [f"Exception: {sentence(text)}" for text in others]
    if span is None or collection.retention_from is None:
        return [sentence(rule.text), *exceptions]
    return [*_kept_dates(collection, rule, span, today), *exceptions]


def _kept_dates(collection: Collection, rule: Retention, span: tuple[date, date], today: date) -> list[str]:
    first, last = (held_until(collection, rule.period, moment, today) for moment in span)
    criteria = f"{rule.period} from {_bare(rule.counted_from)}"
    if last < today:
        return [f"Until {day(last)} at the latest ({criteria}). That time is over, so it is due to be deleted."]
    if first == last:
        return [f"Until {day(last)} ({criteria})."]
    if first < today:
        return [f"Until {day(last)} for the newest ({criteria}). For the oldest that time is over; they are due to be deleted."]
    return [f"Until {day(first)} for the oldest and {day(last)} for the newest ({criteria})."]


def short_kept(datamap: DataMap, collection: Collection, span: tuple[date, date] | None, today: date) -> str:
    """The same in a few words, exceptions apart."""
    rule = datamap.retention_rule(collection.retention)
    if span is None or collection.retention_from is None:
        return f"{rule.period} from {_bare(rule.counted_from)}"
    last = held_until(collection, rule.period, span[1], today)
    return f"until {day(last)}" if last >= today else "due to be deleted"


def automated(decision: AutomatedDecision) -> str:
    """What Article 15(1)(h) asks for: how a machine decides, what it can mean for the person, and who looks again."""
    return f"{sentence(decision.logic)} {sentence(decision.significance)} {sentence(decision.review)}"


def ground(code: str | None, laws: frozenset[str]) -> str:
    """Why something was left out, with the provision of each law that applies."""
    if code not in set(Basis):
        return f"{(code or 'other reason').replace('_', ' ').capitalize()}."
    found = GROUNDS[Basis(code)]
    provisions = [source for law in ("UK", "EU") if law in laws and (source := found.source(law))]
    return f"{found.words[:-1]} ({'; '.join(provisions)})."


def visible(text: str) -> str:
    """The same text with every character that hides or turns round others written as its code, for example [U+202E]."""
    if _MAYBE_HIDDEN.search(text) is None:
        return text
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN:
        return letter
    return f"[U+{ord(letter):04X}]"


def cell(value: Any, limit: int) -> str:  # noqa: ANN401 (whatever stands in the controller's row)
    """A value of a row as text: nothing interpreted, hidden characters shown, cut with a remark beyond `limit` letters."""
    if value is None:
        return "–"  # noqa: RUF001 (a dash, as in any table)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and (said := _time(value)):
        return said
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > limit:
        return f"{visible(text[:limit])} … ({len(text) - limit:,} more letters in the JSON file)"
    return visible(text)


def _lowered(text: str) -> str:
    """A sentence as the second half of another one; what begins with a name or an abbreviation stays."""
    first, _, rest = text.partition(" ")
    return text if first[1:].lower() != first[1:] else f"{first[:1].lower()}{first[1:]}{' ' if rest else ''}{rest}"


_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z")


def _time(text: str) -> str:
    """A day or an instant as a person reads it, to the minute, in the zone in which it is stored; empty if it is none."""
    if _TIME.match(text) is None:
        return ""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return ""
    said = f"{value.day} {value:%B %Y}"
    if len(text) == len("2026-11-25"):
        return said
    zone = "" if value.tzinfo is None else " UTC" if not value.utcoffset() else f" UTC{value:%z}"
    return f"{said}, {value:%H:%M}{zone}"


def _bare(text: str) -> str:
    return text.strip().rstrip(".")


def sentence(text: str) -> str:
    """A text of the data map with exactly one full stop."""
    return f"{_bare(text)}."


def disputed(datamap: DataMap, record: Disputed, since: date) -> str:
    """What the person said is wrong and we did not correct, with their words (Article 16)."""
    system = datamap.system(record.system)
    title = next((one.title for one in system.collections if one.name == record.collection), record.collection)
    says = f" You say: \u201c{visible(record.says)}\u201d" if record.says else ""
    return f"{system.title}: {title}, marked as disputed since {day(since)}.{says}"


def policy(known: Policy, version: str) -> str:
    """The policy that was in force, by its day where the data map still has that version."""
    return f"the one of {day(known.updated)}" if known.version == version else f"version {version}"


def kind(name: str) -> str:
    """A kind of identifier, in front of its value."""
    known = {"email": "the e-mail address", "phone": "the telephone number"}
    return known.get(name, f"the {name.replace('_', ' ')}")
