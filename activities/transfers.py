"""Which recipients abroad hold data of this person, by the data map and a look at what there is (Article 15(2)).

Next: activities/letter_measures.py
"""

from temporalio import activity

from activities.erasure_look import Look, forget, look
from activities.failures import translated
from activities.heartbeat import beating
from activities.systems.registry import Systems
from adapters.resources import Resources
from domain.datamap import Mechanism, Recipient
from domain.measure_messages import FindTransfers, TransfersFound

_SAFEGUARDS = frozenset({Mechanism.IDTA, Mechanism.UK_ADDENDUM, Mechanism.SCC})  # Article 46: of these there is a copy


class Transfers:
    """Looks for transfers.

    Args:
        resources: opened once by the worker.
        systems: the connectors; made from the data map when left out.
    """

    def __init__(self, resources: Resources, systems: Systems | None = None) -> None:
        self._resources = resources
        self._systems = systems or Systems.of(resources)

    @activity.defn
    @translated
    def find_transfers(self, message: FindTransfers) -> TransfersFound:
        """Find who received data of this person outside the controller's country; nothing is copied.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left.
        """
        with beating():
            found = look(self._resources, self._systems, message.case_id, message.run, message.keys, skipped=message.skipped)
            if found.failed:
                return TransfersFound(failed=found.results)
            recipients = self._abroad(found)
            forget(self._resources, message.case_id, message.run)
        return TransfersFound(
            recipients=[each.id for each in recipients],
            safeguards=[each.id for each in recipients if any(one.mechanism in _SAFEGUARDS for one in each.transfers)],
        )

    def _abroad(self, found: Look) -> list[Recipient]:
        datamap = self._resources.datamap
        # What a person searches counts as held: whether it is, nobody looked.
        places = [
            (system.name, collection.name)
            for system in datamap.systems
            for collection in system.collections
            if not collection.anonymous
            and ((one := found.found.get((system.name, collection.name))) is None or one.rows)
            and (one is not None or self._systems.connector(system.name).by_hand)
        ]
        everybody = dict.fromkeys(who for place in places for who in datamap.recipients_of(*place))
        return [who for who in everybody if who.country != datamap.controller.country and not who.occasional]
