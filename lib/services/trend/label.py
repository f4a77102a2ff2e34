"""What the whole label spent day by day, currency by currency, from the stored 28-day lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, select

from lib.db.engine import reading, retrying
from lib.db.tables import artist, campaign, campaign_trend, connection, organization
from lib.domain.metrics import MOST_MISSING
from lib.domain.reach import UNHEARD_AFTER, Account, reach
from lib.domain.rights import Rights
from lib.domain.status import LIVE
from lib.domain.verdict import MONTH, WEEK
from lib.services.scope import within


@dataclass(frozen=True)
class SpendDay:
    """One day of the label in one currency."""

    day: date
    spend: float | None
    """In currency units; None where nobody reported, never a zero in its place."""
    reported: int
    """Campaigns whose figures are in the sum."""
    missing: int
    """Campaigns that ran, as far as is known, and whose figures nobody reported."""

    @property
    def is_whole(self) -> bool:
        expected = self.reported + self.missing
        return self.spend is not None and self.missing <= MOST_MISSING * expected


@dataclass(frozen=True)
class LabelSpend:
    """The label's spend in one currency over 28 days, up to the newest day of any campaign."""

    currency: str
    campaigns: int
    days: tuple[SpendDay, ...]

    @property
    def week(self) -> float | None:
        """The 7 days up to the last whole one, added up; None where one of them is not whole."""
        return _sum(self._settled[-WEEK:])

    @property
    def week_before(self) -> float | None:
        return _sum(self._settled[-2 * WEEK : -WEEK])

    @property
    def through(self) -> date | None:
        """The last whole day."""
        return self._settled[-1].day if self._settled else None

    @property
    def _settled(self) -> list[SpendDay]:
        """Return the days up to the last whole one."""
        last = max((at for at, one in enumerate(self.days) if one.is_whole), default=-1)
        return list(self.days[: last + 1])


def _sum(days: list[SpendDay]) -> float | None:
    known = [one.spend for one in days if one.is_whole and one.spend is not None]
    return sum(known) if len(known) == WEEK else None


def label_spend(engine: Engine, *, rights: Rights, now: datetime) -> tuple[LabelSpend, ...]:
    """Return the spend of the artists in sight, the currency of most campaigns first.

    Each campaign's newest line is added, days that still settle included: of spend they are
    final within a day. A day that is not over in every account is not among them.
    """
    trend = campaign_trend.c
    query = (
        select(
            trend.spend_by_day,
            trend.covered_through,
            trend.started_on,
            campaign.c.ends_on,
            campaign.c.status,
            campaign.c.currency,
            campaign.c.artist_id,
            campaign.c.platform,
        )
        .join_from(campaign, campaign_trend, trend.campaign_id == campaign.c.id)
        .where(
            campaign.c.id > 0,
            trend.as_of == trend.covered_through,
            within(campaign.c.artist_id, rights),
            campaign.c.artist_id.not_in(
                select(artist.c.id)
                .join(organization, organization.c.id == artist.c.organization_id)
                .where(organization.c.retired_at.is_not(None))
            ),
        )
    )

    def work() -> tuple[LabelSpend, ...]:
        with reading(engine) as db:
            rows = db.execute(query).all()
            zones = db.execute(select(connection.c.zone).distinct()).scalars().all()
        over = min((now.astimezone(ZoneInfo(zone)).date() for zone in zones), default=now.date())
        return _added(rows, through=over - timedelta(days=1)) if rows else ()

    return retrying(work)


def _added(rows: Sequence[Any], *, through: date) -> tuple[LabelSpend, ...]:
    lines, covers, started, ends, status, currency, artists, platforms = zip(*rows, strict=True)
    values = np.frombuffer(b"".join(lines), dtype="<f4").reshape(-1, MONTH).astype(np.float64)
    covered = _ordinals(covers, date.min)
    last = min(int(covered.max()), through.toordinal())
    names, of = np.unique(np.array(currency), return_inverse=True)
    days = last - MONTH + 1 + np.arange(MONTH)
    # Each line ends on its own last day: laid onto the common days.
    columns = covered[:, None] - MONTH + 1 + np.arange(MONTH)[None, :] - days[0]
    is_told = ~np.isnan(values) & (columns >= 0) & (columns < MONTH)
    cells = (of[:, None] * MONTH + columns)[is_told]
    size = len(names) * MONTH
    spend = np.bincount(cells, weights=values[is_told], minlength=size).reshape(-1, MONTH)
    reported = np.bincount(cells, minlength=size).reshape(-1, MONTH)
    is_known = np.zeros(values.shape, dtype=bool)
    is_known[is_told.nonzero()[0], columns[is_told]] = True
    ends_on = _ordinals(ends, date.max)
    is_live = np.isin(status, sorted(LIVE))
    accounts = list(zip(artists, platforms, strict=True))
    runs_on = is_live & (covered >= _reach(accounts, covers, is_live) - UNHEARD_AFTER.days)
    until = np.where(runs_on, ends_on, np.minimum(covered, ends_on))
    runs = (_ordinals(started, date.min)[:, None] <= days) & (days <= until[:, None])
    lacking, at = (runs & ~is_known).nonzero()
    missing = np.bincount(of[lacking] * MONTH + at, minlength=size).reshape(-1, MONTH)
    return _records(names, of, last, spend, reported, missing)


def _reach(accounts: Sequence[Account], covers: Sequence[date], is_live: np.ndarray) -> np.ndarray:
    """Return for each campaign how far the exports of its account reach, as ordinals."""
    lives = zip(accounts, covers, is_live.tolist(), strict=True)
    reached = reach((account, through, 1) for account, through, lives_on in lives if lives_on)
    return _ordinals(tuple(reached.get(account) for account in accounts), date.min)


def _records(
    names: np.ndarray,
    of: np.ndarray,
    last: int,
    spend: np.ndarray,
    reported: np.ndarray,
    missing: np.ndarray,
) -> tuple[LabelSpend, ...]:
    first = date.fromordinal(last) - timedelta(days=MONTH - 1)
    found = [
        LabelSpend(
            currency=str(name),
            campaigns=int((of == row).sum()),
            days=tuple(
                SpendDay(
                    day=first + timedelta(days=at),
                    spend=float(spend[row, at]) if reported[row, at] else None,
                    reported=int(reported[row, at]),
                    missing=int(missing[row, at]),
                )
                for at in range(MONTH)
            ),
        )
        for row, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda one: (-one.campaigns, one.currency)))


def _ordinals(days: tuple[date | None, ...], otherwise: date) -> np.ndarray:
    return np.array([(day or otherwise).toordinal() for day in days], dtype=np.int64)
