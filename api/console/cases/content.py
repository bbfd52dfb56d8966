"""What is inside: the package as a tree with counts, single items, the preview as the person will see it, letters, proofs.

Content of a person leaves this process as a download or in a sandbox, never as a page of ours (`security.md` section 1, Console).
Each look is noted before the first byte. Next: adapters/collected.py
"""

import email.policy
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlmodel import select

from adapters.blobs import BlobReader
from adapters.database.item_decisions import newest_revision, referred_since
from adapters.database.tables import BY_POST, IdentityEvidence, ItemDecision, Letter, PackageRow
from adapters.found_by_hand import closed_files, refuse_unscanned_files
from adapters.letter_keys import without_keys
from adapters.letter_words import contents, in_words
from adapters.scanning import MALWARE_FOUND, NOT_SCANNED, refuse_unscanned
from api.console.cases.desk_seen import seen_of
from api.console.cases.facts import CaseFacts
from api.dependencies import Web
from domain.archives import MESSAGES
from domain.blobs import BlobRef
from domain.case import Package
from domain.datamap_systems import BY_HAND, FOUND_BY_HAND, SystemKind
from domain.errors import NotAllowedNowError, UnknownObjectError, WithLegalError
from domain.next_step import Step

_PIECE: Final = 64 * 1024
_POLICY: Final = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]{1,400})"')
_HASH: Final = re.compile("([0-9a-f]{64})/")
_SANDBOX: Final = "sandbox allow-downloads; frame-ancestors 'none'"


_OF_PACKAGE: Final = frozenset({Step.APPROVE_PACKAGE, Step.BUILD_AGAIN, Step.MEND_PACKAGE, Step.ANSWER_QUESTION})


@dataclass(frozen=True)
class Branch:
    """One collection in the package."""

    system: str
    system_title: str
    collection: str
    title: str
    records: int
    files: int
    withheld: int
    covered: int = 0
    left_out: int = 0  # no part of the answer, so kept back on no ground
    seen: int = 0
    items: int = 0
    archive: bool = False  # messages that belong together can be decided about as one


@dataclass(frozen=True)
class Tree:
    """The package.

    Args:
        branches: in its own order.
        revision: the newest of the item decisions; the package may be older.
        unscanned: why files that were found by hand cannot be opened or sent.
    """

    branches: list[Branch]
    row: PackageRow | None
    revision: int
    decided: int
    unscanned: tuple[str, ...] = ()

    @property
    def held(self) -> str:
        """What is in it, as its own first page counts."""
        return in_words(*contents(self.row.summary)) if self.row else ""

    @property
    def totals(self) -> tuple[int, int, int, int, int]:
        """Records, files, withheld, covered in part, left out."""
        names = ("records", "files", "withheld", "covered", "left_out")
        records, files, withheld, covered, left_out = (sum(getattr(each, name) for each in self.branches) for name in names)
        return records, files, withheld, covered, left_out

    @property
    def seen(self) -> int:
        """Items that were on somebody's screen."""
        return sum(each.seen for each in self.branches)

    @property
    def found(self) -> int:
        """Items that can be looked at one by one."""
        return sum(each.items for each in self.branches)

    @property
    def needs_looking(self) -> bool:
        """Nobody looked at all of it, and it is not plain: something was kept back, or is mail or files found by hand."""
        unseen = [each for each in self.branches if each.seen < each.items]
        unsorted = any(each.archive or each.collection == BY_HAND for each in unseen)
        return not self.sampling and bool(unseen) and (unsorted or any(self.totals[2:4]))

    @property
    def sampling(self) -> bool:
        """Its approver looks at a sample before."""
        return bool(self.row and self.row.summary.get("sampling"))

    @property
    def with_legal(self) -> int:
        """How many items of it wait for a legal reviewer; it cannot be approved before."""
        return int(self.row.summary.get("with_legal", 0)) if self.row else 0

    @property
    def leaks(self) -> list[str]:
        """Places where something stands that was kept back."""
        return list(self.row.summary.get("leaks", [])) if self.row else []


def tree(web: Web, facts: CaseFacts, part: Package | None = None) -> Tree:
    """The package of a case, or of a part of its answer; to be called in a thread."""
    case_id, package = facts.state.case_id, part or facts.state.package
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id) if package else None
        revision = newest_revision(session, case_id)
        decided = len(session.exec(select(ItemDecision.item).where(ItemDecision.case_id == case_id).distinct()).all())
    if row is None:
        return Tree([], None, revision, decided)
    seen = seen_of(web, facts)
    branches = [
        replace(_branch(web, each), seen=seen.get((each["system"], each["collection"]), 0))
        for each in row.summary.get("collections", [])
    ]
    unscanned = {MALWARE_FOUND if each == "infected" else NOT_SCANNED for each in closed_files(web.resources, facts.state)}
    return Tree(branches, row, revision, decided, tuple(sorted(unscanned)))


def weighed(web: Web, facts: CaseFacts, step: Step) -> Tree | None:
    """What an approval would release, with how much of it nobody has looked at; None where nothing waits for one."""
    part = facts.state.partial.package if facts.state.partial and step is Step.APPROVE_PARTIAL_ANSWER else None
    found = tree(web, facts, part) if part or step in _OF_PACKAGE else None
    return found if found and found.found else None


def _branch(web: Web, part: dict[str, Any]) -> Branch:
    system = next((each for each in web.resources.datamap.systems if each.name == part["system"]), None)
    collection = next((each for each in system.collections if each.name == part["collection"]), None) if system else None
    return Branch(
        system=part["system"],
        system_title=system.title if system else part["system"],
        collection=part["collection"],
        title=FOUND_BY_HAND if part["collection"] == BY_HAND else collection.title if collection else part["collection"],
        records=0 if part["files"] else part["records"],  # a file's row is no further record
        files=part["files"],
        withheld=part["withheld"],
        covered=part.get("covered", 0),
        left_out=part.get("excluded", 0),
        items=part["records"] + part["withheld"] + part.get("excluded", 0) if part["collection"] else 0,
        archive=system is not None and system.kind is SystemKind.ARCHIVE and part["collection"] == MESSAGES,
    )


def title_of(web: Web, system: str, collection: str) -> str:
    """A collection as people call it."""
    named = _branch(web, {"system": system, "collection": collection, "records": 0, "files": 0, "withheld": 0})
    return f"{named.title}, {named.system_title}"


def member(web: Web, facts: CaseFacts, path: str) -> Response:
    """One member of the package as the person will have it: a page of it in a sandbox, anything else as a download.

    Raises:
        NotAllowedNowError: there is no package, or not this one any more. UnknownObjectError: it has no such member.
    """
    package, path = _of_this(facts, path)
    if not path.endswith((".html", ".css")):
        refuse_unscanned_files(web.resources, facts.state)
    blob = _package(web, facts, package)
    zipped = zipfile.ZipFile(blob)
    try:
        info = zipped.getinfo(path)
    except KeyError:
        zipped.close()
        blob.close()
        raise UnknownObjectError from None
    if not path.endswith((".html", ".css")):
        name = path.rpartition("/")[2]
        headers = {"Content-Security-Policy": _SANDBOX, "Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_inside(blob, zipped, info), media_type="application/octet-stream", headers=headers)
    with blob, zipped:
        content = zipped.read(info)
    own = _POLICY.search(content)
    policy = f"{own[1].decode().replace('&#39;', chr(39))}; {_SANDBOX}" if own else f"default-src 'none'; {_SANDBOX}"
    kind = "text/html; charset=utf-8" if path.endswith(".html") else "text/css; charset=utf-8"
    return Response(content, media_type=kind, headers={"Content-Security-Policy": policy})


def _of_this(facts: CaseFacts, path: str) -> tuple[Package | None, str]:
    """The package and its member that a path names below a hash: what is looked at is what an approval of that hash releases."""
    named = _HASH.match(path)
    if named is None:
        return facts.state.package, path
    part = facts.state.partial.package if facts.state.partial else None
    found = next((each for each in (facts.state.package, part) if each is not None and each.sha256 == named[1]), None)
    if found is None:
        raise NotAllowedNowError("The package was built again since you opened this. Look at it anew from the page of the case.")
    return found, path[named.end() :]


def whole(web: Web, facts: CaseFacts) -> Response:
    """The package as one file; never counts as delivery.

    Raises:
        NotAllowedNowError: there is none, or a file of it is infected or not scanned yet.
    """
    refuse_unscanned_files(web.resources, facts.state)
    blob = _package(web, facts, facts.state.package)
    headers = {"Content-Disposition": f'attachment; filename="{facts.reference}.zip"', "Content-Security-Policy": _SANDBOX}
    if facts.state.package:
        headers["Content-Length"] = str(facts.state.package.bytes)
    return StreamingResponse(pieces(blob), media_type="application/zip", headers=headers)


def proof(web: Web, facts: CaseFacts, evidence: UUID) -> Response:
    """A proof of identity, as a download in a sandbox.

    Raises:
        UnknownObjectError: there is none, or it was destroyed. NotAllowedNowError: infected, or not scanned yet.
    """
    with web.resources.database.read() as session:
        row = session.get(IdentityEvidence, evidence)
    if row is None or row.case_id != facts.state.case_id or row.blob is None or row.destroyed_at is not None:
        raise UnknownObjectError
    refuse_unscanned(web.resources.settings, row.malware)
    blob = web.resources.blobs.read(web.resources.vault.evidence(row.case_id), BlobRef.model_validate(row.blob))
    ending = row.media_type.rpartition("/")[2]
    headers = {"Content-Disposition": f'attachment; filename="proof.{ending}"', "Content-Security-Policy": _SANDBOX}
    return StreamingResponse(pieces(blob), media_type=row.media_type, headers=headers)


def letter(web: Web, facts: CaseFacts, letter_id: UUID, *, to_print: bool = False) -> tuple[str, str]:
    """Subject and text of a letter as it was sent, without what lets its reader act as the person.

    Args:
        web: of the process.
        facts: of the case.
        letter_id: of the letter.
        to_print: one on paper is whole, since it goes into an envelope.

    Raises:
        UnknownObjectError: there is none, or its content was destroyed.
    """
    with web.resources.database.read() as session:
        row = session.get(Letter, letter_id)
    if row is None or row.case_id != facts.state.case_id or row.content is None:
        raise UnknownObjectError
    raw = web.resources.vault.case(row.case_id).open("letter", "content", str(row.id), row.content)
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    text = str(part.get_content()) if part else ""
    whole = to_print and row.identifier == BY_POST
    return str(message["Subject"]), text if whole else without_keys(text)


def _package(web: Web, facts: CaseFacts, package: Package | None) -> BlobReader:
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id) if package else None
        late = row is not None and referred_since(session, row.case_id, row.revision)
    if row is None:
        raise NotAllowedNowError("There is no package yet.", status=facts.state.status.value)
    if late:
        raise WithLegalError("Something in this package went to legal after it was built. Build it again, then look at it.")
    return web.resources.blobs.read(web.resources.vault.case(row.case_id), BlobRef.model_validate(row.blob))


def pieces(blob: BlobReader) -> Iterator[bytes]:
    with blob:
        yield from blob


def _inside(blob: BlobReader, zipped: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with blob, zipped, zipped.open(info) as opened:
        while piece := opened.read(_PIECE):
            yield piece
