"""`habeas cases import`: open cases of another system become cases here, on the day on which they truly arrived.

The whole file is checked before anything is written, and all of it is one transaction. A case is known again by the reference
that it had, so the same file may be read twice, or in parts. The sweep that starts orphaned receipts starts these.
Next: adapters/database/intake.py
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from adapters.database.intake import IncomingRequest, Intake, Receipt, doubts_of, known_receipt
from adapters.notes import write_note
from adapters.resources import Resources
from domain.errors import IdempotencyMismatchError, InvalidInputError
from domain.identity import Doubt, risk_of, suffices
from domain.moving_in import Earlier
from domain.moving_in_csv import HINTS, MOMENTS, OpenRow, Problem, read_open_cases
from domain.regimes import zone_of
from domain.rights import NO_IDENTITY_CHECK

CALLER = "moved-in"
FORMER = "former_reference"  # kind of the identifier under which a case is found by its old reference
_LARGEST = 50_000_000  # bytes
_NOTES = {
    "identity_doubt": "identity_note",
    "clarification_question": "clarification_note",
    "extension_reason": "extension_note",
}


def text_of(content: bytes) -> str:
    """The text of a CSV file, with or without a byte order mark.

    Raises:
        InvalidInputError: not UTF-8, or too large.
    """
    if len(content) > _LARGEST:
        raise InvalidInputError("The file is larger than 50 MB. Split it: it can be read in parts.", field="file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError('The file is not UTF-8. Save it as "CSV UTF-8".', field="file") from None


class MovingIn:
    """The open cases of one file.

    Args:
        resources: opened once by the process.
        text: the CSV.
        by: who answers for it, as events name people.
        now: UTC.
    """

    def __init__(self, resources: Resources, text: str, by: str, now: datetime) -> None:
        self._vault, self._database, self._intake = resources.vault, resources.database, Intake(resources)
        self._by, self._now = by, now
        zone = ZoneInfo(zone_of(resources.datamap.controller.country) or "UTC")
        rows, self.problems = read_open_cases(text, zone, now)
        self.fresh: list[tuple[OpenRow, IncomingRequest]] = []
        self.known: list[tuple[OpenRow, Receipt]] = []
        for row in rows:
            self._look_at(row, self._request(row))
        self.problems.sort(key=lambda problem: problem.line)

    def report(self) -> Iterator[str]:
        """A line for each row: what is here already, and when the others have to be answered."""
        for row, receipt in self.known:
            yield f"line {row.line}: is here already, as {receipt.reference}"
        for row, request in self.fresh:
            clock = self._intake.clock(request, self._now)
            legal = f", last day by law {clock.legal_due}" if clock.legal_due and clock.legal_due != clock.safe_due else ""
            told = "extension_told_at" in row.moments and not clock.extended
            late = "; the notice of longer time came too late and moves no date" if told else ""
            yield f"line {row.line}: answer by {clock.safe_due}{legal} ({clock.state.replace('_', ' ')}){late}"

    def take_in(self, now: datetime, along: Callable[[Session], None]) -> list[Receipt]:
        """Write the fresh ones, all or none.

        Args:
            now: UTC.
            along: what is written in the same transaction.

        Raises:
            InvalidInputError: somebody was faster; nothing was written.
        """
        assert not self.problems
        requests = [request for _row, request in self.fresh]
        made = [self._vault.new_case() for _ in requests]
        try:
            with self._database.write() as session:
                receipts = [self._write(session, key, request, now) for key, request in zip(made, requests, strict=True)]
                along(session)
        except BaseException as failure:
            for case_id in made:
                self._vault.return_case(case_id)
            if isinstance(failure, IntegrityError) and any(self._before(request) for request in requests):
                raise InvalidInputError("Somebody else moves the same cases in. Nothing was written; try again.") from None
            raise
        return receipts

    def _write(self, session: Session, case_id: UUID, request: IncomingRequest, now: datetime) -> Receipt:
        assert request.earlier is not None
        words = {
            name: write_note(session, self._vault, case_id, author=request.earlier.by, text=text, now=now)
            for name, text in request.earlier_words.items()
        }  # they are flushed at the end, after the receipt
        earlier = request.earlier.model_copy(update=words)
        return self._intake.insert_sealed(session, case_id, request.model_copy(update={"earlier": earlier}), now)

    def _before(self, request: IncomingRequest) -> Receipt | None:
        with self._database.read() as session:
            return known_receipt(session, request)

    def _look_at(self, row: OpenRow, request: IncomingRequest) -> None:
        try:
            if (known := self._before(request)) is not None:
                self.known.append((row, known))
                return
        except IdempotencyMismatchError:
            told = "This case moved in before, and the row is another one now. Change the case itself."
            self.problems.append(Problem(row.line, "old_reference", told))
            return
        if row.identity_how is not None and not self._suffices(row, request):
            told = "With the doubts that the request raises this is not enough. Leave it and its day empty: Habeas asks."
            self.problems.append(Problem(row.line, "identity_how", told))
        self.fresh.append((row, request))

    def _suffices(self, row: OpenRow, request: IncomingRequest) -> bool:
        doubts = {*doubts_of(request), *([Doubt.STATED] if "identity_asked_at" in row.moments else [])}
        waiting = [right for right in row.rights if right not in NO_IDENTITY_CHECK]
        shown = {row.identity_how} if row.identity_how else set()
        return not waiting or any(suffices(right, risk_of(doubts), shown, doubts) for right in waiting)

    def _request(self, row: OpenRow) -> IncomingRequest:
        texts, old = row.texts, row.texts["old_reference"]
        moments = {name: row.moments.get(name) for name in MOMENTS.values()}
        earlier = {"by": self._by, "identity_how": row.identity_how, "extension_ground": row.extension_ground, **moments}
        chosen = [*(right.value for right in row.rights), row.channel.value, row.received_at.isoformat()]
        chosen += [f"{name}={value}" for name, value in sorted({**texts, **moments}.items()) if value]
        chosen += [str(row.identity_how), str(row.extension_ground)]
        return IncomingRequest(
            rights=row.rights,
            email=texts.get("email"),
            name=texts.get("name"),
            country=texts.get("country"),
            message=texts.get("message"),
            hints=[*((kind, texts[kind]) for kind in HINTS if kind in texts), (FORMER, old)],
            channel=row.channel,
            received_at=row.received_at,
            caller=CALLER,
            idempotency_key=self._hash("reference", old),
            body_hash=self._hash("row", *chosen),
            earlier=Earlier.model_validate(earlier),
            earlier_words={_NOTES[name]: texts[name] for name in _NOTES if name in texts},
        )

    def _hash(self, use: str, *parts: str) -> str:
        # Keyed, as a reference may hold a name: a bare hash of one can be guessed back.
        return self._vault.code_mac("habeas/1/moving-in", use, *parts).hex()
