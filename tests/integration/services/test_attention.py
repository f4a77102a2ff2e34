"""What needs attention, rule by rule, on both databases: what is named and what is not."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from lib.db.engine import writing
from lib.db.tables import organization
from lib.domain.actions import PauseReason
from lib.domain.records import BillingState, ConnectionState, GatewayKind
from lib.domain.rights import FULL
from lib.domain.status import LIVE, Status
from lib.services import attention
from lib.services.attention import Need, money_of
from lib.services.campaigns import pause_campaign
from tests.cast import ALICE, add_artist, add_campaign
from tests.reported import UNIT, report

RUN = range(1, 60)
STEADY = dict.fromkeys(RUN, (10, 10))
DECLINING = {age: (20, 5 if age < 10 else 15) for age in RUN}


@pytest.fixture
def artist_id(engine, now):
    return add_artist(engine, now=now, name="Alma")


@pytest.fixture
def add(engine, now, artist_id):
    """A function that adds a campaign that was made 70 days ago, with figures."""

    def one(days=None, *, of=artist_id, covered=None, **columns):
        columns = {"created_at": now - timedelta(days=70)} | columns
        campaign_id = add_campaign(engine, of, now=now - timedelta(days=60), **columns)
        if days:
            report(engine, campaign_id, days, now=now, covered=covered)
        return campaign_id

    return one


def found(engine, now):
    return attention.attention(engine, now=now, rights=FULL)


def test_a_campaign_that_does_well_needs_nobody(engine, now, add):
    add(STEADY, budget_micros=10 * UNIT, budget_period="daily")
    assert found(engine, now).counts == {}
    assert found(engine, now).total == 0


@pytest.mark.usefixtures("artist_id")
def test_an_empty_desk_needs_nobody(engine, now):
    assert found(engine, now).total == 0


def test_an_issue_is_named(engine, now, add):
    one = add(STEADY, status=Status.ISSUE)
    assert found(engine, now).leading == {Need.ISSUE: (one,)}


def test_billing_is_named_artist_by_artist(engine, now, add):
    failing = add_artist(engine, now=now, name="Brother", billing=BillingState.FAILING)
    add(STEADY, of=failing, status=Status.SUBSCRIPTION_PAUSED)
    add(STEADY, of=failing, status=Status.SUBSCRIPTION_PAUSED)
    add_artist(engine, now=now, name="Nothing stopped", billing=BillingState.FAILING)
    add(STEADY, status=Status.SUBSCRIPTION_PAUSED)
    told = found(engine, now)
    assert told.counts[Need.BILLING] == 3
    assert [(one.artist, one.is_failing, one.campaigns) for one in told.billing] == [
        ("Brother", True, 2),
        ("Alma", False, 1),
        ("Nothing stopped", True, 0),
    ]


@pytest.mark.parametrize("status", list(Status))
def test_a_broken_connection_matters_while_a_campaign_is_live(engine, now, add, status):
    broken = add_artist(engine, now=now, name="Broken", state=ConnectionState.BROKEN)
    one = add(STEADY, of=broken, status=status)
    expected = (one,) if status in LIVE else None
    assert found(engine, now).leading.get(Need.BROKEN) == expected


def test_live_and_nothing_spent_on_the_last_full_day_is_named(engine, now, add):
    one = add({age: (0 if age == 3 else 10, 1) for age in RUN})
    add({age: (0 if age == 3 else 10, 1) for age in RUN}, status=Status.PAUSED)
    assert found(engine, now).leading[Need.SILENT] == (one,)


def test_what_brings_nothing_in_28_days_is_named_by_what_it_cost(engine, now, add):
    cheap = add(dict.fromkeys(RUN, (5, 0)))
    dear = add(dict.fromkeys(RUN, (50, 0)))
    add(dict.fromkeys(RUN, (50, 0)), status=Status.PAUSED)
    add({age: (50, 1 if age == 20 else 0) for age in RUN})
    add(dict.fromkeys(RUN, (50, None)))
    young = add(dict.fromkeys(range(1, 6), (50, 0)), starts_on=now.date() - timedelta(days=5))
    told = found(engine, now)
    assert told.leading[Need.FRUITLESS] == (dear, cheap)
    rows = attention.campaigns(engine, (dear, cheap, young), now=now, rights=FULL)
    assert [one.row.brings_nothing for one in rows] == [True, True, False]
    assert money_of(Need.FRUITLESS, rows[0].row) == 28 * 50 * UNIT


@pytest.mark.parametrize(("days", "says"), [(13, False), (14, True)])
def test_that_nothing_came_of_it_is_said_once_there_are_days_to_judge_by(
    engine, now, add, days, says
):
    one = add(
        dict.fromkeys(range(3, 3 + days), (5, 0)),
        starts_on=now.date() - timedelta(days=2 + days),
        created_at=now - timedelta(days=3 + days),
    )
    (row,) = attention.campaigns(engine, (one,), now=now, rights=FULL)
    assert row.row.brings_nothing is says
    assert (Need.FRUITLESS in found(engine, now).counts) is says
    assert row.row.month
    assert row.row.month.days == days, "it is told over how many"


def test_pacing_is_named_outside_twice_its_tolerance_only(engine, now, add):
    budget = {"budget_period": "daily"}
    far = add(STEADY, budget_micros=20 * UNIT, **budget)
    add(STEADY, budget_micros=14 * UNIT, **budget)
    assert found(engine, now).leading[Need.PACING] == (far,)


def test_a_decline_is_named_by_what_is_at_stake_while_it_is_live(engine, now, add):
    small = add(DECLINING)
    big = add({age: (9 * spend, x) for age, (spend, x) in DECLINING.items()})
    add(DECLINING, status=Status.PAUSED)
    add(DECLINING, ends_on=now.date() - timedelta(days=1))
    told = found(engine, now)
    assert told.leading[Need.DECLINING] == (big, small)
    assert told.counts[Need.DECLINING] == 2
    rows = attention.campaigns(engine, (big, small), now=now, rights=FULL)
    stakes = [money_of(Need.DECLINING, one.row) or 0 for one in rows]
    assert stakes[0] == pytest.approx(9 * stakes[1])


def test_old_figures_matter_while_a_campaign_is_live(engine, now, add):
    old = dict.fromkeys(range(10, 60), (10, 10))
    live, bare = add(old), add()
    add(old, status=Status.PAUSED)
    assert set(found(engine, now).leading[Need.STALE]) == {live, bare}


def test_spend_after_a_pause_is_named(engine, now, add):
    by_hand = add_artist(engine, now=now, name="By hand", gateway=GatewayKind.BY_HAND)
    one, good = (add(of=by_hand) for _ in range(2))
    for campaign_id, last in ((one, 2), (good, 4)):
        pause_campaign(
            engine,
            campaign_id,
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=1,
            request_id=f"p{campaign_id}",
            now=now - timedelta(days=4),
        )
        report(engine, campaign_id, dict.fromkeys(range(last, 30), (10, 10)), now=now)
    assert found(engine, now).leading == {Need.STILL_SPENDING: (one,)}


def test_an_odd_day_is_named_with_its_distance_from_the_usual(engine, now, add):
    one = add({age: (50 if age == 4 else 10, 10) for age in RUN})
    told = found(engine, now)
    assert told.leading[Need.ANOMALY] == (one,)
    (row,) = attention.campaigns(engine, (one,), now=now, rights=FULL)
    assert money_of(Need.ANOMALY, row.row) == 40 * UNIT


def test_the_dearest_of_each_currency_come_first_and_no_more_than_twenty(engine, now, add):
    ones = [add(dict.fromkeys(RUN, (n + 1, 1)), status=Status.ISSUE) for n in range(23)]
    yen = add(dict.fromkeys(RUN, (9, 1)), status=Status.ISSUE, currency="JPY")
    told = found(engine, now)
    assert told.counts == {Need.ISSUE: 24}
    assert told.leading[Need.ISSUE][:3] == (ones[-1], yen, ones[-2])
    assert len(told.leading[Need.ISSUE]) == attention.MOST_OF_A_KIND


def test_a_label_that_was_started_over_needs_nobody(engine, now, add):
    gone = add_artist(engine, now=now, name="Gone", is_demo=True, billing=BillingState.FAILING)
    add(STEADY, of=gone, status=Status.ISSUE)
    with writing(engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
    assert found(engine, now).total == 0
