"""Reading an export: recognised by its content, surveyed once, then counted row by row."""

import re
from collections.abc import Callable
from typing import BinaryIO

from lib.domain.records import Platform
from lib.platforms import captions, google, mapped, meta, spotify, text
from lib.platforms.captions import normalised
from lib.platforms.dates import Dates
from lib.platforms.figures import Figures, evidence
from lib.platforms.google import Google
from lib.platforms.layout import Head, Layout, Reader
from lib.platforms.meta import Meta
from lib.platforms.shapes import (
    ColumnMapping,
    ExportFile,
    ExportRefused,
    Grain,
    MappingNeeded,
    listed,
)
from lib.platforms.spotify import Spotify
from lib.platforms.survey import Survey, survey
from lib.platforms.tally import Tally
from lib.platforms.text import Encoding, NotUtf8, Records

Progress = Callable[[float, str], None]
"""Is told how far something is, from 0 to 1, and what is being done."""

READERS: tuple[Reader, ...] = (Meta(), Google(), Spotify())
"""The registry: one line a platform."""

_DELIMITERS = (",", ";", "\t")
_MOST_ABOVE = 10
_SAMPLES = 5
_MOST_COLUMNS = 1_000
_CENT_MICROS = 10_000
_NEEDED = {
    "campaign": "the campaign's name",
    "spend": "what was spent (“Amount spent”, “Cost”)",
}
_JSON = re.compile(r'^\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_MARKUP = re.compile(r"^\s*<(?:!doctype|\?xml|[a-z])", re.IGNORECASE)
_YAML = re.compile(r"^(?:---|%YAML|[A-Za-z_]+:(?:\s|$))", re.MULTILINE)


def read_export(
    data: bytes | BinaryIO,
    *,
    platform: Platform | None = None,
    mapping: ColumnMapping | None = None,
    most_bytes: int | None = None,
    told: Progress = lambda _share, _words: None,
) -> ExportFile:
    """Return an ad platform's export, read strictly and summed to campaign and day.

    `platform` is what somebody expects the file to be; `mapping` names the columns of a
    table that is not known here. A stream is read from its start, several times, in pieces,
    and left open; one that cannot be rewound, a pipe, is spooled to a temporary file.
    `told` hears how far the reading is, from 0 to 1, and of what.
    Raises `ExportRefused` for a file that cannot be understood or has more than
    `most_bytes`, `MappingNeeded` for a table whose columns a person has to name first.
    """
    if platform and mapping and platform is not mapping.platform:
        raise ExportRefused(
            "The mapping is one of another platform.",
            expected=platform.label,
            found=mapping.platform.label,
        )
    with text.opened(data, most_bytes=most_bytes) as stream:
        head, encoding = text.sniff(stream)
        try:
            return _read(stream, head, encoding, platform=platform, mapping=mapping, told=told)
        except NotUtf8 as error:
            return _read_as_cp1252(
                stream, head, error, platform=platform, mapping=mapping, told=told
            )


def _read_as_cp1252(
    stream: BinaryIO,
    head: bytes,
    error: NotUtf8,
    *,
    platform: Platform | None,
    mapping: ColumnMapping | None,
    told: Progress,
) -> ExportFile:
    """Return a file in the encoding of older Windows programs, only if its header is known."""
    refusal = ExportRefused(
        f"Line {error.line} has a byte that is not valid UTF-8.",
        expected="UTF-8 or UTF-16 text; save or export the file again",
        found="another encoding, or damage",
    )
    try:
        return _read(stream, head, text.CP1252, platform=platform, mapping=mapping, told=told)
    except MappingNeeded:
        raise refusal from None
    except NotUtf8:
        raise refusal from None
    except ExportRefused as other:
        raise ExportRefused(
            f"{refusal.reason} Read as Windows-1252 it is refused too: {other.reason}",
            expected=refusal.expected,
            found=other.found,
        ) from None


def _read(
    stream: BinaryIO,
    head: bytes,
    encoding: Encoding,
    *,
    platform: Platform | None,
    mapping: ColumnMapping | None,
    told: Progress,
) -> ExportFile:
    layout = _recognise(
        text.head_text(head, encoding), encoding, platform=platform, mapping=mapping
    )
    if platform and layout.platform is not platform:
        raise ExportRefused(
            f"This file is an export of another platform than {platform.label}.",
            expected=f"an export of {platform.label}",
            found=layout.form,
        )
    mark = layout.head.delimiter
    # A look over the whole file settles how it is written, so it is passed over twice.
    looked = Records(stream, encoding, mark, told=lambda share: told(share / 3, "Looking over"))
    seen = survey(looked, layout)
    records = Records(
        stream, encoding, mark, told=lambda share: told((1 + 2 * share) / 3, "Reading the rows")
    )
    tally = _counted(records, seen)
    return _file(stream, records, seen, tally)


def _recognise(
    start: str, encoding: Encoding, *, platform: Platform | None, mapping: ColumnMapping | None
) -> Layout:
    """Return the layout of the first row that some platform knows as its header."""
    heads = {mark: _heads(start, encoding, mark) for mark in _DELIMITERS}
    if mapping:
        tables = [found for found in heads.values() if found]
        widest = max(tables, key=lambda found: len(found[0].header), default=[])
        return mapped.layout(mapped.find_head(widest, mapping), mapping)
    for found in heads.values():
        for head in found:
            for reader in READERS:
                layout = reader.recognise(head)
                if layout is not None:
                    return layout
    table = next((t for t in map(_unknown_table, heads.values()) if t), None)
    if table is None:
        raise _no_table(start, platform)
    raise MappingNeeded(
        header=table[0].header,
        samples=tuple(head.header for head in table[1 : _SAMPLES + 1]),
        fingerprint=captions.fingerprint(table[0].header),
        suggestions=_suggestions(table[0].header, platform),
    )


def _heads(start: str, encoding: Encoding, delimiter: str) -> list[Head]:
    """Return the first rows as possible headers, each with what stands above and below."""
    rows = [
        (line, row)
        for line, row in text.parse_head(start, delimiter, most=_MOST_ABOVE + _SAMPLES)
        if any(cell.strip() for cell in row) and len(row) <= _MOST_COLUMNS
    ]
    found = []
    for index, (line, row) in enumerate(rows):
        below = rows[index + 1][1] if index + 1 < len(rows) else []
        found.append(
            Head(
                header=tuple(cell.strip().lstrip("\ufeff").strip() for cell in row),
                line=line,
                above=tuple(delimiter.join(cells).strip() for _, cells in rows[:index]),
                first_row=tuple(below),
                encoding=encoding.name,
                delimiter=delimiter,
            )
        )
    return [head for head in found if len(head.header) > 1]


def _unknown_table(heads: list[Head]) -> list[Head] | None:
    """Return the rows of a table: captions without figures, and rows of the same width below."""
    if not heads or heads[0].above:
        return None
    header, *rows = heads
    captioned = [caption for caption in header.header if caption]
    is_header = (
        len(captioned) >= 3
        and len(set(map(normalised, captioned))) > len(captioned) / 2
        and not any(evidence(caption) or caption.isdecimal() for caption in captioned)
        and not any(len(caption) > 200 or not caption.isprintable() for caption in captioned)
    )
    same = all(len(row.header) == len(header.header) for row in rows)
    return heads if is_header and same and rows else None


def _suggestions(header: tuple[str, ...], platform: Platform | None) -> dict[str, str]:
    """Return for each field of a mapping the caption that probably means it."""
    tables = {
        Platform.SPOTIFY: spotify.ALIASES,
        Platform.META: meta.ALIASES,
        Platform.GOOGLE: google.ALIASES,
    }
    ordered = [platform, *tables] if platform else [*tables]
    found: dict[str, str] = {}
    for each in ordered:
        for name, caption in captions.suggestions(header, tables[each]).items():
            if name in spotify.ALIASES and caption not in found.values():
                found.setdefault(name, caption)
    return found


def _no_table(start: str, platform: Platform | None) -> ExportRefused:
    """Return the refusal that says what the text is instead of a table."""
    whose = platform.label if platform else "Meta, Google or Spotify"
    what = "The file is not a table with a header that is known here"
    if _JSON.match(start):
        what = "The file is JSON, as a platform's interface replies, and not an export"
    elif _MARKUP.match(start):
        what = "The file is a web page or XML, and not an export"
    elif len(_YAML.findall(start[:5_000])) > 2 and start.count("\n") > 2:
        what = "The file is YAML, and not an export"
    first = start.strip().splitlines()[0] if start.strip() else ""
    return ExportRefused(
        f"{what}.",
        expected=f"the CSV that {whose} exports",
        found=f"a first line {listed([first])}",
    )


def _counted(records: Records, seen: Survey) -> Tally:
    """Return the tally of all rows, after what the file as a whole must have is settled."""
    layout = seen.layout
    if seen.campaign_rows:
        for name, what in _NEEDED.items():
            if name not in layout.columns:
                raise ExportRefused(
                    f"The file has no column with {what}.",
                    expected=what,
                    found="the columns " + listed(layout.head.header),
                )
        seen.currency()
    tally = Tally(
        layout,
        grain=seen.grain,
        figures=Figures(seen.mark, suppressed=layout.suppressed),
        dates=Dates(seen.order),
        last_row=seen.last_row,
        subtotals=seen.subtotals,
    )
    header_line = layout.head.line
    for line, row in records:
        if line > header_line and row:
            tally.take(line, row)
    if tally.unreadable and not tally.rows_read:
        raise ExportRefused(
            f"None of the {tally.unreadable_count:,} rows can be read.",
            found=f"in line {tally.unreadable[0].line}: {tally.unreadable[0].reason}",
        )
    return tally


def _file(stream: BinaryIO, records: Records, seen: Survey, tally: Tally) -> ExportFile:
    layout = seen.layout
    is_daily = seen.grain is Grain.DAY
    stated = seen.only_values.get("currency")
    currency = stated[1] if stated else layout.currency
    first, last = layout.declared or (tally.first_day, tally.last_day)
    days = tally.days()
    return ExportFile(
        platform=layout.platform,
        form=layout.form,
        encoding=layout.head.encoding,
        delimiter=layout.head.delimiter,
        decimal_mark=seen.mark,
        grain=seen.grain,
        currency=currency,
        starts_on=first,
        ends_on=last,
        range_is_declared=tally.is_range_declared,
        sha256=text.digest(stream),
        header=layout.head.header,
        line_count=records.lines,
        campaigns=tally.roster.campaigns(currency),
        days=days,
        period_spend=() if is_daily else tally.roster.spend(),
        left_out=tuple(tally.left_out),
        left_out_count=tally.left_out_count,
        unreadable=tuple(tally.unreadable),
        unreadable_count=tally.unreadable_count,
        file_total_micros=tally.listed_total,
        totals=tuple(tally.totals),
        rows_read=tally.rows_read,
        notes=tuple(_notes(layout, seen, tally, len(days))),
        is_total_contradicted=_is_total_contradicted(tally),
    )


def _drift(tally: Tally) -> int | None:
    """Return how far the file's own total is from the rows read, if further than rounding goes."""
    if tally.listed_total is None or not tally.rows_read:
        return None
    counted = sum(spend or 0 for _, spend in tally.roster.spend())
    # Each row is rounded to a cent by itself, so that sums drift apart by as much.
    drift = abs(tally.listed_total - counted)
    return drift if drift > tally.rows_read * _CENT_MICROS else None


def _is_total_contradicted(tally: Tally) -> bool:
    drift = _drift(tally)
    return drift is not None and drift * 100 > (tally.listed_total or 0)


def _notes(layout: Layout, seen: Survey, tally: Tally, days: int) -> list[str]:
    """Return what a preview should say of the file beyond its figures."""
    notes = []
    if _is_total_contradicted(tally):
        notes.append(
            "The file's own total of spend contradicts the sum of the rows read by more than 1 %: "
            "something may be counted twice, or be missing. Check before importing."
        )
    if tally.rows_read:
        notes += layout.notes
    if not tally.rows_read:
        notes.append("The file has a header and no rows: there is nothing to import.")
    elif seen.grain is Grain.PERIOD:
        notes.append(
            "The rows are totals of a period: they update what a campaign is, and give no days."
        )
    elif tally.rows_read > days:
        notes.append(f"{tally.rows_read:,} rows summed to {days:,} campaign days.")
    if len(tally.kinds) > 1:
        kinds = ", ".join(sorted(tally.kinds))
        notes.append(f"Results are of several kinds ({kinds}); they are kept apart.")
    if tally.unnamed_results:
        notes.append(
            f"{tally.unnamed_results:,} rows have results whose kind the file does not name: "
            "those results are left out."
        )
    if tally.has_suppressed:
        notes.append("Some counts are held back by the platform; they stay unknown.")
    if tally.roster.unread_dates:
        notes.append(
            f"Run dates that could not be read: {listed(sorted(tally.roster.unread_dates))}."
        )
    if tally.roster.has_lines_in_names:
        notes.append("Some campaign names have line breaks in them; they are kept as they are.")
    if layout.head.encoding == text.CP1252.name:
        notes.append("The file is not UTF-8; it was read as Windows-1252. Check the names.")
    if layout.platform is not Platform.GOOGLE and layout.head.above:
        notes.append(f"{len(layout.head.above)} lines above the header were passed over.")
    if _drift(tally) is not None and not _is_total_contradicted(tally):
        notes.append("The file's own total of spend differs from the sum of the rows read.")
    return notes
