"""The record as a file that anybody can check without Habeas' database: JSON lines, one entry each (`habeas audit verify`).

First line: the installation. Then heads with their lists, what was ended by its rule, and every entry of every stream. Ids,
enums, times and hashes; whoever reads it learns who did what when, and nothing about whom a case is.

Next: domain/audit.py
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from sqlmodel import Session, col, select

from adapters.database import audit
from adapters.database.retention_tables import AuditHead
from adapters.signing import key_id, verify_signature
from domain.audit import EXPORT_TYPE, HEAD_TYPE, Anchor, Checked, Leaf, Linked, anchor_of, check
from domain.chain import Entry, rfc3339
from domain.errors import InvalidInputError, SealBrokenError

_MAILED = re.compile(r"^\s*(day|root|previous|streams|entries|install|signed|signature)\s*:\s*([0-9a-f-]+)\s*$", re.MULTILINE)


def lines(session: Session, install: bytes, now: datetime) -> Iterator[dict[str, Any]]:
    """The whole record, line by line.

    Args:
        session: a reader, so that all of it is of one instant.
        install: the installation's public id.
        now: UTC.
    """
    yield {"type": EXPORT_TYPE, "install": install.hex(), "made": rfc3339(now)}
    leaves = audit.leaves_by_day(session)
    for head in session.exec(select(AuditHead).order_by(col(AuditHead.day))).all():
        listed = [[leaf.stream, leaf.sequence, leaf.hash] for leaf in leaves.get(head.day, [])]
        yield {"head": head.document, "signature": head.signature, "kid": head.kid, "leaves": listed}
    for stream in audit.ended_streams(session):
        yield {"ended": stream}
    for linked in audit.entries(session):
        yield asdict(linked.entry) | {"previous": linked.previous, "hash": linked.hash}


def write(session: Session, install: bytes, now: datetime, file: TextIO) -> int:
    """Write it; returns how many entries it has."""
    number = 0
    for line in lines(session, install, now):
        file.write(json.dumps(line, separators=(",", ":")) + "\n")
        number += "sequence" in line
    return number


def check_lines(found: Iterable[dict[str, Any]], pems: Sequence[bytes], mailed: Sequence[Path] = ()) -> Checked:
    """Check an export, or the database itself as one.

    Args:
        found: the lines.
        pems: public keys of who signs heads.
        mailed: texts of heads that were mailed and kept.

    Raises:
        InvalidInputError: not an export.
    """
    keys = {key_id(pem): pem for pem in pems}
    rest = iter(found)
    first = next(rest, {})
    if first.get("type") != EXPORT_TYPE:
        raise InvalidInputError("This is not an export of `habeas audit export`.")
    install = bytes.fromhex(str(first["install"]))
    anchors: list[Anchor] = []
    ended: list[str] = []
    entry: dict[str, Any] | None = None
    for line in rest:
        if "head" in line:
            anchors.append(_anchor(line, keys, install))
        elif "ended" in line:
            ended.append(str(line["ended"]))
        else:
            entry = line
            break
    kept = [_mailed(path.read_text(encoding="utf-8"), keys) for path in mailed]
    return check(install, anchors, _linked(entry, rest), ended, kept)


def read(file: TextIO) -> Iterator[dict[str, Any]]:
    """The lines of a file.

    Raises:
        InvalidInputError: one of them is none; names it.
    """
    for number, line in enumerate(file, start=1):
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InvalidInputError(f"Line {number} of the export is not one of its lines.", line=number)
        yield found


def mail_facts(head: AuditHead) -> dict[str, str]:
    """What the mail of a head carries; `check_lines` reads it back from the saved text."""
    facts = {name: str(value) for name, value in json.loads(head.document).items() if name != "type"}
    half = len(head.signature) // 2
    return facts | {"first_half": head.signature[:half], "second_half": head.signature[half:]}


def _linked(first: dict[str, Any] | None, rest: Iterator[dict[str, Any]]) -> Iterator[Linked]:
    while first is not None:
        try:
            names = ("stream", "sequence", "time", "actor", "tag", "detail")
            yield Linked(Entry(**{name: first[name] for name in names}), str(first["previous"]), str(first["hash"]))
        except (KeyError, TypeError):
            raise InvalidInputError("A line of the export is not an entry.") from None
        first = next(rest, None)


def _anchor(line: dict[str, Any], keys: dict[str, bytes], install: bytes) -> Anchor:
    document = str(line["head"])
    facts = json.loads(document)
    signed = _signed(document.encode(), str(line["signature"]), keys.get(str(line["kid"]))) and facts["install"] == install.hex()
    return anchor_of(facts, signed=signed, leaves=[Leaf(str(s), int(n), str(h)) for s, n, h in line["leaves"]])


def _mailed(text: str, keys: dict[str, bytes]) -> Anchor:
    facts: dict[str, Any] = {}
    for name, value in _MAILED.findall(text):
        facts[name] = facts.get(name, "") + value if name in {"signed", "signature"} else value
    try:
        number = {name: int(facts[name]) for name in ("streams", "entries")}
        document = {"type": HEAD_TYPE, "day": facts["day"], "entries": number["entries"], "install": facts["install"]}
        document |= {"previous": facts["previous"], "root": facts["root"], "streams": number["streams"]}
    except KeyError:
        raise InvalidInputError("This is not the text of a head that was mailed.") from None
    raw = json.dumps(document, separators=(",", ":")).encode()
    signature = str(facts.get("signature", ""))
    return anchor_of(document, signed=any(_signed(raw, signature, pem) for pem in keys.values()))


def _signed(document: bytes, signature: str, pem: bytes | None) -> bool:
    if pem is None:
        return False
    try:
        verify_signature(pem, HEAD_TYPE, document, bytes.fromhex(signature))
    except (SealBrokenError, ValueError):
        return False
    return True
