"""Modules that are loaded again and again come from memory: the sandbox loads every workflow's own modules for each run.

A replay of a whole access case takes 57 to 66 ms of processor time with it and 77 to 86 without; where no bytecode is kept
(a read-only container, or PYTHONDONTWRITEBYTECODE) 54 to 57 instead of 147 to 156. A start takes as long either way.
It also holds the worker to the workflows it started with while an upgrade replaces the files.

Next: worker.py
"""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import CodeType, ModuleType


class _KeptCode(importlib.machinery.SourceFileLoader):
    """Executes in each new module the code that was compiled for the first one."""

    def __init__(self, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._code: CodeType | None = None

    def get_code(self, fullname: str) -> CodeType | None:
        if self._code is None:
            self._code = super().get_code(fullname)
        return self._code


class _KeptPackage(MetaPathFinder):
    """Finds the modules of one package; each is looked for on the disk once."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._found: dict[str, tuple[_KeptCode, list[str] | None]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != self.package:
            return None
        if fullname not in self._found:
            spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
            if spec is None or spec.origin is None:
                return spec
            self._found[fullname] = _KeptCode(fullname, spec.origin), spec.submodule_search_locations
        loader, folders = self._found[fullname]
        # A spec of its own for each module: it says whether that one is still being loaded.
        return importlib.util.spec_from_file_location(fullname, loader.path, loader=loader, submodule_search_locations=folders)


def keep_code(package: str) -> None:
    """From now on load the modules of a package from memory; once for a process."""
    if not any(isinstance(finder, _KeptPackage) and finder.package == package for finder in sys.meta_path):
        sys.meta_path.insert(0, _KeptPackage(package))
