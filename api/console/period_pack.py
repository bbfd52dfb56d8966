"""`/console/reports/evidence`: the evidence of a period: the pack of every case that was open in it, the figures, a signed list.

For an authority that asks about a year, or an audit. It is made while it is sent, one case after the other, so its size is no
matter; nothing of it is kept. Next: api/console/cases/evidence_pack.py
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from sqlmodel import col, or_, select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.database.clock_figures import ClockFigures
from adapters.database.tables import CaseReceipt, CaseRecord
from adapters.row_text import csv_file
from api.access import note_access
from api.console.cases import reading
from api.console.cases.evidence_pack import build
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm
from api.console.reports import PATH, Period, period_of
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.days import zone
from api.face.forms import field
from domain.chain import rfc3339
from domain.clock_figures import write_csv
from domain.errors import InvalidInputError, KeyMissingError, SealBrokenError
from domain.rights import Role

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

TYPE: Final = "habeas.period-evidence/1"
MOST: Final = 2_000  # cases: more is a backup and no evidence
_HEAD: Final = ("reference", "rights", "received_at", "safe_due", "status", "outcome", "closed_at", "pack")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_README: Final = """Evidence of {first} to {last}, made {made}.

cases.csv                every case that was open on a day of the period, whether received before it or closed after it;
                         never a case that is about whoever made this, or that is closed to them
cases/                   the evidence pack of each, signed by itself; its own README says what is in it
answered-by-month.csv    received, answered and on time by month
manifest.json            the SHA-256 of every file here; manifest.sig signs it (Ed25519, key in key.pem)
"""


@router.post("/reports/evidence")
async def evidence(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """All of it as a zip, after a fresh sign-in; each case that is in it is noted as looked at."""
    period = period_of(web, field(form, "from"), field(form, "to"))
    who.need_fresh(web.now(), f"{PATH}?{period.query}")
    cases = await run_in_threadpool(_cases, web, who, period)
    if len(cases) > MOST:
        raise InvalidInputError(f"More than {MOST:,} cases were open in this period. Choose a shorter one.", field="from")
    name = f"habeas-evidence-{period.first:%Y-%m}-to-{period.last:%Y-%m}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return StreamingResponse(_stream(web, who, period, cases, name), media_type="application/zip", headers=headers)


class _Sink(io.RawIOBase):
    """What `zipfile` writes to: it cannot seek, and gives away what has come in."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 (a buffer of any kind)
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Everything since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _cases(web: Web, who: SignedIn, period: Period) -> list[tuple[CaseReceipt, CaseRecord | None]]:
    place = zone(web)
    begins = datetime.combine(period.first, time(), place)
    ends = datetime.combine(period.last + timedelta(days=1), time(), place)
    query = (
        select(CaseReceipt, CaseRecord)
        .join(CaseRecord, col(CaseRecord.case_id) == col(CaseReceipt.case_id), isouter=True)
        .where(CaseReceipt.received_at < ends, or_(col(CaseRecord.closed_at).is_(None), col(CaseRecord.closed_at) >= begins))
        .where(col(CaseReceipt.case_id).not_in(who.sight.hidden))
        .order_by(col(CaseReceipt.received_at), col(CaseReceipt.reference))
        .limit(MOST + 1)
    )
    with web.resources.database.read() as session:
        return list(session.exec(query).all())


def _stream(
    web: Web, who: SignedIn, period: Period, cases: list[tuple[CaseReceipt, CaseRecord | None]], name: str
) -> Iterator[bytes]:
    sink, made, members, rows = _Sink(), web.now(), [], []
    with zipfile.ZipFile(sink, "w") as zipped:

        def add(path: str, raw: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
            zipped.writestr(zipfile.ZipInfo(f"{name}/{path}", _EPOCH), raw, how)
            members.append({"path": path, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})
            return sink.taken()

        for receipt, record in cases:
            pack = _pack(web, who, receipt)
            rows.append(_row(receipt, record, "made" if pack else "destroyed at the end of its retention"))
            if pack:
                yield add(f"cases/{receipt.reference}-evidence.zip", pack, zipfile.ZIP_STORED)
        yield add("cases.csv", csv_file(_HEAD, rows))
        months = io.StringIO()
        write_csv(ClockFigures(web.resources, who.sight.hidden).months(period.first, period.last, now=made), months)
        yield add("answered-by-month.csv", months.getvalue().encode())
        readme = _README.format(first=period.first, last=period.last, made=rfc3339(made))
        yield add("README.txt", readme.encode())
        yield add("key.pem", web.resources.signer.public_pem)
        manifest = _manifest(web, period, made, list(members))
        yield add("manifest.json", manifest)
        yield add("manifest.sig", web.resources.signer.sign(TYPE, manifest))
    yield sink.taken()


def _pack(web: Web, who: SignedIn, receipt: CaseReceipt) -> bytes:
    """The pack of one case; empty where its key was destroyed."""
    note_access(web, who, "evidence_pack", receipt.case_id)
    try:
        return build(web, reading.read(web, CaseReader(web.resources).get(receipt.case_id)), content=who.role is not Role.AUDITOR)
    except (KeyMissingError, SealBrokenError):
        return b""


def _row(receipt: CaseReceipt, record: CaseRecord | None, pack: str) -> tuple[str, ...]:
    closed = rfc3339(record.closed_at) if record and record.closed_at else ""
    due = record.safe_due if record else receipt.safe_due
    status, outcome = (record.status, record.outcome or "") if record else ("received", "")
    rights = " ".join(receipt.rights)
    return receipt.reference, rights, rfc3339(receipt.received_at), due.isoformat(), status, outcome, closed, pack


def _manifest(web: Web, period: Period, made: datetime, members: list[dict[str, Any]]) -> bytes:
    controller = web.resources.datamap.controller
    facts = {
        "type": TYPE,
        "install": web.resources.vault.install.hex(),
        "controller": controller.name,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "created": rfc3339(made),
        "kid": web.resources.signer.kid,
        "policy_version": controller.policy.version,
        "datamap": web.resources.datamap.hash,
        "members": members,
    }
    return json.dumps(facts, ensure_ascii=False, indent=1).encode()
