"""What a process has loaded when it is ready stays for its whole life; the garbage collector need not look through it again.

A full round goes through every object: 150,000 to 200,000 of the worker, 120 ms of processor time in which nothing else of it
happens. Building a heavy package met one in every second case. Next: worker.py
"""

import gc
from typing import Final

_YOUNG: Final = 20_000  # objects that are made before a round looks through them: some megabytes, and not 700 objects


def keep_for_good() -> None:
    """Let the collector's rounds begin with what is made from now on. Once per process, when it is ready; never in tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)
