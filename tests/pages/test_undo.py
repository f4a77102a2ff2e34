"""Undo on the screen: offered after an action and in every history, done once, refused gently."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.domain.actions import PauseReason
from lib.domain.rights import DESK, FULL, NOTHING, Place, Role
from lib.domain.status import LIVE, Status
from lib.services import queries
from lib.services.activity import ActivityFilter, activity
from lib.services.campaigns import archive_campaign, pause_campaign
from lib.services.people import give_role
from lib.services.undoing import look_at_undo
from tests.cast import ALICE, BOB, new_request, person_of, see, signed_in
from tests.pages.conftest import CAMPAIGN, texts

ACTIVITY = "pages/operations/activity.py"


@pytest.fixture
def paused(demo_engine, row_of, now):
    """A campaign of the demo that Alice has just paused, and the entry that says so."""
    one = row_of(lambda row: row.campaign.status in LIVE and row.status in LIVE).campaign
    return pause_campaign(
        demo_engine,
        one.id,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=one.version,
        request_id=new_request(),
        now=now,
    )


def choose(at, row):
    """Choose a row of the history, the page's last table, as a click into it does."""
    key = at.dataframe[-1].proto.id.split("-", 2)[2]  # "$$ID-<hash>-<key>"
    at.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return at.run()


def after_an_action(entry_id, name):
    import streamlit as st

    from lib.ui import notices
    from lib.ui.changing import undoing

    if "shown" not in st.session_state:
        st.session_state["shown"] = True
        notices.tell_undoable(notices.Undoable(f"Paused “{name}”.", entry_id, name))
    notices.show()
    undoing.notice()


def after(change, name="*One* :red[two]"):
    return AppTest.from_function(
        after_an_action, args=(change.entry_id, name), default_timeout=30
    ).run()


def test_the_notice_undoes_the_change_and_offers_to_undo_that(demo_engine, paused):
    at = after(paused)
    assert "\\*One\\*" in at.markdown[0].value
    at.button(key=f"undo-{paused.entry_id}").click().run()
    assert not at.exception
    assert see(demo_engine, paused.campaign_id).status is Status.ACTIVE
    assert "is Active now" in at.markdown[0].value
    (again,) = [button for button in at.button if button.label == "Undo"]
    again.click().run()
    assert see(demo_engine, paused.campaign_id).status is Status.PAUSED


def test_a_double_click_undoes_once(demo_engine, paused):
    for _ in range(2):
        told = AppTest.from_function(twice, args=(paused.entry_id,), default_timeout=30).run()
        assert not told.exception
        assert not told.warning
    assert see(demo_engine, paused.campaign_id).version == paused.version + 1


def twice(entry_id):
    from lib.ui import notices
    from lib.ui.changing import undoing

    undoing.undo(entry_id, "One", "the-same-request")
    undoing.undo(entry_id, "One", "the-same-request")
    notices.show()


def test_the_notice_stays_until_it_is_put_away_or_something_else_is_done(paused):
    at = after(paused).run()
    assert [button.label for button in at.button] == ["Undo", "Dismiss"]
    at.button(key="undo-dismiss").click().run()
    assert not at.button


def test_what_has_changed_since_is_said_and_nothing_is_undone(demo_engine, paused, now):
    archive_campaign(
        demo_engine,
        paused.campaign_id,
        actor=BOB,
        seen_version=paused.version,
        request_id=new_request(),
        now=now,
    )
    at = after(paused)
    at.button(key=f"undo-{paused.entry_id}").click().run()
    assert "Bob moved it to Archived" in at.warning[0].value
    assert see(demo_engine, paused.campaign_id).status is Status.ARCHIVED


@pytest.mark.usefixtures("paused")
def test_activity_shows_all_of_a_chosen_entry_and_undoes_it(demo_engine, paused, open_desk):
    at = open_desk(ACTIVITY)
    choose(at, 0)
    assert not at.exception
    read = texts(at)
    assert "Alice" in read
    assert "Stop the spend for budget reasons" in read
    at.button(key=f"undo-entry-{paused.entry_id}").click().run()
    assert not at.exception
    assert see(demo_engine, paused.campaign_id).status is Status.ACTIVE
    newest = at.dataframe[0].value.iloc[0]
    assert (newest["What"], newest["Change"]) == ("Undone: Paused", "Paused → Active")


def test_activity_says_why_an_entry_cannot_be_undone(demo_engine, open_desk, now):
    entries = activity(demo_engine, ActivityFilter(), limit=50, rights=FULL)
    place = next(
        place
        for place, entry in enumerate(entries)
        if entry.campaign_id and look_at_undo(demo_engine, entry.id, now=now, rights=FULL).why_not
    )
    at = open_desk(ACTIVITY)
    choose(at, place)
    assert "It cannot be undone now." in texts(at)
    assert not [button for button in at.button if button.label == "Undo"]


def test_the_history_of_a_campaign_undoes_its_last_change(demo_engine, paused, open_desk, now):
    at = open_desk(CAMPAIGN, id=str(paused.campaign_id), history="true")
    choose(at, 0)
    at.button(key=f"undo-entry-{paused.entry_id}").click().run()
    assert not at.exception
    page = queries.campaign_page(demo_engine, paused.campaign_id, now=now, rights=FULL)
    assert page.row.status is Status.ACTIVE


def test_the_notice_is_gone_once_its_campaign_is_out_of_sight(demo_engine, paused, now, acting):
    artist_id = see(demo_engine, paused.campaign_id).artist_id
    bob = signed_in(
        demo_engine, "bob@x.example", (Place(artist_id=artist_id), Role.EDITOR), now=now
    )
    acting(bob)
    at = after(paused)
    assert "Paused" in texts(at)
    acting(bob.model_copy(update={"rights": NOTHING}))
    at.run()
    assert "One" not in texts(at)
    assert not at.button
    acting(bob)
    assert "One" not in texts(at.run())


@pytest.mark.usefixtures("paused")
def test_a_viewer_reads_why_an_entry_is_not_theirs_to_undo(demo_engine, now, acting, open_desk):
    bob = signed_in(demo_engine, "bob@x.example", (DESK, Role.VIEWER), now=now)
    acting(bob)
    at = choose(open_desk(ACTIVITY), 0)
    assert not at.exception
    assert "not change them" in texts(at)
    assert not [button for button in at.button if button.label == "Undo"]


def test_an_undo_by_who_may_no_longer_change_it_is_refused_gently(demo_engine, paused, now, acting):
    place = Place(artist_id=see(demo_engine, paused.campaign_id).artist_id)
    bob = signed_in(demo_engine, "bob@x.example", (place, Role.EDITOR), now=now)
    acting(bob)
    at = after(paused)
    give_role(demo_engine, person_of(bob), place, Role.VIEWER, actor=ALICE, now=now)
    at.button(key=f"undo-{paused.entry_id}").click().run()
    assert not at.exception
    assert "needs the role Editor" in at.warning[0].value
    assert see(demo_engine, paused.campaign_id).status is Status.PAUSED
