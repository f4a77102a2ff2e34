"""`migrate` and `rebuild`: the newest schema, and the summary of all days made anew."""

import sys

from lib.commands.call import Call, Commands
from lib.db.migrations import upgrade
from lib.services.trend import trends


def add(commands: Commands) -> None:
    """Add both commands."""
    commands.add_parser("migrate", help="bring the database to the newest schema").set_defaults(
        run=migrate
    )
    commands.add_parser(
        "rebuild", help="make the summary of all days and verdicts anew"
    ).set_defaults(run=rebuild)


def migrate(call: Call) -> int:
    """Bring the database to the newest schema, and say so."""
    call.prepare()
    print(f"{call.settings.database_label} has the newest schema.", file=sys.stderr)
    return 0


def rebuild(call: Call) -> int:
    """Make the summary anew from the days, and say of how many campaigns."""
    upgrade(call.engine)
    count = trends.rebuild(call.engine, now=call.now, progress=_report)
    print(f"Summed up {count} campaigns anew.", file=sys.stderr)
    return 0


def _report(_share: float, words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words}", end="", file=sys.stderr)
