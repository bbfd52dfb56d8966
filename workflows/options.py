"""Named sets of timeouts and retries; every activity call uses one of them.

The numbers decide how long a crash is felt: an in-flight task waits its own timeout before anybody else may take it
(docs/decisions/0001; measured: 35 s with defaults, 11 s with these).
"""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

CASE_QUEUE = "case"
CONNECTOR_QUEUE = "connector"
LETTER_QUEUE = "letter"
MAIL_QUEUE = "mail"
NOTICE_QUEUE = "notice"

# Case and worker defaults, given where a workflow is started.
TASK_TIMEOUT = timedelta(seconds=5)

# A small transaction on our own database. Retried for ever: while the database is down the case waits, and nothing is lost.
EVENTS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=5),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        backoff_coefficient=2,
        maximum_interval=timedelta(seconds=10),
    ),
}

# Rendering and one SMTP conversation. 12 attempts with back-off to 10 minutes are about an hour; then a person is asked.
# Given up on when it stops beating for 10 s: a worker that dies with a letter in hand delays a code by that and not by 60.
LETTERS: dict[str, Any] = {
    "task_queue": LETTER_QUEUE,
    "start_to_close_timeout": timedelta(seconds=60),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=10),
        maximum_attempts=12,
    ),
}

# Searching the controller's systems: hours if need be, given up on when it stops beating for 10 s. The activity itself counts
# the attempts per system and answers "failed" when they are used up.
CONNECTORS: dict[str, Any] = {
    "task_queue": CONNECTOR_QUEUE,
    "start_to_close_timeout": timedelta(hours=12),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=1),
    ),
}

# A look that nothing waits for: two minutes, twice; then the page says that nobody could look.
LOOKS: dict[str, Any] = {
    **CONNECTORS,
    "start_to_close_timeout": timedelta(minutes=2),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=2),
}

# Reading an imported archive: as long as it takes, begun anew when it stops beating. Six attempts in about a quarter of an hour,
# so that a scanner or a disk may come back; then a person decides.
ARCHIVES: dict[str, Any] = {
    **CONNECTORS,
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=10), backoff_coefficient=3, maximum_interval=timedelta(minutes=10), maximum_attempts=6
    ),
}

# Building and sealing a package: bounded by disk and CPU, beats while it works.
PACKAGES: dict[str, Any] = {**CONNECTORS, "start_to_close_timeout": timedelta(hours=2)}

# One look into a mailbox, up to ten minutes of waiting included. Tried again for ever, a minute apart at most: mail waits there.
MAIL: dict[str, Any] = {
    "task_queue": MAIL_QUEUE,
    "start_to_close_timeout": timedelta(minutes=30),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=1),
    ),
}

# Reading and sorting fifty mails, each with twenty seconds at most and a few questions to the DNS.
MAIL_SORTING: dict[str, Any] = {**MAIL, "start_to_close_timeout": timedelta(hours=1)}
# Calling somebody at night: a few tries within a minute, then the next person is called.
CALLS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=60),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=2), backoff_coefficient=2, maximum_attempts=3),
}

# Writing a report to an authority: bounded by setting type; what fails three times is for a person, and asked for again.
REPORTS: dict[str, Any] = {**PACKAGES, "start_to_close_timeout": timedelta(minutes=2), "retry_policy": CALLS["retry_policy"]}

# Loading a list, writing letters: minutes for a million lines; what fails three times is for a person.
LISTS: dict[str, Any] = {
    "task_queue": NOTICE_QUEUE,
    "start_to_close_timeout": timedelta(hours=2),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": CALLS["retry_policy"],
}

# Sending to the next two thousand people, slowly if that is wished. Tried again for ever: who was told is known per person.
SENDING: dict[str, Any] = {
    **LISTS,
    "start_to_close_timeout": timedelta(hours=12),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
}
