"""`verify-history`: the proof that no entry of the history was changed, moved or removed."""

import sys

from sqlalchemy import Engine

from lib.services.verifying import verify_history


def run(engine: Engine) -> int:
    """Print the proof and return 0, or name the first broken entry and return 1."""
    proof = verify_history(engine)
    if proof.broken:
        print(
            f"BROKEN: entry {proof.broken.entry_id} {proof.broken.words} The {proof.entries} "
            "entries before it are whole.",
            file=sys.stderr,
        )
        return 1
    print(f"{proof.entries} entries, all whole. The chain ends in {proof.hash}")
    return 0
