"""`backup` and `restore`: one file that holds everything, written while people work."""

import sys
from pathlib import Path

from lib.commands.call import Call, Commands
from lib.db.backup import BackupRefused, Manifest, RestoreUnproven, back_up, restore
from lib.db.copies import CopyRefused
from lib.db.pg_programs import ProgramsMissing
from lib.events import Outcome, tell
from lib.settings import ROOT

REFUSALS = (BackupRefused, CopyRefused, ProgramsMissing, RestoreUnproven)
_FOLDER = ROOT / "data" / "backups"


def add(commands: Commands) -> None:
    """Add both commands with their options."""
    backing_up = commands.add_parser("backup", help="write everything to one file")
    backing_up.add_argument("file", nargs="?", type=Path, metavar="FILE")
    backing_up.set_defaults(run=run_backup)
    restoring = commands.add_parser("restore", help="replace everything by a backup")
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.add_argument(
        "--overwrite", action="store_true", help="even where the database holds something"
    )
    restoring.set_defaults(run=run_restore)


def run_backup(call: Call) -> int:
    """Write the backup, and say where it is on standard output."""
    now = call.now
    file = call.options.file or _FOLDER / f"campaign-desk-{now:%Y%m%d-%H%M%S}.zip"
    try:
        manifest = back_up(call.engine, file, now=now, pg_bin=call.settings.pg_bin)
    except REFUSALS as refusal:
        return _refused("desk:backup", refusal)
    tell("desk:backup", Outcome.DONE, revision=manifest.revision)
    print(file)
    print(f"Backed up {call.settings.database_label}: {_held(manifest)}.", file=sys.stderr)
    return 0


def run_restore(call: Call) -> int:
    """Replace the database by the backup."""
    file, overwrite = call.options.file, call.options.overwrite
    try:
        manifest = restore(call.engine, file, overwrite=overwrite, pg_bin=call.settings.pg_bin)
    except REFUSALS as refusal:
        return _refused("desk:restore", refusal)
    tell("desk:restore", Outcome.DONE, revision=manifest.revision)
    print(f"Restored {call.settings.database_label}: {_held(manifest)}.", file=sys.stderr)
    return 0


def _refused(event: str, refusal: Exception) -> int:
    tell(event, Outcome.REFUSED, why=type(refusal).__name__)
    print(f"campaign desk: {refusal}", file=sys.stderr)
    return 1


def _held(manifest: Manifest) -> str:
    rows = manifest.rows
    return (
        f"{rows.get('campaign', 0):,} campaigns, {rows.get('daily_result', 0):,} days, "
        f"{rows.get('history', 0):,} entries of history, as of "
        f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, schema {manifest.revision}"
    )
