"""Archives as tests need them: mails, mailboxes, exports of chats, and an office into which they are imported."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID, uuid4

from activities.collection import Collection
from activities.systems.registry import Systems
from adapters.archives.importing import ARCHIVE_KIND, read_archive
from adapters.archives.searching import Estimate
from adapters.archives.store import Archives
from adapters.collected import Collected
from adapters.resources import Resources
from domain.archives import AgreedScope, Scope
from domain.datamap import SystemKind
from domain.messages import Collect, SystemResult
from tests.case_in_hand import ADDRESS, CaseInHand

DATAMAP = Path(__file__).parent / "data" / "archive_datamap.yml"
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WORKER = f"caseworker:{uuid4()}"
FIRST = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)


def mail(number: int = 1, text: str = "Hello", **given: object) -> bytes:
    """One mail. `subject`, `sender`, `to`, `answers` (a number), `at`, `files` (name: bytes), `html`."""
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@office.example>"
    message["From"] = str(given.get("sender", "Mia Wald <mia@office.example>"))
    message["To"] = str(given.get("to", ADDRESS))
    message["Subject"] = str(given.get("subject", f"Number {number}"))
    at = given.get("at", FIRST + timedelta(hours=number))
    if isinstance(at, datetime):
        message["Date"] = format_datetime(at)
    if answers := given.get("answers"):
        message["In-Reply-To"] = f"<{answers}@office.example>"
    message.set_content(text)
    files = given.get("files", {})
    assert isinstance(files, dict)
    for name, content in files.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mbox(*mails: bytes) -> bytes:
    """A mailbox, lines quoted as mail programs do."""
    parts = []
    for raw in mails:
        quoted = raw.replace(b"\nFrom ", b"\n>From ").rstrip(b"\n")
        parts.append(b"From somebody@office.example Fri Mar  1 09:00:00 2024\n" + quoted + b"\n\n")
    return b"".join(parts)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def slack() -> bytes:
    """A small export of Slack: two people, one channel, a thread."""
    users = [
        {"id": "U1", "name": "mia", "profile": {"real_name": "Mia Wald", "email": "mia@office.example"}},
        {"id": "U2", "name": "ruth", "profile": {"real_name": "Ruth Adeyemi", "email": ADDRESS}},
    ]
    day = [
        {"type": "message", "user": "U1", "text": "Is <@U2> on leave?", "ts": "1709287200.000100"},
        {"type": "message", "user": "U2", "text": "Until Monday", "ts": "1709287260.000100", "thread_ts": "1709287200.000100"},
        {"type": "message", "user": "U1", "text": "Lunch?", "ts": "1709290800.000100"},
    ]
    return zipped(
        {"users.json": json.dumps(users).encode(), "channels.json": b"[]", "general/2024-03-01.json": json.dumps(day).encode()}
    )


class Office:
    """A case with archives, and what a worker makes of them.

    Args:
        resources: with the office's data map.
        system: the archive of that data map.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.case = CaseInHand(resources)
        self.case.proven()
        self.archives = Archives(resources, self.case.id)
        self.system = next(each.name for each in resources.datamap.systems if each.kind is SystemKind.ARCHIVE)

    def receive(self, content: bytes, custodian: str = "Mia Wald", name: str = "export") -> UUID:
        """An import that nobody has read yet."""
        with self.resources.blobs.create(self.resources.vault.case(self.case.id), ARCHIVE_KIND) as blob:
            blob.write(content)
        return self.archives.receive(blob.ref, system=self.system, custodian=custodian, name=name, by=WORKER, now=NOW)

    def take_in(self, content: bytes, custodian: str = "Mia Wald", name: str = "export") -> UUID:
        """An import, read."""
        archive = self.receive(content, custodian, name)
        read_archive(self.resources, archive)
        return archive

    def agree(self, archives: Iterable[UUID], terms: tuple[str, ...] = (), **more: object) -> AgreedScope:
        """A scope, agreed."""
        given = {
            "archives": tuple(archives),
            "terms": terms,
            "agreed_with": "Ruth, by telephone",
            "reason": "She worked there",
            **more,
        }
        scope = AgreedScope.model_validate(given)
        self.archives.agree(self.system, scope, self.estimate(scope), WORKER, NOW)
        return scope

    def estimate(self, scope: Scope) -> Estimate:
        """How much it would be."""
        return self.archives.estimate(scope, [("email", ADDRESS)])

    def collect(self) -> dict[str, SystemResult]:
        """One search of the case."""
        collection = Collection(self.resources, Systems(self.resources.datamap, self.resources.settings.home))
        answer = collection.collect(Collect(case_id=self.case.id, run=1, keys=[self.case.mailbox], build=False))
        collection.close()
        return {result.system: result for result in answer.results}

    def rows(self, name: str = "messages") -> list[dict[str, object]]:
        """What was found."""
        found = {one.name: one for one in Collected.open(self.resources, self.case.id, 1).collections}
        return [item.row for item in found[name].items()]
