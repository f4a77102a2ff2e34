"""How a status looks: icon, word and colour together, so that colour is never the only signal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lib.domain.board import BoardRow
from lib.domain.learning import LEARNING_DAYS, has_learning_badge, status_badge_label
from lib.domain.metrics import PacingWord
from lib.domain.status import FACTS, Group, Status, Tone

Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray", "primary"]

COLOURS: dict[Tone, Colour] = {
    Tone.DELIVERING: "green",
    Tone.WAITING: "blue",
    Tone.ATTENTION: "orange",
    Tone.ISSUE: "red",
    Tone.OFF: "gray",
}


ICONS: dict[Status, str] = {
    Status.ISSUE: ":material/error:",
    Status.SUBSCRIPTION_PAUSED: ":material/credit_card_off:",
    Status.ACTIVE: ":material/play_circle:",
    Status.SERVING: ":material/bolt:",
    Status.DEPLOYING: ":material/rocket_launch:",
    Status.UNDER_REVIEW: ":material/policy:",
    Status.CONTENT_VALIDATION: ":material/fact_check:",
    Status.AWAITING_SMARTLINK: ":material/link:",
    Status.PAUSED: ":material/pause_circle:",
    Status.ENDED: ":material/flag:",
    Status.ARCHIVED: ":material/inventory_2:",
}

GROUP_ICONS: dict[Group, str] = {
    Group.NEEDS_ATTENTION: ":material/priority_high:",
    Group.LIVE: ":material/play_circle:",
    Group.IN_SETUP: ":material/construction:",
    Group.PAUSED: ":material/pause_circle:",
    Group.FINISHED: ":material/flag:",
}
GROUP_TONES: dict[Group, Tone] = {
    Group.NEEDS_ATTENTION: Tone.ATTENTION,
    Group.LIVE: Tone.DELIVERING,
    Group.IN_SETUP: Tone.WAITING,
    Group.PAUSED: Tone.OFF,
    Group.FINISHED: Tone.OFF,
}

LEARNING_ICON = ":material/school:"
PENDING_WORDS = "To be carried out"
SPENDING_WORDS = "Still spending"
STALE_WORDS = "Figures are old"
SILENT_WORDS = "Not spending"
FRUITLESS_WORDS = "Brings nothing"
ODD_WORDS = "Odd spend"

PACING_SIGNS = {PacingWord.UNDER: "↓", PacingWord.ON_TRACK: "✓", PacingWord.OVER: "↑"}


@dataclass(frozen=True)
class Badge:
    """One badge: its words, icon, colour and the sentence behind it."""

    words: str
    icon: str
    colour: Colour
    help: str


def badges_of(row: BoardRow, *, now: datetime) -> list[Badge]:
    """Return the badges of a campaign: its status first, then Learning, then what is wrong."""
    facts = FACTS[row.status]
    badges = [
        Badge(
            status_badge_label(row.campaign, now=now),
            ICONS[row.status],
            COLOURS[facts.tone],
            facts.meaning,
        )
    ]
    if row.learning and has_learning_badge(row.campaign, now=now):
        badges.append(_learning(row.learning.day))
    if row.spent_after_stop_on:
        badges.append(SPENDING)
    if row.campaign.pending_action:
        badges.append(PENDING)
    if row.silent_on:
        badges.append(SILENT)
    elif row.odd_day:
        badges.append(ODD)
    if row.brings_nothing:
        badges.append(FRUITLESS)
    if row.is_stale:
        badges.append(STALE)
    return badges


def side_by_side(badges: list[Badge]) -> str:
    """Return badges as one line of Markdown; their words are this desk's own."""
    return " ".join(in_markdown(one.words, one.icon, one.colour) for one in badges)


def in_markdown(words: str, icon: str, colour: Colour) -> str:
    """Return a badge as a part of a line; an element of its own costs the browser far more."""
    return f":{colour}-badge[{icon} {words}]"


def _learning(day: int) -> Badge:
    return Badge(
        f"Learning · day {day} of {LEARNING_DAYS}",
        LEARNING_ICON,
        "blue",
        "The ad platform is still calibrating; figures jump from day to day.",
    )


PENDING = Badge(
    PENDING_WORDS,
    ":material/front_hand:",
    "orange",
    "Decided here, but not yet confirmed as switched on the ad platform.",
)
SPENDING = Badge(
    SPENDING_WORDS,
    ":material/payments:",
    "red",
    "The platform reported spend for a day after money should have stopped.",
)
STALE = Badge(
    STALE_WORDS,
    ":material/update_disabled:",
    "orange",
    "No figures for the last days have come in. Import a newer export.",
)
SILENT = Badge(
    SILENT_WORDS,
    ":material/money_off:",
    "orange",
    "Live, but nothing was spent on the last full day that was reported.",
)
FRUITLESS = Badge(
    FRUITLESS_WORDS,
    ":material/hourglass_disabled:",
    "orange",
    "What it spent over the last 28 days brought no result, and the days would suffice to judge.",
)
ODD = Badge(
    ODD_WORDS,
    ":material/show_chart:",
    "violet",
    "A day of the last 7 spent over twice or under half of what that weekday usually does.",
)
OTHERS = (SPENDING, PENDING, STALE, SILENT, ODD)
"""Every badge beside status and Learning."""
