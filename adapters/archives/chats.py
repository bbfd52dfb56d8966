"""Reads chat exports by tables of where things stand in them: Slack, Microsoft Teams, Google Chat; and WhatsApp's text.

Formats as their makers document them: Slack's "Export your workspace data" (a folder per channel, a JSON list per day, times in
Unix seconds as `ts`), Microsoft's export of Teams and Skype chats (`messages.json` with `conversations[].MessageList[]`),
Microsoft Graph's `chatMessage`, Google Takeout's Google Chat (`messages.json`), WhatsApp's "Export chat".
What the compliance tools of Microsoft and Google give out is mail (PST, mbox) and needs no reader of its own.
Next: adapters/archives/child.py
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from adapters.archives.mails import finished
from adapters.incoming.bodies import MOST_TEXT, text_from_html
from adapters.incoming.headers import clean
from domain.archives import ArchiveKind

_MOST_NAME: Final = 300


@dataclass(frozen=True)
class Shape:
    """Where an export keeps things: paths of keys with dots; of several, the first that holds something.

    Args:
        conversations: list of conversations; empty: the file is one.
        messages: list of messages in a conversation; empty: the conversation itself is the list.
        title: of the conversation.
        needs: a message that has none of these is no message of this export.
        time, sender, address, text, own, thread: of a message.
        files, file_name, file_at: its files, what each is called, and what it is called in the export if it is in it.
    """

    kind: ArchiveKind
    messages: str
    time: tuple[str, ...]
    sender: tuple[str, ...]
    text: tuple[str, ...]
    own: tuple[str, ...]
    needs: tuple[str, ...]
    conversations: str = ""
    title: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    file_name: tuple[str, ...] = ("name",)
    file_at: tuple[str, ...] = ()


SHAPES: Final = (
    Shape(
        ArchiveKind.SLACK,
        messages="",
        needs=("ts",),
        time=("ts",),
        sender=("user_profile.real_name", "user", "username", "bot_id"),
        text=("text",),
        own=("client_msg_id", "ts"),
        thread=("thread_ts",),
        files=("files",),
        file_name=("name", "title"),
    ),
    Shape(
        ArchiveKind.TEAMS,
        conversations="conversations",
        messages="MessageList",
        title=("displayName", "id"),
        needs=("originalarrivaltime",),
        time=("originalarrivaltime",),
        sender=("displayName", "from"),
        address=("from",),
        text=("content",),
        own=("id",),
    ),
    Shape(
        ArchiveKind.TEAMS,
        messages="value",
        title=("@odata.context",),
        needs=("createdDateTime",),
        time=("createdDateTime",),
        sender=("from.user.displayName", "from.application.displayName"),
        address=("from.user.email", "from.user.userPrincipalName"),
        text=("body.content",),
        own=("id",),
        thread=("replyToId", "chatId"),
        files=("attachments",),
    ),
    Shape(
        ArchiveKind.GOOGLE_CHAT,
        messages="messages",
        needs=("created_date", "creator"),
        time=("created_date",),
        sender=("creator.name",),
        address=("creator.email",),
        text=("text",),
        own=("message_id",),
        thread=("topic_id",),
        files=("attached_files",),
        file_name=("original_name", "export_name"),
        file_at=("export_name",),
    ),
)
# Files of an export that hold no message: who is in it, which channels there are.
STRUCTURE: Final = frozenset(
    {
        "users.json", "channels.json", "groups.json", "dms.json", "mpims.json", "integration_logs.json", "canvases.json",
        "group_info.json", "user_info.json", "endpoints.json", "huddle_transcripts.json", "file_conversations.json", "lists.json",
        "org_users.json",
    }
)  # fmt: skip

_MENTION: Final = re.compile(r"<@([A-Z0-9]{2,20})(?:\|[^>]{0,80})?>")
_LINK: Final = re.compile(r"<((?:https?|mailto)[^|>]{1,2000})(?:\|([^>]{0,500}))?>")


def people_of(raw: bytes) -> dict[str, str]:
    """Names and addresses by the id under which Slack's messages name people (`users.json`)."""
    people: dict[str, str] = {}
    for each in _list(json.loads(raw)):
        if identity := _text(each, ("id",)):
            people[identity] = _person(_text(each, ("profile.real_name", "real_name", "name")), _text(each, ("profile.email",)))
    return people


def read_chat(raw: bytes, place: str, people: Mapping[str, str]) -> tuple[ArchiveKind, list[dict[str, Any]]]:
    """The messages of one file of an export.

    Args:
        raw: JSON, or WhatsApp's text.
        place: the file's path in the export; its folder names the conversation where the file does not.
        people: by id, as `people_of` gives them.

    Raises:
        ValueError: no chat export that is known here.
    """
    if place.lower().endswith(".txt"):
        return ArchiveKind.WHATSAPP, list(_whatsapp(raw.decode("utf-8-sig", "replace"), place))
    document = json.loads(raw)
    for shape in SHAPES:
        conversations = _list(_at(document, shape.conversations)) if shape.conversations else [document]
        found = [(each, message) for each in conversations for message in _list(_at(each, shape.messages))]
        if found and all(_text(message, shape.needs) for _, message in found[:20]):
            return shape.kind, [_message(shape, each, message, place, people) for each, message in found]
    raise ValueError("no chat export")


def _message(shape: Shape, around: Any, message: Any, place: str, people: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401
    folder = place.rpartition("/")[0].rpartition("/")[2]
    title = _text(around, shape.title) or folder or place
    sent = _instant(_text(message, shape.time))
    name = _text(message, shape.sender)
    sender = people.get(_text(message, ("user",))) or people.get(name) or _person(name, _text(message, shape.address))
    text = _text(message, shape.text)
    text = text_from_html(text) if re.search(r"<(?:p|div|br|at|img|attachment)\b", text) else _plain(text, people)
    thread = _text(message, shape.thread)
    files = [
        {"name": _text(each, shape.file_name) or "file", "at": _text(each, shape.file_at)}
        for each in _list(_at(message, shape.files[0]) if shape.files else None)
    ]
    return _record(title, sender, sent, text, files, own=_text(message, shape.own), thread=thread)


def _record(
    title: str, sender: str, sent: str, text: str, files: Sequence[Mapping[str, str]], *, own: str = "", thread: str = ""
) -> dict[str, Any]:
    title, sender = clean(title)[:_MOST_NAME], clean(sender)[:_MOST_NAME]
    record: dict[str, Any] = {
        "kind": "chat",
        "sent_at": sent,
        "sender": sender,
        "recipients": "",
        "copied": "",
        "subject": title,
        "text": clean(text)[:MOST_TEXT],
        "own": f"{title}/{own}" if own else "",
        "answers": [f"{title}/{thread}"] if thread and thread != own else [],
        # One conversation is read day by day; a thread of its own stays one.
        "topic": "" if thread else f"chat {title} {sent[:10]}",
        "heads": "",
        "files": [{"name": clean(each["name"])[:200], "at": each.get("at", ""), "bytes": 0} for each in files],
        "problems": [],
    }
    searched = [title, sender, record["text"], *(each["name"] for each in record["files"])]
    return finished(record, "\n".join(searched), [])


def _plain(text: str, people: Mapping[str, str]) -> str:
    text = _MENTION.sub(lambda found: "@" + people.get(found[1], found[1]), text)
    text = _LINK.sub(lambda found: f"{found[2]} ({found[1]})" if found[2] else found[1], text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# "[12/03/2024, 14:05:11] Ruth: ..." on one kind of telephone, "12/03/2024, 14:05 - Ruth: ..." on the other.
_LINE: Final = re.compile(
    r"^[\u200e\u200f]?\[?(\d{1,4})[./-](\d{1,2})[./-](\d{2,4}),? (\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"[ \u202f\u00a0]?([AaPp]\.?[Mm]\.?)?(?:\] | - )(?:([^:\n]{1,100}): )?(.*)$"
)
_SENT_ALONG: Final = re.compile(
    r"<(?:attached|Anhang|pi\u00e8ce jointe)\s*: ([^>]{1,200})>|^[\u200e]?(\S[^\n]{0,190}) \([^)]{4,30}\)$", re.MULTILINE
)
_YEAR: Final = 1000  # a number from here on is a year
_FILE: Final = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_TWELVE: Final = 12


def _whatsapp(text: str, place: str) -> Iterator[dict[str, Any]]:
    lines = text.replace("\r\n", "\n").split("\n")
    matches = [_LINE.match(line) for line in lines]
    if not any(matches[:5]):
        raise ValueError("no chat export")
    dated = [match for match in matches if match]
    # Which number is the day only the numbers can say; where they do not, it is the first, as in most of the world.
    first, second = ({int(match[at]) for match in dated} for at in (1, 2))
    month_first = any(each > _TWELVE for each in second) and not any(_TWELVE < each < _YEAR for each in first)
    title = place.rpartition("/")[2].removesuffix(".txt")
    sender, sent, body = "", "", []
    begun = False
    for line, match in zip(lines, matches, strict=True):
        if match is None:
            body.append(line)
            continue
        if begun:
            yield _told(title, sender, sent, "\n".join(body))
        begun, sender, sent, body = True, match[8] or "", _local(match, month_first=month_first), [match[9]]
    if begun:
        yield _told(title, sender, sent, "\n".join(body))


def _told(title: str, sender: str, sent: str, text: str) -> dict[str, Any]:
    names = [(one or other).strip() for one, other in _SENT_ALONG.findall(text)]
    files = [{"name": name, "at": name} for name in names if _FILE.search(name)]
    return _record(title, sender, sent, text.strip(), files)


def _local(match: re.Match[str], *, month_first: bool) -> str:
    """The time as the telephone wrote it, in its own zone, which the export does not tell."""
    first, second, third, hour = (int(match[at]) for at in (1, 2, 3, 4))
    year, month, day = (first, second, third) if first > _YEAR else (third, second, first)
    if month_first and first < _YEAR:
        month, day = day, month
    if match[7]:
        hour = hour % _TWELVE + (_TWELVE if match[7].lower().startswith("p") else 0)
    with contextlib.suppress(ValueError):
        year += 2000 if year < 100 else 0  # noqa: PLR2004
        return datetime(year, month, day, hour, int(match[5]), int(match[6] or 0)).isoformat()  # noqa: DTZ001 (local, zone unknown)
    return ""


def _instant(text: str) -> str:
    """ISO 8601 in UTC; empty when the text is no time."""
    with contextlib.suppress(ValueError, OverflowError, OSError):
        if re.fullmatch(r"\d{9,11}(?:\.\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC).isoformat(timespec="seconds")
        if " at " in text:  # Google writes it for people
            plain = text.replace("\u202f", " ").removesuffix(" UTC")
            return datetime.strptime(plain, "%A, %B %d, %Y at %I:%M:%S %p").replace(tzinfo=UTC).isoformat()
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return moment.isoformat(timespec="seconds")
    return ""


def _person(name: str, address: str) -> str:
    address = address if "@" in address else ""
    return f"{name} <{address}>" if name and address and name != address else name or address


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 (JSON)
    for key in path.split(".") if path else ():
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any, paths: Sequence[str]) -> str:  # noqa: ANN401 (JSON)
    for path in paths:
        found = _at(value, path)
        if isinstance(found, (str, int, float)) and not isinstance(found, bool) and found != "":
            return str(found)
        if isinstance(found, dict) and found:
            return "yes"
    return ""


def _list(value: Any) -> list[Any]:  # noqa: ANN401 (JSON)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
