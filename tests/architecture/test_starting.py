"""What the processes of a running Habeas do not load when they start: each would cost memory that most never need."""

import subprocess
import sys

import pytest

# Type-setting, holidays, images, PDF, single sign-on, mail that comes in, HTML, databases that nobody may have, tracebacks in
# colour: 1 to 80 MB each. The function that needs one loads it.
DEAR = (
    "PIL",
    "authlib",
    "dkim",
    "dns",
    "holidays",
    "imap_tools",
    "mailparser_reply",
    "nh3",
    "pikepdf",
    "psycopg",
    "puremagic",
    "pygments",
    "pypdfium2",
    "rich",
    "typst",
)


@pytest.mark.parametrize("started", ["worker", "uvicorn, adapters.logs, api.app", "adapters.mail_catcher"])
def test_a_process_starts_without_what_a_start_does_not_need(started: str) -> None:
    command = f"import sys, {started}; print(*(name for name in {list(DEAR)} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_the_mail_catcher_starts_without_settings_and_database() -> None:
    command = "import sys, adapters.mail_catcher; print(*(name for name in ('pydantic', 'sqlalchemy') if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_what_a_worker_has_loaded_is_in_no_round_of_the_garbage_collector() -> None:
    command = "import gc, worker; worker.keep_for_good(); print(gc.get_freeze_count(), len(gc.get_objects()))"
    printed = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    kept, looked_through = (int(each) for each in printed)
    assert kept > 50 * looked_through
