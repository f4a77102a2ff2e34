"""Who is at the screen: the person the provider vouches for, or the one local person.

Streamlit itself ends no sign-in: its cookie lives for weeks and an open tab goes on. So the
age of the sign-in and the right to come in are looked at on every run, and again by every
callback that writes, since callbacks run before the page does.
"""

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.domain.records import Actor
from lib.settings import Settings, settings

_HOUR = 3600
_CLOCK_SKEW = 60  # The provider's clock may be ahead of ours by this many seconds.


class SignedOut(PermissionError):
    """Nobody who may come in is signed in; the message is fit to show."""


def actor() -> Actor:
    """Return the person who acts in this run. Raises `SignedOut` with what to do."""
    known = settings()
    if not known.is_sign_in_required:
        return Actor(name=known.actor)
    if not st.user.is_logged_in:
        raise SignedOut("Sign in to see the campaigns of your label.")
    return person(st.user.to_dict(), settings=known, now=time.time())


def person(claims: Mapping[str, Any], *, settings: Settings, now: float) -> Actor:
    """Return the person with these ID-token claims, if they may come in at `now` (epoch seconds).

    Raises `SignedOut` where the address is not admitted, or the sign-in is too old or has
    no time.
    """
    if not settings.access.admits(claims):
        raise SignedOut(
            "This account may not use the desk. Ask the person who runs it to add your address, "
            "or sign in with another account."
        )
    signed_in_at = claims.get("auth_time", claims.get("iat"))
    if not isinstance(signed_in_at, int | float):
        raise SignedOut("The provider does not say when you signed in, so you cannot be let in.")
    age = now - signed_in_at
    if not -_CLOCK_SKEW <= age < settings.session_hours * _HOUR:
        raise SignedOut(
            f"You signed in more than {settings.session_hours} hours ago. Sign in again."
        )
    return Actor(name=str(claims["email"]).lower())


def sign_in_page(refusal: SignedOut) -> None:
    """Draw the only thing that somebody signed out gets to see."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title("Campaign Desk", anchor=False)
        st.write(str(refusal))
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        if settings().is_sign_in_required and st.user.is_logged_in:
            st.button("Sign out", icon=":material/logout:", on_click=st.logout)


def sign_out_button(who: Actor) -> None:
    """Draw who is signed in, and the way out, where there is a sign-in."""
    if settings().is_sign_in_required:
        st.caption(who.name.replace("@", "@\u200b"))
        st.button("Sign out", icon=":material/logout:", on_click=st.logout, width="stretch")
