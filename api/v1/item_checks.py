"""What a decision about items may say, looked at with the items at hand: whose words, whose record, which fields.

Next: api/v1/deciding.py
"""

from collections.abc import Sequence

from adapters.collected import Item
from adapters.found_doubtful import of_files
from adapters.requester import Requester
from api.v1.desk_bodies import SetItemDecisionBody
from domain.errors import InvalidInputError
from domain.extracts import extract_row
from domain.redaction import Span
from domain.withholding import Basis, ItemChoice


def check_own_words(requester: Requester, words: list[str], field: str) -> None:
    """Refuse to cover the requester's own name or address as somebody else's.

    Raises:
        InvalidInputError: one of the words is theirs.
    """
    if any(requester.is_own(each) for each in words):
        raise InvalidInputError(
            "These are the requester's own words, which the copy is of. Name the other person's.", field=field
        )


def check_about_them(
    requester: Requester, choice: ItemChoice, basis: Basis | None, item: Item, spans: Sequence[Span] = ()
) -> None:
    """Refuse to call an item, or what an extract leaves out of it, no data of the requester when their identifier is there.

    Raises:
        InvalidInputError: it does.
    """
    denied = choice is ItemChoice.NOT_ABOUT_THE_PERSON or basis is Basis.NOT_PERSONAL_DATA
    if denied and choice is ItemChoice.EXTRACT:
        given = extract_row(item.row, spans).value
        cut = (name for name, value in item.row.items() if requester.named_in([value]) and not requester.named_in([given[name]]))
        if (field := next(cut, None)) is not None and item.file is None:
            raise InvalidInputError(
                f"The requester's own address or number stands in {field}, which this extract leaves out, so the rest is about"
                " them too. Give that field as well, or choose another basis.",
                field="basis",
            )
        return
    if denied and requester.named_in(item.row.values()):
        raise InvalidInputError(
            "The requester's own address or number stands in this item, so it is about them. Choose another decision.",
            field="basis" if basis else "decision",
        )


def check_doubtful(item: Item, body: SetItemDecisionBody) -> None:
    """Refuse anything of a row that only looks like the person's but that it is theirs or is not, and why (`security.md` I4).

    Raises:
        InvalidInputError: it is another decision, there is no reason, or the row is of a file.
    """
    if body.decision not in {ItemChoice.INCLUDE, ItemChoice.NOT_ABOUT_THE_PERSON}:
        raise InvalidInputError(
            "Decide first whether this row is the person's; then it stands with the others.", field="decision"
        )
    if not body.reason:
        raise InvalidInputError("Say by what you know whose it is.", field="reason")
    if body.decision is ItemChoice.INCLUDE and of_files(item.row):
        raise InvalidInputError("A file comes in once its address is accepted as theirs, and it is found again.", field="item")


def check_fields(spans: list[Span], item: Item) -> None:
    """Refuse parts of fields that the items do not have: a cover over nothing looks like protection.

    Raises:
        InvalidInputError: there is no such field, or letters of no text.
    """
    if any(span.field is not None and span.field not in item.row for span in spans):
        raise InvalidInputError("The item has no such field.", field="spans")
    if item.file is None and any(span.field is None and span.words is None for span in spans):
        raise InvalidInputError("Say of which field: only a file has a text of its own.", field="spans")
