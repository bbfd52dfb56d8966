"""The certificate of an erasure: what is gone, what was made anonymous, what is kept and why, what others were told (PDF).

Serves Articles 12(1), 12(4), 17 and 19. It says "done" or "pending" and never "everything is gone"; it names no row and no
address. It speaks the language of the case's letters. A signed document with the same content and the PDF's hash goes with it, in
English and with the names of the data map (`security.md` 2.8).

Next: adapters/database/erasure_tables.py
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, update

from activities import typesetting
from activities.erasure_plan import local_day, titles
from activities.letter_erasure import WORDS, why
from activities.package_cells import count, day
from activities.package_language import cited, current, known, labelled, say, speaking
from activities.suppression import last_backup
from adapters.blobs import Blobs
from adapters.case_vault import CaseVault
from adapters.certificate_check import TYPE
from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.tables import CaseReceipt, CaseRecord
from adapters.database.unnamed import Unnamed
from adapters.letter_languages import remedies_in
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.chain import rfc3339
from domain.datamap import ErasureAction
from domain.datamap_parts import RecipientKind
from domain.erasure import Entry, ErasurePlan
from domain.erasure_messages import Certified, CertifyErasure
from domain.typography import set_in

PDF_KIND, DOCUMENT_KIND, SIGNATURE_KIND = "certificate.pdf", "certificate.json", "certificate.sig"
_DONE_TO = {
    ErasureAction.DELETE: "%(records)s erased",
    ErasureAction.ANONYMISE: "%(records)s made anonymous: nothing in them leads to you any more",
    ErasureAction.NULL: "%(records)s emptied of what names you",
    ErasureAction.HASH: "%(records)s emptied of what names you; a code that nobody can turn back stands in its place",
}


def certify(resources: Resources, row: ErasurePlanRow, message: CertifyErasure) -> Certified:
    """Write the certificate once; asked again, it is found."""
    plan = ErasurePlan.model_validate(row.plan)
    facts = _Facts(resources, row, plan, message)
    if row.certificate is None:
        made = _made(resources, row, facts)
        these = (col(ErasurePlanRow.id) == row.id, col(ErasurePlanRow.certificate).is_(None))
        with resources.database.write() as session:
            session.execute(update(ErasurePlanRow).where(*these).values(certificate=made))
            row = session.get_one(ErasurePlanRow, row.id)
    assert row.certificate is not None
    pdf = BlobRef.model_validate(row.certificate[PDF_KIND])
    left = _left(row)
    erased = sum(entry.rows - left.get(entry.place, 0) for entry in _touched(plan, ErasureAction.DELETE))
    return Certified(sha256=pdf.sha256, erased=erased, kept=plan.rows(ErasureAction.RETAIN))


def _touched(plan: ErasurePlan, *actions: ErasureAction) -> list[Entry]:
    return [entry for entry in plan.entries if entry.rows and not entry.by_hand and entry.action in actions]


def _left(row: ErasurePlanRow) -> dict[tuple[str, str], int]:
    """Rows that the newest look found and that should not be there."""
    left = (row.after or {}).get("left", [])
    return {(each["system"], each["collection"]): each["rows"] for each in left if not each["newer"]}


def _made(resources: Resources, row: ErasurePlanRow, facts: "_Facts") -> dict[str, Any]:
    at = datetime.now(UTC).replace(microsecond=0)
    pdf = facts.pdf(at)
    document = json.dumps(facts.document(pdf, at), ensure_ascii=False, indent=1).encode()
    vault = resources.vault.case(row.case_id)
    parts = {PDF_KIND: pdf, DOCUMENT_KIND: document, SIGNATURE_KIND: resources.signer.sign(TYPE, document)}
    return {kind: _sealed(resources.blobs, vault, kind, content).model_dump(mode="json") for kind, content in parts.items()}


def _sealed(blobs: Blobs, vault: CaseVault, kind: str, content: bytes) -> BlobRef:
    with blobs.create(vault, kind) as blob:
        blob.write(content)
    return blob.ref


class _Facts:
    """What the certificate says, from the plan and what the look afterwards found."""

    def __init__(self, resources: Resources, row: ErasurePlanRow, plan: ErasurePlan, message: CertifyErasure) -> None:
        self._resources, self._row, self._message = resources, row, message
        with resources.database.read() as session:
            self._receipt = session.get_one(CaseReceipt, row.case_id)
            self._head = session.get_one(CaseRecord, row.case_id).head
            told = Unnamed.of(session, plan.keys).told(plan.entries)
        self._language = known(self._receipt.language)
        self._datamap = resources.datamap.in_language(self._language)
        self._plan = plan.model_copy(update={"entries": tuple(told)})  # for whoever reads it; the record of the case has all
        self._places = {entry.place: entry for entry in told}
        self._left = {place: rows for place, rows in _left(row).items() if place in self._places}

    def pdf(self, at: datetime) -> bytes:
        """What the person reads, in the language of their letters."""
        with speaking(self._language):
            template = "certificate" if current() == "en" else f"certificate_{current()}"
            return typesetting.pdf(template, self._answer(at), at)

    def _answer(self, at: datetime) -> dict[str, Any]:
        """What the template prints."""
        controller, today = self._datamap.controller, local_day(self._resources, at)
        backups = last_backup(self._resources, self._row)
        kept = [self._kept(entry) for entry in self._plan.entries if entry.kept and (entry.rows or entry.by_hand)]
        return {
            "called": controller.trading_as or controller.name,
            "controller": {"name": controller.name, "address": list(controller.address)},
            "contacts": controller.contacts.model_dump(mode="json"),
            "reference": self._receipt.reference,
            "made_on": day(today),
            "asked_on": day(local_day(self._resources, self._receipt.received_at)),
            "erased_on": day(local_day(self._resources, self._row.begun_at or at)),
            "erased": [self._line(entry) for entry in _touched(self._plan, ErasureAction.DELETE)],
            "changed": [self._line(entry) for entry in _touched(self._plan, *_DONE_TO.keys() - {ErasureAction.DELETE})],
            "kept": kept,
            "by_hand": self._by_hand(),
            "others": self._others(),
            "pending": self._pending(),
            "backups": day(backups) if backups else "",
            "shared": self._was_public(),
            "remedies": [asdict(each) for each in remedies_in(current(), self._receipt.regimes, controller)],
            "as_written": ""
            if self._datamap.speaks(current())
            else say("What we have written down in our register stands here in the language in which it stands there."),
            "kid": self._resources.signer.kid,
        }

    def document(self, pdf: bytes, at: datetime) -> dict[str, Any]:
        """The signed content: names, counts, dates."""
        return {
            "type": TYPE,
            "install": self._resources.vault.install.hex(),
            "controller": self._resources.datamap.controller.name,
            "reference": self._receipt.reference,
            "created": rfc3339(at),
            "kid": self._resources.signer.kid,
            "datamap": self._plan.datamap,
            "head": self._head,
            "plan": self._row.sha256,
            "begun": rfc3339(self._row.begun_at or at),
            "entries": [entry.model_dump(mode="json", exclude={"keys", "note"}) for entry in self._plan.entries],
            "left": [{"system": system, "collection": name, "rows": rows} for (system, name), rows in sorted(self._left.items())],
            "instructed": sorted(self._message.instructed),
            "confirmed": sorted(self._message.confirmed),
            "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        }

    def _line(self, entry: Entry) -> dict[str, str]:
        gone = count(entry.rows - self._left.get(entry.place, 0), "record")
        return {"title": self._title(entry), "result": say(_DONE_TO[entry.action], records=gone)}

    def _title(self, entry: Entry) -> str:
        return labelled(*titles(self._datamap.systems, entry))

    def _kept(self, entry: Entry) -> dict[str, str]:
        held = count(entry.rows, "record") if not entry.by_hand else say("What may be there; only a person can look")
        until = WORDS[current()].until.format(day(entry.until)) if entry.until else ""
        reason = set_in(current(), why(entry, self._resources.datamap, self._datamap, current()))
        law = cited(f"Article {entry.ground}")
        return {"title": self._title(entry), "result": f"{held}. {reason} ({law}). {until}".strip()}

    def _by_hand(self) -> list[dict[str, str]]:
        done = set(self._message.done_by_hand)
        names = dict.fromkeys(entry.system for entry in self._plan.entries if entry.by_hand and not entry.kept)
        states = {name: say("Erased by a member of our staff." if name in done else "Not confirmed yet.") for name in names}
        return [{"title": self._datamap.system(name).title, "result": state} for name, state in states.items()]

    def _others(self) -> list[dict[str, str]]:
        lines = []
        for addressee in self._plan.addressees:
            recipient = self._datamap.recipient(addressee.recipient)
            instructs = recipient.kind is RecipientKind.PROCESSOR
            if addressee.recipient in self._message.confirmed:
                state = say("Confirmed that your data are erased there." if instructs else "Told, and confirmed it.")
            elif addressee.recipient in self._message.instructed:
                state = say(
                    "Instructed to erase; its confirmation is pending." if instructs else "Told that you had your data erased."
                )
            else:
                state = say("Is being instructed to erase." if instructs else "Is being told that you had your data erased.")
            lines.append({"title": recipient.name, "result": state})
        return lines

    def _pending(self) -> list[dict[str, str]]:
        left = [
            {"title": self._title(self._places[place]), "result": say("%(records)s still there", records=count(rows, "record"))}
            for place, rows in sorted(self._left.items())
        ]
        skipped: Sequence[str] = sorted(self._message.skipped)
        return left + [{"title": self._datamap.system(name).title, "result": say("Could not be reached.")} for name in skipped]

    def _was_public(self) -> bool:
        """Whether something was erased that others may have copied (Article 17(2))."""
        return any(
            "public" in self._resources.datamap.collection(*entry.place).fields
            for entry in _touched(self._plan, ErasureAction.DELETE)
        )
