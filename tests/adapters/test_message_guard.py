"""What a handler takes is judged as Python itself would judge the call."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from adapters.message_guard import _fits


class Handlers:
    def one(self, message: str) -> None: ...
    def with_default(self, message: str, other: str = "") -> None: ...
    def anything(self, *messages: str) -> None: ...
    def named(self, message: str, *, how: str) -> None: ...
    def named_with_default(self, message: str, *, how: str = "") -> None: ...
    def only_by_place(self, message: str, /) -> None: ...

    @functools.wraps(one)
    def wrapped(self, *args: Any, **kwargs: Any) -> None: ...  # noqa: ANN401 (as decorators have it)


BOUND = [getattr(Handlers(), name) for name in dir(Handlers) if not name.startswith("_")]
UNBOUND = [getattr(Handlers, name) for name in dir(Handlers) if not name.startswith("_")]


@pytest.mark.parametrize("handler", [*BOUND, *UNBOUND, functools.partial(Handlers.one, Handlers()), str.upper])
@pytest.mark.parametrize("count", range(4))
def test_it_says_what_the_call_itself_would_say(handler: Callable[..., Any], count: int) -> None:
    args = ["a"] * count
    try:
        inspect.signature(handler).bind(*args)
    except TypeError:
        expected = False
    else:
        expected = True
    assert _fits(handler, args) is expected
