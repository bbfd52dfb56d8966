"""Every setting of Habeas, read once at start-up from `HABEAS_*` and passed down; nothing reads the environment later.

Fail closed (design principle 9): a setting that is malformed, missing where it matters, or unsafe for the environment
stops the start with one line that names it. The engine's own settings are Temporal's `TEMPORAL_*` (design 5b).

Next: adapters/resources.py
"""

import ipaddress
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.passkey_site import site_of
from adapters.secret_files import folder_of_secrets
from domain.errors import SettingsError
from domain.staffing import STAFF_ROLES

RESTORING = "restoring"  # the file that says that a restore has not come to its end
DEMO_MARKER = "DEMO"
MAIL_FROM_UNSET = "Privacy team <privacy@habeas.example>"
DEMO_DATAMAP = Path(__file__).resolve().parent.parent / "demo" / "datamap.yml"

Environment = Literal["development", "production", "demo"]


class Settings(BaseSettings):
    """The settings of one process. Paths are absolute; URLs may hold passwords and are therefore left out of `repr`.

    Each field is described once, in `docs/operations.md`; a test compares the two.
    """

    model_config = SettingsConfigDict(env_prefix="HABEAS_", env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Path("var")
    environment: Environment = "development"
    port: int = Field(default=8000, ge=1, le=65535)
    temporal_port: int = Field(default=7233, ge=1, le=65535)
    mail_port: int = Field(default=8025, ge=1, le=65535)
    public_url: str = Field(default_factory=lambda known: f"http://127.0.0.1:{known['port']}")
    console_url: str = Field(default_factory=lambda known: known["public_url"])
    proxies: str = ""
    database_url: str = Field(default_factory=lambda known: f"sqlite:///{known['home']}/habeas.db", repr=False)
    keystore_url: str = Field(default_factory=lambda known: f"sqlite:///{known['home']}/keys.db", repr=False)
    blobs_url: str = Field(default_factory=lambda known: str(known["home"] / "blobs"))
    keys: Path = Field(default_factory=lambda known: known["home"] / "keys" / "ring.json")
    signing_key: Path = Field(default_factory=lambda known: known["keys"].parent / "signing.pem")
    audit_key: Path = Field(default_factory=lambda known: known["keys"].parent / "audit.pem")
    datamap: Path = Field(
        default_factory=lambda known: DEMO_DATAMAP if known["environment"] == "demo" else Path("datamap.yml").absolute()
    )
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str = MAIL_FROM_UNSET
    letters: Path | None = None
    mail_per_minute: int = Field(default=0, ge=0, le=100_000)
    mailboxes: str | None = Field(default=None, repr=False)
    authserv_id: str | None = None
    arc_sealers: str = ""
    clamd: str | None = None
    erasure_waiting_days: int = Field(default=3, ge=0, le=30)
    erasure_second_look_days: int = Field(default=30, ge=1, le=365)
    case_access: Literal["office", "team", "own"] = "office"
    releases_per_person: int = Field(default=20, ge=1, le=1_000)
    releases_per_day: int = Field(default=50, ge=1, le=10_000)
    sampling_from: int = Field(default=1_000, ge=1, le=1_000_000)
    release_wait_hours: int = Field(default_factory=lambda known: 24 if known["environment"] == "production" else 0, ge=0, le=168)
    solo: bool = False
    alert_cases_opened: int = Field(default=60, ge=1, le=10_000)
    alert_failed_sign_ins: int = Field(default=30, ge=1, le=10_000)
    alert_exports: int = Field(default=25, ge=1, le=10_000)
    api_decisions: bool = Field(default_factory=lambda known: known["environment"] == "demo")
    identity_issuers: Path | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_roles_claim: str = "groups"
    oidc_roles: str = ""
    oidc_acr: str = ""
    passkeys: Literal["offered", "required"] = "offered"
    audit_mail: str | None = None
    on_call: str | None = None
    on_call_webhook: str | None = Field(default=None, repr=False)
    people_threshold: Literal["risk", "high_risk"] = "risk"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    logs_to: str | None = None
    secrets: Path | None = None

    @field_validator("home", "keys", "signing_key", "audit_key", "datamap", "identity_issuers", "letters", "secrets")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        # The parts of `habeas up` may be started from another folder than the one the setting was written in.
        return path.expanduser().absolute() if path else None

    @field_validator("proxies")
    @classmethod
    def _networks(cls, proxies: str) -> str:
        for network in proxies.split():
            ipaddress.ip_network(network)  # ValueError: not an address or a range
        return proxies

    @classmethod
    def load(cls, **given: Any) -> Self:  # noqa: ANN401 (the field's own type decides)
        """Read the settings and refuse what is unsafe to start with.

        Args:
            given: values that win over the environment; used by tests and by `habeas up --demo`.

        Raises:
            SettingsError: one line naming the setting; its value is never repeated, since it may be a secret.
        """
        settings = cls.read(**given)
        settings.refuse_unfinished_restore()
        settings.refuse_mixed_demo()
        settings.refuse_unsafe_sign_on()
        if settings.environment == "production":
            settings.refuse_unsafe_production()
        return settings

    @classmethod
    def read(cls, **given: Any) -> Self:  # noqa: ANN401 (the field's own type decides)
        """Read without the start-up checks: for `habeas keys init`, which makes what they ask for."""
        try:
            return cls(**given, _secrets_dir=folder_of_secrets(given.get("secrets")))
        except ValidationError as refused:
            first = refused.errors(include_input=False, include_context=False)[0]
            name = str(first["loc"][0]) if first["loc"] else ""
            raise SettingsError(f"HABEAS_{name.upper()}: {first['msg']}.", setting=name) from None

    @property
    def demo_marker(self) -> Path:
        """The file that says that everything in this home is made up."""
        return self.home / DEMO_MARKER

    @property
    def demo_sign_ins(self) -> Path:
        """The file with the keys of the demo's made-up staff."""
        return self.home / "demo-sign-ins.json"

    def make_home(self) -> None:
        """Make the home, for its owner alone; the demo's is marked before anything else is in it."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.environment == "demo":
            self.demo_marker.touch()

    @property
    def blobs_folder(self) -> Path:
        """The folder of sealed files, also where the setting is written as an address."""
        parts = urlsplit(self.blobs_url)
        return Path(unquote(parts.path) if parts.scheme == "file" else self.blobs_url)

    def refuse_unfinished_restore(self) -> None:
        """Keep everything from starting on data in which destroyed cases may have come back (`security.md` 2.7).

        Raises:
            SettingsError: a restore was interrupted.
        """
        if (self.home / RESTORING).exists():
            raise SettingsError(
                f"HABEAS_HOME: a restore into {self.home} has not come to its end. Run `habeas restore` again.", setting="home"
            )

    def refuse_mixed_demo(self) -> None:
        """Keep the demo and everything real apart, in both directions (`security.md` section 1, abuse test 30).

        Raises:
            SettingsError: the demo meets a real home, mail server, address or database, or a real start a demo home.
        """
        if self.environment != "demo":
            for place in (self.home, *_sqlite_folders(self.database_url, self.keystore_url)):
                if (place / DEMO_MARKER).exists():
                    raise SettingsError(
                        f"HABEAS_HOME: {place} holds the demo. Start it with --demo, or name another home.",
                        setting="home",
                    )
            return
        if self.home.is_dir() and any(self.home.iterdir()) and not self.demo_marker.exists():
            raise SettingsError(f"HABEAS_HOME: {self.home} is not a demo home. Name an empty folder.", setting="home")
        names = ("oidc_issuer", "smtp_url", "public_url", "console_url", "on_call_webhook")
        outside: dict[str, str | None] = {name: getattr(self, name) for name in names}
        for name, url in outside.items():
            if url and not is_loopback(urlsplit(url).hostname):
                raise SettingsError(f"HABEAS_{name.upper()}: the demo stays on this machine.", setting=name)
        if not all(is_loopback(urlsplit(url).hostname) for url in (self.mailboxes or "").split()):
            raise SettingsError("HABEAS_MAILBOXES: the demo watches no real mailbox.", setting="mailboxes")
        for name, url in (("database_url", self.database_url), ("keystore_url", self.keystore_url)):
            if not _may_hold_demo(url, self.home):
                raise SettingsError(
                    f"HABEAS_{name.upper()}: the demo uses SQLite inside its home, or a PostgreSQL database on this "
                    "machine with `demo` in its name.",
                    setting=name,
                )

    @property
    def oidc_role_names(self) -> dict[str, str]:
        """Our role by the provider's name of a group."""
        return dict(pair.split("=", 1) for pair in self.oidc_roles.split() if "=" in pair)

    def refuse_unsafe_sign_on(self) -> None:
        """Refuse a provider that could be somebody else, or that would let nobody in.

        Raises:
            SettingsError: no https outside this machine, no client, or no role; passkeys that no browser would make.
        """
        if self.passkeys == "required" and site_of(self.console_url) is None:
            raise SettingsError(
                "HABEAS_PASSKEYS: browsers make passkeys for a name with https alone; HABEAS_CONSOLE_URL names it.",
                setting="passkeys",
            )
        if self.oidc_issuer is None:
            return
        url = urlsplit(self.oidc_issuer)
        if not url.hostname or not (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname))):
            raise SettingsError("HABEAS_OIDC_ISSUER: the provider needs https.", setting="oidc_issuer")
        if not self.oidc_client_id or not self.oidc_client_secret:
            raise SettingsError("HABEAS_OIDC_CLIENT_ID and HABEAS_OIDC_CLIENT_SECRET: both are needed.", setting="oidc_client_id")
        names = [pair.partition("=") for pair in self.oidc_roles.split()]
        if not names or any(not group or role not in STAFF_ROLES for group, _, role in names):
            raise SettingsError("HABEAS_OIDC_ROLES: write group=role, with blanks between them.", setting="oidc_roles")

    def refuse_unsafe_production(self) -> None:
        """Name the first thing that would make a production start dishonest or unsafe.

        Raises:
            SettingsError: a secret is missing, or a default of the small installation is still in place.
        """
        secrets = {"keys": "key ring", "signing_key": "signing key", "audit_key": "key for audit heads"}
        for name, what in secrets.items():
            path: Path = getattr(self, name)
            if not path.is_file():
                raise SettingsError(f"HABEAS_{name.upper()}: there is no {what}. Make one with `habeas keys init`.", setting=name)
            if path.stat().st_mode & 0o077:
                raise SettingsError(f"HABEAS_{name.upper()}: the {what} can be read by others: chmod 600 {path}", setting=name)
        if not self.smtp_url:
            raise SettingsError("HABEAS_SMTP_URL: without a mail server no letter leaves.", setting="smtp_url")
        if self.mail_from == MAIL_FROM_UNSET:
            raise SettingsError("HABEAS_MAIL_FROM: name the address that letters come from.", setting="mail_from")
        self._refuse_plain_connections()

    def _refuse_plain_connections(self) -> None:
        """Nobody reads along (ASVS 12.3.1); the engine's own is refused where it is connected, `adapters/temporal.py`."""
        for name, url in (("database_url", self.database_url), ("keystore_url", self.keystore_url)):
            if not is_verified(url):
                raise SettingsError(
                    f"HABEAS_{name.upper()}: PostgreSQL on another machine needs ?sslmode=verify-full (and sslrootcert=FILE).",
                    setting=name,
                )
        scanner = urlsplit(self.clamd or "")
        if scanner.scheme == "tcp" and not is_loopback(scanner.hostname):
            raise SettingsError("HABEAS_CLAMD: clamd does not encrypt, so it runs on this machine.", setting="clamd")
        if self.on_call_webhook and urlsplit(self.on_call_webhook).scheme != "https":
            raise SettingsError("HABEAS_ON_CALL_WEBHOOK: the address needs https.", setting="on_call_webhook")
        if urlsplit(self.public_url).scheme != "https":
            raise SettingsError("HABEAS_PUBLIC_URL: links in letters need https.", setting="public_url")


def _sqlite_folders(*urls: str) -> list[Path]:
    """Return the folders of those URLs that are SQLite files."""
    files = [_sqlite_file(url) for url in urls]
    return [file.parent for file in files if file]


def _sqlite_file(url: str) -> Path | None:
    # `sqlite:///relative` and `sqlite:////absolute`, as SQLAlchemy reads them; importing it here would cost every part 25 MB.
    parsed = urlsplit(url)
    return Path(parsed.path[1:]).absolute() if parsed.scheme.startswith("sqlite") and parsed.path[1:] else None


def is_verified(url: str) -> bool:
    """Say whether nobody can stand between us and this database unnoticed: a file, this machine, or TLS with its name checked."""
    parsed = urlsplit(url)
    query = parse_qs(parsed.query)
    hosts = [parsed.hostname, *(host for given in query.get("host", []) for host in given.split(","))]
    elsewhere = any(host and not host.startswith("/") and not is_loopback(host) for host in hosts)
    return not elsewhere or query.get("sslmode") == ["verify-full"]


def _may_hold_demo(url: str, home: Path) -> bool:
    """Say whether made-up cases may be written to this database: inside the home, or local and called a demo."""
    if file := _sqlite_file(url):
        return file.resolve().is_relative_to(home.resolve())
    parsed = urlsplit(url)  # a query could name another host than the one that is looked at here
    is_postgresql = parsed.scheme.startswith("postgresql") and not parsed.query
    return is_postgresql and is_loopback(parsed.hostname) and "demo" in parsed.path


def is_loopback(host: str | None) -> bool:
    """Say whether this host name is this machine; without a resolver, since names can be made to point anywhere."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
