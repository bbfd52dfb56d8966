"""The mail server of a Habeas without one: accepts every letter on this machine and keeps it in a Maildir.

`habeas up` runs it when no mail server is configured, so that sending always goes through real SMTP. It forwards nothing:
no letter of the demo can reach a person. A message is on disk before it is accepted (RFC 5321, section 4.2.5).

Next: adapters/supervisor.py
"""

from adapters import logs

# isort: split
import asyncio
import mailbox
import signal
import sys
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.private_file import sync_folder

HOST = "127.0.0.1"
SIZE_LIMIT = 32 * 1024 * 1024  # bytes; letters carry no packages, so this is generous

_log = structlog.get_logger("mail_catcher")


class KeepEverything:
    """What the SMTP conversation does with a message."""

    def __init__(self, folder: Path) -> None:
        self.maildir = mailbox.Maildir(folder, factory=None, create=True)
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name in aiosmtpd)
        """Answer 250 once the message is durable, 451 (try again) when it cannot be written."""
        try:
            key = await asyncio.to_thread(self.keep, envelope)
        except OSError:
            _log.exception("message not kept")
            return "451 4.3.0 The message could not be written; try again"
        _log.info("message kept", key=key)
        return "250 2.0.0 Kept"

    def keep(self, envelope: Envelope) -> str:
        """Write the message with its envelope in front, durable before this returns; gives back its Maildir key."""
        recipients = b", ".join(address.encode() for address in envelope.rcpt_tos)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        trace = b"Return-Path: <%s>\r\nX-Envelope-To: %s\r\n" % ((envelope.mail_from or "").encode(), recipients)
        key = self.maildir.add(trace + content)  # writes and flushes under tmp/, then moves to new/
        sync_folder(self.folder / "new")
        return key


async def serve(port: int, folder: Path) -> None:
    """Accept mail on 127.0.0.1 until SIGTERM or SIGINT.

    Raises:
        OSError: the port is taken.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    handler = KeepEverything(folder)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)

    def conversation() -> SMTP:
        return SMTP(
            handler,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Habeas mail catcher",
            loop=loop,
        )

    server = await loop.create_server(conversation, HOST, port)
    async with server:
        _log.info("listening", port=port)
        await stop.wait()


def main() -> None:
    """Run as `python -m adapters.mail_catcher PORT FOLDER LEVEL`; reading the settings would take a third of its memory."""
    port, folder, level = sys.argv[1:]
    logs.configure(level)
    asyncio.run(serve(int(port), Path(folder)))


if __name__ == "__main__":
    main()
