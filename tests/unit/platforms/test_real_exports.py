"""Real downloads, where their folder is there: read as an independent sum says, or refused.

The folder is named by CAMPAIGN_DESK_EXPORTS, or lies beside the repository.
"""

import csv
import io
import os
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from lib.domain.status import Status
from lib.platforms import ExportRefused, Grain, read_export

_BESIDE = Path(__file__).resolve().parents[4] / "shared" / "exports"
FOLDER = Path(os.environ.get("CAMPAIGN_DESK_EXPORTS", _BESIDE))

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real exports is absent")

DAY, PERIOD = Grain.DAY, Grain.PERIOD
# File → grain, campaigns, campaign days, rows left out.
READ = {
    "google/calpreserving-campaign-report-all-time.csv": (PERIOD, 12, 0, 5),
    "google/cleaning-campaign-report-learning.csv": (PERIOD, 1, 0, 3),
    "google/cocoon-campaign-daily-snap-2026-06-15.csv": (DAY, 10, 142, 0),
    "google/cocoon-campaign-daily-snap-2026-06-18.csv": (DAY, 11, 179, 0),
    "google/cocoon-campaign-daily-snap-2026-06-20.csv": (DAY, 11, 190, 0),
    "google/fruit-campaign-report-csv-engb.csv": (PERIOD, 2, 0, 5),
    "google/fruit-campaign-report-utf16-tsv-engb.csv": (PERIOD, 1, 0, 2),
    "google/straws-bulk-edit-by-network-utf16-tsv.csv": (PERIOD, 2, 0, 0),
    "google/wai-campaign-report-header-only.csv": (PERIOD, 0, 0, 0),
    "meta/ads-manager-no-data-available-2024-09.csv": (PERIOD, 0, 0, 1),
    "meta/cocoon-ad-level-daily-2025-08_2026-04.csv": (DAY, 25, 503, 0),
    "meta/cocoon-campaign-daily-snap-2026-06-15.csv": (DAY, 5, 52, 0),
    "meta/cocoon-campaign-daily-snap-2026-06-20.csv": (DAY, 5, 73, 0),
    "meta/rmoda-campaign-total-2025-12.csv": (PERIOD, 4, 0, 0),
    "meta/tapeketan-campaign-objective-daily-2026-04.csv": (DAY, 2, 62, 1),
    "youtube/video-and-demandgen-campaign-report-inr.csv": (PERIOD, 2, 0, 4),
}
REFUSED = {
    "meta/media-metrics-ad-monthly-2025.csv": "Campaign name",
    "meta/ttug-header-only.csv": "Campaign name",
    "music/bedrot-meta-api-ads-2025-05-27.json": "JSON",
    "music/bedrot-meta-api-campaigns-2025-05-27.json": "JSON",
    "music/bedrot-meta-api-insights-campaign-2025-05-26.json": "JSON",
    "spotify/spotify-ads-v3-openapi.yaml": "YAML",
}


def sums(data):
    """Return spend by campaign and day, from the csv module alone."""
    is_utf16 = data[:2] == b"\xff\xfe"
    text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if is_utf16 else ","))
    at = next(i for i, row in enumerate(rows) if {"Campaign", "Campaign name"} & set(row))
    header = rows[at]
    name = header.index("Campaign" if "Campaign" in header else "Campaign name")
    spend = next(i for i, c in enumerate(header) if re.match(r"Cost$|Amount spent", c))
    found: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for row in rows[at + 1 :]:
        if len(row) == len(header) and row[name] and not row[0].startswith("Total:"):
            day = row[header.index("Day")] if "Day" in header else None
            found[row[name].strip(), day] += Decimal(row[spend].replace(",", "") or 0)
    return {key: int(amount * 10**6) for key, amount in found.items()}


def test_the_table_of_expectations_names_every_file():
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*")}
    assert there == {*READ, *REFUSED}


@pytest.mark.parametrize("name", READ)
def test_a_real_export_is_what_it_is_known_to_be(name):
    export = read_export((FOLDER / name).read_bytes())
    assert export.unreadable_count == 0, export.unreadable
    found = (export.grain, len(export.campaigns), len(export.days), export.left_out_count)
    assert found == READ[name]
    assert all(met.status is not Status.SERVING for met in export.campaigns)


@pytest.mark.parametrize("name", [name for name, known in READ.items() if known[1]])
def test_spend_is_what_an_independent_sum_says(name):
    data = (FOLDER / name).read_bytes()
    export = read_export(data)
    names = {met.key: met.name for met in export.campaigns}
    found: dict[tuple[str, str | None], int]
    if export.grain is DAY:
        found = {
            (names[day.campaign_key], day.day.isoformat()): day.spend_micros or 0
            for day in export.days
        }
    else:
        found = {(names[key], None): spend or 0 for key, spend in export.period_spend}
    assert found == sums(data)


@pytest.mark.parametrize(("name", "says"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_usable_export_is_refused_with_its_reason(name, says):
    with pytest.raises(ExportRefused, match=says):
        read_export((FOLDER / name).read_bytes())
