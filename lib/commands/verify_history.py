"""`verify-history`: the proof that no entry of the history was changed, moved or removed."""

import sys

from lib.commands.call import Call, Commands
from lib.db.migrations import upgrade
from lib.services.verifying import verify_history


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify-history", help="prove that no entry of the history was touched"
    )
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Print the proof and return 0, or name the first broken entry and return 1."""
    upgrade(call.engine)
    proof = verify_history(call.engine)
    if proof.broken:
        print(
            f"BROKEN: entry {proof.broken.entry_id} {proof.broken.words} The {proof.entries} "
            "entries before it are whole.",
            file=sys.stderr,
        )
        return 1
    print(f"{proof.entries} entries, all whole. The chain ends in {proof.hash}")
    return 0
