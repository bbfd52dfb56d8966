"""What an erasure leaves behind: what is looked at again, what the certificate says, and what leads to nobody."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from activities.erasure_look import found_in
from adapters.certificate_check import check_certificate
from adapters.database.erasure_tables import SuppressionEntry
from adapters.database.tables import SearchReceipt
from adapters.signing import verify_signature
from adapters.suppression import LISTS, lists_of, suppress
from domain.erasure_messages import Leftover
from domain.errors import KeyMissingError
from tests.activities.erasing import Erasing, rows
from tests.activities.shop import RUTH, Shop
from tests.factories import MONDAY


def test_what_is_left_is_told_from_a_newer_account(erasing: Erasing) -> None:
    made = erasing.plan()
    assert erasing.carry_out(made).done
    shop = erasing.shop
    shop.insert("drafts", (1, 7, "came back from somewhere", None))  # although its account is gone
    shop.insert("accounts", (20, RUTH, None, "Signed up again", None, date(2099, 1, 1)))
    assert sorted(erasing.look(made).leftovers, key=lambda each: each.collection) == [
        Leftover(system="app", collection="accounts", rows=1, newer=True),
        Leftover(system="app", collection="drafts", rows=1),
    ]


def reached(shop: Shop, place: tuple[str, str], row: tuple[Any, ...]) -> set[tuple[Any, ...]]:
    """Every row that one leads to by any joins of the data map in a row, both ways, across systems, shared or not."""
    named = {(system.name, each.name): each for system in shop.resources.datamap.systems for each in system.collections}
    tables = {at: rows(shop, at[1]) for at in named if at[0] in shop.engines and named[at].table}
    joins = [
        ((at, reference.field), (reference.source[:2], reference.source[2]))
        for at, each in named.items()
        for reference in each.references
    ]
    joins += [(one, other) for other, one in joins]
    found, ahead = {(place, row)}, [(place, row)]
    while ahead:
        at, here = ahead.pop()
        for (start, field), (to, other) in joins:
            value = here[list(named[at].fields).index(field)] if start == at and field in named[at].fields else None
            if value is None or to not in tables or other not in named[to].fields:
                continue
            column = list(named[to].fields).index(other)
            new = {(to, each) for each in tables[to] if str(each[column]) == str(value)} - found
            found |= new
            ahead += new
    return {each for _, each in found}


def test_an_anonymous_row_leads_back_by_no_join_the_data_map_knows(erasing: Erasing) -> None:
    """P46: nobody who has all of the databases and the data map finds the person from what is left of their use."""
    shop, device = erasing.shop, ("app", "devices")
    before = reached(shop, device, (1, 7))
    assert {RUTH, "R-1", "a flatmate"} <= {str(value) for row in before for value in row}, "whoever looks this way finds them"
    made = erasing.plan()
    erasing.carry_out(made)
    (anonymous,) = [row for row in rows(shop, "devices") if row[0] == 1]
    assert anonymous == (1, None)
    left = reached(shop, device, anonymous)
    assert {row[0] for row in left} == {1}, "itself, and who else used it"
    assert not {RUTH, "R-1", "7"} & {str(value) for row in left for value in row}
    (invoice,) = [row for row in rows(shop, "invoices") if row[0] == "R-1"]  # kept by law, with her address
    assert anonymous not in reached(shop, ("billing", "invoices"), invoice), "nor the other way, from what is kept"


def test_the_certificate_says_what_is_gone_what_is_kept_and_until_when(erasing: Erasing, tmp_path: Path) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.look(made)
    certified = erasing.certify(made)
    assert (certified.erased, certified.kept) == (6, 1)
    assert erasing.certify(made) == certified
    text = erasing.certificate(made, tmp_path)
    assert "The app: Your drafts 2 records erased" in text
    assert "made anonymous: nothing in them leads to you" in text
    assert "Tax law obliges us to keep invoices (Article 17(3)(b)). Until" in text
    assert "they are gone by" in text
    assert "everything is gone" not in text
    assert RUTH not in text
    document = erasing.member(made, "certificate.json")
    signer = erasing.shop.resources.signer
    verify_signature(signer.public_pem, "habeas.certificate/1", document, erasing.member(made, "certificate.sig"))
    assert json.loads(document)["pdf_sha256"] == certified.sha256


def test_the_certificate_owns_up_to_what_is_left(erasing: Erasing, tmp_path: Path) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.shop.insert("drafts", (1, 7, "came back", None))
    erasing.look(made)
    assert erasing.certify(made).erased == 5
    assert "The app: Your drafts 1 record still there" in erasing.certificate(made, tmp_path)


def test_anybody_can_check_a_certificate_offline(erasing: Erasing, tmp_path: Path) -> None:
    """`habeas verify-package certificate.json`, with the signature and the PDF beside it."""
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.look(made)
    erasing.certify(made)
    for name in ("certificate.json", "certificate.sig", "certificate.pdf"):
        (tmp_path / name).write_bytes(erasing.member(made, name))
    signer = erasing.shop.resources.signer
    known = {signer.kid: signer.public_pem}
    document = tmp_path / "certificate.json"
    assert check_certificate(document, known).status == "intact"
    assert check_certificate(document, {}).status == "intact_unknown_signer"
    (tmp_path / "certificate.pdf").write_bytes(b"%PDF-1.7 something else")
    assert check_certificate(document, known).problems == ("certificate.pdf was changed.",)
    document.write_bytes(document.read_bytes().replace(b'"rows"', b'"Rows"', 1))
    assert "certificate.sig does not fit certificate.json." in check_certificate(document, known).problems


def test_a_restored_backup_would_know_who_was_erased_and_nothing_else_does(erasing: Erasing) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.certify(made)
    resources = erasing.shop.resources
    with resources.database.read() as session:
        today = date.today()  # noqa: DTZ011
        assert list(lists_of(session, resources.vault, "email", RUTH.upper(), today=today)) == ["restored"]
        assert lists_of(session, resources.vault, "email", "somebody@else.example", today=today) == {}
        assert lists_of(session, resources.vault, "email", RUTH, today=date(2099, 1, 1)) == {}
        entries = session.exec(select(SuppressionEntry)).all()
    assert len(entries) == 1
    assert entries[0].mac != resources.vault.index_email(RUTH)


def test_no_list_keeps_anybody_from_signing_up_again_or_from_asking_later(erasing: Erasing) -> None:
    """Erased, objected and blocked: the account made later stays, and is found like anybody's by the request that follows."""
    made = erasing.plan()
    assert erasing.carry_out(made).done
    erasing.certify(made)
    shop, resources, today = erasing.shop, erasing.shop.resources, date.today()  # noqa: DTZ011
    with resources.database.write() as session:
        for which, until in (("marketing", None), ("abuse", date(2099, 1, 1))):
            suppress(session, resources.vault, which, "email", RUTH, now=MONDAY, expires_on=until)  # type: ignore[arg-type]
    with resources.database.read() as session:
        assert set(lists_of(session, resources.vault, "email", RUTH, today=today)) == {*LISTS}
    shop.account(20)
    shop.insert("drafts", (40, 20, "written since", None))
    again = Erasing(shop, shop.case())  # another case, the same mailbox
    later = again.plan()
    assert later.erase == 2, "the account and its draft are found"
    assert again.carry_out(later).done
    assert 20 not in [row[0] for row in rows(shop, "accounts")]


def test_what_the_looks_read_is_deleted_after_the_last_and_what_they_searched_stays(erasing: Erasing) -> None:
    made = erasing.plan()
    with erasing.shop.resources.database.read() as session:
        planned = {(row.system, row.collection): row.rows for row in session.exec(select(SearchReceipt)).all()}
    assert {*planned.values()} >= {0}, "zero is a result"
    erasing.carry_out(made)
    erasing.erasure.forget_looks(erasing.case_ref)
    with erasing.shop.resources.database.read() as session:
        rows = session.exec(select(SearchReceipt)).all()
    assert {(row.system, row.collection): row.rows for row in rows if row.run == -1} == planned
    assert all(row.keys for row in rows if row.state == "searched"), "with the identifiers, as keyed hashes"
    assert all("sealed" not in row.blobs for row in rows if row.state == "searched")
    with pytest.raises(KeyMissingError):
        found_in(erasing.shop.resources, erasing.case_ref.case_id, -1)
    assert erasing.row(made).sealed is None
    assert erasing.shop.blobs() == set()
