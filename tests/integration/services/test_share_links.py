"""Links to an artist's presentation, on both databases: who makes them, what ends them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lib.db.engine import reading, writing
from lib.db.tables import history, organization, share_link
from lib.domain.presentation import Period
from lib.domain.rights import DESK, FULL, NOTHING, Place, Role, rights
from lib.services import people, queries
from lib.services.access import NotAllowed
from lib.services.activity import ActivityFilter, activity
from lib.services.billing import ArtistNotFound
from lib.services.cost_sharing import StaleSetting, set_cost_sharing, shares_cost
from lib.services.presentations import presentation
from lib.services.sharing.links import (
    MOST_LINKS,
    LinkNotFound,
    LinkRefused,
    make_link,
    revoke_link,
    share_links,
)
from lib.services.sharing.opening import (
    LinkOver,
    LinkState,
    LinkUnknown,
    open_link,
    rights_to_open,
)
from lib.services.sharing.tokens import hash_of, is_signed, new_token
from lib.services.transactions import RequestReused
from tests.cast import ALICE, BOB, add_artist, add_campaign, dump, new_request, person_of, signed_in

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ida(engine, now):
    artist_id = add_artist(engine, now=now, name="Ida Falk")
    add_campaign(engine, artist_id, now=now)
    return artist_id


def make(engine, artist_id, now, *, actor=ALICE, lasts=7 * DAY, **more):
    asked = {"request_id": new_request(), "key": KEY} | more
    return make_link(engine, artist_id, expires_at=now + lasts, actor=actor, now=now, **asked)


def opened(engine, made, now, key=KEY):
    return open_link(engine, made.token, key=key, now=now)


def states(engine, artist_id, now):
    return [one.state for one in share_links(engine, artist_id, rights=FULL, now=now)]


def test_a_link_opens_its_artist_until_it_expires(engine, now, ida):
    made = make(engine, ida, now, period=Period.WEEK)
    found = opened(engine, made, now)
    assert (found.artist_id, found.label, found.period) == (ida, "Label of Ida Falk", Period.WEEK)
    assert opened(engine, made, now + 7 * DAY - MINUTE)
    with pytest.raises(LinkOver):
        opened(engine, made, now + 7 * DAY)
    assert states(engine, ida, now + 7 * DAY) == [LinkState.EXPIRED]


def test_the_token_is_kept_nowhere(engine, now, ida):
    made = make(engine, ida, now)
    assert made.token
    said = repr(dump(engine))
    assert made.token not in said
    assert made.token[:32] not in said
    assert hash_of(made.token) in said


def test_any_other_token_is_unknown_and_costs_no_look_at_the_database(engine, now, ida):
    made = make(engine, ida, now)
    wrong = [
        "",
        "x",
        made.token[:-1],
        f"{made.token}A",
        made.token[:-1] + ("A" if made.token[-1] != "A" else "B"),
        ("A" if made.token[0] != "A" else "B") + made.token[1:],
        made.token.swapcase(),
        f" {made.token}",
        f"{made.token}\n",
        "é" * 54,
        new_token(OTHER_KEY),
    ]
    for token in wrong:
        with pytest.raises(LinkUnknown):
            open_link(None, token, key=KEY, now=now)  # type: ignore[arg-type]
    with pytest.raises(LinkUnknown):
        opened(engine, made, now, key=OTHER_KEY)
    # Signed, but never given out.
    with pytest.raises(LinkUnknown):
        open_link(engine, new_token(KEY), key=KEY, now=now)


def test_tokens_are_signed_and_no_two_are_alike():
    tokens = {new_token(KEY) for _ in range(500)}
    assert len(tokens) == 500
    assert all(is_signed(one, KEY) and not is_signed(one, OTHER_KEY) for one in tokens)


def test_a_revoked_link_is_over_at_once_and_revoking_twice_is_once(engine, now, ida):
    made = make(engine, ida, now)
    assert revoke_link(engine, made.link_id, actor=BOB, now=now) is True
    assert revoke_link(engine, made.link_id, actor=ALICE, now=now + DAY) is False
    with pytest.raises(LinkOver):
        opened(engine, made, now)
    (one,) = share_links(engine, ida, rights=FULL, now=now)
    assert (one.state, one.revoked_by, one.revoked_at) == (LinkState.REVOKED, "Bob", now)
    with pytest.raises(LinkNotFound):
        revoke_link(engine, 4711, actor=ALICE, now=now)


def test_making_and_revoking_stand_in_the_history_without_the_token(engine, now, ida):
    made = make(engine, ida, now, period=Period.MONTH)
    revoke_link(engine, made.link_id, actor=BOB, now=now)
    entries = activity(engine, ActivityFilter(artist_id=ida), rights=FULL)[:2]
    assert [(one.event, one.actor) for one in entries] == [
        ("share:revoke", "Bob"),
        ("share:create", "Alice"),
    ]
    assert made.token not in repr(entries)
    assert (entries[1].details or {})["period"] == "28"


def test_the_list_tells_who_made_it_when_it_expires_and_when_it_was_opened(engine, now, ida):
    made = make(engine, ida, now)
    (one,) = share_links(engine, ida, rights=FULL, now=now)
    assert (one.made_by, one.expires_at, one.last_opened_at) == ("Alice", now + 7 * DAY, None)
    before = queries.current_data_version(engine)
    for passed in (timedelta(seconds=5), timedelta(seconds=30), 3 * MINUTE):
        opened(engine, made, now + passed)
    (one,) = share_links(engine, ida, rights=FULL, now=now + DAY)
    assert one.last_opened_at == now + 3 * MINUTE
    # Nobody's page is drawn anew because an artist looks.
    assert queries.current_data_version(engine) == before


def test_an_opening_is_noted_once_a_minute(engine, now, ida):
    made = make(engine, ida, now)
    for seconds in (0, 10, 59):
        opened(engine, made, now + timedelta(seconds=seconds))
    (one,) = share_links(engine, ida, rights=FULL, now=now)
    assert one.last_opened_at == now


def test_the_same_request_makes_one_link_and_tells_its_token_once(engine, now, ida):
    request = new_request()
    first = make(engine, ida, now, request_id=request)
    again = make(engine, ida, now + MINUTE, request_id=request)
    assert (again.link_id, again.token, again.expires_at) == (
        first.link_id,
        None,
        first.expires_at,
    )
    assert len(share_links(engine, ida, rights=FULL, now=now)) == 1
    with pytest.raises(RequestReused):
        make(engine, ida, now, request_id=request, actor=BOB)
    with pytest.raises(RequestReused):
        make(engine, add_artist(engine, now=now), now, request_id=request)


@pytest.mark.parametrize("lasts", [timedelta(0), -DAY, 367 * DAY])
def test_a_link_ends_within_a_year(engine, now, ida, lasts):
    before = dump(engine)
    with pytest.raises(LinkRefused):
        make(engine, ida, now, lasts=lasts)
    assert dump(engine) == before


def test_an_artist_has_so_many_working_links_at_a_time(engine, now, ida):
    with writing(engine) as db:
        for at in range(MOST_LINKS):
            values = {
                "artist_id": ida,
                "token_hash": f"{at:064}",
                "made_at": now,
                "made_by": "Alice",
                "expires_at": now + DAY,
            }
            db.execute(share_link.insert().values(values))
    with pytest.raises(LinkRefused):
        make(engine, ida, now)
    assert make(engine, ida, now + 2 * DAY).token


# Whose link it is.


def test_a_link_ends_with_its_makers_right_to_share_and_comes_back_with_it(engine, now, ida):
    place = Place(artist_id=ida)
    bob = signed_in(engine, "bob@label.example", (place, Role.EDITOR), now=now)
    made = make(engine, ida, now, actor=bob)
    assert opened(engine, made, now)

    def becomes(role):
        people.give_role(engine, person_of(bob), place, role, actor=ALICE, now=now)

    for role in (Role.VIEWER, None):
        becomes(role)
        with pytest.raises(LinkOver):
            opened(engine, made, now)
        assert states(engine, ida, now) == [LinkState.MAKER_GONE]
    becomes(Role.EDITOR)
    assert opened(engine, made, now)
    people.switch(engine, person_of(bob), is_active=False, actor=ALICE, now=now)
    with pytest.raises(LinkOver):
        opened(engine, made, now)


def test_signing_out_ends_no_link(engine, now, ida):
    bob = signed_in(engine, "bob@label.example", (DESK, Role.EDITOR), now=now)
    made = make(engine, ida, now, actor=bob)
    people.end_sign_ins(engine, person_of(bob), actor=ALICE, now=now)
    assert opened(engine, made, now)


def test_a_retired_artist_is_shown_to_nobody(engine, now):
    # Only a demo label is retired, when it is started over.
    invented = add_artist(engine, now=now, is_demo=True)
    made = make(engine, invented, now)
    assert opened(engine, made, now)
    with writing(engine) as db:
        db.execute(update(organization).values(retired_at=now))
    with pytest.raises(LinkOver):
        opened(engine, made, now)
    with pytest.raises(ArtistNotFound):
        make(engine, invented, now)


def test_whoever_may_not_share_sees_no_link(engine, now, ida):
    make(engine, ida, now)
    for mine in (NOTHING, rights([(Place(artist_id=ida), Role.VIEWER)])):
        assert share_links(engine, ida, rights=mine, now=now) == ()
    editor = rights([(Place(artist_id=ida), Role.EDITOR)])
    assert len(share_links(engine, ida, rights=editor, now=now)) == 1


def test_a_link_reads_one_artist_and_nothing_else(engine, now, ida):
    other = add_artist(engine, now=now, name="Bruno Bystander")
    add_campaign(engine, other, now=now)
    mine = rights_to_open(ida)
    assert [one.id for one in queries.artists(engine, rights=mine)] == [ida]
    assert presentation(engine, ida, Period.WEEK, rights=mine, now=now) is not None
    assert presentation(engine, other, Period.WEEK, rights=mine, now=now) is None


# Whether costs are shared.


def set_to(engine, artist_id, to, now, *, actor=ALICE, seen=None, request_id=None):
    return set_cost_sharing(
        engine,
        artist_id,
        to,
        seen=(not to) if seen is None else seen,
        actor=actor,
        request_id=request_id or new_request(),
        now=now,
    )


def test_costs_are_not_shared_until_somebody_says_so(engine, now, ida):
    assert shares_cost(engine, ida, rights=FULL) is False
    set_to(engine, ida, True, now)
    assert shares_cost(engine, ida, rights=FULL) is True
    assert shares_cost(engine, ida, rights=NOTHING) is False
    shown = presentation(engine, ida, Period.WEEK, rights=FULL, now=now)
    assert shown is not None
    assert shown.shares_cost
    set_to(engine, ida, False, now)
    with reading(engine) as db:
        rows = db.execute(
            select(history.c.event, history.c.actor, history.c.details)
            .where(history.c.artist_id == ida, history.c.event.like("artist:%"))
            .order_by(history.c.id)
        ).all()
    assert [(row.event, row.details["before"], row.details["after"]) for row in rows] == [
        ("artist:share_costs", "not shared", "shared"),
        ("artist:keep_costs", "shared", "not shared"),
    ]


def test_a_setting_that_has_changed_meanwhile_is_left_alone(engine, now, ida):
    set_to(engine, ida, True, now)
    before = dump(engine)
    with pytest.raises(StaleSetting):
        set_to(engine, ida, True, now)
    with pytest.raises(StaleSetting):
        set_to(engine, ida, False, now, seen=False)
    assert dump(engine) == before


def test_the_same_request_sets_once(engine, now, ida):
    request = new_request()
    first = set_to(engine, ida, True, now, request_id=request)
    assert set_to(engine, ida, True, now + DAY, request_id=request) == first
    with pytest.raises(RequestReused):
        set_to(engine, ida, False, now, request_id=request)


@pytest.mark.parametrize("role", Role)
def test_admins_of_the_artist_say_whether_costs_are_shared(engine, now, ida, role):
    bob = signed_in(engine, "bob@label.example", (Place(artist_id=ida), role), now=now)
    if role is Role.ADMIN:
        assert set_to(engine, ida, True, now, actor=bob).shares_cost
        return
    with pytest.raises(NotAllowed):
        set_to(engine, ida, True, now, actor=bob)
    assert not shares_cost(engine, ida, rights=FULL)


def test_whoever_reads_the_database_can_open_no_link(engine, now, ida):
    make(engine, ida, now)
    with reading(engine) as db:
        kept = db.execute(select(share_link.c.token_hash)).scalar_one()
    with pytest.raises(LinkUnknown):
        open_link(engine, kept[:54], key=KEY, now=now)
