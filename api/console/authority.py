"""Who may open which page of the console: route x role as data (`security.md` section 4, R7). No row, no route.

The roles of a case's commands are `domain/authority.py`'s and asked again inside the workflow; a page that only shows has its
roles here alone. Next: api/console/pages.py
"""

from dataclasses import dataclass
from typing import Final

from domain.rights import Role

STAFF: Final = frozenset(
    {
        Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO, Role.BREACH_RESPONDER, Role.ADMINISTRATOR, Role.AUDITOR,
    },
)  # fmt: skip
OFFICE: Final = frozenset({Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO})  # see cases and who is in them
WORKERS: Final = OFFICE - {Role.DPO}  # a DPO advises and does not decide (Article 38(6))


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Args:
        roles: one of these, now; None: also whoever is not signed in.
        upload: the body is a file, which the route reads by itself and whose form key it checks by itself.
        limit: of an upload, bytes.
    """

    roles: frozenset[Role] | None
    upload: bool = False
    limit: int = 0


ROUTES: Final[dict[tuple[str, str], Rule]] = {
    ("GET", "/console/sign-in"): Rule(None),
    ("POST", "/console/sign-in"): Rule(None),
    ("GET", "/console"): Rule(STAFF),
    ("GET", "/console/sign-in/again"): Rule(STAFF),
    ("POST", "/console/sign-in/again"): Rule(STAFF),
    ("POST", "/console/sign-out"): Rule(STAFF),
    ("GET", "/console/account"): Rule(STAFF),
    ("POST", "/console/account/password"): Rule(STAFF),
    ("GET", "/console/find"): Rule(OFFICE),
    ("GET", "/console/cases"): Rule(OFFICE),
    ("GET", "/console/cases/new"): Rule(OFFICE),  # anybody in the office may be handed a letter, the DPO too (Article 38(4))
    ("POST", "/console/cases/new"): Rule(OFFICE),
    ("POST", "/console/cases/assign"): Rule(WORKERS),
    ("GET", "/console/cases/search"): Rule(OFFICE),
    ("POST", "/console/cases/search"): Rule(OFFICE),
}


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may open a route, by the route's path as written in the table; a route that is not there, nobody."""
    rule = ROUTES.get((method, path))
    return rule is not None and (rule.roles is None or role in rule.roles)
