"""The dialog of a bulk, by a small script in place of the board: preview, one reason, results."""

import json
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from lib.db.engine import DatabaseUnreachable
from lib.domain.actions import Action, PauseReason
from lib.domain.records import GatewayKind
from lib.domain.rights import DESK, NOTHING, Place, Role
from lib.domain.status import LIVE, Status
from lib.services import bulk as bulks
from lib.services.campaigns import pause_campaign, resume_campaign
from lib.services.undoing import undo_change
from lib.ui.changing import bulk, undoing
from tests.cast import BOB, add_artist, add_campaign, new_request, see, signed_in
from tests.pages.conftest import texts

S = Status
REQUEST = "0" * 32


def desk(selected):
    """A page that offers a bulk on `selected`, as the board and the roster do."""
    import streamlit as st

    from lib.domain.actions import Action
    from lib.ui import notices
    from lib.ui.changing import bulk

    st.title("Board")
    for action in Action:
        given = (action, [tuple(one) for one in selected])
        st.button(action.label, key=f"bulk-{action}", on_click=bulk.ask, args=given)
    notices.show()
    bulk.dialogs()


def open_page(selected):
    at = AppTest.from_function(desk, args=(list(selected),), default_timeout=30).run()
    assert not at.exception, at.exception
    return at


def press(at, action):
    at.button(key=f"bulk-{action}").click().run()
    assert not at.exception, at.exception
    return at


def answer(selected, action, reason=None):
    """Open the page with the dialog as it stands once a reason has been chosen."""
    selected = tuple(selected)
    at = open_page(selected)
    at.session_state[bulk._WANTED] = (action, selected, REQUEST)
    if reason:
        at.session_state[f"reason-{REQUEST}"] = reason
    at.run()
    assert not at.exception, at.exception
    return at


def confirm(at, action):
    at.button(key=f"bulk-{action}-confirm").click().run()
    assert not at.exception, at.exception
    return at


def plain(at):
    return texts(at).replace("\\", "").replace("\u2060", "")


@pytest.fixture
def mixed(empty_engine, now):
    """Three that run, one that is paused, one that is being deployed, one with a nasty name."""
    artist_id = add_artist(empty_engine, now=now, name="The Herons")
    ids = [add_campaign(empty_engine, artist_id, now=now, name=f"Low Tide {n}") for n in range(2)]
    nasty = "**Nasty** ![](http://x.example/a.png) $x$ :red[y]"
    ids.append(add_campaign(empty_engine, artist_id, now=now, name=nasty))
    ids += [
        add_campaign(empty_engine, artist_id, now=now, status=status)
        for status in (S.PAUSED, S.DEPLOYING)
    ]
    return ids


def test_the_preview_counts_and_names_what_becomes_of_each(mixed):
    at = press(open_page((one, 1) for one in mixed), Action.PAUSE)
    assert "3 will change · 1 so already · 1 not allowed" in plain(at).replace("*", "")
    frame = at.dataframe[0].value
    assert list(frame["What happens"]) == ["→ Paused"] * 3 + ["is so already", "not allowed"]
    assert "Wait until the deployment" in frame["Why, and what to know"].iloc[-1]
    assert at.button(key="bulk-pause-confirm").label == "Pause 3 campaigns"
    assert "Delivery and spend stop at once" in plain(at)


def test_a_pause_asks_for_one_reason_and_changes_exactly_those_that_were_promised(
    mixed, empty_engine
):
    seen = [(one, 1) for one in mixed]
    assert press(open_page(seen), Action.PAUSE).button(key="bulk-pause-confirm").disabled
    at = answer(seen, Action.PAUSE, PauseReason.BUDGET)
    assert not at.button(key="bulk-pause-confirm").disabled
    confirm(at, Action.PAUSE)
    assert "3 of 3 paused." in plain(at)
    assert [see(empty_engine, one).status for one in mixed] == [S.PAUSED] * 4 + [S.DEPLOYING]
    assert see(empty_engine, mixed[3]).version == 1


def test_a_bulk_is_taken_back_as_a_whole_and_what_changed_since_stays(mixed, empty_engine, now):
    at = confirm(
        answer([(one, 1) for one in mixed], Action.PAUSE, PauseReason.BUDGET), Action.PAUSE
    )
    assert "Why not" not in at.dataframe[0].value
    resume_campaign(
        empty_engine, mixed[0], actor=BOB, seen_version=2, request_id=new_request(), now=now
    )
    assert at.button(key="undo-bulk").label == "Undo all 3"
    at.button(key="undo-bulk").click().run()
    assert not at.exception, at.exception
    assert [see(empty_engine, one).status for one in mixed[:3]] == [S.ACTIVE] * 3
    assert [see(empty_engine, one).version for one in mixed[:3]] == [3, 3, 3]
    assert "2 are Active now" in at.toast[0].value
    (told,) = at.warning
    assert "Low Tide 0" in plain(at), "what was refused is told by its name"
    assert "Nothing was changed" not in told.proto.title


def test_an_undo_of_many_stops_at_a_fault_and_says_what_it_had_done(
    mixed, empty_engine, monkeypatch
):
    seen = [(one, 1) for one in mixed]
    at = confirm(answer(seen, Action.PAUSE, PauseReason.BUDGET), Action.PAUSE)
    asked = []

    def fails_then(*arguments, **named):
        asked.append(arguments)
        if len(asked) > 1:
            raise DatabaseUnreachable("The database did not answer.")
        return undo_change(*arguments, **named)

    monkeypatch.setattr(undoing, "undo_change", fails_then)
    at.button(key="undo-bulk").click().run()
    assert not at.exception, at.exception
    assert len(asked) == 2, "nobody waits for the others"
    assert "1 is Active now" in at.toast[0].value
    (told,) = at.warning
    assert told.proto.title == "2 of 3 were left as they are"
    assert "did not answer" in plain(at)
    assert sorted(see(empty_engine, one).version for one in mixed[:3]) == [2, 2, 3]


def test_what_fails_is_told_by_its_name_and_leaves_the_others_done(mixed, empty_engine, now):
    at = answer([(one, 1) for one in mixed], Action.PAUSE, PauseReason.BUDGET)
    pause_campaign(
        empty_engine,
        mixed[2],
        reason=PauseReason.WRONG_CONTENT,
        actor=BOB,
        seen_version=1,
        request_id=new_request(),
        now=now,
    )
    confirm(at, Action.PAUSE)
    assert "2 of 3 paused." in plain(at)
    assert "Nasty" in plain(at)
    assert "Bob moved it to Paused" in plain(at)
    assert "![](http" not in texts(at), "a name is shown and never read as markup"
    assert list(at.dataframe[0].value["Now"]) == ["Paused", "Paused", "not changed"]


def test_what_speaks_for_waiting_is_said_for_all_of_them_together(empty_engine, now):
    artist_id = add_artist(empty_engine, now=now, gateway=GatewayKind.BY_HAND)
    young = add_campaign(empty_engine, artist_id, now=now, created_at=now - timedelta(days=2))
    one = add_campaign(empty_engine, artist_id, now=now, status=S.PAUSED)
    resume_campaign(
        empty_engine,
        one,
        actor=BOB,
        seen_version=1,
        request_id=new_request(),
        now=now - timedelta(days=2),
    )
    at = press(open_page([(young, 1), (one, 1)]), Action.PAUSE)
    read = plain(at)
    assert "1 changed since you selected them" in read
    assert "1 still learn" in read
    assert "1 were changed within the last 7 days" in read
    assert "2 are only recorded here" in read
    assert "2 of them with a caution" in read
    why = list(at.dataframe[0].value["Why, and what to know"])
    assert "Learns until 29 Nov 2026" in why[0]
    assert "Last change 2 days ago: Resumed by Bob." in why[1]
    at = answer([(young, 1), (one, 1)], Action.PAUSE, PauseReason.UNDER_PERFORMING)
    assert "Of 2 of 2 nobody can tell yet how they perform" in plain(at)
    assert not at.button(key="bulk-pause-confirm").disabled, "it warns and never blocks"


def test_the_daily_spend_is_said_currency_by_currency(row_of):
    rows = []
    for currency in ("EUR", "USD", "GBP", "SEK", "JPY"):
        try:
            rows.append(
                row_of(
                    lambda one, wanted=currency: (
                        one.status in LIVE
                        and one.campaign.currency == wanted
                        and one.week is not None
                        and one.week.spend_micros
                    )
                )
            )
        except LookupError:
            continue
    assert len(rows) >= 2, "the demo has several currencies"
    at = press(open_page((one.campaign.id, one.campaign.version) for one in rows), Action.PAUSE)
    (line,) = [one for one in plain(at).splitlines() if "stops going out" in one]
    assert line.count("**") == 2 * len(rows)


def test_nothing_that_may_be_changed_offers_nothing(mixed):
    at = press(open_page([(mixed[4], 1)]), Action.PAUSE)
    assert at.button(key="bulk-pause-confirm").disabled
    assert not at.radio
    assert "0 will change · 1 not allowed" in plain(at).replace("*", "")


def test_one_that_is_gone_is_counted_and_breaks_nothing(mixed):
    at = press(open_page([(999_999, 3), (mixed[0], 1)]), Action.ARCHIVE)
    assert "1 not allowed · 1 not there any more" in plain(at)


def test_what_is_out_of_sight_is_not_named_in_the_preview(empty_engine, mixed, now, acting):
    other = add_artist(empty_engine, now=now, name="Bruno Bystander")
    unseen = add_campaign(empty_engine, other, now=now, name="Brazen song")
    place = Place(artist_id=see(empty_engine, mixed[0]).artist_id)
    acting(signed_in(empty_engine, "bob@x.example", (place, Role.EDITOR), now=now))
    at = answer([(one, 1) for one in [*mixed, unseen]], Action.PAUSE)
    assert "1 not there any more" in plain(at)
    assert "Br" not in " ".join(at.dataframe[0].value["Campaign"])
    assert "Brazen" not in plain(at)


def test_the_open_preview_closes_where_rights_have_changed(empty_engine, mixed, now, acting):
    place = Place(artist_id=see(empty_engine, mixed[0]).artist_id)
    bob = signed_in(empty_engine, "bob@x.example", (place, Role.EDITOR), now=now)
    acting(bob)
    at = answer([(one, 1) for one in mixed], Action.ARCHIVE)
    assert at.dataframe
    acting(bob.model_copy(update={"rights": NOTHING}))
    at.run()
    assert not at.dataframe
    assert not at.exception


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_who_may_only_look_is_offered_no_bulk(demo_engine, open_desk, now, acting, role):
    acting(signed_in(demo_engine, "bob@x.example", (DESK, role), now=now))
    at = open_desk()
    (sent, *_) = [json.loads(one.proto.json) for one in at.get("bidi_component")]
    assert bool(sent["bulk"]) == (role is Role.EDITOR)


@pytest.mark.parametrize("is_lost", [False, True])
def test_what_became_of_a_bulk_is_told_to_nobody_with_other_rights(
    empty_engine, mixed, now, acting, is_lost
):
    place = Place(artist_id=see(empty_engine, mixed[0]).artist_id)
    bob = signed_in(empty_engine, "bob@x.example", (place, Role.EDITOR), now=now)
    acting(bob)
    selected = [(one, 1) for one in mixed]
    found = bulks.preview(empty_engine, selected, Action.PAUSE, rights=bob.rights, now=now)
    results = [bulks.Result(one.campaign_id, "Low Tide", None, "Why") for one in found.outlooks]
    at = open_page(selected)
    if is_lost:
        acting(bob.model_copy(update={"rights": NOTHING}))
    at.session_state[bulk._TOLD] = (found, results, bob.rights)
    at.run()
    assert not at.exception
    assert ("Low Tide" in plain(at)) == (not is_lost)
    assert bool(at.dataframe) == (not is_lost)
