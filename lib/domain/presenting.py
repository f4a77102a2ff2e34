"""Computes how it goes for one artist, over a period, from the artist's campaigns and their days.

Results of different kinds and amounts of different currencies are never added. A missing day is
a gap, and a day before its figures are final is not shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from lib.domain.actions import Action
from lib.domain.lessons import Lesson, Part, learned
from lib.domain.metrics import SECOND_KIND, Window, settle_age, trailing_window
from lib.domain.presentation import (
    Bought,
    CampaignTold,
    Coming,
    ComingKind,
    DayState,
    DayTold,
    KindTold,
    Period,
    Planned,
    Point,
    Presentation,
    Running,
)
from lib.domain.status import Group
from lib.domain.trend import Sums, Verdict

SOON = timedelta(days=28)
"""How far ahead the end of a running campaign is told as something that comes."""
_ON_HOLD = frozenset({Group.PAUSED, Group.NEEDS_ATTENTION})

_LACKING = frozenset({DayState.PART, DayState.MISSING})

# A campaign's days within a window: those it ran or reported; None where figures are missing.
_Days = Mapping[date, DayTold | None]


def present(
    artist: str,
    campaigns: Sequence[CampaignTold],
    planned: Iterable[Planned],
    *,
    period: Period,
    shares_cost: bool,
    now: datetime,
) -> Presentation:
    """Return how it goes for `artist` over `period`, as it stands at `now`.

    `campaigns` are all of the artist's and nobody else's.
    """
    kinds: list[KindTold] = []
    lessons: list[Lesson] = []
    order = _order(campaigns)
    for kind in order:
        members = [one for one in campaigns if one.kind == kind]
        window = _window(kind, members, period, now=now)
        days = [_days(one, window) for one in members] if window else []
        if window is None or not any(days):
            continue
        parts = [_part(one, told) for one, told in zip(members, days, strict=True)]
        found = _kind(kind, members, days, window)
        if found.results_micros is None and not any(one.is_live for one in members):
            continue  # It is over, and what it brought is not known.
        is_bought = shares_cost and found.results_micros is not None
        kinds.append(replace(found, bought=_bought(parts)) if is_bought else found)
        lessons += learned(kind, parts, found.whole_days, window=window, shares_cost=shares_cost)
    return Presentation(
        artist=artist,
        period=period,
        shares_cost=shares_cost,
        kinds=tuple(kinds),
        running=_running(campaigns, order, shares_cost=shares_cost, now=now),
        on_hold=sum(one.row.group in _ON_HOLD for one in campaigns),
        coming=_coming(campaigns, planned, now=now),
        lessons=tuple(lessons),
        told_at=now,
    )


def _order(campaigns: Sequence[CampaignTold]) -> list[str]:
    """Return the result kinds: the one that most campaigns run for comes first."""
    live = [one.kind for one in campaigns if one.is_live]
    return sorted({one.kind for one in campaigns}, key=lambda one: (-live.count(one), one))


def _window(
    kind: str, members: Sequence[CampaignTold], period: Period, *, now: datetime
) -> Window | None:
    """Return the dates that are shown of a kind; None where nothing began by then."""
    firsts = [one.marks.started_on for one in members if one.marks]
    through = _as_of(kind, members, now=now)
    if not firsts or min(firsts) > through:
        return None
    return trailing_window(through, period.days) if period.days else Window(min(firsts), through)


def _as_of(kind: str, members: Sequence[CampaignTold], *, now: datetime) -> date:
    """Return the last day that is final for every campaign of the kind that runs.

    A campaign whose figures have stopped coming does not hold the others back. Where none
    runs, time goes on all the same: last month's figures are not those of the last days.
    """
    live = [one.row for one in members if one.is_live]
    fresh = [row.as_of for row in live if row.as_of and not row.is_stale]
    if fresh:
        return min(fresh)
    last = [row.as_of for row in live if row.as_of]
    if last:
        return max(last)
    return min(
        one.row.campaign.today(now)
        - timedelta(days=one.row.trend.settle_age if one.row.trend else settle_age(kind))
        for one in members
    )


def _days(one: CampaignTold, window: Window) -> _Days:
    """Return the days of the window that a campaign ran or reported; None for a missing one."""
    return dict(_each_day(one, window)) if one.marks else {}


def _each_day(one: CampaignTold, window: Window) -> Iterator[tuple[date, DayTold | None]]:
    marks, as_of = one.marks, one.row.as_of
    if marks is None:
        return
    idle = DayTold(0, {one.kind: 0})
    for at in range(window.days):
        day = window.first + timedelta(days=at)
        column = (day - marks.first).days
        is_settled = as_of is not None and day <= as_of
        if is_settled and day in one.days:
            yield day, one.days[day]
        elif 0 <= column < len(marks.is_running) and marks.is_running[column]:
            # A covered day without a row was idle: it brought nothing, and that is known.
            yield day, idle if is_settled and marks.is_covered[column] else None


def _part(one: CampaignTold, days: _Days) -> Part:
    """Return what a campaign added to its kind: on days that say what their spend brought."""
    told = [day for day in days.values() if day is not None and one.kind in day.results]
    return Part(
        one.title,
        one.row.campaign.currency,
        sum(day.spend_micros or 0 for day in told),
        sum(day.results[one.kind] for day in told),
    )


def _kind(
    kind: str, members: Sequence[CampaignTold], days: Sequence[_Days], window: Window
) -> KindTold:
    dates = (window.first + timedelta(days=at) for at in range(window.days))
    points = tuple(_point(kind, day, [told[day] for told in days if day in told]) for day in dates)
    known = [one.results_micros for one in points if one.results_micros is not None]
    # Nothing is not known to be nothing where most days do not tell.
    lacking = sum(one.state in _LACKING for one in points)
    is_known = any(known) or (bool(known) and 2 * lacking <= len(points))
    second = SECOND_KIND.get(kind)
    seconds = [
        one.results[second]
        for told in days
        for one in told.values()
        if second is not None and one is not None and second in one.results
    ]
    return KindTold(
        kind=kind,
        platforms=tuple(
            sorted(
                {one.row.campaign.platform for one, told in zip(members, days, strict=True) if told}
            )
        ),
        window=window,
        results_micros=sum(known) if is_known else None,
        second_kind=second if seconds else None,
        second_micros=sum(seconds) if seconds else None,
        points=points,
        bought=(),
    )


def _point(kind: str, day: date, told: Sequence[DayTold | None]) -> Point:
    if not told:
        return Point(day, None, DayState.IDLE)
    known = [one.results[kind] for one in told if one is not None and kind in one.results]
    if not known:
        return Point(day, None, DayState.MISSING)
    return Point(day, sum(known), DayState.WHOLE if len(known) == len(told) else DayState.PART)


def _bought(parts: Iterable[Part]) -> tuple[Bought, ...]:
    sums: dict[str, tuple[int, int]] = {}
    for one in parts:
        spend, results = sums.get(one.currency, (0, 0))
        sums[one.currency] = spend + one.spend_micros, results + one.results_micros
    return tuple(Bought(currency, *both) for currency, both in sorted(sums.items()) if any(both))


def _running(
    campaigns: Sequence[CampaignTold], order: Sequence[str], *, shares_cost: bool, now: datetime
) -> tuple[Running, ...]:
    """Return what runs, the campaigns that brought most in the last 7 days of each kind first."""
    found = [one for one in campaigns if one.is_live and not _starts_later(one, now=now)]
    found.sort(
        key=lambda one: (
            order.index(one.kind),
            -_week_of(one),
            one.title,
            one.row.campaign.id,
        )
    )
    return tuple(_run(one, shares_cost=shares_cost) for one in found)


def _week_of(one: CampaignTold) -> int:
    return (one.row.week.results_micros or 0) if one.row.week else 0


def _run(one: CampaignTold, *, shares_cost: bool) -> Running:
    row, verdict = one.row, one.row.verdict
    shown = verdict if verdict is None or shares_cost else without_cost(verdict)
    # The date belongs to the reason for which the cost cannot be judged yet.
    is_of_this = verdict is None or shown is None or verdict.why is shown.why
    return Running(
        title=one.title,
        platform=row.campaign.platform,
        kind=one.kind,
        currency=row.campaign.currency,
        since=row.campaign.starts_on or (row.trend.started_on if row.trend else None),
        until=row.campaign.ends_on,
        learning_day=row.learning.day if row.learning else None,
        verdict=shown,
        judged=shown.cost if shown else None,
        readable_on=row.readable_on if is_of_this else None,
    )


def without_cost(verdict: Verdict) -> Verdict:
    """Return the verdict with results a day in the place of cost, and no amount in it."""

    def free(sums: Sums) -> Sums:
        return replace(sums, spend_micros=0)

    return replace(
        verdict,
        cost=verdict.results,
        last=None,
        spend_word=None,
        spend_change=None,
        current=free(verdict.current),
        baseline=free(verdict.baseline),
        week=free(verdict.week),
        month=free(verdict.month),
    )


def _starts_later(one: CampaignTold, *, now: datetime) -> bool:
    starts_on = one.row.campaign.starts_on
    return starts_on is not None and starts_on > one.row.campaign.today(now)


def _coming(
    campaigns: Sequence[CampaignTold], planned: Iterable[Planned], *, now: datetime
) -> tuple[Coming, ...]:
    found = [coming for one in campaigns for coming in _of_campaign(one, now=now)]
    by_id = {one.row.campaign.id: one for one in campaigns}
    for plan in planned:
        one = by_id[plan.campaign_id]
        what = ComingKind.PAUSES if plan.action is Action.PAUSE else ComingKind.RESUMES
        found.append(
            Coming(
                what,
                one.title,
                one.row.campaign.platform,
                one.kind,
                plan.at.astimezone(plan.zone).date(),
                at=plan.at,
                zone=plan.zone,
            )
        )
    # What has no date yet comes last.
    return tuple(sorted(found, key=lambda one: (one.on or date.max, one.what, one.title)))


def _of_campaign(one: CampaignTold, *, now: datetime) -> Iterable[Coming]:
    row = one.row
    starts_on, ends_on, today = (
        row.campaign.starts_on,
        row.campaign.ends_on,
        row.campaign.today(now),
    )
    platform = row.campaign.platform
    if row.group is Group.IN_SETUP or (one.is_live and _starts_later(one, now=now)):
        later = starts_on if starts_on and starts_on >= today else None
        yield Coming(ComingKind.STARTS, one.title, platform, one.kind, later, until=ends_on)
    elif one.is_live and ends_on is not None and today <= ends_on <= today + SOON:
        yield Coming(ComingKind.ENDS, one.title, platform, one.kind, ends_on)
