"""The board as drawn: sections with their tables, and what a click in a table does."""

from collections import Counter
from collections.abc import Mapping, Sequence
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

GROUP, _GROUPS = "group", "groups-of-board"

# What a table's lines are, as they were drawn: a campaign's id and version, None for a group.
Drawn = tuple[tuple[int, int] | None, ...]


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


def group_choice(rows: Sequence[BoardRow]) -> Group | Status | None:
    """Draw the groups with their counts and return the chosen one, None for all of them.

    Archived campaigns are folded away: they are shown where they are chosen.
    """
    found = {group.value: group.label for group in by_group(_unfolded(rows))}
    counted = Counter(row.group.value for row in _unfolded(rows))
    archived = sum(row.status is Status.ARCHIVED for row in rows)
    if archived:
        found[Status.ARCHIVED.value] = FACTS[Status.ARCHIVED].label
        counted[Status.ARCHIVED.value] = archived
    icons = {group.value: icon for group, icon in badges.GROUP_ICONS.items()}
    icons[Status.ARCHIVED.value] = badges.LOOKS[Status.ARCHIVED].icon
    # Not bound to the URL by Streamlit: that would spell the label, and with it the count.
    kept = st.query_params.get(GROUP)
    chosen = st.pills(
        "Groups",
        list(found),
        default=kept if kept in found else None,
        key=_GROUPS,
        format_func=lambda name: f"{icons[name]} {found[name]} · {count(counted[name])}",
        label_visibility="collapsed",
        on_change=_keep_group,
    )
    if chosen == Status.ARCHIVED.value:
        return Status.ARCHIVED
    return Group(chosen) if chosen else None


def _keep_group() -> None:
    chosen = st.session_state.get(_GROUPS)
    if chosen:
        st.query_params[GROUP] = chosen
    else:
        st.query_params.pop(GROUP, None)


def _unfolded(rows: Sequence[BoardRow]) -> list[BoardRow]:
    return [row for row in rows if row.status is not Status.ARCHIVED]


def table(rows: Sequence[BoardRow], order: str, *, chosen: Group | Status | None) -> None:
    """Draw the campaigns in one table: group by group, the archive folded away."""
    now = clock.reading_time()
    if chosen is Status.ARCHIVED:
        shown = [row for row in rows if row.status is Status.ARCHIVED]
    else:
        shown = [row for row in _unfolded(rows) if chosen in (None, row.group)]
    members = by_group(shown)
    dated = [row for row in shown if row.as_of]
    if dated:
        st.caption(board_cells.windows_words(dated))
    ordered = [row for group in members.values() for row in in_order(group, order)]
    _paged(ordered, {group: len(some) for group, some in members.items()}, now=now)


def alarms(rows: Sequence[BoardRow]) -> None:
    """Draw what still spends though it was told to stop."""
    for row in rows:
        if row.spent_after_stop_on:
            _alarm(row)


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


def _paged(rows: Sequence[BoardRow], counts: Mapping[Group, int], *, now: datetime) -> None:
    if not rows:
        return
    pages = -(-len(rows) // board_cells.ROWS_A_PAGE)
    slot = st.container()
    number = 1
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            number = min(st.pagination(pages, key="page"), pages)
    first = (number - 1) * board_cells.ROWS_A_PAGE
    with slot:
        _grid(rows[first : first + board_cells.ROWS_A_PAGE], counts, now=now)
    if pages > 1:
        last = min(first + board_cells.ROWS_A_PAGE, len(rows))
        st.caption(f"{first + 1}–{last} of {count(len(rows))}")


def _grid(rows: Sequence[BoardRow], counts: Mapping[Group, int], *, now: datetime) -> None:
    lines = board_cells.lines_of(rows)
    drawn: Drawn = tuple(
        None if isinstance(line, Group) else (line.campaign.id, line.campaign.version)
        for line in lines
    )
    # The keys change with the data: a selection of an older table must not reach this one. They
    # change with a click too, so that the same cell can be clicked again.
    clicks = st.session_state.get(_CLICKS, 0)
    stamp = f"board-{reads.data_version()}-{abs(hash(drawn))}-{clicks}"
    menu = st.column_config.ButtonColumn(
        "",
        key=f"menu-{stamp}",
        width=board_cells.WIDTHS["menu"],
        type="tertiary",
        on_click=_chosen,
        args=(f"menu-{stamp}", drawn),
    )
    st.dataframe(
        board_cells.board_frame(lines, counts, now=now, zone=clock.zone()),
        key=f"table-{stamp}",
        hide_index=True,
        row_height=board_cells.ROW_HEIGHT,
        height="content",
        column_config=board_cells.columns(menu, rows, counts),
        on_select=partial(_clicked, f"table-{stamp}", drawn),
        selection_mode=["single-cell", "single-column"],
        placeholder="—",
        alt="Campaigns",
    )


def _chosen(key: str, drawn: Drawn) -> None:
    """Do what was chosen in a row's menu; the row is the one that was drawn there."""
    click = st.session_state.get(key)
    if not click or not 0 <= click["row"] < len(drawn):
        return
    line = drawn[click["row"]]
    if line is None:
        return
    campaign_id, version = line
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
    line = drawn[position]
    if line is None:
        return
    campaign_id, version = line
    st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1
    if column == "badges":
        actions.ask(actions.ABOUT, campaign_id, version)
    elif column in ("campaign", "verdict"):
        open_campaign(campaign_id)


def open_campaign(campaign_id: int) -> None:
    """Go to the page of a campaign."""
    st.switch_page(CAMPAIGN_PAGE, query_params={"id": str(campaign_id)})
