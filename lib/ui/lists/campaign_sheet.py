"""Campaigns as a file: the cells of the board and the roster, typed, and what they are of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from lib.domain.metrics import trailing_window
from lib.domain.records import MICROS
from lib.domain.status import FACTS
from lib.domain.trend import Averages
from lib.services.sheets import Column, Kind, Sheet, Value
from lib.ui import badges, verdict_words
from lib.ui.format import instant, listed, zone_name
from lib.ui.lists.campaign_cells import Shown
from lib.ui.words import last_change_words

Cell = Callable[[Shown], Value]


def _units(micros: float | None) -> float | None:
    return None if micros is None else micros / MICROS


def _both(
    name: str, kind: Kind, of: Callable[[Averages], float | None]
) -> list[tuple[Column, Cell]]:
    """Return the columns of a figure over the last 7 and the last 28 days."""

    def cell(one: Shown, window: int) -> Value:
        found = one.row.averages
        return None if found is None else _units(of(found[window]))

    return [
        (Column(f"{name}, 7 days", kind), lambda one: cell(one, 0)),
        (Column(f"{name}, 28 days", kind), lambda one: cell(one, 1)),
    ]


def _verdict(one: Shown) -> str:
    return " · ".join(verdict_words.chips(one.row))


def _badges(one: Shown) -> str:
    return " · ".join(badge.words for badge in badges.badges_of(one.row, now=one.now))


def _stake(one: Shown) -> Value:
    return _units(one.row.verdict.stake_micros) if one.row.verdict else None


def _week_from(one: Shown) -> Value:
    return trailing_window(one.row.as_of, 7).first if one.row.as_of else None


def _change(one: Shown) -> str:
    return last_change_words(one.row.last_change, one.zone)


# By the names of the board's and the roster's own columns.
_OF: Mapping[str, list[tuple[Column, Cell]]] = {
    "campaign": [
        (Column("Campaign"), lambda one: one.row.campaign.name),
        (Column("Campaign id", Kind.COUNT), lambda one: one.row.campaign.id),
        (Column("Platform"), lambda one: one.row.campaign.platform.label),
        (Column("Campaign type"), lambda one: one.row.campaign.campaign_type),
    ],
    "artist": [(Column("Artist"), lambda one: one.artist)],
    "status": [
        (Column("Status"), lambda one: FACTS[one.row.status].label),
        (Column("Badges"), _badges),
    ],
    "verdict": [(Column("Verdict"), _verdict)],
    "cost": _both("Cost per result", Kind.COST, lambda found: found.cost_micros),
    "spend": [
        *_both("Spend a day", Kind.MONEY, lambda found: found.spend_micros),
        (Column("Currency"), lambda one: one.row.campaign.currency),
    ],
    "results": [
        *_both("Results a day", Kind.COUNT, lambda found: found.results_micros),
        (Column("Result kind"), lambda one: one.row.campaign.headline_kind),
    ],
    "stake": [(Column("At stake", Kind.MONEY), _stake)],
    "pacing": [
        (
            Column("Pacing", Kind.SHARE),
            lambda one: one.row.pacing.ratio if one.row.pacing else None,
        )
    ],
    "plan": [
        (
            Column("Budget", Kind.MONEY),
            lambda one: _units(one.row.campaign.budget_micros),
        ),
        (Column("Budget period"), lambda one: one.row.campaign.budget_period or None),
        (Column("Ends on", Kind.DAY), lambda one: one.row.campaign.ends_on),
    ],
    "promotes": [
        (Column("Promotes"), lambda one: one.row.campaign.promotes),
        (Column("Locations"), lambda one: listed(one.row.campaign.locations)),
    ],
    "figures": [
        (Column("Figures through", Kind.DAY), lambda one: one.row.covered_through),
        (Column("7 days from", Kind.DAY), _week_from),
        (Column("As-of day", Kind.DAY), lambda one: one.row.as_of),
    ],
    "change": [
        (Column("Last change"), lambda one: last_change_words(one.row.last_change, one.zone))
    ],
}


def sheet(
    title: str,
    shown: Sequence[Shown],
    names: Sequence[str],
    *,
    filters: Sequence[tuple[str, str]],
    total: int,
    now: datetime,
    zone: tzinfo,
) -> Sheet:
    """Return the campaigns with the cells of these names, as far as a file can hold them.

    `filters` says what they are narrowed to; `total` how many fit, where that is more.
    """
    columns = [one for name in names for one in _OF.get(name, ())]
    as_of = sorted({one.row.as_of for one in shown if one.row.as_of})
    days = " to ".join(dict.fromkeys(day.isoformat() for day in (as_of[:1] + as_of[-1:])))
    currencies = sorted({one.row.campaign.currency for one in shown})
    about = [
        ("What", title),
        *(filters or (("Filters", "none"),)),
        ("Campaigns", f"{len(shown)} of {total}" if total > len(shown) else str(len(shown))),
        ("As-of day", f"each campaign’s own: {days}" if days else "none: no figures yet"),
        (
            "Figures",
            (
                "means over the days of the last 7 and 28 that ran in full and have settled; of "
                "spend over all reported days where none says what it brought"
            ),
        ),
        ("Days", "dates of the ad accounts’ own time zones"),
        ("Currency", ", ".join(currencies) or "none"),
        ("Made", f"{instant(now, zone)}, {zone_name(zone)}"),
    ]
    return Sheet(
        title=title,
        columns=tuple(column for column, _ in columns),
        rows=tuple(tuple(of(one) for _, of in columns) for one in shown),
        about=tuple(about),
    )
