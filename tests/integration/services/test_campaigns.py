"""The verbs on a campaign, on both databases: Alice may edit, Bob looks at the same time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lib.db.engine import reading
from lib.db.tables import history
from lib.domain.actions import Action, PauseReason
from lib.domain.records import (
    BillingState,
    ConnectionState,
    GatewayKind,
    Origin,
    Platform,
    Source,
)
from lib.domain.status import Status
from lib.domain.text import MAX_NOTE
from lib.platforms.gateways import Simulated, gateway
from lib.services import queries
from lib.services.campaigns import (
    Change,
    IllegalTransition,
    NothingToConfirm,
    ReasonMissing,
    StaleCampaign,
    archive_campaign,
    confirm_carried_out,
    move_campaign,
    pause_campaign,
    resume_campaign,
    unarchive_campaign,
)
from lib.services.recording import CampaignNotFound
from lib.services.transactions import ChangeRefused, RequestReused
from tests import rules
from tests.cast import ALICE, BOB, add_artist, add_campaign, dump, new_request, see
from tests.invariants import faults

S = Status
CELLS = rules.actions_table()


def press(engine, action, campaign_id, *, now, actor=ALICE, seen=None, request_id=None, **more):
    """Do what the button of `action` does."""
    verb: Any = {
        Action.PAUSE: pause_campaign,
        Action.RESUME: resume_campaign,
        Action.ARCHIVE: archive_campaign,
        Action.UNARCHIVE: unarchive_campaign,
    }[Action(action)]
    if action == Action.PAUSE:
        more.setdefault("reason", PauseReason.BUDGET)
    return verb(
        engine,
        campaign_id,
        actor=actor,
        seen_version=see(engine, campaign_id).version if seen is None else seen,
        request_id=request_id or new_request(),
        now=now,
        **more,
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


@pytest.fixture
def artist_id(engine, now):
    return add_artist(engine, now=now)


@pytest.fixture
def by_hand(engine, now):
    return add_artist(engine, now=now, gateway=GatewayKind.BY_HAND)


def test_every_cell_of_the_actions_table_holds_in_the_database(engine, artist_id, now):
    for (status, action), cell in CELLS.items():
        before = S.UNDER_REVIEW if status == "archived" else None
        one = add_campaign(engine, artist_id, now=now, status=Status(status), before_archive=before)
        if cell == "-":
            unchanged = dump(engine)
            with pytest.raises(IllegalTransition, match="Campaign"):
                press(engine, action, one, now=now)
            assert dump(engine) == unchanged, (status, action)
        else:
            change = press(engine, action, one, now=now)
            expected = S.UNDER_REVIEW if cell == "back" else Status(cell)
            assert (change.from_status, change.to_status) == (Status(status), expected)
            assert see(engine, one).status is expected
    assert faults(engine) == []


def test_a_pause_records_who_when_from_where_to_where_and_why(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now, status=S.SERVING, platform=Platform.GOOGLE)
    change = press(
        engine,
        Action.PAUSE,
        one,
        now=now,
        reason=PauseReason.WRONG_CONTENT,
        note="The link is dead",
        request_id="click-1",
    )
    assert change == Change(one, "campaign:pause", S.SERVING, S.PAUSED, 2, now, False, 2)
    _, entry = entries(engine, one)
    assert (entry["actor"], entry["at"], entry["origin"]) == ("Alice", now, Origin.PERSON)
    assert (entry["from_status"], entry["to_status"]) == ("serving", "paused")
    assert (entry["reason"], entry["note"]) == ("wrong_content", "The link is dead")
    assert (entry["request_id"], entry["source"]) == ("click-1", Source.DESK)
    campaign = see(engine, one)
    assert (campaign.status, campaign.version) == (S.PAUSED, 2)
    assert (campaign.status_since, campaign.stopped_at) == (now, now)


def test_a_pause_needs_one_of_the_four_reasons(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    unchanged = dump(engine)
    for reason in ("", "because", None):
        with pytest.raises(ReasonMissing, match="under_performing"):
            press(engine, Action.PAUSE, one, now=now, reason=reason)
    assert dump(engine) == unchanged


def test_a_note_that_is_too_long_is_cut(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    press(engine, Action.PAUSE, one, now=now, note="x" * (MAX_NOTE + 1))
    assert len(entries(engine, one)[-1]["note"]) == MAX_NOTE


NO_TEXT = "Wrong\x00 cover\nask\ud800 Bob\x07"


def test_a_note_keeps_what_every_database_takes(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    first = press(engine, Action.PAUSE, one, now=now, note=NO_TEXT, request_id="r")
    assert entries(engine, one)[-1]["note"] == "Wrong cover\nask Bob"
    again = press(engine, Action.PAUSE, one, now=now, seen=1, note=NO_TEXT, request_id="r")
    assert again == first


@pytest.mark.parametrize("reason", PauseReason)
def test_every_reason_can_be_given(engine, artist_id, now, reason):
    one = add_campaign(engine, artist_id, now=now)
    press(engine, Action.PAUSE, one, now=now, reason=reason)
    assert entries(engine, one)[-1]["reason"] == reason


def test_a_resume_starts_the_money_again_and_says_when(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    press(engine, Action.PAUSE, one, now=now)
    later = now + timedelta(hours=3)
    press(engine, Action.RESUME, one, now=later)
    campaign = see(engine, one)
    assert (campaign.status, campaign.stopped_at, campaign.resumed_at) == (S.ACTIVE, None, later)


def test_a_stale_view_changes_nothing_and_says_who_was_first(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    press(engine, Action.PAUSE, one, now=now, actor=ALICE, seen=1)
    unchanged = dump(engine)
    for action in Action:
        with pytest.raises(StaleCampaign, match="Alice moved it to Paused"):
            press(engine, action, one, now=now, actor=BOB, seen=1)
    assert dump(engine) == unchanged


@pytest.mark.parametrize("seen", [0, 2, -1])
def test_a_version_that_never_was_is_stale_too(engine, artist_id, now, seen):
    one = add_campaign(engine, artist_id, now=now)
    with pytest.raises(StaleCampaign):
        press(engine, Action.PAUSE, one, now=now, seen=seen)


@pytest.mark.parametrize("action", Action)
def test_the_same_request_twice_is_one_change_and_the_same_answer(engine, artist_id, now, action):
    start = {"pause": S.ACTIVE, "resume": S.PAUSED, "archive": S.ENDED, "unarchive": S.ARCHIVED}
    one = add_campaign(engine, artist_id, now=now, status=start[action.value])
    first = press(engine, action, one, now=now, seen=1, request_id="again")
    once = dump(engine)
    second = press(engine, action, one, now=now + timedelta(minutes=1), seen=1, request_id="again")
    assert second == first
    assert dump(engine) == once


def test_a_request_is_answered_even_after_the_campaign_moved_on(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    first = press(engine, Action.PAUSE, one, now=now, seen=1, request_id="first")
    press(engine, Action.RESUME, one, now=now)
    assert press(engine, Action.PAUSE, one, now=now, seen=1, request_id="first") == first
    assert see(engine, one).status is S.ACTIVE


def test_a_request_id_used_for_something_else_is_refused(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    other = add_campaign(engine, artist_id, now=now)
    press(engine, Action.PAUSE, one, now=now, request_id="used")
    unchanged = dump(engine)
    with pytest.raises(RequestReused, match="send a new request"):
        press(engine, Action.PAUSE, other, now=now, request_id="used")
    with pytest.raises(RequestReused):
        press(engine, Action.RESUME, one, now=now, request_id="used")
    assert dump(engine) == unchanged


def test_an_unpaid_invoice_or_a_broken_connection_blocks_a_resume_only(engine, now):
    for trouble in ({"billing": BillingState.FAILING}, {"state": ConnectionState.BROKEN}):
        artist_id = add_artist(engine, now=now, **trouble)
        paused = add_campaign(engine, artist_id, now=now, status=S.PAUSED)
        with pytest.raises(IllegalTransition, match="then resume"):
            press(engine, Action.RESUME, paused, now=now)
        press(engine, Action.ARCHIVE, paused, now=now)
        running = add_campaign(engine, artist_id, now=now)
        press(engine, Action.PAUSE, running, now=now)


def test_a_run_that_is_over_can_be_archived_and_comes_back_without_spending(engine, artist_id, now):
    yesterday = now.date() - timedelta(days=1)
    one = add_campaign(engine, artist_id, now=now, ends_on=yesterday)
    with pytest.raises(IllegalTransition, match="is Ended and cannot be paused"):
        press(engine, Action.PAUSE, one, now=now)
    press(engine, Action.ARCHIVE, one, now=now)
    assert see(engine, one).status_before_archive is S.ACTIVE
    press(engine, Action.UNARCHIVE, one, now=now)
    campaign = see(engine, one)
    assert campaign.status is S.PAUSED
    # From here on money must not go out, so spend of a later day would be an alarm.
    assert campaign.stopped_at == now


@pytest.mark.parametrize("billing", BillingState)
def test_what_billing_stopped_comes_back_so_only_while_billing_fails(engine, now, billing):
    artist_id = add_artist(engine, now=now, billing=billing)
    one = add_campaign(
        engine,
        artist_id,
        now=now,
        status=S.SUBSCRIPTION_PAUSED,
        origin=Origin.BILLING,
        stopped_at=now - timedelta(days=10),
    )
    press(engine, Action.ARCHIVE, one, now=now)
    change = press(engine, Action.UNARCHIVE, one, now=now)
    is_failing = billing is BillingState.FAILING
    assert change.to_status is (S.SUBSCRIPTION_PAUSED if is_failing else S.PAUSED)
    assert see(engine, one).stopped_at == now - timedelta(days=10)


def test_a_campaign_that_is_not_there_is_not_found(engine, now):
    with pytest.raises(CampaignNotFound, match="no campaign 4711"):
        pause_campaign(
            engine,
            4711,
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=1,
            request_id="r",
            now=now,
        )


def test_by_hand_a_pause_is_to_be_carried_out_until_somebody_confirms(engine, by_hand, now):
    one = add_campaign(engine, by_hand, now=now)
    change = press(engine, Action.PAUSE, one, now=now, request_id="p")
    assert change.is_to_be_carried_out
    assert press(engine, Action.PAUSE, one, now=now, seen=1, request_id="p") == change
    assert see(engine, one).pending_action == "pause"

    confirmed = confirm_carried_out(engine, one, actor=BOB, seen_version=2, request_id="c", now=now)
    assert see(engine, one).pending_action is None
    assert (confirmed.from_status, confirmed.to_status) == (S.PAUSED, S.PAUSED)
    once = dump(engine)
    again = confirm_carried_out(engine, one, actor=BOB, seen_version=2, request_id="c", now=now)
    assert again == confirmed
    assert dump(engine) == once
    with pytest.raises(NothingToConfirm):
        confirm_carried_out(engine, one, actor=BOB, seen_version=2, request_id="d", now=now)
    assert dump(engine) == once
    assert faults(engine) == []


def test_a_confirmation_of_what_has_changed_since_is_stale(engine, by_hand, now):
    one = add_campaign(engine, by_hand, now=now)
    press(engine, Action.PAUSE, one, now=now)
    press(engine, Action.RESUME, one, now=now)
    unchanged = dump(engine)
    with pytest.raises(StaleCampaign):
        confirm_carried_out(engine, one, actor=BOB, seen_version=2, request_id="c", now=now)
    assert dump(engine) == unchanged
    assert see(engine, one).pending_action == "resume"


def test_the_simulated_platform_carries_everything_out_at_once(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    for action in (Action.PAUSE, Action.RESUME, Action.PAUSE, Action.ARCHIVE, Action.UNARCHIVE):
        assert not press(engine, action, one, now=now).is_to_be_carried_out
        assert see(engine, one).pending_action is None


def test_archiving_is_never_sent_and_keeps_an_earlier_pause_in_mind(engine, by_hand, now):
    one = add_campaign(engine, by_hand, now=now)
    press(engine, Action.PAUSE, one, now=now)
    press(engine, Action.ARCHIVE, one, now=now)
    assert see(engine, one).pending_action == "pause"
    press(engine, Action.UNARCHIVE, one, now=now)
    assert see(engine, one).pending_action == "pause"

    quiet = add_campaign(engine, by_hand, now=now, status=S.ENDED)
    assert not press(engine, Action.ARCHIVE, quiet, now=now).is_to_be_carried_out
    assert see(engine, quiet).pending_action is None


@pytest.mark.parametrize("kind", GatewayKind)
@pytest.mark.parametrize("platform", Platform)
def test_no_gateway_ever_takes_an_archive_and_every_one_says_what_happens(kind, platform):
    for action in Action:
        can = gateway(kind).capability(action, platform)
        assert can.instruction
        stays_here = action in (Action.ARCHIVE, Action.UNARCHIVE)
        assert ("nothing is sent" in can.instruction) == stays_here
        is_left_to_a_person = kind is GatewayKind.BY_HAND and not stays_here
        assert can.is_carried_out != is_left_to_a_person
        assert bool(can.link) == is_left_to_a_person
    assert isinstance(gateway(GatewayKind.SIMULATED), Simulated)


def test_the_platform_and_the_system_move_a_campaign_only_as_the_rules_say(engine, artist_id, now):
    for origin in Origin:
        for source in Status:
            one = add_campaign(engine, artist_id, now=now, status=source)
            for target in Status:
                if (origin, source, target) in rules.MOVEMENTS:
                    continue
                with pytest.raises(IllegalTransition, match="cannot move"):
                    move_campaign(
                        engine,
                        one,
                        target,
                        origin=origin,
                        actor=BOB,
                        request_id=new_request(),
                        now=now,
                    )
            assert see(engine, one).version == 1
    for origin, source, target in sorted(rules.MOVEMENTS):
        one = add_campaign(engine, artist_id, now=now, status=source)
        change = move_campaign(
            engine, one, target, origin=origin, actor=BOB, request_id=f"m{one}", now=now
        )
        assert (change.from_status, change.to_status) == (source, target)
        again = move_campaign(
            engine, one, target, origin=origin, actor=BOB, request_id=f"m{one}", now=now
        )
        assert again == change
    assert faults(engine) == []


def test_every_refusal_can_be_shown_to_a_person(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now, name="Low Tide")
    press(engine, Action.PAUSE, one, now=now)
    for action, seen in ((Action.PAUSE, 2), (Action.RESUME, 1)):
        with pytest.raises(ChangeRefused, match="“Low Tide”") as caught:
            press(engine, action, one, now=now, seen=seen)
        assert str(caught.value).endswith(".")


def test_every_change_raises_the_data_version_and_a_refusal_does_not(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    before = queries.current_data_version(engine)
    press(engine, Action.PAUSE, one, now=now)
    after = queries.current_data_version(engine)
    assert after > before
    with pytest.raises(IllegalTransition):
        press(engine, Action.PAUSE, one, now=now)
    assert queries.current_data_version(engine) == after
