"""Whether the certificate of an erasure is the one that was signed: offline, by anybody (`habeas verify-package`).

It comes as three files of one letter: the document (JSON), its signature beside it, and the PDF that a person reads, of which the
document names the hash. Next: adapters/package_check.py
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adapters.package_check import PackageCheck
from adapters.signing import verify_signature
from domain.errors import SealBrokenError

TYPE = "habeas.certificate/1"
_LARGEST = 16 * 2**20


def check_certificate(path: Path, known_keys: Mapping[str, bytes]) -> PackageCheck:
    """Check a certificate by its document; signature and PDF lie beside it under the same name.

    Args:
        path: of `certificate.json`.
        known_keys: public keys in PEM by kid; without the signer's nothing can be said of the signature.

    Raises:
        FileNotFoundError: there is no such file.
    """
    raw = path.read_bytes()[:_LARGEST]
    try:
        document: dict[str, Any] = json.loads(raw)
        kid = str(document["kid"])
    except (ValueError, KeyError, TypeError):
        return PackageCheck("broken", (f"{path.name} cannot be read.",))
    problems = [*_pdf(path, document)]
    if kid in known_keys:
        problems += _signature(path, raw, known_keys[kid])
    summary: dict[str, Any] = {str(name): document[name] for name in ("reference", "created", "kid") if name in document}
    if problems:
        return PackageCheck("broken", tuple(problems), summary)
    return PackageCheck("intact" if kid in known_keys else "intact_unknown_signer", (), summary)


def _pdf(path: Path, document: Mapping[str, Any]) -> Iterator[str]:
    pdf = path.with_suffix(".pdf")
    if not pdf.is_file():
        yield f"{pdf.name} is missing: put it beside {path.name}."
    elif hashlib.sha256(pdf.read_bytes()).hexdigest() != document.get("pdf_sha256"):
        yield f"{pdf.name} was changed."


def _signature(path: Path, raw: bytes, key: bytes) -> Iterator[str]:
    signature = path.with_suffix(".sig")
    try:
        verify_signature(key, TYPE, raw, signature.read_bytes())
    except FileNotFoundError:
        yield f"{signature.name} is missing: put it beside {path.name}."
    except (SealBrokenError, ValueError):
        yield f"{signature.name} does not fit {path.name}."
