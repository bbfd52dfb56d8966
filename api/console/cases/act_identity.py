"""Commands about who asks, and for whom: codes, proofs, identifiers, doubts, agents, a child's account (Articles 12(6), 12A).

Next: api/console/cases/act_content.py
"""

from typing import Final

from api.console.cases.act_shape import Act
from domain.authority import Action

IDENTITY: Final[dict[Action, Act]] = {
    Action.REQUEST_CODE: Act(
        "Send a new code",
        "Send a new code",
        "A code proves control of a mailbox and nothing more; it moves no date. A mailbox gets five a day at most.",
        "Send a new code",
        "A mail with a new code is on its way.",
    ),
    Action.CONFIRM_IDENTITY_CODE: Act(
        "Type a code that you were told",
        "Type the code that the person told you",
        "The code itself is the proof, whoever types it. Article 12(2) asks us to make this easy.",
        "Confirm the address",
        "The address is proven.",
    ),
    Action.CONFIRM_IDENTITY: Act(
        "Confirm identity by hand",
        "Confirm who is asking",
        "Say how you know that it is the person whose data we hold, and what showed it: a call back to the number on record, "
        "or what they showed you. "
        "Whoever confirms by hand cannot approve the release (Articles 12(2) and 12(6)).",
        "Confirm identity",
        "It is on record who asks. What comes next stands below.",
    ),
    Action.REQUEST_MORE_IDENTITY: Act(
        "Ask for more identity",
        "Ask for one more thing",
        "Name the doubt that you have, what would settle it, and one other way; the doubt has to be reasonable (Article "
        "12(6)). In "
        "the UK the month begins anew when the answer comes, in the EU nothing moves.",
        "Ask the person",
        "The letter is on its way.",
    ),
    Action.RECORD_DOUBT: Act(
        "Say why you doubt who asks",
        "Say why you doubt who asks",
        "Only with a reason may we ask for more than a code to their mailbox (Article 12(6)). What was approved before with less "
        "has to be approved again.",
        "Record the doubt",
        "Your doubt stands in the case.",
    ),
    Action.NAME_ACCOUNT: Act(
        "Name the account",
        "Say which account is a child\u2019s",
        "It is suspended, hidden and kept from all sends at once, and all of that can be undone. Look at nothing in it; the "
        "holder is told, and can object (privacy policy, children).",
        "Suspend this account",
        "The account is being suspended, and its holder told.",
        red=True,
    ),
    Action.ANSWER_SAFEGUARDING: Act(
        "Answer: is somebody in danger?",
        "Is somebody in danger?",
        "Answer this before anything is looked at or destroyed: deleting destroys evidence. Do not open or download images. If "
        "there is a concern, call the police or your national hotline, and hold the evidence.",
        "Record the answer",
        "The answer is recorded.",
    ),
    Action.DECIDE_ACCOUNT: Act(
        "Decide about the account",
        "Delete the account, or give it back",
        "Within 72 hours. Delete where the account itself shows the age, where you checked lightly that the reporter is a "
        "parent, or where the holder did not object in seven days. Somebody else approves the plan.",
        "Decide",
        "It is decided.",
        red=True,
    ),
    Action.OBJECT_TO_REPORT: Act(
        "Record the holder\u2019s objection",
        "Record that the account holder objects",
        "Say who told you, and how. The account stays suspended until you have decided.",
        "Record it",
        "The objection is recorded.",
    ),
    Action.DISPUTE_IDENTITY: Act(
        "The owner of a held contact says: not me",
        "Record that the owner of a contact we hold says \u201cthis was not me\u201d",
        "Say who told you, and how. Nothing leaves and nothing is erased until somebody has looked into it; no date moves "
        "(Article 12(6)).",
        "Hold the release",
        "Nothing leaves until somebody has looked into it.",
        red=True,
    ),
    Action.SUBMIT_IDENTITY_EVIDENCE: Act(
        "Add a proof of identity",
        "Add a proof of identity",
        "A photograph or PDF that the person gave you another way. It is destroyed with the decision, after 14 days at the "
        "latest.",
        "Add the file",
        "The proof is added.",
    ),
    Action.ADD_IDENTIFIER: Act(
        "Add an identifier",
        "Add something that may lead to the person\u2019s data",
        "It counts as claimed, and no system is searched with it until it is proven or accepted. An e-mail address gets a "
        "letter with "
        "a code.",
        "Add it",
        "It is added as claimed.",
    ),
    Action.ACCEPT_IDENTIFIER: Act(
        "Say that an identifier is theirs",
        "This belongs to the person",
        "All systems are searched with it from now on, so say how you know that it is this person\u2019s. Somebody else reads "
        "your reason before anything leaves, or is changed or restricted, on the strength of it (Article 32).",
        "It is theirs: search with it",
        "From now on the systems are searched with it.",
    ),
    Action.REJECT_IDENTIFIER: Act(
        "It is not theirs",
        "This does not belong to the person",
        "It is not used for anything. The person may prove it later all the same.",
        "Set it aside",
        "It is set aside.",
    ),
    Action.CHANGE_DELIVERY_ADDRESS: Act(
        "Deliver here",
        "Deliver to this address",
        "Only a proven address can receive anything. An approval that was given for another address is void (Article 32).",
        "Deliver here",
        "The answer goes to this address from now on.",
    ),
    Action.REQUEST_AUTHORITY: Act(
        "Ask an agent for proof",
        "Ask for proof that they may act for the person",
        "Say exactly what would do: a signed letter is enough. In the UK the month begins when it is here; elsewhere nothing "
        "moves "
        "(Article 12A(2)).",
        "Send the question",
        "The question is on its way.",
    ),
    Action.RECORD_AUTHORITY: Act(
        "Record the proof of authority",
        "Record that the proof of authority is here",
        "Say what it is and where it is kept. The clock runs from the moment it reached us (Article 12A(2)).",
        "Record it",
        "The proof of authority is recorded.",
    ),
}
