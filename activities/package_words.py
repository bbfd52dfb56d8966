"""The data map in plain words, for the first page and the letter (Articles 12(1), 15(1)(a)-(h), 15(2)).

Sentences for a reader of twelve; the article stands at the end in brackets. Nothing here knows a particular controller.

Next: activities/package_view.py
"""

import functools
import importlib.resources
import re
from datetime import date

from activities.package_cells import day, visible
from activities.package_language import cited, current, labelled, listed, say
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
_ARTICLE = re.compile(r"\A(?:(?:the|das|les) |l')")  # in front of a safeguard, in each language
_RESTS_ON = {
    **dict.fromkeys((Mechanism.IDTA, Mechanism.UK_ADDENDUM, Mechanism.SCC), "the data are protected by "),
    Mechanism.DEROGATION: "we rely on ",
}


@functools.cache
def _countries() -> dict[str, str]:
    # The time zone database carries the list of ISO 3166; its name for one country is not what that country calls itself.
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows} | {"GB": "the United Kingdom", "US": "the United States"}


def country(code: str) -> str:
    """The name of an ISO 3166 country; the English one where no other is known."""
    return say(_countries().get(code, code))


def _article(number: str) -> str:
    return cited(f"Article\u00a0{number}")


def basis(purpose: Purpose) -> str:
    """Why the law allows a purpose (Article 6), with the interest or the way to withdraw where there is one."""
    said = say(_BASIS[purpose.lawful_basis])
    if purpose.legitimate_interest:
        said = labelled(said, _lowered(_bare(purpose.legitimate_interest)))
    text = f"{said} ({_article(purpose.lawful_basis.article)})."
    if purpose.special_condition:
        special = _lowered(_bare(purpose.special_condition))
        article = "" if "Article" in special else f" ({_article('9')})"
        text += " " + say("For sensitive data we also rely on %(special)s.", special=special + article)
    if purpose.withdrawal:
        return f"{text} {sentence(purpose.withdrawal)}"
    return f"{text} {say('If you do not want this:')} {_lowered(sentence(purpose.opt_out))}" if purpose.opt_out else text


def purpose(use: Purpose) -> str:
    """What data are used for, and why the law allows it, in whole sentences."""
    aim = _bare(use.title)
    said = "We use it %(aim)s." if aim.startswith("To ") else "We use it for this: %(aim)s."
    return f"{say(said, aim=_lowered(aim))} {basis(use)}"


def short_basis(purpose: Purpose) -> str:
    """The same in a few words."""
    return f"{say(_SHORT_BASIS[purpose.lawful_basis])} ({_article(purpose.lawful_basis.article)})"


def origin(collection: Collection) -> str:
    """Where the data came from (Article 15(1)(g))."""
    if collection.origin is Origin.THIRD_PARTY:
        source = _lowered(sentence(collection.source or say("another person")))
        return say("Somebody else gave it to us: %(source)s", source=source)
    if collection.source:  # more exact than the three kinds: both sides of a conversation stand in one collection
        return sentence(collection.source)
    return say(_ORIGIN[collection.origin])


def recipient(someone: Recipient, home: str) -> str:
    """Who receives data, by name, what for and where (Article 15(1)(c); CJEU C-154/21). `home` is the controller's country."""
    where = say(" in %(country)s", country=country(someone.country)) if someone.country != home else ""
    return f"{labelled(someone.name + where, _bare(someone.description))}. {say(_KIND[someone.kind])}."


def transfers(someone: Recipient, laws: frozenset[str]) -> list[str]:
    """Under which safeguards data go to a recipient's country, for the laws that apply (Article 15(2))."""
    lines = []
    for transfer in someone.transfers:
        if transfer.regime in laws and transfer.mechanism is not Mechanism.NONE_NEEDED:
            named = say(_MECHANISM[transfer.mechanism])
            detail = _bare(transfer.detail or "")
            if not detail.lower().startswith(_ARTICLE.sub("", named.lower())):
                detail = f"{named}, {detail}" if detail else named
            measures = f". {say('Also:')} {listed(map(_bare, transfer.measures))}" if transfer.measures else ""
            rests_on = _RESTS_ON.get(transfer.mechanism)
            lines.append(f"{say(f'under {transfer.regime} law,')} {say(rests_on) if rests_on else ''}{detail}{measures}.")
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
    exceptions = [f"{say('Exception:')} {sentence(text)}" for text in others]
    if span is None or collection.retention_from is None:
        return [sentence(rule.text), *exceptions]
    return [*_kept_dates(collection, rule, span, today), *exceptions]


def _kept_dates(collection: Collection, rule: Retention, span: tuple[date, date], today: date) -> list[str]:
    first, last = (held_until(collection, rule.period, moment, today) for moment in span)
    criteria = _criteria(rule)
    if last < today:
        over = "Until %(last)s at the latest (%(criteria)s). That time is over, so it is due to be deleted."
        return [say(over, last=day(last), criteria=criteria)]
    if first == last:
        return [say("Until %(last)s (%(criteria)s).", last=day(last), criteria=criteria)]
    if first < today:
        partly = "Until %(last)s for the newest (%(criteria)s). For the oldest that time is over; they are due to be deleted."
        return [say(partly, last=day(last), criteria=criteria)]
    both = "Until %(first)s for the oldest and %(last)s for the newest (%(criteria)s)."
    return [say(both, first=day(first), last=day(last), criteria=criteria)]


def _criteria(rule: Retention) -> str:
    number, _, unit = rule.period.partition(" ")
    return say("%(period)s from %(start)s", period=f"{number} {say(unit)}", start=_bare(rule.counted_from))


def short_kept(datamap: DataMap, collection: Collection, span: tuple[date, date] | None, today: date) -> str:
    """The same in a few words, exceptions apart."""
    rule = datamap.retention_rule(collection.retention)
    if span is None or collection.retention_from is None:
        return _criteria(rule)
    last = held_until(collection, rule.period, span[1], today)
    return say("until %(day)s", day=day(last)) if last >= today else say("due to be deleted")


def automated(decision: AutomatedDecision) -> str:
    """What Article 15(1)(h) asks for: how a machine decides, what it can mean for the person, and who looks again."""
    return f"{sentence(decision.logic)} {sentence(decision.significance)} {sentence(decision.review)}"


def ground(code: str | None, laws: frozenset[str]) -> str:
    """Why something was left out, with the provision of each law that applies."""
    if code not in set(Basis):
        return f"{code.replace('_', ' ').capitalize()}." if code else say("Other reason.")
    found = GROUNDS[Basis(code)]
    provisions = [cited(source) for law in ("UK", "EU") if law in laws and (source := found.source(law))]
    return f"{say(found.words)[:-1]} ({'; '.join(provisions)})."


def _lowered(text: str) -> str:
    """A sentence as the second half of another one; what begins with a name or an abbreviation stays.

    In German it follows a colon as the controller wrote it: what begins with a noun stays.
    """
    if current() == "de":
        return text
    first, _, rest = text.partition(" ")
    return text if first[1:].lower() != first[1:] else f"{first[:1].lower()}{first[1:]}{' ' if rest else ''}{rest}"


def _bare(text: str) -> str:
    return text.strip().rstrip(".")


def sentence(text: str) -> str:
    """A text of the data map with exactly one full stop."""
    return f"{_bare(text)}."


def disputed(datamap: DataMap, record: Disputed, since: date) -> str:
    """What the person said is wrong and we did not correct, with their words (Article 16)."""
    system = datamap.system(record.system)
    title = next((one.title for one in system.collections if one.name == record.collection), record.collection)
    says = " " + say("You say: \u201c%(words)s\u201d", words=visible(record.says)) if record.says else ""
    marked = say("%(what)s, marked as disputed since %(day)s.", what=labelled(system.title, title), day=day(since))
    return marked + says


def policy(known: Policy, version: str) -> str:
    """The policy that was in force, by its day where the data map still has that version."""
    if known.version == version:
        return say("the one of %(day)s", day=day(known.updated))
    return say("version %(number)s", number=version)


def kind(name: str) -> str:
    """A kind of identifier, in front of its value."""
    known = {"email": "the e-mail address", "phone": "the telephone number"}
    return say(known[name]) if name in known else say("the %(kind)s", kind=name.replace("_", " "))
