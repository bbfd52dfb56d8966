"""One case of the demo's controller in each stage that a caseworker meets it in, for the pages and the browser."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from adapters.database.case_reader import CaseReader
from adapters.database.people import add_caseworker
from adapters.database.tables import PackageRow, SearchReceipt
from adapters.evidence import store_evidence
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Role
from tests.case_in_hand import CaseInHand
from tests.factories import SHA

PREPARER = "caseworker:00000000-0000-4000-8000-00000000000a"
NAMES = ["platform", "business", "files", "payment_provider"]
WORDS = "I would like to know everything that you have about me, the pictures too."


def started(resources: Resources) -> CaseInHand:
    """Waiting for proof of the mailbox."""
    case = CaseInHand(resources, name="Ruth Adeyemi", message=WORDS)
    case.second_address("ruthie@old.imaginella.example")
    return case


def proven_wanted(resources: Resources) -> CaseInHand:
    """A proof of identity came in."""
    case = started(resources)
    note = case.note("Your address was changed last week. A call back to the number on record would settle it.", PREPARER)
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code")
    case.happen(Tag.IDENTITY_MORE_REQUESTED, note=str(note))
    evidence = store_evidence(resources, case.id, io.BytesIO(b"%PDF-1.7 a letter"), "application/pdf")
    case.happen(Tag.IDENTITY_EVIDENCE_RECEIVED, evidence=str(evidence))
    return case


def searching(resources: Resources) -> CaseInHand:
    """The first search is under way: some receipts are there."""
    case = started(resources)
    case.proven()
    for collection, rows in (("accounts", 11), ("prompts", 1_906), ("images", 0)):
        receipt(case, "platform", collection, rows)
    return case


def failed(resources: Resources) -> CaseInHand:
    """One system did not answer, one waits for a person."""
    case = started(resources)
    case.proven()
    case.happen(
        Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform", "business", "files", "payment_provider"]
    )
    case.happen(Tag.SYSTEM_SEARCHED, system="platform", records=1_284)
    case.happen(Tag.SYSTEM_FAILED, system="business", reason="unreachable")
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="system_failed", system="business")
    case.happen(Tag.SYSTEM_SEARCHED, system="files", records=96)
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="search_by_hand", system="payment_provider")
    return case


def by_hand(resources: Resources) -> CaseInHand:
    """Everything is searched but what only a person can."""
    case = started(resources)
    case.proven()
    _searched(case)
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="search_by_hand", system="payment_provider")
    return case


def in_review(resources: Resources) -> CaseInHand:
    """The package waits for approval, after a question and an extension."""
    case = started(resources)
    case.proven()
    actor = f"caseworker:{add_caseworker(resources.database, email='amira@example.com', name='Amira Osei', role=Role.CASEWORKER)}"
    question = case.note("Which account do you mean, or would you like everything?", PREPARER)
    case.done_by(actor, Tag.CLARIFICATION_ASKED, note=str(question))
    answer = case.note("Thank you, no hurry. Everything, please.", "subject")
    case.done_by("subject", Tag.CLARIFICATION_ANSWERED, note=str(answer))
    _searched(case)
    item = uuid4()
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(item), kind="search_by_hand", system="payment_provider")
    looked = str(case.note("Amira Osei looked in: Payments at the provider.", actor))
    case.done_by(actor, Tag.WORK_ITEM_COMPLETED, work_item=str(item), result="not_found", files=0, note=looked)
    case.happen(Tag.COLLECTION_FINISHED)
    package(case)
    return case


def on_hold(resources: Resources) -> CaseInHand:
    case = in_review(resources)
    case.happen(Tag.REQUEST_HELD, note=str(case.note("Ruth rang: she moves house this week.", PREPARER)))
    return case


def delivered(resources: Resources) -> CaseInHand:
    case = in_review(resources)
    state = CaseReader(resources).get(case.id).state
    assert state.package is not None
    case.happen(Tag.PACKAGE_APPROVED, sha256=state.package.sha256, binding=state.package.sha256)
    case.happen(Tag.PACKAGE_PUBLISHED, sha256=state.package.sha256)
    case.happen(Tag.DELIVERY_NOTIFIED)
    return case


def refusal_proposed(resources: Resources) -> CaseInHand:
    case = in_review(resources)
    text = case.note("You asked for this four times this year. We find a fifth copy excessive.", PREPARER)
    why = case.note("Five requests since May, see the related cases.", PREPARER)
    case.happen(Tag.REFUSAL_PROPOSED, ground="excessive", text=str(text), note=str(why))
    return case


def withdrawn(resources: Resources) -> CaseInHand:
    case = started(resources)
    case.happen(Tag.REQUEST_WITHDRAWN)
    case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    return case


def letter_failed(resources: Resources) -> CaseInHand:
    case = started(resources)
    case.happen(Tag.LETTER_FAILED, letter="verify_identity", number=1)
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="letter_failed")
    return case


def erasure(resources: Resources) -> CaseInHand:
    """A right that is carried out by hand."""
    case = CaseInHand(resources, name="Ruth Adeyemi", rights=["rectification"])
    case.proven()
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="carry_out_right", right="rectification")
    return case


def package(case: CaseInHand) -> UUID:
    """What building leaves: a row with a sealed blob, and its event."""
    key = uuid4()
    with case.resources.blobs.create(case.resources.vault.case(case.id), "package") as writer:
        writer.write(b"PK the copy, as it was approved")
    collections = [
        ("platform", "accounts", 14, 0, 0, 0),
        ("platform", "prompts", 1_102, 0, 2, 1),
        ("files", "image_files", 0, 96, 0, 0),
    ]
    names = ("system", "collection", "records", "files", "withheld", "covered")
    row = PackageRow(
        id=key,
        case_id=case.id,
        run=1,
        revision=0,
        sha256=SHA,
        bytes=212_400_000,
        records=1_116,
        datamap=SHA,
        blob=writer.ref.model_dump(mode="json"),
        summary={"collections": [dict(zip(names, each, strict=True)) for each in collections]},
        built_at=datetime.now(UTC),
    )
    with case.resources.database.write() as session:
        session.add(row)
    case.happen(
        Tag.PACKAGE_BUILT, package=str(key), revision=0, sha256=SHA, bytes=212_400_000, records=1_116, withheld=3, datamap=SHA
    )
    return key


def _searched(case: CaseInHand) -> None:
    case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=NAMES)
    for system, records in (("platform", 1_116), ("business", 0), ("files", 96)):
        case.happen(Tag.SYSTEM_SEARCHED, system=system, records=records)


def receipt(case: CaseInHand, system: str, collection: str, rows: int, state: str = "searched") -> None:
    """What the search of one collection leaves."""
    with case.resources.database.write() as session:
        session.add(
            SearchReceipt(
                case_id=case.id,
                run=1,
                system=system,
                collection=collection,
                state=state,
                rows=rows,
                keys=[],
                blobs={},
                searched_at=datetime.now(UTC),
            )
        )


def complaint(resources: Resources) -> CaseInHand:
    case = CaseInHand(resources, name="Ruth Adeyemi", rights=["complaint"], message="You took three months.")
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="handle_complaint")
    return case


STAGES: dict[str, Callable[[Resources], CaseInHand]] = {
    "started": started,
    "proof": proven_wanted,
    "searching": searching,
    "failed": failed,
    "by-hand": by_hand,
    "in-review": in_review,
    "on-hold": on_hold,
    "refusal": refusal_proposed,
    "delivered": delivered,
    "withdrawn": withdrawn,
    "letter-failed": letter_failed,
    "by-a-person": erasure,
    "complaint": complaint,
}
