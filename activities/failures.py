"""Translates the domain's refusals for Temporal, once: type and ids only, never the text of an exception.

A refusal will be the same next time, so it is not retried; everything else flies and is retried by Temporal.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from temporalio.exceptions import ApplicationError

from domain.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")


def translated(function: Callable[P, R]) -> Callable[P, R]:
    """Turn a DomainError of an activity into a non-retryable ApplicationError whose type is the error's kind."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except DomainError as refusal:
            raise ApplicationError(refusal.message, refusal.facts, type=refusal.kind, non_retryable=True) from refusal

    return wrapper
