"""Every read of the screens, cached by the data version that each write raises.

The version is read from the database once in every run, so a change made by another process is
seen at once; `clear()` would reach this process only. What is kept
are frozen records, shared and not copied: copying the board of 2,000 campaigns would cost more
than drawing it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

import streamlit as st
from sqlalchemy import Engine

from lib.db.engine import make_engine
from lib.domain.lag import SettleAges
from lib.domain.records import Artist, HistoryEntry
from lib.domain.schedule import ScheduledChange
from lib.domain.simulation import Outcome, simulate
from lib.services import activity as activities
from lib.services import attention as attending
from lib.services import backtest as backtests
from lib.services import connections as linking
from lib.services import label_trend, lag, looks, queries, undoing
from lib.services import roster as rosters
from lib.services.activity import ActivityFilter, ActivityWords
from lib.services.attention import Attention
from lib.services.backtest import Backtest
from lib.services.connections import LinkStanding
from lib.services.label_trend import LabelSpend
from lib.services.lag import Curves
from lib.services.looks import Since
from lib.services.queries import Board, CampaignPage
from lib.services.recording import CampaignNotFound
from lib.services.roster import ArtistTotal, Order, Overview, RosterFilter, RosterRow
from lib.services.schedule_reads import scheduled_changes
from lib.services.schedule_runs import is_anybody_working as is_worker_seen
from lib.services.undoing import UndoOffer
from lib.settings import settings
from lib.ui import clock

_TTL = timedelta(minutes=10)
_A_DAY = timedelta(days=1)
_SEED, _INVENTED = 1, 1000  # A second's work; the command draws as many as one likes.
PAGE_OF_HISTORY = 200
MOST_OF_HISTORY = 10_000

# The version as this run has read it; None outside of `steady`.
_seen: ContextVar[list[int] | None] = ContextVar("seen", default=None)


def engine() -> Engine:
    """Return the engine of the configured database, one for the process."""
    return _engine(settings().database_url)


@contextmanager
def steady() -> Iterator[None]:
    """Read the version once within: a page asks for it a dozen times and shows one state.

    Callbacks, where writes happen, run before it, and the reruns of a dialog beside it.
    """
    token = _seen.set([])
    try:
        yield
    finally:
        _seen.reset(token)


def data_version() -> int:
    """Return the number that every write raises."""
    seen = _seen.get()
    if seen:
        return seen[0]
    number = queries.current_data_version(engine())
    if seen is not None:
        seen.append(number)
    return number


def artists() -> list[Artist]:
    """Return the artists of the labels in use, by name."""
    return _artists(settings().database_url, data_version())


def demo_label() -> str | None:
    """Return the name of the demo label, None where none is loaded."""
    return _demo_label(settings().database_url, data_version())


def board(artist_id: int) -> Board | None:
    """Return the artist's board as of this minute."""
    return _board(settings().database_url, data_version(), artist_id, clock.reading_time())


def connections(artist: str) -> tuple[LinkStanding, ...]:
    """Return how the artist's platforms are connected, since when and by whose word."""
    return _connections(settings().database_url, data_version(), artist)


def campaign_page(campaign_id: int) -> CampaignPage | None:
    """Return everything of one campaign as of this minute, None where there is none."""
    return _campaign(settings().database_url, data_version(), campaign_id, clock.reading_time())


def activity(narrowed: ActivityFilter, *, limit: int = PAGE_OF_HISTORY) -> list[HistoryEntry]:
    """Return the newest entries of the history first."""
    return activities.activity(engine(), narrowed, limit=limit)


def campaign_names(artist_id: int) -> list[tuple[int, str]]:
    """Return the artist's campaigns, id and name, by name."""
    return _names(settings().database_url, data_version(), artist_id)


def undo_offer(history_id: int) -> UndoOffer | None:
    """Return what undoing an entry would do by now, None where there is nothing to look at."""
    try:
        return undoing.look_at_undo(engine(), history_id, now=clock.now())
    except (undoing.EntryNotFound, CampaignNotFound):
        return None


def activity_words() -> ActivityWords:
    """Return every person, action and source that the history knows."""
    return _words(settings().database_url, data_version())


def settle_ages() -> SettleAges:
    """Return from which age on figures count as final, as measured last."""
    return _settle_ages(settings().database_url, data_version())


def completeness() -> Curves:
    """Return how much of a day is known at which age, as measured last."""
    return _completeness(settings().database_url, data_version())


def backtest(artist_id: int | None) -> Backtest:
    """Return both rules over every past day of one artist's campaigns, or of all of them."""
    # Only the date of the moment matters here, and what is recorded changes the version.
    hour = clock.reading_time().replace(minute=0)
    return _backtest(settings().database_url, data_version(), artist_id, hour)


@st.cache_resource(show_spinner="Inventing campaigns…")
def simulation() -> list[Outcome]:
    """Return what becomes of invented campaigns; the same in every session."""
    return simulate(seed=_SEED, campaigns=_INVENTED)


def roster(narrowed: RosterFilter) -> Overview:
    """Return the counts and totals of the campaigns that fit, as of this minute."""
    return _roster(settings().database_url, data_version(), narrowed, clock.reading_time())


def roster_page(
    narrowed: RosterFilter, order: Order, *, number: int, currencies: tuple[str, ...]
) -> tuple[RosterRow, ...]:
    """Return one page of the campaigns that fit, as of this minute."""
    return _roster_page(
        settings().database_url,
        data_version(),
        narrowed,
        order,
        number,
        currencies,
        clock.reading_time(),
    )


def versions_matching(narrowed: RosterFilter) -> tuple[tuple[int, int], ...]:
    """Return id and version of the campaigns that fit, as they are at this moment."""
    return rosters.versions_matching(engine(), narrowed, now=clock.now())


def artist_totals(
    narrowed: RosterFilter, *, number: int, currencies: tuple[str, ...]
) -> tuple[int, tuple[ArtistTotal, ...]]:
    """Return how many totals of artists there are, and one page of them."""
    return _artist_totals(
        settings().database_url, data_version(), narrowed, number, currencies, clock.reading_time()
    )


def attention() -> Attention:
    """Return what needs attention, as of this minute."""
    return _attention(settings().database_url, data_version(), clock.reading_time())


def campaigns(ids: tuple[int, ...]) -> tuple[RosterRow, ...]:
    """Return the campaigns with these ids, as of this minute."""
    return _campaigns(settings().database_url, data_version(), ids, clock.reading_time())


def label_spend() -> tuple[LabelSpend, ...]:
    """Return what the whole label spent day by day."""
    return _label_spend(settings().database_url, data_version())


def since(at: datetime) -> Since:
    """Return what moved after `at`, up to this minute."""
    return _since(settings().database_url, data_version(), at, clock.reading_time())


def scheduled(campaign_id: int | None = None) -> tuple[ScheduledChange, ...]:
    """Return what is scheduled for one campaign, or for all: what comes first, then the rest."""
    return _scheduled(settings().database_url, data_version(), campaign_id)


def is_anybody_working() -> bool:
    """Return whether somebody runs what is scheduled."""
    return is_worker_seen(engine(), now=clock.now())


@st.cache_resource(max_entries=4, show_spinner=False)
def _engine(url: str) -> Engine:
    return make_engine(url)


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _artists(url: str, version: int) -> list[Artist]:  # noqa: ARG001 - the key of the cache
    return queries.artists(_engine(url))


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _demo_label(url: str, version: int) -> str | None:  # noqa: ARG001
    return queries.demo_label(_engine(url))


@st.cache_resource(ttl=_TTL, max_entries=32, show_spinner=False)
def _board(url: str, version: int, artist_id: int, now: datetime) -> Board | None:  # noqa: ARG001
    return queries.board(_engine(url), artist_id, now=now)


@st.cache_resource(ttl=_TTL, max_entries=32, show_spinner=False)
def _connections(url: str, version: int, artist: str) -> tuple[LinkStanding, ...]:  # noqa: ARG001
    return linking.connections(_engine(url), artist)


@st.cache_resource(ttl=_TTL, max_entries=64, show_spinner=False)
def _campaign(
    url: str,
    version: int,  # noqa: ARG001
    campaign_id: int,
    now: datetime,
) -> CampaignPage | None:
    try:
        return queries.campaign_page(_engine(url), campaign_id, now=now)
    except CampaignNotFound:
        return None


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _words(url: str, version: int) -> ActivityWords:  # noqa: ARG001
    return activities.activity_words(_engine(url))


@st.cache_resource(ttl=_TTL, max_entries=16, show_spinner=False)
def _names(url: str, version: int, artist_id: int) -> list[tuple[int, str]]:  # noqa: ARG001
    return activities.campaign_names(_engine(url), artist_id)


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _settle_ages(url: str, version: int) -> SettleAges:  # noqa: ARG001
    return lag.settle_ages(_engine(url))


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _completeness(url: str, version: int) -> Curves:  # noqa: ARG001
    return lag.curves(_engine(url))


@st.cache_resource(ttl=_A_DAY, max_entries=16, show_spinner="Judging every past day…")
def _backtest(
    url: str,
    version: int,  # noqa: ARG001
    artist_id: int | None,
    now: datetime,
) -> Backtest:
    return backtests.run(_engine(url), now=now, artist_id=artist_id)


@st.cache_resource(ttl=_TTL, max_entries=64, show_spinner=False)
def _roster(url: str, version: int, narrowed: RosterFilter, now: datetime) -> Overview:  # noqa: ARG001
    return rosters.overview(_engine(url), narrowed, now=now)


@st.cache_resource(ttl=_TTL, max_entries=64, show_spinner=False)
def _roster_page(
    url: str,
    version: int,  # noqa: ARG001
    narrowed: RosterFilter,
    order: Order,
    number: int,
    currencies: tuple[str, ...],
    now: datetime,
) -> tuple[RosterRow, ...]:
    return rosters.page(
        _engine(url), narrowed, order, number=number, currencies=currencies, now=now
    )


@st.cache_resource(ttl=_TTL, max_entries=32, show_spinner=False)
def _artist_totals(
    url: str,
    version: int,  # noqa: ARG001
    narrowed: RosterFilter,
    number: int,
    currencies: tuple[str, ...],
    now: datetime,
) -> tuple[int, tuple[ArtistTotal, ...]]:
    return rosters.artist_totals(
        _engine(url), narrowed, number=number, currencies=currencies, now=now
    )


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _attention(url: str, version: int, now: datetime) -> Attention:  # noqa: ARG001
    return attending.attention(_engine(url), now=now)


@st.cache_resource(ttl=_TTL, max_entries=16, show_spinner=False)
def _campaigns(
    url: str,
    version: int,  # noqa: ARG001
    ids: tuple[int, ...],
    now: datetime,
) -> tuple[RosterRow, ...]:
    return attending.campaigns(_engine(url), ids, now=now)


@st.cache_resource(ttl=_TTL, max_entries=4, show_spinner=False)
def _label_spend(url: str, version: int) -> tuple[LabelSpend, ...]:  # noqa: ARG001
    return label_trend.label_spend(_engine(url))


@st.cache_resource(ttl=_TTL, max_entries=16, show_spinner=False)
def _since(url: str, version: int, at: datetime, now: datetime) -> Since:  # noqa: ARG001
    return looks.since(_engine(url), at=at, now=now)


@st.cache_resource(ttl=_TTL, max_entries=64, show_spinner=False)
def _scheduled(url: str, version: int, campaign_id: int | None) -> tuple[ScheduledChange, ...]:  # noqa: ARG001
    return scheduled_changes(_engine(url), campaign_id=campaign_id)
