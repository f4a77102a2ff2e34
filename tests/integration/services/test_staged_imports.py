"""Large imports: staged first, switched over at once, put in place afterwards."""

import itertools
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from lib.db.engine import make_engine, reading
from lib.db.tables import import_run
from lib.domain.actions import PauseReason
from lib.domain.records import Actor, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import exports, queries
from lib.services.activity import ActivityFilter, activity
from lib.services.campaigns import confirm_carried_out, pause_campaign
from lib.services.demo_label.demo import start_over
from lib.services.importing import staging, switch
from lib.services.importing.folding import finish_imports
from lib.services.importing.imports import import_file, preview_import, read_file
from lib.services.importing.plan import make_plan
from lib.services.importing.shapes import ImportOutcome, ImportRefused, PreviewOutdated
from lib.services.transactions import in_transaction
from tests.cast import see
from tests.invariants import faults
from tests.staging import left_over, take_small_steps

ALICE = Actor(name="Alice", rights=FULL)
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
NAMES = ("Low Tide", "High Tide", "Slack Water")

Row = tuple[str, int, str, str, str]
"""Campaign, day of June, cost, conversions, views; a blank cell is unknown."""


def daily(rows: list[Row], *, last: int = 30, state: str = "Enabled") -> bytes:
    """A Google Ads report with two kinds of results and a status."""
    lines = [
        "Nightly",
        f"1 June 2026 - {last} June 2026",
        "Campaign,Day,Campaign status,Currency code,Cost,Clicks,Conversions,TrueView views",
    ]
    lines += [
        f"{name},2026-06-{day:02},{state},EUR,{cost},{day},{conversions},{views}"
        for name, day, cost, conversions, views in rows
    ]
    return "\n".join(lines).encode()


FIRST: list[Row] = [
    (name, day, f"{10 + day}.25", str(day), str(day * 9))
    for name in NAMES[:2]
    for day in range(1, 9)
]
SECOND: list[Row] = [
    *[(name, day, f"{20 + day}.50" if day % 2 else "", "", str(day * 7)) for name in NAMES
      for day in range(3, 13)],
]  # fmt: skip


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    take_small_steps(monkeypatch.setattr)


def bring(engine: Engine, data: bytes, **more: Any) -> ImportOutcome:
    named: dict[str, Any] = {"file_name": "f.csv", "artist_name": "The Herons", "now": NOW}
    named |= {"actor": ALICE, "source": Source.COMMAND, "zone": "UTC"} | more
    return import_file(engine, read_file(engine, data), **named)


def view(engine: Engine, artist_id: int) -> tuple[Any, ...]:
    """Everything that the readers show of the artist."""
    board = queries.board(engine, artist_id, now=NOW, rights=FULL)
    assert board is not None
    pages = [
        queries.campaign_page(engine, row.campaign.id, now=NOW, rights=FULL) for row in board.rows
    ]
    return (
        list(exports.daily(engine, board.artist.name, rights=FULL)),
        list(exports.campaigns(engine, board.artist.name, now=NOW, rights=FULL)),
        board,
        pages,
    )


class Watcher:
    """Looks at the artist between the steps of an import, and does something at one of them."""

    def __init__(
        self,
        engine: Engine,
        artist_id: int,
        *,
        at: str = "",
        do: Callable[[], object] = lambda: None,
    ) -> None:
        self.engine, self.artist_id, self.at, self.do = engine, artist_id, at, do
        self.words: list[str] = []
        self.views: list[tuple[Any, ...]] = []
        self.shares: list[float] = []

    def __call__(self, share: float, words: str) -> None:
        self.words.append(words)
        self.shares.append(share)
        self.views.append(view(self.engine, self.artist_id))
        if self.at and self.at in words:
            self.at = ""
            self.do()


@pytest.mark.usefixtures("small_steps")
def test_a_reader_sees_all_of_an_import_or_nothing_at_every_step_of_it(engine: Engine) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    before = view(engine, artist_id)
    watcher = Watcher(engine, artist_id)
    bring(engine, daily(SECOND, last=12), progress=watcher)
    after = view(engine, artist_id)
    assert before != after
    staging = [v for v, w in zip(watcher.views, watcher.words, strict=True) if "ready" in w]
    folding = [v for v, w in zip(watcher.views, watcher.words, strict=True) if "place" in w]
    assert len(staging) == 5
    assert len(folding) == 3
    assert all(one == before for one in staging)
    assert all(one == after for one in folding)
    assert watcher.shares == sorted(watcher.shares)
    assert left_over(engine) == {}


@pytest.mark.usefixtures("small_steps")
def test_what_an_import_will_do_is_told_the_same_while_another_is_put_in_place(
    engine: Engine,
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    third = read_file(engine, daily([(NAMES[0], 5, "99.00", "1", "2")], last=12))

    def look() -> Any:
        return preview_import(
            engine, third, file_name="f", artist_name="The Herons", now=NOW, zone="UTC", actor=ALICE
        ).fingerprint

    seen: list[str] = []
    bring(
        engine,
        daily(SECOND, last=12),
        progress=lambda _, words: seen.append(look()) if "place" in words else None,
    )
    assert len(seen) == 3
    assert set(seen) == {look()}


def test_small_and_large_imports_come_to_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_of(name: str) -> list[Any]:
        bring(engine, daily(FIRST, last=8), artist_name=name)
        outcome = bring(engine, daily(SECOND, last=12, state="Paused"), artist_name=name)
        assert outcome.artist_id is not None
        rows, campaigns, board, pages = view(engine, outcome.artist_id)
        told = [[(one.event, one.details) for one in page.history] for page in pages]
        figures = [(row.week, row.month, row.spend_by_day, row.pacing) for row in board.rows]
        free = [[{k: v for k, v in row.items() if k != "artist"} for row in some]
                for some in (rows, campaigns)]  # fmt: skip
        return [*free, told, figures]

    small = all_of("The Herons")
    take_small_steps(monkeypatch.setattr)
    assert all_of("The Egrets") == small
    assert faults_but_filled(engine) == []


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("at", ["ready", "place"])
def test_a_pause_during_a_large_import_succeeds_and_the_import_respects_it(
    engine: Engine, at: str
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    other_id = bring(engine, daily(FIRST, last=8), artist_name="The Egrets").artist_id
    assert artist_id is not None
    assert other_id is not None
    ids = [_first_campaign(engine, one) for one in (artist_id, other_id)]

    def pause() -> None:
        for number in ids:
            pause_campaign(
                engine,
                number,
                reason=PauseReason.BUDGET,
                actor=ALICE,
                seen_version=1,
                request_id=f"pause-{number}",
                now=datetime(2026, 6, 10, tzinfo=UTC),
            )

    bring(engine, daily(SECOND, last=12), progress=Watcher(engine, artist_id, at=at, do=pause))
    for number in ids:
        found = see(engine, number)
        assert (found.status, found.version, found.pending_action) == (Status.PAUSED, 2, "pause")
    assert faults_but_filled(engine) == []
    assert left_over(engine) == {}


@pytest.mark.usefixtures("small_steps")
def test_a_decision_confirmed_during_an_import_is_compared_as_it_is_now(engine: Engine) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    number = _first_campaign(engine, artist_id)
    paused_at = datetime(2026, 6, 10, tzinfo=UTC)
    request: dict[str, Any] = {"actor": ALICE, "now": paused_at}
    pause_campaign(
        engine, number, reason=PauseReason.BUDGET, seen_version=1, request_id="p", **request
    )

    def confirm() -> None:
        confirm_carried_out(engine, number, seen_version=2, request_id="c", **request)

    watcher = Watcher(engine, artist_id, at="ready", do=confirm)
    bring(engine, daily(SECOND, last=12), progress=watcher)
    # It was switched off there, a person says, and the file says that it runs: open again.
    assert see(engine, number).pending_action == "pause"
    events = [
        one.event for one in queries.campaign_page(engine, number, now=NOW, rights=FULL).history
    ]
    assert "campaign:still_running" in events


@pytest.mark.usefixtures("small_steps")
def test_an_import_that_another_one_overtook_is_planned_anew(engine: Engine) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    between = daily([(NAMES[2], 4, "7.00", "1", "1"), (NAMES[0], 8, "3.00", "", "")], last=8)
    watcher = Watcher(engine, artist_id, at="ready", do=lambda: bring(engine, between))
    outcome = bring(engine, daily(SECOND, last=12), progress=watcher)
    assert outcome.preview.new_campaigns == 0, "the other import had brought it meanwhile"
    assert watcher.words.count("Comparing with what is known") == 2
    names = [
        row["campaign"] for row in exports.campaigns(engine, "The Herons", now=NOW, rights=FULL)
    ]
    assert sorted(map(str, names)) == sorted(NAMES)
    assert faults_but_filled(engine) == []
    assert left_over(engine) == {}


@pytest.mark.usefixtures("small_steps")
def test_an_import_that_is_overtaken_again_and_again_is_refused_whole(engine: Engine) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    numbers = itertools.count(1)

    def overtake(_share: float, words: str) -> None:
        if "7 of" in words and "ready" in words:
            bring(engine, daily([(NAMES[0], 1, f"{next(numbers)}.00", "", "")], last=8))

    with pytest.raises(ImportRefused, match="again and again"):
        bring(engine, daily(SECOND, last=12), progress=overtake)
    assert left_over(engine) == {}
    with reading(engine) as db:
        runs = db.execute(select(import_run.c.ends_on).where(import_run.c.artist_id == artist_id))
        assert date(2026, 6, 12) not in set(runs.scalars())


@pytest.mark.usefixtures("small_steps")
def test_what_the_person_agreed_to_is_compared_again_after_another_import(engine: Engine) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    file = read_file(engine, daily(SECOND, last=12))
    seen = preview_import(
        engine, file, file_name="f.csv", artist_name="The Herons", now=NOW, zone="UTC", actor=ALICE
    )
    between = daily([(NAMES[2], 4, "7.00", "1", "1")], last=8)
    watcher = Watcher(engine, artist_id, at="ready", do=lambda: bring(engine, between))
    with pytest.raises(PreviewOutdated):
        bring(engine, daily(SECOND, last=12), seen=seen, progress=watcher)
    assert left_over(engine) == {}


@pytest.mark.usefixtures("small_steps")
def test_what_a_dead_process_has_staged_counts_nowhere_and_is_removed_in_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    before = view(engine, artist_id)
    stage_only(engine, artist_id)
    assert left_over(engine)["staged_day"] == len(SECOND)
    assert view(engine, artist_id) == before
    finish_imports(engine)
    assert left_over(engine)["staged_day"] == len(SECOND), "it may still be at work"
    monkeypatch.setattr(staging, "GIVEN_UP_AFTER", -10)
    finish_imports(engine)
    assert left_over(engine) == {}
    assert view(engine, artist_id) == before


@pytest.mark.parametrize("is_large", [True, False])
def test_an_import_whose_commit_got_no_answer_is_found_again_and_is_whole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    if is_large:
        take_small_steps(monkeypatch.setattr)

    def twice(engine: Engine, work: Callable[[Any], Any]) -> Any:
        in_transaction(engine, work)
        return in_transaction(engine, work)

    monkeypatch.setattr(switch, "in_transaction", twice)
    outcome = bring(engine, daily(SECOND, last=12))
    assert outcome.is_repeat
    assert len(view(engine, artist_id)[0]) == 34
    assert left_over(engine) == {}
    assert faults_but_filled(engine) == []


@pytest.mark.usefixtures("small_steps")
def test_whoever_was_taken_for_dead_stages_once_more(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None

    watcher = Watcher(engine, artist_id, at="ready", do=lambda: bury(engine, monkeypatch))
    bring(engine, daily(SECOND, last=12), progress=watcher)
    assert watcher.words.count("Comparing with what is known") == 2
    assert len(view(engine, artist_id)[0]) == 34
    assert left_over(engine) == {}


@pytest.mark.usefixtures("small_steps")
def test_whoever_was_taken_for_dead_after_the_last_batch_takes_in_nothing_of_another_import(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    other_id = bring(engine, daily(FIRST, last=8), artist_name="The Egrets").artist_id
    assert artist_id is not None
    assert other_id is not None

    def bury_and_stage_another() -> None:
        bury(engine, monkeypatch)
        stage_only(engine, other_id)

    mine = daily([(name, day, "1.00", "2", "3") for name in NAMES for day in range(9, 12)], last=11)
    watcher = Watcher(engine, artist_id, at="9 of 9 days are ready", do=bury_and_stage_another)
    bring(engine, mine, progress=watcher)
    assert watcher.words.count("Comparing with what is known") == 2
    days = list(exports.daily(engine, "The Herons", rights=FULL))
    assert len(days) == len(FIRST) + 9
    assert {str(row["spend"]) for row in days if str(row["day"]) > "2026-06-08"} == {"1.00"}
    assert left_over(engine)["staged_day"] == len(SECOND), "the other import is still at work"
    assert faults_but_filled(engine) == []


@pytest.mark.usefixtures("small_steps")
def test_nobody_is_taken_for_dead_who_looks_ahead_for_long(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    look_ahead = switch.Switch.look_ahead

    def slowly(switch: switch.Switch, engine: Engine) -> None:
        bury(engine, monkeypatch)
        look_ahead(switch, engine)

    monkeypatch.setattr(switch.Switch, "look_ahead", slowly)
    watcher = Watcher(engine, artist_id)
    bring(engine, daily(SECOND, last=12), progress=watcher)
    assert watcher.words.count("Comparing with what is known") == 1
    assert left_over(engine) == {}


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_fold_that_was_cut_off_is_finished_by_the_next_import(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    artist_id = bring(engine, daily(FIRST, last=8)).artist_id
    assert artist_id is not None
    cut_off(engine, monkeypatch, daily(SECOND, last=12), steps=steps)
    assert left_over(engine) != {}
    halfway = view(engine, artist_id)
    assert len(halfway[0]) == 34
    bring(engine, daily(FIRST, last=8), artist_name="The Egrets")
    assert left_over(engine) == {}
    assert view(engine, artist_id) == halfway
    assert faults_but_filled(engine) == []


@pytest.mark.usefixtures("small_steps")
def test_an_import_that_is_in_does_not_fail_by_whatever_its_fold_meets(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no room left")

    with monkeypatch.context() as patch:
        patch.setattr(switch, "fold", fail)
        outcome = bring(engine, daily(FIRST, last=8))
    assert outcome.import_id is not None
    assert "no room left" in caplog.text
    finish_imports(engine)
    assert left_over(engine) == {}
    assert faults_but_filled(engine) == []


@pytest.mark.usefixtures("small_steps")
def test_a_demo_that_is_started_over_takes_along_what_was_not_yet_in_place(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = queries.artists(demo_engine, rights=FULL)[0].name
    cut_off(demo_engine, monkeypatch, daily(SECOND, last=12), steps=1, artist_name=name)
    assert left_over(demo_engine) != {}
    start_over(demo_engine, actor=ALICE, now=NOW)
    assert left_over(demo_engine) == {}
    assert faults(demo_engine) == []


def test_settled_days_that_change_by_more_than_a_twentieth_enter_the_history_once(
    engine: Engine,
) -> None:
    bring(engine, daily(FIRST, last=8))
    changed: list[Row] = [
        (NAMES[0], 1, "22.50", "1", "9"),  # Twice the spend.
        (NAMES[0], 2, "12.30", "2", "18"),  # Less than a twentieth more.
        (NAMES[0], 3, "13.25", "3", "54"),  # Twice the results.
        (NAMES[0], 8, "99.00", "8", "72"),  # Not yet settled when it was seen.
        (NAMES[1], 4, "14.25", "4", "36"),
    ]
    bring(engine, daily(changed, last=9))
    artist = queries.artists(engine, rights=FULL)[0]
    told = {
        entry.campaign_name: entry.details
        for entry in activity(engine, ActivityFilter(artist_id=artist.id), rights=FULL)
        if entry.event == "campaign:restated"
    }
    assert told == {
        NAMES[0]: {
            "days": 2,
            "first": "2026-06-01",
            "last": "2026-06-03",
            "spend_before": 24_500_000,
            "spend_after": 35_750_000,
            "results_before": 36_000_000,
            "results_after": 63_000_000,
        }
    }
    board = queries.board(engine, artist.id, now=NOW, rights=FULL)
    assert board is not None
    events = {row.last_change.event for row in board.rows if row.last_change}
    assert "campaign:restated" not in events, "it is news of the figures, not a change"


def test_an_older_file_restates_nothing_in_the_history(engine: Engine) -> None:
    bring(engine, daily(FIRST, last=8))
    bring(engine, daily([(NAMES[0], 1, "99.00", "1", "9")], last=2))
    entries = activity(engine, ActivityFilter(), rights=FULL)
    assert "campaign:restated" not in {entry.event for entry in entries}


Figures = tuple[str, str, str]
SNAPSHOTS = st.lists(
    st.dictionaries(
        st.tuples(st.sampled_from(NAMES), st.integers(1, 4)),
        st.tuples(*[st.sampled_from(["", "1.00", "2.00"])] * 3),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20)
@given(snapshots=SNAPSHOTS)
def test_any_sequence_of_imports_leaves_the_newest_figures_with_blanks_filled(
    snapshots: list[Mapping[tuple[str, int], Figures]],
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("any") / "desk.sqlite"
    shutil.copyfile(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    with pytest.MonkeyPatch.context() as patch:
        take_small_steps(patch.setattr)
        expected: dict[tuple[str, int], tuple[int, Figures]] = {}
        try:
            for snapshot in snapshots:
                rows = [(name, day, *figures) for (name, day), figures in snapshot.items()]
                outcome = bring(engine, daily(rows, last=4), accept_renames=False)
                if not outcome.is_repeat:
                    take_in(expected, snapshot)
            found = current(engine)
        finally:
            engine.dispose()
    assert found == {key: figures for key, (_, figures) in expected.items()}


def take_in(
    known: dict[tuple[str, int], tuple[int, Figures]],
    snapshot: Mapping[tuple[str, int], Figures],
) -> None:
    """Take a snapshot in by the rule: the newer speaks, and fills its blanks from the older."""
    seen_on = max(day for _, day in snapshot)
    for key, figures in snapshot.items():
        had_on, had = known.get(key, (0, ("", "", "")))
        first, second = (figures, had) if seen_on >= had_on else (had, figures)
        filled = tuple(one or other for one, other in zip(first, second, strict=True))
        known[key] = max(seen_on, had_on), filled  # type: ignore[assignment]


def current(engine: Engine) -> dict[tuple[str, int], Figures]:
    """The current figures in the words of the snapshots."""
    (artist,) = queries.artists(engine, rights=FULL)
    board = queries.board(engine, artist.id, now=NOW, rights=FULL)
    assert board is not None

    def said(micros: int | None) -> str:
        return "" if micros is None else f"{micros / 1_000_000:.2f}"

    return {
        (row.campaign.name, day.day.day): (
            said(day.spend_micros),
            said(day.results.get("conversions")),
            said(day.results.get("views")),
        )
        for row in board.rows
        for day in queries.campaign_page(engine, row.campaign.id, now=NOW, rights=FULL).days
    }


def stage_only(engine: Engine, artist_id: int) -> None:
    """Stage the second file and die before the switch."""
    file = read_file(engine, daily(SECOND, last=12))
    with reading(engine) as db:
        plan = make_plan(
            db,
            file,
            artist_id,
            observed_on=date(2026, 6, 12),
            today=NOW.date(),
            accept_renames=True,
        )
    staging.stage(engine, plan, file.platform, now=NOW, told=lambda _s, _w: None)


def bury(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every import that is staging for dead, and remove what it has staged."""
    with monkeypatch.context() as patch:
        patch.setattr(staging, "GIVEN_UP_AFTER", -10)
        finish_imports(engine)


class Killed(BaseException):
    """Stands for a process that is gone at once."""


def cut_off(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, data: bytes, *, steps: int, **more: Any
) -> None:
    """Import and die after so many steps of the fold."""

    def die(_share: float, words: str) -> None:
        nonlocal steps
        if "place" in words:
            steps -= 1
            if steps == 0:
                raise Killed

    def die_before(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if steps == 0:
            patch.setattr(switch, "fold", die_before)
        with pytest.raises(Killed):
            bring(engine, data, progress=die, **more)


def faults_but_filled(engine: Engine) -> list[str]:
    """What is wrong, apart from blanks that an older observation filled, which is right."""
    return [fault for fault in faults(engine) if "what was observed last" not in fault]


def _first_campaign(engine: Engine, artist_id: int) -> int:
    board = queries.board(engine, artist_id, now=NOW, rights=FULL)
    assert board is not None
    return next(row.campaign.id for row in board.rows if row.campaign.name == NAMES[0])
