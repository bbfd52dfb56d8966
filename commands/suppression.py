"""`habeas suppression`: lists of keyed hashes: objections, erased people, blocks.

Next: adapters/suppression.py
"""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from adapters.settings import Settings

app = typer.Typer(help="Lists of keyed hashes: objections, erased people, blocks.", no_args_is_help=True)


@app.command("check")
def suppression_check(email: Annotated[str, typer.Argument(help="The address to look for; the look is noted.")]) -> None:
    """Say on which suppression lists an address stands: marketing, restored, abuse. Noted under who asks, and limited."""
    from adapters.database.tables import AccessLog  # noqa: PLC0415
    from adapters.rates import HOST_CHECKS, one_too_many  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415
    from adapters.suppression import LISTS, lists_of  # noqa: PLC0415

    resources, now = Resources.open(Settings.load()), datetime.now(UTC)
    actor = f"host:{getpass.getuser()}"
    try:
        key = resources.vault.code_mac("habeas/1/rate", "suppression", actor).hex()
        with resources.database.write() as session:
            many = one_too_many(session, key, HOST_CHECKS, now)
            found = {} if many else lists_of(session, resources.vault, "email", email, today=now.date())
            session.add(AccessLog(at=now, actor=actor, action="suppression-check"))
    finally:
        resources.close()
    if many:
        typer.echo("That is often enough for an hour: a list of addresses is not to be tried out here.", err=True)
        raise typer.Exit(1)
    for name in LISTS:
        typer.echo(f"{name}: {'yes' if name in found else 'no'}")
