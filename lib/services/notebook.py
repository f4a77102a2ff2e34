"""Answers the notebook's questions: which campaigns fit, what they reported, in one snapshot."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Text,
    cast,
    func,
    literal,
    literal_column,
    select,
)

from lib.db.engine import reading, retrying
from lib.db.tables import campaign, campaign_trend
from lib.domain.answer import Answer, answer
from lib.domain.notebook import (
    Because,
    Bought,
    Feed,
    LeftOut,
    Question,
    Split,
    common_as_of,
    resolved,
    window_of,
)
from lib.domain.reach import Account, is_unheard, reach
from lib.domain.rights import Rights
from lib.domain.status import LIVE
from lib.services.notebook_days import Reading, Subject, kind_of
from lib.services.standing import Standing, standing

MOST_CAMPAIGN_DAYS = 2_500_000
"""More than this is not added up at once: a year of 6,800 campaigns, 90 days of 27,000."""
MOST_TO_CHOOSE = 500


class TooMuchAsked(RuntimeError):
    """The question covers more days of campaigns than are added up at once."""


@dataclass(frozen=True)
class Found:
    """An answer, and what else might be chosen."""

    answer: Answer | None
    """None where no campaign that fits has any figures."""
    kinds: Mapping[str, int]
    """The result kinds of the campaigns that fit, with how many there are."""
    currencies: Mapping[str, int]
    campaigns: tuple[tuple[int, str], ...]
    """Id and name of those that can be compared; none where there are too many to choose from."""
    fitting: int
    """How many campaigns fit the filters."""


def campaign_types(engine: Engine, *, rights: Rights, now: datetime) -> tuple[str, ...]:
    """Return the campaign types there are, by name."""

    def work() -> tuple[str, ...]:
        with reading(engine) as db:
            query = (
                select(campaign.c.campaign_type)
                .where(standing(db, rights=rights, now=now).is_seen)
                .distinct()
                .order_by(campaign.c.campaign_type)
            )
            return tuple(db.execute(query).scalars())

    return retrying(work)


def ask(engine: Engine, question: Question, *, rights: Rights, now: datetime) -> Found:
    """Return the answer as of `now`, of what may be seen.

    Raises `TooMuchAsked` where it would take the database too long.
    """

    def work() -> Found:
        with reading(engine) as db:
            return _ask(db, question, standing(db, rights=rights, now=now))

    return retrying(work)


def _ask(db: Connection, question: Question, now_it_stands: Standing) -> Found:
    fits = _conditions(question, now_it_stands)
    fitting = _subjects(db, question, now_it_stands, fits)
    offered = [of for of in fitting.values() if of is not None]
    found = Found(
        answer=None,
        kinds=Counter(one.bought.kind for one in offered),
        currencies=Counter(one.bought.currency for one in offered),
        campaigns=_choosable(offered),
        fitting=len(fitting),
    )
    asked = replace(question, compared=tuple(one for one in question.compared if one in fitting))
    compared = {
        number: of
        for number, of in fitting.items()
        if not asked.is_comparison or number in asked.compared
    }
    asked, left_out = resolved(
        asked, [None if of is None else of.bought for of in compared.values()]
    )
    subjects = [of for of in compared.values() if of is not None and _is_asked(of, asked)]
    if not subjects:
        return found
    window = window_of(
        asked,
        as_of=common_as_of(one.feed for one in subjects),
        started_on=min(one.feed.started_on for one in subjects),
    )
    if len(subjects) * window.days > MOST_CAMPAIGN_DAYS:
        raise TooMuchAsked(
            f"{len(subjects):,} campaigns over {window.days:,} days are more than can be added up "
            "at once. Choose a shorter window, or filter by artist, platform or type."
        )
    chosen = [*fits, *_chosen(asked)]
    group, source = _group_of(asked, now_it_stands), now_it_stands.source
    days, absent = Reading(db, asked, window, source, chosen, group).days(subjects)
    unheard = sum(
        one.is_unheard and window.first <= one.feed.until < window.last for one in subjects
    )
    left = [
        *left_out,
        *(
            LeftOut(because, campaigns)
            for because, campaigns in ((Because.NOT_THEN, absent), (Because.UNHEARD, unheard))
            if campaigns
        ),
    ]
    return replace(found, answer=answer(asked, window, days, left_out=left))


def _is_asked(one: Subject, asked: Question) -> bool:
    return asked.kind in ("", one.bought.kind) and asked.currency in ("", one.bought.currency)


def _chosen(asked: Question) -> list[ColumnElement[bool]]:
    """Return the conditions of `_is_asked`, and that there are figures, for the database."""
    found: list[ColumnElement[bool]] = [campaign_trend.c.campaign_id.is_not(None)]
    if asked.is_comparison:
        found.append(campaign.c.id.in_(asked.compared))
    if asked.kind:
        found.append(kind_of() == asked.kind)
    if asked.currency:
        found.append(campaign.c.currency == asked.currency)
    return found


def _choosable(offered: Sequence[Subject]) -> tuple[tuple[int, str], ...]:
    if len(offered) > MOST_TO_CHOOSE:
        return ()
    named = sorted((one.name.casefold(), one.id, one.name) for one in offered)
    return tuple((number, name) for _, number, name in named)


def _conditions(question: Question, now_it_stands: Standing) -> list[ColumnElement[bool]]:
    found = [now_it_stands.is_seen]
    for column, chosen in (
        (campaign.c.artist_id, question.artists),
        (now_it_stands.status, question.statuses),
        (campaign.c.platform, question.platforms),
        (campaign.c.campaign_type, question.types),
    ):
        if chosen:
            found.append(column.in_(chosen))
    return found


def _group_of(question: Question, now_it_stands: Standing) -> ColumnElement[Any]:
    """Return the column by which the split tells campaigns apart."""
    of: dict[Split, ColumnElement[Any]] = {
        Split.ARTIST: campaign.c.artist_id,
        Split.PLATFORM: campaign.c.platform,
        Split.TYPE: campaign.c.campaign_type,
        Split.STATUS: now_it_stands.status,
        # A campaign in two countries is in one group, of both: nothing counts twice.
        Split.LOCATION: cast(campaign.c.locations, Text),
        Split.CAMPAIGN: campaign.c.id,
        Split.KIND: kind_of(),
        # No parameter between: PostgreSQL takes the same one twice for two.
        Split.BUYING: campaign.c.platform + literal_column("' '") + kind_of(),
        Split.CURRENCY: campaign.c.currency,
    }
    return of.get(question.split_by, literal(0))


def _subjects(
    db: Connection,
    question: Question,
    now_it_stands: Standing,
    fits: Sequence[ColumnElement[bool]],
) -> dict[int, Subject | None]:
    """Return every campaign that fits by its id, None for one without figures."""
    one, trend = campaign.c, campaign_trend.c
    rows = db.execute(
        select(
            one.id,
            one.name,
            one.artist_id,
            one.platform,
            _group_of(question, now_it_stands).label("group"),
            one.currency,
            kind_of().label("kind"),
            trend.as_of,
            trend.started_on,
            trend.covered_through,
            one.ends_on,
            now_it_stands.status.label("status"),
        )
        .select_from(now_it_stands.source)
        .where(*fits)
        .order_by(one.id)
    ).all()
    reached = _reach(db, now_it_stands)
    return {row.id: None if row.as_of is None else _subject(row, reached) for row in rows}


def _subject(row: Any, reached: Mapping[Account, date]) -> Subject:
    ends, covered = row.ends_on or date.max, row.covered_through
    is_live = row.status in LIVE
    unheard = is_live and is_unheard(covered, of_account=reached[row.artist_id, row.platform])
    until = ends if is_live and not unheard else min(covered, ends)
    feed = Feed(row.as_of, covered, row.started_on, until)
    bought = Bought(row.currency, row.kind)
    return Subject(row.id, row.name, row.group, bought, feed, is_unheard=unheard)


def _reach(db: Connection, now_it_stands: Standing) -> dict[Account, date]:
    """Return how far the exports of each account reach, whatever a question is narrowed to."""
    one, through = campaign.c, campaign_trend.c.covered_through
    of_account = (one.artist_id, one.platform, through)
    query = (
        select(*of_account, func.count().label("campaigns"))
        .select_from(now_it_stands.source)
        .where(now_it_stands.is_seen, now_it_stands.status.in_(sorted(LIVE)), through.is_not(None))
        .group_by(*of_account)
    )
    return reach(
        ((row.artist_id, row.platform), row.covered_through, row.campaigns)
        for row in db.execute(query)
    )
