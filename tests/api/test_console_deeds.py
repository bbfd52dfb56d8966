"""Commands as forms: one click where nothing has to be said, refusals beside the form, files sealed, looks noted."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select, update

from adapters.database.case_reader import CaseReader
from adapters.database.people import add_caseworker
from adapters.database.tables import (
    AccessLog,
    CaseAssignment,
    CommandRow,
    ItemDecision,
    KeptForm,
    Note,
    StaffSession,
    UploadedFile,
)
from adapters.leftovers import sweep_leftovers
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Outcome, Role, Status
from tests.activities.package_case import SEARCHED, SearchedCase
from tests.api.conftest import FakeGateway, add_package
from tests.api.visiting import status_of
from tests.at_console import COOKIE, AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.case_stages import erasure, proven_wanted

SignIn = Callable[..., AtConsole]


@pytest.fixture
def waiting(opened_case: CaseInHand) -> tuple[CaseInHand, str]:
    """A system that only a person can search, and its task."""
    opened_case.proven()
    opened_case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(opened_case.mailbox)], systems=["platform", "paper"])
    opened_case.happen(Tag.SYSTEM_SEARCHED, system="platform", records=2)
    item = str(uuid4())
    opened_case.happen(Tag.WORK_ITEM_OPENED, work_item=item, kind="search_by_hand", system="paper")
    return opened_case, item


def path_of(case: CaseInHand | SearchedCase) -> str:
    return f"/console/cases/{CaseReader(case.resources).get(case.id).receipt.reference}"


def test_the_mailbox_is_no_proof_where_there_is_none_and_what_was_recorded_stands_on_the_page(
    at_console: SignIn, resources: Resources
) -> None:
    case = CaseInHand(resources, email=None, channel="letter", name="Ruth Adeyemi", hints=[("customer", "4711")])
    lead = at_console(Role.PRIVACY_LEAD)
    form = lead.get(f"{path_of(case)}/actions/confirm_identity").text
    assert 'value="by_person"' in form
    assert 'value="mailbox"' not in form
    refused = lead.post(f"{path_of(case)}/actions/confirm_identity", {"factors": ["mailbox", "by_person"], "reason": "Called."})
    assert refused.status_code == 422
    assert "no mailbox that could have been shown" in refused.text
    with resources.database.read() as session:
        assert session.exec(select(func.count()).select_from(CommandRow)).one() == 0
    done = lead.post(f"{path_of(case)}/actions/confirm_identity", {"factors": ["by_person"], "reason": "Called."})
    assert done.status_code == 303
    for page in ("", "/history"):
        assert "Called back on the number we hold" in text_of(lead.get(f"{path_of(case)}{page}"))


def test_the_mailbox_is_offered_where_the_case_has_one(at_console: SignIn, opened_case: CaseInHand) -> None:
    form = at_console(Role.PRIVACY_LEAD).get(f"{path_of(opened_case)}/actions/confirm_identity").text
    assert 'value="mailbox"' in form


def logged(resources: Resources) -> list[str]:
    with resources.database.read() as session:
        return list(session.exec(select(AccessLog.action).order_by(AccessLog.id)).all())  # type: ignore[arg-type]


def once_of(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


class TestPress:
    def test_nothing_found_says_who_looked_and_where(
        self, at_console: SignIn, waiting: tuple[CaseInHand, str], gateway: FakeGateway
    ) -> None:
        case, item = waiting
        person = at_console()
        page = person.get(path_of(case))
        assert f'name="work_item" value="{item}"' in page.text
        form = {"once": once_of(page.text), "work_item": item, "result": "not_found"}
        refused = person.post(f"{path_of(case)}/actions/complete_work_item", form)
        assert refused.status_code == 422
        assert "Who looked: say who looked." in text_of(refused)
        assert "Where: say where they looked." in text_of(refused), "both at once"
        place = re.search(r'name="looked_in" value="(\w+)"', page.text)
        assert place is not None
        form |= {"looked_by": "me", "looked_in": place[1]}
        answer = person.post(f"{path_of(case)}/actions/complete_work_item", form)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{path_of(case)}/systems?done=complete_work_item"
        told = text_of(person.get(answer.headers["location"]))
        assert "The task is done." in told
        assert "Amira Osei looked in:" in text_of(person.get(f"{path_of(case)}/history"))
        assert [call.command.actor.person for call in gateway.calls] == [person.person]
        assert CaseReader(case.resources).get(case.id).state.open_work_items == {}

    def test_pressed_twice_is_one_command(self, at_console: SignIn, waiting: tuple[CaseInHand, str]) -> None:
        case, item = waiting
        person = at_console()
        form = {"once": "a-mark", "work_item": item, "result": "exception", "note": "It was shut down."}
        for _ in range(2):
            assert person.post(f"{path_of(case)}/actions/complete_work_item", form).status_code == 303
        with case.resources.database.read() as session:
            assert session.exec(select(func.count()).select_from(CommandRow)).one() == 1

    def test_an_engine_that_does_not_answer_is_said_and_nothing_is_claimed(
        self, at_console: SignIn, waiting: tuple[CaseInHand, str], gateway: FakeGateway
    ) -> None:
        case, item = waiting
        person, gateway.silent = at_console(), True
        answer = person.post(
            f"{path_of(case)}/actions/complete_work_item", {"work_item": item, "result": "exception", "note": "Shut down."}
        )
        assert answer.headers["location"] == f"{path_of(case)}?done=waiting"
        assert "the engine has not answered yet" in text_of(person.get(answer.headers["location"]))

    def test_a_reviewer_releases_with_one_click(self, at_console: SignIn, searched: SearchedCase) -> None:
        person, path = at_console(Role.REVIEWER), path_of(searched)
        page = person.get(path).text
        sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
        assert sha256 is not None
        answer = person.post(f"{path}/actions/approve_package", {"sha256": sha256[1]})
        assert answer.headers["location"] == f"{path}?done=approve_package"
        assert status_of(searched)[0] is Status.FULFILLING

    def test_where_something_was_kept_back_what_nobody_saw_leaves_only_with_a_tick_and_a_reason(
        self, at_console: SignIn, searched: SearchedCase
    ) -> None:
        searched.decide(searched.items("platform", "accounts")[0].id, "withhold", "third_party")
        package = searched.build()
        searched.event(Tag.PACKAGE_BUILT, **package.facts)
        person, path = at_console(Role.REVIEWER), path_of(searched)
        form = f"{path}/actions/approve_package?sha256={package.facts['sha256']}"
        assert form in person.get(path).text
        asked = person.get(form).text
        assert "were seen by nobody" in text_of(person.get(form))
        assert asked.index('name="released_unseen"') < asked.index('name="reason"'), "the box stands above the reason it needs"
        both = text_of(person.post(f"{path}/actions/approve_package", {"sha256": str(package.facts["sha256"])}))
        assert "tick the box." in both
        assert ": say why it may leave although nobody looked" in both
        given = {"sha256": str(package.facts["sha256"])}
        for typed in ({}, {"reason": "Her own pictures alone."}, {"released_unseen": "yes"}):
            assert person.post(f"{path}/actions/approve_package", given | typed).status_code == 422
        assert status_of(searched)[0] is Status.IN_REVIEW
        typed = {"released_unseen": "yes", "reason": "Her own pictures alone."}
        answer = person.post(f"{path}/actions/approve_package", given | typed)
        assert answer.headers["location"] == f"{path}?done=approve_package"
        history = text_of(person.get(f"{path}/history"))
        assert re.search(r"Released although \d+ of \d+ were seen by nobody. Her own pictures alone.", history)

    def test_a_sign_in_of_long_ago_is_asked_again_and_nothing_happens_before(
        self, at_console: SignIn, searched: SearchedCase
    ) -> None:
        person, path = at_console(Role.REVIEWER, ago=timedelta(minutes=6)), path_of(searched)
        assert "You will be asked to sign in again first" in person.get(path).text
        answer = person.post(f"{path}/actions/approve_package", {"sha256": "a" * 64})
        back = unquote(answer.headers["location"].removeprefix("/console/sign-in/again?next="))
        assert back == f"{path}?done=signed_in_again"
        assert "press the button once more" not in person.get(back).text, "nobody signed in yet"
        asked = person.get(f"{path}/actions/return_for_rework")  # before anything is typed
        assert asked.headers["location"] == f"/console/sign-in/again?next={path}/actions/return_for_rework"
        assert status_of(searched)[0] is Status.IN_REVIEW

    def test_what_was_typed_while_the_sign_in_aged_is_there_again_after_the_password(
        self, at_console: SignIn, searched: SearchedCase
    ) -> None:
        person, path = at_console(Role.REVIEWER, ago=timedelta(minutes=6)), path_of(searched)
        typed = "The third picture shows somebody else; look at it together with the fourth."
        answer = person.post(f"{path}/actions/return_for_rework", {"reason": typed})
        back = unquote(answer.headers["location"].partition("next=")[2])
        assert back.startswith(f"{path}/actions/return_for_rework?kept=")
        with searched.resources.database.read() as session:
            (row,) = session.exec(select(KeptForm)).all()
            assert b"third picture" not in row.fields
        with searched.resources.database.write() as session:  # the password was given
            session.execute(update(StaffSession).values(began_at=datetime.now(UTC)))
        page = person.get(back).text
        assert typed in page
        assert "Nothing was done yet: press the button once more." in page
        assert typed not in at_console(Role.PRIVACY_LEAD).get(back).text  # somebody else does not read it
        assert status_of(searched)[0] is Status.IN_REVIEW
        sweep_leftovers(searched.resources, datetime.now(UTC) + timedelta(hours=25))
        assert typed not in person.get(back).text


class TestRefusals:
    def test_a_preparer_is_refused_beside_the_form(self, at_console: SignIn, searched: SearchedCase) -> None:
        person, path = at_console(Role.PRIVACY_LEAD), path_of(searched)
        state = CaseReader(searched.resources).get(searched.id).state
        assert state.package is not None
        searched.event(Tag.SYSTEM_SKIPPED, system="billing")
        with searched.resources.database.write() as session:
            session.add(
                ItemDecision(
                    case_id=searched.id,
                    revision=1,
                    item="platform.accounts.0",
                    decision="include",
                    author=person.person,
                    decided_at=SEARCHED,
                )
            )
        answer = person.post(f"{path}/actions/approve_package", {"sha256": state.package.sha256})
        assert answer.status_code in {403, 409}
        assert 'role="alert"' in answer.text
        assert status_of(searched)[0] is Status.IN_REVIEW

    def test_another_package_than_the_one_shown_is_refused_in_words(self, at_console: SignIn, searched: SearchedCase) -> None:
        answer = at_console(Role.REVIEWER).post(f"{path_of(searched)}/actions/approve_package", {"sha256": "b" * 64})
        assert answer.status_code == 409
        assert "What you approved has changed" in text_of(answer)

    def test_a_reason_that_is_missing_is_told_at_its_field_and_the_rest_is_kept(
        self, at_console: SignIn, opened_case: CaseInHand
    ) -> None:
        opened_case.proven()
        person, path = at_console(), path_of(opened_case)
        page = person.get(f"{path}/actions/propose_refusal")
        assert "Reasons for the person" in page.text
        answer = person.post(
            f"{path}/actions/propose_refusal", {"ground": "excessive", "text": "Four times <this> year.", "reason": " "}
        )
        assert answer.status_code == 422
        assert 'id="reason-fault"' in answer.text
        assert 'href="#reason"' in answer.text
        assert "Four times &lt;this&gt; year." in answer.text
        assert '<option value="excessive" selected>' in answer.text
        assert "<title>Error: " in answer.text

    def test_what_is_not_possible_now_says_so(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        opened_case.happen(Tag.REQUEST_WITHDRAWN)
        opened_case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
        person, path = at_console(), path_of(opened_case)
        assert "This is not possible now." in person.get(f"{path}/actions/extend_deadline").text
        answer = person.post(f"{path}/actions/extend_deadline", {"ground": "complexity", "reason": "Four archives."})
        assert answer.status_code == 409
        assert "not possible at the case" in text_of(answer)
        assert "Four archives." in answer.text

    @pytest.mark.parametrize(
        ("action", "role"), [("approve_package", Role.CASEWORKER), ("close", Role.CASEWORKER), ("withdraw", Role.DPO)]
    )
    def test_a_role_that_does_not_cover_it_does_not_even_see_the_form(
        self, at_console: SignIn, opened_case: CaseInHand, action: str, role: Role
    ) -> None:
        person, path = at_console(role), path_of(opened_case)
        assert person.get(f"{path}/actions/{action}").status_code == 403
        assert person.post(f"{path}/actions/{action}", {"reason": "Because."}).status_code == 403

    def test_an_action_that_is_none_is_not_there(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        for name in ("nothing", "open_package"):
            assert at_console().get(f"{path_of(opened_case)}/actions/{name}").status_code in {403, 404}


class TestForms:
    @pytest.mark.parametrize(
        ("action", "fields", "tag"),
        [
            ("request_clarification", {"question": "Which account do you mean?"}, Tag.CLARIFICATION_ASKED),
            (
                "extend_deadline",
                {"ground": "complexity", "reason": "Four archives that are searched by hand."},
                Tag.EXTENSION_DECIDED,
            ),
            (
                "propose_refusal",
                {"ground": "excessive", "reason": "Fifth.", "text": "A fifth is too much."},
                Tag.REFUSAL_PROPOSED,
            ),
            ("record_fee", {"step": "asked", "reason": "A third copy, 12 pounds."}, Tag.FEE_ASKED),
            ("send_message", {"text": "We look at it."}, Tag.MESSAGE_SENT),
            ("add_note", {"text": "Rang her today."}, Tag.NOTE_ADDED),
            ("add_identifier", {"kind": "email", "value": "old@example.com"}, Tag.IDENTIFIER_CLAIMED),
            ("hold", {"reason": "She moves house."}, Tag.REQUEST_HELD),
        ],
    )
    def test_what_is_written_is_sealed_and_the_event_recorded(
        self, at_console: SignIn, opened_case: CaseInHand, action: str, fields: dict[str, str], tag: Tag
    ) -> None:
        opened_case.proven()
        person, path = at_console(Role.PRIVACY_LEAD), path_of(opened_case)
        answer = person.post(f"{path}/actions/{action}", fields)
        assert answer.status_code == 303, text_of(answer)
        events = CaseReader(opened_case.resources).events(opened_case.id)
        assert (events[-1].tag, events[-1].actor) == (tag, person.person)
        with opened_case.resources.database.read() as session:
            sealed = b"".join(note.text for note in session.exec(select(Note)).all())
        assert not any(words.encode() in sealed for words in fields.values())

    def test_ending_a_case(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        person, path = at_console(), path_of(opened_case)
        assert 'class="button red"' in person.get(f"{path}/actions/withdraw").text
        person.post(f"{path}/actions/withdraw", {"reason": "Told us by telephone today."})
        assert status_of(opened_case) == (Status.CLOSED, Outcome.WITHDRAWN)

    def test_joining_with_another_case_by_its_reference(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        other = CaseInHand(opened_case.resources)
        other.proven()
        person, path = at_console(), path_of(opened_case)
        assert other.reference in person.get(path).text  # it is listed as related: the same address
        wrong = person.post(f"{path}/actions/merge_duplicate", {"into": "HAB-00000000", "reason": "Same day."})
        assert 'id="into-fault"' in wrong.text
        person.post(f"{path}/actions/merge_duplicate", {"into": other.reference, "reason": "Same person, same day."})
        assert status_of(opened_case) == (Status.CLOSED, Outcome.DUPLICATE)

    def test_a_right_carried_out_by_hand_ends_with_words_for_the_person(self, at_console: SignIn, resources: Resources) -> None:
        case = erasure(resources)
        item = next(iter(CaseReader(resources).get(case.id).state.open_work_items))
        person, path = at_console(), path_of(case)
        form = person.get(f"{path}/actions/complete_work_item?work_item={item}&result=done").text
        assert "What the person is told" in form
        assert 'name="outcome"' in form
        fields = {"work_item": str(item), "result": "done", "outcome": "fulfilled", "note": "We corrected your name."}
        assert person.post(f"{path}/actions/complete_work_item", fields).status_code == 303
        assert CaseReader(resources).get(case.id).state.rights[0].outcome is Outcome.FULFILLED

    def test_the_form_says_what_it_does_to_the_date(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        opened_case.proven()
        page = text_of(at_console().get(f"{path_of(opened_case)}/actions/request_clarification"))
        assert "This stops the clock from today until the reply arrives" in page

    def test_identifiers_have_their_actions(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        other = opened_case.second_address("old@example.com")
        person, path = at_console(), path_of(opened_case)
        assert f"/actions/accept_identifier?identifier={other}" in person.get(path).text
        form = text_of(person.get(f"{path}/actions/accept_identifier?identifier={other}"))
        assert "E-mail address old@example.com This belongs to the person" in form
        person.post(f"{path}/actions/accept_identifier", {"identifier": str(other), "reason": "Named in her signed letter."})
        assert CaseReader(opened_case.resources).get(opened_case.id).state.identifiers[other].standing == "accepted"


class TestOwner:
    def test_taking_and_handing_over_is_kept(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        person, path = at_console(), path_of(opened_case)
        colleague = add_caseworker(opened_case.resources.database, email="p@example.com", name="Priya Nair", role=Role.CASEWORKER)
        assert "Nobody yet" in text_of(person.get(path))
        assert person.post(f"{path}/owner", {"to": person.person}).status_code == 303
        assert "Amira Osei, you" in text_of(person.get(path))
        person.post(f"{path}/owner", {"to": f"caseworker:{colleague}"})
        assert "Priya Nair" in text_of(person.get(path))
        person.post(f"{path}/owner", {"to": ""})
        with opened_case.resources.database.read() as session:
            given = session.exec(select(CaseAssignment.assignee).order_by(CaseAssignment.id)).all()  # type: ignore[arg-type]
        assert given == [person.person, f"caseworker:{colleague}", None]

    @pytest.mark.parametrize("to", ["x", f"caseworker:{UUID(int=5)}"])
    def test_nobody_unknown(self, at_console: SignIn, opened_case: CaseInHand, to: str) -> None:
        assert at_console().post(f"{path_of(opened_case)}/owner", {"to": to}).status_code == 422


class TestFiles:
    def test_what_was_found_is_sealed_and_answers_the_task_once(
        self, at_console: SignIn, waiting: tuple[CaseInHand, str], web: TestClient
    ) -> None:
        case, item = waiting
        person = at_console()
        for _ in range(2):
            answer = self._send(web, person, f"{path_of(case)}/files/work_item", item, once="a-mark")
            assert answer.status_code == 303, answer.text
        with case.resources.database.read() as session:
            (row,) = session.exec(select(UploadedFile)).all()
        assert (row.system, row.uploaded_by) == ("paper", person.person)
        assert CaseReader(case.resources).get(case.id).state.open_work_items == {}

    def test_an_empty_file_is_told_beside_the_form(
        self, at_console: SignIn, waiting: tuple[CaseInHand, str], web: TestClient
    ) -> None:
        case, item = waiting
        answer = self._send(web, at_console(), f"{path_of(case)}/files/work_item", item, content=b"")
        assert answer.status_code == 422
        assert "This file is empty" in answer.text

    def test_a_forged_form_leaves_nothing(self, at_console: SignIn, waiting: tuple[CaseInHand, str], web: TestClient) -> None:
        case, item = waiting
        answer = self._send(web, at_console(), f"{path_of(case)}/files/work_item", item, key="0" * 64)
        assert answer.status_code == 401
        with case.resources.database.read() as session:
            assert session.exec(select(UploadedFile)).all() == []

    def _send(
        self, web: TestClient, person: AtConsole, path: str, item: str, *, once: str = "", key: str = "", content: bytes = b"a,b"
    ) -> httpx2.Response:
        command = {"key": key or person.form_key, "once": once, "work_item": item, "result": "found"}
        return web.post(
            path,
            data={"command": json.dumps(command)},
            files={"files": ("export.csv", content, "text/csv")},
            headers={"Cookie": f"{COOKIE}={person.cookie}"},
            follow_redirects=False,
        )


class TestContent:
    def test_the_preview_is_the_package_itself_in_a_sandbox(self, at_console: SignIn, searched: SearchedCase) -> None:
        person, path = at_console(), path_of(searched)
        page = person.get(f"{path}/preview/index.html")
        assert page.status_code == 200
        assert "Ruth Adeyemi" in page.text
        policy = page.headers["content-security-policy"]
        assert "sandbox" in policy
        assert "default-src 'none'" in policy
        assert "script" not in policy
        data = person.get(f"{path}/preview/data/billing/invoices.json")
        assert data.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in data.headers["content-security-policy"]
        assert b"R-1" in data.content
        for missing in ("nowhere.html", "../../etc/passwd", "data/"):
            assert person.get(f"{path}/preview/{missing}").status_code == 404
        assert logged(searched.resources).count("preview") >= 2

    def test_what_is_looked_at_is_byte_for_byte_what_an_approval_releases(
        self, at_console: SignIn, searched: SearchedCase
    ) -> None:
        """Principle 5: the preview's link names the hash that the button signs, and shows the bytes of that package alone."""
        person, path = at_console(Role.REVIEWER), path_of(searched)
        (sha256,) = set(re.findall(rf'{path}/preview/([0-9a-f]{{64}})/index.html"', person.get(path).text))
        assert f'name="sha256" value="{sha256}"' in person.get(path).text
        whole = searched.package()
        assert hashlib.sha256(whole).hexdigest() == sha256
        with zipfile.ZipFile(io.BytesIO(whole)) as package:
            assert all(person.get(f"{path}/preview/{sha256}/{name}").content == package.read(name) for name in package.namelist())
        searched.decide(searched.items("billing", "invoices")[0].id, "duplicate")
        add_package(searched)
        assert person.get(f"{path}/preview/{sha256}/index.html").status_code == 409, "another package was built since"
        assert sha256 not in person.get(path).text

    def test_a_form_leads_back_into_the_case_only(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        for back in ("https://elsewhere.example/", "//elsewhere.example", "/console/cases/HAB-00000000/x"):
            form = {"text": "We look at it.", "back": back}
            opened_case.sequence = CaseReader(opened_case.resources).get(opened_case.id).state.sequence
            answer = at_console().post(f"{path_of(opened_case)}/actions/send_message", form)
            assert answer.headers["location"] == f"{path_of(opened_case)}/messages?done=send_message"

    def test_the_whole_package_needs_a_fresh_sign_in_and_is_noted(self, at_console: SignIn, searched: SearchedCase) -> None:
        path = path_of(searched)
        late = at_console(Role.REVIEWER, "Late Reviewer", ago=timedelta(minutes=6))
        assert "/sign-in/again" in late.get(f"{path}/package.zip").headers["location"]
        answer = at_console(Role.REVIEWER).get(f"{path}/package.zip")
        assert answer.content == searched.package()
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "package" in logged(searched.resources)

    def test_the_protection_officer_looks_at_content_after_a_fresh_sign_in(
        self, at_console: SignIn, searched: SearchedCase
    ) -> None:
        path = path_of(searched)
        officer = at_console(Role.DPO, ago=timedelta(minutes=6))
        for inside in ("/package/billing/invoices", "/preview/index.html"):
            assert "/sign-in/again" in officer.get(path + inside).headers["location"]
        assert officer.get(f"{path}/package").status_code == 200  # counts alone

    def test_a_proof_of_identity_is_a_download_after_a_fresh_sign_in(self, at_console: SignIn, resources: Resources) -> None:
        case = proven_wanted(resources)
        path = f"{path_of(case)}/proofs/{CaseReader(resources).get(case.id).state.evidence[0]}"
        assert path in at_console().get(path_of(case)).text
        late = at_console(Role.CASEWORKER, "Late Worker", ago=timedelta(minutes=6))
        assert "/sign-in/again" in late.get(path).headers["location"]
        answer = at_console().get(path)
        assert answer.content == b"%PDF-1.7 a letter"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "identity_evidence" in logged(resources)
        assert at_console().get(f"{path_of(case)}/proofs/{UUID(int=3)}").status_code == 404

    def test_a_package_that_is_not_there_is_said(self, at_console: SignIn, opened_case: CaseInHand) -> None:
        person, path = at_console(), path_of(opened_case)
        assert "There is no package yet" in person.get(f"{path}/package").text
        assert person.get(f"{path}/preview/index.html").status_code == 409
        assert "Nobody has written yet" in person.get(f"{path}/messages").text
        assert "No letter has gone out yet" in person.get(f"{path}/messages").text
