"""What the page of the API says about mail and the breach desk. Read by `api/v1/table.py`."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel

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
from domain.breach import BreachOutcome, BreachStatus
from domain.breach_authority import BreachAction

_BREACHES = """\
`POST /breaches/{reference}/actions/{action}`, scope `breaches:write`. An action answers with the breach as
`GET /breaches/{reference}` gives it. `approve_report` is also refused as stale-hash and four-eyes. Who leads and who owns a task
is named by e-mail address or by the id that answers name. `add_evidence` takes one file by multipart."""

# A heading, words under it, the actions, and the path that they are under.
DESK: list[tuple[str, str, dict[Any, Any], str]] = [
    ("Actions on a breach", _BREACHES, BREACH_SHAPES, "/breaches/{reference}/actions/"),
]
DESK_ENUMS: tuple[type[StrEnum], ...] = (BreachStatus, BreachOutcome, BreachAction)
DESK_MODELS: dict[str, type[BaseModel]] = {
    "`POST /breaches`, body": BreachBody,
    "`GET /breaches`, answer": BreachLines,
    "`POST /breaches`, `GET /breaches/{reference}` and every action on a breach, answer": BreachAnswer,
    "`GET /breaches/{reference}/events`, answer": DossierEventLines,
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
