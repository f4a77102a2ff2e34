"""The demo label: invented, alive whenever it is started, and gone when it is started over."""

import shutil
import threading
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lib.db.engine import make_engine, reading, writing
from lib.db.tables import (
    artist,
    campaign,
    connection,
    coverage,
    daily_kind_result,
    daily_observation,
    daily_result,
    history,
    import_run,
    organization,
)
from lib.domain.actions import Action, PauseReason, status_now
from lib.domain.learning import early_learning, status_badge_label
from lib.domain.metrics import PacingWord, Window
from lib.domain.records import (
    BillingState,
    ConnectionState,
    Coverage,
    GatewayKind,
    Origin,
    Platform,
    Source,
)
from lib.domain.rights import FULL
from lib.domain.running import StatusChange, covered_days, days, stopped_stretches
from lib.domain.status import LIVE, Status
from lib.services import queries
from lib.services.activity import ActivityFilter, activity
from lib.services.campaigns import move_campaign, pause_campaign
from lib.services.demo_label import demo
from lib.services.demo_label.demo import (
    NoDemo,
    NotEmpty,
    is_empty,
    load_demo,
    start_over,
    what_would_go,
)
from lib.services.demo_label.fixtures import FixtureWrong, LabelPlan, parse_step, read_label
from lib.services.demo_label.rows import FORM, label_rows
from lib.services.recording import CampaignNotFound
from tests.cast import ALICE, BOB, add_artist, add_campaign, dump, new_request, recover_payment, see
from tests.invariants import faults

S, P = Status, Platform
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MANY = "Brother Abacus"


@pytest.fixture(scope="module")
def shown(sqlite_template, tmp_path_factory):
    """The demo label loaded once, for everything that only looks at it."""
    file = tmp_path_factory.mktemp("demo") / "desk.sqlite"
    shutil.copyfile(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    load_demo(engine, now=NOW)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def boards(shown):
    return {
        one.name: queries.board(shown, one.id, now=NOW, rights=FULL)
        for one in queries.artists(shown, rights=FULL)
    }


@pytest.fixture(scope="module")
def rows(boards):
    return [row for board in boards.values() for row in board.rows]


@pytest.fixture(scope="module")
def told_by_hand(boards):
    return [row for name, board in boards.items() if name != MANY for row in board.rows]


def named(rows, words):
    (row,) = [row for row in rows if words in row.campaign.name]
    return row


def everything(engine, table):
    with reading(engine) as db:
        return db.execute(select(table)).mappings().all()


# What it shows


def test_there_are_artists_with_none_with_some_and_with_three_hundred_campaigns(
    boards, told_by_hand
):
    sizes = {name: len(board.rows) for name, board in boards.items()}
    assert len(sizes) >= 6
    assert len(told_by_hand) >= 60
    assert sizes[MANY] == 300
    assert 0 in sizes.values()


def test_every_status_stands_on_the_boards_told_by_hand(told_by_hand):
    assert {row.status for row in told_by_hand} == set(Status)


def test_the_busy_artists_campaigns_stand_where_the_recipe_says(boards):
    (recipe,) = [one.recipe for one in read_label().artists if one.recipe]
    found = dict.fromkeys(recipe.statuses, 0)
    for row in boards[MANY].rows:
        found[row.status] += 1
    assert found == recipe.statuses
    assert len({row.campaign.name for row in boards[MANY].rows}) == 300
    assert {row.campaign.platform for row in boards[MANY].rows} == set(Platform)


def test_learning_is_alive_on_every_platform_on_different_days_and_folded_on_google(told_by_hand):
    learning = [row for row in told_by_hand if row.learning]
    assert {row.campaign.platform for row in learning} == set(Platform)
    assert {row.learning.day for row in learning} >= {1, 3, 5, 7}
    badges = {
        status_badge_label(row.campaign, now=NOW)
        for row in learning
        if row.campaign.platform is P.GOOGLE
    }
    assert badges == {"Serving · Learning", "Active · Learning", "Deploying · Learning"}
    assert any(row.status in LIVE and not row.learning for row in told_by_hand)


def test_budgets_runs_currencies_and_zones_are_of_many_kinds(told_by_hand, boards):
    campaigns = [row.campaign for row in told_by_hand]
    assert {one.budget_period.value for one in campaigns} == {"daily", "total"}
    assert {one.ends_on is None for one in campaigns} == {True, False}
    assert {one.currency for one in campaigns} == {"EUR", "USD", "GBP", "SEK", "JPY"}
    zones = {one.zone for one in campaigns}
    assert {"Europe/Berlin", "America/New_York", "Asia/Tokyo"} <= zones
    assert all(one.locations and one.link and one.promotes for one in campaigns)
    ferry = {row.campaign.currency for row in boards["Dead Letter Ferry"].rows}
    assert len(ferry) == 3  # Amounts that must never be added up, side by side.


def test_yen_have_no_decimals_and_the_others_two(shown):
    currency = {one["id"]: one["currency"] for one in everything(shown, campaign)}
    for day in everything(shown, daily_result):
        unit = 1_000_000 if currency[day["campaign_id"]] == "JPY" else 10_000
        assert day["spend_micros"] % unit == 0


def test_a_failed_payment_stops_one_artist_and_leaves_persons_decisions_alone(boards):
    (failing,) = [board for board in boards.values() if board.billing is BillingState.FAILING]
    statuses = [row.status for row in failing.rows]
    assert statuses.count(S.SUBSCRIPTION_PAUSED) >= 3
    assert not LIVE & set(statuses)
    assert {S.PAUSED, S.ARCHIVED} <= set(statuses)


def test_a_broken_connection_has_campaigns_running_on_it(boards):
    broken = [
        (board, link.platform)
        for board in boards.values()
        for link in board.connections
        if link.state is ConnectionState.BROKEN
    ]
    assert broken
    for board, platform in broken:
        running = [
            row
            for row in board.rows
            if row.campaign.platform is platform and row.status is S.ACTIVE
        ]
        assert running
        assert all(row.is_stale for row in running)


def test_one_pause_by_hand_is_still_to_be_carried_out_and_spends_on(boards, told_by_hand):
    row = named(told_by_hand, "Norden (remarketing)")
    board = next(board for board in boards.values() if row in board.rows)
    assert {link.gateway for link in board.connections} == {GatewayKind.BY_HAND}
    assert (row.status, row.campaign.pending_action) == (S.PAUSED, "pause")
    assert row.spent_after_stop_on == date(2026, 11, 23)
    others = [one for one in told_by_hand if one is not row]
    assert not any(one.spent_after_stop_on for one in others)
    assert {one.campaign.pending_action for one in others} == {None, "resume"}


def test_issues_carry_what_the_platform_said(told_by_hand):
    issues = [row.campaign for row in told_by_hand if row.status is S.ISSUE]
    assert issues
    assert all(one.platform_note and one.platform_status for one in issues)
    setting_up = named(told_by_hand, "Barometer LP – retargeting").campaign
    assert setting_up.platform_status == "IN_PROCESS"
    assert {row.campaign.serving_status for row in told_by_hand} >= {"SERVING", "PENDING", None}


# The figures


def test_every_status_is_explained_and_every_current_figure_is_the_newest_observation(shown):
    assert faults(shown) == []


def test_figures_run_for_a_hundred_and_twenty_days_up_to_yesterday_in_the_accounts_zone(
    shown, rows
):
    zones = {row.campaign.id: row.campaign.tzinfo for row in rows}
    days = defaultdict(set)
    for one in everything(shown, daily_result):
        today = NOW.astimezone(zones[one["campaign_id"]]).date()
        days[one["campaign_id"]].add((today - one["day"]).days)
    ages = {age for one in days.values() for age in one}
    assert (min(ages), max(ages)) == (1, 120)
    fresh = [row for row in rows if row.status in LIVE and not row.is_stale]
    assert len(fresh) > 40
    assert all(min(days[row.campaign.id]) in (1, 2) for row in fresh)


def test_whole_days_of_a_pause_have_no_figures_but_are_covered(shown, rows):
    changes, reported, spans = defaultdict(list), defaultdict(set), defaultdict(list)
    for one in everything(shown, history):
        if one["version"]:
            changes[one["campaign_id"]].append(StatusChange(one["at"], S(one["to_status"])))
    for one in everything(shown, daily_result):
        reported[one["campaign_id"]].add(one["day"])
    for one in everything(shown, coverage):
        span = {name: one[name] for name in ("campaign_id", "starts_on", "ends_on")}
        spans[one["campaign_id"]].append(Coverage(**span))
    window = Window(NOW.date() - timedelta(days=120), NOW.date() - timedelta(days=1))
    gaps = 0
    for row in rows:
        one = row.campaign
        stopped = {
            day
            for stop in stopped_stretches(changes[one.id])
            for day in days(
                one.today(stop.since) + timedelta(days=1),
                one.today(stop.until) - timedelta(days=1) if stop.until else window.last,
            )
        }
        if row.spent_after_stop_on:
            continue
        assert not stopped & reported[one.id], one.name
        inside = {day for day in stopped if reported[one.id] and min(reported[one.id]) < day}
        gaps += bool(inside & covered_days(spans[one.id], window))
    assert gaps > 10


def test_some_days_are_missing_because_no_export_speaks_for_them(shown, told_by_hand):
    row = named(told_by_hand, "Low Tide | Single Push")
    page = queries.campaign_page(shown, row.campaign.id, now=NOW, rights=FULL)
    window = Window(NOW.date() - timedelta(days=60), NOW.date() - timedelta(days=30))
    covered = covered_days(page.coverage, window)
    missing = [
        day
        for day in (window.first + timedelta(days=offset) for offset in range(window.days))
        if day not in covered
    ]
    assert len(missing) == 4
    assert not {day.day for day in page.days} & set(missing)


def test_days_are_restated_by_later_exports_and_late_results_only_grow(shown):
    kinds = {one["id"]: one["headline_kind"] for one in everything(shown, campaign)}
    runs = {one["id"]: one["observed_on"] for one in everything(shown, import_run)}
    said = defaultdict(list)
    for one in everything(shown, daily_observation):
        said[one["campaign_id"], one["day"]].append(one)
    counts = {len(one) for one in said.values()}
    assert {1, 2, 3} <= counts
    restated = 0
    for (campaign_id, _), observations in said.items():
        ordered = sorted(observations, key=lambda one: runs[one["import_id"]])
        results = [one["results"][kinds[campaign_id]] for one in ordered]
        assert results == sorted(results)
        restated += results[0] < results[-1]
    assert restated > 200


def test_other_results_stand_beside_the_headline_and_nothing_reported_may_be_zero(shown, rows):
    headline = {row.campaign.id: row.campaign.headline_kind for row in rows}
    found = {one["kind"] for one in everything(shown, daily_kind_result)}
    beside = {
        one["kind"]
        for one in everything(shown, daily_kind_result)
        if one["kind"] != headline[one["campaign_id"]]
    }
    assert found == {"saves", "views", "clicks", "follows", "subscribers", "conversions"}
    assert {"follows", "subscribers", "conversions"} <= beside


def test_a_campaign_without_results_has_spend_and_no_cost_per_result(told_by_hand):
    row = named(told_by_hand, "no saves??")
    assert row.week.spend_micros > 0
    assert row.week.results_micros == 0
    assert row.week.cost_per_result_micros is None


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("saves", 0.3, 1.5), ("views", 0.01, 0.05), ("clicks", 0.2, 0.8)]
)
def test_results_cost_what_they_cost_out_there(told_by_hand, kind, least, most):
    worth = read_label().currencies
    costs = [
        row.month.cost_per_result_micros / 1_000_000 / worth[row.campaign.currency]
        for row in told_by_hand
        if row.campaign.headline_kind == kind
        and row.month
        and row.month.days >= 14
        and row.month.cost_per_result_micros
    ]
    assert len(costs) >= 5
    assert least < median(costs) < most
    assert all(least * 0.8 < cost < most * 1.2 for cost in costs)


def test_trends_go_up_down_and_nowhere(told_by_hand):
    def change(words):
        row = named(told_by_hand, words)
        return row.week.cost_per_result_micros / row.month.cost_per_result_micros

    assert change("Low Tide | Single Push") < 0.8
    assert change("Low Tide | Lookalike") > 1.25
    assert 0.75 < change("DLF // Sluice // UK+IE") < 1.25


def test_weekends_and_fridays_carry_more_than_the_days_before_them(shown):
    spend = defaultdict(list)
    for one in everything(shown, daily_result):
        spend[one["day"].weekday()].append(one["spend_micros"])
    assert sum(spend[5]) / len(spend[5]) > sum(spend[1]) / len(spend[1]) * 1.05


def test_most_running_campaigns_are_on_track_and_some_are_over_or_under(rows):
    words = [row.pacing.word for row in rows if row.pacing]
    assert words.count(PacingWord.ON_TRACK) > len(words) / 2
    assert {PacingWord.UNDER, PacingWord.OVER} <= set(words)


# The history


def test_activity_is_alive_and_its_newest_entries_come_first(shown):
    entries = activity(shown, ActivityFilter(), limit=5_000, rights=FULL)
    loading, *told = entries
    assert (loading.event, loading.actor, loading.at) == ("demo:load", "Demo", NOW)
    assert all(after.at <= before.at for before, after in pairwise(told))
    assert NOW - told[0].at < timedelta(hours=12)
    assert sum(NOW - one.at < timedelta(days=7) for one in told) > 30
    assert {one.source for one in entries} == {Source.DEMO}


def test_people_give_reasons_and_notes_and_are_all_invented(shown):
    people = set(read_label().people.values())
    narrowed = ActivityFilter(event="campaign:pause")
    pauses = activity(shown, narrowed, limit=5_000, rights=FULL)
    assert {one.reason for one in pauses} == set(PauseReason)
    assert {one.actor for one in pauses} <= people
    assert sum(bool(one.note) for one in pauses) > 8


# Anchored to now, and the same every time


def test_the_same_fixture_at_the_same_moment_gives_the_same_rows():
    assert label_rows(read_label(), now=NOW) == label_rows(read_label(), now=NOW)


def small_label() -> LabelPlan:
    """The label without its 300 campaigns, which take a second to make."""
    label = read_label()
    kept = tuple(one for one in label.artists if one.recipe is None)
    return label.model_copy(update={"artists": kept})


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 24, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 6, tzinfo=UTC),
        datetime(2027, 3, 28, 1, tzinfo=UTC),  # The clocks of Europe go forward.
        datetime(2026, 11, 1, 6, tzinfo=UTC),  # The clocks of New York go back.
        datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo")),
    ],
)
def test_whenever_it_is_loaded_nothing_of_it_lies_in_the_future(now):
    check_moment(now)


@settings(max_examples=8)
@given(st.integers(0, 14 * 365 * 86_400).map(lambda after: NOW + timedelta(seconds=after)))
def test_at_any_moment_at_all_nothing_of_it_lies_in_the_future(now):
    check_moment(now)


def check_moment(now):
    rows = label_rows(small_label(), now=now)
    zones = {(one["artist_id"], one["platform"]): ZoneInfo(one["zone"]) for one in rows.connections}
    today = [
        now.astimezone(zones[one["artist_id"], one["platform"]]).date() for one in rows.campaigns
    ]
    assert all(entry["at"] < now for entry in rows.entries)
    assert all(one["at"] < now and one["ends_on"] < one["observed_on"] for one in rows.imports)
    assert all(one["created_at"] < now for one in rows.campaigns)
    assert max(today[one["campaign_id"]] - one["day"] for one in rows.days) <= timedelta(days=120)
    assert min(today[one["campaign_id"]] - one["day"] for one in rows.days) == timedelta(days=1)
    statuses = set()
    for one, zone in zip(rows.campaigns, today, strict=True):
        over = one["ends_on"] is not None and zone > one["ends_on"]
        statuses.add(S.ENDED if over and one["status"] in LIVE else one["status"])
    assert statuses == set(Status)


def test_a_story_that_the_rules_forbid_is_refused():
    label = small_label()
    alma = label.artists[0]
    running = next(one for one in alma.campaign if not one.story and one.created > 20)
    for story, reason in [
        ("3.0 days ago: resume by mara", "running already"),
        ("3.0 days ago: archive by mara", "Pause it first"),
        ("3.0 days ago: pause by mara", "without a reason"),
        ("3.0 days ago: deploying", "cannot move"),
        ("3.0 days ago: pause by nobody (budget)", "knows no person"),
        ("3.0 days ago: carried_out by mara", "nothing waits"),
    ]:
        wrong = running.model_copy(update={"story": (story,)})
        artists = (alma.model_copy(update={"campaign": (wrong,)}),)
        with pytest.raises(FixtureWrong, match=reason):
            label_rows(LabelPlan.model_validate(dict(label) | {"artists": artists}), now=NOW)


@pytest.mark.parametrize("words", ["yesterday: pause", "3 days ago pause", "", "3.0 days ago: "])
def test_a_line_of_a_story_that_cannot_be_read_is_refused(words):
    with pytest.raises(FixtureWrong, match="A story reads"):
        parse_step(words)


# Loading and starting over, on both databases


def counts(engine):
    with reading(engine) as db:
        return {
            table.name: db.execute(select(func.count()).select_from(table)).scalar()
            for table in (
                organization,
                artist,
                connection,
                campaign,
                history,
                import_run,
                coverage,
                daily_result,
                daily_kind_result,
                daily_observation,
            )
        }


def test_an_empty_database_is_filled_once_and_never_over_anything(engine, now):
    assert is_empty(engine)
    before = queries.current_data_version(engine)
    loaded = load_demo(engine, now=now)
    assert not is_empty(engine)
    assert queries.current_data_version(engine) > before
    (named,) = {one.organization for one in queries.artists(engine, rights=FULL) if one.is_demo}
    assert named == loaded.name
    found = counts(engine)
    assert (found["artist"], found["campaign"], found["daily_result"]) == (
        loaded.artists,
        loaded.campaigns,
        loaded.days,
    )
    unchanged = dump(engine)
    with pytest.raises(NotEmpty, match="not loaded"):
        load_demo(engine, now=now)
    assert dump(engine) == unchanged
    assert faults(engine) == []


def test_a_users_own_artist_keeps_the_demo_out(engine, now):
    add_artist(engine, now=now, name="Alice's own")
    unchanged = dump(engine)
    with pytest.raises(NotEmpty):
        load_demo(engine, now=now)
    assert dump(engine) == unchanged


def test_starting_over_puts_away_what_people_did_and_touches_no_other_label(demo_engine, now):
    fresh = counts(demo_engine)
    assert what_would_go(demo_engine, rights=FULL) == demo.WhatWouldGo(fresh["campaign"], 0, 0)
    own = add_artist(demo_engine, now=now, name="Alice's own")
    add_campaign(demo_engine, own, now=now)
    theirs = rows_of(demo_engine, own)
    meddle(demo_engine, now)
    assert what_would_go(demo_engine, rights=FULL) == demo.WhatWouldGo(fresh["campaign"], 1, 1)

    before = queries.current_data_version(demo_engine)
    later = now + timedelta(days=3)
    loaded = start_over(demo_engine, actor=ALICE, now=later)
    assert loaded.campaigns == fresh["campaign"]
    assert queries.current_data_version(demo_engine) > before
    assert what_would_go(demo_engine, rights=FULL) == demo.WhatWouldGo(fresh["campaign"], 0, 0)
    assert rows_of(demo_engine, own) == theirs
    newest = activity(demo_engine, ActivityFilter(), limit=1, rights=FULL)[0]
    assert (newest.event, newest.actor, newest.at) == ("demo:start_over", "Alice", later)
    after = counts(demo_engine)
    # The label that was started over has kept what its history tells of, and no figures.
    assert after["organization"] == 3
    assert after["artist"] == 2 * fresh["artist"] + 1
    assert after["campaign"] == 2 * fresh["campaign"] + 1
    assert after["history"] == 2 * fresh["history"] + 2
    for figures in ("import_run", "coverage", "daily_result", "daily_observation"):
        assert after[figures] == fresh[figures]
    assert len(queries.artists(demo_engine, rights=FULL)) == fresh["artist"] + 1
    assert faults(demo_engine) == []


def test_a_campaign_of_a_demo_that_was_started_over_is_nobodys_any_more(demo_engine, now):
    with reading(demo_engine) as db:
        active = select(campaign.c.id).where(campaign.c.status == S.ACTIVE).limit(1)
        one = db.execute(active).scalar_one()
    start_over(demo_engine, actor=ALICE, now=now)
    with pytest.raises(CampaignNotFound):
        pause_campaign(
            demo_engine,
            one,
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=1,
            request_id="late",
            now=now,
        )
    with pytest.raises(CampaignNotFound):
        queries.campaign_page(demo_engine, one, now=now, rights=FULL)


def test_it_can_be_started_over_again_and_again(demo_engine, now):
    names = [one.name for one in queries.artists(demo_engine, rights=FULL)]
    for _ in range(2):
        start_over(demo_engine, actor=ALICE, now=now)
        assert [one.name for one in queries.artists(demo_engine, rights=FULL)] == names
    assert faults(demo_engine) == []


def meddle(engine, now):
    """Pause a campaign of the demo and import a file into it, as a person would."""
    name = "Low Tide | Single Push | DACH"
    with reading(engine) as db:
        one, artist_id = db.execute(
            select(campaign.c.id, campaign.c.artist_id).where(campaign.c.name == name)
        ).one()
    pause_campaign(
        engine,
        one,
        reason=PauseReason.BUDGET,
        actor=BOB,
        seen_version=see(engine, one).version,
        request_id=new_request(),
        now=now,
    )
    with writing(engine) as db:
        db.execute(
            import_run.insert().values(
                artist_id=artist_id,
                platform="meta",
                file_name="bobs.csv",
                sha256="b" * 64,
                form="Meta Ads Manager",
                grain="day",
                observed_on=now.date(),
                at=now,
                actor=BOB.name,
                counts={},
            )
        )


def rows_of(engine, artist_id):
    with reading(engine) as db:
        return [
            db.execute(select(table).where(column == artist_id)).all()
            for table, column in (
                (artist, artist.c.id),
                (campaign, campaign.c.artist_id),
                (history, history.c.artist_id),
                (connection, connection.c.artist_id),
            )
        ]


def test_without_a_demo_there_is_nothing_to_start_over(engine, now):
    add_artist(engine, now=now)
    unchanged = dump(engine)
    with pytest.raises(NoDemo):
        start_over(engine, actor=ALICE, now=now)
    with pytest.raises(NoDemo):
        what_would_go(engine, rights=FULL)
    assert dump(engine) == unchanged


def test_two_that_load_at_the_same_moment_load_it_once(engine, now):
    told, ready = [], threading.Barrier(2)

    def load():
        ready.wait()
        try:
            told.append(load_demo(engine, now=now).name)
        except NotEmpty as refusal:
            told.append(type(refusal).__name__)

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["Kittiwake & Thorn Recordings", "NotEmpty"]
    assert counts(engine)["organization"] == 1


def test_people_can_work_with_the_demo_as_with_their_own(demo_engine, now):
    boards = (
        queries.board(demo_engine, one.id, now=now, rights=FULL)
        for one in queries.artists(demo_engine, rights=FULL)
    )
    board = next(one for one in boards if one and one.billing is BillingState.FAILING)
    failing = board.artist
    assert not any(row.decisions[Action.RESUME].is_allowed for row in board.rows)
    recovered = recover_payment(demo_engine, failing.id, now=now)
    waiting = [row for row in board.rows if row.status is S.SUBSCRIPTION_PAUSED]
    assert set(recovered.moved) == {row.campaign.id for row in waiting}
    # One of them had reached the end of its run meanwhile, and does not start again.
    back = [see(demo_engine, row.campaign.id) for row in waiting]
    assert sorted({status_now(one, now=now) for one in back}) == [S.ACTIVE, S.ENDED]
    assert all(early_learning(one, now=now) is None for one in back)
    one = back[0].id
    move_campaign(
        demo_engine, one, S.SERVING, origin=Origin.PLATFORM, actor=BOB, request_id="serve", now=now
    )
    pause_campaign(
        demo_engine,
        one,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=see(demo_engine, one).version,
        request_id="pause",
        now=now,
    )
    assert see(demo_engine, one).pending_action is None
    assert faults(demo_engine) == []


def test_what_came_with_the_demo_says_so(shown):
    assert {one["form"] for one in everything(shown, import_run)} == {FORM}
