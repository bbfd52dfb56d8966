"""Names of files in a package: neutral, so that nobody's words become a path (Article 15(3)).

Next: activities/package_zip.py
"""

import re

# Endings that no computer runs or opens as a page. Everything else is named .bin; the list of files has the own name.
_QUIET = re.compile(
    "avif|bmp|csv|flac|gif|heic|ics|jpe?g|json|log|m4a|md|mov|mp[34]|od[pst]|ogg|pdf|png|rtf|tiff?|tsv|txt|vcf|wav|web[mp]|zip"
)


def neutral_name(number: int, original: str) -> str:
    """The name a file gets in the package: a number, and its ending only where nothing can be run or shown as a page.

    Args:
        number: of the file in its collection, from 1.
        original: the name it has in the controller's system; nobody's word, so no part of it becomes a path.
    """
    ending = original.rpartition(".")[2].lower() if "." in original else ""
    return f"{number:06d}.{ending if _QUIET.fullmatch(ending) else 'bin'}"
