"""The bar of filters, the same on board, roster and activity, and its way back to everything."""

from collections.abc import Sequence

import streamlit as st

from lib.domain.campaign_filter import CampaignFilter
from lib.ui import second_go
from lib.ui.fields import OneOf, day_field, field_name, folded, keep, key_of, segments, toggle
from lib.ui.filtering import filters, view_menu
from lib.ui.filtering.filters import Several

FOLD = "filters-fold"
_HALF, _WIDTH, _WIDE = 142, 300, 616
_BUTTONS = 206  # Filters and View, as wide as they come.


def draw(
    page: str,
    *,
    heading: str = "",
    searched: str = "",
    more: Sequence[OneOf] = (),
    order: OneOf | None = None,
    show: OneOf | None = None,
) -> CampaignFilter:
    """Draw the filters of a page and return what they narrow to.

    `searched` says what a search looks through, where no table has a field for it; `more` are
    filters of this page alone, `order` is by what it may be ordered, `show` what it may show.
    """
    told = filters.words(page, more)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if heading:
            st.caption(heading, width="stretch")
        if not second_go.has_come("bar"):
            second_go.reserve(_BUTTONS)
            return filters.narrowed(page)
        # On a phone they share a line below the heading.
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            gap="small",
            width="content" if heading else "stretch",
        ):
            if searched:
                _search_field(searched)
            with folded("Filters", FOLD, icon=":material/filter_alt:") as is_open:
                if is_open:
                    _fields(page, order, more)
            if show is not None:
                segments(show)
            if told:
                reset_button(
                    "filters-reset", f"Reset {len(told)} filter{'' if len(told) == 1 else 's'}"
                )
            also = [one for one in (*more, order, show) if one is not None]
            view_menu.draw(page, filters.values(page, also))
    return filters.narrowed(page)


def reset_button(key: str, label: str = "Reset filters") -> None:
    """Draw the button that forgets every filter, those of other pages as well."""
    st.button(label, key=key, icon=":material/filter_alt_off:", on_click=filters.reset)


def _search_field(placeholder: str) -> None:
    """Draw a field for the text that is searched, where no table has one."""
    text = filters.text()
    key = key_of(field_name(filters.TEXT), text)
    st.text_input(
        "Search",
        text,
        key=key,
        type="search",
        placeholder=placeholder,
        label_visibility="collapsed",
        max_chars=filters.LONGEST_SEARCH,
        on_change=keep,
        args=(filters.TEXT, key),
        width=240,
    )


def _fields(page: str, order: OneOf | None, more: Sequence[OneOf]) -> None:
    with st.container(horizontal=True, gap="small", width=_WIDE):
        for several in filters.SEVERAL:
            if page in several.pages:
                _multiselect(several)
        for one in more:
            _selectbox(one)
        _budget()
        if order is not None:
            _selectbox(order, icon=":material/sort:")
        _days("Entries" if page == filters.ACTIVITY else "Run")
        if page in filters.AS_IT_STANDS:
            toggle("Learning only", filters.LEARNING)


def _multiselect(one: Several) -> None:
    chosen = one.chosen()
    key = key_of(field_name(one.name), chosen)
    st.multiselect(
        one.label,
        list(one.options()),
        chosen,
        key=key,
        placeholder=one.nothing,
        on_change=keep,
        args=(one.name, key),
        width=_WIDTH,
    )


def _selectbox(one: OneOf, *, icon: str | None = None) -> None:
    chosen = one.chosen or None
    key = key_of(field_name(one.name), chosen)
    st.selectbox(
        one.label,
        one.options,
        index=None if chosen is None else list(one.options).index(chosen),
        key=key,
        placeholder=one.nothing or None,
        icon=icon,
        on_change=keep,
        args=(one.name, key, one.usual),
        width=_WIDTH,
    )


def _budget() -> None:
    field = filters.budgets()
    _selectbox(field)
    with st.container(horizontal=True, gap="small", width=_WIDTH):
        for label, name in (("Budget from", filters.LEAST), ("Budget up to", filters.MOST)):
            amount = filters.amount(name)
            value = None if amount is None else float(amount)
            key = key_of(field_name(name), value)
            st.number_input(
                label,
                value=value,
                min_value=0.0,
                max_value=999_999_999.99,
                step=1.0,
                key=key,
                placeholder=field.chosen or "of a kind",
                disabled=not field.chosen,
                on_change=keep,
                args=(name, key),
                width=_HALF,
            )


def _days(what: str) -> None:
    with st.container(horizontal=True, gap="small", width=_WIDE):
        for label, name in ((f"{what} from", filters.SINCE), (f"{what} until", filters.UNTIL)):
            day_field(label, name, width=_WIDTH)
