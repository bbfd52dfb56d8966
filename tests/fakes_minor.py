"""Stands in for what is done about a reported account in workflow tests, and remembers it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from temporalio import activity

from domain.messages import HeldContacts
from domain.minor_messages import AccountRef, Blocked, EvidenceHeld, Reinstated, Suspended


class FakeMinors:
    """The account, as the systems would have it."""

    def __init__(self) -> None:
        self.held = HeldContacts()
        self.failing: list[Suspended] = []
        self.suspended: list[list[UUID]] = []
        self.looks: list[int] = []
        self.reinstated: list[int] = []
        self.blocked = 0
        self.evidence = 0

    @activity.defn(name="suspend_account")
    async def suspend_account(self, message: AccountRef) -> Suspended:
        if self.failing:
            return self.failing.pop(0)
        self.suspended.append(message.accounts)
        self.looks.append(message.run)
        return Suspended(rows=3, held=self.held)

    @activity.defn(name="reinstate_account")
    async def reinstate_account(self, message: AccountRef) -> Reinstated:
        self.reinstated.append(message.run)
        return Reinstated(rows=3)

    @activity.defn(name="hold_evidence")
    async def hold_evidence(self, _message: AccountRef) -> EvidenceHeld:
        self.evidence += 1
        return EvidenceHeld(holds=1)

    @activity.defn(name="block_credentials")
    async def block_credentials(self, _message: AccountRef) -> Blocked:
        self.blocked += 1
        return Blocked(credentials=1, until=date(2027, 11, 26))

    @property
    def connector_activities(self) -> list[Callable[..., Any]]:
        return [self.suspend_account, self.reinstate_account]

    @property
    def case_activities(self) -> list[Callable[..., Any]]:
        return [self.hold_evidence, self.block_credentials]
