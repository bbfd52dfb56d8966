import mailbox
import signal
import smtplib
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters import processes
from tests import servers


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    port = servers.free_port()
    command = [sys.executable, "-m", "adapters.mail_catcher", str(port), str(tmp_path / "mail"), "INFO"]
    process = processes.spawn(command, log=tmp_path / "catcher.log")
    servers.wait_until(lambda: servers.listens(port), "the mail catcher listens")
    yield port, tmp_path
    assert processes.end(process, sign=signal.SIGTERM) == 0


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "privacy@imaginella.example"
    message["To"] = "jörg@imaginella.example"
    message["Subject"] = "Prüfung"
    message["Message-ID"] = "<one@imaginella.example>"
    message.set_content("Grüße\n.\nFrom here on\n")
    return message


def kept(home: Path) -> list[mailbox.MaildirMessage]:
    return list(mailbox.Maildir(home / "mail", create=False))


def test_an_accepted_letter_is_in_the_maildir_with_its_envelope(catcher: tuple[int, Path]) -> None:
    port, home = catcher
    with smtplib.SMTP("127.0.0.1", port) as connection:
        connection.send_message(letter(), to_addrs=["jörg@imaginella.example", "second@imaginella.example"])
    (message,) = kept(home)
    assert message["Message-ID"] == "<one@imaginella.example>"
    assert "second@imaginella.example" in str(message["X-Envelope-To"])
    assert message.get_payload(decode=True) == "Grüße\n.\nFrom here on\n".encode()
    assert (home / "mail").stat().st_mode & 0o077 == 0


def test_a_message_that_cannot_be_written_is_asked_for_again(catcher: tuple[int, Path]) -> None:
    port, home = catcher
    (home / "mail" / "tmp").rmdir()
    with smtplib.SMTP("127.0.0.1", port) as connection, pytest.raises(smtplib.SMTPDataError) as refused:
        connection.send_message(letter(), to_addrs=["second@imaginella.example"])
    assert refused.value.smtp_code == 451
    assert kept(home) == []
    assert "imaginella" not in (home / "catcher.log").read_text()


def test_it_listens_on_this_machine_only(catcher: tuple[int, Path]) -> None:
    port, _ = catcher
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {fields[1] for fields in listening if fields[3] == "0A" and fields[1].endswith(f":{port:04X}")}
    assert addresses == {f"0100007F:{port:04X}"}
