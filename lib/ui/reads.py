"""Every read of the screens, cached by the data version that each write raises.

The version is read from the database once in every run, so a change made by another process is
seen at once; `clear()` would reach this process only. What is kept
are frozen records, shared and not copied: copying the board of 2,000 campaigns would cost more
than drawing it.

What whoever looks may see is a part of every key, so nobody is shown what was kept for another.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

import streamlit as st

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
    label_trend,
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
from lib.services import share_links as linked
from lib.services.activity import ActivityFilter, ActivityWords
from lib.services.attention import Attention
from lib.services.backtest import Backtest
from lib.services.campaign_rows import PlacedCampaign
from lib.services.connections import LinkStanding
from lib.services.label_trend import LabelSpend
from lib.services.lag import Curves
from lib.services.looks import Since
from lib.services.queries import Board, CampaignPage, DataVersion
from lib.services.recording import CampaignNotFound
from lib.services.roster import ArtistTotal, Order, Overview
from lib.services.schedule_reads import scheduled_changes
from lib.services.schedule_runs import is_anybody_working as is_worker_seen
from lib.services.share_links import ShareLink
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


def rights() -> Rights:
    """Return what whoever looks may do: of this run, or asked anew beside it.

    A dialog or a fragment runs without the frame that asks who is there; for somebody who is
    signed out by then there is nothing to be seen.
    """
    who = _looking.get()
    if who is not None:
        return who.rights
    try:
        return signin.actor().rights
    except signin.SignedOut:
        return NOTHING


def changeable_artists() -> frozenset[int]:
    """Return the artists whose campaigns whoever looks may change."""
    mine = rights()
    return frozenset(
        one.id
        for one in artists()
        if mine.may(Deed.CHANGE, Place(artist_id=one.id), of_organization=one.organization_id)
    )


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


def artists() -> list[Artist]:
    """Return the artists of the labels in use, by name."""
    return _artists(settings().database_url, _version().labels, rights())


def demo_label() -> str | None:
    """Return the name of the demo label, None where none is loaded."""
    return next((one.organization for one in artists() if one.is_demo), None)


def board(artist_id: int) -> Board | None:
    """Return the artist's board as of this minute."""
    return _board(
        settings().database_url, data_version(), rights(), artist_id, clock.reading_time()
    )


def connections(artist: str) -> tuple[LinkStanding, ...]:
    """Return how the artist's platforms are connected, since when and by whose word."""
    return _connections(settings().database_url, data_version(), rights(), artist)


def campaign_page(campaign_id: int) -> CampaignPage | None:
    """Return everything of one campaign as of this minute, None where there is none."""
    return _campaign(
        settings().database_url, data_version(), rights(), campaign_id, clock.reading_time()
    )


def activity(narrowed: ActivityFilter, *, limit: int = PAGE_OF_HISTORY) -> list[HistoryEntry]:
    """Return the newest entries of the history first."""
    return activities.activity(engine(), narrowed, rights=rights(), limit=limit)


def campaign_names(artist_id: int) -> list[tuple[int, str]]:
    """Return the artist's campaigns, id and name, by name."""
    return _names(settings().database_url, data_version(), rights(), artist_id)


def undo_offer(history_id: int) -> UndoOffer | None:
    """Return what undoing an entry would do by now, None where there is nothing to look at."""
    try:
        return undoing.look_at_undo(engine(), history_id, rights=rights(), now=clock.now())
    except (undoing.EntryNotFound, CampaignNotFound):
        return None


def activity_words() -> ActivityWords:
    """Return every person, action and source that the history knows."""
    return _words(settings().database_url, data_version(), rights())


def settle_ages() -> SettleAges:
    """Return from which age on figures count as final, as measured last."""
    return _settle_ages(settings().database_url, data_version())


def completeness() -> Curves:
    """Return how much of a day is known at which age, as measured last."""
    return _completeness(settings().database_url, data_version(), rights())


def backtest(artist_id: int | None) -> Backtest:
    """Return both rules over every past day of one artist's campaigns, or of all of them."""
    # Only the date of the moment matters here, and what is recorded changes the version.
    hour = clock.reading_time().replace(minute=0)
    return _backtest(settings().database_url, data_version(), rights(), artist_id, hour)


@st.cache_resource(show_spinner="Inventing campaigns…")
def simulation() -> list[Outcome]:
    """Return what becomes of invented campaigns; the same in every session."""
    return simulate(seed=_SEED, campaigns=_INVENTED)


def roster(narrowed: CampaignFilter) -> Overview:
    """Return the counts and totals of the campaigns that fit, as of this minute."""
    return _roster(
        settings().database_url, data_version(), rights(), narrowed, clock.reading_time()
    )


def roster_page(
    narrowed: CampaignFilter, order: Order, *, number: int, fitting: Overview
) -> tuple[PlacedCampaign, ...]:
    """Return one page of the campaigns that fit, as of this minute; `fitting` is their overview."""
    return _roster_page(
        settings().database_url,
        data_version(),
        rights(),
        narrowed,
        order,
        number,
        fitting.currencies,
        fitting.by_currency,
        clock.reading_time(),
    )


def versions_matching(narrowed: CampaignFilter) -> tuple[tuple[int, int], ...]:
    """Return id and version of the campaigns that fit, as they are at this moment."""
    return rosters.versions_matching(engine(), narrowed, rights=rights(), now=clock.now())


def artist_totals(
    narrowed: CampaignFilter, *, number: int, currencies: tuple[str, ...]
) -> tuple[int, tuple[ArtistTotal, ...]]:
    """Return how many totals of artists there are, and one page of them."""
    return _artist_totals(
        settings().database_url,
        data_version(),
        rights(),
        narrowed,
        number,
        currencies,
        clock.reading_time(),
    )


def attention() -> Attention:
    """Return what needs attention, as of this minute."""
    return _attention(settings().database_url, data_version(), rights(), clock.reading_time())


def campaigns(ids: tuple[int, ...]) -> tuple[PlacedCampaign, ...]:
    """Return the campaigns with these ids, as of this minute."""
    return _campaigns(settings().database_url, data_version(), rights(), ids, clock.reading_time())


def label_spend() -> tuple[LabelSpend, ...]:
    """Return what the whole label spent day by day."""
    # Only the date of the moment matters here.
    hour = clock.reading_time().replace(minute=0)
    return _label_spend(settings().database_url, data_version(), rights(), hour)


def notebook_answer(question: Question) -> notebook.Found:
    """Return what the figures say to a question, as of this hour.

    Raises `notebook.TooMuchAsked`.
    """
    # Only the date of the moment matters here, and what is recorded changes the version.
    hour = clock.reading_time().replace(minute=0)
    return _notebook_answer(settings().database_url, data_version(), rights(), question, hour)


def found(text: str) -> tuple[finding.FoundCampaign, ...]:
    """Return the campaigns that a few letters may mean."""
    return finding.find(engine(), text, rights=rights(), now=clock.now())


def campaign_types() -> tuple[str, ...]:
    """Return the campaign types there are, by name."""
    hour = clock.reading_time().replace(minute=0)
    return _campaign_types(settings().database_url, data_version(), rights(), hour)


def filter_choices() -> choosing.Choices:
    """Return what there is to choose from in the filters."""
    newest = _newest_campaigns(settings().database_url, data_version())
    return _filter_choices(settings().database_url, newest, rights())


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


def since(at: datetime) -> Since:
    """Return what moved after `at`, up to this minute."""
    return _since(settings().database_url, data_version(), rights(), at, clock.reading_time())


def scheduled(campaign_id: int | None = None) -> tuple[ScheduledChange, ...]:
    """Return what is scheduled for one campaign, or for all: what comes first, then the rest."""
    return _scheduled(settings().database_url, data_version(), rights(), campaign_id)


def presentation(artist_id: int, period: Period) -> Presentation | None:
    """Return how it goes for the artist as of this minute, None for one who may not be seen."""
    return presentation_for(artist_id, period, mine=rights())


def presentation_for(artist_id: int, period: Period, *, mine: Rights) -> Presentation | None:
    """Return the same for whoever has these rights, such as those of a share link."""
    return _presentation(
        settings().database_url, data_version(), mine, artist_id, period, clock.reading_time()
    )


def shares_cost(artist_id: int) -> bool:
    """Return whether the artist is shown costs."""
    return cost_sharing.shares_cost(engine(), artist_id, rights=rights())


def share_links(artist_id: int) -> tuple[ShareLink, ...]:
    """Return the links to the artist's presentation as they are now: openings raise no version."""
    return linked.share_links(engine(), artist_id, rights=rights(), now=clock.now())


def may(deed: Deed, one: Artist) -> bool:
    """Return whether whoever looks may do this for an artist."""
    return rights().may(deed, Place(artist_id=one.id), of_organization=one.organization_id)


def is_anybody_working() -> bool:
    """Return whether somebody runs what is scheduled."""
    return is_worker_seen(engine(), now=clock.now())


def _kept(
    *, most: int = 32, ttl: timedelta = _TTL, spinner: bool | str = False
) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Keep the `most` newest answers of a read, by everything it was asked with.

    What somebody may do is told by its words: Streamlit would take it apart field by field for
    every read, a twelfth of what a run takes.
    """
    return st.cache_resource(
        ttl=ttl, max_entries=most, show_spinner=spinner, hash_funcs={Rights: repr}
    )


# What the data's version is kept by is a part of the key and used for nothing else; here not its
# number: a pause brings no artist, and there may be 2,000.
@_kept()
def _artists(url: str, labels: tuple[object, ...], mine: Rights) -> list[Artist]:  # noqa: ARG001
    return queries.artists(engine_of(url), rights=mine)


@dataclass
class _Last:
    """A board as it was read last for a question, whatever the version."""

    board: Board | None = None


@_kept()
def _last_board(url: str, mine: Rights, artist_id: int, now: datetime) -> _Last:  # noqa: ARG001
    return _Last()


@_kept()
def _board(url: str, version: int, mine: Rights, artist_id: int, now: datetime) -> Board | None:  # noqa: ARG001
    last, its_engine = _last_board(url, mine, artist_id, now), engine_of(url)
    last.board = queries.board(its_engine, artist_id, rights=mine, now=now, known=last.board)
    return last.board


@_kept()
def _connections(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    artist: str,
) -> tuple[LinkStanding, ...]:
    return linking.connections(engine_of(url), artist, rights=mine)


@_kept(most=64)
def _campaign(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    campaign_id: int,
    now: datetime,
) -> CampaignPage | None:
    try:
        return queries.campaign_page(engine_of(url), campaign_id, rights=mine, now=now)
    except CampaignNotFound:
        return None


@_kept()
def _words(url: str, version: int, mine: Rights) -> ActivityWords:  # noqa: ARG001
    return activities.activity_words(engine_of(url), rights=mine)


@_kept()
def _names(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    artist_id: int,
) -> list[tuple[int, str]]:
    return activities.campaign_names(engine_of(url), artist_id, rights=mine)


@_kept()
def _settle_ages(url: str, version: int) -> SettleAges:  # noqa: ARG001
    return lag.settle_ages(engine_of(url))


@_kept()
def _completeness(url: str, version: int, mine: Rights) -> Curves:  # noqa: ARG001
    return lag.curves_to_show(engine_of(url), rights=mine)


@_kept(most=16, ttl=_A_DAY, spinner="Judging every past day…")
def _backtest(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    artist_id: int | None,
    now: datetime,
) -> Backtest:
    return backtests.run(engine_of(url), rights=mine, now=now, artist_id=artist_id)


@_kept(most=64)
def _roster(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    narrowed: CampaignFilter,
    now: datetime,
) -> Overview:
    return rosters.overview(engine_of(url), narrowed, rights=mine, now=now)


@_kept(most=64)
def _roster_page(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    narrowed: CampaignFilter,
    order: Order,
    number: int,
    currencies: tuple[str, ...],
    by_currency: tuple[int, ...],
    now: datetime,
) -> tuple[PlacedCampaign, ...]:
    return rosters.page(
        engine_of(url),
        narrowed,
        order,
        number=number,
        currencies=currencies,
        by_currency=by_currency,
        rights=mine,
        now=now,
    )


@_kept()
def _artist_totals(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    narrowed: CampaignFilter,
    number: int,
    currencies: tuple[str, ...],
    now: datetime,
) -> tuple[int, tuple[ArtistTotal, ...]]:
    return rosters.artist_totals(
        engine_of(url), narrowed, number=number, currencies=currencies, rights=mine, now=now
    )


@_kept()
def _attention(url: str, version: int, mine: Rights, now: datetime) -> Attention:  # noqa: ARG001
    return attending.attention(engine_of(url), rights=mine, now=now)


@_kept(most=16)
def _campaigns(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    ids: tuple[int, ...],
    now: datetime,
) -> tuple[PlacedCampaign, ...]:
    return attending.campaigns(engine_of(url), ids, rights=mine, now=now)


@_kept()
def _label_spend(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    now: datetime,
) -> tuple[LabelSpend, ...]:
    return label_trend.label_spend(engine_of(url), rights=mine, now=now)


@_kept(most=64, spinner="Adding up…")
def _notebook_answer(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    question: Question,
    now: datetime,
) -> notebook.Found:
    return notebook.ask(engine_of(url), question, rights=mine, now=now)


@_kept()
def _campaign_types(url: str, version: int, mine: Rights, now: datetime) -> tuple[str, ...]:  # noqa: ARG001
    return notebook.campaign_types(engine_of(url), rights=mine, now=now)


@_kept(most=16)
def _newest_campaigns(url: str, version: int) -> tuple[int, int]:  # noqa: ARG001
    return choosing.newest_campaigns(engine_of(url))


# Not by the version: a pause brings nothing new to choose, and there may be 20,000 to look at.
@_kept()
def _filter_choices(url: str, newest: tuple[int, int], mine: Rights) -> choosing.Choices:  # noqa: ARG001
    return choosing.choices(engine_of(url), rights=mine)


@_kept(most=16)
def _since(url: str, version: int, mine: Rights, at: datetime, now: datetime) -> Since:  # noqa: ARG001
    return looks.since(engine_of(url), at=at, rights=mine, now=now)


@_kept(most=64)
def _scheduled(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    campaign_id: int | None,
) -> tuple[ScheduledChange, ...]:
    return scheduled_changes(engine_of(url), rights=mine, campaign_id=campaign_id)


@_kept(most=64)
def _presentation(
    url: str,
    version: int,  # noqa: ARG001
    mine: Rights,
    artist_id: int,
    period: Period,
    now: datetime,
) -> Presentation | None:
    return presentations.presentation(engine_of(url), artist_id, period, rights=mine, now=now)
