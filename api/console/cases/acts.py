"""The commands of a case as forms: what each is called, two sentences of guidance with the article, its button.

A command that has no words yet gets plain ones. Next: api/console/cases/form_fields.py
"""

from dataclasses import dataclass
from typing import Final, Literal

from domain.authority import Action

# A sign-in within five minutes: what cannot be undone, and what says who somebody is (`security.md` section 4, "F").
FRESH: Final = frozenset(
    {
        Action.APPROVE_PACKAGE,
        Action.APPROVE_REFUSAL,
        Action.APPROVE_PARTIAL_ANSWER,
        Action.APPROVE_ERASURE,
        Action.APPROVE_RECTIFICATION,
        Action.LIFT_RESTRICTION,
        Action.RETURN_FOR_REWORK,
        Action.ANNOUNCE_ALONE,
        Action.RECORD_AFTER_CHECK,
        Action.CONFIRM_IDENTITY,
        Action.REQUEST_MORE_IDENTITY,
        Action.HOLD,
        Action.RELEASE,
        Action.CLOSE,
    },
)


@dataclass(frozen=True)
class Act:
    """One command in words.

    Args:
        link: as a link, an imperative.
        title: of its page.
        guidance: two sentences, with the article.
        button: what pressing does.
        done: told after it was done.
        red: it ends or destroys something.
        tab: of the case page to go back to.
    """

    link: str
    title: str
    guidance: str
    button: str
    done: str
    red: bool = False
    tab: Literal["", "systems", "package", "messages", "history"] = ""


ACTS: Final[dict[Action, Act]] = {
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
        "Identity is confirmed, and the search begins.",
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
        "Put a doubt on record",
        "Put on record why it is doubtful who asks",
        "Only a doubt on record lets you ask for more than the mailbox (Article 12(6)). With it the risk rises, and what was "
        "approved by less is void.",
        "Record the doubt",
        "The doubt is on record.",
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
        "Accept as a search key",
        "Accept this as a search key",
        "All systems are searched with it from now on, so say why it is this person\u2019s. Whoever approves the release sees "
        "your "
        "reason, and it cannot be you (Article 32).",
        "Search with it",
        "It is a search key now; the search runs again.",
    ),
    Action.REJECT_IDENTIFIER: Act(
        "Reject",
        "Set this identifier aside",
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
    Action.COMPLETE_WORK_ITEM: Act(
        "Answer the task",
        "Answer the task",
        "\u201cNothing found\u201d is a result, and the person is told that we looked. If it cannot be searched, say why in "
        "words that "
        "the person may read (Article 15).",
        "Answer",
        "The task is done.",
        tab="systems",
    ),
    Action.RETRY_SYSTEM: Act(
        "Retry",
        "Search this system again",
        "What was found elsewhere is kept. A system that keeps failing can be left out with a reason (Article 15).",
        "Retry",
        "The system is being searched again.",
        tab="systems",
    ),
    Action.SEARCH_ARCHIVE: Act(
        "Search the imports",
        "Search what was imported",
        "What was imported is searched within the scope that was agreed. A copy that is being reviewed is built anew with what "
        "is found, and decisions that were made stay (Article 15).",
        "Search the imports",
        "The imports are being searched.",
        tab="systems",
    ),
    Action.CONTINUE_WITHOUT_SYSTEM: Act(
        "Continue without it",
        "Continue without this system",
        "The person has a right to all of their data, so a system that is left out needs a reason that they can read (Article "
        "15(1)). "
        "It is named in the letter, and whoever approves sees it.",
        "Continue without it",
        "The case goes on without it.",
        tab="systems",
    ),
    Action.REQUEST_CLARIFICATION: Act(
        "Ask what is meant",
        "Ask the person what they mean",
        "Ask only what you need to find the data; \u201ceverything\u201d is an answer too. In the UK the clock of an access "
        "request stops "
        "until the answer comes (Article 12A(5)), in the EU it does not.",
        "Send the question",
        "The question is on its way.",
        tab="messages",
    ),
    Action.ANSWER_CLARIFICATION: Act(
        "Record their answer",
        "Record what the person answered",
        "The clock goes on from the moment the answer reached us, not from now. Say when it arrived if that was earlier.",
        "Record the answer",
        "The answer is recorded, and the clock goes on.",
        tab="messages",
    ),
    Action.EXTEND_DEADLINE: Act(
        "Take longer",
        "Take two further months",
        "Only within the first month, and only because this request is complex or one of several (Article 12(3)). The person "
        "reads "
        "your reason, and only the notice moves the date.",
        "Send the notice",
        "The notice is on its way; the date moves when it was given.",
    ),
    Action.PROPOSE_REFUSAL: Act(
        "Propose a refusal",
        "Propose to refuse",
        "A refusal needs a ground, reasons for the person, and somebody else who approves it (Articles 12(4) and 12(5)). "
        "Think first of "
        "what can be given in part.",
        "Propose the refusal",
        "The refusal waits for somebody else\u2019s approval.",
        red=True,
    ),
    Action.APPROVE_REFUSAL: Act(
        "Approve the refusal",
        "Approve the refusal",
        "The letter with the reasons and the ways to complain goes out at once (Article 12(4)). Whoever prepared it cannot "
        "approve it.",
        "Approve and send the refusal",
        "The refusal is on its way.",
        red=True,
    ),
    Action.RECORD_FEE: Act(
        "Record a fee",
        "Record a fee",
        "A fee is the exception: for a request that is manifestly unfounded or excessive, or for further copies (Articles "
        "12(5) and "
        "15(3)). Money moves elsewhere; here only the dates are kept.",
        "Record it",
        "The fee is recorded.",
    ),
    Action.SET_ITEM_DECISION: Act(
        "Decide about an item",
        "Include or withhold this item",
        "Withholding needs a basis in law, and the person is told how much is missing and why (Article 15(4)). Whoever "
        "decides cannot "
        "approve the release.",
        "Decide",
        "It is decided. Build the package again when you are through.",
        tab="package",
    ),
    Action.SET_DECISION_RULE: Act(
        "Decide about many items",
        "Decide about many items",
        "One rule for all items that meet the same test, after a look at twenty that nobody chose. It is kept with its reason, "
        "and with how many items it changes.",
        "Make the rule",
        "The rule is made. Build the package again when you are through.",
        tab="package",
    ),
    Action.WEIGH_THIRD_PERSON: Act(
        "Weigh a third person",
        "Weigh a third person",
        "Once for each person who is named: the five factors of Schedule 2 paragraph 16, or the balance of Article 15(4). What "
        "comes of it holds in all items; somebody who looks at one item may decide otherwise there.",
        "Record the balance",
        "The balance is recorded. Build the package again when you are through.",
        tab="package",
    ),
    Action.UNDO_ITEM_DECISION: Act(
        "Take a decision back",
        "Take a decision back",
        "What stood before it stands again. Nothing is deleted: it is a new revision, and the old one can still be read.",
        "Take it back",
        "It is taken back, and what stood before stands again. Build the package again when you are through.",
        tab="package",
    ),
    Action.REFER_TO_LEGAL: Act(
        "Give an item to legal",
        "Give an item to legal",
        "Advice of a lawyer may be kept back (Schedule 2 paragraph 19; Article 15(4)). From then on only legal reviewers see it.",
        "Give it to legal",
        "It is with legal. Nobody else sees it, and the package waits until it is decided there.",
        tab="package",
    ),
    Action.DECIDE_PRIVILEGE: Act(
        "Decide what is privileged",
        "Decide what is privileged",
        "What a legal reviewer decides goes before every other decision about the item (Schedule 2 paragraph 19; Article 15(4)).",
        "Decide",
        "It is decided. Whoever works on the case builds the package again.",
        tab="package",
    ),
    Action.PREPARE_PACKAGE: Act(
        "Build the package again",
        "Build the package again",
        "Everything that was decided so far goes into it. An approval of the old one is void (Article 15).",
        "Build the package again",
        "The package is being built.",
        tab="package",
    ),
    Action.APPROVE_PACKAGE: Act(
        "Approve and release",
        "Approve and release the package",
        "Your approval covers exactly this package, this address and this identity record (Article 15). If any of them "
        "changes, it is "
        "void and asked again.",
        "Approve and release",
        "Approved. The person gets a letter with a link.",
    ),
    Action.PREPARE_PARTIAL_ANSWER: Act(
        "Answer a part now",
        "Answer a part now and the rest later",
        "The date stays where it is for the rest (Article 12(3)). Say what comes now, what comes later, and why.",
        "Prepare this part",
        "The part is being built; somebody else approves it.",
    ),
    Action.APPROVE_PARTIAL_ANSWER: Act(
        "Approve the part",
        "Approve and release this part",
        "Your approval covers exactly this part, this address and this identity record (Article 15). The case stays open for "
        "the rest.",
        "Approve and release this part",
        "Approved. The person gets a letter with a link, and the case goes on.",
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
    Action.LINK_COMPLAINT: Act(
        "Say which case it is about",
        "Say which case the complaint is about",
        "Whoever worked on that case cannot handle the complaint. Nothing of it is destroyed meanwhile (s.164A DPA 2018).",
        "Link the cases",
        "The cases are linked.",
    ),
    Action.SEND_PROGRESS: Act(
        "Tell them how far it is",
        "Tell the person how far their complaint is",
        "The law wants progress told without undue delay (s.164A DPA 2018). Say what you did and what you wait for.",
        "Send it",
        "The letter is on its way.",
        tab="messages",
    ),
    Action.DECIDE_COMPLAINT: Act(
        "Say what you found",
        "Say what came of the complaint",
        "By somebody who was not involved in what is complained of. The person reads your findings and where to go next "
        "(s.164A DPA 2018).",
        "Send the outcome",
        "The outcome is on its way.",
        tab="messages",
    ),
    Action.APPROVE_ERASURE: Act(
        "Approve the erasure",
        "Approve the erasure plan",
        "Your approval covers exactly this plan; it is carried out in its order and then searched again (Article 17). Every "
        "proven address is told first and may stop it, and after that it cannot be undone.",
        "Approve the erasure",
        "Approved. The person is told, and nothing is erased before the waiting days are over.",
        red=True,
    ),
    Action.EDIT_ERASURE: Act(
        "Keep or erase otherwise",
        "Decide about one collection otherwise",
        "Only a ground of Article 17(3) keeps anything, and it has a last day; a retention period is none. Another plan is made, "
        "and somebody else approves it.",
        "Make another plan",
        "Another plan is being made.",
    ),
    Action.CANCEL_ERASURE: Act(
        "Stop the erasure",
        "Stop the erasure",
        "Say who told you, and where. Nothing is erased, and the person may ask for it again at any time (Article 17).",
        "Stop the erasure",
        "It is stopped. Nothing was erased, and the person is told.",
        red=True,
    ),
    Action.PROPOSE_RECTIFICATION: Act(
        "Propose a correction",
        "Propose a correction",
        "Say what stands there now and what should: only records that hold the old value are changed (Article 16). Say what "
        "shows that the new one is right; somebody else approves it. An opinion is better supplemented.",
        "Propose it",
        "Proposed. Habeas looks how many records hold it, then somebody else approves.",
    ),
    Action.APPROVE_RECTIFICATION: Act(
        "Approve the correction",
        "Approve the correction",
        "Your approval covers exactly these values (Article 16). They are changed at once, and whoever received them is told.",
        "Correct it",
        "Approved. The systems are being changed.",
    ),
    Action.TAKE_BACK_RECTIFICATION: Act(
        "Take the correction back",
        "Take the proposed correction back",
        "Yours or a colleague\u2019s, before anybody approved it; nothing was changed yet (Article 16). Say what is wrong: "
        "whoever proposes the next one reads it.",
        "Take it back",
        "It is taken back. Propose it anew from what is there.",
    ),
    Action.MARK_DISPUTED: Act(
        "Mark as disputed",
        "Mark a record as disputed",
        "For what is not corrected: the record is marked, and the person\u2019s own statement is kept with the case. Article 16 "
        "also lets them complete what is incomplete.",
        "Mark it",
        "The record is being marked.",
    ),
    Action.RESTRICT_PROCESSING: Act(
        "Restrict processing",
        "Restrict processing",
        "From now on the data are stored and nothing else, in every system that can; the others become tasks (Article 18). For "
        "an objection choose the purposes that stop. The person is told, and told again before it ends.",
        "Restrict it",
        "It is being restricted.",
    ),
    Action.ANNOUNCE_LIFTING: Act(
        "Tell the person that it ends",
        "Tell the person that the restriction ends",
        "The law wants them told before it is lifted, not after (Article 18(3)). They read exactly what you write.",
        "Send the notice",
        "The notice is on its way. When it has gone out, a privacy lead can lift the restriction.",
    ),
    Action.LIFT_RESTRICTION: Act(
        "Lift the restriction",
        "Lift the restriction",
        "The person was told (Article 18(3)). The data may be used again as before; the systems are set back.",
        "Lift it",
        "The restriction is being lifted.",
    ),
    Action.WITHDRAW_CONSENT: Act(
        "End a consent",
        "End a consent",
        "For each purpose the person means; if they did not say, ask or take all of them. It ends from the moment the withdrawal "
        "reached us, and what was done before stays as it was (Article 7(3)).",
        "End it",
        "The consent is ended, and the person is told.",
    ),
    Action.RECORD_VIEW: Act(
        "Record what the person says",
        "Record what the person says about the decision",
        "In their words; if they do not want to say anything, write that. Nobody decides before this is recorded (Article 22(3), "
        "UK Article 22C).",
        "Record it",
        "It is recorded.",
    ),
    Action.ANNOUNCE_ALONE: Act(
        "Nobody else is there: approve it alone",
        "Announce that you will approve this alone",
        "You prepared it, so a colleague should look at it before. If nobody is there before the date, say why, and who looks "
        "at it afterwards: twelve hours from now you can approve it alone (Article 32). Your colleagues are told, and any of "
        "them can still approve or return it.",
        "Announce it",
        "Announced. You can approve it twelve hours from now, unless a colleague does before.",
    ),
    Action.RECORD_AFTER_CHECK: Act(
        "Say what you found",
        "Say what you found afterwards",
        "A colleague approved this alone. Look at it as if you had to approve it now: who asked, what went out, to whom, what "
        "was kept back. What is not in order becomes a task, and perhaps a personal data breach (Articles 32 and 33).",
        "Record it",
        "Recorded.",
    ),
    Action.RETURN_FOR_REWORK: Act(
        "Return for rework",
        "Return it for rework",
        "Say what has to change; whoever prepares it reads this. Everybody who prepared before may then prepare again.",
        "Return it",
        "It went back to whoever prepares it.",
    ),
    Action.RECORD_DELIVERY: Act(
        "Record a delivery by other means",
        "Record that it was delivered another way",
        "Only after it was approved. Say how it went and where the proof of it is (Article 12(1)).",
        "Record the delivery",
        "The delivery is recorded.",
    ),
    Action.REISSUE_PACKAGE: Act(
        "Send a new link to the copy",
        "Send a new link to the copy",
        "It goes to the address that the copy was delivered to, and opens with a fresh code. This is possible for six months "
        "after the delivery, also when the case is closed.",
        "Send a new link",
        "A mail with a new link is on its way.",
    ),
    Action.REPORT_WRONG_PERSON: Act(
        "It reached the wrong person",
        "Record that it reached the wrong person",
        "Every link and code to the copy ends at once. Look at once whether this is a personal data breach (Article 33).",
        "Stop every link",
        "Every link and code has ended. There is a task to look into it.",
        red=True,
    ),
    Action.REPORT_MISSING: Act(
        "Something is missing in the copy",
        "Record what is missing in the copy",
        "Say in their words what is missing or wrong. It becomes a task; a privacy lead may reopen the case to search again.",
        "Record it",
        "There is a task to look into it.",
    ),
    Action.ADD_NOTE: Act(
        "Write a note",
        "Write a note for colleagues",
        "It decides nothing and the person does not get it. It is personal data all the same, and part of what they may ask "
        "for (Article 15).",
        "Keep the note",
        "The note is kept.",
    ),
    Action.SEND_MESSAGE: Act(
        "Write to the person",
        "Write to the person",
        "Plain words and short sentences (Article 12(1)). It goes by mail to their proven address and stands in the case.",
        "Send the message",
        "The message is on its way.",
        tab="messages",
    ),
    Action.WITHDRAW: Act(
        "Record a withdrawal",
        "Record that the person withdrew",
        "Say where and when they told you. The case closes, and they may ask again whenever they like.",
        "Close it as withdrawn",
        "The case is closed as withdrawn.",
        red=True,
    ),
    Action.DISOWN: Act(
        "Record \u201cthis was not me\u201d",
        "Record that somebody else made this request",
        "Say who told you and how. The case closes, its links and codes end at once, and nobody gets anything.",
        "Close it as not theirs",
        "The case is closed. Its links and codes have ended.",
        red=True,
    ),
    Action.MERGE_DUPLICATE: Act(
        "Join with another case",
        "Join this with another case of the same person",
        "This case closes and the other goes on; the earlier date of receipt counts, the answer goes only to what is proven "
        "there, and both are told. Where no proven mailbox or account is the same in both, you propose it, and a colleague "
        "decides with a reason of their own.",
        "Join the cases",
        "It is joined with the other case; or, where nothing proves that both are of one person, a colleague decides it now.",
        red=True,
    ),
    Action.HOLD: Act(
        "Put on hold",
        "Put the release on hold",
        "Nothing leaves while it is held, and no date moves. The reason is kept for whoever releases it.",
        "Put it on hold",
        "Nothing leaves until it is released.",
    ),
    Action.RELEASE: Act(
        "End the hold",
        "End the hold",
        "What was approved may leave again. Say why it may.",
        "End the hold",
        "The hold has ended.",
    ),
    Action.CLOSE: Act(
        "Close the case",
        "Close the case",
        "Closing without an answer is a decision with a letter, never a timer\u2019s (Article 12(4)). Its outcome has to fit "
        "what was "
        "delivered.",
        "Close the case",
        "The case is closed.",
        red=True,
    ),
    Action.REOPEN: Act(
        "Open it again",
        "Open the case again",
        "It goes on at its own date of receipt. Say what came in late.",
        "Open it again",
        "The case is open again.",
    ),
}


def act_of(action: Action) -> Act:
    """A command in words; plain ones where nobody has written any."""
    if action in ACTS:
        return ACTS[action]
    words = action.value.replace("_", " ").capitalize()
    return Act(words, words, "Say why; the reason stands in the case.", words, "Done.")
