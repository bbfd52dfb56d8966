"""`habeas audit`: the record, verified, exported, and its public key given out (`security.md` 2.8).

Next: adapters/audit_export.py
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import Settings

app = typer.Typer(help="The record, and whether it is what was recorded.", no_args_is_help=True)


@app.command("verify")
def audit_verify(
    file: Annotated[Path | None, typer.Argument(help="An export; the database itself when left out.", exists=True)] = None,
    *,
    key: Annotated[list[Path] | None, typer.Option(help="PEM of who signs heads; your own when left out.", exists=True)] = None,
    head: Annotated[list[Path] | None, typer.Option(help="Saved text of a head that was mailed.", exists=True)] = None,
) -> None:
    """Check the record: gaps, forks, changes, and what was cut since it was anchored. Exit status 1 when anything is wrong."""
    from adapters import audit_export  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415
    from adapters.signing import Signer, public_keys  # noqa: PLC0415

    settings = Settings.read()
    pems = [pem for path in key or () for pem in public_keys(path.read_bytes())]
    if not pems and settings.audit_key.is_file():
        pems = [Signer.open(settings.audit_key).public_pem]
    if file is not None:
        with file.open(encoding="utf-8") as lines:
            found = audit_export.check_lines(audit_export.read(lines), pems, head or ())
    else:
        resources = Resources.open(Settings.load())
        with resources.database.read() as session:
            now = datetime.now(UTC)
            found = audit_export.check_lines(audit_export.lines(session, resources.vault.install, now), pems, head or ())
        resources.close()
    for problem in found.problems:
        place = f" {problem.sequence}" if problem.sequence else ""
        typer.echo(f"{problem.kind}: {problem.stream}{place} {problem.sentence}")
    typer.echo(
        f"{found.entries} entries in {found.streams} streams, {found.anchored} of them anchored, {found.ended} cases ended"
    )
    typer.echo("not what was recorded" if found.problems else "as it was recorded")
    raise typer.Exit(1 if found.problems else 0)


@app.command("export")
def audit_export_to(file: Annotated[Path, typer.Argument(help="Where to; made readable by its owner alone.")]) -> None:
    """Write the whole record as a file that can be checked anywhere."""
    from adapters import audit_export  # noqa: PLC0415
    from adapters.database.audit import seal_access_log  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    resources, now = Resources.open(Settings.load()), datetime.now(UTC)
    seal_access_log(resources.database, resources.vault.install, now)
    with resources.database.read() as session, file.open("w", encoding="utf-8") as lines:
        number = audit_export.write(session, resources.vault.install, now, lines)
    resources.close()
    typer.echo(f"{number} entries in {file}")


@app.command("key")
def audit_key() -> None:
    """Print the public key with which heads are signed: give it to whoever keeps them."""
    from adapters.signing import Signer  # noqa: PLC0415

    typer.echo(Signer.open(Settings.read().audit_key).public_pem.decode(), nl=False)
