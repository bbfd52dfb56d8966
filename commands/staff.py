"""`habeas caseworker` and `habeas api-key`: members of staff and keys, made by whoever is at the machine.

Each is noted under their name and mailed to the privacy leads. Next: adapters/host_desk.py
"""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from domain.errors import InvalidInputError

app = typer.Typer(help="Members of staff.", no_args_is_help=True)
keys = typer.Typer(help="Keys of the JSON API.", no_args_is_help=True)


@keys.command("create")
def api_key_create(
    *,
    scope: Annotated[list[str], typer.Option(help="What it may do at most; give it once per scope.")],
    owner: Annotated[str | None, typer.Option("--for", help="E-mail of the caseworker it acts as.")] = None,
    platform: Annotated[bool, typer.Option(help="For the controller's own platform instead of a person.")] = False,
    origin: Annotated[str, typer.Option(help="Which of several platforms; its keys see its cases and no other's.")] = "",
    days: Annotated[int, typer.Option(help="How long it lives, 365 at most.")] = int(timedelta(days=90).days),
    network: Annotated[list[str] | None, typer.Option(help="CIDR range it may come from; any when left out.")] = None,
) -> None:
    """Make a key and print it; it is never shown again. Its owner and the privacy leads are told by mail."""
    from adapters import host_desk  # noqa: PLC0415
    from adapters.database import people  # noqa: PLC0415

    if (owner is None) != platform:
        raise InvalidInputError("Say --for a caseworker, or --platform.", field="for")
    with host_desk.opened() as desk:
        key = people.create_api_key(
            desk.resources.database, email=owner, scopes=scope, days=days, networks=network, origin=origin
        )
        typer.echo(key)
        desk.note("made an API key", owner)


@app.command("first")
def caseworker_first(
    *,
    administrator: Annotated[str, typer.Option(help="E-mail of the first administrator.")],
    administrator_name: Annotated[str, typer.Option(help="As colleagues know them.")],
    confirmer: Annotated[str, typer.Option(help="E-mail of the first privacy lead or data protection officer.")],
    confirmer_name: Annotated[str, typer.Option(help="As colleagues know them.")],
    confirmer_role: Annotated[str, typer.Option(help="privacy_lead or dpo.")] = "privacy_lead",
) -> None:
    """Make the first two members of staff, together; asks each for their password, or reads two lines of standard input."""
    from adapters import host_desk  # noqa: PLC0415
    from adapters.database import people  # noqa: PLC0415
    from adapters.passwords import hash_password  # noqa: PLC0415
    from domain.staffing import check_role_of_staff  # noqa: PLC0415

    role = check_role_of_staff(confirmer_role)
    chosen = [_secret(f"Password of {name}") for name in (administrator_name, confirmer_name)]
    with host_desk.opened() as desk:
        for password, about in zip(chosen, ((administrator_name, administrator), (confirmer_name, confirmer)), strict=True):
            hash_password(password, [*about, *desk.names])  # refused before anybody is added
        made = people.first_two(
            desk.resources.database,
            administrator=(administrator, administrator_name),
            confirmer=(confirmer, confirmer_name),
            role=role,
        )
        for email, password in zip((administrator, confirmer), chosen, strict=True):
            people.set_password(desk.resources.database, email=email.lower(), password=password)
        desk.note("made the first two accounts")
    typer.echo(" ".join(map(str, made)))


@app.command("add")
def caseworker_add(
    email: str,
    *,
    name: Annotated[str, typer.Option(help="As colleagues know them.")],
    role: Annotated[
        str,
        typer.Option(help="One of the roles of staff, such as caseworker, reviewer, privacy_lead or legal_reviewer."),
    ],
) -> None:
    """Propose a member of staff. Once a privacy lead or DPO has confirmed it in the console, they get a link to a password."""
    from adapters import host_desk  # noqa: PLC0415

    with host_desk.opened() as desk:
        typer.echo(str(desk.propose(email=email, name=name, role=role)))


@app.command("password")
def caseworker_password(email: str) -> None:
    """Give a member of staff another password; asks for it, or reads it from standard input. Signs them out everywhere."""
    from adapters import host_desk  # noqa: PLC0415
    from adapters.database import people  # noqa: PLC0415

    password = _secret("New password for the console")
    with host_desk.opened() as desk:
        people.set_password(desk.resources.database, email=email, password=password, about=desk.names)
        desk.note("changed a password", email)


@app.command("lost-factor")
def caseworker_lost_factor(
    email: str, *, with_: Annotated[str, typer.Option("--with", help="E-mail of the colleague who sits beside you.")]
) -> None:
    """Take a lost authenticator away where nobody is left to confirm it: with a colleague's password and code, two lines."""
    from adapters import host_desk  # noqa: PLC0415

    password, code = _secret(f"Password of {with_}"), _secret("Six digits of their authenticator")
    with host_desk.opened() as desk:
        desk.take_factor_away(email, colleague=with_, password=password, code=code)


def _secret(what: str) -> str:
    """Ask where somebody sits, else read one line: a secret never stands on the command line, which others can list."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
