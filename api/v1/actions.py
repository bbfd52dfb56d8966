"""`POST /cases/{reference}/actions/{action}`: one command of a case; its answer is the case as it is afterwards.

A repetition under the same Idempotency-Key is the same update: it gets the same answer, also after a crash of everything.
409 says what is possible instead; 202 means that nobody answered within 15 seconds, and that the command does not count as
accepted before it is answered under its id. Next: api/v1/preparation.py
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from adapters.case_vault import CaseVault
from adapters.database.case_reader import CaseView
from api.answers import CommandUnansweredError
from api.dependencies import TheCaller, TheCase, TheWeb, Web
from api.guard import GuardedRoute
from api.idempotency import keyed_hash, sent_key
from api.security import Caller
from api.uploads import Upload, read_upload
from api.v1.bodies import SHAPES
from api.v1.cases import unanswered
from api.v1.deciding_many import DESK
from api.v1.desk_bodies import ActionBody
from api.v1.models import CaseAnswer, CommandAnswer, ItemDecided
from api.v1.preparation import Deed, hand_in
from api.v1.presenting import ABOUT_THE_STAGE, answer_of_snapshot, recorded_answer, standing
from domain.authority import Action
from domain.errors import NotAllowedNowError, NotPermittedError
from domain.rights import Status

router = APIRouter(tags=["actions"], route_class=GuardedRoute)


@dataclass(frozen=True)
class _Sent:
    """An action as it arrives, its body not read yet."""

    action: Action
    request: Request
    web: Web
    who: Caller
    view: CaseView

    async def answered(self) -> CaseAnswer | ItemDecided | Response:
        """Act, and say what is possible where the action was not."""
        try:
            return await self._acted()
        except ABOUT_THE_STAGE as refusal:
            refusal.facts |= await run_in_threadpool(standing, self.web.resources, self.who, self.view.receipt.case_id)
            raise

    async def _acted(self) -> CaseAnswer | ItemDecided | Response:
        body, upload = await self._read()
        try:
            deed = self._deed(body, upload)
            if self.action in DESK:
                return await run_in_threadpool(DESK[self.action], deed)
            call, fresh = await run_in_threadpool(hand_in, deed)
        except BaseException:
            await self._discard(upload)
            raise
        if not fresh:
            await self._discard(upload)  # the first try's files count
            # Also when the workflow that took it is gone: a new one would not know it, and would do it twice.
            if answer := await recorded_answer(self.web, self.who, self.view, call.command_id):
                return answer
        try:
            snapshot = await self.web.cases.perform(deed.case_id, call)
        except CommandUnansweredError:
            return unanswered(self.view, call.command_id)
        return await run_in_threadpool(answer_of_snapshot, self.web.resources, self.who, self.view, snapshot)

    async def _read(self) -> tuple[ActionBody, Upload]:
        multipart = self.request.headers.get("content-type", "").startswith("multipart/form-data")
        if not multipart or SHAPES[self.action].files is None:
            return self._parsed(await self.request.body()), Upload()
        self._refuse_early()
        kind = "evidence" if SHAPES[self.action].files == "evidence" else "upload"
        vault = await run_in_threadpool(self._vault)
        upload = await read_upload(self.request, self.web.resources, vault, kind)
        try:
            return self._parsed(upload.command), upload
        except BaseException:
            await self._discard(upload)
            raise

    def _parsed(self, raw: bytes) -> ActionBody:
        try:
            return SHAPES[self.action].body.model_validate_json(raw or b"{}")
        except ValidationError as failure:
            raise RequestValidationError(failure.errors()) from None

    def _refuse_early(self) -> None:
        # Fifty megabytes that nobody can want any more are not read. What is doubtful the workflow decides.
        evidence = self.action is Action.SUBMIT_IDENTITY_EVIDENCE
        if self.view.state.status is Status.CLOSED or (evidence and self.view.state.identity_record):
            raise NotAllowedNowError

    def _vault(self) -> CaseVault:
        vault, case_id = self.web.resources.vault, self.view.receipt.case_id
        if SHAPES[self.action].files != "evidence":
            return vault.case(case_id)
        vault.make_evidence_key(case_id)  # dies with the identity decision (`security.md` 2.3)
        return vault.evidence(case_id)

    async def _discard(self, upload: Upload) -> None:
        await run_in_threadpool(upload.discard, self.web.resources.blobs)

    def _deed(self, body: ActionBody, upload: Upload) -> Deed:
        vault, key = self.web.resources.vault, sent_key(self.request)
        action = self.action.value
        files = [part for file in upload.files for part in (file.name, file.ref.sha256)]
        return Deed(
            resources=self.web.resources,
            caller=self.who,
            view=self.view,
            action=self.action,
            body=body,
            command_id=keyed_hash(vault, "command", self.who.key_id, action, key) if key else uuid.uuid4().hex,
            body_hash=keyed_hash(vault, "body", action, body.model_dump_json(), *files),
            files=tuple(upload.files),
            now=self.web.now(),
        )


def _endpoint(action: Action) -> Callable[..., Awaitable[Any]]:
    async def endpoint(request: Request, case: TheCase, who: TheCaller, web: TheWeb) -> Any:  # noqa: ANN401 (response_model says it)
        return await _Sent(action, request, web, who, case).answered()

    return endpoint


async def _never(_request: Request) -> None:
    # The guard refuses every key: a package is opened by the data subject, in the portal, with a fresh code.
    raise NotPermittedError


for _action, _shape in SHAPES.items():
    router.add_api_route(
        f"/cases/{{reference}}/actions/{_action.value}",
        _endpoint(_action),
        methods=["POST"],
        name=_action.value,
        summary=_action.value,
        description=_shape.body.__doc__,
        response_model=ItemDecided if _action in DESK else CaseAnswer,
        responses={202: {"model": CommandAnswer, "description": "Not answered yet, and not accepted before it is"}},
    )
router.add_api_route("/cases/{reference}/actions/open_package", _never, methods=["POST"], include_in_schema=False)
