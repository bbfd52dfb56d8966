"""How a request was answered, in the caseworker's words, with the routes to complain. On both databases."""

import dataclasses
from typing import Any
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from adapters.resources import Resources
from domain.datamap_parts import Recipient
from domain.events import Tag
from domain.rights import Right
from tests.case_in_hand import CaseInHand
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")


CASEWORKER = "caseworker:00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("country", "named", "unnamed"),
    [
        ("US", ["Information Commissioner", "164A"], ["Under EU law"]),
        ("IE", ["Information Commissioner", "In Ireland that is the Data Protection Commission"], []),
        (None, ["Information Commissioner", "All of them are listed here"], []),
    ],
)
def test_an_answer_without_data_names_the_routes_of_every_law(
    resources: Resources, office: PostOffice, country: str | None, named: list[str], unnamed: list[str]
) -> None:
    case = CaseInHand(resources, country=country)
    case.happen(Tag.CLOSING_PROPOSED)
    case.happen(Tag.REQUEST_CLOSED, outcome="identity_not_confirmed")
    case.send("identity_not_confirmed")
    text = " ".join(office.kept[0].text.split())
    assert "Nobody confirmed this address" in text
    assert "go to court" in text
    assert all(words in text for words in named)
    assert not any(words in text for words in unnamed)


def test_a_caseworkers_message_goes_out_and_a_requesters_does_not(case: CaseInHand, office: PostOffice) -> None:
    note = case.note("Dear reader,\n\nwe found <two> accounts.\n", CASEWORKER)
    case.send("message", note=note)
    (kept,) = office.kept
    assert "we found <two> accounts." in kept.text
    assert "we found &lt;two&gt; accounts." in kept.html
    assert kept.message["Auto-Submitted"] is None
    with pytest.raises(ApplicationError) as refused:
        case.send("message", number=2, note=case.note("Visit https://evil.example", "subject"))
    assert refused.value.type == "letter-refused"
    assert len(office.kept) == 1


@pytest.mark.parametrize("proven", [True, False])
def test_a_merged_request_names_the_one_that_goes_on_to_whoever_was_proven(
    case: CaseInHand, office: PostOffice, *, proven: bool
) -> None:
    """A request of nobody knows whom must not reveal that there is another one."""
    other = CaseInHand(case.resources)
    if proven:
        case.proven()
    case.happen(Tag.REQUEST_MERGED, into=str(other.id))
    case.happen(Tag.REQUEST_CLOSED, outcome="duplicate")
    case.send("duplicate_merged")
    assert (other.reference in office.kept[0].text) is proven


def test_what_was_done_by_hand_is_told_in_the_caseworkers_words(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=[Right.RECTIFICATION, Right.ERASURE])
    note = case.note("Your name is corrected on the account. The invoice keeps the old one.", CASEWORKER)
    decided: dict[str, Any] = {"right": "rectification", "outcome": "partly_fulfilled", "note": str(note)}
    case.happen(Tag.RIGHT_DECIDED, **decided)
    with pytest.raises(ApplicationError):
        case.send("right_decided", number=case.sequence, note=note)  # nobody has proven this mailbox
    decided_by = case.sequence
    case.proven()
    case.send("right_decided", number=decided_by, note=note)
    text = " ".join(office.kept[-1].text.split())
    assert "- That we correct your data We have done a part of what you asked." in text
    assert "The invoice keeps the old one." in text
    assert "That we delete your data" not in text
    assert "Information Commissioner" in text


def test_a_restriction_is_told_as_it_stands_with_every_system_where_it_does_not_hold(
    resources: Resources, office: PostOffice
) -> None:
    case = CaseInHand(resources, rights=[Right.RESTRICTION])
    case.proven()
    case.done_by(CASEWORKER, Tag.MEASURE_PROPOSED, kind="restrict", right="restriction", ground="claims", purposes=[])
    number, names = case.sequence, ["archive", "binders", "tapes"]
    case.happen(Tag.MEASURE_SYSTEM_SKIPPED, number=number, system="ledger")
    case.happen(Tag.MEASURE_CARRIED_OUT, number=number, rows=0, by_hand=names, addressees=[])
    items = [str(uuid4()) for _ in names]
    for item, name in zip(items, names, strict=True):
        case.happen(Tag.WORK_ITEM_OPENED, work_item=item, kind="measure_by_hand", system=name, measure=str(number))
    case.done_by(CASEWORKER, Tag.WORK_ITEM_COMPLETED, work_item=items[0], result="found", files=0)
    case.done_by(CASEWORKER, Tag.WORK_ITEM_COMPLETED, work_item=items[1], result="exception", files=0)
    case.send("restriction_in_force", number=number)
    text = " ".join(office.kept[-1].text.split())
    assert "do nothing else with them, except in the systems named below." in text
    assert "when we wrote this it was not done yet: tapes." in text
    assert "In these systems it could not be done: binders, ledger." in text
    case.done_by(CASEWORKER, Tag.WORK_ITEM_COMPLETED, work_item=items[2], result="found", files=0)
    case.send("restriction_in_force", number=number + 100)
    text = " ".join(office.kept[-1].text.split())
    assert "not done yet" not in text, "whatever was done is not named any more"


@pytest.mark.parametrize(
    ("right", "kind", "said"),
    [
        ("objection", "restrict", "in our own systems, what you objected to has stopped and stays stopped."),
        ("rectification", "correct", "We have corrected your data in our own systems."),
    ],
)
def test_an_answer_says_who_was_told_of_it_by_then_who_confirmed_and_who_is_told_next(
    resources: Resources, office: PostOffice, right: str, kind: str, said: str
) -> None:
    kinds = {"mail": "processor", "desk": "processor", "analytics": "processor", "tax_office": "authority", "court": "authority"}
    facts = {"description": "Pay", "country": "GB", "contract": {"title": "Agreement", "signed": "2025-01-01"}}
    every = [Recipient.model_validate(facts | {"id": name, "name": f"The {name}", "kind": of}) for name, of in kinds.items()]
    received = resources.datamap.model_copy(update={"recipients": tuple(every)})
    case = CaseInHand(dataclasses.replace(resources, datamap=received), rights=[Right(right)])
    case.proven()
    measure: dict[str, Any] = {"ground": "objection", "purposes": ["analytics"]} if kind == "restrict" else {}
    case.done_by(CASEWORKER, Tag.MEASURE_PROPOSED, kind=kind, right=right, **measure)
    number, of = case.sequence, {"processor": "instruct", "authority": "inform"}
    told = [f"{of[each.kind.value]}.{each.id}" for each in every]
    case.happen(Tag.MEASURE_CARRIED_OUT, number=number, rows=2, by_hand=["binders"], addressees=told)
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="measure_by_hand", system="binders", measure=str(number))
    answers = [("mail", "instruct_processor", "found"), ("mail", "processor_confirmation", "found")]
    answers += [("desk", "instruct_processor", "found"), ("tax_office", "inform_recipient", "found")]
    for recipient, task, result in [*answers, ("court", "inform_recipient", "exception")]:
        item = str(uuid4())
        case.happen(Tag.WORK_ITEM_OPENED, work_item=item, kind=task, recipient=recipient, measure=str(number))
        case.done_by(CASEWORKER, Tag.WORK_ITEM_COMPLETED, work_item=item, result=result)
    note = case.note("You were right.", CASEWORKER)
    case.happen(Tag.RIGHT_DECIDED, right=right, outcome="fulfilled", note=str(note))
    case.send("right_decided", number=case.sequence, note=note)
    text = " ".join(office.kept[-1].text.split())
    assert said in text
    assert "It is not done yet in these systems, where a person does it by hand next: binders." in text
    assert "we had told 3 of 5 of them" in text
    assert "- Told, and confirmed by them: The mail - Told, and still to confirm it: The desk - Told: The tax_office" in text
    assert "- Told next: The analytics - Could not be told: The court" in text


def test_who_is_told_that_the_data_are_used_again_while_an_erasure_waits_reads_that_it_goes_on(
    resources: Resources, office: PostOffice
) -> None:
    case = CaseInHand(resources, rights=[Right.ERASURE])
    case.proven()
    case.happen(Tag.ERASURE_RESTRICTED)
    begun = case.sequence
    note = case.note("Your account is needed for the order of today.", CASEWORKER)
    case.done_by(CASEWORKER, Tag.LIFTING_DECIDED, number=begun, text=str(note))
    case.send("restriction_lifting", number=case.sequence, note=note)
    text = " ".join(office.kept[-1].text.split())
    assert "we have only stored your data." in text
    assert "Your account is needed for the order of today." in text
    assert "Your request to erase them goes on: nothing is erased before we are certain that it is you." in text
    assert "or ask us to erase the data" not in text


def test_the_early_end_of_what_an_objection_stopped_names_its_uses_and_that_the_objection_is_still_weighed(
    resources: Resources, office: PostOffice
) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    case.proven()
    stop: dict[str, Any] = {
        "kind": "restrict",
        "right": "objection",
        "ground": "objection",
        "purposes": [resources.datamap.purposes[0].id],
    }
    case.done_by(CASEWORKER, Tag.MEASURE_PROPOSED, **stop)
    begun = case.sequence
    case.happen(Tag.MEASURE_CARRIED_OUT, number=begun, rows=1, by_hand=[], addressees=[])
    note = case.note("An attack on your account is going on.", CASEWORKER)
    case.done_by(CASEWORKER, Tag.LIFTING_DECIDED, number=begun, text=str(note))
    case.send("restriction_lifting", number=case.sequence, note=note)
    text = " ".join(office.kept[-1].text.split())
    assert "only stored your data and not used them for these purposes: - " in text
    assert "Your objection is not decided by this. We write to you again when it is. Do you see it differently?" in text
    assert "You can also ask us to erase the data." in text


def test_the_last_letter_says_how_each_right_ended(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE])
    case.released()
    case.happen(Tag.DELIVERY_NOTIFIED)
    case.happen(Tag.RIGHT_DECIDED, right="access", outcome="fulfilled")
    case.happen(Tag.REFUSAL_PROPOSED, right="erasure", ground="exemption", text=str(case.note("No.", CASEWORKER)))
    case.happen(Tag.REFUSAL_APPROVED)
    case.happen(Tag.REFUSAL_NOTIFIED, right="erasure")
    case.happen(Tag.REQUEST_CLOSED, outcome="partly_fulfilled")
    case.send("case_closed", number=case.sequence)
    text = " ".join(office.kept[-1].text.split())
    assert "- A copy of your data: we did what you asked." in text
    assert "- That we delete your data: we did not act on it." in text


def test_a_case_with_an_earlier_one_joined_into_it_writes_of_the_earlier_day(case: CaseInHand, office: PostOffice) -> None:
    case.proven()
    case.happen(Tag.REQUEST_PREDATED, mail=str(case.id), received_at="2026-11-02T09:00:00+00:00")
    case.send("request_joined")
    assert "2 November 2026" in " ".join(office.kept[0].text.split())


IN_GERMAN = """Pictures Inc, Vereinigte Staaten Bilder aus Eingaben. - Nach britischem Recht: geschützt durch das UK Addendum
zu den Standardvertragsklauseln. Außerdem: Verschlüsselung."""
IN_FRENCH = """Pictures Inc, États-Unis des images à partir de textes. - En droit britannique : données protégées par l'UK
Addendum aux clauses contractuelles types. En outre : chiffrement."""


@pytest.mark.parametrize(("language", "said"), [("de", IN_GERMAN), ("fr", IN_FRENCH)])
def test_who_received_data_abroad_and_what_protects_them_is_told_in_the_persons_language(
    resources: Resources, office: PostOffice, language: str, said: str
) -> None:
    transfer = {"regime": "UK", "mechanism": "uk_addendum", "assessed": "2025-01-01", "measures": ["Encryption"]}
    facts = {
        "id": "pictures",
        "name": "Pictures Inc",
        "kind": "processor",
        "description": "Pictures from prompts",
        "country": "US",
    }
    known = Recipient.model_validate(facts | {"transfers": [transfer]})
    words = {
        "de": {"Pictures from prompts": "Bilder aus Eingaben", "Encryption": "Verschlüsselung"},
        "fr": {"Pictures from prompts": "des images à partir de textes", "Encryption": "chiffrement"},
    }
    datamap = resources.datamap.model_copy(update={"recipients": (known,), "translations": words})
    case = CaseInHand(dataclasses.replace(resources, datamap=datamap), rights=[Right.TRANSFER_INFORMATION], language=language)
    case.proven()
    case.happen(Tag.TRANSFERS_FOUND, recipients=["pictures"])
    case.send("transfer_information", number=case.sequence, note=case.note("-", CASEWORKER))
    assert " ".join(said.split()) in " ".join(office.kept[-1].text.split())
