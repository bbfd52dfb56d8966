"""Whether this process lives, and whether it can receive requests. Outside `/api/v1` and without a key.

Ready means that a receipt can be committed: the engine may be away (design principle 2).
"""

from fastapi import APIRouter
from sqlalchemy import text

from api.dependencies import Opened

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(web: Opened) -> dict[str, str]:
    """The database answers; 503 while it does not."""
    with web.resources.database.read() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ready"}
