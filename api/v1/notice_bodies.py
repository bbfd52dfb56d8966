"""Bodies and answers of notices to many people. Next: `api/v1/notices.py`."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.v1.bodies import Words
from api.v1.dossier_bodies import Table, Told, shapes
from api.v1.models import Address, Body, Reference
from domain.breach import Language
from domain.notice import NoticeStatus, Purpose
from domain.notice_commands import NoticeAction, NoticeCommand

_PART = (Words | None, Field(None, description="words of the letter, kept sealed"))
PARTS = ("subject", "nature", "consequences", "measures", "advice", "summary")
_SHA = "9f" * 32

_TABLE = Table(
    told={
        NoticeAction.QUERY_LIST: Told("value", needed=False, meaning="what the column has to hold; kept sealed"),
        NoticeAction.SEND_TEST: Told("text", meaning="an address of ours"),
        NoticeAction.APPROVE: Told(needed=False),
        NoticeAction.PAUSE: Told(needed=False),
        NoticeAction.CONTINUE: Told(needed=False),
        NoticeAction.RESEND: Told(),
        NoticeAction.CANCEL: Told(),
        NoticeAction.PUBLISH: Told("text", meaning="what everybody may read"),
        NoticeAction.ANSWER: Told("text", meaning="what everybody is answered"),
        NoticeAction.SEND_LINK: Told("text", meaning="the person's address"),
    },
    also={NoticeAction.SET_LETTER: PARTS},
    instead={
        NoticeAction.LOAD_LIST: {"list": None},
        NoticeAction.SET_LETTER: {"subject": (Words, Field(description="of the mail; no hint of anybody's content"))}
        | dict.fromkeys(PARTS[1:], _PART),
    },
    files=frozenset({NoticeAction.LOAD_LIST}),
    examples={
        NoticeAction.QUERY_LIST: {"system": "platform", "collection": "accounts"},
        NoticeAction.SET_LETTER: {
            "language": "en",
            "subject": "Please read: stolen passwords were tried on our site",
            "nature": "On 22 November somebody tried passwords that were stolen elsewhere.",
            "consequences": "Somebody may have seen what is in your account.",
            "measures": "We ended every session and reset the passwords.",
            "advice": "Go to the site as usual and choose a new password.",
        },
        NoticeAction.SET_POLICY: {"version": "v2026_12", "updated": "2026-12-01"},
        NoticeAction.SEND_TEST: {"text": "responder@demo.example"},
        NoticeAction.APPROVE: {"sha256": _SHA},
        NoticeAction.SET_RATE: {"rate": 20},
        NoticeAction.RESEND: {"reason": "Our server is off the block list."},
        NoticeAction.CANCEL: {"reason": "The list was the wrong one."},
        NoticeAction.ANSWER: {"mails": ["0b8f6c1e-7d3a-4f52-9a0c-5a3f1f0c9d11"], "text": "Your data were not seen."},
        NoticeAction.SEND_LINK: {"text": "mike@example.com"},
        NoticeAction.PUBLISH: {"language": "en", "text": "On 22 November somebody tried stolen passwords on our site."},
    },
)
NOTICE_SHAPES: dict[Any, Any] = shapes(NoticeCommand, _TABLE)


class NoticeBody(Body):
    """A notice to many people, as it is begun. Each tier of a breach is a notice of its own, with its own list and letters."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Log-in only", "breach": "HAB-B6T2M8QX"}]})

    title: Annotated[str, Field(min_length=1, max_length=200, description="for us; kept sealed")]
    purpose: Purpose = "breach"
    breach: Annotated[Reference | None, Field(description="that it is about")] = None
    exercise: Annotated[bool, Field(description="a rehearsal: no mail leaves")] = False


class SegmentAnswer(BaseModel):
    name: str
    count: int
    list_sha256: str
    letter_sha256: str


class NoticeAnswer(BaseModel):
    """One notice as it stands. `sha256` covers every list and letter; `approve` names it."""

    notice_id: UUID
    reference: str
    status: NoticeStatus
    title: str | None
    purpose: Purpose
    breach: UUID | None
    exercise: bool
    opened_at: datetime
    list_state: Literal["none", "loading", "failed", "loaded"]
    recipients: int
    unusable: int
    countries: dict[str, int]
    languages: list[Language]
    version: str | None
    updated: date | None
    segments: list[SegmentAnswer]
    sha256: str | None
    tested_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    start_at: datetime | None
    rate: int | None
    progress: Annotated[dict[str, int], Field(description="people: waiting, under_way, sent, refused, deferred, bounced")]
    finished_at: datetime | None
    published: list[Language]
    allowed_actions: list[NoticeAction]


class NoticeLines(BaseModel):
    """Notices, newest first."""

    items: list[NoticeAnswer]
    next: None = None


class ProofBody(Body):
    """Asks what became of the letter to one address; by POST, so that no address stands in a URL."""

    email: Address


class ProofAnswer(BaseModel):
    """What became of it; `affected` is false when the address is on no list of this notice."""

    affected: bool
    segment: str | None
    state: str | None
    at: datetime | None
    code: int | None
    replied_at: datetime | None


class BannerAnswer(BaseModel):
    """The public notice for the platform's own banner, by language."""

    reference: str
    texts: dict[Language, str]
