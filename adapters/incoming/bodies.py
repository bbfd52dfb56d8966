"""The text of a mail: from plain text or HTML, with what it quotes apart, and HTML that loads nothing (RFC 2045 to 2049).

Next: `adapters/incoming/parsing.py`
"""

import contextlib
import re
from email.message import EmailMessage, Message
from html.parser import HTMLParser

from adapters.incoming.headers import clean

MOST_TEXT = 1_000_000  # characters of text that are kept beside the raw message
_MOST_QUOTED = 200_000  # the reply finder runs regular expressions; longer texts are shown unfolded
_TRIED = ("utf-8", "cp1252", "latin-1")  # the last one takes every byte


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words("p div br tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr section article header footer address")
_SILENT = _words("script style head title template noscript object iframe svg math")
_TAGS = set(
    _words("a abbr b blockquote br code div em h1 h2 h3 h4 h5 h6 hr i li ol p pre s small span strong sub sup u ul")
) | set(_words("table tbody td tfoot th thead tr"))


def text_of(part: EmailMessage, problems: list[str]) -> str:
    """The text of one part, in whatever charset it claims or really has.

    Args:
        part: a text part.
        problems: gets a line when the charset was a guess.
    """
    content = payload_of(part)
    charset = None
    with contextlib.suppress(Exception):
        charset = part.get_content_charset()
    for attempt in (charset, *_TRIED):
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            text = content.decode(attempt) if attempt else None
            if text is not None:
                if attempt != charset and (charset or not content.isascii()):
                    problems.append("A part of the text is in an unknown character set and was guessed.")
                return clean(text.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_TEXT]
    return ""


def payload_of(part: Message) -> bytes:
    """The decoded bytes of a part; what cannot be decoded is given as it came."""
    with contextlib.suppress(Exception):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            return content
    with contextlib.suppress(Exception):
        return part.as_bytes()
    return b""


def text_from_html(html: str) -> str:
    """What a person would read of an HTML part."""
    reader = _Reader()
    with contextlib.suppress(Exception):  # what was read until there still counts
        reader.feed(html)
        reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def safe_html(html: str) -> str:
    """HTML with text structure only: no script, no style, no picture, no form, nothing that is fetched."""
    import nh3  # noqa: PLC0415 (loaded by the first page)

    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "template", "svg", "math", "iframe", "object"},
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def without_quotes(text: str) -> str:
    """What the sender wrote now, without the mail they answer; the whole text when that would leave nothing."""
    from mailparser_reply import EmailReplyParser  # noqa: PLC0415 (loaded by the first mail)

    if len(text) > _MOST_QUOTED:
        return text
    found = None
    with contextlib.suppress(Exception):
        found = EmailReplyParser(languages=["en", "de", "fr"]).parse_reply(text)
    return _answered_below(found.strip()) if found and found.strip() else text


def _answered_below(text: str) -> str:
    """Without the quoted lines above or between what was written, and the line that names who wrote them."""
    lines = text.split("\n")
    quoted = [line.startswith(">") for line in lines]
    for place, line in enumerate(lines[:-1]):
        following = next((each for each in lines[place + 1 : place + 3] if each.strip()), "")
        quoted[place] = quoted[place] or (line.rstrip().endswith(":") and following.startswith(">"))
    kept = "\n".join(line for line, cited in zip(lines, quoted, strict=True) if not cited)
    return re.sub(r"\n{3,}", "\n\n", kept).strip() or text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (its signature)
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)
