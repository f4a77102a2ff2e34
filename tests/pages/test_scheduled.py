"""A change is scheduled on its campaign's page, in the account's time, and listed on another."""

from datetime import date, time, timedelta

import pytest

from lib.domain.actions import Action, PauseReason
from lib.domain.rights import FULL, Place, Role
from lib.domain.schedule import ScheduleState
from lib.domain.status import LIVE, Status
from lib.services.scheduling.reads import scheduled_changes
from lib.services.scheduling.runs import run_due, show_alive
from lib.services.scheduling.schedules import schedule_change
from lib.ui.changing import actions
from tests.cast import ALICE, add_artist, add_campaign, new_request, see, signed_in
from tests.pages.conftest import CAMPAIGN, texts

SCHEDULED = "pages/operations/scheduled.py"
REQUEST = "0" * 32


@pytest.fixture
def live(row_of):
    return row_of(lambda row: row.status in LIVE and row.campaign.zone == "Europe/Berlin")


def ask(at, row):
    """Click on “Schedule…”, or draw its dialog again with what its fields say."""
    one = row.campaign
    at.session_state[actions._WANTED] = (actions.SCHEDULE, one.id, one.version, REQUEST)
    at.run()
    assert not at.exception, at.exception
    return at


def fill(at, row, on, at_time, *, action=Action.PAUSE, **fields):
    fields |= {"action": action.value, "day": on, "time": at_time}
    if action is Action.PAUSE:
        fields["reason"] = PauseReason.BUDGET
    for name, value in fields.items():
        at.session_state[f"{name}-{REQUEST}"] = value
    return ask(at, row)


def confirm(at, row):
    at.button(key=f"schedule-{row.campaign.id}-confirm").click().run()
    assert not at.exception, at.exception
    return at


def plain(at):
    return texts(at).replace("\\", "").replace("\u2060", "")


def test_a_release_night_is_scheduled_in_the_accounts_time_and_listed(live, open_desk, demo_engine):
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    assert at.button(key=f"schedule-{live.campaign.id}-confirm").disabled
    fill(at, live, date(2026, 11, 27), time(0, 0))
    assert "It will run on Fri 27 Nov 2026, 00:00 CET" in plain(at).replace("*", "")
    assert "that is Thu 26 Nov 2026, 23:00 UTC for you" in plain(at)
    confirm(at, live)
    (made,) = scheduled_changes(demo_engine, rights=FULL)
    assert made.run_at.isoformat() == "2026-11-26T23:00:00+00:00"
    assert (made.actor, made.reason) == ("Alice", PauseReason.BUDGET)
    assert "Pause scheduled by Alice" in plain(at).replace("*", "")
    listed = open_desk(SCHEDULED)
    assert live.campaign.name in plain(listed)


def test_the_dialog_says_what_it_does_and_that_nobody_is_there_to_run_it(
    live, open_desk, demo_engine, now
):
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    assert "Nobody runs scheduled changes at the moment" in plain(at)
    assert "Delivery and spend stop at once" in plain(at)
    show_alive(demo_engine, "w", now=now)
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    assert "Nobody runs scheduled changes" not in plain(at)


def test_a_time_that_clocks_jump_over_is_said_and_runs_at_the_jump(live, open_desk, demo_engine):
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    fill(at, live, date(2027, 3, 28), time(2, 30))
    assert "Clocks go forward over this time" in plain(at)
    assert "28 Mar 2027, 03:00 CEST" in plain(at)
    confirm(at, live)
    (made,) = scheduled_changes(demo_engine, rights=FULL)
    assert made.run_at.isoformat() == "2027-03-28T01:00:00+00:00"


@pytest.mark.parametrize(
    ("which", "hour", "name"), [("the first time", 0, "CEST"), ("the second time", 1, "CET")]
)
def test_a_time_that_comes_twice_asks_which_one_is_meant(
    live, open_desk, demo_engine, which, hour, name
):
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    fill(at, live, date(2027, 10, 31), time(2, 30), fold=which)
    assert f"31 Oct 2027, 02:30 {name}" in plain(at)
    confirm(at, live)
    (made,) = scheduled_changes(demo_engine, rights=FULL)
    assert (made.run_at.hour, made.run_at.minute) == (hour, 30)


def test_a_moment_that_has_passed_schedules_nothing_and_says_so(live, open_desk, demo_engine):
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    fill(at, live, date(2026, 11, 24), time(9, 0))
    assert "This moment has passed" in plain(at)
    confirm(at, live)
    assert scheduled_changes(demo_engine, rights=FULL) == ()
    assert "This moment has passed" in plain(at)


def test_what_the_rules_would_refuse_as_things_stand_is_said_and_may_be_scheduled(
    live, open_desk, demo_engine
):
    at = ask(open_desk(CAMPAIGN, id=str(live.campaign.id)), live)
    fill(at, live, date(2026, 11, 27), time(0, 0), action=Action.RESUME)
    assert "As the campaign stands now, it would be refused: It is running already." in plain(at)
    confirm(at, live)
    assert [one.action for one in scheduled_changes(demo_engine, rights=FULL)] == [Action.RESUME]


def schedule(engine, campaign_id, *, now, ahead=timedelta(hours=1)):
    return schedule_change(
        engine,
        campaign_id,
        Action.PAUSE,
        run_at=now + ahead,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=see(engine, campaign_id).version,
        request_id=new_request(),
        now=now,
        note="Release night",
    )


def test_what_is_scheduled_is_cancelled_with_one_click(live, open_desk, demo_engine, now):
    made = schedule(demo_engine, live.campaign.id, now=now)
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    at.button(key=f"cancel-schedule-{made.id}").click().run()
    assert not at.exception
    assert "Cancelled the scheduled pause" in at.toast[0].value
    assert f"cancel-schedule-{made.id}" not in [one.key for one in at.button]
    (left,) = scheduled_changes(demo_engine, rights=FULL)
    assert (left.state, left.settled_by) == (ScheduleState.CANCELLED, "Alice")


def test_what_ran_says_in_the_history_whose_it_was_and_when_they_scheduled_it(
    live, open_desk, demo_engine, now
):
    schedule(demo_engine, live.campaign.id, now=now - timedelta(days=1), ahead=timedelta(hours=20))
    run_due(demo_engine, clock=lambda: now, by="w")
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    at.session_state["history"] = True
    at.run()
    frame = at.dataframe[-1].value
    assert frame["Who"].iloc[0] == "Alice, scheduled on 23 Nov 2026"
    assert frame["What"].iloc[0] == "Paused"
    assert frame["What"].iloc[1] == "Change scheduled"
    assert "Pause at" in frame["Note"].iloc[1]
    assert "Release night" in frame["Note"].iloc[1]
    ran = open_desk(SCHEDULED, state="Ran")
    table = ran.dataframe[0].value
    assert list(table["State"]) == ["Ran"]
    assert table["Campaign"].iloc[0] == live.campaign.name


def test_what_was_missed_is_news_on_the_campaigns_page_and_listed_with_its_reason(
    live, open_desk, demo_engine, now
):
    schedule(demo_engine, live.campaign.id, now=now - timedelta(days=3))
    run_due(demo_engine, clock=lambda: now, by="w")
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    assert "Nobody ran it within a day of its time" in plain(at)
    listed = open_desk(SCHEDULED, state="Missed")
    assert "Nobody ran it within a day" in listed.dataframe[0].value["Why"].iloc[0]


def test_an_empty_list_says_how_one_comes_about(open_desk, demo_engine):
    for state in ScheduleState:
        at = open_desk(SCHEDULED, state=state.label)
        assert "Nothing here" in plain(at)
        assert not at.dataframe
    assert scheduled_changes(demo_engine, rights=FULL) == ()


@pytest.mark.parametrize("state", ["nonsense", "", "coming' OR 1=1"])
def test_a_state_that_does_not_exist_shows_what_is_to_come(
    open_desk, demo_engine, now, live, state
):
    schedule(demo_engine, live.campaign.id, now=now)
    at = open_desk(SCHEDULED, state=state)
    assert live.campaign.name in plain(at)


def test_a_hostile_name_and_note_show_literally(open_desk, empty_engine, now):
    artist_id = add_artist(empty_engine, now=now, name="![](http://x.example/a.png)")
    one = add_campaign(
        empty_engine, artist_id, now=now, name="**b** :red[x] $$y$$", status=Status.ACTIVE
    )
    schedule_change(
        empty_engine,
        one,
        Action.PAUSE,
        run_at=now + timedelta(hours=1),
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=1,
        request_id=new_request(),
        now=now,
        note="[click](javascript:alert(1)) ![](http://x.example/b.png)",
    )
    for at in (open_desk(SCHEDULED), open_desk(CAMPAIGN, id=str(one))):
        assert "![](http" not in texts(at)
        assert "](javascript:" not in texts(at)
        assert "**b**" in plain(at)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_who_may_only_look_schedules_and_cancels_nothing(
    live, open_desk, demo_engine, now, acting, role
):
    one = live.campaign
    made = schedule_change(
        demo_engine,
        one.id,
        Action.PAUSE,
        run_at=now + timedelta(days=1),
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=one.version,
        request_id=new_request(),
        now=now,
    )
    place = Place(artist_id=one.artist_id)
    acting(signed_in(demo_engine, "bob@x.example", (place, role), now=now))
    for at in (open_desk(SCHEDULED), open_desk(CAMPAIGN, id=str(one.id))):
        keys = {button.key for button in at.button}
        assert "scheduled by Alice" in plain(at)
        assert (f"cancel-schedule-{made.id}" in keys) == (role is Role.EDITOR)
    assert (f"schedule-{one.id}" in keys) == (role is Role.EDITOR)


def test_the_list_has_nothing_of_artists_out_of_sight(live, open_desk, demo_engine, now, acting):
    mine = add_artist(demo_engine, now=now, name="Minervas Only Artist")
    for number in (
        add_campaign(demo_engine, mine, now=now, name="Minervas song"),
        live.campaign.id,
    ):
        schedule_change(
            demo_engine,
            number,
            Action.PAUSE,
            run_at=now + timedelta(days=1),
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=see(demo_engine, number).version,
            request_id=new_request(),
            now=now,
        )
    acting(signed_in(demo_engine, "bob@x.example", (Place(artist_id=mine), Role.EDITOR), now=now))
    at = open_desk(SCHEDULED)
    assert "Minervas song" in plain(at)
    assert "1 coming" in plain(at)
    assert live.campaign.name not in plain(at)
