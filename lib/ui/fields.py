"""Fields whose value is kept elsewhere, in the URL or the database, and may change beside them.

A field that is told its value by the session state is told again in every run, and takes back
what somebody chooses meanwhile; told once, it forgets it where the browser has not drawn it yet,
in a popover that is closed. So a field begins with what is kept, and where that has changed
otherwise than by the field, there is a new one in its place.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from lib.ui import in_url

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class OneOf:
    """A choice of one; without words for `nothing` the first option is the usual one."""

    name: str
    label: str
    options: Sequence[str]
    nothing: str = ""
    first: str = ""
    """The usual one, where that is not the first."""

    @property
    def usual(self) -> str:
        """What is chosen where the URL says nothing."""
        return "" if self.nothing else self.first or self.options[0]

    @property
    def chosen(self) -> str:
        """What the URL says, where it is known; else the usual one, or none."""
        said = in_url.read(self.name)
        return said if said in self.options else self.usual


def key_of(name: str, value: Any) -> str:
    """Return the key of the field `name` that is to hold `value`; begin the field with it."""
    number = st.session_state.get(f"field-{name}", 0)
    key = f"{name}-{number}"
    if key in st.session_state and st.session_state[key] != value:
        st.session_state[f"field-{name}"] = number + 1
        key = f"{name}-{number + 1}"
    return key


def field_name(name: str) -> str:
    """Return what the field is called that holds what the URL says under `name`."""
    return f"filter-{name}"


def keep(name: str, key: str, usual: str = "") -> None:
    """Keep what a field says, as the URL has it; of what is `usual` on its page that says nothing.

    What is usual on one page may be none of another's, and must not go there with its person.
    """
    value = st.session_state[key]
    if isinstance(value, list):
        in_url.keep_all(name, value)
    elif isinstance(value, float):
        in_url.keep(name, f"{value:.2f}".removesuffix(".00"))
    else:
        in_url.keep(name, "" if value in (None, usual) else str(value))


@contextmanager
def folded(label: str, key: str, *, icon: str) -> Iterator[bool]:
    """Draw a popover; yield whether it is open: what it holds is drawn only then.

    Its label stays what it is, or it would be another one, and closed.
    """
    popover = st.popover(label, key=key, icon=icon, on_change="rerun")
    with popover:
        yield bool(popover.open)


def segments(one: OneOf) -> None:
    """Draw a choice of a few side by side."""
    key = key_of(field_name(one.name), one.chosen)
    st.segmented_control(
        one.label,
        one.options,
        default=one.chosen,
        required=True,
        key=key,
        on_change=keep,
        args=(one.name, key, one.usual),
        label_visibility="collapsed",
    )


def is_on(name: str, *, usually: bool = False) -> bool:
    """Return whether the URL says that a switch is on; where it says nothing, as usual."""
    return {"true": True, "false": False}.get(in_url.read(name), usually)


def toggle(label: str, name: str, *, usually: bool = False) -> None:
    """Draw a switch; the URL says it where it is not as usual."""
    now = is_on(name, usually=usually)
    key = key_of(field_name(name), now)
    st.toggle(label, now, key=key, on_change=_keep_switch, args=(name, key, usually))


def _keep_switch(name: str, key: str, usually: bool) -> None:
    value = bool(st.session_state[key])
    in_url.keep(name, "" if value is usually else str(value).lower())


def day_field(label: str, name: str, *, width: int) -> None:
    """Draw a field for a day."""
    value = day(name)
    key = key_of(field_name(name), value)
    st.date_input(
        label,
        value=value,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        key=key,
        format="DD.MM.YYYY",
        on_change=keep,
        args=(name, key),
        width=width,
    )


def day(name: str) -> date | None:
    """Return a day of the URL, None for what is none, or none of this century."""
    said = in_url.read(name)
    try:
        found = date.fromisoformat(said) if _DAY.fullmatch(said) else None
    except ValueError:
        return None
    return found if found and FIRST_DAY <= found <= LAST_DAY else None
