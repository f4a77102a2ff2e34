"""`simulate`: how often the trend's rule is right on invented campaigns of known truth."""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from lib.commands.call import Call, Commands
from lib.domain.simulation import (
    ASKED,
    CHANGED,
    DAYS,
    WEEKLY,
    WITHIN,
    WOBBLE,
    Outcome,
    Requirement,
    Shares,
    requirements,
    simulate,
)

CAMPAIGNS = 20_000
_MOST_CAMPAIGNS, _MOST_WEEKLY, _MOST_WOBBLE = 1_000_000, 1_000_000, 2
_DECIMALS = 4


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser(
        "simulate", help="try the trend's rule on invented campaigns of which the truth is known"
    )
    parser.add_argument("--seed", type=_seed, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--campaigns",
        type=_campaigns,
        default=CAMPAIGNS,
        metavar="N",
        help=f"campaigns of each rate and change, default: {CAMPAIGNS}",
    )
    parser.add_argument(
        "--weekly",
        type=_weekly,
        action="append",
        metavar="R",
        help=f"results a week; may be given several times, default: {', '.join(map(str, WEEKLY))}",
    )
    parser.add_argument(
        "--wobble",
        type=_wobble,
        default=WOBBLE,
        metavar="S",
        help=f"how far days of one campaign lie apart, default: {WOBBLE}",
    )
    parser.add_argument("--json", action="store_true", help="write the result to stdout as JSON")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Print what became of the invented campaigns."""
    options = call.options
    outcomes = simulate(
        seed=options.seed,
        campaigns=options.campaigns,
        weekly=options.weekly or WEEKLY,
        wobble=options.wobble,
    )
    asked = requirements(outcomes)
    print(_json(options, outcomes, asked) if options.json else _table(options, outcomes, asked))
    return 0


def _table(
    options: argparse.Namespace, outcomes: Sequence[Outcome], asked: Sequence[Requirement]
) -> str:
    lines = [
        f"{options.campaigns} campaigns of {DAYS} days a line, seed {options.seed}; in %.",
        f"Shown is the word on the as-of day {ASKED - CHANGED} days after the change.",
        "  sooner: rightly named a day sooner",
        f"  called: rightly named on some day of the {WITHIN} since the change",
        f"  misled: falsely named on some day of {WITHIN}; after a change, once C is new",
        "",
        f"{'':18}{'this rule':^51}   {'7 days against 28':^37}",
        f"{'a week':>6} {'truth':<11}{_WORDS}{_RIGHT}{_FALSE}   {_WORDS}{_FALSE}",
    ]
    lines += [_line(one) for one in outcomes]
    lines += ["", *(_verdict(one) for one in asked)]
    return "\n".join(lines)


_WORDS = f"{'improv.':>8}{'declin.':>8}{'steady':>7}{'early':>6}"
_RIGHT, _FALSE = f"{'sooner':>7}{'called':>8}", f"{'misled':>7}"


def _line(one: Outcome) -> str:
    sooner, called = "", ""
    if one.called is not None:
        sooner, called = f"{100 * one.sooner.of(one.change.truth):.1f}", f"{100 * one.called:.1f}"
    return (
        f"{one.weekly:>6g} {one.change:<11}{_cells(one.rule)}{sooner:>7}{called:>8}"
        f"{100 * one.misled:>7.1f}   {_cells(one.naive)}{100 * one.misled_naive:>7.1f}"
    )


def _cells(of: Shares) -> str:
    return (
        f"{100 * of.improving:>8.1f}{100 * of.declining:>8.1f}"
        f"{100 * of.steady:>7.1f}{100 * of.too_early:>6.1f}"
    )


def _verdict(one: Requirement) -> str:
    word = "met   " if one.is_met else "MISSED"
    return f"{word} {one.words} {100 * one.limit:g} %: {100 * one.found:.1f} %"


def _json(
    options: argparse.Namespace, outcomes: Sequence[Outcome], asked: Sequence[Requirement]
) -> str:
    told = {
        "seed": options.seed,
        "campaigns": options.campaigns,
        "wobble": options.wobble,
        "days": DAYS,
        "changed_on_day": CHANGED,
        "asked_on_day": ASKED,
        "within_days": WITHIN,
        "outcomes": [asdict(one) for one in outcomes],
        "requirements": [asdict(one) for one in asked],
    }
    return json.dumps(_rounded(told), ensure_ascii=False, indent=2)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


def _seed(word: str) -> int:
    return int(_between(word, int, 0, 2**63 - 1))


def _campaigns(word: str) -> int:
    return int(_between(word, int, 1, _MOST_CAMPAIGNS))


def _weekly(word: str) -> float:
    return _between(word, float, 0.001, _MOST_WEEKLY)


def _wobble(word: str) -> float:
    return _between(word, float, 0, _MOST_WOBBLE)


def _between(word: str, kind: Callable[[str], float], least: float, most: float) -> float:
    try:
        value = kind(word)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        what = "a whole number" if kind is int else "a number"
        raise argparse.ArgumentTypeError(f"{word!r} is not {what} from {least:g} to {most:g}")
    return value
