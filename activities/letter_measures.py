"""What letters say of consents that ended and of restrictions (Articles 7(3), 18, 19).

Next: `adapters/letters.py`
"""

from datetime import datetime
from typing import get_args

from sqlmodel import select

from activities import package_words as words
from activities.letter_writing import Facts, Writing
from activities.package_language import speaking
from adapters.database.tables import CaseEventRow
from adapters.letter_answers import why_restricted
from adapters.letter_grounds import because
from adapters.letter_words import moment
from domain.datamap import Recipient
from domain.errors import NotAllowedNowError
from domain.measure_standing import Measure, done_of, restriction_of
from domain.measures_by_hand import not_done
from domain.recipients import Standing, standing_of
from domain.rights import Right
from domain.work_decisions import SAFEGUARD


def consents(writing: Writing) -> Facts:
    """The purposes that ended, and from when."""
    measure = _newest(writing, "withdraw")
    received = writing.state.received_at or writing.receipt.received_at
    return {
        "ended_from": moment(received, writing.zone, writing.language),
        "purposes": _purposes(writing, measure),
        "told": _told(writing, measure),
    }


def restriction(writing: Writing) -> Facts:
    """The restriction that lasts: why, since when, where it does not hold yet or at all, who is told."""
    measure = _newest(writing, "restrict")
    to_do, left_out = _places(writing, [measure])
    return {
        "since": _begun(writing, measure.carried_out_at),
        "why": why_restricted(str(measure.ground), writing.language),
        "purposes": _purposes(writing, measure),
        "marked": bool(measure.rows or measure.by_hand),
        "by_hand": to_do,
        "undone": left_out,
        "recipients": _recipients(writing, [measure]),
    }


def reach(writing: Writing, right: Right) -> Facts:
    """How far what was done for a right reaches when its answer goes out: where not yet, where not at all, who was told."""
    lasting = [each for each in done_of(writing.state.measures, right) if each.kind != "lift" and not each.lifted]
    to_do, left_out = _places(writing, lasting)
    return {"by_hand": to_do, "undone": left_out, "recipients": _recipients(writing, lasting)}


def since(writing: Writing) -> Facts:
    """Of the restriction that is lifted: from when it is in force and for which uses, and what the person asked that goes on."""
    state = writing.state
    if state.lifting_meanwhile is None or state.lifting_meanwhile.announced != writing.message.number:
        measure = _newest(writing, "restrict")
        weighed = any(item.right is Right.OBJECTION and not item.answered for item in state.rights)
        known = {"erasing": False, "weighed": weighed, "purposes": _purposes(writing, measure)}
        return {**known, "since": _begun(writing, measure.carried_out_at)}
    event = CaseEventRow.case_id == writing.receipt.case_id, CaseEventRow.sequence == state.restricted_meanwhile
    return {
        "erasing": True,
        "weighed": False,
        "purposes": [],
        "since": _begun(writing, writing.session.exec(select(CaseEventRow.at).where(*event)).first()),
    }


def _begun(writing: Writing, at: datetime | None) -> str:
    if at is None:
        raise NotAllowedNowError("Nothing was done that this letter could tell.", status=writing.state.status.value)
    return moment(at, writing.zone, writing.language)


def refusing(writing: Writing) -> Facts:
    """On which ground it is refused, whether that ends what was stopped until the decision, and what stays stopped (21(3))."""
    state, refusal, lasting = writing.state, writing.state.refusal, restriction_of(writing.state.measures)
    refused = {each.right for each in state.rights} if refusal is None or refusal.right is None else {refusal.right}
    objected = refusal is not None and Right.OBJECTION in refused
    stopped = [each for each in state.measures if each.kind == "stop"] if objected else []
    return {
        "because": because(_ground(writing), writing.language),
        "marketing": objected and state.marketing_stopped,
        "recipients": _recipients(writing, stopped),
        "resumes": bool(refusal and lasting and refusal.right in {None, lasting.right}),
    }


def _ground(writing: Writing) -> str:
    if writing.state.refusal is None:
        return ""
    number = writing.state.refusal.sequence
    proposed = CaseEventRow.case_id == writing.receipt.case_id, CaseEventRow.sequence == number
    facts = writing.session.exec(select(CaseEventRow.facts).where(*proposed)).first()
    return str((facts or {}).get("ground", ""))


def transfers(writing: Writing) -> Facts:
    """Who abroad received data of the person, why they may have it, and whether a copy of the safeguard is with the letter."""
    if writing.state.transfers is None:
        raise NotAllowedNowError("Nobody looked yet who received data abroad.", status=writing.state.status.value)
    laws = frozenset(regime.split("-")[0] for regime in writing.receipt.regimes)
    given = {
        str(item.recipient) for item in writing.state.work_items.values() if item.kind == SAFEGUARD and item.result == "found"
    }
    with speaking(writing.language):
        told = [_transfer(writing.datamap.recipient(name), laws, copy=name in given) for name in writing.state.transfers]
    return {"transfers": told}


def _transfer(who: Recipient, laws: frozenset[str], *, copy: bool) -> Facts:
    """A recipient abroad, and what protects the data there by the laws that apply."""
    why = [line[:1].upper() + line[1:] for line in words.transfers(who, laws)]
    return {"who": f"{who.name}, {words.country(who.country)}", "what": who.description, "why": why, "copy": copy}


def _places(writing: Writing, measures: list[Measure]) -> tuple[list[str], list[str]]:
    """The titles of the systems in which it is to be done yet, and of those in which it is not done at all."""
    titles = {system.name: system.title for system in writing.datamap.systems}
    found = [not_done(writing.state, each) for each in measures]
    to_do = dict.fromkeys(name for here, _ in found for name in here)
    left_out = dict.fromkeys(name for _, here in found for name in here)
    return [titles.get(name, name) for name in to_do], [titles.get(name, name) for name in left_out]


def _newest(writing: Writing, kind: str) -> Measure:
    found = [each for each in writing.state.measures if each.kind == kind and each.carried_out_at is not None]
    if not found:
        raise NotAllowedNowError("Nothing was done that this letter could tell.", status=writing.state.status.value)
    return found[-1]


def _purposes(writing: Writing, measure: Measure) -> list[str]:
    return [writing.datamap.purpose(name).title for name in measure.purposes]


def _recipients(writing: Writing, measures: list[Measure]) -> dict[str, object]:
    """Who received the data, by how far each is at this moment; `reached` of `all` were told so far (Articles 19, 28(3))."""
    found = standing_of(writing.state, measures)
    named = {
        wanted: [writing.datamap.recipient(name).name for name, standing in found.items() if standing == wanted]
        for wanted in get_args(Standing)
    }
    reached = sum(standing not in {"to_tell", "unreached"} for standing in found.values())
    return {**named, "all": len(found), "reached": reached}


def _told(writing: Writing, measure: Measure) -> list[str]:
    return [writing.datamap.recipient(each.recipient).name for each in measure.addressees]
