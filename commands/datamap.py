"""`habeas datamap`: what is wrong in the data map by line, then what the systems themselves contradict.

Next: activities/systems/check.py
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.settings import Settings
from domain.errors import SettingsError

if TYPE_CHECKING:
    from domain.datamap import Finding

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
    if systems and not _errors(findings):
        from activities.systems.check import check_live  # noqa: PLC0415

        findings += check_live(DataMap.parse(text), text, settings)
    for finding in findings:
        typer.echo(f"{path}:{finding.line}: {finding.severity}: {finding.path}: {finding.sentence}")
    if _errors(findings):
        raise typer.Exit(1)
    typer.echo(f"{path}: no errors")


def _errors(findings: "list[Finding]") -> "list[Finding]":
    return [finding for finding in findings if finding.severity == "error"]


@app.command("import-fides")
def datamap_import_fides(file: Annotated[Path, typer.Argument(help="A dataset file of Fides.")]) -> None:
    """Print a draft of categories and systems from a Fides dataset; what it leaves open is said beside it."""
    from domain.fides_import import import_fides  # noqa: PLC0415

    draft = import_fides(file.read_text(encoding="utf-8"))
    typer.echo(draft.text)
    for note in draft.notes:
        typer.echo(note, err=True)
