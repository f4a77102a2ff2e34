from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.actions import (
    MOVEMENTS,
    PERSON_RULES,
    Action,
    Circumstances,
    PauseReason,
    billing_movement,
    can_move,
    judge_action,
    status_after_unarchive,
)
from lib.domain.records import BillingState, ConnectionState, Origin, Platform
from lib.domain.status import Status
from tests import rules
from tests.unit.domain.make import NOW, TODAY, a_campaign

S = Status
IN_ORDER = Circumstances()
UNPAID = Circumstances(billing=BillingState.FAILING)
BROKEN = Circumstances(connection=ConnectionState.BROKEN)
YESTERDAY = TODAY - timedelta(days=1)

CELLS = rules.actions_table()


def test_the_table_written_by_hand_has_all_forty_four_cells():
    assert CELLS.keys() == {(status.value, action.value) for status in Status for action in Action}


@pytest.mark.parametrize(("status", "action"), CELLS)
def test_a_person_may_do_exactly_what_the_table_says(status, action):
    decision = judge_action(
        a_campaign(Status(status)), Action(action), circumstances=IN_ORDER, now=NOW
    )
    cell = CELLS[status, action]
    if cell == "-":
        assert not decision.is_allowed
        assert decision.why_not.endswith(".")
        assert len(decision.why_not) > 20
    else:
        assert decision.is_allowed
        assert decision.to is (S.PAUSED if cell == "back" else Status(cell))
        assert decision.why_not == ""


@pytest.mark.parametrize("action", Action)
def test_every_action_has_an_answer_for_every_status(action):
    assert set(PERSON_RULES[action]) == set(Status)
    assert action.label == action.value.capitalize()


@pytest.mark.parametrize(
    ("status", "action", "words"),
    [
        (S.ACTIVE, Action.ARCHIVE, "Pause it first"),
        (S.SERVING, Action.ARCHIVE, "Pause it first"),
        (S.SUBSCRIPTION_PAUSED, Action.RESUME, "resumes by itself"),
        (S.DEPLOYING, Action.PAUSE, "Wait until the deployment"),
        (S.DEPLOYING, Action.ARCHIVE, "Wait until the deployment"),
        (S.UNDER_REVIEW, Action.PAUSE, "not live yet"),
        (S.CONTENT_VALIDATION, Action.PAUSE, "not live yet"),
        (S.AWAITING_SMARTLINK, Action.PAUSE, "not live yet"),
        (S.ARCHIVED, Action.RESUME, "Unarchive it first"),
    ],
)
def test_a_refusal_says_what_to_do_instead(status, action, words):
    decision = judge_action(a_campaign(status), action, circumstances=IN_ORDER, now=NOW)
    assert words in decision.why_not


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", sorted(rules.ENDS_BY_DATE))
def test_once_the_run_is_over_only_archiving_is_left(status, action, platform):
    over = a_campaign(status, platform, ends_on=YESTERDAY)
    decision = judge_action(over, action, circumstances=IN_ORDER, now=NOW)
    assert decision.is_allowed == (action is Action.ARCHIVE)


@pytest.mark.parametrize(
    ("circumstances", "words"), [(UNPAID, "unpaid invoice"), (BROKEN, "connection to Meta")]
)
def test_unpaid_invoices_and_a_broken_connection_block_a_resume_and_nothing_else(
    circumstances, words
):
    for (status, action), cell in CELLS.items():
        if cell in ("-", "back"):
            continue
        decision = judge_action(
            a_campaign(Status(status)), Action(action), circumstances=circumstances, now=NOW
        )
        assert decision.is_allowed == (action != "resume")
        assert decision.is_allowed or words in decision.why_not


@pytest.mark.parametrize("origin", Origin)
def test_only_a_persons_pause_can_be_resumed_and_an_import_reports_a_persons(origin):
    paused = a_campaign(S.PAUSED, status_origin=origin)
    decision = judge_action(paused, Action.RESUME, circumstances=IN_ORDER, now=NOW)
    assert decision.is_allowed == (origin in (Origin.PERSON, Origin.IMPORT))


@pytest.mark.parametrize("billing", BillingState)
@pytest.mark.parametrize("before", [None, *Status])
def test_unarchiving_never_lands_in_a_status_that_spends(before, billing):
    is_failing = billing is BillingState.FAILING
    landed = status_after_unarchive(before, billing)
    assert landed is rules.where_unarchived(before, is_billing_failing=is_failing)
    assert landed not in rules.SPENDS
    archived = a_campaign(S.ARCHIVED, status_before_archive=before)
    decision = judge_action(
        archived, Action.UNARCHIVE, circumstances=Circumstances(billing=billing), now=NOW
    )
    assert decision.to is landed


@pytest.mark.parametrize("target", Status)
@pytest.mark.parametrize("source", Status)
@pytest.mark.parametrize("origin", Origin)
def test_nobody_else_moves_a_campaign_but_as_the_rules_say(origin, source, target):
    assert can_move(origin, source, target) == ((origin, source, target) in rules.MOVEMENTS)


def test_the_table_of_movements_holds_no_movement_of_a_person():
    assert {origin for origin, _ in MOVEMENTS} == {Origin.PLATFORM, Origin.SYSTEM, Origin.BILLING}


@pytest.mark.parametrize("status", Status)
def test_a_failed_payment_stops_what_spends_and_touches_nothing_else(status):
    moved = billing_movement(a_campaign(status), is_failing=True, now=NOW)
    assert moved is (S.SUBSCRIPTION_PAUSED if status in rules.SPENDS else None)


@pytest.mark.parametrize("status", Status)
def test_a_recovered_payment_brings_back_what_billing_stopped_and_touches_nothing_else(status):
    moved = billing_movement(a_campaign(status), is_failing=False, now=NOW)
    assert moved is (S.ACTIVE if status is S.SUBSCRIPTION_PAUSED else None)


@pytest.mark.parametrize("is_failing", [True, False])
@pytest.mark.parametrize("status", Status)
def test_billing_never_sets_a_campaign_running_whose_run_is_over(status, is_failing):
    over = a_campaign(status, ends_on=YESTERDAY)
    moved = billing_movement(over, is_failing=is_failing, now=NOW)
    is_waiting = status is S.SUBSCRIPTION_PAUSED and not is_failing
    assert moved is (S.ENDED if is_waiting else None)


@given(
    st.sampled_from(Status),
    st.sampled_from(Action),
    st.sampled_from(BillingState),
    st.sampled_from(ConnectionState),
    st.sampled_from([None, *Status]),
    st.integers(-400, 400) | st.none(),
    st.sampled_from(Origin),
)
def test_only_a_resume_ever_sets_a_campaign_running(
    status, action, billing, connection, before, ends_in, origin
):
    ends_on = None if ends_in is None else TODAY + timedelta(days=ends_in)
    campaign = a_campaign(
        status, ends_on=ends_on, status_before_archive=before, status_origin=origin
    )
    circumstances = Circumstances(billing, connection)
    decision = judge_action(campaign, action, circumstances=circumstances, now=NOW)
    assert decision.is_allowed != bool(decision.why_not)
    if decision.to in rules.SPENDS:
        assert action is Action.RESUME
        assert circumstances == IN_ORDER
        assert ends_on is None or ends_on >= TODAY


def test_there_are_the_four_reasons_for_a_pause_each_with_its_words():
    assert [reason.value for reason in PauseReason] == [
        "wrong_content",
        "broken_connection",
        "budget",
        "under_performing",
    ]
    assert len({reason.label for reason in PauseReason}) == 4
