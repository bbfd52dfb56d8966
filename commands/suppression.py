"""`habeas suppression`: lists of keyed hashes: objections, erased people, blocks.

Next: adapters/suppression.py
"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from adapters.settings import Settings

app = typer.Typer(help="Lists of keyed hashes: objections, erased people, blocks.", no_args_is_help=True)


@app.command("check")
def suppression_check(email: Annotated[str, typer.Argument(help="The address to look for; the look is noted.")]) -> None:
    """Say on which suppression lists an address stands: marketing, restored, abuse."""
    from adapters.database.tables import AccessLog  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415
    from adapters.suppression import LISTS, lists_of  # noqa: PLC0415

    resources, now = Resources.open(Settings.load()), datetime.now(UTC)
    with resources.database.write() as session:
        found = lists_of(session, resources.vault, "email", email, today=now.date())
        session.add(AccessLog(at=now, actor="system", action="suppression-check"))
    for name in LISTS:
        typer.echo(f"{name}: {'yes' if name in found else 'no'}")
