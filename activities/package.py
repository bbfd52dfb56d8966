"""The answer to an access request as one zip: built once, sealed, signed, kept (Article 15; `security.md` 2.4 rule 6).

What is approved and what is delivered are these bytes; nothing is ever built again to compare. A repetition finds the row.
Next: api/portal/collect.py
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.exc import IntegrityError
from temporalio import activity

from activities.failures import translated
from activities.leak_places import LeakPlaces, as_text
from activities.leak_search import Secrets, leaks
from activities.package_data import DataWriter, Written
from activities.package_files import Covering
from activities.package_hidden import hiding
from activities.package_index import collection_pages, first_page, readme
from activities.package_language import current, known, speaking
from activities.package_letter import letter
from activities.package_lists import files_table, withheld_table
from activities.package_manifest import add_manifest
from activities.package_portable import datapackage
from activities.package_sources import CaseFile, found_mark, gather
from activities.package_view import Viewer
from activities.package_zip import PackageZip
from adapters.database.item_decisions import newest_revision
from adapters.database.tables import Note, PackageRow
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.messages import BuildPackage, PackageBuilt, Verified, VerifyPackage

_NAMESPACE = UUID("6f0f2c1e-3c55-4f0b-9a39-0d7a0b6a7c11")  # any constant: makes the ids of packages
_PULSE_SECONDS = 1.0  # a heartbeat waits for the worker's event loop, so not one per piece


class Packaging:
    """Builds packages and looks at them once more before they leave.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def build_package(self, message: BuildPackage) -> PackageBuilt:
        """Build the package of a run and a revision, or find it."""
        return build(self._resources, message, activity.heartbeat)

    @activity.defn
    @translated
    def verify_package(self, message: VerifyPackage) -> Verified:
        """Say whether the package that was approved still stands there, byte for byte, under the data map in force."""
        with self._resources.database.read() as session:
            row = session.get(PackageRow, message.package)
        if row is None or (row.case_id, row.sha256, row.datamap) != (message.case_id, message.sha256, message.datamap):
            return Verified(intact=False)
        if row.summary.get("leaks") or row.summary.get("with_legal"):
            return Verified(intact=False)
        if self._resources.datamap.hash != message.datamap:
            return Verified(intact=False)
        digest, pulse = hashlib.sha256(), _Pulse(activity.heartbeat)
        with self._resources.blobs.read(self._resources.vault.case(row.case_id), BlobRef.model_validate(row.blob)) as stored:
            for piece in stored:
                digest.update(piece)
                pulse()
        return Verified(intact=digest.hexdigest() == message.sha256)


def build(resources: Resources, message: BuildPackage, heartbeat: Callable[[], None]) -> PackageBuilt:
    """Build a package and record it; the same case, searches, revision, identity record and data map give the same package.

    Args:
        resources: opened once by the worker.
        message: what to build. Without `revision` the item decisions are frozen as they are now.
        heartbeat: called about once a second while it takes.

    Raises:
        UnknownObjectError: there is no such case. NotAllowedNowError: nothing was searched yet.
    """
    with resources.database.read() as session:
        revision = newest_revision(session, message.case_id) if message.revision is None else message.revision
        package_id = _id(resources, message, revision, found_mark(session, message.case_id, message.run))
        if row := session.get(PackageRow, package_id):
            return _built(row)
        case = gather(resources, session, message, revision)
    at = datetime.now(UTC)
    vault = resources.vault.case(message.case_id)
    pulse = _Pulse(heartbeat)
    spoken = speaking(known(case.receipt.language))
    with spoken, resources.blobs.create(vault, "package") as sealed, PackageZip(sealed, at, pulse) as zipped:
        written, secrets = _fill(resources, case, zipped, at, pulse)
    row = PackageRow(
        id=package_id,
        case_id=message.case_id,
        run=message.run,
        revision=revision,
        sha256=sealed.ref.sha256,
        bytes=sealed.ref.bytes,
        # What was withheld counts: an answer that leaves everything out is not "nothing held".
        records=sum(part.records + part.withheld.total() for part in written),
        datamap=resources.datamap.hash,
        blob=sealed.ref.model_dump(mode="json"),
        summary=_summary(written, resources.settings.sampling_from) | {"leaks": []},
        built_at=at,
    )
    note = _look_for_leaks(resources, case, row, written, secrets, pulse)
    return _record(resources, row, note)


def _id(resources: Resources, message: BuildPackage, revision: int, found: str) -> UUID:
    parts = [message.case_id, message.run, found, revision, message.identity_record, resources.datamap.hash]
    if message.partial:
        parts.append(message.partial)
    if message.portable:
        parts.append("portable")
    return uuid5(_NAMESPACE, "/".join(map(str, parts)))


def _record(resources: Resources, row: PackageRow, note: Note | None) -> PackageBuilt:
    built = _built(row)
    try:
        with resources.database.write() as session:
            session.add(row)
            if note is not None:
                session.add(note)
    except IntegrityError:
        # Another attempt, thought dead, finished first: its package stands, ours was never seen.
        resources.blobs.delete(built.blob.blob_id)
        with resources.database.read() as session:
            return _built(session.get_one(PackageRow, built.package))
    return built


def _built(row: PackageRow) -> PackageBuilt:
    return PackageBuilt(
        package=row.id,
        revision=row.revision,
        sha256=row.sha256,
        bytes=row.bytes,
        records=row.records,
        withheld=sum(part["withheld"] + part.get("covered", 0) for part in row.summary.get("collections", [])),
        others_covered=row.summary.get("others_covered", 0),
        datamap=row.datamap,
        blob=BlobRef.model_validate(row.blob),
    )


def _fill(
    resources: Resources, case: CaseFile, zipped: PackageZip, at: datetime, pulse: Callable[[], None]
) -> tuple[list[Written], Secrets]:
    """Write every member, the manifest last."""
    datamap, kid = resources.datamap.in_language(current()), resources.signer.kid
    data = DataWriter(zipped, resources, resources.vault.case(case.receipt.case_id), case.standing, pulse)
    written = [data.write(source) for source in case.sources]
    case = hiding(case, data.secrets.needles(case.requester.words))
    viewer = Viewer(datamap, case, written, at)
    view = viewer.view()
    files = [file for part in written for file in part.files]
    portable = datapackage(written, case.receipt.reference, at) if case.portable else None
    tables = any(part.records for part in written if not part.source.by_hand)
    has = {
        "pages/": tables,
        "data/": bool(tables or files),
        "data/.../files/": files,
        "files.csv": files,
        "datapackage.json": portable,
    }
    keys = f"{resources.settings.public_url}/.well-known/habeas-keys.json"
    zipped.add("README.txt", readme(view, kid, keys, [name for name, there in has.items() if not there]))
    if portable:
        zipped.add("datapackage.json", portable)
    if files:
        zipped.add("files.csv", files_table(files))
    zipped.add("index.html", first_page(view, files, kid))
    zipped.add("key.pem", resources.signer.public_pem)
    zipped.add("letter.pdf", letter(view, kid, at))
    for part in (each for each in written if not each.source.by_hand):
        for path, page in collection_pages(view, part, viewer.facts(part), viewer.left_out(part)):
            zipped.add(path, page)
    zipped.add("withheld.csv", withheld_table(written, case.laws))
    add_manifest(zipped, resources, case.receipt.reference, case.head, at)
    return written, data.secrets


def _look_for_leaks(  # noqa: PLR0917 (a package, what it is made of, and what must not stand in it)
    resources: Resources, case: CaseFile, row: PackageRow, written: Sequence[Written], secrets: Secrets, pulse: Callable[[], None]
) -> Note | None:
    """Open the sealed package again and search it for what was kept back; a place that is found bars its approval.

    Returns the sealed list of the items in which it was found, for whoever has to cover it there too.
    """
    needles, documents = secrets.needles(case.requester.words), resources.documents.pulsing(pulse)
    vault, ref = resources.vault.case(row.case_id), BlobRef.model_validate(row.blob)
    with resources.blobs.read(vault, ref) as stored:
        places = leaks(stored, secrets, needles, documents, pulse)
    row.summary = row.summary | {"leaks": places}
    if not places:
        return None
    with resources.blobs.read(vault, ref) as stored:
        items = LeakPlaces(stored, secrets, needles, places, Covering(documents), pulse).among(written)
    note = Note(id=uuid5(row.id, "leaks"), case_id=row.case_id, author="system", text=b"", created_at=row.built_at)
    note.text = vault.seal("note", "text", str(note.id), as_text(items))
    row.summary = row.summary | {"leak_note": str(note.id)}
    return note


def _summary(written: Sequence[Written], sampling_from: int) -> dict[str, Any]:
    """Counts for the case page; no content."""
    collections = [
        {
            "system": part.source.system.name,
            "collection": part.source.collection.name,
            "records": part.records,
            "files": len(part.files),
            "withheld": part.withheld.total(),
            "covered": part.covered.total(),
            "excluded": part.excluded.total(),
        }
        for part in written
    ]
    items = sum(part.source.found.rows for part in written)
    whole, parts, excluded = Counter[str](), Counter[str](), Counter[str]()
    for part in written:
        whole.update({str(basis): number for basis, number in part.withheld.items()})
        parts.update({str(basis): number for basis, number in part.covered.items()})
        excluded.update(part.excluded)
    return {
        "collections": collections,
        "withheld": dict(whole),
        "covered": dict(parts),
        "excluded": dict(excluded),
        "others_covered": sum(part.others_covered for part in written),
        "sampling": items >= sampling_from,  # its approver looks at a sample before
        "with_legal": sum(part.with_legal for part in written),
    }


class _Pulse:
    """Passes on one call a second."""

    def __init__(self, heartbeat: Callable[[], None]) -> None:
        self._heartbeat = heartbeat
        self._next = time.monotonic() + _PULSE_SECONDS

    def __call__(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PULSE_SECONDS
            self._heartbeat()
