"""What a message to a workflow must be, beyond its seal (`security.md` 2.5): whole, and a command under its own id.

Whole: it has a payload, and the handler takes it. A copy of a command from the history of the same case bears a good seal;
under its own id the engine answers it and does not carry it out again, and under another it is refused here.

A signal or update without payload has nothing that could be authenticated, and one with the wrong number of them makes
the SDK fail the workflow task for ever (both seen on temporalio 1.35). Not covered, because the engine itself carries
them out: cancellation and termination; the hourly reconciliation is the answer to those.

Next: adapters/codec.py
"""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import temporalio.client
import temporalio.worker
from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

REFUSED_TYPE: Final = "PayloadRefused"

# Schedules: first word of the workflow id, and the only workflow type that may run under it.
SCHEDULED: Final = {"housekeeping": "HousekeepingWorkflow", "mailbox": "MailboxWorkflow"}
# What a schedule appends to the id it is configured with.
_START_TIME = re.compile(r"-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")


def bound_id(workflow_id: str) -> str:
    """The id that payloads of a workflow are bound to.

    It is the workflow's own, except that all runs of a schedule share the id the schedule was made with: its arguments
    are sealed before any run exists, and the engine hands the result of one run to the next.
    """
    return _START_TIME.sub("", workflow_id) if _family(workflow_id) in SCHEDULED else workflow_id


def refuse() -> NoReturn:
    """Raise what rejects an update, drops a signal and ends a forged workflow, and never blocks a workflow task."""
    raise ApplicationError("The message was not sealed for this workflow.", type=REFUSED_TYPE, non_retryable=True)


class MessageGuard(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """Given to the client, from which every worker takes it."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002
        return _GuardedWorkflow


class _GuardedWorkflow(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002, ANN401
        info = workflow.info()
        expected = SCHEDULED.get(_family(info.workflow_id), info.workflow_type)
        if info.workflow_type != expected or not _fits(input.run_fn, [None, *input.args]) or not input.args:
            refuse()
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        if not input.args or not _fits(workflow.get_signal_handler(input.signal), input.args):
            workflow.logger.warning("signal refused: %s", input.signal)
            return
        await super().handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002
        self._check_update(input)
        super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002, ANN401
        self._check_update(input)  # again, for updates that have no validator
        return await super().handle_update_handler(input)

    @staticmethod
    def _check_update(update: HandleUpdateInput) -> None:
        if not update.args or not _fits(workflow.get_update_handler(update.update), update.args):
            refuse()
        if getattr(update.args[0], "command_id", update.id) != update.id:
            refuse()


def _family(workflow_id: str) -> str:
    return workflow_id.partition("-")[0]


def _fits(handler: Callable[..., Any] | None, args: Sequence[Any]) -> bool:
    if handler is None:  # a dynamic handler takes anything
        return True
    function = getattr(handler, "__func__", handler)  # a bound method brings its first argument along
    brought = 0 if function is handler else 1
    code = getattr(function, "__code__", None)
    if code is None or hasattr(function, "__wrapped__"):  # what it takes is not what it shows
        return _binds(handler, args)
    # As inspect.signature would say, at a fiftieth of its time: this is asked at every message of every workflow.
    given, least = brought + len(args), code.co_argcount - len(function.__defaults__ or ())
    most_open = bool(code.co_flags & inspect.CO_VARARGS)
    named = code.co_kwonlyargcount - len(function.__kwdefaults__ or {})
    return named == 0 and least <= given and (most_open or given <= code.co_argcount)


def _binds(handler: Callable[..., Any], args: Sequence[Any]) -> bool:
    try:
        inspect.signature(handler).bind(*args)
    except TypeError:
        return False
    return True
