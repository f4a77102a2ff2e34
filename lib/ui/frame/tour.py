"""The tour of the demo label: five steps from page to page that show what the desk is for.

Offered once to each browser, by a line that comes in the second run and takes the place kept for
it; whoever has ended it or said no finds it beside the demo label's name. Nothing is read or
drawn where there is no demo label.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.domain.actions import Action
from lib.settings import settings
from lib.ui import components, current_artist, reads, second_go

COOKIE = "desk_tour"
STEP, _SEEN, _REMEMBER = "tour-step", "tour-seen", "tour-remember"
_BOARD = "pages/marketing/campaign_management.py"
_CAMPAIGN = "pages/marketing/campaign.py"


@dataclass(frozen=True)
class Step:
    """One step: the page it stands on, in words for a button, and what is to be seen there."""

    page: str
    url_path: str
    called: str
    title: str
    words: str


STEPS = (
    Step(
        page=_BOARD,
        url_path="",
        called="the board",
        title="It says “too early” before it says something wrong",
        words=(
            "Every campaign in the group of its status. *Verdict* compares the last 7 days with "
            "the weeks before: improving, declining or steady where chance does not explain it, "
            "else *too early*, with the date on which it can be told."
        ),
    ),
    Step(
        page=_CAMPAIGN,
        url_path="campaign",
        called="a campaign",
        title="Pausing asks why",
        words=(
            "*Pause*, or the key P, says what it does to the spend and what speaks for waiting, "
            "and wants a reason. Nothing changes before you agree; the history keeps who, when "
            "and why, and the change can be undone."
        ),
    ),
    Step(
        page="pages/marketing/roster.py",
        url_path="roster",
        called="the roster",
        title="What needs somebody, over all artists",
        words=(
            "Issues, failed payments, decisions not yet carried out, campaigns that do not spend "
            "or decline, of all artists: each count is a filter. Below it stands what has moved "
            "since you last looked."
        ),
    ),
    Step(
        page="pages/marketing/present.py",
        url_path="present",
        called="what an artist sees",
        title="Show it with pride",
        words=(
            "The same figures in friendly words, for one artist alone: on a screen with nothing "
            "else on it, by a link that expires and can be revoked, or as a PDF. Costs are shown "
            "where the label shares them."
        ),
    ),
    Step(
        page="pages/operations/import_export.py",
        url_path="import",
        called="import your own",
        title="Now your own campaigns",
        words=(
            "Drop an export of Meta Ads Manager or Google Ads, or any table whose columns you name "
            "once. A preview shows what would change before anything is written. The demo label "
            "stays apart from your own."
        ),
    ),
)


def show(url_path: str) -> None:
    """Draw the step that somebody is at, or offer the tour to whoever has not met it yet."""
    if not settings().tour or current_artist.is_their_screen():
        return
    if STEP in st.session_state:
        _step(STEPS[st.session_state[STEP]], url_path)
    elif not _has_met():
        _offer()


def reopen() -> None:
    """Draw the way into the tour for whoever has ended it; call it where the demo is named."""
    if settings().tour and STEP not in st.session_state:
        st.button(
            "Take the tour",
            key="tour-reopen",
            icon=":material/tour:",
            width="stretch",
            on_click=_go,
            args=(0,),
        )


def remember() -> None:
    """Let the browser remember that the tour was met, once after it was; call it last."""
    if st.session_state.pop(_REMEMBER, False):
        components.mounted("remember")(key="tour-remember", data={"name": COOKIE})


def _has_met() -> bool:
    # Asked once: the cookies of a page are read anew from its request each time.
    if _SEEN not in st.session_state:
        st.session_state[_SEEN] = st.context.cookies.get(COOKIE) == "met"
    return bool(st.session_state[_SEEN])


def _offer() -> None:
    if reads.demo_label() is None:
        return
    if not second_go.has_come("tour"):
        st.space("medium")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tour-offer"):
        st.markdown("**New here?** Five short steps show what the desk is for.", width="content")
        _button("Show me", "tour-start", _go, 0)
        _button("Not now", "tour-not-now", _end)


def _step(step: Step, url_path: str) -> None:
    number = STEPS.index(step)
    with st.container(border=True, key="tour", gap="small"):
        st.markdown(f"**{step.title}** · :gray[step {number + 1} of {len(STEPS)}]  \n{step.words}")
        with st.container(horizontal=True, gap="small"):
            if step.url_path != url_path and number != 1:
                _button(f"Show {step.called}", "tour-there", _go, number)
            if number + 1 < len(STEPS):
                _button(
                    f"Next: {STEPS[number + 1].called}", "tour-next", _go, number + 1, main=True
                )
            if number:
                _button("Back", "tour-back", _go, number - 1)
            is_last = number + 1 == len(STEPS)
            _button("Done" if is_last else "End the tour", "tour-end", _end, main=is_last)


def _button(
    label: str, key: str, on_click: Callable[..., None], *args: int, main: bool = False
) -> None:
    kind = "primary" if main else "secondary"
    st.button(label, key=key, type=kind, on_click=on_click, args=args)  # type: ignore[arg-type]


def _go(number: int) -> None:
    """Go to a step and to its page."""
    _met()
    st.session_state[STEP] = number
    step = STEPS[number]
    page, query = (step.page, {}) if step.page != _CAMPAIGN else _a_campaign()
    st.switch_page(page, query_params=query)


def _a_campaign() -> tuple[str, dict[str, str]]:
    """Return the page of a campaign that may be paused, else of any; the board without one."""
    artist = current_artist.current()
    board = reads.board(artist.id) if artist else None
    rows = board.rows if board else ()
    live = [row for row in rows if row.decisions[Action.PAUSE].is_allowed]
    for row in (*live, *rows):
        return _CAMPAIGN, {"id": str(row.campaign.id)}
    return _BOARD, {}


def _end() -> None:
    _met()
    st.session_state.pop(STEP, None)


def _met() -> None:
    if not _has_met():
        st.session_state[_REMEMBER] = True
    st.session_state[_SEEN] = True
