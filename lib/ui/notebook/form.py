"""The notebook's question as widgets: kept in the URL, so that a link asks the same."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.domain.notebook import MOST_COMPARED, Grain, Measure, Question, Reach, Scale, Split
from lib.domain.records import Platform
from lib.domain.status import FACTS
from lib.services.notebook import MOST_TO_CHOOSE, Found
from lib.ui import in_url, reads
from lib.ui.format import count

MEASURE, SPLIT, REACH, SINCE = "nb_measure", "nb_split", "nb_window", "nb_since"
GRAIN, CHART, SCALE = "nb_by", "nb_chart", "nb_scale"
ARTIST, STATUS, PLATFORM, TYPE = "nb_artist", "nb_status", "nb_platform", "nb_type"
KIND, CURRENCY, COMPARED = "nb_kind", "nb_currency", "nb_compare"
_FILTERS = (ARTIST, STATUS, PLATFORM, TYPE)

LINES, BARS = "Lines", "Bars"
_MEASURES = {measure.label: measure for measure in Measure}
_SPLITS = {split.label: split for split in Split}
_REACHES = {
    "7 days": Reach.WEEK,
    "28 days": Reach.MONTH,
    "90 days": Reach.QUARTER,
    "Whole run": Reach.WHOLE,
    "Since": Reach.SINCE,
}
_GRAINS = {"Day": Grain.DAY, "Week": Grain.WEEK, "Total": Grain.TOTAL}
_SCALES = {"Automatic": Scale.AUTO, "Units": Scale.UNITS, "Index": Scale.INDEX}
_STATUSES = {facts.label: status for status, facts in FACTS.items()}
_PLATFORMS = {platform.label: platform for platform in Platform}

Chosen = TypeVar("Chosen")


def question() -> tuple[Question, DeltaGenerator]:
    """Draw what is asked and what it is narrowed to; return the question and a place beside it.

    The kind, the currency and the campaigns to compare stand in the URL; `choices` draws them
    in that place, once it is known what there is to choose from.
    """
    artists = {artist.name: artist.id for artist in reads.artists()}
    types = reads.campaign_types()
    compared = _numbers(in_url.read(COMPARED))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        measure = _one("Measure", _MEASURES, MEASURE, width=210)
        split = _one("Split by", _SPLITS, SPLIT, width=190)
        reach = _segments("Window", _REACHES, REACH, "28 days")
        since = _since() if reach is Reach.SINCE else None
        grain = _segments("For each", _GRAINS, GRAIN, "Day")
        if grain is not Grain.TOTAL:
            _segments("Chart", {LINES: LINES, BARS: BARS}, CHART, LINES)
        scale = Scale.AUTO
        if len(compared) > 1 and grain is not Grain.TOTAL:
            scale = _segments("Scale", _SCALES, SCALE, "Automatic")
        with st.popover(_label(), icon=":material/filter_alt:"):
            names = _several("Artist", "All artists", list(artists), ARTIST)
            statuses = _several("Status", "All statuses", list(_STATUSES), STATUS)
            platforms = _several("Platform", "All platforms", list(_PLATFORMS), PLATFORM)
            chosen_types = _several("Campaign type", "All types", types, TYPE)
        place = st.container(
            horizontal=True, vertical_alignment="bottom", gap="small", width="content"
        )
    asked = Question(
        measure=measure,
        split=split,
        grain=grain,
        reach=reach,
        since=since,
        kind=in_url.read(KIND),
        currency=in_url.read(CURRENCY),
        artists=tuple(artists[name] for name in names),
        statuses=tuple(_STATUSES[label] for label in statuses),
        platforms=tuple(_PLATFORMS[label] for label in platforms),
        types=tuple(chosen_types),
        compared=compared,
        scale=scale,
    )
    return asked, place


def choices(place: DeltaGenerator, question: Question, found: Found) -> None:
    """Draw what can be chosen among the campaigns that fit: kind, currency, whom to compare."""
    asked = found.answer.question if found.answer else question
    with place:
        if len(found.kinds) > 1:
            _among("Result kind", found.kinds, KIND, asked.kind, is_needed=asked.needs_kind)
        if len(found.currencies) > 1:
            is_needed = asked.needs_currency
            _among("Currency", found.currencies, CURRENCY, asked.currency, is_needed=is_needed)
        with st.popover(_compare_label(asked), icon=":material/compare_arrows:"):
            _compare(found)
        is_narrowed = any(st.session_state.get(key) for key in _FILTERS)
        if is_narrowed or any(in_url.read(name) for name in (KIND, CURRENCY, COMPARED)):
            st.button("Reset", key="nb-reset", icon=":material/filter_alt_off:", on_click=_reset)


def wants_bars() -> bool:
    """Return whether figures in time are to be drawn as bars."""
    return bool(st.session_state.get(CHART) == BARS)


def filter_words(question: Question) -> tuple[tuple[str, str], ...]:
    """Return what the answer is narrowed to, filter by filter, in words."""
    found = [
        (label, ", ".join(st.session_state.get(key) or ()))
        for label, key in zip(("Artist", "Status", "Platform", "Type"), _FILTERS, strict=True)
    ]
    if question.is_comparison:
        found.append(("Compared", f"{len(question.compared)} chosen campaigns"))
    told = tuple((label, words) for label, words in found if words)
    return told or (("Filters", "none"),)


def _one(label: str, options: Mapping[str, Chosen], key: str, *, width: int) -> Chosen:
    chosen = st.selectbox(label, list(options), key=key, bind="query-params", width=width)
    return options[chosen or next(iter(options))]


def _segments(label: str, options: Mapping[str, Chosen], key: str, default: str) -> Chosen:
    chosen = st.segmented_control(
        label, list(options), default=default, required=True, key=key, bind="query-params"
    )
    return options[chosen or default]


def _several(label: str, nothing: str, options: Sequence[str], key: str) -> list[str]:
    return st.multiselect(
        label, options, key=key, bind="query-params", placeholder=nothing, width=300
    )


def _since() -> date | None:
    day: date | None = st.date_input(
        "First day", value=None, key=SINCE, bind="query-params", format="DD.MM.YYYY", width=150
    )
    return day


def _among(
    label: str, known: Mapping[str, int], name: str, chosen: str, *, is_needed: bool
) -> None:
    """Draw a choice of one of `known`; where none is needed, of all of them too."""
    options = list(known) if is_needed else ["", *known]
    key = f"{name}-choice"
    st.session_state[key] = chosen if chosen in options else options[0]
    st.selectbox(
        label,
        options,
        key=key,
        format_func=lambda one: f"{one} · {count(known[one])}" if one else "All",
        on_change=lambda: in_url.keep(name, st.session_state[key]),
        width=180,
    )


def _compare(found: Found) -> None:
    if not found.campaigns:
        st.caption(
            f"More than {MOST_TO_CHOOSE} campaigns fit. Filter by artist to compare some of them."
        )
        return
    names = dict(found.campaigns)
    key = f"{COMPARED}-choice"
    known = [number for number in _numbers(in_url.read(COMPARED)) if number in names]
    st.session_state[key] = known[:MOST_COMPARED]
    st.multiselect(
        f"Two to {MOST_COMPARED} campaigns of one result kind",
        list(names),
        key=key,
        format_func=lambda number: f"{names[number]} · {number}",
        max_selections=MOST_COMPARED,
        placeholder="All campaigns that fit",
        on_change=partial(_keep_numbers, key),
        width=420,
    )


def _keep_numbers(key: str) -> None:
    in_url.keep(COMPARED, ",".join(str(number) for number in st.session_state[key]))


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers in a list of them; what is none is ignored."""
    words = [word for word in text.split(",") if word.isascii() and word.isdigit()]
    return tuple(dict.fromkeys(int(word) for word in words if len(word) < 10))[:MOST_COMPARED]


def _label() -> str:
    chosen = sum(bool(st.session_state.get(key)) for key in _FILTERS)
    return f"Filters · {chosen}" if chosen else "Filters"


def _compare_label(asked: Question) -> str:
    return f"Compare · {len(asked.compared)}" if asked.is_comparison else "Compare"


def _reset() -> None:
    for key in _FILTERS:
        st.session_state[key] = []
    for name in (KIND, CURRENCY, COMPARED):
        in_url.keep(name, "")
