"""The desk from a command line: `python -m lib.cli --help`.

Data goes to standard output, messages to standard error; a refusal exits with 1 and its
reason, never with a traceback.
"""

import argparse
import io
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError

from lib import logs
from lib.commands import (
    backtest,
    backup,
    billing,
    connection,
    demo,
    doctor,
    export,
    import_files,
    lag,
    migrate,
    people,
    serve,
    simulate,
    verify_history,
    worker,
)
from lib.commands.call import Call
from lib.db.engine import DatabaseUnreachable, make_engine
from lib.services.billing import ArtistNotFound
from lib.services.billing_notices import OrganizationNotFound
from lib.services.connections import ConnectionNotFound
from lib.services.demo_label.demo import DemoRefused
from lib.services.people import PersonNotFound, PlaceNotFound
from lib.services.transactions import ChangeRefused
from lib.settings import Settings, SettingsRefused, load_settings

COMMANDS = (
    import_files,
    export,
    backtest,
    people,
    simulate,
    lag,
    worker,
    backup,
    billing,
    connection,
    verify_history,
    migrate,
    doctor,
    demo,
    serve,
)
_REFUSALS = (
    SettingsRefused,
    ArtistNotFound,
    ChangeRefused,
    ConnectionNotFound,
    DatabaseUnreachable,
    OrganizationNotFound,
    DemoRefused,
    PersonNotFound,
    PlaceNotFound,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        _log(settings)
        engine = _engine(settings)
        try:
            return int(options.run(Call(options, settings, engine, _now)))
        finally:
            engine.dispose()
    except _REFUSALS as refusal:
        print(f"campaign desk: {refusal}", file=sys.stderr)
    except DBAPIError as error:
        # The driver's text may quote addresses and values; its kind says enough here.
        print(
            f"campaign desk: the database refused ({type(error.orig).__name__}). "
            "Nothing was changed. “python -m lib.cli doctor” looks for the cause.",
            file=sys.stderr,
        )
    except BrokenPipeError:
        sys.stderr.close()  # Whoever read our output has seen enough.
    except KeyboardInterrupt:
        print("campaign desk: interrupted; nothing half was written.", file=sys.stderr)
    return 1


def _speak_utf8() -> None:
    """Write UTF-8 wherever the output goes; what is no text is written as its bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _log(settings: Settings) -> None:
    """Log as the server does where a machine reads it; a person is told by the command itself."""
    if settings.log_format == "json":
        logs.configure(level=settings.log_level, as_json=True, secrets=settings.secrets())
        return
    # Without any handler Python would print warnings beside what the command says.
    logging.getLogger("desk.events").addHandler(logging.NullHandler())


def _engine(settings: Settings) -> Engine:
    try:
        return make_engine(settings.database_url, is_maintenance=True)
    except (ArgumentError, OSError, ValueError) as error:
        # The error's own text may quote the address, and with it a password.
        raise SettingsRefused(
            f"DATABASE_URL cannot be used ({type(error).__name__}). Check the address and that "
            "the folder of a SQLite file can be written."
        ) from None


def _now() -> datetime:
    return datetime.now(UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib.cli", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
