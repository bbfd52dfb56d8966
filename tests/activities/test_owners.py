"""Whose an identifier is, looked up before anybody says that it is the person's (Articles 5(1)(f), 32)."""

import json

from sqlmodel import select

from activities.owners import Owners
from adapters.database.tables import CaseIdentifierRow, Note
from domain.owners import FindOwners, FoundOwner
from tests.activities.shop import Shop
from tests.case_in_hand import CaseInHand


def _look(shop: Shop, case: CaseInHand) -> tuple[FoundOwner, list[list[str]]]:
    with shop.resources.database.read() as session:
        key = session.exec(select(CaseIdentifierRow.id).where(CaseIdentifierRow.case_id == case.id)).one()
    owners = Owners(shop.resources, shop.systems)
    message = FindOwners(case_id=case.id, identifiers=[key])
    (found,) = owners.find_owners(message).found
    assert owners.find_owners(message).found == [found], "looked up twice it is the same note"
    if found.note is None:
        return found, []
    with shop.resources.database.read() as session:
        note = session.get_one(Note, found.note)
    return found, json.loads(shop.resources.vault.case(case.id).open("note", "text", str(note.id), note.text))


def test_the_name_that_stands_under_a_typed_number_is_read_and_nothing_else(shop: Shop) -> None:
    shop.account(7, phone="+44 20 7946 0101")
    shop.account(8, email="other@post.example", phone="+44 20 7946 0102")
    found, names = _look(shop, shop.case(None, proven=False, hints=[("phone", "0044 20 7946 0102")]))
    assert (found.records, found.failed) == (1, False)
    assert names == [["Your account", "Person 8"]]


def test_a_number_that_nobody_has_and_a_system_that_is_away_are_two_things(shop: Shop) -> None:
    case = shop.case(None, proven=False, hints=[("phone", "+44 20 7946 0103")])
    assert _look(shop, case) == (FoundOwner(identifier=case.receipt and _key(shop, case)), [])
    shop.rename("accounts", "accounts_elsewhere")
    found, names = _look(shop, case)
    assert (found.failed, names) == (True, [])


def _key(shop: Shop, case: CaseInHand) -> object:
    with shop.resources.database.read() as session:
        return session.exec(select(CaseIdentifierRow.id).where(CaseIdentifierRow.case_id == case.id)).one()
