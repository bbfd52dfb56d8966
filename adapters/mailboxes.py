"""Which mailboxes are watched, read off `HABEAS_MAILBOXES` (P82, P92: the policy names two, and both count).

Next: `adapters/imap.py`
"""

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from domain.errors import SettingsError

DESK: Final = "desk"  # no mailbox: what is handed in by command, upload or letter
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PORTS = {"imaps": 993, "imap": 143}  # RFC 8314, RFC 3501
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HELP = "write imaps://user:password@host/FOLDER?name=connect&after=move:Done&keep_days=30"


@dataclass(frozen=True)
class Mailbox:
    """One watched mailbox.

    Args:
        name: what it is called in ids and the record; nothing personal.
        security: `plain` on this machine only; STARTTLS is demanded, not hoped for.
        move_to: folder that taken-in mail is moved to; None flags it as read.
        keep_days: originals are deleted so many days after they arrived; None keeps them.
    """

    name: str
    host: str
    port: int
    user: str
    password: str
    folder: str
    security: Literal["tls", "starttls", "plain"]
    move_to: str | None = None
    keep_days: int | None = None

    def __repr__(self) -> str:
        return f"Mailbox({self.name})"  # the rest holds a password


def watched(setting: str | None) -> dict[str, Mailbox]:
    """The watched mailboxes by name.

    Raises:
        SettingsError: malformed, or two of one name; the URL is not repeated, since it holds a password.
    """
    found: dict[str, Mailbox] = {}
    for place, url in enumerate((setting or "").split(), start=1):
        mailbox = _mailbox(url, place)
        if mailbox.name in found or mailbox.name == DESK:
            raise SettingsError(f"HABEAS_MAILBOXES: give mailbox {place} a name of its own with ?name=...", setting="mailboxes")
        found[mailbox.name] = mailbox
    return found


def _mailbox(text: str, place: int) -> Mailbox:
    wrong = SettingsError(f"HABEAS_MAILBOXES: mailbox {place} cannot be read; {_HELP}", setting="mailboxes")
    try:
        url = urlsplit(text)
        port = url.port
        options = {name: values[-1] for name, values in parse_qs(url.query, strict_parsing=bool(url.query)).items()}
    except ValueError:
        raise wrong from None
    if url.scheme not in _PORTS or not (url.hostname and url.username and url.password) or set(options) - _OPTIONS:
        raise wrong
    user = unquote(url.username)
    name = options.get("name") or re.sub(r"[^a-z0-9_]", "_", user.partition("@")[0].lower())
    after, keep = options.get("after", "flag"), options.get("keep_days")
    if not _NAME.fullmatch(name) or not (after == "flag" or after.startswith("move:")) or (keep and not keep.isdecimal()):
        raise wrong
    security: Literal["tls", "starttls", "plain"] = "plain" if url.hostname in _LOOPBACK else "starttls"
    return Mailbox(
        name=name,
        host=url.hostname,
        port=port or _PORTS[url.scheme],
        user=user,
        password=unquote(url.password),
        folder=unquote(url.path.strip("/")) or "INBOX",
        security="tls" if url.scheme == "imaps" else security,
        move_to=after.partition(":")[2] or None,
        keep_days=int(keep) if keep else None,
    )


_OPTIONS = frozenset({"name", "after", "keep_days"})
