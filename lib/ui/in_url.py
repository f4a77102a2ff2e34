"""What a person is looking at where no widget of Streamlit's holds it: in the URL, and kept.

Streamlit takes the query away when another page is opened; what is kept here comes back with the
page, as the values of bound widgets do. On the way in a value is any text at all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

MOST_VALUES = 100
"""Of one name; what a URL has beyond that is left out."""
_KEPT = "in-url"
_BACK = "back"
"""What `static/steps.js` adds to an address that the browser goes back or forth to."""
_comes_back: ContextVar[bool] = ContextVar("comes-back", default=False)


@contextmanager
def address() -> Iterator[bool]:
    """Take the address as the truth within, where somebody has come back to it; yield whether.

    What the page reads and its address no longer says is forgotten then, and not brought back.
    What other pages read stays kept.
    """
    is_back = st.query_params.pop(_BACK, None) is not None
    token = _comes_back.set(is_back)
    try:
        yield is_back
    finally:
        _comes_back.reset(token)


def read(name: str) -> str:
    """Return what the URL says under `name`, else what was kept, which the URL then says too."""
    return next(iter(read_all(name)[-1:]), "")


def read_all(name: str) -> list[str]:
    """Return everything that the URL says under `name`, else what was kept."""
    kept = _kept()
    if name in st.query_params:
        kept[name] = st.query_params.get_all(name)[:MOST_VALUES]
    elif _comes_back.get():
        kept.pop(name, None)
    elif kept.get(name):
        st.query_params[name] = kept[name]
    return [str(one) for one in kept.get(name, ()) if one]


def keep(name: str, value: str) -> None:
    """Keep `value` under `name`, an empty one not at all."""
    keep_all(name, [value] if value else [])


def keep_all(name: str, values: Sequence[str]) -> None:
    """Keep `values` under `name`, none not at all."""
    _kept()[name] = list(values)
    if values:
        st.query_params[name] = list(values)
    else:
        st.query_params.pop(name, None)


def _kept() -> dict[str, list[str]]:
    """Return the values by their names, in one place: a page asks for dozens of them."""
    kept: dict[str, list[str]] | None = st.session_state.get(_KEPT)
    if kept is None:
        kept = st.session_state[_KEPT] = {}
    return kept
