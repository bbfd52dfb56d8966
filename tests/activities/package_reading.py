"""The pages of a package as a browser would read them, and rows and files that would harm a careless one."""

import io
import zipfile
from html.parser import HTMLParser

from adapters.resources import Resources
from tests.activities.package_case import ACCOUNT, SearchedCase

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '=HYPERLINK("http://evil.example","click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{ 7*7 }} {% raw %}",
    '#read("/etc/passwd") *bold*',
    "\u202egnp.exe\u2066 \u200b",
    "</td></tr></table><h1>gone</h1>",
    'tab\tquote" \\ back\r\nline\u2028end\x00',
    "]\n[",
]
HOSTILE_FILES = {
    "../../../etc/cron.d/evil": b"* * * * * root sh",
    "CON": b"device",
    "holiday\u202egpj.exe": b"MZ",
    "logo.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.html": b"<script>alert(1)</script>",
    "inner.zip": b"",
    "name\n.pdf": b"%PDF",
    "photo.JPG": b"\xff\xd8\xff",
    "a" * 3000 + ".png": b"\x89PNG",
}


class Page(HTMLParser):
    """What a browser would make of a page: tags with their attributes, and the text of each cell."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(raw.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self.cells.append("")
            self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cells:
            self.cells[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def pages_of(members: dict[str, bytes]) -> dict[str, Page]:
    return {name: Page(raw) for name, raw in members.items() if name.endswith(".html")}


def hostile(resources: Resources) -> SearchedCase:
    case = SearchedCase(resources, name='<b>Ruth</b> #panic() "{{ 1 }}"')
    case.found("platform", "accounts", ACCOUNT)
    case.found("platform", "prompts", [(place, 42, text, "2026-11-01") for place, text in enumerate(HOSTILE)])
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("../outside.txt", "outside")
    case.found_files("uploads", "pictures", HOSTILE_FILES | {"inner.zip": inner.getvalue()})
    case.by_hand("paper", "found", {"../../up.sh": b"#!/bin/sh", "index.html": b"<script>"})
    return case
