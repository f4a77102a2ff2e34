"""The trend check as drawn: the rule in words, over the past, and on invented campaigns."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from lib.domain.backtest import FLIP_BACK_DAYS, Tally
from lib.domain.naive import LEAST_DIFFERENCE
from lib.domain.records import Artist
from lib.domain.simulation import ASKED, CHANGED, WITHIN, Change, Outcome
from lib.domain.trend import too_early_words
from lib.domain.verdict import MONTH, Why
from lib.services.backtest import Backtest
from lib.ui import reads, verdict_words
from lib.ui.escape import esc
from lib.ui.format import MISSING, count, percent, span_words

SCOPE = "trend-check-scope"
_ONE, _ALL = "artist", "all"
_RULE, _NAIVE = "this rule", "7 against 28"
_NAIVE_WORDS = (
    "What follows puts **7 against 28** beside it, which the figures invite to: the average cost "
    "per result of the last 7 days differs by more than "
    f"{percent(LEAST_DIFFERENCE)} from that of the last 28. It has no gates and asks no second day."
)


def rule() -> None:
    """Draw what is compared, what counts as a change, and when it is too early."""
    st.markdown(verdict_words.RULE)
    with st.expander("Every reason why it may be too early to tell", icon=":material/rule:"):
        st.markdown("\n".join(f"- {too_early_words(why)}" for why in Why))
        st.caption("The first one that applies is the one that is shown.")
    st.markdown(_NAIVE_WORDS)


def ask_scope(artist: Artist | None) -> int | None:
    """Draw whose figures to look at; return the artist's id, None for all artists."""
    if artist is None:
        return None
    # The icon keeps them apart even from an artist who is called that.
    names = {_ONE: esc(artist.name), _ALL: ":material/groups: All artists"}
    chosen = st.segmented_control(
        "Whose figures",
        list(names),
        default=_ONE,
        format_func=names.__getitem__,
        required=True,
        key=SCOPE,
        label_visibility="collapsed",
    )
    return None if chosen == _ALL else artist.id


def past(artist_id: int | None) -> None:
    """Draw what both rules would have said on every past day, and what they took back."""
    found = reads.backtest(artist_id)
    if not found.groups:
        st.info(
            "No day has settled yet: import an export, and its past days are judged here.",
            icon=":material/hourglass_top:",
        )
        return
    st.markdown(_past_words(found))
    _table(
        _past_frame(found),
        _past_columns(),
        "Directions and flips of both rules over the past, by platform and result",
    )
    st.caption(
        "A **flip** is a word (improving, declining or steady) that gave way to another one; days "
        "on which it was too early are passed over. It was **taken back** where the earlier word "
        f"was shown again within {FLIP_BACK_DAYS} days. A lasting change is not taken back, but it "
        "too reads steady again after some two weeks, once the weeks before have caught up. Past "
        f"days are judged by today's figures; 7 against 28 is asked from the {MONTH}th day of a "
        "campaign on."
    )


def _past_words(found: Backtest) -> str:
    mine, naive = found.rule, found.naive
    return (
        f"**{span_words(found.first, found.last)}**, {count(mine.campaigns)} campaigns, "
        f"{count(mine.days)} campaign days. Of the days that could be judged the rule named a "
        f"direction on **{percent(mine.named_share)}**, 7 against 28 on "
        f"**{percent(naive.named_share)}**. Of its flips the rule took back "
        f"**{percent(mine.flipped_back_share)}** ({count(mine.flipped_back)} of "
        f"{count(mine.flips)}), 7 against 28 **{percent(naive.flipped_back_share)}** "
        f"({count(naive.flipped_back)} of {count(naive.flips)})."
    )


def _past_frame(found: Backtest) -> pd.DataFrame:
    named = [
        (f"{group.platform.label}, {group.kind}", group.rule, group.naive) for group in found.groups
    ]
    if len(named) > 1:
        named.append(("All", found.rule, found.naive))
    return pd.DataFrame(
        [
            _past_row(name, rule_name, of)
            for name, mine, naive in named
            for rule_name, of in ((_RULE, mine), (_NAIVE, naive))
        ]
    )


def _past_row(name: str, rule_name: str, of: Tally) -> dict[str, Any]:
    back = of.flipped_back_share
    return {
        "result": name,
        "by": rule_name,
        "named": None if of.named_share is None else 100 * of.named_share,
        "flips": of.flips,
        "back": None if back is None else 100 * back,
        "judged": of.judged,
        "days": of.days,
        "campaigns": of.campaigns,
    }


def _past_columns() -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "result": text("Platform and result", width=190),
        "by": text("Rule"),
        "named": _share("Direction named", "Of the days that could be judged."),
        "flips": number("Flips", format="localized"),
        "back": _share("Taken back", f"Of the flips, within {FLIP_BACK_DAYS} days."),
        "judged": number("Days judged", format="localized"),
        "days": number("Days", format="localized"),
        "campaigns": number("Campaigns", format="localized"),
    }


def invented() -> None:
    """Draw how often both rules are right where the truth is known."""
    outcomes = reads.simulation()
    st.markdown(
        f"{count(outcomes[0].campaigns)} invented campaigns a line, whose weekdays differ, whose "
        "days wobble, and of which nothing else is to be known. What is shown on one day, "
        f"{ASKED - CHANGED} days after the moment at which the cost changed, or did not."
    )
    st.markdown("**Nothing changed: how often a direction is named all the same**")
    _table(_quiet_frame(outcomes), _quiet_columns(), "False directions by results a week")
    st.caption(
        f"Whoever looks every day tries every day: in {WITHIN} days chance shows a direction on "
        "some day for far more of them. A word that comes and goes within days is likely chance; "
        "give more weight to one that stays."
    )
    st.markdown("**The cost truly changed: how often that is called**")
    _table(_changed_frame(outcomes), _changed_columns(), "Changes called by results a week")
    st.caption(
        "With few results the honest answer is that it is too early to tell; 7 against 28 calls "
        "more of the changes, at the price of the false alarms above. “Wrong direction” is the "
        "worst of the three changes."
    )


def _table(frame: pd.DataFrame, columns: dict[str, Any], alt: str) -> None:
    st.dataframe(
        frame,
        hide_index=True,
        height=35 * (len(frame) + 1) + 3,
        column_config=columns,
        placeholder=MISSING,
        alt=alt,
    )


def _quiet_frame(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"weekly": one.weekly, "by": name, "named": 100 * shares.named, "ever": 100 * ever}
            for one in outcomes
            if one.change is Change.NONE
            for name, shares, ever in (
                (_RULE, one.rule, one.misled),
                (_NAIVE, one.naive, one.misled_naive),
            )
        ]
    )


def _quiet_columns() -> dict[str, Any]:
    return {
        "weekly": st.column_config.NumberColumn("Results a week"),
        "by": st.column_config.TextColumn("Rule"),
        "named": _share("On one day"),
        "ever": _share(f"On some day of {WITHIN}"),
    }


def _changed_frame(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    rows: dict[tuple[float, str], dict[str, Any]] = {}
    for one in outcomes:
        if one.change is Change.NONE:
            continue
        for name, shares in ((_RULE, one.rule), (_NAIVE, one.naive)):
            row = rows.setdefault(
                (one.weekly, name), {"weekly": one.weekly, "by": name, "wrong": 0.0}
            )
            row[one.change.name] = 100 * shares.of(one.change.truth)
            row["wrong"] = max(row["wrong"], 100 * shares.of(one.change.opposite))
    return pd.DataFrame(list(rows.values()), columns=list(_changed_columns()))


def _changed_columns() -> dict[str, Any]:
    changes = [change for change in Change if change is not Change.NONE]
    return {
        "weekly": st.column_config.NumberColumn("Results a week"),
        "by": st.column_config.TextColumn("Rule"),
        **{change.name: _share(change.value.capitalize()) for change in changes},
        "wrong": _share("Wrong direction"),
    }


def _share(name: str, help: str | None = None) -> Any:  # noqa: A002 - Streamlit's own word
    return st.column_config.ProgressColumn(
        name, help=help, min_value=0, max_value=100, format="%.1f %%"
    )
