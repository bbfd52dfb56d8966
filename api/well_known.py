"""`GET /.well-known/habeas-keys.json`: the public halves of the keys that sign what is released (`security.md` 2.8).

Whoever holds a package saves the `pem` of its `kid` and gives it to `habeas verify-package FILE --key`; only then does the
signature also say who signed. Without a key and outside `/api/v1`, since it is meant for anybody. Next: adapters/signing.py
"""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.dependencies import TheWeb

_AN_HOUR = "public, max-age=3600"  # a key lives two years

router = APIRouter(tags=["keys"])


class PublicKey(BaseModel):
    """One key: `kid` is the first 16 hexadecimal digits of the SHA-256 of its 32 bytes, as the manifest names it."""

    kid: str
    algorithm: str = "Ed25519"
    use: str = "release"
    pem: str


class PublicKeys(BaseModel):
    """All keys that sign here."""

    keys: list[PublicKey]


@router.get("/.well-known/habeas-keys.json")
async def public_keys(web: TheWeb, response: Response) -> PublicKeys:
    """Tell anybody which keys sign the packages of this installation."""
    response.headers["Cache-Control"] = _AN_HOUR
    signer = web.resources.signer
    return PublicKeys(keys=[PublicKey(kid=signer.kid, pem=signer.public_pem.decode())])
