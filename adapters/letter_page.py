"""Sets the HTML part of a letter from its text, where nobody wrote one: headings, paragraphs, lists, codes, buttons.

The same words in the same order, so that both parts make the same promise. Next: `adapters/letters.py`
"""

import html
import re
from collections.abc import Iterable

from jinja2.utils import urlize
from markupsafe import Markup

_LINK = re.compile(r"https?://\S+")
_LONGEST_HEADING = 60  # characters; a longer line without an end is a sentence somebody forgot to end
_ENDS = (".", "!", ":", ",", ";", ")")


def from_text(text: str, heading: str, button: str, routes: Iterable[str] = ()) -> Markup:
    """The body of a page.

    Args:
        text: as the template gives it, one paragraph a line.
        heading: of the whole letter.
        button: what the button says to which a line with nothing but a link is turned.
        routes: lines of ours whose addresses can be pressed, each law with its title; in a line that quotes somebody none can.
    """
    pieces = [f"<h1>{html.escape(heading[:1].upper() + heading[1:])}</h1>"]
    ours = frozenset(routes)
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = [line for line in block.split("\n") if line.strip()]
        if len(lines) > 1 and _is_heading(lines[0]) and lines[0].strip() not in ours:  # whose law it is stands under a heading
            pieces.append(f"<h2>{html.escape(lines.pop(0).strip())}</h2>")
        pieces += _lines(lines, button, ours)
    # Every part was escaped above.
    return Markup("\n".join(pieces))  # noqa: S704


def _is_heading(line: str) -> bool:
    plain = line.strip()
    if plain.startswith("- ") or len(plain) > _LONGEST_HEADING or _LINK.search(plain):
        return False
    return plain.endswith("?") or not plain.endswith(_ENDS)


def _lines(lines: list[str], button: str, ours: frozenset[str]) -> list[str]:
    pieces: list[str] = []
    items = [line for line in lines if line.startswith("- ")]
    for line in lines:
        plain = html.escape(line.strip())
        if line in items:
            pieces += [
                "<ul>" if line is items[0] else "",
                f"<li>{urlize(line[2:], rel='noopener') if line[2:] in ours else html.escape(line[2:])}</li>",
                "</ul>" if line is items[-1] else "",
            ]
        elif _LINK.fullmatch(line.strip()):
            pieces.append(f'<p><a class="button" href="{plain}">{html.escape(button)}</a></p>')
            pieces.append(f'<p><small><a href="{plain}">{plain}</a></small></p>')
        elif re.fullmatch(r" {4}\d{8}", line):
            pieces.append(f"<p><samp>{plain}</samp></p>")
        else:
            pieces.append(f"<p>{plain}</p>")
    return [piece for piece in pieces if piece]
