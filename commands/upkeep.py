"""What operators do to the whole installation: tables, backup, restore, and the sheet for the day it is off.

Next: adapters/backup.py
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import Settings


def migrate() -> None:
    """Bring the database to the tables this release expects."""
    from adapters.database import migrate as migrations  # noqa: PLC0415
    from adapters.preparation import bring_up_to_date  # noqa: PLC0415

    settings = Settings.load()
    bring_up_to_date(settings.database_url)
    typer.echo(f"database at {migrations.present(settings.database_url)}")


def reconcile() -> None:
    """Carry on every open case whose workflow is gone, from its recorded events: after a restore of either database."""
    from adapters.resources import Resources  # noqa: PLC0415
    from adapters.temporal import connect  # noqa: PLC0415
    from api.cases import Cases  # noqa: PLC0415

    resources = Resources.open(Settings.load())

    async def carry_on() -> tuple[int, int]:
        cases = Cases(await connect(resources.settings, resources.vault), resources)
        return len(await cases.sweep()), len(await cases.reconcile())

    started, carried_on = asyncio.run(carry_on())
    resources.close()
    typer.echo(f"{started} receipts started, {carried_on} open cases carried on")


def backup(
    to: Annotated[Path, typer.Argument(help="Folder of backups of the data.", file_okay=False)],
    *,
    keys_to: Annotated[
        Path, typer.Option(help="Folder of backups of the keys, elsewhere; 30 days at most are kept.", file_okay=False)
    ],
) -> None:
    """Copy the data and, apart from it, the keys, while Habeas runs. Nothing opens without the key ring, which is in neither."""
    from adapters.backup import back_up  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    resources = Resources.open(Settings.load())
    try:
        done = back_up(resources, to, keys_to, datetime.now(UTC))
    finally:
        resources.close()
    typer.echo(f"data: {done.data}, {done.files} sealed files")
    typer.echo(f"keys: {done.keys}; {done.expired} older than 30 days deleted")


def restore(
    data: Annotated[Path, typer.Argument(help="One backup of the data.", exists=True, file_okay=False)],
    *,
    keys: Annotated[Path, typer.Option(help="One backup of the keys, made with it or later.", exists=True, file_okay=False)],
    ledger: Annotated[
        list[Path] | None, typer.Option(help="A further ledger.json, of a newer backup of keys.", exists=True, dir_okay=False)
    ] = None,
    replace: Annotated[bool, typer.Option(help="Although there is an installation in this place.")] = False,
) -> None:
    """Put a backup back. What was destroyed since stays destroyed; without knowing what that is, nothing starts."""
    from adapters.restore import restore as put_back  # noqa: PLC0415
    from adapters.supervisor import Supervisor, tell  # noqa: PLC0415

    settings = Settings.read()
    settings.make_home()
    Supervisor(settings.home, tell).claim()  # refuses while Habeas runs here
    done = put_back(settings, data, keys, ledger or (), replace=replace)
    typer.echo(f"restored as of {done.made}; what was destroyed is known until {done.known_until}")
    typer.echo(f"destroyed again: {done.keys} keys, {done.emptied} cases, mails and files; put back on lists: {done.listed}")
    typer.echo("Start Habeas, then run `habeas reconcile`. Sweeps of retention find by themselves what else is over.")


def incident_pack(
    file: Annotated[Path | None, typer.Argument(help="Where to; without it the pack is printed.")] = None,
) -> None:
    """Write down whom to reach and what to do on the day when Habeas is off: print it, and keep it elsewhere."""
    from adapters import incident_pack as pack  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    resources = Resources.open(Settings.load())
    text = pack.as_text(pack.incident_pack(resources), resources.datamap.controller.name, datetime.now(UTC))
    resources.close()
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
