"""Stands in for the activities of measures in workflow tests: remembers what was asked, and answers as a test wants."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from temporalio import activity

from domain.measure_messages import (
    CarryOutMeasure,
    ExamineMeasure,
    FindValues,
    FoundValues,
    MeasureCarriedOut,
    MeasureExamined,
)
from domain.messages import CaseRef
from domain.owners import FindOwners, FoundOwner, FoundOwners


class FakeMeasuring:
    """The controller's systems, as a correction or a restriction meets them."""

    def __init__(self) -> None:
        self.looked: list[FindValues] = []
        self.forgotten: list[UUID] = []
        self.examined: list[ExamineMeasure] = []
        self.carried_out: list[CarryOutMeasure] = []
        self.answers: list[MeasureCarriedOut] = []  # the next ones; then one row was changed

    @activity.defn(name="find_values")
    async def find_values(self, message: FindValues) -> FoundValues:
        self.looked.append(message)
        return FoundValues(values=3)

    @activity.defn(name="find_owners")
    async def find_owners(self, message: FindOwners) -> FoundOwners:
        return FoundOwners(found=[FoundOwner(identifier=key, records=1) for key in message.identifiers])

    @activity.defn(name="forget_values")
    async def forget_values(self, message: CaseRef) -> None:
        self.forgotten.append(message.case_id)

    @activity.defn(name="examine_measure")
    async def examine_measure(self, message: ExamineMeasure) -> MeasureExamined:
        self.examined.append(message)
        return MeasureExamined(rows=1)

    @activity.defn(name="carry_out_measure")
    async def carry_out_measure(self, message: CarryOutMeasure) -> MeasureCarriedOut:
        self.carried_out.append(message)
        return self.answers.pop(0) if self.answers else MeasureCarriedOut(rows=1)

    @property
    def connector_activities(self) -> list[Callable[..., Any]]:
        return [self.find_owners, self.find_values, self.examine_measure, self.carry_out_measure]
