"""Guardrails: what a person should know before a change. They warn and never block.

Wait out the learning period; one change at a time; do not judge too early; pause what runs on
a broken connection. And what an action does to the money is said before it is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.domain.actions import Action, PauseReason
from lib.domain.board import BoardRow
from lib.domain.learning import Learning
from lib.domain.records import BudgetPeriod, ConnectionState, HistoryEntry, Origin
from lib.domain.status import LIVE, Status
from lib.domain.verdict import Word

ONE_CHANGE_WITHIN = timedelta(days=7)
"""For so long a change has the campaign to itself: a second one hides what the first did."""

BUDGET_CHANGE = "campaign:budget"
_STOPPED = frozenset({Status.PAUSED, Status.SUBSCRIPTION_PAUSED, Status.ARCHIVED})


@dataclass(frozen=True)
class Cautions:
    """What speaks for waiting before an action on one campaign."""

    learning: Learning | None
    recent: HistoryEntry | None
    """The last change, where it was made so lately that it should have the campaign to itself."""
    is_too_early: bool
    """The reason is that it under-performs, and nobody can tell that yet."""

    def __bool__(self) -> bool:
        """Return whether anything speaks for waiting."""
        return bool(self.learning or self.recent or self.is_too_early)


@dataclass(frozen=True)
class SpendADay:
    """What a campaign spends a day, in micros: as measured, or as its budget says."""

    micros: float
    is_measured: bool


@dataclass(frozen=True)
class Affected:
    """The spend a day that an action stops or starts; currencies are never added up."""

    by_currency: dict[str, float]
    unknown: int
    """Campaigns of which nobody can say it."""


def cautions(
    row: BoardRow,
    *,
    recent: HistoryEntry | None,
    reason: PauseReason | None = None,
) -> Cautions:
    """Return what speaks for waiting; `recent` is what `recent_change` found."""
    return Cautions(
        learning=row.learning,
        recent=recent,
        is_too_early=reason is PauseReason.UNDER_PERFORMING and is_too_early_to_judge(row),
    )


def is_too_early_to_judge(row: BoardRow) -> bool:
    """Return whether nobody can tell yet how the campaign performs."""
    return row.learning is not None or row.verdict is None or row.verdict.word is Word.TOO_EARLY


def recent_change(entries: Iterable[HistoryEntry], *, now: datetime) -> HistoryEntry | None:
    """Return the last change among a campaign's entries, None where it is 7 days old or more."""
    made = [one for one in entries if is_change(one) and now - one.at < ONE_CHANGE_WITHIN]
    return max(made, key=lambda one: (one.at, one.id), default=None)


def is_change(entry: HistoryEntry) -> bool:
    """Return whether an entry tells of an adjustment that the figures may show.

    What the platform does by itself is none: a review that passed, Active that is Serving now.
    """
    before, after = entry.from_status, entry.to_status
    if entry.event == BUDGET_CHANGE:
        return True
    if before is None or after is None or before is after:
        return False
    if entry.origin is Origin.PERSON:
        return True
    is_switched = (before in LIVE and after in _STOPPED) or (before in _STOPPED and after in LIVE)
    return entry.origin in (Origin.IMPORT, Origin.BILLING) and is_switched


def suggests_pause(row: BoardRow) -> bool:
    """Return whether the campaign runs on a broken connection: better to pause it."""
    return row.status in LIVE and row.circumstances.connection is ConnectionState.BROKEN


def moves_money(action: Action) -> bool:
    """Return whether an action stops or starts spend."""
    return action in (Action.PAUSE, Action.RESUME)


def spend_a_day(row: BoardRow, action: Action) -> SpendADay | None:
    """Return the spend a day that `action` stops or starts, None where nobody can say.

    A pause stops what was measured over the last 7 days, in full ones where there are any; a
    resume starts what the daily budget says; a total budget names no day's share.
    """
    if not moves_money(action):
        return None
    week, one = row.week, row.campaign
    if action is Action.PAUSE and week is not None and week.days and week.spend_micros is not None:
        full = row.averages[0].spend_micros if row.averages else None
        usual = week.spend_micros / week.days if full is None else full
        return SpendADay(usual, is_measured=True)
    if one.budget_micros is not None and one.budget_period is BudgetPeriod.DAILY:
        return SpendADay(one.budget_micros, is_measured=False)
    return None


def affected(rows: Iterable[BoardRow], action: Action) -> Affected:
    """Return the spend a day of several campaigns, currency by currency."""
    sums: dict[str, float] = {}
    unknown = 0
    for row in rows:
        found = spend_a_day(row, action)
        if found is None:
            unknown += 1
        else:
            currency = row.campaign.currency
            sums[currency] = sums.get(currency, 0) + found.micros
    return Affected(dict(sorted(sums.items())), unknown)
