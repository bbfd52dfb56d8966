"""Commands of the course of a case: questions, longer time, refusals, fees, messages, holds, its end (Article 12).

Next: api/console/cases/acts.py
"""

from typing import Final

from api.console.cases.act_shape import Act
from domain.authority import Action

COURSE: Final[dict[Action, Act]] = {
    Action.SEARCH_ARCHIVE: Act(
        "Search the imports",
        "Search what was imported",
        "What was imported is searched within the scope that was agreed. A copy that is being reviewed is built anew with what "
        "is found, and decisions that were made stay (Article 15).",
        "Search the imports",
        "The imports are being searched.",
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
    Action.NEEDS_NO_ANSWER: Act(
        "Needs no answer",
        "What they wrote needs no answer",
        "For thanks and the like. The person was promised an answer to what they ask, so a question gets one (Article 12(1)). "
        "Your name and the time stand in the record.",
        "It needs no answer",
        "It counts as settled. Your name and the time stand in the record.",
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
