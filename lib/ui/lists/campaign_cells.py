"""The cells of a campaign, the same on the board and on the roster: every one with its unit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from lib.domain.actions import Action, Decision
from lib.domain.board import BoardRow
from lib.domain.metrics import trailing_window
from lib.domain.rights import Deed
from lib.domain.status import Group
from lib.domain.trend import Averages
from lib.ui import badges, reads, verdict_words
from lib.ui.changing import bulk as bulks
from lib.ui.format import (
    MISSING,
    a_day,
    budget,
    count,
    day,
    day_before,
    listed,
    money,
    percent,
    span,
    unit_cost,
)
from lib.ui.table import Bulk, Column, Picked, Row, chip, line
from lib.ui.words import last_change_words

OPEN, ABOUT, CARRIED_OUT = "open", "about", "carried_out"
"""Entries of a row's menu besides the actions."""

_ICONS = {
    Action.PAUSE: "pause",
    Action.RESUME: "play_arrow",
    Action.ARCHIVE: "inventory_2",
    Action.UNARCHIVE: "unarchive",
}
_BULK = tuple((action.value, action.label, _ICONS[action]) for action in Action)
UNAVAILABLE = " · not now"
_NAMED_WINDOWS = 2
_EACH_DAY = "Over the days among the last 7 and the last 28 that ran in full and have settled."


@dataclass(frozen=True)
class Shown:
    """A campaign as a table shows it: its row, whose it is, and how the reader counts time."""

    row: BoardRow
    artist: str
    now: datetime
    zone: tzinfo


def _link(one: Shown) -> tuple[str, str, str]:
    campaign = one.row.campaign
    below = f"{campaign.platform.value.capitalize()} · {campaign.campaign_type}"
    return campaign.name, below, f"campaign?id={campaign.id}"


def _badges(one: Shown) -> list[tuple[str, ...]]:
    return [
        chip(badge.words, badge.colour, badge.icon, badge.help)
        for badge in badges.badges_of(one.row, now=one.now)
    ]


def _verdict(one: Shown) -> list[tuple[str, ...]] | None:
    return [chip(words, colour) for words, colour in verdict_words.chips(one.row).items()] or None


def _both(one: Shown, words: Callable[[Averages], str]) -> tuple[tuple[str, str], ...] | None:
    """Return a figure of both windows."""
    if one.row.averages is None:
        return None
    week, month = one.row.averages
    return ("7 d", words(week)), ("28 d", words(month))


def _cost(one: Shown) -> Any:
    return _both(one, lambda of: unit_cost(of.cost_micros, one.row.campaign.currency))


def _spend(one: Shown) -> Any:
    return _both(one, lambda of: money(of.spend_micros, one.row.campaign.currency))


def _results(one: Shown) -> Any:
    return _both(one, lambda of: _results_words(of, one.row.campaign.headline_kind))


def _results_words(of: Averages, kind: str) -> str:
    """Return results a day with their kind: "33.3 saves"."""
    return MISSING if of.results_micros is None else f"{a_day(of.results_micros)} {kind}"


def _line(one: Shown) -> Any:
    values, trend = one.row.spend_by_day, one.row.trend
    return line(
        values, f"Spend a day over {len(values)} days to {day(trend.as_of if trend else None)}"
    )


def _pacing(one: Shown) -> tuple[float, str, str] | None:
    pacing = one.row.pacing
    if pacing is None or pacing.ratio is None:
        return None
    return pacing.ratio, percent(pacing.ratio), _pacing_word(pacing.word)


def _pacing_word(word: Any) -> str:
    return f"{badges.PACING_SIGNS[word]} {word.value}"


def _plan(one: Shown) -> tuple[str, str] | None:
    campaign = one.row.campaign
    if campaign.budget_micros is None and campaign.ends_on is None:
        return None
    ends = f"to {day(campaign.ends_on)}" if campaign.ends_on else ""
    return budget(campaign), ends


def _promotes(one: Shown) -> tuple[str, str]:
    campaign = one.row.campaign
    return campaign.promotes or MISSING, listed(campaign.locations)


def _figures(one: Shown) -> tuple[str, str]:
    row = one.row
    if row.covered_through is None or row.as_of is None:
        return "No figures yet", ""
    through = row.as_of if row.verdict and row.verdict.is_final else row.covered_through
    return day_before(through, one.now), f"7 d: {span(trailing_window(row.as_of, 7))}"


def _stake(one: Shown) -> str | None:
    verdict = one.row.verdict
    if verdict is None or verdict.stake_micros is None:
        return None
    return money(verdict.stake_micros, one.row.campaign.currency)


def _change(one: Shown) -> str:
    return last_change_words(one.row.last_change, one.zone)


def _menu(one: Shown) -> list[tuple[str, str, str, bool]]:
    row = one.row
    entries = [(OPEN, "Open", "open_in_full", True)]
    if row.campaign.pending_action and row.circumstances.may_change:
        entries.append((CARRIED_OUT, "Mark as carried out…", "task_alt", True))
    entries += [_entry(action, decision) for action, decision in row.decisions.items()]
    return [*entries, (ABOUT, "About this status", "help", True)]


def _entry(action: Action, decision: Decision) -> tuple[str, str, str, bool]:
    if decision.is_allowed:
        return action.value, f"{action.label}…", _ICONS[action], True
    return action.value, f"{action.label}{UNAVAILABLE}", "block", False


COLUMNS: dict[str, tuple[Column, Callable[[Shown], Any]]] = {
    column.name: (column, cell)
    for column, cell in (
        (Column("campaign", "Campaign", "link", width="10rem"), _link),
        (Column("artist", "Artist", width="6rem"), lambda one: one.artist),
        (
            Column(
                "status",
                "Status",
                "chips",
                "A click says what the status means, since when, and what to do.",
                width="7rem",
                can_be_pressed=True,
            ),
            _badges,
        ),
        (
            Column(
                "verdict",
                "Verdict",
                "chips",
                "Cost per result of the last 7 days against the weeks before. The arrow is the "
                "cost's, the colour says whether that is good. A click shows the numbers.",
                width="8rem",
                can_be_pressed=True,
            ),
            _verdict,
        ),
        (Column("cost", "Cost per result", "pair", _EACH_DAY, is_number=True), _cost),
        (Column("spend", "Spend a day", "pair", _EACH_DAY, is_number=True), _spend),
        (Column("results", "Results a day", "pair", _EACH_DAY, is_number=True), _results),
        (
            Column(
                "trend",
                "Spend, 28 days",
                "line",
                "Spend a day over the 28 days up to the campaign's as-of day; days that nobody "
                "reported are gaps.",
            ),
            _line,
        ),
        (
            Column(
                "stake",
                "At stake",
                help="What the last 7 days cost beyond the usual cost per result, where it "
                "declines.",
                is_number=True,
            ),
            _stake,
        ),
        (
            Column(
                "pacing",
                "Pacing",
                "bar",
                "Spend against plan, for live campaigns with a budget; the mark is the plan.",
            ),
            _pacing,
        ),
        (Column("plan", "Budget", width="6rem"), _plan),
        (Column("promotes", "Promotes", width="8rem"), _promotes),
        (
            Column(
                "figures",
                "Figures through",
                help="The last day that the imports cover, and the dates of the last 7 days: "
                "they end on the last day whose figures count as complete.",
                width="7rem",
            ),
            _figures,
        ),
        (Column("change", "Last change", width="10rem"), _change),
        (Column("menu", "", "menu"), _menu),
    )
}


def columns(names: Sequence[str]) -> list[Column]:
    """Return the columns of these names."""
    return [COLUMNS[name][0] for name in names]


def cells(one: Shown, names: Sequence[str]) -> Row:
    """Return a campaign's row with the cells of these names."""
    campaign = one.row.campaign
    return Row(
        (campaign.id, campaign.version), campaign.name, [COLUMNS[name][1](one) for name in names]
    )


def bulk(everything: Callable[[], Sequence[tuple[int, int]]], *, matching: int) -> Bulk | None:
    """Return what may be done with many campaigns; `everything` finds all that match.

    None for whoever may change no campaign at all.
    """
    if not reads.rights().may_somewhere(Deed.CHANGE):
        return None

    def picked(told: Picked) -> None:
        drawn = tuple((int(one), int(version)) for one, version in told.idents)
        bulks.ask(Action(told.entry), everything() if told.is_all else drawn)

    return Bulk(_BULK, matching, picked)


def windows_words(rows: Sequence[BoardRow]) -> str:
    """Return the dates of both windows, where the rows agree on them, else where they stand.

    Of what is over the windows end where each run did, which its own cell says.
    """
    going = [row for row in rows if row.group is not Group.FINISHED] or rows
    as_of = sorted({row.as_of for row in going if row.as_of}, reverse=True)
    if len(as_of) > _NAMED_WINDOWS:
        return "The dates of each campaign's 7 days stand under “Figures through”."
    week, month = (
        " or ".join(span(trailing_window(last, days)) for last in as_of) for days in (7, 28)
    )
    return f"7 d = {week} · 28 d = {month}"


def summary(total: int) -> str:
    """Return how many campaigns there are."""
    return f"{count(total)} campaign" + ("" if total == 1 else "s")
