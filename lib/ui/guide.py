"""The status guide as drawn, from the same tables that decide."""

import streamlit as st

from lib.domain.actions import MOVEMENTS, PERSON_RULES, Action, PauseReason
from lib.domain.lag import FEWEST_DAYS, REFERENCE_AGE, SPEND, CompletenessCurve
from lib.domain.learning import ADVICE, LEARNING_DAYS
from lib.domain.metrics import SECOND_KIND, usual_kind, usual_type
from lib.domain.records import Origin, Platform
from lib.domain.status import FACTS, Group, Status
from lib.domain.verdict import Word
from lib.ui import badges, reads, verdict_words
from lib.ui.changing import actions, guardrails
from lib.ui.escape import esc
from lib.ui.format import MISSING, count, percent, small

_MOVERS = {
    Origin.PLATFORM: "The ad platform",
    Origin.SYSTEM: "The system",
    Origin.BILLING: "Billing",
}
_SHOWN_AGES = (1, 2, 3, 5, 7, 14)
_LEARNING_WORDS = (
    f"On Meta and Spotify: younger than {LEARNING_DAYS} days, and Active or Deploying. {ADVICE}"
)


def badge_of(status: Status) -> str:
    """Return a status as a badge in Markdown."""
    facts = FACTS[status]
    colour = badges.COLOURS[facts.tone]
    return f":{colour}-badge[{badges.ICONS[status]} {facts.label}]"


def statuses() -> None:
    """Draw every status with its group, its meaning and what to check."""
    for group in Group:
        members = [status for status, facts in FACTS.items() if facts.group is group]
        st.markdown(f"**{badges.GROUP_ICONS[group]} {group.label}**")
        st.table(
            {
                "Status": [badge_of(status) for status in members],
                "Means": [FACTS[status].meaning for status in members],
                "Check": [FACTS[status].check for status in members],
            },
            border="horizontal",
            hide_index=True,
            alt=f"Statuses: {group.label}",
        )
    st.caption(
        "Active, Serving, Under Review and Paused read Ended once the campaign's last day has "
        "passed in the ad account's own zone."
    )


def badges_table() -> None:
    """Draw what stands beside or inside a status badge."""
    learning = f":blue-badge[{badges.LEARNING_ICON} Learning · day 3 of {LEARNING_DAYS}]"
    folded = ":green-badge[:material/play_circle: Active · Learning]"
    st.table(
        {
            "Badge": [
                learning,
                folded,
                *(f":{one.colour}-badge[{one.icon} {one.words}]" for one in badges.OTHERS),
            ],
            "Means": [
                _LEARNING_WORDS,
                "The same on Google, folded into its one delivery status.",
                *(one.help for one in badges.OTHERS),
            ],
        },
        border="horizontal",
        hide_index=True,
        alt="Badges beside the status",
    )


def actions_table() -> None:
    """Draw what each status allows a person to do, and why not."""
    st.table(
        {
            "Status": [badge_of(status) for status in Status],
            **{action.label: [_cell(action, status) for status in Status] for action in Action},
        },
        border="horizontal",
        hide_index=True,
        alt="Actions by status",
    )
    st.caption(
        "Resume also needs the artist's billing in order, a live connection to the platform, "
        "and a campaign that a person paused. Unarchive never lands in a status that spends: "
        "what was running comes back paused. There is no delete."
    )


def _cell(action: Action, status: Status) -> str:
    rule = PERSON_RULES[action][status]
    if rule.to is not None:
        to = "its earlier status" if action is Action.UNARCHIVE else FACTS[rule.to].label
        return f":material/check: → {to}"
    return small(rule.why_not)


def pausing() -> None:
    """Draw the reasons to pause and what every action brings about."""
    st.markdown("\n".join(f"- {reason.label}" for reason in PauseReason))
    for action in Action:
        st.markdown(f"**{actions.ICONS[action]} {action.label}**")
        st.markdown("\n".join(f"- {line}" for line in guardrails.CONSEQUENCES[action]))


def movements() -> None:
    """Draw the movements that are nobody's verb."""
    rows = [(origin, source, targets) for (origin, source), targets in MOVEMENTS.items()]
    st.table(
        {
            "Who": [_MOVERS[origin] for origin, _, _ in rows],
            "From": [badge_of(source) for _, source, _ in rows],
            "To": [
                " ".join(badge_of(status) for status in Status if status in targets)
                for _, _, targets in rows
            ],
        },
        border="horizontal",
        hide_index=True,
        alt="Movements that a person does not make",
    )


def verdicts() -> None:
    """Draw what the verdict's words mean and how it is found."""
    meanings = {
        Word.IMPROVING: "A result has become cheaper, by more than chance explains.",
        Word.DECLINING: "A result has become dearer, by more than chance explains.",
        Word.STEADY: "No change that could be told from chance; the range says how much may hide.",
        Word.TOO_EARLY: "Not enough to tell yet; the reason and the date stand beside it.",
    }
    st.table(
        {
            "Verdict": [
                f":{verdict_words.COLOURS[word]}-badge[{verdict_words.ICONS[word]} "
                f"{word.value.capitalize()}]"
                for word in meanings
            ],
            "Means": list(meanings.values()),
        },
        border="horizontal",
        hide_index=True,
        alt="Verdicts",
    )
    st.markdown(verdict_words.RULE)


def figures() -> None:
    """Draw what the figures mean, and which result each platform's campaigns are bought for."""
    kinds = {platform: usual_kind(usual_type(platform), platform) for platform in Platform}
    st.table(
        {
            "Platform": [platform.label for platform in kinds],
            "Campaign type": [usual_type(platform) for platform in kinds],
            "Result": list(kinds.values()),
            "Second figure": [SECOND_KIND.get(kind, MISSING) for kind in kinds.values()],
            "Counts as complete after": [
                _complete_after(platform, kind) for platform, kind in kinds.items()
            ],
        },
        border="horizontal",
        hide_index=True,
        alt="Results by platform",
    )
    _completeness()
    st.markdown(
        "- **Last 7 and 28 days** are exactly 7 and 28 dates; they end on the last day whose "
        "figures count as complete, never today.\n"
        "- **Cost per result** is the spend of the range divided by its results; at no results "
        f"it is {MISSING}, never 0.\n"
        "- **CTR** is clicks ÷ impressions, **CPC** spend ÷ clicks, **CPM** 1,000 × spend ÷ "
        "impressions, each from the sums of the range.\n"
        "- **Pacing** is spend against plan: a daily budget over the last 7 complete days, a "
        "total budget over the share of the run that has passed.\n"
        "- A day that no import speaks for is **missing**: it is no zero, and lines break "
        "there.\n"
        "- Results of different kinds, and amounts of different currencies, are never added up."
    )


def _complete_after(platform: Platform, kind: str) -> str:
    """Return the settle age of a campaign's figures, and how it is known."""
    ages = reads.settle_ages()
    age = ages.for_ratio(platform, kind)
    # Cost per result needs both; the one that takes longer decides.
    slowest = (platform, kind if ages.of(platform, kind) == age else SPEND)
    if slowest not in ages.measured:
        return f"{_days(age)} (default)"
    return f"{_days(age)} (measured on {_days(reads.completeness()[slowest].days)})"


def _completeness() -> None:
    """Draw how much of a day is known at which age, where that was measured."""
    measured = [one for one in reads.completeness().values() if one.is_conclusive]
    if not measured:
        st.caption(
            f"Measured once {FEWEST_DAYS} days were imported again, the last time at least "
            f"{REFERENCE_AGE} days later; until then the default holds."
        )
        return
    st.table(
        {
            "Platform": [one.platform.label for one in measured],
            "Figure": [esc(one.kind) for one in measured],
            **{
                f"After {_days(age)}": [_share(one, age) for one in measured] for age in _SHOWN_AGES
            },
            "Measured on": [_days(one.days) for one in measured],
        },
        border="horizontal",
        hide_index=True,
        alt="Completeness by age",
    )
    st.caption(
        f"How much of what day {REFERENCE_AGE} shows is known of a day after 1, 2, 3 … days: the "
        "median over the days of campaigns that were imported more than once. From 95 % on a "
        "day counts as complete. Recent days are never scaled up."
    )


def _share(curve: CompletenessCurve, age: int) -> str:
    point = curve.at(age)
    return MISSING if point is None else percent(point.share)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{count(number)} days"
