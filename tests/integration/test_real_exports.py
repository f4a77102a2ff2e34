"""Real exports, where they lie beside the checkout: read whole, or refused for the known reason.

The sums are computed here with the csv module alone; nothing of the importer is used.
"""

import csv
import io
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from lib import cli
from lib.db.tables import daily_observation, daily_result
from lib.domain.lag import SPEND
from lib.domain.records import Platform
from lib.services import lag

FOLDER = Path(
    os.environ.get("CAMPAIGN_DESK_EXPORTS")
    or Path(__file__).resolve().parents[3] / "shared" / "exports"
)
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real exports are not beside this checkout"
)

Sums = dict[tuple[str, str], Decimal]
SNAPS = [f"google/cocoon-campaign-daily-snap-2026-06-{day}.csv" for day in (15, 18, 20)]


def rows_of(name: str, *, skip_lines: int = 0) -> list[dict[str, str]]:
    raw = (FOLDER / name).read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = raw.decode(encoding).split("\n", skip_lines)[skip_lines]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if "\t" in text[:500] else ","
    )
    header = next(reader)
    # The first of two equal captions wins: zip from behind lets it overwrite.
    return [dict(reversed(list(zip(header, row, strict=True)))) for row in reader]


def sums(rows: Iterable[Mapping[str, str]], *, campaign: str, day: str, spend: str) -> Sums:
    found: Sums = defaultdict(Decimal)
    for row in rows:
        if row[campaign] and row[day]:
            found[row[campaign].strip(), row[day]] += Decimal(row[spend] or 0)
    return dict(found)


def google(name: str) -> Sums:
    return sums(rows_of(name, skip_lines=2), campaign="Campaign", day="Day", spend="Cost")


def meta(currency: str) -> Callable[[str], Sums]:
    return lambda name: sums(
        rows_of(name), campaign="Campaign name", day="Day", spend=f"Amount spent ({currency})"
    )


BY_DAY: dict[str, Callable[[str], Sums]] = {
    **dict.fromkeys(SNAPS, google),
    "meta/cocoon-campaign-daily-snap-2026-06-15.csv": meta("AUD"),
    "meta/cocoon-campaign-daily-snap-2026-06-20.csv": meta("AUD"),
    "meta/cocoon-ad-level-daily-2025-08_2026-04.csv": meta("AUD"),
    "meta/tapeketan-campaign-objective-daily-2026-04.csv": meta("IDR"),
}
# Totals of a period: the campaigns are told, never a day. How many lines stand before the header.
BY_PERIOD = {
    "google/calpreserving-campaign-report-all-time.csv": 2,
    "google/cleaning-campaign-report-learning.csv": 2,
    "google/fruit-campaign-report-csv-engb.csv": 2,
    "google/fruit-campaign-report-utf16-tsv-engb.csv": 2,
    "google/straws-bulk-edit-by-network-utf16-tsv.csv": 0,
    "youtube/video-and-demandgen-campaign-report-inr.csv": 2,
    "meta/rmoda-campaign-total-2025-12.csv": 0,
}
EMPTY = {
    "google/wai-campaign-report-header-only.csv",
    "meta/ads-manager-no-data-available-2024-09.csv",
}
# No campaign name at all: refused, with what is missing.
REFUSED = {
    "meta/media-metrics-ad-monthly-2025.csv": "Campaign name",
    "meta/ttug-header-only.csv": "Campaign name",
}


@pytest.fixture
def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*arguments: str) -> int:
        return cli.main(list(arguments))

    return run


def exported(desk: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> Sums:
    capsys.readouterr()
    assert desk("export", "daily", "--artist", "Test", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out, parse_float=Decimal, parse_int=Decimal)
    found = {(row["campaign"], row["day"]): Decimal(row["spend"] or 0) for row in rows}
    assert len(found) == len(rows), "one row per campaign and day"
    return found


def bring(desk: Callable[..., int], name: str, *more: str) -> int:
    return desk("import", str(FOLDER / name), "--artist", "Test", "--yes", *more)


@pytest.mark.parametrize("name", BY_DAY)
def test_a_daily_export_gives_its_own_sums_back(
    name: str, desk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(desk, name) == 0
    assert exported(desk, capsys) == BY_DAY[name](name)


@pytest.mark.parametrize("name", BY_PERIOD)
def test_totals_of_a_period_become_campaigns_and_never_a_day(
    name: str, desk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(desk, name) == 0
    assert exported(desk, capsys) == {}
    assert desk("export", "campaigns", "--artist", "Test", "--format", "json") == 0
    campaigns = json.loads(capsys.readouterr().out)
    rows = rows_of(name, skip_lines=BY_PERIOD[name])
    called = {row.get("Campaign") or row.get("Campaign name") for row in rows} - {None, "", " --"}
    assert {one["campaign"] for one in campaigns} == called


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_an_empty_export_is_said_to_be_empty(
    name: str, desk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(desk, name) == 0
    assert "nothing to import" in capsys.readouterr().err
    assert desk("export", "daily", "--artist", "Test") == 1, "no artist was made for it"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_export_without_campaigns_is_refused_with_what_lacks(
    name: str, desk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(desk, name) == 1
    assert REFUSED[name] in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    ["music/bedrot-meta-api-campaigns-2025-05-27.json", "spotify/spotify-ads-v3-openapi.yaml"],
)
def test_what_is_no_export_is_refused_without_a_trace(
    name: str, desk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(desk, name) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
def test_snapshots_in_any_order_leave_the_newest_figures_and_all_observations(
    order: list[int],
    desk: Callable[..., int],
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for position in order:
        assert bring(desk, SNAPS[position]) == 0
    newest: Sums = {}
    for name in SNAPS:
        newest |= google(name)
    assert exported(desk, capsys) == newest
    with engine.connect() as db:
        observations = db.execute(select(func.count()).select_from(daily_observation)).scalar()
        days = db.execute(select(func.count()).select_from(daily_result)).scalar()
    assert observations == sum(len(google(name)) for name in SNAPS)
    assert days == len(newest)


def test_real_snapshots_show_how_much_of_a_day_was_known_and_change_no_settle_age(
    desk: Callable[..., int], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 6, 21, 12, tzinfo=UTC)
    monkeypatch.setattr(cli, "_now", lambda: now)
    for day in (15, 18, 20):
        name = f"google/cocoon-campaign-daily-snap-2026-06-{day}.csv"
        assert bring(desk, name, "--downloaded-on", f"2026-06-{day}") == 0
    assert lag.remeasure(engine, now=now) == frozenset()
    spend = lag.curves(engine)[Platform.GOOGLE, SPEND]
    # The first file was made on the 15th, so it knows little of that day and all of the others.
    today, yesterday, *older = spend.points
    assert today.share < 0.05
    assert (yesterday.age, yesterday.share, yesterday.days) == (1, 1.0, 10)
    assert all(point.share == 1.0 for point in older)
    # Nineteen days of figures: nothing is old enough to decide by.
    assert not spend.is_conclusive
    assert lag.settle_ages(engine).measured == {}


def test_the_same_file_twice_changes_nothing_and_says_so(
    desk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(desk, SNAPS[0]) == 0
    before = exported(desk, capsys)
    assert bring(desk, SNAPS[0]) == 0
    assert "nothing changed" in capsys.readouterr().err
    assert exported(desk, capsys) == before
