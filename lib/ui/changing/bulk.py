"""One action on many campaigns: picked in a table, previewed in a dialog, told one by one.

A table's callback calls `ask`, and the page `dialogs` at its end.
"""

import secrets
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.domain.actions import Action
from lib.domain.status import FACTS
from lib.services import bulk
from lib.services.bulk import Fate, Outlook, Preview, Result
from lib.ui import clock, reads
from lib.ui.changing import actions, guardrails, undoing, writes
from lib.ui.dialogs import dialog, ending, footer
from lib.ui.escape import esc
from lib.ui.format import MISSING, ago, count, instant
from lib.ui.words import entry_words

Selected = tuple[int, int]
"""A campaign's id, and the version as it was drawn."""

_WANTED, _TOLD = "wanted-bulk", "told-bulk"
_DONE = {
    Action.PAUSE: "paused",
    Action.RESUME: "resumed",
    Action.ARCHIVE: "archived",
    Action.UNARCHIVE: "unarchived",
}
_ROW, _HEAD, _TALLEST = 35, 38, 320


def ask(action: Action, selected: Sequence[Selected]) -> None:
    """Note that the page is to open the preview of `action` on what is selected."""
    st.session_state[_WANTED] = (action, tuple(selected), secrets.token_hex(16))


def dialogs() -> None:
    """Open the preview that a click asked for, or tell what became of a bulk; call it last."""
    if _TOLD in st.session_state:
        found, results, mine = st.session_state.pop(_TOLD)
        if reads.rights() == mine:
            _results(found, results)
    elif _WANTED in st.session_state:
        action, selected, request_id = st.session_state.pop(_WANTED)
        found = bulk.preview(
            reads.engine(), selected, action, rights=reads.rights(), now=clock.now()
        )
        _preview(found, request_id)


def _preview(found: Preview, request_id: str) -> None:
    title = f"{found.action.label} {_campaigns(len(found.outlooks) + len(found.gone))}"

    @dialog(title, icon=actions.ICONS[found.action], width="large")
    def ask_once() -> None:
        _decide(found, request_id)

    ask_once()


def _decide(found: Preview, request_id: str) -> None:
    """Draw what becomes of each, ask for one reason where it is due, and offer the action."""
    action, changing = found.action, found.changing
    rows = [one.one.row for one in changing]
    st.markdown(summary(found))
    st.dataframe(
        preview_frame(found),
        hide_index=True,
        height=min(_ROW * len(found.outlooks) + _HEAD, _TALLEST),
        placeholder=MISSING,
        alt="What becomes of each campaign",
        column_config={"Why, and what to know": st.column_config.TextColumn(width=460)},
    )
    reason_key, note_key = f"reason-{request_id}", f"note-{request_id}"
    reason = None
    if changing:
        guardrails.consequences(action, rows)
        _to_know(found)
        reason = guardrails.reason(reason_key, rows) if action is Action.PAUSE else None
        guardrails.note(note_key)
    footer(
        f"{action.label} {_campaigns(len(changing))}",
        key=f"bulk-{action}",
        icon=actions.ICONS[action],
        lacking=guardrails.lacking(action, reason) if changing else "None of them can change.",
        on_click=writes.act_on_many,
        args=(found, request_id),
        kwargs={"reason_key": reason_key, "note_key": note_key, "told_key": _TOLD},
    )


def summary(found: Preview) -> str:
    """Return in Markdown how many will change, are so already, are refused, have a caution."""
    warned = sum(bool(one.cautions) for one in found.changing)
    parts = [
        f"**{count(len(found.changing))} will change**",
        *(
            f"{count(number)} {words}"
            for number, words in (
                (warned, "of them with a caution"),
                (len(found.of(Fate.ALREADY)), "so already"),
                (len(found.of(Fate.REFUSED)), "not allowed"),
                (len(found.gone), "not there any more"),
            )
            if number
        ),
    ]
    return " · ".join(parts)


def preview_frame(found: Preview) -> pd.DataFrame:
    """Return what becomes of each campaign as a table of texts, in the order of selection."""
    return pd.DataFrame(
        [
            {
                "Campaign": one.one.row.campaign.name,
                "Artist": one.one.artist.name,
                "Status": FACTS[one.one.row.status].label,
                "What happens": _what(one),
                "Why, and what to know": _why(one) or None,
            }
            for one in found.outlooks
        ],
        columns=["Campaign", "Artist", "Status", "What happens", "Why, and what to know"],
    )


def _what(one: Outlook) -> str:
    if one.fate is Fate.CHANGES and one.to is not None:
        return f"→ {FACTS[one.to].label}"
    return "is so already" if one.fate is Fate.ALREADY else "not allowed"


def _why(one: Outlook) -> str:
    if one.fate is Fate.ALREADY:
        return ""
    if one.fate is Fate.REFUSED:
        return one.why_not
    said = []
    if one.has_changed:
        said.append("Changed since you selected it.")
    if one.cautions.learning:
        said.append(f"Learns until {instant(one.cautions.learning.ends_at, clock.zone())}.")
    if recent := one.cautions.recent:
        passed = ago(clock.now() - recent.at)
        said.append(f"Last change {passed}: {entry_words(recent)} by {recent.actor}.")
    if not one.is_carried_out:
        said.append("To be switched on the platform too.")
    return " ".join(said)


def _to_know(found: Preview) -> None:
    """Draw what holds for several of those that will change, with the first few by name."""
    changing = found.changing
    for chosen, words, icon in (
        (
            [one for one in changing if one.has_changed],
            "changed since you selected them",
            ":material/sync_problem:",
        ),
        (
            [one for one in changing if one.cautions.learning],
            "still learn: wait at least 7 days before you judge or change a campaign",
            ":material/school:",
        ),
        (
            [one for one in changing if one.cautions.recent],
            "were changed within the last 7 days: one change at a time shows what it did",
            ":material/filter_1:",
        ),
        (
            [one for one in changing if not one.is_carried_out],
            "are only recorded here: switch them in the ad platform's own manager too",
            ":material/front_hand:",
        ),
    ):
        if chosen:
            names = guardrails.named([one.one.row.campaign.name for one in chosen])
            st.warning(f"{count(len(chosen))} {words}. {names}", icon=icon)


@dialog("What became of it", icon=":material/checklist:", width="large")
def _results(found: Preview, results: Sequence[Result]) -> None:
    """Tell what became of each campaign, those that were left first and by name."""
    failed = [one for one in results if one.change is None]
    done = len(results) - len(failed)
    st.markdown(f"**{count(done)} of {count(len(results))} {_DONE[found.action]}.**")
    if failed:
        lines = [f"- **{esc(one.name)}**: {esc(one.why_not)}" for one in failed[:20]]
        more = len(failed) - len(lines)
        lines += [f"- and {count(more)} more, in the table below"] if more else []
        st.warning("\n".join(lines), title="Not changed", icon=":material/info:")
    pending = [one for one in results if one.change and one.change.is_to_be_carried_out]
    if pending:
        st.warning(
            f"Switch {guardrails.named([one.name for one in pending])} on the ad platform too, "
            "then mark them as carried out.",
            icon=":material/front_hand:",
        )
    st.dataframe(
        results_frame(results),
        hide_index=True,
        height=min(_ROW * len(results) + _HEAD, _TALLEST),
        placeholder=MISSING,
        alt="What became of each campaign",
    )
    changes = [one.change for one in results if one.change]
    with st.container(horizontal=True, horizontal_alignment="right"):
        if 0 < len(changes) <= undoing.MOST_AT_ONCE:
            names = {one.change.campaign_id: one.name for one in results if one.change}
            ending(
                "Undo it" if len(changes) == 1 else f"Undo all {count(len(changes))}",
                key="undo-bulk",
                icon=":material/undo:",
                on_click=undoing.undo_all,
                args=(changes, names),
            )
        ending("Close", key="close-bulk")


def results_frame(results: Sequence[Result]) -> pd.DataFrame:
    """Return one line for each campaign: what it is now, or why it was left as it was."""
    return pd.DataFrame(
        [
            {
                "Campaign": one.name,
                "Now": FACTS[one.change.to_status].label if one.change else "not changed",
                "Why not": one.why_not or None,
            }
            for one in results
        ],
        columns=["Campaign", "Now", *(["Why not"] if any(one.why_not for one in results) else [])],
    )


def _campaigns(number: int) -> str:
    return "1 campaign" if number == 1 else f"{count(number)} campaigns"
