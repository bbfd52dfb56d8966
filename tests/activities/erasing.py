"""A shop whose data map deletes, anonymises and retains, and an erasure in it, step by step."""

import subprocess
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from activities.erasure import Erasure
from adapters.database.erasure_tables import ErasurePlanRow, ErasureStepRow
from domain.blobs import BlobRef
from domain.erasure import Edit
from domain.erasure_messages import (
    CarryOutErasure,
    Certified,
    CertifyErasure,
    ErasureCarriedOut,
    LookAgain,
    LookedAgain,
    PlanErasure,
    PlanMade,
)
from domain.messages import CaseRef
from tests.activities import shop as shops
from tests.activities.shop import RUTH, Shop
from tests.case_in_hand import CaseInHand

RETAIN = """erasure:
          action: retain
          ground: "17(3)(b)"
          reason: Tax law obliges us to keep invoices
          period: 6 years
          counted_from: the invoice"""


def datamap(folder: Path) -> Path:
    """The shop's data map with devices made anonymous, and invoices kept for the tax office."""
    text = shops.DATAMAP.read_text(encoding="utf-8")
    for name, erasure in (("devices", "erasure: {action: anonymise, fields: [account_id]}"), ("invoices", RETAIN)):
        before, found, after = text.partition(f"      - name: {name}\n")
        assert found
        text = before + found + after.replace("erasure: {action: delete}", erasure, 1)
    path = folder / "erasing.yml"
    path.write_text(text, encoding="utf-8")
    return path


class Erasing:
    """One case of erasure."""

    def __init__(self, shop: Shop, case: CaseInHand | None = None) -> None:
        self.shop = shop
        self.case = case or shop.case()
        self.looks = 0
        self.connect()

    def connect(self) -> None:
        """As after a restart of the worker."""
        self.shop.connect()
        self.erasure = Erasure(self.shop.resources, self.shop.systems)

    def plan(self, number: int = 1, *edits: Edit) -> PlanMade:
        message = PlanErasure(case_id=self.case.id, number=number, run=self._run(), keys=[self.case.mailbox], edits=list(edits))
        return self.erasure.plan_erasure(message)

    def carry_out(self, made: PlanMade, run: int | None = None) -> ErasureCarriedOut:
        assert made.plan is not None
        assert made.sha256 is not None
        message = CarryOutErasure(case_id=self.case.id, plan=made.plan, sha256=made.sha256, run=run or self._run())
        return self.erasure.carry_out_erasure(message)

    def look(self, made: PlanMade) -> LookedAgain:
        assert made.plan is not None
        return self.erasure.look_again(LookAgain(case_id=self.case.id, plan=made.plan, run=self._run()))

    def certify(self, made: PlanMade, **changes: list[str]) -> Certified:
        assert made.plan is not None
        return self.erasure.certify_erasure(
            CertifyErasure.model_validate({"case_id": self.case.id, "plan": made.plan, **changes})
        )

    @property
    def case_ref(self) -> CaseRef:
        return CaseRef(case_id=self.case.id)

    def row(self, made: PlanMade) -> ErasurePlanRow:
        with self.shop.resources.database.read() as session:
            return session.get_one(ErasurePlanRow, made.plan)

    def steps(self) -> dict[str, ErasureStepRow]:
        with self.shop.resources.database.read() as session:
            return {row.collection: row for row in session.exec(select(ErasureStepRow))}

    def member(self, made: PlanMade, kind: str) -> bytes:
        certificate = self.row(made).certificate
        assert certificate is not None
        vault = self.shop.resources.vault.case(self.case.id)
        with self.shop.resources.blobs.read(vault, BlobRef.model_validate(certificate[kind])) as stored:
            return b"".join(stored)

    def certificate(self, made: PlanMade, folder: Path) -> str:
        """What a person reads in the PDF."""
        path = folder / "certificate.pdf"
        path.write_bytes(self.member(made, "certificate.pdf"))
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
        return " ".join(text.split())

    def _run(self) -> int:
        self.looks += 1
        return -self.looks


def rows(shop: Shop, table: str) -> list[tuple[Any, ...]]:
    """A table as plain SQL shows it."""
    engine = shop.engines["billing" if table == "invoices" else "app"]
    with engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))), key=str)


def filled(shop: Shop) -> Shop:
    """What accounts 7 and 8 have in every store."""
    shop.account(7)
    shop.account(8, email="somebody@else.example")
    shop.insert("drafts", (1, 7, "hello", "a.png"), (2, 7, "more", None), (3, 8, "not hers", "b.png"))
    shop.insert("sessions", ("secret-7", 7), ("secret-8", 8))
    shop.insert("devices", (1, 7), (2, 8))
    shop.insert("device_logins", (1, 1, "a flatmate"))
    shop.insert("invoices", ("R-1", "7", RUTH, "12.50"), ("R-2", "8", None, "1.00"))
    for path in ("pictures/a.png", "pictures/b.png", "uploads/7/one.txt", "uploads/8/one.txt"):
        shop.put(path)
    return shop


def files(shop: Shop) -> list[str]:
    return sorted(str(path.relative_to(shop.folder)) for path in shop.folder.rglob("*"))


def assert_erased(shop: Shop) -> None:
    """What plain SQL and the file system say once account 7 is erased."""
    assert [row[0] for row in rows(shop, "accounts")] == [8]
    assert [row[0] for row in rows(shop, "drafts")] == [3]
    assert rows(shop, "sessions") == [("secret-8", 8)]
    assert set(rows(shop, "devices")) == {(1, None), (2, 8)}
    assert [row[0] for row in rows(shop, "invoices")] == ["R-1", "R-2"]
    assert [row[0] for row in rows(shop, "device_logins")] == [1]  # shared: leads to other people
    assert files(shop) == ["pictures", "pictures/b.png", "uploads", "uploads/8", "uploads/8/one.txt"]
