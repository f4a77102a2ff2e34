"""What every command is called with."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Engine

from lib.db.migrations import upgrade
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.services.importing.folding import finish_imports
from lib.settings import Settings

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Commands: TypeAlias = "_SubParsersAction[argparse.ArgumentParser]"
"""To which a command adds its parser."""


@dataclass(frozen=True)
class Call:
    """One command with its options, the settings, the database and the clock."""

    options: argparse.Namespace
    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]

    @cached_property
    def now(self) -> datetime:
        """When the command was first asked for the time: all that it does has the same."""
        return self.clock()

    @property
    def actor(self) -> Actor:
        """Who runs the command: with the machine, they have everything that is on it."""
        return Actor(name=self.settings.actor, rights=FULL)

    def prepare(self) -> None:
        """Bring the database to the newest schema, and imports that were cut off to their end."""
        upgrade(self.engine)
        finish_imports(self.engine)
