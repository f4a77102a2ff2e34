"""The desk from a command line: `python -m lib.cli --help`.

Data goes to standard output, messages to standard error; a refusal exits with 1 and its
reason, never with a traceback.
"""

import argparse
import io
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError

from lib import logs
from lib.commands import (
    backing_up,
    backtesting,
    doctor,
    importing,
    lag,
    linking,
    people,
    proving,
    serving,
    settling,
    simulating,
    working,
)
from lib.db.engine import DatabaseUnreachable, make_engine
from lib.db.migrations import upgrade
from lib.domain.records import Actor, Platform
from lib.domain.rights import FULL
from lib.services import exports
from lib.services.billing import ArtistNotFound
from lib.services.billing_notices import OrganizationNotFound
from lib.services.connections import ConnectionNotFound
from lib.services.demo_label import demo
from lib.services.importing.folding import finish_imports
from lib.services.people import PersonNotFound, PlaceNotFound
from lib.services.transactions import ChangeRefused
from lib.services.trend import trends
from lib.settings import Settings, SettingsRefused, load_settings

_MEGABYTE = 2**20
_REFUSALS = (
    SettingsRefused,
    ArtistNotFound,
    ChangeRefused,
    ConnectionNotFound,
    DatabaseUnreachable,
    OrganizationNotFound,
    demo.DemoRefused,
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
            return int(options.run(options, settings, engine))
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


def _prepare(engine: Engine) -> None:
    """Bring the database to the newest schema, and imports that were cut off to their end."""
    upgrade(engine)
    finish_imports(engine)


def _import(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    _prepare(engine)
    options.max_bytes = settings.max_import_mb * _MEGABYTE
    return importing.run(
        options,
        engine=engine,
        actor=_actor(settings),
        now=_now(),
        zone=options.zone or settings.default_zone,
    )


def _export(options: argparse.Namespace, _settings: Settings, engine: Engine) -> int:
    _prepare(engine)
    fields: Sequence[str] = exports.DAILY_FIELDS
    if options.what == "daily":
        rows = exports.daily(engine, options.artist, rights=FULL)
    else:
        rows = exports.campaigns(engine, options.artist, rights=FULL, now=_now())
        fields = exports.CAMPAIGN_FIELDS
    lines = exports.as_json(rows) if options.format == "json" else exports.as_csv(rows, fields)
    for line in lines:
        sys.stdout.write(line)
    sys.stdout.flush()
    return 0


def _simulate(options: argparse.Namespace, _settings: Settings, _engine: Engine) -> int:
    return simulating.run(options)


def _backtest(options: argparse.Namespace, _settings: Settings, engine: Engine) -> int:
    return backtesting.run(options, engine, now=_now())


def _doctor(_options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    return doctor.run(settings, engine, now=_now())


def _migrate(_options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    _prepare(engine)
    print(f"{settings.database_label} has the newest schema.", file=sys.stderr)
    return 0


def _rebuild(_options: argparse.Namespace, _settings: Settings, engine: Engine) -> int:
    upgrade(engine)
    count = trends.rebuild(engine, now=_now(), progress=_report)
    print(f"Summed up {count} campaigns anew.", file=sys.stderr)
    return 0


def _verify_history(_options: argparse.Namespace, _settings: Settings, engine: Engine) -> int:
    upgrade(engine)
    return proving.run(engine)


def _report(_share: float, words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words}", end="", file=sys.stderr)


def _lag(options: argparse.Namespace, _settings: Settings, engine: Engine) -> int:
    upgrade(engine)
    return lag.run(options, engine=engine, now=_now())


def _worker(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    upgrade(engine)
    engine.dispose()
    # What it does is as short as a click, and people wait for its locks as for each other's.
    at_work = make_engine(settings.database_url)
    try:
        return working.run(options, at_work, clock=_now)
    finally:
        at_work.dispose()


def _serve(_options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    return serving.serve(settings, engine, now=_now())


def _backup(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    return backing_up.run_backup(options, settings, engine, now=_now())


def _restore(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    return backing_up.run_restore(options, settings, engine)


def _demo(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    _prepare(engine)
    if options.what == "load":
        loaded = demo.load_demo(engine, now=_now())
    else:
        goes = demo.what_would_go(engine, rights=FULL)
        print(
            f"This puts the demo's {goes.campaigns} campaigns away, with {goes.imports} imports "
            f"and {goes.changes} changes that people made in it.",
            file=sys.stderr,
        )
        if not options.yes:
            print("Nothing was changed. Give --yes to start over.", file=sys.stderr)
            return 1
        loaded = demo.start_over(engine, actor=_actor(settings), now=_now())
    print(f"Loaded the demo label “{loaded.name}”.", file=sys.stderr)
    return 0


def _billing(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    _prepare(engine)
    return settling.run(options, engine, actor=_actor(settings), now=_now())


def _connection(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    _prepare(engine)
    return linking.run(options, engine, actor=_actor(settings), now=_now())


def _people(options: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    return people.run(options, engine, actor=_actor(settings), now=_now())


def _actor(settings: Settings) -> Actor:
    """Return who runs the command: with the machine, they have everything that is on it."""
    return Actor(name=settings.actor, rights=FULL)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib.cli", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_import(commands)
    _add_export(commands)
    backtesting.add(commands).set_defaults(run=_backtest)
    for one in people.add(commands):
        one.set_defaults(run=_people)
    simulating.add(commands).set_defaults(run=_simulate)
    working.add(commands).set_defaults(run=_worker)
    for parser_of, run in zip(backing_up.add(commands), (_backup, _restore), strict=True):
        parser_of.set_defaults(run=run)
    settling.add(commands).set_defaults(run=_billing)
    linking.add(commands).set_defaults(run=_connection)
    simple: tuple[tuple[str, str, Callable[..., int]], ...] = (
        ("doctor", "say what this machine lacks", _doctor),
        ("migrate", "bring the database to the newest schema", _migrate),
        ("rebuild", "make the summary of all days and verdicts anew", _rebuild),
        ("verify-history", "prove that no entry of the history was touched", _verify_history),
        ("serve", "migrate, load the demo into an empty database, serve the pages", _serve),
    )
    for name, words, run in simple:
        commands.add_parser(name, help=words).set_defaults(run=run)
    lag_parser = commands.add_parser("lag", help="say how late figures come, by platform and kind")
    lag_parser.add_argument("--json", action="store_true", help="write the curves as JSON")
    lag_parser.set_defaults(run=_lag)
    demo_parser = commands.add_parser("demo", help="load the demo label, or start it over")
    demo_parser.add_argument("what", choices=["load", "start-over"])
    demo_parser.add_argument("--yes", action="store_true", help="start over without a question")
    demo_parser.set_defaults(run=_demo)
    return parser


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("import", help="import exports of an ad platform")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--artist", required=True, metavar="NAME")
    parser.add_argument("--platform", choices=list(Platform), help="refuse other platforms' files")
    parser.add_argument("--yes", action="store_true", help="accept what the preview proposes")
    parser.add_argument("--good-rows", action="store_true", help="import the rows that can be read")
    parser.add_argument("--preview", action="store_true", help="show the preview, write nothing")
    parser.add_argument(
        "--downloaded-on",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="the day of the download, where it is not the last day in the file",
    )
    parser.add_argument("--mapping", metavar="FILE", help="JSON that says which column is what")
    parser.add_argument(
        "--no-renames", action="store_true", help="take every new name for a new campaign"
    )
    parser.add_argument("--zone", metavar="ZONE", help="the ad account's IANA time zone")
    parser.add_argument("--json", action="store_true", help="write the result to stdout as JSON")
    parser.set_defaults(run=_import)


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("export", help="write the current figures to standard output")
    parser.add_argument("what", choices=["daily", "campaigns"])
    parser.add_argument("--artist", required=True, metavar="NAME")
    parser.add_argument("--format", choices=["csv", "json"], default="csv")
    parser.set_defaults(run=_export)


if __name__ == "__main__":
    sys.exit(main())
