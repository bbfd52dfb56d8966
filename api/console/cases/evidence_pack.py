"""The evidence pack of a case: what was asked, searched, decided and sent, hashed and signed (Articles 5(2), 24, 31).

For an authority, a court or an auditor. Every table is a file of its own; `case.html` says it in words; the manifest lists each
file's SHA-256, the end of the case's chain and the policy version in force, under the installation's signature.
Next: adapters/signing.py
"""

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from adapters.database.tables import (
    AccessLog,
    CaseAssignment,
    CaseEventRow,
    ItemDecision,
    Letter,
    PackageRow,
    SearchReceipt,
)
from adapters.letter_keys import mail_without_keys
from adapters.letter_words import in_words, moment
from adapters.row_text import csv_file
from api.console import words
from api.console.cases import coverage, history, systems
from api.console.cases.facts import CaseFacts
from api.console.cases.history_rows import built
from api.console.pages import environment
from api.dependencies import Web
from api.face.days import zone
from domain.chain import rfc3339
from domain.deadline import ClockState

TYPE: Final = "habeas.evidence/1"
_SALT: Final = 32  # bytes, so that the hash of a short file cannot be found by trying
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # in every member: the manifest has the time that counts
_STANDING: Final[dict[ClockState, str]] = {
    "running": "the clock runs",
    "waiting_for_identity": "waits for proof of identity",
    "stopped": "the clock is stopped",
    "met": "answered in time",
    "missed": "the day has passed",
}
_README: Final = """Evidence pack of case {reference}, made {made}.

case.html        the whole case in words; open it in any browser, it needs no connection
case.json        what was asked, when, by which channel, under which law and policy version; the date and its sum
events.csv       everything that happened, in order; each row carries the hash of the row before it
searches.csv     every collection that was searched, with which identifiers (as keyed codes), and how many rows, zero included;
                 a run below 0 is a look for an erasure: its plan, right before it, or after it
coverage.csv     every collection of the data map: searched with what, in which agreed scope, or not and why
decisions.csv    what was included and withheld, on which ground, by whom
packages.csv     every package that was built, with its SHA-256
letters.csv      every letter, and when a mail server accepted it
letters/         the letters themselves{letters}; codes and links, which are the person's alone, are taken out
assignments.csv  who gave the case to whom
accesses.csv     who looked at it, and when
manifest.json    the SHA-256 of every file, the end of the chain, the data map and the policy version; manifest.sig signs it

The signature is Ed25519 over the bytes of manifest.json. The key is in key.pem, and, where it counts, at
/.well-known/habeas-keys.json:
openssl pkeyutl -verify -rawin -pubin -inkey key.pem -sigfile manifest.sig -in manifest.json
"""

Rows = Iterable[Sequence[object]]


def build(web: Web, facts: CaseFacts, *, content: bool) -> bytes:
    """The zip.

    Args:
        web: of the process.
        facts: of the case.
        content: with what people wrote and the letters; an auditor gets everything else.
    """
    made = web.now()
    with web.resources.database.read() as session:
        files = _tables(session, facts)
        if content:
            files |= _letters(web, session, facts)
    covered = coverage.read(web, facts, content=content)
    files["coverage.csv"] = csv_of(coverage.HEAD, covered.table(facts.reference))
    files["case.json"] = _json(_case(facts))
    files["case.html"] = _page(web, facts, made, content=content)
    left_out = "" if content else ": left out, with the words of the person and of colleagues, since this pack is without content"
    files["README.txt"] = _README.format(reference=facts.reference, made=rfc3339(made), letters=left_out).encode()
    files["key.pem"] = web.resources.signer.public_pem
    manifest = _json(_manifest(web, facts, files, made))
    files |= {"manifest.json": manifest, "manifest.sig": web.resources.signer.sign(TYPE, manifest)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, raw in files.items():
            zipped.writestr(zipfile.ZipInfo(f"{facts.reference}-evidence/{name}", _EPOCH), raw, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _manifest(web: Web, facts: CaseFacts, files: dict[str, bytes], made: datetime) -> dict[str, Any]:
    receipt = facts.view.receipt
    return {
        "type": TYPE,
        "install": web.resources.vault.install.hex(),
        "controller": web.resources.datamap.controller.name,
        "reference": facts.reference,
        "created": rfc3339(made),
        "kid": web.resources.signer.kid,
        "policy_version": receipt.policy_version,
        "datamap_at_receipt": receipt.datamap,
        "datamap_now": web.resources.datamap.hash,
        "head": facts.events[-1].hash if facts.events else None,
        "salt": secrets.token_hex(_SALT),
        "members": [
            {"path": name, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()} for name, raw in sorted(files.items())
        ],
    }


def _case(facts: CaseFacts) -> dict[str, Any]:
    receipt, state, clock = facts.view.receipt, facts.state, facts.view.clock
    return {
        "reference": facts.reference,
        "received_at": rfc3339(receipt.received_at),
        "recorded_at": rfc3339(receipt.recorded_at),
        "channel": receipt.channel,
        "regimes": receipt.regimes,
        "risk": state.risk.value,
        "policy_version": receipt.policy_version,
        "datamap": receipt.datamap,
        "status": state.status.value,
        "outcome": state.outcome.value if state.outcome else None,
        "rights": [{"right": item.right.value, "outcome": item.outcome.value if item.outcome else None} for item in state.rights],
        "clock": clock.model_dump(mode="json"),
        "systems": {name: system.model_dump(mode="json") for name, system in state.systems.items()},
        "work_items": [item.model_dump(mode="json") for item in state.work_items.values()],
    }


# Each table's rows of the case in their own order, and the columns that stand in the file; free text is in `case.html` alone.
_TABLES: Final[dict[str, tuple[Any, Any, str]]] = {
    "searches.csv": (SearchReceipt, SearchReceipt.id, "run system collection state rows doubtful searched_at keys"),
    "decisions.csv": (ItemDecision, ItemDecision.revision, "revision item decision basis author decided_at"),
    "packages.csv": (PackageRow, PackageRow.built_at, "revision sha256 bytes records datamap built_at"),
    "letters.csv": (Letter, Letter.written_at, "name number message_id written_at accepted_at"),
    "assignments.csv": (CaseAssignment, CaseAssignment.id, "at assignee by"),
    "accesses.csv": (AccessLog, AccessLog.id, "at actor action"),
}


def _tables(session: Session, facts: CaseFacts) -> dict[str, bytes]:
    files = {"events.csv": csv_of("sequence at tag who facts previous hash", (_event(facts, row) for row in facts.events))}
    for name, (table, order, columns) in _TABLES.items():
        rows = session.exec(select(table).where(table.case_id == facts.state.case_id).order_by(order))
        files[name] = csv_of(columns, ([_cell(getattr(row, column)) for column in columns.split()] for row in rows))
    return files


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return rfc3339(value)
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else value


def _event(facts: CaseFacts, row: CaseEventRow) -> Sequence[object]:
    return (row.sequence, rfc3339(row.at), row.tag, facts.person(row.actor), json.dumps(row.facts), row.previous, row.hash)


def _letters(web: Web, session: Session, facts: CaseFacts) -> dict[str, bytes]:
    vault = web.resources.vault.case(facts.state.case_id)
    query = select(Letter).where(Letter.case_id == facts.state.case_id).order_by(col(Letter.written_at))
    return {
        f"letters/{place:02}-{row.name}.eml": mail_without_keys(vault.open("letter", "content", str(row.id), row.content))
        for place, row in enumerate(session.exec(query), start=1)
        if row.content is not None
    }


def _page(web: Web, facts: CaseFacts, made: datetime, *, content: bool) -> bytes:
    page = environment().get_template("cases/evidence.html")
    package = facts.state.package
    lines = history.told(web, facts, content=content)
    shown = page.render(
        facts=facts,
        made=moment(made, zone(web)),
        moment=lambda at: moment(at, zone(web)),
        standing=_STANDING[facts.view.clock.state],
        content=content,
        lines=reversed(lines),
        held=in_words(*built(web, facts).get(str(package.id), (package.records, 0))) if package else "",
        clock=facts.view.clock,
        controller=web.resources.datamap.controller,
        systems=systems.read(web, facts),
        asked=", ".join(words.RIGHTS[right] for right in facts.view.receipt.rights),
    )
    return shown.encode()


def csv_of(head: str, rows: Rows) -> bytes:
    """A table as a file; `head` names its columns."""
    return csv_file(head.split(), rows)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
