"""`billing`: a payment failed or recovered, for one artist or for everybody of a label."""

import json
import secrets
import sys
from datetime import datetime

from pydantic import ValidationError

from lib.commands.call import Call, Commands
from lib.domain.records import BillingState, Source
from lib.services.billing_notices import Notice, Payment, Settled, as_json, receive_notice
from lib.services.transactions import ChangeRefused


class NoticeUnfit(ChangeRefused):
    """What the command was given makes no notice."""


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser("billing", help="record that a payment failed or recovered")
    parser.add_argument("what", choices=["failed", "recovered"])
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--artist", metavar="NAME")
    whose.add_argument("--organization", metavar="NAME", help="all artists of this label")
    parser.add_argument(
        "--id", metavar="ID", help="the notice's own id: given again, nothing happens twice"
    )
    parser.add_argument(
        "--at",
        type=datetime.fromisoformat,
        metavar="INSTANT",
        help="when it happened, such as 2026-11-24T09:30:00Z; now if not given",
    )
    parser.add_argument("--json", action="store_true", help="write the answer to stdout as JSON")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Record the notice and say what it did; a refusal is raised."""
    call.prepare()
    options, now = call.options, call.now
    try:
        notice = Notice(
            id=options.id or secrets.token_hex(16),
            event=Payment.FAILED if options.what == "failed" else Payment.RECOVERED,
            at=options.at or now,
            artist=options.artist,
            organization=options.organization,
        )
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise NoticeUnfit(
            "; ".join(
                f"--{fault['loc'][0]}: {fault['msg']}" if fault["loc"] else fault["msg"]
                for fault in faults
            )
        ) from None
    answer = receive_notice(call.engine, notice, actor=call.actor, now=now, source=Source.COMMAND)
    if options.json:
        json.dump(as_json(answer), sys.stdout, ensure_ascii=False)
        print()
    else:
        for one in answer.artists:
            print(_words(one), file=sys.stderr)
        if not answer.artists:
            print("This label has no artist.", file=sys.stderr)
    return 0


def _words(one: Settled) -> str:
    if one.is_outdated:
        return f"{one.artist}: a later notice had come before; nothing was changed."
    moved = f"{len(one.moved)} campaign{'' if len(one.moved) == 1 else 's'}"
    if one.billing is BillingState.FAILING:
        return f"{one.artist}: a payment has failed; {moved} stopped."
    return f"{one.artist}: billing is in order; {moved} came back."
