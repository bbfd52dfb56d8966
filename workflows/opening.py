"""How a workflow takes its first message: a start that nobody of ours can have sent ends the run, and never blocks its id.

`adapters/message_guard.py` says the same of every later message. It comes too late for this one: the SDK makes the workflow
object before any interceptor runs, and an error there fails the workflow task again and again (seen on temporalio 1.35), so
that a start without arguments would hold the id of a case for ever.

Next: workflows/case.py
"""

import functools
import inspect
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from temporalio.exceptions import ApplicationError

Self = TypeVar("Self")
Params = ParamSpec("Params")


def whole_message(init: Callable[Concatenate[Self, Params], None]) -> Callable[Concatenate[Self, Params], None]:
    """Put under `@workflow.init`: the wrong number of arguments fails the workflow instead of its task.

    Raises:
        ApplicationError: of the type with which the message guard refuses, when the arguments are not those of the workflow.
    """
    signature = inspect.signature(init)

    def checked(self: Self, /, *args: Params.args, **kwargs: Params.kwargs) -> None:
        try:
            signature.bind(self, *args, **kwargs)
        except TypeError:
            message = "The start was not made for this workflow."
            raise ApplicationError(message, type="PayloadRefused", non_retryable=True) from None
        init(self, *args, **kwargs)

    functools.update_wrapper(checked, init)  # the SDK compares the signature with that of `run`
    return checked
