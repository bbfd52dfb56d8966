"""Handing a message to a real SMTP server: taken, refused for good, or neither; never a word of the server's kept."""

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiosmtplib.email import quote_address
from aiosmtplib.protocol import COMMAND_INJECTION_REGEX

from adapters import mail
from adapters import postman as postman_module
from adapters.mail import MailNotTakenError, MailServer, deliver, mailable
from adapters.postman import CONNECTIONS, Postman
from adapters.settings import Settings
from domain.errors import LetterRefusedError, SettingsError
from tests import post_office, servers
from tests.post_office import PostOffice

RUTH = "ruth@post.imaginella.example"
MESSAGE = b"From: privacy@imaginella.example\r\nTo: ruth@post.imaginella.example\r\nSubject: x\r\n\r\nHello\r\n"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office.opened() as office:
        yield office


def settings(url: str | None, home: Path) -> Settings:
    return Settings.load(home=home, smtp_url=url)


def test_a_message_arrives_byte_for_byte(office: PostOffice, tmp_path: Path) -> None:
    deliver(settings(office.url, tmp_path), MESSAGE, "bounce@imaginella.example", RUTH)
    (kept,) = office.kept
    assert (kept.raw, kept.sender, kept.recipients) == (MESSAGE, "bounce@imaginella.example", [RUTH])


def test_without_a_mail_server_it_goes_to_the_catcher_on_this_machine(tmp_path: Path) -> None:
    server = MailServer.of(Settings.load(home=tmp_path, mail_port=8031))
    assert (server.host, server.port, server.starttls) == ("127.0.0.1", 8031, False)


def test_a_refusal_for_good_is_a_letter_refused_with_its_code_alone(office: PostOffice, tmp_path: Path) -> None:
    office.to_recipient = "550 5.1.1 <ADDRESS> unknown here"
    with pytest.raises(LetterRefusedError) as refused:
        deliver(settings(office.url, tmp_path), MESSAGE, RUTH, RUTH)
    assert refused.value.facts == {"code": 550}
    assert "ruth" not in f"{refused.value!r} {refused.value.__cause__!r}"


@pytest.mark.parametrize("answer", ["451 4.3.0 <ADDRESS> later", "421 4.3.0 busy"])
def test_a_refusal_for_now_may_be_tried_again_and_names_nobody(office: PostOffice, tmp_path: Path, answer: str) -> None:
    office.to_recipient = answer
    with pytest.raises(MailNotTakenError) as trouble:
        deliver(settings(office.url, tmp_path), MESSAGE, RUTH, RUTH)
    assert "ruth" not in f"{trouble.value!r} {trouble.value.__cause__!r}"


def test_content_that_is_refused_for_good_is_refused(office: PostOffice, tmp_path: Path) -> None:
    office.to_data = "554 5.7.1 not this"
    with pytest.raises(LetterRefusedError):
        deliver(settings(office.url, tmp_path), MESSAGE, RUTH, RUTH)
    assert office.kept == []


def test_nobody_there_may_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(MailNotTakenError):
        deliver(settings(f"smtp://127.0.0.1:{servers.free_port()}", tmp_path), MESSAGE, RUTH, RUTH)


def test_a_server_that_never_answers_is_given_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PATIENCE", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(MailNotTakenError):
            deliver(settings(f"smtp://127.0.0.1:{silent.getsockname()[1]}", tmp_path), MESSAGE, RUTH, RUTH)


def test_a_server_elsewhere_has_to_encrypt() -> None:
    def server(url: str) -> MailServer:
        return MailServer.of(Settings.load(smtp_url=url))

    away = server("smtp://habeas:pa%40ss@mail.imaginella.example")
    assert (away.starttls, away.tls, away.port, away.user, away.password) == (True, False, 587, "habeas", "pa@ss")
    implicit = server("smtps://mail.imaginella.example")
    assert (implicit.starttls, implicit.tls, implicit.port, implicit.user) == (False, True, 465, None)


def test_a_server_that_cannot_encrypt_gets_nothing(office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = MailServer("127.0.0.1", office.port, None, None, tls=False, starttls=True)
    monkeypatch.setattr(MailServer, "of", classmethod(lambda _cls, _settings: elsewhere))
    with pytest.raises(MailNotTakenError):
        deliver(settings(None, tmp_path), MESSAGE, RUTH, RUTH)
    assert office.kept == []


@pytest.mark.parametrize("url", ["http://mail.imaginella.example", "smtp://", "smtp://mail.imaginella.example:mail"])
def test_a_malformed_server_address_is_a_setting_and_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        MailServer.of(Settings.load(smtp_url=url))
    assert "imaginella" not in str(refused.value)


def test_a_mailbox_outside_ascii_needs_a_server_that_knows_them(office: PostOffice, tmp_path: Path) -> None:
    deliver(settings(office.url, tmp_path), MESSAGE, RUTH, "jörg@bücher.example")
    assert office.kept[0].recipients == ["jörg@xn--bcher-kva.example"]
    with post_office.opened(utf8=False) as plain, pytest.raises(LetterRefusedError) as refused:
        deliver(settings(plain.url, tmp_path), MESSAGE, RUTH, "jörg@bücher.example")
    assert refused.value.facts == {"reason": "address_not_ascii"}


@pytest.mark.parametrize(
    "address",
    [
        "victim@post.example,ruth@post.example",
        "victim@post.example ruth@post.example",
        "Ruth <ruth@post.example>",
        "ruth@post.example\r\nBcc: victim@post.example",
        "ruth@post.example>\nRCPT TO:<victim@post.example",
        "ruth",
        "ruth@",
        "",
    ],
)
def test_what_is_not_exactly_one_address_gets_no_letter(address: str) -> None:
    with pytest.raises(LetterRefusedError):
        mailable(address)


@pytest.mark.parametrize(
    "form", ["ru{}th@post.example", '"ru{}th"@post.example', "{}@post.example", "ru\\{}th@post.example", "ruth@po{}st.example"]
)
def test_no_character_gets_past_the_check_that_a_command_of_smtp_cannot_hold(form: str) -> None:
    for number in [*range(0x300), 0x2028, 0x2029, 0xD800, 0xFEFF]:
        with contextlib.suppress(LetterRefusedError):
            command = quote_address(mailable(form.format(chr(number)))).encode()
            assert not COMMAND_INJECTION_REGEX.search(command), hex(number)


@pytest.mark.parametrize(
    "address", ["ruth@post.example", '"ruth a"@post.example', "ruth+x@post.example", "Ruth.O'Neil@post.example"]
)
def test_one_address_stays_as_it_is(address: str) -> None:
    assert mailable(address) == address


def test_letters_share_connections_and_each_arrives_once(office: PostOffice, tmp_path: Path) -> None:
    postman = Postman(settings(office.url, tmp_path))
    with ThreadPoolExecutor(8) as threads:
        for number in range(40):
            threads.submit(postman.deliver, MESSAGE + b"%d\r\n" % number, RUTH, RUTH)
    assert sorted(kept.raw for kept in office.kept) == sorted(MESSAGE + b"%d\r\n" % number for number in range(40))
    assert office.connections <= CONNECTIONS


def test_a_refused_letter_does_not_end_the_connection_for_the_next(office: PostOffice, tmp_path: Path) -> None:
    postman = Postman(settings(office.url, tmp_path))
    office.to_recipient = "550 5.1.1 no"
    with pytest.raises(LetterRefusedError):
        postman.deliver(MESSAGE, RUTH, RUTH)
    office.to_recipient = post_office.OK
    postman.deliver(MESSAGE, RUTH, RUTH)
    assert (len(office.kept), office.connections) == (1, 1)


def test_a_connection_that_the_server_let_go_of_is_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman_module, "_CHECKED_AFTER", 0.0)
    with post_office.opened() as office:
        postman = Postman(settings(office.url, tmp_path))
        postman.deliver(MESSAGE, RUTH, RUTH)
    with post_office.opened(port=office.port) as again:
        postman.deliver(MESSAGE, RUTH, RUTH)
        assert len(again.kept) == 1


def test_a_dead_connection_in_the_middle_of_data_may_be_tried_again(tmp_path: Path) -> None:
    with post_office.opened() as office:
        postman = Postman(settings(office.url, tmp_path))
        office.to_data = "421 4.3.0 going down"
        with pytest.raises(MailNotTakenError):
            postman.deliver(MESSAGE, RUTH, RUTH)
        office.to_data = post_office.OK
        postman.deliver(MESSAGE, RUTH, RUTH)
        assert len(office.kept) == 1


def test_letters_go_no_faster_than_the_setting(office: PostOffice, tmp_path: Path) -> None:
    postman = Postman(Settings.load(home=tmp_path, smtp_url=office.url, mail_per_minute=600))
    begun = time.monotonic()
    for _ in range(6):
        postman.deliver(MESSAGE, RUTH, RUTH)
    assert time.monotonic() - begun >= 5 * 0.1  # never faster, however slow the machine is


def test_a_queue_longer_than_patience_is_left_to_the_engine(office: PostOffice, tmp_path: Path) -> None:
    postman = Postman(Settings.load(home=tmp_path, smtp_url=office.url, mail_per_minute=1))
    postman.deliver(MESSAGE, RUTH, RUTH)
    with pytest.raises(MailNotTakenError):
        postman.deliver(MESSAGE, RUTH, RUTH)
