"""Reads the data map's text strictly: plain YAML data and the line on which each part stands.

Serves the rule "a malformed data map stops the start with the line that is wrong" (design principle 9) and abuse test 23
of the security specification. Refused here, whatever the keys mean: anchors and aliases (an alias bomb), tags (`!!python/...`),
duplicate keys, several documents, text over 1 MiB, nesting over 20, bidirectional controls, and secrets in clear.

Next: domain/datamap_parts.py
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from yaml.events import Event, MappingStartEvent, ScalarEvent, SequenceStartEvent

Path = tuple[str | int, ...]
Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | date | None
Severity = Literal["error", "warning", "note"]

MAX_BYTES = 1024 * 1024  # the demo's map, which describes a whole company, is a thirtieth of it
MAX_DEPTH = 20  # a map needs eight levels; a hostile file of brackets needs thousands
MAX_PARTS = 100_000  # values in one file; bounds the work of a check

_TRUE = {"true", "True", "yes"}
_FALSE = {"false", "False", "no"}  # not `NO`: that is Norway
_NULL = {"", "~", "null"}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SECRETS = (
    re.compile(r"://[^/\s:@]*:(?!\$\{[A-Z][A-Z0-9_]*\}@)[^@/\s]+@"),  # user:password@ that is not ${NAME}
    re.compile(r"(?i)(password|passwd|pwd|secret|token|api_?key)\s*=\s*(?!\$\{)[^\s&;]+"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\b(sk|rk)_(live|test)_[0-9A-Za-z]{8,}"),
)
_SECRET_KEYS = re.compile(r"(?i)\A(password|passwd|secret|token|api_?key|private_key|credentials?)\Z")


@dataclass(frozen=True)
class Finding:
    """One thing in a data map that is wrong (`error`: it cannot be used), doubtful (`warning`) or could be better (`note`).

    Args:
        line: counted from 1.
        path: where in the map, with the names that stand there: `systems.platform.collections.accounts.retention`.
        severity: `error`, `warning` or `note`.
        sentence: what is wrong and what to write instead; never repeats a secret.
    """

    line: int
    path: str
    severity: Severity
    sentence: str


@dataclass
class Document:
    """The plain data of a data map, the line of each part of it, and what was refused on the way."""

    data: Plain = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a part, or of the nearest part around it when it is missing."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, path: Path) -> Plain:
        """The value at a path; None when there is nothing."""
        here = self.data
        for step in path:
            here = _inside(here, step)
        return here

    def label(self, path: Path) -> str:
        """The path as a person reads it: list entries by their id or name."""
        labels: list[str] = []
        here: Plain = self.data
        for step in path:
            here = _inside(here, step)
            name = here.get("id", here.get("name")) if isinstance(here, dict) and isinstance(step, int) else None
            labels.append(name if isinstance(name, str) else str(step))
        return ".".join(labels) or "(whole file)"

    def add(self, path: Path, sentence: str, severity: Severity = "error") -> None:
        """Record a finding at a part of the map."""
        self.findings.append(Finding(self.line(path), self.label(path), severity, sentence))


class _RefusedError(Exception):
    """The text cannot be read any further."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        super().__init__(sentence)


_TOO_DEEP = "The file is nested too deeply or has too many values."


def read(text: str) -> Document:
    """Read a data map's text. Never raises: what is refused is in `findings`, and then `data` may be None."""
    document = Document()
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        document.findings.append(Finding(1, "(whole file)", "error", "The file is larger than 1 MiB."))
        return document
    for number, line in enumerate(text.splitlines(), start=1):
        if _BIDI.search(line):
            sentence = "This line holds a bidirectional control character: what you see is not what is read."
            document.findings.append(Finding(number, "(text)", "error", sentence))
    try:
        _Builder(document).build(text)
    except _RefusedError as refused:
        document.findings.append(Finding(refused.line, "(text)", "error", str(refused)))
        document.data = None
    else:
        _find_secrets(document)
    return document


class _Builder:
    """Turns YAML events into plain data; builds no objects, so no tag can mean anything."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._events: Iterator[Event] = iter(())

    def build(self, text: str) -> None:
        import yaml  # noqa: PLC0415 - the domain stays importable without it on a workflow's path

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self._events = (event for event in yaml.parse(text, loader) if not isinstance(event, yaml.StreamStartEvent))
            start = next(self._events)
            if isinstance(start, yaml.StreamEndEvent):
                raise _RefusedError(1, "The file is empty.")
            self._document.data = self._value(next(self._events), ())
            next(self._events)  # end of the document
            after = next(self._events)
            if not isinstance(after, yaml.StreamEndEvent):
                raise _RefusedError(_line(after), "A data map is one document; a second one starts here.")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "nesting depth" in (error.problem or ""):  # newer parsers have a limit of their own
                raise _RefusedError(mark.line + 1 if mark else 1, _TOO_DEEP) from error
            raise _RefusedError(mark.line + 1 if mark else 1, f"This is not YAML: {error.problem}.") from error
        except yaml.YAMLError as error:  # a character YAML does not allow; it knows only the position
            line = text.count("\n", 0, getattr(error, "position", 0)) + 1
            raise _RefusedError(line, "This is not YAML: a character is not allowed here.") from error

    def _value(self, event: "Event", path: Path) -> Plain:
        import yaml  # noqa: PLC0415 - see build

        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(line, "Anchors and aliases are not allowed; write the value out.")
        if getattr(event, "tag", None):
            raise _RefusedError(line, "Tags are not allowed; a data map is plain text, numbers, lists and keys.")
        if len(path) > MAX_DEPTH or len(self._document.lines) > MAX_PARTS:
            raise _RefusedError(line, _TOO_DEEP)
        self._document.lines.setdefault(path, line)  # a key's own line was set by the mapping around it
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, path)
        assert isinstance(event, yaml.MappingStartEvent)
        return self._mapping(event, path)

    def _sequence(self, _start: "SequenceStartEvent", path: Path) -> Plain:
        import yaml  # noqa: PLC0415 - see build

        items: list[Plain] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, _start: "MappingStartEvent", path: Path) -> Plain:
        import yaml  # noqa: PLC0415 - see build

        pairs: dict[str, Plain] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise _RefusedError(line, "A key has to be plain text.")
            if event.value in pairs:
                raise _RefusedError(line, f"The key `{event.value[:60]}` stands here twice.")
            key_path = (*path, event.value)
            self._document.lines[key_path] = line
            pairs[event.value] = self._value(next(self._events), key_path)
        return pairs


def _line(event: "Event") -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _scalar(event: "ScalarEvent") -> Plain:
    """A plain scalar becomes a number, date, yes/no or nothing only in the one obvious spelling; all else is text."""
    text: str = event.value
    value: Plain = text
    if event.style:  # quoted, or a block of text
        return text
    if text in _NULL:
        value = None
    elif text in _TRUE or text in _FALSE:
        value = text in _TRUE
    elif _INTEGER.match(text):
        value = int(text)
    elif _DECIMAL.match(text):
        value = float(text)
    elif _DATE.match(text):
        try:
            value = date.fromisoformat(text)
        except ValueError as error:
            raise _RefusedError(_line(event), f"There is no day {text}.") from error
    return value


def _inside(here: Plain, step: str | int) -> Plain:
    if isinstance(here, dict) and isinstance(step, str):
        return here.get(step)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _find_secrets(document: Document) -> None:
    for path in list(document.lines):
        value = document.at(path)
        key = path[-1] if path else None
        # a column may be called token: then its name stands here, and no token
        named = isinstance(key, str) and _SECRET_KEYS.match(key) and "identities" not in path and "${" not in str(value)
        if isinstance(value, str) and (named or any(pattern.search(value) for pattern in _SECRETS)):
            document.add(path, "A secret stands here in clear. Name an environment variable instead: ${NAME}.")
