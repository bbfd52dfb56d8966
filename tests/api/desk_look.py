"""One caseworker's look at the review desk, without a page around it: for the benchmark and tests of its cost."""

from datetime import UTC, datetime
from typing import Any, cast

from adapters.database.case_reader import CaseReader
from adapters.resources import Resources
from api.console.cases import desk_reading
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.case_in_hand import CaseInHand


class Look:
    """Opens pages of one case.

    Args:
        case: found already.
    """

    def __init__(self, case: SearchedCase | CaseInHand) -> None:
        self.resources: Resources = case.resources
        self.person = "caseworker:00000000-0000-4000-8000-00000000000a"
        self.role = Role.CASEWORKER
        self.view = CaseReader(case.resources).get(case.id)
        self.state = self.view.state

    def now(self) -> datetime:
        return datetime.now(UTC)

    def at(self, place: tuple[str, str], start: int) -> desk_reading.Desk:
        """A page; this stands in for the web process, who is signed in and the read case, of which it has what is asked."""
        this = cast("Any", self)
        return desk_reading.read_desk(this, this, this, *place, start)
