"""Saved views: a page with what it is narrowed to, under a name; a person's own, or shared.

A view narrows what whoever opens it may see anyway. One that names an artist is there only for
those who may see that artist, its maker included. A view is nobody's campaign: it stands in no
history, the log tells it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    delete,
    exists,
    false,
    insert,
    or_,
    select,
    true,
    update,
)

from lib.db.engine import reading, retrying
from lib.db.tables import artist, default_view, saved_view, saved_view_artist
from lib.domain.names import artist_key
from lib.domain.records import Actor, Source
from lib.domain.rights import Deed, Rights
from lib.domain.saved_view import (
    LONGEST_NAME,
    LONGEST_QUERY,
    MOST_VIEWS,
    PAGES,
    SavedView,
    artists_named,
    plain_name,
)
from lib.events import told
from lib.services.access import demand_somewhere, present_rights
from lib.services.billing import ArtistNotFound
from lib.services.own_settings import owner_of, person_of
from lib.services.standing import is_seen
from lib.services.transactions import ChangeRefused, RequestReused, in_transaction

MOST_LISTED = 300


class ViewNotFound(LookupError):
    """There is no such view, or none that is there for whoever asks."""


class ViewRefused(ChangeRefused):
    """A view that was not saved or changed, and why."""


@dataclass(frozen=True)
class ChangedView:
    """A view that was saved, changed, chosen or deleted: the answer to a request."""

    view_id: int
    at: datetime


def views(engine: Engine, *, actor: Actor, rights: Rights) -> tuple[SavedView, ...]:
    """Return the actor's views and those that colleagues share, their own first, by name."""

    def work() -> tuple[SavedView, ...]:
        mine = saved_view.c.owner == owner_of(actor)
        query = _seen(actor, rights).order_by(mine.desc(), saved_view.c.name_key, saved_view.c.id)
        with reading(engine) as db:
            return tuple(_listed(row, actor) for row in db.execute(query.limit(MOST_LISTED)))

    return retrying(work)


def default(engine: Engine, page: str, *, actor: Actor, rights: Rights) -> SavedView | None:
    """Return the view that opens by itself with a page for the actor, None where none does."""

    def work() -> SavedView | None:
        query = _seen(actor, rights).where(
            default_view.c.view_id.is_not(None), saved_view.c.page == page
        )
        with reading(engine) as db:
            row = db.execute(query).first()
            return None if row is None else _listed(row, actor)

    return retrying(work)


@told("view:save")
def save_view(
    engine: Engine,
    name: str,
    *,
    page: str,
    query: str,
    is_shared: bool = False,
    actor: Actor,
    request_id: str,
    now: datetime,
    source: Source = Source.DESK,  # noqa: ARG001 - told
) -> ChangedView:
    """Save what a page is narrowed to under a name.

    Raises `NotAllowed`, `ArtistNotFound` for a query that names one who may not be seen,
    `ViewRefused`, `RequestReused`; then nothing was saved.
    """
    name = _checked(name)
    if page not in PAGES or len(query) > LONGEST_QUERY:
        raise ViewRefused("So much cannot be kept in one view. Narrow it to fewer values.")

    def work(db: Connection) -> ChangedView:
        rights = present_rights(db, actor, now=now)
        demand_somewhere(rights, Deed.LOOK)
        if answer := _saved_before(db, request_id, actor, name):
            return answer
        artists = _artists(db, query, rights)
        _check_free(db, name, actor)
        values = {
            "owner": owner_of(actor),
            "person_id": person_of(actor),
            "made_by": actor.name,
            "made_at": now,
            "page": page,
            "name": name,
            "name_key": name.casefold(),
            "query": query,
            "is_shared": is_shared,
            "request_id": request_id,
        }
        key = db.execute(insert(saved_view).values(values)).inserted_primary_key
        assert key is not None  # noqa: S101 - one row was inserted, so it has a key
        view_id = int(key[0])
        for one in artists:
            db.execute(insert(saved_view_artist).values(view_id=view_id, artist_id=one))
        return ChangedView(view_id, now)

    return in_transaction(engine, work)


@told("view:change")
def change_view(
    engine: Engine,
    view_id: int,
    *,
    name: str,
    is_shared: bool,
    actor: Actor,
    request_id: str,  # noqa: ARG001 - told; the same request again leaves the same behind
    now: datetime,
    source: Source = Source.DESK,  # noqa: ARG001 - told
) -> ChangedView:
    """Call the actor's own view otherwise, and share it or no longer.

    Raises `NotAllowed`, `ViewNotFound`, `ViewRefused`; then nothing was changed.
    """
    name = _checked(name)

    def work(db: Connection) -> ChangedView:
        _own(db, view_id, actor, now=now)
        _check_free(db, name, actor, but=view_id)
        db.execute(
            update(saved_view)
            .where(saved_view.c.id == view_id)
            .values(name=name, name_key=name.casefold(), is_shared=is_shared)
        )
        if not is_shared:
            # It goes from the lists of others, and opens for none of them.
            db.execute(
                delete(default_view).where(
                    default_view.c.view_id == view_id, default_view.c.owner != owner_of(actor)
                )
            )
        return ChangedView(view_id, now)

    return in_transaction(engine, work)


@told("view:delete")
def delete_view(
    engine: Engine,
    view_id: int,
    *,
    actor: Actor,
    request_id: str,  # noqa: ARG001 - told
    now: datetime,
    source: Source = Source.DESK,  # noqa: ARG001 - told
) -> ChangedView:
    """Delete the actor's own view, for colleagues too.

    Raises `NotAllowed`, `ViewNotFound`; then nothing was changed.
    """

    def work(db: Connection) -> ChangedView:
        _own(db, view_id, actor, now=now)
        db.execute(delete(default_view).where(default_view.c.view_id == view_id))
        db.execute(delete(saved_view_artist).where(saved_view_artist.c.view_id == view_id))
        db.execute(delete(saved_view).where(saved_view.c.id == view_id))
        return ChangedView(view_id, now)

    return in_transaction(engine, work)


@told("view:default")
def set_default(
    engine: Engine,
    view_id: int,
    is_default: bool,
    *,
    actor: Actor,
    request_id: str,  # noqa: ARG001 - told; the same request again leaves the same behind
    now: datetime,
    source: Source = Source.DESK,  # noqa: ARG001 - told
) -> ChangedView:
    """Let a view open by itself for the actor, in place of the one before, or no longer.

    Raises `NotAllowed`, `ViewNotFound`; then nothing was changed.
    """

    def work(db: Connection) -> ChangedView:
        rights = present_rights(db, actor, now=now)
        demand_somewhere(rights, Deed.LOOK)
        mine = default_view.c.owner == owner_of(actor)
        if db.execute(_seen(actor, rights).where(saved_view.c.id == view_id)).first() is None:
            raise ViewNotFound("There is no such view any more. Nothing was changed.")
        if not is_default:
            db.execute(delete(default_view).where(mine, default_view.c.view_id == view_id))
            return ChangedView(view_id, now)
        if not db.execute(update(default_view).where(mine).values(view_id=view_id)).rowcount:
            row = {"owner": owner_of(actor), "person_id": person_of(actor), "view_id": view_id}
            db.execute(insert(default_view).values(row))
        return ChangedView(view_id, now)

    return in_transaction(engine, work)


def _seen(actor: Actor, rights: Rights) -> Select[Any]:
    """Return the query for the views that are there for the actor."""
    owner = owner_of(actor)
    named = saved_view_artist.c
    names_others = exists(
        select(1).where(named.view_id == saved_view.c.id, ~is_seen(named.artist_id, rights))
    )
    chosen = (default_view.c.view_id == saved_view.c.id) & (default_view.c.owner == owner)
    return (
        select(saved_view, default_view.c.view_id.label("default_id"))
        .select_from(saved_view.outerjoin(default_view, chosen))
        .where(or_(saved_view.c.owner == owner, saved_view.c.is_shared), ~names_others)
        .where(true() if rights.may_somewhere(Deed.LOOK) else false())
    )


def _listed(row: Row[Any], actor: Actor) -> SavedView:
    return SavedView(
        id=row.id,
        name=row.name,
        page=row.page,
        query=row.query,
        made_by=row.made_by,
        is_shared=row.is_shared,
        is_mine=row.owner == owner_of(actor),
        is_default=row.default_id is not None,
    )


def _own(db: Connection, view_id: int, actor: Actor, *, now: datetime) -> None:
    """Raise `ViewNotFound` unless the view is the actor's and is there for them."""
    rights = present_rights(db, actor, now=now)
    demand_somewhere(rights, Deed.LOOK)
    query = _seen(actor, rights).where(
        saved_view.c.id == view_id, saved_view.c.owner == owner_of(actor)
    )
    if db.execute(query).first() is None:
        raise ViewNotFound("There is no such view of yours any more. Nothing was changed.")


def _checked(name: str) -> str:
    plain = plain_name(name)
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise ViewRefused(f"A view has a name of 1 to {LONGEST_NAME} letters. Nothing was saved.")
    return plain


def _check_free(db: Connection, name: str, actor: Actor, *, but: int | None = None) -> None:
    mine = select(saved_view.c.id, saved_view.c.name_key).where(
        saved_view.c.owner == owner_of(actor), saved_view.c.id != (but or 0)
    )
    keys = [row.name_key for row in db.execute(mine)]
    if name.casefold() in keys:
        raise ViewRefused(f"You have a view called “{name}” already. Choose another name.")
    if but is None and len(keys) >= MOST_VIEWS:
        raise ViewRefused(f"You have {MOST_VIEWS} views. Delete those that you no longer need.")


def _artists(db: Connection, query: str, rights: Rights) -> list[int]:
    """Return the artists whom a query names. Raises `ArtistNotFound`."""
    names = {artist_key(name) for name in artists_named(query)}
    rows = db.execute(
        select(artist.c.id).where(artist.c.name_key.in_(names), is_seen(artist.c.id, rights))
    )
    found = list(rows.scalars())
    if len(found) < len(names):
        raise ArtistNotFound("There is no such artist. Nothing was saved.")
    return found


def _saved_before(db: Connection, request_id: str, actor: Actor, name: str) -> ChangedView | None:
    row = db.execute(select(saved_view).where(saved_view.c.request_id == request_id)).first()
    if row is None:
        return None
    if (row.owner, row.name) != (owner_of(actor), name):
        raise RequestReused(
            f"The request {request_id} was used before for something else. Nothing was saved; "
            "send a new request."
        )
    return ChangedView(row.id, row.made_at)
