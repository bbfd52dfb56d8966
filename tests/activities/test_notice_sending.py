"""A worker is killed in the middle of a notice: everybody is told, and whoever is told twice gets the same Message-ID."""

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import select

from activities.mailroom import Mailroom
from activities.notice_sending import WINDOW, NoticeSending
from adapters.database.mail_tables import IncomingMail
from adapters.database.notice_reader import NoticeReader
from adapters.database.notice_recipients import Ended, Recipients
from adapters.incoming.store import Arrived, store
from adapters.notice_letters import notice_reply_address, recipient_token
from adapters.resources import Resources
from domain.messages import WatchMailbox
from domain.notice_messages import SendSome, SentSome
from tests import opened, post_office, servers
from tests.activities import killed_notice
from tests.adapters.incoming.corpus import mail, report
from tests.notice_ready import addresses, notice_ready
from tests.post_office import PostOffice

ROOT = Path(__file__).parents[2]
_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE)


class Counting(PostOffice):
    """Keeps whom it took a message for, and which, and nothing else of it."""

    told: list[tuple[str, bytes]]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        found = _MESSAGE_ID.search(envelope.content)
        assert found is not None
        self.told.append((envelope.rcpt_tos[0], found[1]))
        return post_office.OK


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    monkeypatch.setattr(post_office, "PostOffice", Counting)
    with post_office.opened() as server:
        assert isinstance(server, Counting)
        server.told = []
        yield server


@pytest.fixture
def resources(tmp_path: Path, database_url: str, office: Counting, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    monkeypatch.setenv("HABEAS_SMTP_URL", office.url)
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.mark.slow
def test_a_kill_in_the_middle_tells_everybody_and_few_twice(resources: Resources, database_url: str, office: Counting) -> None:
    number = 6_000
    notice_id = notice_ready(resources, addresses(number))
    command = [sys.executable, killed_notice.__file__, str(resources.settings.home), database_url, str(notice_id)]
    environment = {"PYTHONPATH": str(ROOT), "HABEAS_SMTP_URL": office.url}
    kills = 3
    for killed in range(kills):
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        goal = (killed + 1) * 1_300
        servers.wait_until(lambda goal=goal: len(office.told) >= goal, f"{goal} are told", limit=120)  # type: ignore[misc]
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0

    times = Counter(recipient for recipient, _ in office.told)
    assert len(times) == number, "everybody was told"
    assert len(office.told) - number <= kills * 2 * WINDOW, "no more than what was under way"
    assert len(set(office.told)) == number, "whoever was told twice got the same Message-ID"
    tally = Recipients(resources.database, resources.vault, notice_id).tally()
    assert tally["sent"] == number


def test_our_own_mail_server_being_away_counts_against_nobody(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    notice_id = notice_ready(resources, addresses(20))
    monkeypatch.setenv("HABEAS_SMTP_URL", f"smtp://127.0.0.1:{servers.free_port()}")
    with opened.resources(resources.settings.home, resources.settings.database_url) as away:
        some: SentSome = NoticeSending(away).send_some(SendSome(notice_id=notice_id, most=100, again=False, rate=None))
    assert some.stalled
    assert (some.sent, some.refused, some.deferred, some.left) == (0, 0, 0, 20)


def test_a_bounce_of_a_notice_is_counted_and_waits_for_nobody(resources: Resources) -> None:
    notice_id = notice_ready(resources, addresses(2))
    people = Recipients(resources.database, resources.vault, notice_id)
    claimed = people.claim(2)
    people.ended([Ended(person.id, "sent") for person in claimed], datetime.now(UTC))
    reference = NoticeReader(resources).get(notice_id).dossier.reference
    bounced, answered = (
        notice_reply_address(resources.settings.mail_from, reference, recipient_token(resources.vault, person.id))
        for person in claimed
    )
    now = datetime.now(UTC)
    raws = [report(token_to=bounced), mail("Was I affected?", "Re: Please read", "person1@example.com", Delivered_To=answered)]
    store(resources, "imap", [Arrived(raw, now) for raw in raws], now)
    Mailroom(resources, lambda _name: None).sort_mail(WatchMailbox(mailbox="desk"))
    assert NoticeReader(resources).tally(notice_id) == {"bounced": 1, "sent": 1}
    proof = NoticeReader(resources).proof(notice_id, "person1@example.com")
    assert proof is not None
    assert proof.replied_at is not None
    with resources.database.read() as session:
        standings = sorted(session.exec(select(IncomingMail.standing)).all())
    assert standings == ["recorded", "triage"]
