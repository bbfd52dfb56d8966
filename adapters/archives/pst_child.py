"""Takes up limits and becomes `readpst`: an Outlook file is read by a program in C, and what that does wrong it does alone.

Next: adapters/archives/pst.py
"""

import os
import resource
import sys

MEMORY = 2_000_000_000  # bytes of address space
SECONDS = 6 * 3_600  # of processor time
_FILES = 64

if __name__ == "__main__":
    program, biggest, *arguments = sys.argv[1:]
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, int(biggest)),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.execv(program, [program, *arguments])  # noqa: S606 (found by the parent, not named by anybody's file)
