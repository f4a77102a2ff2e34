"""By what the campaigns of the board are ordered within their group."""

from collections.abc import Callable, Sequence
from typing import Any

from lib.domain.board import BoardRow

BY_STATUS, BY_NAME, CHEAPEST = "Status, then name", "Name", "Lowest cost per result, 7 days"
ORDERS: dict[str, Callable[[BoardRow], tuple[Any, ...]] | None] = {
    BY_STATUS: None,
    BY_NAME: lambda row: (row.campaign.name.casefold(),),
    "Most spend, 7 days": lambda row: _most(row, _week(row, "spend_micros")),
    "Most results, 7 days": lambda row: _most(
        row, _week(row, "results_micros"), kind=row.campaign.headline_kind
    ),
    CHEAPEST: lambda row: _least(row, _week(row, "cost_per_result_micros")),
    "Most at stake": lambda row: _most(row, _stake(row)),
    "Latest change": lambda row: (-(row.last_change.at.timestamp() if row.last_change else 0),),
}

OF_COLUMNS = {
    "campaign": BY_NAME,
    "status": BY_STATUS,
    "spend": "Most spend, 7 days",
    "results": "Most results, 7 days",
    "cost": CHEAPEST,
    "stake": "Most at stake",
    "change": "Latest change",
}
"""What a click on the head of a column orders by."""
RISING = frozenset({BY_STATUS, BY_NAME, CHEAPEST})


def in_order(rows: Sequence[BoardRow], order: str) -> list[BoardRow]:
    """Return rows in the chosen order; unknown orders leave them as they are."""
    key = ORDERS.get(order)
    return list(rows) if key is None else sorted(rows, key=key)


def _week(row: BoardRow, name: str) -> float | None:
    return None if row.week is None else getattr(row.week, name)


def _stake(row: BoardRow) -> float | None:
    return row.verdict.stake_micros if row.verdict else None


def _most(row: BoardRow, value: float | None, *, kind: str = "") -> tuple[Any, ...]:
    # Amounts of different currencies, and results of different kinds, are not compared.
    group = kind or row.campaign.currency
    return (value is None, group, -(value or 0), row.campaign.id)


def _least(row: BoardRow, value: float | None) -> tuple[Any, ...]:
    one = row.campaign
    return (value is None, one.currency, one.headline_kind, value or 0.0, one.id)
