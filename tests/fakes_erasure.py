"""Stands in for the activities of erasure in workflow tests: remembers what was asked, and answers as a test wants."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from temporalio import activity

from domain.erasure_messages import (
    CarryOutErasure,
    Certified,
    CertifyErasure,
    ErasureCarriedOut,
    Leftover,
    LookAgain,
    LookedAgain,
    PlanErasure,
    PlanMade,
)
from domain.messages import CaseRef
from tests.factories import SHA


class FakeErasing:
    """The controller's systems, as an erasure meets them."""

    def __init__(self) -> None:
        self.plan: dict[str, Any] = {"erase": 12, "waiting_days": 3}
        self.plans: list[PlanErasure] = []
        self.runs: list[CarryOutErasure] = []
        self.looks: list[LookAgain] = []
        self.certificates: list[CertifyErasure] = []
        self.failing: list[PlanMade] = []
        self.answers: list[ErasureCarriedOut] = []  # the next ones; then everything is done
        self.leftovers: list[list[Leftover]] = []
        self.forgotten = False
        self.erased = asyncio.Event()  # carrying out takes until this is set
        self.erased.set()

    @activity.defn(name="plan_erasure")
    async def plan_erasure(self, message: PlanErasure) -> PlanMade:
        self.plans.append(message)
        if self.failing:
            return self.failing.pop(0)
        sha256 = f"{message.number:064x}"
        return PlanMade.model_validate({"plan": uuid4(), "sha256": sha256, "datamap": SHA, **self.plan})

    @activity.defn(name="carry_out_erasure")
    async def carry_out_erasure(self, message: CarryOutErasure) -> ErasureCarriedOut:
        self.runs.append(message)
        while not self.erased.is_set():
            activity.heartbeat()
            await asyncio.sleep(0.1)
        return self.answers.pop(0) if self.answers else ErasureCarriedOut()

    @activity.defn(name="look_again")
    async def look_again(self, message: LookAgain) -> LookedAgain:
        self.looks.append(message)
        return LookedAgain(leftovers=self.leftovers.pop(0) if self.leftovers else [])

    @activity.defn(name="certify_erasure")
    async def certify_erasure(self, message: CertifyErasure) -> Certified:
        self.certificates.append(message)
        return Certified(sha256=SHA, erased=12, kept=0)

    @activity.defn(name="forget_looks")
    async def forget_looks(self, _message: CaseRef) -> None:
        self.forgotten = True

    @property
    def connector_activities(self) -> list[Callable[..., Any]]:
        return [self.plan_erasure, self.carry_out_erasure, self.look_again, self.certify_erasure]
