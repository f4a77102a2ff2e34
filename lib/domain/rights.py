"""Who may do what, where: roles, the places in which they hold, and what each deed asks for.

A role holds in a place: the whole desk, one organization, one artist. The wider place counts
for everything in it, and of several roles the highest does. Whoever has none in any place that
an artist belongs to meets no trace of that artist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is in a place, the lowest first; each may do what the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]

    def covers(self, other: "Role") -> bool:
        """Return whether whoever has this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


_MEANINGS = {
    Role.VIEWER: "Looks at campaigns, figures and history, and takes exports.",
    Role.EDITOR: "Also changes campaigns, brings in exports and makes links for artists.",
    Role.ADMIN: "Also says who may do what there, and whether artists are shown costs; on the "
    "whole desk adds artists and people.",
}


class Deed(StrEnum):
    """What somebody may want to do: every verb of the services is one of these."""

    LOOK = "look at campaigns"
    CHANGE = "change campaigns"
    IMPORT = "import for an artist"
    EXPLAIN_COLUMNS = "say what the columns of a file mean"
    EXPLAIN_ANEW = "change for everybody what the columns of a file mean"
    SETTLE_BILLING = "record what became of a payment"
    SHARE = "share how it goes with an artist"
    SET_SHARING = "say what an artist is shown"
    GIVE_ROLES = "say who may do what"
    ADD_ARTISTS = "add artists"
    MANAGE_PEOPLE = "let people in and switch them off"
    RUN_DEMO = "load the demo label or start it over"
    SPEAK_FOR_PLATFORM = "record what an ad platform did"


# The least role for each deed; None: no person may, only the desk itself.
NEEDED: Mapping[Deed, Role | None] = MappingProxyType(
    {
        Deed.LOOK: Role.VIEWER,
        Deed.CHANGE: Role.EDITOR,
        Deed.IMPORT: Role.EDITOR,
        Deed.EXPLAIN_COLUMNS: Role.EDITOR,
        Deed.EXPLAIN_ANEW: Role.EDITOR,
        Deed.SETTLE_BILLING: Role.ADMIN,
        Deed.SHARE: Role.EDITOR,
        Deed.SET_SHARING: Role.ADMIN,
        Deed.GIVE_ROLES: Role.ADMIN,
        Deed.ADD_ARTISTS: Role.ADMIN,
        Deed.MANAGE_PEOPLE: Role.ADMIN,
        Deed.RUN_DEMO: Role.ADMIN,
        Deed.SPEAK_FOR_PLATFORM: None,
    }
)


@dataclass(frozen=True)
class Place:
    """Where a role holds: on the whole desk, in an organization, for an artist."""

    organization_id: int | None = None
    artist_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse a place that is two at once."""
        if self.organization_id is not None and self.artist_id is not None:
            raise ValueError("A place is the desk, one organization or one artist.")

    @property
    def key(self) -> str:
        """The place in one word, as it is stored."""
        if self.artist_id is not None:
            return f"artist:{self.artist_id}"
        if self.organization_id is not None:
            return f"organization:{self.organization_id}"
        return "desk"


DESK = Place()


@dataclass(frozen=True)
class Rights:
    """What somebody may do; equal for two people who may do the same, so it keys cached reads."""

    held: tuple[tuple[Place, Role], ...] = ()
    """Sorted by place; use `rights` to make them."""
    is_full: bool = False
    """The desk itself, a command, or the one local person: everything, everywhere."""

    def role_in(self, place: Place, *, of_organization: int | None = None) -> Role | None:
        """Return the highest role in `place`; an artist's organization is `of_organization`."""
        wider = {DESK, place}
        if of_organization is not None:
            wider.add(Place(organization_id=of_organization))
        found = [role for where, role in self.held if where in wider]
        return max(found, key=list(Role).index, default=None)

    def may(self, deed: Deed, place: Place = DESK, *, of_organization: int | None = None) -> bool:
        """Return whether `deed` is allowed in `place`."""
        return self._suffices(deed, self.role_in(place, of_organization=of_organization))

    def may_somewhere(self, deed: Deed) -> bool:
        """Return whether there is any place in which `deed` is allowed."""
        return self._suffices(deed, None) or any(
            self._suffices(deed, role) for _, role in self.held
        )

    def places(self, deed: Deed) -> tuple[Place, ...]:
        """Return the places in which a role allows `deed`."""
        return tuple(place for place, role in self.held if self._suffices(deed, role))

    def sees_all(self, deed: Deed = Deed.LOOK) -> bool:
        """Return whether `deed` is allowed for every artist there is and will be."""
        return self.may(deed, DESK)

    def _suffices(self, deed: Deed, role: Role | None) -> bool:
        if self.is_full:
            return True
        needed = NEEDED[deed]
        return needed is not None and role is not None and role.covers(needed)


FULL = Rights(is_full=True)
NOTHING = Rights()


def rights(held: Iterable[tuple[Place, Role]]) -> Rights:
    """Return what these roles allow together."""
    return Rights(tuple(sorted(set(held), key=lambda one: (one[0].key, one[1]))))
