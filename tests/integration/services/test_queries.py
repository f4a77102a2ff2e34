"""Every read, on both databases: what the screens are given, against sums made by hand."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from lib.db.engine import writing
from lib.db.tables import (
    campaign,
    coverage,
    daily_kind_result,
    daily_result,
    import_run,
    organization,
)
from lib.domain.actions import Action, PauseReason
from lib.domain.metrics import PacingWord, settle_age
from lib.domain.records import BillingState, BudgetPeriod, GatewayKind, Platform, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.domain.verdict import Word
from lib.services import queries
from lib.services.activity import ActivityFilter, ActivityWords, activity, activity_words
from lib.services.campaigns import confirm_carried_out, pause_campaign, resume_campaign
from lib.services.recording import CampaignNotFound, bump_data_version
from lib.services.trend.trends import refresh
from tests.cast import ALICE, BOB, add_artist, add_campaign, fail_payment, insert_one

EUR = 1_000_000
TODAY = date(2026, 11, 24)
MINUTE = timedelta(minutes=1)


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.fixture
def artist_id(engine, now):
    return add_artist(engine, now=now, name="Alma")


def report(engine, campaign_id, artist_id, now, *, spans, days, kind="saves"):
    """Write what imports said: `spans` covered, `days` as {age: (spend, results)} in units."""
    with writing(engine) as db:
        for number, (first, last) in enumerate(spans):
            run = insert_one(
                db,
                import_run,
                {
                    "artist_id": artist_id,
                    "platform": "meta",
                    "file_name": "f.csv",
                    "sha256": f"{campaign_id}-{number}",
                    "form": "form",
                    "grain": "day",
                    "observed_on": TODAY,
                    "at": now,
                    "actor": "Alice",
                    "counts": {},
                },
            )
            db.execute(
                insert(coverage).values(
                    campaign_id=campaign_id, import_id=run, starts_on=ago(first), ends_on=ago(last)
                )
            )
        for age, (spend, results) in days.items():
            db.execute(
                insert(daily_result).values(
                    campaign_id=campaign_id,
                    day=ago(age),
                    spend_micros=None if spend is None else spend * EUR,
                    impressions=100,
                    clicks=2,
                    import_id=run,
                    observed_on=TODAY,
                )
            )
            if results is not None:
                db.execute(
                    insert(daily_kind_result).values(
                        campaign_id=campaign_id,
                        day=ago(age),
                        kind=kind,
                        results_micros=results * EUR,
                    )
                )
        refresh(db, [campaign_id], now=now)


def board_of(engine, artist_id, now, known=None):
    board = queries.board(engine, artist_id, now=now, rights=FULL, known=known)
    assert board is not None
    return board


def only_row(engine, artist_id, now) -> Any:
    (row,) = board_of(engine, artist_id, now).rows
    return row


def test_both_windows_end_on_the_as_of_day_and_sum_exactly_their_dates(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    days = {age: (age, 2 * age) for age in range(1, 60)}
    report(engine, one, artist_id, now, spans=[(59, 1)], days=days)
    row = only_row(engine, artist_id, now)
    assert (row.covered_through, row.as_of) == (ago(1), ago(3))
    assert (row.week.days, row.month.days) == (7, 28)
    assert row.week.spend_micros == sum(range(3, 10)) * EUR
    assert row.month.spend_micros == sum(range(3, 31)) * EUR
    assert row.week.results_micros == 2 * row.week.spend_micros
    assert row.month.cost_per_result_micros == 0.5 * EUR
    assert row.week.impressions == 700
    assert row.spend_by_day == tuple(float(age) for age in range(30, 2, -1))


def test_a_covered_day_without_a_row_is_idle_and_an_uncovered_one_is_missing(
    engine, artist_id, now
):
    one = add_campaign(engine, artist_id, now=now)
    report(
        engine,
        one,
        artist_id,
        now,
        spans=[(30, 8), (5, 1)],
        days={9: (4, 1), 8: (3, 1), 5: (2, 1)},
    )
    row = only_row(engine, artist_id, now)
    # Ages 9 to 3: 9, 8 and 5 reported, 4 and 3 idle, 7 and 6 missing.
    assert row.week.days == 5
    assert row.week.spend_micros == 9 * EUR
    assert row.spend_by_day[-7:] == (4.0, 3.0, None, None, 2.0, 0.0, 0.0)


def test_what_nobody_reported_is_unknown_and_never_zero(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    row = only_row(engine, artist_id, now)
    assert (row.week, row.month, row.as_of, row.pacing) == (None, None, None, None)
    assert row.is_stale
    report(
        engine,
        one,
        artist_id,
        now,
        spans=[(9, 1)],
        days=dict.fromkeys(range(1, 10), (None, None)),
    )
    row = only_row(engine, artist_id, now)
    assert row.week.days == 7
    assert (row.week.spend_micros, row.week.results_micros) == (None, None)
    assert row.spend_by_day[-7:] == (None,) * 7


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles"])
@pytest.mark.parametrize("hour", [0, 7, 12, 15, 23])
def test_the_as_of_day_of_the_query_is_the_as_of_day_of_the_rules(engine, now, zone, hour):
    now = now.replace(hour=hour)
    artist_id = add_artist(engine, now=now, zone=zone)
    ones = {
        platform: add_campaign(engine, artist_id, now=now, platform=platform)
        for platform in Platform
    }
    for one in ones.values():
        report(engine, one, artist_id, now, spans=[(9, 0)], days={1: (1, 1)})
    today = now.astimezone(ZoneInfo(zone)).date()
    for row in board_of(engine, artist_id, now).rows:
        settled = today - timedelta(days=settle_age(row.campaign.headline_kind))
        assert row.as_of == min(TODAY, settled)
        assert row.as_of < today


def test_pacing_expects_nothing_on_days_of_a_pause(engine, artist_id, now):
    started = now - timedelta(days=40)
    one = add_campaign(
        engine,
        artist_id,
        now=started + timedelta(days=10),
        budget_micros=10 * EUR,
        budget_period=BudgetPeriod.DAILY,
    )
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=1,
        request_id="p",
        now=now - timedelta(days=10),
    )
    resume_campaign(
        engine, one, actor=ALICE, seen_version=2, request_id="r", now=now - timedelta(days=6)
    )
    days = dict.fromkeys((*range(11, 30), 6, 5, 4, 3, 2, 1), (10, 1))
    report(engine, one, artist_id, now, spans=[(29, 1)], days=days)
    row = only_row(engine, artist_id, now)
    assert row.week.spend_micros == 40 * EUR  # Ages 9, 8 and 7 lie wholly in the pause.
    assert (row.pacing.ratio, row.pacing.word) == (1.0, PacingWord.ON_TRACK)


def test_results_of_other_kinds_are_on_the_page_and_not_in_the_headline(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    report(engine, one, artist_id, now, spans=[(9, 1)], days={5: (1, 4)})
    with writing(engine) as db:
        db.execute(
            insert(daily_kind_result).values(
                campaign_id=one, day=ago(5), kind="follows", results_micros=9 * EUR
            )
        )
    page = queries.campaign_page(engine, one, now=now, rights=FULL)
    assert page.row.week is not None
    assert page.row.week.results_micros == 4 * EUR
    (day,) = page.days
    assert day.results == {"saves": 4 * EUR, "follows": 9 * EUR}
    assert page.row == only_row(engine, artist_id, now)
    assert set(page.capabilities) == set(Action)


def test_spend_after_a_stop_shows_until_it_ends(engine, now):
    artist_id = add_artist(engine, now=now, gateway=GatewayKind.BY_HAND)
    one = add_campaign(engine, artist_id, now=now)
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=1,
        request_id="p",
        now=now - timedelta(days=4),
    )
    report(engine, one, artist_id, now, spans=[(9, 1)], days={5: (1, 1), 4: (1, 1)})
    assert only_row(engine, artist_id, now).spent_after_stop_on is None
    with writing(engine) as db:
        db.execute(
            insert(daily_result).values(
                campaign_id=one, day=ago(2), spend_micros=EUR, import_id=1, observed_on=TODAY
            )
        )
        refresh(db, [one], now=now)
    assert only_row(engine, artist_id, now).spent_after_stop_on == ago(2)
    confirm_carried_out(engine, one, actor=BOB, seen_version=2, request_id="c", now=now)
    assert only_row(engine, artist_id, now).spent_after_stop_on == ago(2)


def test_a_board_shows_one_artist_and_nothing_of_another(engine, artist_id, now):
    other = add_artist(engine, now=now, name="Neon")
    mine, theirs = (add_campaign(engine, one, now=now) for one in (artist_id, other))
    assert [row.campaign.id for row in board_of(engine, artist_id, now).rows] == [mine]
    assert [row.campaign.id for row in board_of(engine, other, now).rows] == [theirs]
    fail_payment(engine, other, now=now)
    assert board_of(engine, artist_id, now).billing is BillingState.IN_ORDER
    told = activity(engine, ActivityFilter(artist_id=artist_id), rights=FULL)
    assert {entry.campaign_id for entry in told} == {mine}


def test_a_minute_later_what_has_not_changed_is_not_made_anew(engine, artist_id, now):
    one, other = (add_campaign(engine, artist_id, now=now) for _ in range(2))
    before = {row.campaign.id: row for row in board_of(engine, artist_id, now).rows}
    changed = {"actor": BOB, "reason": PauseReason.BUDGET, "request_id": "p", "now": now}
    pause_campaign(engine, one, seen_version=1, **changed)
    after = {row.campaign.id: row for row in board_of(engine, artist_id, now + MINUTE).rows}
    assert after[other].campaign is before[other].campaign
    assert after[other].now == now + MINUTE
    assert after[one].campaign.status is Status.PAUSED
    assert after[one].last_change.event == "campaign:pause"


def test_of_a_kept_board_only_what_has_an_entry_is_read_again(engine, artist_id, now):
    one, other = (add_campaign(engine, artist_id, now=now) for _ in range(2))
    theirs = add_campaign(engine, add_artist(engine, now=now, name="Neon"), now=now)
    kept = board_of(engine, artist_id, now)
    changed = {"actor": BOB, "reason": PauseReason.BUDGET, "now": now, "seen_version": 1}
    pause_campaign(engine, one, request_id="p", **changed)
    pause_campaign(engine, theirs, request_id="q", **changed)
    renewed = board_of(engine, artist_id, now, known=kept)
    assert renewed == board_of(engine, artist_id, now)
    rows = {row.campaign.id: row for row in renewed.rows}
    assert rows[other] is kept.rows[1]
    assert rows[one].campaign.status is Status.PAUSED


def test_a_kept_board_is_read_anew_where_a_campaign_has_come(engine, artist_id, now):
    kept = board_of(engine, artist_id, now)
    one = add_campaign(engine, artist_id, now=now)
    with writing(engine) as db:
        bump_data_version(db, is_told=True)
    renewed = board_of(engine, artist_id, now, known=kept)
    assert [row.campaign.id for row in renewed.rows] == [one]


@pytest.mark.parametrize("then", ["billing", "a change of anything", "an older state"])
def test_a_kept_board_is_read_anew_where_the_history_does_not_tell_all(
    engine, artist_id, now, then
):
    one, _ = (add_campaign(engine, artist_id, now=now) for _ in range(2))
    changed = {"actor": BOB, "reason": PauseReason.BUDGET, "now": now, "seen_version": 1}
    kept = board_of(engine, artist_id, now)
    pause_campaign(engine, one, request_id="p", **changed)
    if then == "billing":
        fail_payment(engine, artist_id, now=now)
    elif then == "an older state":
        later = replace(kept.state, version=kept.state.version + 3, told=kept.state.told + 3)
        kept = replace(kept, state=later)
    else:
        with writing(engine) as db:
            db.execute(update(campaign).values(name="Renamed"))
            bump_data_version(db)
    renewed = board_of(engine, artist_id, now, known=kept)
    assert renewed == board_of(engine, artist_id, now)
    assert not {id(row) for row in renewed.rows} & {id(row) for row in kept.rows}


def test_what_is_not_there_is_said_to_be_not_there(engine, artist_id, now):
    assert queries.board(engine, 4711, now=now, rights=FULL) is None
    assert board_of(engine, artist_id, now).rows == ()
    with pytest.raises(CampaignNotFound):
        queries.campaign_page(engine, 4711, now=now, rights=FULL)


def test_the_last_change_and_the_history_are_the_newest_first(engine, artist_id, now):
    one = add_campaign(engine, artist_id, now=now)
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        actor=BOB,
        seen_version=1,
        request_id="p",
        now=now,
        note="for now",
    )
    page = queries.campaign_page(engine, one, now=now, rights=FULL)
    assert [entry.event for entry in page.history] == ["campaign:pause", "campaign:create"]
    assert page.row.last_change == page.history[0].model_copy(update={"campaign_name": None})
    assert (page.history[0].note, page.history[0].to_status) == ("for now", Status.PAUSED)


def test_activity_is_narrowed_by_artist_person_and_action_and_read_in_pages(engine, artist_id, now):
    for number in range(5):
        one = add_campaign(engine, artist_id, now=now)
        pause_campaign(
            engine,
            one,
            reason=PauseReason.BUDGET,
            actor=BOB if number % 2 else ALICE,
            seen_version=1,
            request_id=f"p{number}",
            now=now,
        )
    whole = activity(engine, ActivityFilter(), rights=FULL)
    assert [entry.id for entry in whole] == sorted((one.id for one in whole), reverse=True)
    bobs = activity(engine, ActivityFilter(actor="Bob"), rights=FULL)
    assert {entry.actor for entry in bobs} == {"Bob"}
    assert len(bobs) == 2
    pauses = activity(engine, ActivityFilter(event="campaign:pause", actor="Alice"), rights=FULL)
    assert len(pauses) == 3
    assert activity(engine, ActivityFilter(campaign_id=4711), rights=FULL) == []
    first = activity(engine, ActivityFilter(), limit=4, rights=FULL)
    rest = activity(engine, ActivityFilter(), before_id=first[-1].id, rights=FULL)
    assert [*first, *rest] == whole
    words = activity_words(engine, rights=FULL)
    assert words.actors == ("Alice", "Bob")
    assert words.events == ("campaign:create", "campaign:pause")
    assert words.sources == (Source.DESK,)


@pytest.mark.usefixtures("artist_id")
def test_a_label_that_is_no_longer_in_use_is_nowhere_to_be_seen(engine, now):
    gone = add_artist(engine, now=now, name="Gone", is_demo=True)
    one = add_campaign(engine, gone, now=now)
    shown = {each.name: each.organization for each in queries.artists(engine, rights=FULL)}
    assert shown == {"Alma": "Label of Alma", "Gone": "Label of Gone"}
    with writing(engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
    assert [each.name for each in queries.artists(engine, rights=FULL)] == ["Alma"]
    assert queries.board(engine, gone, now=now, rights=FULL) is None
    assert activity(engine, ActivityFilter(), rights=FULL) == []
    assert activity_words(engine, rights=FULL) == ActivityWords((), (), ())
    with pytest.raises(CampaignNotFound):
        queries.campaign_page(engine, one, now=now, rights=FULL)


def test_artists_come_by_name_whatever_their_case(engine, now):
    for name in ("beta", "Alpha", "alma", "Ämma"):
        add_artist(engine, now=now, name=name)
    names = [one.name for one in queries.artists(engine, rights=FULL)]
    assert names[:3] == ["alma", "Alpha", "beta"]


def test_what_moved_a_cost_is_told_over_the_very_days_of_the_verdict(demo_engine, now):
    named, told = 0, 0
    for one in queries.artists(demo_engine, rights=FULL):
        board = queries.board(demo_engine, one.id, rights=FULL, now=now)
        assert board
        for row in board.rows:
            page = queries.campaign_page(demo_engine, row.campaign.id, rights=FULL, now=now)
            found = row.verdict
            if found is None or found.word not in (Word.IMPROVING, Word.DECLINING):
                assert page.drivers is None
                continue
            named += 1
            if page.drivers is None:
                continue
            told += 1
            for mille, sums in (
                (page.drivers.now, found.current),
                (page.drivers.before, found.baseline),
            ):
                assert mille.price_micros / mille.results == pytest.approx(sums.cost_micros)
    assert named > 20
    assert told > named * 0.9
