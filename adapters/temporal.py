"""The one client factory: web, worker, command line, tests and Replayer speak to the engine through it (design 5b).

Where the engine is comes from Temporal's own configuration (`TEMPORAL_*`, temporal.toml), else it is the embedded server.

Next: worker.py
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadConverter,
)
from temporalio.envconfig import ClientConfigProfile

from adapters.codec import ENCODING, REFUSED, OnRefused, SealingCodec
from adapters.message_guard import MessageGuard, refuse
from adapters.settings import Settings, is_loopback
from adapters.vault import Vault
from domain.errors import SettingsError

_SEALED_METADATA: Final = {"encoding", "kid"}
# Where a failure carries values; the SDK raises when one of them cannot be converted.
_DETAILS: Final = {
    "application_failure_info": "details",
    "timeout_failure_info": "last_heartbeat_details",
    "canceled_failure_info": "details",
    "reset_workflow_failure_info": "last_heartbeat_details",
}


async def connect(settings: Settings, vault: Vault, *, on_refused: OnRefused | None = None, lazy: bool = False) -> Client:
    """Connect to the engine with sealed payloads and guarded messages. Workers inherit both from the client.

    Args:
        settings: names the embedded server's port, used when nothing else is configured.
        vault: holds the payload keys.
        on_refused: counts and alarms; called with (reason, workflow id).
        lazy: connect at the first call, so that the web process starts while the engine is down. Not for workers.

    Raises:
        SettingsError: Temporal's configuration cannot be read, or is in the clear over a network in production. One line.
        RuntimeError: the engine does not answer.
    """
    try:
        profile = ClientConfigProfile.load().to_client_connect_config()
    except (RuntimeError, ValueError, OSError) as failure:
        raise SettingsError(f"Temporal's configuration cannot be used: {str(failure).splitlines()[0]}") from None
    profile.setdefault("target_host", f"127.0.0.1:{settings.temporal_port}")
    profile.setdefault("namespace", "default")
    host = profile["target_host"].rpartition(":")[0].strip("[]")
    if settings.environment == "production" and not is_loopback(host) and not profile.get("tls"):
        raise SettingsError("TEMPORAL_TLS: Temporal on another machine needs TLS.", setting="temporal")
    converter = data_converter(vault, profile["namespace"], on_refused=on_refused)
    return await Client.connect(**profile, data_converter=converter, interceptors=[MessageGuard()], lazy=lazy)


async def counter(settings: Settings, vault: Vault) -> Callable[[datetime], Awaitable[int]] | None:
    """What counts executions that were started before an instant, running or still kept; None when the engine does not answer."""
    try:
        client = await connect(settings, vault)
    except RuntimeError:
        return None

    async def count(before: datetime) -> int:
        found = await client.count_workflows(f"StartTime < '{before.astimezone(UTC).isoformat(timespec='seconds')}'")
        return found.count

    return count


def data_converter(vault: Vault, namespace: str, *, on_refused: OnRefused | None = None) -> DataConverter:
    """How values travel. For tests and the Replayer, which need `MessageGuard()` as interceptor as well.

    Args:
        vault: holds the payload keys.
        namespace: part of every seal; for the Replayer the one the history comes from.
        on_refused: as in `connect`.
    """
    return SealedDataConverter(
        payload_converter_class=ModelPayloadConverter,
        payload_codec=SealingCodec(vault, namespace, on_refused),
        failure_converter_class=SealedFailureConverter,
    )


class SealedDataConverter(DataConverter):
    """Keeps the SDK from acting on a payload before the codec has seen it."""

    async def _decode_reference_payload_sequence(self, payloads: Sequence[Payload]) -> list[Payload]:
        # temporalio 1.35 raises here, before any codec, on a payload that merely claims to be stored elsewhere: one such
        # signal blocked a workflow for ever. A payload with anything but our own two labels is emptied, then refused.
        return [
            payload if payload.metadata.get("encoding") == ENCODING and set(payload.metadata) == _SEALED_METADATA else Payload()
            for payload in payloads
        ]


class _RefusedPayload(EncodingPayloadConverter):
    """Meets what the codec refused at the only place where a value would be made of it."""

    @property
    def encoding(self) -> str:
        return REFUSED.decode()

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ANN401, ARG002
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ANN401, ARG002
        refuse()


class ModelPayloadConverter(PydanticPayloadConverter):
    """Pydantic models, and a refusal that rejects, drops or ends instead of blocking."""

    def __init__(self) -> None:
        super().__init__()
        self.converters = {**self.converters, REFUSED: _RefusedPayload()}


class SealedFailureConverter(DefaultFailureConverterWithEncodedAttributes):
    """Messages and stack traces travel sealed. Forged details of a failure are dropped instead of raised."""

    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        cleaned = Failure()
        cleaned.CopyFrom(failure)
        variant = cleaned.WhichOneof("failure_info")
        if variant in _DETAILS:
            details = getattr(getattr(cleaned, variant), _DETAILS[variant])
            if any(payload.metadata.get("encoding") == REFUSED for payload in details.payloads):
                del details.payloads[:]
        return super().from_failure(cleaned, payload_converter)
