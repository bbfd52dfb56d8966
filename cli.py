"""The `habeas` command: brings Habeas up, and what operators do by hand. Each command is a few lines over one function.

Next: adapters/parts.py
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapters.ending import end_process
from adapters.settings import Settings
from domain.errors import DomainError, InvalidInputError, SettingsError, SystemFailedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.key_rotation import Count, Rotation
    from domain.datamap import DataMap

app = typer.Typer(
    help="Case management for data subject requests and personal data breaches.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print local variables, which may hold personal data
)
datamap_app = typer.Typer(help="The controller's data map.", no_args_is_help=True)
keys_app = typer.Typer(help="The installation's keys.", no_args_is_help=True)
api_key_app = typer.Typer(help="Keys of the JSON API.", no_args_is_help=True)
audit_app = typer.Typer(help="The record, and whether it is what was recorded.", no_args_is_help=True)
letters_app = typer.Typer(help="What goes out in the controller's name.", no_args_is_help=True)
suppression_app = typer.Typer(help="Lists of keyed hashes: objections, erased people, blocks.", no_args_is_help=True)
cases_app = typer.Typer(help="Open cases of another system.", no_args_is_help=True)
caseworker_app = typer.Typer(help="Members of staff.", no_args_is_help=True)
for name, group in (
    ("datamap", datamap_app),
    ("keys", keys_app),
    ("api-key", api_key_app),
    ("audit", audit_app),
    ("caseworker", caseworker_app),
    ("cases", cases_app),
    ("suppression", suppression_app),
    ("letters", letters_app),
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
    from api.serving import options  # noqa: PLC0415

    settings = Settings.load()
    logs.configure(settings.log_level)
    uvicorn.run("api.app:create_app", factory=True, **options(settings))


@app.command()
def worker() -> None:
    """Run the Temporal worker alone."""
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606 (this very interpreter; nobody imports `worker`)


@app.command()
def migrate() -> None:
    """Bring the database to the tables this release expects."""
    from adapters.database import migrate as migrations  # noqa: PLC0415
    from adapters.preparation import bring_up_to_date  # noqa: PLC0415

    settings = Settings.load()
    bring_up_to_date(settings.database_url)
    typer.echo(f"database at {migrations.present(settings.database_url)}")


@app.command()
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


@app.command()
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


@app.command()
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


@app.command("mail-in")
def mail_in() -> None:
    """Store the message on standard input, for instance from an alias of your mail server. Exit status 0: it is safe here."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from adapters.incoming.desk import MailDesk  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    now = datetime.now(UTC)
    resources = Resources.open(Settings.load())
    try:
        typer.echo(str(MailDesk(resources).hand_in(sys.stdin.buffer.read(), "command", now, now)))
    finally:
        resources.close()


@letters_app.command("check")
def letters_check() -> None:
    """Render every letter in every language, your own included, with made-up contents; name what does not work."""
    from adapters.letter_samples import mistakes  # noqa: PLC0415

    found = mistakes(Settings.read().letters)
    for line in found:
        typer.echo(line)
    if found:
        raise typer.Exit(1)
    typer.echo("every letter can be sent")


@app.command("incident-pack")
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


@app.command()
def deadline(
    *,
    regime: Annotated[str, typer.Option(help="UK, EU, EU-<Member State>, or a code of other_periods.")] = "UK",
    event: Annotated[str, typer.Option(help="For instance UK-RESP-1M or BREACH-72H-SAFE.")] = "UK-RESP-1M",
    received_at: Annotated[str, typer.Option(help="ISO 8601 with an offset.")] = "",
    inputs: Annotated[str, typer.Option(help="JSON object of what happened since.")] = "{}",
    csv: Annotated[Path | None, typer.Option(help="A file of such rows; prints CSV.", exists=True, dir_okay=False)] = None,
) -> None:
    """Work a legal deadline out and print its sum."""
    from domain.deadline_report import deadline_csv, deadline_json  # noqa: PLC0415

    if csv is not None:
        with csv.open(newline="", encoding="utf-8") as rows:
            deadline_csv(rows, sys.stdout)
        return
    try:
        given = json.loads(inputs)
    except ValueError:
        raise InvalidInputError("--inputs is not JSON.", column="inputs") from None
    typer.echo(json.dumps(deadline_json(regime, event, received_at, given), indent=2))


@app.command("due-dates")
def due_dates(
    *,
    ical: Annotated[bool, typer.Option(help="For a calendar instead of CSV.")] = False,
) -> None:
    """Print when what is owed: references and days, the nearest first."""
    from adapters.database.due_dates import DueDates  # noqa: PLC0415
    from adapters.due_feed import due_calendar, due_csv  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415

    resources = Resources.open(Settings.load())
    rows = DueDates(resources).rows()
    link = f"{resources.settings.public_url.rstrip('/')}/console/cases/"
    for part in due_calendar(rows, link=link, now=datetime.now(UTC)) if ical else due_csv(rows):
        sys.stdout.write(part)
    resources.close()


@app.command("verify-package")
def verify_package(
    file: Annotated[
        Path,
        typer.Argument(help="The zip as it was delivered, or an erasure's certificate.json.", exists=True, dir_okay=False),
    ],
    *,
    key: Annotated[
        list[Path] | None, typer.Option(help="PEM or habeas-keys.json of a signer you know.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Check a package or a certificate offline: exit status 0 intact and signer known, 3 intact and signer unknown, 1 broken."""
    from adapters.certificate_check import check_certificate  # noqa: PLC0415
    from adapters.package_check import check_package  # noqa: PLC0415
    from adapters.signing import Signer, key_id, public_keys  # noqa: PLC0415

    pems = [pem for path in key or () for pem in public_keys(path.read_bytes())]
    own = Settings.read().signing_key
    if own.is_file() and os.access(own, os.R_OK):
        pems.append(Signer.open(own).public_pem)
    check = check_certificate if file.suffix == ".json" else check_package
    found = check(file, {key_id(pem): pem for pem in pems})
    for name in ("reference", "created", "kid"):
        if name in found.manifest:
            typer.echo(f"{name}: {found.manifest[name]}")
    for problem in found.problems:
        typer.echo(problem)
    typer.echo(found.status.replace("_", " "))
    raise typer.Exit({"intact": 0, "intact_unknown_signer": 3}.get(found.status, 1))


@datamap_app.command("check")
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

    connectors, broken = Systems(datamap, settings.home), False
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


@suppression_app.command("check")
def suppression_check(email: Annotated[str, typer.Argument(help="The address to look for; the look is noted.")]) -> None:
    """Say on which suppression lists an address stands: marketing, restored, abuse."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from adapters.database.tables import AccessLog  # noqa: PLC0415
    from adapters.resources import Resources  # noqa: PLC0415
    from adapters.suppression import LISTS, lists_of  # noqa: PLC0415

    resources, now = Resources.open(Settings.load()), datetime.now(UTC)
    with resources.database.write() as session:
        found = lists_of(session, resources.vault, "email", email, today=now.date())
        session.add(AccessLog(at=now, actor="system", action="suppression-check"))
    for name in LISTS:
        typer.echo(f"{name}: {'yes' if name in found else 'no'}")


@keys_app.command("init")
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


@audit_app.command("verify")
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


@audit_app.command("export")
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


@audit_app.command("key")
def audit_key() -> None:
    """Print the public key with which heads are signed: give it to whoever keeps them."""
    from adapters.signing import Signer  # noqa: PLC0415

    typer.echo(Signer.open(Settings.read().audit_key).public_pem.decode(), nl=False)


@keys_app.command("status")
def keys_status() -> None:
    """Say what each root key wraps and what the engine holds under each payload key."""
    asyncio.run(_with_rotation(_print_keys))


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Make a new root key and a new payload key and put every key under it, while Habeas runs. Interrupted, it carries on."""

    async def rotate(rotation: "Rotation", count: "Count | None") -> None:
        primary, payload, wrapped = rotation.rotate()
        typer.echo(f"root key {primary}, payload key {payload}, {wrapped} keys wrapped anew")
        await _print_keys(rotation, count)
        typer.echo("Keep a copy of the key ring where no backup of the data is. `habeas keys retire` removes old keys later.")

    asyncio.run(_with_rotation(rotate))


@keys_app.command("retire")
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


@api_key_app.command("create")
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


@cases_app.command("import")
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


@caseworker_app.command("first")
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


@caseworker_app.command("add")
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


@caseworker_app.command("password")
def caseworker_password(email: str) -> None:
    """Give a member of staff another password; asks for it, or reads it from standard input. Signs them out everywhere."""
    from adapters import host_desk  # noqa: PLC0415
    from adapters.database import people  # noqa: PLC0415

    password = _secret("New password for the console")
    with host_desk.opened() as desk:
        people.set_password(desk.resources.database, email=email, password=password, about=desk.names)
        desk.note("changed a password", email)


@caseworker_app.command("lost-factor")
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
