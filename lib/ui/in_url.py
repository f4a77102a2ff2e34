"""What a person is looking at where no widget of Streamlit's holds it: in the URL, and kept.

Streamlit takes the query away when another page is opened; what is kept here comes back with the
page, as the values of bound widgets do. On the way in a value is any text at all.
"""

from collections.abc import Sequence

import streamlit as st

MOST_VALUES = 100
"""Of one name; what a URL has beyond that is left out."""
_KEPT = "in-url"
_BACK = "back"
"""What `static/steps.js` adds to an address that the browser goes back or forth to."""


def begin() -> None:
    """Forget what was kept where somebody has come back to an address that does not say it.

    Call it before anything is read.
    """
    if _BACK in st.query_params:
        del st.query_params[_BACK]
        _kept().clear()


def read(name: str) -> str:
    """Return what the URL says under `name`, else what was kept, which the URL then says too."""
    return next(iter(read_all(name)[-1:]), "")


def read_all(name: str) -> list[str]:
    """Return everything that the URL says under `name`, else what was kept."""
    kept = _kept()
    if name in st.query_params:
        kept[name] = st.query_params.get_all(name)[:MOST_VALUES]
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
