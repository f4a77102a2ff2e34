"""The rule that the desk does not use: 7-day average against 28-day average, 10 % apart.

Kept to be shown beside the honest one. The 7 days lie inside the 28, chance is not asked, and
every weekday, pause and change counts.
"""

import numpy as np

from lib.domain.verdict import DECLINING, IMPROVING, MONTH, STEADY, TOO_EARLY, Codes, Verdicts

LEAST_DIFFERENCE = 0.10


def naive_words(found: Verdicts) -> Codes:
    """Return what the naive rule says of the cost per result; codes as in `verdict.WORDS`.

    From the same days as the honest rule's averages. It has nothing to say before the 28th
    date of the run and where one of the windows has no results or no spend.
    """
    has_figures = (found.week.spend > 0) & (found.week.results > 0)
    is_old = found.age >= MONTH - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        week = found.week.spend / found.week.results
        month = found.month.spend / found.month.results
        ratio = np.where(has_figures & is_old, week / month, np.nan)
    word = np.select(
        [ratio < 1 - LEAST_DIFFERENCE, ratio > 1 + LEAST_DIFFERENCE, np.isfinite(ratio)],
        [IMPROVING, DECLINING, STEADY],
        TOO_EARLY,
    )
    return np.asarray(word, dtype=np.int8)
