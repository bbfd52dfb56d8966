"""What becomes of a mail: nobody joins a case, or makes us write to a stranger, by what they can forge (abuse tests 15 to 17)."""

import itertools

import pytest

from domain.incoming import MailKind, ReadMessage, Suggestion
from domain.rights import Right
from domain.triage import Circumstances, Standing, TriageReason, dispose

ACCESS = Suggestion(kind="request", right=Right.ACCESS, score=3, words=["SAR"])
BREACH = Suggestion(kind="breach_report", score=3, words=["hacked"])
CHILD = Suggestion(kind="request", right=Right.MINOR_REPORT, score=3, words=["my daughter"])
COMPLAINT = Suggestion(kind="request", right=Right.COMPLAINT, score=3, words=["complain"])
HINT = Suggestion(kind="request", right=Right.RECTIFICATION, score=1, words=["address is wrong"])
GOOD = Circumstances(token=True, case_open=True, aligned=True, known_sender=True, trusted_sender=True)


def wrote(
    *suggestions: Suggestion, kind: MailKind = MailKind.PERSON, senders: tuple[str, ...] = ("mia@post.example",)
) -> ReadMessage:
    return ReadMessage(kind=kind, senders=list(senders), suggestions=list(suggestions))


def test_a_reply_joins_only_with_token_alignment_and_a_known_sender() -> None:
    names = ("token", "case_open", "aligned", "known_sender")
    for values in itertools.product((True, False), repeat=4):
        known = GOOD.model_copy(update=dict(zip(names, values, strict=True)))
        token, is_open, aligned, sender = values
        assert (dispose(wrote(), known).standing is Standing.JOINED) == (token and aligned and sender)
        # What may be a new request does not disappear in a case that has ended.
        joins = dispose(wrote(ACCESS), known).standing is Standing.JOINED
        assert joins == (token and is_open and aligned and sender)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"aligned": False}, TriageReason.NOT_ALIGNED),
        ({"known_sender": False}, TriageReason.OTHER_SENDER),
        ({"case_open": False}, TriageReason.CASE_ENDED),
    ],
)
def test_a_reply_that_does_not_join_waits_and_says_why(change: dict[str, bool], reason: TriageReason) -> None:
    found = dispose(wrote(ACCESS), GOOD.model_copy(update=change))
    assert (found.standing, found.reason) == (Standing.TRIAGE, reason)


def test_two_senders_join_nothing_even_with_everything_else() -> None:
    assert dispose(wrote(senders=("a@post.example", "b@post.example")), GOOD).reason is TriageReason.SEVERAL_SENDERS


def test_a_plain_request_of_somebody_who_may_be_answered_opens_a_case() -> None:
    found = dispose(wrote(ACCESS, HINT), Circumstances(trusted_sender=True))
    assert (found.standing, found.rights) == (Standing.OPENED, [Right.ACCESS])


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Circumstances(), TriageReason.NOT_ANSWERABLE),
        (Circumstances(trusted_sender=True, answered_today=True), TriageReason.ANSWERED_TODAY),
        (Circumstances(trusted_sender=True, has_open_case=True), TriageReason.OPEN_CASE),
        (Circumstances(trusted_sender=True, by_hand=True), TriageReason.FOR_A_PERSON),
    ],
)
def test_a_request_that_a_machine_may_not_answer_waits(known: Circumstances, reason: TriageReason) -> None:
    assert dispose(wrote(ACCESS), known).reason is reason


@pytest.mark.parametrize(
    ("suggestions", "reason"),
    [
        ((CHILD, ACCESS, BREACH), TriageReason.MINOR),
        ((BREACH, ACCESS), TriageReason.BREACH),
        ((COMPLAINT,), TriageReason.FOR_A_PERSON),
        ((HINT,), TriageReason.HINT_ONLY),
        ((), TriageReason.UNCLEAR),
    ],
)
def test_what_needs_judgement_waits_for_a_person(suggestions: tuple[Suggestion, ...], reason: TriageReason) -> None:
    assert dispose(wrote(*suggestions), Circumstances(trusted_sender=True)).reason is reason


def test_machines_are_never_answered_and_never_join() -> None:
    for kind in (MailKind.AUTOMATIC, MailKind.LIST, MailKind.LOOP):
        assert dispose(wrote(kind=kind), GOOD).standing is Standing.RECORDED
        assert dispose(wrote(ACCESS, kind=kind), Circumstances(trusted_sender=True)).standing is not Standing.OPENED


def test_a_request_through_a_list_is_not_lost() -> None:
    assert dispose(wrote(ACCESS, kind=MailKind.LIST), Circumstances()).reason is TriageReason.MACHINE


def test_a_bounce_counts_only_with_a_token() -> None:
    assert dispose(wrote(kind=MailKind.BOUNCE), GOOD).standing is Standing.BOUNCED
    assert dispose(wrote(kind=MailKind.BOUNCE), Circumstances()).reason is TriageReason.FORGED_BOUNCE


def test_what_cannot_be_read_is_seen_by_a_person() -> None:
    assert dispose(wrote(kind=MailKind.UNREADABLE), GOOD).reason is TriageReason.UNREADABLE
