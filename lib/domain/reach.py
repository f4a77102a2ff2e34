"""How far the exports of an ad account reach, and who is in them no more.

Exports leave out what did not run. So a live campaign far behind most others of its account has
ended there, or stands still, whatever status was last reported; nobody waits for its figures. An
account that was not exported lately says nothing of the sort, nor does one campaign exported alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from lib.domain.records import Platform

Account = tuple[int, Platform | str]
"""An artist's id and the platform."""

UNHEARD_AFTER = timedelta(days=7)


def reach(live: Iterable[tuple[Account, date, int]]) -> dict[Account, date]:
    """Return the last day that at least half of the live campaigns of each account have reached.

    `live` says how many of an account's live campaigns have figures through which day.
    """
    through: dict[Account, Counter[date]] = {}
    for account, day, campaigns in live:
        through.setdefault(account, Counter())[day] += campaigns
    return {account: _half(days) for account, days in through.items()}


def _half(days: Mapping[date, int]) -> date:
    reached, all_of_them = 0, sum(days.values())
    for day in sorted(days, reverse=True):
        reached += days[day]
        if 2 * reached >= all_of_them:
            return day
    raise ValueError("An account without campaigns reaches nothing.")


def is_unheard(covered_through: date, *, of_account: date) -> bool:
    """Return whether a live campaign is in the exports of its account no more.

    `of_account` is how far they `reach`.
    """
    return covered_through < of_account - UNHEARD_AFTER
