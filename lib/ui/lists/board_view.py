"""The board as drawn: warnings, groups, the table, and what a click in a table does."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from lib.domain.actions import Action
from lib.domain.board import BoardRow, by_group
from lib.domain.campaign_filter import CampaignFilter, Section, section_of
from lib.domain.records import BillingState, ConnectionState, Platform
from lib.domain.records import Connection as PlatformConnection
from lib.domain.status import FACTS, LIVE, Group, Status
from lib.services.queries import Board
from lib.ui import badges, clock, table
from lib.ui.changing import actions
from lib.ui.escape import esc
from lib.ui.fields import OneOf
from lib.ui.filtering import columns, filter_bar, filters
from lib.ui.filtering.board_order import BY_STATUS, OF_COLUMNS, ORDERS, RISING, in_order
from lib.ui.format import count, day, day_before
from lib.ui.lists import campaign_cells, neighbours, taking
from lib.ui.lists.campaign_cells import Shown

CAMPAIGN_PAGE = "pages/marketing/campaign.py"

ROWS_A_PAGE = 20


def warnings(board: Board) -> None:
    """Draw what concerns the artist as a whole: billing, connections, figures that are old."""
    if board.billing is BillingState.FAILING:
        st.warning(
            "A payment has failed: billing has stopped what was spending. Settle it, and those "
            "campaigns come back by themselves.",
            icon=":material/credit_card_off:",
        )
    broken = [link.platform for link in board.connections if _is_broken(link)]
    if broken:
        st.warning(_broken_words(broken, board.rows), icon=":material/link_off:")
    stale = [row for row in board.rows if row.is_stale]
    if stale:
        st.warning(
            f"{campaign_cells.summary(len(stale))} run{'s' if len(stale) == 1 else ''} without new "
            f"figures{_since(stale)}. Import a newer export.",
            icon=":material/update_disabled:",
        )


def _since(stale: Sequence[BoardRow]) -> str:
    """Return since when figures lack: the last day of the first to stop, and of the last."""
    known = [row.covered_through for row in stale if row.covered_through]
    if not known:
        return ""
    first, last = (day_before(one, stale[0].now) for one in (min(known), max(known)))
    return f" since {first}" if first == last else f"; their last ones are of {first} to {last}"


def _broken_words(broken: Sequence[Platform], rows: Sequence[BoardRow]) -> str:
    """Return which connections are broken, and how many campaigns that concerns."""
    names = " and ".join(platform.label for platform in broken)
    there = [row.status for row in rows if row.campaign.platform in broken]
    live = sum(status in LIVE for status in there)
    deploying = there.count(Status.DEPLOYING)
    words = f"The connection to {names} is broken."
    if live:
        words += f" {campaign_cells.summary(live)} run{'s' if live == 1 else ''} there: pause "
        words += f"{'it' if live == 1 else 'them'} until it works again."
    if deploying:
        words += f" {campaign_cells.summary(deploying)} cannot be deployed."
    return words


def _is_broken(link: PlatformConnection) -> bool:
    return link.state is ConnectionState.BROKEN


def narrowed(heading: str) -> tuple[CampaignFilter, str]:
    """Draw the heading and the filters; return what they narrow to, and the order."""
    order = OneOf(filters.SORT, "Order within a group", list(ORDERS))
    return filter_bar.draw(filters.BOARD, heading=heading, order=order), order.chosen


def fitting(board: Board, wanted: CampaignFilter) -> list[BoardRow]:
    """Return the rows that fit, whatever group they stand in."""
    anywhere = replace(wanted, sections=())
    return [row for row in board.rows if anywhere.matches(row, artist=board.artist.name)]


def in_groups(rows: Sequence[BoardRow], wanted: CampaignFilter) -> list[BoardRow]:
    """Return the rows of the chosen groups; the archive is folded unless it is asked for."""
    if wanted.sections:
        return [row for row in rows if section_of(row.status) in wanted.sections]
    if wanted.statuses:
        return list(rows)
    return [row for row in rows if row.status is not Status.ARCHIVED]


def _groups(rows: Sequence[BoardRow], chosen: Sequence[Section]) -> table.Groups:
    """Return the groups with their counts; the archive is one of them."""
    counted = Counter(section_of(row.status) for row in rows)
    return table.Groups(
        [
            table.Choice(
                one.label, f"{one.label} · {count(counted[one])}", _ICONS[one], one in chosen
            )
            for one in Section
            if counted[one]
        ],
        partial(_choose_group, [one.label for one in chosen]),
    )


_ICONS = {Section(group.value): icon for group, icon in badges.GROUP_ICONS.items()} | {
    Section.ARCHIVED: badges.ICONS[Status.ARCHIVED]
}


def _choose_group(chosen: Sequence[str], name: str) -> None:
    """Show one group alone, or all of them again."""
    filters.narrow(filters.GROUP, [] if chosen == [name] else [name])


def campaigns(rows: Sequence[BoardRow], order: str, *, wanted: CampaignFilter, artist: str) -> None:
    """Draw the campaigns in one table: group by group, the archive folded away."""
    shown, cells = in_groups(rows, wanted), columns.of(filters.BOARD)
    dated = [row for row in shown if row.as_of]
    members = by_group(shown)
    ordered = [row for group in members.values() for row in in_order(group, order)]
    neighbours.keep(row.campaign.id for row in ordered)
    counts = {group: len(some) for group, some in members.items()}
    pages = -(-len(ordered) // ROWS_A_PAGE)
    slot = st.container()
    number = 1
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            key = f"page-{abs(hash((wanted, order)))}"
            number = min(st.pagination(pages, key=key), pages)
            last = min(number * ROWS_A_PAGE, len(ordered))
            st.caption(f"{(number - 1) * ROWS_A_PAGE + 1}–{last} of {count(len(ordered))}")
    with slot:
        table.draw(
            "board",
            campaign_cells.columns(cells),
            _lines(ordered[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE], counts, cells),
            label="Campaigns",
            on_pressed=pressed,
            bulk=campaign_cells.bulk(
                lambda: [(row.campaign.id, row.campaign.version) for row in ordered],
                matching=len(ordered),
            ),
            search=table.Search("Search", wanted.text, filters.search),
            groups=_groups(rows, wanted.sections),
            orders=table.Orders(OF_COLUMNS, order, partial(filters.order, usual=BY_STATUS), RISING),
            caption=campaign_cells.windows_words(dated) if dated else "",
        )
    taking.board(ordered, cells, artist=artist)


def _lines(
    rows: Sequence[BoardRow], counts: Mapping[Group, int], cells: Sequence[str]
) -> list[table.Line]:
    now, zone = clock.reading_time(), clock.zone()
    lines: list[table.Line] = []
    for position, row in enumerate(rows):
        if position == 0 or rows[position - 1].group is not row.group:
            lines.append(_head(row.group, counts[row.group]))
        lines.append(campaign_cells.cells(Shown(row, "", now, zone), cells))
    return lines


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


def _head(group: Group, number: int) -> table.Head:
    colour = badges.COLOURS[badges.GROUP_TONES[group]]
    return table.Head(group.label, count(number), badges.GROUP_ICONS[group], colour)


def pressed(press: table.Pressed) -> None:
    """Do what a click in a campaign's row asks for; the row is the one that was drawn there."""
    campaign_id, version = (int(part) for part in press.ident)
    if press.column == "status" or press.entry == campaign_cells.ABOUT:
        actions.ask(actions.ABOUT, campaign_id, version)
    elif press.entry == campaign_cells.CARRIED_OUT:
        actions.ask(actions.CONFIRM, campaign_id, version)
    elif press.entry in set(Action):
        actions.ask(Action(press.entry), campaign_id, version)
    else:
        open_campaign(campaign_id)


def open_campaign(campaign_id: int) -> None:
    """Go to the page of a campaign."""
    st.switch_page(CAMPAIGN_PAGE, query_params={"id": str(campaign_id)})
