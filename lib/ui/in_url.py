"""What a person is looking at where no widget of Streamlit's holds it: in the URL, and kept.

Streamlit takes the query away when another page is opened; what is kept here comes back with the
page, as the values of bound widgets do.
"""

import streamlit as st


def read(name: str) -> str:
    """Return what the URL says under `name`, else what was kept, which the URL then says too."""
    key = _key(name)
    if name in st.query_params:
        st.session_state[key] = st.query_params[name]
    elif kept := st.session_state.get(key):
        st.query_params[name] = kept
    return str(st.session_state.get(key) or "")


def keep(name: str, value: str) -> None:
    """Keep `value` under `name`, an empty one not at all."""
    st.session_state[_key(name)] = value
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _key(name: str) -> str:
    return f"in-url-{name}"
