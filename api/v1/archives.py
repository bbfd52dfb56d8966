"""Mail archives and chat exports of a case: take one in, see how far it is read, estimate a scope, agree on it.

After a scope is agreed it is searched by `search_archive`, or with the other systems where those are still to be searched.
Custodians and places are the controller's own words and are given to the office alone. Next: api/archiving.py
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from adapters.archives.searching import Estimate
from adapters.archives.store import Agreed, Import
from api import archiving
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.uploads import Upload, read_upload
from domain.archives import AgreedScope, ArchiveKind, ArchiveState, Period, Scope, Stopped
from domain.errors import InvalidInputError

router = APIRouter(tags=["archives"], route_class=GuardedRoute)
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="of the data map, of kind `archive`")]


class ImportBody(BaseModel):
    """The part `command` of an import; the archive is the only part `files`. A folder is sent as a zip."""

    model_config = ConfigDict(extra="forbid")

    system: _Name
    custodian: Annotated[str, Field(min_length=1, max_length=200, description="whose mailbox or chat it is; kept sealed")]


class ImportAnswer(BaseModel):
    """One import. `unreadable` counts by reason parts that stay sealed and are in no other count; `unsearched` attached files.

    Words may stand in an unsearched file without being found; it is held and comes with its mail.
    """

    id: UUID
    system: str
    custodian: str
    name: str
    kind: ArchiveKind
    state: ArchiveState
    sha256: str | None
    bytes: int
    imported_by: str
    imported_at: datetime
    messages: int
    attachments: int
    unreadable: dict[str, int]
    unsearched: dict[str, int]
    stopped: Annotated[Stopped | None, Field(description="why its reading was given up")]
    agreed: Annotated[bool, Field(description="the scope that holds names it")]


class AgreedAnswer(AgreedScope):
    """The scope that holds, and how much it was when it was agreed."""

    system: str
    revision: int
    decided_by: str
    decided_at: datetime
    counts: dict[str, int]


class ArchivesAnswer(BaseModel):
    """Every import of a case, and the scope of each archive."""

    imports: list[ImportAnswer]
    scopes: list[AgreedAnswer]


class EstimateBody(Scope):
    """A scope that nobody has agreed to yet."""


class ScopeBody(AgreedScope):
    """What was agreed, for one archive."""

    system: _Name


class ScopeAnswer(BaseModel):
    """The scope was recorded. `search`: `search_archive` is possible now; otherwise the next search of the case includes it."""

    revision: int
    search: bool


MODELS: dict[str, type[BaseModel]] = {
    "`GET /cases/{reference}/archives`, answer": ArchivesAnswer,
    "`POST /cases/{reference}/archives`, `command`": ImportBody,
    "`POST /cases/{reference}/archives`, answer": ImportAnswer,
    "`POST /cases/{reference}/archives/estimate`, body": EstimateBody,
    "`POST /cases/{reference}/archives/estimate`, answer": Estimate,
    "`POST /cases/{reference}/archives/scope`, body": ScopeBody,
    "`POST /cases/{reference}/archives/scope`, answer": ScopeAnswer,
}
MODELS |= {"`period` of a scope": Period}


@router.get("/cases/{reference}/archives")  # noqa: FAST003 (TheCase takes the reference)
def read_archives(case: TheCase, who: TheCaller, web: TheWeb) -> ArchivesAnswer:
    """What was imported for a case, how far it is read, and what is agreed to be searched; noted in the access log."""
    note_access(web, who, "archives", case.receipt.case_id)
    archives = archiving.archives_of(web, case)
    scopes = [_scope(system.name, agreed) for system in archives.systems() if (agreed := archives.agreed(system.name))]
    return ArchivesAnswer(imports=[_import(each) for each in archives.imports()], scopes=scopes)


@router.post("/cases/{reference}/archives", status_code=201)  # noqa: FAST003
async def import_archive(request: Request, case: TheCase, who: TheCaller, web: TheWeb) -> ImportAnswer:
    """Take in one archive by multipart, sealed while it arrives; it is read in the background."""
    vault = await run_in_threadpool(web.resources.vault.case, case.receipt.case_id)
    sent = Upload()
    try:
        sent = await read_upload(request, web.resources, vault, archiving.KIND, scanned=False)
        try:
            body = ImportBody.model_validate_json(sent.command)
        except ValidationError:
            raise InvalidInputError("The part `command` names `system` and `custodian`.", field="command") from None
        given = body.model_dump()
        archive = await run_in_threadpool(lambda: archiving.take_in(web, case, sent, by=who.person, **given))
    except BaseException:
        await run_in_threadpool(sent.discard, web.resources.blobs)
        raise
    return _import(await run_in_threadpool(archiving.archives_of(web, case).find, archive))


@router.post("/cases/{reference}/archives/estimate")  # noqa: FAST003
def estimate_scope(body: EstimateBody, case: TheCase, who: TheCaller, web: TheWeb) -> Estimate:
    """How much a scope would give: counts alone, nothing is written; noted in the access log."""
    note_access(web, who, "archive_estimate", case.receipt.case_id)
    _, counted = archiving.estimate(web, case, body.model_dump())
    return counted


@router.post("/cases/{reference}/archives/scope")  # noqa: FAST003
def agree_on_scope(body: ScopeBody, case: TheCase, who: TheCaller, web: TheWeb) -> ScopeAnswer:
    """Record what was agreed to be searched: a new revision, which every search from now on goes by."""
    revision = archiving.agree(web, case, body.system, body.model_dump(exclude={"system"}), who.person)
    return ScopeAnswer(revision=revision, search=archiving.searches(case, body.system))


def _import(each: Import) -> ImportAnswer:
    row = each.row
    named = {
        name: getattr(row, name) for name in ImportAnswer.model_fields if hasattr(row, name) and name not in {"custodian", "name"}
    }
    return ImportAnswer(custodian=each.custodian, name=each.name, agreed=each.agreed, **named)


def _scope(system: str, agreed: Agreed) -> AgreedAnswer:
    more = {
        "system": system,
        "revision": agreed.revision,
        "decided_by": agreed.by,
        "decided_at": agreed.at,
        "counts": agreed.counts,
    }
    return AgreedAnswer.model_validate(agreed.scope.model_dump() | more)
