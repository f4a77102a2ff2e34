"""The page of one campaign as drawn: its facts, its ids, what may be done, what was done."""

import streamlit as st

from lib.domain.actions import Action
from lib.services.queries import CampaignPage
from lib.ui import clock, history_table, second_go
from lib.ui.campaign import verdict_view
from lib.ui.changing import actions
from lib.ui.escape import esc
from lib.ui.format import (
    MISSING,
    budget,
    count,
    day,
    instant,
    listed,
    zone_name,
)
from lib.ui.words import last_change_words


def below(page: CampaignPage) -> None:
    """Draw what stands below the chart, and comes after it: numbers, history, what it is."""
    if not second_go.has_come("below"):
        return
    verdict_view.numbers(page)
    history(page)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What it is", anchor=False)
        if page.row.circumstances.may_change:
            _describe_button(page)
    facts(page)


def _describe_button(page: CampaignPage) -> None:
    one = page.row.campaign
    st.button(
        "What it promotes…",
        key=f"describe-{one.id}",
        type="tertiary",
        icon=":material/edit:",
        help=f"In words that {esc(page.artist.name)} knows: they stand on Present.",
        on_click=actions.ask,
        args=(actions.DESCRIBE, one.id, one.version),
    )


def facts(page: CampaignPage) -> None:
    """Draw what the campaign is: budget, dates, locations, content, link, id."""
    one = page.row.campaign
    run = f"{day(one.starts_on, with_year=True)} – "
    run += day(one.ends_on, with_year=True) if one.ends_on else "open end"
    left, right = st.columns(2, gap="large")
    left.markdown(
        _listed(
            {
                "Budget": esc(budget(one)),
                "Run": esc(run),
                "Created": esc(instant(one.created_at, clock.zone())),
                "Link": _link(one.link),
            }
        )
    )
    right.markdown(
        _listed(
            {
                "Promotes": esc(one.promotes or MISSING),
                "Locations": esc(listed(one.locations)),
                "Platform": esc(f"{one.platform.label} · {one.campaign_type}"),
                "Ad account": esc(f"{zone_name(one.tzinfo)}, {one.currency}"),
            }
        )
    )


def _listed(facts: dict[str, str]) -> str:
    """Return facts as a list in Markdown: a table would load a library of its own."""
    return "\n".join(f"- **{name}** · {value}" for name, value in facts.items())


def heading(page: CampaignPage) -> None:
    """Draw whose campaign it is, and its ids, ready to be copied."""
    one = page.row.campaign
    words = f"**{esc(page.artist.name)}** · {esc(one.platform.label)} · id {one.id}"
    if one.external_id:
        words += f" · on the platform {esc(one.external_id)}"
    st.caption(words)


def action_buttons(page: CampaignPage) -> None:
    """Draw the actions: the legal ones to press, the others with their reason in plain view."""
    with st.container(horizontal=True, gap="small"):
        if second_go.has_come("actions"):
            _buttons(page)
        else:
            second_go.reserve()
    why_not = [
        f"**{decision.action.label}:** {esc(decision.why_not)}"
        for decision in page.row.decisions.values()
        # Why what is not archived cannot be unarchived is not worth a line.
        if not decision.is_allowed and decision.action is not Action.UNARCHIVE
    ]
    if why_not:
        st.caption("  \n".join(why_not))


def _buttons(page: CampaignPage) -> None:
    row, one = page.row, page.row.campaign
    if one.pending_action and row.circumstances.may_change:
        st.button(
            "Mark as carried out",
            key=f"carried-out-{one.id}",
            type="primary",
            icon=":material/task_alt:",
            on_click=actions.ask,
            args=(actions.CONFIRM, one.id, one.version),
        )
    for action, decision in row.decisions.items():
        st.button(
            action.label,
            key=f"{action}-{one.id}",
            icon=actions.ICONS[action],
            disabled=not decision.is_allowed,
            on_click=actions.ask,
            args=(action.value, one.id, one.version),
        )
    if row.circumstances.may_change:
        st.button(
            "Schedule…",
            key=f"schedule-{one.id}",
            icon=":material/schedule:",
            on_click=actions.ask,
            args=(actions.SCHEDULE, one.id, one.version),
        )


def history(page: CampaignPage) -> None:
    """Draw everything that happened to the campaign, newest first; folded until it is asked for."""
    last = last_change_words(page.row.last_change, clock.zone())
    folded = st.expander(
        f"History · {count(len(page.history))} · last: {esc(last)}",
        key="history",
        icon=":material/history:",
        on_change="rerun",
        bind="query-params",
    )
    if not folded.open:
        return
    with folded:
        history_table.draw(
            page.history,
            key=f"history-{page.row.campaign.id}",
            alt="History of the campaign",
        )


def _link(link: str | None) -> str:
    """Return the promoted link in Markdown, where it is one of the web."""
    if not link:
        return MISSING
    if not link.startswith(("https://", "http://")):
        return esc(link)
    address = link.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    address = address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    return f"[{esc(link)}]({address})"
