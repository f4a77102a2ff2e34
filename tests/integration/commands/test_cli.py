"""The command line: exit codes, what goes where, and refusals without a traceback."""

import importlib
import io
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from lib import cli, commands
from lib.db.engine import reading
from lib.domain.actions import Action
from lib.services.scheduling.runs import show_alive
from lib.services.scheduling.schedules import schedule_change
from lib.settings import ROOT
from tests.cast import ALICE, add_artist, add_campaign, database_url, dump

DAILY = """Nightly
1 June 2026 - 3 June 2026
Campaign,Day,Currency code,Cost,Clicks
Low Tide,2026-06-01,EUR,1.50,3
Low Tide,2026-06-02,EUR,2.50,4
=cmd|' /C calc'!A0,2026-06-03,EUR,0.10,1
"""

Run = Callable[..., int]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return lambda *arguments: cli.main([str(one) for one in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "june.csv"
    path.write_text(DAILY)
    return path


def test_what_goes_in_comes_out_again(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", file, "--artist", "The Herons", "--yes") == 0
    assert capsys.readouterr().out == ""
    assert run("export", "daily", "--artist", "the herons") == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines()[0] == (
        "artist,campaign,campaign_id,platform,day,currency,spend,impressions,clicks,"
        "result_kind,results"
    )
    assert "The Herons,Low Tide,,google,2026-06-02,EUR,2.50,,4,views," in told.out.splitlines()
    assert "'=cmd|" in told.out


def test_json_is_all_that_stands_on_standard_output(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", file, "--artist", "The Herons", "--yes", "--json") == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["imported"] is True
    assert result["days"] == {"new": 3, "restated": 0, "unchanged": 0, "kept_newer": 0}
    assert result["spend"] == {"EUR": "4.10"}
    assert run("export", "daily", "--artist", "The Herons", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["campaign"] for row in rows} == {"Low Tide", "=cmd|' /C calc'!A0"}


def test_without_a_yes_and_without_a_person_nothing_is_imported(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", file, "--artist", "The Herons") == 1
    assert "--yes" in capsys.readouterr().err
    assert run("export", "daily", "--artist", "The Herons") == 1


def test_a_preview_shows_and_writes_nothing(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", file, "--artist", "The Herons", "--preview") == 0
    assert "2 new" in capsys.readouterr().err
    assert run("export", "daily", "--artist", "The Herons") == 1


def test_an_unknown_artist_is_refused_before_a_header_is_written(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for what in ("daily", "campaigns"):
        for form in ("csv", "json"):
            assert run("export", what, "--artist", "Nobody", "--format", form) == 1
            told = capsys.readouterr()
            assert told.out == ""
            assert "Nobody" in told.err


def test_files_that_cannot_be_read_are_refused_one_by_one(
    run: Run, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "none.csv", tmp_path, file]
    assert run("import", *files, "--artist", "The Herons", "--yes", "--json") == 1
    results = json.loads(capsys.readouterr().out)
    assert [result["ok"] for result in results] == [False, False, True]
    assert all(result["reason"] for result in results[:2])


def test_a_mapping_is_given_once_and_remembered(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "spotify.csv"
    table.write_text("When,Campaign title,Paid,Taps\n2026-06-01,Low Tide,4.50,9\n")
    assert run("import", table, "--artist", "The Herons", "--yes") == 1
    assert "--mapping" in capsys.readouterr().err
    mapping = tmp_path / "mapping.json"
    mapping.write_text(
        json.dumps(
            {
                "platform": "spotify",
                "currency": "EUR",
                "columns": {
                    "campaign": "Campaign title",
                    "day": "When",
                    "spend": "Paid",
                    "clicks": "Taps",
                },
            }
        )
    )
    assert run("import", table, "--artist", "The Herons", "--yes", "--mapping", mapping) == 0
    table.write_text("When,Campaign title,Paid,Taps\n2026-06-02,Low Tide,5.50,7\n")
    assert run("import", table, "--artist", "The Herons", "--yes") == 0
    capsys.readouterr()
    assert run("export", "daily", "--artist", "The Herons", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["day"], row["spend"], row["results"]) for row in rows] == [
        ("2026-06-01", 4.5, 9),
        ("2026-06-02", 5.5, 7),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:sekret@localhost:notaport/db",
        "postgresql://u:ab@cd:sekret@host/db",
        "postgresql://u:sekret@127.0.0.1:1/db",
        "sqlite:////dev/null/x.sqlite",
        "sqlite:////proc/nope/x.sqlite",
        "sqlite:///x.sqlite?timeout=sekret",
        "mysql://u:sekret@host/db",
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib.cli", "export", "daily", "--artist", "X"],
        cwd=ROOT,
        env={"DATABASE_URL": url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("campaign desk: ")
    assert "Traceback" not in done.stderr
    assert "sekret" not in done.stderr + done.stdout


def test_output_is_utf8_whatever_the_terminal_says(file: Path, tmp_path: Path) -> None:
    file.write_text(DAILY.replace("Low Tide", "Ebbe 🌊"), encoding="utf-8")
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite'}",
        "PYTHONIOENCODING": "cp1252",
        "PATH": "/usr/bin:/bin",
    }
    for arguments in (
        ["import", str(file), "--artist", "Käthe 🎤", "--yes", "--json"],
        ["export", "daily", "--artist", "Käthe 🎤"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "lib.cli", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "Ebbe 🌊" in done.stdout.decode()


def test_doctor_is_content_with_this_machine(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor") == 0
    assert "LACK" not in capsys.readouterr().out


def test_doctor_misses_a_worker_where_something_is_scheduled(
    run: Run, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    one = add_campaign(engine, add_artist(engine, now=now), now=now)
    schedule_change(
        engine,
        one,
        Action.RESUME,
        run_at=now + timedelta(days=1),
        actor=ALICE,
        seen_version=1,
        request_id="r",
        now=now,
    )
    assert run("doctor") == 1
    assert "LACK  Worker: nobody runs scheduled changes" in capsys.readouterr().out
    show_alive(engine, "w", now=now)
    assert run("doctor") == 0


def test_the_demo_is_not_started_over_without_a_yes(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("demo", "load") == 0
    assert run("demo", "load") == 1
    assert run("demo", "start-over") == 1
    assert "369 campaigns" in capsys.readouterr().err
    assert run("demo", "start-over", "--yes") == 0


def observed(age: int) -> str:
    """What Google says of 1 June at an age: spend and clicks of 20 campaigns."""
    lines = ["Nightly", "1 June 2026 - 1 June 2026", "Campaign,Day,Currency code,Cost,Clicks"]
    lines += [
        f"Song {n:02},2026-06-01,EUR,{9 if age == 1 else 10}.00,{50 + age}" for n in range(20)
    ]
    return "\n".join(lines)


def bring_observed(run: Run, folder: Path, *ages: int) -> None:
    for age in ages:
        path = folder / f"{age}.csv"
        path.write_text(observed(age))
        made = date(2026, 6, 1) + timedelta(days=age)
        assert run("import", path, "--artist", "Ida", "--yes", "--downloaded-on", made) == 0


@pytest.fixture
def in_july(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_now", lambda: datetime(2026, 7, 1, 12, tzinfo=UTC))


@pytest.mark.usefixtures("in_july")
@pytest.mark.parametrize(
    "filled_copy", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_maintenance_may_take_longer_than_a_page(
    demo_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url(demo_engine))
    demo_engine.dispose()
    monkeypatch.setattr("lib.db.engine.STATEMENT_TIMEOUT", "1ms")
    file = str(tmp_path / "desk.zip")
    for command in (["backup", file], ["restore", file, "--overwrite"], ["migrate"], ["rebuild"]):
        assert cli.main(command) == 0, command


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_a_worker_waits_no_longer_than_a_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def work(engine: Engine, **_: object) -> int:
        with reading(engine) as db:
            shown.append(db.execute(text("SHOW statement_timeout")).scalar_one())
        return 0

    monkeypatch.setattr("lib.commands.worker.run_round", work)
    assert run("worker", "--once") == 0
    assert shown == ["30s"]


def test_lag_prints_how_late_figures_come_and_changes_nothing(
    run: Run, tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_observed(run, tmp_path, 1, 2, 28)
    before = dump(engine)
    capsys.readouterr()
    assert run("lag") == 0
    told = capsys.readouterr().out
    assert "Google (YouTube), spend: complete after 2 days (measured; 1 by default)" in told
    assert "1 d    90.0%    20 days" in told
    assert run("lag", "--json") == 0
    clicks, spend = json.loads(capsys.readouterr().out)
    assert (clicks["kind"], clicks["settle_age"], clicks["is_measured"]) == ("clicks", 28, True)
    assert spend == {
        "platform": "google",
        "kind": "spend",
        "settle_age": 2,
        "is_measured": True,
        "default": 1,
        "is_preliminary": False,
        "reference_age": 28,
        "days": 20,
        "days_too_small": 0,
        "points": [
            {"age": 1, "completeness": 0.9, "days": 20, "is_enough": True},
            {"age": 2, "completeness": 1.0, "days": 20, "is_enough": True},
            {"age": 28, "completeness": 1.0, "days": 20, "is_enough": True},
        ],
    }
    assert dump(engine) == before


@pytest.mark.usefixtures("in_july")
def test_lag_says_what_is_preliminary_and_what_is_missing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("lag") == 0
    assert "defaults hold" in capsys.readouterr().out
    bring_observed(run, tmp_path, 1, 9)
    capsys.readouterr()
    assert run("lag") == 0
    told = capsys.readouterr().out
    assert "spend: complete after 1 day (by default)" in told
    assert "preliminary" in told
    assert "measured" not in told


def test_the_history_is_proven_and_a_broken_one_is_named(
    run: Run, file: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", file, "--artist", "The Herons", "--yes") == 0
    capsys.readouterr()
    assert run("verify-history") == 0
    told = capsys.readouterr()
    assert re.fullmatch(r"4 entries, all whole\. The chain ends in [0-9a-f]{64}\n", told.out)
    disarm = {
        "sqlite": "DROP TRIGGER history_keeps_its_entries",
        "postgresql": "ALTER TABLE history DISABLE TRIGGER history_keeps_its_entries",
    }
    with engine.begin() as db:
        db.execute(text(disarm[engine.dialect.name]))
        db.execute(text("UPDATE history SET actor = 'Charlie' WHERE id = 3"))
    assert run("verify-history") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("BROKEN: entry 3 was changed after it was written.")


def test_a_payment_is_recorded_by_command_once_and_answered_in_json(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str], engine: Engine
) -> None:
    assert run("import", file, "--artist", "Ida", "--yes") == 0
    capsys.readouterr()
    arguments = ("billing", "failed", "--artist", "ida", "--id", "n1", "--at", "2026-06-04T09:00Z")
    assert run(*arguments, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["artists"][0]["billing"] == "failing"
    once = dump(engine)
    assert run(*arguments, "--json") == 0
    assert json.loads(capsys.readouterr().out) == told
    assert dump(engine) == once
    assert run("billing", "recovered", "--organization", "My label") == 0
    assert "Ida: billing is in order" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--artist", "Nobody"), "no artist called “Nobody”"),
        (("--organization", "Nobody"), "no organization called “Nobody”"),
        (("--artist", "Ida", "--id", "two words"), "--id"),
        (("--artist", "Ida", "--at", "2026-06-04T09:00"), "--at"),
        (("--artist", "Ida", "--at", "2100-06-04T09:00Z"), "has not come yet"),
    ],
)
def test_a_notice_that_cannot_be_is_refused_with_its_reason(
    run: Run, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("billing", "failed", *arguments) == 1
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_connection_is_set_and_listed_by_command(
    run: Run, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", file, "--artist", "Ida", "--yes") == 0
    which = ("--artist", "Ida", "--platform", "google")
    assert run("connection", "set", "broken", *which, "--note", "token expired") == 0
    capsys.readouterr()
    assert run("connection", "list", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["artist"], row["platform"], row["state"]) == ("Ida", "google", "broken")
    assert row["note"] == "token expired"
    assert run("connection", "set", "broken", *which) == 0
    assert "already" in capsys.readouterr().err
    assert run("connection", "set", "live", *which) == 0
    assert run("connection", "list", "--artist", "Ida") == 0
    assert capsys.readouterr().out.startswith("Ida\tgoogle\tlive, since")
    assert run("connection", "set", "live", "--artist", "Ida", "--platform", "meta") == 1
    assert "no connection to Meta" in capsys.readouterr().err
    assert run("connection", "list", "--artist", "Nobody") == 1


def test_every_module_that_adds_a_command_is_among_the_commands():
    names = [one.name for one in pkgutil.iter_modules(commands.__path__)]
    found = [importlib.import_module(f"lib.commands.{name}") for name in names]
    adding = [one for one in found if hasattr(one, "add")]
    assert len(adding) > 10
    assert [one.__name__ for one in adding if one not in cli.COMMANDS] == []
