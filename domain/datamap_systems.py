"""The controller's systems and the collections in them: where personal data stand and how a person's rows are found.

Serves Articles 15, 17 and 30. Connectors are written against these models: table and column names are plain identifiers,
paths are relative and cannot climb, and a connection names environment variables instead of holding secrets.

Next: domain/datamap_rules.py
"""

import os.path
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from domain.datamap_parts import Asked, LawfulBasis, Mailbox, Name, Part, Target, Text, Words
from domain.errors import SettingsError
from domain.grounds import Ground
from domain.period import Period

Column = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]  # 63: PostgreSQL's limit
Table = Annotated[str, StringConstraints(pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,62}$")]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Told = Literal["name", "address", "phone", "email"]
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^${}]*))?\}")
FOUND_BY_HAND = "Files that a person found"
BY_HAND = "by_hand"  # as if a collection: the files that people found in a system; none of a data map is called so
_SQLITE = re.compile(r"sqlite(\+[a-z]+)?:///")


class SystemKind(StrEnum):
    """Who searches a system: a connector of this kind, a person (`manual`), or both: what a person imported (`archive`)."""

    SQL = "sql"
    FILES = "files"
    MANUAL = "manual"
    ARCHIVE = "archive"
    HTTP = "http"
    PROCESSOR = "processor"
    HABEAS = "habeas"


class Origin(StrEnum):
    """Where data come from (Article 15(1)(g)); portability covers `provided` and `observed` (Article 20)."""

    PROVIDED = "provided"
    OBSERVED = "observed"
    GENERATED = "generated"
    THIRD_PARTY = "third_party"


class ErasureAction(StrEnum):
    """What erasure does with the rows of a collection."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    NULL = "null"
    HASH = "hash"
    RETAIN = "retain"


class DataField(Part):
    """One field (column) of a collection."""

    category: Name = Field(description="category of personal data")
    title: Words | None = Field(default=None, description="what a person calls it; left out: its name with blanks")
    description: Words | None = Field(default=None, description="what it means, if its name does not say it")
    type: Literal["text", "integer", "decimal", "boolean", "date", "datetime", "bytes", "json"] | None = Field(
        default=None, description="left out: as the source says"
    )
    masked: bool = Field(default=False, description="`yes`: the package says that it is held, not what it is (a password hash)")
    third_party: bool = Field(default=False, description="`yes`: may hold data about other people (Article 15(4))")
    of_person: Told | None = Field(default=None, description="what it tells of the person whose row it is, so nobody else's")
    portable: bool = Field(default=True, description="`no`: made by us, so not in a portable copy (Article 20)")

    def called(self, name: str) -> str:
        """What a person calls the field of this name."""
        return self.title or name.replace("_", " ").capitalize()


class Reference(Part):
    """A way to a collection's rows: those whose `field` equals `to` of a row found before."""

    field: Column = Field(description="field of this collection")
    to: Target = Field(description="`system.collection.field` that leads here")
    same_person: bool = Field(description="`no`: shared by several people (card, device, address); never followed")

    @property
    def source(self) -> tuple[str, str, str]:
        """System, collection and field that lead here."""
        system, collection, field = self.to.split(".")
        return system, collection, field


class Before(Part):
    """What a person does before anything of a collection is erased: a charge that goes on, a conversation that is open."""

    task: Text = Field(description="what to do, with the id under which to do it")
    field: Column | None = Field(default=None, description="only when a row has one of `values` here")
    values: tuple[Text, ...] = Field(default=(), description="needed with `field`")


class Erasure(Part):
    """What erasure does with a collection (Article 17)."""

    action: ErasureAction = Field(description="what happens to the rows")
    fields: tuple[Column, ...] = Field(default=(), description="fields that anonymise, null or hash acts on")
    ground: Ground | None = Field(default=None, description="needed for `retain`; a retention period is not a ground")
    reason: Words | None = Field(default=None, description="needed for `retain`: the sentence a person reads, with the law")
    period: Period | None = Field(default=None, description="needed for `retain`: when it ends")
    counted_from: Words | None = Field(default=None, description="needed for `retain`: the event the period is counted from")
    year_ends: MonthDay | None = Field(
        default=None, description="`04-05`: the period is counted from the end of the accounting year, which is this day"
    )
    before: Before | None = Field(default=None, description="what a person does first")

    @field_validator("action", mode="before")
    @classmethod
    def _null_is_a_word(cls, value: object) -> object:
        return ErasureAction.NULL if value is None else value  # `action: null` in YAML


class Withdrawal(Part):
    """What ends a consent in a row (Article 7(3)), or stops a purpose that was objected to; what was done stays as it was."""

    purpose: Name = Field(description="purpose that it is about; one that rests on legitimate interests takes `now` alone")
    field: Column = Field(description="field that says so")
    to: Literal["now", "no"] = Field(description="`now`: the time of the withdrawal, where none stands there; `no`: switched off")
    when: dict[Column, tuple[Text, ...]] = Field(
        default={}, description="only rows in which each of these fields has one of its values"
    )

    @field_validator("to", mode="before")
    @classmethod
    def _no_is_a_word(cls, value: object) -> object:
        return "no" if value is False else value  # `to: no` in YAML


class Sweep(Part):
    """What becomes of rows whose retention period is over; left out, no sweep ever looks into the collection."""

    action: ErasureAction | None = Field(default=None, description="what happens to the rows; left out: as on erasure")
    fields: tuple[Column, ...] = Field(default=(), description="that the action acts on; left out: as on erasure")
    keep_while: Column | None = Field(
        default=None, description="a row in which this field says something is an exception and is kept"
    )
    inactive: Name | None = Field(
        default=None,
        description="retention rule for people who do nothing any more, by `active_at_field`; each is told twice before",
    )


class Collection(Part):
    """One table, folder or drawer: rows of one sort, with one purpose, one retention rule and one way to erase them."""

    name: Name = Field(description="short name; stands in the package's paths")
    title: Words = Field(description="what a person calls it")
    description: Words | None = Field(default=None, description="what is in it")
    table: Table | None = Field(default=None, description="sql: table or view, `schema.table` if needed")
    path: Text | None = Field(default=None, description="files: path under the root with one `{field}`; `*` at its end")
    primary_key: tuple[Column, ...] = Field(default=(), description="fields that name a row; needed for sql")
    fields: dict[Column, DataField] = Field(min_length=1, description="every field, by its name")
    identities: dict[Column, Name] = Field(default={}, description="field: kind (`email`, `phone`, `account_id`, ...)")
    references: tuple[Reference, ...] = Field(default=(), description="ways to rows from rows found before")
    anonymous: bool = Field(default=False, description="`yes`: nobody can be found in it; refused if a key stands in it")
    purpose: Name = Field(description="main purpose")
    other_purposes: tuple[Name, ...] = Field(default=(), description="further purposes")
    lawful_basis: LawfulBasis = Field(description="that of the main purpose, said again so that it is read")
    recipients: tuple[Name, ...] = Field(default=(), description="recipients beside those of the system")
    retention: Name = Field(description="retention rule")
    retention_from: Column | None = Field(default=None, description="field the period is counted from, if it is in the row")
    retention_exceptions: tuple[Name, ...] = Field(default=(), description="rules that may keep or end it otherwise")
    erasure: Erasure = Field(description="what erasure does")
    sweep: Sweep | None = Field(default=None, description="what a sweep does when the period is over; left out: nothing")
    short_lived: bool = Field(default=False, description="`yes`: gone before the month is over, so copied at receipt")
    origin: Origin = Field(description="where the data come from (Article 15(1)(g))")
    source: Words | None = Field(default=None, description="from whom, as a sentence; needed for `third_party`")
    created_at_field: Column | None = Field(default=None, description="field with the time a row was made")
    shown_field: Column | None = Field(default=None, description="shows a row to others; emptied while an account is suspended")
    active_at_field: Column | None = Field(default=None, description="field with the time the person was last active")
    restricted_field: Column | None = Field(
        default=None,
        description="field that your own code asks before it uses anything of the person; empty or no: not restricted",
    )
    disputed_field: Column | None = Field(default=None, description="field that marks a record as disputed (Article 16)")
    statement_field: Column | None = Field(
        default=None, description="field that takes what the person says about a disputed record, word for word"
    )
    withdrawals: tuple[Withdrawal, ...] = Field(
        default=(), description="how a consent ends here, or a purpose stops that was objected to (Articles 7(3), 21)"
    )
    contact_changed_field: Column | None = Field(default=None, description="field with the time the contact was changed")

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of its fields, each once, in the order of the fields."""
        return tuple(dict.fromkeys(field.category for field in self.fields.values()))

    @property
    def correctable(self) -> tuple[str, ...]:
        """The fields that may be corrected: not what names a row, leads to others, or is held without being shown."""
        keys = {*self.primary_key, *(reference.field for reference in self.references)}
        fields = () if self.anonymous else self.fields.items()
        return tuple(name for name, field in fields if name not in keys and not field.masked)

    @property
    def third_party(self) -> bool:
        """Whether rows may hold data about other people (Article 15(4))."""
        return any(field.third_party for field in self.fields.values())


class Connection(Part):
    """Where a system is. Both texts may hold `${NAME}` or `${NAME:-default}`."""

    read: Text = Field(description="URL or path for searching, with an account that can only read")
    change: Text | None = Field(default=None, description="the same for erasing and correcting; used for nothing else")


class System(Part):
    """One of the controller's systems."""

    name: Name = Field(description="short name")
    title: Words = Field(description="what a person calls it")
    kind: SystemKind = Field(description="who searches it: a connector of this kind, or a person")
    owner: Text | None = Field(default=None, description="who looks after it")
    owner_email: Mailbox | None = Field(default=None, description="who is told when it does not answer")
    connection: Connection | None = Field(default=None, description="where it is; needed for sql, files and http")
    instructions: Text | None = Field(
        default=None, description="manual: what the person who searches has to do; archive: who exports what, and how"
    )
    asked: Asked = Field(default=Asked.ALWAYS, description="archive: where somebody is asked to import; `staff`: where they ask")
    recipients: tuple[Name, ...] = Field(default=(), description="recipients of everything in it (hosting)")
    attempts: int = Field(default=8, ge=1, le=100, description="tries before a caseworker is asked")
    rate: float | None = Field(default=None, gt=0, description="requests a second it can bear; left out: no limit")
    backups: Period | None = Field(
        default=None, description="how long backups still hold what was erased; the certificate says so"
    )
    collections: tuple[Collection, ...] = Field(min_length=1, description="what is in it")


def stays_inside(path: str) -> bool:
    """Whether a relative path, read letter by letter, cannot leave the folder it is put under.

    Says nothing about symbolic links: whoever opens the file asks the file system for that.
    """
    if not path or "\\" in path or any(ord(letter) < ord(" ") for letter in path):
        return False
    return not path.startswith(("/", "~")) and ".." not in path.split("/")


def defaults(setting: str) -> str:
    """The setting as it reads when no environment variable is set; `${NAME}` without a default becomes nothing."""
    return _VARIABLE.sub(lambda match: match[2] or "", setting)


def is_setting(setting: str) -> bool:
    """Whether every `$` belongs to a well-formed `${NAME}` or `${NAME:-default}`."""
    return "$" not in _VARIABLE.sub("", setting)


def literal_path(setting: str) -> str | None:
    """The file path that stands in the setting itself, or None when it is a URL or wholly an environment variable's."""
    plain = defaults(setting)
    scheme = _SQLITE.match(plain)
    if not scheme and "://" in plain:
        return None
    return (plain[scheme.end() :] if scheme else plain) or None


def resolve(setting: str, *, home: Path, environment: Mapping[str, str]) -> str:
    """A connection setting with its variables filled in and its path made absolute.

    A path written in the data map is relative to the home and cannot leave it; an absolute path comes from an environment
    variable, because that is the operator's own word. `sqlite:///relative.db` and plain paths are treated alike; other
    URLs are returned as they are.

    Args:
        setting: `Connection.read` or `.change`.
        home: HABEAS_HOME, absolute.
        environment: usually `os.environ`.

    Raises:
        SettingsError: a variable without default is not set, or the path leaves the home. Names the variable, no value.
    """
    variables = _VARIABLE.findall(setting)
    missing = [name for name, _ in variables if name not in environment and f"${{{name}}}" in setting]
    if missing or not is_setting(setting):
        raise SettingsError("The data map names an environment variable that is not set.", variables=missing)
    named = _VARIABLE.sub(lambda match: environment.get(match[1], match[2] or ""), setting)
    scheme = _SQLITE.match(named)
    if not scheme and "://" in named:
        return named
    path = named[scheme.end() :] if scheme else named
    from_operator = any(name in environment for name, _ in variables)
    if not path or not (from_operator or stays_inside(path)):
        raise SettingsError("A path in the data map leaves the home. Name an environment variable for it instead.")
    return (scheme[0] if scheme else "") + os.path.normpath(home / path)
