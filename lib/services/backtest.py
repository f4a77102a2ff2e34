"""The trend's rule over every past day of what the database holds, beside the naive one.

Asked is every date from a campaign's first day on which figures begin to its as-of day now. A
past day is judged by the figures that are known today: what an import restated later counts as
if it had been known at once, so the rule looks a little calmer here than it was.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, Engine, Select, select

from lib.db.engine import reading
from lib.db.tables import artist, campaign, organization
from lib.domain.backtest import Tally, tally
from lib.domain.naive import naive_words
from lib.domain.names import artist_key
from lib.domain.records import Platform
from lib.domain.rights import Rights
from lib.domain.verdict import Bools, judge
from lib.services.billing import ArtistNotFound
from lib.services.lag import settle_ages
from lib.services.scope import of_artists
from lib.services.trend.days import Batch, Loaded, load_batch, load_campaigns

_PORTION = 500  # Campaigns whose dates, coverage and history are read at a time.
_CELLS = 60_000  # Days judged at a time: long runs in small portions, short ones in large.

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Group:
    """The campaigns of one platform and result kind."""

    platform: Platform
    kind: str
    rule: Tally
    naive: Tally


@dataclass(frozen=True)
class Backtest:
    """What both rules said over all past days; dates None where there are no figures."""

    first: date | None
    last: date | None
    groups: tuple[Group, ...]

    @property
    def rule(self) -> Tally:
        return sum((group.rule for group in self.groups), Tally())

    @property
    def naive(self) -> Tally:
        return sum((group.naive for group in self.groups), Tally())


def run(
    engine: Engine,
    *,
    rights: Rights,
    now: datetime,
    artist_id: int | None = None,
    progress: Progress = lambda _share, _words: None,
) -> Backtest:
    """Return the backtest of one artist's campaigns, of all in sight without `artist_id`."""
    found: dict[tuple[Platform, str], list[tuple[Tally, Tally]]] = defaultdict(list)
    firsts, lasts = [], []
    with reading(engine) as db:
        ids = _ids(db, artist_id, rights)
        for done in range(0, len(ids), _PORTION):
            chosen = ids[done : done + _PORTION]
            loaded = load_campaigns(db, chosen, now=now, ages=settle_ages(db))
            for batch in _batches(db, loaded):
                for key, both in _tallies(batch):
                    found[key].append(both)
                firsts += [one.first for one in batch.campaigns]
                lasts += [one.as_of for one in batch.campaigns]
            told = min(done + _PORTION, len(ids))
            progress(told / len(ids), f"{told} of {len(ids)} campaigns")
    groups = [
        Group(*key, *(sum(of_one_rule, Tally()) for of_one_rule in zip(*both, strict=True)))
        for key, both in sorted(found.items())
    ]
    return Backtest(min(firsts, default=None), max(lasts, default=None), tuple(groups))


def artist_named(engine: Engine, name: str, *, rights: Rights) -> int:
    """Return the id of the artist of that name. Raises `ArtistNotFound`."""
    with reading(engine) as db:
        found = db.execute(_seen(rights).where(artist.c.name_key == artist_key(name))).scalar()
    if found is None:
        raise ArtistNotFound(f"There is no artist called “{name}”.")
    return int(found)


def _seen(rights: Rights) -> Select[int]:
    """Return the query for the ids of the artists of the labels in use that may be seen."""
    return (
        select(artist.c.id)
        .join(organization, organization.c.id == artist.c.organization_id)
        .where(organization.c.retired_at.is_(None), of_artists(rights))
    )


def _ids(db: Connection, artist_id: int | None, rights: Rights) -> list[int]:
    query = select(campaign.c.id).where(campaign.c.artist_id.in_(_seen(rights)))
    if artist_id is not None:
        query = query.where(campaign.c.artist_id == artist_id)
    return list(db.execute(query.order_by(campaign.c.id)).scalars())


def _batches(db: Connection, loaded: Iterable[Loaded]) -> Iterator[Batch]:
    """Yield the days of these campaigns from their first figures on, like lengths together."""
    whole = []
    for some in loaded:
        # Behind its end nothing more is judged.
        ended_on = some.ended_on
        one = some.at_its_end(ended_on) if ended_on and ended_on < some.as_of else some
        firsts = [span.starts_on for span in one.spans]
        one.first = min([one.first_row_on or one.as_of, *firsts])
        if one.first <= one.as_of:
            whole.append(one)
    whole.sort(key=lambda one: (one.covered_through - one.first, one.id))
    portion: list[Loaded] = []
    for one in whole:
        width = (one.covered_through - one.first).days + 1
        if portion and (len(portion) + 1) * width > _CELLS:
            yield load_batch(db, portion)
            portion = []
        portion.append(one)
    if portion:
        yield load_batch(db, portion)


def _tallies(batch: Batch) -> Iterator[tuple[tuple[Platform, str], tuple[Tally, Tally]]]:
    verdicts = judge(batch.grid)
    naive, asked = naive_words(verdicts), _asked(batch)
    rows_of: dict[tuple[Platform, str], list[int]] = defaultdict(list)
    for row, one in enumerate(batch.campaigns):
        rows_of[one.platform, one.kind].append(row)
    for key, rows in rows_of.items():
        yield key, (tally(verdicts.word[rows], asked[rows]), tally(naive[rows], asked[rows]))


def _asked(batch: Batch) -> Bools:
    """Return which days are asked: from the start of the run to the as-of day now."""
    columns = np.arange(batch.grid.spend.shape[1])
    last = np.array([(one.as_of - one.first) // timedelta(days=1) for one in batch.campaigns])
    return (columns >= batch.grid.started[:, None]) & (columns <= last[:, None])
