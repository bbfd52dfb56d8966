"""What is read in or worked out without the web: a mail, a deadline, what is owed, whether a package is genuine.

Next: domain/deadline_report.py
"""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import Settings
from domain.errors import InvalidInputError


def mail_in() -> None:
    """Store the message on standard input, for instance from an alias of your mail server. Exit status 0: it is safe here."""
    from adapters.incoming.desk import MailDesk  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    now = datetime.now(UTC)
    resources = Resources.open(Settings.load())
    try:
        typer.echo(str(MailDesk(resources).hand_in(sys.stdin.buffer.read(), "command", now, now)))
    finally:
        resources.close()


def deadline(
    *,
    regime: Annotated[str, typer.Option(help="UK, EU, EU-<Member State>, or a code of other_periods.")] = "UK",
    event: Annotated[str, typer.Option(help="For instance UK-RESP-1M or BREACH-72H-SAFE.")] = "UK-RESP-1M",
    received_at: Annotated[str, typer.Option(help="ISO 8601 with an offset.")] = "",
    inputs: Annotated[str, typer.Option(help="JSON object of what happened since.")] = "{}",
    csv: Annotated[Path | None, typer.Option(help="A file of such rows; prints CSV.", exists=True, dir_okay=False)] = None,
) -> None:
    """Work a legal deadline out and print its sum."""
    from domain.deadline_report import deadline_csv, deadline_json  # noqa: PLC0415

    if csv is not None:
        with csv.open(newline="", encoding="utf-8") as rows:
            deadline_csv(rows, sys.stdout)
        return
    try:
        given = json.loads(inputs)
    except ValueError:
        raise InvalidInputError("--inputs is not JSON.", column="inputs") from None
    typer.echo(json.dumps(deadline_json(regime, event, received_at, given), indent=2))


def due_dates(
    *,
    ical: Annotated[bool, typer.Option(help="For a calendar instead of CSV.")] = False,
) -> None:
    """Print when what is owed: references and days, the nearest first."""
    from adapters.database.due_dates import DueDates  # noqa: PLC0415
    from adapters.due_feed import due_calendar, due_csv  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    resources = Resources.open(Settings.load())
    rows = DueDates(resources).rows()
    link = f"{resources.settings.public_url.rstrip('/')}/console/cases/"
    for part in due_calendar(rows, link=link, now=datetime.now(UTC)) if ical else due_csv(rows):
        sys.stdout.write(part)
    resources.close()


def verify_package(
    file: Annotated[
        Path,
        typer.Argument(help="The zip as it was delivered, or an erasure's certificate.json.", exists=True, dir_okay=False),
    ],
    *,
    key: Annotated[
        list[Path] | None, typer.Option(help="PEM or habeas-keys.json of a signer you know.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Check a package or a certificate offline: exit status 0 intact and signer known, 3 intact and signer unknown, 1 broken."""
    from adapters.certificate_check import check_certificate  # noqa: PLC0415
    from adapters.package_check import check_package  # noqa: PLC0415
    from adapters.signing import Signer, key_id, public_keys  # noqa: PLC0415

    pems = [pem for path in key or () for pem in public_keys(path.read_bytes())]
    own = Settings.read().signing_key
    if own.is_file() and os.access(own, os.R_OK):
        pems.append(Signer.open(own).public_pem)
    check = check_certificate if file.suffix == ".json" else check_package
    found = check(file, {key_id(pem): pem for pem in pems})
    for name in ("reference", "created", "kid"):
        if name in found.manifest:
            typer.echo(f"{name}: {found.manifest[name]}")
    for problem in found.problems:
        typer.echo(problem)
    typer.echo(found.status.replace("_", " "))
    raise typer.Exit({"intact": 0, "intact_unknown_signer": 3}.get(found.status, 1))
