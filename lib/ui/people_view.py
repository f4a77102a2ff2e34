"""The page of people as drawn: who is there, what each may do and where, and who changed it."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.rights import DESK, Deed, Place, Role
from lib.services import people as verbs
from lib.services.access import NotAllowed
from lib.services.people import PersonNotFound, PlaceNotFound
from lib.services.people_reads import PersonCard, PersonEntry, RoleHeld, people, people_history
from lib.services.people_reads import places as places_of
from lib.services.transactions import ChangeRefused
from lib.ui import clock, notices, reads, signin
from lib.ui.escape import esc
from lib.ui.format import MISSING, count, instant

SEARCH, CHOSEN = "people-search", "people-chosen"
_NEW, _NEW_PLACE, _NEW_ROLE = "people-new", "people-new-place", "people-new-role"
_PLACE, _ROLE = "people-place", "people-role"
MOST_SHOWN = 200
_EVENTS = {
    "person:arrive": "Signed in for the first time",
    "person:end_sign_ins": "Signed out everywhere",
    "person:invite": "Invited",
    "person:role": "Role changed",
    "person:sign_out": "Signed out",
    "person:switch_off": "Switched off",
    "person:switch_on": "Switched on",
}


def everybody() -> list[PersonCard]:
    """Return the people whom this person may see. Raises `NotAllowed`."""
    return people(reads.engine(), rights=reads.rights())


def refused() -> None:
    """Say that the page is for admins."""
    st.warning("This page is for admins.", icon=":material/lock:")


def search(found: Sequence[PersonCard]) -> list[PersonCard]:
    """Draw the field of the search and return whom it fits."""
    words = (st.text_input("Search", key=SEARCH, icon=":material/search:") or "").casefold().split()
    return [one for one in found if all(word in _said(one) for word in words)]


def _said(one: PersonCard) -> str:
    places = " ".join(f"{held.name} {held.role}" for held in one.roles)
    return f"{one.email} {one.name or ''} {places}".casefold()


def table(found: Sequence[PersonCard]) -> None:
    """Draw who is there: address, name, roles, when last seen."""
    zone = clock.zone()
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Address": one.email,
                    "Name": one.name,
                    "Access": _access(one),
                    "Roles": "; ".join(_held(held) for held in one.roles) or "None",
                    "First seen": instant(one.first_seen_at, zone) if one.first_seen_at else None,
                    "Last seen": instant(one.last_seen_at, zone) if one.last_seen_at else None,
                }
                for one in found[:MOST_SHOWN]
            ]
        ),
        hide_index=True,
        placeholder=MISSING,
        alt="People",
    )
    if len(found) > MOST_SHOWN:
        st.caption(f"The first {count(MOST_SHOWN)} of {count(len(found))}; search for the others.")


def _access(one: PersonCard) -> str:
    if not one.is_active:
        return "✕ Switched off"
    return "✓ On" if one.first_seen_at else "… Invited"


def _held(held: RoleHeld) -> str:
    return f"{held.role.label}: {held.name}"


def choose(found: Sequence[PersonCard]) -> PersonCard | None:
    """Draw the choice of one person and return them."""
    by_id = {one.id: one for one in found[:MOST_SHOWN]}
    if st.session_state.get(CHOSEN) not in by_id:
        st.session_state.pop(CHOSEN, None)
    number = st.selectbox(
        "Person",
        list(by_id),
        index=None,
        key=CHOSEN,
        format_func=lambda one: by_id[one].email if one in by_id else "",
        placeholder="Choose a person to change",
    )
    return by_id.get(number) if number is not None else None


def roles(one: PersonCard) -> None:
    """Draw a person's roles, each with the way to take it, and the form of one more."""
    for held in one.roles:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{held.role.label}** · {esc(held.name)}", width="stretch")
            st.button(
                "Take away",
                key=f"take-{one.id}-{held.place.key}",
                icon=":material/remove:",
                disabled=not held.is_mine_to_change,
                help=None if held.is_mine_to_change else "You are no admin there.",
                on_click=_give,
                args=(one, held.place, held.name, None),
            )
    if not one.roles:
        st.caption("No role: this person sees nothing.")
    offered = places_of(reads.engine(), rights=reads.rights())
    with st.form(f"role-{one.id}", border=True):
        place, role = _place_and_role(offered, f"{_PLACE}-{one.id}", f"{_ROLE}-{one.id}")
        st.form_submit_button(
            "Give this role",
            on_click=_give_chosen,
            args=(one, offered, place, role),
        )


def access(one: PersonCard) -> None:
    """Draw the switch of a person's access; for admins of the whole desk."""
    if not reads.rights().may(Deed.MANAGE_PEOPLE):
        return
    with st.container(horizontal=True):
        st.button(
            "Switch off" if one.is_active else "Switch on",
            key=f"switch-{one.id}",
            icon=":material/person_off:" if one.is_active else ":material/person:",
            help="Ends every sign-in at once, in every tab.",
            on_click=_switch,
            args=(one,),
        )
        st.button(
            "Sign out everywhere",
            key=f"sign-out-{one.id}",
            icon=":material/logout:",
            disabled=one.first_seen_at is None,
            on_click=_end_sign_ins,
            args=(one,),
        )


def invite() -> None:
    """Draw the form that gives somebody a role before their first sign-in."""
    offered = places_of(reads.engine(), rights=reads.rights())
    with st.expander("Invite somebody", icon=":material/person_add:"), st.form("people-invite"):
        st.text_input("E-mail address", key=_NEW, max_chars=200)
        _place_and_role(offered, _NEW_PLACE, _NEW_ROLE)
        st.caption(
            "The role holds from the first sign-in on. Who may sign in at all stands in the "
            "secrets file, under [access]."
        )
        st.form_submit_button("Invite", type="primary", on_click=_invite, args=(offered,))


def _place_and_role(offered: dict[Place, str], place: str, role: str) -> tuple[str, str]:
    """Draw where and what; return the keys of both fields."""
    left, right = st.columns(2)
    left.selectbox("Where", list(offered), key=place, format_func=lambda one: _named(offered, one))
    right.selectbox("Role", list(Role), key=role, format_func=lambda one: one.label)
    with st.container():
        st.caption("  \n".join(f"**{one.label}** · {one.meaning}" for one in Role))
    return place, role


def _named(offered: dict[Place, str], place: Place) -> str:
    if place == DESK:
        return offered[place]
    kind = "Artist" if place.artist_id is not None else "Organization"
    return f"{kind}: {offered.get(place, '')}"


def history() -> None:
    """Draw, folded, who changed what people may do; for admins of the whole desk."""
    if not reads.rights().may(Deed.MANAGE_PEOPLE):
        return
    folded = st.expander(
        "Changes", key="people-changes", icon=":material/history:", on_change="rerun"
    )
    if not folded.open:
        return
    entries = people_history(reads.engine(), rights=reads.rights())
    with folded:
        st.dataframe(
            pd.DataFrame([_entry(one) for one in entries]),
            hide_index=True,
            placeholder=MISSING,
            alt="Changes of people",
        )


def _entry(one: PersonEntry) -> dict[str, object]:
    change = None
    if one.before or one.after:
        change = f"{one.before or 'none'} → {one.after or 'none'}"
    return {
        "When": instant(one.at, clock.zone()),
        "Who": one.actor,
        "What": _EVENTS.get(one.event, one.event),
        "Person": one.email,
        "Where": one.place_name,
        "Before → after": change,
        "From": one.source,
    }


def _give_chosen(one: PersonCard, offered: dict[Place, str], place_key: str, role_key: str) -> None:
    place, role = st.session_state.get(place_key), st.session_state.get(role_key)
    if isinstance(place, Place) and role:
        _give(one, place, offered.get(place, ""), Role(role))


def _give(one: PersonCard, place: Place, name: str, role: Role | None) -> None:
    def work() -> str:
        verbs.give_role(reads.engine(), one.id, place, role, actor=signin.actor(), now=clock.now())
        said = f"is {role.label} of" if role else "has no role any more in"
        return f"{one.email} {said} {name}."

    _tell(work)


def _switch(one: PersonCard) -> None:
    def work() -> str:
        is_active = not one.is_active
        verbs.switch(
            reads.engine(), one.id, is_active=is_active, actor=signin.actor(), now=clock.now()
        )
        return f"{one.email} is switched {'on' if is_active else 'off'}."

    _tell(work)


def _end_sign_ins(one: PersonCard) -> None:
    def work() -> str:
        verbs.end_sign_ins(reads.engine(), one.id, actor=signin.actor(), now=clock.now())
        return f"Every sign-in of {one.email} has ended."

    _tell(work)


def _invite(offered: dict[Place, str]) -> None:
    email = str(st.session_state.get(_NEW) or "")
    place, role = st.session_state.get(_NEW_PLACE), st.session_state.get(_NEW_ROLE)
    if not isinstance(place, Place) or not role:
        return

    def work() -> str:
        verbs.invite(
            reads.engine(), email, place, Role(role), actor=signin.actor(), now=clock.now()
        )
        return f"{email} is {Role(role).label} of {offered.get(place, '')}."

    _tell(work)


def _tell(work: Callable[[], str]) -> None:
    try:
        notices.tell_done(work())
    except (
        ChangeRefused,
        DatabaseUnreachable,
        NotAllowed,
        PersonNotFound,
        PlaceNotFound,
        signin.SignedOut,
    ) as refusal:
        notices.tell_refused(str(refusal))
