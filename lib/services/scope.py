"""Whose campaigns somebody may see, as conditions of SQL: every read of the desk has one.

What is not within somebody's rights is not there for them: it is left out of lists, counts and
sums by the database, and asking for it by its number or name answers as for something that
does not exist.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, true

from lib.db.tables import artist
from lib.domain.rights import Deed, Place, Rights


def of_artists(rights: Rights, deed: Deed = Deed.LOOK) -> ColumnElement[bool]:
    """Return the condition on `artist` that leaves those for whom `deed` is allowed."""
    if rights.sees_all(deed):
        return true()
    places = rights.places(deed)
    return or_(
        artist.c.organization_id.in_(_organizations(places)), artist.c.id.in_(_artists(places))
    )


def within(column: ColumnElement[Any], rights: Rights) -> ColumnElement[bool]:
    """Return the condition that `column`, an artist's number, is one that may be seen."""
    if rights.sees_all():
        return true()
    places = rights.places(Deed.LOOK)
    if not _organizations(places):
        # Without a look at the artists: most people who are limited have a few of them.
        return column.in_(_artists(places))
    return column.in_(select(artist.c.id).where(of_artists(rights)))


def may_for_artist(db: Connection, rights: Rights, deed: Deed, artist_id: int) -> bool:
    """Return whether `deed` is allowed for an artist; for one that does not exist it is not."""
    found = db.execute(
        select(artist.c.organization_id).where(artist.c.id == artist_id)
    ).scalar_one_or_none()
    if found is None:
        return False
    return rights.may(deed, Place(artist_id=artist_id), of_organization=found)


def _organizations(places: tuple[Place, ...]) -> list[int]:
    return [one.organization_id for one in places if one.organization_id is not None]


def _artists(places: tuple[Place, ...]) -> list[int]:
    return [one.artist_id for one in places if one.artist_id is not None]
