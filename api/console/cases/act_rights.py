"""Commands of rights that change something: erasure, correction, restriction, consent, complaints (Articles 16 to 22).

Next: api/console/cases/act_course.py
"""

from typing import Final

from api.console.cases.act_shape import Act
from domain.authority import Action

RIGHTS: Final[dict[Action, Act]] = {
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
        "Your approval covers exactly this plan (Article 17). Whoever asked is told first and can stop it until the waiting days "
        "are over; then it is carried out and searched again. What is erased cannot be brought back.",
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
        "From now on the chosen uses stop in every system that can; in the others that becomes a task (Article 18). Who asked "
        "for a restriction gets a letter that it is in force; otherwise none goes out now. The person is told before it ends.",
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
}

STOP: Final = Act(  # the same command, where an objection is looked at
    "Stop the purposes",
    "Stop the purposes",
    "From now on the uses you choose stop in every system that can; in the others that becomes a task (Articles 18(1)(d) and "
    "21(1)). No letter goes out now: the person hears of it in your answer, and before it is lifted.",
    "Stop the purposes",
    "They are being stopped.",
)
