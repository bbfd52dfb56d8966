"""`habeas datamap`: what is wrong in the data map by line, then what the systems themselves contradict.

Next: activities/systems/registry.py
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.settings import Settings
from domain.errors import SettingsError, SystemFailedError

if TYPE_CHECKING:
    from domain.datamap import DataMap

app = typer.Typer(help="The controller's data map.", no_args_is_help=True)


@app.command("check")
def datamap_check(
    file: Annotated[Path | None, typer.Argument(help="The data map; HABEAS_DATAMAP when left out.")] = None,
    *,
    systems: Annotated[bool, typer.Option(help="Also compare it with the live systems it names.")] = True,
) -> None:
    """Say what is wrong in the data map by line, then what the systems themselves contradict."""
    from domain.datamap import DataMap, check_static  # noqa: PLC0415

    settings = Settings.read()
    path = file or settings.datamap
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"HABEAS_DATAMAP: {path} cannot be read.", setting="datamap") from None
    findings = check_static(text)
    for finding in findings:
        typer.echo(f"{path}:{finding.line}: {finding.severity}: {finding.path}: {finding.sentence}")
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors or (systems and _contradicted(DataMap.parse(text), settings)):
        raise typer.Exit(1)
    typer.echo(f"{path}: no errors")


def _contradicted(datamap: "DataMap", settings: Settings) -> bool:
    """Print what the live systems say against the data map; whether any of it is an error."""
    from activities.systems.registry import Systems  # noqa: PLC0415
    from adapters.secret_files import Variables  # noqa: PLC0415

    connectors, broken = Systems(datamap, settings.home, Variables(os.environ, settings.secrets)), False
    for system in datamap.systems:
        try:
            complaints = list(connectors.connector(system.name).check())
        except SystemFailedError:
            typer.echo(f"error: {system.name}: its connection setting cannot be used here")
            broken = True
            continue
        for complaint in complaints:
            where = ".".join(part for part in (system.name, complaint.collection, complaint.field) if part)
            typer.echo(f"{complaint.severity}: {where}: {complaint.sentence}")
            broken = broken or complaint.severity == "error"
    connectors.close()
    return broken
