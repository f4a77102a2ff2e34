"""An invented label of any size: who runs which campaigns, and what every day brought.

Everything is drawn from seeded streams, so one size is the same label every time; its days
end at a day that is given. A campaign has a row for every day of the window: zeros before its
start and after its end, as exports that list paused campaigns have them.
"""

from dataclasses import dataclass

import numpy as np

from lib.domain.metrics import CONVERSIONS, SAVES, VIEWS, usual_kind
from lib.domain.records import SMART_CAMPAIGN, YOUTUBE_CAMPAIGN, Platform
from lib.domain.status import LIVE, Status

SEED = 20
SMALL_BOARD, LARGE_BOARD = 20, 300
_ROOM_FOR_LARGE = 1_000
_OUTAGE, _YOUNG = 0.01, 0.2
_FAILING_EVERY, _FAILING_FIRST = 16, 3
RAMP_DAYS = 6

Ints = np.ndarray
STATUSES = list(Status)
_SHARES = {
    Status.ACTIVE: 0.24,
    Status.SERVING: 0.09,
    Status.PAUSED: 0.10,
    Status.ENDED: 0.29,
    Status.ARCHIVED: 0.13,
    Status.ISSUE: 0.02,
    Status.DEPLOYING: 0.03,
    Status.UNDER_REVIEW: 0.04,
    Status.CONTENT_VALIDATION: 0.03,
    Status.AWAITING_SMARTLINK: 0.03,
    Status.SUBSCRIPTION_PAUSED: 0.0,  # Follows from the artist's billing.
}
IN_SETUP = frozenset(
    {
        Status.AWAITING_SMARTLINK,
        Status.CONTENT_VALIDATION,
        Status.DEPLOYING,
        Status.UNDER_REVIEW,
    }
)
_STOPPED = frozenset({Status.PAUSED, Status.SUBSCRIPTION_PAUSED, Status.ISSUE})

# Platform and type with their share, Monday to Sunday, and the price of a thousand impressions.
_META_WEEK = (0.90, 0.92, 0.96, 1.02, 1.14, 1.12, 0.94)
_GOOGLE_WEEK = (0.96, 0.96, 0.97, 0.99, 1.03, 1.08, 1.01)
_SPOTIFY_WEEK = (0.97, 0.98, 1.01, 1.05, 1.13, 0.96, 0.90)
KINDS_OF_CAMPAIGN = (
    (Platform.META, SMART_CAMPAIGN, 0.50, _META_WEEK, 6.5),
    (Platform.META, "Sales", 0.08, _META_WEEK, 8.0),
    (Platform.GOOGLE, YOUTUBE_CAMPAIGN, 0.22, _GOOGLE_WEEK, 4.2),
    (Platform.GOOGLE, "Search", 0.06, _GOOGLE_WEEK, 11.0),
    (Platform.SPOTIFY, SMART_CAMPAIGN, 0.14, _SPOTIFY_WEEK, 14.0),
)
# Clicks per impression and results per click; a view is no click, it counts per impression.
_PER_CLICK = {SAVES: 0.30, VIEWS: 8.0, CONVERSIONS: 0.06}


@dataclass(frozen=True)
class Size:
    """How large a label is."""

    name: str
    artists: int
    campaigns: int
    days: int


SIZES = {
    size.name: size
    for size in (
        Size("S", 5, 60, 90),
        Size("M", 200, 2_000, 365),
        Size("L", 2_000, 20_000, 400),
    )
}


@dataclass(frozen=True)
class Plan:
    """What the campaigns are, one value each; days count from the first day of the window."""

    size: Size
    artist: Ints
    """Position of the artist, from 0."""
    kind: Ints
    """Position in `KINDS_OF_CAMPAIGN`."""
    status: Ints
    """Position in `STATUSES`."""
    budget: np.ndarray
    """A day, in currency units."""
    start: Ints
    """The first day; beyond the window for what never ran."""
    stop: Ints
    """The first day that no longer ran; beyond the window for what runs on."""
    draw: np.ndarray
    """Six numbers from 0 to 1 for everything else."""


@dataclass(frozen=True)
class Figures:
    """The days of some campaigns: one row each, one column a day."""

    spend_micros: Ints
    impressions: Ints
    clicks: Ints
    results: Ints
    second: Ints
    has_run: np.ndarray


def is_failing(artist: int) -> bool:
    """Return whether an artist's billing fails."""
    return artist % _FAILING_EVERY == _FAILING_FIRST


def plan(size: Size) -> Plan:
    """Return the campaigns of the label, artist by artist."""
    rng = np.random.default_rng([SEED, size.campaigns])
    artist = np.repeat(np.arange(size.artists), _campaigns_per_artist(size, rng))
    count = size.campaigns
    kind = rng.choice(
        len(KINDS_OF_CAMPAIGN), count, p=[share for _, _, share, _, _ in KINDS_OF_CAMPAIGN]
    )
    status = rng.choice(len(STATUSES), count, p=[_SHARES[one] for one in STATUSES])
    is_unpaid = np.array([is_failing(one) for one in artist.tolist()])
    is_stopped_by_billing = is_unpaid & _is(status, LIVE) & (rng.random(count) < 0.8)
    status[is_stopped_by_billing] = STATUSES.index(Status.SUBSCRIPTION_PAUSED)
    start, stop = _lives(status, size.days, rng)
    return Plan(
        size=size,
        artist=artist,
        kind=kind,
        status=status,
        budget=np.clip(np.round(rng.lognormal(3.1, 0.7, count)), 5, 400),
        start=start,
        stop=stop,
        draw=rng.random((count, 6)),
    )


def _campaigns_per_artist(size: Size, rng: np.random.Generator) -> Ints:
    """Return how many campaigns each artist has: one has 20, one 300 where there is room."""
    fixed = [SMALL_BOARD, LARGE_BOARD] if size.campaigns > _ROOM_FOR_LARGE else [SMALL_BOARD]
    others = size.artists - len(fixed)
    least = 2
    rest = size.campaigns - sum(fixed) - least * others
    weight = rng.pareto(2.5, others) + 0.2
    return np.concatenate([fixed, least + rng.multinomial(rest, weight / weight.sum())])


def _is(status: Ints, among: frozenset[Status]) -> np.ndarray:
    return np.isin(status, [STATUSES.index(one) for one in among])


def _lives(status: Ints, days: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the first day of each campaign and the first one after its end."""
    count, never = len(status), days + 1
    is_young = rng.random(count) < _YOUNG
    age = np.where(is_young, rng.integers(1, 21, count), rng.integers(21, days, count))
    start, stop = days - age, np.full(count, never)
    ran = np.maximum(7, rng.lognormal(3.7, 0.6, count).astype(int))
    for among, last in (
        (_STOPPED, days - rng.integers(1, 30, count)),
        (frozenset({Status.ENDED, Status.ARCHIVED}), rng.integers(days // 6, days - 2, count)),
    ):
        chosen = _is(status, among)
        stop = np.where(chosen, last, stop)
        start = np.where(chosen, np.maximum(last - ran, 0), start)
    return np.where(_is(status, IN_SETUP), never, start), stop


def figures(of: Plan, first: int, last: int, *, weekday: int) -> Figures:
    """Return the days of campaigns `first` to `last` (exclusive); day 0 is a `weekday`."""
    rng = np.random.default_rng([SEED, of.size.campaigns, first])
    part = slice(first, last)
    shape = (last - first, of.size.days)
    day = np.arange(of.size.days)[None, :]
    age = day - of.start[part, None]
    has_run = (age >= 0) & (day < of.stop[part, None])
    weeks = np.array([week for _, _, _, week, _ in KINDS_OF_CAMPAIGN])
    wave = weeks[:, (day[0] + weekday) % 7][of.kind[part]]
    drift = np.exp(rng.normal(0, 0.002, (shape[0], 1)) * np.clip(age, 0, 200))
    spend = of.budget[part, None] * 0.96 * wave * np.clip((age + 1) / RAMP_DAYS, 0, 1)
    spend *= rng.lognormal(0, 0.15, shape) * has_run * (rng.random(shape) >= _OUTAGE)
    cents = np.round(spend * 100).astype(np.int64)
    price = np.array([price for *_, price in KINDS_OF_CAMPAIGN])[of.kind[part], None]
    impressions = _noisy(rng, cents * 10 / price, spread=25)
    clicks = np.minimum(_noisy(rng, impressions * 0.012 / drift, spread=12), impressions)
    per_click = np.array([_PER_CLICK.get(kind_of(number), 0.8) for number in of.kind[part]])
    results = _noisy(rng, clicks * per_click[:, None], spread=8)
    return Figures(cents * 10_000, impressions, clicks, results, results // 9, has_run)


def kind_of(number: int) -> str:
    """Return the result that campaigns of this kind are bought for."""
    platform, campaign_type, *_ = KINDS_OF_CAMPAIGN[number]
    return usual_kind(campaign_type, platform)


def _noisy(rng: np.random.Generator, mean: np.ndarray, *, spread: float) -> Ints:
    """Return counts around `mean` that scatter more than chance alone would have them."""
    return np.asarray(rng.poisson(mean * rng.gamma(spread, 1 / spread, mean.shape)))
