"""What a person is looking at where no widget of Streamlit's holds it: in the URL, and kept.

Streamlit takes the query away when another page is opened; what is kept here comes back with the
page, as the values of bound widgets do. On the way in a value is any text at all.

Each run brings the address that the browser had when it asked for it. One that was asked for while
a change was on its way still says what the change replaced: such an echo changes nothing back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

import streamlit as st

MOST_VALUES = 100
"""Of one name; what a URL has beyond that is left out."""
_KEPT, _REPLACED, _CHANGED = "in-url", "in-url-replaced", "in-url-changed"
_BACK = "back"
"""What `static/steps.js` adds to an address that the browser goes back or forth to."""
_ECHO_SECONDS = 10
_comes_back: ContextVar[bool] = ContextVar("comes-back", default=False)


@contextmanager
def address() -> Iterator[bool]:
    """Take the address as the truth within, where somebody has come back to it; yield whether.

    What the page reads and its address no longer says is forgotten then, and not brought back.
    What other pages read stays kept.
    """
    is_back = st.query_params.pop(_BACK, None) is not None
    if is_back:
        st.session_state.pop(_REPLACED, None)
    _hush_echoes()
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
    before, now = _kept().get(name, []), list(values)
    if before and before != now:
        replaced = st.session_state.setdefault(_REPLACED, {})
        replaced.setdefault(name, []).append((before, monotonic() + _ECHO_SECONDS))
    st.session_state.setdefault(_CHANGED, set()).add(name)
    _kept()[name] = now
    _say(name, now)


def _say(name: str, values: Sequence[str]) -> None:
    if values:
        st.query_params[name] = list(values)
    else:
        st.query_params.pop(name, None)


def _hush_echoes() -> None:
    """Let the address say what is kept where it says what was replaced a moment ago.

    Once it has said what is kept, the browser knows of the change: what it says then is meant.
    """
    changed: set[str] = st.session_state.pop(_CHANGED, set())
    replaced: dict[str, list[tuple[list[str], float]]] = st.session_state.get(_REPLACED, {})
    for name in replaced.keys() - changed:  # What has just been changed says so already.
        said, now = st.query_params.get_all(name), monotonic()
        if any(said == values and now < until for values, until in replaced[name]):
            _say(name, _kept().get(name, []))
        else:
            del replaced[name]


def _kept() -> dict[str, list[str]]:
    """Return the values by their names, in one place: a page asks for dozens of them."""
    kept: dict[str, list[str]] | None = st.session_state.get(_KEPT)
    if kept is None:
        kept = st.session_state[_KEPT] = {}
    return kept
