"""The board as drawn: sections with their tables, and what a click in a table does."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import streamlit as st

from lib.domain.actions import Action
from lib.domain.board import BoardRow, by_group
from lib.domain.records import BillingState, ConnectionState
from lib.domain.records import Connection as PlatformConnection
from lib.domain.status import FACTS, Group, Status
from lib.services.queries import Board
from lib.ui import actions, badges, clock, reads
from lib.ui import board as board_cells
from lib.ui.escape import esc
from lib.ui.filters import in_order
from lib.ui.format import count, day

CAMPAIGN_PAGE = "pages/marketing/campaign.py"

_CLICKS = "board-clicks"

# The campaigns of a table as they were drawn: id and version by position.
Drawn = tuple[tuple[int, int], ...]


def warnings(board: Board) -> None:
    """Draw what concerns the artist as a whole: billing, connections, figures that are old."""
    if board.artist.billing is BillingState.FAILING:
        st.warning(
            "A payment has failed: billing has stopped what was spending. Settle it, and those "
            "campaigns come back by themselves.",
            icon=":material/credit_card_off:",
        )
    broken = [link.platform.label for link in board.connections if _is_broken(link)]
    if broken:
        st.warning(
            f"The connection to {' and '.join(broken)} is broken. Pause what runs there until "
            "it works again.",
            icon=":material/link_off:",
        )
    stale = [row for row in board.rows if row.is_stale]
    if stale:
        known = [row.covered_through for row in stale if row.covered_through]
        since = f" since {day(min(known))}" if known else ""
        st.warning(
            f"{board_cells.summary(len(stale))} run{'s' if len(stale) == 1 else ''} without new "
            f"figures{since}. Import a newer export.",
            icon=":material/update_disabled:",
        )


def _is_broken(link: PlatformConnection) -> bool:
    return link.state is ConnectionState.BROKEN


def sections(rows: Sequence[BoardRow], order: str, *, alarms: Sequence[BoardRow]) -> None:
    """Draw the groups in their order, empty ones left out, the archive folded."""
    now = clock.reading_time()
    groups = by_group(rows)
    if alarms and Group.NEEDS_ATTENTION not in groups:
        groups = {Group.NEEDS_ATTENTION: [], **groups}
    for group, members in groups.items():
        shown = [row for row in members if row.status is not Status.ARCHIVED]
        archived = [row for row in members if row.status is Status.ARCHIVED]
        _head(group, members, len(alarms) if group is Group.NEEDS_ATTENTION else 0)
        if group is Group.NEEDS_ATTENTION:
            for row in alarms:
                _alarm(row)
        _table(group.value, in_order(shown, order), now=now)
        if archived:
            _archive(archived, order, now=now)


def _head(group: Group, members: Sequence[BoardRow], alarms: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(group.label, icon=badges.GROUP_ICONS[group], anchor=False, width="content")
        st.badge(count(len(members) + alarms), color=badges.COLOURS[badges.GROUP_TONES[group]])
        dated = [row for row in members if row.as_of]
        if dated:
            st.caption(board_cells.windows_words(dated), width="content")


def _alarm(row: BoardRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.badge(badges.SPENDING_WORDS, icon=":material/payments:", color="red")
        st.markdown(
            f"**{esc(row.campaign.name)}** is {FACTS[row.status].label}, but the platform "
            f"reported spend for {day(row.spent_after_stop_on)}: still spending after the pause.",
            width="stretch",
        )
        st.button(
            "Open",
            key=f"open-alarm-{row.campaign.id}",
            icon=":material/open_in_full:",
            on_click=open_campaign,
            args=(row.campaign.id,),
        )


def _archive(rows: Sequence[BoardRow], order: str, *, now: datetime) -> None:
    folded = st.expander(
        f"Archived · {count(len(rows))}",
        key="archived",
        icon=badges.LOOKS[Status.ARCHIVED].icon,
        on_change="rerun",
        bind="query-params",
    )
    if folded.open:
        with folded:
            _table("archived", in_order(rows, order), now=now)


def _table(name: str, rows: Sequence[BoardRow], *, now: datetime) -> None:
    if not rows:
        return
    pages = -(-len(rows) // board_cells.ROWS_A_PAGE)
    slot = st.container()
    number = 1
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            number = min(st.pagination(pages, key=f"page-{name}"), pages)
    first = (number - 1) * board_cells.ROWS_A_PAGE
    with slot:
        _grid(name, rows[first : first + board_cells.ROWS_A_PAGE], now=now)
    if pages > 1:
        st.caption(
            f"{first + 1}–{min(first + board_cells.ROWS_A_PAGE, len(rows))} of {count(len(rows))}"
        )


def _grid(name: str, rows: Sequence[BoardRow], *, now: datetime) -> None:
    drawn: Drawn = tuple((row.campaign.id, row.campaign.version) for row in rows)
    # The keys change with the data: a selection of an older table must not reach this one. They
    # change with a click too, so that the same cell can be clicked again.
    clicks = st.session_state.get(_CLICKS, 0)
    stamp = f"{name}-{reads.data_version()}-{abs(hash(drawn))}-{clicks}"
    menu = st.column_config.ButtonColumn(
        "",
        key=f"menu-{stamp}",
        width=board_cells.WIDTHS["menu"],
        type="tertiary",
        on_click=_chosen,
        args=(f"menu-{stamp}", drawn),
    )
    st.dataframe(
        board_cells.board_frame(rows, now=now, zone=clock.zone()),
        key=f"table-{stamp}",
        hide_index=True,
        row_height=board_cells.ROW_HEIGHT,
        height="content",
        column_config=board_cells.columns(menu, rows),
        on_select=partial(_clicked, f"table-{stamp}", drawn),
        selection_mode=["single-cell", "single-column"],
        placeholder="—",
        alt=f"Campaigns: {name.replace('_', ' ')}",
    )


def _chosen(key: str, drawn: Drawn) -> None:
    """Do what was chosen in a row's menu; the row is the one that was drawn there."""
    click = st.session_state.get(key)
    if not click or not 0 <= click["row"] < len(drawn):
        return
    campaign_id, version = drawn[click["row"]]
    entry = board_cells.chosen_entry(click["label"])
    if entry == board_cells.OPEN:
        open_campaign(campaign_id)
    elif entry == board_cells.ABOUT:
        actions.ask(actions.ABOUT, campaign_id, version)
    elif entry == board_cells.CARRIED_OUT:
        actions.ask(actions.CONFIRM, campaign_id, version)
    else:
        actions.ask(Action(entry.lower()), campaign_id, version)


def _clicked(key: str, drawn: Drawn) -> None:
    """Open the campaign whose name was clicked, or explain the status that was clicked."""
    cells = st.session_state[key]["selection"]["cells"]
    if not cells or not 0 <= cells[0][0] < len(drawn):
        return
    position, column = cells[0]
    campaign_id, version = drawn[position]
    st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1
    if column == "badges":
        actions.ask(actions.ABOUT, campaign_id, version)
    elif column in ("campaign", "verdict"):
        open_campaign(campaign_id)


def open_campaign(campaign_id: int) -> None:
    """Go to the page of a campaign."""
    st.switch_page(CAMPAIGN_PAGE, query_params={"id": str(campaign_id)})
