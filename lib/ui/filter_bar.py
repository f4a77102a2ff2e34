"""The bar of filters, the same on board, roster and activity, and its way back to everything."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from lib.domain.campaign_filter import CampaignFilter
from lib.ui import filters, in_url
from lib.ui.filters import OneOf, Several

_WIDTH, _HALF = 300, 142


def draw(
    page: str,
    *,
    heading: str = "",
    order: OneOf | None = None,
    more: Sequence[OneOf] = (),
    before: Callable[[], object] | None = None,
    beside: Callable[[], object] | None = None,
) -> CampaignFilter:
    """Draw the filters of a page and return what they narrow to.

    `more` are filters of this page alone, `order` is by what it may be ordered; `before` and
    `beside` draw what stands left and right of the filters.
    """
    told = filters.words(page, more)
    label = f"Filters · {len(told)}" if told else "Filters"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if heading:
            st.caption(heading, width="stretch")
        if before is not None:
            before()
        # Its fields are drawn by the browser once it is opened: closed, they cost next to nothing.
        with st.popover(label, icon=":material/filter_alt:"):
            _fields(page, order, more)
        if beside is not None:
            beside()
        if told:
            reset_button("filters-reset", "Reset", also=[one.name for one in more])
    return filters.narrowed(page)


def reset_button(key: str, label: str = "Reset filters", *, also: Sequence[str] = ()) -> None:
    """Draw the button that forgets every filter, those of other pages and `also` as well."""
    st.button(
        label,
        key=key,
        icon=":material/filter_alt_off:",
        on_click=filters.reset,
        args=(tuple(also),),
    )


def segments(one: OneOf) -> None:
    """Draw a choice of a few side by side."""
    st.segmented_control(
        one.label,
        one.options,
        required=True,
        key=_put(one.name, one.chosen),
        on_change=_keep,
        args=(one.name,),
        label_visibility="collapsed",
    )


def search_field(placeholder: str) -> None:
    """Draw a field for the text that is searched, where no table has one."""
    st.text_input(
        "Search",
        key=_put(filters.TEXT, in_url.read(filters.TEXT)[: filters.LONGEST_SEARCH]),
        type="search",
        placeholder=placeholder,
        label_visibility="collapsed",
        max_chars=filters.LONGEST_SEARCH,
        on_change=_keep,
        args=(filters.TEXT,),
        width=240,
    )


def _fields(page: str, order: OneOf | None, more: Sequence[OneOf]) -> None:
    with st.container(horizontal=True, gap="small", width=2 * _WIDTH + 16):
        for several in filters.SEVERAL:
            if page in several.pages:
                _multiselect(several)
        for one in more:
            _selectbox(one)
        _budget()
        _days("Entries" if page == filters.ACTIVITY else "Run")
        if order is not None:
            _selectbox(order, icon=":material/sort:")
        if page in filters.AS_IT_STANDS:
            st.toggle(
                "Learning only",
                key=_put(filters.LEARNING, filters.is_learning()),
                on_change=_keep,
                args=(filters.LEARNING,),
            )


def _multiselect(one: Several) -> None:
    st.multiselect(
        one.label,
        list(one.options()),
        key=_put(one.name, one.chosen()),
        placeholder=one.nothing,
        on_change=_keep,
        args=(one.name,),
        width=_WIDTH,
    )


def _selectbox(one: OneOf, *, icon: str | None = None) -> None:
    st.selectbox(
        one.label,
        one.options,
        index=None if one.nothing else 0,
        key=_put(one.name, one.chosen or None),
        placeholder=one.nothing or None,
        icon=icon,
        on_change=_keep,
        args=(one.name,),
        width=_WIDTH,
    )


def _budget() -> None:
    field = filters.budgets()
    _selectbox(field)
    for label, name in (("Budget from", filters.LEAST), ("Budget up to", filters.MOST)):
        amount = filters.amount(name)
        st.number_input(
            label,
            value=None,
            min_value=0.0,
            max_value=999_999_999.0,
            step=1.0,
            key=_put(name, None if amount is None else float(amount)),
            placeholder=field.chosen or "of a kind",
            disabled=not field.chosen,
            on_change=_keep,
            args=(name,),
            width=_HALF,
        )


def _days(what: str) -> None:
    for label, name in ((f"{what} from", filters.SINCE), (f"{what} until", filters.UNTIL)):
        st.date_input(
            label,
            value=None,
            min_value=filters.FIRST_DAY,
            max_value=filters.LAST_DAY,
            key=_put(name, filters.day(name)),
            format="DD.MM.YYYY",
            on_change=_keep,
            args=(name,),
            width=_HALF,
        )


def _put(name: str, value: Any) -> str:
    """Let the field of a filter hold what is kept, and return the field's key.

    In every run anew: a field that the browser has not drawn yet, in a popover that nobody has
    opened, shows what it was told last.
    """
    key = f"filter-{name}"
    st.session_state[key] = value
    return key


def _keep(name: str) -> None:
    """Keep what a field says, as the URL has it."""
    value = st.session_state[f"filter-{name}"]
    if isinstance(value, list):
        in_url.keep_all(name, value)
    elif isinstance(value, bool):
        in_url.keep(name, "true" if value else "")
    elif isinstance(value, float):
        in_url.keep(name, f"{value:.2f}".removesuffix(".00"))
    else:
        in_url.keep(name, "" if value is None else str(value))
