"""Who may do what, where: each role against each deed, and how places lie in one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.rights import DESK, FULL, NEEDED, NOTHING, Deed, Place, Role, rights

LABEL, OTHER_LABEL = Place(organization_id=1), Place(organization_id=2)
ALMA, BRUNO = Place(artist_id=1), Place(artist_id=2)

# Written out, not computed: what each role may do. Whoever adds a deed has to decide here.
MAY = {
    Role.VIEWER: {Deed.LOOK},
    Role.EDITOR: {
        Deed.LOOK,
        Deed.CHANGE,
        Deed.IMPORT,
        Deed.EXPLAIN_COLUMNS,
        Deed.EXPLAIN_ANEW,
        Deed.SHARE,
    },
    Role.ADMIN: set(Deed) - {Deed.SPEAK_FOR_PLATFORM},
}

roles = st.lists(
    st.tuples(st.sampled_from([DESK, LABEL, OTHER_LABEL, ALMA, BRUNO]), st.sampled_from(Role))
)


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_its_deeds_and_no_others(role, deed):
    assert rights([(ALMA, role)]).may(deed, ALMA) == (deed in MAY[role])


def test_every_deed_says_what_it_needs():
    assert set(NEEDED) == set(Deed)


@pytest.mark.parametrize("deed", Deed)
def test_the_desk_itself_may_do_everything_and_nobody_nothing(deed):
    assert FULL.may(deed)
    assert FULL.may(deed, ALMA, of_organization=1)
    assert FULL.may_somewhere(deed)
    assert not NOTHING.may(deed, ALMA, of_organization=1)
    assert not NOTHING.may_somewhere(deed)


def test_a_role_in_the_wider_place_holds_in_the_narrower_one_and_not_the_other_way_round():
    label, artist = rights([(LABEL, Role.EDITOR)]), rights([(ALMA, Role.EDITOR)])
    assert label.may(Deed.CHANGE, ALMA, of_organization=1)
    assert not label.may(Deed.CHANGE, ALMA, of_organization=2)
    assert not label.may(Deed.CHANGE, ALMA)
    assert not artist.may(Deed.CHANGE, LABEL)
    assert not artist.may(Deed.CHANGE, DESK)
    assert not artist.may(Deed.CHANGE, BRUNO, of_organization=1)


def test_of_several_roles_the_highest_counts():
    both = rights([(DESK, Role.VIEWER), (ALMA, Role.ADMIN)])
    assert both.role_in(ALMA) is Role.ADMIN
    assert both.role_in(BRUNO) is Role.VIEWER


def test_a_place_is_never_two_at_once():
    with pytest.raises(ValueError, match="one organization or one artist"):
        Place(organization_id=1, artist_id=1)


@given(roles)
def test_equal_roles_make_equal_rights_in_any_order(held):
    one, other = rights(held), rights(reversed(held * 2))
    assert one == other
    assert hash(one) == hash(other)


@given(roles, st.sampled_from(Deed), st.sampled_from([(ALMA, 1), (BRUNO, 2)]))
def test_another_role_never_takes_anything_away(held, deed, artist):
    place, label = artist
    for more in [(DESK, Role.VIEWER), (place, Role.EDITOR)]:
        if rights(held).may(deed, place, of_organization=label):
            assert rights([*held, more]).may(deed, place, of_organization=label)


@given(roles)
def test_who_sees_all_sees_each(held):
    mine = rights(held)
    if mine.sees_all():
        assert mine.may(Deed.LOOK, ALMA, of_organization=1)
        assert mine.may(Deed.LOOK, Place(artist_id=4711), of_organization=815)
