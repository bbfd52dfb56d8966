"""Hands a finished message to the mail server (RFC 5321); says whether it was taken, refused for good, or neither.

Without `HABEAS_SMTP_URL` that is the mail catcher of `habeas up` on this machine. Next: `email_templates/`
"""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
import idna
from aiosmtplib.email import parse_address

from adapters.settings import Settings
from domain.errors import LetterRefusedError, SettingsError

PATIENCE = 40.0  # seconds for the whole conversation; the activity around it has 60
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}  # RFC 6409, RFC 8314
_PERMANENT = range(500, 600)
_DOT_ATOM = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")  # RFC 5321, the plain ones of it
# Control characters, and halves of a character that no encoding takes: the parser lets them through, a command of SMTP cannot
# hold them, and one such line of a list must not stop the letters of everybody after it.
_NEVER = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class MailNotTakenError(Exception):
    """The mail server could not take the message now; trying again may help. Carries no address and no server text."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over.

    Args:
        tls: from the first byte on (`smtps`).
        starttls: demanded, not hoped for: whoever sits in between could answer that there is none.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    starttls: bool

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read `HABEAS_SMTP_URL`: `smtp://user:password@host:port` or `smtps://…`.

        Raises:
            SettingsError: malformed; the URL is not repeated, since it may hold a password.
        """
        url = urlsplit(settings.smtp_url or f"smtp://127.0.0.1:{settings.mail_port}")
        if url.scheme not in _DEFAULT_PORTS or not url.hostname:
            raise SettingsError("HABEAS_SMTP_URL: write smtp://user:password@host:port or smtps://…", setting="smtp_url")
        tls = url.scheme == "smtps"
        return cls(
            host=url.hostname,
            port=_port(url),
            user=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            tls=tls,
            starttls=not tls and url.hostname not in {"127.0.0.1", "::1", "localhost"},
        )


def deliver(settings: Settings, message: bytes, sender: str, recipient: str) -> None:
    """Hand one message over; returns when the server has answered 250 to its data. Blocks: call it in a thread.

    Args:
        settings: names the server.
        message: the complete MIME message, sent byte for byte.
        sender: envelope sender, where a bounce goes.
        recipient: one address.

    Raises:
        LetterRefusedError: refused for good (5xx to sender, recipient or data), or no server could take such an address.
        MailNotTakenError: everything else, 4xx and no connection included.
    """
    with translated():
        asyncio.run(_once(MailServer.of(settings), message, mailable(sender), mailable(recipient)))


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Say of a failure whether it is for good; the server's own words are dropped, since they may repeat the address."""
    try:
        yield
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as refusal:
        raise _judged(refusal.code) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
        # A wrong password is 5xx as well, but it is the operator's to mend, not the person's mailbox.
        raise MailNotTakenError(type(trouble).__name__) from None


def mailable(address: str) -> str:
    """An address as it stands in an envelope: the local part as stored, the domain as A-labels, which every server reads.

    Raises:
        LetterRefusedError: what was stored is not exactly one address; part of it might be somebody else's.
    """
    local, _, domain = address.strip(" \t").rpartition("@")
    try:
        plain = f"{local}@{_a_labels(domain)}"
    except idna.IDNAError:
        raise LetterRefusedError(reason="malformed_address") from None
    # The domain holds letters, digits, dots and hyphens by now. Beside it a plain local part needs no parser (12 µs of a notice's
    # letter); anything else does, since part of it might be somebody else's address.
    if not _DOT_ATOM.fullmatch(local) and (not local or _NEVER.search(local) or not _is_one(plain)):
        raise LetterRefusedError(reason="malformed_address")
    return plain


def _is_one(address: str) -> bool:
    with contextlib.suppress(ValueError):  # the library's own refusal, which repeats the address
        return parseaddr(address) == ("", address) == ("", parse_address(address))
    return False


@lru_cache(maxsize=4_096)  # a list of a hundred thousand people has a few thousand domains
def _a_labels(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode("ascii")


def _judged(code: int) -> Exception:
    return LetterRefusedError(code=code) if code in _PERMANENT else MailNotTakenError(f"answered {code}")


async def connect(server: MailServer) -> aiosmtplib.SMTP:
    """A connection that has signed in, encrypted where the server is not this machine."""
    smtp = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=PATIENCE,
    )
    try:
        await smtp.connect()
    except BaseException:
        smtp.close()
        raise
    return smtp


async def hand_over(smtp: aiosmtplib.SMTP, message: bytes, sender: str, recipient: str) -> None:
    """One message on an open connection.

    The commands of RFC 5321 one by one, and not the library's `sendmail`, which takes both addresses apart twice as often: a
    twentieth of the time of a notice.

    Args:
        smtp: connected, and not in use for another message.
        message: lines end in CR LF.
        sender: envelope sender, as `mailable` gives it or made by us.
        recipient: as `mailable` gives it.

    Raises:
        aiosmtplib.SMTPResponseException: an answer other than 2xx; the connection can be used again.
        LetterRefusedError: the server cannot take such an address.
    """
    options = await _options(smtp, recipient)
    encoding = "utf-8" if options else "ascii"
    if smtp.supports_extension("size"):
        options.append(f"SIZE={len(message)}")
    try:
        await smtp.mail(sender, options=options, encoding=encoding)
        await smtp.rcpt(recipient, encoding=encoding)
        await smtp.data(message)
    except aiosmtplib.SMTPResponseException:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await smtp.rset()
        raise


async def _once(server: MailServer, message: bytes, sender: str, recipient: str) -> None:
    async with asyncio.timeout(PATIENCE):
        smtp = await connect(server)
        try:
            await hand_over(smtp, message, sender, recipient)
            # It is taken. A server that hangs up now must not make us send it again.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit()
        finally:
            smtp.close()


async def _options(smtp: aiosmtplib.SMTP, recipient: str) -> list[str]:
    if recipient.isascii():
        return []
    await smtp.ehlo()
    if not smtp.supports_extension("smtputf8"):
        raise LetterRefusedError(reason="address_not_ascii")
    return ["SMTPUTF8"]


def _port(url: SplitResult) -> int:
    try:
        return url.port or _DEFAULT_PORTS[url.scheme]
    except ValueError:
        raise SettingsError("HABEAS_SMTP_URL: the port is not a number.", setting="smtp_url") from None
