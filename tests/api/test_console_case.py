"""The page of a case in every stage: what it says, what may be pressed, what a look leaves behind."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from activities.case_log import CaseLog
from adapters.database.case_reader import CaseReader
from adapters.database.identifiers import identifier_row
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import AccessLog, ItemDecision, Letter, PackageRow, PageSeen
from adapters.resources import Resources
from domain.authority import ROLES, Action
from domain.decisions import allowed_actions
from domain.events import CaseEvent, Tag
from domain.messages import RecordEvents
from domain.rights import Right, Role
from tests import opened
from tests.activities.package_case import SearchedCase
from tests.api.visiting import a_link
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.case_stages import PREPARER, STAGES, failed, in_review, package, receipt, searching, withdrawn
from tests.factories import MONDAY

SignIn = Callable[..., AtConsole]
DEMO = Path(__file__).resolve().parents[2] / "demo" / "datamap.yml"
TABS = ("", "/systems", "/package", "/messages", "/history")


@pytest.fixture
def resources(tmp_path: Path, migrated: Path) -> Iterator[Resources]:
    """The demo's data map, whose systems the stages name."""
    (tmp_path / "habeas.db").write_bytes(migrated.read_bytes())
    with opened.resources(tmp_path / "home", f"sqlite:///{tmp_path}/habeas.db", DEMO) as everything:
        yield everything


@pytest.mark.parametrize("stage", STAGES)
def test_no_date_stands_without_its_sum_and_the_promised_one_beside_it(
    at_console: SignIn, resources: Resources, stage: str
) -> None:
    """Principle 8: every step of the sum with its source, on every tab; a promise stands beside it once a letter told one."""
    case = STAGES[stage](resources)
    clock = CaseReader(resources).get(case.id).clock
    assert clock.sum
    person = at_console(Role.CASEWORKER)
    for tab in TABS:
        page = text_of(person.get(f"/console/cases/{case.reference}{tab}"))
        assert "Answer by" in page
        assert all(line.source in page for line in clock.sum)
        assert "Promised in letters By" not in page, "no letter has told it yet"
        assert not clock.promised or "Promised in letters The first letter is being written" in page


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO])
@pytest.mark.parametrize("stage", STAGES)
def test_every_tab_opens_and_only_what_is_possible_and_the_role_covers_can_be_pressed(
    at_console: SignIn, resources: Resources, stage: str, role: Role
) -> None:
    case = STAGES[stage](resources)
    allowed = set(allowed_actions(CaseReader(resources).get(case.id).state)) | {Action.SET_ITEM_DECISION}
    person = at_console(role)
    forms: set[str] = set()
    for tab in TABS:
        page = person.get(f"/console/cases/{case.reference}{tab}")
        assert page.status_code == 200, tab
        assert case.reference in page.text
        offered = {Action(name) for name in re.findall(r"/actions/([a-z_]+)", page.text)}
        assert offered <= allowed
        assert all(role in ROLES[action] for action in offered)
        forms |= set(re.findall(r'href="([^"]+/actions/[^"]+)"', page.text))
    for address in sorted(forms):
        form = person.get(unescape(address))
        if form.status_code == 303:  # a correction begins with what is held
            form = person.get(form.headers["location"])
        assert form.status_code == 200
        assert "This is not possible now" not in form.text


@pytest.mark.parametrize("stage", STAGES)
def test_a_page_has_one_filled_button_at_most(at_console: SignIn, resources: Resources, stage: str) -> None:
    case = STAGES[stage](resources)
    for role in (Role.CASEWORKER, Role.REVIEWER):
        page = at_console(role).get(f"/console/cases/{case.reference}/systems").text
        assert len(re.findall(r'class="button(?: red)?"', page)) <= 1


def test_whoever_searches_by_hand_reads_with_what(at_console: SignIn, resources: Resources) -> None:
    """The data map's identities and references: a number that another system holds leads to the provider's records."""
    case = SearchedCase(resources)
    case.event(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["business", "payment_provider"])
    case.found("business", "subscriptions", [(1, 7, "plus", "live", "cus_0007", "2025-01-01", None)])
    case.event(Tag.SYSTEM_SEARCHED, system="business", records=1)
    case.event(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="search_by_hand", system="payment_provider")
    card = text_of(at_console().get(f"/console/cases/{_reference(case)}")).partition("Next step")[2]
    assert "Search with: E-mail address ruth.adeyemi@post.example; Customer number at the payment processor cus_0007." in card


def _reference(case: SearchedCase) -> str:
    return CaseReader(case.resources).get(case.id).receipt.reference


@pytest.mark.parametrize(
    ("stage", "role", "told"),
    [
        ("started", Role.CASEWORKER, "Wait for Ruth Adeyemi to confirm the address"),
        ("proof", Role.CASEWORKER, "Look at the proof of identity"),
        ("searching", Role.CASEWORKER, "The systems are being searched"),
        ("failed", Role.CASEWORKER, "Billing and support did not answer. Everything found so far is kept"),
        ("by-hand", Role.CASEWORKER, "Search the payment provider by hand"),
        ("in-review", Role.REVIEWER, "Check the package, then release it"),
        ("in-review", Role.CASEWORKER, "A colleague approves the package"),
        ("on-hold", Role.PRIVACY_LEAD, "Reason: Ruth rang: she moves house this week."),
        ("refusal", Role.REVIEWER, "Approve the refusal, or return it"),
        ("delivered", Role.CASEWORKER, "Wait for Ruth to fetch the copy"),
        ("withdrawn", Role.CASEWORKER, "Nothing more to do"),
        ("letter-failed", Role.CASEWORKER, "Bring a letter to the person"),
        ("by-a-person", Role.CASEWORKER, "Carry out: correction"),
    ],
)
def test_the_next_step_says_what_to_do(at_console: SignIn, resources: Resources, stage: str, role: Role, told: str) -> None:
    case = STAGES[stage](resources)
    page = text_of(at_console(role).get(f"/console/cases/{case.reference}"))
    assert told in page
    card = page.partition("Next step ")[2].partition("Overview")[0]
    assert "Article" in card or "It goes on" in card or "They may ask again" in card


def test_an_approval_shows_what_it_covers(at_console: SignIn, resources: Resources) -> None:
    case = in_review(resources)
    page = text_of(at_console(Role.REVIEWER).get(f"/console/cases/{case.reference}"))
    for words in (
        "1,116 records and 96 files, 212.4 MB",
        "Goes to ruth.adeyemi@post.imaginella.example",
        "not changed since it was proven",
        "Known by Code to the address on file",
        "2 items withheld and parts of 1 item covered",
        "Prepared by Amira Osei, so somebody else must approve",
        "Answer by",
        "Every step, with its source",
    ):
        assert words in page


def test_an_approval_says_what_nobody_has_looked_at_and_which_words_wait_for_an_answer(
    at_console: SignIn, resources: Resources
) -> None:
    case = in_review(resources)
    reviewer, address = at_console(Role.REVIEWER), f"/console/cases/{case.reference}"
    with resources.database.write() as session:
        state = CaseReader(resources).get(case.id).state
        assert state.package is not None
        parts = session.get_one(PackageRow, state.package.id).summary["collections"]
        found = sum(each["records"] + each["withheld"] for each in parts)
        given = {"system": parts[0]["system"], "collection": parts[0]["collection"], "start": 0, "items": 6}
        session.add(PageSeen(case_id=case.id, run=state.run, seen_by=PREPARER, seen_at=MONDAY, **given))
    page = text_of(reviewer.get(address))
    assert f"{found - 6:,} of {found:,} not seen" in page
    assert "waits for an answer" not in page
    case.sequence = state.sequence
    case.done_by("subject", Tag.MESSAGE_SENT, note=str(case.note("When will I hear from you?", "subject")))
    page = text_of(reviewer.get(address))
    assert "A message of Ruth Adeyemi waits for an answer" in page
    assert "Check the package, then release it" in page, "beside the approval"
    caseworker = at_console()
    assert "needs no answer" in caseworker.get(address).text
    assert "Why it needs none" in caseworker.get(f"{address}/actions/needs_no_answer").text
    assert caseworker.post(f"{address}/actions/needs_no_answer", {"reason": "She says thank you."}).status_code == 303
    assert "waits for an answer" not in text_of(reviewer.get(address))
    assert ", needs no answer" in text_of(reviewer.get(address)).partition("Last wrote")[2][:60], "nobody has answered it"
    form = caseworker.get(f"{address}/actions/send_message").text
    assert "When will I hear from you?" in form.partition('id="they-wrote"')[2], "the whole message stands above the answer"
    assert text_of(reviewer.get(address)).count("Last wrote") == 1
    case.sequence = state.sequence + 2
    case.done_by(PREPARER, Tag.MESSAGE_SENT, note=str(case.note("By Friday.", PREPARER)))
    assert "answered" in text_of(reviewer.get(address)).partition("Last wrote")[2][:60]
    told = text_of(reviewer.get(f"{address}/history"))
    assert "What the person wrote needs no answer Amira Osei" in told
    assert "She says thank you." in told


def test_whoever_prepared_before_a_return_is_named_after_it(at_console: SignIn, resources: Resources) -> None:
    case, reviewer = in_review(resources), at_console(Role.REVIEWER)
    person = at_console(Role.CASEWORKER, "Tomasz Lind")
    case.done_by(person.person, Tag.PACKAGE_REQUESTED, revision=0)
    package(case)
    page = reviewer.get(f"/console/cases/{case.reference}")
    assert "Tomasz Lind, so somebody else must approve" in text_of(page)
    case.done_by(reviewer.person, Tag.PACKAGE_RETURNED, note=str(case.note("Look at number two.", reviewer.person)))
    card = text_of(reviewer.get(f"/console/cases/{case.reference}")).partition("Next step ")[2].partition("Overview")[0]
    assert "Nobody by hand since it was returned. Before it was returned: " in card
    assert "Tomasz Lind" in card.partition("Before it was returned: ")[2]


def test_whoever_decided_about_an_item_is_offered_no_approval_that_would_be_refused(
    at_console: SignIn, resources: Resources
) -> None:
    case, reviewer = in_review(resources), at_console(Role.REVIEWER)
    assert "actions/approve_package" in reviewer.get(f"/console/cases/{case.reference}").text
    decision = ItemDecision(
        case_id=case.id, revision=0, item="platform.accounts.0", decision="include", author=reviewer.person, decided_at=MONDAY
    )
    with resources.database.write() as session:
        session.add(decision)
    page = reviewer.get(f"/console/cases/{case.reference}")
    assert "actions/approve_package" not in page.text
    assert "so the release needs other eyes than yours" in text_of(page)


def test_a_form_stands_alone_and_leads_back_to_its_case(at_console: SignIn, resources: Resources) -> None:
    """Tabs with nothing under them looked like a page that had not loaded."""
    case, person = in_review(resources), at_console()
    path = f"/console/cases/{case.reference}"
    assert "Parts of the case" in person.get(path).text
    form = person.get(f"{path}/actions/send_message").text
    assert "Parts of the case" not in form
    assert f'<p class="trail"><a href="/console/cases">Cases</a>, <a href="{path}">{case.reference}</a></p>' in form


def test_what_was_answered_in_time_counts_no_days_any_more(at_console: SignIn, resources: Resources) -> None:
    """The answer is out and the case still open, because a restriction lasts: its day is over and met."""
    now = datetime.now(UTC)
    for right, tag, told in (
        (Right.RESTRICTION, Tag.RIGHT_ANSWERED, "Answered in time the day to answer by was "),
        (Right.COMPLAINT, Tag.COMPLAINT_ACKNOWLEDGED, "Acknowledged in time the day to acknowledge by was "),
    ):
        case = CaseInHand(resources, rights=[right], received_at=now)
        path = f"/console/cases/{case.reference}"
        before = text_of(at_console().get(path))
        assert "Answer by" in before.partition("Next step")[0]
        assert "in time" not in before.partition("Next step")[0]
        event = CaseEvent(
            sequence=case.sequence + 1, tag=tag, at=now, actor="system", facts={"right": right.value, "following": True}
        )
        CaseLog(resources).record_case_event(RecordEvents(case_id=case.id, command_id="run:answered", events=[event]))
        head = text_of(at_console().get(path)).partition("Next step")[0]
        assert told in head
        assert "Answer by" not in head
        assert "Answered in time" not in head or right is Right.RESTRICTION


def test_a_contact_that_we_hold_is_called_told_only_once_it_was(at_console: SignIn, resources: Resources) -> None:
    """A telephone number is written to by nobody, so it never is."""
    case, person = STAGES["started"](resources), at_console()
    case.proven()
    phone = identifier_row(resources.vault, case.id, "phone", "+447700900021", added_by="system", now=MONDAY)
    mail = identifier_row(resources.vault, case.id, "email", "ruth@old.example", added_by="system", now=MONDAY)
    with resources.database.write() as session:
        session.add_all([phone, mail])
        found = [(str(phone.id), "phone"), (str(mail.id), "email")]
    for identifier, kind in found:
        case.happen(Tag.IDENTIFIER_FOUND, identifier=identifier, kind=kind)
    rail = text_of(person.get(f"/console/cases/{case.reference}")).partition("Identity ")[2]
    assert "+447700900021 held by us" in rail
    assert "+447700900021 held by us, told" not in rail
    assert "ruth@old.example held by us, not told of the request yet" in rail
    case.happen(Tag.HOLDERS_TOLD, identifiers=[found[1][0]])
    rail = text_of(person.get(f"/console/cases/{case.reference}")).partition("Identity ")[2]
    assert "ruth@old.example held by us, told of the request" in rail
    assert "+447700900021 held by us, " not in rail


def test_the_rail_says_of_a_complaint_what_its_day_is_for(at_console: SignIn, resources: Resources) -> None:
    rail = text_of(at_console().get(f"/console/cases/{STAGES['complaint'](resources).reference}")).partition("Clock, and how")[2]
    assert "Acknowledge by" in rail
    assert "Answer by" not in rail
    delivered = text_of(at_console().get(f"/console/cases/{STAGES['delivered'](resources).reference}"))
    assert "prepared." in delivered.partition("Owner and notes")[2], "it is approved already"


def test_a_preparer_is_told_why_there_is_no_button(at_console: SignIn, resources: Resources) -> None:
    case = in_review(resources)
    lead = at_console(Role.PRIVACY_LEAD)
    state = CaseReader(resources).get(case.id).state
    case.sequence = state.sequence
    item = uuid4()
    case.happen(Tag.WORK_ITEM_OPENED, work_item=str(item), kind="needs_operator")
    case.done_by(lead.person, Tag.WORK_ITEM_COMPLETED, work_item=str(item), result="found", files=0)
    page = lead.get(f"/console/cases/{case.reference}")
    assert "needs other eyes than yours" in page.text
    assert "Approve and release" not in page.text


def test_every_look_is_noted_once(at_console: SignIn, resources: Resources) -> None:
    case = in_review(resources)
    person = at_console()
    person.get(f"/console/cases/{case.reference}")
    person.get(f"/console/cases/{case.reference}/systems/progress", X_Habeas_Poll="1")
    with resources.database.read() as session:
        rows = session.exec(select(AccessLog).where(AccessLog.case_id == case.id)).all()
    assert [(row.actor, row.action) for row in rows] == [(person.person, "view_case")]


class TestSystems:
    def test_a_running_search_shows_what_came_so_far_and_renews_itself(self, at_console: SignIn, resources: Resources) -> None:
        case = searching(resources)
        page = at_console().get(f"/console/cases/{case.reference}/systems")
        assert "Searching, 3 of 11 collections" in page.text, "nobody can be found in the twelfth, and nobody looks there"
        assert '<progress value="3" max="11"' in page.text
        assert "1,917 records so far" in page.text
        assert f'data-poll="/console/cases/{case.reference}/systems/progress?stage=collecting.' in page.text
        assert 'role="status" data-says' in page.text

    def test_a_system_that_does_not_answer_is_never_called_searched(self, at_console: SignIn, resources: Resources) -> None:
        """Each attempt leaves a receipt for every collection; without an answer they are no zero (design principle 6)."""
        case, person = searching(resources), at_console()
        business = next(system for system in resources.datamap.systems if system.name == "business")
        for each in business.collections:
            receipt(case, "business", each.name, 0, state="failed")
        for tab in ("systems", "systems/progress"):
            page = text_of(person.get(f"/console/cases/{case.reference}/{tab}"))
            row = page.partition("Billing and support ")[2].partition("Image files")[0]
            assert row.startswith("No answer so far; it is tried again by itself")
            assert "nothing found" not in row
            assert "0 records" not in row
            assert f"0 of {len(resources.datamap.systems)} searched" in page

    def test_the_fragment_says_when_the_case_has_moved_on(self, at_console: SignIn, resources: Resources) -> None:
        case = searching(resources)
        person, path = at_console(), f"/console/cases/{case.reference}/systems/progress"
        stage = f"collecting.{CaseReader(resources).get(case.id).state.sequence}"
        assert 'data-fragment="systems" data-poll' in person.get(f"{path}?stage={stage}").text
        case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform"])
        assert 'data-fragment="reload"' in person.get(f"{path}?stage={stage}").text

    def test_what_failed_comes_first_and_nothing_is_hidden(self, at_console: SignIn, resources: Resources) -> None:
        case = failed(resources)
        page = text_of(at_console().get(f"/console/cases/{case.reference}/systems"))
        table = page.partition("What to do ")[2]
        assert table.startswith("Billing and support No answer, tried 8 times 0")
        for name in ("The platform", "Image files", "The payment provider With Finance"):
            assert name in table
        assert f"2 of {len(resources.datamap.systems)} searched" in table

    def test_the_person_reads_the_same_count_on_their_page(
        self, at_console: SignIn, web: TestClient, resources: Resources
    ) -> None:
        case = failed(resources)
        case.happen(Tag.SYSTEM_UNASKED, system="office_mail")
        asked = len(resources.datamap.systems) - 1  # one is asked for in other cases only
        page = text_of(at_console().get(f"/console/cases/{case.reference}/systems"))
        assert page.count(f"2 of {asked} searched") == 2
        assert "1 left out or not needed" in page
        web.get(f"/follow/{a_link(case, 'follow')}")
        assert f"2 of the {asked} systems that we ask have answered." in web.get("/follow").text


class TestHistory:
    def test_it_is_in_words_and_names_people(self, at_console: SignIn, resources: Resources) -> None:
        case = in_review(resources)
        page = text_of(at_console().get(f"/console/cases/{case.reference}/history"))
        for words in (
            "The request was received through our platform Habeas, Mon 23 November 2026, 09:00 GMT",
            "Asked what is meant Amira Osei",
            "Which account do you mean, or would you like everything?",
            "The question was answered The person",
            "Searched: The platform, 1,116 records",
            "Searched: Billing and support, nothing found",
            "Task answered, nothing found: search by hand, The payment provider",
        ):
            assert words in page
        assert not re.search(r"case:|[a-z]_[a-z]", page.partition("History")[2])
        assert "The package was built: 1,116 records and 96 files" in page, "files are counted as everywhere else"

    def test_letters_and_what_was_decided_on_records_are_lines_of_it(self, at_console: SignIn, resources: Resources) -> None:
        case = in_review(resources)
        with resources.database.write() as session:
            for number in (1, 2):
                item = f"platform.prompts.000000000000000{number}"
                session.add(
                    ItemDecision(
                        case_id=case.id,
                        revision=number,
                        item=item,
                        decision="withhold",
                        basis="third_party",
                        author=PREPARER,
                        decided_at=MONDAY,
                    )
                )
            session.add(
                Letter(
                    id=uuid4(),
                    case_id=case.id,
                    name="request_received",
                    number=1,
                    identifier=case.mailbox,
                    content=None,
                    message_id="<1@invalid>",
                    written_at=MONDAY,
                    accepted_at=MONDAY,
                    bounced_at=MONDAY,
                    bounce="hard",
                )
            )
        page = text_of(at_console().get(f"/console/cases/{case.reference}/history"))
        assert "Decided on 2 records of Your prompts" in page
        assert "withheld: other people" in page
        assert "Letter sent: Request received to ruth.adeyemi@post.imaginella.example" in page
        assert "Letter came back: Request received" in page
        assert "Promised in letters" in page
        auditor = text_of(at_console(Role.AUDITOR).get(f"/console/cases/{case.reference}/history"))
        assert "Letter sent: Request received" in auditor
        assert "ruth.adeyemi" not in auditor

    def test_an_auditor_reads_it_without_anybody_in_it(self, at_console: SignIn, resources: Resources) -> None:
        case = in_review(resources)
        auditor = at_console(Role.AUDITOR)
        for tab in ("/history", "/systems"):
            page = auditor.get(f"/console/cases/{case.reference}{tab}").text
            assert "Ruth" not in page
            assert "ruth" not in page
            assert "Which account" not in page
        assert "Identifier proven" in auditor.get(f"/console/cases/{case.reference}/history").text


class TestFourStates:
    """Empty, loading, partial and failed: each list says which, and what to do."""

    def test_a_request_whose_workflow_has_not_begun_has_its_page(self, at_console: SignIn, resources: Resources) -> None:
        request = IncomingRequest(rights=[Right.ACCESS], email="new@example.com", received_at=datetime.now(UTC), caller="portal")
        path = f"/console/cases/{Intake(resources).receive(request, datetime.now(UTC)).reference}"
        person = at_console()
        assert "The case is being started" in text_of(person.get(path))
        assert "Nothing is recorded yet. The request itself is safe" in text_of(person.get(f"{path}/history"))
        assert "Not searched yet" in text_of(person.get(f"{path}/systems"))

    def test_empty(self, at_console: SignIn, resources: Resources) -> None:
        person, path = at_console(), f"/console/cases/{STAGES['by-a-person'](resources).reference}"
        assert "No copy was asked for, so there is no package." in text_of(person.get(f"{path}/package"))
        assert "Package No copy was asked for, so none is made." in text_of(person.get(path))
        assert "Nobody has written yet" in text_of(person.get(f"{path}/messages"))
        assert "No letter has gone out yet." in text_of(person.get(f"{path}/messages"))
        assert "No words of their own came with it." in text_of(person.get(path))
        assert "No other case of this person." in text_of(person.get(path))
        copy = f"/console/cases/{STAGES['started'](resources).reference}"
        assert "There is no package yet. It is built when all systems have answered." in text_of(person.get(f"{copy}/package"))
        assert "Package None yet." in text_of(person.get(copy))

    def test_what_need_not_be_searched_is_said(self, at_console: SignIn, resources: Resources) -> None:
        page = text_of(at_console().get(f"/console/cases/{STAGES['complaint'](resources).reference}/systems"))
        assert "The platform Not needed for this request" in page
        assert "Nothing has to be searched for what was asked." in page
        assert f"0 of {len(resources.datamap.systems)} searched" not in page

    def test_loading(self, at_console: SignIn, resources: Resources) -> None:
        case = STAGES["by-hand"](resources)
        case.happen(Tag.COLLECTION_FINISHED)
        person, path = at_console(), f"/console/cases/{case.reference}"
        assert "The package is being built" in text_of(person.get(f"{path}/package"))
        searching_page = text_of(person.get(f"/console/cases/{searching(resources).reference}/systems"))
        assert "The page renews itself; without a script, load it again." in searching_page

    def test_every_tab_renews_itself_while_the_package_is_built(self, at_console: SignIn, resources: Resources) -> None:
        case, person = in_review(resources), at_console()
        case.happen(Tag.PACKAGE_REQUESTED, revision=5)
        for tab in ("", "/systems", "/coverage", "/package"):
            page = person.get(f"/console/cases/{case.reference}{tab}?done=prepare_package")
            assert 'data-poll="' in page.text, tab
            assert "is being built." not in text_of(page).partition("Next step")[0], "true after a reload too"

    def test_partial(self, at_console: SignIn, resources: Resources) -> None:
        case = in_review(resources)
        decision = ItemDecision(
            case_id=case.id, revision=1, item="platform.accounts.0", decision="withhold", author=PREPARER, decided_at=MONDAY
        )
        with resources.database.write() as session:
            session.add(decision)
        person, path = at_console(), f"/console/cases/{case.reference}"
        assert "It shows what was decided before; build it again to see the rest." in text_of(person.get(f"{path}/package"))
        assert 'action="' + path + '/actions/prepare_package"' in person.get(path).text

    def test_failed(self, at_console: SignIn, resources: Resources) -> None:
        page = text_of(at_console().get(f"/console/cases/{failed(resources).reference}"))
        what, kept, now = (
            "Billing and support did not answer.",
            "Everything found so far is kept",
            "Retry, or continue without it",
        )
        assert page.index(what) < page.index(kept) < page.index(now)
        letter = text_of(at_console().get(f"/console/cases/{STAGES['letter-failed'](resources).reference}"))
        assert "did not go out by mail" in letter
        assert "Everything else of the case is kept." in letter

    def test_a_case_whose_key_was_destroyed_still_shows_its_record(self, at_console: SignIn, resources: Resources) -> None:
        case = STAGES["withdrawn"](resources)
        resources.vault.destroy_case_key(case.id, rule="retention", approver="system")
        person, path = at_console(), f"/console/cases/{case.reference}"
        page = person.get(path)
        assert page.status_code == 200
        assert "Ruth" not in page.text
        assert "Closed: withdrawn" in text_of(person.get(f"{path}/history"))


def test_a_paper_case_tells_no_tale_of_mailboxes_and_names_what_was_named(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, email=None, channel="letter", name="Ruth Adeyemi", hints=[("customer_id", "1")])
    case.send("request_received")
    page = text_of(at_console().get(f"/console/cases/{case.reference}/history"))
    assert "Letter written, to be printed and posted: Request received" in page
    told = text_of(at_console().get(f"/console/cases/{case.reference}"))
    assert "1 letter, of which 1 has not gone out yet" in told
    assert "mailbox" not in page.partition("History")[2].partition("Person")[0]
    assert "It has to be made sure who asks" in page
    assert "Customer number 1 was named" in page


def test_proof_that_nobody_asked_for_is_not_beside_that_none_is_needed(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, name="Ruth Adeyemi", rights=[Right.OBJECTION])
    person, path = at_console(), f"/console/cases/{case.reference}"
    assert "No check needed" in text_of(person.get(path))
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code")
    page = text_of(person.get(path))
    assert "Shown, though it need not be" in page
    assert "What showed it: A code to the mailbox." in page
    assert "No check needed" not in page


def test_an_outcome_that_is_not_chosen_yet_is_not_one_that_was_not_said(at_console: SignIn, resources: Resources) -> None:
    case = STAGES["by-a-person"](resources)
    (item,) = CaseReader(resources).get(case.id).state.work_items
    form = text_of(at_console().get(f"/console/cases/{case.reference}/actions/complete_work_item?work_item={item}&result=done"))
    assert "Choose how it ended Fulfilled" in form
    assert "Not said" not in form


def test_a_doubt_that_was_settled_stands_no_longer(at_console: SignIn, resources: Resources) -> None:
    case = CaseInHand(resources, email=None, channel="letter", name="Ruth Adeyemi", rights=[Right.RESTRICTION])
    case.happen(Tag.IDENTITY_DOUBTED, doubt="by_staff")
    person, path = at_console(), f"/console/cases/{case.reference}"
    before = text_of(person.get(path))
    assert "Something makes it doubtful who asks." in before
    assert "A code to the mailbox" not in before, "there is none"
    case.done_by(PREPARER, Tag.IDENTITY_CONFIRMED, how="caseworker", factors=["by_person"])
    after = text_of(person.get(path))
    assert "doubtful who asks." not in after
    assert "It settles what was doubtful at first: " in after


def test_a_closed_case_is_due_no_more(at_console: SignIn, resources: Resources) -> None:
    case = withdrawn(resources)
    page = text_of(at_console().get(f"/console/cases/{case.reference}"))
    assert "Closed Mon 23 November 2026 the day to answer by was" in page
    assert "Due, in " not in page
    queue = text_of(at_console().get("/console/cases?view=closed"))
    assert "closed" in queue.partition(case.reference)[2]
    assert "in " not in queue.partition(case.reference)[2].partition("closed")[0]
