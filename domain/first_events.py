"""The first events of a case, from what its receipt says. Pure; serves the first step of `workflows/case.py`.

Next: domain/moving_in.py
"""

from domain.events import Draft, Tag
from domain.identity import Factor, suffices
from domain.messages import Opening
from domain.rights import NO_IDENTITY_CHECK


def first_events(receipt: Opening) -> list[Draft]:
    """What the receipt makes happen: the request, who claims to ask, and what a system before this one did already."""
    drafts = [
        Draft(
            tag=Tag.REQUEST_RECEIVED,
            facts={
                "received_at": receipt.received_at.isoformat(),
                "channel": receipt.channel.value,
                "rights": [right.value for right in receipt.rights],
                "regimes": [*receipt.regimes],
                **({"consents": [*receipt.consents]} if receipt.consents else {}),
                "risk": receipt.risk.value,
                "doubts": [doubt.value for doubt in receipt.doubts],
                **({"moved_in": True} if receipt.earlier else {}),
            },
        ),
    ]
    drafts += [
        Draft(
            tag=Tag.IDENTIFIER_CLAIMED,
            facts={"identifier": str(each.identifier), "kind": each.kind, **({"agent": True} if each.agent else {})},
        )
        for each in receipt.identifiers
    ]
    waits = [right for right in receipt.rights if right not in NO_IDENTITY_CHECK]
    known = False
    if receipt.asserted is not None:
        proof: dict[str, str] = {"identifier": str(receipt.asserted), "how": "assertion"}
        drafts.append(Draft(tag=Tag.IDENTIFIER_PROVEN, facts={**proof}))
        known = not waits or any(suffices(right, receipt.risk, {Factor.SIGN_IN}, set(receipt.doubts)) for right in waits)
        if known:
            drafts.append(Draft(tag=Tag.IDENTITY_CONFIRMED, facts={**proof}))
    earlier = receipt.earlier
    known = known or bool(earlier and earlier.identity_confirmed_at)
    if waits and not known:
        drafts.append(Draft(tag=Tag.IDENTITY_ASKED))
    mailbox = next((each.identifier for each in receipt.identifiers if each.kind == "email"), None)
    return [*drafts, *(earlier.drafts(receipt.rights, mailbox) if earlier else [])]
