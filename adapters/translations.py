"""Reads sentences of German and French that stand as data by their English sentence: the portal's and the copy's.

Next: api/portal/languages.py, activities/package_language.py
"""

import tomllib
from functools import cache
from pathlib import Path

from domain.incoming import Language
from domain.typography import set_in


@cache
def sentences(folder: Path, language: Language) -> dict[str, str]:
    """The sentences of a language in a folder, by their English; English itself has none."""
    if language == "en":
        return {}
    found: dict[str, str] = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
    return {english: set_in(language, said) for english, said in found.items()}
