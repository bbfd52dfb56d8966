"""A body for every action as a client would send it: in `docs/api.md`, in OpenAPI, and sent by the tests.

Next: api/v1/bodies.py
"""

from typing import Any

from domain.authority import Action

_KEY = "2f1f0a3e-5f43-4c1b-9a53-0c1d5f0e8a11"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
WHY = {"reason": "Matched the account holder on a call to the number on record."}
EXAMPLES: dict[Action, dict[str, Any]] = {
    Action.REQUEST_CODE: {"identifier": _KEY},
    Action.CONFIRM_IDENTITY_CODE: {"code": "31415926"},
    Action.REQUEST_MORE_IDENTITY: {"doubt": "contact_changed"} | WHY,
    Action.CONFIRM_IDENTITY: {"factors": ["by_person"]} | WHY,
    Action.RECORD_DOUBT: {"doubt": "new_device"},
    Action.NAME_ACCOUNT: {"kind": "email", "value": "someone@example.com"},
    Action.ANSWER_SAFEGUARDING: {
        "concern": True,
        "hold_evidence": True,
        "reason": "The report speaks of messages from an adult; the police were told.",
    },
    Action.DECIDE_ACCOUNT: {
        "decision": "delete",
        "ground": "shows_age",
        "reason": "The profile text gives an age of 14.",
    },
    Action.OBJECT_TO_REPORT: {"reason": "Rang us from the number on record and says that she is 34."},
    Action.DISPUTE_IDENTITY: {"reason": "The owner of the number on record says that she asked for nothing."},
    Action.ADD_IDENTIFIER: {"kind": "email", "value": "second.address@example.com"},
    Action.ACCEPT_IDENTIFIER: {"identifier": _KEY} | WHY,
    Action.REJECT_IDENTIFIER: {"identifier": _KEY},
    Action.CHANGE_DELIVERY_ADDRESS: {"identifier": _KEY} | WHY,
    Action.COMPLETE_WORK_ITEM: {"work_item": _KEY, "result": "not_found"},
    Action.RETRY_SYSTEM: {"system": "billing"},
    Action.SEARCH_ARCHIVE: {"system": "mail"},
    Action.CONTINUE_WITHOUT_SYSTEM: {"system": "billing", "reason": "Shut down in 2024; its data were deleted."},
    Action.SET_ITEM_DECISION: {
        "item": "support.messages.0a1b2c3d4e5f6071",
        "decision": "withhold",
        "basis": "third_party",
        "reason": "Quotes another customer.",
    },
    Action.SET_DECISION_RULE: {
        "system": "support",
        "collection": "messages",
        "condition": {"field": "kind", "equals": "internal"},
        "decision": "redact",
        "basis": "third_party",
        "reason": "Names of agents who did not act in public; none of the twenty says more.",
        "spans": [{"field": "agent_name"}],
        "seen": ["support.messages.0a1b2c3d4e5f6071"],
    },
    Action.WEIGH_THIRD_PERSON: {
        "names": ["Pat Example", "pat@example.com"],
        "role": "A neighbour who wrote to us about the requester.",
        "type_of_information": "Name, address and what they complained of.",
        "duty_of_confidentiality": True,
        "steps_to_seek_consent": "Asked by letter on 3 November; no answer.",
        "capable_of_consent": True,
        "refused": False,
        "disclose": False,
        "reason": "They wrote in confidence, and the complaint itself is given without them.",
    },
    Action.UNDO_ITEM_DECISION: {"revision": 7},
    Action.REFER_TO_LEGAL: {
        "item": "support.messages.0a1b2c3d4e5f6071",
        "client": "The managing director, for the company.",
        "adviser": "Our solicitors, Example LLP.",
        "purpose": "Advice on the complaint of 3 November.",
    },
    Action.DECIDE_PRIVILEGE: {
        "item": "support.messages.0a1b2c3d4e5f6071",
        "decision": "withhold",
        "reason": "Advice of a solicitor to the company, given in confidence and not shared since.",
    },
    Action.REQUEST_CLARIFICATION: {"question": "Which account do you mean, or would you like everything?"},
    Action.ANSWER_CLARIFICATION: {"answer": "Everything, please."},
    Action.EXTEND_DEADLINE: {"ground": "complexity", "reason": "Your data lie in four archives that are searched by hand."},
    Action.PROPOSE_REFUSAL: {
        "ground": "manifestly_unfounded",
        "reason": "Offered to withdraw against payment, see the messages of 3 and 5 November.",
        "text": "You offered to withdraw your request for a payment. We find it manifestly unfounded and do not act on it.",
    },
    Action.LINK_COMPLAINT: {"about": "HAB-7K3M9QXA"},
    Action.SEND_PROGRESS: {"text": "We have asked the team that answered you, and wait for the log of the search."},
    Action.DECIDE_COMPLAINT: {
        "finding": "partly_upheld",
        "reason": "The search left out the archive of 2023; see the receipts of both searches.",
        "text": "We had not searched the archive of 2023. We have done so now, and you get what we found in a letter.",
    },
    Action.REQUEST_AUTHORITY: {"question": "Please send the letter in which Ms Adeyemi lets you act for her."},
    Action.RECORD_AUTHORITY: {"reason": "Signed letter of 12 November, seen by mail."},
    Action.RECORD_FEE: {"step": "asked", "reason": "A third copy of the same files; 12 pounds for postage and a drive."},
    Action.PREPARE_PACKAGE: {"revision": 1},
    Action.APPROVE_PACKAGE: {"sha256": _SHA256},
    Action.PREPARE_PARTIAL_ANSWER: {
        "text": "This part has your account and your images. The invoices follow: a supplier keeps them on paper.",
        "without": ["support"],
    },
    Action.APPROVE_PARTIAL_ANSWER: {"sha256": _SHA256},
    Action.EDIT_ERASURE: {
        "system": "support",
        "collection": "messages",
        "keep": True,
        "ground": "17(3)(e)",
        "until": "2027-06-30",
        "reason": "The customer has announced a claim about these messages.",
    },
    Action.APPROVE_ERASURE: {"sha256": _SHA256},
    Action.CANCEL_ERASURE: {"reason": "Told us by telephone, called back on the number on record."},
    Action.PROPOSE_RECTIFICATION: {
        "changes": [{"system": "billing", "collection": "customers", "field": "town", "old": "Exampletown", "new": "Sampleton"}],
        "reason": "Letter of the registration office of 3 November, seen by mail.",
    },
    Action.APPROVE_RECTIFICATION: {"sha256": _SHA256},
    Action.MARK_DISPUTED: {
        "system": "billing",
        "collection": "customers",
        "text": "I never lived at this address.",
        "reason": "The deed shows the address as we have it.",
    },
    Action.RESTRICT_PROCESSING: {"ground": "accuracy", "purposes": [], "reason": "She says that the birth date is wrong."},
    Action.ANNOUNCE_ALONE: {
        "approval": "approve_package",
        "sha256": _SHA256,
        "checker": f"caseworker:{_KEY}",
        "reason": "Ben is ill until Monday, and the date is on Friday.",
    },
    Action.RECORD_AFTER_CHECK: {"finding": "in_order", "reason": "Read the package and the letter; nothing is missing."},
    Action.ANNOUNCE_LIFTING: {"text": "Your address is checked and correct now.", "reason": "Checked on 4 November."},
    Action.LIFT_RESTRICTION: {"reason": "Checked, and told on 5 November."},
    Action.WITHDRAW_CONSENT: {"purposes": ["newsletter"]},
    Action.RECORD_VIEW: {"text": "The prompt was about a play, not about violence."},
    Action.RECORD_DELIVERY: {"channel": "post", "reason": "Registered letter, number in the post book."},
    Action.ADD_NOTE: {"text": "Rang her on 14 September; she wants the images as files."},
    Action.REPORT_MISSING: {"reason": "The invoices of 2024 are not in it."},
    Action.SEND_MESSAGE: {"text": "Your request is being reviewed."},
    Action.MERGE_DUPLICATE: {"into": "HAB-7K3M9QXA", "reason": "Both came from the mailbox that she has proven."},
    Action.CLOSE: {"outcome": "identity_not_confirmed", "reason": "No answer within a month."},
}
