"""What a stored, sealed blob is called and how large it is. Travels in messages, so it holds nothing personal.

Next: adapters/blobs.py
"""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# A code word of ours ("package", "mail", "collection"): part of the key derivation, so it can never be text typed by anyone.
BlobKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]


class BlobRef(BaseModel):
    """The only handle on a sealed stream: written once, by one attempt, under this id.

    `bytes` and `sha256` (lower-case hex) are of the plaintext, as it was written. A bare hash of a short guessable text
    could be guessed back; whoever stores a reference outside sealed columns sees to it that the content has salt
    (`security.md` 2.4 rule 6).
    """

    model_config = ConfigDict(frozen=True)

    blob_id: UUID
    kind: BlobKind
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
