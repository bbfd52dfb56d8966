"""Looks over the access log for what nobody does on an ordinary day, and tells the privacy leads and the DPO (design section 10).

An alert only tells; what acts is the release brake. Each is told once per stretch, also by two web processes at once; whatever
else raised an alarm in the database is told with it. Next: api/console/alerts.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, func, select

from adapters.database.staff_tables import ConfigurationChange
from adapters.database.tables import AccessLog, Alarm
from adapters.desk_post import staff_with
from adapters.legal_holds import remind
from adapters.rates import Rate, one_too_many
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.staff_post import tell
from adapters.unfound_accounts import remind as remind_of_unfound
from domain.staffing import CONFIRMERS

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_FAILED: Final = ("sign_in_failed", "factor_failed", "passkey_failed")
_EXPORTS: Final = ("package", "evidence_pack")
_STAFF: Final = "caseworker:"


@dataclass(frozen=True)
class _Passed:
    """A threshold that was passed: what, by whom (nobody in particular: empty), how often, within which stretch."""

    kind: str
    person: str
    count: int
    within: timedelta


def look_over(resources: Resources, now: datetime) -> int:
    """Write an alarm for each threshold that is passed, and tell people of every alarm that was not told; how many were told.

    The same turn reminds of the holds whose review comes near, and of a child's account that nobody has found yet.
    """
    with resources.database.write() as session:
        for passed in _passed(session, resources.settings, now):
            _raise(session, resources, passed, now)
        remind(session, resources.vault, now)
        remind_of_unfound(session, resources.vault, now)
        return _tell_untold(session, now)


def note_configuration(resources: Resources, now: datetime) -> None:
    """Write down when mail server, sender, data map or solo mode is another one than at the last start; solo mode also first."""
    settings, vault = resources.settings, resources.vault
    present = {
        "mail": vault.code_mac("habeas/1/configuration", "mail", settings.smtp_url or "", settings.mail_from).hex(),
        "datamap": vault.code_mac("habeas/1/configuration", "datamap", settings.datamap.read_text(encoding="utf-8")).hex(),
    }
    present["solo"] = vault.code_mac("habeas/1/configuration", "solo", str(settings.solo)).hex()
    with resources.database.write() as session:
        for what, mac in present.items():
            newest = select(ConfigurationChange).where(ConfigurationChange.what == what)
            last = session.exec(newest.order_by(col(ConfigurationChange.id).desc()).limit(1)).first()
            if last is None or last.mac != mac:
                first = last is None and not (what == "solo" and settings.solo)
                session.add(ConfigurationChange(at=now, what=what, mac=mac, first=first))
                if not first:
                    session.add(AccessLog(at=now, actor="system", action=f"{what}_changed"))
                    session.add(Alarm(at=now, kind=f"{what}-changed", facts={}))


def _passed(session: Session, settings: Settings, now: datetime) -> Iterator[_Passed]:
    for person, count in _cases_by_person(session, ("view_case",), now - HOUR):
        if count > settings.alert_cases_opened:
            yield _Passed("many-cases-opened", person, count, HOUR)
    for person, count in _cases_by_person(session, _EXPORTS, now - DAY):
        if count > settings.alert_exports:
            yield _Passed("mass-export", person, count, DAY)
    failed = _failed_sign_ins(session, now - HOUR)
    if failed > settings.alert_failed_sign_ins:
        yield _Passed("failed-sign-ins", "", failed, HOUR)


def _cases_by_person(session: Session, actions: tuple[str, ...], since: datetime) -> list[tuple[str, int]]:
    query: Any = (
        select(AccessLog.actor, func.count(func.distinct(AccessLog.case_id)))
        .where(col(AccessLog.action).in_(actions), col(AccessLog.at) > since, col(AccessLog.actor).startswith(_STAFF))
        .group_by(AccessLog.actor)
    )
    return [(person, int(count)) for person, count in session.exec(query).all()]


def _failed_sign_ins(session: Session, since: datetime) -> int:
    query = select(func.count()).where(col(AccessLog.action).in_(_FAILED), col(AccessLog.at) > since)
    return int(session.exec(query).one())


def _raise(session: Session, resources: Resources, passed: _Passed, now: datetime) -> None:
    key = resources.vault.code_mac("habeas/1/rate", "alert", passed.kind, passed.person).hex()
    if not one_too_many(session, key, Rate(most=1, within=passed.within), now):
        facts = {"count": passed.count} | ({"person": passed.person} if passed.person else {})
        session.add(Alarm(at=now, kind=passed.kind, facts=facts))


def _tell_untold(session: Session, now: datetime) -> int:
    untold = session.exec(select(Alarm).where(col(Alarm.told_at).is_(None)).order_by(col(Alarm.id)).limit(1_000)).all()
    if not untold:
        return 0
    tell(session, "alarm", *(person.id for person in staff_with(session, *CONFIRMERS)), at=now, count=str(len(untold)))
    for alarm in untold:
        alarm.told_at = now
        session.add(alarm)
    return len(untold)
