"""What is said before a change, in the dialogs: the money, the wait, the numbers, the guards."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from lib.db.engine import writing
from lib.db.tables import artist, connection
from lib.domain.actions import Action, PauseReason
from lib.domain.records import BillingState, BudgetPeriod, ConnectionState
from lib.domain.rights import FULL
from lib.domain.status import LIVE, Status
from lib.domain.verdict import Word
from lib.services import queries
from lib.services.campaigns import resume_campaign
from lib.services.recording import bump_data_version
from lib.ui import verdict_words
from lib.ui.changing import actions
from lib.ui.format import money
from tests.cast import BOB, add_artist, add_campaign, new_request
from tests.pages.conftest import BOARD, CAMPAIGN, texts

REQUEST = "0" * 32


def ask(at, action, campaign, reason=None):
    """Open the dialog of `action`, as it stands once a reason has been chosen."""
    at.session_state[actions._WANTED] = (action.value, campaign.id, campaign.version, REQUEST)
    if reason:
        at.session_state[f"reason-{REQUEST}"] = reason
    at.run()
    assert not at.exception, at.exception
    return texts(at).replace("\\", "").replace("\u2060", "").replace("*", "")


def confirm_button(at, action, campaign):
    return at.button(key=f"{action}-{campaign.id}-confirm")


@pytest.fixture
def settled(row_of):
    """A campaign that runs, with figures and a verdict."""
    return row_of(
        lambda row: (
            row.status in LIVE
            and row.learning is None
            and row.verdict is not None
            and row.verdict.word is not Word.TOO_EARLY
            and row.week is not None
        )
    )


def test_a_pause_says_how_much_is_no_longer_spent_a_day(settled, open_desk):
    read = ask(open_desk(BOARD), Action.PAUSE, settled.campaign)
    a_day = round(settled.week.spend_micros / settled.week.days)
    amount = money(a_day, settled.campaign.currency)
    assert f"About {amount} a day stops going out: its average over the last 7 days." in read
    assert "delivery may need some hours to get going" in read
    assert "may start learning anew" in read


def test_under_performing_is_warned_with_the_verdicts_own_numbers_and_may_go_on(row_of, open_desk):
    row = row_of(
        lambda one: (
            one.status in LIVE
            and one.verdict is not None
            and one.verdict.word is Word.TOO_EARLY
            and one.learning is None
            and verdict_words.sentence(one) != ""
        )
    )
    at = open_desk(BOARD)
    read = ask(at, Action.PAUSE, row.campaign, PauseReason.UNDER_PERFORMING)
    assert verdict_words.sentence(row) in read
    assert verdict_words.headline(row) in read
    assert "You may pause it all the same." in read
    assert not confirm_button(at, Action.PAUSE, row.campaign).disabled


def test_under_performing_is_not_warned_where_the_verdict_can_be_read(settled, open_desk):
    at = open_desk(BOARD)
    read = ask(at, Action.PAUSE, settled.campaign, PauseReason.UNDER_PERFORMING)
    assert "all the same" not in read
    assert not confirm_button(at, Action.PAUSE, settled.campaign).disabled


@pytest.mark.parametrize(
    "reason", [one for one in PauseReason if one is not PauseReason.UNDER_PERFORMING]
)
def test_any_other_reason_is_nobodys_judgement(row_of, open_desk, reason):
    row = row_of(lambda one: one.learning is not None and one.status in LIVE)
    read = ask(open_desk(BOARD), Action.PAUSE, row.campaign, reason)
    assert "all the same" not in read
    assert "Its learning ends" in read


def changed_before(engine, now, *, ago):
    one = add_campaign(engine, add_artist(engine, now=now), now=now, status=Status.PAUSED)
    resume_campaign(engine, one, actor=BOB, seen_version=1, request_id=new_request(), now=now - ago)
    return queries.campaign_page(engine, one, now=now, rights=FULL).row.campaign


def test_a_second_change_within_a_week_names_the_first_by_who_what_and_when(
    empty_engine, open_desk, now
):
    one = changed_before(empty_engine, now, ago=timedelta(days=3, hours=5))
    read = ask(open_desk(BOARD), Action.PAUSE, one)
    assert "One change at a time: the last one, Resumed by Bob, was made 3 days ago" in read
    assert "(21 Nov 2026, 07:00)" in read


def test_after_a_week_the_last_change_is_no_longer_in_the_way(empty_engine, open_desk, now):
    one = changed_before(empty_engine, now, ago=timedelta(days=7))
    assert "One change at a time" not in ask(open_desk(BOARD), Action.PAUSE, one)


def test_on_a_broken_connection_a_pause_is_advised(empty_engine, open_desk, now):
    artist_id = add_artist(empty_engine, now=now, state=ConnectionState.BROKEN)
    one = add_campaign(empty_engine, artist_id, now=now)
    page = queries.campaign_page(empty_engine, one, now=now, rights=FULL)
    read = ask(open_desk(BOARD), Action.PAUSE, page.row.campaign)
    assert "is broken: a pause is advised" in read
    assert "Pause it until the connection works again." in texts(open_desk(CAMPAIGN, id=str(one)))


@pytest.fixture
def paused(empty_engine, now):
    artist_id = add_artist(empty_engine, now=now)
    one = add_campaign(
        empty_engine,
        artist_id,
        now=now,
        status=Status.PAUSED,
        budget_micros=25_000_000,
        budget_period=BudgetPeriod.DAILY,
    )
    return queries.campaign_page(empty_engine, one, now=now, rights=FULL).row.campaign


def test_a_resume_says_its_budget_and_every_guard_in_a_sentence(paused, open_desk):
    read = ask(open_desk(BOARD), Action.RESUME, paused)
    assert "Up to €25.00 a day may go out again: its daily budget." in read
    for words in (
        "The artist's billing is in order.",
        "The connection to Meta is live.",
        "Its run is not over.",
        "It was paused by a person.",
    ):
        assert words in read


def test_a_resume_that_is_refused_says_which_guards_fail_and_which_hold(
    paused, open_desk, empty_engine
):
    with writing(empty_engine) as db:
        db.execute(update(artist).values(billing=BillingState.FAILING))
        db.execute(update(connection).values(state=ConnectionState.BROKEN))
        bump_data_version(db)
    at = open_desk(BOARD)
    read = ask(at, Action.RESUME, paused)
    assert "unpaid invoice" in read
    assert "The connection to Meta is broken. Reconnect it, then resume." in read
    assert "It was paused by a person." in read
    keys = [button.key for button in at.button]
    assert f"resume-{paused.id}-confirm" not in keys


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (BudgetPeriod.TOTAL, "Its budget is €25.00 in total; what that makes a day is not known."),
        (None, "How much it spends a day is not known."),
    ],
)
def test_what_nobody_knows_is_said_to_be_unknown(empty_engine, open_desk, now, period, words):
    one = add_campaign(
        empty_engine,
        add_artist(empty_engine, now=now),
        now=now,
        budget_micros=25_000_000 if period else None,
        budget_period=period,
    )
    campaign = queries.campaign_page(empty_engine, one, now=now, rights=FULL).row.campaign
    assert words in ask(open_desk(BOARD), Action.PAUSE, campaign)
