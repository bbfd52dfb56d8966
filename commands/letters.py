"""`habeas letters`: what goes out in the controller's name, checked before it does.

Next: adapters/letter_samples.py
"""

import typer

from adapters.settings import Settings

app = typer.Typer(help="What goes out in the controller's name.", no_args_is_help=True)


@app.command("check")
def letters_check() -> None:
    """Render every letter in every language, your own included, with made-up contents; name what does not work."""
    from adapters.letter_samples import mistakes  # noqa: PLC0415

    found = mistakes(Settings.read().letters)
    for line in found:
        typer.echo(line)
    if found:
        raise typer.Exit(1)
    typer.echo("every letter can be sent")
