"""Which days the lag is measured on: the newest ones that were observed again later.

Most days are observed once, so the small table of imports says first where it is worth
looking. What is read is bounded per platform, however many observations there are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, groupby, islice, zip_longest
from operator import attrgetter
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, func, select

from lib.db.tables import artist, campaign, daily_observation, import_run, organization
from lib.domain.lag import FURTHER_ON, REFERENCE_AGE, SPEND, DayShares, day_shares, is_too_small
from lib.domain.metrics import CLICKS
from lib.domain.records import MICROS, Platform
from lib.platforms import Grain

HORIZON = 200
"""Days before today on which is looked; what was true of a platform earlier may have changed."""
MOST_ROWS = 8_000
"""Observations read per platform, within a portion."""
_MOST_ACCOUNTS, _EXAMINED, _PORTION = 20, 500, 50
_FEWEST_CAMPAIGNS = 5
_LOOKED_FOR_EACH_ROW = 6
"""Days of campaigns looked up for each observation wanted: many campaigns did not run then."""

Kind = tuple[Platform, str]


@dataclass
class Days:
    """The shares of the days that were read, and how many ended too small, by kind."""

    shares: dict[Kind, list[DayShares]] = field(default_factory=lambda: defaultdict(list))
    too_small: Counter[Kind] = field(default_factory=Counter)


@dataclass(frozen=True)
class Account:
    """One artist on one platform: where its imports overlap, and when each was observed."""

    artist_id: int
    platform: Platform
    observed: dict[int, date]
    days: tuple[date, ...]
    """Days worth reading: those followed to the reference age first, newest first."""
    looks: dict[date, int]
    """How many imports may speak of each of these days."""


def load_days(db: Connection, *, now: datetime) -> Days:
    """Return the newest days that imports observed at different ages."""
    found = Days()
    by_platform: dict[Platform, list[int]] = defaultdict(list)
    for platform, artist_id in _imported(db):
        by_platform[platform].append(artist_id)
    today = now.date() + timedelta(days=1)  # An account may lie a zone ahead.
    for platform, artist_ids in by_platform.items():
        accounts = list(islice(_overlapping(db, platform, artist_ids, today), _MOST_ACCOUNTS))
        left = MOST_ROWS
        for position, account in enumerate(accounts):
            # What a small account leaves over is there for those after it.
            left -= _read(db, account, found, most_rows=left // (len(accounts) - position))
    return found


def _imported(db: Connection) -> list[tuple[Platform, int]]:
    """Return who has imports of days on which platform, the newest import first.

    The demo's figures are invented: they count only as long as nobody has any of their own.
    """
    rows = db.execute(
        select(import_run.c.platform, import_run.c.artist_id, organization.c.is_demo)
        .join(artist, artist.c.id == import_run.c.artist_id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(import_run.c.grain == Grain.DAY, organization.c.retired_at.is_(None))
        .group_by(import_run.c.platform, import_run.c.artist_id, organization.c.is_demo)
        .order_by(func.max(import_run.c.observed_on).desc(), import_run.c.artist_id)
    ).all()
    is_demo_alone = all(row.is_demo for row in rows)
    return [
        (Platform(row.platform), row.artist_id) for row in rows if is_demo_alone or not row.is_demo
    ]


def _overlapping(
    db: Connection, platform: Platform, artist_ids: Sequence[int], today: date
) -> Iterator[Account]:
    for start in range(0, min(len(artist_ids), _EXAMINED), _PORTION):
        chosen = artist_ids[start : start + _PORTION]
        runs = defaultdict(list)
        for run in db.execute(
            select(
                import_run.c.id,
                import_run.c.artist_id,
                import_run.c.starts_on,
                import_run.c.ends_on,
                import_run.c.observed_on,
            )
            .where(
                import_run.c.artist_id.in_(chosen),
                import_run.c.platform == platform,
                import_run.c.grain == Grain.DAY,
                import_run.c.observed_on > today - timedelta(days=HORIZON),
            )
            .order_by(import_run.c.observed_on, import_run.c.id)
        ):
            runs[run.artist_id].append(run)
        for artist_id in chosen:
            account = _account(artist_id, platform, runs[artist_id], today)
            if account.days:
                yield account


def _account(artist_id: int, platform: Platform, runs: Sequence[Any], today: date) -> Account:
    """Return what the imports' ranges promise; `runs` come in the order of observation."""
    begins = today - timedelta(days=HORIZON)
    youngest, newest, looks = [0] * HORIZON, [0] * HORIZON, [0] * HORIZON
    spans = [_positions(run, begins) for run in runs]
    for seen, span in spans:
        newest[span] = [seen] * len(newest[span])
        looks[span] = [count + 1 for count in looks[span]]
    for seen, span in reversed(spans):
        youngest[span] = [seen] * len(youngest[span])
    again = [
        position
        for position in reversed(range(HORIZON))
        if newest[position] - youngest[position] >= FURTHER_ON
        and youngest[position] - position < REFERENCE_AGE
    ]
    # The sort is stable: each half stays newest first.
    again.sort(key=lambda position: newest[position] - position < REFERENCE_AGE)
    day_of = {position: begins + timedelta(days=position) for position in again}
    return Account(
        artist_id,
        platform,
        observed={run.id: run.observed_on for run in runs},
        days=tuple(day_of.values()),
        looks={day: looks[position] for position, day in day_of.items()},
    )


def _positions(run: Any, begins: date) -> tuple[int, slice]:
    """Return when it was observed and the days it may speak of, in days after `begins`."""
    last = min(run.ends_on or run.observed_on, run.observed_on)
    first = max(run.starts_on or begins, begins)
    span = slice((first - begins).days, max((last - begins).days + 1, 0))
    return (run.observed_on - begins).days, span


def _read(db: Connection, account: Account, found: Days, *, most_rows: int) -> int:
    """Add the days of a sample of the account's campaigns; return how many rows were read."""
    days, rows_each = _affordable(account, most_rows)
    campaigns = iter(_sampled(db, account))
    looked = read = 0
    while read < most_rows and looked < most_rows * _LOOKED_FOR_EACH_ROW:
        chosen = list(islice(campaigns, max(1, (most_rows - read) // rows_each)))
        if not chosen:
            break
        looked += len(chosen) * len(days)
        rows = db.execute(
            select(
                daily_observation.c.campaign_id,
                daily_observation.c.day,
                daily_observation.c.import_id,
                daily_observation.c.spend_micros,
                daily_observation.c.clicks,
                daily_observation.c.results,
            )
            .where(daily_observation.c.campaign_id.in_(chosen), daily_observation.c.day.in_(days))
            .order_by(
                daily_observation.c.campaign_id,
                daily_observation.c.day,
                daily_observation.c.import_id,
            )
        ).all()
        read += len(rows)
        for _, of_day in groupby(rows, key=attrgetter("campaign_id", "day")):
            _add(found, account, list(of_day))
    return read


def _affordable(account: Account, most_rows: int) -> tuple[list[date], int]:
    """Return as many of the days as leave room for a few campaigns, and the rows of each."""
    most_each = most_rows // _FEWEST_CAMPAIGNS
    days: list[date] = []
    rows_each = 0
    for day in account.days:
        if days and rows_each + account.looks[day] > most_each:
            break
        days.append(day)
        rows_each += account.looks[day]
    return days, rows_each


def _sampled(db: Connection, account: Account) -> Iterable[int]:
    """Return the account's campaigns: every kind in turn, within a kind scattered over all."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for row in db.execute(
        select(campaign.c.id, campaign.c.headline_kind).where(
            campaign.c.artist_id == account.artist_id, campaign.c.platform == account.platform
        )
    ):
        by_kind[row.headline_kind].append(row.id)
    # Scattered, since the newest campaigns have no old days and the oldest no new ones.
    scattered = [
        sorted(by_kind[kind], key=lambda number: crc32(b"%d" % number)) for kind in sorted(by_kind)
    ]
    return (one for one in chain.from_iterable(zip_longest(*scattered)) if one is not None)


def _add(found: Days, account: Account, of_day: Sequence[Any]) -> None:
    """Add what the observations of one campaign's day say, in the order of their import."""
    seen: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in of_day:
        observed_on = account.observed.get(row.import_id)
        if observed_on is None:
            continue
        age = (observed_on - row.day).days
        clicks = {} if row.clicks is None else {CLICKS: row.clicks * MICROS}
        for kind, value in {**clicks, **row.results, SPEND: row.spend_micros}.items():
            if value is not None:  # Blank is unknown, not zero.
                seen[kind].append((age, value))
    for kind, values in seen.items():
        shares = day_shares(values)
        if shares is None:
            continue
        key = (account.platform, kind)
        if is_too_small(kind, shares):
            found.too_small[key] += 1
        else:
            found.shares[key].append(shares)
