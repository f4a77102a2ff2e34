"""Undo: a change of its own, made only while nothing else has changed and the rules allow it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from lib.db.engine import reading, writing
from lib.db.tables import connection, history
from lib.domain.actions import Action, PauseReason
from lib.domain.records import (
    BillingState,
    ConnectionState,
    GatewayKind,
    Origin,
    Source,
)
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import queries
from lib.services.campaigns import (
    IllegalTransition,
    archive_campaign,
    confirm_carried_out,
    move_campaign,
    pause_campaign,
    resume_campaign,
    unarchive_campaign,
)
from lib.services.recording import RESTATED, Occasion, record_event
from lib.services.transactions import RequestReused
from lib.services.undoing import (
    CannotUndo,
    ChangedSince,
    EntryNotFound,
    UndoOffer,
    look_at_undo,
    undo_change,
)
from tests.cast import (
    ALICE,
    BOB,
    NOBODY,
    add_artist,
    add_campaign,
    dump,
    fail_payment,
    new_request,
    recover_payment,
    see,
)
from tests.invariants import faults

S = Status
VERBS: dict[Action, Any] = {
    Action.PAUSE: pause_campaign,
    Action.RESUME: resume_campaign,
    Action.ARCHIVE: archive_campaign,
    Action.UNARCHIVE: unarchive_campaign,
}


@pytest.fixture
def artist_id(engine, now):
    return add_artist(engine, now=now)


def press(engine, action, one, *, now, **more):
    request = {"actor": ALICE, "seen_version": see(engine, one).version, "now": now}
    request |= {"request_id": new_request()} | more
    if action is Action.PAUSE:
        request = {"reason": PauseReason.WRONG_CONTENT} | request
    return VERBS[action](engine, one, **request)


def undo(engine, entry_id, *, now, **more):
    request = {"actor": BOB, "request_id": new_request(), "now": now} | more
    return undo_change(engine, entry_id, **request)


def refused(engine, entry_id, error, match, *, now):
    """Undoing is refused for this reason, the offer says so, and nothing is changed."""
    unchanged = dump(engine)
    with pytest.raises(error, match=match) as caught:
        undo(engine, entry_id, now=now)
    assert dump(engine) == unchanged
    assert look_at_undo(engine, entry_id, now=now, rights=FULL).why_not == str(caught.value)


def entry(engine, entry_id):
    with reading(engine) as db:
        return db.execute(select(history).where(history.c.id == entry_id)).mappings().one()


@pytest.mark.parametrize(
    ("start", "action", "back", "to"),
    [
        (S.ACTIVE, Action.PAUSE, Action.RESUME, S.ACTIVE),
        (S.SERVING, Action.PAUSE, Action.RESUME, S.ACTIVE),
        (S.PAUSED, Action.RESUME, Action.PAUSE, S.PAUSED),
        (S.ISSUE, Action.ARCHIVE, Action.UNARCHIVE, S.ISSUE),
        (S.PAUSED, Action.ARCHIVE, Action.UNARCHIVE, S.PAUSED),
        (S.UNDER_REVIEW, Action.ARCHIVE, Action.UNARCHIVE, S.UNDER_REVIEW),
    ],
)
def test_a_change_is_taken_back_by_its_opposite_and_names_what_it_takes_back(
    engine, artist_id, now, start, action, back, to
):
    one = add_campaign(engine, artist_id, now=now, status=start)
    done = press(engine, action, one, now=now)
    assert look_at_undo(engine, done.entry_id, now=now, rights=FULL) == UndoOffer(
        done.entry_id, back, to
    )
    undone = undo(engine, done.entry_id, now=now, note="a \x00slip\ud800")
    assert (undone.from_status, undone.to_status, undone.version) == (done.to_status, to, 3)
    told = entry(engine, undone.entry_id)
    assert (told["event"], told["undoes"], told["actor"]) == ("campaign:undo", done.entry_id, "Bob")
    assert (told["note"], told["source"]) == ("a slip", "desk")
    assert told["details"]["action"] == back
    assert told["details"]["undone"] == f"campaign:{action}"
    assert see(engine, one).status is to
    assert entry(engine, done.entry_id)["event"] == f"campaign:{action}"
    assert faults(engine) == []


def test_an_unarchive_is_taken_back_into_the_archive(engine, artist_id, now):
    one = add_campaign(
        engine, artist_id, now=now, status=S.ARCHIVED, before_archive=S.CONTENT_VALIDATION
    )
    done = press(engine, Action.UNARCHIVE, one, now=now)
    undone = undo(engine, done.entry_id, now=now)
    assert undone.to_status is S.ARCHIVED
    assert see(engine, one).status_before_archive is S.CONTENT_VALIDATION


def test_an_undo_of_a_resume_pauses_for_the_reason_that_was_given_first(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    press(engine, Action.PAUSE, one, now=now, reason=PauseReason.BUDGET)
    resumed = press(engine, Action.RESUME, one, now=now)
    undone = undo(engine, resumed.entry_id, now=now)
    assert entry(engine, undone.entry_id)["reason"] == PauseReason.BUDGET


def test_an_undo_can_be_undone_and_that_again(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    last = press(engine, Action.PAUSE, one, now=now)
    for to in (S.ACTIVE, S.PAUSED, S.ACTIVE):
        last = undo(engine, last.entry_id, now=now)
        assert last.to_status is to
    reasons = [
        one.reason for one in queries.campaign_page(engine, one, now=now, rights=FULL).history
    ]
    assert reasons[1] == reasons[3] == PauseReason.WRONG_CONTENT
    assert faults(engine) == []


def test_a_second_undo_of_the_same_entry_is_told_who_undid_it(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    undo(engine, done.entry_id, now=now)
    refused(
        engine,
        done.entry_id,
        ChangedSince,
        r"Bob has undone it already \(24 Nov 2026 12:00 UTC\)",
        now=now,
    )


def test_the_same_request_again_changes_nothing_and_has_the_same_answer(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    first = undo(engine, done.entry_id, now=now, request_id="twice")
    unchanged = dump(engine)
    assert undo(engine, done.entry_id, now=now + timedelta(hours=1), request_id="twice") == first
    assert dump(engine) == unchanged
    with pytest.raises(RequestReused):
        undo(engine, done.entry_id, now=now, request_id="twice", actor=ALICE)
    with pytest.raises(RequestReused):
        undo(engine, first.entry_id, now=now, request_id="twice")


def test_ten_clicks_at_once_change_once(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    ready, told = threading.Barrier(10), []

    def click(number):
        ready.wait()
        request = "double" if number % 2 else f"other {number}"
        try:
            told.append(undo(engine, done.entry_id, now=now, request_id=request).version)
        except ChangedSince:
            told.append("told")

    threads = [threading.Thread(target=click, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) == {3, "told"}
    assert see(engine, one).version == 3
    assert faults(engine) == []


def test_what_has_changed_since_is_named_with_who_and_when(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    later = now + timedelta(hours=2)
    press(engine, Action.ARCHIVE, one, now=later, actor=BOB)
    refused(
        engine,
        done.entry_id,
        ChangedSince,
        r"Bob moved it to Archived \(24 Nov 2026 14:00 UTC\)",
        now=later,
    )
    press(engine, Action.UNARCHIVE, one, now=later)
    refused(
        engine,
        done.entry_id,
        ChangedSince,
        r"Alice moved it to Paused .* the last of 2 changes since",
        now=later,
    )


def test_a_change_that_was_carried_out_since_is_no_more_undone_by_a_click(engine, now):
    artist_id = add_artist(engine, now=now, gateway=GatewayKind.BY_HAND)
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    confirm_carried_out(engine, one, actor=BOB, seen_version=2, request_id=new_request(), now=now)
    refused(engine, done.entry_id, ChangedSince, "Bob marked it as carried out", now=now)


def test_on_a_platform_that_is_switched_by_hand_an_undo_waits_to_be_carried_out(engine, now):
    artist_id = add_artist(engine, now=now, gateway=GatewayKind.BY_HAND)
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    undone = undo(engine, done.entry_id, now=now)
    assert undone.is_to_be_carried_out
    assert see(engine, one).pending_action == "resume"


def test_figures_that_were_restated_since_change_nothing_of_the_campaign(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    with writing(engine) as db:
        news = Occasion(NOBODY, now, Origin.IMPORT, Source.IMPORT)
        record_event(db, news, RESTATED, artist_id=artist_id, campaign_id=one)
    assert undo(engine, done.entry_id, now=now).to_status is S.ACTIVE


def test_undoing_a_pause_is_held_to_the_guards_of_a_resume(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now, ends_on=now.date() + timedelta(days=2))
    done = press(engine, Action.PAUSE, one, now=now)
    broken = update(connection).where(connection.c.artist_id == artist_id)
    with writing(engine) as db:
        db.execute(broken.values(state=ConnectionState.BROKEN))
    refused(engine, done.entry_id, IllegalTransition, "connection to Meta is broken", now=now)
    with writing(engine) as db:
        db.execute(broken.values(state=ConnectionState.LIVE))
    fail_payment(engine, artist_id, now=now)
    refused(engine, done.entry_id, IllegalTransition, "unpaid invoice", now=now)
    recover_payment(engine, artist_id, now=now)
    later = now + timedelta(days=5)
    refused(engine, done.entry_id, IllegalTransition, "run is over", now=later)
    assert undo(engine, done.entry_id, now=now).to_status is S.ACTIVE


def test_an_archive_from_which_billing_has_recovered_is_undone_into_a_pause(engine, now):
    artist_id = add_artist(engine, now=now, billing=BillingState.FAILING)
    one = add_campaign(
        engine, artist_id, now=now, status=S.SUBSCRIPTION_PAUSED, origin=Origin.BILLING
    )
    done = press(engine, Action.ARCHIVE, one, now=now)
    offer = look_at_undo(engine, done.entry_id, now=now, rights=FULL)
    assert offer.to is S.SUBSCRIPTION_PAUSED
    recover_payment(engine, artist_id, now=now)
    assert undo(engine, done.entry_id, now=now).to_status is S.PAUSED


def test_what_no_person_decided_here_cannot_be_undone(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now, status=S.ACTIVE)
    moved = move_campaign(
        engine,
        one,
        S.SERVING,
        origin=Origin.PLATFORM,
        actor=NOBODY,
        request_id=new_request(),
        now=now,
    )
    created, billed = 1, moved.entry_id + 1
    fail_payment(engine, artist_id, now=now)
    for one in (created, moved.entry_id, billed, billed + 1):
        refused(engine, one, CannotUndo, "Only what a person decided here", now=now)
    with pytest.raises(EntryNotFound):
        undo(engine, 4711, now=now)
    with pytest.raises(EntryNotFound):
        look_at_undo(engine, 4711, now=now, rights=FULL)


def test_a_crash_between_the_change_and_its_entry_leaves_neither(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    done = press(engine, Action.PAUSE, one, now=now)
    unchanged = dump(engine)

    def fall(_db, _cursor, statement, *_rest):
        if statement.startswith("UPDATE history_head"):
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", fall)
    with pytest.raises(KeyboardInterrupt):
        undo(engine, done.entry_id, now=now)
    event.remove(engine, "before_cursor_execute", fall)
    assert dump(engine) == unchanged
    assert see(engine, one).status is S.PAUSED
