"""What a person sets for themselves, written from a field or a button of the menu View."""

from collections.abc import Callable, Sequence
from uuid import uuid4

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.saved_view import SavedView
from lib.services import own_settings, saved_views
from lib.services.access import NotAllowed
from lib.services.billing import ArtistNotFound
from lib.services.saved_views import ViewNotFound
from lib.services.transactions import ChangeRefused
from lib.ui import clock, notices, reads, signin

NAME, SHARED = "view-name", "view-shared"
_REQUEST = "view-request"


def request_id() -> str:
    """Return the request under which the next view is saved, however often that is pressed."""
    return str(st.session_state.setdefault(_REQUEST, uuid4().hex))


def save(page: str, query: str, asked: str) -> None:
    """Save what the page shows under the name in the field."""
    name = str(st.session_state.get(NAME) or "")
    is_shared = bool(st.session_state.get(SHARED))

    def work() -> str:
        saved_views.save_view(
            reads.engine(),
            name,
            page=page,
            query=query,
            is_shared=is_shared,
            actor=signin.actor(),
            request_id=asked,
            now=clock.now(),
        )
        for key in (NAME, SHARED, _REQUEST):
            st.session_state.pop(key, None)
        return f"Saved the view “{name.strip()}”."

    _tell(work)


def change(one: SavedView, name_key: str, shared_key: str) -> None:
    """Call a view otherwise, or share it or no longer, as the fields say."""
    name = str(st.session_state.get(name_key) or "")
    is_shared = bool(st.session_state.get(shared_key))

    def work() -> str:
        saved_views.change_view(
            reads.engine(),
            one.id,
            name=name,
            is_shared=is_shared,
            actor=signin.actor(),
            request_id=uuid4().hex,
            now=clock.now(),
        )
        return f"The view “{name.strip()}” is {'shared' if is_shared else 'yours alone'}."

    _tell(work)


def set_default(one: SavedView, key: str) -> None:
    """Let a view open by itself, or no longer, as the field says."""
    is_default = bool(st.session_state.get(key))

    def work() -> str:
        saved_views.set_default(
            reads.engine(),
            one.id,
            is_default,
            actor=signin.actor(),
            request_id=uuid4().hex,
            now=clock.now(),
        )
        return f"“{one.name}” opens {'by itself' if is_default else 'when you choose it'}."

    _tell(work)


def delete(one: SavedView) -> None:
    """Delete a view; what it narrows to stays as it is."""

    def work() -> str:
        saved_views.delete_view(
            reads.engine(), one.id, actor=signin.actor(), request_id=uuid4().hex, now=clock.now()
        )
        return f"Deleted the view “{one.name}”."

    _tell(work)


def choose_columns(table: str, names: Sequence[str]) -> None:
    """Remember the columns of a table; none are the usual ones."""
    try:
        _choose(table, names)
    except _REFUSALS as refusal:
        notices.tell_refused(str(refusal))


def _choose(table: str, names: Sequence[str]) -> None:
    own_settings.choose_columns(
        reads.engine(),
        table,
        names,
        actor=signin.actor(),
        request_id=uuid4().hex,
        now=clock.now(),
    )


_REFUSALS = (
    ArtistNotFound,
    ChangeRefused,
    DatabaseUnreachable,
    NotAllowed,
    ViewNotFound,
    signin.SignedOut,
)


def _tell(work: Callable[[], str]) -> None:
    try:
        notices.tell_done(work())
    except _REFUSALS as refusal:
        notices.tell_refused(str(refusal))
