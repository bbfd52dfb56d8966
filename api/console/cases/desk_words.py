"""The review desk's words: what can be decided of an item, and what stands (Article 15(4)).

Next: api/console/cases/desk_reading.py
"""

from typing import Final

from domain.withholding import Basis, ItemChoice

CHOICES: Final[dict[ItemChoice, str]] = {
    ItemChoice.INCLUDE: "Include",
    ItemChoice.WITHHOLD: "Withhold whole",
    ItemChoice.REDACT: "Cover the chosen parts",
    ItemChoice.EXTRACT: "Give only the chosen parts",
    ItemChoice.NOT_ABOUT_THE_PERSON: "Leave out: not about this person",
    ItemChoice.DUPLICATE: "Leave out: the same is in it already",
    ItemChoice.OUTSIDE_SCOPE: "Leave out: outside the agreed scope",
    ItemChoice.ALREADY_HAS_IT: "Leave out: they have it already",
}
STANDS: Final[dict[ItemChoice, str]] = {
    ItemChoice.INCLUDE: "included",
    ItemChoice.WITHHOLD: "withheld",
    ItemChoice.WITH_LEGAL: "with legal",
    ItemChoice.REDACT: "covered in part",
    ItemChoice.EXTRACT: "as an extract",
    ItemChoice.NOT_ABOUT_THE_PERSON: "left out, not about this person",
    ItemChoice.DUPLICATE: "left out, a duplicate",
    ItemChoice.OUTSIDE_SCOPE: "left out, outside the scope",
    ItemChoice.ALREADY_HAS_IT: "left out, they have it",
}
SHORT: Final[dict[Basis, str]] = {
    Basis.THIRD_PARTY: "other people",
    Basis.PRIVILEGE: "legal privilege",
    Basis.NOT_PERSONAL_DATA: "not personal data",
}
AGAIN: Final = "signed_in_again"
ANSWERED: Final = "answered"
# What is done beside the commands of a case.
DONE_BESIDE: Final = {
    AGAIN: "You signed in again. Nothing was done yet: press the button once more.",
    ANSWERED: "The answer goes out to the person.",
    "wall": "They are kept away from this case from now on. Nobody tells them.",
    "remark": "Kept. Nothing of it reaches the person.",
    "remark_refused": "Nothing was kept: write something, choose whom a question is to, and look whether a colleague was faster.",
    "undo_refused": "Nothing was taken back: somebody decided anew meanwhile. Look at what stands now.",
    "doubtful_theirs": "It stands with the rows that are theirs. Build the package again; what it holds changes.",
    "doubtful_not": "Kept: it is not theirs, and stays out of every copy.",
    "covered_there": "Covered or kept back at these places too. Build the package again; it is searched once more.",
    "covered_in_part": "Not all of these places could be decided: somebody was faster, or legal decides. Build again, and look.",
    "covered_nothing": "Nothing was decided: no place was chosen, or the package is another one by now.",
    "wall_lifted": "They see this case again, as far as their role goes.",
}
