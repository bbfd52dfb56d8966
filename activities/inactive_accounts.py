"""Tells people whose account nobody uses, twice, and ends it when they do not come back (P47).

One sweep carries three steps: who is told for the first time, who is told again, whose account ends. A person with an open case,
a complaint or a hold gets none of them. A notice counts when the mail server took it.

Next: domain/inactivity.py
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parseaddr
from itertools import islice
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from activities.source_rows import Ending, SourceRows
from activities.systems.registry import Systems
from activities.systems.sql import SqlSystem
from adapters.database.breach_reader import frozen_systems
from adapters.database.retention_due import people_kept_by
from adapters.database.retention_tables import InactivityNotice
from adapters.desk_letters import desk_letter
from adapters.letter_message import Heading, compose, message_id
from adapters.letter_words import day
from adapters.mail import deliver, mailable
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import ErasureAction
from domain.errors import DomainError
from domain.inactivity import Step, last_day, step_of
from domain.retention import Suspension
from domain.source_retention import SourceRule, day_of

_AT_ONCE = 500


@dataclass(frozen=True)
class Account:
    """One account that is due for a step."""

    row: dict[str, Any]
    mac: bytes
    active: date
    step: Step
    kept_by: Suspension | None


class InactiveAccounts:
    """The accounts of one collection.

    Args:
        resources: of the worker.
        systems: connectors of the data map.
        rule: with the period of inactivity.
    """

    def __init__(self, resources: Resources, systems: Systems, rule: SourceRule) -> None:
        self._resources = resources
        self._systems = systems
        self._rule = rule
        self._rows = SourceRows(resources, systems)

    def due(self, today: date) -> Iterator[Account]:
        """Every account that is due for a step, with what keeps it."""
        rows = self._due(today)
        while some := list(islice(rows, _AT_ONCE)):
            with self._resources.database.read() as session:
                if self._rule.system in frozen_systems(session):
                    reasons: list[Suspension | None] = [Suspension.INCIDENT] * len(some)
                else:
                    people = self._rows.people(self._rule.collection, [account.row for account in some])
                    kept = people_kept_by(session, {index for indexes in people for index in indexes})
                    reasons = [next((kept[index] for index in sorted(each) if index in kept), None) for each in people]
            for account, why in zip(some, reasons, strict=True):
                yield Account(account.row, account.mac, account.active, account.step, why)

    def carry_out(self, today: date) -> Counter[Step]:
        """Do what is due; how many of each step. What the mail server does not take is tried by the next sweep."""
        done: Counter[Step] = Counter()
        for account in list(self.due(today)):
            if account.kept_by is None and self._carried_out(account, today):
                done[account.step] += 1
        return done

    def _due(self, today: date) -> Iterator[Account]:
        rule, connector = self._rule, self._systems.connector(self._rule.system)
        assert isinstance(connector, SqlSystem)
        ended = rule.collection.retention_from
        wanted = [rule.field, *rule.collection.primary_key, *rule.collection.identities, *([ended] if ended else [])]
        wanted += [reference.field for reference in rule.collection.references]
        wanted += [*rule.exceptions, *self._rows.led_from(rule)]
        names = list(dict.fromkeys(wanted))
        with self._resources.database.read() as session:
            told = {row.row_mac: row for row in session.exec(self._notices()).all()}
        for values in connector.everybody(rule.collection, names, None):
            row = dict(zip(names, values, strict=True))
            active = day_of(row[rule.field])
            if active is None or (ended and row[ended] is not None) or rule.excepted(row):
                continue  # closed accounts have a period of their own
            mac = self._mac(row)
            notice = told.get(mac)
            days = (notice.first_at.date(), notice.second_at.date() if notice.second_at else None) if notice else None
            if step := step_of(active, rule.period, days, today):
                yield Account(row, mac, active, step, None)

    def _carried_out(self, account: Account, today: date) -> bool:
        with self._resources.database.write() as session:
            if account.step is Step.CAME_BACK:
                self._forget(session, account.mac)
                return True
        if account.step is Step.END:
            ending = Ending(ErasureAction.DELETE, (), self._rule.collection.primary_key[:1])
            still = self._rows.unchanged(self._rule, [account.row])  # who signs in right now keeps the account
            ended = self._rows.erase(self._rule.system, self._rule.collection, still, ending)
            with self._resources.database.write() as session:
                self._forget(session, account.mac)
            return bool(ended)
        return self._told(account, today)

    def _told(self, account: Account, today: date) -> bool:
        number = 1 if account.step is Step.FIRST_NOTICE else 2
        if not self._mailed(account, number, last_day(account.active, self._rule.period, today)):
            return False
        now = datetime.now(UTC)
        with self._resources.database.write() as session:
            notice = session.get(InactivityNotice, (self._rule.system, self._rule.collection.name, account.mac))
            if notice is None:
                notice = InactivityNotice(
                    system=self._rule.system, collection=self._rule.collection.name, row_mac=account.mac, first_at=now
                )
            else:
                notice.second_at = now
            session.add(notice)
        return True

    def _mailed(self, account: Account, number: int, until: date) -> bool:
        settings, controller = self._resources.settings, self._resources.datamap.controller
        field = next(name for name, kind in self._rule.collection.identities.items() if kind == "email")
        address = str(account.row[field] or "")
        facts: dict[str, object] = {
            "reference": controller.trading_as or controller.name,
            "controller": controller.trading_as or controller.name,
            "until": day(until),
            "again": number > 1,
            "contact": controller.contacts.requests,
        }
        try:
            heading = Heading(
                sender=settings.mail_from,
                recipient=mailable(address),
                reply_to=controller.contacts.requests,
                message_id=message_id(
                    self._resources.vault, settings.mail_from, UUID(bytes=account.mac[:16]), "inactive_account", number
                ),
                written_at=datetime.now(UTC).replace(microsecond=0),
                automatic=True,
            )
            letter = desk_letter("inactive_account", facts, settings.letters)
            deliver(settings, compose(letter, heading), parseaddr(settings.mail_from)[1], address)
        except DomainError:
            return False  # no mailbox that can be written to, or nobody takes it: the account stays as it is
        return True

    def _notices(self) -> Any:  # noqa: ANN401 (a query)
        here = (
            InactivityNotice.system == self._rule.system,
            InactivityNotice.collection == self._rule.collection.name,
        )
        return select(InactivityNotice).where(*here)

    def _forget(self, session: Session, mac: bytes) -> None:
        session.execute(delete(InactivityNotice).where(col(InactivityNotice.row_mac) == mac))

    def _mac(self, row: dict[str, Any]) -> bytes:
        key = "/".join(str(key_text(row[name])) for name in self._rule.collection.primary_key)
        return self._resources.vault.list_mac(f"inactive/{self._rule.system}.{self._rule.collection.name}", key)
