"""What a task is called, and two sentences of guidance with the article: by the kind of the work item.

Next: api/console/cases/work_cards.py
"""

from typing import Final

TASKS: Final[dict[str, tuple[str, str]]] = {
    "letter_by_post": (
        "Print and post a letter",
        "The person has no e-mail address. Print it, post it or hand it over, then record the day (Article 12).",
    ),
    "mail_after_end": (
        "They wrote after the case was closed",
        "Read it, and answer by a message; or reopen the case at its date; or open a new one from the day it arrived.",
    ),
    "join_cases": (
        "Decide whether two cases are of one person",
        (
            "A colleague wants to join them, and no proven mailbox or account is the same in both. Look at both; join them with "
            "your own reason, or leave them apart (Article 12(6))."
        ),
    ),
    "nothing_marked": (
        "No record of the person was found to mark",
        (
            "The restriction holds by the address they confirmed, and no record stands under it. Say whether that is so; or "
            "look again, with another identifier of theirs (Articles 16 and 18)."
        ),
    ),
    "joined_after_end": (
        "Look whether a joined request was answered",
        (
            "Two cases were joined while the one that was to go on ended. If its answer does not cover what was asked, reopen "
            "it (Article 12(3))."
        ),
    ),
    "after_check": (
        "Look at what a colleague approved alone",
        "Nobody else was there, so this look comes afterwards. Read it as if you had to approve it now, then say what you found.",
    ),
    "after_check_disputed": (
        "Mend what should not have been approved",
        (
            "A colleague looked afterwards and found it not in order. Read why; stop every link if it reached the wrong person, "
            "and look whether it is a personal data breach (Article 33). Then say what was done."
        ),
    ),
    "needs_operator": (
        "Something needs an operator",
        "Habeas met a failure that trying again does not mend, and the case waits. When it is mended, say so, and it goes on.",
    ),
    "import_stopped": (
        "An import could not be read",
        (
            "Mails or chats that were imported are not searched: reading them was given up after six attempts. The page of the "
            "imports says why. Have it read again or remove it there, then say so."
        ),
    ),
    "deadline_passed": (
        "The date has passed: answer now",
        "The case shows as missed, and nothing hides that. Article 12(3) still wants the answer, with a word on why it is late.",
    ),
    "consider_partial_answer": (
        "Decide whether to answer a part now",
        "Some of it is ready and the rest may be late. A part in time is better, and it ends nothing (Article 12(3)).",
    ),
    "handle_complaint": (
        "Look into the complaint",
        "Somebody who was not involved looks into it (s.164A DPA 2018). Say which case it is about, and what you found.",
    ),
    "acknowledge_complaint": (
        "Acknowledge the complaint another way",
        "The letter did not reach them, and the law gives 30 days (s.164A(4) DPA 2018). Try another way, then say so.",
    ),
    "complaint_progress": (
        "Tell the person how far the complaint is",
        "It is two weeks since they heard of it. The law wants progress told without undue delay (s.164A DPA 2018).",
    ),
    "letter_bounced": (
        "A letter came back",
        "A notice that did not arrive was not given (Article 12). Find another way to the person, then say so.",
    ),
    "before_erasure": (
        "Do this before anything is erased",
        (
            "Something goes on elsewhere and has to end first: a charge, a conversation, a balance. Do it when the days "
            "in which it can be stopped are over, then say so; the erasure waits for you (Article 17)."
        ),
    ),
    "erase_by_hand": (
        "Erase in this system by hand",
        "No program may change it, so a person erases there; the certificate says so. Say when it is done (Article 17).",
    ),
    "erasure_failed": (
        "A system could not be erased",
        "What could be done is done, and the rest waits. When it is mended, say so; or say why it is left out (Article 17).",
    ),
    "legal_hold": (
        "A legal hold or a restriction stops the erasure",
        "Nothing of this person is erased while it lasts (Articles 17(3), 18(2)). Look whether it has its ground, then say so.",
    ),
    "find_account": (
        "Find the account that is reported, within the hour",
        (
            "Read the report for an address or a name, and name the account: it is suspended at once, and that can be undone. "
            "Look at nothing in it."
        ),
    ),
    "decide_account": (
        "Decide about the account, within 72 hours",
        (
            "First answer whether somebody may be in danger; then delete it or give it back. Nothing is deleted by a timer "
            "(privacy policy, children)."
        ),
    ),
    "account_overdue": (
        "The report of a child's account is three days old: decide now",
        "The account is suspended, and that is no end. Decide, or say why it needs longer.",
    ),
    "account_objection": (
        "The account holder says that they are 18 or older",
        "Ask for no passport: look for what the account shows. Then decide, and say here that you looked.",
    ),
    "refund_payments": (
        "Refund what the child paid",
        (
            "Nobody under 18 may have an account, so what was paid for it goes back: look in your own records and at the payment "
            "provider. The deletion does not wait for it, so look soon; if nothing was paid, say that (privacy policy, children)."
        ),
    ),
    "suspend_by_hand": (
        "Suspend the account in this system by hand",
        "No program may mark it: let nobody sign in, hide what is public, and stop all sends. Then say so.",
    ),
    "suspension_failed": (
        "A system could not be suspended",
        "What could be marked and hidden is. When it is mended, say so, and the rest follows.",
    ),
    "public_copies": (
        "Others could see some of it: take reasonable steps",
        (
            "Revoke share links, purge the delivery network, ask search engines to remove it, and tell whoever is known to have "
            "copied it. Say what you did and what it cost (Article 17(2))."
        ),
    ),
    "not_me": (
        "The owner of a contact we hold says: this was not me",
        (
            "Nothing leaves and nothing is erased until you have looked into it. Find out who asked and who answered, then "
            "say so (Article 12(6))."
        ),
    ),
    "leftover": (
        "Something is still there after the erasure",
        "A search found rows that should be gone. Look why, erase them there, then say so (Article 17).",
    ),
    "newer_account": (
        "Is this a new account of the same person?",
        "Rows were made after the erasure, and nothing of them is touched. Decide whether anything has to be done (Article 17).",
    ),
    "instruct_processor": (
        "Instruct a processor",
        (
            "Give it no more than its own id of the person, and nothing in the subject of a mail. Say when it is instructed "
            "(Article 28(3))."
        ),
    ),
    "processor_confirmation": (
        "Record the processor's confirmation",
        "It was instructed and has to confirm. Record its word and add what it sent (Article 28(3)).",
    ),
    "inform_recipient": (
        "Tell a recipient",
        "Whoever received the data is told, unless that is impossible. Say when it is done (Article 19).",
    ),
    "safeguard_copy": (
        "Add the copy of a safeguard",
        "The person may have a copy of what protects their data abroad (Article 15(2)). Cover prices and the like, and say why.",
    ),
    "measure_by_hand": (
        "Do this in a system by hand",
        "No program may change it, or finds the person there: do what was decided (Articles 7, 16 and 18). Say when it is done.",
    ),
    "measure_failed": (
        "A system could not be changed",
        "What could be done is done, and the rest waits. When it is mended, say so; or say why it is left out (Article 5(2)).",
    ),
    "recipient_silent": (
        "A recipient does not answer",
        "It was chased twice and is still silent. Decide what comes next, then say so (Articles 19 and 28).",
    ),
    "consider_extension": (
        "Decide whether this needs longer",
        "The law gives two further months for a reason that the person reads (Article 12(3)). If it can be done in time, say so.",
    ),
}
