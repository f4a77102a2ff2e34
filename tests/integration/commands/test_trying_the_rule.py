"""`simulate` and `backtest`: tables for people, JSON for programs, refusals in words."""

import json

import pytest

from lib import cli


def run(*arguments: object) -> int:
    return cli.main([str(one) for one in arguments])


def test_a_simulation_reads_as_a_table(capsys):
    assert run("simulate", "--campaigns", 200, "--weekly", 70, "--seed", 4) == 0
    told = capsys.readouterr()
    assert told.err == ""
    lines = told.out.splitlines()
    assert sum(line.startswith("    70 ") for line in lines) == 4
    assert sum(line.startswith(("met", "MISSED")) for line in lines) == 3


def test_a_simulation_as_json_is_the_same_for_the_same_seed(capsys):
    found = []
    for seed in (4, 4, 5):
        assert run("simulate", "--campaigns", 200, "--weekly", 7, "--seed", seed, "--json") == 0
        found.append(capsys.readouterr().out)
    assert found[0] == found[1] != found[2]
    told = json.loads(found[0])
    assert [one["change"] for one in told["outcomes"]] == [
        "no change",
        "cost × 2",
        "cost × 1.5",
        "cost × 0.7",
    ]
    assert set(told["outcomes"][0]["rule"]) == {"improving", "declining", "steady", "too_early"}
    assert {one["is_met"] for one in told["requirements"]} <= {True, False}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--campaigns", "0"),
        ("--campaigns", "many"),
        ("--weekly", "-7"),
        ("--weekly", "nan"),
        ("--wobble", "9"),
        ("--seed", "-1"),
    ],
)
def test_a_number_that_cannot_be_is_refused(option, value, capsys):
    with pytest.raises(SystemExit) as refusal:
        run("simulate", f"{option}={value}")
    assert refusal.value.code == 2
    assert f"'{value}' is not a" in capsys.readouterr().err


@pytest.fixture
def demo_label(sqlite_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert run("demo", "load") == 0
    capsys.readouterr()


@pytest.mark.usefixtures("demo_label")
def test_a_backtest_reads_as_a_table_of_both_rules(capsys):
    assert run("backtest") == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(" this " in line for line in lines) == sum(" 7/28 " in line for line in lines) > 3
    assert any(line.startswith("All ") for line in lines)


@pytest.mark.usefixtures("demo_label")
def test_a_backtest_of_one_artist_as_json(capsys):
    assert run("backtest", "--artist", "dead letter ferry", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    total = told["total"]["rule"]
    assert total["days"] == sum(group["rule"]["days"] for group in told["groups"])
    assert total["days"] == sum(
        total[word] for word in ("improving", "declining", "steady", "too_early")
    )
    assert run("backtest", "--artist", "Nobody") == 1
    refused = capsys.readouterr()
    assert refused.out == ""
    assert "Nobody" in refused.err


def test_a_backtest_of_nothing_says_so(sqlite_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert run("backtest") == 0
    assert "No settled day" in capsys.readouterr().out
    assert run("backtest", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"]["rule"]["named_share"] is None
