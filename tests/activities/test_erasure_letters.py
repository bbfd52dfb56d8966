"""Before anything is erased the person reads what goes, what stays, why and until when. On both databases."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select

from adapters.database.item_decisions import decide
from adapters.database.tables import CaseIdentifierRow, Letter
from adapters.letter_words import day
from domain.erasure import Edit
from domain.erasure_messages import PlanErasure, PlanMade
from domain.events import Fact, Tag
from domain.item_rules import Parts
from domain.rights import Right
from domain.withholding import ItemChoice
from tests.activities.erasing import Erasing
from tests.case_in_hand import CaseInHand, posting
from tests.factories import MONDAY
from tests.post_office import Kept, PostOffice

COLLEAGUE = "caseworker:00000000-0000-4000-8000-000000000001"
NOTE = UUID(int=9)


@pytest.fixture
def asked(erasing: Erasing, office: PostOffice) -> Erasing:
    """A request to erase account 7 of somebody who got a copy in a case of its own; letters go out."""
    return asked_by(erasing, office)


def asked_by(erasing: Erasing, office: PostOffice, language: str | None = None) -> Erasing:
    case = erasing.shop.case(rights=[Right.ERASURE], language=language)
    case.resources = posting(case.resources, office.url)
    return Erasing(erasing.shop, case)


def planned(asked: Erasing, *edits: Edit, keys: Sequence[UUID] = ()) -> PlanMade:
    keys = keys or [asked.case.mailbox]
    message = PlanErasure(case_id=asked.case.id, number=1, run=-9, keys=list(keys), edits=list(edits))
    made = asked.erasure.plan_erasure(message)
    facts: Mapping[str, Fact] = {"plan": str(made.plan), "sha256": made.sha256, "datamap": made.datamap, "number": 1}
    figures: Mapping[str, Fact] = {"erase": made.erase, "change": made.change, "keep": made.keep, "waiting_days": 3}
    asked.case.happen(Tag.ERASURE_PLANNED, keys=[str(key) for key in keys], before=["app.accounts"], **facts, **figures)
    return made


def both_parts(office: PostOffice) -> tuple[str, str]:
    kept = office.kept[-1]
    return " ".join(kept.text.split()), " ".join(kept.html.replace("\N{NO-BREAK SPACE}", " ").split())


def last_day(asked: Erasing, made: PlanMade) -> date:
    (invoices,) = [each for each in asked.row(made).plan["entries"] if each["collection"] == "invoices"]
    return date.fromisoformat(invoices["until"])


def test_the_letter_names_what_goes_what_stays_why_and_until_when(asked: Erasing, office: PostOffice) -> None:
    made = planned(asked)
    asked.case.send("erasure_planned")
    until = day(last_day(asked, made)).replace("\N{NO-BREAK SPACE}", " ")
    for part in both_parts(office):
        assert "Your drafts: 2 records" in part
        assert "Your account: 1 record" in part
        assert part.index("What we delete") < part.index("Your drafts: 2") < part.index("What we keep, why, and until when")
        assert part.index("What we empty") < part.index("Your devices: 1 record") < part.index("What we keep, why")
        assert f"Your invoices: 1 record. Tax law obliges us to keep invoices. Until {until}." in part
        assert "before that day: then a person looks at it" in part
        assert "hello" not in part, "what stands in a record goes into no letter"


@pytest.mark.parametrize(
    ("language", "ours"),
    [
        ("de", "Ein Gesetz verpflichtet uns, es aufzubewahren: \u201eTax law obliges us to keep invoices\u201c. Bis"),
        ("fr", "Une loi nous oblige à le conserver"),
    ],
)
def test_in_another_language_our_reason_stands_beside_the_words_of_the_data_map(
    erasing: Erasing, office: PostOffice, language: str, ours: str
) -> None:
    asked = asked_by(erasing, office, language)
    planned(asked)
    asked.case.send("erasure_planned")
    text, page = both_parts(office)
    assert ours in text
    assert ours in page
    assert "Tax law obliges us to keep invoices" in text


def test_what_somebody_decided_to_keep_has_the_words_of_its_ground_and_not_theirs(asked: Erasing, office: PostOffice) -> None:
    edit = Edit(system="app", collection="drafts", keep=True, ground="17(3)(e)", until=date(2027, 5, 3), note=NOTE)
    planned(asked, edit)
    asked.case.send("erasure_planned")
    kept = "Your drafts: 2 records. It is needed to establish, exercise or defend legal claims. Until Mon 3 May 2027."
    assert kept in both_parts(office)[0].partition("What we keep")[2]


def test_on_paper_it_is_the_same_and_says_to_write_or_call(erasing: Erasing, office: PostOffice) -> None:
    with erasing.shop.engines["app"].begin() as connection:
        connection.execute(sa.text("UPDATE accounts SET phone = '+442079460143' WHERE id = 7"))
    case = erasing.shop.case(
        None, proven=False, channel="letter", rights=[Right.ERASURE], hints=[("phone", "+442079460143")], name="Ruth Adeyemi"
    )
    with case.resources.database.read() as session:
        (phone,) = session.exec(select(CaseIdentifierRow.id).where(CaseIdentifierRow.case_id == case.id)).all()
    case.happen(Tag.IDENTIFIER_ACCEPTED, identifier=str(phone))
    case.done_by(COLLEAGUE, Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    asked = Erasing(erasing.shop, case)
    planned(asked, keys=[phone])
    sent = case.send("erasure_planned")
    assert (sent.by_post, office.kept) == (True, [])
    with case.resources.database.read() as session:
        content = session.get_one(Letter, sent.letter_id).content
    assert content is not None
    raw = case.resources.vault.case(case.id).open("letter", "content", str(sent.letter_id), content)
    text = " ".join(Kept("", [], raw).text.split())
    assert "Your drafts: 2 records" in text
    assert "Your invoices: 1 record. Tax law obliges us to keep invoices. Until" in text
    assert "Write or call us before that day: then a person looks at it" in text
    assert "/stop/" not in text


def test_another_address_is_told_when_and_not_what(asked: Erasing, office: PostOffice) -> None:
    second = asked.case.second_address("ruth@work.example")
    asked.case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(second), how="code")
    planned(asked)
    asked.case.send("erasure_planned", number=2, identifier=second)
    for part in both_parts(office):
        assert "We will do it on or after" in part
        assert "our letter to the address that our answers go to" in part
        for title in ("drafts", "invoices", "account", "devices"):
            assert title not in part.lower()


def test_what_no_copy_named_no_letter_of_an_erasure_names_or_counts(
    erasing: Erasing, asked: Erasing, office: PostOffice, tmp_path: Path
) -> None:
    """A copy kept the devices back by a rule and one draft by itself, on a ground that may not be told; another case erases."""
    hide(erasing.case, "app.devices.*", "crime_and_taxation")
    hide(erasing.case, "app.drafts.0123456789abcdef", "crime_and_taxation")
    hide(erasing.case, "app.sessions.*", "third_party")
    made = planned(asked)
    asked.case.send("erasure_planned")
    for part in both_parts(office):
        assert "Your devices" not in part
        assert "Your drafts: 1 record" in part, "as many as the copy could have"
        assert "Your invoices: 1 record" in part
        assert "Where you are signed in: 1 record" in part, "on a ground that may be told nothing is hidden"
    asked.carry_out(made)
    asked.look(made)
    certified = asked.certify(made)
    assert (certified.erased, certified.kept) == (6, 1), "the record of the case counts all"
    text = asked.certificate(made, tmp_path)
    assert "The app: Your drafts 1 record erased" in text
    assert "evice" not in text
    entries = json.loads(asked.member(made, "certificate.json"))["entries"]
    assert {each["collection"]: each["rows"] for each in entries}["drafts"] == 1
    assert "devices" not in {each["collection"] for each in entries}
    asked.case.send("erasure_done")
    for part in both_parts(office):
        assert "5 records erased" in part
        assert "made anonymous" not in part


def hide(case: CaseInHand, item: str, basis: str) -> None:
    with case.resources.database.write() as session:
        vault = case.resources.vault.case(case.id)
        decide(session, vault, item, ItemChoice.WITHHOLD, basis=basis, reason=None, parts=Parts(), author=COLLEAGUE, at=MONDAY)
