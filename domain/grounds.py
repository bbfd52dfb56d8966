"""The grounds on which something may be kept although its erasure was asked for (Article 17(3)); nothing else is one."""

from typing import Literal

Ground = Literal["17(3)(a)", "17(3)(b)", "17(3)(c)", "17(3)(d)", "17(3)(e)"]
