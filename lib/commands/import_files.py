"""`import`: preview on the terminal, a question, each file whole or not at all."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from lib.commands.call import Call, Commands
from lib.db.engine import DatabaseUnreachable
from lib.domain.records import Platform, Source
from lib.platforms import ColumnMapping, ExportRefused, MappingNeeded, fingerprint
from lib.services.exports import units
from lib.services.importing.imports import import_file, preview_import, read_file, remember_mapping
from lib.services.importing.shapes import DayState, ImportOutcome, ImportPreview, ImportRefused

SHOWN = 20
_MEGABYTE = 2**20


class NotConfirmed(RuntimeError):
    """The person has not agreed to what the preview shows."""


def add(commands: Commands) -> None:
    """Add the command with its options."""
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
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Import every file in the order given; return 0 when all of them went in."""
    call.prepare()
    results = [_import_one(Path(name), call) for name in call.options.files]
    if call.options.json:
        print(json.dumps(results, ensure_ascii=False, indent=2, default=str))
    return 0 if all(result["ok"] for result in results) else 1


def _import_one(path: Path, call: Call) -> dict[str, Any]:
    try:
        outcome = _imported(path, call)
    except (
        ExportRefused,
        ImportRefused,
        NotConfirmed,
        DatabaseUnreachable,
        DBAPIError,
        OSError,
    ) as refusal:
        reason = _reason(refusal)
        _say(f"{path.name}: not imported. {reason}")
        return {"file": path.name, "ok": False, "error": type(refusal).__name__, "reason": reason}
    return {"file": path.name, "ok": True, **_told(outcome)}


def _imported(path: Path, call: Call) -> ImportOutcome | ImportPreview:
    options, engine, actor, now = call.options, call.engine, call.actor, call.now
    most_bytes = call.settings.max_import_mb * _MEGABYTE
    if path.stat().st_size > most_bytes:
        raise ImportRefused(
            f"The file is larger than {call.settings.max_import_mb} MB. Export a shorter range, or "
            "raise DESK_MAX_IMPORT_MB."
        )
    platform = Platform(options.platform) if options.platform else None
    mapping = _mapping(options)
    with path.open("rb") as data:
        try:
            file = read_file(
                engine,
                data,
                platform=platform,
                mapping=mapping,
                most_bytes=most_bytes,
                progress=_progress,
            )
        except MappingNeeded as needed:
            raise ImportRefused(_how_to_map(needed)) from None
    asked = {
        "file_name": path.name,
        "artist_name": options.artist,
        "now": now,
        "zone": options.zone or call.settings.default_zone,
        "observed_on": options.downloaded_on,
    }
    preview = preview_import(
        engine, file, **asked, actor=actor, accept_renames=not options.no_renames
    )
    _say(in_words(preview))
    if options.preview:
        return preview
    accept_renames = not options.no_renames
    if not (options.yes or preview.is_repeat):
        accept_renames = _ask(preview) and accept_renames
    if mapping is not None:
        remember_mapping(engine, fingerprint(file.header), mapping, actor=actor, now=now)
    return import_file(
        engine,
        file,
        **asked,
        actor=actor,
        source=Source.COMMAND,
        accept_good_rows=options.good_rows,
        accept_renames=accept_renames,
        seen=preview if accept_renames != options.no_renames else None,
        progress=_progress,
    )


def _ask(preview: ImportPreview) -> bool:
    """Return whether renames are accepted; raise `NotConfirmed` where the answer is no."""
    if not sys.stdin.isatty():
        raise NotConfirmed("Nobody is there to confirm it. Give --yes to accept the preview.")
    question = "Import this?"
    if preview.is_artist_new:
        question = f"Create the artist “{preview.artist}” and import this?"
    if not _yes(question):
        raise NotConfirmed("You said no; nothing was imported.")
    if not preview.renames:
        return True
    return _yes("Are the renamed campaigns the same campaigns under new names?")


def _yes(question: str) -> bool:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def _mapping(options: Namespace) -> ColumnMapping | None:
    if options.mapping is None:
        return None
    try:
        return ColumnMapping.model_validate_json(Path(options.mapping).read_bytes())
    except (ValueError, OSError) as error:
        raise ImportRefused(f"The mapping in {options.mapping} cannot be used: {error}") from None


def _how_to_map(needed: MappingNeeded) -> str:
    columns = {**dict.fromkeys(("campaign", "day", "spend"), "…"), **needed.suggestions}
    example = {"platform": "spotify", "currency": "EUR", "columns": columns}
    return (
        f"{needed} Say once which column is what: --mapping FILE with JSON like "
        f"{json.dumps(example, ensure_ascii=False)}"
    )


def in_words(preview: ImportPreview) -> str:
    """Return the preview as lines for a terminal."""
    lines = [
        (
            f"{preview.file_name}: {preview.form} ({preview.platform.label}), {preview.encoding}, "
            f"delimiter {preview.delimiter!r}, decimal mark {preview.decimal_mark!r}"
        ),
        f"  artist    {preview.artist}{' (new)' if preview.is_artist_new else ''}",
        f"  range     {_range(preview)}",
        (
            f"  campaigns {preview.new_campaigns} new, {preview.known_campaigns} known, "
            f"{len(preview.renames)} renamed"
        ),
        "  days      " + ", ".join(f"{n} {_STATE[state]}" for state, n in preview.days.items()),
    ]
    for currency, micros in preview.spend_by_currency.items():
        total = preview.file_total_micros
        against = "" if total is None else f" (the file's own total: {units(total, places=2)})"
        lines.append(f"  spend     {units(micros, places=2)} {currency}{against}")
    lines += [f"  renamed   “{old}” → “{new}”" for old, new in preview.renames]
    lines += [
        f"  changes   {one.name}: {', '.join(one.changes)}"
        for one in preview.campaigns
        if one.changes and not one.renamed_from
    ]
    lines += [f"  note      {note}" for note in preview.notes]
    lines += [f"  warning   {warning}" for warning in preview.warnings]
    lines += _rows("left out", preview.left_out, len(preview.left_out))
    lines += _rows("unreadable", preview.unreadable, preview.unreadable_count)
    if preview.is_repeat:
        lines.append(f"  repeat    imported before, {preview.imported_before}")
    return "\n".join(lines)


_STATE = {
    DayState.NEW: "new",
    DayState.RESTATED: "restated",
    DayState.UNCHANGED: "unchanged",
    DayState.KEPT_NEWER: "older than what is known",
}


def _range(preview: ImportPreview) -> str:
    if preview.starts_on is None or preview.ends_on is None:
        return f"all time; totals of a period, no days (grain: {preview.grain})"
    days = f"{preview.starts_on} to {preview.ends_on}"
    return days if preview.grain == "day" else f"{days}; totals of a period, no days"


def _rows(what: str, rows: tuple[tuple[int, str], ...], count: int) -> list[str]:
    lines = [f"  {what:<9} line {line}: {reason}" for line, reason in rows[:SHOWN]]
    if count > SHOWN:
        lines.append(f"  {what:<9} … and {count - SHOWN} more")
    return lines


def _told(outcome: ImportOutcome | ImportPreview) -> Mapping[str, Any]:
    preview = outcome.preview if isinstance(outcome, ImportOutcome) else outcome
    told: dict[str, Any] = {
        "imported": (
            isinstance(outcome, ImportOutcome)
            and outcome.import_id is not None
            and not outcome.is_repeat
        ),
        "repeat": preview.is_repeat,
        "artist": preview.artist,
        "platform": preview.platform,
        "form": preview.form,
        "grain": preview.grain,
        "encoding": preview.encoding,
        "delimiter": preview.delimiter,
        "decimal_mark": preview.decimal_mark,
        "starts_on": preview.starts_on,
        "ends_on": preview.ends_on,
        "observed_on": preview.observed_on,
        "sha256": preview.sha256,
        "campaigns": {
            "new": preview.new_campaigns,
            "known": preview.known_campaigns,
            "renamed": len(preview.renames),
        },
        "days": {state.value: number for state, number in preview.days.items()},
        "spend": {
            currency: f"{units(micros, places=2):f}"
            for currency, micros in preview.spend_by_currency.items()
        },
        "notes": preview.notes,
        "warnings": preview.warnings,
        "left_out": [{"line": line, "reason": reason} for line, reason in preview.left_out],
        "unreadable": [{"line": line, "reason": reason} for line, reason in preview.unreadable],
    }
    if isinstance(outcome, ImportOutcome):
        told["import_id"] = outcome.import_id
        _say(f"{preview.file_name}: " + _done(outcome))
    return told


def _done(outcome: ImportOutcome) -> str:
    if outcome.is_repeat:
        return "imported before; nothing changed."
    if outcome.import_id is None:
        return "nothing to import; nothing changed."
    return f"imported for {outcome.preview.artist}."


def _progress(share: float, words: str) -> None:
    if sys.stderr.isatty():
        end = "\n" if share >= 1 else "\r"
        # The longest words of any step, so that nothing of the line before is left standing.
        print(f"  {share:4.0%} {words:<60}", end=end, file=sys.stderr, flush=True)


def _reason(refusal: Exception) -> str:
    if isinstance(refusal, DBAPIError):
        # The driver's text may quote values; its kind says enough here.
        return f"The database refused it ({type(refusal.orig).__name__}); nothing was written."
    if isinstance(refusal, OSError):
        return f"The file cannot be read: {refusal.strerror or refusal}."
    return str(refusal)


def _say(words: str) -> None:
    print(words, file=sys.stderr)
