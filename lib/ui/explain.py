"""What a campaign's status means, since when, what to do, and what the platform said."""

from datetime import datetime

import streamlit as st

from lib.domain.actions import Action
from lib.domain.guardrails import suggests_pause
from lib.domain.learning import ADVICE, may_relearn_until
from lib.domain.records import BillingState, ConnectionState, Platform
from lib.domain.status import FACTS, LIVE, Status
from lib.services.queries import CampaignPage
from lib.ui import badges, clock
from lib.ui.escape import esc
from lib.ui.format import count, day, day_before, instant, money
from lib.ui.words import entry_words, reason_words, who_words

NOT_REPORTED = "not reported"
NO_FIGURES = (
    "No daily figures have come in yet. Import an export of this campaign with a row for each day."
)


def status(page: CampaignPage, *, now: datetime) -> None:
    """Draw the badges of a campaign and everything that explains them."""
    standing(page, now=now)
    alerts(page, now=now)


def standing(page: CampaignPage, *, now: datetime) -> None:
    """Draw how it stands: its badges, what the status means, since when, what is reported."""
    facts = FACTS[page.row.status]
    # One element: each costs the browser more than all the words in it.
    st.markdown(
        f"{badges.side_by_side(badges.badges_of(page.row, now=now))}\n\n"
        f"{facts.meaning} **What to check:** {facts.check}  \n"
        f"**Since:** {_since(page)}  \n"
        f"{reported(page)}"
    )


def reported(page: CampaignPage) -> str:
    """Return in Markdown what the platform itself says, in plain view."""
    one = page.row.campaign
    said = f"**Platform status:** {esc(one.platform_status or NOT_REPORTED)}"
    if one.platform is Platform.GOOGLE or one.serving_status:
        said += f" · **Serving status:** {esc(one.serving_status or NOT_REPORTED)}"
    if one.platform_note:
        said += f" · **Platform's note:** {esc(one.platform_note)}"
    if one.reported_on:
        said += f" · reported {day_before(one.reported_on, page.row.now)}"
    return said


def alerts(page: CampaignPage, *, now: datetime) -> None:
    """Draw what a person should know beyond the status: learning, pending, spend, connection."""
    row, one, zone = page.row, page.row.campaign, clock.zone()
    if row.spent_after_stop_on:
        st.error(
            f"The platform reported spend for {day(row.spent_after_stop_on)}, a day after money "
            "should have stopped. Switch the campaign off on the platform.",
            title="Still spending after the pause",
            icon=":material/payments:",
        )
    if one.pending_action:
        instruction = page.capabilities[Action(one.pending_action)].instruction
        st.warning(instruction, title="To be carried out", icon=":material/front_hand:")
    if row.learning:
        ends = instant(row.learning.ends_at, zone)
        st.info(
            f"{ADVICE} Learning ends {ends}.",
            title=row.learning.label,
            icon=":material/school:",
        )
    elif row.status in LIVE and (until := may_relearn_until(one.resumed_at, now=now)):
        st.info(
            f"It was resumed {instant(one.resumed_at, zone)} and may be learning again until "
            f"{instant(until, zone)}.",
            icon=":material/school:",
        )
    if page.connection.state is ConnectionState.BROKEN:
        advice = " Pause it until the connection works again." if suggests_pause(row) else ""
        st.warning(
            f"The connection to {one.platform.label} is broken.{advice}",
            icon=":material/link_off:",
        )
    if row.circumstances.billing is BillingState.FAILING:
        st.warning(
            f"A payment of {esc(page.artist.name)} has failed. Settle the billing; what it "
            "stopped then comes back by itself.",
            icon=":material/credit_card_off:",
        )
    if row.silent_on:
        st.warning(
            f"It is live, but nothing was spent on {day(row.silent_on)}, the last full day that "
            "was reported. See whether the platform delivers it.",
            title="Live but not spending",
            icon=":material/money_off:",
        )
    elif row.odd_day:
        odd = row.odd_day
        st.info(
            f"On {day(odd.day)} it spent {esc(money(odd.spend_micros, one.currency))}; on that "
            f"weekday it usually spends {esc(money(odd.usual_micros, one.currency))}.",
            title="Odd spend",
            icon=":material/show_chart:",
        )
    if row.brings_nothing and row.month:
        kind, spent = esc(one.headline_kind), esc(money(row.month.spend_micros, one.currency))
        st.warning(
            f"{spent} were spent over {count(row.month.days)} reported days, and no {kind} came "
            f"in. See that the ads lead where they should, and that {kind} are counted: in the "
            "platform's own manager, and as the column that is imported.",
            title="Brings nothing",
            icon=":material/hourglass_disabled:",
        )
    if row.is_stale:
        st.warning(_stale(page), icon=":material/update_disabled:")


def _stale(page: CampaignPage) -> str:
    if page.row.covered_through is None:
        return NO_FIGURES
    through = day_before(page.row.covered_through, page.row.now)
    return f"The figures end on {through}. Import a newer export to see the last days."


def _since(page: CampaignPage) -> str:
    one, zone = page.row.campaign, clock.zone()
    if page.row.status is Status.ENDED and one.status is not Status.ENDED:
        return f"its last day, {day(one.ends_on, with_year=True)}"
    words = instant(one.status_since, zone)
    explaining = next((entry for entry in page.history if entry.version == one.version), None)
    if explaining is None:
        return words
    words += f" · {entry_words(explaining)} by {esc(who_words(explaining, zone))}"
    if explaining.reason:
        words += f" · {reason_words(explaining.reason)}"
    return words + (f" · “{esc(explaining.note)}”" if explaining.note else "")
