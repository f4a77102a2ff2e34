"""`export`: an artist's current figures or campaigns, as CSV or JSON."""

import sys
from collections.abc import Sequence

from lib.commands.call import Call, Commands
from lib.domain.rights import FULL
from lib.services import exports


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser("export", help="write the current figures to standard output")
    parser.add_argument("what", choices=["daily", "campaigns"])
    parser.add_argument("--artist", required=True, metavar="NAME")
    parser.add_argument("--format", choices=["csv", "json"], default="csv")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Write what was asked for, line by line."""
    call.prepare()
    options, engine = call.options, call.engine
    fields: Sequence[str] = exports.DAILY_FIELDS
    if options.what == "daily":
        rows = exports.daily(engine, options.artist, rights=FULL)
    else:
        rows = exports.campaigns(engine, options.artist, rights=FULL, now=call.now)
        fields = exports.CAMPAIGN_FIELDS
    lines = exports.as_json(rows) if options.format == "json" else exports.as_csv(rows, fields)
    for line in lines:
        sys.stdout.write(line)
    sys.stdout.flush()
    return 0
