"""What the console and the JSON API do with imports alike: take them in, have them read, agree on a scope and have it searched.

Next: adapters/archives/store.py
"""

from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from adapters.archives.attempts import again
from adapters.archives.importing import ARCHIVE_KIND
from adapters.archives.sealing import path_of, seal_path
from adapters.archives.searching import Estimate
from adapters.archives.store import Archives
from adapters.database.case_reader import CaseView
from api.dependencies import Web
from api.uploads import Upload
from domain.archives import AgreedScope, Scope
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.rights import Status

KIND = ARCHIVE_KIND
S = TypeVar("S", bound=Scope)


def archives_of(web: Web, case: CaseView) -> Archives:
    """The imports of a case."""
    return Archives(web.resources, case.receipt.case_id)


def take_in(web: Web, case: CaseView, sent: Upload, *, system: str, custodian: str, by: str) -> UUID:
    """Take in a file that came with a request, and have it read.

    Raises:
        InvalidInputError: not one file, no such archive, or it is there already. NotAllowedNowError: the case is closed.
    """
    _refuse_closed(case)
    if len(sent.files) != 1:
        raise InvalidInputError("Choose one file; a folder is sent as a zip.", field="files")
    (file,) = sent.files
    archive = archives_of(web, case).receive(file.ref, system=system, custodian=custodian, name=file.name, by=by, now=web.now())
    _read(web, archive)
    return archive


def take_in_laid_down(web: Web, case: CaseView, *, system: str, custodian: str, name: str, by: str) -> UUID:
    """Take in an export that was laid down on the server, and have it read.

    Raises:
        InvalidInputError: there is none of this name, or it is imported already. NotAllowedNowError: the case is closed.
    """
    _refuse_closed(case)
    archives = archives_of(web, case)
    path: Path = path_of(web.resources, archives.system(system), name)
    ref, digest = seal_path(web.resources, web.resources.vault.case(case.receipt.case_id), path)
    try:
        archive = archives.receive(ref, system=system, custodian=custodian, name=name, by=by, now=web.now(), sha256=digest)
    except BaseException:
        web.resources.blobs.delete(ref.blob_id)
        raise
    _read(web, archive)
    return archive


def read_again(web: Web, case: CaseView, archive: UUID, by: str) -> None:
    """Have an import read again whose reading was given up.

    Raises:
        UnknownObjectError: the case has no such import. NotAllowedNowError: it was not given up, or the case is closed.
    """
    _refuse_closed(case)
    archives_of(web, case).find(archive)
    again(web.resources, archive, by, web.now())
    _read(web, archive)


def estimate(web: Web, case: CaseView, given: dict[str, Any]) -> tuple[Scope, Estimate]:
    """How much a scope would give; nothing is written.

    Raises:
        InvalidInputError: no scope, or an import that is not read.
    """
    scope = scope_of(Scope, given)
    archives = archives_of(web, case)
    return scope, archives.estimate(scope, archives.identifiers(case.state))


def agree(web: Web, case: CaseView, system: str, given: dict[str, Any], by: str) -> int:
    """Record what was agreed; returns its revision. Whoever called has it searched where `searches` says so.

    Raises:
        InvalidInputError: no scope, or one that names what is not there. NotAllowedNowError: the case is closed.
    """
    _refuse_closed(case)
    scope = scope_of(AgreedScope, given)
    archives = archives_of(web, case)
    return archives.agree(system, scope, archives.estimate(scope, archives.identifiers(case.state)), by, web.now())


def searches(case: CaseView, system: str) -> bool:
    """Whether a search of the imports can be asked for now; where not, the next search of the case includes them."""
    known = case.state.systems.get(system)
    return Action.SEARCH_ARCHIVE in allowed_actions(case.state) and known is not None and known.archive


def scope_of(model: type[S], given: dict[str, Any]) -> S:
    """A scope as it was sent or typed.

    Raises:
        InvalidInputError: it is none; names the field.
    """
    try:
        return model.model_validate(given)
    except ValidationError as failure:
        first = failure.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "scope"
        raise InvalidInputError(_WRONG.get(name, "This is no scope."), field=name) from None


_WRONG = {
    "archives": "Choose what is searched.",
    "period": "Write days as 2024-03-31; the first is not after the last.",
    "terms": "A term has at least two letters, and one word; a hundred terms at most.",
    "agreed_with": "Say who agreed to this scope.",
    "reason": "Say why this is a reasonable search.",
}


def _refuse_closed(case: CaseView) -> None:
    if case.state.status is Status.CLOSED:
        raise NotAllowedNowError("This case is closed.", status=case.state.status.value)


def _read(web: Web, archive: UUID) -> None:
    if web.archives is not None:
        web.archives.start_soon(archive)
