"""What billing does, on both databases: what spends is stopped, what a person decided stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lib.db.engine import reading
from lib.db.tables import artist
from lib.domain.actions import PauseReason
from lib.domain.records import BillingState, GatewayKind, Origin
from lib.domain.status import Status
from lib.services.campaigns import pause_campaign
from tests import rules
from tests.cast import ALICE, add_artist, add_campaign, fail_payment, recover_payment, see
from tests.invariants import faults

S = Status


def billing_of(engine, artist_id):
    with reading(engine) as db:
        query = select(artist.c.billing).where(artist.c.id == artist_id)
        return BillingState(db.execute(query).scalar_one())


def test_a_failed_payment_stops_exactly_what_spends_and_its_recovery_brings_exactly_that_back(
    engine, now
):
    artist_id = add_artist(engine, now=now)
    ones = {
        status: add_campaign(engine, artist_id, now=now, status=status)
        for status in Status
        if status is not S.SUBSCRIPTION_PAUSED
    }
    outcome = fail_payment(engine, artist_id, now=now)
    assert set(outcome.moved) == {ones[S.ACTIVE], ones[S.SERVING]}
    assert billing_of(engine, artist_id) is BillingState.FAILING
    for status, one in ones.items():
        campaign = see(engine, one)
        spent = status in rules.SPENDS
        assert campaign.status is (S.SUBSCRIPTION_PAUSED if spent else status)
        assert campaign.status_origin is (Origin.BILLING if spent else Origin.PERSON)
        assert campaign.stopped_at == (now if spent else None)

    later = now + timedelta(days=2)
    assert set(recover_payment(engine, artist_id, now=later).moved) == set(outcome.moved)
    assert billing_of(engine, artist_id) is BillingState.IN_ORDER
    for status, one in ones.items():
        campaign = see(engine, one)
        assert campaign.status is (S.ACTIVE if status in rules.SPENDS else status)
    assert see(engine, ones[S.SERVING]).resumed_at == later
    assert faults(engine) == []


def test_recovery_undoes_no_decision_that_a_person_made_before_or_meanwhile(engine, now):
    artist_id = add_artist(engine, now=now)
    paused = add_campaign(engine, artist_id, now=now)
    pause_campaign(
        engine,
        paused,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=1,
        request_id="p",
        now=now,
    )
    archived = add_campaign(engine, artist_id, now=now, status=S.ARCHIVED)
    fail_payment(engine, artist_id, now=now)
    assert recover_payment(engine, artist_id, now=now).moved == ()
    assert see(engine, paused).status is S.PAUSED
    assert see(engine, archived).status is S.ARCHIVED


@pytest.mark.parametrize("is_over_meanwhile", [False, True])
def test_a_run_that_ended_while_unpaid_does_not_start_again(engine, now, is_over_meanwhile):
    artist_id = add_artist(engine, now=now)
    one = add_campaign(engine, artist_id, now=now, ends_on=now.date())
    fail_payment(engine, artist_id, now=now)
    later = now + timedelta(days=1 if is_over_meanwhile else 0)
    assert recover_payment(engine, artist_id, now=later).moved == (one,)
    assert see(engine, one).status is (S.ENDED if is_over_meanwhile else S.ACTIVE)
    assert faults(engine) == []


def test_a_run_that_is_over_is_not_touched_by_a_failed_payment(engine, now):
    artist_id = add_artist(engine, now=now)
    one = add_campaign(engine, artist_id, now=now, ends_on=now.date() - timedelta(days=1))
    assert fail_payment(engine, artist_id, now=now).moved == ()
    assert see(engine, one).version == 1


def test_billing_touches_one_artist_only(engine, now):
    artist_id, other = add_artist(engine, now=now), add_artist(engine, now=now)
    theirs = add_campaign(engine, other, now=now)
    add_campaign(engine, artist_id, now=now)
    fail_payment(engine, artist_id, now=now)
    assert see(engine, theirs).status is S.ACTIVE
    assert billing_of(engine, other) is BillingState.IN_ORDER


def test_by_hand_a_stop_by_billing_is_to_be_carried_out_too(engine, now):
    artist_id = add_artist(engine, now=now, gateway=GatewayKind.BY_HAND)
    one = add_campaign(engine, artist_id, now=now, ends_on=now.date())
    fail_payment(engine, artist_id, now=now)
    assert see(engine, one).pending_action == "pause"
    recover_payment(engine, artist_id, now=now)
    assert see(engine, one).pending_action == "resume"
    fail_payment(engine, artist_id, now=now)
    recover_payment(engine, artist_id, now=now + timedelta(days=1))
    campaign = see(engine, one)
    assert (campaign.status, campaign.pending_action) == (S.ENDED, None)
