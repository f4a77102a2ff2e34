"""Imports: what a file changes, what it must not change, and how it is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from lib.db.tables import campaign, daily_observation, history, import_run, metadata
from lib.domain.actions import PauseReason
from lib.domain.records import Actor, Campaign, Platform, Source
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.platforms import ColumnMapping, MappingNeeded
from lib.services import exports, queries
from lib.services.campaigns import archive_campaign, confirm_carried_out, pause_campaign
from lib.services.importing.imports import import_file, preview_import, read_file, remember_mapping
from lib.services.importing.shapes import (
    AmbiguousCampaign,
    CurrencyChanged,
    DayState,
    ImportOutcome,
    ImportRefused,
    PreviewOutdated,
    UnreadableRows,
)

ALICE = Actor(name="Alice", rights=FULL)
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

Row = tuple[str, str, str, int]
EDITABLE = (
    "Row Type,Action,Campaign status,Campaign,Budget,Budget type,Currency code,Status,"
    "Campaign type,Clicks,Impr.,Cost,Campaign ID"
)
JUNE: list[Row] = [
    ("Low Tide", f"2026-06-{day:02}", f"{10 + day}.25", 100 * day) for day in range(1, 11)
]


def daily(rows: list[Row], *, until: str = "10 June 2026", currency: str = "EUR") -> bytes:
    """A Google Ads report editor download: campaign, day, cost, clicks."""
    lines = ["Nightly", f"1 June 2026 - {until}", "Campaign,Day,Currency code,Cost,Clicks,Impr."]
    lines += [f"{name},{day},{currency},{cost},{n},{n}" for name, day, cost, n in rows]
    return "\n".join(lines).encode()


def report(
    name: str, *, switch: str, status: str, budget: str = "20.00", reasons: str = ""
) -> bytes:
    """A Google Ads campaign report: totals of June, with status and budget."""
    return (
        "Campaign report\n1 June 2026 - 30 June 2026\n"
        "Campaign status,Campaign,Budget,Budget type,Currency code,Status,Status reasons,"
        "Campaign type,Clicks,Impr.,Cost\n"
        f"{switch},{name},{budget},Daily,EUR,{status},{reasons},Video,5,900,155.25\n"
        "Total: Campaigns, --, --, --,EUR, --,, --,5,900,155.25\n"
    ).encode()


@pytest.fixture
def bring(engine: Engine) -> Callable[..., ImportOutcome]:
    def run(
        data: bytes,
        *,
        name: str = "june.csv",
        now: datetime = NOW,
        zone: str = "UTC",
        **more: Any,
    ) -> ImportOutcome:
        return import_file(
            engine,
            read_file(engine, data),
            file_name=name,
            artist_name="The Herons",
            actor=ALICE,
            now=now,
            source=Source.COMMAND,
            zone=zone,
            **more,
        )

    return run


def spend(engine: Engine) -> dict[tuple[str, str], Decimal]:
    return {
        (str(row["campaign"]), str(row["day"])): Decimal(row["spend"] or 0)
        for row in exports.daily(engine, "The Herons", rights=FULL)
    }


def only_campaign(engine: Engine) -> Campaign:
    (artist,) = queries.artists(engine, rights=FULL)
    board = queries.board(engine, artist.id, now=NOW, rights=FULL)
    assert board is not None
    (row,) = board.rows
    return row.campaign


def everything(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(table)).all()))
            for table in metadata.sorted_tables
        }


def test_a_preview_writes_nothing(engine: Engine) -> None:
    before = everything(engine)
    preview = preview_import(
        engine,
        read_file(engine, daily(JUNE)),
        file_name="f",
        artist_name="The Herons",
        now=NOW,
        zone="UTC",
        actor=ALICE,
    )
    assert preview.is_artist_new
    assert preview.days[DayState.NEW] == 10
    assert preview.spend_by_currency == {"EUR": 157_500_000}
    assert everything(engine) == before


def test_the_artist_is_found_again_however_the_name_is_spelled(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    preview = preview_import(
        engine,
        read_file(engine, daily(JUNE)),
        file_name="f",
        artist_name=" the  HERONS",
        now=NOW,
        zone="UTC",
        actor=ALICE,
    )
    assert not preview.is_artist_new
    assert preview.is_repeat
    assert "Alice" in preview.imported_before


def test_a_files_name_keeps_what_every_database_takes(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE), name="caf\udce9\x00.csv")  # As the system tells a name that is no UTF-8.
    with engine.connect() as db:
        assert db.execute(select(import_run.c.file_name)).scalar_one() == "caf.csv"


def test_an_import_without_an_artist_is_refused(engine: Engine) -> None:
    with pytest.raises(ImportRefused, match="which artist"):
        preview_import(
            engine,
            read_file(engine, daily(JUNE)),
            file_name="f",
            artist_name="  ",
            now=NOW,
            zone="UTC",
            actor=ALICE,
        )


def test_the_same_file_twice_is_one_import(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    first = bring(daily(JUNE))
    before = everything(engine)
    second = bring(daily(JUNE), name="another name.csv")
    assert second.is_repeat
    assert second.import_id == first.import_id
    assert everything(engine) == before


def test_a_restated_day_replaces_the_figure_and_keeps_the_observation(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    changed = [
        *JUNE[:-1],
        ("Low Tide", "2026-06-10", "99.00", 7),
        ("Low Tide", "2026-06-11", "5", 1),
    ]
    outcome = bring(daily(changed, until="11 June 2026"))
    assert outcome.preview.days[DayState.RESTATED] == 1
    assert outcome.preview.days[DayState.UNCHANGED] == 9
    assert spend(engine)["Low Tide", "2026-06-10"] == Decimal("99.00")
    with engine.connect() as db:
        seen = (
            db.execute(
                select(daily_observation.c.spend_micros)
                .where(daily_observation.c.day == date(2026, 6, 10))
                .order_by(daily_observation.c.import_id)
            )
            .scalars()
            .all()
        )
    assert seen == [20_250_000, 99_000_000]


def test_an_older_file_does_not_overwrite_newer_figures_unless_the_person_dates_it(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    newer = [*JUNE, ("Low Tide", "2026-06-11", "5.00", 1)]
    bring(daily(newer, until="11 June 2026"))
    older = daily([("Low Tide", "2026-06-09", "1.00", 1), *JUNE[9:]])
    outcome = bring(older)
    assert outcome.preview.days[DayState.KEPT_NEWER] == 1
    assert any("newer ones stay" in warning for warning in outcome.preview.warnings)
    assert spend(engine)["Low Tide", "2026-06-09"] == Decimal("19.25")

    fresh = daily([("Low Tide", "2026-06-09", "2.00", 1), *JUNE[9:]])
    bring(fresh, observed_on=date(2026, 6, 30))
    assert spend(engine)["Low Tide", "2026-06-09"] == Decimal("2.00")


def test_a_blank_cell_replaces_no_known_figure(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily([("Low Tide", "2026-06-09", "3.00", 40), *JUNE[9:]]))
    bring(daily([("Low Tide", "2026-06-09", " --", 41), *JUNE[9:]]))
    assert spend(engine)["Low Tide", "2026-06-09"] == Decimal("3.00")


def test_a_renamed_campaign_stays_one_campaign_whichever_file_comes_first(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    new_name = [("Low Tide (Berlin)", *row[1:]) for row in JUNE]
    new_name.append(("Low Tide (Berlin)", "2026-06-11", "8.00", 9))
    old, new = daily(JUNE), daily(new_name, until="11 June 2026")
    bring(old)
    outcome = bring(new)
    assert outcome.preview.renames == (("Low Tide", "Low Tide (Berlin)"),)
    assert only_campaign(engine).name == "Low Tide (Berlin)"
    assert sum(spend(engine).values()) == Decimal("165.50")

    # An older file still finds its campaign by the old name, and does not take the name back.
    bring(daily(JUNE[:5], until="5 June 2026"))
    assert only_campaign(engine).name == "Low Tide (Berlin)"


def test_the_older_name_coming_later_is_recognised_and_not_taken(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    new_name = [("Low Tide (Berlin)", *row[1:]) for row in JUNE]
    new_name.append(("Low Tide (Berlin)", "2026-06-11", "8.00", 9))
    bring(daily(new_name, until="11 June 2026"))
    assert bring(daily(JUNE)).preview.renames == (("Low Tide (Berlin)", "Low Tide"),)
    assert only_campaign(engine).name == "Low Tide (Berlin)"
    assert sum(spend(engine).values()) == Decimal("165.50")


def test_a_rename_that_the_person_denies_makes_two_campaigns(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    bring(daily([("Other", *row[1:]) for row in JUNE]), accept_renames=False)
    assert {name for name, _ in spend(engine)} == {"Low Tide", "Other"}


def test_a_new_campaign_beside_the_old_one_is_no_rename(
    bring: Callable[..., ImportOutcome],
) -> None:
    bring(daily(JUNE))
    both = [*JUNE, *[("High Tide", *row[1:]) for row in JUNE]]
    assert bring(daily(both)).preview.renames == ()


def test_totals_of_a_period_tell_what_a_campaign_is_and_make_no_day(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    before = spend(engine)
    bring(report("Low Tide", switch="Enabled", status="Eligible", budget="35.50"))
    found = only_campaign(engine)
    assert spend(engine) == before
    assert found.budget_micros == 35_500_000
    assert found.campaign_type == "YouTube Campaign"
    assert found.headline_kind == "views"
    assert "Eligible" in (found.serving_status or "") + (found.platform_status or "")


def test_the_next_import_confirms_a_pause(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(report("Low Tide", switch="Enabled", status="Eligible"), now=_on(20))
    _pause(engine, on=25)
    assert only_campaign(engine).pending_action == "pause"
    bring(report("Low Tide", switch="Paused", status="Paused"))
    found = only_campaign(engine)
    assert (found.status, found.pending_action) == (Status.PAUSED, None)


def test_an_import_never_resumes_what_a_person_paused(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(report("Low Tide", switch="Paused", status="Paused"), now=_on(1))
    bring(report("Low Tide", switch="Enabled", status="Eligible"), now=_on(20))
    assert only_campaign(engine).status is Status.ACTIVE, "the platform's own pause is reported"
    version = _pause(engine, on=25)
    confirm_carried_out(
        engine, 1, actor=ALICE, seen_version=version, request_id="done", now=_on(25)
    )
    bring(report("Low Tide", switch="Enabled", status="Eligible", budget="21.00"))
    found = only_campaign(engine)
    assert (found.status, found.pending_action) == (Status.PAUSED, "pause")


def test_an_import_does_not_take_a_campaign_out_of_the_archive(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(report("Low Tide", switch="Paused", status="Paused"), now=_on(20))
    archive_campaign(engine, 1, actor=ALICE, seen_version=1, request_id="a", now=_on(21))
    bring(report("Low Tide", switch="Enabled", status="Eligible"))
    assert only_campaign(engine).status is Status.ARCHIVED


def test_a_report_from_before_the_pause_says_nothing_about_it(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(report("Low Tide", switch="Enabled", status="Eligible"), now=_on(20))
    _pause(engine, on=28)
    earlier = report("Low Tide", switch="Paused", status="Paused").replace(b"30 June", b"27 June")
    bring(earlier)
    assert only_campaign(engine).pending_action == "pause"


def test_a_campaign_known_in_another_currency_is_refused(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    before = everything(engine)
    with pytest.raises(CurrencyChanged, match="known in EUR, the file has it in USD"):
        bring(daily(JUNE, currency="USD"))
    assert everything(engine) == before


def test_a_name_that_belongs_to_two_campaigns_is_refused(
    bring: Callable[..., ImportOutcome],
) -> None:
    rows = [
        f"Campaign,Edit,Enabled,Twin,5.00,Daily,EUR,Eligible,Search,1,2,3.00,{n}" for n in (11, 12)
    ]
    bring("\n".join([EDITABLE, *rows]).encode())
    with pytest.raises(AmbiguousCampaign, match="Campaign ID"):
        bring(daily([("Twin", *row[1:]) for row in JUNE]))


def test_a_campaign_known_by_name_learns_its_id(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    row = "Campaign,Edit,Enabled,Low Tide,5.00,Daily,EUR,Eligible,Video,1,2,3.00,"
    bring(f"{EDITABLE}\n{row}120224907266750075".encode())
    assert only_campaign(engine).external_id == "120224907266750075"


def test_unreadable_rows_stop_the_import_unless_the_good_ones_are_chosen(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    before = everything(engine)
    data = daily([*JUNE, ("Low Tide", "2026-06-10", "a lot", 1)])
    with pytest.raises(UnreadableRows, match=r"line 14.*a lot"):
        bring(data)
    assert everything(engine) == before
    bring(data, accept_good_rows=True)
    assert len(spend(engine)) == 10


def test_an_import_that_would_now_do_something_else_is_refused(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    preview = preview_import(
        engine,
        read_file(engine, daily(JUNE)),
        file_name="f",
        artist_name="The Herons",
        now=NOW,
        zone="UTC",
        actor=ALICE,
    )
    bring(daily(JUNE[:4], until="4 June 2026"))
    before = everything(engine)
    with pytest.raises(PreviewOutdated):
        bring(daily(JUNE), seen=preview)
    assert everything(engine) == before


def test_days_that_a_file_covers_without_a_row_are_idle_and_uncovered_days_are_missing(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    quiet = [row for row in JUNE if row[1] not in ("2026-06-05", "2026-06-06")]
    bring(daily(quiet))
    (artist,) = queries.artists(engine, rights=FULL)
    board = queries.board(engine, artist.id, now=datetime(2026, 6, 12, 12, tzinfo=UTC), rights=FULL)
    assert board is not None
    (row,) = board.rows
    assert row.as_of == date(2026, 6, 10)
    assert row.spend_by_day[-6:-4] == (0.0, 0.0)
    assert row.spend_by_day[0] is None, "before the first row nothing is known"
    assert row.week is not None
    assert row.week.days == 7


def test_a_day_whose_row_could_not_be_read_is_missing_and_not_idle(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    broken = [(*row[:2], "a lot", row[3]) if row[1] == "2026-06-08" else row for row in JUNE]
    bring(daily(broken), accept_good_rows=True)
    (artist,) = queries.artists(engine, rights=FULL)
    board = queries.board(engine, artist.id, now=datetime(2026, 6, 12, 12, tzinfo=UTC), rights=FULL)
    assert board is not None
    assert board.rows[0].spend_by_day[-4:] == (17.25, None, 19.25, 20.25)


def test_a_mapping_is_remembered_for_the_next_file_with_the_same_header(engine: Engine) -> None:
    data = b"Kampagne,Datum,Ausgaben,Klicks gesamt\nLow Tide,2026-06-01,4.50,3\n"
    with pytest.raises(MappingNeeded) as needed:
        read_file(engine, data)
    mapping = ColumnMapping(
        platform=Platform.SPOTIFY,
        currency="EUR",
        columns={"campaign": "Kampagne", "day": "Datum", "spend": "Ausgaben"},
        result_kinds={"clicks": "Klicks gesamt"},
    )
    remember_mapping(engine, needed.value.fingerprint, mapping, actor=ALICE, now=NOW)
    remember_mapping(engine, needed.value.fingerprint, mapping, actor=ALICE, now=NOW)
    assert read_file(engine, data).platform is Platform.SPOTIFY


def test_formulas_in_names_are_made_harmless_in_csv_and_literal_in_json(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily([("=HYPERLINK(1)", "2026-06-10", "1.00", 1)]))
    rows = list(exports.daily(engine, "The Herons", rights=FULL))
    assert "'=HYPERLINK(1)" in "".join(exports.as_csv(rows, exports.DAILY_FIELDS))
    assert '"=HYPERLINK(1)"' in "".join(exports.as_json(rows))


def test_every_status_of_an_import_is_explained_by_the_history(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    bring(report("Low Tide", switch="Paused", status="Paused"))
    with engine.connect() as db:
        unexplained = db.execute(
            text(
                "SELECT count(*) FROM campaign LEFT JOIN history"
                " ON history.campaign_id = campaign.id AND history.version = campaign.version"
                " AND history.to_status = campaign.status"
                " WHERE history.id IS NULL"
            )
        ).scalar()
        versions = db.execute(select(campaign.c.version)).scalars().all()
    assert unexplained == 0
    assert max(versions) == 2


def _on(day: int) -> datetime:
    return datetime(2026, 6, day, 12, tzinfo=UTC)


def _pause(engine: Engine, *, on: int) -> int:
    return pause_campaign(
        engine,
        1,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=only_campaign(engine).version,
        request_id=f"pause-{on}",
        now=_on(on),
    ).version


def meta(rows: list[tuple[str, str, str]], *, delivery: str, ends: str = "Ongoing") -> bytes:
    """A Meta Ads Manager table, one row a day: campaign, day, amount spent."""
    header = (
        '"Reporting starts","Reporting ends","Campaign name","Campaign delivery",'
        'Results,"Result indicator",Impressions,"Amount spent (EUR)",Ends'
    )
    lines = [
        header,
        *(
            f"{day},{day},{name},{delivery},3,actions:lead,100,{cost},{ends}"
            for name, day, cost in rows
        ),
    ]
    return "\n".join(lines).encode()


META = [("Low Tide", f"2026-06-{day:02}", f"{10 + day}.00") for day in range(1, 11)]


@pytest.mark.parametrize("restated", [1, 2])
@pytest.mark.parametrize("known_days", [3, 4, 8])
def test_a_rename_is_recognised_though_the_newest_days_were_restated(
    engine: Engine, bring: Callable[..., ImportOutcome], known_days: int, restated: int
) -> None:
    old = JUNE[:known_days]
    bring(daily(old))
    newer = [("Low Tide II", day, cost, n) for _, day, cost, n in old]
    for position in range(1, restated + 1):
        name, day, cost, n = newer[-position]
        newer[-position] = (name, day, str(Decimal(cost) + 1), n + 1)
    outcome = bring(daily([*newer, ("Low Tide II", "2026-06-10", "1.00", 1)]))
    assert outcome.preview.renames == (("Low Tide", "Low Tide II"),)
    assert len({name for name, _ in spend(engine)}) == 1


def test_a_rename_is_recognised_though_the_new_file_has_ids(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    lines = daily([("New", *row[1:]) for row in JUNE]).decode().splitlines()
    with_ids = [*lines[:2], lines[2] + ",Campaign ID", *(f"{line},77001" for line in lines[3:])]
    outcome = bring("\n".join(with_ids).encode())
    assert outcome.preview.renames == (("Low Tide", "New"),)
    assert only_campaign(engine).external_id == "77001"


def test_two_renames_with_the_same_figures_are_refused_and_not_guessed(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    twins = [(name, *row[1:]) for name in ("One", "Two") for row in JUNE]
    bring(daily(twins))
    renamed = daily([(f"{name} (new)", *row) for name, *row in twins])  # type: ignore[misc]
    before = everything(engine)
    with pytest.raises(AmbiguousCampaign, match="without renames"):
        bring(renamed)
    assert everything(engine) == before
    bring(renamed, accept_renames=False)


def test_a_name_that_is_used_again_belongs_to_a_new_campaign(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily(JUNE))
    bring(daily([("New", *row[1:]) for row in JUNE]))
    both = [("New", *row[1:]) for row in JUNE] + [("Low Tide", "2026-06-10", "4.00", 4)]
    outcome = bring(daily(both))
    assert outcome.preview.new_campaigns == 1
    assert {name for name, _ in spend(engine)} == {"New", "Low Tide"}


def test_one_campaign_known_by_name_is_not_given_to_two_of_a_file(
    bring: Callable[..., ImportOutcome],
) -> None:
    bring(daily([("Twin", *row[1:]) for row in JUNE]))
    rows = [
        f"Campaign,Edit,Enabled,Twin,5.00,Daily,EUR,Eligible,Search,1,2,3.00,{n}" for n in (11, 12)
    ]
    with pytest.raises(AmbiguousCampaign, match="by its name only"):
        bring("\n".join([EDITABLE, *rows]).encode())


@pytest.mark.parametrize("delivery", ["not_delivering", "in_review", "scheduled", "active"])
def test_a_pause_is_not_confirmed_by_a_campaign_that_is_still_switched_on(
    engine: Engine, bring: Callable[..., ImportOutcome], delivery: str
) -> None:
    bring(meta(META, delivery="active"), now=_on(20))
    _pause(engine, on=10)
    later = [("Low Tide", "2026-06-30", "5.00")]
    bring(meta(later, delivery=delivery))
    found = only_campaign(engine)
    assert (found.status, found.pending_action) == (Status.PAUSED, "pause")


def test_an_end_that_the_platform_took_back_is_gone(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(meta(META, delivery="active", ends="2026-06-12"))
    assert only_campaign(engine).ends_on == date(2026, 6, 12)
    bring(meta([("Low Tide", "2026-06-20", "5.00")], delivery="active"))
    assert only_campaign(engine).ends_on is None


def planned(rows: list[tuple[str, str, str]], *, budget: str = "", ends: str = "Ongoing") -> bytes:
    """A Meta report by day without a status: campaign, day, spend, daily budget and end."""
    lines = [
        "Campaign name,Day,Amount spent (EUR),Impressions"
        + (",Campaign budget,Campaign budget type,Ends" if budget else "")
    ]
    plan = f",{budget},Daily,{ends}" if budget else ""
    lines += [f"{name},{day},{cost},100{plan}" for name, day, cost in rows]
    return "\n".join(lines).encode()


def test_an_older_file_without_a_status_takes_back_neither_budget_nor_end(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(planned(META, budget="40.00"))
    bring(planned(META[:5], budget="20.00", ends="2026-06-12"))
    found = only_campaign(engine)
    assert (found.budget_micros, found.ends_on) == (40_000_000, None)
    assert "campaign:budget" not in events(engine)


def test_an_older_file_fills_in_what_no_newer_one_has_said(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(planned(META))
    bring(planned(META[:5], budget="20.00"))
    assert only_campaign(engine).budget_micros == 20_000_000


def test_a_budget_that_becomes_known_is_no_change_of_it(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(planned(META[:5]))
    bring(planned(META[:8], budget="20.00"))
    assert only_campaign(engine).budget_micros == 20_000_000
    assert "campaign:budget" not in events(engine)
    bring(planned(META, budget="30.00"))
    assert "campaign:budget" in events(engine)


def events(engine: Engine) -> list[str]:
    with engine.connect() as db:
        return list(db.execute(select(history.c.event)).scalars())


def test_figures_of_days_that_lie_ahead_are_refused(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    before = everything(engine)
    with pytest.raises(ImportRefused, match="lies ahead"):
        bring(meta([("Low Tide", "2062-06-20", "5.00")], delivery="active"))
    with pytest.raises(ImportRefused, match="lies ahead"):
        bring(daily(JUNE), observed_on=date(9999, 12, 31))
    with pytest.raises(ImportRefused, match="cannot have been downloaded"):
        bring(daily(JUNE), observed_on=date(2001, 1, 1))
    assert everything(engine) == before


def test_the_same_file_dated_anew_is_a_newer_observation(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily([*JUNE, ("Low Tide", "2026-06-11", "5.00", 1)], until="11 June 2026"))
    changed = daily([*JUNE[:-1], ("Low Tide", "2026-06-10", "2.00", 1)])
    bring(changed)
    assert spend(engine)["Low Tide", "2026-06-10"] == Decimal("20.25")
    assert not bring(changed, observed_on=date(2026, 6, 30)).is_repeat
    assert spend(engine)["Low Tide", "2026-06-10"] == Decimal("2.00")
    assert bring(changed, observed_on=date(2026, 6, 30)).is_repeat


@pytest.mark.parametrize("is_newer_first", [True, False])
def test_what_the_newer_file_leaves_blank_the_older_fills_in_either_order(
    engine: Engine, bring: Callable[..., ImportOutcome], is_newer_first: bool
) -> None:
    older = daily([("Low Tide", "2026-06-09", "3.00", 40)], until="9 June 2026")
    newer = daily([("Low Tide", "2026-06-09", " --", 41), *JUNE[9:]])
    for data in [newer, older] if is_newer_first else [older, newer]:
        bring(data)
    (row, *_) = list(exports.daily(engine, "The Herons", rights=FULL))
    assert (row["spend"], row["clicks"]) == (Decimal("3.00"), 41)


def test_a_total_counts_as_made_on_the_last_day_of_the_accounts_own_calendar(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    evening = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)
    bring(
        report("Low Tide", switch="Enabled", status="Eligible"),
        now=evening,
        zone="Pacific/Auckland",
    )
    with engine.connect() as db:
        assert db.execute(select(import_run.c.observed_on)).scalar_one() == date(2026, 6, 30)


def test_a_zone_that_does_not_exist_is_refused_before_anything_is_written(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    before = everything(engine)
    with pytest.raises(ImportRefused, match="no time zone"):
        bring(daily(JUNE), zone="Foo/Bar")
    assert everything(engine) == before


def test_two_imports_at_once_never_double_a_campaign(
    engine: Engine, bring: Callable[..., ImportOutcome]
) -> None:
    bring(daily([("Other", "2026-06-01", "1.00", 1)], until="1 June 2026"))
    names = [f"Campaign {one}" for one in range(30)]
    files = [
        daily([(name, f"2026-06-{day:02}", "1.00", 1) for name in names for day in range(1, last)])
        for last in (5, 6, 7)
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(bring, files))
    with engine.connect() as db:
        called = db.execute(select(campaign.c.name)).scalars().all()
    assert sorted(called) == sorted([*names, "Other"])
