"""Who is at the screen: the person the provider vouches for, or the one local person.

Streamlit itself ends no sign-in: its cookie lives for weeks and an open tab goes on. So the
age of the sign-in, the right to come in and the table of people are looked at on every run,
and again by every callback that writes, since callbacks run before the page does; the service
looks once more inside the write itself.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Actor
from lib.domain.rights import FULL, Deed, Role
from lib.services import access, arrivals
from lib.services.arrivals import Identity
from lib.settings import Settings, settings
from lib.ui import clock, notices
from lib.ui.database import engine
from lib.ui.escape import esc

_CLOCK_SKEW = timedelta(minutes=1)  # The provider's clock may be ahead of ours by this much.
_LONGEST = {"iss": 500, "sub": 255, "email": 200}
_LONGEST_NAME = 200


class SignedOut(PermissionError):
    """Nobody who may come in is signed in; the message is fit to show."""


def actor() -> Actor:
    """Return the person who acts in this run. Raises `SignedOut` with what to do."""
    known = settings()
    if not known.is_sign_in_required:
        return Actor(name=known.actor, rights=FULL)
    if not st.user.is_logged_in:
        raise SignedOut("Sign in to see the campaigns of your label.")
    return arrived(st.user.to_dict(), settings=known, now=clock.now())


def arrived(claims: Mapping[str, Any], *, settings: Settings, now: datetime) -> Actor:
    """Return the person with these ID-token claims, as the table of people has them by now.

    Raises `SignedOut`.
    """
    identity = identified(claims, settings=settings, now=now)
    newcomers = Role.VIEWER if settings.access.newcomers == "viewer" else None
    try:
        return arrivals.arrive(engine(), identity, newcomers=newcomers, now=now)
    except access.AccessEnded as ended:
        raise SignedOut(str(ended)) from None


def identified(claims: Mapping[str, Any], *, settings: Settings, now: datetime) -> Identity:
    """Return who has these ID-token claims, if they may come in at `now`.

    Raises `SignedOut` where the address is not admitted, or the sign-in is too old or has
    no time.
    """
    if not settings.access.admits(claims):
        raise SignedOut(
            "This account may not use the desk. Ask the person who runs it to add your address, "
            "or sign in with another account."
        )
    said = {name: claims.get(name) for name in _LONGEST}
    if not all(
        isinstance(word, str) and 0 < len(word) <= _LONGEST[name] for name, word in said.items()
    ):
        raise SignedOut("The provider does not say clearly who you are, so you cannot be let in.")
    made_at, since = _instant(claims, "iat", "auth_time"), _instant(claims, "auth_time", "iat")
    if made_at is None or since is None:
        raise SignedOut("The provider does not say when you signed in, so you cannot be let in.")
    ends_at = since + timedelta(hours=settings.session_hours)
    if not (since - _CLOCK_SKEW <= now < ends_at and made_at - _CLOCK_SKEW <= now):
        raise SignedOut(
            f"You signed in more than {settings.session_hours} hours ago. Sign in again."
        )
    email, name = str(said["email"]).lower(), claims.get("name")
    return Identity(
        iss=str(said["iss"]),
        sub=str(said["sub"]),
        email=email,
        name=name.strip()[:_LONGEST_NAME] or None if isinstance(name, str) else None,
        signed_in_at=made_at,
        ends_at=ends_at,
        is_listed_admin=email in settings.access.admins,
    )


def _instant(claims: Mapping[str, Any], *names: str) -> datetime | None:
    """Return the first of these claims that is a time."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                return datetime.fromtimestamp(value, UTC)
            except (ValueError, OverflowError, OSError):
                return None
    return None


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
        st.caption(esc(who.name))
        st.button("Sign out", icon=":material/logout:", on_click=_sign_out, width="stretch")


def _sign_out() -> None:
    """End every sign-in of this person, then forget the cookie, which alone would end nothing."""
    try:
        arrivals.sign_out(engine(), actor(), now=clock.now())
    except DatabaseUnreachable:
        notices.tell_refused(
            "You are still signed in: the database does not answer, and a copy of the sign-in "
            "would go on. Try again in a moment."
        )
        return
    except SignedOut:
        st.logout()  # Ended already.
        return
    st.logout()


def manages_people(who: Actor) -> bool:
    """Return whether the page of people is for this person."""
    return settings().is_sign_in_required and who.rights.may_somewhere(Deed.GIVE_ROLES)
