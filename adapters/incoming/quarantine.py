"""What was found infected: nobody gets it but a privacy lead, who says why (`security.md` section 1, mail).

Next: `adapters/incoming/reading_room.py`
"""

from uuid import UUID

from adapters.database.mail_tables import IncomingMail
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.removal import keep_reading, opened
from adapters.resources import Resources
from domain.errors import InvalidInputError


def fetch_infected(resources: Resources, mail: UUID, index: int, person: str, reason: str) -> tuple[str, bytes]:
    """Name and content of an infected file; who took it out and why is sealed with the mail first.

    Raises:
        InvalidInputError: no reason. UnknownObjectError: there is no such file.
    """
    if not reason.strip():
        raise InvalidInputError("Say why you need an infected file.", field="reason")
    room = ReadingRoom(resources)
    name, content = room.attachment(room.find(mail), index, infected=True)
    with resources.database.write() as session:
        row, read = opened(resources, session.get(IncomingMail, mail, with_for_update=True))
        note = f"{person}: {reason.strip()}"
        files = [
            each.model_copy(update={"fetched": [*each.fetched, note]}) if each.index == index else each
            for each in read.attachments
        ]
        keep_reading(resources, row, read.model_copy(update={"attachments": files}))
        session.add(row)
    return name, content
