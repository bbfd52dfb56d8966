"""Takes out of a mail, as staff read it, what would let them act as the person: the token of a link, and a code.

Whoever has the link of a confirmation or the code of a download counts as the person (`security.md` section 3), so nobody here
may see one, and no evidence pack may carry one out. A letter on paper is printed whole: somebody has to post it.
Next: adapters/incoming/reading_room.py
"""

import email.policy
import re
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Final

from adapters.links import TOKEN

HIDDEN: Final = "(not shown here)"
_IN_TEXT: Final = re.compile(r"^( +)[0-9]{8}(?=\r?$)", re.MULTILINE)
_IN_PAGE: Final = re.compile(r"(>\s*)[0-9]{8}(\s*<)")


def without_keys(text: str) -> str:
    """A letter's text or page without tokens and codes."""
    shown = TOKEN.sub(HIDDEN, text)
    return _IN_PAGE.sub(rf"\1{HIDDEN}\2", _IN_TEXT.sub(rf"\1{HIDDEN}", shown))


def mail_without_keys(raw: bytes) -> bytes:
    """A stored mail without them, in each of its parts; one that holds none is given back byte for byte."""
    message = BytesParser(policy=email.policy.SMTP).parsebytes(raw)
    changed = False
    for part in message.walk():
        if not isinstance(part, EmailMessage) or part.get_content_maintype() != "text":
            continue
        text = str(part.get_content())
        if (shown := without_keys(text)) != text:
            part.set_content(shown, subtype=part.get_content_subtype())
            changed = True
    return message.as_bytes() if changed else raw
