"""`backtest`: the trend's rule over every past day of what the database holds."""

import json
import sys
from dataclasses import asdict
from typing import Any

from lib.commands.call import Call, Commands
from lib.db.migrations import upgrade
from lib.domain.backtest import FLIP_BACK_DAYS, Tally
from lib.domain.rights import FULL
from lib.services import backtest
from lib.services.backtest import Backtest

_DECIMALS = 4


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser(
        "backtest", help="run the trend's rule over every past day of the figures"
    )
    parser.add_argument("--artist", metavar="NAME", help="one artist's campaigns only")
    parser.add_argument("--json", action="store_true", help="write the result to stdout as JSON")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Print what the rule said on every past day, and how often it took that back."""
    engine, artist = call.engine, call.options.artist
    upgrade(engine)
    artist_id = None
    if artist is not None:
        artist_id = backtest.artist_named(engine, artist, rights=FULL)
    found = backtest.run(engine, rights=FULL, now=call.now, artist_id=artist_id, progress=_progress)
    print(_json(artist, found) if call.options.json else _table(artist, found))
    return 0


def _table(artist: str | None, found: Backtest) -> str:
    whose = f"{artist}'s campaigns" if artist else "all campaigns"
    if not found.groups:
        return f"No settled day among {whose}: nothing to run the rule over."
    lines = [
        f"Every as-of day from {found.first} to {found.last}, {whose}; shares in % of the days.",
        "  flips: a word that gave way to another, days too early to tell passed over",
        f"  back: of these, the earlier word was shown again within {FLIP_BACK_DAYS} days",
        f"  turned: a direction whose opposite was shown within {FLIP_BACK_DAYS} days of its end",
        "",
        f"{'':{_NAME}}{_HEAD}",
    ]
    for group in found.groups:
        name = f"{group.platform.label}, {group.kind}"
        lines += _lines(name, group.rule, group.naive)
    lines += _lines("All", found.rule, found.naive)
    return "\n".join(lines)


_NAME = 32
_HEAD = (
    f"{'rule':<6}{'campaigns':>9}{'days':>9}{'improv.':>9}{'declin.':>9}{'steady':>8}{'early':>7}"
    f"{'flips':>7}{'back':>7}{'%':>5}{'turned':>8}"
)


def _lines(name: str, rule: Tally, naive: Tally) -> list[str]:
    return [_line(name[: _NAME - 2], "this", rule), _line("", "7/28", naive)]


def _line(name: str, rule: str, of: Tally) -> str:
    shares = "".join(
        f"{100 * part / of.days if of.days else 0:>{width}.1f}"
        for part, width in ((of.improving, 9), (of.declining, 9), (of.steady, 8), (of.too_early, 7))
    )
    back = of.flipped_back_share
    return (
        f"{name:<{_NAME}}{rule:<6}{of.campaigns:>9}{of.days:>9}{shares}{of.flips:>7}"
        f"{of.flipped_back:>7}{'—' if back is None else f'{100 * back:.0f}':>5}"
        f"{of.contradicted:>8}"
    )


def _json(artist: str | None, found: Backtest) -> str:
    told = {
        "artist": artist,
        "first": found.first and found.first.isoformat(),
        "last": found.last and found.last.isoformat(),
        "flip_back_days": FLIP_BACK_DAYS,
        "total": _both(found.rule, found.naive),
        "groups": [
            {"platform": group.platform, "kind": group.kind, **_both(group.rule, group.naive)}
            for group in found.groups
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _both(rule: Tally, naive: Tally) -> dict[str, Any]:
    return {"rule": _told(rule), "naive": _told(naive)}


def _told(of: Tally) -> dict[str, Any]:
    shares = {"named_share": of.named_share, "flipped_back_share": of.flipped_back_share}
    return {"days": of.days, "judged": of.judged, **asdict(of)} | {
        name: None if value is None else round(value, _DECIMALS) for name, value in shares.items()
    }


def _progress(share: float, words: str) -> None:
    if sys.stderr.isatty():
        end = "\n" if share >= 1 else "\r"
        print(f"  {share:4.0%} {words}", end=end, file=sys.stderr, flush=True)
