"""Writes docs/security/asvs.md, where Habeas stands against OWASP ASVS 5.0, from one line per requirement.

`python -m tests.asvs > docs/security/asvs.md`. Next: tests/architecture/test_security_pages.py
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

DATA: Final = Path(__file__).parent / "data" / "asvs.tsv"
VERDICTS: Final = ("met", "not met", "does not apply")
DEVIATIONS: Final = {
    "6.3.6": "A mailbox is a factor for data subjects, since most have no other tie to the controller. Codes and links live "
    "briefly and count once; a doubt on record asks for more than the mailbox; each other contact that is held is told "
    "and can hold the release.",
    "13.3.3": "Keys are opened in the process and not in an isolated module. The root ring is a file of its own, apart from data "
    "and key store; opened keys are forgotten after five minutes; the payloads of the engine are sealed.",
    "11.7.1": "Memory is not encrypted by Habeas; that is for the machine to do. Core files of children are off and no claim is "
    "made that memory is wiped.",
    "6.3.3": "Level 3 of it is met where `HABEAS_PASSKEYS` is `required`; the default offers passkeys and keeps password and six "
    "digits beside them, which is level 2. Keys that a provider copies between devices count too. At single sign-on it is the "
    "provider's to demand (`HABEAS_OIDC_ACR`). Decisions take a second person and a fresh sign-in.",
}
_CHAPTERS: Final = (
    "Encoding", "Validation and business logic", "Web front end", "API and web service", "Files", "Authentication", "Sessions",
    "Authorization", "Self-contained tokens", "OAuth and OpenID Connect", "Cryptography", "Communication", "Configuration",
    "Data protection", "Coding and architecture", "Logging and errors", "WebRTC",
)  # fmt: skip


class Line(NamedTuple):
    """One requirement: what it asks in our words, how Habeas stands, and what shows it."""

    id: str
    level: str
    asks: str
    verdict: str
    shown: str


def lines() -> list[Line]:
    """All of them, in the order of the standard."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return [Line(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def page() -> str:
    """The page."""
    known = lines()
    counts = Counter((line.level, line.verdict) for line in known)
    table = [f"| {level} | " + " | ".join(str(counts[level, verdict]) for verdict in VERDICTS) + " |" for level in "123"]
    met = ", ".join(line.id for line in known if line.level == "3" and line.verdict == "met")
    deviations = [f"{number}. **{name}** {told}" for number, (name, told) in enumerate(DEVIATIONS.items(), 1)]
    missing = [f"- **{line.id}** (level {line.level}) {line.asks}: {line.shown}" for line in _missing(known)]
    return "\n".join(
        [*_HEAD, *table, "", _THIRD.format(met=met), "", *_DEVIATIONS, *deviations, "", *_NOT_MET, *missing, *_rows(known), ""]
    )


_HEAD: Final = (
    "# Where Habeas stands against ASVS 5.0",
    "",
    "Every requirement of levels 1 and 2 of OWASP's Application Security Verification Standard 5.0.0, and those of level 3 that",
    "matter most where somebody's copy leaves the house. Judged from inside, by reading the code: it is no certificate.",
    "Written by `make asvs-table` from `tests/data/asvs.tsv`; the build fails when a test or setting that is named here is gone.",
    "",
    "| level | met | not met | does not apply |",
    "|---|---|---|---|",
)
_THIRD: Final = "Chapter V17 counts as one line, at level 2. Met of level 3: {met}."
_DEVIATIONS: Final = ("## Deviations", "")
_NOT_MET: Final = ("## What is not met", "")


def _missing(known: list[Line]) -> list[Line]:
    return [line for line in known if line.verdict == "not met" and not line.shown.startswith("Deviation")]


def _rows(known: list[Line]) -> list[str]:
    written: list[str] = []
    chapter = ""
    for line in known:
        if (number := line.id.partition(".")[0]) != chapter:
            chapter = number
            head = "| | level | asks for | | shown by |"
            written += ["", f"## V{number} {_CHAPTERS[int(number) - 1]}", "", head, "|---|---|---|---|---|"]
        shown = re.sub(r"(Deviation \d)", r"\1, above", line.shown)
        written.append(f"| {line.id} | {line.level} | {line.asks} | {line.verdict} | {shown} |")
    return written


if __name__ == "__main__":
    sys.stdout.write(page())
