"""Logs for operators: what happened, to which case id, never to whom.

JSON lines, or readable ones on a terminal. Free text and e-mail addresses cannot get in: a value that is not shaped like an
id, an enum, a number or a date is withheld, and an exception is told by its types and places, since its message may quote data.

Next: adapters/log_shipping.py
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import date
from enum import Enum
from types import TracebackType
from typing import Any
from uuid import UUID

# structlog loads a library for coloured tracebacks wherever one is installed: 4 MB in each process, and none of them shows any.
# So whoever starts a process imports this file first.
_rich_loaded = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402
from structlog.typing import Processor  # noqa: E402

del sys.modules["rich"]
if _rich_loaded is not None:
    sys.modules["rich"] = _rich_loaded

from domain.errors import DomainError  # noqa: E402

WITHHELD = "[withheld]"
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
# Ids, enums, class names, times, hashes, versions, host:port, paths of ours. 128 is a SHA-512 in hex; a sentence has blanks.
_NAME = re.compile(r"[A-Za-z0-9_.:/\-\[\]]{0,128}")
# One word under these names may still be somebody's.
_TELLING = frozenset({"name", "email", "phone", "address", "subject", "message", "text", "note", "value", "query", "body"})
_EVENT_LIMIT = 300  # characters; a message of a library that is longer is a dump of something
_FRAMES = 12  # innermost; the outer ones are the server's own

Event = MutableMapping[str, Any]


def configure(level: str = "INFO", *, terminal: bool | None = None, ship_to: str | None = None) -> None:
    """Send this process's logs, those of its libraries included, to standard error.

    Args:
        level: the least severe one that is written.
        terminal: readable lines instead of JSON; None asks whether standard error is a terminal.
        ship_to: a collector that gets the same lines as JSON (`adapters/log_shipping.py`).

    Raises:
        SettingsError: that is no collector.
    """
    readable = sys.stderr.isatty() if terminal is None else terminal
    renderer = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(sort_keys=True)
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    handlers[0].setFormatter(_formatter(shared, renderer))
    if ship_to:
        from adapters.log_shipping import Collector, Shipping  # noqa: PLC0415 (TLS is loaded where lines go out)

        handlers.append(Shipping(Collector.of(ship_to)))
        handlers[1].setFormatter(_formatter(shared, structlog.processors.JSONRenderer(sort_keys=True)))
    root = logging.getLogger()
    root.handlers = handlers
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # paths carry tokens; the web application logs routes instead
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _formatter(shared: list[Processor], renderer: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_unformatted, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer],
    )


def _uncaught(kind: type[BaseException], failure: BaseException | None, trace: TracebackType | None) -> None:
    # Python's own way of telling it would print the message, and with it whatever the message quotes.
    structlog.get_logger("habeas").critical("ended by a failure", exc_info=(kind, failure, trace))


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Withhold what may be about a person, whoever logged it."""
    failure = event.pop("exc_info", None)
    cleaned = {name: _clean(value, name) for name, value in event.items() if name != "event"}
    cleaned["event"] = _ADDRESS.sub(WITHHELD, str(event.get("event", "")))[:_EVENT_LIMIT]
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, BaseException):
        failure = (type(failure), failure, failure.__traceback__)
    if isinstance(failure, tuple) and failure[1] is not None:
        cleaned["failure"] = _types(failure[1])
        cleaned["at"] = _places(failure[2])
        if isinstance(failure[1], DomainError):  # a fixed sentence and facts without personal data, by contract
            cleaned["reason"] = failure[1].message
    return cleaned


def _unformatted(_logger: object, _method: str, event: Event) -> Event:
    """Keep a library's message and drop what it would fill in: only the pattern is known to be harmless."""
    record = event["_record"]
    event["event"] = str(record.msg)
    event.pop("positional_args", None)
    event.pop("stack_info", None)
    return event


def _clean(value: object, name: str = "") -> object:
    match value:
        case _ if name.lower() in _TELLING:
            return WITHHELD
        case Mapping():
            return {str(_clean(str(key))): _clean(inner, str(key)) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(inner) for inner in value]
        case _:
            return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case UUID() | date():
            return str(value)
        case Enum():
            return _scalar(value.value)
        case str() if _NAME.fullmatch(value):
            return value
        case _:
            return WITHHELD


def _types(failure: BaseException | None) -> list[str]:
    """Name the classes of a failure and its causes, outermost first."""
    names: list[str] = []
    while failure is not None and len(names) < _FRAMES:
        names.append(f"{type(failure).__module__}.{type(failure).__qualname__}")
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    return names


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in frames]
