"""Whatever breaks between us and a mailbox, nothing is lost, taken twice or waited for without end. On both databases."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from activities.mailbox import MailboxWatch
from adapters.database.mail_tables import IncomingMail
from adapters.imap import MailboxTroubleError
from domain.messages import WatchMailbox
from tests import dovecot
from tests.activities.watching import Post, numbered
from tests.dovecot import Wire

FAULTS: dict[str, Callable[[Wire], None]] = {
    "in the middle of FETCH": lambda wire: setattr(wire, "tear_at_server", b"the middle of this"),
    "between store and flag": lambda wire: setattr(wire, "tear_at_client", b"STORE"),
    "while signing in": lambda wire: setattr(wire, "tear_at_client", b"LOGIN"),
    "while selecting": lambda wire: setattr(wire, "tear_at_client", b"SELECT"),
}


@pytest.fixture
def torn(post: Post) -> Iterator[Wire]:
    with dovecot.wire(post.server.port) as carried:
        post.watch_at(post.server.url(post.user).replace(str(post.server.port), str(carried.port)))
        yield carried


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_connection_that_breaks_loses_nothing_and_takes_nothing_twice(
    post: Post, torn: Wire, fault: Callable[[Wire], None]
) -> None:
    raws = [numbered(1), numbered(2, "x" * 20_000 + " the middle of this " + "x" * 20_000), numbered(3)]
    post.server.deliver(*raws, user=post.user)
    fault(torn)
    for _ in range(4):
        try:
            post.turn()
        except MailboxTroubleError:
            continue
    assert torn.torn == 1
    assert sorted(post.raws()) == sorted(raws)
    assert len(post.arrivals) == 3
    assert post.server.seen(user=post.user) == (3, 3)


def test_a_refused_password_is_said_without_the_password(post: Post) -> None:
    post.watch_at(post.server.url(post.user).replace("made-up", "wrong"))
    with pytest.raises(MailboxTroubleError) as refused:
        post.turn()
    assert str(refused.value) == "sign_in_refused"
    assert post.cursor().trouble == "sign_in_refused"


def test_a_mailbox_that_the_settings_name_no_more_is_given_up(post: Post) -> None:
    assert post.watch.take_in_mail(WatchMailbox(mailbox="another")).gone


def test_a_server_that_says_so_itself_wakes_the_watch(post: Post) -> None:
    import threading  # noqa: PLC0415 (this test only)

    watch = MailboxWatch(post.resources, hold=60)
    timer = threading.Timer(1.0, post.server.deliver, args=(numbered(1),), kwargs={"user": post.user})
    timer.start()
    assert watch.take_in_mail(WatchMailbox(mailbox=post.user)).stored == 1
    timer.join()


def test_a_connection_that_breaks_while_it_waits_for_mail_is_opened_again_and_nothing_is_missed(post: Post, torn: Wire) -> None:
    torn.tear_at_client = b"IDLE"
    watch = MailboxWatch(post.resources, hold=60)
    with pytest.raises(MailboxTroubleError):
        watch.take_in_mail(WatchMailbox(mailbox=post.user))
    assert torn.torn == 1
    post.server.deliver(numbered(1), user=post.user)
    post.turns()
    assert post.raws() == [numbered(1)]


def test_mail_that_a_killed_worker_holds_keeps_nobody_going_round(post: Post) -> None:
    post.server.deliver(numbered(1), user=post.user)
    assert MailboxWatch(post.resources, hold=0).take_in_mail(WatchMailbox(mailbox=post.user)).stored == 1
    watch = MailboxWatch(post.resources, hold=60)
    assert watch._waiting()
    with post.resources.database.write() as session:
        session.exec(select(IncomingMail)).one().claimed_at = datetime.now(UTC)
    assert not watch._waiting()
