"""How recorded events move what a person gets: built, approved, given, fetched (Article 15). A part of `domain/folding.py`.

Next: `domain/identity_folding.py`
"""

from collections.abc import Callable

from domain.case import CaseState, Package
from domain.clock_folding import prepared
from domain.event_facts import number_of, text_of, uuid_of
from domain.events import CaseEvent, Tag
from domain.identity import Doubt
from domain.identity_folding import doubted, void_release
from domain.rights import Status
from domain.rights_folding import stands


def _package_requested(state: CaseState, event: CaseEvent) -> None:
    state.package_wanted = number_of(event, "revision")
    prepared(state, event)
    void_release(state)


def package_of(event: CaseEvent) -> Package:
    """What was built, of the whole answer or of a part of it."""
    return Package(
        id=uuid_of(event, "package"),
        revision=number_of(event, "revision"),
        sha256=text_of(event, "sha256"),
        bytes=number_of(event, "bytes"),
        records=number_of(event, "records"),
        withheld=number_of(event, "withheld"),
        others_covered=number_of(event, "others_covered"),
        datamap=text_of(event, "datamap"),
    )


def _package_built(state: CaseState, event: CaseEvent) -> None:
    state.package = package_of(event)
    if state.package_wanted is not None and state.package_wanted <= state.package.revision:
        state.package_wanted = None  # one that was asked for while this was being built is still to come


def _package_voided(state: CaseState, _event: CaseEvent) -> None:
    void_release(state)


def _package_approved(state: CaseState, event: CaseEvent) -> None:
    if state.package is not None:
        state.package.binding = text_of(event, "binding")
        state.package.approved_by = event.sequence
    state.partial = None  # the whole goes out instead
    stands(state, state.copied, Status.FULFILLING)


def _package_returned(state: CaseState, _event: CaseEvent) -> None:
    state.preparers = []
    if state.refusal is not None:  # what came back is the proposed refusal
        state.refusal = None
        return
    if state.package is not None:
        state.package.returned = True
    void_release(state)


def _package_published(state: CaseState, _event: CaseEvent) -> None:
    if state.package is not None:
        state.package.published = True


def _package_opened(state: CaseState, _event: CaseEvent) -> None:
    if state.package is not None:
        state.package.opened = True


def _notified(state: CaseState, event: CaseEvent) -> None:
    state.delivered_at = state.offered_at = event.at
    state.delivery_reminders, state.delivery_reminded_at, state.closing_proposed = 0, None, False
    if (item := state.item(state.copied)) is not None:
        item.status, item.answered = Status.DELIVERED, True


def _address_changed(state: CaseState, event: CaseEvent) -> None:
    address = state.identifiers[uuid_of(event, "identifier")]
    state.delivery_address = uuid_of(event, "identifier")
    prepared(state, event)
    void_release(state)
    if not address.held and state.authority != "sufficient":  # the address is part of identity (I8)
        doubted(state, event, Doubt.OTHER_ADDRESS)


def _delivery_recorded(state: CaseState, event: CaseEvent) -> None:
    _notified(state, event)
    _package_opened(state, event)


def _delivery_reminded(state: CaseState, event: CaseEvent) -> None:
    state.delivery_reminders, state.delivery_reminded_at = number_of(event, "number"), event.at


PACKAGE_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.PACKAGE_REQUESTED: _package_requested,
    Tag.PACKAGE_BUILT: _package_built,
    Tag.PACKAGE_VOIDED: _package_voided,
    Tag.PACKAGE_APPROVED: _package_approved,
    Tag.PACKAGE_RETURNED: _package_returned,
    Tag.PACKAGE_PUBLISHED: _package_published,
    Tag.PACKAGE_OPENED: _package_opened,
    Tag.DELIVERY_ADDRESS_CHANGED: _address_changed,
    Tag.DELIVERY_NOTIFIED: _notified,
    Tag.DELIVERY_RECORDED: _delivery_recorded,
    Tag.DELIVERY_REMINDED: _delivery_reminded,
}
