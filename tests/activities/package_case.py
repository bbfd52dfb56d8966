"""A searched case with real sealed rows and files, for tests of the package: everything a search would leave behind."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from activities.package import build
from adapters.collected import Item
from adapters.database.case_projector import CaseProjector
from adapters.database.case_reader import CaseReader
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, ItemDecision, SearchReceipt, UploadedFile
from adapters.found_by_hand import everything_found
from adapters.neutral_names import neutral_name
from adapters.resources import Resources
from adapters.row_text import Row
from adapters.sealed_head import FILE_FIELDS, Head, Sealable
from adapters.sealed_rows import RowsWriter
from domain.blobs import BlobRef
from domain.events import CaseEvent, Draft, Fact, Tag
from domain.item_rules import Parts
from domain.messages import BuildPackage, PackageBuilt, RecordEvents

ASKED = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
SEARCHED = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NEWEST_PROMPT = datetime.now(UTC).replace(microsecond=0) - timedelta(days=6)  # prompts are kept for 30 days: not over yet
DATAMAP = Path(__file__).parent.parent / "data" / "package_datamap.yml"
MAILBOX = "ruth.adeyemi@post.example"
ACCOUNT = [(42, MAILBOX, "Ruth Adeyemi", "(held, not shown)")]
INVOICES = [("R-1", MAILBOX, "12.50", "2024-03-01"), ("R-2", MAILBOX, "14.00", "2026-03-01")]


@dataclass
class SearchedCase:
    """One case and what stands in its tables.

    Args:
        regimes: of the case.
        name: of the person, as they typed it.
        at: when the next events happen. What a period of the real clock hangs on (a link, a copy) is set to this moment.
    """

    resources: Resources
    regimes: Sequence[str] = ("UK",)
    name: str = "Ruth Adeyemi"
    id: UUID = field(default_factory=uuid4)
    sequence: int = 0
    identity_record: int = 0
    at: datetime = SEARCHED

    def __post_init__(self) -> None:
        self.resources.vault.make_case_key(self.id)
        self.vault = self.resources.vault.case(self.id)
        self.mailbox = uuid4()
        subject = json.dumps({"name": self.name, "email": MAILBOX, "country": "GB"}).encode()
        with self.resources.database.write() as session:
            session.add(self._receipt(self.vault.seal("case_receipt", "subject", str(self.id), subject)))
            session.flush()
            session.add(self._identifier())
        self.happen(
            Draft(
                tag=Tag.REQUEST_RECEIVED,
                facts={
                    "received_at": ASKED.isoformat(),
                    "channel": "api",
                    "rights": ["access"],
                    "regimes": list(self.regimes),
                    "risk": "low",
                },
            ),
            Draft(tag=Tag.IDENTIFIER_CLAIMED, facts={"identifier": str(self.mailbox), "kind": "email"}),
            Draft(tag=Tag.IDENTITY_ASKED),
            Draft(tag=Tag.IDENTIFIER_PROVEN, facts={"identifier": str(self.mailbox), "how": "code"}),
            Draft(tag=Tag.IDENTITY_CONFIRMED, facts={"identifier": str(self.mailbox), "how": "code"}),
        )
        self.identity_record = self.sequence

    @property
    def message(self) -> BuildPackage:
        return BuildPackage(case_id=self.id, run=1, identity_record=self.identity_record)

    def happen(self, *drafts: Draft) -> None:
        """Record events as the workflow does."""
        events = [
            CaseEvent(sequence=self.sequence + place, tag=draft.tag, at=self.at, actor=draft.actor, facts=draft.facts)
            for place, draft in enumerate(drafts, start=1)
        ]
        message = RecordEvents(case_id=self.id, command_id=f"run:{self.sequence + 1}", events=events)
        with self.resources.database.write() as session:
            CaseProjector(session, self.resources.vault.install, self.at).record(message)
        self.sequence += len(events)

    def event(self, tag: Tag, **facts: Fact) -> None:
        self.happen(Draft(tag=tag, facts=facts))

    def found(
        self,
        system: str,
        collection: str,
        rows: Sequence[Row],
        *,
        state: str = "searched",
        span: tuple[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        from_snapshot: int = 0,
        doubtful: Sequence[Row] = (),
    ) -> None:
        """Leave what a search of one collection leaves."""
        described = self.resources.datamap.collection(system, collection)
        fields = (*described.fields, *(FILE_FIELDS if files is not None else ()))
        with RowsWriter(fields, lambda: self.resources.blobs.create(self.vault, "rows")) as writer:
            writer.add(rows)
        with RowsWriter(fields, lambda: self.resources.blobs.create(self.vault, "doubtful"), csv=False) as apart:
            apart.add(doubtful)
        refs = tuple(self.blob("file", content) for content in (files or {}).values())
        key = described.primary_key or ("path",)
        index = apart.index if doubtful else None
        head = Head(rows=writer.index, doubtful=index, primary_key=key, files=refs, span=span, from_snapshot=from_snapshot)
        receipt = SearchReceipt(
            case_id=self.id,
            run=1,
            system=system,
            collection=collection,
            state=state,
            rows=len(rows),
            doubtful=len(doubtful),
            keys=[self.vault.receipt_mac("email", MAILBOX)],
            blobs=Sealable(head, bytes(writer.inline), bytes(apart.inline)).cell(self.vault, 1, system, collection),
            searched_at=SEARCHED,
        )
        with self.resources.database.write() as session:
            session.add(receipt)

    def found_files(self, system: str, collection: str, files: Mapping[str, bytes]) -> None:
        """Leave a collection of files, one row each; the controller's own names are the keys."""
        rows = [
            (MAILBOX, name, len(content), "2026-01-01T00:00:00+00:00", f"files/{neutral_name(number, name)}")
            for number, (name, content) in enumerate(files.items(), start=1)
        ]
        self.found(system, collection, rows, files=files)

    def blob(self, kind: str, content: bytes) -> BlobRef:
        with self.resources.blobs.create(self.vault, kind) as writer:
            writer.write(content)
        return writer.ref

    def by_hand(self, system: str, result: str, files: Mapping[str, bytes] | None = None) -> None:
        """A person searched a system and answered."""
        work_item = uuid4()
        self.event(Tag.WORK_ITEM_OPENED, work_item=str(work_item), kind="search_by_hand", system=system)
        with self.resources.database.write() as session:
            for name, content in (files or {}).items():
                upload = uuid4()
                session.add(
                    UploadedFile(
                        id=upload,
                        case_id=self.id,
                        work_item=work_item,
                        system=system,
                        name=self.vault.seal("uploaded_file", "name", str(upload), name.encode()),
                        media_type="application/octet-stream",
                        blob=self.blob("upload", content).model_dump(mode="json"),
                        uploaded_by="caseworker:00000000-0000-4000-8000-00000000000a",
                        uploaded_at=SEARCHED,
                    )
                )
        self.event(Tag.WORK_ITEM_COMPLETED, work_item=str(work_item), result=result, files=len(files or {}))

    def skip(self, system: str) -> None:
        """Somebody decided to go on without a system that did not answer."""
        self.event(Tag.SYSTEM_FAILED, system=system, reason="unreachable")
        self.event(Tag.SYSTEM_SKIPPED, system=system)

    def items(self, system: str, collection: str) -> list[Item]:
        every = everything_found(self.resources, CaseReader(self.resources).get(self.id).state, 1).collections
        return [item for one in every if (one.system, one.name) == (system, collection) for item in one.items()]

    def decide(self, item: str, decision: str, basis: str | None = None, revision: int = 1, parts: Parts | None = None) -> None:
        with self.resources.database.write() as session:
            session.add(
                ItemDecision(
                    case_id=self.id,
                    revision=revision,
                    item=item,
                    decision=decision,
                    basis=basis,
                    parts=self.vault.seal("item_decision", "parts", str(revision), parts.model_dump_json().encode())
                    if parts
                    else None,
                    author="caseworker:00000000-0000-4000-8000-00000000000a",
                    decided_at=SEARCHED,
                )
            )

    def build(self) -> PackageBuilt:
        return build(self.resources, self.message, lambda: None)

    def propose_part(self, *without: str, note: UUID | None = None) -> PackageBuilt:
        """A partial answer is proposed and built."""
        self.event(Tag.PARTIAL_PROPOSED, note=str(note or uuid4()), without=list(without))
        message = self.message.model_copy(update={"partial": self.sequence, "without": list(without)})
        built = build(self.resources, message, lambda: None)
        self.event(Tag.PARTIAL_BUILT, **built.facts)
        return built

    def package(self) -> bytes:
        """Build, and give the zip as it would be delivered."""
        with self.resources.blobs.read(self.vault, self.build().blob) as stored:
            return stored.read()

    def members(self) -> dict[str, bytes]:
        """Build, and give every member."""
        with zipfile.ZipFile(io.BytesIO(self.package())) as package:
            return {name: package.read(name) for name in package.namelist()}

    def _receipt(self, subject: bytes) -> CaseReceipt:
        return CaseReceipt(
            case_id=self.id,
            reference=f"HAB-{self.id.hex[:8].upper()}",
            received_at=ASKED,
            recorded_at=ASKED,
            channel="api",
            rights=["access"],
            regimes=list(self.regimes),
            risk="low",
            subject=subject,
            message=None,
            clock={},
            legal_due=date(2026, 12, 9),
            safe_due=date(2026, 12, 9),
            datamap=self.resources.datamap.hash,
            policy_version="2025-07-02",
            caller="test",
        )

    def _identifier(self) -> CaseIdentifierRow:
        return CaseIdentifierRow(
            id=self.mailbox,
            case_id=self.id,
            kind="email",
            value=self.vault.seal("case_identifier", "value", str(self.mailbox), MAILBOX.encode()),
            value_index=self.resources.vault.index_email(MAILBOX),
            added_by="subject",
            added_at=ASKED,
        )


def typical(resources: Resources, *, regimes: Sequence[str] = ("UK",), name: str = "Ruth Adeyemi") -> SearchedCase:
    """An ordinary person: an account, prompts, two invoices, two pictures; one system by hand, one that did not answer."""
    case = SearchedCase(resources, regimes, name)
    case.found("platform", "accounts", ACCOUNT)
    days = [(NEWEST_PROMPT - timedelta(days=20 - number)).isoformat() for number in range(1, 21)]
    prompts = [(number, 42, f"prompt {number}", at) for number, at in enumerate(days, start=1)]
    case.found("platform", "prompts", prompts, span=(days[0], days[-1]))
    case.found("billing", "invoices", INVOICES, span=("2024-03-01", "2026-03-01"))
    case.found_files("uploads", "pictures", {"holiday.jpg": b"\xff\xd8\xff picture", "cat.png": b"\x89PNG cat"})
    case.found("partners", "referrals", [])
    case.by_hand("paper", "found", {"Brief vom März.pdf": b"%PDF-1.4 letter"})
    case.skip("mailing")
    return case
