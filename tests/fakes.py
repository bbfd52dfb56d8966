"""Small activities that stand in for the real ones in workflow tests, registered by name, each able to fail on demand."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from temporalio import activity
from temporalio.exceptions import ApplicationError

from adapters.database.clocks import clock_of
from domain.blobs import BlobRef
from domain.call_messages import CaseDue, CaseResumed
from domain.case import CaseState
from domain.erasure import Addressee
from domain.events import CaseEvent
from domain.folding import evolve
from domain.identity import Doubt
from domain.measure_messages import MarketingStopped
from domain.messages import (
    BuildPackage,
    CaseRef,
    Collect,
    Collected,
    HeldContacts,
    Judged,
    LetterSent,
    Opening,
    PackageBuilt,
    ReceivedIdentifier,
    RecordAttempt,
    Recorded,
    RecordEvents,
    SendLetter,
    SystemResult,
    Verdict,
    Verified,
    VerifyPackage,
)
from domain.moving_in import Earlier
from domain.rights import Channel, Right, Risk
from tests.factories import MAILBOX, SHA
from tests.fakes_erasure import FakeErasing
from tests.fakes_measures import FakeMeasuring
from tests.fakes_minor import FakeMinors


class FakeOffice:
    """Everything outside one case's workflow, remembered."""

    def __init__(self) -> None:
        self.received_at = datetime.now(UTC)
        self.asserted: UUID | None = None
        self.risk = Risk.LOW
        self.regimes = ["UK"]
        self.rights = [Right.ACCESS]
        self.withheld = self.others_covered = 0
        self.events: list[CaseEvent] = []
        self.state: CaseState | None = None
        self.letters: list[str] = []
        self.addressed: dict[str, UUID | None] = {}  # by letter, whom it named
        self.agent: UUID | None = None  # the address of whoever asks for the person
        self.results = [SystemResult(system="platform", state="searched", records=12)]
        self.searches: list[Collect] = []
        self.good_attempts: dict[UUID, UUID] = {}
        self.refused_letters: set[str] = set()
        self.intact = True
        self.destroyed: list[str] = []
        self.revision = 0
        self.short_lived = False
        self.copied = asyncio.Event()  # early copies take until this is set
        self.copied.set()
        self.letters_pass = asyncio.Event()  # the mail server takes nothing until this is set
        self.letters_pass.set()
        self.numbers: dict[str, list[int]] = {}
        self.told_of_due: list[tuple[str, bool]] = []
        self.told_of_resumption: list[int] = []
        self.searched = asyncio.Event()  # a search takes until this is set
        self.searched.set()
        self.called_off: list[str] = []
        self.builds: list[BuildPackage] = []
        self.built = asyncio.Event()  # a package takes until this is set
        self.built.set()
        self.broken: set[str] = set()  # activities that fail for good
        self.erasing = FakeErasing()
        self.minors = FakeMinors()
        self.held = HeldContacts()
        self.measuring = FakeMeasuring()
        self.consents: list[str] = []
        self.earlier: Earlier | None = None
        self.marketing_stopped = False
        self.marketers: list[Addressee] = []  # who sends marketing for the controller

    @activity.defn(name="read_opening")
    async def read_opening(self, _message: CaseRef) -> Opening:
        return Opening(
            received_at=self.received_at,
            channel=Channel.API,
            rights=self.rights,
            regimes=self.regimes,
            risk=self.risk,
            identifiers=[
                ReceivedIdentifier(identifier=MAILBOX, kind="email"),
                *([ReceivedIdentifier(identifier=self.agent, kind="email", agent=True)] if self.agent else []),
            ],
            doubts=[Doubt.AGENT] if self.agent else [],
            consents=self.consents,
            asserted=self.asserted,
            snapshots=self.short_lived,
            earlier=self.earlier,
        )

    @activity.defn(name="record_case_event")
    async def record_case_event(self, message: RecordEvents) -> Recorded:
        if self.state is None:
            self.state = CaseState(case_id=message.case_id)
        for event in message.events:
            if event.sequence > self.state.sequence:
                evolve(self.state, event)
                self.events.append(event)
        clock = clock_of(self.received_at, self.regimes, self.rights, self.events, as_of=message.events[-1].at)
        return Recorded(clock=clock, head=SHA)

    @activity.defn(name="stop_marketing")
    async def stop_marketing(self, _message: CaseRef) -> MarketingStopped:
        self.marketing_stopped = True
        return MarketingStopped(addresses=1, purposes=["marketing"], addressees=self.marketers)

    @activity.defn(name="record_attempt")
    async def record_attempt(self, message: RecordAttempt) -> Judged:
        identifier = self.good_attempts.get(message.attempt)
        verdict = Verdict(accepted=identifier is not None, identifier=identifier)
        if identifier is None or not (events := message.outcomes[identifier]):
            return Judged(verdict=verdict)
        happened = RecordEvents(case_id=message.case_id, command_id=message.command_id, events=events)
        return Judged(verdict=verdict, recorded=await self.record_case_event(happened))

    @activity.defn(name="destroy_evidence")
    async def destroy_evidence(self, _message: CaseRef) -> None:
        self.destroyed.append("evidence")

    @activity.defn(name="send_letter")
    async def send_letter(self, message: SendLetter) -> LetterSent:
        if message.letter in self.refused_letters:
            raise ApplicationError("refused", type="letter-refused", non_retryable=True)
        self.numbers.setdefault(message.letter, []).append(message.number)
        await self.letters_pass.wait()
        self.addressed[message.letter] = message.identifier
        self.letters.append(message.letter)
        by_post = self.state is not None and not self.state.delivery_address
        return LetterSent(letter_id=uuid4(), by_post=by_post)

    @activity.defn(name="tell_of_due_case")
    async def tell_of_due_case(self, message: CaseDue) -> None:
        self.told_of_due.append((message.due.isoformat(), message.late))

    @activity.defn(name="tell_of_resumed_case")
    async def tell_of_resumed_case(self, message: CaseResumed) -> None:
        self.told_of_resumption.append(message.number)

    @activity.defn(name="revoke_links")
    async def revoke_links(self, _message: CaseRef) -> None:
        self.destroyed.append("links")

    @activity.defn(name="collect")
    async def collect(self, message: Collect) -> Collected:
        self.searches.append(message)
        beating = asyncio.create_task(_beat())
        try:
            await self.searched.wait()
        except asyncio.CancelledError:
            self.called_off.append("collect")
            raise
        finally:
            beating.cancel()
        results = [each for each in self.results if message.systems is None or each.system in message.systems]
        results = [each for each in results if each.system not in message.skipped]
        ready = message.build and all(each.state == "searched" for each in results)
        return Collected(run=message.run, results=results, package=self._package() if ready else None, held=self.held)

    @activity.defn(name="snapshot_short_lived")
    async def snapshot_short_lived(self, _message: CaseRef) -> Collected:
        if "snapshot_short_lived" in self.broken:
            raise ApplicationError("broken", type="broken", non_retryable=True)
        await self.copied.wait()
        return Collected(run=0, results=[SystemResult(system="platform", state="searched", records=3)])

    @activity.defn(name="destroy_snapshots")
    async def destroy_snapshots(self, _message: CaseRef) -> None:
        self.destroyed.append("snapshots")

    @activity.defn(name="build_package")
    async def build_package(self, message: BuildPackage) -> PackageBuilt:
        self.builds.append(message)
        await self.built.wait()
        self.revision = message.revision - 1 if message.revision else self.revision
        return self._package()

    @activity.defn(name="verify_package")
    async def verify_package(self, _message: VerifyPackage) -> Verified:
        return Verified(intact=self.intact)

    def _package(self) -> PackageBuilt:
        self.revision += 1
        blob = BlobRef(blob_id=uuid4(), kind="package", bytes=10, sha256=SHA)
        records = sum(each.records for each in self.results)
        sha256 = f"{self.revision:064x}"
        return PackageBuilt(
            package=uuid4(),
            revision=self.revision,
            sha256=sha256,
            bytes=10,
            records=records,
            withheld=self.withheld,
            others_covered=self.others_covered,
            datamap=SHA,
            blob=blob,
        )

    @property
    def tags(self) -> list[str]:
        return [event.tag.value for event in self.events]

    @property
    def case_activities(self) -> list[Callable[..., Any]]:
        return [
            self.read_opening,
            self.record_case_event,
            self.record_attempt,
            self.destroy_evidence,
            self.revoke_links,
            self.destroy_snapshots,
            self.erasing.forget_looks,
            self.stop_marketing,
            self.measuring.forget_values,
            *self.minors.case_activities,
        ]

    @property
    def letter_activities(self) -> list[Callable[..., Any]]:
        return [self.send_letter, self.tell_of_due_case, self.tell_of_resumed_case]

    @property
    def connector_activities(self) -> list[Callable[..., Any]]:
        of_access: list[Callable[..., Any]] = [self.collect, self.snapshot_short_lived, self.build_package, self.verify_package]
        stand_ins = (self.erasing, self.measuring, self.minors)
        return [*of_access, *(each for stand_in in stand_ins for each in stand_in.connector_activities)]


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.2)
