"""A proof of identity is sealed, and destroyed for good."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select

from activities.identity import Identity
from adapters.database.tables import IdentityEvidence
from adapters.evidence import MOST_BYTES, store_evidence
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.errors import InvalidInputError, KeyMissingError
from domain.messages import CaseRef
from tests.case_in_hand import CaseInHand


def evidence_of(case: CaseInHand) -> IdentityEvidence:
    with case.resources.database.read() as session:
        return session.exec(select(IdentityEvidence).where(IdentityEvidence.case_id == case.id)).one()


def test_evidence_is_sealed_and_destroyed_for_good(case: CaseInHand) -> None:
    resources = case.resources
    photograph = b"\x89PNG\r\n\x1a\n" + b"a face" * 50_000
    evidence = store_evidence(resources, case.id, io.BytesIO(photograph), "image/png")
    row = evidence_of(case)
    assert row.id == evidence
    ref = BlobRef.model_validate(row.blob)
    with resources.blobs.read(resources.vault.evidence(case.id), ref) as blob:
        assert blob.read() == photograph
    files = [path for path in Path(resources.settings.blobs_url).rglob("*") if path.is_file()]
    assert not any(b"a face" in path.read_bytes() for path in files)
    for _ in range(2):  # done twice, nothing more happens
        Identity(resources).destroy_evidence(CaseRef(case_id=case.id))
    row = evidence_of(case)
    assert row.destroyed_at is not None
    assert row.blob is None
    with pytest.raises(KeyMissingError):
        resources.vault.evidence(case.id)
    assert not any(path.is_file() for path in Path(resources.settings.blobs_url).rglob("*"))
    assert resources.vault.case(case.id) is not None


def test_a_case_without_evidence_has_nothing_to_destroy(case: CaseInHand) -> None:
    Identity(case.resources).destroy_evidence(CaseRef(case_id=case.id))
    with pytest.raises(KeyMissingError):
        case.resources.vault.evidence(case.id)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<svg/>", "image/svg+xml"),
        (b"", "image/png"),
        (b"\xff\xd8\xff" * (MOST_BYTES // 3 + 1), "image/jpeg"),
        (b"MZ a program", "image/png"),
    ],
)
def test_what_is_no_proof_of_identity_is_not_kept(case: CaseInHand, content: bytes, media_type: str) -> None:
    with pytest.raises(InvalidInputError):
        store_evidence(case.resources, case.id, io.BytesIO(content), media_type)
    with case.resources.database.read() as session:
        assert session.exec(select(IdentityEvidence)).all() == []
    assert not any(path.is_file() for path in Path(case.resources.settings.blobs_url).rglob("*"))


def test_a_blob_of_no_row_is_not_left_behind(resources: Resources) -> None:
    nobody = uuid4()  # no receipt: the row breaks its foreign key
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store_evidence(resources, nobody, io.BytesIO(b"\x89PNG\r\n\x1a\n"), "image/png")
    assert not any(path.is_file() for path in Path(resources.settings.blobs_url).rglob("*"))
