"""What a task asks is about that task, and a caller without a mailbox is led to their records (Articles 11, 12)."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.database.case_reader import CaseReader
from adapters.resources import Resources
from domain.case import binding_of
from domain.events import Fact, Tag
from domain.rights import Right, Role
from tests import opened
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import PACKAGE, CaseInHand
from tests.factories import MONDAY, SHA

DEMO = Path(__file__).resolve().parents[2] / "demo" / "datamap.yml"
SignIn = Callable[..., AtConsole]
NO_MAILBOX: dict[str, object] = {"email": None, "channel": "phone", "name": "Ruth Adeyemi"}


@pytest.fixture
def resources(tmp_path: Path, migrated: Path) -> Iterator[Resources]:
    """The demo's data map: its systems are searched by address, account and telephone number."""
    (tmp_path / "habeas.db").write_bytes(migrated.read_bytes())
    with opened.resources(tmp_path / "home", f"sqlite:///{tmp_path}/habeas.db", DEMO) as everything:
        yield everything


def task(case: CaseInHand, kind: str, **facts: Fact) -> str:
    """Open a task; the address of its form."""
    key = str(uuid4())
    case.happen(Tag.WORK_ITEM_OPENED, work_item=key, kind=kind, **facts)
    return f"/console/cases/{case.reference}/actions/complete_work_item?work_item={key}"


@pytest.mark.parametrize(
    ("kind", "facts", "asked"),
    [
        ("carry_out_right&result=done", {"right": "objection"}, ("Say how it ended", "What the person is told")),
        ("letter_by_post&result=posted", {"letter": "message"}, ("Record that the letter went", "Day on which it was posted")),
        ("letter_by_post&result=not_found", {"letter": "message"}, ("Why it cannot be brought",)),
        ("join_cases&result=exception", {}, ("Leave the two cases apart", "Why they are not joined")),
        ("not_me&result=exception", {}, ("Say why it cannot be done", "Why it cannot be done")),
        ("nothing_marked&result=exception", {}, ("What you look with instead",)),
        ("safeguard_copy&result=exception", {}, ("Why they get no copy",)),
        ("refund_payments&result=found", {}, ("Say what was refunded", "What was refunded, and how")),
        ("refund_payments&result=not_found", {}, ("Record that nothing was paid", "Where you looked")),
    ],
)
def test_a_task_asks_in_its_own_words_and_never_in_those_of_a_search(
    at_console: SignIn, resources: Resources, kind: str, facts: dict[str, Fact], asked: tuple[str, ...]
) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    case.proven()
    name, _, result = kind.partition("&")
    page = text_of(at_console().get(f"{task(case, name, **facts)}&{result}"))
    form = page.partition("Back without doing it")[0].partition("Waiting on")[2]
    assert all(words in form for words in asked)
    assert "earch" not in form


def test_a_refund_of_what_a_child_paid_is_answered_in_one_of_three_ways_and_stands_in_the_history(
    at_console: SignIn, resources: Resources
) -> None:
    case = CaseInHand(resources, rights=[Right.MINOR_REPORT])
    form, person, path = task(case, "refund_payments"), at_console(), f"/console/cases/{case.reference}"
    card = text_of(person.get(path)).partition("Next step")[2].partition("Anything else")[0]
    assert "Refund what the child paid" in card
    assert all(words in card for words in ("It is refunded", "Nothing was paid", "It is not refunded"))
    key = form.partition("work_item=")[2]
    given = {"work_item": key, "result": "found"}
    answer = person.post(f"{path}/actions/complete_work_item", given)
    assert answer.status_code == 422, "amount and way stand with it"
    answer = person.post(f"{path}/actions/complete_work_item", given | {"note": "12.00 GBP to the card, 27 November."})
    assert answer.status_code == 303, answer.text
    told = text_of(person.get(f"{path}/history"))
    assert "Task answered, done: refund what the child paid" in told
    assert "12.00 GBP to the card" in told


def test_the_day_of_a_letter_is_chosen_in_a_calendar(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, **NO_MAILBOX)
    form = at_console().get(f"{task(case, 'letter_by_post', letter='message')}&result=posted").text
    assert 'type="date"' in form.partition('id="posted_on"')[2].partition(">")[0]


def test_a_search_by_hand_asks_in_those_of_a_search_and_offers_only_what_fits_one(
    at_console: SignIn, opened_case: CaseInHand
) -> None:
    opened_case.proven()
    person, form = at_console(), task(opened_case, "search_by_hand", system="paper")
    assert "Say why it cannot be searched" in text_of(person.get(f"{form}&result=exception"))
    asked = person.get(form).text
    options = asked.partition('<select id="result"')[2].partition("</select>")[0]
    assert [value in options for value in ("not_found", "exception", "posted", "done")] == [True, True, False, False]


def test_a_caller_without_a_mailbox_is_called_back_on_the_number_we_hold(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RESTRICTION], hints=[("phone", "+44 20 7946 0143")])
    person, path = at_console(), f"/console/cases/{case.reference}"
    page = text_of(person.get(path))
    assert "Call back on the number we hold, to make sure who asks" in page
    assert "never one that the caller gave" in page
    done = person.post(f"{path}/actions/confirm_identity", {"factors": ["by_person"], "reason": "She knew her last order."})
    told = text_of(person.get(done.headers["location"]))
    assert "It is on record who asks" in told
    assert "the search begins" not in told


def test_a_number_is_asked_for_as_the_data_map_knows_it_and_another_says_that_it_leads_nowhere(at_console: SignIn) -> None:
    page = at_console().get("/console/cases/new")
    assert 'name="account_id"' in page.text
    assert "Customer number No system is searched by it." in text_of(page)
    assert "Account number No system" not in text_of(page)


def test_a_restriction_asks_first_whose_records_it_is_about_and_says_which_numbers_lead_nowhere(
    at_console: SignIn, resources: Resources
) -> None:
    hints = [("phone", "+44 20 7946 0143"), ("account_id", "2"), ("customer_id", "40817")]
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RESTRICTION], hints=hints)
    case.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    task(case, "carry_out_right", right="restriction")
    person, path = at_console(), f"/console/cases/{case.reference}"
    page = person.get(path)
    card = text_of(page).partition("Next step")[2].partition("Anything else")[0]
    assert "Restriction: first say which records are theirs" in card
    assert "Account number 2 is theirs" in card
    assert "+44 20 7946 0143 is theirs" not in card, "only the caller\u2019s own word ties it to them"
    assert "No system is searched by customer number 40817" in card
    assert "Customer number 40817 is theirs" not in card
    link = page.text.partition("Customer number 40817")[2].partition("accept_identifier?")[2].partition('"')[0]
    form = text_of(person.get(f"{path}/actions/accept_identifier?{link}"))
    assert "Customer number 40817 This belongs to the person" in form
    assert "so nothing will be found with it" in form


def test_a_postal_address_is_added_to_an_open_case_and_the_letter_goes_there(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RESTRICTION], unreachable="Comes by on Friday.")
    case.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    key = task(case, "letter_by_post", letter="request_received").partition("work_item=")[2]
    person, path = at_console(), f"/console/cases/{case.reference}"
    page = person.get(path)
    assert "No postal address is on record" in text_of(page)
    assert f"{path}/actions/add_identifier?kind=postal_address" in page.text
    form = person.get(f"{path}/actions/add_identifier?kind=postal_address").text
    assert '<option value="postal_address" selected' in form
    given = {"kind": "postal_address", "value": "1 Mill Lane, Leeds, LS1 4AB"}
    assert person.post(f"{path}/actions/add_identifier", given).status_code == 303
    told = text_of(person.get(path))
    assert "It goes to: 1 Mill Lane, Leeds, LS1 4AB" in told
    assert "No way to reach them is known" not in told
    assert "Postal address 1 Mill Lane, Leeds, LS1 4AB is theirs" not in told, "no system is searched by where somebody lives"
    state = CaseReader(resources).get(case.id).state
    assert key in {str(each) for each in state.open_work_items}
    assert state.preparers, "whoever named where the answer goes does not approve it (R2)"


def test_a_letter_is_read_out_only_to_somebody_known_who_asked_for_that(at_console: SignIn, resources: Resources) -> None:
    """Article 12(1): in writing; orally where the person asks for it and is shown another way to be who they are."""
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RESTRICTION])
    form = f"{task(case, 'letter_by_post', letter='restriction_in_force', sent=str(uuid4()))}&result=read_out"
    person, key = at_console(), form.partition("work_item=")[2][:36]
    given = {"work_item": key, "result": "read_out", "posted_on": "2026-09-01", "note": "She cannot see; read to her by Amira."}
    path = f"/console/cases/{case.reference}"
    offer = "They asked to have it read out"
    assert offer not in text_of(person.get(path))
    refused = person.post(f"{path}/actions/complete_work_item", given)
    assert refused.status_code == 422
    assert "read out only where the person asks for that and is known" in text_of(refused)
    case.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    assert offer in text_of(person.get(path))
    assert "print and post a letter, restriction in force Still open." in text_of(person.get(f"{path}/history"))
    assert "Day on which it was read out" in text_of(person.get(form))
    assert person.post(f"{path}/actions/complete_work_item", given | {"note": ""}).status_code == 422, "how they asked is said"
    assert person.post(f"{path}/actions/complete_work_item", given).status_code == 303
    told = text_of(person.get(f"{path}/history"))
    assert "Task answered, read out, because they asked for that" in told
    assert "Still open." not in told
    other = CaseInHand(resources, **NO_MAILBOX, rights=[Right.ACCESS])
    other.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    task(other, "letter_by_post", letter="package_ready", sent=str(uuid4()))
    assert offer not in text_of(person.get(f"/console/cases/{other.reference}")), "a copy is nothing to be read out"


def test_an_answer_that_was_approved_for_one_postal_address_does_not_go_to_another(resources: Resources) -> None:
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.ACCESS])
    case.happen(Tag.PACKAGE_BUILT, datamap=SHA, package=str(PACKAGE), revision=0, sha256=SHA, bytes=10, records=0)
    case.happen(Tag.PACKAGE_APPROVED, sha256=SHA, binding=(before := binding_of(CaseReader(resources).get(case.id).state)))
    case.happen(Tag.IDENTIFIER_CLAIMED, identifier=str(uuid4()), kind="postal_address")
    state = CaseReader(resources).get(case.id).state
    assert not state.approved
    assert binding_of(state) != before


def test_whoever_said_alone_whose_records_these_are_leaves_the_restriction_to_a_colleague_who_compares_the_name(
    at_console: SignIn, resources: Resources
) -> None:
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RESTRICTION], hints=[("account_id", "2")])
    case.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    task(case, "carry_out_right", right="restriction")
    person, path = at_console(), f"/console/cases/{case.reference}"
    link = person.get(path).text.partition("accept_identifier?")[2].partition('"')[0]
    form = person.get(f"{path}/actions/accept_identifier?{link}")
    assert "the name that stands there has to be that of" in text_of(form)
    key = link.partition("identifier=")[2].partition("&")[0]
    person.post(f"{path}/actions/accept_identifier", {"identifier": key, "reason": "It stands on her invoice."})
    card = text_of(person.get(path)).partition("Next step")[2].partition("Anything else")[0]
    assert "A colleague restricts this" in card
    refused = text_of(person.get(f"{path}/actions/restrict_processing"))
    assert "This is not for you to do: a colleague does that, because you said yourself whose records these are." in refused
    given = {"ground": "claims", "purposes": "every-use", "reason": "She needs them for a claim."}
    assert person.post(f"{path}/actions/restrict_processing", given).status_code == 403
    colleague = at_console(Role.PRIVACY_LEAD)
    card = text_of(colleague.get(path)).partition("Next step")[2].partition("Anything else")[0]
    assert "It stands on her invoice." in card
    assert "compare the name that stands there" in card
    assert colleague.get(f"{path}/actions/restrict_processing").status_code == 200


def test_whoever_said_alone_whose_records_these_are_corrects_them_and_is_not_offered_what_they_may_not_do(
    at_console: SignIn, resources: Resources
) -> None:
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RECTIFICATION], hints=[("account_id", "2")])
    case.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    task(case, "carry_out_right", right="rectification")
    person, path = at_console(), f"/console/cases/{case.reference}"
    key = person.get(path).text.partition("accept_identifier?identifier=")[2][:36]
    person.post(f"{path}/actions/accept_identifier", {"identifier": key, "reason": "It stands on her invoice."})
    mine, theirs = person.get(path).text, at_console(Role.PRIVACY_LEAD).get(path).text
    for action in ("mark_disputed", "restrict_processing"):
        assert f"{path}/actions/{action}" not in mine
        assert f"{path}/actions/{action}" in theirs
    assert "Mark as disputed and restrict it while you check: a colleague does that" in text_of(person.get(path))


def test_nobody_is_led_to_confirm_a_strangers_account(at_console: SignIn, resources: Resources) -> None:
    """A slip of one digit is somebody else's account: the name that stands there is on the page before that."""
    hints = [("account_id", "2"), ("account_id", "3")]
    case = CaseInHand(resources, **NO_MAILBOX, rights=[Right.RESTRICTION], hints=hints)
    case.happen(Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    task(case, "carry_out_right", right="restriction")
    keys = [str(key) for key in CaseReader(resources).get(case.id).state.identifiers]
    for key, name in zip(keys, ("Hans Heavy", "R. Adeyemi"), strict=True):
        owner = str(case.note(json.dumps([["Your account", name]]), "system"))
        case.happen(Tag.IDENTIFIER_LOOKED_UP, identifier=key, records=1, owner=owner)
    person, path = at_console(), f"/console/cases/{case.reference}"
    card = text_of(person.get(path)).partition("Next step")[2].partition("Anything else")[0]
    assert "Under account number 2 our systems have: Hans Heavy (Your account), which is not like Ruth Adeyemi." in card
    assert "Under account number 3 our systems have: R. Adeyemi (Your account)." in card
    assert "Account number 2 is theirs" not in card
    assert "Account number 3 is theirs" in card
    form = text_of(person.get(f"{path}/actions/accept_identifier?identifier={keys[0]}"))
    assert "Hans Heavy (Your account), which is not like Ruth Adeyemi. Where it is theirs all the same" in form
    person.post(f"{path}/actions/accept_identifier", {"identifier": keys[1], "reason": "She read out her invoice."})
    card = text_of(at_console(Role.PRIVACY_LEAD).get(path)).partition("Next step")[2].partition("Anything else")[0]
    assert "Under account number 3 our systems have: R. Adeyemi (Your account). Compare the names." in card


def test_the_same_request_again_and_a_complaint_lead_to_the_case_they_are_about(at_console: SignIn, resources: Resources) -> None:
    first, again = CaseInHand(resources), CaseInHand(resources)
    complaint = CaseInHand(resources, rights=[Right.COMPLAINT])
    task(complaint, "handle_complaint")
    person, path = at_console(), f"/console/cases/{again.reference}"
    page = person.get(path)
    told = "An earlier open case with the same address or number asks the same"
    assert f"{told}: {first.reference}" in text_of(page)
    assert told not in text_of(person.get(f"/console/cases/{complaint.reference}"))
    join = f"{path}/actions/merge_duplicate?into={first.reference}"
    assert join in page.text
    assert f'value="{first.reference}"' in person.get(join).text
    erasure = CaseInHand(resources, rights=[Right.ERASURE])
    theirs = person.get(f"/console/cases/{erasure.reference}").text
    assert first.reference in theirs
    assert f"merge_duplicate?into={first.reference}" not in theirs, "what asks something else is not joined"
    about = f"/console/cases/{complaint.reference}/actions/link_complaint?about={again.reference}"
    assert about in person.get(f"/console/cases/{complaint.reference}").text
    assert f'value="{again.reference}"' in person.get(about).text


def test_of_many_earlier_requests_the_first_is_asked_about_and_the_rest_stand_in_a_fold(
    at_console: SignIn, resources: Resources
) -> None:
    cases = [CaseInHand(resources, received_at=MONDAY - timedelta(hours=12 - hour)) for hour in range(8)]
    page = text_of(at_console().get(f"/console/cases/{cases[-1].reference}"))
    assert page.count("An earlier open case with the same address or number asks the same") == 1
    assert f"asks the same: {cases[0].reference}" in page
    assert "2 more cases" in page


def test_before_somebody_is_told_that_nothing_is_held_it_says_what_was_searched_with(
    at_console: SignIn, opened_case: CaseInHand
) -> None:
    opened_case.proven()
    opened_case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(opened_case.mailbox)], systems=["platform"])
    opened_case.happen(Tag.SYSTEM_SEARCHED, system="platform", records=0)
    opened_case.happen(Tag.COLLECTION_FINISHED)
    opened_case.happen(Tag.PACKAGE_BUILT, datamap=SHA, package=str(PACKAGE), revision=0, sha256=SHA, bytes=10, records=0)
    page = text_of(at_console(Role.REVIEWER).get(f"/console/cases/{opened_case.reference}"))
    assert "Nothing was found with e-mail address ruth.adeyemi@post.imaginella.example" in page


def test_a_withdrawn_consent_is_named(at_console: SignIn, resources: Resources) -> None:
    consent = next(each for each in resources.datamap.purposes if each.lawful_basis == "consent")
    case = CaseInHand(resources, rights=[Right.WITHDRAW_CONSENT], consents=[consent.id])
    page = text_of(at_console().get(f"/console/cases/{case.reference}"))
    assert f"Consent withdrawn: {consent.title}" in page
