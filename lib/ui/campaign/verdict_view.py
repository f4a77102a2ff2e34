"""How one campaign does, as drawn: the verdict, both windows, pacing, the numbers behind it."""

from collections.abc import Iterator
from dataclasses import replace

import streamlit as st

from lib.domain.lag import ends_higher
from lib.domain.metrics import SECOND_KIND, Window, total, trailing_window
from lib.domain.records import BudgetPeriod
from lib.domain.run_days import missing_between
from lib.domain.trend import Sums, Verdict, averages
from lib.domain.verdict import Why, Word
from lib.services.queries import CampaignPage
from lib.ui import badges, reads, verdict_words
from lib.ui.escape import esc
from lib.ui.explain import NO_FIGURES
from lib.ui.format import (
    MISSING,
    a_day,
    count,
    day,
    day_before,
    money,
    one_of,
    percent,
    results,
    small,
    span,
    unit_cost,
)

_WINDOWS = (7, 28)
_FULL_BAR, _CELLS = 1.5, 15  # A pacing bar is full at 150 % of plan: a cell is a tenth.


def verdict(page: CampaignPage) -> None:
    """Draw the verdict: its badge, the sentence with its numbers, results and spend beside it."""
    row = page.row
    found, badge = row.verdict, verdict_words.badge(row)
    words = badges.in_markdown(*badge) if badge else ""
    change = verdict_words.change_words(found) if found else ""
    if found and change and found.word is not Word.TOO_EARLY:
        words += f" **{esc(change)}** cost per {esc(one_of(row.campaign.headline_kind))}"
    lines = (verdict_words.headline(row, changed_by=_changed_by(page)), verdict_words.sentence(row))
    beside = (
        _drivers_sentence(page),
        verdict_words.results_sentence(row),
        verdict_words.spend_sentence(row),
    )
    told = [line for line in (words, *map(esc, lines)) if line]
    if any(beside):
        told.append("  \n".join(small(esc(line)) for line in beside if line))
    st.markdown("\n\n".join(told))


def _drivers_sentence(page: CampaignPage) -> str:
    """Return what a named change of the cost comes from, where impressions tell it."""
    one = page.row.campaign
    if page.drivers is None:
        return ""
    kind, currency = one.headline_kind, one.currency
    return verdict_words.drivers_sentence(page.drivers, kind=kind, currency=currency)


def _changed_by(page: CampaignPage) -> str:
    """Return who made the change that the verdict waits for."""
    found = page.row.verdict
    if found is None or found.why is not Why.CHANGED:
        return ""
    on = found.changed_on
    at = [moment for moment in page.run.adjusted_at if page.row.campaign.today(moment) == on]
    return next((entry.actor for entry in page.history if entry.at in at), "")


def windows(page: CampaignPage) -> None:
    """Draw both trailing windows side by side, a day each, over the same eligible days."""
    row = page.row
    if row.as_of is None or row.week is None or row.month is None or row.verdict is None:
        st.info(NO_FIGURES)
        return
    with st.container(key="figures"):
        st.markdown(f"{_figures_table(page)}\n\n{small(_through(page))}")


def _figures_table(page: CampaignPage) -> str:
    """Return both windows as a table in Markdown, one column each.

    Not as `st.metric`: the library that it loads keeps the figures back while the browser is
    busy with the chart's.
    """
    row, one = page.row, page.row.campaign
    assert row.as_of is not None  # noqa: S101 - the caller asked
    lines = [_window_figures(page, trailing_window(row.as_of, length)) for length in _WINDOWS]
    names = list(dict.fromkeys(name for line in lines for name in line))
    table = [
        [f"Last {length} days · {span(trailing_window(row.as_of, length))}" for length in _WINDOWS],
        *([line.get(name, MISSING) for line in lines] for name in names),
    ]
    heads = ["", *names]
    cost = f"Cost per {esc(one_of(one.headline_kind))}"
    shown = [
        f"| {head} | "
        + " | ".join(f"**{cell}**" if head == cost else cell for cell in cells)
        + " |"
        for head, cells in zip(heads, table, strict=True)
    ]
    return "\n".join([shown[0], "| :--- | ---: | ---: |", *shown[1:]])


def _window_figures(page: CampaignPage, window: Window) -> dict[str, str]:
    """Return what a window brought: a day each over eligible days, then what was reported."""
    row, one = page.row, page.row.campaign
    assert row.verdict is not None  # noqa: S101 - the caller asked
    assert row.week is not None  # noqa: S101
    assert row.month is not None  # noqa: S101
    is_week = window.days == _WINDOWS[0]
    totals = row.week if is_week else row.month
    if row.verdict.is_final:
        # The kept sums go on behind the end of the run.
        missing = missing_between(window.first, window.last, page.coverage)
        totals = replace(
            total(page.days, window, kind=one.headline_kind), days=window.days - missing
        )
    sums: Sums = row.verdict.week if is_week else row.verdict.month
    of = averages(sums, totals)
    over = "days in full and settled" if of.days == sums.days else "reported days"
    kind = esc(one.headline_kind)
    named = kind[:1].upper() + kind[1:]
    found = {
        f"Cost per {esc(one_of(one.headline_kind))}": esc(unit_cost(of.cost_micros, one.currency)),
        "Spend a day": esc(money(of.spend_micros, one.currency)),
        f"{named} a day": a_day(of.results_micros),
        f"– over {over}": count(of.days),
        "Spend in total": esc(money(totals.spend_micros, one.currency)),
        **_blank_spend(page, window),
        f"{named} in total": results(totals.results_micros),
    }
    for other, micros in _other_kinds(page, window).items():
        found[esc(other[:1].upper() + other[1:])] = results(micros)
    found["Impressions"] = count(totals.impressions)
    found["Clicks"] = count(totals.clicks)
    if totals.impressions and totals.clicks is not None:
        found["CTR"] = f"{totals.clicks / totals.impressions:.2%}"
    found["– over all days reported"] = count(totals.days)
    return found


def _blank_spend(page: CampaignPage, window: Window) -> dict[str, str]:
    """Return what was spent on days whose results are blank, where there are such days.

    A blank is no zero, so the cost per result cannot take such a day in: it says what it leaves
    out.
    """
    one = page.row.campaign
    month = trailing_window(window.last, _WINDOWS[-1])
    blank = {
        day.day: day.spend_micros
        for day in page.days
        if day.day in month and day.spend_micros and one.headline_kind not in day.results
    }
    if not blank:
        return {}
    left_out = sum(spent for on, spent in blank.items() if on in window)
    return {
        f"Spend on days with {esc(one.headline_kind)} blank": esc(money(left_out, one.currency))
    }


def _other_kinds(page: CampaignPage, window: Window) -> dict[str, int]:
    """Return the results of every other kind in the window, the second figure first."""
    headline = page.row.campaign.headline_kind
    found: dict[str, int] = {}
    for one in page.days:
        if one.day in window:
            for kind, micros in one.results.items():
                found[kind] = found.get(kind, 0) + micros
    found.pop(headline, None)
    second = SECOND_KIND.get(headline)
    return dict(sorted(found.items(), key=lambda item: (item[0] != second, item[0])))


def _through(page: CampaignPage) -> str:
    """Return up to which day there are figures, and up to which they count."""
    row = page.row
    if row.verdict is not None and row.verdict.is_final:
        return f"Figures through {day_before(row.as_of, row.now)}, the last day of its run."
    words = f"Figures through {day_before(row.covered_through, row.now)}."
    if row.covered_through != row.as_of:
        words += f" Days after {day(row.as_of)} may still change and are not counted."
        words += _usually_ends(page)
    return words


def _usually_ends(page: CampaignPage) -> str:
    """Return by how much the newest day usually grows, as measured; never scaled up."""
    one = page.row.campaign
    curve = reads.completeness().get((one.platform, one.headline_kind))
    if curve is None or page.newest_seen_on is None:
        return ""
    # How old the day was when its figures were given out, which is what completeness counts.
    age = (page.newest_seen_on - page.days[-1].day).days
    higher = ends_higher(curve, age)
    if higher is None:
        return ""
    return (
        f" {esc(one.headline_kind[:1].upper() + one.headline_kind[1:])} that are reported "
        f"{count(age)} day{'' if age == 1 else 's'} after usually end {percent(higher)} higher."
    )


def pacing(page: CampaignPage) -> None:
    """Draw spend against plan, and where the run's spend will end if it goes on so."""
    row = page.row
    if row.pacing is None or row.as_of is None:
        return
    found = row.pacing
    filled = min(round(found.ratio * _CELLS / _FULL_BAR), _CELLS)
    words = (
        f"**Pacing** {'▰' * filled}{'▱' * (_CELLS - filled)} {percent(found.ratio)} of plan · "
        f"{badges.PACING_SIGNS[found.word]} **{found.word.value}** "
        + small(f"(on track within ± {percent(found.tolerance)})")
    )
    st.markdown("  \n".join((words, *_ahead(page))))


def _ahead(page: CampaignPage) -> Iterator[str]:
    """Yield where the run's spend will end if it goes on so, where that can be said."""
    one, ahead = page.row.campaign, page.forecast
    if ahead is None:
        return
    planned = "."
    if one.budget_period is BudgetPeriod.TOTAL:
        planned = f", of {esc(money(one.budget_micros, one.currency))} planned."
    reckoned = ""
    if ahead.missing_days == 1:
        reckoned = " The day that nobody reported is reckoned the same."
    elif ahead.missing_days:
        reckoned = (
            f" The {count(ahead.missing_days)} days that nobody reported are reckoned the same."
        )
    yield small(
        f"If it goes on as in its last {ahead.days} full days, it will have spent "
        f"{esc(money(ahead.low_micros, one.currency))} to "
        f"{esc(money(ahead.high_micros, one.currency))} when it ends on {day(ahead.ends_on)}"
        f"{planned}{reckoned}"
    )


def numbers(page: CampaignPage) -> None:
    """Draw the exact numbers behind the verdict, and the rule in a marketer's words."""
    found = page.row.verdict
    if found is None:
        return
    folded = st.expander(
        "The numbers behind it", key="numbers", icon=":material/table:", on_change="rerun"
    )
    if folded.open:
        with folded:
            _numbers_table(page, found)
    rule = st.expander("How this is judged", key="rule", icon=":material/help:", on_change="rerun")
    if rule.open:
        with rule:
            st.markdown(verdict_words.RULE)


def _numbers_table(page: CampaignPage, found: Verdict) -> None:
    one = page.row.campaign
    now, before = found.windows
    shown = (found.current, found.baseline)
    st.table(
        {
            "": [
                "Dates",
                "Days compared",
                "Spend",
                one.headline_kind,
                "Cost per result",
                "Spend a day",
                "Results a day",
            ],
            "Last 7 days": _column(now, shown[0], one.currency),
            "Weeks before": _column(before, shown[1], one.currency),
        },
        border="horizontal",
        hide_index=True,
        alt="Numbers behind the verdict",
    )
    st.caption(verdict_words.noise_words(found, kind=esc(one.headline_kind)))


def _column(window: Window, sums: Sums, currency: str) -> list[str]:
    return [
        span(window),
        str(sums.days),
        esc(money(sums.spend_micros, currency)),
        results(sums.results_micros),
        esc(unit_cost(sums.cost_micros, currency)),
        esc(money(sums.spend_a_day_micros, currency)),
        a_day(sums.results_a_day_micros),
    ]
