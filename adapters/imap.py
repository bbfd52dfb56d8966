"""One connection to a watched mailbox (RFC 3501, 2177, 6851): what is new, fetched raw; what was stored, flagged or moved.

Nothing here parses a message: the bytes go on as they came. Every call may raise `MailboxTroubleError`; the caller starts
over with a new connection, and the cursor says from where.
Next: `adapters/incoming/store.py`
"""

import contextlib
import imaplib
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from adapters.mailboxes import Mailbox

if TYPE_CHECKING:
    import imap_tools

TIMEOUT: Final = 60.0  # seconds without a byte
_IDLE_LOOKS: Final = 2.0  # seconds
_COPYUID_PARTS: Final = 3
IDLE_FOR: Final = 60.0  # seconds between two looks, also where the server says by itself that something came
BATCH_MESSAGES: Final = 250
BATCH_BYTES: Final = 8_000_000  # fetched in one go; a larger message comes alone
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')


class MailboxTroubleError(Exception):
    """The mailbox cannot be used now: no connection, a refused password, an answer that is none. Names no address.

    Args:
        word: what it is, as a word of ours.
    """

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(word)


class Fetched(NamedTuple):
    """A message as it came. `arrived_at` is the server's own instant of arrival, UTC."""

    uid: int
    arrived_at: datetime
    raw: bytes


class Connection:
    """An open folder. Use as a context manager; not thread-safe."""

    def __init__(self, box: "imap_tools.BaseMailBox", uidvalidity: int) -> None:
        """Use `open_mailbox`."""
        self._box = box
        self._client: Any = box.client
        self.uidvalidity = uidvalidity

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self._box.logout()
        with contextlib.suppress(Exception):  # a broken connection cannot be told good-bye
            self._client.shutdown()

    def sizes_after(self, uid: int) -> dict[int, int]:
        """The UIDs above one, in order, with the size of each message in bytes."""
        # `n:*` always names the last message too, even when its UID is lower.
        answer = self._ask("FETCH", f"{uid + 1}:*", "(UID RFC822.SIZE)")
        lines = [line if isinstance(line, bytes) else line[0] for line in answer if line]
        sizes = {int(found[1]): int(size[1]) for line in lines if (found := _UID.search(line)) and (size := _SIZE.search(line))}
        return {each: sizes[each] for each in sorted(sizes) if each > uid}

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Fetch messages without marking them. One that has gone in the meantime does not come."""
        answer = self._ask("FETCH", _set(uids), "(UID INTERNALDATE BODY.PEEK[])")
        for place, part in enumerate(answer):
            if not isinstance(part, tuple):
                continue
            # Some servers name the UID behind the message.
            head = part[0] + (answer[place + 1] if place + 1 < len(answer) and isinstance(answer[place + 1], bytes) else b"")
            if uid := _UID.search(head):
                yield Fetched(int(uid[1]), _instant(head), part[1])

    def flag(self, uids: Sequence[int]) -> None:
        """Mark messages as read."""
        if uids:
            self._ask("STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)")

    def move(self, uids: Sequence[int], folder: str) -> dict[int, tuple[int, int]]:
        """Move messages to another folder, which is made if it is not there.

        Returns:
            UIDVALIDITY and UID of each there, where the server says so (RFC 4315).
        """
        if not uids:
            return {}
        with _translated():
            if not self._box.folder.exists(folder):
                self._box.folder.create(folder)
            self.flag(uids)
            each = [str(uid) for uid in uids]
            self._client.response("COPYUID")  # of an earlier move
            self._box.copy(each, folder)
            said = self._client.response("COPYUID")[1][0]
            self._box.delete(each)
        return _moved(said if isinstance(said, bytes) else b"")

    def remove(self, uids: Sequence[int]) -> None:
        """Delete messages for good."""
        if uids:
            with _translated():
                self._box.delete([str(uid) for uid in uids])

    def remove_moved(self, places: Sequence[tuple[int, int]], folder: str) -> None:
        """Delete messages for good from the folder that they were moved to; `places` are UIDVALIDITY and UID there."""
        with _translated():
            if not places or not self._box.folder.exists(folder):
                return
            here = self._box.folder.get() or "INBOX"
            self._box.folder.set(folder)
            validity = int(self._client.response("UIDVALIDITY")[1][0] or b"0")
            self.remove([uid for of, uid in places if of == validity])
            self._box.folder.set(here)

    def remove_old(self, folder: str | None, days: int, stored: Callable[[list[int]], list[int]]) -> None:
        """Delete what was taken in and arrived more than so many days ago.

        Args:
            folder: where mail was moved to, and where nothing else lies; None looks in the watched folder.
            days: how long originals are kept.
            stored: which of these UIDs of the watched folder are stored.
        """
        import imap_tools  # noqa: PLC0415 (see _connected)

        before = (datetime.now(UTC) - timedelta(days=days)).date()
        with _translated():
            if folder is None:
                old = [int(uid) for uid in self._box.uids(imap_tools.AND(seen=True, date_lt=before))]
                self.remove(stored(old) if old else [])
            elif self._box.folder.exists(folder):
                here = self._box.folder.get() or "INBOX"
                self._box.folder.set(folder)
                self.remove([int(uid) for uid in self._box.uids(imap_tools.AND(seen=True, date_lt=before))])
                self._box.folder.set(here)

    def wait(self, *, go_on: Callable[[], object], seconds: float = IDLE_FOR) -> bool:
        """Wait until the server says that something changed (IDLE), or the time is over; False where it cannot say.

        `go_on` is asked every two seconds; what it raises ends the waiting.
        """
        if "IDLE" not in self._client.capabilities:
            return False
        with _translated(), self._box.idle as idle:
            end = time.monotonic() + seconds
            while time.monotonic() < end and not idle.poll(timeout=min(_IDLE_LOOKS, seconds)):
                go_on()
        return True

    def _ask(self, *command: str) -> list[Any]:
        with _translated():
            status, answer = self._client.uid(*command)
        if status != "OK":
            raise MailboxTroubleError("refused")
        return list(answer)


def open_mailbox(mailbox: Mailbox) -> Connection:
    """Connect, sign in, open the folder.

    Raises:
        MailboxTroubleError: one of these did not work.
    """
    with _translated():
        box = _connected(mailbox)
        try:
            box.login(mailbox.user, mailbox.password, initial_folder=None)
            box.folder.set(mailbox.folder)
            validity = box.client.response("UIDVALIDITY")[1][0]
            return Connection(box, int(validity or b"0"))
        except BaseException:
            with contextlib.suppress(Exception):
                box.client.shutdown()
            raise


def _connected(mailbox: Mailbox) -> "imap_tools.BaseMailBox":
    import imap_tools  # noqa: PLC0415 (loaded where a mailbox is watched, not by every process)

    if mailbox.security == "plain":
        return imap_tools.MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=TIMEOUT)
    context = ssl.create_default_context()
    if mailbox.security == "tls":
        return imap_tools.MailBox(mailbox.host, mailbox.port, timeout=TIMEOUT, ssl_context=context)
    return imap_tools.MailBoxStartTls(mailbox.host, mailbox.port, timeout=TIMEOUT, ssl_context=context)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    import imap_tools  # noqa: PLC0415 (see _connected)

    try:
        yield
    except imap_tools.MailboxFolderSelectError:
        raise MailboxTroubleError("no_folder") from None
    except imap_tools.MailboxLoginError:
        raise MailboxTroubleError("sign_in_refused") from None
    except ssl.SSLError:
        raise MailboxTroubleError("no_trusted_connection") from None
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError, EOFError, ValueError, IndexError, TypeError) as trouble:
        # The server's own words may hold an address.
        word = "connection_lost" if isinstance(trouble, OSError | EOFError | imaplib.IMAP4.abort) else "refused"
        raise MailboxTroubleError(word) from None


def _set(uids: Sequence[int]) -> str:
    return ",".join(str(uid) for uid in uids)


def _moved(said: bytes) -> dict[int, tuple[int, int]]:
    """The new place of each UID by COPYUID: `validity old,set new,set`."""
    parts = said.decode("ascii", "replace").split()
    if len(parts) != _COPYUID_PARTS:
        return {}
    old, new = (list(_each(part)) for part in parts[1:])
    return {uid: (int(parts[0]), there) for uid, there in zip(old, new, strict=False)} if len(old) == len(new) else {}


def _each(uids: str) -> Iterator[int]:
    for part in uids.split(","):
        first, _, last = part.partition(":")
        yield from range(int(first), int(last or first) + 1)


def _instant(head: bytes) -> datetime:
    now = datetime.now(UTC)
    if found := _ARRIVED.search(head):
        with contextlib.suppress(ValueError):
            told = datetime.strptime(found[1].decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
            return min(told, now)  # a server whose clock is ahead lengthens nobody's month
    return now
