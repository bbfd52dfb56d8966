"""40,000 mails imported, estimated, searched and shown in groups, against reading them with the standard library's mailbox.

`python -m benchmarks.archives` runs by itself, in a folder of its own: no engine and no server take part. The floor reads every
mail, its headers and its text, and keeps nothing. Next: benchmarks/figures.py
"""

import email.policy
import functools
import mailbox
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from adapters.archives.importing import read_archive
from adapters.archives.sealing import seal_path
from adapters.archives.store import Archives
from adapters.collected import Collected
from adapters.database import migrate
from adapters.database.item_decisions import Standing
from api.console.cases.groups import groups_of
from benchmarks.figures import Figure
from domain.archives import MESSAGES, AgreedScope
from tests import opened
from tests.archives_made import DATAMAP, NOW, WORKER, Office
from tests.case_in_hand import ADDRESS

MAILS: Final = 40_000
_WORDS: Final = [
    f"{begin}{middle}{end}"
    for begin in ("in", "re", "con", "per", "ad", "sub", "trans", "de", "pro", "un")
    for middle in ("vi", "la", "mo", "te", "ru", "sa", "ne", "ko", "pi", "du", "fa", "go")
    for end in ("ct", "ment", "tion", "r", "l", "ng", "ss", "ve", "nd", "k", "st", "m")
]


def figures(home: Path, mails: int = MAILS) -> Iterator[Figure]:
    """Measure, in a folder that may be filled."""
    file = home / "mails.mbox"
    write(file, mails)
    floor = _seconds(functools.partial(_read, file))
    whole = _seconds(functools.partial(_read, file, parsed=True))
    url = f"sqlite:///{home}/archives.db"
    migrate.upgrade(url)
    with opened.resources(home / "home", url, DATAMAP) as resources:
        office = Office(resources)
        took = _seconds(functools.partial(_import, office, file))
        said = f"{mails:,} mails"
        yield Figure(f"{said} imported, sealed and indexed", f"{took:.1f} s", f"mailbox {floor:.1f} s", took / floor)
        yield Figure(f"{said} imported, sealed and indexed", f"{took:.1f} s", f"mailbox, texts read {whole:.1f} s", took / whole)
        (imported,) = office.archives.imports()
        assert imported.row.messages == mails
        scope = AgreedScope(archives=(imported.row.id,), terms=("lantern project",), agreed_with="nobody", reason="benchmark")
        archives = Archives(resources, office.case.id)
        estimated = _seconds(lambda: archives.estimate(scope, [("email", ADDRESS)]))
        yield Figure(f"{said}: estimate of a scope", f"{estimated:.1f} s", f"mailbox {floor:.1f} s", estimated / floor)
        office.agree([imported.row.id], ("lantern project",))
        searched = _seconds(office.collect)
        yield Figure(f"{said}: searched and sealed for the desk", f"{searched:.1f} s", f"mailbox {floor:.1f} s", searched / floor)
        found = next(one for one in Collected.open(resources, office.case.id, 1).collections if one.name == MESSAGES)
        listed = _seconds(lambda: groups_of(found, "thread", Standing.of_decisions([])))
        yield Figure(f"conversations of {found.rows:,} mails found", f"{listed:.1f} s", f"mailbox {floor:.1f} s", listed / floor)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stderr.write(f"{found.rows:,} found; at most {most:.0f} MB in this process\n")


def write(file: Path, mails: int) -> None:
    """A mailbox: answers in threads, some mails sent twice, one in ten with a file, one in four to or about the person."""
    chance = random.Random(26)
    begin = datetime(2023, 1, 2, 8, tzinfo=UTC)
    with file.open("wb") as target:
        for number in range(mails):
            message = EmailMessage()
            thread = number - number % 8
            message["Message-ID"] = f"<{number}@office.example>"
            message["From"] = f"Colleague {chance.randrange(200)} <c{chance.randrange(200)}@office.example>"
            message["To"] = ADDRESS if number % 4 == 0 else f"c{chance.randrange(200)}@office.example"
            message["Subject"] = f"{'Re: ' if number % 8 else ''}{' '.join(random.Random(thread).sample(_WORDS, 4))}"
            message["Date"] = format_datetime(begin + timedelta(minutes=20 * number))
            if number % 8:
                message["In-Reply-To"] = message["References"] = f"<{thread}@office.example>"
            lines = [" ".join(chance.choices(_WORDS, k=12)) for _ in range(18)]
            if number % 50 == 0:
                lines.append("about the lantern project")
            message.set_content("\n".join(lines))
            if number % 10 == 0:
                message.add_attachment(chance.randbytes(20_000), maintype="application", subtype="pdf", filename=f"{number}.pdf")
            target.write(b"From office@example Mon Jan  2 08:00:00 2023\n" + message.as_bytes() + b"\n")


def _read(file: Path, *, parsed: bool = False) -> None:
    """`mailbox` as it comes; with `parsed` every header that is shown, and every text, decoded by the policy of today."""
    factory = functools.partial(BytesParser(policy=email.policy.default).parse) if parsed else None
    for message in mailbox.mbox(file, factory=factory):  # type: ignore[arg-type]
        for part in message.walk():
            part.get_payload(decode=True)
        _ = [str(message[name]) for name in ("From", "To", "Cc", "Subject", "Date", "Message-ID", "References", "In-Reply-To")]


def _import(office: Office, file: Path) -> None:
    ref, digest = seal_path(office.resources, office.resources.vault.case(office.case.id), file)
    archive = office.archives.receive(
        ref, system=office.system, custodian="Everybody", name=file.name, by=WORKER, now=NOW, sha256=digest
    )
    read_archive(office.resources, archive)


def _seconds(doing: Callable[[], object]) -> float:
    began = time.perf_counter()
    doing()
    return time.perf_counter() - began


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else MAILS):
            print(figure)
