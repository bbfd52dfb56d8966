"""The letter of an access answer as an accessible PDF: every item of Article 15(1)-(2) that applies, and the routes of remedy.

Typst sets it. Data are handed over as one string literal of JSON and set as text, never read as markup; the compiler sees one
folder with one template, no system fonts, no packages and no network.
Next: activities/package_manifest.py
"""

import ast
import functools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from activities.package_index import TEMPLATES
from activities.package_view import View
from activities.package_words import count, visible

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


def letter(view: View, kid: str, at: datetime) -> bytes:
    """The PDF: the same bytes for the same view, key and time.

    Args:
        view: what to say.
        kid: number of the key that signs the package.
        at: when the package is made; the PDF's own date.
    """
    answer, replaced = _answer(view, kid), 0
    while True:
        missing = _compile_or_missing(json.dumps(answer | {"replaced": replaced}, ensure_ascii=False), at)
        if isinstance(missing, bytes):
            return missing
        answer, found = _boxed(answer, re.compile("|".join(re.escape(text) for text in missing)))
        if not found:
            answer, found = _boxed(answer, _NOT_LATIN)
        if not found:
            raise RuntimeError("the letter's own text cannot be set with the fonts at hand")
        replaced += found


def _compile_or_missing(answer: str, at: datetime) -> bytes | list[str]:
    """The PDF, or the pieces of text that no font can show, longest first."""
    import typst  # noqa: PLC0415 (see _compiler)

    try:
        with _LOCK:
            pdf = _compiler().compile(
                _document(answer), format="pdf", pdf_standards=_STANDARD, timestamp=at.replace(microsecond=0)
            )
    except typst.TypstError as failure:
        missing = {_unquoted(text) for text in _MISSING.findall(failure.diagnostic)}
        if not missing:
            # The diagnostic may quote the letter, so it does not travel on.
            raise RuntimeError("the letter could not be set") from None
        return sorted(missing, key=len, reverse=True)
    assert isinstance(pdf, bytes)
    return pdf


def _document(answer: str) -> bytes:
    """The document to compile: the template, called with the JSON as a string literal.

    Whatever is not a plain letter, digit, blank, full stop, comma or colon is spelled as its code, so no sign of the data
    can end the literal. (`sys.inputs` would do the same, but a change of inputs makes Typst forget all it has laid out.)
    """
    literal = _NOT_PLAIN.sub(lambda sign: f"\\u{{{ord(sign[0]):x}}}", answer)
    return f'#import "letter.typ": letter\n#letter(json(bytes("{literal}")))\n'.encode("ascii")


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


def _answer(view: View, kid: str) -> dict[str, Any]:
    """The view as the template wants it, with nothing in it that hides or turns text round."""
    controller = view.controller
    answer = asdict(view) | {
        "title": "We found nothing about you" if view.nothing else "Your personal data: our answer",
        "controller": {"name": controller.name, "address": list(controller.address)},
        "contacts": controller.contacts.model_dump(mode="json"),
        "systems_count": count(len(view.systems), "system"),
        "protection_officer": controller.protection_officer,
        "policy_url": controller.policy.url,
        "kid": kid,
    }
    shown: dict[str, Any] = _each_text(answer, visible)
    return shown
