"""Imports in many small steps, so that tests may look between them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, select

from lib.db.engine import reading
from lib.db.tables import staged_campaign, staged_day, staged_import, staged_kind_result
from lib.services.importing import folding, staging, switch

STAGED = (staged_import, staged_campaign, staged_day, staged_kind_result)


class SmallSteps:
    """A pace of a few rows in each transaction, however long they take."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def begin(self) -> None:
        """Take no time."""

    def learn(self, _rows: int) -> None:
        """Stay as slow as it is."""


def take_small_steps(put: Callable[[Any, str, Any], None] = setattr, *, staged: int = 7) -> None:
    """Stage `staged` rows at a time and fold one campaign at a time, however small the import."""
    put(switch, "AT_ONCE", 0)
    put(staging, "Pace", lambda *_, **__: SmallSteps(staged))
    put(folding, "Pace", lambda *_, **__: SmallSteps(1))


def left_over(engine: Engine) -> dict[str, int]:
    """Return how many rows the tables of staged imports hold: none, once all is in place."""
    with reading(engine) as db:
        counts = {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in STAGED
        }
    return {name: count for name, count in counts.items() if count}
