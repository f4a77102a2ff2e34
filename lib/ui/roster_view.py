"""The roster as drawn: what needs attention, what moved, the label's spend, the campaigns."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.status import FACTS, Status
from lib.services import looks
from lib.services.attention import MOST_OF_A_KIND, Attention, Need, StoppedByBilling
from lib.services.roster import ROWS_A_PAGE, Order, Overview, RosterFilter, RosterRow
from lib.ui import badges, clock, reads, roster, roster_filters, signin
from lib.ui.board import ROW_HEIGHT
from lib.ui.board_view import open_campaign
from lib.ui.empty import BOARD_PAGE
from lib.ui.escape import esc
from lib.ui.format import MISSING, count, instant, money

_CLICKS, _SINCE, _NEED = "roster-clicks", "roster-since", "roster-need"
FIRST_LOOK = timedelta(days=7)
OF_EACH_KIND = 3
_TALLEST_LIST, _TALLEST_TABLE = 9, 11

Drawn = tuple[tuple[int | None, str], ...]
"""The rows of a table as drawn: campaign, or None and the artist's name."""


def size(whole: Overview) -> str:
    """Return how much there is."""
    artists = len(reads.artists())
    return (
        f"{_plural(artists, 'artist')} · {_plural(whole.campaigns, 'campaign')}. "
        "A click on a name opens the campaign."
    )


def label_spend() -> None:
    """Draw, folded, what the whole label spent, a row a currency, with its line of 28 days."""
    folded = st.expander(
        "The label’s spend, day by day",
        key="roster_spend",
        icon=":material/payments:",
        on_change="rerun",
        bind="query-params",
    )
    if not folded.open:
        return
    spent = reads.label_spend()
    with folded:
        st.dataframe(
            roster.label_frame(spent),
            key=f"roster-label-{reads.data_version()}",
            hide_index=True,
            column_config=roster.label_columns(),
            height=_height(len(spent), 35, most=_TALLEST_LIST),
            placeholder=MISSING,
            alt="The label’s spend",
        )
        if any(not one_day.is_whole for one in spent for one_day in one.days):
            st.caption("Days that too few campaigns have reported are left out of sums and lines.")


def attention() -> None:
    """Draw what needs attention: the leading few of each kind, or more of a chosen one."""
    found = reads.attention()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(
            "Needs attention", icon=":material/priority_high:", anchor=False, width="content"
        )
        st.badge(count(found.total), color="orange" if found.total else "gray")
    if not found.total:
        st.caption("Nothing does.")
        return
    chosen = _chosen_need(found)
    items = _items(found, chosen)
    frame = roster.attention_frame(items)
    drawn: Drawn = tuple(
        (None, item.artist)
        if isinstance(item, StoppedByBilling)
        else (item.row.campaign.id, item.artist)
        for _, item in items
    )
    _grid(
        "attention",
        frame,
        drawn,
        columns=roster.attention_columns(),
        opens="Campaign",
        height=_height(len(frame), 35, most=_TALLEST_LIST),
        alt="What needs attention",
    )


def _chosen_need(found: Attention) -> Need | None:
    """Draw the kinds with their counts and return the chosen one."""
    labels = {need: roster.need_words(need, number) for need, number in found.counts.items()}
    kept = st.session_state.get(_NEED)
    # The labels hold counts, so the choice is kept beside the widget, which changes with them.
    key = f"roster-needs-{abs(hash(tuple(labels.values())))}"
    return st.pills(
        "Kind",
        list(labels),
        format_func=labels.__getitem__,
        default=kept if kept in labels else None,
        key=key,
        label_visibility="collapsed",
        on_change=partial(_keep_need, key),
    )


def _keep_need(key: str) -> None:
    st.session_state[_NEED] = st.session_state.get(key)


def _items(
    found: Attention, chosen: Need | None
) -> list[tuple[Need, RosterRow | StoppedByBilling]]:
    most = OF_EACH_KIND if chosen is None else MOST_OF_A_KIND
    needs = list(found.counts) if chosen is None else [chosen]
    wanted = [
        (need, campaign_id) for need in needs for campaign_id in found.leading.get(need, ())[:most]
    ]
    ids = tuple(dict.fromkeys(campaign_id for _, campaign_id in wanted))
    rows = {one.row.campaign.id: one for one in reads.campaigns(ids)}
    items: list[tuple[Need, RosterRow | StoppedByBilling]] = []
    for need in needs:
        if need is Need.BILLING:
            items += [(need, one) for one in found.billing[:most]]
        items += [(need, rows[of]) for kind, of in wanted if kind is need]
    return items


def since_last_look() -> None:
    """Draw, folded, what moved since the person last looked."""
    at = _looked_at()
    found = reads.since(at)
    folded = st.expander(
        f"Since you last looked, {instant(at, clock.zone())} · {count(found.total)} moved",
        key="roster_moved",
        icon=":material/history:",
        on_change="rerun",
        bind="query-params",
    )
    if not folded.open:
        return
    with folded:
        if not found.moved:
            st.caption("No status has moved and no verdict has flipped.")
            return
        _grid(
            "moved",
            roster.moved_frame(found.moved, clock.zone()),
            tuple((one.campaign_id, one.artist) for one in found.moved),
            columns=roster.moved_columns(),
            opens="Campaign",
            height=_height(len(found.moved), 35, most=_TALLEST_LIST),
            alt="What moved since you last looked",
        )
        if found.total > len(found.moved):
            st.caption(f"The newest {count(len(found.moved))} of {count(found.total)}.")


def _looked_at() -> datetime:
    """Return when the person looked before this session; noted once a session."""
    if _SINCE not in st.session_state:
        now = clock.now()
        before = looks.look(reads.engine(), actor=signin.actor(), now=now)
        st.session_state[_SINCE] = before or now - FIRST_LOOK
    at: datetime = st.session_state[_SINCE]
    return at


def counts(whole: Overview) -> None:
    """Draw how many campaigns stand in each status; a click narrows to it."""
    chosen = roster_filters.chosen_statuses()
    with st.container(horizontal=True, gap="xsmall"):
        for status, number in whole.by_status.items():
            st.button(
                f"{FACTS[status].label} · {count(number)}",
                key=f"roster-status-{status}",
                icon=badges.LOOKS[status].icon,
                type="primary" if FACTS[status].label in chosen else "secondary",
                help=FACTS[status].meaning,
                on_click=roster_filters.toggle_status,
                args=(Status(status),),
            )


def nothing_matches(whole: Overview) -> None:
    """Say that no campaign fits, and offer to reset the filters."""
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.subheader(
            "Nothing matches", icon=":material/filter_alt_off:", anchor=False, width="content"
        )
        st.markdown(
            f"None of the {_plural(whole.campaigns, 'campaign')} fits these filters.",
            text_alignment="center",
        )
        roster_filters.reset_button("roster-empty-reset")


def totals(fitting: Overview) -> None:
    """Draw what the fitting campaigns add up to: a line a currency, kinds apart."""
    current = sum(total.current for total in fitting.totals)
    head = f"**{_plural(fitting.campaigns, 'campaign')}**; the {count(current)} with current "
    lines = [f"{head}figures add up to, currency by currency and kind by kind:"]
    for total in fitting.totals:
        week = roster.kinds_words(total.kinds, lambda kind: kind.results_7_micros)
        month = roster.kinds_words(total.kinds, lambda kind: kind.results_28_micros)
        lines.append(
            f"**{esc(total.currency)}** · 7 d: "
            f"{esc(money(total.spend_7_micros, total.currency))}, {esc(week)} · 28 d: "
            f"{esc(money(total.spend_28_micros, total.currency))}, {esc(month)}"
        )
    st.caption("  \n".join(lines))


def campaigns(narrowed: RosterFilter, order: Order, fitting: Overview) -> None:
    """Draw one page of the campaigns."""
    key = f"roster-page-{abs(hash((narrowed, order)))}"
    rows = reads.roster_page(
        narrowed,
        order,
        number=_page_number(key, fitting.campaigns),
        currencies=fitting.currencies,
    )
    _grid(
        "campaigns",
        roster.campaign_frame(rows, now=clock.reading_time()),
        tuple((one.row.campaign.id, one.artist) for one in rows),
        columns=roster.campaign_columns(rows),
        opens="campaign",
        height=_height(len(rows), ROW_HEIGHT, most=_TALLEST_TABLE),
        row_height=ROW_HEIGHT,
        alt="All campaigns",
    )
    _pages(key, fitting.campaigns)


def artists(narrowed: RosterFilter, fitting: Overview) -> None:
    """Draw one page of the artists' totals, one row an artist and currency."""
    key = f"roster-artists-{abs(hash(narrowed))}"
    asked = int(st.session_state.get(key, 1))
    total, rows = reads.artist_totals(narrowed, number=asked, currencies=fitting.currencies)
    _grid(
        "artists",
        roster.artist_frame(rows),
        tuple((None, one.artist) for one in rows),
        columns=roster.artist_columns(),
        opens="Artist",
        height=_height(len(rows), 35, most=20),
        alt="Totals per artist",
    )
    _pages(key, total)


def _page_number(key: str, total: int) -> int:
    """Return the page that the pagination under the table stands at."""
    return min(int(st.session_state.get(key, 1)), max(-(-total // ROWS_A_PAGE), 1))


def _pages(key: str, total: int) -> None:
    """Draw the pages under a table, and which rows are shown."""
    pages = -(-total // ROWS_A_PAGE)
    if pages <= 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        first = (min(st.pagination(pages, key=key), pages) - 1) * ROWS_A_PAGE
        st.caption(f"{count(first + 1)}–{count(min(first + ROWS_A_PAGE, total))} of {count(total)}")


def _grid(
    name: str,
    frame: pd.DataFrame,
    drawn: Drawn,
    *,
    columns: dict[str, Any],
    opens: str,
    height: int,
    alt: str,
    row_height: int | None = None,
) -> None:
    """Draw a table in which a click on a name opens what stands there.

    The key changes with the data, so that a click on an older table does not reach this one,
    and with each click, so that the same cell can be clicked again.
    """
    clicks = st.session_state.get(_CLICKS, 0)
    key = f"roster-{name}-{reads.data_version()}-{abs(hash(drawn))}-{clicks}"
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config=columns,
        height=height,
        row_height=row_height,
        on_select=partial(_clicked, key, drawn, opens),
        selection_mode=["single-cell", "single-column"],
        placeholder=MISSING,
        alt=alt,
    )


def _clicked(key: str, drawn: Drawn, opens: str) -> None:
    """Open what was drawn where the person clicked: a campaign, or an artist's campaigns."""
    cells = st.session_state[key]["selection"]["cells"]
    if not cells or not 0 <= cells[0][0] < len(drawn):
        return
    st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1
    position, column = cells[0]
    campaign_id, artist = drawn[position]
    if column != opens:
        return
    if campaign_id is not None:
        open_campaign(campaign_id)
    elif opens == "Artist":
        roster_filters.narrow_to_artist(artist)
    else:
        st.switch_page(BOARD_PAGE, query_params={"artist": artist})


def _height(rows: int, row_height: int, *, most: int) -> int:
    """Return the height of a table that shows at most so many rows at once."""
    return 37 + min(rows, most) * row_height + (row_height // 2 if rows > most else 0)


def _plural(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"
