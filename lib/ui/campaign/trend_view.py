"""The chart of one campaign as drawn: its days, the windows that decide, what happened."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import streamlit as st

from lib.charts.campaign import Deciding, Marker, campaign_figure
from lib.charts.trend import chart_window, trend_frame
from lib.domain.learning import LEARNING_PERIOD
from lib.domain.metrics import Window
from lib.domain.run_days import DayKind, kinds_of_days, mark
from lib.domain.trend import Verdict
from lib.services.queries import CampaignPage
from lib.services.recording import DESCRIBED
from lib.ui import pictures, reads, second_go
from lib.ui.fields import OneOf, day, day_field, is_on, segments, toggle
from lib.ui.format import day as day_words
from lib.ui.format import money, span
from lib.ui.words import entry_words, reason_words

_FIELDS_HEIGHT = 32  # pixels
LATER, SINCE = "later", "Since"
# The usual one is long enough for both windows of a verdict, and short enough to draw at once.
USUAL = "56 days"
RANGES = {
    "7 days": 7,
    "28 days": 28,
    USUAL: 56,
    "90 days": 90,
    "Whole run": None,
    SINCE: None,
}


def chart(page: CampaignPage, *, now: datetime) -> None:
    """Draw the trend of spend and results, 56 days first and the whole run on demand."""
    mine = reads.rights()

    @st.fragment
    def alone() -> None:
        # What a person chooses here draws the chart alone, as long as their rights stay.
        if reads.rights() != mine:
            st.rerun()
        _draw(page, now)

    alone()


def _draw(page: CampaignPage, now: datetime) -> None:
    one = page.row.campaign
    if not page.days:
        st.caption("There is nothing to draw yet: no day of this campaign has been reported.")
        return
    window = _range(page, last=one.today(now))
    frame = trend_frame(
        page.days, page.coverage, window, kind=one.headline_kind, as_of=page.row.as_of
    )
    marks = mark(page.run, page.coverage, window.first, window.days)
    kinds = zip(frame.index, kinds_of_days(marks, as_of=page.row.as_of), strict=True)
    figure = campaign_figure(
        frame,
        currency=one.currency,
        kind=one.headline_kind,
        learning=_learning_days(page),
        stopped=_stretches(on for on, kind in kinds if kind is DayKind.NOT_RUNNING),
        markers=[*_markers(page), *_odd_markers(page)],
        deciding=_deciding(page.row.verdict),
        settled_through=page.row.as_of,
    )
    st.plotly_chart(
        figure,
        key=f"trend-{one.id}",
        config=pictures.config(f"{one.name} {window.last.isoformat()}"),
        alt=f"Spend and {one.headline_kind} a day, {span(window)}, with 7- and 28-day means",
    )
    st.caption(
        "Bars: the day; hatched ones may still change. Solid: 7-day mean. Dotted: 28-day mean. "
        "Violet: the two windows that decide. Blue: learning. Grey: not running. Triangles: "
        "changes. Diamonds: odd spend. Days that nobody reported are left empty."
    )


def _range(page: CampaignPage, *, last: date) -> Window:
    """Draw the choice of the dates that are drawn, and return them."""
    choice = OneOf("range", "Range", list(RANGES), first=USUAL)
    as_of = page.row.as_of
    is_since = choice.chosen == SINCE
    # A range that was asked for ends where the figures are settled; the usual one shows more.
    is_usual = choice.chosen == USUAL
    window = chart_window(
        page.days,
        as_of=as_of,
        last=last,
        length=RANGES[choice.chosen],
        since=day("since") if is_since else None,
        with_later=is_on(LATER, usually=is_usual),
    )
    assert window is not None  # noqa: S101 - there are days
    if not second_go.has_come("range"):
        st.space(_FIELDS_HEIGHT)
    else:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            segments(choice)
            if is_since:
                day_field("First day", "since", width=160)
            if max(one.day for one in page.days) > (as_of or date.max):
                toggle("Unsettled days too", LATER, usually=is_usual)
    st.caption(f"**{span(window)}** · {_ends(window, as_of)}")
    return window


def _ends(window: Window, as_of: date | None) -> str:
    """Return in words up to where the dates that are drawn are settled."""
    if as_of is None:
        return "no day counts as complete yet"
    if window.last > as_of:
        return f"settled to {day_words(as_of)}, the as-of day; hatched days may still change"
    return f"to the as-of day, {day_words(as_of)}"


def _deciding(found: Verdict | None) -> Deciding | None:
    if found is None or not found.weeks:
        return None
    now, before = found.windows
    weeks = "week before" if found.weeks == 1 else f"{found.weeks} weeks before"
    return Deciding((now.first, now.last), (before.first, before.last), ("last 7 days", weeks))


def _learning_days(page: CampaignPage) -> tuple[date, date] | None:
    one = page.row.campaign
    if one.created_at is None:
        return None
    ends_at = one.created_at + LEARNING_PERIOD
    return one.today(one.created_at), one.today(ends_at - timedelta(microseconds=1))


def _markers(page: CampaignPage) -> list[Marker]:
    """Return the changes of each day together, since a day has one marker.

    What somebody says that it promotes moves no figure, so it has none.
    """
    by_day: dict[date, list[str]] = {}
    for entry in reversed(page.history):
        if entry.event.startswith("campaign:") and entry.event != DESCRIBED:
            words = f"{entry_words(entry)} by {entry.actor}"
            words += f": {reason_words(entry.reason)}" if entry.reason else ""
            by_day.setdefault(page.row.campaign.today(entry.at), []).append(words)
    return [Marker(on, "; ".join(words)) for on, words in by_day.items()]


def _odd_markers(page: CampaignPage) -> list[Marker]:
    currency = page.row.campaign.currency
    return [
        Marker(
            odd.day,
            f"Spent {money(odd.spend_micros, currency)}, usually "
            f"{money(odd.usual_micros, currency)} on this weekday",
            is_odd=True,
        )
        for odd in page.odd_days
    ]


def _stretches(found: Iterable[date]) -> list[tuple[date, date]]:
    """Return a set of days as stretches of days without a gap."""
    stretches: list[tuple[date, date]] = []
    for one in sorted(found):
        if stretches and stretches[-1][1] + timedelta(days=1) == one:
            stretches[-1] = (stretches[-1][0], one)
        else:
            stretches.append((one, one))
    return stretches
