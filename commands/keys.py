"""`habeas keys`: the keys of the installation, made, rotated and retired by hand (`security.md` 2.3).

Next: adapters/key_rotation.py
"""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.settings import Settings
from domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.key_rotation import Count, Rotation

app = typer.Typer(help="The installation's keys.", no_args_is_help=True)


@app.command("init")
def keys_init() -> None:
    """Make the key ring and the signing keys of a new installation, readable by their owner alone."""
    from adapters.preparation import create_keys, key_files  # noqa: PLC0415

    settings = Settings.read()
    made = [path for path in key_files(settings) if not path.exists()]
    create_keys(settings)
    for path in key_files(settings):
        typer.echo(
            f"{path}: {'made; keep a copy where no backup of the data is' if path in made else 'there already, left as it is'}"
        )


@app.command("status")
def keys_status() -> None:
    """Say what each root key wraps and what the engine holds under each payload key."""
    asyncio.run(_with_rotation(_print_keys))


@app.command("rotate")
def keys_rotate() -> None:
    """Make a new root key and a new payload key and put every key under it, while Habeas runs. Interrupted, it carries on."""

    async def rotate(rotation: "Rotation", count: "Count | None") -> None:
        primary, payload, wrapped = rotation.rotate()
        typer.echo(f"root key {primary}, payload key {payload}, {wrapped} keys wrapped anew")
        await _print_keys(rotation, count)
        typer.echo("Keep a copy of the key ring where no backup of the data is. `habeas keys retire` removes old keys later.")

    asyncio.run(_with_rotation(rotate))


@app.command("retire")
def keys_retire(
    *,
    now: Annotated[bool, typer.Option(help="Although backups of the key store of the last 30 days then open no more.")] = False,
) -> None:
    """Remove old root keys that wrap nothing, and payload keys under which the engine holds nothing."""

    async def retire(rotation: "Rotation", count: "Count | None") -> None:
        if count is None:
            raise SettingsError("The engine does not answer, so nobody knows what it still holds.")
        gone, dead = await rotation.retire(count, datetime.now(UTC), at_once=now)
        typer.echo(f"root keys removed: {', '.join(gone) or 'none'}; payload keys destroyed: {', '.join(dead) or 'none'}")

    asyncio.run(_with_rotation(retire))


async def _with_rotation(work: "Callable[[Rotation, Count | None], Awaitable[None]]") -> None:
    from adapters.key_rotation import Rotation  # noqa: PLC0415
    from adapters.keyring import KeyRing  # noqa: PLC0415
    from adapters.keystore import KeyStore  # noqa: PLC0415
    from adapters.temporal import counter  # noqa: PLC0415
    from adapters.vault import Vault  # noqa: PLC0415

    settings = Settings.load()
    vault = Vault.open(ring_file=settings.keys, keystore_url=settings.keystore_url)
    store = KeyStore(settings.keystore_url)
    try:
        await work(Rotation(vault, store, KeyRing.load(settings.keys)), await counter(settings, vault))
    finally:
        store.close()
        vault.close()


async def _print_keys(rotation: "Rotation", count: "Count | None") -> None:
    for key in rotation.root_keys():
        state = "primary" if key.primary else f"old since {key.old_since:%Y-%m-%d}" if key.old_since else "not in the ring"
        kinds = ", ".join(f"{number} {purpose}" for purpose, number in key.wraps.items())
        typer.echo(f"root key {key.kid}: {state}; {sum(key.wraps.values())} keys{f' ({kinds})' if kinds else ''}")
    for payload in await rotation.payload_keys(count):
        held = (
            "executions unknown, the engine does not answer" if payload.executions is None else f"{payload.executions} executions"
        )
        used = "in use" if payload.newest else held
        typer.echo(f"payload key {payload.kid}: made {payload.created:%Y-%m-%d}; {used}")
