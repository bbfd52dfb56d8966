"""What the child process and whoever asks it say to each other about a document.

Next: adapters/documents/child.py
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.archives import Unsearched
from domain.redaction import Area

MOST_PAGES: Final = 2_000
MOST_PIXELS: Final = 60_000_000  # of a picture, before it is unpacked: 180 MB
PDF, PICTURE, OFFICE = "pdf", "picture", "office"
_SIGNS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*")


def is_pdf(content: bytes) -> bool:
    """Whether it begins as a PDF does."""
    return content[:5] == b"%PDF-"


def is_picture(content: bytes) -> bool:
    """Whether it begins as a picture does that can be opened here."""
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return content.startswith(_SIGNS) or webp or (content[:2] == b"BM" and content[6:10] == bytes(4))


class UncoverableError(Exception):
    """There is no way to be certain that what has to go is gone."""


class Wish(BaseModel):
    """What to do with a document.

    Args:
        do: `about`, `page`, `page_letters`, `cover`, `search`, `letters`; or `plain_tags` of a page of HTML.
        page: which one, from 1.
        areas: what is covered, or drawn as such.
        words: what is covered wherever it stands.
        about_file: what the file says of itself goes.
        every: every page becomes a picture.
        looked: somebody looked at each page, so what has no letters need not be feared.
    """

    model_config = ConfigDict(frozen=True)

    do: str
    page: int = 1
    areas: tuple[Area, ...] = ()
    words: tuple[str, ...] = ()
    about_file: bool = False
    every: bool = False
    looked: bool = False


class About(BaseModel):
    """What kind of document it is, and what it says of itself.

    Args:
        kind: `pdf`, `picture`, `office`, or empty for anything else, and for what nobody can open.
        pages: of a PDF; a picture has one.
        says: what it says of itself, by name: the EXIF of a picture, the author of a PDF and what lies in it beside its pages.
        text: of an office document, what can be read in it, part by part.
    """

    model_config = ConfigDict(frozen=True)

    kind: str = ""
    pages: int = 0
    says: dict[str, str] = {}
    text: list[tuple[str, str]] = []
    hidden: bool = False


class PageLetters(BaseModel):
    """The letters of one page of a PDF, in pieces: each with whether the picture of the page shows nothing where it stands."""

    model_config = ConfigDict(frozen=True)

    pieces: list[tuple[str, bool]] = []

    @property
    def text(self) -> str:
        """All of them."""
        return "".join(text for text, _ in self.pieces)

    @property
    def unseen(self) -> list[str]:
        """What the picture does not show, piece by piece."""
        return [text.strip() for text, hidden in self.pieces if hidden and text.strip()]


class Letters(BaseModel):
    """The text of a file with everything in it; `why` some of it may be missing, None when nothing is."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    why: Unsearched | None = None


class CoveredDocument(BaseModel):
    """Beside the bytes of a covered document.

    Args:
        pictures: the pages that are pictures now, from 1.
        removed: the letters under the covers.
        failed: it cannot be covered for certain.
    """

    model_config = ConfigDict(frozen=True)

    pictures: Annotated[list[int], Field(max_length=MOST_PAGES)] = []
    removed: list[str] = []
    failed: bool = False
