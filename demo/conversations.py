"""What the heavy person and support wrote to each other about people: the rest of the demo's tickets are words without sense.

Next: demo/office_mail.py
"""

from demo.documents import PARTNER, PARTNER_MAIL, SITTER, SITTER_PHONE, SITTER_STREET

# A subject and what was said in turn, the customer first; messages beyond it are the usual words.
CONVERSATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "A picture of somebody I know was blocked",
        (
            f"Your check blocked my portrait of {SITTER}. She sat for it and agreed; you may ring her on {SITTER_PHONE}.",
            f"Thank you. Is {SITTER} of age, and did she agree in writing?",
            f"Yes. The release has her address, {SITTER_STREET}, and her signature.",
            "I have rung her, and she confirms it. She is ill, please keep that. She asks you to remove the picture of her son.",
            "I did not know that. I will take it down today.",
            "Then the portrait is free again.",
        ),
    ),
    (
        f"An account for {PARTNER}",
        (
            f"My partner {PARTNER}, {PARTNER_MAIL}, cannot sign in. Can you reset it? His date of birth is 4 May 1987.",
            "We can only talk about an account with the person whose it is. Please have him write to us himself.",
            "He will. We share a studio and one bill.",
            "Your bill is yours alone: the card on it ends in other digits than his.",
        ),
    ),
)
