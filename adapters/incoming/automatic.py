"""Tells what no person wrote: automatic replies, lists, loops, delivery reports (RFC 3834, 2919, 2369, 3464, 3463).

The union of what servers really send; nothing found here is ever answered. A bounce counts only with a valid return token,
which is checked elsewhere: this says what the report claims.
Next: `adapters/incoming/parsing.py`
"""

import contextlib
import re
from email.message import EmailMessage

from adapters.incoming.headers import addresses, first, message_ids, raw_values
from domain.incoming import Bounce, MailKind

OURS = "X-Habeas-Letter"  # on every letter of ours: an incoming mail that has it is a loop

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPORT_FIELD = re.compile(r"^(final-recipient|original-recipient|action|status):\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_POSTMASTER = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mailerdaemon|bounce[s]?)\b", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|problem)|returned mail|mail delivery (?:failed|system)|"
    r"failure notice|could not be delivered|unzustellbar|nicht zugestellt|non remis|[ée]chec de (?:la )?remise",
    re.IGNORECASE,
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:auto(?:matic)?[- ]?(?:reply|response)|autoreply|out of (?:the )?office|ooo\b|away from|vacation|"
    r"automatische antwort|abwesenheits?|abwesend|r[ée]ponse automatique|absence du bureau|absent)\b",
    re.IGNORECASE,
)
_HARD_WORDS = re.compile(
    r"user unknown|unknown user|no such user|does not exist|mailbox (?:unavailable|not found)|address rejected|"
    r"recipient (?:rejected|not found)|account (?:disabled|closed)|\b550\b|\b5\.1\.[0-9]\b",
    re.IGNORECASE,
)
_SOFT_WORDS = re.compile(
    r"will (?:be )?retr|delayed|temporar|mailbox (?:is )?full|over quota|try again|\b4\.\d\.\d\b|\b452\b", re.IGNORECASE
)
_STILL_TRYING = re.compile(
    r"will (?:be )?retr|will (?:continue|keep) (?:to try|trying)|still trying|do(?: not|n't) need to (?:resend|retry)|"
    r"delayed|warning: message|wird (?:es )?weiter versucht|verz[öo]gert|retard[ée]",
    re.IGNORECASE,
)
_MOST_BODY = 50_000  # characters of a report that are searched


def kind_of(message: EmailMessage, text: str) -> tuple[MailKind, str | None, Bounce | None]:
    """What kind of mail this is, the sign that says so, and what a delivery report reports.

    Args:
        message: as parsed.
        text: its text.
    """
    if raw_values(message, OURS):
        return MailKind.LOOP, "it carries the mark of our own letters", None
    bounce = bounce_of(message, text)
    if bounce is not None:
        return MailKind.BOUNCE, "a delivery report", bounce
    for kind, sign in (
        (MailKind.AUTOMATIC, _sign_of_automatic(message)),
        (MailKind.LIST, _sign_of_list(message)),
    ):
        if sign:
            return kind, sign, None
    return MailKind.PERSON, None, None


def bounce_of(message: EmailMessage, text: str) -> Bounce | None:
    """What a delivery report says, by the standard or in a server's own words; None for any other mail."""
    if message.get_content_type() == "multipart/report" and _is_delivery_report(message):
        return _standard_bounce(message, text)
    sender = next((address for _, address in addresses(message, "From")), "")
    by_server = _POSTMASTER.match(sender) is not None or _has_null_path(message)
    if by_server and _BOUNCE_SUBJECT.search(first(message, "Subject")):
        return _informal_bounce(message, text)
    if by_server and raw_values(message, "X-Failed-Recipients"):  # Exim
        return _informal_bounce(message, text)
    return None


def _is_delivery_report(message: EmailMessage) -> bool:
    kind = ""
    with contextlib.suppress(Exception):
        kind = str(message.get_param("report-type", "") or "").lower()
    # A receipt that it was read (RFC 8098) is a report too, and no bounce.
    return kind == "delivery-status" or (
        not kind and any(part.get_content_type() == "message/delivery-status" for part in message.walk())
    )


def _standard_bounce(message: EmailMessage, text: str) -> Bounce | None:
    fields: dict[str, str] = {}
    original = None
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for name, value in _REPORT_FIELD.findall(_flat(part)[:_MOST_BODY]):
                fields.setdefault(name.lower(), value.strip())
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/global"} and original is None:
            original = _original_id(_flat(part))
    action, status = fields.get("action", "").lower(), _STATUS.search(fields.get("status", ""))
    if action in {"delivered", "relayed", "expanded"}:
        return None
    code = status.group(1) if status else None
    hard = _is_hard(code) if code else action == "failed" or bool(_HARD_WORDS.search(text[:_MOST_BODY]))
    recipient = fields.get("final-recipient", fields.get("original-recipient", "")).rpartition(";")[2].strip() or None
    return Bounce(hard=hard, final=action != "delayed", status=code, recipient=recipient, original=original)


def _informal_bounce(message: EmailMessage, text: str) -> Bounce:
    body = text[:_MOST_BODY]
    status = _STATUS.search(body)
    code = status.group(1) if status else None
    hard = _is_hard(code) if code else bool(_HARD_WORDS.search(body)) and not _SOFT_WORDS.search(body)
    final = hard or not _STILL_TRYING.search(f"{first(message, 'Subject')}\n{body}")
    failed = next((address for _, address in addresses(message, "X-Failed-Recipients")), None)
    return Bounce(hard=hard, final=final, status=code, recipient=failed, original=_original_id(body))


def _is_hard(code: str) -> bool:
    # A full mailbox (x.2.2) is emptied one day, whatever class a server gives it (RFC 3463 3.3).
    return code.startswith("5") and not code.startswith("5.2.2")


def _original_id(text: str) -> str | None:
    found = re.search(r"^message-id:\s*(<[^<>\s]{1,300}>)", text[:_MOST_BODY], re.IGNORECASE | re.MULTILINE)
    return found.group(1) if found else None


def _flat(part: EmailMessage) -> str:
    with contextlib.suppress(Exception):
        return part.as_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    return ""


def _has_null_path(message: EmailMessage) -> bool:
    return any(value.replace(" ", "") == "<>" for value in raw_values(message, "Return-Path"))


def _sign_of_automatic(message: EmailMessage) -> str | None:
    submitted = first(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return "Auto-Submitted"
    for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From", "X-FC-MachineGenerated"):
        if raw_values(message, name):
            return name
    if first(message, "Precedence").lower() in {"auto_reply", "auto-reply"}:
        return "Precedence"
    suppressed = {part.strip().lower() for part in first(message, "X-Auto-Response-Suppress").split(",")}
    answered = bool(message_ids(message, "In-Reply-To"))
    # Exchange marks ordinary mail of some programs with OOF or DR; only All on an answer says that a machine wrote.
    if "all" in suppressed and answered:
        return "X-Auto-Response-Suppress"
    if _AUTOMATIC_SUBJECT.match(first(message, "Subject")):
        return "its subject"
    return "an empty return path" if _has_null_path(message) else None


def _sign_of_list(message: EmailMessage) -> str | None:
    for name in ("List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID"):
        if raw_values(message, name):
            return name
    if first(message, "Precedence").lower() in {"bulk", "list", "junk"}:
        return "Precedence"
    return None
