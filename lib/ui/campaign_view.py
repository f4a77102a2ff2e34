"""The page of one campaign as drawn: header, facts, figures, chart, actions, history."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import streamlit as st

from lib.charts.campaign import Marker, campaign_figure
from lib.charts.trend import chart_window, trend_frame
from lib.domain.actions import Action
from lib.domain.learning import LEARNING_PERIOD
from lib.domain.metrics import SECOND_KIND, Totals, Window, trailing_window
from lib.domain.records import HistoryEntry
from lib.domain.running import StatusChange, stopped_days
from lib.services.queries import CampaignPage
from lib.ui import actions, clock
from lib.ui.escape import esc
from lib.ui.format import (
    MISSING,
    budget,
    count,
    day,
    instant,
    listed,
    money,
    one_of,
    percent,
    results,
    span,
    unit_cost,
    zone_name,
)
from lib.ui.words import event_words, history_columns, history_frame, reason_words

RANGES = {"Last 56 days": 56, "Whole run": None}
_WINDOWS = (7, 28)


def facts(page: CampaignPage) -> None:
    """Draw what the campaign is: budget, dates, locations, content, link, id."""
    one = page.row.campaign
    run = f"{day(one.starts_on, with_year=True)} – "
    run += day(one.ends_on, with_year=True) if one.ends_on else "open end"
    left, right = st.columns(2, gap="large")
    left.table(
        {
            "Budget": esc(budget(one)),
            "Run": esc(run),
            "Created": esc(instant(one.created_at, clock.zone())),
            "Locations": esc(listed(one.locations)),
        },
        border="horizontal",
        alt="Budget, dates and locations",
    )
    right.table(
        {
            "Promotes": esc(one.promotes or MISSING),
            "Link": _link(one.link),
            "Platform": esc(f"{one.platform.label} · {one.campaign_type}"),
            "Ad account": esc(f"{zone_name(one.tzinfo)}, {one.currency}"),
        },
        border="horizontal",
        alt="Promoted content, link and platform",
    )


def ids(page: CampaignPage) -> None:
    """Draw the campaign's ids, ready to be copied."""
    one = page.row.campaign
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Campaign id", width="content")
        st.code(str(one.id), language=None, width="content")
        if one.external_id:
            st.caption("Id on the platform", width="content")
            st.code(one.external_id, language=None, width="content")


def windows(page: CampaignPage) -> None:
    """Draw both trailing windows side by side: spend, results, cost per result."""
    row, one = page.row, page.row.campaign
    if row.as_of is None or row.week is None or row.month is None:
        st.info("No figures have come in yet. Import an export of this campaign.")
        return
    for column, length, totals in zip(st.columns(2), _WINDOWS, (row.week, row.month), strict=True):
        window = trailing_window(row.as_of, length)
        with column.container(border=True, height="stretch"):
            st.markdown(f"**Last {length} days** · {span(window)}")
            with st.container(horizontal=True, gap="medium"):
                st.metric("Spend", esc(money(totals.spend_micros, one.currency)))
                st.metric(
                    esc(one.headline_kind[:1].upper() + one.headline_kind[1:]),
                    results(totals.results_micros),
                )
                st.metric(
                    f"Cost per {esc(one_of(one.headline_kind))}",
                    esc(unit_cost(totals.cost_per_result_micros, one.currency)),
                )
            st.caption(_small_print(page, window, totals))
    _through(page)


def _small_print(page: CampaignPage, window: Window, totals: Totals) -> str:
    """Return what else is known of a window: missing days, other kinds, impressions, clicks."""
    parts = [f"{totals.days} of {window.days} days reported"]
    parts += [
        f"{results(micros)} {esc(kind)}" for kind, micros in _other_kinds(page, window).items()
    ]
    parts.append(f"{count(totals.impressions)} impressions")
    parts.append(f"{count(totals.clicks)} clicks")
    if totals.impressions and totals.clicks is not None:
        parts.append(f"CTR {totals.clicks / totals.impressions:.2%}")
    return " · ".join(parts)


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


def _through(page: CampaignPage) -> None:
    row = page.row
    words = f"Figures through {day(row.covered_through)}."
    if row.covered_through != row.as_of:
        words += f" Days after {day(row.as_of)} may still change and are not counted."
    if row.pacing:
        words += f" Pacing: {percent(row.pacing.ratio)} of plan, {row.pacing.word.value}."
    st.caption(words)


def chart(page: CampaignPage, *, now: datetime) -> None:
    """Draw the trend of spend and results, 56 days first and the whole run on demand."""
    one = page.row.campaign
    chosen = st.segmented_control(
        "Range",
        list(RANGES),
        default="Last 56 days",
        required=True,
        key="range",
        bind="query-params",
        label_visibility="collapsed",
    )
    window = chart_window(
        page.days,
        as_of=page.row.as_of,
        last=one.today(now),
        length=RANGES[chosen or "Last 56 days"],
    )
    if window is None:
        st.caption("There is nothing to draw yet: no day of this campaign has been reported.")
        return
    frame = trend_frame(
        page.days, page.coverage, window, kind=one.headline_kind, as_of=page.row.as_of
    )
    figure = campaign_figure(
        frame,
        currency=one.currency,
        kind=one.headline_kind,
        learning=_learning_days(page),
        stopped=_stretches(stopped_days(_changes(page.history), window, zone=one.tzinfo)),
        markers=_markers(page),
    )
    st.plotly_chart(
        figure,
        key=f"trend-{one.id}",
        config={"displayModeBar": False},
        alt=f"Spend and {one.headline_kind} a day, {span(window)}, with 7- and 28-day means",
    )
    st.caption(
        "Bars: the day. Solid: 7-day mean. Dotted: 28-day mean. Blue: learning. Grey: not "
        "running. Triangles: changes. Days that nobody reported are left empty."
    )


def _learning_days(page: CampaignPage) -> tuple[date, date] | None:
    one = page.row.campaign
    if one.created_at is None:
        return None
    ends_at = one.created_at + LEARNING_PERIOD
    return one.today(one.created_at), one.today(ends_at - timedelta(microseconds=1))


def _changes(history: Iterable[HistoryEntry]) -> list[StatusChange]:
    return [StatusChange(entry.at, entry.to_status) for entry in history if entry.to_status]


def _markers(page: CampaignPage) -> list[Marker]:
    """Return the changes of each day together, since a day has one marker."""
    by_day: dict[date, list[str]] = {}
    for entry in reversed(page.history):
        if entry.event.startswith("campaign:"):
            words = f"{event_words(entry.event)} by {entry.actor}"
            words += f": {reason_words(entry.reason)}" if entry.reason else ""
            by_day.setdefault(page.row.campaign.today(entry.at), []).append(words)
    return [Marker(on, "; ".join(words)) for on, words in by_day.items()]


def _stretches(found: set[date]) -> list[tuple[date, date]]:
    """Return a set of days as stretches of days without a gap."""
    stretches: list[tuple[date, date]] = []
    for one in sorted(found):
        if stretches and stretches[-1][1] + timedelta(days=1) == one:
            stretches[-1] = (stretches[-1][0], one)
        else:
            stretches.append((one, one))
    return stretches


def action_buttons(page: CampaignPage) -> None:
    """Draw the actions: the legal ones to press, the others with their reason in plain view."""
    row, one = page.row, page.row.campaign
    with st.container(horizontal=True, gap="small"):
        if one.pending_action:
            st.button(
                "Mark as carried out",
                key=f"carried-out-{one.id}",
                type="primary",
                icon=":material/task_alt:",
                on_click=actions.ask,
                args=(actions.CONFIRM, one.id, one.version),
            )
        for action, decision in row.decisions.items():
            st.button(
                action.label,
                key=f"{action}-{one.id}",
                icon=actions.ICONS[action],
                disabled=not decision.is_allowed,
                help=esc(decision.why_not) if not decision.is_allowed else None,
                on_click=actions.ask,
                args=(action.value, one.id, one.version),
            )
    why_not = [
        f"**{decision.action.label}:** {esc(decision.why_not)}"
        for decision in row.decisions.values()
        if not decision.is_allowed and _is_telling(decision.action, row.decisions)
    ]
    if why_not:
        st.caption("  \n".join(why_not))


def _is_telling(action: Action, decisions: object) -> bool:
    """Return whether the reason against an action is worth a line of its own."""
    del decisions
    return action is not Action.UNARCHIVE


def history_table(page: CampaignPage) -> None:
    """Draw everything that happened to the campaign, newest first."""
    frame = history_frame(page.history, clock.zone())
    st.dataframe(
        frame,
        hide_index=True,
        key=f"history-{page.row.campaign.id}",
        alt="History of the campaign",
        placeholder=MISSING,
        column_config=history_columns(),
    )


def _link(link: str | None) -> str:
    """Return the promoted link in Markdown, where it is one of the web."""
    if not link:
        return MISSING
    if not link.startswith(("https://", "http://")):
        return esc(link)
    address = link.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    address = address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    return f"[{esc(link)}]({address})"
