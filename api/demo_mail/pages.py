"""The demo's mailbox as a page: every letter that the mail catcher kept, newest first, so that a case can be walked in a browser.

Only a demo has it (`api/app.py`): its letters hold working codes and links. The text part is shown; the HTML part opens as a
document of its own in a sandbox, as an untrusted one would.
Next: adapters/mail_catcher.py
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Final

import jinja2
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.dependencies import TheWeb
from api.face.assets import SHARED

router = APIRouter(prefix="/demo/mail", include_in_schema=False)

SHOWN: Final = 100  # the newest; the folder keeps all
PAGE: Final = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
LETTER: Final = "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'"
_KEY: Final = re.compile(r"[A-Za-z0-9._=-]{1,200}")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,)]")


@dataclass(frozen=True)
class Kept:
    """One letter of the Maildir."""

    key: str
    to: str
    subject: str
    sent_at: datetime | None
    text: list[tuple[str, bool]]  # pieces of the text part; True marks an address that may be followed
    html: str


@router.get("")
async def letters(web: TheWeb) -> Response:
    """The newest letters."""
    found = await run_in_threadpool(_newest, web.resources.settings.home / "mail")
    return page("letters.html", letters=found, shown=SHOWN)


@router.get("/{key}")
async def letter(key: str, web: TheWeb) -> Response:
    """One letter as text, its links pressable."""
    return page("letter.html", letter=await run_in_threadpool(_read, web.resources.settings.home / "mail", key))


@router.get("/{key}/html")
async def letter_html(key: str, web: TheWeb) -> Response:
    """The HTML part as the person's mail program gets it."""
    found = await run_in_threadpool(_read, web.resources.settings.home / "mail", key)
    return HTMLResponse(found.html, headers={"Content-Security-Policy": LETTER})


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["shared"] = SHARED.at
    return made


def page(template: str, **facts: object) -> HTMLResponse:
    """A page of the demo."""
    return HTMLResponse(_environment().get_template(template).render(**facts), headers={"Content-Security-Policy": PAGE})


def _newest(folder: Path) -> list[Kept]:
    box = _box(folder)
    newest = sorted(((box / key).stat().st_mtime_ns, key) for key in _names(box))[-SHOWN:]
    return [_read(folder, key) for _at, key in reversed(newest)]


def _names(box: Path) -> list[str]:
    return [entry.name for entry in box.iterdir()] if box.is_dir() else []


def _box(folder: Path) -> Path:
    return folder / "new"  # where the catcher delivers; no mail program of the demo moves anything out of it


def _read(folder: Path, key: str) -> Kept:
    path = _box(folder) / key
    if _KEY.fullmatch(key) is None or not path.is_file():
        raise HTTPException(404)
    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain = message.get_body(("plain",))
    rich = message.get_body(("html",))
    sent = message["Date"]
    return Kept(
        key=key,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        sent_at=parsedate_to_datetime(sent) if sent else None,
        text=_pieces(plain.get_content() if plain else ""),
        html=rich.get_content() if rich else "",
    )


def _pieces(text: str) -> list[tuple[str, bool]]:
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    return [*pieces, (text[end:], False)]
