"""Tells a proof of identity that nobody asked for by what it is called: it is destroyed and only noted (P81, Article 5(1)(c)).

By the file's name only: looking into the picture would mean processing the very thing we do not want. A false alarm costs a
caseworker one look before anything is destroyed; a miss is seen by whoever opens the attachment.
Next: `adapters/incoming/parsing.py`
"""

import re

_NAMES = re.compile(
    r"passport|driv(?:ing|er)s?.?licen[cs]e|\bid.?card\b|identity.?card|\bnational.?id\b|\bphoto.?id\b|(?:^|[^a-z])id(?:[^a-z]|$)|"
    r"residence.?permit|birth.?certificate|personalausweis|reisepass|f[üu]hrerschein|ausweis|aufenthaltstitel|passeport|"
    r"carte.?d.?identit|\bcni\b|permis.?de.?conduire|titre.?de.?s[ée]jour",
    re.IGNORECASE,
)
_TYPES = re.compile(r"image/|application/pdf")


def looks_like_document(name: str, media_type: str) -> bool:
    """Whether an attachment looks like a passport, an identity card or the like.

    Args:
        name: the file's name.
        media_type: what its content looks like, or is declared as.
    """
    return _TYPES.match(media_type) is not None and _NAMES.search(name.replace("_", " ")) is not None
