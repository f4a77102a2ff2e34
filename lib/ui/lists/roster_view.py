"""The roster as drawn: what needs attention, what moved, the label's spend, the campaigns."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import streamlit as st

from lib.domain.campaign_filter import CampaignFilter
from lib.domain.status import FACTS, Status
from lib.services import looks
from lib.services.attention import MOST_OF_A_KIND, Attention, Need, StoppedByBilling
from lib.services.campaign_rows import PlacedCampaign
from lib.services.roster import MOST_AT_ONCE, ROWS_A_PAGE, Order, Overview
from lib.ui import badges, clock, current_artist, in_url, reads, signin, table
from lib.ui.empty import BOARD_PAGE
from lib.ui.escape import esc
from lib.ui.fields import OneOf
from lib.ui.filtering import columns, filter_bar, filters
from lib.ui.format import count, instant, money
from lib.ui.lists import campaign_cells, neighbours, roster_tables, taking
from lib.ui.lists.board_view import open_campaign, pressed
from lib.ui.lists.campaign_cells import Shown

_SINCE, _NEED = "roster-looked", "attention"
FIRST_LOOK = timedelta(days=7)
OF_EACH_KIND = 3
CAMPAIGNS, ARTISTS = "Campaigns", "Totals per artist"
ORDERS = {
    "Most spend, 7 days": Order.SPEND_7,
    "Most spend, 28 days": Order.SPEND_28,
    "Most at stake": Order.STAKE,
    "Artist, then name": Order.ARTIST,
    "Name": Order.NAME,
    "Latest status": Order.STATUS_SINCE,
}

_USUAL = next(iter(ORDERS))
_OF_COLUMNS = {
    "campaign": "Name",
    "artist": "Artist, then name",
    "status": "Latest status",
    "spend": "Most spend, 7 days",
    "stake": "Most at stake",
}
_RISING = frozenset({"Name", "Artist, then name"})


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
        table.draw(
            "roster-label",
            roster_tables.LABEL_COLUMNS,
            roster_tables.label_lines(spent),
            label="The label’s spend",
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
    chosen = next((need for need in found.counts if need.value == in_url.read(_NEED)), None)
    items = _items(found, chosen)
    table.draw(
        "roster-attention",
        roster_tables.ATTENTION_COLUMNS,
        roster_tables.attention_lines(items),
        label="What needs attention",
        on_pressed=partial(_open, {_ident(need, item): item for need, item in items}),
        groups=table.Groups(
            [_need_choice(need, number, chosen) for need, number in found.counts.items()],
            _choose_need,
        ),
    )
    if chosen is None and len(items) < found.total:
        st.caption("The first few of each kind; a kind that is chosen above shows more of its own.")
    elif chosen is not None and len(items) > 1:
        st.caption("By amount: the dearest of each currency, then the second of each.")


def _need_choice(need: Need, number: int, chosen: Need | None) -> table.Choice:
    look = roster_tables.NEEDS[need]
    return table.Choice(need.value, f"{look.words} · {count(number)}", look.icon, need is chosen)


def _choose_need(name: str) -> None:
    """Show one kind of attention alone, or all of them again."""
    in_url.keep(_NEED, "" if in_url.read(_NEED) == name else name)


def _ident(need: Need, item: PlacedCampaign | StoppedByBilling) -> table.Ident:
    of = item.artist if isinstance(item, StoppedByBilling) else item.row.campaign.id
    return need.value, of


def _open(
    items: Mapping[table.Ident, PlacedCampaign | StoppedByBilling], press: table.Pressed
) -> None:
    """Open the campaign of a row, or the board of an artist whose billing fails."""
    item = items[press.ident]
    if isinstance(item, StoppedByBilling):
        current_artist.choose_by_name(item.artist)
        st.switch_page(BOARD_PAGE, query_params={})
    else:
        campaigns = (one for one in items.values() if isinstance(one, PlacedCampaign))
        neighbours.keep((one.row.campaign.id for one in campaigns), is_of_roster=True)
        open_campaign(item.row.campaign.id)


def _items(
    found: Attention, chosen: Need | None
) -> list[tuple[Need, PlacedCampaign | StoppedByBilling]]:
    most = OF_EACH_KIND if chosen is None else MOST_OF_A_KIND
    needs = list(found.counts) if chosen is None else [chosen]
    wanted = [
        (need, campaign_id) for need in needs for campaign_id in found.leading.get(need, ())[:most]
    ]
    ids = tuple(dict.fromkeys(campaign_id for _, campaign_id in wanted))
    rows = {one.row.campaign.id: one for one in reads.campaigns(ids)}
    items: list[tuple[Need, PlacedCampaign | StoppedByBilling]] = []
    for need in needs:
        if need is Need.BILLING:
            items += [(need, one) for one in found.billing[:most]]
        items += [(need, rows[of]) for kind, of in wanted if kind is need]
    return items


def since_last_look() -> None:
    """Draw, folded, what moved since the person last looked."""
    at, is_first = _looked_at()
    found = reads.since(at)
    when = instant(at, clock.zone())
    since = f"Your first look: since {when}" if is_first else f"Since you last looked, {when}"
    folded = st.expander(
        f"{since} · {count(found.total)} moved",
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
        table.draw(
            "roster-moved",
            roster_tables.MOVED_COLUMNS,
            roster_tables.moved_lines(found.moved, clock.zone()),
            label="What moved since you last looked",
            on_pressed=partial(_open_moved, [one.campaign_id for one in found.moved]),
        )
        if found.total > len(found.moved):
            st.caption(f"The newest {count(len(found.moved))} of {count(found.total)}.")


def _open_moved(ids: Sequence[int], press: table.Pressed) -> None:
    neighbours.keep(ids, is_of_roster=True)
    open_campaign(int(press.ident[0]))


def _looked_at() -> tuple[datetime, bool]:
    """Return when the person looked before this session, and whether they never had.

    Noted once a session. A first look goes back a week.
    """
    if _SINCE not in st.session_state:
        now = clock.now()
        before = looks.look(reads.engine(), actor=signin.actor(), now=now)
        st.session_state[_SINCE] = (before or now - FIRST_LOOK, before is None)
    found: tuple[datetime, bool] = st.session_state[_SINCE]
    return found


def narrowed() -> tuple[CampaignFilter, Order, bool]:
    """Draw the filters; return what they narrow to, the order, and whether artists are asked.

    The search field and the statuses are the table's own.
    """
    order = OneOf(filters.SORT, "Order", list(ORDERS))
    show = OneOf(filters.SHOW, "Show", [CAMPAIGNS, ARTISTS])
    found = filter_bar.draw(filters.ROSTER, order=order, show=show)
    return found, ORDERS[order.chosen], show.chosen == ARTISTS


def _statuses(whole: Overview, fitting: Overview, chosen: Sequence[Status]) -> table.Groups:
    """Return how many of the campaigns that fit stand in each status; a click narrows to it."""
    return table.Groups(
        [
            table.Choice(
                status.value,
                f"{FACTS[status].label} · {count(fitting.by_status.get(status, 0))}",
                badges.ICONS[status],
                status in chosen,
                FACTS[status].meaning,
            )
            for status in whole.by_status
        ],
        lambda name: filters.toggle(filters.STATUS, FACTS[Status(name)].label),
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
        filter_bar.reset_button("roster-empty-reset")


def totals(fitting: Overview) -> None:
    """Draw what the fitting campaigns add up to: a line a currency, kinds apart."""
    current = sum(total.current for total in fitting.totals)
    head = f"**{_plural(fitting.campaigns, 'campaign')}**; the {count(current)} with current "
    lines = [f"{head}figures, each to its as-of day, currency by currency and kind by kind:"]
    if not current:
        lines = [f"**{_plural(fitting.campaigns, 'campaign')}**, none with current figures."]
    for total in (one for one in fitting.totals if one.current):
        week = roster_tables.kinds_words(total.kinds, lambda kind: kind.results_7_micros)
        month = roster_tables.kinds_words(total.kinds, lambda kind: kind.results_28_micros)
        lines.append(
            f"**{esc(total.currency)}** · 7 d: "
            f"{esc(money(total.spend_7_micros, total.currency))}, {esc(week)} · 28 d: "
            f"{esc(money(total.spend_28_micros, total.currency))}, {esc(month)}"
        )
    if current < fitting.campaigns:
        lines.append(
            f"Of {count(fitting.campaigns - current)} the figures are older, or there are none: "
            "they are left out here. Explore adds up older figures too."
        )
    st.caption("  \n".join(lines))


def campaigns(
    narrowed: CampaignFilter, order: Order, *, whole: Overview, fitting: Overview
) -> None:
    """Draw one page of the campaigns."""
    key = f"roster-page-{abs(hash((narrowed, order)))}"
    rows = reads.roster_page(
        narrowed, order, number=_page_number(key, fitting.campaigns), fitting=fitting
    )
    now, zone, cells = clock.reading_time(), clock.zone(), columns.of(filters.ROSTER)
    shown = [Shown(one.row, one.artist.name, now, zone) for one in rows]
    table.draw(
        "roster-campaigns",
        campaign_cells.columns(cells),
        [campaign_cells.cells(one, cells) for one in shown],
        label="All campaigns",
        on_pressed=partial(_press, [one.row.campaign.id for one in rows]),
        bulk=campaign_cells.bulk(
            lambda: reads.versions_matching(narrowed),
            matching=fitting.campaigns if fitting.campaigns <= MOST_AT_ONCE else len(rows),
        ),
        search=table.Search("Search", narrowed.text, filters.search),
        groups=_statuses(whole, fitting, narrowed.statuses),
        orders=table.Orders(
            _OF_COLUMNS,
            next(words for words, one in ORDERS.items() if one is order),
            partial(filters.order, usual=_USUAL),
            _RISING,
        ),
    )
    _pages(key, fitting.campaigns)
    if fitting.campaigns:
        taking.roster(narrowed, order, cells, fitting=fitting)


def _press(ids: Sequence[int], press: table.Pressed) -> None:
    neighbours.keep(ids, is_of_roster=True)
    pressed(press)


def artists(narrowed: CampaignFilter, fitting: Overview) -> None:
    """Draw one page of the artists' totals, one row an artist and currency."""
    key = f"roster-artists-{abs(hash(narrowed))}"
    asked = int(st.session_state.get(key, 1))
    total, rows = reads.artist_totals(narrowed, number=asked, currencies=fitting.currencies)
    table.draw(
        "roster-artists",
        roster_tables.ARTIST_COLUMNS,
        roster_tables.artist_lines(rows),
        label="Totals per artist",
        on_pressed=lambda press: _narrow_to_artist(str(press.ident[0])),
        search=table.Search("Search", narrowed.text, filters.search),
    )
    _pages(key, total)


def _narrow_to_artist(name: str) -> None:
    """Show the campaigns of one artist."""
    filters.narrow(filters.ARTISTS, [name])
    filters.narrow(filters.SHOW, [])


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


def _plural(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"
