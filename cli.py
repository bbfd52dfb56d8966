"""The `habeas` command: brings Habeas up, and names what operators do by hand; each group of those is a file of `commands/`.

Next: adapters/parts.py
"""

import os
import sys
from typing import Annotated, Literal

import typer

from adapters.ending import end_process
from adapters.settings import Settings
from commands import archive, audit, cases, datamap, keys, letters, papers, staff, suppression, upkeep
from domain.errors import DomainError, SettingsError

app = typer.Typer(
    help="Case management for data subject requests and personal data breaches.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print local variables, which may hold personal data
)
for name, group in (
    ("datamap", datamap.app),
    ("keys", keys.app),
    ("api-key", staff.keys),
    ("audit", audit.app),
    ("caseworker", staff.app),
    ("cases", cases.app),
    ("archive", archive.app),
    ("suppression", suppression.app),
    ("letters", letters.app),
):
    app.add_typer(group, name=name)


@app.command()
def up(
    *,
    demo: Annotated[bool, typer.Option(help="Start with the made-up controller and its staff.")] = False,
    size: Annotated[
        str, typer.Option(help="Of the demo: `small` (200 people) or `full` (10,000 people, a million rows).")
    ] = "small",
) -> None:
    """Start everything; Ctrl-C stops it in order."""
    from adapters import greeting, parts  # noqa: PLC0415 (other commands do not need them)
    from adapters.supervisor import Supervisor, tell  # noqa: PLC0415

    settings = _demo_settings() if demo else Settings.load()
    settings.make_home()
    supervisor = Supervisor(settings.home, tell)
    supervisor.claim()
    parts.refuse_taken_ports(settings)
    status = supervisor.run(
        parts.preparation(settings, size), parts.parts(settings), lambda: sys.stdout.write(greeting.text(settings))
    )
    raise typer.Exit(status)


@app.command()
def prepare(*, size: Annotated[Literal["small", "full"], typer.Option(help="Of the demo: `small` or `full`.")] = "small") -> None:
    """Make keys where that is allowed, check the data map, bring the database up to date."""
    from adapters import preparation  # noqa: PLC0415
    from adapters.supervisor import tell  # noqa: PLC0415

    preparation.prepare(Settings.load(), tell, demo_size=size)


@app.command()
def web() -> None:
    """Run the web process alone."""
    import uvicorn  # noqa: PLC0415

    from adapters import logs  # noqa: PLC0415
    from api.serving import options, served  # noqa: PLC0415

    settings = Settings.load()
    logs.configure(settings.log_level, ship_to=settings.logs_to)
    uvicorn.run(served, factory=True, **options(settings))


@app.command()
def worker() -> None:
    """Run the Temporal worker alone."""
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606 (this very interpreter; nobody imports `worker`)


for name, command in (
    ("migrate", upkeep.migrate),
    ("reconcile", upkeep.reconcile),
    ("backup", upkeep.backup),
    ("restore", upkeep.restore),
    ("mail-in", papers.mail_in),
    ("incident-pack", upkeep.incident_pack),
    ("deadline", papers.deadline),
    ("due-dates", papers.due_dates),
    ("verify-package", papers.verify_package),
):
    app.command(name)(command)


def _demo_settings() -> Settings:
    named = os.environ.get("HABEAS_ENVIRONMENT")
    if named not in {None, "", "demo"}:
        raise SettingsError(f"HABEAS_ENVIRONMENT is {named}: --demo starts no such installation.", setting="environment")
    return Settings.load(environment="demo")


def main() -> None:
    """Run the command line; refusals are one line each, without a traceback."""
    os.umask(0o077)  # state, keys and logs are their owner's alone
    status: object = 0
    try:
        app()
    except SystemExit as end:
        status = end.code
    except DomainError as refused:
        sys.stderr.write(f"habeas: {refused.message}\n")
        status = 1
    except Exception:  # noqa: BLE001 (the last place that can tell)
        sys.excepthook(*sys.exc_info())
        status = 1
    except KeyboardInterrupt:
        status = 130  # 128 + SIGINT, as shells count it
    end_process(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    main()
