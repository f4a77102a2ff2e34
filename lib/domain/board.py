"""What the board shows of a campaign, and how rows fall into groups: pure assembly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.domain.actions import Action, Circumstances, Decision, judge_action, status_now
from lib.domain.anomalies import OddDay
from lib.domain.learning import Learning, early_learning
from lib.domain.metrics import Pacing, Totals, settle_age
from lib.domain.records import Campaign, HistoryEntry
from lib.domain.status import LIVE, Group, Status, group_of
from lib.domain.trend import (
    STALE_AFTER_DAYS,
    Averages,
    Trend,
    Verdict,
    averages,
    first_readable_on,
    verdict_now,
)
from lib.domain.verdict import Why

# Days to come count in these; of what is stopped no date can be promised.
RUNS_ON = LIVE | {Status.DEPLOYING, Status.UNDER_REVIEW}
# Statuses in which money must not go out; spend reported for a later day is an alarm.
MUST_NOT_SPEND = frozenset({Status.PAUSED, Status.SUBSCRIPTION_PAUSED, Status.ARCHIVED})


@dataclass(frozen=True)
class BoardRow:
    """One campaign on the board: facts, figures over both windows, and what may be done."""

    campaign: Campaign
    status: Status
    """The effective status; everything shown, filtered and guarded uses this one."""
    learning: Learning | None
    trend: Trend | None
    """What its days add up to, None where no figures have come in."""
    verdict: Verdict | None
    """The verdict as it stands now, with the gates that the clock decides."""
    readable_on: date | None
    """When the verdict can be read at the earliest, where it is too early."""
    pacing: Pacing | None
    last_change: HistoryEntry | None
    circumstances: Circumstances
    now: datetime
    spent_after_stop_on: date | None
    """The last day with spend after money should have stopped, None where all is well."""
    is_stale: bool
    silent_on: date | None
    """The full reported day on which a live campaign spent nothing."""
    odd_day: OddDay | None
    """The newest day of odd spend among the last 7, of a live campaign."""

    @property
    def decisions(self) -> Mapping[Action, Decision]:
        """What a person may do: judged when it is asked for, since most rows are never drawn."""
        return {
            action: judge_action(
                self.campaign, action, circumstances=self.circumstances, now=self.now
            )
            for action in Action
        }

    @property
    def group(self) -> Group:
        return group_of(self.status)

    @property
    def brings_nothing(self) -> bool:
        """Whether 28 days of spend brought a live campaign no result, where days would suffice."""
        verdict, month = self.verdict, self.month
        if self.status not in LIVE or verdict is None or month is None:
            return False
        return verdict.why is Why.FEW and month.results_micros == 0 and bool(month.spend_micros)

    @property
    def covered_through(self) -> date | None:
        return self.trend.covered_through if self.trend else None

    @property
    def as_of(self) -> date | None:
        """The as-of day of the figures that are shown: of a run that is over, its last day."""
        return self.verdict.as_of if self.verdict else None

    @property
    def week(self) -> Totals | None:
        """What the 7 days up to the as-of day brought now, whether the run is over or not."""
        return self.trend.week if self.trend else None

    @property
    def month(self) -> Totals | None:
        return self.trend.month if self.trend else None

    @property
    def averages(self) -> tuple[Averages, Averages] | None:
        """What the last 7 and the last 28 days come to a day."""
        verdict = self.verdict
        if verdict is None:
            return None
        # What is kept of the windows goes on behind the end of a run.
        totals = (None, None) if verdict.is_final else (self.week, self.month)
        return averages(verdict.week, totals[0]), averages(verdict.month, totals[1])

    @property
    def spend_by_day(self) -> tuple[float | None, ...]:
        """28 values up to the as-of day now, in currency units; None where the day is missing."""
        return self.trend.spend_by_day if self.trend else ()


def board_row(
    campaign: Campaign,
    *,
    trend: Trend | None,
    last_change: HistoryEntry | None,
    circumstances: Circumstances,
    now: datetime,
) -> BoardRow:
    """Return the campaign's row as it stands at `now`."""
    status = status_now(campaign, now=now)
    learning = early_learning(campaign, now=now)
    verdict = None
    if trend is not None:
        verdict = verdict_now(
            trend.verdict,
            learning=learning,
            today=campaign.today(now),
            settle_age=trend.settle_age,
            started_on=trend.started_on,
            ends_on=campaign.ends_on,
        )
    is_live = status in LIVE
    return BoardRow(
        campaign=campaign,
        status=status,
        learning=learning,
        trend=trend,
        verdict=verdict,
        readable_on=_readable_on(campaign, verdict, now=now) if status in RUNS_ON else None,
        pacing=trend.pacing if trend and is_live else None,
        last_change=last_change,
        circumstances=circumstances,
        now=now,
        spent_after_stop_on=_spent_after_stop(campaign, trend.last_spend_on if trend else None),
        is_stale=is_live and is_stale(campaign, trend, now=now),
        silent_on=trend.as_of if trend and is_live and trend.is_silent else None,
        odd_day=trend.odd_day if trend and is_live else None,
    )


def _readable_on(campaign: Campaign, verdict: Verdict | None, *, now: datetime) -> date | None:
    if verdict is not None:
        return verdict.readable_on
    started_on = campaign.starts_on or (campaign.created_at and campaign.today(campaign.created_at))
    if started_on is None:
        return None
    age = settle_age(campaign.headline_kind)
    first = first_readable_on(started_on, settle_age=age, ends_on=campaign.ends_on)
    # Where figures lag behind, a date that has passed is not promised.
    return first if first is not None and first > campaign.today(now) else None


def is_stale(campaign: Campaign, trend: Trend | None, *, now: datetime) -> bool:
    """Return whether the newest figures are older than the settle age and two days."""
    if trend is None:
        return True
    limit = campaign.today(now) - timedelta(days=trend.settle_age + STALE_AFTER_DAYS)
    return trend.covered_through < limit


def _spent_after_stop(campaign: Campaign, last_spend_on: date | None) -> date | None:
    if campaign.status not in MUST_NOT_SPEND or last_spend_on is None:
        return None
    stopped_on = campaign.today(campaign.stopped_at or campaign.status_since)
    return last_spend_on if last_spend_on > stopped_on else None


def by_group(rows: Iterable[BoardRow]) -> dict[Group, list[BoardRow]]:
    """Return the rows in the groups and the order of the board; empty groups are left out."""
    order = list(Status)
    groups: dict[Group, list[BoardRow]] = {group: [] for group in Group}
    for row in rows:
        groups[row.group].append(row)
    return {
        group: sorted(members, key=lambda row: (order.index(row.status), _name_key(row)))
        for group, members in groups.items()
        if members
    }


def counts(rows: Sequence[BoardRow]) -> dict[Status, int]:
    """Return how many campaigns stand in each status, in the order of the board."""
    found = {status: sum(row.status is status for row in rows) for status in Status}
    return {status: number for status, number in found.items() if number}


def _name_key(row: BoardRow) -> tuple[str, int]:
    return row.campaign.name.casefold(), row.campaign.id
