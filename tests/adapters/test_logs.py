import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog

from adapters import logs
from domain.errors import NotAllowedNowError

CASE = UUID("6f2c3f0e-8f5e-4a51-9c0a-0c7d6cfb9d11")
PERSON = "mia.wald@imaginella.example"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_ids_enums_and_dates_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    structlog.get_logger("activities").info("package sealed", case=CASE, rows=3, state="in_review", at=at, sha256="ab" * 32)
    (line,) = written(capsys)
    assert line["event"] == "package sealed"
    assert (line["case"], line["rows"], line["state"]) == (str(CASE), 3, "in_review")
    assert line["at"] == "2026-11-24 08:00:00+00:00"
    assert line["sha256"] == "ab" * 32


@pytest.mark.parametrize(
    "value",
    [
        PERSON,
        "I want to see everything you hold about me",
        "+44 20 7946 0958",
        "+442079460958",
        ["Mia Wald"],
        {"nested": PERSON},
        {PERSON: 1},
        b"raw",
        object(),
    ],
)
def test_free_text_and_addresses_never_get_in(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    structlog.get_logger().warning("letter refused", detail=value)
    raw = capsys.readouterr().err
    assert logs.WITHHELD in raw
    assert not [word for word in ("mia", "Mia", "everything", "7946", "raw") if word in raw]


def test_one_word_under_a_telling_name_is_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    structlog.get_logger().info("opened", name="Wald", letter={"subject": "Wald"})
    assert "Wald" not in capsys.readouterr().err


def send() -> None:
    raise RuntimeError(f"no mail for {PERSON}") from ValueError(PERSON)


def test_an_exception_is_told_by_type_and_place_only(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    try:
        send()
    except RuntimeError:
        structlog.get_logger().exception("letter not sent")
    (line,) = written(capsys)
    assert line["failure"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_an_exception_is_told_by_type_and_place_only" in str(line["at"])
    assert "mia" not in str(line)


def test_the_fixed_sentence_of_a_refusal_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    structlog.get_logger().info("command refused", exc_info=NotAllowedNowError())
    (line,) = written(capsys)
    assert line["reason"] == NotAllowedNowError.sentence


def test_libraries_lose_what_they_fill_in(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    logging.getLogger("aiosmtplib").info("sending to %s", PERSON)
    logging.getLogger("aiosmtplib").error(f"rejected <{PERSON}>")  # noqa: G004 (some libraries do)
    first, second = written(capsys)
    assert first["event"] == "sending to %s"
    assert second["event"] == f"rejected <{logs.WITHHELD}>"


def test_request_lines_with_their_tokens_are_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    logging.getLogger("uvicorn.access").info('%s - "%s"', "127.0.0.1", "GET /follow/hl1_secret")
    assert capsys.readouterr().err == ""


def test_what_nobody_caught_is_told_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(terminal=False)
    sys.excepthook(RuntimeError, RuntimeError(PERSON), None)
    thread = threading.Thread(target=send)
    thread.start()
    thread.join()
    first, second = written(capsys)
    assert first["failure"] == ["builtins.RuntimeError"]
    assert second["failure"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "mia" not in str([first, second])
