"""The payload codec: everything a workflow is told or answers is sealed for that workflow (`security.md` 2.5).

It authenticates commands: the engine's port alone gives no power to decide. A payload that is plain, sealed by another
key, or copied from another workflow is replaced by one of encoding `habeas/refused`: never passed through, and never an
exception, since an exception while decoding would block the workflow for ever.

What it does not cover: workflow ids, update ids, search attributes, types of failures, and which update of the same
workflow a payload was made for. Commands therefore name their own action and command id.

Next: adapters/temporal.py
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from adapters.canonical import canonical
from adapters.message_guard import bound_id
from adapters.vault import Vault
from domain.errors import KeyMissingError

ENCODING: Final = b"binary/habeas-1"
REFUSED: Final = b"habeas/refused"
_NONCE = 12

OnRefused = Callable[[str, str], None]
"""Told of every refusal: (reason, workflow id or ""). Reasons: not-sealed, unknown-key, not-authentic, no-workflow."""

_logger = logging.getLogger(__name__)


class SealingCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM, associated data `T("habeas/1/codec", namespace, workflow id, kid)`."""

    def __init__(
        self, vault: Vault, namespace: str, on_refused: OnRefused | None = None, *, workflow_id: str | None = None
    ) -> None:
        """`workflow_id` comes from the SDK's serialization context; without one nothing can be sealed or opened."""
        self._vault = vault
        self._namespace = namespace
        self._on_refused = on_refused
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> Self:
        workflow_id = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            workflow_id = context.workflow_id
        return type(self)(self._vault, self._namespace, self._on_refused, workflow_id=workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        if not self._workflow_id:
            raise RuntimeError("a payload outside any workflow cannot be sealed")
        kid, key = self._vault.codec_key()
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(key).encrypt(nonce, payload.SerializeToString(), self._associated(self._workflow_id, kid))
        return Payload(metadata={"encoding": ENCODING, "kid": kid.encode()}, data=nonce + sealed)

    def _open(self, payload: Payload) -> Payload:
        if not self._workflow_id:
            return self._refuse("no-workflow")
        if payload.metadata.get("encoding") != ENCODING:
            return self._refuse("not-sealed")
        try:
            # A key store that cannot be reached raises something else: that fails the task, which is tried again. To refuse
            # here would lose a genuine signal for ever.
            kid, key = self._vault.codec_key(payload.metadata.get("kid", b"").decode("ascii", "replace"))
        except KeyMissingError:
            return self._refuse("unknown-key")
        nonce, sealed = payload.data[:_NONCE], payload.data[_NONCE:]
        try:
            return Payload.FromString(AESGCM(key).decrypt(nonce, sealed, self._associated(self._workflow_id, kid)))
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
            return self._refuse("not-authentic")

    def _associated(self, workflow_id: str, kid: str) -> bytes:
        return canonical("habeas/1/codec", self._namespace, bound_id(workflow_id), kid)

    def _refuse(self, reason: str) -> Payload:
        _logger.warning("payload refused: %s", reason, extra={"workflow_id": self._workflow_id})
        if self._on_refused:
            try:
                self._on_refused(reason, self._workflow_id or "")
            except Exception:
                _logger.exception("the alarm about a refused payload failed")
        return Payload(metadata={"encoding": REFUSED})
