"""The days behind an answer: added up by the database, group by group and day by day.

Only the sums come here: the days are read along the key by which they lie on the disk. What was
reported without a row, and what ought to have been reported, follows from what the imports speak
for and from when the campaigns ran.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    select,
)

from lib.db.tables import artist, campaign, campaign_trend, coverage
from lib.domain.answer import MOST_BARS, OTHERS, Bools, Days, Group, Ints
from lib.domain.metrics import Window
from lib.domain.notebook import Bought, Feed, Part, Question, Split
from lib.domain.records import Platform
from lib.domain.status import FACTS, Status
from lib.services.current_days import current_days

_NO_PLACE = "no location named"


@dataclass(frozen=True, slots=True)
class Subject:
    """A campaign that fits the filters, as far as an answer needs it."""

    id: int
    name: str
    group: Any
    """What the database says of it in the column of the split."""
    bought: Bought
    feed: Feed
    is_unheard: bool = False
    """Whether it counts as running until its last figures only: see `lib.domain.reach`."""


def kind_of() -> ColumnElement[str]:
    """Return what a campaign is bought for, as the roster counts it."""
    return func.coalesce(campaign_trend.c.kind, campaign.c.headline_kind)


class Reading:
    """Reads the days of a window for one resolved question, within the caller's snapshot.

    `source` joins campaigns with their trends, `chosen` are the conditions that leave the
    subjects, `group` is the column by which the split tells them apart.
    """

    def __init__(
        self,
        db: Connection,
        question: Question,
        window: Window,
        source: FromClause,
        chosen: Sequence[ColumnElement[bool]],
        group: ColumnElement[Any],
    ) -> None:
        self._db, self._question, self._window = db, question, window
        self._source, self._chosen, self._group = source, chosen, group

    def days(self, subjects: Sequence[Subject]) -> tuple[Days, int]:
        """Return the days by group, and how many subjects neither ran nor reported on any."""
        columns = np.arange(self._window.days)
        covered = self._covered(subjects)
        first, last, settled = (
            self._columns(days)[:, None]
            for days in (
                [one.feed.started_on for one in subjects],
                [one.feed.until for one in subjects],
                [one.feed.as_of for one in subjects],
            )
        )
        expected = covered | ((first <= columns) & (columns <= last))
        is_there: Bools = np.asarray(expected.any(axis=1), dtype=np.bool_)
        leading = self._leading(subjects)
        keys = [self._key(one.group) for one in subjects]
        if leading is not None:
            keys = [key if key in leading else None for key in keys]
        inside: dict[Any, list[Subject]] = {}
        for one, key, is_in in zip(subjects, keys, is_there.tolist(), strict=True):
            if is_in:
                inside.setdefault(key, []).append(one)
        place = {key: at for at, key in enumerate(inside)}
        of = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
        above, below, rows, known = self._sums(place, leading)
        # A covered day without a row was idle: it is known, and zero.
        told = np.maximum(_counted(covered, of, len(place)) - rows, 0) + known
        days = Days(
            groups=self._groups(inside),
            above=above,
            below=below,
            told=told,
            expected=np.maximum(_counted(expected, of, len(place)), told),
            unsettled=_counted(covered & (columns > settled), of, len(place)),
            reported=covered,
            group_of=of,
        )
        return days, int((~is_there).sum())

    def _covered(self, subjects: Sequence[Subject]) -> Bools:
        """Return which dates some import speaks for: a row a subject, a column a date."""
        query = (
            select(coverage.c.campaign_id, coverage.c.starts_on, coverage.c.ends_on)
            .select_from(self._source.join(coverage, coverage.c.campaign_id == campaign.c.id))
            .where(
                *self._chosen,
                coverage.c.starts_on <= self._window.last,
                coverage.c.ends_on >= self._window.first,
            )
        )
        found = self._db.execute(query).all()
        place = {one.id: row for row, one in enumerate(subjects)}
        rows = np.array([place[row[0]] for row in found], dtype=np.int64)
        width = self._window.days
        starts = np.maximum(self._columns([row[1] for row in found]), 0)
        ends = np.minimum(self._columns([row[2] for row in found]), width - 1)
        change = np.zeros((len(subjects), width + 1), dtype=np.int32)
        np.add.at(change, (rows, starts), 1)
        np.add.at(change, (rows, ends + 1), -1)
        covered: Bools = change.cumsum(axis=1)[:, :width] > 0
        return covered

    def _leading(self, subjects: Sequence[Subject]) -> frozenset[int] | None:
        """Return the campaigns that can get a line of their own; None where all of them can."""
        if self._question.split_by is not Split.CAMPAIGN or len(subjects) <= MOST_BARS + 1:
            return None
        above, below, _ = self._figures()
        size = func.sum(above if self._question.measure.is_sum else below)
        query = self._of_days(select(campaign.c.id)).group_by(campaign.c.id)
        ranked = query.order_by(size.desc().nulls_last(), campaign.c.id).limit(MOST_BARS)
        return frozenset(self._db.execute(ranked).scalars())

    def _sums(
        self, place: Mapping[Any, int], leading: frozenset[int] | None
    ) -> tuple[Ints, Ints, Ints, Ints]:
        """Return the sums above and below the line, the rows, and the known ones among them."""
        group = self._group
        if leading is not None:
            group = case((campaign.c.id.in_(leading), campaign.c.id))
        above, below, known = self._figures()
        day = self._days.c.day
        query = self._of_days(
            select(
                group.label("of"),
                day,
                func.sum(case((known, above))),
                func.sum(case((known, below))),
                func.count(),
                func.count(case((known, 1))),
            )
        ).group_by(group, day)
        found = np.zeros((4, len(place), self._window.days), dtype=np.int64)
        zero = self._window.first.toordinal()
        for of, on, *sums in self._db.execute(query):
            at = place.get(self._key(of))
            if at is not None:
                # Locations come in any order, so several rows may be of one group.
                found[:, at, on.toordinal() - zero] += [int(one or 0) for one in sums]
        return found[0], found[1], found[2], found[3]

    @property
    def _days(self) -> FromClause:
        return self._tables[0]

    @property
    def _tables(self) -> tuple[FromClause, FromClause]:
        if not hasattr(self, "_read"):
            self._read = current_days(self._db)
        return self._read

    def _figures(self) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[bool]]:
        """Return what is added above and below the line, and when a day has both."""
        days, kinds = self._tables
        columns: dict[Part, ColumnElement[Any]] = {
            Part.SPEND: days.c.spend_micros,
            Part.IMPRESSIONS: days.c.impressions,
            Part.CLICKS: days.c.clicks,
            Part.RESULTS: kinds.c.results_micros,
        }
        measure = self._question.measure
        above = columns[measure.above]
        below = columns[measure.below] if measure.below else literal(0)
        return above, below, and_(above.is_not(None), below.is_not(None))

    def _of_days(self, query: Select[Any]) -> Select[Any]:
        """Return the query over the days of the window, with the results where they are counted."""
        days, kinds = self._tables
        source = self._source.join(days, days.c.campaign_id == campaign.c.id)
        if self._question.measure.counts_results:
            kind = literal(self._question.kind) if self._question.kind else kind_of()
            source = source.outerjoin(
                kinds,
                and_(
                    kinds.c.campaign_id == campaign.c.id,
                    kinds.c.day == days.c.day,
                    kinds.c.kind == kind,
                ),
            )
        return query.select_from(source).where(
            *self._chosen, days.c.day.between(self._window.first, self._window.last)
        )

    def _columns(self, days: Sequence[date]) -> Ints:
        zero = self._window.first.toordinal()
        return np.array([day.toordinal() - zero for day in days], dtype=np.int64)

    def _key(self, of: Any) -> Any:
        """Return a group as it is told apart here: the same places in any order are the same."""
        if self._question.split_by is not Split.LOCATION or of is None:
            return of
        return ", ".join(sorted(json.loads(of))) or _NO_PLACE

    def _groups(self, inside: Mapping[Any, Sequence[Subject]]) -> tuple[Group, ...]:
        label = self._labels(inside)
        return tuple(
            Group(
                key=OTHERS if key is None else str(key),
                label="" if key is None else label(key),
                currency=_only([one.bought.currency for one in of]),
                kind=_only([one.bought.kind for one in of]),
                folded=len(of) if key is None else 0,
            )
            for key, of in inside.items()
        )

    def _labels(self, inside: Mapping[Any, Sequence[Subject]]) -> Callable[[Any], str]:
        split = self._question.split_by
        if split is Split.ARTIST:
            query = select(artist.c.id, artist.c.name).where(artist.c.id.in_(list(inside)))
            artists = {row.id: row.name for row in self._db.execute(query)}
            return lambda key: artists[key]
        if split is Split.CAMPAIGN:
            names = {key: of[0].name for key, of in inside.items() if key is not None}
            often = Counter(names.values())
            return lambda key: names[key] if often[names[key]] == 1 else f"{names[key]} · {key}"
        words: dict[Split, Callable[[Any], str]] = {
            Split.PLATFORM: lambda key: Platform(key).label,
            Split.BUYING: _buying_words,
            Split.STATUS: lambda key: FACTS[Status(key)].label,
            Split.NONE: lambda _: "All campaigns",
            Split.WEEKDAY: lambda _: "All campaigns",
        }
        return words.get(split, str)


def _counted(flags: Bools, of: Ints, size: int) -> Ints:
    """Return how many of each group's rows are set, date by date."""
    found = np.zeros((size, flags.shape[1]), dtype=np.int64)
    order = np.argsort(of, kind="stable")
    order = order[of[order] >= 0]
    if len(order):
        here = of[order]
        begins = np.flatnonzero(np.diff(here, prepend=-1))
        found[here[begins]] = np.add.reduceat(flags[order], begins, axis=0, dtype=np.int64)
    return found


def _buying_words(key: str) -> str:
    platform, _, kind = key.partition(" ")
    return f"{Platform(platform).label} · {kind}"


def _only(found: Sequence[str]) -> str:
    """Return the one value that all have, empty where they differ."""
    return found[0] if len(set(found)) == 1 else ""
