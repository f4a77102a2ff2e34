"""Scheduled changes: scheduled by a person, judged anew when the time has come, done once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lib.db.engine import reading, writing
from lib.db.tables import artist, connection, history, scheduled_change
from lib.domain.actions import Action, PauseReason
from lib.domain.records import BillingState, ConnectionState, Source
from lib.domain.rights import FULL
from lib.domain.schedule import LATE_AFTER, ScheduleState
from lib.domain.status import Status
from lib.services import queries
from lib.services.campaigns import (
    ReasonMissing,
    StaleCampaign,
    archive_campaign,
    pause_campaign,
    resume_campaign,
)
from lib.services.recording import CampaignNotFound
from lib.services.scheduling.reads import ScheduleNotFound, scheduled_changes
from lib.services.scheduling.runs import (
    is_anybody_working,
    next_due_at,
    request_of,
    run_due,
    run_one,
    say_goodbye,
    show_alive,
)
from lib.services.scheduling.schedules import (
    MOST_COMING,
    NotSchedulable,
    ScheduleSettled,
    cancel_schedule,
    schedule_change,
)
from lib.services.transactions import RequestReused
from tests.cast import ALICE, BOB, add_artist, add_campaign, dump, fail_payment, new_request, see
from tests.invariants import faults

S = Status
SOON = timedelta(hours=2)


@pytest.fixture
def one(engine, now):
    return add_campaign(engine, add_artist(engine, now=now), now=now)


def schedule(engine, campaign_id, *, now, run_at=None, action=Action.PAUSE, **more):
    more.setdefault("reason", PauseReason.BUDGET if action is Action.PAUSE else None)
    return schedule_change(
        engine,
        campaign_id,
        action,
        run_at=run_at or now + SOON,
        actor=more.pop("actor", ALICE),
        seen_version=more.pop("seen", None) or see(engine, campaign_id).version,
        request_id=more.pop("request_id", None) or new_request(),
        now=now,
        **more,
    )


def cancel(engine, schedule_id, *, now, actor=BOB, request_id=None):
    return cancel_schedule(
        engine, schedule_id, actor=actor, request_id=request_id or new_request(), now=now
    )


def entries(engine, campaign_id):
    with reading(engine) as db:
        return (
            db.execute(
                select(history).where(history.c.campaign_id == campaign_id).order_by(history.c.id)
            )
            .mappings()
            .all()
        )


def listed(engine, campaign_id=None):
    return scheduled_changes(engine, campaign_id=campaign_id, rights=FULL)


def test_a_scheduled_pause_runs_at_its_time_and_is_the_change_of_whoever_scheduled_it(
    engine, one, now
):
    made = schedule(engine, one, now=now, note="Release\x00 night\ud800")
    assert run_due(engine, clock=lambda: made.run_at - timedelta(seconds=1), by="w") == []
    assert see(engine, one).status is S.ACTIVE
    (settled,) = run_due(engine, clock=lambda: made.run_at, by="w")
    assert (settled.id, settled.state, settled.settled_by) == (made.id, ScheduleState.RAN, "w")
    assert see(engine, one).status is S.PAUSED
    last = entries(engine, one)[-1]
    assert (last["event"], last["source"], last["actor"]) == ("campaign:pause", "schedule", "Alice")
    assert (last["reason"], last["note"]) == ("budget", "Release night")
    assert last["details"]["scheduled_at"] == now.isoformat()
    assert last["request_id"] == request_of(made.id)
    assert last["at"] == made.run_at
    assert faults(engine) == []


def test_each_of_a_round_is_written_with_the_time_at_which_it_is_run(engine, now):
    artist_id = add_artist(engine, now=now)
    ones = [add_campaign(engine, artist_id, now=now) for _ in range(2)]
    first, second = (schedule(engine, one, now=now) for one in ones)
    told = [first.run_at, second.run_at + timedelta(seconds=30)]
    moments = iter([first.run_at, *told])
    settled = run_due(engine, clock=lambda: next(moments), by="w")
    assert [one.settled_at for one in settled] == told
    assert [entries(engine, one)[-1]["at"] for one in ones] == told
    assert [see(engine, one).stopped_at for one in ones] == told


def test_scheduling_and_cancelling_stand_in_the_history_too(engine, one, now):
    made = schedule(engine, one, now=now)
    cancelled = cancel(engine, made.id, now=now)
    assert cancelled.state is ScheduleState.CANCELLED
    assert cancelled.settled_by == "Bob"
    told = [(row["event"], row["actor"], row["source"]) for row in entries(engine, one)[1:]]
    assert told == [("schedule:create", "Alice", "desk"), ("schedule:cancel", "Bob", "desk")]
    assert run_due(engine, clock=lambda: now + timedelta(days=3), by="w") == []
    assert see(engine, one).status is S.ACTIVE


def test_a_scheduled_change_is_no_change_until_it_runs(engine, one, now):
    before = see(engine, one)
    schedule(engine, one, now=now)
    assert see(engine, one) == before
    page = queries.campaign_page(engine, one, now=now, rights=FULL)
    assert page.row.last_change is not None
    assert page.row.last_change.event == "campaign:create"


def test_a_resume_is_scheduled_for_after_a_scheduled_pause(engine, one, now):
    schedule(engine, one, now=now, run_at=now + SOON)
    schedule(engine, one, now=now, run_at=now + 2 * SOON, action=Action.RESUME)
    states = [item.state for item in run_due(engine, clock=lambda: now + 2 * SOON, by="w")]
    assert states == [ScheduleState.RAN, ScheduleState.RAN]
    assert see(engine, one).status is S.ACTIVE
    assert see(engine, one).version == 3
    assert faults(engine) == []


def test_what_is_more_than_a_day_late_is_missed_and_not_run(engine, one, now):
    made = schedule(engine, one, now=now)
    late = made.run_at + LATE_AFTER + timedelta(seconds=1)
    (settled,) = run_due(engine, clock=lambda: late, by="w")
    assert settled.state is ScheduleState.MISSED
    assert "within a day" in (settled.why or "")
    assert see(engine, one).status is S.ACTIVE
    last = entries(engine, one)[-1]
    assert (last["event"], last["actor"], last["source"]) == ("schedule:miss", "Alice", "schedule")
    assert last["details"]["why"] == settled.why
    assert run_due(engine, clock=lambda: late + timedelta(days=1), by="w") == []


def test_what_is_late_by_less_than_a_day_runs(engine, one, now):
    made = schedule(engine, one, now=now)
    (settled,) = run_due(engine, clock=lambda: made.run_at + LATE_AFTER, by="w")
    assert settled.state is ScheduleState.RAN


def test_what_was_done_by_hand_meanwhile_is_missed_and_says_who_did_it(engine, one, now):
    made = schedule(engine, one, now=now)
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        actor=BOB,
        seen_version=1,
        request_id=new_request(),
        now=now,
    )
    (settled,) = run_due(engine, clock=lambda: made.run_at, by="w")
    assert settled.state is ScheduleState.MISSED
    assert "It is paused already" in (settled.why or "")
    assert "Bob moved it to Paused" in (settled.why or "")
    assert see(engine, one).version == 2


def test_a_campaign_that_changed_and_may_still_be_paused_is_paused_and_says_so(engine, one, now):
    made = schedule(engine, one, now=now)
    by_bob: dict[str, Any] = {"actor": BOB, "now": now}
    pause_campaign(
        engine, one, reason=PauseReason.BUDGET, seen_version=1, request_id=new_request(), **by_bob
    )
    resume_campaign(engine, one, seen_version=2, request_id=new_request(), **by_bob)
    (settled,) = run_due(engine, clock=lambda: made.run_at, by="w")
    assert settled.state is ScheduleState.RAN
    assert "Bob moved it to Active" in (settled.why or "")
    assert see(engine, one).status is S.PAUSED
    assert entries(engine, one)[-1]["details"]["changed_since"] == settled.why


@pytest.mark.parametrize("guard", ["billing", "connection", "run", "archived"])
def test_the_guards_of_a_resume_hold_at_its_time_and_not_at_scheduling(engine, now, guard):
    artist_id = add_artist(engine, now=now)
    ends_on = now.date() if guard == "run" else None
    one = add_campaign(engine, artist_id, now=now, status=S.PAUSED, ends_on=ends_on)
    run_at = now + timedelta(days=2)
    made = schedule(engine, one, now=now, action=Action.RESUME, run_at=run_at)
    words = {
        "billing": "unpaid invoice",
        "connection": "is broken",
        "run": "run is over",
        "archived": "Unarchive it first",
    }[guard]
    if guard == "billing":
        fail_payment(engine, artist_id, now=now)
    elif guard == "connection":
        with writing(engine) as db:
            db.execute(update(connection).values(state=ConnectionState.BROKEN))
    elif guard == "archived":
        archive_campaign(engine, one, actor=BOB, seen_version=1, request_id=new_request(), now=now)
    (settled,) = run_due(engine, clock=lambda: made.run_at, by="w")
    assert settled.state is ScheduleState.MISSED
    assert words in (settled.why or "")
    assert faults(engine) == []


def test_the_same_request_schedules_once_and_another_content_is_refused(engine, one, now):
    first = schedule(engine, one, now=now, request_id="r")
    before = dump(engine)
    assert schedule(engine, one, now=now, request_id="r") == first
    for other in (
        {"run_at": now + 3 * SOON},
        {"reason": PauseReason.WRONG_CONTENT},
        {"note": "other"},
        {"actor": BOB},
        {"action": Action.RESUME},
    ):
        with pytest.raises(RequestReused):
            schedule(engine, one, now=now, request_id="r", **other)
    assert dump(engine) == before


def test_a_request_of_another_kind_is_not_taken_for_a_schedule(engine, one, now):
    pause_campaign(
        engine, one, reason=PauseReason.BUDGET, actor=ALICE, seen_version=1, request_id="r", now=now
    )
    with pytest.raises(RequestReused):
        schedule(engine, one, now=now, request_id="r", action=Action.RESUME)
    made = schedule(engine, one, now=now, action=Action.RESUME)
    with pytest.raises(RequestReused):
        cancel(engine, made.id, now=now, request_id="r")


def test_cancelling_twice_by_one_request_is_one_cancel_and_by_two_is_told(engine, one, now):
    made = schedule(engine, one, now=now)
    first = cancel(engine, made.id, now=now, request_id="c")
    before = dump(engine)
    assert cancel(engine, made.id, now=now, request_id="c") == first
    with pytest.raises(ScheduleSettled, match="cancelled by Bob"):
        cancel(engine, made.id, now=now, actor=ALICE)
    assert dump(engine) == before


def test_what_ran_or_was_missed_can_no_longer_be_cancelled(engine, one, now):
    made = schedule(engine, one, now=now)
    run_due(engine, clock=lambda: made.run_at, by="w")
    with pytest.raises(ScheduleSettled, match="nothing left to cancel"):
        cancel(engine, made.id, now=now)
    missed = schedule(engine, one, now=now, run_at=now + 2 * SOON)
    run_due(engine, clock=lambda: missed.run_at, by="w")
    with pytest.raises(ScheduleSettled, match="was missed"):
        cancel(engine, missed.id, now=now)


@pytest.mark.parametrize("action", [Action.ARCHIVE, Action.UNARCHIVE])
def test_only_a_pause_or_a_resume_can_be_scheduled(engine, one, now, action):
    with pytest.raises(NotSchedulable, match="Only a pause or a resume"):
        schedule(engine, one, now=now, action=action)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(0), "has passed"),
        (timedelta(minutes=-1), "has passed"),
        (timedelta(days=367), "more than a year ahead"),
    ],
)
def test_a_time_that_has_passed_or_is_far_away_is_refused(engine, one, now, ahead, words):
    before = dump(engine)
    with pytest.raises(NotSchedulable, match=words):
        schedule(engine, one, now=now, run_at=now + ahead)
    assert dump(engine) == before


def test_a_pause_needs_its_reason_a_campaign_and_the_version_that_was_seen(engine, one, now):
    with pytest.raises(ReasonMissing):
        schedule(engine, one, now=now, reason=None)
    with pytest.raises(StaleCampaign):
        schedule(engine, one, now=now, seen=7)
    with pytest.raises(CampaignNotFound):
        schedule(engine, 999_999, now=now, seen=1)
    with pytest.raises(ScheduleNotFound):
        cancel(engine, 999_999, now=now)
    assert listed(engine) == ()


def test_two_at_the_same_moment_and_more_than_anybody_needs_are_refused(engine, one, now):
    schedule(engine, one, now=now)
    with pytest.raises(NotSchedulable, match="for this very moment"):
        schedule(engine, one, now=now, action=Action.RESUME)
    for number in range(1, MOST_COMING):
        schedule(engine, one, now=now, run_at=now + SOON + timedelta(minutes=number))
    with pytest.raises(NotSchedulable, match="scheduled already"):
        schedule(engine, one, now=now, run_at=now + timedelta(days=3))
    assert len(listed(engine)) == MOST_COMING


def test_the_list_has_what_comes_by_time_and_then_what_is_settled(engine, now):
    artist_id = add_artist(engine, now=now, name="The Herons")
    one, other = (add_campaign(engine, artist_id, now=now) for _ in range(2))
    second = schedule(engine, one, now=now, run_at=now + 2 * SOON)
    first = schedule(engine, other, now=now, run_at=now + SOON)
    gone = schedule(engine, one, now=now, run_at=now + 3 * SOON)
    cancel(engine, gone.id, now=now)
    assert [item.id for item in listed(engine)] == [first.id, second.id, gone.id]
    assert [item.id for item in listed(engine, one)] == [second.id, gone.id]
    assert {item.artist_name for item in listed(engine)} == {"The Herons"}
    assert next_due_at(engine) == first.run_at
    coming = scheduled_changes(engine, states=[ScheduleState.COMING], limit=1, rights=FULL)
    assert [item.id for item in coming] == [first.id]


def test_one_that_cannot_be_read_does_not_hold_up_the_others(engine, one, now, caplog):
    other = add_campaign(engine, add_artist(engine, now=now), now=now)
    broken = schedule(engine, one, now=now)
    fine = schedule(engine, other, now=now, run_at=now + SOON + timedelta(seconds=1))
    with writing(engine) as db:
        db.execute(
            update(scheduled_change)
            .where(scheduled_change.c.id == broken.id)
            .values(reason="a reason of the future")
        )
    (settled,) = run_due(engine, clock=lambda: fine.run_at, by="w")
    assert settled.id == fine.id
    assert f"Scheduled change {broken.id} failed" in caplog.text
    assert see(engine, one).status is S.ACTIVE


def test_running_one_that_is_not_due_not_coming_or_not_there_does_nothing(engine, one, now):
    made = schedule(engine, one, now=now)
    before = dump(engine)
    assert run_one(engine, made.id, now=now, by="w") is None
    assert run_one(engine, 999_999, now=now, by="w") is None
    assert dump(engine) == before
    cancel(engine, made.id, now=now)
    assert run_one(engine, made.id, now=made.run_at, by="w") is None


def test_a_worker_is_seen_while_it_is_there_and_forgotten_when_it_is_gone(engine, now):
    assert not is_anybody_working(engine, now=now)
    show_alive(engine, "w", now=now)
    show_alive(engine, "w", now=now + timedelta(minutes=1))
    assert is_anybody_working(engine, now=now + timedelta(minutes=3))
    assert not is_anybody_working(engine, now=now + timedelta(minutes=5))
    show_alive(engine, "v", now=now + timedelta(days=2))
    say_goodbye(engine, "v")
    assert not is_anybody_working(engine, now=now + timedelta(days=2))


def test_what_billing_stopped_is_not_resumed_by_a_schedule(engine, now):
    artist_id = add_artist(engine, now=now, billing=BillingState.IN_ORDER)
    one = add_campaign(engine, artist_id, now=now)
    made = schedule(engine, one, now=now, action=Action.RESUME)
    fail_payment(engine, artist_id, now=now)
    (settled,) = run_due(engine, clock=lambda: made.run_at, by="w")
    assert settled.state is ScheduleState.MISSED
    assert see(engine, one).status is S.SUBSCRIPTION_PAUSED
    with reading(engine) as db:
        assert db.execute(select(artist.c.billing)).scalar() == BillingState.FAILING
    assert Source.SCHEDULE in {Source(row["source"]) for row in entries(engine, one)}


def test_one_that_nobody_can_read_holds_up_its_campaign_for_a_day_and_no_longer(engine, one, now):
    broken = schedule(engine, one, now=now)
    later = schedule(engine, one, now=now, run_at=now + LATE_AFTER)
    with writing(engine) as db:
        db.execute(
            update(scheduled_change)
            .where(scheduled_change.c.id == broken.id)
            .values(reason="a reason of the future")
        )
    assert run_due(engine, clock=lambda: later.run_at, by="w") == []
    (settled,) = run_due(
        engine, clock=lambda: broken.run_at + LATE_AFTER + timedelta(seconds=1), by="w"
    )
    assert (settled.id, settled.state) == (later.id, ScheduleState.RAN)
