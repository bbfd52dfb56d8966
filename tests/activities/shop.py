"""A small shop with real stores, filled row by row by each test: two databases, a folder, and somebody to ask by hand."""

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from activities.collection import Collection
from activities.systems.registry import Systems
from activities.systems.sql import SqlSystem
from adapters.collected import Collected, CollectedCollection
from adapters.database.tables import CaseIdentifierRow, SearchReceipt
from adapters.resources import Resources
from domain.events import Tag
from domain.messages import CaseRef, Collect, SystemResult
from domain.messages import Collected as CollectedMessage
from tests.case_in_hand import CaseInHand

DATAMAP = Path(__file__).parent.parent / "data" / "collection_datamap.yml"
RUTH = "ruth@post.example"

_app, _billing = sa.MetaData(), sa.MetaData()
_text, _int = sa.Text, sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = {
    table.name: table
    for table in (
        sa.Table(
            "accounts",
            _app,
            sa.Column("id", _int, primary_key=True),
            *(sa.Column(name, _text) for name in ("email", "phone", "name", "secret")),
            sa.Column("created_at", sa.Date),
        ),
        sa.Table("sessions", _app, sa.Column("token", _text, primary_key=True), sa.Column("account_id", _int)),
        sa.Table(
            "drafts",
            _app,
            sa.Column("id", _int, primary_key=True),
            sa.Column("account_id", _int, index=True),
            *(sa.Column(name, _text) for name in ("body", "file_name")),
        ),
        sa.Table("devices", _app, sa.Column("id", _int, primary_key=True), sa.Column("account_id", _int)),
        sa.Table(
            "device_logins",
            _app,
            sa.Column("id", _int, primary_key=True),
            sa.Column("device_id", _int),
            sa.Column("who", _text),
        ),
        sa.Table(
            "invoices",
            _billing,
            *(sa.Column(name, _text, primary_key=name == "number") for name in ("number", "customer", "email")),
            sa.Column("amount", sa.Numeric(10, 2)),
        ),
    )
}


class Shop:
    """The stores, and what a worker makes of them.

    Args:
        resources: with the shop's data map.
        urls: SQLAlchemy URLs of `app` and `billing`.
        folder: the root of `store`.
    """

    def __init__(self, resources: Resources, urls: dict[str, str], folder: Path) -> None:
        self.resources = resources
        self.folder = folder
        self.engines = {name: sa.create_engine(url) for name, url in urls.items()}
        _app.create_all(self.engines["app"])
        _billing.create_all(self.engines["billing"])
        folder.mkdir()
        self.environment = {"APP_URL": urls["app"], "BILLING_URL": urls["billing"], "STORE_ROOT": str(folder)}
        self._collections: list[Collection] = []
        self.connect()

    def connect(self) -> None:
        """Start the worker's side anew, as after a restart."""
        self.systems = Systems(self.resources.datamap, self.resources.settings.home, self.environment)
        self._collections.append(Collection(self.resources, self.systems))

    @property
    def collection(self) -> Collection:
        return self._collections[-1]

    def close(self) -> None:
        for collection in self._collections:
            collection.close()
        for engine in self.engines.values():
            engine.dispose()

    def insert(self, name: str, *rows: tuple[Any, ...]) -> None:
        table = TABLES[name]
        names = [column.name for column in table.columns]
        with self._engine(name).begin() as connection:
            connection.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows])

    def delete(self, name: str, **where: object) -> None:
        table = TABLES[name]
        with self._engine(name).begin() as connection:
            connection.execute(sa.delete(table).where(*(table.c[key] == value for key, value in where.items())))

    def rename(self, name: str, new: str) -> None:
        with self._engine(name).begin() as connection:
            connection.execute(sa.text(f'ALTER TABLE "{name}" RENAME TO "{new}"'))

    def put(self, path: str, content: bytes = b"a picture") -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return place

    def account(self, number: int = 7, email: str = RUTH, phone: str | None = None) -> None:
        self.insert("accounts", (number, email, phone, f"Person {number}", "hunter2", date(2024, 3, number)))

    def case(self, email: str | None = RUTH, *, proven: bool = True, **changes: object) -> CaseInHand:
        case = CaseInHand(self.resources, email=email, **changes)
        if proven:
            case.proven()
        return case

    def accept_hints(self, case: CaseInHand) -> None:
        """A caseworker makes a search key of everything the person mentioned, with a reason."""
        with self.resources.database.read() as session:
            rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case.id)).all()
        for row in rows:
            if row.id != case.mailbox:
                case.happen(Tag.IDENTIFIER_ACCEPTED, identifier=str(row.id))

    def collect(self, case: CaseInHand, **changes: object) -> dict[str, SystemResult]:
        answer = self.collection.collect(Collect.model_validate({"case_id": case.id, "run": 1, **changes}))
        return {result.system: result for result in answer.results}

    def snapshot(self, case: CaseInHand) -> CollectedMessage:
        return self.collection.snapshot_short_lived(CaseRef(case_id=case.id))

    def found(self, case: CaseInHand, run: int = 1) -> dict[str, CollectedCollection]:
        return {one.name: one for one in Collected.open(self.resources, case.id, run).collections}

    def rows(self, case: CaseInHand, name: str, run: int = 1) -> list[dict[str, Any]]:
        return [item.row for item in self.found(case, run)[name].items()]

    def receipts(self, case: CaseInHand, run: int = 1) -> dict[str, SearchReceipt]:
        with self.resources.database.read() as session:
            here = SearchReceipt.case_id == case.id, SearchReceipt.run == run
            return {row.collection: row for row in session.exec(select(SearchReceipt).where(*here))}

    def blobs(self) -> set[str]:
        """The names of all finished blobs."""
        root = Path(self.resources.settings.blobs_url)
        return {path.name for path in root.glob("??/*")}

    @contextlib.contextmanager
    def asked(self, *, changing: bool = False) -> Iterator[list[tuple[str, Any]]]:
        """Every statement that Habeas sends to the sources inside the block, with its parameters."""
        statements: list[tuple[str, Any]] = []

        def record(_connection: object, _cursor: object, text: str, bound: object, _context: object, _many: object) -> None:
            statements.append((text, bound))

        engines = self._connected(changing=changing)
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", record)
        yield statements
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", record)

    def changing(self) -> contextlib.AbstractContextManager[list[tuple[str, Any]]]:
        """The same of the accounts that may change rows."""
        return self.asked(changing=True)

    def _connected(self, *, changing: bool) -> list[sa.Engine]:
        connectors = [one for name in ("app", "billing") if isinstance(one := self.systems.connector(name), SqlSystem)]
        engines = [one.changing if changing else one.engine for one in connectors]
        return [engine for engine in engines if engine is not None]

    def _engine(self, table: str) -> sa.Engine:
        return self.engines["billing" if table == "invoices" else "app"]


@contextlib.contextmanager
def opened(resources: Resources, urls: dict[str, str], folder: Path) -> Iterator[Shop]:
    shop = Shop(resources, urls, folder)
    try:
        yield shop
    finally:
        shop.close()
