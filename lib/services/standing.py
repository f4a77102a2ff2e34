"""How a campaign stands now, as SQL expressions: the rules of the domain for many at once.

Each expression says the same as the function of the domain that it names; a test compares
them over all combinations. They are for choosing, ordering and adding up; what is shown of a
campaign comes from the domain itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from lib.db.tables import artist, campaign, campaign_trend, connection, organization
from lib.domain.board import MUST_NOT_SPEND
from lib.domain.learning import LEARNING_PERIOD, LEARNS, LEARNS_ON_GOOGLE
from lib.domain.metrics import FAR_OFF
from lib.domain.records import ConnectionState, Platform
from lib.domain.rights import Rights
from lib.domain.status import ENDS_WITH_ITS_RUN, LIVE, Status
from lib.domain.verdict import Why, Word
from lib.services.scope import within
from lib.services.trend.reads import speaks

Flag = ColumnElement[bool]


@dataclass(frozen=True)
class Standing:
    """The campaigns of the labels in use with the row of the summary that speaks today.

    Campaigns without figures are in it too; the columns of `campaign_trend` are NULL there.
    """

    source: FromClause
    is_seen: Flag
    """The condition that leaves out labels which were started over, and what whoever asks may
    not see; every query has it."""
    status: ColumnElement[str]
    """`status_now`: the effective status."""
    is_live: Flag
    is_learning: Flag
    """`early_learning`."""
    word: ColumnElement[str | None]
    """`verdict_now`: the word; NULL without figures."""
    why: ColumnElement[str | None]
    is_current: Flag
    """There are figures, and they are as new as they can be: the last 7 days are the last 7."""
    is_stale: Flag
    """`BoardRow.is_stale`: live, and the newest figures are old or there are none."""
    is_silent: Flag
    """`BoardRow.silent_on` is a day."""
    brings_nothing: Flag
    """`BoardRow.brings_nothing`."""
    pacing_word: ColumnElement[str | None]
    """`BoardRow.pacing`, in a word."""
    is_far_off: Flag
    """`Pacing.is_far_off`."""
    spends_after_stop: Flag
    """`BoardRow.spent_after_stop_on` is a day."""
    has_anomaly: Flag
    is_broken: Flag
    """Live on a broken connection."""
    if_live: tuple[Flag, ...]
    """What flags a live campaign, each flag without the condition that it is live."""


def standing(db: Connection, *, rights: Rights, now: datetime) -> Standing:
    """Return how every campaign that may be seen stands at `now`."""
    one, trend = campaign.c, campaign_trend.c
    source = campaign.outerjoin(campaign_trend, and_(trend.campaign_id == one.id, speaks(now)))
    is_over = and_(one.status.in_(sorted(ENDS_WITH_ITS_RUN)), _has_ended(db, now=now))
    status = case((is_over, literal(Status.ENDED.value)), else_=one.status)
    is_live = and_(one.status.in_(sorted(LIVE)), ~is_over)
    learns = or_(
        one.status.in_(sorted(LEARNS)),
        and_(one.platform == Platform.GOOGLE, one.status.in_(sorted(LEARNS_ON_GOOGLE))),
    )
    is_young = and_(one.created_at.is_not(None), one.created_at > now - LEARNING_PERIOD)
    is_learning = and_(learns, ~is_over, is_young)
    has_old = trend.stale_from <= now
    is_last = or_(has_old, trend.ended_on.is_not(None))
    has_figures = trend.campaign_id.is_not(None)
    is_old = or_(~has_figures, has_old)
    stays = trend.why.in_((Why.YOUNG, Why.GAP))
    word = case(
        (~has_figures, None),
        (is_learning, literal(Word.TOO_EARLY.value)),
        (stays, trend.word),
        (is_last, literal(Word.TOO_EARLY.value)),
        else_=trend.word,
    )
    why = case(
        (~has_figures, None),
        (is_learning, literal(Why.LEARNING.value)),
        (stays, trend.why),
        (is_last, literal(Why.STALE.value)),
        else_=trend.why,
    )
    is_far_off = and_(
        trend.pacing_ratio.is_not(None),
        func.abs(trend.pacing_ratio - 1) > FAR_OFF * trend.pacing_tolerance,
    )
    has_anomaly, is_broken = trend.anomaly_on.is_not(None), _on_broken_connection()
    no_result = and_(trend.results_28 == 0, trend.spend_28 > 0, why == Why.FEW)
    # The stored word in front spares most rows the rest: the clock declares nothing declining.
    declines = and_(trend.word == Word.DECLINING, word == Word.DECLINING)
    return Standing(
        source=source,
        is_seen=_is_campaign_seen(db, rights),
        status=status,
        is_live=is_live,
        is_learning=is_learning,
        word=cast("ColumnElement[str | None]", word),
        why=cast("ColumnElement[str | None]", why),
        is_current=func.coalesce(trend.stale_from > now, false()),
        is_stale=and_(is_live, is_old),
        is_silent=and_(is_live, has_figures, trend.is_silent),
        brings_nothing=and_(is_live, no_result),
        pacing_word=cast(
            "ColumnElement[str | None]", case((is_live, trend.pacing_word), else_=None)
        ),
        is_far_off=and_(is_live, is_far_off),
        spends_after_stop=and_(
            one.status.in_(sorted(MUST_NOT_SPEND)), trend.last_spend_on > trend.stopped_on
        ),
        has_anomaly=and_(is_live, has_anomaly),
        is_broken=and_(is_live, is_broken),
        if_live=(
            is_old,
            trend.is_silent,
            is_far_off,
            has_anomaly,
            is_broken,
            declines,
            no_result,
        ),
    )


def _has_ended(db: Connection, *, now: datetime) -> Flag:
    """Return the condition that the run's last day has passed in the account's zone."""
    zones = db.execute(select(connection.c.zone).distinct()).scalars().all()
    today = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in zones}
    first = min(today.values(), default=now.date())
    last = max(today.values(), default=now.date())
    ends_on = campaign.c.ends_on
    if first == last:
        return and_(ends_on.is_not(None), ends_on < first)
    in_zone = (
        select(case(today, value=connection.c.zone))
        .where(
            connection.c.artist_id == campaign.c.artist_id,
            connection.c.platform == campaign.c.platform,
        )
        .scalar_subquery()
    )
    # The zone is looked up for those few whose last day has passed in some zones only.
    return case(
        (ends_on.is_(None), false()),
        (ends_on < first, true()),
        (ends_on >= last, false()),
        else_=ends_on < in_zone,
    )


def retired_artists() -> Select[int]:
    """Return the query for the artists of labels that were started over; there are few."""
    return (
        select(artist.c.id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(organization.c.retired_at.is_not(None))
    )


def is_seen(artist_id: ColumnElement[int], rights: Rights) -> Flag:
    """Return the condition that an artist's label is in use, and that the artist may be seen."""
    return and_(artist_id.not_in(retired_artists()), within(artist_id, rights))


def _is_campaign_seen(db: Connection, rights: Rights) -> Flag:
    # Mostly there are none, and no campaign has to be looked up among them.
    retired = db.execute(retired_artists()).scalars().all()
    return and_(
        # Every id is positive. Said so, SQLite reads the campaigns as they lie on the disk, and
        # their trends lie in the same order: five times as fast as by the index it prefers.
        campaign.c.id > 0,
        campaign.c.artist_id.not_in(retired) if retired else true(),
        within(campaign.c.artist_id, rights),
    )


def _on_broken_connection() -> Flag:
    # A list of the few broken ones, rather than a look at each campaign's own.
    return or_(
        *(
            and_(
                campaign.c.platform == platform,
                campaign.c.artist_id.in_(
                    select(connection.c.artist_id).where(
                        connection.c.platform == platform,
                        connection.c.state == ConnectionState.BROKEN,
                    )
                ),
            )
            for platform in Platform
        )
    )
