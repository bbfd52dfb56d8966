"""Every letter in plain words and without anything that a stranger typed; sent once, whatever dies. On both databases."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jinja2
import pytest
from jinja2 import meta
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.correspondence import Correspondence
from adapters.attempts import judge
from adapters.database.tables import Code, Letter, Link, PackageRow
from adapters.letter_samples import sample_context
from adapters.letters import FOLDER, LETTERS, WIDTH, render
from adapters.links import look_up, record_attempt
from adapters.mail import MailNotTakenError
from adapters.resources import Resources
from domain.errors import CodeRefusedError
from domain.events import Tag
from domain.messages import CaseRef
from domain.rights import Right
from tests import archives_made, opened, post_office
from tests.case_in_hand import ADDRESS, PACKAGE, CaseInHand, code_in, posting, token_in
from tests.factories import MONDAY
from tests.post_office import PostOffice

LONGEST_SENTENCE = 30  # words; the usual advice for plain writing is 25 at most, and 15 to 20 on average
FIRST = ("request_received", "received_by_mail", "verify_identity")  # may reach somebody who knows of nothing
REFERENCE = "HAB-7K4M29QX"
CASEWORKER = "caseworker:00000000-0000-4000-8000-00000000000a"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office.opened() as office:
        yield office


@pytest.fixture
def resources(tmp_path: Path, database_url: str, office: PostOffice) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield posting(everything, office.url)


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    return CaseInHand(resources)


# What the letters say.


def test_every_folder_is_a_letter_and_every_letter_has_its_folder() -> None:
    assert {path.name for path in FOLDER.iterdir() if not path.name.startswith("_")} == LETTERS.keys()


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_renders_with_its_own_variables_only(letter: str) -> None:
    rendered = render(letter, sample_context(letter))
    for part in (rendered.subject, rendered.text, rendered.html):
        assert part.strip()
        assert not re.search(r"\{\{|\}\}|\{%|None|Undefined", part)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_template_names_no_variable_that_its_letter_does_not_have(letter: str) -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True)
    named: set[str] = set()
    for part in ("subject.txt", "body.txt", "body.html"):
        named |= meta.find_undeclared_variables(environment.parse((FOLDER / letter / part).read_text()))
    assert named - {"button"} <= LETTERS[letter].variables  # the layout's own macro


def test_a_variable_too_many_or_too_few_stops_the_letter() -> None:
    context = sample_context("code")
    with pytest.raises(ValueError, match="name"):
        render("code", context | {"name": "Ruth"})
    del context["code"]
    with pytest.raises(ValueError, match="code"):
        render("code", context)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_subject_has_the_reference_and_nothing_personal(letter: str) -> None:
    assert re.fullmatch(rf"{REFERENCE}: [a-z ]{{5,50}}", render(letter, sample_context(letter)).subject)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_text_is_wrapped_and_its_links_are_whole(letter: str) -> None:
    text = render(letter, sample_context(letter)).text
    for line in text.splitlines():
        assert len(line) <= WIDTH or re.fullmatch(r"https://\S+", line), line
        assert line == line.rstrip()
    assert "\n\n\n" not in text


@pytest.mark.parametrize("letter", LETTERS)
def test_sentences_are_short_and_words_plain(letter: str) -> None:
    text = re.sub(r"https?://\S+", "", render(letter, sample_context(letter)).text)
    paragraphs = re.split(r"\n\s*\n|\n(?=- )|:\n", text)
    for sentence in (part for paragraph in paragraphs for part in re.split(r"(?<=[.?!])\s+", paragraph)):
        assert len(sentence.split()) <= LONGEST_SENTENCE, sentence
    assert not re.search(r"(?i)\b(pursuant|hereby|herein|aforementioned|data subject|kindly|DSAR|failure to)\b", text)


@pytest.mark.parametrize("letter", LETTERS)
def test_text_and_page_make_the_same_promises(letter: str) -> None:
    rendered = render(letter, sample_context(letter))
    for value in sample_context(letter).values():
        if isinstance(value, str) and value.replace("\N{NO-BREAK SPACE}", " ") in rendered.text.replace("\n", " "):
            assert value in rendered.html


@pytest.mark.parametrize("letter", LETTERS)
def test_a_page_loads_nothing_and_runs_nothing(letter: str) -> None:
    html = render(letter, sample_context(letter)).html
    assert not re.search(r"(?i)<(script|img|link|iframe|form|object|style)|\bon[a-z]+=|url\(|@import", html)
    authorities = {"https://ico.org.uk", "https://www.dataprotection.ie"}
    assert set(re.findall(r'href="(https?://[^/"]+)', html)) - authorities <= {"https://privacy.imaginella.example"}


def test_the_page_shows_markup_in_a_message_as_text() -> None:
    rendered = render("message", sample_context("message") | {"message": ["<script>alert(1)</script> <p>{{ 7*7 }}</p>"]})
    assert "<script>" not in rendered.html
    assert "&lt;p&gt;{{ 7*7 }}&lt;/p&gt;" in rendered.html


# How they go out.


def test_a_letter_is_a_complete_message(case: CaseInHand, office: PostOffice) -> None:
    sent = case.send("request_received")
    (kept,) = office.kept
    message = kept.message
    assert message["To"] == ADDRESS
    assert message["From"] == "Privacy team <privacy@habeas.example>"
    assert message["Subject"] == f"{case.reference}: we have your request"
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(rf"privacy\+{case.reference.lower()}-[a-z2-7]{{26}}@habeas\.example", str(message["Reply-To"]))
    assert kept.sender == message["Reply-To"]
    assert kept.recipients == [ADDRESS]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    with case.resources.database.read() as session:
        row = session.get(Letter, sent.letter_id)
        assert row is not None
        assert row.message_id == message["Message-ID"]
        assert datetime.strptime(str(message["Date"]), "%a, %d %b %Y %H:%M:%S %z") == row.written_at
        assert row.accepted_at is not None


def test_the_receipt_says_what_when_and_what_not(case: CaseInHand, office: PostOffice) -> None:
    case.send("request_received")
    text = " ".join(office.kept[0].text.split())
    assert "We answer by Wed 23 December 2026" in text
    assert "one month" in text
    assert "- A copy of your data" in text
    assert "We never ask for your password" in text
    assert "Please confirm the address" in text
    assert "complaints@small.example" in text
    assert case.receipt.safe_due.isoformat() == "2026-12-23"


def test_somebody_whose_sign_in_vouches_for_them_has_nothing_to_confirm(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, asserted=True, assertion=("platform", "one"))
    case.send("request_received")
    assert "You need do nothing now." in office.kept[0].text
    assert "/verify/" not in office.kept[0].text


@pytest.mark.parametrize("letter", FIRST)
def test_the_first_mail_carries_nothing_that_was_typed(resources: Resources, office: PostOffice, letter: str) -> None:
    """Abuse test 15, rule M1."""
    typed = "Click https://evil.example/now <script>alert(1)</script>\r\nBcc: all@evil.example\n\nHELLO {{ controller }}"
    case = CaseInHand(resources, name=typed, message=typed, hints=[("user_id", "evil-hint")])
    case.send(letter)
    (kept,) = office.kept
    whole = (" ".join(map(str, kept.message.values())) + kept.text + kept.html).lower()
    for word in ("evil", "script", "bcc:", "hello", "alert"):  # a Message-ID may well have the letters bcc
        assert word not in whole
    assert sorted(kept.message.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
        "X-Habeas-Letter",
    ]


def test_the_code_and_the_link_of_a_letter_work(case: CaseInHand, office: PostOffice) -> None:
    case.send("verify_identity")
    (kept,) = office.kept
    now = datetime.now(UTC)
    for typed in ({"code": code_in(kept)}, {"token": token_in(kept, "verify")}):
        with case.resources.database.write() as session:
            attempt = record_attempt(session, case.resources.vault, case.id, "verify", now=now, **typed)
            session.flush()
        with case.resources.database.write() as session:
            assert judge(session, case.id, attempt, datetime.now(UTC)).identifier == case.mailbox
        with case.resources.database.write() as session:  # the other way for the other one
            for row in [*session.exec(select(Link)).all(), *session.exec(select(Code)).all()]:
                row.used_at = None


def test_a_letter_is_sent_once_per_number(case: CaseInHand, office: PostOffice) -> None:
    first = case.send("verify_identity")
    assert case.send("verify_identity") == first
    assert len(office.kept) == 1
    assert case.send("verify_identity", number=2) != first
    ids = [kept.message["Message-ID"] for kept in office.kept]
    assert len(set(ids)) == 2


def test_a_retry_sends_the_same_bytes_under_the_same_id(case: CaseInHand, office: PostOffice) -> None:
    office.to_data = "451 4.3.0 later"
    for _ in range(2):
        with pytest.raises(MailNotTakenError):
            case.send("verify_identity")
    office.to_data = post_office.OK
    case.send("verify_identity")
    with case.resources.database.write() as session:  # the worker died after the server's 250 and before our row said so
        row = session.exec(select(Letter)).one()
        row.accepted_at = None
        assert len(session.exec(select(Link)).all()) == len(session.exec(select(Code)).all()) == 1
    case.send("verify_identity")
    assert len(office.kept) == 2
    assert office.kept[0] == office.kept[1]


def test_a_refusal_for_good_is_not_retried_and_names_nobody(case: CaseInHand, office: PostOffice) -> None:
    office.to_recipient = "550 5.1.1 <ADDRESS> unknown"
    with pytest.raises(ApplicationError) as refused:
        case.send("request_received")
    assert refused.value.type == "letter-refused"
    assert refused.value.non_retryable
    assert "ruth" not in f"{refused.value!r} {refused.value.details}"


def test_what_is_stored_of_a_letter_is_sealed(case: CaseInHand, office: PostOffice) -> None:
    case.send("verify_identity")
    with case.resources.database.read() as session:
        row = session.exec(select(Letter)).one()
        stored = repr([each.model_dump() for each in [row, *session.exec(select(Code)).all(), *session.exec(select(Link)).all()]])
    assert "ruth" not in stored
    assert code_in(office.kept[0]) not in stored
    assert row.content is not None
    assert case.resources.vault.case(case.id).open("letter", "content", str(row.id), row.content) == office.kept[0].raw


def test_a_case_without_an_address_gets_no_mail(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, email=None, channel="letter", hints=[("customer", "4711")])
    sent = case.send("request_received")
    assert sent.by_post, "it is written once, to be printed"
    assert case.send("request_received") == sent
    for letter in ("verify_identity", "nothing_held"):  # what needs a mailbox; what is told to nobody of whom it is not known who
        with pytest.raises(ApplicationError) as refused:
            case.send(letter)
        assert refused.value.type == "letter-refused"
    assert office.kept == []


def test_a_second_address_is_asked_for_itself(case: CaseInHand, office: PostOffice) -> None:
    second = case.second_address("Ruth@Work.imaginella.example")
    case.send("verify_identity", number=4, identifier=second)
    assert office.kept[0].message["To"] == "Ruth@work.imaginella.example"
    # Its owner may be a stranger: they read whose request it is, and where their data would go.
    for each in (" ".join(office.kept[0].text.split()), " ".join(office.kept[0].html.split())):
        assert "Confirm it only if both addresses are yours" in each
        assert each.count("r***@") == 2
        assert ADDRESS not in each
    with case.resources.database.read() as session:
        assert session.exec(select(Code.identifier)).all() == [second]


def test_an_address_of_another_case_is_unknown(case: CaseInHand) -> None:
    other = CaseInHand(case.resources)
    with pytest.raises(ApplicationError) as refused:
        case.send("code", identifier=other.mailbox)
    assert refused.value.type == "not-found"


def test_a_mailbox_that_had_its_codes_gets_a_link_and_is_told_of_the_guessing(case: CaseInHand, office: PostOffice) -> None:
    for number in range(1, 6):
        case.send("verify_identity", number=number)
    with case.resources.database.write() as session:
        for row in session.exec(select(Code)).all():
            row.tries = 5
    case.send("verify_identity", number=6)
    text = office.kept[-1].text
    assert not re.search(r"^ +[0-9]{8}$", text, re.MULTILINE)
    assert "25 times" in text
    with case.resources.database.read() as session:
        assert look_up(session, token_in(office.kept[-1], "verify"), "verify", datetime.now(UTC)) is not None


def test_a_package_goes_to_a_proven_address_only(case: CaseInHand, office: PostOffice) -> None:
    with pytest.raises(ApplicationError) as refused:
        case.send("package_ready")
    assert refused.value.type == "letter-refused"
    case.released()
    case.send("package_ready", number=9)
    text = " ".join(office.kept[0].text.split())
    assert "12 records from our systems" in text
    assert "What is not in it" not in text
    with case.resources.database.read() as session:
        assert look_up(session, token_in(office.kept[0], "collect"), "package", datetime.now(UTC)) is not None
    second = case.second_address("other@post.imaginella.example")
    with pytest.raises(ApplicationError):
        case.send("package_ready", number=10, identifier=second)


def _built(case: CaseInHand, summary: dict[str, Any]) -> None:
    row = PackageRow(
        id=PACKAGE,
        case_id=case.id,
        run=1,
        revision=0,
        sha256="ab" * 32,
        bytes=10,
        records=12,
        datamap="ab" * 32,
        blob={},
        summary=summary,
        built_at=MONDAY,
    )
    with case.resources.database.write() as session:
        session.add(row)


def test_what_was_withheld_is_counted_and_explained(case: CaseInHand, office: PostOffice) -> None:
    summary = {"withheld": {"third_party": 1, "crime_and_taxation": 5}, "covered": {"third_party": 2, "negotiations": 1}}
    _built(case, summary)
    case.released()
    case.send("package_ready")
    text = " ".join(office.kept[0].text.split())
    assert "We left out some records, and parts of others. The reason: this is about other people as well." in text


def test_the_code_of_a_released_case_opens_its_package(case: CaseInHand, office: PostOffice) -> None:
    case.released()
    case.send("code", number=3, identifier=case.mailbox)
    assert "/verify/" not in office.kept[0].text
    now = datetime.now(UTC)
    with case.resources.database.write() as session, pytest.raises(CodeRefusedError):
        record_attempt(session, case.resources.vault, case.id, "verify", code=code_in(office.kept[0]), now=now)
    with case.resources.database.write() as session:
        attempt = record_attempt(session, case.resources.vault, case.id, "open_package", code=code_in(office.kept[0]), now=now)
    with case.resources.database.write() as session:
        assert judge(session, case.id, attempt, datetime.now(UTC)).accepted


def test_revoked_ways_to_a_package_open_nothing(case: CaseInHand, office: PostOffice) -> None:
    case.released()
    case.send("package_ready")
    case.send("code", identifier=case.mailbox)
    for _ in range(2):
        Correspondence(case.resources).revoke_links(CaseRef(case_id=case.id))
    now = datetime.now(UTC)
    with case.resources.database.write() as session:
        assert look_up(session, token_in(office.kept[0], "collect"), "package", now) is None
        with pytest.raises(CodeRefusedError):
            record_attempt(session, case.resources.vault, case.id, "open_package", code=code_in(office.kept[1]), now=now)


def test_nothing_held_says_with_what_we_searched_behind_a_mask(case: CaseInHand, office: PostOffice) -> None:
    case.second_address("old@example.com")
    case.released(records=0)
    case.send("nothing_held")
    text = " ".join(office.kept[0].text.split())
    assert "Apart from this request itself, we found nothing." in text
    assert "We looked for: - your e-mail address r***@post.imaginella.example" in text
    assert "You also named: - your e-mail address o***@example.com We did not search with that" in text
    assert ADDRESS not in text
    assert "We searched all our systems on Mon 23 November 2026" in text


def test_nothing_held_names_the_scope_of_what_was_imported_and_what_nobody_looked_into(
    tmp_path: Path, database_url: str, office: PostOffice
) -> None:
    with opened.resources(tmp_path / "home", database_url, archives_made.DATAMAP) as resources:
        imported = archives_made.Office(posting(resources, office.url))
        archive = imported.take_in(archives_made.mbox(archives_made.mail(1, to="boss@office.example")))
        imported.agree([archive], ("lantern",), period={"first": "2024-03-01", "last": "2024-03-31"})
        case = imported.case
        case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)])
        case.happen(Tag.SYSTEM_SEARCHED, system="mail", records=0, archive=True)
        built: dict[str, Any] = {
            "package": str(uuid4()),
            "revision": 0,
            "sha256": "a" * 64,
            "bytes": 10,
            "records": 0,
            "datamap": "a" * 64,
        }
        case.happen(Tag.PACKAGE_BUILT, **built)
        case.send("nothing_held")
        text = " ".join(office.kept[0].text.split())
        assert (
            "In Mailboxes and chats we searched what was agreed: 1 mailbox or chat, from Fri 1 March 2024, "
            "up to Sun 31 March 2024, also for “lantern”." in text
        )
        case.happen(Tag.SYSTEM_UNASKED, system="mail", archive=True)
        case.send("nothing_held", number=2)
        text = " ".join(office.kept[1].text.split())
        assert "We did not look into Mailboxes and chats. Do you think that something about you is there?" in text
        assert "all our systems" not in text


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


def test_what_anybody_may_ask_is_answered_at_the_address_that_was_named(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    case.send("request_received")
    assert "Please confirm the address" not in office.kept[-1].text
    note = case.note("We send no more advertising to this address.", CASEWORKER)
    case.happen(Tag.RIGHT_DECIDED, right="objection", outcome="fulfilled", note=str(note))
    case.send("right_decided", number=case.sequence, note=note)
    assert "We send no more advertising to this address." in " ".join(office.kept[-1].text.split())


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


def test_the_last_letter_says_what_is_not_in_the_copy_and_until_when_it_is_sent_again(
    case: CaseInHand, office: PostOffice
) -> None:
    case.released()
    case.happen(Tag.DELIVERY_NOTIFIED)
    case.happen(Tag.RIGHT_DECIDED, right="access", outcome="partly_fulfilled")
    case.happen(Tag.REQUEST_CLOSED, outcome="partly_fulfilled")
    _built(case, {"withheld": {"third_party": 1}, "covered": {}})
    case.send("case_closed", number=case.sequence)
    text = " ".join(office.kept[-1].text.split())
    assert "- A copy of your data: we gave it to you, without what we had to leave out." in text
    assert "We left out some records. The reason:" in text
    assert "a part of what" not in text
    assert re.search(r"You can fetch your copy again until \w+ \d+ \w+ \d{4}: open the link", text)
    assert "You can fetch your copy again until" in office.kept[-1].html


@pytest.mark.parametrize(
    "letter",
    [
        "identity_reminder",
        "request_withdrawn",
        "not_the_requester",
        "case_closed",
        "case_reopened",
        "package_reminder",
        "request_joined",
    ],
)
def test_the_other_letters_go_out_too(case: CaseInHand, office: PostOffice, letter: str) -> None:
    case.released()
    case.send(letter)
    assert len(office.kept) == 1


def test_a_case_with_an_earlier_one_joined_into_it_writes_of_the_earlier_day(case: CaseInHand, office: PostOffice) -> None:
    case.proven()
    case.happen(Tag.REQUEST_PREDATED, mail=str(case.id), received_at="2026-11-02T09:00:00+00:00")
    case.send("request_joined")
    assert "2 November 2026" in " ".join(office.kept[0].text.split())


def test_a_reminder_to_a_proven_address_asks_for_no_click(case: CaseInHand, office: PostOffice) -> None:
    case.send("identity_reminder")
    assert "/verify/" in office.kept[0].text
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code")
    case.send("identity_reminder", number=2)
    assert "/verify/" not in office.kept[1].text
    assert "You have confirmed this e-mail address" in " ".join(office.kept[1].text.split())


def test_every_right_has_its_sentence(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=list(Right))
    case.send("verify_identity")
    assert len(re.findall(r"^- ", office.kept[0].text, re.MULTILINE)) == len(Right)


@pytest.mark.parametrize(
    ("words", "language", "subject"),
    [
        ("Bitte senden Sie mir eine Kopie aller Daten, die Sie über mich haben.", "de", "wir haben Ihre Anfrage"),
        ("Bonjour, veuillez me donner une copie de mes données. Merci.", "fr", "nous avons votre demande"),
        ("Quiero una copia de mis datos personales.", None, "we have your request"),
    ],
)
def test_a_letter_comes_in_the_language_the_person_wrote_in(
    resources: Resources, office: PostOffice, words: str, language: str | None, subject: str
) -> None:
    case = CaseInHand(resources, message=words, country="IE")
    case.send("request_received")
    (kept,) = office.kept
    assert kept.message["Subject"] == f"{case.reference}: {subject}"
    assert kept.message["Content-Language"] == language


def test_an_unknown_letter_is_refused(case: CaseInHand) -> None:
    with pytest.raises(ApplicationError) as refused:
        case.send("invoice")
    assert refused.value.type == "invalid-input"
