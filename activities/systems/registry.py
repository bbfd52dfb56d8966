"""Kind -> connector: every system of the data map, connected once and kept for as long as the worker lives.

Next: activities/systems/base.py
"""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from activities.systems.archive import ArchiveSystem
from activities.systems.base import Connector, refused
from activities.systems.files import FileSystem
from activities.systems.manual import ManualSystem
from activities.systems.sql import SqlSystem
from adapters.resources import Resources
from adapters.secret_files import Variables
from adapters.settings import is_verified
from domain.datamap import DataMap, System, SystemKind, resolve
from domain.errors import SettingsError


class Systems:
    """The connectors of one data map, made when first asked for. Thread-safe.

    Args:
        datamap: names the systems.
        home: HABEAS_HOME; relative paths in the data map start there.
        environment: where connection settings find their variables.
    """

    def __init__(self, datamap: DataMap, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self._datamap = datamap
        self._home = home
        self._environment = os.environ if environment is None else environment
        self._connectors: dict[str, Connector] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, resources: Resources) -> Self:
        """The systems of the data map in force: the one way in which activities open them."""
        settings = resources.settings
        return cls(resources.datamap, settings.home, Variables(os.environ, settings.secrets))

    def connector(self, name: str) -> Connector:
        """The connector of a system.

        Raises:
            SystemFailedError: its connection setting is unusable here, or unsafe in production.
        """
        with self._lock:
            if name not in self._connectors:
                self._connectors[name] = self._connect(self._datamap.system(name))
            return self._connectors[name]

    def _is_private(self, url: str) -> bool:
        """Whether nobody reads along, as for our own database (ASVS 12.3.2); of other drivers we do not know the words."""
        production = self._environment.get("HABEAS_ENVIRONMENT") == "production"
        return not production or not url.startswith("postgresql") or is_verified(url)

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            for connector in self._connectors.values():
                connector.close()
            self._connectors.clear()

    def _connect(self, system: System) -> Connector:
        if system.kind is SystemKind.ARCHIVE:
            return ArchiveSystem(system)
        if system.kind not in {SystemKind.SQL, SystemKind.FILES} or system.connection is None:
            return ManualSystem(system)
        try:
            where = resolve(system.connection.read, home=self._home, environment=self._environment)
            change = system.connection.change
            there = resolve(change, home=self._home, environment=self._environment) if change else None
        except SettingsError as failure:
            raise refused(system.name, "misconfigured") from failure
        if not all(self._is_private(url) for url in (where, there) if url):
            raise refused(system.name, "misconfigured")
        if system.kind is SystemKind.FILES:
            return FileSystem(system, Path(where), change_root=Path(there) if there else None)
        return SqlSystem(system, where, change_url=there)
