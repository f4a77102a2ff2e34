"""One action on many: the preview says what becomes of each, and each is a change of its own."""

import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from lib.db.engine import reading, writing
from lib.db.tables import campaign, campaign_trend, daily_result, data_version, history
from lib.domain.actions import Action, PauseReason
from lib.domain.records import BillingState, ConnectionState, GatewayKind
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import bulk, queries
from lib.services.bulk import Fate
from lib.services.campaigns import ReasonMissing, act_within, pause_campaign, resume_campaign
from lib.services.recording import bump_data_version
from lib.services.trend import trends
from lib.services.trend.moves import foresee_moves
from tests.cast import ALICE, BOB, add_artist, add_campaign, dump, new_request, see
from tests.integration.services.test_trends import ARTIST, TODAY, bring, meta_daily, run_of_days
from tests.invariants import faults
from tests.summary import assert_summary_agrees

S = Status
STAYS = {S.ACTIVE, S.SERVING, S.DEPLOYING, S.ARCHIVED}


def selected(engine, ids):
    return [(one, see(engine, one).version) for one in ids]


def apply(engine, previewed, *, now, request_id=None, **more):
    more.setdefault("reason", PauseReason.BUDGET if previewed.action is Action.PAUSE else None)
    return bulk.apply(
        engine,
        previewed.changing,
        previewed.action,
        actor=more.pop("actor", ALICE),
        request_id=request_id or new_request(),
        now=now,
        **more,
    )


@pytest.fixture
def mixed(engine, now):
    """One campaign of every status, of one artist."""
    artist_id = add_artist(engine, now=now)
    return {status: add_campaign(engine, artist_id, now=now, status=status) for status in Status}


@pytest.mark.parametrize(
    ("action", "changes", "already"),
    [
        (Action.PAUSE, {S.ACTIVE, S.SERVING}, {S.PAUSED}),
        (Action.RESUME, {S.PAUSED}, {S.ACTIVE, S.SERVING}),
        (
            Action.ARCHIVE,
            set(Status) - {S.ACTIVE, S.SERVING, S.DEPLOYING, S.ARCHIVED},
            {S.ARCHIVED},
        ),
        (Action.UNARCHIVE, {S.ARCHIVED}, set(Status) - {S.ARCHIVED}),
    ],
)
def test_the_preview_tells_what_changes_what_is_so_already_and_what_is_refused_and_why(
    engine, mixed, now, action, changes, already
):
    before = dump(engine)
    found = bulk.preview(engine, selected(engine, mixed.values()), action, now=now, rights=FULL)
    assert dump(engine) == before
    fates = {one.one.row.status: one.fate for one in found.outlooks}
    assert {status for status, fate in fates.items() if fate is Fate.CHANGES} == changes
    assert {status for status, fate in fates.items() if fate is Fate.ALREADY} == already
    for one in found.of(Fate.REFUSED):
        assert one.why_not.endswith(".")
    assert [one.campaign_id for one in found.outlooks] == list(mixed.values())


def test_what_the_preview_promised_is_what_happens(engine, mixed, now):
    for action in Action:
        found = bulk.preview(engine, selected(engine, mixed.values()), action, now=now, rights=FULL)
        results = apply(engine, found, now=now)
        assert [one.campaign_id for one in results] == [one.campaign_id for one in found.changing]
        for one, outlook in zip(results, found.changing, strict=True):
            assert one.change is not None
            assert see(engine, one.campaign_id).status is outlook.to
        for outlook in (*found.of(Fate.ALREADY), *found.of(Fate.REFUSED)):
            assert see(engine, outlook.campaign_id).version == outlook.version
        assert faults(engine) == []


def test_one_reason_and_one_note_stand_in_every_entry(engine, now):
    artist_id = add_artist(engine, now=now)
    ids = [add_campaign(engine, artist_id, now=now) for _ in range(3)]
    found = bulk.preview(engine, selected(engine, ids), Action.PAUSE, now=now, rights=FULL)
    apply(engine, found, now=now, reason=PauseReason.WRONG_CONTENT, note="Wrong cover", actor=BOB)
    with reading(engine) as db:
        rows = db.execute(select(history).where(history.c.event == "campaign:pause")).all()
    assert {(row.actor, row.reason, row.note) for row in rows} == {
        ("Bob", "wrong_content", "Wrong cover")
    }
    assert len({row.request_id for row in rows}) == 3


def test_a_campaign_that_changed_after_the_preview_is_left_and_named_and_the_others_are_done(
    engine, now
):
    artist_id = add_artist(engine, now=now)
    ids = [add_campaign(engine, artist_id, now=now) for _ in range(5)]
    found = bulk.preview(engine, selected(engine, ids), Action.PAUSE, now=now, rights=FULL)
    pause_campaign(
        engine,
        ids[2],
        reason=PauseReason.BUDGET,
        actor=BOB,
        seen_version=1,
        request_id=new_request(),
        now=now,
    )
    results = apply(engine, found, now=now)
    assert [one.change is not None for one in results] == [True, True, False, True, True]
    assert see(engine, ids[2]).name in results[2].name
    assert "Bob moved it to Paused" in results[2].why_not
    assert faults(engine) == []


def test_one_that_the_database_refuses_leaves_the_others_done(engine, now, monkeypatch):
    artist_id = add_artist(engine, now=now)
    ids = [add_campaign(engine, artist_id, now=now) for _ in range(4)]
    found = bulk.preview(engine, selected(engine, ids), Action.PAUSE, now=now, rights=FULL)
    real = act_within

    def broken(db, campaign_id, *arguments, **named):
        change = real(db, campaign_id, *arguments, **named)
        if campaign_id == ids[1]:
            unknown = update(campaign).where(campaign.c.id == ids[1]).values(status="nonsense")
            db.execute(unknown)
        return change

    monkeypatch.setattr(bulk, "act_within", broken)
    results = apply(engine, found, now=now)
    assert [one.change is not None for one in results] == [True, False, True, True]
    assert "it is as it was" in results[1].why_not
    assert see(engine, ids[1]).status is S.ACTIVE
    assert faults(engine) == []


def test_the_same_request_again_changes_nothing_and_answers_the_same(engine, now):
    artist_id = add_artist(engine, now=now)
    ids = [add_campaign(engine, artist_id, now=now) for _ in range(3)]
    found = bulk.preview(engine, selected(engine, ids), Action.PAUSE, now=now, rights=FULL)
    first = apply(engine, found, now=now, request_id="one")
    before = dump(engine)
    assert apply(engine, found, now=now, request_id="one") == first
    assert dump(engine) == before


def test_a_bulk_that_was_cut_off_is_finished_by_the_same_request(engine, now):
    artist_id = add_artist(engine, now=now)
    ids = [add_campaign(engine, artist_id, now=now) for _ in range(4)]
    found = bulk.preview(engine, selected(engine, ids), Action.PAUSE, now=now, rights=FULL)
    bulk.apply(
        engine,
        found.changing[:2],
        Action.PAUSE,
        actor=ALICE,
        request_id="one",
        now=now,
        reason=PauseReason.BUDGET,
    )
    results = apply(engine, found, now=now, request_id="one")
    assert [one.change.version for one in results if one.change] == [2, 2, 2, 2]
    assert faults(engine) == []


def test_a_pause_without_a_reason_and_a_request_without_an_id_change_nothing(engine, now):
    one = add_campaign(engine, add_artist(engine, now=now), now=now)
    found = bulk.preview(engine, [(one, 1)], Action.PAUSE, now=now, rights=FULL)
    with pytest.raises(ReasonMissing):
        bulk.apply(engine, found.changing, Action.PAUSE, actor=ALICE, request_id="r", now=now)
    for wrong in ("", "r" * 65):
        with pytest.raises(ValueError, match="1 to 64"):
            bulk.apply(
                engine,
                found.changing,
                Action.PAUSE,
                actor=ALICE,
                request_id=wrong,
                now=now,
                reason=PauseReason.BUDGET,
            )
    assert see(engine, one).version == 1


def test_nothing_selected_ids_that_are_gone_and_one_selected_twice(engine, now):
    one = add_campaign(engine, add_artist(engine, now=now), now=now)
    nothing = bulk.preview(engine, [], Action.PAUSE, now=now, rights=FULL)
    assert (nothing.outlooks, nothing.gone) == ((), ())
    assert apply(engine, nothing, now=now) == []
    found = bulk.preview(
        engine, [(999_999, 1), (one, 1), (one, 7)], Action.PAUSE, now=now, rights=FULL
    )
    assert found.gone == (999_999,)
    assert [item.campaign_id for item in found.outlooks] == [one]
    assert not found.outlooks[0].has_changed


def test_the_preview_says_what_changed_meanwhile_what_is_recent_and_what_must_be_switched_too(
    engine, now
):
    by_hand = add_artist(engine, now=now, gateway=GatewayKind.BY_HAND)
    one = add_campaign(engine, by_hand, now=now, status=S.PAUSED)
    resume_campaign(
        engine,
        one,
        actor=BOB,
        seen_version=1,
        request_id=new_request(),
        now=now - timedelta(days=6),
    )
    (outlook,) = bulk.preview(engine, [(one, 1)], Action.PAUSE, now=now, rights=FULL).outlooks
    assert outlook.has_changed
    assert outlook.cautions.recent is not None
    assert outlook.cautions.recent.actor == "Bob"
    assert not outlook.is_carried_out
    (later,) = bulk.preview(
        engine, [(one, 2)], Action.PAUSE, now=now + timedelta(days=1), rights=FULL
    ).outlooks
    assert later.cautions.recent is None
    assert not later.has_changed


def test_every_resume_is_refused_with_all_the_reasons_against_it(engine, now):
    artist_id = add_artist(
        engine, now=now, billing=BillingState.FAILING, state=ConnectionState.BROKEN
    )
    one = add_campaign(
        engine, artist_id, now=now, status=S.PAUSED, ends_on=TODAY - timedelta(days=1)
    )
    (outlook,) = bulk.preview(engine, [(one, 1)], Action.RESUME, now=now, rights=FULL).outlooks
    assert outlook.fate is Fate.REFUSED
    for words in ("unpaid invoice", "connection to Meta is broken", "Its run is over"):
        assert words in outlook.why_not


@pytest.fixture
def with_figures(engine, now):
    """Twelve campaigns with sixty days each."""
    first = TODAY - timedelta(days=60)
    rows = [
        row
        for number in range(12)
        for row in run_of_days(f"Low Tide {number}", first=first, count=60)
    ]
    bring(engine, meta_daily(rows), now=now)
    with reading(engine) as db:
        return list(db.execute(select(campaign.c.id)).scalars())


def put_live(engine, ids, *, now):
    """Archived and brought back: paused by a person, so that they can be resumed."""
    for action in (Action.ARCHIVE, Action.UNARCHIVE):
        found = bulk.preview(engine, selected(engine, ids), action, now=now, rights=FULL)
        apply(engine, found, now=now)


def test_the_summary_is_the_one_that_would_be_made_anew(engine, with_figures, now):
    later = now
    for action in (Action.PAUSE, Action.ARCHIVE, Action.UNARCHIVE, Action.RESUME, Action.PAUSE):
        later += timedelta(hours=9)
        found = bulk.preview(engine, selected(engine, with_figures), action, now=later, rights=FULL)
        results = apply(engine, found, now=later)
        assert all(one.change for one in results), [one.why_not for one in results]
        assert assert_summary_agrees(engine, now=later, artist=ARTIST) >= 12
    assert faults(engine) == []


def test_figures_that_come_in_between_are_not_lost_to_the_summary(
    engine, with_figures, now, monkeypatch
):
    found = bulk.preview(engine, selected(engine, with_figures), Action.PAUSE, now=now, rights=FULL)
    done: list[bool] = []

    def in_between(*arguments, **named):
        made = trends_of(*arguments, **named)
        rows = run_of_days("Low Tide 3", first=TODAY - timedelta(days=9), count=8, saves="1")
        bring(engine, meta_daily(rows), now=now, observed_on=TODAY)
        done.append(True)
        return made

    trends_of = foresee_moves
    monkeypatch.setattr(bulk, "foresee_moves", in_between)
    results = apply(engine, found, now=now)
    assert done
    assert sum(one.change is not None for one in results) >= 11
    assert assert_summary_agrees(engine, now=now, artist=ARTIST) >= 12
    assert faults(engine) == []


def test_what_was_done_already_does_not_hide_that_figures_came_in_between(
    engine, with_figures, now, monkeypatch
):
    found = bulk.preview(engine, selected(engine, with_figures), Action.PAUSE, now=now, rights=FULL)
    cut_off = replace(found, outlooks=found.outlooks[:1])
    apply(engine, cut_off, now=now, request_id="sent twice")
    trends_of = foresee_moves

    def in_between(*arguments, **named):
        made = trends_of(*arguments, **named)
        with writing(engine) as db:
            days = update(daily_result).where(daily_result.c.campaign_id == with_figures[1])
            db.execute(days.values(spend_micros=daily_result.c.spend_micros * 10))
            trends.refresh(db, with_figures[1:2], now=now)
            bump_data_version(db)
        return made

    monkeypatch.setattr(bulk, "foresee_moves", in_between)
    results = apply(engine, found, now=now, request_id="sent twice")
    assert all(one.change for one in results)
    assert assert_summary_agrees(engine, now=now, artist=ARTIST) >= 12


def test_somebody_who_writes_in_between_costs_time_and_nothing_else(
    engine, with_figures, now, monkeypatch
):
    found = bulk.preview(engine, selected(engine, with_figures), Action.PAUSE, now=now, rights=FULL)
    anew: list[int] = []
    real = trends.refresh

    def counted(db, ids, **named):
        anew.extend(ids)
        real(db, ids, **named)

    monkeypatch.setattr("lib.services.trend.moves.refresh", counted)
    trends_of = foresee_moves

    def in_between(*arguments, **named):
        made = trends_of(*arguments, **named)
        with writing(engine) as db:
            bump_data_version(db)
        return made

    monkeypatch.setattr(bulk, "foresee_moves", in_between)
    apply(engine, found, now=now)
    assert anew == with_figures
    anew.clear()
    monkeypatch.setattr(bulk, "foresee_moves", trends_of)
    put_live(engine, with_figures, now=now)
    assert anew == []
    assert assert_summary_agrees(engine, now=now, artist=ARTIST) >= 12


def test_a_board_that_was_kept_follows_a_bulk(engine, with_figures, now):
    (artist,) = queries.artists(engine, rights=FULL)
    kept = queries.board(engine, artist.id, rights=FULL, now=now)
    changing = selected(engine, with_figures)[1:]
    apply(engine, bulk.preview(engine, changing, Action.PAUSE, now=now, rights=FULL), now=now)
    renewed = queries.board(engine, artist.id, rights=FULL, now=now, known=kept)
    assert kept
    assert renewed
    assert renewed == queries.board(engine, artist.id, rights=FULL, now=now)
    untouched = [one for one, row in zip(renewed.rows, kept.rows, strict=True) if one is row]
    assert [one.campaign.id for one in untouched] == with_figures[:1]


@contextmanager
def counted(engine):
    """Yield the list of the statements that are sent meanwhile."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.slow
def test_five_hundred_at_once_are_quick_and_each_is_explained(engine, now):
    first = TODAY - timedelta(days=60)
    rows = [
        row
        for number in range(500)
        for row in run_of_days(f"Low Tide {number}", first=first, count=60)
    ]
    bring(engine, meta_daily(rows), now=now)
    with reading(engine) as db:
        ids = list(db.execute(select(campaign.c.id)).scalars())
        number = db.execute(select(data_version.c.number)).scalar_one()
    assert len(ids) == 500
    with counted(engine) as said:
        found = bulk.preview(engine, selected(engine, ids), Action.PAUSE, now=now, rights=FULL)
        assert len(found.changing) == 500
    assert len(said) < 500 * 2 + 100, "one look at each for `selected`, few for all of them"
    started = time.perf_counter()
    with counted(engine) as said:
        results = apply(engine, found, now=now)
    assert time.perf_counter() - started < 60
    assert len(said) < 500 * 18
    assert sum("daily_result" in one for one in said) < 500 / bulk.PORTION * 10
    assert all(one.change for one in results)
    with reading(engine) as db:
        assert db.execute(select(func.count()).where(campaign.c.status == S.PAUSED)).scalar() == 500
        raised = db.execute(select(data_version.c.number)).scalar_one() - number
        assert db.execute(select(func.count()).select_from(campaign_trend)).scalar()
    assert raised == 500, "each change is seen by everybody as soon as it is made"
    assert faults(engine) == []
