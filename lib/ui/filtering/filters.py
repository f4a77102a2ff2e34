"""The filters of board, roster and activity: in the URL, and kept across the pages.

A filter has one name in the URL wherever it stands. Where it cannot apply it is not offered and
narrows nothing, but it is kept, and so it comes back. Whatever the URL says is looked up among
what there is to choose; what is not there is passed over. `lib.ui.filtering.filter_bar` draws them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lib.domain.campaign_filter import BudgetRange, CampaignFilter, Freshness, Pace, Section
from lib.domain.records import MICROS, Platform
from lib.domain.status import FACTS
from lib.domain.verdict import Word
from lib.ui import in_url, reads
from lib.ui.fields import OneOf, day, is_on

BOARD, ROSTER, ACTIVITY = "campaigns", "roster", "activity"
_EVERYWHERE, AS_IT_STANDS = frozenset({BOARD, ROSTER, ACTIVITY}), frozenset({BOARD, ROSTER})

TEXT, ARTISTS, GROUP, STATUS, LEARNING = "q", "artists", "group", "status", "learning"
BUDGET, LEAST, MOST, SINCE, UNTIL = "budget", "budget_from", "budget_to", "from", "until"
CAMPAIGN, PERSON, ACTION, SOURCE = "campaign", "person", "action", "source"
SORT, SHOW = "sort", "show"
NOTHING = CampaignFilter()
LONGEST_SEARCH = 200
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_FIGURES = {"Up to date": Freshness.CURRENT, "Old": Freshness.OLD, "None yet": Freshness.NONE}
_PACES = {
    "Under plan": Pace.UNDER,
    "On track": Pace.ON_TRACK,
    "Over plan": Pace.OVER,
    "Far off": Pace.FAR_OFF,
}


@dataclass(frozen=True)
class Several:
    """A filter of which any number of values may be chosen; `field` is the rule's."""

    name: str
    field: str
    label: str
    nothing: str
    options: Callable[[], Mapping[str, Any]]
    pages: frozenset[str] = _EVERYWHERE

    def chosen(self) -> list[str]:
        """Return the known ones of what the URL says."""
        said = in_url.read_all(self.name)
        known = self.options() if said else {}
        return [word for word in dict.fromkeys(said) if word in known]


SEVERAL = (
    Several(
        ARTISTS,
        "artists",
        "Artist",
        "All artists",
        lambda: {one.name: one.id for one in reads.artists()},
        frozenset({ROSTER, ACTIVITY}),  # The board is of one artist, who is chosen beside it.
    ),
    Several(GROUP, "sections", "Group", "All groups", lambda: {one.label: one for one in Section}),
    Several(
        STATUS,
        "statuses",
        "Status",
        "All statuses",
        lambda: {facts.label: status for status, facts in FACTS.items()},
    ),
    Several(
        "platform",
        "platforms",
        "Platform",
        "All platforms",
        lambda: {one.label: one for one in Platform},
    ),
    Several(
        "type",
        "types",
        "Campaign type",
        "All types",
        lambda: {one: one for one in reads.filter_choices().types},
    ),
    Several(
        "location",
        "locations",
        "Location",
        "All locations",
        lambda: {one: one for one in reads.filter_choices().locations},
    ),
    Several(
        "verdict",
        "words",
        "Verdict",
        "All verdicts",
        lambda: {word.value.capitalize(): word for word in Word},
        AS_IT_STANDS,
    ),
    Several("pacing", "pace", "Pacing", "Any pacing", lambda: _PACES, AS_IT_STANDS),
    Several("figures", "freshness", "Figures", "Any figures", lambda: _FIGURES, AS_IT_STANDS),
)
NAMES = (TEXT, *(one.name for one in SEVERAL), LEARNING, BUDGET, LEAST, MOST, SINCE, UNTIL)
# What single pages narrow to besides, and how they show it.
_OF_PAGES = (CAMPAIGN, PERSON, ACTION, SOURCE)
KEPT = (*NAMES, *_OF_PAGES, SORT, SHOW)


def narrowed(page: str) -> CampaignFilter:
    """Return what a page is narrowed to, by what the URL says and what was kept."""
    several: dict[str, Any] = {}
    for one in SEVERAL:
        if page in one.pages:
            chosen = one.chosen()
            options = one.options() if chosen else {}
            several[one.field] = tuple(options[word] for word in chosen)
    return CampaignFilter(
        text=text(),
        is_learning=page in AS_IT_STANDS and is_learning(),
        budget=_budget_range(),
        since=day(SINCE),
        until=day(UNTIL),
        **several,
    )


def words(page: str, more: Sequence[OneOf] = ()) -> list[tuple[str, str]]:
    """Return what narrows the page, filter by filter: its label and what it is set to."""
    learning = "yes" if page in AS_IT_STANDS and is_learning() else ""
    since, until = day(SINCE), day(UNTIL)
    told = [(one.label, ", ".join(one.chosen())) for one in SEVERAL if page in one.pages]
    told += [("Learning only", learning), ("Budget", _budget_words())]
    told += [(one.label, one.chosen) for one in more]
    told += [
        ("From", since.isoformat() if since else ""),
        ("Until", until.isoformat() if until else ""),
        ("Search", text()),
    ]
    return [(label, said) for label, said in told if said]


def narrow(name: str, values: Sequence[str]) -> None:
    """Narrow to these values of a filter alone, by its name in the URL; none is all of them."""
    in_url.keep_all(name, values)


def toggle(name: str, value: str) -> None:
    """Narrow to a value of a filter too, or no longer."""
    chosen = in_url.read_all(name)
    rest = [one for one in chosen if one != value]
    in_url.keep_all(name, rest if value in chosen else [*chosen, value])


def search(wanted: str) -> None:
    """Narrow to what `wanted` is found in."""
    in_url.keep(TEXT, wanted[:LONGEST_SEARCH])


def order(wanted: str, *, usual: str) -> None:
    """Order by `wanted`, by what is usual for "": that the URL does not say."""
    in_url.keep(SORT, "" if wanted == usual else wanted)


def text() -> str:
    """Return what is searched for, without what no name has and no database takes."""
    said = in_url.read(TEXT)[:LONGEST_SEARCH]
    return "".join(letter if letter.isprintable() else " " for letter in said)


def values(page: str, also: Sequence[OneOf] = ()) -> list[tuple[str, str]]:
    """Return what the page is narrowed to and shows, by the names in the URL: known values only.

    `also` are the filters of this page alone, its order and the like; the usual is left out.
    """
    found = [(one.name, word) for one in SEVERAL if page in one.pages for word in one.chosen()]
    budget = _budget_range()
    is_said = {
        LEARNING: page in AS_IT_STANDS and is_learning(),
        BUDGET: budget is not None,
        LEAST: budget is not None and budget.least_micros is not None,
        MOST: budget is not None and budget.most_micros is not None,
        SINCE: day(SINCE) is not None,
        UNTIL: day(UNTIL) is not None,
    }
    found += [(name, in_url.read(name)) for name, is_known in is_said.items() if is_known]
    found += [(TEXT, text())] if text() else []
    return found + [(one.name, one.chosen) for one in also if one.chosen not in ("", one.usual)]


def reset(*, is_shown_as_usual: bool = False) -> None:
    """Forget every filter, those of other pages too; and by what they are ordered, if asked to."""
    for name in KEPT if is_shown_as_usual else (*NAMES, *_OF_PAGES):
        in_url.keep(name, "")


def budgets() -> OneOf:
    """Return the choice of what budgets are compared: of one currency, a day or in total."""
    kinds = [one.label for one in reads.filter_choices().budgets]
    return OneOf(BUDGET, "Budget", kinds, nothing="Any budget")


def is_learning() -> bool:
    """Return whether only what is learning is wanted."""
    return is_on(LEARNING)


def amount(name: str) -> Decimal | None:
    """Return an amount of money of the URL, in units of its currency; None for what is none."""
    said = in_url.read(name)
    return Decimal(said) if _AMOUNT.fullmatch(said) else None


def _micros(name: str) -> int | None:
    found = amount(name)
    return None if found is None else int(found * MICROS)


def _budget_range() -> BudgetRange | None:
    """Return the range of budgets; amounts mean nothing before it is said what is compared."""
    wanted = in_url.read(BUDGET)
    for kind in reads.filter_choices().budgets if wanted else ():
        if kind.label == wanted:
            return BudgetRange(kind, _micros(LEAST), _micros(MOST))
    return None


def _budget_words() -> str:
    wanted = _budget_range()
    if wanted is None:
        return ""
    least = f" from {amount(LEAST)}" if wanted.least_micros is not None else ""
    most = f" up to {amount(MOST)}" if wanted.most_micros is not None else ""
    return f"{wanted.of.label}{least}{most}"
