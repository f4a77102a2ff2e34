"""What the numbers mean: result kinds, trailing windows, cost per result, pacing.

Money and results are integers in millionths; a ratio is computed from sums, never from
ratios, and has no value where its denominator is zero or unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lib.domain.records import (
    MICROS,
    SMART_CAMPAIGN,
    YOUTUBE_CAMPAIGN,
    BudgetPeriod,
    DailyResult,
    Platform,
)

SAVES = "saves"
VIEWS = "views"
CLICKS = "clicks"
CONVERSIONS = "conversions"
FOLLOWS = "follows"
SUBSCRIBERS = "subscribers"

_HEADLINE = {
    (SMART_CAMPAIGN, Platform.META): SAVES,
    (YOUTUBE_CAMPAIGN, Platform.GOOGLE): VIEWS,
    (SMART_CAMPAIGN, Platform.SPOTIFY): CLICKS,
}
SECOND_KIND = {SAVES: FOLLOWS, VIEWS: SUBSCRIBERS}
_OWN_TYPE = {
    Platform.META: SMART_CAMPAIGN,
    Platform.GOOGLE: YOUTUBE_CAMPAIGN,
    Platform.SPOTIFY: SMART_CAMPAIGN,
}

# Age in days at which a day's figure counts as final, until it has been measured.
# Saves, follows, conversions and kinds that only an export names are attributed late.
SETTLES_FAST, SETTLES_SLOWLY = 1, 3
SETTLES_IN_A_DAY = frozenset({VIEWS, CLICKS})

MOST_MISSING = 0.05
"""A day on which more of the campaigns than this are missing says too little to be a sum."""


def usual_type(platform: Platform) -> str:
    """Return the campaign type that this desk runs on a platform."""
    return _OWN_TYPE[platform]


def usual_kind(campaign_type: str, platform: Platform) -> str:
    """Return the result that a campaign of this type is bought for.

    Google's own types (Search, Performance Max…) are bought for conversions.
    """
    known = _HEADLINE.get((campaign_type, platform))
    if known:
        return known
    return (
        CONVERSIONS if platform is Platform.GOOGLE else _HEADLINE[(_OWN_TYPE[platform], platform)]
    )


def settle_age(kind: str) -> int:
    """Return the age in days at which a day's results of this kind count as final."""
    return SETTLES_FAST if kind in SETTLES_IN_A_DAY else SETTLES_SLOWLY


@dataclass(frozen=True)
class Window:
    """A run of dates, both ends inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def trailing_window(as_of: date, days: int) -> Window:
    """Return exactly `days` dates that end on the as-of day."""
    return Window(as_of - timedelta(days=days - 1), as_of)


@dataclass(frozen=True)
class Totals:
    """Sums over a range: None where nothing was reported, never a zero in its place."""

    days: int
    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    results_micros: int | None

    @property
    def cost_per_result_micros(self) -> float | None:
        return ratio_micros(self.spend_micros, self.results_micros)


def total(days: Iterable[DailyResult], window: Window, *, kind: str) -> Totals:
    """Return the sums of the reported days inside `window`, results of one kind only."""
    inside = [day for day in days if day.day in window]
    return Totals(
        days=len(inside),
        spend_micros=_sum(day.spend_micros for day in inside),
        impressions=_sum(day.impressions for day in inside),
        clicks=_sum(day.clicks for day in inside),
        results_micros=_sum(day.results.get(kind) for day in inside),
    )


def ratio_micros(spend_micros: int | None, results_micros: int | None) -> float | None:
    """Return spend per result in micros of the currency; None at zero or unknown results."""
    if spend_micros is None or not results_micros:
        return None
    return spend_micros / results_micros * MICROS


def click_through_rate(clicks: int | None, impressions: int | None) -> float | None:
    """Return clicks ÷ impressions, None where there is nothing to divide by."""
    return None if clicks is None or not impressions else clicks / impressions


def cost_per_click_micros(spend_micros: int | None, clicks: int | None) -> float | None:
    """Return spend ÷ clicks in micros of the currency."""
    return None if spend_micros is None or not clicks else spend_micros / clicks


def cost_per_mille_micros(spend_micros: int | None, impressions: int | None) -> float | None:
    """Return 1000 × spend ÷ impressions in micros of the currency."""
    return None if spend_micros is None or not impressions else 1000 * spend_micros / impressions


def headline(named: Mapping[date, str], *, campaign_type: str, platform: Platform) -> str:
    """Return the kind that the exports name most recently, else the table's."""
    if named:
        return named[max(named)]
    return usual_kind(campaign_type, platform)


FAR_OFF = 2
"""In tolerances: pacing beyond them needs attention."""


class PacingWord(StrEnum):
    """Spend against plan, in a word."""

    UNDER = "under"
    ON_TRACK = "on track"
    OVER = "over"


@dataclass(frozen=True)
class Pacing:
    """Spend so far ÷ spend planned by now, and the band in which it counts as on track."""

    ratio: float
    tolerance: float

    @property
    def word(self) -> PacingWord:
        if self.ratio < 1 - self.tolerance:
            return PacingWord.UNDER
        return PacingWord.OVER if self.ratio > 1 + self.tolerance else PacingWord.ON_TRACK

    @property
    def is_far_off(self) -> bool:
        """Whether it lies outside twice the band: worth a person's attention."""
        return abs(self.ratio - 1) > FAR_OFF * self.tolerance


_EARLY, _AT_END, _OPEN_ENDED = 0.25, 0.05, 0.20


def pacing(
    *,
    budget_micros: int | None,
    period: BudgetPeriod | None,
    starts_on: date | None,
    ends_on: date | None,
    as_of: date | None,
    spend_7_micros: int | None,
    days_live_in_7: int,
    spend_so_far_micros: int | None,
    missing_days: int = 0,
) -> Pacing | None:
    """Return how spend goes against the plan, or None where the plan is not known.

    A daily budget is judged over the last 7 complete days that the campaign was live in,
    a total budget over the share of the run that has elapsed on the as-of day. Of that,
    `missing_days` have been reported by nobody: what they spent is not in the sum, so nothing
    is planned for them either.
    """
    if not budget_micros or as_of is None:
        return None
    share = _share_elapsed(starts_on, ends_on, as_of)
    if period is BudgetPeriod.DAILY:
        if spend_7_micros is None or days_live_in_7 < 1:
            return None
        tolerance = _OPEN_ENDED if share is None else _narrowing(share)
        return Pacing(spend_7_micros / (budget_micros * days_live_in_7), tolerance)
    if period is BudgetPeriod.TOTAL and share and spend_so_far_micros is not None:
        assert starts_on is not None  # noqa: S101 - there is a share of the run
        assert ends_on is not None  # noqa: S101
        told = share - missing_days / Window(starts_on, ends_on).days
        if told > 0:
            return Pacing(spend_so_far_micros / (budget_micros * told), _narrowing(share))
    return None


def _narrowing(share: float) -> float:
    return _EARLY - (_EARLY - _AT_END) * share


def _share_elapsed(starts_on: date | None, ends_on: date | None, as_of: date) -> float | None:
    if starts_on is None or ends_on is None or ends_on < starts_on:
        return None
    elapsed = (as_of - starts_on).days + 1
    return min(max(elapsed / Window(starts_on, ends_on).days, 0.0), 1.0)


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
