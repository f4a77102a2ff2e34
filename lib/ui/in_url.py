"""What a person is looking at where no widget of Streamlit's holds it: in the URL, and kept.

Streamlit takes the query away when another page is opened; what is kept here comes back with the
page, as the values of bound widgets do. On the way in a value is any text at all.
"""

from collections.abc import Sequence

import streamlit as st

MOST_VALUES = 100
"""Of one name; what a URL has beyond that is left out."""


def read(name: str) -> str:
    """Return what the URL says under `name`, else what was kept, which the URL then says too."""
    return next(iter(read_all(name)[-1:]), "")


def read_all(name: str) -> list[str]:
    """Return everything that the URL says under `name`, else what was kept."""
    key = _key(name)
    if name in st.query_params:
        st.session_state[key] = st.query_params.get_all(name)[:MOST_VALUES]
    elif kept := st.session_state.get(key):
        st.query_params[name] = kept
    return [str(one) for one in st.session_state.get(key) or () if one]


def keep(name: str, value: str) -> None:
    """Keep `value` under `name`, an empty one not at all."""
    keep_all(name, [value] if value else [])


def keep_all(name: str, values: Sequence[str]) -> None:
    """Keep `values` under `name`, none not at all."""
    st.session_state[_key(name)] = list(values)
    if values:
        st.query_params[name] = list(values)
    else:
        st.query_params.pop(name, None)


def _key(name: str) -> str:
    return f"in-url-{name}"
