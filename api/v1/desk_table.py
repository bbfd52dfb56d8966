"""What the page of the API says about mail and the breach desk. Read by `api/v1/table.py`."""

from enum import StrEnum
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from api.v1 import breaches, notices, retention
from api.v1.breach_bodies import BREACH_SHAPES
from api.v1.breach_models import BreachAnswer, BreachBody, BreachLines, DossierEventLines
from api.v1.mail_models import (
    DismissMailBody,
    HandedInAnswer,
    HandInBody,
    JoinMailBody,
    MailAnswer,
    MailLines,
    MessageAnswer,
    OpenMailBody,
)
from api.v1.notice_bodies import NOTICE_SHAPES, BannerAnswer, NoticeAnswer, NoticeBody, NoticeLines, ProofAnswer, ProofBody
from api.v1.retention import DestructionLines, PeriodBody, PeriodLines, SweepAnswer, SweepBody, SweepLines
from domain.breach import BreachOutcome, BreachStatus
from domain.breach_authority import BreachAction
from domain.notice import NoticeStatus
from domain.notice_commands import NoticeAction

_BREACHES = """\
`POST /breaches/{reference}/actions/{action}`, scope `breaches:write`. An action answers with the breach as
`GET /breaches/{reference}` gives it. `approve_report` is also refused as stale-hash and four-eyes. Who leads and who owns a task
is named by e-mail address or by the id that answers name. `add_evidence` takes one file by multipart."""

_NOTICES = """\
`POST /notices/{reference}/actions/{action}`, scope `breaches:write`. An action answers with the notice as
`GET /notices/{reference}` gives it. `load_list` takes one CSV file by multipart: its first line names `email` and, where they are
known, `country` and `language`. `approve` names the `sha256` that `prepare` gave, and is also refused as
stale-hash and four-eyes."""

# A heading, words under it, the actions, and the path that they are under.
DESK: list[tuple[str, str, dict[Any, Any], str]] = [
    ("Actions on a notice", _NOTICES, NOTICE_SHAPES, "/notices/{reference}/actions/"),
    ("Actions on a breach", _BREACHES, BREACH_SHAPES, "/breaches/{reference}/actions/"),
]
DESK_CALLS: tuple[ModuleType, ...] = (breaches, notices, retention)
DESK_ENUMS: tuple[type[StrEnum], ...] = (BreachStatus, BreachOutcome, BreachAction, NoticeStatus, NoticeAction)
DESK_MODELS: dict[str, type[BaseModel]] = {
    "`POST /breaches`, body": BreachBody,
    "`GET /breaches`, answer": BreachLines,
    "`POST /breaches`, `GET /breaches/{reference}` and every action on a breach, answer": BreachAnswer,
    "`GET /breaches/{reference}/events`, `GET /notices/{reference}/events`, answer": DossierEventLines,
    "`POST /notices`, body": NoticeBody,
    "`GET /notices`, answer": NoticeLines,
    "`POST /notices`, `GET /notices/{reference}` and every action on a notice, answer": NoticeAnswer,
    "`POST /notices/{reference}/proof`, body": ProofBody,
    "`POST /notices/{reference}/proof`, answer": ProofAnswer,
    "`GET /notices/{reference}/banner`, answer": BannerAnswer,
    "`GET /retention/periods`, answer": PeriodLines,
    "`POST /retention/sweeps`, body": PeriodBody,
    "`POST /retention/sweeps`, `GET /retention/sweeps/{sweep}`, approve and decline, answer": SweepAnswer,
    "approve and decline a sweep, body": SweepBody,
    "`GET /retention/sweeps`, answer": SweepLines,
    "`GET /retention/receipts`, answer": DestructionLines,
}
MAIL_MODELS: dict[str, type[BaseModel]] = {
    "`GET /mail`, answer": MailLines,
    "`POST /mail`, `command`": HandInBody,
    "`POST /mail`, answer": HandedInAnswer,
    "`POST /mail/{mail}/open`, body": OpenMailBody,
    "`POST /mail/{mail}/join`, body": JoinMailBody,
    "`POST /mail/{mail}/dismiss`, body": DismissMailBody,
    "`GET /mail/{mail}`, `join`, `dismiss`, answer": MailAnswer,
    "`GET /cases/{reference}/messages`, answer: a list of": MessageAnswer,
}
