"""What stands in the place of each name in the console's addresses, for tests that walk over all of them."""

from uuid import UUID

NAMED = {
    "position": "0",
    "person": UUID(int=0),
    "deed": "nothing",
    "release": UUID(int=0),
    "change": UUID(int=0),
    "hold": UUID(int=0),
    "wall": UUID(int=0),
    "answer": "refused",
    "key": "0" * 8,
    "mail": UUID(int=0),
    "sweep": UUID(int=0),
    "report": UUID(int=0),
    "authority": "ico",
    "form": "pdf",
    "index": 0,
    "archive": UUID(int=0),
    "number": 0,
    "by": "thread",
    "group": "0a1b2c3d4e5f",
    "name": "code",
    "segment": "gb_en",
    "system": "platform",
    "collection": "accounts",
    "path": "index.html",
    "letter": UUID(int=0),
    "evidence": UUID(int=0),
    "action": "withdraw",
    "kind": "work_item",
}
