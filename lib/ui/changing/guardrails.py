"""What is said before a change: what it will do to the money, and what speaks for waiting.

All of it warns and nothing of it blocks; the rules are in `lib.domain.guardrails`.
"""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from lib.domain.actions import Action, PauseReason
from lib.domain.board import BoardRow
from lib.domain.guardrails import (
    affected,
    is_too_early_to_judge,
    moves_money,
    recent_change,
    spend_a_day,
    suggests_pause,
)
from lib.domain.learning import ADVICE
from lib.domain.records import HistoryEntry
from lib.platforms.gateways import Capability
from lib.services.queries import CampaignPage
from lib.ui import clock, verdict_words
from lib.ui.escape import esc
from lib.ui.format import ago, budget, count, instant, listed, money, results
from lib.ui.words import entry_words, who_words

MOST_NAMED = 5

CONSEQUENCES: dict[Action, tuple[str, ...]] = {
    Action.PAUSE: (
        "Delivery and spend stop at once, and no new results come in.",
        "All figures and the whole history stay.",
        "A resume may start learning anew, and delivery may need some hours to get going.",
    ),
    Action.RESUME: (
        "Delivery and spend start again.",
        "Learning may start anew, and delivery may need some hours to get going.",
    ),
    Action.ARCHIVE: (
        "It moves to the folded archive under Finished; its figures and history stay.",
        "It can be unarchived at any time.",
    ),
    Action.UNARCHIVE: (
        "It comes back to the board in the status it had.",
        "It never comes back in one that spends: what was running comes back paused.",
    ),
}


def consequences(action: Action, rows: Sequence[BoardRow]) -> None:
    """Draw what the action does to these campaigns, the money first."""
    lines = [*_money_lines(action, rows), *CONSEQUENCES[action]]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _money_lines(action: Action, rows: Sequence[BoardRow]) -> list[str]:
    if not rows or not moves_money(action):
        return []
    lines = [_one_spend(action, rows[0])] if len(rows) == 1 else _many_spend(action, rows)
    return [line for line in lines if line]


def _one_spend(action: Action, row: BoardRow) -> str:
    found, one = spend_a_day(row, action), row.campaign
    if found is None:
        if one.budget_micros is None:
            return "How much it spends a day is not known."
        return f"Its budget is {esc(budget(one))}; what that makes a day is not known."
    amount = f"**{esc(money(round(found.micros), one.currency))}** a day"
    if action is Action.RESUME:
        return f"Up to {amount} may go out again: its daily budget."
    basis = "average over the last 7 days" if found.is_measured else "daily budget"
    return f"About {amount} stops going out: its {basis}."


def _many_spend(action: Action, rows: Sequence[BoardRow]) -> list[str]:
    found = affected(rows, action)
    amounts = [
        f"**{esc(money(round(micros), currency))}**"
        for currency, micros in found.by_currency.items()
    ]
    sums = f"{' and '.join(amounts)} a day"
    said = f"About {sums} stops" if action is Action.PAUSE else f"Up to {sums} may start"
    lines = [f"{said} going out."] if amounts else []
    if found.unknown:
        lines.append(f"Of {count(found.unknown)} of them the spend a day is not known.")
    return lines


def how_carried_out(capability: Capability) -> None:
    """Draw whether the platform follows by itself, and else where a person has to switch."""
    if not capability.instruction:
        return
    if capability.is_carried_out:
        st.caption(capability.instruction)
        return
    st.warning(capability.instruction, icon=":material/front_hand:")
    if capability.link:
        st.link_button(f"Open {capability.manager}", capability.link, icon=":material/open_in_new:")


def advice(page: CampaignPage, action: Action, *, now: datetime) -> None:
    """Draw what speaks for waiting, and what speaks for a pause."""
    row = page.row
    if action is Action.PAUSE and suggests_pause(row):
        st.info(
            f"The connection to {row.campaign.platform.label} is broken: a pause is advised until "
            "it works again.",
            icon=":material/link_off:",
        )
    if row.learning:
        ends = instant(row.learning.ends_at, clock.zone())
        st.info(f"{ADVICE} Its learning ends {ends}.", icon=":material/school:")
    if recent := recent_change(page.history, now=now):
        st.info(one_change_words(recent, now=now), icon=":material/filter_1:")


def one_change_words(recent: HistoryEntry, *, now: datetime) -> str:
    """Return in Markdown which change should have the campaign to itself for a week."""
    who = esc(who_words(recent, clock.zone()))
    return (
        f"One change at a time: the last one, {entry_words(recent)} by {who}, was made "
        f"{ago(now - recent.at)} ({instant(recent.at, clock.zone())}). A second one within 7 days "
        "hides what the first did."
    )


def reason(key: str, rows: Sequence[BoardRow]) -> PauseReason | None:
    """Ask why it is paused, warn where the answer cannot be known yet, and return it."""
    chosen: PauseReason | None = st.radio(
        "Why is it paused?" if len(rows) == 1 else "Why are they paused?",
        list(PauseReason),
        index=None,
        key=key,
        format_func=lambda one: one.label,
    )
    if chosen is PauseReason.UNDER_PERFORMING:
        _too_early(rows)
    return chosen


def lacking(action: Action, reason: PauseReason | None) -> str:
    """Return in a sentence what has to be chosen before `action` is done, "" if nothing has."""
    return "Choose a reason first." if action is Action.PAUSE and reason is None else ""


def _too_early(rows: Sequence[BoardRow]) -> None:
    early = [row for row in rows if is_too_early_to_judge(row)]
    if not early:
        return
    if len(rows) == 1:
        words = f"{esc(too_early_words(early[0]))} You may pause it all the same."
    else:
        named = [
            f"- **{esc(row.campaign.name)}**: {esc(too_early_words(row))}"
            for row in early[:MOST_NAMED]
        ]
        more = len(early) - len(named)
        named += [f"- and {count(more)} more"] if more else []
        words = (
            f"Of {count(len(early))} of {count(len(rows))} nobody can tell yet how they perform. "
            "You may pause them all the same.\n" + "\n".join(named)
        )
    st.warning(words, icon=":material/school:")


def too_early_words(row: BoardRow) -> str:
    """Return why the campaign cannot be judged yet, with the verdict's own numbers."""
    headline = verdict_words.headline(row) or "Too early to tell."
    return f"{headline} {verdict_words.sentence(row) or _numbers(row)}"


def _numbers(row: BoardRow) -> str:
    """Return the figures on which a campaign would be judged so early."""
    if row.week is None:
        return "No figures have come in yet."
    one = row.campaign
    return (
        f"Over the last 7 days it spent {money(row.week.spend_micros, one.currency)} for "
        f"{results(row.week.results_micros)} {one.headline_kind}, on {row.week.days} reported "
        "days."
    )


def note(key: str) -> None:
    """Ask for what whoever reads the history should know besides the reason."""
    st.text_area(
        "Note (optional)",
        key=key,
        max_chars=500,
        height=80,
        placeholder="What should whoever reads the history know?",
    )


def named(names: Sequence[str]) -> str:
    """Return the first few names in Markdown, and how many more there are."""
    few = [f"“{esc(name)}”" for name in names[:MOST_NAMED]]
    more = len(names) - len(few)
    return listed(few) + (f" and {count(more)} more" if more else "")
