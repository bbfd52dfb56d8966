"""Sets accessible PDFs with Typst: data are handed over as one string literal of JSON and set as text, never read as markup.

The compiler sees one folder of templates, no system fonts, no packages and no network. Serves Articles 12(1), 15 and 17.
Next: activities/package_letter.py
"""

import ast
import functools
import json
import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from activities.package_cells import visible
from activities.package_index import TEMPLATES

if TYPE_CHECKING:
    import typst

_FOLDER = TEMPLATES / "letter"
# Wide fonts, where an installation has them (Debian: fonts-noto); without them other scripts are printed as boxes.
_WIDE_FONTS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
_BOX = "□"
# Accessible PDF. This standard refuses a letter with a glyph that no font has, and names each: so they are found.
_STANDARD: Literal["ua-1"] = "ua-1"
_MISSING = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_RUST_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
# When a missing glyph cannot be traced to a piece of the data: everything but Latin letters and common signs.
_NOT_LATIN = re.compile(r"[^\n\x20-\u024f\u2013-\u2026□]")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:]")
_LOCK = threading.Lock()  # the compiler is not thread-safe; a letter takes milliseconds


@functools.cache
def _compiler() -> "typst.Compiler":
    import typst  # noqa: PLC0415 (80 MB; the web process, which imports this through the workflows, never needs it)

    fonts = [folder for folder in _WIDE_FONTS if folder.is_dir()]
    return typst.Compiler(root=_FOLDER, font_paths=fonts, ignore_system_fonts=True)


def pdf(template: str, answer: dict[str, Any], at: datetime) -> bytes:
    """The PDF of a template: the same bytes for the same answer and time.

    Args:
        template: name of a file in the folder of templates, and of the function in it that takes the answer.
        answer: what to say, as JSON; characters that hide or turn text round are shown as their code.
        at: the PDF's own date.
    """
    shown, replaced = _each_text(answer, visible), 0
    while True:
        missing = _compile_or_missing(template, json.dumps(shown | {"replaced": replaced}, ensure_ascii=False), at)
        if isinstance(missing, bytes):
            return missing
        shown, found = _boxed(shown, re.compile("|".join(re.escape(text) for text in missing)))
        if not found:
            shown, found = _boxed(shown, _NOT_LATIN)
        if not found:
            raise RuntimeError("the letter's own text cannot be set with the fonts at hand")
        replaced += found


def _compile_or_missing(template: str, answer: str, at: datetime) -> bytes | list[str]:
    """The PDF, or the pieces of text that no font can show, longest first."""
    import typst  # noqa: PLC0415 (see _compiler)

    try:
        with _LOCK:
            pdf = _compiler().compile(
                _document(template, answer), format="pdf", pdf_standards=_STANDARD, timestamp=at.replace(microsecond=0)
            )
    except typst.TypstError as failure:
        missing = {_unquoted(text) for text in _MISSING.findall(failure.diagnostic)}
        if not missing:
            # The diagnostic may quote the letter, so it does not travel on.
            raise RuntimeError("the letter could not be set") from None
        return sorted(missing, key=len, reverse=True)
    assert isinstance(pdf, bytes)
    return pdf


def _document(template: str, answer: str) -> bytes:
    """The document to compile: the template, called with the JSON as a string literal.

    Whatever is not a plain letter, digit, blank, full stop, comma or colon is spelled as its code, so no sign of the data
    can end the literal. (`sys.inputs` would do the same, but a change of inputs makes Typst forget all it has laid out.)
    """
    literal = _NOT_PLAIN.sub(lambda sign: f"\\u{{{ord(sign[0]):x}}}", answer)
    return f'#import "{template}.typ": {template}\n#{template}(json(bytes("{literal}")))\n'.encode("ascii")


def _unquoted(text: str) -> str:
    return str(ast.literal_eval(_RUST_ESCAPE.sub(lambda code: f"\\U{int(code[1], 16):08x}", text)))


def _boxed(answer: dict[str, Any], pattern: re.Pattern[str]) -> tuple[dict[str, Any], int]:
    found = 0

    def boxed(text: str) -> str:
        nonlocal found
        text, times = pattern.subn(_BOX, text)
        found += times
        return text

    return _each_text(answer, boxed), found


def _each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(part, change) for part in value]
    if isinstance(value, dict):
        return {name: _each_text(part, change) for name, part in value.items()}
    return value
