"""Commands about what is searched, reviewed and released: tasks, systems, records, packages (Article 15).

Next: api/console/cases/act_rights.py
"""

from typing import Final

from api.console.cases.act_shape import Act
from domain.authority import Action

CONTENT: Final[dict[Action, Act]] = {
    Action.COMPLETE_WORK_ITEM: Act(  # its form has words of its own for each task (task_forms.py)
        "Answer the task",
        "Answer the task",
        "Say what came of it. It stands in the record (Article 5(2)).",
        "Answer",
        "The task is done.",
    ),
    Action.RETRY_SYSTEM: Act(
        "Retry",
        "Search this system again",
        "What was found elsewhere is kept. A system that keeps failing can be left out with a reason (Article 15).",
        "Retry",
        "The system is being searched again.",
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
        "Asked for: the package is built from what is decided now. The next step says when it is ready.",
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
        "Asked for. Once the part is built, somebody else approves it.",
    ),
    Action.APPROVE_PARTIAL_ANSWER: Act(
        "Approve the part",
        "Approve and release this part",
        "Your approval covers exactly this part, this address and this identity record (Article 15). The case stays open for "
        "the rest.",
        "Approve and release this part",
        "Approved. The person gets a letter with a link, and the case goes on.",
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
}
