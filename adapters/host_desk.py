"""What somebody with access to the machine does to accounts and keys: noted with their name there, and told by mail.

Whoever has the machine has the keys on it; so nothing here is silent (`security.md` section 1, "Command line").
Next: adapters/database/staff_changes.py
"""

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.archives.importing import read_archive
from adapters.archives.sealing import seal_path
from adapters.archives.store import Archives, Import
from adapters.database import staff_changes
from adapters.database.case_reader import CaseReader
from adapters.database.intake import Receipt
from adapters.database.tables import AccessLog, Caseworker
from adapters.desk_post import staff_with
from adapters.factors import Factors, remove_factor
from adapters.moving_in import MovingIn
from adapters.passwords import verify_password
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.staff_post import send_waiting, tell
from domain.authority import ROLES, Action
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError
from domain.rights import Status
from domain.staffing import CONFIRMERS


@dataclass(frozen=True)
class HostDesk:
    """Somebody at the command line.

    Args:
        resources: of the installation.
    """

    resources: Resources

    @property
    def names(self) -> list[str]:
        """What no password may be made of: the controller's names."""
        controller = self.resources.datamap.controller
        return [controller.name, controller.trading_as or ""]

    def note(self, deed: str, email: str | None = None) -> None:
        """Write down what was done, and tell its person and those who watch over accounts."""
        with self.resources.database.write() as session:
            self._noted(session, deed, email)

    def lead(self, email: str) -> str:
        """Whoever answers for what is moved in, as events name them.

        Raises:
            InvalidInputError: nobody, or not a privacy lead or data protection officer who is there.
        """
        with self.resources.database.read() as session:
            person = _found(session, email)
        if not person.active or person.role not in CONFIRMERS:
            raise InvalidInputError("This has to be a privacy lead or a data protection officer.", field="by")
        return f"caseworker:{person.id}"

    def move_in(self, cases: MovingIn, *, by: str) -> list[Receipt]:
        """Take open cases of another system in, all or none, and tell who answers for it and who watches over accounts."""
        deed = f"moved {len(cases.fresh)} open cases in"
        return cases.take_in(datetime.now(UTC), lambda session: self._noted(session, deed, by))

    def import_archive(self, reference: str, path: Path, *, system: str, custodian: str, by: str) -> Import:
        """Import mails or chats for a case, and read them.

        Raises:
            InvalidInputError: whoever does it may not, or as `Archives.receive`. NotAllowedNowError: the case is closed.
            UnknownObjectError: there is no such case.
        """
        with self.resources.database.read() as session:
            person = _found(session, by)
        if not person.active or person.role not in ROLES[Action.SEARCH_ARCHIVE]:
            raise InvalidInputError("This has to be a caseworker or a privacy lead.", field="by")
        case = CaseReader(self.resources).find(reference.upper())
        if case.state.status is Status.CLOSED:
            raise NotAllowedNowError("This case is closed.", status=case.state.status.value)
        archives = Archives(self.resources, case.receipt.case_id)
        archives.system(system)
        ref, digest = seal_path(self.resources, self.resources.vault.case(case.receipt.case_id), path)
        try:
            actor, now = f"caseworker:{person.id}", datetime.now(UTC)
            archive = archives.receive(ref, system=system, custodian=custodian, name=path.name, by=actor, now=now, sha256=digest)
        except BaseException:
            self.resources.blobs.delete(ref.blob_id)
            raise
        read_archive(self.resources, archive)
        self.note(f"imported an archive for {case.receipt.reference}", by)
        return archives.find(archive)

    def propose(self, *, email: str, name: str, role: str) -> UUID:
        """Propose an account; the id of the proposal.

        Raises:
            InvalidInputError: nobody could confirm it yet, or as `propose_account`.
        """
        now = datetime.now(UTC)
        with self.resources.database.write() as session:
            if not staff_with(session, *CONFIRMERS):
                raise InvalidInputError(
                    "Nobody could confirm it: make the first two with `habeas caseworker first`.", field="email"
                )
            made = staff_changes.propose_account(session, email=email, name=name, role=role, by=_actor(), now=now)
            self._noted(session, "proposed an account")
            return made.id

    def take_factor_away(self, email: str, *, colleague: str, password: str, code: str) -> None:
        """Let somebody set up a new authenticator, with a colleague as the second person.

        Raises:
            FourEyesError: the colleague is the same person. InvalidInputError: nobody, or not their password and code.
        """
        with self.resources.database.read() as session:
            person, other = _found(session, email), _found(session, colleague)
        if person.id == other.id:
            raise FourEyesError("Somebody else has to sit beside you.")
        factors = Factors(self.resources.database, self.resources.vault)
        proven = verify_password(password, other.password) and factors.accepts(other.id, code, datetime.now(UTC))
        if not (proven and other.active):
            raise InvalidInputError("This is not their password, or not the code of this moment.", field="with")
        with self.resources.database.write() as session:
            now = datetime.now(UTC)
            remove_factor(session, person.id)
            staff_changes.sign_out_everywhere(session, person.id, now)
            tell(session, "factor_removed", person.id, at=now)
            session.add(AccessLog(at=now, actor=f"caseworker:{other.id}", action="staff_factor_confirmed"))
            self._noted(session, "took a lost authenticator away", email)

    def _noted(self, session: Session, deed: str, email: str | None = None) -> None:
        now = datetime.now(UTC)
        session.add(AccessLog(at=now, actor=_actor(), action=f"host: {deed}"))
        told = {person.id for person in staff_with(session, *CONFIRMERS)}
        if email is not None:
            told.add(_found(session, email).id)
        tell(session, "host_changed", *sorted(told), at=now, deed=deed, user=getpass.getuser())


@contextlib.contextmanager
def opened() -> Iterator[HostDesk]:
    """Open the installation for one command, and send its mails; what the mail server does not take, the web process sends."""
    resources = Resources.open(Settings.load())
    try:
        yield HostDesk(resources)
        send_waiting(resources)
    finally:
        resources.close()


def _actor() -> str:
    return f"host:{getpass.getuser()}"


def _found(session: Session, email: str) -> Caseworker:
    person = session.exec(select(Caseworker).where(col(Caseworker.email) == email.strip().lower())).first()
    if person is None:
        raise InvalidInputError("There is no caseworker with this address.", field="email")
    return person
