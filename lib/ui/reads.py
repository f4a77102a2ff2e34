"""Every read of the screens, cached by the data version that each write raises.

The version is read from the database once in every run, so a change made by another process is
seen at once; `clear()` would reach this process only. What is kept are frozen records, shared and
not copied: copying the board of 2,000 campaigns would cost more than drawing it.

What whoever looks may see is a part of every key, so nobody is shown what was kept for another.
`_kept` and `_kept_as_of` see to both; what they keep is written as a read of an engine with
someone's rights, and asked for without them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st
from sqlalchemy import Engine

from lib.domain.campaign_filter import CampaignFilter
from lib.domain.lag import SettleAges
from lib.domain.notebook import Question
from lib.domain.presentation import Period, Presentation
from lib.domain.records import Actor, Artist, HistoryEntry
from lib.domain.rights import NOTHING, Deed, Place, Rights
from lib.domain.saved_view import SavedView
from lib.domain.schedule import ScheduledChange
from lib.domain.simulation import Outcome, simulate
from lib.services import activity as activities
from lib.services import attention as attending
from lib.services import backtest as backtests
from lib.services import connections as linking
from lib.services import (
    cost_sharing,
    finding,
    lag,
    looks,
    notebook,
    own_settings,
    presentations,
    queries,
    undoing,
)
from lib.services import filter_choices as choosing
from lib.services import roster as rosters
from lib.services import saved_views as viewing
from lib.services.activity import ActivityFilter, ActivityWords
from lib.services.attention import Attention
from lib.services.backtest import Backtest
from lib.services.campaign_rows import PlacedCampaign
from lib.services.connections import LinkStanding
from lib.services.lag import Curves
from lib.services.looks import Since
from lib.services.queries import Board, CampaignPage, DataVersion
from lib.services.recording import CampaignNotFound
from lib.services.roster import ArtistTotal, Order, Overview
from lib.services.scheduling.reads import scheduled_changes
from lib.services.scheduling.runs import is_anybody_working as is_worker_seen
from lib.services.sharing import links as linked
from lib.services.sharing.links import ShareLink
from lib.services.trend import label
from lib.services.trend.label import LabelSpend
from lib.services.undoing import UndoOffer
from lib.settings import settings
from lib.ui import clock, signin
from lib.ui.database import engine, engine_of

__all__ = ["engine"]

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_TTL = timedelta(minutes=10)
_A_DAY = timedelta(days=1)
_SEED, _INVENTED = 1, 1000  # A second's work; the command draws as many as one likes.
PAGE_OF_HISTORY = 200
MOST_OF_HISTORY = 10_000

# The version as this run has read it, and who looks; None outside of `steady`.
_seen: ContextVar[list[DataVersion] | None] = ContextVar("seen", default=None)
_looking: ContextVar[Actor | None] = ContextVar("looking", default=None)


@contextmanager
def steady(who: Actor) -> Iterator[None]:
    """Read as `who`, and the version once within: a page asks for it often, and shows one state.

    Callbacks, where writes happen, run before it, and the reruns of a dialog beside it.
    """
    seen, looking = _seen.set([]), _looking.set(who)
    try:
        yield
    finally:
        _seen.reset(seen)
        _looking.reset(looking)


def looking() -> Actor | None:
    """Return who looks: of this run, or asked anew beside it; None for somebody signed out by then.

    A dialog or a fragment runs without the frame that asks who is there.
    """
    try:
        return _who()
    except signin.SignedOut:
        return None


def rights() -> Rights:
    """Return what whoever looks may do; for somebody signed out there is nothing to be seen."""
    who = looking()
    return NOTHING if who is None else who.rights


def data_version() -> int:
    """Return the number that every write raises."""
    return _version().number


def _version() -> DataVersion:
    seen = _seen.get()
    if seen:
        return seen[0]
    version = queries.current_data_version(engine())
    if seen is not None:
        seen.append(version)
    return version


def _hour() -> datetime:
    """Return the end of this hour's first minute: for what only the date of a moment matters to."""
    return clock.reading_time().replace(minute=0)


def _cache(
    *, most: int = 32, ttl: timedelta = _TTL, spinner: bool | str = False
) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Keep the `most` newest answers, by everything that was asked with.

    What somebody may do is told by its words: Streamlit would take it apart field by field for
    every read, a twelfth of what a run takes.
    """
    return st.cache_resource(
        ttl=ttl, max_entries=most, show_spinner=spinner, hash_funcs={Rights: repr}
    )


def _kept(
    *, most: int = 32, ttl: timedelta = _TTL, spinner: bool | str = False
) -> Callable[[Callable[Concatenate[Engine, Rights, Asked], Answer]], Callable[Asked, Answer]]:
    """Keep the `most` newest answers of a read while nothing is written, for each one's rights."""

    def keep(read: Callable[Concatenate[Engine, Rights, Asked], Answer]) -> Callable[Asked, Answer]:
        def answer(
            url: str,
            version: int,  # noqa: ARG001 - a part of the key
            mine: Rights,
            *arguments: Asked.args,
            **named: Asked.kwargs,
        ) -> Answer:
            return read(engine_of(url), mine, *arguments, **named)

        answer.__qualname__ = read.__qualname__  # By which Streamlit tells them apart.
        cached = _cache(most=most, ttl=ttl, spinner=spinner)(answer)

        @wraps(read)
        def ask(*arguments: Asked.args, **named: Asked.kwargs) -> Answer:
            return cached(settings().database_url, data_version(), rights(), *arguments, **named)

        return ask

    return keep


def _kept_as_of(
    moment: Callable[[], datetime],
    *,
    most: int = 32,
    ttl: timedelta = _TTL,
    spinner: bool | str = False,
) -> Callable[
    [Callable[Concatenate[Engine, Rights, datetime, Asked], Answer]], Callable[Asked, Answer]
]:
    """Keep answers likewise that depend on the moment, which is the same for a while."""

    def keep(
        read: Callable[Concatenate[Engine, Rights, datetime, Asked], Answer],
    ) -> Callable[Asked, Answer]:
        kept = _kept(most=most, ttl=ttl, spinner=spinner)(read)

        @wraps(read)
        def ask(*arguments: Asked.args, **named: Asked.kwargs) -> Answer:
            return kept(moment(), *arguments, **named)

        return ask

    return keep


def artists() -> list[Artist]:
    """Return the artists of the labels in use, by name."""
    return _artists(settings().database_url, _version().labels, rights())


# Not by the version: a pause brings no artist, and there may be 2,000.
@_cache()
def _artists(url: str, labels: tuple[object, ...], mine: Rights) -> list[Artist]:  # noqa: ARG001
    return queries.artists(engine_of(url), rights=mine)


def demo_label() -> str | None:
    """Return the name of the demo label, None where none is loaded."""
    return next((one.organization for one in artists() if one.is_demo), None)


def may(deed: Deed, one: Artist) -> bool:
    """Return whether whoever looks may do this for an artist."""
    return _may(rights(), deed, one)


def changeable_artists() -> frozenset[int]:
    """Return the artists whose campaigns whoever looks may change."""
    mine = rights()
    return frozenset(one.id for one in artists() if _may(mine, Deed.CHANGE, one))


def _may(mine: Rights, deed: Deed, one: Artist) -> bool:
    return mine.may(deed, Place(artist_id=one.id), of_organization=one.organization_id)


@dataclass
class _Last:
    """A board as it was read last for a question, whatever the version."""

    board: Board | None = None


@_cache()
def _last_board(url: str, mine: Rights, now: datetime, artist_id: int) -> _Last:  # noqa: ARG001
    return _Last()


@_kept_as_of(clock.reading_time)
def board(source: Engine, mine: Rights, now: datetime, artist_id: int) -> Board | None:
    """Return the artist's board as of this minute."""
    last = _last_board(settings().database_url, mine, now, artist_id)
    last.board = queries.board(source, artist_id, rights=mine, now=now, known=last.board)
    return last.board


@_kept()
def connections(source: Engine, mine: Rights, artist: str) -> tuple[LinkStanding, ...]:
    """Return how the artist's platforms are connected, since when and by whose word."""
    return linking.connections(source, artist, rights=mine)


@_kept_as_of(clock.reading_time, most=64)
def campaign_page(
    source: Engine, mine: Rights, now: datetime, campaign_id: int
) -> CampaignPage | None:
    """Return everything of one campaign as of this minute, None where there is none."""
    try:
        return queries.campaign_page(source, campaign_id, rights=mine, now=now)
    except CampaignNotFound:
        return None


def activity(narrowed: ActivityFilter, *, limit: int = PAGE_OF_HISTORY) -> list[HistoryEntry]:
    """Return the newest entries of the history first."""
    return activities.activity(engine(), narrowed, rights=rights(), limit=limit)


@_kept()
def campaign_names(source: Engine, mine: Rights, artist_id: int) -> list[tuple[int, str]]:
    """Return the artist's campaigns, id and name, by name."""
    return activities.campaign_names(source, artist_id, rights=mine)


def undo_offer(history_id: int) -> UndoOffer | None:
    """Return what undoing an entry would do by now, None where there is nothing to look at."""
    try:
        return undoing.look_at_undo(engine(), history_id, rights=rights(), now=clock.now())
    except (undoing.EntryNotFound, CampaignNotFound):
        return None


@_kept()
def activity_words(source: Engine, mine: Rights) -> ActivityWords:
    """Return every person, action and source that the history knows."""
    return activities.activity_words(source, rights=mine)


@_kept()
def settle_ages(source: Engine, _mine: Rights) -> SettleAges:
    """Return from which age on figures count as final, as measured last."""
    return lag.settle_ages(source)


@_kept()
def completeness(source: Engine, mine: Rights) -> Curves:
    """Return how much of a day is known at which age, as measured last."""
    return lag.curves_to_show(source, rights=mine)


@_kept_as_of(_hour, most=16, ttl=_A_DAY, spinner="Judging every past day…")
def backtest(source: Engine, mine: Rights, now: datetime, artist_id: int | None) -> Backtest:
    """Return both rules over every past day of one artist's campaigns, or of all of them."""
    return backtests.run(source, rights=mine, now=now, artist_id=artist_id)


@st.cache_resource(show_spinner="Inventing campaigns…")
def simulation() -> list[Outcome]:
    """Return what becomes of invented campaigns; the same in every session."""
    return simulate(seed=_SEED, campaigns=_INVENTED)


@_kept_as_of(clock.reading_time, most=64)
def roster(source: Engine, mine: Rights, now: datetime, narrowed: CampaignFilter) -> Overview:
    """Return the counts and totals of the campaigns that fit, as of this minute."""
    return rosters.overview(source, narrowed, rights=mine, now=now)


def roster_page(
    narrowed: CampaignFilter, order: Order, *, number: int, fitting: Overview
) -> tuple[PlacedCampaign, ...]:
    """Return one page of the campaigns that fit, as of this minute; `fitting` is their overview."""
    return _roster_page(narrowed, order, number, fitting.currencies, fitting.by_currency)


@_kept_as_of(clock.reading_time, most=64)
def _roster_page(
    source: Engine,
    mine: Rights,
    now: datetime,
    narrowed: CampaignFilter,
    order: Order,
    number: int,
    currencies: tuple[str, ...],
    by_currency: tuple[int, ...],
) -> tuple[PlacedCampaign, ...]:
    return rosters.page(
        source,
        narrowed,
        order,
        number=number,
        currencies=currencies,
        by_currency=by_currency,
        rights=mine,
        now=now,
    )


def versions_matching(narrowed: CampaignFilter) -> tuple[tuple[int, int], ...]:
    """Return id and version of the campaigns that fit, as they are at this moment."""
    return rosters.versions_matching(engine(), narrowed, rights=rights(), now=clock.now())


@_kept_as_of(clock.reading_time)
def artist_totals(
    source: Engine,
    mine: Rights,
    now: datetime,
    narrowed: CampaignFilter,
    *,
    number: int,
    currencies: tuple[str, ...],
) -> tuple[int, tuple[ArtistTotal, ...]]:
    """Return how many totals of artists there are, and one page of them."""
    return rosters.artist_totals(
        source, narrowed, number=number, currencies=currencies, rights=mine, now=now
    )


@_kept_as_of(clock.reading_time)
def attention(source: Engine, mine: Rights, now: datetime) -> Attention:
    """Return what needs attention, as of this minute."""
    return attending.attention(source, rights=mine, now=now)


@_kept_as_of(clock.reading_time, most=16)
def campaigns(
    source: Engine, mine: Rights, now: datetime, ids: tuple[int, ...]
) -> tuple[PlacedCampaign, ...]:
    """Return the campaigns with these ids, as of this minute."""
    return attending.campaigns(source, ids, rights=mine, now=now)


@_kept_as_of(_hour)
def label_spend(source: Engine, mine: Rights, now: datetime) -> tuple[LabelSpend, ...]:
    """Return what the whole label spent day by day."""
    return label.label_spend(source, rights=mine, now=now)


@_kept_as_of(_hour, most=64, spinner="Adding up…")
def notebook_answer(
    source: Engine, mine: Rights, now: datetime, question: Question
) -> notebook.Found:
    """Return what the figures say to a question, as of this hour.

    Raises `notebook.TooMuchAsked`.
    """
    return notebook.ask(source, question, rights=mine, now=now)


def found(text: str, *, artist_id: int | None) -> finding.Found:
    """Return the campaigns that a few letters may mean, those of one artist first."""
    return finding.find(engine(), text, rights=rights(), now=clock.now(), artist_id=artist_id)


@_kept_as_of(_hour)
def campaign_types(source: Engine, mine: Rights, now: datetime) -> tuple[str, ...]:
    """Return the campaign types there are, by name."""
    return notebook.campaign_types(source, rights=mine, now=now)


def filter_choices() -> choosing.Choices:
    """Return what there is to choose from in the filters."""
    return _filter_choices(settings().database_url, _newest_campaigns(), rights())


@_kept(most=16)
def _newest_campaigns(source: Engine, _mine: Rights) -> tuple[int, int]:
    return choosing.newest_campaigns(source)


# Not by the version: a pause brings nothing new to choose, and there may be 20,000 to look at.
@_cache()
def _filter_choices(url: str, newest: tuple[int, int], mine: Rights) -> choosing.Choices:  # noqa: ARG001
    return choosing.choices(engine_of(url), rights=mine)


def saved_views() -> tuple[SavedView, ...]:
    """Return the views that whoever looks has saved, and those that are shared with them."""
    return viewing.views(engine(), actor=_who(), rights=rights())


def default_view(page: str) -> SavedView | None:
    """Return the view that opens by itself with a page for whoever looks."""
    return viewing.default(engine(), page, actor=_who(), rights=rights())


def chosen_columns(table: str) -> tuple[str, ...]:
    """Return the columns that whoever looks wants in a table; none where they said none."""
    return own_settings.chosen_columns(engine(), table, actor=_who())


def _who() -> Actor:
    return _looking.get() or signin.actor()


@_kept_as_of(clock.reading_time, most=16)
def since(source: Engine, mine: Rights, now: datetime, at: datetime) -> Since:
    """Return what moved after `at`, up to this minute."""
    return looks.since(source, at=at, rights=mine, now=now)


@_kept(most=64)
def scheduled(
    source: Engine, mine: Rights, campaign_id: int | None = None
) -> tuple[ScheduledChange, ...]:
    """Return what is scheduled for one campaign, or for all: what comes first, then the rest."""
    return scheduled_changes(source, rights=mine, campaign_id=campaign_id)


def presentation(artist_id: int, period: Period) -> Presentation | None:
    """Return how it goes for the artist as of this minute, None for one who may not be seen."""
    return presentation_for(artist_id, period, mine=rights())


def presentation_for(artist_id: int, period: Period, *, mine: Rights) -> Presentation | None:
    """Return the same for whoever has these rights, such as those of a share link."""
    return _presentation(
        settings().database_url, data_version(), mine, artist_id, period, clock.reading_time()
    )


@_cache(most=64)
def _presentation(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    artist_id: int,
    period: Period,
    now: datetime,
) -> Presentation | None:
    return presentations.presentation(engine_of(url), artist_id, period, rights=mine, now=now)


def shares_cost(artist_id: int) -> bool:
    """Return whether the artist is shown costs."""
    return cost_sharing.shares_cost(engine(), artist_id, rights=rights())


def share_links(artist_id: int) -> tuple[ShareLink, ...]:
    """Return the links to the artist's presentation as they are now: openings raise no version."""
    return linked.share_links(engine(), artist_id, rights=rights(), now=clock.now())


def is_anybody_working() -> bool:
    """Return whether somebody runs what is scheduled."""
    return is_worker_seen(engine(), now=clock.now())
