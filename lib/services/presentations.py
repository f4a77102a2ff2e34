"""How it goes for one artist, read in one snapshot: campaigns, days, and what is to come."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from lib.db.engine import reading, retrying
from lib.db.tables import artist, campaign, organization, scheduled_change
from lib.domain.actions import Action
from lib.domain.board import BoardRow
from lib.domain.lag import SettleAges
from lib.domain.presentation import (
    CampaignTold,
    DayTold,
    Period,
    Planned,
    Presentation,
    title_of,
)
from lib.domain.presenting import present
from lib.domain.rights import Rights
from lib.domain.run_days import Marks, mark
from lib.domain.schedule import ScheduleState
from lib.domain.status import LIVE
from lib.services.current_days import current_days
from lib.services.lag import settle_ages
from lib.services.queries import board_within
from lib.services.trend.days import Loaded, load_campaigns

# More days than any figure takes to settle: where nothing runs, time goes on without it.
_SETTLED = timedelta(days=35)


def presentation(
    engine: Engine, artist_id: int, period: Period, *, rights: Rights, now: datetime
) -> Presentation | None:
    """Return how it goes for an artist at `now`; None for one who may not be seen."""

    def work() -> Presentation | None:
        with reading(engine) as db:
            board = board_within(db, artist_id, rights=rights, now=now)
            if board is None:
                return None
            name = board.artist.name
            return present(
                name,
                _told(db, board.rows, artist_id, name, period, now=now, ages=settle_ages(db)),
                _planned(db, artist_id),
                period=period,
                shares_cost=_shares_cost(db, artist_id),
                now=now,
            )

    return retrying(work)


def _shares_cost(db: Connection, artist_id: int) -> bool:
    return bool(db.execute(select(artist.c.shares_cost).where(artist.c.id == artist_id)).scalar())


def _told(
    db: Connection,
    rows: Sequence[BoardRow],
    artist_id: int,
    name: str,
    period: Period,
    *,
    now: datetime,
    ages: SettleAges,
) -> list[CampaignTold]:
    """Return the artist's campaigns with their days, each under the title that may be shown."""
    others = _others(db, artist_id)
    loaded = {
        one.id: one
        for one in load_campaigns(db, [row.campaign.id for row in rows], now=now, ages=ages)
    }
    first = _first_day(rows, period, now=now)
    days = _days(db, artist_id, first)
    return [
        CampaignTold(
            row=row,
            title=title_of(
                row.campaign.name,
                row.campaign.promotes,
                row.campaign.campaign_type,
                artist=name,
                others=others,
            ),
            days=days.get(row.campaign.id, {}),
            marks=_marks(loaded.get(row.campaign.id), first, row.campaign.today(now)),
        )
        for row in rows
    ]


def _first_day(rows: Sequence[BoardRow], period: Period, *, now: datetime) -> date | None:
    """Return a day before which nothing of the period lies, None for the whole run."""
    if period.days is None:
        return None
    last = [row.as_of for row in rows if row.status in LIVE and row.as_of]
    return min([*last, now.date() - _SETTLED]) - timedelta(days=period.days)


def _marks(one: Loaded | None, first: date | None, today: date) -> Marks | None:
    if one is None:
        return None
    began = min([one.first_row_on or date.max, *(span.starts_on for span in one.spans)])
    since = began if first is None else max(began, first)
    return mark(one.run, one.spans, since, max((today - since).days + 1, 1))


def _others(db: Connection, artist_id: int) -> list[str]:
    """Return the names of everybody else on the desk: none of them may be shown."""
    query = (
        select(artist.c.name)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(artist.c.id != artist_id, organization.c.retired_at.is_(None))
    )
    return list(db.execute(query).scalars())


def _days(db: Connection, artist_id: int, first: date | None) -> dict[int, Mapping[date, DayTold]]:
    """Return the current days of the artist's campaigns, from `first` on."""
    chosen = campaign.c.artist_id == artist_id
    days, kinds = current_days(db, chosen)
    of_kinds = (
        select(kinds.c.campaign_id, kinds.c.day, kinds.c.kind, kinds.c.results_micros)
        .join(campaign, campaign.c.id == kinds.c.campaign_id)
        .where(chosen)
    )
    of_days = (
        select(days.c.campaign_id, days.c.day, days.c.spend_micros)
        .join(campaign, campaign.c.id == days.c.campaign_id)
        .where(chosen)
    )
    if first is not None:
        of_kinds, of_days = of_kinds.where(kinds.c.day >= first), of_days.where(days.c.day >= first)
    results: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
    for campaign_id, day, kind, brought in db.execute(of_kinds).all():
        results[campaign_id, day][kind] = brought
    found: dict[int, dict[date, DayTold]] = defaultdict(dict)
    for campaign_id, day, spend in db.execute(of_days).all():
        found[campaign_id][day] = DayTold(spend, results.get((campaign_id, day), {}))
    return dict(found)


def _planned(db: Connection, artist_id: int) -> Iterable[Planned]:
    query = (
        select(
            scheduled_change.c.campaign_id,
            scheduled_change.c.action,
            scheduled_change.c.run_at,
            scheduled_change.c.zone,
        )
        .join(campaign, campaign.c.id == scheduled_change.c.campaign_id)
        .where(campaign.c.artist_id == artist_id, scheduled_change.c.state == ScheduleState.COMING)
        .order_by(scheduled_change.c.id)
    )
    return [
        Planned(row.campaign_id, Action(row.action), row.run_at, ZoneInfo(row.zone))
        for row in db.execute(query)
    ]
