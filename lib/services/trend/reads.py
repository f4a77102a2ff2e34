"""Reads the maintained summary: the row that speaks at a moment, as a record."""

import struct
from collections.abc import Mapping
from datetime import datetime
from math import isnan
from typing import Any

from sqlalchemy import BindParameter, ColumnElement

from lib.db.tables import campaign_trend
from lib.domain.anomalies import OddDay
from lib.domain.metrics import Pacing, Totals
from lib.domain.trend import Side, Sums, Trend, Verdict
from lib.domain.verdict import SpendWord, Why, Word


def speaks(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition that picks the one row of each campaign that speaks at `now`."""
    return (campaign_trend.c.speaks_from <= now) & (campaign_trend.c.speaks_until > now)


def trend_of(row: Mapping[str, Any]) -> Trend:
    """Return a row of the summary as a record."""
    return Trend(
        as_of=row["as_of"],
        covered_through=row["covered_through"],
        kind=row["kind"],
        settle_age=row["settle_age"],
        started_on=row["started_on"],
        week=_totals(row, 7),
        month=_totals(row, 28),
        spend_by_day=sparkline(row["spend_by_day"]),
        verdict=verdict_of(row),
        pacing=None
        if row["pacing_ratio"] is None
        else Pacing(row["pacing_ratio"], row["pacing_tolerance"]),
        is_silent=row["is_silent"],
        odd_day=None
        if row["anomaly_on"] is None
        else OddDay(row["anomaly_on"], row["anomaly_spend"], row["anomaly_usual"]),
        last_spend_on=row["last_spend_on"],
    )


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """Return the stored verdict, before the clock is laid over it."""
    return Verdict(
        as_of=row["ended_on"] or row["as_of"],
        is_final=row["ended_on"] is not None,
        cost=_side(row, ""),
        results=_side(row, "results_"),
        spend_word=SpendWord(row["spend_word"]) if row["spend_word"] else None,
        spend_change=row["spend_change"],
        current=_sums(row, "c_"),
        baseline=_sums(row, "b_"),
        weeks=row["weeks"],
        week=_sums(row, "eligible_", "_7"),
        month=_sums(row, "eligible_", "_28"),
        eligible=row["eligible"],
        changed_on=row["changed_on"],
        readable_on=row["readable_on"],
    )


def sparkline(stored: bytes) -> tuple[float | None, ...]:
    """Return 28 values in currency units, None where a day is missing."""
    values = struct.unpack(f"<{len(stored) // 4}f", stored)
    # One sum says at once that no day is missing, which is so of nearly all.
    if not isnan(sum(values)):
        return values
    return tuple(None if isnan(value) else value for value in values)


def _totals(row: Mapping[str, Any], length: int) -> Totals:
    return Totals(
        days=row[f"days_{length}"],
        spend_micros=row[f"spend_{length}"],
        impressions=row[f"impressions_{length}"],
        clicks=row[f"clicks_{length}"],
        results_micros=row[f"results_{length}"],
    )


def _side(row: Mapping[str, Any], prefix: str) -> Side:
    why = row[f"{prefix}why"]
    return Side(
        Word(row[f"{prefix}word"]), Why(why) if why else None, row[f"{prefix}y"], row[f"{prefix}m"]
    )


def _sums(row: Mapping[str, Any], prefix: str, suffix: str = "") -> Sums:
    return Sums(
        row[f"{prefix}days{suffix}"],
        row[f"{prefix}spend{suffix}"],
        row[f"{prefix}results{suffix}"],
    )
