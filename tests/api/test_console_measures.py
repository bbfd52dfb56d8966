"""Corrections, restrictions and consents at the console: what a caseworker fills in, and what the second person approves."""

import json
import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from sqlmodel import select

from adapters.correctable_values import HeldValue, HeldValues, keep
from adapters.database.case_reader import CaseReader
from adapters.database.tables import CommandRow, Note
from adapters.notes import write_note
from adapters.resources import Resources
from api.console.cases.measure_fields import REMOVED, Ending, uses_chosen
from domain.events import Tag
from domain.rights import Right, Role
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import ADDRESS, CaseInHand
from tests.factories import ANNA, MONDAY, SHA

SignIn = Callable[..., AtConsole]


def carrying_out(resources: Resources, right: Right, **more: object) -> CaseInHand:
    """A case in which a right waits for a caseworker."""
    case = CaseInHand(resources, rights=[right], **more)
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
        form = person.get(f"/console/cases/{case.reference}/actions/{action}?typed=1")
        assert form.status_code == 200
        assert "This is not possible now" not in form.text


def test_the_ground_of_a_restriction_is_chosen_and_never_presumed(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RESTRICTION)
    person = at_console(Role.CASEWORKER)
    path = f"/console/cases/{case.reference}/actions/restrict_processing"
    options = person.get(path).text.partition('<select id="ground"')[2].partition("</select>")[0]
    assert " selected" not in options or '<option value="" selected>' in options
    assert options.partition("<option ")[2].startswith('value=""'), "what a browser shows first is no ground"
    answer = person.post(path, {"ground": "", "purposes": "every-use", "reason": "She wrote so."})
    assert answer.status_code == 422
    assert "Ground: choose one." in answer.text
    assert "She wrote so." in answer.text, "what was typed is kept"


def test_every_use_stops_only_where_somebody_chose_that(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RESTRICTION)
    person = at_console(Role.CASEWORKER)
    path = f"/console/cases/{case.reference}/actions/restrict_processing"
    shown = person.get(path).text
    boxes = shown.partition('id="purposes"')[2].partition("</fieldset>")[0]
    assert "Every use: the data are only stored" in boxes
    assert " checked" not in boxes
    empty = person.post(path, {}).text.partition('class="summary"')[2].partition("</ul>")[0]
    told = ["Ground: choose one.", "For which uses the data stop: choose at least one.", "Reason: fill this in."]
    assert re.findall(r">([^<]+)</a>", empty) == told, "all at once, in the order of the form"
    refused = person.post(path, {"ground": "claims", "reason": "She wrote so."})
    assert "For which uses the data stop: choose at least one." in refused.text
    both = person.post(path, {"ground": "claims", "reason": "She wrote so.", "purposes": ["every-use", "improve"]})
    assert "choose every use or single ones, not both." in both.text
    assert uses_chosen({"purposes": ["every-use"], "ground": "claims"}) == {"purposes": [], "ground": "claims"}


def test_a_correction_is_chosen_by_field_and_its_values_are_sealed(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    person = at_console(Role.CASEWORKER)
    path = f"/console/cases/{case.reference}/actions/propose_rectification"
    form = person.get(f"{path}?typed=1").text
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
    assert payload["contact"] is False


def test_a_correction_of_the_address_asks_for_more_identity_before_anybody_approves_it(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    person = at_console(Role.CASEWORKER)
    given = {"place_1": "platform.accounts.email", "old_1": ADDRESS, "new_1": "new@else.example", "reason": "They wrote so."}
    person.post(f"/console/cases/{case.reference}/actions/propose_rectification", given)
    state = CaseReader(resources).get(case.id).state
    assert state.measures[-1].contact
    case.sequence = state.sequence
    case.happen(Tag.MEASURE_EXAMINED, number=state.measures[-1].number, rows=1)
    page = at_console(Role.REVIEWER, "Ben Frank").get(f"/console/cases/{case.reference}").text
    assert "Show more of who asks before this is changed" in page
    assert "actions/approve_rectification" not in page


def looked_at(case: CaseInHand, *values: HeldValue) -> None:
    """What a look found, as the activity keeps it."""
    resources = case.resources
    with resources.database.write() as session:
        keep(session, resources.vault.case(case.id), case.id, 1, HeldValues(MONDAY, values))
    case.happen(Tag.VALUES_FOUND, keys=[str(case.mailbox)], after=0, values=len(values), failed=[])


NAME = HeldValue("platform", "accounts", "name", "Rut Adeyemi", 2)
LOCALE = HeldValue("platform", "accounts", "locale", "en-GB", 1)


def test_a_correction_is_chosen_from_what_is_held_and_takes_the_old_value_from_there(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.RECTIFICATION, correction=("My name is Rut Adeyemi there", "Ruth Adeyemi"))
    looked_at(case, LOCALE, NAME)
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}"
    assert person.get(f"{path}/actions/propose_rectification").headers["location"] == f"{path}/values"
    page = person.get(f"{path}/values").text
    assert "My name is Rut Adeyemi there" in page, "the person's own words stand beside it"
    named, _, others = page.partition('<details class="values-of"')
    assert ">Rut Adeyemi<" in named, "what they name stands first"
    assert "en-GB" in others
    key = named.partition('name="pick" id="pick-')[2].partition('"')[0]
    found = person.post(f"{path}/values", {"q": "en-gb", "pick": key}).text
    assert "en-GB" in found
    assert f'value="{key}" checked' in found, "what was chosen stays chosen"
    assert "Nothing fits" in person.post(f"{path}/values", {"q": "zzz"}).text
    form = person.post(f"{path}/actions/propose_rectification/chosen", {"pick": key}).text
    assert "\u201cRut Adeyemi\u201d, in 2 records" in form
    assert 'value="Ruth Adeyemi"' in form, "what the person says is right is where the proposal starts"
    answer = person.post(f"{path}/actions/propose_rectification", {"pick": key, "new_1": "Ruth Adeyemi", "reason": "Passport."})
    assert answer.status_code == 303, answer.text
    with resources.database.read() as session:
        payload = session.exec(select(CommandRow).where(CommandRow.action == "propose_rectification")).one().payload
        note = session.get_one(Note, UUID(payload["changes"]))
    (change,) = json.loads(resources.vault.case(case.id).open("note", "text", str(note.id), note.text))
    assert (change["field"], change["old"], change["new"]) == ("name", "Rut Adeyemi", "Ruth Adeyemi")


def test_an_empty_field_changes_nothing_and_a_value_goes_only_by_a_tick_that_whoever_approves_reads(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    looked_at(case, LOCALE, NAME, HeldValue("platform", "accounts", "email", None, 1))
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}"
    page = person.get(f"{path}/values").text
    locale, name = sorted({part.partition('"')[0] for part in page.split('id="pick-')[1:]})
    nothing = f"{name.removesuffix('1')}2"
    form = person.post(f"{path}/actions/propose_rectification/chosen", {"pick": [locale, name, nothing]}).text
    assert form.count("Left empty: no change.") == 3
    assert 'name="remove_2"' in form
    assert 'name="remove_3"' not in form, "where nothing stands nothing can be removed"
    given: dict[str, object] = {"pick": [locale, name], "reason": "Passport."}
    for wrong, words in (({}, "nothing would change yet"), ({"new_1": "en", "remove_1": "yes"}, "not both")):
        answer = person.post(f"{path}/actions/propose_rectification", given | wrong)
        assert answer.status_code == 422
        assert words in answer.text
    assert 'value="yes" checked' in answer.text, "what was ticked is kept"
    answer = person.post(f"{path}/actions/propose_rectification", given | {"new_1": "", "remove_2": "yes"})
    assert answer.status_code == 303, answer.text
    with resources.database.read() as session:
        payload = session.exec(select(CommandRow).where(CommandRow.action == "propose_rectification")).one().payload
        note = session.get_one(Note, UUID(payload["changes"]))
    (change,) = json.loads(resources.vault.case(case.id).open("note", "text", str(note.id), note.text))
    assert (change["field"], change["old"], change["new"]) == ("name", "Rut Adeyemi", None)
    state = CaseReader(resources).get(case.id).state
    case.sequence = state.sequence
    case.happen(Tag.MEASURE_EXAMINED, number=state.measures[-1].number, rows=2)
    page = at_console(Role.REVIEWER, "Ben Frank").get(path).text
    assert '<td class="pre">Rut Adeyemi</td><td class="pre">Removed: nothing stands there afterwards</td>' in page
    assert ">Remove the value<" in page
    assert ">Correct it<" not in page


def test_who_searches_for_an_address_finds_how_the_person_is_reached_before_anything_else(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    place = next(
        (system.name, each.name, name, each.fields[name].called(name))
        for system in resources.datamap.systems
        for each in system.collections
        for name in each.correctable
        if each.fields[name].category == "contact" and "address" not in each.fields[name].called(name).casefold()
    )
    looked_at(
        case, LOCALE, HeldValue("platform", "accounts", "locale", "an address in words", 1), HeldValue(*place[:3], "Elm", 1)
    )
    page = at_console().post(f"/console/cases/{case.reference}/values", {"q": "address"}).text
    assert ">Elm<" in page, f"{place[3]} is a part of an address"
    assert "an address in words" in page
    assert "en-GB" not in page


def test_a_choice_that_is_none_or_that_was_looked_at_anew_is_asked_again(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    looked_at(case, NAME)
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}/actions/propose_rectification"
    assert "Choose at least one value first." in person.post(f"{path}/chosen", {}).text
    gone = person.post(path, {"pick": "platform.1.0", "new_1": "Ruth", "reason": "Passport."})
    assert gone.status_code == 422
    assert "looked at again since you chose" in gone.text


def test_the_answer_to_a_correction_starts_in_the_language_of_the_person() -> None:
    changes = [("The platform: Your account, Town", "Cork", "Galway"), ("The platform: Your account, Phone", "1", REMOVED)]
    said = {language: Ending("", changes, language).draft.splitlines() for language in ("en", "de", "fr", "xx")}
    assert said["en"] == said["xx"], "where nobody knows it"
    assert said["de"][0] == "Das haben wir in unseren Unterlagen berichtigt:"
    assert said["de"][2] == "- Your account, Phone: \u201e1\u201c wurde entfernt"
    assert "est devenu" in said["fr"][1]


def test_what_came_back_says_why_and_what_is_done_leads_to_its_end(at_console: SignIn, resources: Resources) -> None:
    case, lead = carrying_out(resources, Right.RECTIFICATION), at_console(Role.PRIVACY_LEAD)
    why = case.note("It is the wrong account.", lead.person)
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="correct", right="rectification", places=[], sha256=SHA)
    number = case.sequence
    case.happen(Tag.MEASURE_EXAMINED, number=number, rows=1)
    colleague = at_console(Role.CASEWORKER, "Ben Hale")
    page = colleague.get(f"/console/cases/{case.reference}").text
    assert "actions/take_back_rectification" in page, "whoever sees that it is wrong takes it back"
    assert "actions/return_for_rework" not in page
    assert "actions/return_for_rework" in at_console(Role.REVIEWER).get(f"/console/cases/{case.reference}").text
    case.done_by(lead.person, Tag.MEASURE_RETURNED, number=number, note=str(why))
    assert "It is the wrong account." in colleague.get(f"/console/cases/{case.reference}").text
    place = ["platform.accounts.name"]
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="correct", right="rectification", places=place, sha256=SHA)
    case.happen(Tag.MEASURE_CARRIED_OUT, number=case.sequence, rows=1, by_hand=[], addressees=[])
    page = colleague.get(f"/console/cases/{case.reference}").text
    assert "Corrected: say how it ended" in page
    told = page.partition("What you would tell the authority today")[2]
    assert "<dt>Corrected</dt>" in told
    assert ", Name: 1 record." in unescape(told)
    assert "It is the wrong account." not in page
    assert page.index(">Say how it ended<") < page.index(">Propose another correction<")
    rows = colleague.get(f"/console/cases/{case.reference}/systems").text
    assert "what was decided is carried out here" in rows
    assert "Not needed for this request" not in rows


def test_what_was_just_approved_is_being_made_and_the_card_never_shows_the_step_before(
    at_console: SignIn, resources: Resources
) -> None:
    case, person = carrying_out(resources, Right.RECTIFICATION), at_console()
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="correct", right="rectification", places=[], sha256=SHA)
    number = case.sequence
    assert "records with the old value are being looked for" in person.get(f"/console/cases/{case.reference}").text
    case.happen(Tag.MEASURE_EXAMINED, number=number, rows=1)
    case.done_by("caseworker:00000000-0000-4000-8000-0000000000ee", Tag.MEASURE_APPROVED, number=number, sha256=SHA, binding=SHA)
    page = person.get(f"/console/cases/{case.reference}")
    card = text_of(page).partition("Next step")[2].partition("Anything else")[0]
    assert "The change is being made in the systems" in card
    assert "Propose" not in card
    assert "data-poll" in page.text, "the page comes back by itself"


@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.RESTRICTION, Right.WITHDRAW_CONSENT])
def test_what_is_never_searched_does_not_count_what_was_not_searched(
    at_console: SignIn, resources: Resources, right: Right
) -> None:
    case, person = carrying_out(resources, right), at_console()
    for tab in ("", "/systems"):
        page = text_of(person.get(f"/console/cases/{case.reference}{tab}"))
        assert "Nothing has to be searched" in page
        assert "0 of " not in page
        assert "Not searched yet" not in page


def test_a_form_says_for_what_its_purposes_are(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RESTRICTION)
    form = text_of(at_console().get(f"/console/cases/{case.reference}/actions/restrict_processing"))
    assert "For which uses the data stop" in form


def test_an_objection_sends_its_code_from_the_card_and_names_the_uses_that_none_can_reach(
    at_console: SignIn, resources: Resources
) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    key = "00000000-0000-4000-8000-0000000000aa"
    case.happen(Tag.WORK_ITEM_OPENED, work_item=key, kind="carry_out_right", right="objection")
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}"

    def card() -> str:
        return text_of(person.get(path)).partition("Next step")[2].partition("Anything else")[0]

    assert "To stop more than marketing, the mailbox has to be shown: send a code first." in card()
    assert "Send a code Say how it ended" in card()
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code")
    assert "send a code" not in card().lower()
    form = text_of(person.get(f"{path}/actions/restrict_processing"))
    assert "no objection reaches it" in form
    assert "Stop the purposes" in form
    markup = person.get(f"{path}/actions/restrict_processing").text
    grounds = markup.partition('<select id="ground"')[2].partition("</select>")[0]
    assert grounds.partition("<option ")[2].startswith('value="objection" selected>'), "the form is for this objection"
    boxes = markup.partition('id="purposes"')[2].partition("</fieldset>")[0]
    assert "<input" not in boxes.partition('value="every-use"')[2], "what no objection reaches comes last"
    assert "No letter goes out now" in form
    assert "The person is told, and told again" not in form


def test_a_correction_is_among_what_waits_for_approval(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="correct", right="rectification", places=[], sha256=SHA)
    case.happen(Tag.MEASURE_EXAMINED, number=case.sequence, rows=1)
    assert case.reference in at_console(Role.REVIEWER).get("/console/cases?view=approve").text


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
    number = case.sequence
    case.happen(Tag.MEASURE_EXAMINED, number=number, rows=2)
    page = at_console(Role.REVIEWER).get(f"/console/cases/{case.reference}").text
    assert '<td class="pre">Rut</td><td class="pre">Ruth</td>' in page
    assert "Passport seen." in page
    assert "2 records" in page
    assert "Once it is approved, the fields above hold the new value" in page
    assert "the old value can still stand in another place" in page
    assert "actions/approve_rectification" in page
    assert "actions/approve_rectification" not in at_console(Role.CASEWORKER).get(f"/console/cases/{case.reference}").text
    case.happen(Tag.MEASURE_CARRIED_OUT, number=number, rows=2, by_hand=[], addressees=[])
    colleague = at_console(Role.CASEWORKER, "Ben Hale")
    card = colleague.get(f"/console/cases/{case.reference}").text
    end = next(link for link in re.findall(r'href="([^"]+)"', card) if "complete_work_item" in link)
    form = colleague.get(unescape(end)).text
    assert '<td class="pre">Rut</td><td class="pre">Ruth</td>' in form, "what was corrected stands beside the answer"
    assert "\u201cRut\u201d is now \u201cRuth\u201d" in unescape(form), "the answer starts from it"


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


def test_what_was_stopped_until_an_objection_is_weighed_can_end_before_that_from_its_card(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.OBJECTION)
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="restrict", right="objection", ground="objection", purposes=[])
    number = case.sequence
    case.happen(Tag.MEASURE_CARRIED_OUT, number=number, rows=1, by_hand=[], addressees=[])
    lead, page = at_console(Role.PRIVACY_LEAD), f"/console/cases/{case.reference}"

    def card() -> str:
        return lead.get(page).text.partition('id="next-step"')[2].partition("Anything else")[0]

    assert "Carry out" in card()
    assert "actions/announce_lifting" in card()
    assert "actions/lift_restriction" not in card()
    case.happen(Tag.LIFTING_DECIDED, number=number, text=str(case.mailbox))
    case.happen(Tag.LIFTING_TOLD, number=number)
    assert "actions/lift_restriction" in card()


@pytest.mark.parametrize(
    ("right", "grounds"),
    [
        (Right.OBJECTION, ["compelling_grounds", "legal_claims", "manifestly_unfounded", "excessive", "exemption"]),
        (Right.RESTRICTION, ["manifestly_unfounded", "excessive", "exemption"]),
    ],
)
def test_an_objection_is_refused_on_its_own_grounds_first_and_nothing_else_is(
    at_console: SignIn, resources: Resources, right: Right, grounds: list[str]
) -> None:
    case = carrying_out(resources, right)
    form = at_console().get(f"/console/cases/{case.reference}/actions/propose_refusal?right={right.value}").text
    options = form.partition('<select id="ground"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([a-z_]+)"', options) == grounds


def test_whoever_posts_the_letter_of_a_restriction_reads_where_it_is_not_done_yet(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.RESTRICTION)
    case.done_by(ANNA.person, Tag.MEASURE_PROPOSED, kind="restrict", right="restriction", ground="claims", purposes=[])
    number, task = case.sequence, "00000000-0000-4000-8000-0000000000ab"
    case.happen(Tag.MEASURE_CARRIED_OUT, number=number, rows=0, by_hand=["payment_provider"], addressees=[])
    hand = {"kind": "measure_by_hand", "system": "payment_provider", "measure": str(number)}
    case.happen(Tag.WORK_ITEM_OPENED, work_item=task, **hand)
    post = {"kind": "letter_by_post", "letter": "restriction_in_force", "sent": "00000000-0000-4000-8000-0000000000ad"}
    case.happen(Tag.WORK_ITEM_OPENED, work_item="00000000-0000-4000-8000-0000000000ac", **post)
    caseworker, page = at_console(), f"/console/cases/{case.reference}"
    shown = caseworker.get(page).text
    assert "Print and post a letter" in shown
    assert "Not restricted yet, as the letter says too: " in shown
    case.done_by(ANNA.person, Tag.WORK_ITEM_COMPLETED, work_item=task, result="found", files=0)
    assert "Not restricted yet" not in caseworker.get(page).text


def test_whoever_proposes_or_approves_is_asked_of_every_other_place_that_holds_the_old_value(
    at_console: SignIn, resources: Resources
) -> None:
    """A correction changes the chosen places alone, so each other one is named with its records and asked about."""
    case = carrying_out(resources, Right.RECTIFICATION, correction=("Rut Adeyemi", "Ruth Adeyemi"))
    address = HeldValue("platform", "accounts", "locale", "c/o Rut  Adeyemi, Cork", 1, (("42",),))
    same = HeldValue("platform", "accounts", "email", "rut adeyemi", 2, (("42",), ("43",)))
    other = HeldValue("platform", "accounts", "locale", "Rut Adeyemison", 1, (("42",),))
    looked_at(case, NAME, address, same, other)
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}"
    keys = sorted({part.partition('"')[0] for part in person.get(f"{path}/values").text.split('id="pick-')[1:]})
    chosen = f"{path}/actions/propose_rectification/chosen"
    form = person.post(chosen, {"pick": keys[0]})
    told = text_of(form).partition("The old value stands in 2 other places too")[2]
    assert "c/o Rut Adeyemi, Cork 1 record: " in " ".join(told.split())
    assert "rut adeyemi 2 records: " in told
    assert "43" in told
    assert "Adeyemison" not in told, "another name"
    (twin,) = [key for key in keys if key.endswith(".2")]
    assert f'name="pick" value="{twin}"' in form.text
    both = person.post(chosen, {"pick": [keys[0], twin], "new_1": "Ruth Adeyemi", "reason": "Passport."}).text
    assert both.count('value="Ruth Adeyemi"') == 1, "what differs in its letters is typed, and nothing else is guessed"
    assert "Passport." in both, "what was typed is kept"
    given = {"pick": keys[0], "new_1": "Ruth Adeyemi", "reason": "Passport."}
    assert person.post(f"{path}/actions/propose_rectification", given).status_code == 303
    state = CaseReader(resources).get(case.id).state
    case.sequence = state.sequence
    case.happen(Tag.MEASURE_EXAMINED, number=state.measures[-1].number, rows=2)
    reviewer = at_console(Role.REVIEWER, "Ben Frank")
    card = text_of(reviewer.get(path)).partition("Next step")[2].partition("Anything else")[0]
    assert "Correct there too? The old value stands in 2 other places that no correction of this case changes" in card
    assert "rut adeyemi 2 records: " in card
    assert "If one of them is wrong too, return the proposal and say so" in card
    assert "what is listed above keeps the old one" in card
    case.happen(Tag.MEASURE_CARRIED_OUT, number=state.measures[-1].number, rows=2, by_hand=[], addressees=[])
    after = person.get(path).text
    card = after.partition('id="next-step"')[2].partition("Anything else")[0]
    assert "Corrected: say how it ended" in card
    assert card.count(f'action="{chosen}"') == 2
    assert f'name="pick" value="{twin}"' in card


def test_an_approval_says_when_the_old_value_stands_nowhere_else(at_console: SignIn, resources: Resources) -> None:
    case = carrying_out(resources, Right.RECTIFICATION)
    looked_at(case, NAME, LOCALE)
    person, path = at_console(Role.CASEWORKER), f"/console/cases/{case.reference}"
    key = person.get(f"{path}/values").text.partition('id="pick-')[2].partition('"')[0]
    given = {"pick": key, "new_1": "Ruth", "reason": "Passport."}
    assert "other place" not in text_of(person.post(f"{path}/actions/propose_rectification/chosen", given))
    assert person.post(f"{path}/actions/propose_rectification", given).status_code == 303
    state = CaseReader(resources).get(case.id).state
    case.sequence = state.sequence
    case.happen(Tag.MEASURE_EXAMINED, number=state.measures[-1].number, rows=2)
    card = text_of(at_console(Role.REVIEWER, "Ben Frank").get(path)).partition("Next step")[2]
    assert "no other field that can be corrected holds the old value" in card
    assert "Longer texts, and systems that only a person changes, were not looked through." in card
    assert "Correct there too?" not in card


def test_who_sends_marketing_for_us_is_the_first_task_of_an_objection_and_the_card_says_how_far_they_are(
    at_console: SignIn, resources: Resources
) -> None:
    case = carrying_out(resources, Right.OBJECTION)
    purpose, mail = resources.datamap.purposes[0], "mail_service"
    case.happen(Tag.MARKETING_STOPPED, addresses=1, purposes=[purpose.id], addressees=[f"instruct.{mail}"])
    caseworker, page = at_console(), f"/console/cases/{case.reference}"
    task = "00000000-0000-4000-8000-0000000000ae"
    asked = {"kind": "instruct_processor", "recipient": mail, "measure": str(case.sequence)}
    case.happen(Tag.WORK_ITEM_OPENED, work_item=task, **asked)
    shown = text_of(caseworker.get(page))
    assert "Instruct a processor" in shown
    assert f"{mail}. They object to how their data are used. Direct marketing stops at once, whatever they objected to" in shown
    case.done_by(ANNA.person, Tag.WORK_ITEM_COMPLETED, work_item=task, result="found", files=0)
    shown = text_of(caseworker.get(page))
    assert f"the addresses they named. Told: {mail}." in shown
    word = {"kind": "processor_confirmation", "recipient": mail, "measure": str(asked["measure"])}
    case.happen(Tag.WORK_ITEM_OPENED, work_item=task[:-1] + "f", **word)
    case.done_by(ANNA.person, Tag.WORK_ITEM_COMPLETED, work_item=task[:-1] + "f", result="found", files=0)
    shown = text_of(caseworker.get(page))
    assert f"Direct marketing stopped {purpose.title}: by the addresses they named. Told, and confirmed by them: {mail}." in shown
