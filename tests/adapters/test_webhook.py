"""The webhook goes to the one address of the settings: no private address in production, no redirects, success or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.settings import Settings
from adapters.webhook import WebhookNotTakenError, post_webhook
from domain.errors import SettingsError
from tests.webhook import Heard, listening


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as one:
        yield one


def settings(tmp_path: Path, environment: str = "development") -> Settings:
    return Settings.read(home=tmp_path, environment=environment)


def test_it_is_handed_over(tmp_path: Path, heard: Heard) -> None:
    post_webhook(settings(tmp_path), heard.url, {"reference": "HAB-B6T2M8QX", "number": 1})
    assert heard.got == [{"reference": "HAB-B6T2M8QX", "number": 1, "path": "/call?team=1"}]


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_anything_but_success_was_not_taken_and_nothing_is_followed(tmp_path: Path, heard: Heard, answer: int) -> None:
    heard.answer = answer
    with pytest.raises(WebhookNotTakenError):
        post_webhook(settings(tmp_path), heard.url, {"number": 1})
    assert len(heard.got) == 1


def test_nobody_there_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(WebhookNotTakenError):
        post_webhook(settings(tmp_path), "http://127.0.0.1:9/", {"number": 1})


@pytest.mark.parametrize(
    "private",
    ["http://127.0.0.1:9/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/", "http://2130706433/", "http://10.0.0.1/"],
)
def test_in_production_no_private_address_is_called(tmp_path: Path, private: str) -> None:
    with pytest.raises(SettingsError):
        post_webhook(settings(tmp_path, "production"), private, {"number": 1})


@pytest.mark.parametrize("wrong", ["ftp://example.com/", "example.com", "https:///path"])
def test_an_address_that_is_none_is_a_setting_to_mend(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError):
        post_webhook(settings(tmp_path), wrong, {"number": 1})
