"""The honest trend a second time: one campaign, one day, one window, date by date.

Written from the text of the rule and not from the code of the domain, with which it shares
nothing: no array over several days, no record, no constant. It is slow and plain on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Life:
    """A campaign as the rule's text speaks of it; spend and results whole, None unknown."""

    zone: tzinfo
    starts_on: date | None
    ends_on: date | None
    created_at: datetime | None
    movements: Sequence[tuple[datetime, bool]]
    """When it began or ceased to be live; nothing is known before the first."""
    adjusted_at: Sequence[datetime]
    spans: Sequence[tuple[date, date]]
    rows: dict[date, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Read:
    """What the rule says: word, reason, change and noise; None where there is no figure."""

    word: str
    why: str | None
    y: float | None
    m: float | None


class Rule:
    """One campaign's days looked at once, so that several as-of days can be asked for."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.first = min([first for first, _ in life.spans])
        self.last = max([last for _, last in life.spans])
        self.moved_on = [at.astimezone(life.zone).date() for at, _ in life.movements]
        self.changed_on = {at.astimezone(life.zone).date() for at in life.adjusted_at}
        self.start = self._start()
        self.eligible = self._eligible()

    def _is_live_at_midnight(self, day: date) -> bool:
        live = True
        for on, (_, is_live) in zip(self.moved_on, self.life.movements, strict=True):
            if on < day:
                live = is_live
        return live

    def _switches(self, day: date) -> list[bool]:
        """Return what the day's movements led to, those that changed nothing left out."""
        live, found = self._is_live_at_midnight(day), []
        for on, (_, is_live) in zip(self.moved_on, self.life.movements, strict=True):
            if on == day and is_live != live:
                live = is_live
                found.append(is_live)
        return found

    def _ran_in_part(self, day: date) -> bool:
        if True in self._switches(day):
            return True
        is_first_word = bool(self.moved_on) and day == self.moved_on[0]
        if is_first_word and not self.life.movements[0][1]:
            return False  # It was made in a status that does not run.
        return self._is_live_at_midnight(day)

    def _start(self) -> date | None:
        day = self.life.starts_on or self.first
        latest = max([self.last, *self.moved_on])
        while day <= latest:
            if self._ran_in_part(day):
                return day
            day += A_DAY
        return None

    def _is_covered(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.life.spans)

    def _eligible(self) -> dict[date, tuple[float, float]]:
        """Return spend and results of the days that were reported and ran whole."""
        found: dict[date, tuple[float, float]] = {}
        if self.start is None:
            return found
        made_on = self.life.created_at and self.life.created_at.astimezone(self.life.zone).date()
        day = max(self.start, self.first)
        while day <= self.last:
            spend, results = self.life.rows.get(day, (0, 0))
            is_whole = (
                self._is_live_at_midnight(day)
                and day not in self.moved_on_a_switch
                and (self.life.ends_on is None or day <= self.life.ends_on)
                and not (day == self.start and made_on == day)
            )
            if self._is_covered(day) and is_whole and spend is not None and results is not None:
                found[day] = (spend / 1_000_000, results / 1_000_000)
            day += A_DAY
        return found

    @property
    def moved_on_a_switch(self) -> set[date]:
        return {day for day in set(self.moved_on) if self._switches(day)}

    def _baseline(self, a: date) -> tuple[date, date, bool] | None:
        """Return the first and last date of B, and whether it is free of learning days."""
        assert self.start is not None
        last = a - 7 * A_DAY
        for weeks in (3, 2, 1):
            first = last - (7 * weeks - 1) * A_DAY
            if (first - self.start).days >= 7:
                return first, last, True
        for weeks in (3, 2, 1):
            first = last - (7 * weeks - 1) * A_DAY
            if first >= self.start:
                return first, last, False
        return None

    def _days(self, first: date, last: date) -> list[date]:
        dates = [first + number * A_DAY for number in range((last - first).days + 1)]
        return [day for day in dates if day in self.eligible]

    def on_one_day(self, a: date, exposure: str) -> Read:
        """Return what the as-of day says by itself, before it is confirmed."""
        baseline = None if self.start is None else self._baseline(a)
        c_days = b_days = []
        if baseline is not None:
            c_days, b_days = self._days(a - 6 * A_DAY, a), self._days(baseline[0], baseline[1])
            both = {day.weekday() for day in c_days} & {day.weekday() for day in b_days}
            c_days = [day for day in c_days if day.weekday() in both]
            b_days = [day for day in b_days if day.weekday() in both]
        s_c, x_c, d_c = self._sums(c_days)
        s_b, x_b, d_b = self._sums(b_days)
        e_c, e_b = (s_c, s_b) if exposure == "spend" else (d_c, d_b)
        y = m = None
        if e_c > 0 and e_b > 0:
            y = float(np.log((x_c + 0.5) / e_c) - np.log((x_b + 0.5) / e_b))
            m = float(2 * np.sqrt(1 / (x_c + 0.5) + 1 / (x_b + 0.5)))
        if len([day for day in self.eligible if day <= a]) < 14:
            return Read("too early", "young", y, m)
        if d_c < 5 or d_b < 7:
            return Read("too early", "gap", y, m)
        if any(a - 6 * A_DAY <= day <= a for day in self.changed_on):
            return Read("too early", "changed", y, m)
        if y is None or m is None:
            return Read("too early", "nothing_spent", y, m)
        if max(x_c, x_b * e_c / e_b) < 10 - 1e-9:
            return Read("too early", "few", y, m)
        threshold = max(np.log(1.25), m)
        if y > threshold:
            if baseline is None or not baseline[2]:
                return Read("too early", "learning_week", y, m)
            return Read("improving", None, y, m)
        if y < -threshold:
            return Read("declining", None, y, m)
        return Read("steady", None, y, m) if m <= np.log(1.5) else Read("too early", "few", y, m)

    def _sums(self, days: Sequence[date]) -> tuple[float, float, int]:
        spend, results = 0.0, 0.0
        for day in days:
            spend += self.eligible[day][0]
            results += self.eligible[day][1]
        return spend, results, len(days)

    def shown(self, a: date, exposure: str = "spend") -> Read:
        """Return what is shown on the as-of day: a direction only on its second day."""
        found = self.on_one_day(a, exposure)
        if found.word in ("improving", "declining"):
            before = self.on_one_day(a - A_DAY, exposure)
            if before.word != found.word:
                return Read("too early", "unconfirmed", found.y, found.m)
        return found

    def now(self, today: date, *, settles: int, is_learning: bool) -> Read | None:
        """Return what a person reads on a day, the gates of the clock in their places."""
        a = min(self.last, today - settles * A_DAY)
        if a < self.first:
            return None
        # What stood at the end of a run stays, like what stood before figures went stale.
        ends_on = self.life.ends_on or date.max
        is_final = self.first <= ends_on < a
        found = self.shown(ends_on if is_final else a)
        if is_learning:
            return Read("too early", "learning", found.y, found.m)
        is_stale = a < today - (settles + 2) * A_DAY
        if found.why not in ("young", "gap") and (is_final or is_stale):
            return Read("too early", "stale", found.y, found.m)
        return found
