"""`habeas cases`: open cases of another system, taken in with their day of receipt; and every case, given out.

Next: adapters/moving_in.py, adapters/moving_out.py
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Cases that move in from another system, or out to one.", no_args_is_help=True)


@app.command("import")
def cases_import(
    file: Annotated[Path, typer.Argument(help="CSV, UTF-8; docs/operations.md names its columns.", exists=True, dir_okay=False)],
    *,
    by: Annotated[str, typer.Option(help="E-mail of the privacy lead or DPO who answers for what it says.")],
    dry_run: Annotated[bool, typer.Option(help="Check every row and print the dates; write nothing.")] = False,
) -> None:
    """Take open cases of another system in, with the day of receipt and what was done since: all of them, or none."""
    from adapters import host_desk  # noqa: PLC0415
    from adapters.moving_in import MovingIn, text_of  # noqa: PLC0415

    with host_desk.opened() as desk:
        cases = MovingIn(desk.resources, text_of(file.read_bytes()), desk.lead(by), datetime.now(UTC))
        for problem in cases.problems:
            typer.echo(str(problem))
        if cases.problems:
            typer.echo("Nothing was written. Correct these rows and read the whole file again.")
            raise typer.Exit(1)
        for line in cases.report():
            typer.echo(line)
        if dry_run:
            typer.echo(f"Nothing was written. {len(cases.fresh)} cases would move in, {len(cases.known)} are here already.")
            return
        for receipt in desk.move_in(cases, by=by) if cases.fresh else ():
            typer.echo(f"{receipt.reference}: answer by {receipt.clock.safe_due}")
    typer.echo(f"{len(cases.fresh)} cases moved in, {len(cases.known)} were here already. Habeas starts them within a minute.")


@app.command("export")
def cases_export(
    file: Annotated[Path, typer.Argument(help="A zip to be made; it holds everything in the clear, and only you can read it.")],
    *,
    by: Annotated[str, typer.Option(help="E-mail of the privacy lead or DPO who wants it; they and the others are told.")],
) -> None:
    """Write every case out: all that is recorded, and a table of the open ones that `habeas cases import` takes in."""
    from adapters import host_desk  # noqa: PLC0415
    from adapters.moving_out import MovingOut  # noqa: PLC0415

    with host_desk.opened() as desk:
        desk.lead(by)
        desk.note("exported every case", by)  # before anything is readable
        written, still_open = MovingOut(desk.resources).write(file)
    typer.echo(
        f"{written} cases written, {still_open} of them open. The file is not sealed: keep it where the cases may be read."
    )
