"""Mail ends with its case or after its own period, and then nothing opens it; a key that lost its mail goes too."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select

from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.incoming.ending import end_keys_without_mail, end_mails_of_case, end_old_mails
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.store import Arrived, Place, open_raw, store
from domain.errors import KeyMissingError
from tests.activities.sorting import DESK, Sorting, letter_to, reply
from tests.adapters.incoming.corpus import mail
from tests.case_in_hand import CaseInHand
from tests.post_office import PostOffice


def test_the_mails_of_a_case_end_with_it(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    room.sort(reply(letter_to(case, office)))
    row, now = room.last, datetime.now(UTC)
    assert end_mails_of_case(room.resources, case.id, rule="retention", approver="system", now=now) == 1
    with pytest.raises(KeyMissingError):
        open_raw(room.resources, row)
    assert (room.last.raw, room.last.content, room.last.case_id) == (None, None, case.id)
    assert ReadingRoom(room.resources).find(row.id).read is None
    assert end_mails_of_case(room.resources, case.id, rule="retention", approver="system", now=now) == 0


def test_what_a_machine_wrote_ends_after_its_period_and_its_original_with_it(room: Sorting) -> None:
    now = datetime.now(UTC)
    store(room.resources, "imap", [Arrived(mail(Auto_Submitted="auto-replied"), now, Place("connect", 1, 1))], now)
    store(room.resources, "imap", [Arrived(mail("A question?"), now)], now)
    room.room.sort_mail(DESK)
    assert end_old_mails(room.resources, now + timedelta(days=89)) == 0
    assert end_old_mails(room.resources, now + timedelta(days=91)) == 1
    assert sorted(each.destroyed_at is None for each in room.mails) == [False, True]
    with room.resources.database.read() as session:
        assert session.exec(select(MailArrival.remove)).one()


def test_a_key_without_a_mail_goes_and_the_others_stay(room: Sorting) -> None:
    room.sort(mail("A question?"))
    lost, now = uuid4(), datetime.now(UTC)
    room.resources.vault.make_mail_keys([lost])
    assert end_keys_without_mail(room.resources, now) == 0
    assert end_keys_without_mail(room.resources, now + timedelta(days=2)) == 1
    assert open_raw(room.resources, room.last)


def test_the_mail_servers_own_command_stores_a_message_once(room: Sorting) -> None:
    settings = room.resources.settings
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path.cwd()),
        "HABEAS_HOME": str(settings.home),
        "HABEAS_DATABASE_URL": settings.database_url,
        "HABEAS_DATAMAP": str(settings.datamap),
    }
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "cli", "mail-in"], input=mail("By a pipe"), env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
    with room.resources.database.read() as session:
        row = session.exec(select(IncomingMail)).one()
    assert done.stdout.decode().strip() == str(row.id)
    assert row.origin == "command"
    empty = subprocess.run([sys.executable, "-m", "cli", "mail-in"], input=b"", env=environment, capture_output=True, check=False)
    assert empty.returncode == 1
