"""`habeas archive`: mails and chats of a case, imported on the server that Habeas runs on.

Next: adapters/archives/importing.py
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Mail archives and chat exports of a case.", no_args_is_help=True)


@app.command("import")
def archive_import(
    reference: Annotated[str, typer.Argument(help="The case, HAB-...")],
    path: Annotated[Path, typer.Argument(help="An export on this machine: a file, or a folder of mails.", exists=True)],
    *,
    system: Annotated[str, typer.Option(help="Its system in the data map, of kind archive.")],
    custodian: Annotated[str, typer.Option(help="Whose mailbox or chat it is.")],
    by: Annotated[str, typer.Option(help="E-mail of the caseworker or privacy lead who imports it.")],
) -> None:
    """Import mails or chats for a case, and read them here: for what is too large to be sent through a browser."""
    from adapters import host_desk  # noqa: PLC0415
    from domain.archives import UNREADABLE, UNSEARCHED  # noqa: PLC0415

    with host_desk.opened() as desk:
        found = desk.import_archive(reference, path, system=system, custodian=custodian, by=by)
        typer.echo(f"{found.row.messages} messages and {found.row.attachments} files read, SHA-256 {found.row.sha256}")
        for reason, number in found.row.unreadable.items():
            typer.echo(f"{number} not read: {UNREADABLE[reason]}")
        for reason, number in found.row.unsearched.items():
            typer.echo(f"{number} attached, not searched to the end: {UNSEARCHED[reason]}")
    typer.echo("Agree on a scope at the console; nothing is searched before.")
