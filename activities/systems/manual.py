"""Systems that only a person can search: the caseworker gets a work item with the data map's instructions.

Also stands in for kinds that no connector exists for yet: a capability that is missing is a person's work, never silence.
"""

from collections.abc import Iterator, Sequence

from activities.systems.base import Complaint, Connector, Lookup, refused
from adapters.row_text import Row
from domain.datamap import Collection


class ManualSystem(Connector):
    """Never searched by a program."""

    by_hand = True

    def check(self) -> Iterator[Complaint]:
        yield from ()

    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:  # noqa: ARG002
        raise refused(self.system.name, "by_hand")
