"""What workflows ask to be told to our own people about a case: ids, dates, counts (design principle 3).

Next: adapters/desk_post.py
"""

from datetime import date
from uuid import UUID

from domain.commands import Message


class CaseResumed(Message):
    """Tell our own people that a case's workflow had ended from outside and was started anew.

    Args:
        number: sequence of the event that says so; one mail per event and person.
    """

    case_id: UUID
    number: int


class CaseDue(Message):
    """Tell our own people that a case comes due or is late.

    Args:
        number: sequence of the event that says so; one mail per event and person.
        due: the safe date.
        late: it has passed.
    """

    case_id: UUID
    number: int
    due: date
    late: bool
