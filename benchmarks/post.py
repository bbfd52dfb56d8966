"""Mail in and out beside bare loops of the same messages: taken in per second, sorted per second, letters per second.

Run: `python -m benchmarks.post`; `--smoke` in small. Next: adapters/incoming/store.py
"""

import asyncio
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import aiosmtplib
import structlog
from sqlmodel import func, select

from activities.mailbox import MailboxWatch
from activities.mailroom import Mailroom
from adapters.database import migrate
from adapters.database.mail_tables import IncomingMail
from adapters.mailboxes import watched
from adapters.postman import Postman
from adapters.resources import Resources
from benchmarks.figures import Figure, line
from domain.messages import WatchMailbox
from tests import dovecot, opened, post_office
from tests.adapters.incoming.corpus import mail

_ROUNDS = 3
_LETTER = (
    b"From: a@imaginella.example\r\nTo: b@post.example\r\nSubject: x\r\n\r\n" + b"A line of a letter.\r\n" * 400,
    "a@imaginella.example",
)


def mail_figures(folder: Path, messages: int, letters: int) -> Iterator[Figure]:
    """Measure mail both ways on SQLite, durable as in production; a loss of a single message stops the run."""
    url = f"sqlite:///{folder}/post/habeas.db"
    (folder / "post").mkdir()
    migrate.upgrade(url)
    with dovecot.running() as server, opened.resources(folder / "post", url) as resources:
        yield from _mail_in(server, resources, messages)
        yield from _mail_out(resources, letters)


def _mail_in(server: dovecot.Dovecot, resources: Resources, messages: int) -> Iterator[Figure]:
    shares, taken_per_second, floor_per_second, sorted_per_second = [], [], [], []
    for number in range(_ROUNDS):
        user = f"round{number}"
        _fill(server, user, messages // _ROUNDS, first=number * messages)
        floor = _rate(messages // _ROUNDS, lambda user=user: _bare_fetch(server, user))  # type: ignore[misc]
        settings = resources.settings.model_copy(update={"mailboxes": server.url(user)})
        here = Resources(settings, *(getattr(resources, name) for name in list(Resources.__dataclass_fields__)[1:]))
        taken = _rate(messages // _ROUNDS, lambda here=here, user=user: _take_in(here, user))  # type: ignore[misc]
        room = Mailroom(here, lambda _name: None)
        sorting = _rate(messages // _ROUNDS, lambda room=room: _sort(room))  # type: ignore[misc]
        shares.append(taken / floor)
        taken_per_second.append(taken)
        floor_per_second.append(floor)
        sorted_per_second.append(sorting)
    with resources.database.read() as session:
        kept = session.exec(select(func.count()).select_from(IncomingMail)).one()
    assert kept == messages // _ROUNDS * _ROUNDS, f"{kept} of {messages} messages"
    rate = statistics.median(taken_per_second)
    loop = f"bare loop of FETCH {statistics.median(floor_per_second):.0f}/s"
    yield Figure(
        "mail taken in: sealed and stored",
        f"{rate:.0f}/s, {kept:,} without loss",
        loop,
        statistics.median(shares),
        0.5,
        at_least=True,
    )
    yield Figure(
        "mail read and sorted",
        f"{statistics.median(sorted_per_second):.0f}/s",
        "",
        statistics.median(sorted_per_second),
        unit="/s",
    )


def _fill(server: dovecot.Dovecot, user: str, messages: int, *, first: int) -> None:
    """Put messages into a mailbox the way a delivery agent does."""
    server.seen(user=user)  # makes the mailbox
    box = server.folder / "mails" / user
    owner = box.stat()
    filler = "A line as people write them, with a few words.\r\n" * 60  # 3 kB
    for number in range(first, first + messages):
        raw = mail(f"Message {number}\r\n{filler}", Message_Id=f"<{number}.{uuid4()}@post.example>")
        # Delivery agents write the sizes into the name; without them the server reads every file once more.
        path = box / "new" / f"{1_700_000_000 + number}.M{number}P1.bench,S={len(raw)},W={len(raw)}"
        path.write_bytes(raw)
        os.chown(path, owner.st_uid, owner.st_gid)
    assert server.seen(user=user)[0] == messages


def _bare_fetch(server: dovecot.Dovecot, user: str) -> int:
    """Fetch every message, one after the other, and keep nothing."""
    with server.signed_in(user) as client:
        client.select("INBOX")
        uids = client.uid("SEARCH", "ALL")[1][0].split()
        size = 0
        for uid in uids:
            answer = client.uid("FETCH", uid, "(INTERNALDATE BODY.PEEK[])")[1]
            size += len(answer[0][1])
        return size


def _take_in(resources: Resources, user: str) -> None:
    watch = MailboxWatch(resources, hold=0)
    assert user in watched(resources.settings.mailboxes)
    while watch.take_in_mail(WatchMailbox(mailbox=user)).stored:
        pass


def _sort(room: Mailroom) -> None:
    while room.sort_mail(WatchMailbox(mailbox="desk")).more:
        pass


def _mail_out(resources: Resources, letters: int) -> Iterator[Figure]:
    shares, ours, theirs = [], [], []
    with post_office.opened() as office:
        settings = resources.settings.model_copy(update={"smtp_url": office.url})
        postman = Postman(settings)
        for _ in range(_ROUNDS):
            floor = _rate(letters, lambda: asyncio.run(_bare_send(office.port, letters)))
            rate = _rate(letters, lambda: _send(postman, letters))
            shares.append(rate / floor)
            ours.append(rate)
            theirs.append(floor)
        assert len(office.kept) == 2 * _ROUNDS * letters
    loop = f"bare aiosmtplib loop {statistics.median(theirs):.0f}/s"
    yield Figure("letters handed over", f"{statistics.median(ours):.0f}/s", loop, statistics.median(shares), 0.8, at_least=True)


async def _bare_send(port: int, letters: int) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as smtp:
        for _ in range(letters):
            await smtp.sendmail(_LETTER[1], ["b@post.example"], _LETTER[0])


def _send(postman: Postman, letters: int) -> None:
    for _ in range(letters):
        postman.deliver(_LETTER[0], _LETTER[1], "b@post.example")


def _rate(pieces: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return pieces / (time.perf_counter() - began)


def main() -> None:
    messages, letters = (90, 20) if "--smoke" in sys.argv else (10_000, 500)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder:
        for figure in mail_figures(Path(folder), messages, letters):
            assert figure.value > 0, figure
            print(line(figure), flush=True)


if __name__ == "__main__":
    main()
