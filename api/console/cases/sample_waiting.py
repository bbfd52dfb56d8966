"""Whether somebody has to look at the sample of a large package before they approve it; asked for the card of the next step.

Next: api/console/cases/sampling.py
"""

from adapters.database.samples import is_looked_at
from adapters.database.tables import PackageRow
from api.console.sessions import SignedIn
from api.dependencies import Web
from domain.authority import ROLES, Action
from domain.case import CaseState


def waits_for(web: Web, who: SignedIn, state: CaseState) -> bool:
    """Whether the package that is to be approved, or the part of it, is large and they have not looked yet."""
    package = state.partial.package if state.partial else state.package
    if package is None or who.role not in ROLES[Action.APPROVE_PACKAGE]:
        return False
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id)
        return row is not None and bool(row.summary.get("sampling")) and not is_looked_at(session, row, who.person)
