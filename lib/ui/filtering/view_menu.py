"""The menu View, beside the filters: saved views, and the columns of the table.

The view that a page stands at is the one whose page and values are what is shown; nothing else is
remembered of which was opened.
"""

from collections.abc import Sequence

import streamlit as st

from lib.domain.saved_view import LONGEST_NAME, SavedView, query_of, values_of
from lib.ui import current_artist, in_url, reads
from lib.ui.fields import folded, key_of
from lib.ui.filtering import columns, filters, view_writes

_TITLES = {
    filters.BOARD: "Campaign Management",
    filters.ROSTER: "Roster",
    filters.ACTIVITY: "Activity",
}
_SCRIPTS = {
    filters.BOARD: "pages/marketing/campaign_management.py",
    filters.ROSTER: "pages/marketing/roster.py",
    filters.ACTIVITY: "pages/operations/activity.py",
}
FOLD = "view-fold"
_OPEN, _LOOKED_FOR = "view-open", "views-looked-for"
_WIDTH = 420


def open_default(path: str) -> None:
    """Let the person's own default view open with its page: once a session, and unasked only.

    Whoever comes with a query, or has narrowed something by then, gets what they asked for.
    """
    page = path or filters.BOARD
    looked_for: set[str] = st.session_state.setdefault(_LOOKED_FOR, set())
    if page not in _TITLES or page in looked_for:
        return
    looked_for.add(page)
    if st.query_params or any(in_url.read_all(name) for name in filters.NAMES):
        return
    found = reads.default_view(page)
    if found is not None:
        _apply(found)


def draw(page: str, values: Sequence[tuple[str, str]]) -> None:
    """Draw the menu; `values` is what the page shows, by the names in the URL."""
    with folded("View", FOLD, icon=":material/bookmark:") as is_open:
        if not is_open:
            return
        whose = current_artist.current() if page == filters.BOARD else None
        of = [(current_artist.KEY, whose.name)] if whose else []
        _views(page, query_of([*of, *values]))
        if page in columns.PAGES:
            _columns(page)


def _views(page: str, query: str) -> None:
    found = {one.id: one for one in reads.saved_views()}
    at = next((one for one in found.values() if _is_shown(one, page, query)), None)
    if found:
        key = key_of(_OPEN, at.id if at else None)
        st.selectbox(
            "Open a view",
            list(found),
            index=list(found).index(at.id) if at else None,
            key=key,
            format_func=lambda view_id: _label(found[view_id]),
            placeholder="Saved views",
            on_change=lambda: _open(page, found.get(st.session_state[key])),
            width=_WIDTH,
        )
    if at is None:
        _save(page, query)
        return
    _default(at)
    if at.is_mine:
        _own(at)


def _save(page: str, query: str) -> None:
    st.text_input(
        "Save what is shown as",
        key=view_writes.NAME,
        max_chars=LONGEST_NAME,
        placeholder="A name",
        width=_WIDTH,
    )
    with st.container(horizontal=True, vertical_alignment="center", width=_WIDTH):
        st.toggle("Share it", key=view_writes.SHARED, help=_SHARING)
        st.space("stretch")
        st.button(
            "Save view",
            key="view-save",
            icon=":material/bookmark_add:",
            on_click=view_writes.save,
            args=(page, query, view_writes.request_id()),
        )


def _default(one: SavedView) -> None:
    key = key_of(f"view-default-{one.id}", one.is_default)
    st.toggle(
        "Opens by itself with its page",
        one.is_default,
        key=key,
        on_change=view_writes.set_default,
        args=(one, key),
    )


def _own(one: SavedView) -> None:
    name = key_of(f"view-name-{one.id}", one.name)
    shared = key_of(f"view-shared-{one.id}", one.is_shared)
    args = (one, name, shared)
    st.toggle(
        "Shared with colleagues",
        one.is_shared,
        key=shared,
        help=_SHARING,
        on_change=view_writes.change,
        args=args,
    )
    st.text_input(
        "Name",
        one.name,
        key=name,
        max_chars=LONGEST_NAME,
        on_change=view_writes.change,
        args=args,
        width=_WIDTH,
    )
    st.button(
        "Delete view",
        key=f"view-delete-{one.id}",
        icon=":material/delete:",
        type="tertiary",
        on_click=view_writes.delete,
        args=(one,),
    )


_SHARING = "Colleagues find it here too, if they may see every artist that it names."


def _columns(page: str) -> None:
    chosen = list(columns.chosen(page))
    key = key_of(f"columns-{page}", chosen)
    st.multiselect(
        "Columns, in their order",
        list(columns.offered(page)),
        chosen,
        key=key,
        format_func=columns.title,
        on_change=lambda: view_writes.choose_columns(page, st.session_state[key]),
        placeholder="The usual ones",
        width=_WIDTH,
    )
    if not columns.is_usual(page):
        st.button(
            "Usual columns",
            key=f"columns-reset-{page}",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=view_writes.choose_columns,
            args=(page, ()),
        )


def _label(one: SavedView) -> str:
    whose = "" if one.is_mine else f" · {one.made_by}"
    return f"{one.name} · {_TITLES[one.page]}{whose}"


def _is_shown(one: SavedView, page: str, query: str) -> bool:
    return one.page == page and one.values == values_of(query)


def _open(page: str, one: SavedView | None) -> None:
    if one is None:
        return
    _apply(one)
    if one.page != page:
        st.switch_page(_SCRIPTS[one.page], query_params={})


def _apply(one: SavedView) -> None:
    """Narrow to what the view says, and to nothing else."""
    filters.reset(is_shown_as_usual=True)
    for name, values in one.values.items():
        if name == current_artist.KEY:
            current_artist.choose_by_name(values[0])
        elif name in filters.KEPT:
            # Of colleagues it may name only those whom whoever opens it knows of anyway.
            known = reads.activity_words().actors if name == filters.PERSON else values
            in_url.keep_all(name, [value for value in values if value in known])
