"""A file that comes with a form, on a breach or a notice: sealed while it arrives, the form key checked, gone when refused.

Next: api/v1/dossier_actions.py
"""

import json

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.console import sessions
from api.console.sessions import SignedIn
from api.idempotency import keyed_hash
from api.uploads import Upload, read_upload
from api.v1.dossier_actions import DossierDeed


async def handed_in(request: Request, who: SignedIn, deed: DossierDeed) -> None:
    """Take the file in and do the deed with it.

    Raises:
        DomainError: refused, whatever the reason; nothing of the file is kept.
    """
    web, action = deed.web, deed.action.value
    vault = await run_in_threadpool(web.resources.vault.dossier, deed.dossier_id, deed.purpose)
    sent = Upload()
    try:
        sent = await read_upload(request, web.resources, vault, action)
        # One field holds everything that is not a file: the reader of uploads knows a part for words and a part for files.
        typed = json.loads(sent.command or b"{}")
        sessions.check_form(who, str(typed.get("key", "")))
        deed.upload = sent
        await deed.act({}, keyed_hash(web.resources.vault, "command", who.key_id, action, str(typed.get("once", ""))))
    except BaseException:
        await run_in_threadpool(sent.discard, web.resources.blobs)
        raise
