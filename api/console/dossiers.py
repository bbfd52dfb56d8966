"""The one road of every form about a breach or a notice: asked, kept over a sign-in, done once, refused beside its fields.

It ends in the same deed as the JSON API's. What a kind of dossier has of its own stands with its pages.
Next: api/console/breaches/acts.py, api/console/notices/acts.py
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters import kept_forms
from adapters.database.breach_tables import Dossier
from adapters.vault import DossierPurpose
from api.answers import CommandUnansweredError
from api.console.pages import away_to
from api.console.sessions import SignedIn
from api.console.turned_away import SignedOutError
from api.console.uploading import handed_in
from api.dependencies import Web
from api.idempotency import keyed_hash
from api.v1.dossier_actions import DossierDeed
from domain.errors import DomainError, UnknownObjectError


class View(Protocol):
    """A breach or a notice as it is read."""

    @property
    def dossier(self) -> Dossier: ...


V = TypeVar("V", bound=View)
A = TypeVar("A", bound=StrEnum)


class DossierForms(ABC, Generic[V, A]):
    """The forms of one kind of dossier.

    Attributes:
        path: of its pages.
        purpose: whose key seals what was typed.
        actions: the enum of its actions.
        decisions: actions that ask for a fresh sign-in.
        labels: what the fields are called.
        unkept: fields that are not kept over a sign-in: the marks of the old form, and what is approved as it stands then.
    """

    path: ClassVar[str]
    purpose: ClassVar[DossierPurpose]
    actions: type[A]
    decisions: frozenset[A]
    labels: ClassVar[Mapping[str, str]]
    unkept: ClassVar[frozenset[str]]

    @abstractmethod
    def find(self, web: Web, reference: str) -> V:
        """The dossier under a reference."""

    @abstractmethod
    def deed(self, act: A, web: Web, who: SignedIn, view: V) -> DossierDeed:
        """The deed of the JSON API."""

    @abstractmethod
    def body(self, web: Web, act: A, typed: Mapping[str, str]) -> dict[str, Any]:
        """The body of an action from what was typed."""

    @abstractmethod
    def page(  # noqa: PLR0917 (what a form is made of)
        self, web: Web, who: SignedIn, view: V, act: A, typed: dict[str, str], errors: dict[str, str]
    ) -> Response:
        """The page of the form."""

    async def ask(self, reference: str, action: str, request: Request, web: Web, who: SignedIn) -> Response:
        """The form of an action, as it was filled in before the password was asked for again."""
        view = await run_in_threadpool(self.find, web, reference.upper())
        act, typed = self._action(action), dict(request.query_params)
        if act in self.decisions:
            query = f"?{request.url.query}" if request.url.query else ""
            who.need_fresh(web.now(), request.url.path + query)
        if form_id := typed.pop("kept", ""):
            typed = await run_in_threadpool(self._kept, web, who, view, form_id) | {
                name: text for name, text in typed.items() if text
            }
        return await run_in_threadpool(self.page, web, who, view, act, typed, {})

    async def perform(  # noqa: PLR0917
        self, reference: str, action: str, request: Request, web: Web, who: SignedIn, form: FormData
    ) -> Response:
        """Do it, and go back to the dossier; or say beside the form why not."""
        view = await run_in_threadpool(self.find, web, reference.upper())
        act, typed = self._action(action), typed_of(form)
        if act in self.decisions and not who.is_fresh(web.now()):
            form_id = await run_in_threadpool(self._keep, web, who, view, typed)
            who.need_fresh(web.now(), f"{request.url.path}?kept={form_id}")
        here = f"{self.path}/{view.dossier.reference}"
        try:
            await carried_out(self.deed(act, web, who, view), self.body(web, act, typed), typed.get("once", ""))
        except CommandUnansweredError:
            return away_to(here)
        except (DomainError, ValidationError) as refusal:
            return await run_in_threadpool(self.page, web, who, view, act, typed, faults(refusal, self.labels))
        return away_to(f"{here}?done={act.value}")

    async def take_file(self, reference: str, act: A, request: Request, web: Web, who: SignedIn) -> Response:
        """The same for an action whose form is a file, sealed while it arrives."""
        view = await run_in_threadpool(self.find, web, reference.upper())
        here = f"{self.path}/{view.dossier.reference}"
        try:
            await handed_in(request, who, self.deed(act, web, who, view))
        except CommandUnansweredError:
            return away_to(here)
        except SignedOutError:
            raise
        except DomainError as refusal:
            return await run_in_threadpool(self.page, web, who, view, act, {}, faults(refusal, self.labels))
        return away_to(f"{here}?done={act.value}")

    def _action(self, name: str) -> A:
        try:
            return self.actions(name)
        except ValueError:
            raise UnknownObjectError from None

    def _keep(self, web: Web, who: SignedIn, view: V, typed: dict[str, str]) -> UUID:
        words = {name: text for name, text in typed.items() if name not in self.unkept}
        vault = web.resources.vault.dossier(view.dossier.id, self.purpose)
        with web.resources.database.write() as session:
            return kept_forms.keep(session, vault, who.caseworker, words, web.now())

    def _kept(self, web: Web, who: SignedIn, view: V, form_id: str) -> dict[str, str]:
        vault = web.resources.vault.dossier(view.dossier.id, self.purpose)
        with web.resources.database.read() as session:
            return kept_forms.kept(session, vault, who.caseworker, form_id)


async def carried_out(deed: DossierDeed, given: dict[str, Any], once: str) -> None:
    """Let an action happen, once for each mark of a form.

    Raises:
        CommandUnansweredError: nobody answered in time. DomainError, ValidationError: refused.
    """
    body = deed.shape.body.model_validate(given).model_dump(mode="json")
    key = once or secrets.token_urlsafe(16)
    await deed.act(body, keyed_hash(deed.web.resources.vault, "command", deed.who.key_id, deed.action.value, key))


def typed_of(form: FormData) -> dict[str, str]:
    """What was typed, files aside."""
    return {str(name): value for name, value in form.multi_items() if isinstance(value, str)}


def faults(refusal: DomainError | ValidationError, labels: Mapping[str, str] | None = None) -> dict[str, str]:
    """A refusal beside the fields it is about, each named as its form does: the list above the form says nothing else."""
    if isinstance(refusal, DomainError):
        return {str(refusal.facts.get("field") or "form"): refusal.message}
    known, found = labels or {}, {}
    for error in refusal.errors():
        path = [str(part) for part in error["loc"]] or ["form"]
        field = next((part for part in reversed(path) if part in known), path[-1])
        needed = "fill this in, or choose one." if error["type"] == "missing" else "this cannot be read as it stands."
        found[field] = f"{known[field]}: {needed}" if field in known else needed[:1].upper() + needed[1:]
    return found
