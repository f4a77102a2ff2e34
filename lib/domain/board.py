"""What the board shows of a campaign, and how rows fall into groups: pure assembly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.domain.actions import Action, Circumstances, Decision, judge_action, status_now
from lib.domain.learning import Learning, early_learning
from lib.domain.metrics import Pacing, Totals, settle_age
from lib.domain.records import Campaign, HistoryEntry
from lib.domain.status import LIVE, Group, Status, group_of

STALE_AFTER_DAYS = 2  # Beyond the settle age: a live campaign's figures should be there by then.

# Statuses in which money must not go out; spend reported for a later day is an alarm.
_MUST_NOT_SPEND = frozenset({Status.PAUSED, Status.SUBSCRIPTION_PAUSED, Status.ARCHIVED})


@dataclass(frozen=True)
class BoardRow:
    """One campaign on the board: facts, figures over both windows, and what may be done."""

    campaign: Campaign
    status: Status
    """The effective status; everything shown, filtered and guarded uses this one."""
    learning: Learning | None
    covered_through: date | None
    as_of: date | None
    week: Totals | None
    month: Totals | None
    spend_by_day: tuple[float | None, ...]
    """28 values ending on the as-of day in currency units; None where the day is missing."""
    pacing: Pacing | None
    last_change: HistoryEntry | None
    decisions: Mapping[Action, Decision]
    spent_after_stop_on: date | None
    """The last day with spend after money should have stopped, None where all is well."""
    is_stale: bool

    @property
    def group(self) -> Group:
        return group_of(self.status)


@dataclass(frozen=True)
class Figures:
    """What the database summed up for a campaign."""

    covered_through: date | None = None
    as_of: date | None = None
    week: Totals | None = None
    month: Totals | None = None
    spend_by_day: tuple[float | None, ...] = ()
    pacing: Pacing | None = None
    last_spend_on: date | None = None


def board_row(
    campaign: Campaign,
    *,
    figures: Figures,
    last_change: HistoryEntry | None,
    circumstances: Circumstances,
    now: datetime,
) -> BoardRow:
    """Return the campaign's row as it stands at `now`."""
    status = status_now(campaign, now=now)
    return BoardRow(
        campaign=campaign,
        status=status,
        learning=early_learning(campaign, now=now),
        covered_through=figures.covered_through,
        as_of=figures.as_of,
        week=figures.week,
        month=figures.month,
        spend_by_day=figures.spend_by_day,
        pacing=figures.pacing if status in LIVE else None,
        last_change=last_change,
        decisions={
            action: judge_action(campaign, action, circumstances=circumstances, now=now)
            for action in Action
        },
        spent_after_stop_on=_spent_after_stop(campaign, figures.last_spend_on),
        is_stale=status in LIVE and is_stale(campaign, figures.covered_through, now=now),
    )


def is_stale(campaign: Campaign, covered_through: date | None, *, now: datetime) -> bool:
    """Return whether the newest figures are older than the settle age and two days."""
    oldest = settle_age(campaign.headline_kind) + STALE_AFTER_DAYS
    limit = campaign.today(now) - timedelta(days=oldest)
    return covered_through is None or covered_through < limit


def _spent_after_stop(campaign: Campaign, last_spend_on: date | None) -> date | None:
    if campaign.status not in _MUST_NOT_SPEND or last_spend_on is None:
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
