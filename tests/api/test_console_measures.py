"""Corrections, restrictions and consents at the console: what a caseworker fills in, and what the second person approves."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlmodel import select

from adapters.database.tables import CommandRow, Note
from adapters.notes import write_note
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right, Role
from tests.at_console import AtConsole
from tests.case_in_hand import CaseInHand
from tests.factories import ANNA, MONDAY, SHA

SignIn = Callable[..., AtConsole]


def carrying_out(resources: Resources, right: Right) -> CaseInHand:
    """A case in which a right waits for a caseworker."""
    case = CaseInHand(resources, rights=[right])
    case.proven()
    case.happen(Tag.WORK_ITEM_OPENED, work_item="00000000-0000-4000-8000-0000000000aa", kind="carry_out_right", right=right.value)
    return case


@pytest.mark.parametrize(
    ("right", "presses"),
    [
        (Right.RECTIFICATION, {"propose_rectification", "mark_disputed", "restrict_processing"}),
        (Right.RESTRICTION, {"restrict_processing"}),
        (Right.AUTOMATED_DECISION_REVIEW, {"record_view", "propose_rectification"}),
        (Right.WITHDRAW_CONSENT, {"withdraw_consent"}),
    ],
)
def test_the_card_offers_what_the_right_needs(at_console: SignIn, resources: Resources, right: Right, presses: set[str]) -> None:
    case = carrying_out(resources, right)
    person = at_console(Role.CASEWORKER)
    page = person.get(f"/console/cases/{case.reference}").text
    for action in presses:
        assert f"actions/{action}" in page
        form = person.get(f"/console/cases/{case.reference}/actions/{action}")
        assert form.status_code == 200
        assert "This is not possible now" not in form.text


def test_the_ground_of_a_restriction_is_chosen_and_never_presumed(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RESTRICTION)
    person = at_console(Role.CASEWORKER)
    path = f"/console/cases/{case.reference}/actions/restrict_processing"
    options = person.get(path).text.partition('<select id="ground"')[2].partition("</select>")[0]
    assert " selected" not in options or '<option value="" selected>' in options
    assert options.partition("<option ")[2].startswith('value=""'), "what a browser shows first is no ground"
    answer = person.post(path, {"ground": "", "reason": "She wrote so."})
    assert answer.status_code == 422
    assert "Ground: choose one." in answer.text
    assert "She wrote so." in answer.text, "what was typed is kept"


def test_a_correction_is_chosen_by_field_and_its_values_are_sealed(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    person = at_console(Role.CASEWORKER)
    path = f"/console/cases/{case.reference}/actions/propose_rectification"
    form = person.get(path).text
    place = next(part.partition('"')[0] for part in form.split('<option value="')[1:] if ".name" in part.partition('"')[0])
    given = {"place_1": place, "old_1": "Rut", "new_1": "Ruth", "reason": "Passport seen."}
    answer = person.post(path, given)
    assert answer.status_code in {200, 303}, answer.text
    with resources.database.read() as session:
        payload = session.exec(select(CommandRow).where(CommandRow.action == "propose_rectification")).one().payload
        note = session.get_one(Note, UUID(payload["changes"]))
    assert "Ruth" not in json.dumps(payload)
    vault = resources.vault.case(case.id)
    (change,) = json.loads(vault.open("note", "text", str(note.id), note.text))
    assert (change["old"], change["new"]) == ("Rut", "Ruth")
    assert payload["places"] == [place]


def test_whoever_approves_reads_both_values_and_how_many_records_they_change(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    change = {"system": "platform", "collection": "accounts", "field": "name", "old": "Rut", "new": "Ruth"}
    with resources.database.write() as session:
        vault = resources.vault
        words = {"author": ANNA.person, "now": MONDAY}
        changes = write_note(session, vault, case.id, text=json.dumps([change]), **words)  # type: ignore[arg-type]
        why = write_note(session, vault, case.id, text="Passport seen.", **words)  # type: ignore[arg-type]
    facts = {"kind": "correct", "right": "rectification", "changes": str(changes), "sha256": SHA, "note": str(why)}
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, places=["platform.accounts.name"], **facts)
    case.happen(Tag.MEASURE_EXAMINED, number=case.sequence, rows=2)
    page = at_console(Role.REVIEWER).get(f"/console/cases/{case.reference}").text
    assert "\u201cRut\u201d becomes \u201cRuth\u201d" in page
    assert "Passport seen." in page
    assert "2 records" in page
    assert "actions/approve_rectification" in page
    assert "actions/approve_rectification" not in at_console(Role.CASEWORKER).get(f"/console/cases/{case.reference}").text


def test_a_restriction_that_lasts_can_be_lifted_only_once_the_person_was_told(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RESTRICTION)
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="restrict", right="restriction", ground="claims", purposes=[])
    number = case.sequence
    case.happen(Tag.MEASURE_CARRIED_OUT, number=number, rows=1, by_hand=[], addressees=[])
    case.happen(Tag.RIGHT_ANSWERED, right="restriction", following=True)
    lead = at_console(Role.PRIVACY_LEAD)
    page = lead.get(f"/console/cases/{case.reference}").text
    assert "Restricted: nothing but storage" in page
    assert "actions/announce_lifting" in page
    assert "actions/lift_restriction" not in page
    case.happen(Tag.LIFTING_DECIDED, number=number, text=str(case.mailbox))
    case.happen(Tag.LIFTING_TOLD, number=number)
    assert "actions/lift_restriction" in lead.get(f"/console/cases/{case.reference}").text
