"""The letter says every item of the Article 15 checklist that applies (`law.md` 2.2), read from the PDF as a person would."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from activities import typesetting
from adapters.database.erasure_tables import Disclosure
from adapters.database.identifiers import identifier_row
from adapters.disputes import dispute
from adapters.resources import Resources
from domain.events import Tag
from domain.measure_standing import Measure
from domain.rights import Right
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, MAILBOX, SearchedCase, typical
from tests.case_in_hand import CaseInHand

TODAY = datetime.now(UTC)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def text_of(pdf: bytes) -> str:
    """The words of a PDF twice, blanks made one: column after column, for sentences; then line by line, for tables."""
    read = [
        subprocess.run(["pdftotext", *how, "-", "-"], input=pdf, capture_output=True, check=True) for how in ([], ["-layout"])
    ]
    return " ".join(re.sub(r"\s+", " ", done.stdout.decode()) for done in read)


def letter_of(case: SearchedCase) -> str:
    return text_of(case.members()["letter.pdf"])


CHECKLIST = {
    "1 confirmation": "Yes, we process personal data about you.",
    "2 copy": "a copy: 23 records and 3 files from 4 systems, as the data were on Mon 23 November 2026",
    "3 purposes": "We use it to keep forbidden pictures out. We have a legitimate interest in it: a service",
    "3 lawful basis": "We use it to keep our books. The law obliges us to (Article 6(1)(c)).",
    "3 withdrawal": "You agreed to it (Article 6(1)(a)). Switch it off in your settings.",
    "4 categories": "Name and contact details; Prompts and pictures; Health as you describe it (sensitive)",
    "5 recipients by name": "Pictures Compute Inc. in the United States: turns prompts into pictures.",
    "5 only those who have it": "Nobody outside Orchard.",
    "5 in the ordinary course": "In the ordinary course nobody outside Orchard.",
    "5 in an event": "HM Revenue and Customs: audits our books. A public authority.",
    "6 real dates": "Until Fri 1 March 2030 for the oldest and Mon 1 March 2032 for the newest (6 years from the date of",
    "6 criteria": "For the life of your account and up to 12 months after it.",
    "6 exceptions": "Exception: Up to 90 days where a fault is looked into.",
    "7 rectification": "to correct data that are wrong",
    "7 erasure": "to delete your data (erasure, Article 17)",
    "7 restriction": "restriction, Article 18",
    "7 objection": "objection, Article 21",
    "8 complaint to us": "You can complain to us: complaints@orchard.example.",
    "8 its provision": "164A",
    "9 the Commissioner": "You can complain to the Information Commissioner: https://ico.org.uk/make-a-complaint.",
    "9 court": "You can go to court.",
    "10 source": "You gave it to us.",
    "11 automated decisions": "A filter compares each prompt with a list of forbidden subjects. A prompt that it finds",
    "11 review by a person": "Write to us, and a person looks at it again.",
    "12 safeguards": "under UK law, the data are protected by the UK Addendum to the standard contractual clauses.",
    "13 nothing withheld": "There is nothing to list here.",
    "14 search record": "Partner list nothing found, on Mon 23 November 2026",
    "14 not searched": "Mailing list It did not answer us.",
    "14 by hand": "Paper files 1 file, by a person",
    "training": "These data are used to train models.",
    "identity": "On Mon 23 November 2026 we made sure, by a code to your address, that it is you.",
    "search keys": f"We searched with the e-mail address {MAILBOX}.",
    "policy in force": "The privacy policy in force when you asked was the one of Wed 2 July 2025",
    "missing": "Is something missing or wrong? Tell us at privacy@orchard.example or call 020 7946 0143",
    "paper": "on paper or in large print",
    "reference": "Our reference: HAB-",
}


def test_every_item_of_the_checklist_is_there(resources: Resources) -> None:
    text = letter_of(typical(resources))
    assert [item for item, words in CHECKLIST.items() if words not in text] == []


def test_a_person_in_the_uk_reads_no_eu_routes(resources: Resources) -> None:
    text = letter_of(typical(resources))
    assert "Under EU law" not in text
    assert "under EU law" not in text
    assert "15(4)" not in text


def test_a_person_in_the_union_reads_both_and_no_uk_section_as_eu_basis(resources: Resources) -> None:
    text = letter_of(typical(resources, regimes=("UK", "EU-IE")))
    uk, eu = text.split("Under UK law")[1].split("Under EU law")
    assert "sections 164A, 165 and 167" in uk
    assert "where you live, where you work, or where you think the rules were broken" in eu
    assert "Data Protection Commission" in eu
    assert "Articles 77 and 79 GDPR" in eu
    assert "Orchard Representation SAS" in eu
    assert "164A" not in eu
    assert "under EU law, the data are protected by standard contractual clauses, Commission Decision 2021/914 module 2." in text


def test_a_period_that_is_over_is_admitted(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("billing", "invoices", [("R-1", MAILBOX, "1", "2001-01-01")], span=("2001-01-01", "2001-02-01"))
    assert "That time is over, so it is due to be deleted." in letter_of(case)
    mixed = SearchedCase(resources)
    span = ("2001-01-01", f"{TODAY.year}-01-01")
    mixed.found("billing", "invoices", [("R-1", MAILBOX, "1", "2001-01-01")], span=span)
    assert "For the oldest that time is over; they are due to be deleted." in letter_of(mixed)


def test_what_was_withheld_is_said_with_the_ground_of_each_law(resources: Resources) -> None:
    case = typical(resources, regimes=("UK", "EU"))
    case.decide(case.items("platform", "prompts")[2].id, "withhold", "third_party")
    text = letter_of(case)
    assert "The platform, Your prompts: 1 item" in text
    assert "It is about other people (Data Protection Act 2018, Schedule 2, paragraph 16; Article 15(4) GDPR)." in text
    assert "There is nothing to list here." not in text
    assert "full copy" not in text, "nothing is full that something is missing from"
    assert "Not everything that we hold is in it" in text
    assert "Your prompts (19 records; others left out)" in text
    assert "The platform 20 records; others left out, on Mon 23 November 2026" in text


def test_what_is_not_about_the_person_is_not_said_to_be_held(resources: Resources) -> None:
    case = typical(resources)
    prompts = case.items("platform", "prompts")
    case.decide(prompts[2].id, "withhold", "not_personal_data")
    text = letter_of(case)
    assert "Not everything that we hold" not in text
    assert "Your prompts (19 records)" in text


def test_a_ground_that_may_not_be_named_is_in_no_number_and_in_no_word(resources: Resources) -> None:
    """`law.md` 2.2 item 13, decision 41: what is said is true with the hidden ground, and the same without it."""

    told = []
    for decision, basis in (("withhold", "crime_and_taxation"), ("duplicate", None)):
        case = typical(resources)
        prompts = case.items("platform", "prompts")
        case.decide(prompts[2].id, "withhold", "third_party")
        for revision, hidden in enumerate(prompts[4:7], start=2):
            case.decide(hidden.id, decision, basis, revision)
        members = case.members()
        reference = json.loads(members["manifest.json"])["reference"]
        pages = (members["index.html"].decode(), text_of(members["letter.pdf"]), members["withheld.csv"].decode())
        told.append([page.replace(reference, "") for page in pages])
    hiding, without = told
    assert hiding == without
    assert "Not everything that we hold is in it" in hiding[0]
    assert "1 item" in hiding[0], "what may be named has its own number"


def test_what_a_hidden_collection_holds_is_no_kind_of_data_of_another_that_lacks_it(resources: Resources) -> None:
    kind, made = "How you use the service", "2026-11-01T10:00:00+00:00"
    for made_at, named in ((None, False), (made, True)):
        case = SearchedCase(resources)
        case.found("platform", "prompts", [(1, 42, "a prompt", made_at)])
        case.found("partners", "referrals", [(7, MAILBOX)])
        case.decide(case.items("partners", "referrals")[0].id, "withhold", "crime_and_taxation")
        members = case.members()
        for page in (
            members["index.html"].decode(),
            text_of(members["letter.pdf"]),
            members["pages/platform.prompts.html"].decode(),
        ):
            assert (kind in page) == named


def test_an_answer_that_leaves_everything_out_does_not_say_nothing_is_held(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "accounts", ACCOUNT)
    case.found("billing", "invoices", [])
    case.decide(case.items("platform", "accounts")[0].id, "withhold", "third_party")
    text = letter_of(case)
    assert "Yes, we process personal data about you, and had to leave all of them out of your copy." in text
    assert "The platform all of it left out, on Mon 23 November 2026" in text
    assert "Billing nothing found" in text
    assert "Apart from this request" not in text
    assert case.build().records == 1


def test_whoever_received_data_in_a_single_case_is_named_unless_it_is_silent(resources: Resources) -> None:
    """Article 15(1)(c): actual recipients, from the log of disclosures."""
    case = typical(resources)
    facts: dict[str, Any] = {
        "recipient": "tax",
        "categories": ["contact"],
        "recorded_by": "caseworker:00000000",
        "recorded_at": TODAY,
    }
    index = resources.vault.index_email(MAILBOX)
    told = Disclosure(**facts, subject_index=index, basis="legal_obligation", disclosed_on=date(2026, 3, 3), silent=False)
    kept = Disclosure(**facts, subject_index=index, basis="investigation", disclosed_on=date(2026, 4, 4), silent=True)
    before = case.build().package
    with resources.database.write() as session:
        session.add_all([told, kept])
    assert case.build().package != before, "what was recorded in a review is in the next package"
    letter = letter_of(case)
    assert "On Tue 3 March 2026 to HM Revenue and Customs (a law that obliges us): Name and contact details" in letter
    assert "4 April 2026" not in letter


def test_what_the_person_disputes_stands_in_the_copy_with_their_own_words(resources: Resources) -> None:
    """A statement that nobody shows is none (Article 16): whenever the data are collected it stands beside them."""
    case, before = typical(resources), CaseInHand(resources)
    says = before.note('I never lived there. #read("/etc/passwd")', "subject")
    what = Measure(number=5, right=Right.RECTIFICATION, kind="dispute", places=["billing.invoices"], text=says)
    with resources.database.write() as session:
        dispute(session, before.id, what, [resources.vault.index_email(MAILBOX)], TODAY)
    line = "Billing: Invoices, marked as disputed since Thu 26 November 2026. You say: \u201cI never lived there."
    letter = letter_of(case)
    assert "What you told us is wrong" in letter
    assert "I never lived there. #read" in letter
    assert line.partition(" since")[0] in letter


def test_nothing_held_is_another_letter(resources: Resources) -> None:
    case = SearchedCase(resources, regimes=("UK",))
    for system, collection in (("platform", "accounts"), ("billing", "invoices"), ("partners", "referrals")):
        case.found(system, collection, [])
    case.found("platform", "prompts", [], state="unreachable")
    case.by_hand("paper", "not_found")
    case.skip("mailing")
    text = letter_of(case)
    assert f"Apart from this request, a search of our systems with the e-mail address {MAILBOX} found nothing about you." in text
    assert "If you used another e-mail address, telephone number or account with us, tell us" in text
    assert "Billing nothing found, on Mon 23 November 2026" in text
    assert "Paper files nothing found, by a person" in text
    assert "Mailing list It did not answer us." in text
    assert "no way to find records in: The platform: Your prompts" in text
    assert "164A" in text
    assert "Yes, we process" not in text
    assert "Why we have it" not in text


def test_the_same_answer_at_the_same_time_is_the_same_pdf(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[str] = []
    compile_letter = typesetting._compile_or_missing

    def remembering(template: str, answer: str, at: datetime) -> bytes | list[str]:
        answers.append(answer)
        return compile_letter(template, answer, at)

    monkeypatch.setattr(typesetting, "_compile_or_missing", remembering)
    typical(resources).build()
    assert compile_letter("letter", answers[0], TODAY) == compile_letter("letter", answers[0], TODAY)


def test_the_pdf_is_tagged_and_names_its_language(resources: Resources, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(typical(resources).members()["letter.pdf"])
    info = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", info)
    assert re.search(r"Title:\s+Your personal data", info)
    assert b"/Lang" in path.read_bytes()
    assert b"pdfuaid" in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            '#let x = 1; #read("/etc/passwd") *bold* $x^2$ <label> @ref',
            '#let x = 1; #read("/etc/passwd") *bold* $x^2$ <label> @ref',
        ),
        ('\\") ] } #panic() "quoted" \\u{41}', '\\") ] } #panic() "quoted" \\u{41}'),
        ("{{ 7 * 7 }} {% raw %} ${jndi:x}", "{{ 7 * 7 }} {% raw %} ${jndi:x}"),
        ("Ruth\u202eimeyedA\u200b\u0007", "Ruth[U+202E]imeyedA[U+200B][U+0007]"),
        ("Łucja Ångström Ελένη Иван", "Łucja Ångström Ελένη Иван"),
    ],
)
def test_a_name_is_shown_letter_by_letter(resources: Resources, name: str, shown: str) -> None:
    case = SearchedCase(resources, name=name)
    case.found("platform", "accounts", ACCOUNT)
    text = re.sub(r"[“”]", '"', letter_of(case)).replace(" ", "")
    assert shown.replace(" ", "") in text


def test_letters_no_font_has_become_boxes_and_are_counted(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_WIDE_FONTS", ())
    typesetting._compiler.cache_clear()
    case = SearchedCase(resources, name="Ruth 漢字 \U0001f9d1\u200d\U0001f680 เมษา")
    case.found("platform", "accounts", ACCOUNT)
    text = letter_of(case)
    typesetting._compiler.cache_clear()
    assert "Ruth □□" in text
    assert re.search(r"Characters that could not be printed here are shown as □ \(\d+ in all\)", text)


def test_an_error_of_typesetting_does_not_quote_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_document", lambda _template, _answer: b'#panic("Ruth Adeyemi")')
    with pytest.raises(RuntimeError) as failure:
        typesetting._compile_or_missing("letter", "{}", TODAY)
    assert "Ruth" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_what_the_person_named_and_nothing_was_searched_with_is_said_in_letter_and_copy(resources: Resources) -> None:
    case = typical(resources)
    row = identifier_row(resources.vault, case.id, "username", "ruth_a", added_by="subject", now=case.at)
    with resources.database.write() as session:
        session.add(row)
    case.event(Tag.IDENTIFIER_CLAIMED, identifier=str(row.id), kind="username")
    said = "You also named the username ruth_a. We did not search with that, since nothing shows yet that it is yours."
    members = case.members()
    assert said in " ".join(text_of(members["letter.pdf"]).split())
    assert said in members["index.html"].decode()
