"""The demo label's daily figures: what a campaign truly did, and what each export said of it.

Truth first: spend follows the budget on the days the history says it ran, results follow
spend at a cost with a trend, a weekday and a wobble. Then the exports: figures of recent days
are incomplete, and later exports say more of the same day.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from lib.domain.actions import status_now
from lib.domain.metrics import (
    CONVERSIONS,
    SECOND_KIND,
    SETTLES_IN_A_DAY,
)
from lib.domain.records import MICROS, BudgetPeriod, Platform
from lib.domain.running import StatusChange, Stretch, days, stretches
from lib.domain.status import LIVE, Status
from lib.services.demo_label.fixtures import ConnectionPlan, LabelPlan
from lib.services.demo_label.story import Life

DAYS = 120
# Days before today on which exports were made; each speaks of two weeks already known too.
# The first three come close together, and what they say young the fourth says of old days:
# that is where the lag of the figures can be measured.
_EXPORTED = (88, 82, 75, 45, 21, 7, 2, 0)
_OVERLAP = 14
_MISSED_AFTER = 45
_EXPORT_AT = time(7, 40)

_WEEKDAYS = (0.94, 0.91, 0.94, 0.98, 1.11, 1.15, 0.97)
_SPEND_WOBBLE, _RESULT_WOBBLE, _CARRY = 0.10, 0.22, 0.3
_LEARNING_WOBBLE = 2.2
_TURN_AT, _TURN_WIDTH = 9, 4
_TRENDS = {"flat": 0.0, "improving": -0.36, "declining": 0.36, "rising": 0.2, "falling": -0.2}

# Euros for a thousand impressions; clicks per impression; the second kind per result.
_MILLE = {Platform.META: 6.2, Platform.GOOGLE: 8.5, Platform.SPOTIFY: 12.5}
_CLICK_RATE = {Platform.META: 0.019, Platform.GOOGLE: 0.007, Platform.SPOTIFY: 0.0}
_SECOND_RATE = {Platform.META: 0.12, Platform.GOOGLE: 0.004, Platform.SPOTIFY: 0.0}
_CONVERSIONS_PER_CLICK = 0.05

# What share of a day's results an export tells at the age of 1, 2, 3… days.
_COMPLETE_SLOW = (0.72, 0.88, 0.96, 0.985)
_COMPLETE_FAST = (0.985,)
_CORRECTED_AT, _CORRECTED_SHARE = 4, 0.1

_NO_DECIMALS = frozenset({"JPY"})
# On a day that it ran only in part, a campaign makes up for some of the hours it missed.
_CATCHING_UP = 0.6
_ALWAYS_LISTED = LIVE | {Status.PAUSED, Status.SUBSCRIPTION_PAUSED}

Span = tuple[date, date]


@dataclass(frozen=True)
class Export:
    """An export as somebody made it: the day it was made and the days it speaks for."""

    platform: Platform
    observed_on: date
    at: datetime
    first: date
    last: date


@dataclass(frozen=True)
class Day:
    """What one campaign did on one day, or what an export said that it did."""

    day: date
    spend_micros: int
    impressions: int
    clicks: int
    results: dict[str, int]


def exports_of(link: ConnectionPlan, *, now: datetime) -> list[Export]:
    """Return the exports that were made of a connection, oldest first."""
    zone = ZoneInfo(link.zone)
    today = now.astimezone(zone).date()
    ages = [age for age in _EXPORTED if age > link.last_import] + [link.last_import]
    found: list[Export] = []
    for age in ages:
        observed_on = today - timedelta(days=age)
        first = today - timedelta(days=DAYS)
        if found and found[-1].observed_on == today - timedelta(days=_MISSED_AFTER) and link.missed:
            first = found[-1].observed_on + timedelta(days=link.missed)
        elif found:
            first = found[-1].observed_on - timedelta(days=_OVERLAP)
        made = datetime.combine(observed_on, _EXPORT_AT, zone).astimezone(UTC)
        at = min(made, now - timedelta(minutes=2)).replace(microsecond=0)
        last = observed_on - timedelta(days=1)
        found.append(Export(link.platform, observed_on, at, first, last))
    return found


def true_days(life: Life, *, label: LabelPlan, seed: str, now: datetime) -> list[Day]:
    """Return what the campaign did on each day that it ran, complete and final."""
    share = _running_share(life, now=now)
    if not share:
        return []
    dice = Random(seed)  # noqa: S311 - invented figures, not secrets
    wobble, last = _Wobble(dice), max(share)
    return [_day(life, label, day, part, last, wobble) for day, part in sorted(share.items())]


def said_of(day: Day, *, observed_on: date, headline: str, seed: str) -> Day:
    """Return what an export made on `observed_on` says of the day."""
    age = (observed_on - day.day).days
    results = {kind: _known(kind, count, age) for kind, count in day.results.items()}
    spend = day.spend_micros
    if age < _CORRECTED_AT and Random(f"{seed} {day.day}").random() < _CORRECTED_SHARE:  # noqa: S311
        spend = _rounded(spend * 1.03, MICROS if spend % MICROS == 0 else 10_000)
    clicks = results[headline] if headline == "clicks" else day.clicks
    return Day(day.day, spend, day.impressions, clicks, results)


def span_of(life: Life, export: Export, *, has_days: bool, now: datetime) -> Span | None:
    """Return the days of the campaign's run that an export speaks for, None where for none.

    An export lists a campaign that delivered within it, or that may deliver now.
    """
    campaign = life.campaign
    if campaign.starts_on is None or not life.went_live:
        return None
    if not has_days and status_now(campaign, now=now) not in _ALWAYS_LISTED:
        return None
    first = max(export.first, campaign.starts_on)
    last = min(export.last, campaign.ends_on or export.last)
    return (first, last) if first <= last else None


class _Wobble:
    """Day-to-day noise that remembers a little of the day before."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self._last = 0.0

    def spend(self) -> float:
        return math.exp(self.dice.gauss(0, _SPEND_WOBBLE))

    def results(self, *, is_learning: bool) -> float:
        fresh = math.sqrt(1 - _CARRY**2) * self.dice.gauss(0, 1)
        self._last = _CARRY * self._last + fresh
        return math.exp(_RESULT_WOBBLE * (_LEARNING_WOBBLE if is_learning else 1) * self._last)

    def count(self, mean: float) -> int:
        """Return a Poisson count around `mean`."""
        if mean > 30:
            return max(0, round(self.dice.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), self.dice.random(), 0
        while product > limit:
            product *= self.dice.random()
            count += 1
        return count


def _running_share(life: Life, *, now: datetime) -> dict[date, float]:
    """Return the share of each day that the campaign was live, for days on which it was at all."""
    campaign = life.campaign
    zone = campaign.tzinfo
    yesterday = campaign.today(now) - timedelta(days=1)
    last = min(yesterday, campaign.ends_on or yesterday)
    first = campaign.today(now) - timedelta(days=DAYS)
    share: dict[date, float] = {}
    for stretch in _live_stretches(life, until=now):
        start, end = stretch.since.astimezone(zone), (stretch.until or now).astimezone(zone)
        for day in days(max(start.date(), first), min(end.date(), last)):
            midnight = datetime.combine(day, time(), zone)
            seconds = (
                min(end, midnight + timedelta(days=1)) - max(start, midnight)
            ).total_seconds()
            if seconds > 0:
                share[day] = min(1.0, share.get(day, 0.0) + seconds / 86400)
    return share


def _live_stretches(life: Life, *, until: datetime) -> Iterator[Stretch]:
    changes: Sequence[StatusChange] = life.changes
    if life.plan.spends_after_stop:  # Nobody switched it off on the platform.
        changes = changes[:-1]
    for stretch in stretches(changes):
        if stretch.status in LIVE and stretch.since < until:
            yield stretch


def _day(life: Life, label: LabelPlan, day: date, share: float, last: date, wobble: _Wobble) -> Day:
    campaign, plan = life.campaign, life.plan
    rate = label.currencies[campaign.currency]
    weekday = _WEEKDAYS[day.weekday()]
    unit = MICROS if campaign.currency in _NO_DECIMALS else 10_000
    planned = _planned_a_day(life) * plan.pace * _turned(plan.spend, last - day)
    spend = _rounded(planned * share**_CATCHING_UP * weekday * wobble.spend(), unit)
    impressions = wobble.count(spend / MICROS / (_MILLE[plan.platform] * rate) * 1000)
    results = 0
    is_learning = campaign.starts_on is not None and (day - campaign.starts_on).days < 7
    quality = wobble.results(is_learning=is_learning)
    if plan.cost and not plan.no_results:
        cost = plan.cost * _turned(plan.trend, last - day)
        results = wobble.count(spend / MICROS / cost * quality)
    clicks = _clicks(life, impressions, results, wobble)
    return Day(day, spend, impressions, clicks, _kinds(life, results, clicks, wobble))


def _planned_a_day(life: Life) -> float:
    campaign = life.campaign
    micros = life.plan.planned.micros
    if life.plan.planned.period is BudgetPeriod.DAILY:
        return micros
    if campaign.starts_on is None or campaign.ends_on is None:
        return micros / 30
    return micros / ((campaign.ends_on - campaign.starts_on).days + 1)


def _turned(trend: str, ago: timedelta) -> float:
    """Return how far a trend has turned a figure: most of it within the last two weeks."""
    return math.exp(_TRENDS[trend] * math.tanh((_TURN_AT - ago.days) / _TURN_WIDTH))


def _clicks(life: Life, impressions: int, results: int, wobble: _Wobble) -> int:
    platform = life.plan.platform
    if platform is Platform.SPOTIFY:
        return results
    clicks = wobble.count(impressions * _CLICK_RATE[platform])
    return max(clicks, round(results * 1.4)) if platform is Platform.META else clicks


def _kinds(life: Life, results: int, clicks: int, wobble: _Wobble) -> dict[str, int]:
    headline = life.campaign.headline_kind
    kinds = {headline: results}
    if second := SECOND_KIND.get(headline):
        kinds[second] = wobble.count(results * _SECOND_RATE[life.plan.platform])
    if CONVERSIONS in life.plan.kinds:
        kinds[CONVERSIONS] = wobble.count(clicks * _CONVERSIONS_PER_CLICK)
    return kinds


def _known(kind: str, count: int, age: int) -> int:
    complete = _COMPLETE_FAST if kind in SETTLES_IN_A_DAY else _COMPLETE_SLOW
    share = complete[age - 1] if age <= len(complete) else 1.0
    return round(count * share)


def _rounded(amount: float, unit: int) -> int:
    return round(amount / unit) * unit
