"""The pages of the package: readable offline, without script, by anybody (Article 12(1)).

The first page says in about ten lines per system what is held; each collection has pages of its own with its first rows.
Whatever stands in the data is shown letter by letter: autoescaped, under a policy that lets nothing load or run.
Next: activities/typesetting.py
"""

import base64
import functools
import hashlib
import itertools
import textwrap
from collections.abc import Collection as Group
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from activities.package_cells import cell, count, digits, visible
from activities.package_data import Written, WrittenFile, first_rows
from activities.package_facts import Facts
from activities.package_language import current, say
from activities.package_sources import Source
from activities.package_view import View, page_path
from domain.datamap import Collection

TEMPLATES = Path(__file__).parent / "package_templates"
ROWS_PER_PAGE = 500
ROWS_SHOWN = 2000  # a browser stays quick, a heavy person's package is not mostly HTML; the rest is in CSV and JSON
FILES_SHOWN = 1000
LONGEST_CELL = 2000  # letters
MOST_SORTED = 4_000_000  # bytes of rows that are put in the order of their time
_FILE_COLUMNS = {  # what a folder tells of a file, for which a data map has no words
    "path": "File",
    "bytes": "Size in bytes",
    "modified_at": "Last changed",
    "added_at": "Added",
    "member": "In this copy",
}
_WIDTH = 110  # letters of a line of a text file
# What README.txt says of each member.
_MEMBERS: Final = {
    "index.html": "Everything to read, in order; it leads to all the rest.",
    "letter.pdf": "Our answer, with everything that the law wants us to tell you.",
    "pages/": "One page or more for each collection, to read in a browser.",
    "data/": "A folder for each system: tables (.csv), the same for programs (.json), what columns hold (.schema.json).",
    "data/.../files/": "The files themselves, beside the records that are about them.",
    "files.csv": "A list of all files: where each is (path), its own name (name), its size (bytes) and its checksum (sha256).",
    "withheld.csv": "What we left out: of what (category), how many (count), whole or in part (withheld), and why (ground).",
    "datapackage.json": "For another service that takes your data over: the tables, their columns and the keys that join them.",
    "manifest.json": "A list of every file with its size and its checksum.",
    "manifest.sig": "Our signature of that list.",
    "key.pem": "The key with which the signature can be checked.",
}
VERIFY = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig"


class _Page(NamedTuple):
    path: str
    current: bool


class _ShownFile(NamedTuple):
    path: str
    name: str
    bytes: int


@functools.cache
def _environment() -> Environment:
    # Templates do not change while a worker runs; to ask the disk at every page costs as much as a small page.
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The only style a page may have is this one, by its hash; it is our own file, so it is not escaped.
    environment.globals.update(style=Markup(style), style_hash=f"sha256-{digest}", openssl=VERIFY, digits=digits)  # noqa: S704
    environment.filters["wrapped"] = _wrapped
    # What Jinja's extension for languages adds to an environment: each sentence is looked up as the page is made.
    cast("Any", environment).install_gettext_callables(say, _one_of, newstyle=True)
    return environment


def _one_of(one: str, many: str, number: int) -> str:
    return say(one if number == 1 else many)


def _wrapped(text: str, indent: str = "") -> str:
    """A text in lines that fit a window, for a file without any layout."""
    lines = textwrap.wrap(text, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return "\n".join(indent + line for line in lines)


def render(template: str, **values: Any) -> str:  # noqa: ANN401 (each template has its own)
    """Fill one template of the package; a name it lacks is an error, never an empty place."""
    return _environment().get_template(template).render(language=current(), **values)


def readme(view: View, kid: str, keys_url: str, lacks: Group[str]) -> str:
    """What to do with the package and what each file is, for somebody who opens a text file first.

    Args:
        view: of the answer.
        kid: number of the key that signs the package.
        keys_url: where that key is published.
        lacks: members of `README.txt`'s list that this package does not have.
    """
    members = [(name, say(what)) for name, what in _MEMBERS.items() if name not in lacks]
    return render("README.txt", reference=view.reference, kid=kid, keys_url=keys_url, members=members)


def first_page(view: View, files: Sequence[WrittenFile], kid: str) -> str:
    """index.html."""
    shown = [_ShownFile(file.member.path, visible(file.name), file.member.bytes) for file in files[:FILES_SHOWN]]
    many = count(len(files), "file")
    if len(files) > len(shown):
        many = say("%(shown)s of %(files)s", shown=digits(len(shown)), files=many)
    return render("index.html", view=view, files=shown, shown_files=many, kid=kid)


def _called(collection: Collection, field: str) -> str:
    """What a person calls a column; the name of one that the data map does not know is the source's."""
    part = collection.fields.get(field)
    if part is not None and (part.title or field not in _FILE_COLUMNS):
        return part.called(field)
    return say(_FILE_COLUMNS[field]) if field in _FILE_COLUMNS else field


def _in_time(source: Source, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The oldest first, where the data map says when a row was made and all of them fit a page's memory."""
    made_at = source.collection.created_at_field
    if made_at is None or source.found.rows > ROWS_SHOWN or source.found.size > MOST_SORTED:
        return rows
    return iter(sorted(rows, key=lambda row: str(row.get(made_at) or "")))


def collection_pages(view: View, written: Written, facts: Facts, left_out: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pages of one collection, path and content; one page of rows in memory at a time.

    Args:
        view: for the head and the foot.
        written: which rows.
        facts: about this collection.
        left_out: what of it is not in the copy, and why.
    """
    source = written.source
    shown = min(written.records, ROWS_SHOWN)
    rows = _in_time(source, first_rows(written, shown))
    last = -(-shown // ROWS_PER_PAGE)
    paths = [page_path(source.system, source.collection, number) for number in range(1, last + 1)]
    for number, path in enumerate(paths, start=1):
        batch = list(itertools.islice(rows, ROWS_PER_PAGE))
        heads = list(dict.fromkeys(name for row in batch for name in row))
        yield (
            path,
            render(
                "collection.html",
                view=view,
                system=source.system,
                collection=source.collection,
                facts=facts,
                stem=written.folder,
                left_out=left_out,
                from_snapshot=source.found.from_snapshot,
                total=written.records,
                shown=shown,
                first=(number - 1) * ROWS_PER_PAGE + 1,
                heads=[visible(_called(source.collection, head)) for head in heads],
                at_files=heads.index("member") if source.found.has_files and "member" in heads else -1,
                rows=[[cell(row.get(head), LONGEST_CELL) for head in heads] for row in batch],
                number=number,
                pages=[_Page(other.removeprefix("pages/"), other == path) for other in paths],
                explained=[
                    (part.called(name), part.description) for name, part in source.collection.fields.items() if part.description
                ],
            ),
        )
