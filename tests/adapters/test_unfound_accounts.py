"""An account of a child that nobody has found for half an hour is said to those who can find it, once (P67)."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select

from adapters.alerts import look_over
from adapters.database.people import add_caseworker
from adapters.database.staff_tables import StaffNotice
from adapters.database.tables import Caseworker
from adapters.staff_post import send_waiting
from domain.events import Tag
from domain.minor import FIND
from domain.rights import Right, Role
from tests import opened, post_office
from tests.case_in_hand import CaseInHand, posting
from tests.factories import MONDAY


@pytest.mark.parametrize("found", [False, True])
def test_half_an_hour_without_the_account_is_said_once_to_whoever_can_find_it(
    tmp_path: Path, database_url: str, *, found: bool
) -> None:
    with opened.resources(tmp_path / "home", database_url) as resources:
        for role in (Role.CASEWORKER, Role.PRIVACY_LEAD, Role.ADMINISTRATOR):
            add_caseworker(resources.database, email=f"{role.value}@example.com", name=role.value, role=role)
        case = CaseInHand(resources, rights=[Right.MINOR_REPORT])
        item = uuid4()
        case.happen(Tag.WORK_ITEM_OPENED, work_item=str(item), kind=FIND)
        if found:
            case.happen(Tag.WORK_ITEM_COMPLETED, work_item=str(item), result="found")
        told = []
        for minutes in (29, 30, 31, 300):
            look_over(resources, MONDAY + timedelta(minutes=minutes))
            with resources.database.read() as session:
                rows = session.exec(select(StaffNotice)).all()
                told.append(sorted(session.get_one(Caseworker, row.caseworker).role for row in rows))
        both = sorted([Role.CASEWORKER.value, Role.PRIVACY_LEAD.value])
        assert told == ([[]] * 4 if found else [[], both, both, both])
        with post_office.opened() as office:
            send_waiting(posting(resources, office.url))
            mails = [mail.message["Subject"] for mail in office.kept]
            assert all(case.reference in mail.text for mail in office.kept)
        assert mails == ["Habeas: find the account of a child within the hour"] * (0 if found else 2)
