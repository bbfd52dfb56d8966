"""Cards for what a stage asks of a person: approve, look at a proof, decide about closing, and the end.

Next: api/console/cases/shell.py
"""

from adapters.letter_words import moment
from api.console import words
from api.console.cases.card import Card, Looking, Press
from api.console.cases.facts import CaseFacts
from api.console.cases.key_cards import found_nothing
from api.console.cases.package_cards import said_of_return
from domain.authority import ROLES, Action
from domain.case import Package
from domain.events import Tag
from domain.measure_standing import restriction_of
from domain.next_step import NextStep
from domain.rights import Outcome


def approve(looking: Looking, _step: NextStep) -> Card:
    """The package, to be released by somebody who prepared nothing."""
    facts, first = looking.facts, looking.facts.subject.first
    package = facts.state.package
    assert package is not None
    told = (
        f"{facts.subject.called} asked for a copy of their data. "
        "Article 15 also asks us to explain where the data came from and who received them. Your approval covers exactly this "
        "package, this address and this identity record."
    )
    said = said_of_return(facts)
    back = Press(Action.RETURN_FOR_REWORK, "Return for rework")
    write = Press(Action.SEND_MESSAGE, f"Write to {first}")
    if looking.role not in ROLES[Action.APPROVE_PACKAGE]:
        return Card(
            "A colleague approves the package",
            "Look at it once more as the person will see it; then a reviewer releases it. Whoever prepared it cannot (Article "
            "32).",
            presses=looking.only(write, Press(Action.EXTEND_DEADLINE, "Take longer")),
            instructions="" if package.records else found_nothing(facts, looking.datamap),
            link=as_they_will(first, package),
            release=True,
        )
    approve = Press(
        Action.APPROVE_PACKAGE, "Approve and release", {"sha256": package.sha256}, direct=not looking.unseen, first=True
    )
    if looking.person in facts.prepared:
        alone, note = looking.alone(approve) if looking.person in facts.state.preparers else ([], "")
        return Card(
            "Somebody else approves the package",
            "You prepared a part of this case, so the release needs other eyes than yours. Article 32 stands behind this rule.",
            presses=[*alone, *looking.only(back, write)],
            link=as_they_will(first, package),
            note=note,
            release=True,
        )
    if looking.sample == "wrong":
        return _wrong_sample(looking)
    if looking.sample:
        return Card(
            "Look at the sample, then release the package",
            "The package is large, so whoever approves it looks at everything that was decided by itself and at a sample of the "
            "rest. One wrong item sends it back (Article 32).",
            presses=looking.only(back, write),
            link=("Look at the sample", "package/check#sample"),
            release=True,
        )
    return Card(
        "Check the package, then release it",
        told,
        presses=looking.only(approve, back, write),
        instructions=" ".join(
            filter(
                None,
                (
                    "It was returned for rework before. What changed since stands under Package." if said else "",
                    void_of(looking),
                    "" if package.records else found_nothing(facts, looking.datamap),
                ),
            )
        ),
        link=as_they_will(first, package),
        release=True,
        said=said,
    )


def part(looking: Looking, _step: NextStep) -> Card:
    """A part of the answer, to be released before the rest."""
    partial, mine = looking.facts.state.partial, looking.person in looking.facts.prepared
    assert partial is not None
    assert partial.package is not None
    package = partial.package
    left = ", ".join(looking.title(name) for name in partial.without) or "the rest"
    proposed = next(iter(looking.facts.happened(Tag.PARTIAL_PROPOSED)), None)
    why = looking.facts.note_of(proposed) if proposed else ""
    approve = Press(
        Action.APPROVE_PARTIAL_ANSWER,
        "Approve and release this part",
        {"sha256": package.sha256},
        direct=not looking.unseen,
        first=True,
    )
    alone, note = looking.alone(approve) if looking.person in looking.facts.state.preparers else ([] if mine else [approve], "")
    if looking.sample == "wrong" and not mine:
        return _wrong_sample(looking)
    if looking.sample and not mine:
        return Card(
            "Look at the sample of a part of the answer",
            "The part is large, so everything that was decided by itself and a drawn sample of the rest are looked at by whoever "
            "approves it (Article 32).",
            presses=looking.only(Press(Action.RETURN_FOR_REWORK, "Return for rework")),
            link=("Look at the sample", "package/check?part=1#sample"),
        )
    return Card(
        "Approve a part of the answer",
        f"It has {looking.held_in_part}; {left} comes later, by the same date (Article 12(3)). The case stays open.",
        presses=looking.only(*alone, Press(Action.RETURN_FOR_REWORK, "Return for rework")),
        note=note or ("You prepared it, so somebody else must approve." if mine else ""),
        instructions=" ".join(
            filter(
                None,
                (
                    "It cannot be approved before somebody has looked at these places." if looking.places else "",
                    f"The person reads why: \u201c{why}\u201d" if why else "",
                ),
            )
        ),
        places=looking.places,
        link=as_they_will(looking.facts.subject.first, package),
    )


def void_of(looking: Looking) -> str:
    """That somebody had approved a package and that it counts no more, with why; empty where nobody had, or it was returned."""
    facts = looking.facts
    approved = next(iter(facts.happened(Tag.PACKAGE_APPROVED)), None)
    later = {row.tag for row in facts.events if approved and row.sequence > approved.sequence}
    if approved is None or later & {Tag.PACKAGE_RETURNED, Tag.DELIVERY_NOTIFIED, Tag.DELIVERY_RECORDED}:
        return ""
    changed = "the address of the answer" if Tag.DELIVERY_ADDRESS_CHANGED in later else "something that it covered"
    by = f"{facts.person(approved.actor)} approved it on {moment(approved.at, looking.zone)}"
    return f"{by}. That approval is void, since {changed} changed after it, and nothing has left: look at it anew."


def as_they_will(first: str, package: Package) -> tuple[str, str]:
    """The way to what an approval of a package releases, as the person will see it."""
    return f"See it as {first} will", f"preview/{package.sha256}/index.html"


def refusal(looking: Looking, _step: NextStep) -> Card:
    """A refusal that somebody proposed."""
    mine = looking.person in looking.facts.state.preparers
    proposed = next(iter(looking.facts.happened(Tag.REFUSAL_PROPOSED)), None)
    named = proposed.facts.get("test") if proposed else None
    test = [words.BURDENS[str(each)] for each in named] if isinstance(named, list) else []
    burden = proposed is not None and proposed.facts.get("ground") in {"manifestly_unfounded", "excessive"}
    return Card(
        "Approve the refusal, or return it",
        "Read the reasons as the person will read them. A refusal that leaves out what could be given is no answer (Article "
        "12(4)).",
        presses=looking.only(
            *([] if mine else [Press(Action.APPROVE_REFUSAL, "Approve the refusal", first=True, red=True)]),
            Press(Action.RETURN_FOR_REWORK, "Return for rework"),
        ),
        instructions=f"Weighed: {'; '.join(test)}." if test else "No test is on record: the burden is ours." if burden else "",
        note="You proposed it, so somebody else must approve." if mine else "",
        link=("Read the reasons", "history"),
    )


def proof(looking: Looking, _step: NextStep) -> Card:
    """A proof of identity that came in."""
    return Card(
        "Look at the proof of identity",
        "Ask only whether it settles the doubt; it is destroyed with your decision, after 14 days at the latest. More than "
        "that may not "
        "be asked (Article 12(6)).",
        presses=looking.only(
            Press(Action.CONFIRM_IDENTITY, "Confirm identity", first=True),
            Press(Action.REQUEST_MORE_IDENTITY, "Ask for something else"),
        ),
        note="The files are under \u201cIdentity\u201d at the right.",
    )


def closing(looking: Looking, _step: NextStep) -> Card:
    """A case that nobody answers any more."""
    delivered = looking.facts.state.delivered_at is not None
    what = "The copy was not fetched in 30 days." if delivered else "Nobody confirmed the address in a month."
    return Card(
        "Decide whether to close",
        f"{what} No timer ends a case: closing is your decision, with a letter (Article 12(4)).",
        presses=looking.only(
            Press(Action.CLOSE, "Close the case", first=True, red=True),
            Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}"),
            Press(Action.RECORD_DELIVERY, "Record a delivery by other means"),
        ),
        note="" if looking.may(Action.CLOSE) else "A privacy lead closes it.",
    )


def unanswered(looking: Looking, _step: NextStep) -> Card:
    """A case whose work is done, of somebody who wrote and has no answer yet."""
    name = looking.facts.subject
    return Card(
        f"Answer {name.first}'s message",
        "Everything that was asked is done. The case stays open because they wrote and were promised an answer (Article 12(2)). "
        "It closes by itself with that answer.",
        presses=looking.only(
            Press(Action.SEND_MESSAGE, f"Answer {name.first}", first=True),
            Press(Action.CLOSE, "Close without an answer"),
        ),
        note="" if looking.may(Action.CLOSE) else "If it needs no answer, a privacy lead closes the case.",
    )


def held(looking: Looking, _step: NextStep) -> Card:
    """A case on hold."""
    rows = looking.facts.happened(Tag.REQUEST_HELD)
    why = looking.facts.note_of(rows[0]) if rows else ""
    return Card(
        "On hold",
        "Nothing leaves while it is held, and the date does not move (Article 12(3)). A privacy lead ends the hold.",
        presses=looking.only(Press(Action.RELEASE, "End the hold", first=True)),
        note=f"Reason: {why}" if why else "",
    )


def closed(looking: Looking, _step: NextStep) -> Card:
    """The end."""
    outcome = looking.facts.state.outcome
    if restriction_of(looking.facts.state.measures) is not None:
        return Card(
            "Closed, and what was stopped stays stopped",
            "The objection was right. To use the data again, a privacy lead tells the person, then lifts it (Article 18).",
            presses=looking.only(
                Press(Action.ANNOUNCE_LIFTING, "Tell them that it ends"), Press(Action.LIFT_RESTRICTION, "Lift it", red=True)
            ),
            waiting=True,
        )
    told = {
        Outcome.WITHDRAWN: "The person withdrew it. They may ask again whenever they like.",
        Outcome.IDENTITY_NOT_CONFIRMED: "Nobody could be sure who asked. A late answer opens it again at its own date.",
        Outcome.NOT_THE_REQUESTER: "Somebody else had made it. Nobody got anything.",
        Outcome.DUPLICATE: f"It goes on in {_joined_into(looking.facts)}, of the same person.",
    }.get(outcome or Outcome.FULFILLED, "The answer was given. What remains here is the record of it (Article 5(2)).")
    return Card("Nothing more to do", told, presses=looking.only(Press(Action.REOPEN, "Open it again")), waiting=True)


def _joined_into(facts: CaseFacts) -> str:
    row = next(iter(facts.happened(Tag.REQUEST_MERGED)), None)
    into = str(row.facts.get("into", "")) if row else ""
    return next((each.reference for each in facts.related if str(each.case_id) == into), "another case")


def _wrong_sample(looking: Looking) -> Card:
    part = "" if looking.facts.state.partial is None else "?part=1"
    return Card(
        "Return it: something in the sample is wrong",
        "It cannot be approved any more. What was found is kept, and the sample of the next one is twice as large (Article 32).",
        presses=looking.only(Press(Action.RETURN_FOR_REWORK, "Return for rework", first=True)),
        link=("Look at the sample", f"package/check{part}#sample"),
        release=True,
    )
