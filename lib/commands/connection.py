"""`connection`: how the artists' platform connections stand, and one of them set."""

import json
import secrets
import sys
from collections.abc import Sequence

from lib.commands.call import Call, Commands
from lib.domain.records import ConnectionState, Platform, Source
from lib.domain.rights import FULL
from lib.services.connections import (
    ConnectionNotFound,
    LinkStanding,
    connections,
    set_connection,
)


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser("connection", help="list platform connections, or set one")
    what = parser.add_subparsers(dest="what", required=True, metavar="list|set")
    listing = what.add_parser("list", help="say how connections stand")
    listing.add_argument("--artist", metavar="NAME")
    listing.add_argument("--json", action="store_true", help="write them to stdout as JSON")
    setting = what.add_parser("set", help="say that a connection is broken, or works again")
    setting.add_argument("state", choices=list(ConnectionState))
    setting.add_argument("--artist", required=True, metavar="NAME")
    setting.add_argument("--platform", required=True, choices=list(Platform))
    setting.add_argument("--note", default="", help="why; it is kept in the history")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """List the connections or set one; a refusal is raised."""
    call.prepare()
    options = call.options
    found = connections(call.engine, options.artist, rights=FULL)
    if options.what == "list":
        _tell(found, is_json=options.json)
        return 0
    platform, state = Platform(options.platform), ConnectionState(options.state)
    one = next((one for one in found if one.platform is platform), None)
    if one is None:
        raise ConnectionNotFound(f"“{options.artist}” has no connection to {platform.label}.")
    words = f"{one.artist}, {platform.label}: {state.label}"
    if one.state is state:
        print(f"{words} already; nothing was changed.", file=sys.stderr)
        return 0
    set_connection(
        call.engine,
        one.artist_id,
        platform,
        state,
        seen=one.state,
        actor=call.actor,
        request_id=secrets.token_hex(16),
        now=call.now,
        note=options.note,
        source=Source.COMMAND,
    )
    print(f"{words}, was {one.state.label}.", file=sys.stderr)
    return 0


def _tell(found: Sequence[LinkStanding], *, is_json: bool) -> None:
    if is_json:
        rows = [
            {
                "artist": one.artist,
                "platform": one.platform.value,
                "state": one.state.value,
                "changed_at": one.changed_at.isoformat() if one.changed_at else None,
                "changed_by": one.changed_by,
                "note": one.note,
            }
            for one in found
        ]
        json.dump(rows, sys.stdout, ensure_ascii=False)
        print()
        return
    for one in found:
        since = f", since {one.changed_at:%Y-%m-%d %H:%M} UTC" if one.changed_at else ""
        by = f" by {one.changed_by}" if one.changed_by else ""
        note = f": {one.note}" if one.note else ""
        print(f"{one.artist}\t{one.platform.value}\t{one.state.value}{since}{by}{note}")
