"""A real SMTP server in a thread on a free port, which answers as a test tells it to and keeps what it accepted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import servers

OK = "250 2.0.0 taken"


@dataclass(frozen=True)
class Kept:
    """One accepted message with its envelope."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=default).parsebytes(self.raw)

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class PostOffice:
    """What the server answers to a recipient and to the data, and what it took."""

    port: int
    to_recipient: str = OK
    to_data: str = OK
    kept: list[Kept] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(  # noqa: N802 (its name in aiosmtpd)
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 (its name in aiosmtpd)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.to_recipient.replace("ADDRESS", address)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.to_data == OK:
            self.kept.append(Kept(str(envelope.mail_from), [*envelope.rcpt_tos], envelope.content))
        return self.to_data


@contextmanager
def opened(*, utf8: bool = True, port: int | None = None) -> Iterator[PostOffice]:
    """Run the server; `utf8` says whether it takes addresses outside ASCII."""
    office = PostOffice(port or servers.free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port, enable_SMTPUTF8=utf8)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
