"""Whether somebody has to look at the sample of a large package before they approve it; asked for the card of the next step.

Next: api/console/cases/sampling.py
"""

from typing import Literal

from adapters.database.samples import has_wrong, is_looked_at
from adapters.database.tables import PackageRow
from api.console.sessions import SignedIn
from api.dependencies import Web
from domain.authority import ROLES, Action
from domain.case import CaseState

SampleStands = Literal["", "look", "wrong"]


def waits_for(web: Web, who: SignedIn, state: CaseState) -> SampleStands:
    """What the sample of the package that is to be approved, or of the part of it, still asks of them; empty: nothing."""
    package = state.partial.package if state.partial else state.package
    if package is None or who.role not in ROLES[Action.APPROVE_PACKAGE]:
        return ""
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id)
        if row is None or not row.summary.get("sampling") or is_looked_at(session, row, who.person):
            return ""
        return "wrong" if has_wrong(session, row) else "look"
