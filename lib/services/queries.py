"""Every read: frozen records for the screens, never rows of the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    func,
    select,
)

from lib.db.engine import READ_PATIENCE, reading, retrying
from lib.db.rows import named
from lib.db.tables import (
    artist,
    campaign,
    connection,
    coverage,
    data_version,
    history,
    history_head,
    organization,
)
from lib.domain.actions import Action
from lib.domain.anomalies import OddDay, odd_days
from lib.domain.board import BoardRow
from lib.domain.drivers import Drivers, drivers
from lib.domain.forecast import Forecast, forecast_total
from lib.domain.metrics import Window
from lib.domain.records import (
    Artist,
    BillingState,
    Campaign,
    Coverage,
    DailyResult,
    HistoryEntry,
)
from lib.domain.records import Connection as PlatformConnection
from lib.domain.rights import Rights
from lib.domain.run_days import Run, Told, day_grid, run_of
from lib.domain.status import LIVE
from lib.domain.verdict import DayGrid, Word
from lib.platforms.gateways import Capability, gateway
from lib.services.activity import ActivityFilter
from lib.services.activity import entries as history_of
from lib.services.campaign_rows import ARTIST, campaign_by_id, campaigns_by_id, campaigns_of
from lib.services.current_days import IS_ANY_STAGED, current_days
from lib.services.recording import CampaignNotFound, no_such_campaign
from lib.services.scope import of_artists
from lib.services.trend.days import files_from, missing_of_run

FORECAST_DAYS = 28


@dataclass(frozen=True)
class State:
    """How far the database had come: what has happened since is found by it."""

    version: int
    told: int
    """How many of the writes up to `version` the history tells of in full."""
    last_entry: int
    """The newest entry of the history."""


@dataclass(frozen=True)
class Board:
    """Everything the board of one artist shows."""

    artist: Artist
    billing: BillingState
    connections: tuple[PlatformConnection, ...]
    rows: tuple[BoardRow, ...]
    state: State = field(compare=False)
    """When it was read, and no part of what it shows."""


@dataclass(frozen=True)
class CampaignPage:
    """Everything the page of one campaign shows; `days` holds every reported day, oldest first."""

    artist: Artist
    connection: PlatformConnection
    row: BoardRow
    days: tuple[DailyResult, ...]
    newest_seen_on: date | None
    """The day on which the platform gave out the figures of the newest one."""
    coverage: tuple[Coverage, ...]
    history: tuple[HistoryEntry, ...]
    run: Run
    odd_days: tuple[OddDay, ...]
    forecast: Forecast | None
    drivers: Drivers | None
    """What a cost that is named better or worse comes from, where impressions tell it."""
    capabilities: Mapping[Action, Capability]


class DataVersion(NamedTuple):
    """What cached reads are kept by."""

    number: int
    """Raised by every write."""
    labels: tuple[object, ...]
    """Differs whenever an artist or a label has come or gone, or a backup came back.

    An artist keeps its name, and a label its own.
    """


_DATA_VERSION = select(
    select(data_version.c.number).scalar_subquery(),
    select(func.max(artist.c.id)).scalar_subquery(),
    func.max(organization.c.created_at),
    func.count(organization.c.retired_at),
)


def current_data_version(engine: Engine, *, patience: float = READ_PATIENCE) -> DataVersion:
    """Return the version that the data has by now.

    Raises `DatabaseUnreachable` where the database does not answer for `patience` seconds.
    """

    def work() -> DataVersion:
        with reading(engine) as db:
            number, *labels = db.execute(_DATA_VERSION).one()
            return DataVersion(number, tuple(labels))

    return retrying(work, patience=patience)


def artists(engine: Engine, *, rights: Rights) -> list[Artist]:
    """Return the artists of every label that is in use, by name."""

    def work() -> list[Artist]:
        with reading(engine) as db:
            rows = named(db.execute(_artists(rights).order_by(artist.c.name_key)))
            return [Artist.of_row(row) for row in rows]

    return retrying(work)


def board(
    engine: Engine, artist_id: int, *, rights: Rights, now: datetime, known: Board | None = None
) -> Board | None:
    """Return the artist's campaigns with their figures as of `now`; None for no such artist.

    `known` is an earlier answer to the very same question: what the history tells of in full is
    brought up to date in it, and no other campaign is read again.
    """

    def work() -> Board | None:
        with reading(engine) as db:
            return board_within(db, artist_id, rights=rights, now=now, known=known)

    return retrying(work)


def board_within(
    db: Connection, artist_id: int, *, rights: Rights, now: datetime, known: Board | None = None
) -> Board | None:
    """Return the artist's board, read in the snapshot of whoever reads more of it."""
    query = _artists(rights, artist.c.billing, *_STATE).where(artist.c.id == artist_id)
    found = named(db.execute(query))
    if not found:
        return None
    state = State(*(int(found[0][column.name]) for column in _STATE))
    if known is not None and _is_told(known.state, state):
        rows = _renewed(db, known, rights=rights, now=now)
        if rows is not None:
            return replace(known, rows=rows, state=state)
    links = named(db.execute(select(connection).where(connection.c.artist_id == artist_id)))
    campaigns = campaigns_of(db, artist_id, rights=rights, now=now)
    return Board(
        Artist.of_row(found[0]),
        BillingState(found[0]["billing"]),
        tuple(PlatformConnection.of_row(link) for link in links),
        tuple(one.row for one in campaigns),
        state,
    )


_STATE = (
    select(data_version.c.number).scalar_subquery().label("version"),
    select(data_version.c.told).scalar_subquery().label("told"),
    select(history_head.c.last_id).scalar_subquery().label("last_entry"),
)
"""The columns of a `State`."""


def _is_told(before: State, after: State) -> bool:
    """Return whether the history tells of every write between two states in full."""
    return 0 <= after.version - before.version == after.told - before.told


def _renewed(
    db: Connection, known: Board, *, rights: Rights, now: datetime
) -> tuple[BoardRow, ...] | None:
    """Return the rows of a board with those read anew that have an entry since.

    None where one of them has come or gone: then the board is another one.
    """
    changed = (
        select(history.c.campaign_id)
        .where(history.c.id > known.state.last_entry, history.c.artist_id == known.artist.id)
        .distinct()
    )
    ids = db.execute(changed).scalars().all()
    placed = campaigns_by_id(db, ids, rights=rights, now=now) if ids else ()
    anew = {one.row.campaign.id: one.row for one in placed}
    if not set(ids) == anew.keys() <= {row.campaign.id for row in known.rows}:
        return None
    return tuple(anew.get(row.campaign.id, row) for row in known.rows)


def campaign_page(
    engine: Engine, campaign_id: int, *, rights: Rights, now: datetime
) -> CampaignPage:
    """Return everything known of one campaign. Raises `CampaignNotFound`."""

    def work() -> CampaignPage:
        with reading(engine) as db:
            placed = campaign_by_id(db, campaign_id, rights=rights, now=now)
            if placed is None:
                raise CampaignNotFound(no_such_campaign(campaign_id))
            row, link = placed.row, placed.connection
            entries = tuple(history_of(db, ActivityFilter(campaign_id=campaign_id), rights=rights))
            spans, is_any_staged = _coverage(db, campaign_id)
            days, newest_seen_on = _days(db, campaign_id, is_any_staged=is_any_staged)
            run = _run(row.campaign, entries)
            odd, forecast, told = _outlook(db, row, days, spans, run)
            return CampaignPage(
                artist=placed.artist,
                connection=link,
                row=row,
                days=days,
                newest_seen_on=newest_seen_on,
                coverage=spans,
                history=entries,
                run=run,
                odd_days=odd,
                forecast=forecast,
                drivers=told,
                capabilities={
                    action: gateway(link.gateway).capability(action, row.campaign.platform)
                    for action in Action
                },
            )

    return retrying(work)


def _artists(rights: Rights, *more: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*ARTIST, *more)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(organization.c.retired_at.is_(None), of_artists(rights))
    )


def _days(
    db: Connection, campaign_id: int, *, is_any_staged: bool | None
) -> tuple[tuple[DailyResult, ...], date | None]:
    """Return the days, oldest first, and the day on which the newest one was seen."""
    chosen = campaign.c.id == campaign_id
    days, by_kind = current_days(db, chosen, is_any_staged=is_any_staged)
    kinds: dict[date, dict[str, int]] = defaultdict(dict)
    for row in db.execute(select(by_kind).where(by_kind.c.campaign_id == campaign_id)):
        kinds[row.day][row.kind] = row.results_micros
    rows = db.execute(
        select(days).where(days.c.campaign_id == campaign_id).order_by(days.c.day)
    ).all()
    found = tuple(
        DailyResult(
            campaign_id=campaign_id,
            day=row.day,
            spend_micros=row.spend_micros,
            impressions=row.impressions,
            clicks=row.clicks,
            results=kinds[row.day],
        )
        for row in rows
    )
    return found, rows[-1].observed_on if rows else None


def _outlook(
    db: Connection,
    row: BoardRow,
    days: Sequence[DailyResult],
    spans: Sequence[Coverage],
    run: Run,
) -> tuple[tuple[OddDay, ...], Forecast | None, Drivers | None]:
    """Return the days of odd spend, where the run's spend will end, and what moved its cost."""
    as_of, kind = row.as_of, row.campaign.headline_kind
    if as_of is None or not days or as_of < days[0].day:
        return (), None, None
    figures = {one.day: (one.spend_micros, one.results.get(kind)) for one in days}
    grid, _ = day_grid(figures, run, spans, Window(days[0].day, as_of))
    odd = odd_days(grid, first=days[0].day, as_of=as_of, currency=row.campaign.currency)
    told = _drivers(row, days, grid)
    if row.status not in LIVE:
        return odd, None, told
    full = grid.spend[0][grid.is_reported[0] & grid.is_whole[0] & np.isfinite(grid.spend[0])]
    ahead = forecast_total(
        full[-FORECAST_DAYS:].tolist(),
        so_far_micros=sum(one.spend_micros or 0 for one in days if one.day <= as_of),
        as_of=as_of,
        ends_on=row.campaign.ends_on,
        missing_days=_missing_days(db, row, run.starts_on or days[0].day, spans),
    )
    return odd, ahead, told


def _drivers(row: BoardRow, days: Sequence[DailyResult], grid: DayGrid) -> Drivers | None:
    if row.verdict is None or row.verdict.word not in (Word.IMPROVING, Word.DECLINING):
        return None
    first = days[0].day
    eligible = {first + timedelta(days=int(at)) for at in np.flatnonzero(grid.is_eligible[0])}
    return drivers(days, eligible, *row.verdict.windows, kind=row.campaign.headline_kind)


def _missing_days(db: Connection, row: BoardRow, starts_on: date, spans: Sequence[Coverage]) -> int:
    """Return how many days of the run up to the as-of day nobody has reported."""
    assert row.as_of is not None  # noqa: S101 - there are settled days
    number, reach_to = row.campaign.id, None
    if starts_on < min(span.starts_on for span in spans):
        reach_to = files_from(db, [number]).get(number)
    return missing_of_run(starts_on, row.as_of, spans, reach_to)


def _run(one: Campaign, entries: Iterable[HistoryEntry]) -> Run:
    """Return when the campaign ran, by its history; `entries` come newest first."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    told = [Told(entry.at, entry.event, entry.from_status, entry.to_status) for entry in ordered]
    return run_of(one, told)


def _coverage(db: Connection, campaign_id: int) -> tuple[tuple[Coverage, ...], bool | None]:
    """Return how far the files speak for the campaign, and whether any days wait to be folded.

    The second is None where no file does, as it comes with the rows of the first.
    """
    rows = db.execute(
        select(coverage.c.campaign_id, coverage.c.starts_on, coverage.c.ends_on, IS_ANY_STAGED)
        .where(coverage.c.campaign_id == campaign_id)
        .distinct()
    ).all()
    spans = tuple(
        Coverage.model_construct(campaign_id=number, starts_on=first, ends_on=last)
        for number, first, last, _ in rows
    )
    return spans, rows[0].is_any_staged if rows else None
