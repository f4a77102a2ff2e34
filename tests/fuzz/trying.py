"""What is tried with hostile input, and what must hold afterwards.

Each trial takes the dice and returns a word for the count of what came of it ("read",
"refused"…). It raises `Broken`, or whatever the desk lets through, where a promise does not hold.
"""

import csv
import io
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import streamlit as st
from markdown_it import MarkdownIt
from sqlalchemy import Engine, func, select

from lib.db.engine import reading
from lib.db.tables import metadata
from lib.db.text import folded_text
from lib.domain.campaign_filter import Money
from lib.domain.names import artist_key
from lib.domain.records import BudgetPeriod, Source
from lib.platforms import ExportFile, ExportRefused, read_export
from lib.services import exports
from lib.services.filter_choices import Choices
from lib.services.importing import imports
from lib.services.importing.shapes import ImportRefused
from lib.ui import current_artist, in_url, reads, table
from lib.ui.escape import JOINER, cell, esc
from lib.ui.filtering import filters
from tests.cast import ALICE
from tests.fuzz import making

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What Streamlit finds in the text that CommonMark leaves: directives, shortcodes, addresses.
_STREAMLITS = re.compile(r":\w[\w-]*[\[:/]|\w://|www\.|\w@\w|[-=]>|<[-=]", re.IGNORECASE)
# A cell that a spreadsheet runs.
_FORMULA = re.compile(r"^[=+\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Broken(AssertionError):
    """A promise that did not hold."""


def promise(holds: object, words: str) -> None:
    """Raise `Broken` where something does not hold."""
    if not holds:
        raise Broken(words)


def reader(dice: random.Random) -> str:
    """A file is read whole or refused with a reason, and nothing else comes out."""
    content = making.file(dice)
    try:
        file = read_export(content)
    except ExportRefused as refusal:
        promise(str(refusal), "a refusal says why")
        return "refused"
    promise(isinstance(file, ExportFile), "reading gives an export")
    for day in file.days:
        for number in (day.spend_micros, day.impressions, day.clicks, *day.results.values()):
            promise(number is None or 0 <= number < 2**63, "a figure fits its column")
    return "read"


@dataclass
class Importer:
    """A database into which whatever can be read is imported."""

    engine: Engine
    number: int = 0
    campaigns: dict[str, int] = field(default_factory=dict)

    def __call__(self, dice: random.Random) -> str:
        """An import is in whole, or nothing of it is."""
        self.number += 1
        content = making.good_table(dice) if dice.random() < 0.7 else making.file(dice)
        before = rows_of(self.engine)
        try:
            file = imports.read_file(self.engine, content)
            outcome = imports.import_file(
                self.engine,
                file,
                file_name=making.text(dice, 2) or "x",
                artist_name=f"{making.text(dice, 1)[:100]} {self.number % 7}".strip(),
                actor=ALICE,
                now=NOW,
                source=Source.DESK,
                zone="UTC",
            )
        except (ExportRefused, ImportRefused):
            promise(rows_of(self.engine) == before, "a refused import wrote something")
            return "refused"
        after = rows_of(self.engine)
        if outcome.import_id is None or outcome.is_repeat:
            promise(after == before, "an import that is none wrote something")
            return "nothing new"
        promise(after["import_run"] == before["import_run"] + 1, "one import is one run")
        days = after["daily_observation"] - before["daily_observation"]
        promise(days == sum(outcome.preview.days.values()), "every day of it was observed")
        left = {name: number for name, number in after.items() if name.startswith("staged_")}
        promise(not any(left.values()), f"something is left on its way: {left}")
        return "imported"


def rows_of(engine: Engine) -> dict[str, int]:
    """Return how many rows each table has, and the number of the data."""
    with reading(engine) as db:
        rows = {
            one.name: db.execute(select(func.count()).select_from(one)).scalar_one()
            for one in metadata.sorted_tables
        }
        version = metadata.tables["data_version"]
        return rows | {"version": db.execute(select(version.c.number)).scalar_one()}


def name(dice: random.Random) -> str:
    """A name shows as it was typed, and runs neither here nor in a spreadsheet."""
    typed = making.text(dice)
    promise_literal(esc(typed), typed)
    promise(not cell(typed).startswith(":"), "a cell starts with an icon")
    key = artist_key(typed)
    promise(artist_key(key) == key, "a key of a key is itself")
    folded_text(typed)
    rows: list[dict[str, Any]] = [{"name": typed, "other": None}]
    (_, *cells) = list(csv.reader(io.StringIO("".join(exports.as_csv(rows, ["name", "other"])))))
    promise(len(cells) == 1 and len(cells[0]) == 2, "a row stays one row")
    runs = _FORMULA.match(cells[0][0]) and not _NUMBER.fullmatch(cells[0][0])
    promise(not runs, "a cell runs in a spreadsheet")
    promise(json.loads("".join(exports.as_json(rows))) == rows, "JSON gives back what went in")
    return "shown"


def promise_literal(shown: str, typed: str) -> None:
    """Promise that Markdown shows `shown` as plain words: no link, picture, tag or directive."""
    tokens = _MARKDOWN.parse(f"x{shown}x")
    inner = [child for token in tokens for child in (token.children or [])]
    kinds = {token.type for token in (*tokens, *inner)}
    plain = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    promise(kinds <= plain, f"markup in {typed!r}: {sorted(kinds - plain)}")
    left = "".join(child.content for child in inner)
    promise(not _STREAMLITS.search(left), f"Streamlit finds something in {typed!r}")
    bare = shown.replace("\\\\", "")
    promise(bare.count("$") == bare.count("\\$"), "a formula begins")
    promise("\n" not in shown and JOINER * 3 not in shown, "a label is one line")


def message(dice: random.Random) -> str:
    """Whatever a browser says of a table, only what was drawn there is heard of."""
    heard: list[Any] = []
    drawn = table._Drawn(
        frozenset({(7, 1), (9, 3), ("Neonbrache",)}), {(7, 1): frozenset({"pause"})}
    )
    events = ("pressed", "picked", "searched", "grouped", "ordered")
    said = {one: making.anything(dice) for one in events}
    if dice.random() < 0.3:
        said["pressed"] = {"id": [7, 1], "column": making.anything(dice), "entry": "pause"}
        said["picked"] = {"entry": "pause", "ids": [[9, 3], making.anything(dice)], "all": None}
    state = {"t": said if dice.random() < 0.95 else None}
    bulk = table.Bulk((("pause", "Pause", "pause"),), 30, heard.append)
    groups = table.Groups([table.Choice("live", "Live", "bolt")], heard.append)
    orders = table.Orders({"name": "Name"}, "", heard.append)
    with patch.object(st, "session_state", state):
        table._press("t", drawn, heard.append)
        table._pick("t", drawn, bulk)
        table._search("t", table.Search("Search", "", heard.append))
        table._group("t", groups)
        table._order("t", orders)
    for one in heard:
        if isinstance(one, table.Pressed):
            promise(one.ident in drawn.idents, "a row that was not drawn was pressed")
            promise(one.entry in ("", "pause"), "an entry that was not drawn was pressed")
        elif isinstance(one, table.Picked):
            promise(set(one.idents) <= drawn.idents, "a row that was not drawn was picked")
            promise(one.entry == "pause", "something else was picked for")
        else:
            promise(isinstance(one, str) and len(one) <= table.MOST_SEARCHED, "a long search")
    return "heard" if heard else "not listened to"


class Asked(dict[str, str]):
    """A query as the address has it, each name once."""

    def get_all(self, name: str) -> list[str]:
        """Return every value of a name."""
        return [self[name]]


_CHOICES = Choices(
    types=("Smart Campaign",),
    locations=("Norway", "%"),
    budgets=(Money("EUR", BudgetPeriod.DAILY),),
)


def parameters(dice: random.Random) -> str:
    """Whatever stands in the address, it is looked up as it is or not at all."""
    asked = Asked(making.query(dice))
    state: dict[str, Any] = {}
    with (
        patch.object(st, "query_params", asked),
        patch.object(st, "session_state", state),
        patch.object(reads, "artists", list),
        patch.object(reads, "filter_choices", lambda: _CHOICES),
    ):
        number = current_artist.asked_campaign()
        promise(number is None or 0 <= number < 10**9, "a number that no column holds")
        word = in_url.read(filters.TEXT)
        promise(word == asked.get(filters.TEXT, ""), "another word than asked for")
        in_url.keep(filters.TEXT, word)
        for page in (filters.BOARD, filters.ROSTER, filters.ACTIVITY):
            wanted = filters.narrowed(page)
            promise(set(wanted.types) <= set(_CHOICES.types), "a type that nobody knows")
            if wanted.budget is not None:
                for micros in (wanted.budget.least_micros, wanted.budget.most_micros):
                    promise(micros is None or 0 <= micros < 2**63, "an amount that is none")
            for day in (wanted.since, wanted.until):
                promise(day is None or 2000 <= day.year < 2100, "a day that is none of ours")
            promise(wanted.is_empty or filters.words(page), "something narrows that is not said")
    return "a campaign" if number is not None else "no campaign"


Trial = Callable[[random.Random], str]


def trials(engine: Engine) -> Mapping[str, Trial]:
    """Return the trials that take one input at a time, by name."""
    return {
        "files read": reader,
        "files imported": Importer(engine),
        "names shown": name,
        "table messages": message,
        "URL parameters": parameters,
    }
