"""`demo`: the demo label loaded into a database, or started over."""

import sys

from lib.commands.call import Call, Commands
from lib.domain.rights import FULL
from lib.services.demo_label import demo


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser("demo", help="load the demo label, or start it over")
    parser.add_argument("what", choices=["load", "start-over"])
    parser.add_argument("--yes", action="store_true", help="start over without a question")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Load the demo; start it over only where that was agreed to."""
    call.prepare()
    if call.options.what == "load":
        loaded = demo.load_demo(call.engine, now=call.now)
    else:
        goes = demo.what_would_go(call.engine, rights=FULL)
        print(
            f"This puts the demo's {goes.campaigns} campaigns away, with {goes.imports} imports "
            f"and {goes.changes} changes that people made in it.",
            file=sys.stderr,
        )
        if not call.options.yes:
            print("Nothing was changed. Give --yes to start over.", file=sys.stderr)
            return 1
        loaded = demo.start_over(call.engine, actor=call.actor, now=call.now)
    print(f"Loaded the demo label “{loaded.name}”.", file=sys.stderr)
    return 0
