"""`/console/alerts`: releases that the brake holds, and what was unusual lately, with the thresholds that say what that is.

Next: adapters/alerts.py
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlmodel import Session, col, func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.staff_tables import HeldRelease
from adapters.database.tables import Alarm, CaseReceipt, Caseworker
from api import brake
from api.console.navigation import BADGES
from api.console.pages import ConsoleRoute, TheCaseworker, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.release_brake import Brake
from domain.rights import Role

router = APIRouter(prefix="/console/alerts", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/alerts"
_SHOWN: Final = 100
_DONE: Final = {"raised": "Let go. Whoever approved it can approve it once more within a day."}
REASONS: Final = {
    Brake.PERSON: "too many releases of one person in 24 hours",
    Brake.INSTALLATION: "too many releases of everybody together in 24 hours",
    Brake.CHANGE: "a role, key, mail server or data map was changed a short time ago",
}
ALARMS: Final = {
    "many-cases-opened": "One person opened many cases within an hour",
    "mass-export": "One person took packages or evidence packs of many cases within a day",
    "failed-sign-ins": "Many sign-ins failed within an hour",
    "mail-changed": "Habeas was started with another mail server or sender",
    "datamap-changed": "Habeas was started with another data map",
    "solo-changed": "Solo mode was switched on or off",
    "payload-refused": "The engine was handed something that Habeas did not seal",
    "sequence-conflict": "A case\u2019s history and its workflow disagree",
    "workflow-carried-on": "A workflow was ended from outside; it runs again",
    "mail-suspected-breach": "A mail speaks of a breach",
    "malware-found": "A file that was handed in while the scanner was silent is infected; nobody opens it",
    "mail-not-given-out": "A mail server did not give a mail out",
}


@router.get("")
async def alerts(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """What is held, and what was unusual."""
    return await run_in_threadpool(_page, web, who, _DONE.get(done, ""))


@router.post("/releases/{release}")
async def raise_brake(release: Annotated[UUID, Path()], web: TheWeb, who: TheCaseworker) -> Response:
    """Let one held release go."""
    who.need_fresh(web.now(), PATH)
    await run_in_threadpool(lambda: brake.let_go(web.resources, who, release, web.now()))
    return away_to(f"{PATH}?done=raised")


def _page(web: Web, who: SignedIn, told: str) -> Response:
    with web.resources.database.read() as session:
        names = {f"caseworker:{person.id}": person.name for person in session.exec(select(Caseworker)).all()}
        held = [_held(session, row, names, who) for row in brake.held(session) if row.case_id not in who.sight.hidden]
        lately = session.exec(select(Alarm).order_by(col(Alarm.id).desc()).limit(_SHOWN)).all()
        alarms = [_alarm(session, row, names) for row in lately if row.case_id not in who.sight.hidden]
    return show(web, "alerts.html", who, at=PATH, held=held, alarms=alarms, settings=web.resources.settings, told=told)


def _held(session: Session, row: HeldRelease, names: dict[str, str], who: SignedIn) -> dict[str, object]:
    return {
        "id": row.id,
        "reference": session.get_one(CaseReceipt, row.case_id).reference,
        "by": names.get(row.person, "a key of the platform"),
        "reason": REASONS[Brake(row.reason)],
        "at": row.asked_at,
        "mine": who.role is Role.PRIVACY_LEAD and who.person != row.person,
    }


def _alarm(session: Session, row: Alarm, names: dict[str, str]) -> dict[str, object]:
    receipt = session.get(CaseReceipt, row.case_id) if row.case_id else None
    return {
        "at": row.at,
        "what": ALARMS.get(row.kind, row.kind.replace("-", " ")),
        "who": names.get(str(row.facts.get("person", "")), ""),
        "count": row.facts.get("count", ""),
        "reference": receipt.reference if receipt else "",
    }


def _badge(web: Web) -> str:
    with web.resources.database.read() as session:
        waiting = session.exec(select(func.count()).where(col(HeldRelease.raised_at).is_(None))).one()
    return f"{waiting} held" if waiting else ""


BADGES[PATH] = _badge
