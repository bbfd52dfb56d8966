"""The six digits of the demo's staff as a page, in place of seven authenticators; the seeds are made up and lie in its home.

Only a demo has it (`api/app.py`). Next: adapters/factors.py
"""

import json
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.factors import STEP, code_at
from api.demo_mail.pages import page
from api.dependencies import TheWeb, Web

router = APIRouter(prefix="/demo/codes", include_in_schema=False)
_RENEWED: Final = 5  # seconds


@router.get("")
async def codes(web: TheWeb) -> Response:
    """Everybody's code of this half minute."""
    answer = page("codes.html", people=await run_in_threadpool(_people, web), left=STEP - int(web.now().timestamp()) % STEP)
    answer.headers["Refresh"] = str(_RENEWED)
    return answer


def _people(web: Web) -> list[dict[str, str]]:
    people: list[dict[str, str]] = json.loads(web.resources.settings.demo_sign_ins.read_text())
    return [person | {"code": code_at(person["seed"], web.now())} for person in people]
