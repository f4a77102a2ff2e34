"""The roster's tables as frames: every cell in words with its unit, colour never alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.board import BoardRow
from lib.domain.records import MICROS
from lib.domain.status import FACTS
from lib.services.attention import Need, StoppedByBilling, money_of
from lib.services.label_trend import LabelSpend
from lib.services.looks import Moved
from lib.services.roster import ArtistTotal, KindTotal, RosterRow
from lib.ui import badges, verdict_words
from lib.ui.badges import Colour
from lib.ui.board import both, pacing, results_a_day, sparkline
from lib.ui.format import (
    MISSING,
    count,
    day,
    instant,
    money,
    one_of,
    percent,
    results,
    unit_cost,
)

# The first nine columns fill a window of 1440 pixels.
WIDTHS = {
    "campaign": 162,
    "artist": 104,
    "badges": 122,
    "verdict": 158,
    "cost": 98,
    "spend": 106,
    "results": 138,
    "trend": 58,
    "stake": 84,
    "pacing": 84,
    "platform": 80,
    "figures": 96,
}


@dataclass(frozen=True)
class NeedLook:
    """How a kind of attention looks: icon on the page, sign in a cell, word and colour."""

    icon: str
    sign: str
    words: str
    colour: Colour

    @property
    def chip(self) -> str:
        return f"{self.sign} {self.words}"


NEEDS = {
    Need.ISSUE: NeedLook("error", "✕", "Issue", "red"),
    Need.STILL_SPENDING: NeedLook("payments", "⚠", "Still spending", "red"),
    Need.BILLING: NeedLook("credit_card_off", "⚠", "Billing", "orange"),
    Need.BROKEN: NeedLook("link_off", "⚠", "Broken connection", "orange"),
    Need.SILENT: NeedLook("money_off", "⚠", "Spends nothing", "orange"),
    Need.DECLINING: NeedLook("north_east", "↑", "Declining", "orange"),
    Need.PACING: NeedLook("speed", "≠", "Pacing far off", "orange"),
    Need.ANOMALY: NeedLook("show_chart", "◆", "Odd spend", "violet"),
    Need.STALE: NeedLook("update_disabled", "◌", "Old figures", "gray"),
}


def need_words(need: Need, number: int) -> str:
    """Return a kind of attention with its icon and its count."""
    return f":material/{NEEDS[need].icon}: {NEEDS[need].words} · {count(number)}"


def campaign_frame(rows: Sequence[RosterRow], *, now: datetime) -> pd.DataFrame:
    """Return the cells of the campaigns' table, one row a campaign."""
    return pd.DataFrame([_cells(one, now=now) for one in rows])


def _cells(one: RosterRow, *, now: datetime) -> dict[str, Any]:
    row, campaign = one.row, one.row.campaign
    return {
        "campaign": campaign.name,
        "artist": one.artist,
        "badges": [badge.chip for badge in badges.badges_of(row, now=now)],
        "verdict": list(verdict_words.chips(row)),
        "cost": both(
            row,
            lambda sums: unit_cost(sums.cost_micros, campaign.currency),
            width=WIDTHS["cost"],
        ),
        "spend": both(
            row,
            lambda sums: money(sums.spend_a_day_micros, campaign.currency),
            width=WIDTHS["spend"],
        ),
        "results": both(row, lambda sums: results_a_day(sums, campaign), width=WIDTHS["results"]),
        "trend": sparkline(row.spend_by_day),
        "stake": money(row.verdict.stake_micros if row.verdict else None, campaign.currency),
        "pacing": pacing(row),
        "platform": campaign.platform.value.capitalize(),
        "figures": day(row.covered_through) if row.covered_through else "None yet",
    }


def campaign_columns(rows: Sequence[RosterRow]) -> dict[str, Any]:
    """Return the configuration of the campaigns' columns."""
    text = st.column_config.TextColumn
    chips = badges.chip_colours()
    verdicts = {
        chip: colour for one in rows for chip, colour in verdict_words.chips(one.row).items()
    }
    return {
        "campaign": text("Campaign", width=WIDTHS["campaign"], help="A click opens the campaign."),
        "artist": text("Artist", width=WIDTHS["artist"]),
        "badges": _chips("Status", chips, WIDTHS["badges"]),
        "verdict": _chips(
            "Verdict",
            verdicts,
            WIDTHS["verdict"],
            help="Cost per result of the last 7 days against the weeks before. The arrow is the "
            "cost's, the colour says whether that is good.",
        ),
        "cost": text(
            "Cost per result",
            width=WIDTHS["cost"],
            help="Over the full, settled days of the last 7 and of the last 28.",
        ),
        "spend": text("Spend a day", width=WIDTHS["spend"]),
        "results": text("Results a day", width=WIDTHS["results"]),
        "trend": st.column_config.AreaChartColumn(
            "Trend",
            width=WIDTHS["trend"],
            y_min=0,
            color="blue",
            help="Spend a day over the last 28 days; days that nobody reported are left out.",
        ),
        "stake": text(
            "At stake",
            width=WIDTHS["stake"],
            help="What the last 7 days cost beyond the usual cost per result, where it declines.",
        ),
        "pacing": text("Pacing", width=WIDTHS["pacing"], help="Spend against plan."),
        "platform": text("Platform", width=WIDTHS["platform"]),
        "figures": text(
            "Figures to", width=WIDTHS["figures"], help="The last day that the imports cover."
        ),
    }


def _chips(
    label: str,
    colours: dict[str, Colour],
    width: int,
    *,
    help: str | None = None,  # noqa: A002
) -> Any:
    return st.column_config.MultiselectColumn(
        label, options=list(colours), color=list(colours.values()), width=width, help=help
    )


def results_of(kind: str, micros: int | None) -> str:
    """Return results with their kind: "1 save", "— views"."""
    return f"{results(micros)} {one_of(kind) if micros == MICROS else kind}"


def label_frame(spent: Sequence[LabelSpend]) -> pd.DataFrame:
    """Return the cells of what the label spent, one row a currency."""
    return pd.DataFrame(
        [
            {
                "Currency": one.currency,
                "7 days to": day(one.through),
                "Spend, 7 days": _amount(one.week, one.currency),
                "The 7 before": _amount(one.week_before, one.currency),
                "Change": _change(one.week, one.week_before),
                "28 days": sparkline(tuple(each.spend for each in one.days if each.is_whole)),
            }
            for one in spent
        ]
    )


def label_columns() -> dict[str, Any]:
    """Return the configuration of the table of the label's spend; spend is neutral."""
    return {
        "28 days": st.column_config.AreaChartColumn("28 days", width=340, y_min=0, color="blue"),
    }


def _amount(units: float | None, currency: str) -> str:
    return money(None if units is None else units * MICROS, currency)


def _change(now: float | None, before: float | None) -> str:
    if now is None or not before:
        return MISSING
    ratio = now / before - 1
    return f"{'+' if ratio >= 0 else '−'}{percent(abs(ratio))}"


def artist_frame(rows: Sequence[ArtistTotal]) -> pd.DataFrame:
    """Return the cells of the artists' table, one row an artist and currency."""
    return pd.DataFrame(
        [
            {
                "Artist": one.artist,
                "Currency": one.total.currency,
                "Campaigns": one.total.campaigns,
                "Live": one.live,
                "Declining": one.declining,
                "Spend, 7 days": money(one.total.spend_7_micros, one.total.currency),
                "Spend, 28 days": money(one.total.spend_28_micros, one.total.currency),
                "Results, 7 days": kinds_words(one.total.kinds, lambda kind: kind.results_7_micros),
                "Results, 28 days": kinds_words(
                    one.total.kinds, lambda kind: kind.results_28_micros
                ),
            }
            for one in rows
        ]
    )


def artist_columns() -> dict[str, Any]:
    """Return the widths of the artists' columns."""
    widths = {"Artist": 240, "Results, 7 days": 240, "Results, 28 days": 240}
    return {name: st.column_config.TextColumn(name, width=width) for name, width in widths.items()}


def kinds_words(kinds: Sequence[KindTotal], micros: Callable[[KindTotal], int | None]) -> str:
    """Return results kind by kind; they are never added."""
    told = [results_of(kind.kind, micros(kind)) for kind in kinds if micros(kind) is not None]
    return " · ".join(told) or MISSING


def attention_frame(
    items: Sequence[tuple[Need, RosterRow | StoppedByBilling]],
) -> pd.DataFrame:
    """Return the cells of the list of what needs attention."""
    return pd.DataFrame([_attention_cells(need, item) for need, item in items])


def _attention_cells(need: Need, item: RosterRow | StoppedByBilling) -> dict[str, Any]:
    chip = [NEEDS[need].chip]
    if isinstance(item, StoppedByBilling):
        return {
            "What": chip,
            "Campaign": "All of the artist",
            "Artist": item.artist,
            "Why": _billing_words(item),
            "Amount": MISSING,
        }
    row = item.row
    return {
        "What": chip,
        "Campaign": row.campaign.name,
        "Artist": item.artist,
        "Why": why(need, row),
        "Amount": money(money_of(need, row), row.campaign.currency),
    }


def why(need: Need, row: BoardRow) -> str:
    """Return the sentence of one campaign that needs attention."""
    if need is Need.ISSUE:
        return row.campaign.platform_note or FACTS[row.status].meaning
    if need is Need.STILL_SPENDING:
        return (
            f"{FACTS[row.status].label}, yet spend was reported for {day(row.spent_after_stop_on)}"
        )
    if need is Need.BROKEN:
        return f"{FACTS[row.status].label} on a broken connection to {row.campaign.platform.label}"
    if need is Need.SILENT:
        return f"Live, and nothing was spent on {day(row.silent_on)}"
    if need is Need.DECLINING:
        return verdict_words.sentence(row)
    if need is Need.PACING and row.pacing:
        return (
            f"{percent(row.pacing.ratio)} of plan; "
            f"± {percent(row.pacing.tolerance)} counts as on track"
        )
    if need is Need.ANOMALY and row.odd_day:
        currency = row.campaign.currency
        return (
            f"{money(row.odd_day.spend_micros, currency)} on {day(row.odd_day.day)}, usually "
            f"{money(row.odd_day.usual_micros, currency)} on that weekday"
        )
    if row.covered_through is None:
        return "Live, and no figures have come in yet"
    return f"Live, and the figures end on {day(row.covered_through)}"


def _billing_words(item: StoppedByBilling) -> str:
    stopped = f"{count(item.campaigns)} campaign{'' if item.campaigns == 1 else 's'} stopped"
    if not item.is_failing:
        return f"Billing is in order again; {stopped} still"
    return f"A payment has failed; {stopped if item.campaigns else 'nothing stopped yet'}"


def attention_columns() -> dict[str, Any]:
    """Return the configuration of the list of what needs attention."""
    text = st.column_config.TextColumn
    return {
        "What": _chips("What", {look.chip: look.colour for look in NEEDS.values()}, 156),
        "Campaign": text("Campaign", width=196, help="A click opens it."),
        "Artist": text("Artist", width=140),
        "Why": text("Why", width=440),
        "Amount": text(
            "Amount",
            width=98,
            help="At stake for a decline, the distance from the usual for odd spend, else the "
            "spend of the last 7 days.",
        ),
    }


def moved_columns() -> dict[str, Any]:
    """Return the widths of the columns of what moved."""
    widths = {"When": 150, "Campaign": 230, "Artist": 180, "What": 80, "From → to": 230}
    return {name: st.column_config.TextColumn(name, width=width) for name, width in widths.items()}


def moved_frame(moved: Sequence[Moved], zone: tzinfo) -> pd.DataFrame:
    """Return the cells of the list of what moved, the newest first."""
    return pd.DataFrame(
        [
            {
                "When": instant(one.at, zone),
                "Campaign": one.campaign,
                "Artist": one.artist,
                "What": "Status" if one.to_status else "Verdict",
                "From → to": movement_words(one),
                "Who": one.actor,
            }
            for one in moved
        ]
    )


def movement_words(one: Moved) -> str:
    """Return from what to what something moved."""
    if one.from_status and one.to_status:
        return f"{FACTS[one.from_status].label} → {FACTS[one.to_status].label}"
    if one.from_word and one.to_word:
        return f"{one.from_word.value} → {one.to_word.value}"
    return MISSING
