"""The notebook's answer as drawn: its sentence, its chart, its table, the way to take it along."""

import streamlit as st

from lib.charts.notebook import Figure, Line, bars_figure, columns_figure, lines_figure
from lib.domain.answer import Answer
from lib.domain.metrics import Window
from lib.domain.notebook import Grain, Question, Split, Unit
from lib.services.notebook import Found, TooMuchAsked
from lib.services.sheets import Kind
from lib.ui import clock, downloads, pictures, reads, table
from lib.ui.ending import end_page
from lib.ui.escape import esc
from lib.ui.format import count, day, instant, span, zone_name
from lib.ui.notebook import answer_table as rows
from lib.ui.table import Column, Row

ROWS_A_PAGE = 50
_WIDTHS, _WIDE = {Kind.DAY: "6.5rem", Kind.TEXT: "9rem"}, 3
_NUMBERS = frozenset(Kind) - {Kind.TEXT, Kind.DAY, Kind.INSTANT}


def answered(question: Question) -> Found:
    """Return what the figures say; where that is too much to add up, say so and end the page."""
    try:
        return reads.notebook_answer(question)
    except TooMuchAsked as refusal:
        st.warning(str(refusal), icon=":material/hourglass_disabled:")
        end_page()


def nothing(found: Found) -> None:
    """Say that there is nothing to answer with."""
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        if found.fitting:
            words = f"None of the {count(found.fitting)} campaigns that fit has any figures yet."
        else:
            words = "No campaign fits these filters."
        st.subheader(
            "Nothing to add up", icon=":material/query_stats:", anchor=False, width="content"
        )
        st.markdown(words, text_alignment="center")


def sentence(answer: Answer) -> None:
    """Draw what the answer is of: the figure, its dates, how much is behind it, what is not."""
    total = ""
    if answer.total is not None:
        words = rows.figure_words(answer, rows.TOGETHER, answer.total.value)
        total = f" · **{esc(words)}**"
    st.markdown(f"{esc(rows.title(answer))}{total} · {esc(_behind(answer))}")
    for words in _notes(answer):
        st.caption(words)


def _behind(answer: Answer) -> str:
    window = answer.window
    dates = f"{count(window.days)} days to {day(window.last, with_year=True)} ({span(window)})"
    campaigns = f"{count(answer.campaigns)} campaign{'' if answer.campaigns == 1 else 's'}"
    is_narrowed = answer.question.artists or answer.question.is_comparison
    return f"{dates} · {campaigns}{'' if is_narrowed else ' of all artists'}"


def _notes(answer: Answer) -> list[str]:
    """Return what has to be known to read the answer."""
    found = []
    if answer.left_out:
        left = "; ".join(rows.left_out_words(one) for one in answer.left_out)
        found.append(f"Left out: {esc(left)}.")
    if answer.hidden:
        found.append(f"{count(answer.hidden)} more are not shown, and they do not add up.")
    question = answer.question
    if question.split_by is Split.WEEKDAY and question.grain is Grain.DAY:
        found.append("The days of a weekday lie a week apart: a figure for each week.")
    if answer.is_index:
        found.append(
            f"As indexes, because the scales differ: {rows.index_words()}."
            if answer.scales_differ
            else f"As indexes: {rows.index_words()}."
        )
    elif answer.is_average:
        found.append(
            "Not every figure is of equally many reported days, so the chart shows means a day "
            "over the days reported. The sums stand in the table."
        )
    return found


def chart(answer: Answer, *, as_bars: bool) -> None:
    """Draw the answer, with how to read it below."""
    is_total = answer.grain is Grain.TOTAL
    figure = _figure(answer, as_bars=as_bars)
    title = rows.title(answer)
    st.plotly_chart(
        figure,
        # Lines and bars are two charts to the browser: it would keep a range of the other's.
        key=f"notebook-{'total' if is_total else 'bars' if as_bars else 'lines'}",
        config=pictures.config(f"{title} {answer.window.last.isoformat()}"),
        alt=f"{title}, {span(answer.window)}; the figures stand in the table below",
    )
    said = [] if is_total else ["Gaps: nobody, or too few of the campaigns, reported."]
    late = max((one.whole.unsettled for one in answer.series), default=0)
    if late:
        mark = "Hatched" if as_bars or is_total else "Hollow"
        days = "day is" if late == 1 else f"{count(late)} days are"
        said.append(f"{mark}: may still change; the last {days} not final for all campaigns.")
    st.caption(" ".join(said))


def _figure(answer: Answer, *, as_bars: bool) -> Figure:
    title, is_share = rows.unit_words(answer), answer.measure.unit is Unit.SHARE
    lines = []
    for one in answer.series:
        drawn = [answer.drawn(one, cell) for cell in one.cells]
        words = [
            rows.drawn_words(answer, one.group, value) + _dates(answer, bucket)
            for value, bucket in zip(drawn, answer.buckets, strict=True)
        ]
        lines.append(
            Line(
                rows.group_words(one.group),
                tuple(drawn),
                tuple(words),
                tuple(cell.unsettled > 0 for cell in one.cells),
            )
        )
    if answer.grain is Grain.TOTAL:
        if answer.is_average and answer.question.split_by is not Split.WEEKDAY:
            lines.sort(key=lambda one: -(one.values[0] or 0))
        return bars_figure(lines, title=title, is_share=is_share)
    dates = [bucket.first for bucket in answer.buckets]
    if not as_bars:
        return lines_figure(dates, lines, title=title, is_share=is_share)
    are_stacked = answer.question.adds_up and answer.measure.is_sum and not answer.is_index
    return columns_figure(dates, lines, title=title, are_stacked=are_stacked, is_share=is_share)


def _dates(answer: Answer, bucket: Window) -> str:
    return f" · {span(bucket)}" if answer.grain is Grain.WEEK else ""


def table_and_files(answer: Answer, *, filters: tuple[tuple[str, str], ...]) -> None:
    """Draw the figures behind the chart, and the buttons that take all of them along."""
    told = list(rows.lines(answer))
    sheet = rows.sheet(answer, about=_about(answer, filters))
    columns = [
        Column(
            f"c{at}",
            column.name,
            help=rows.HELP.get(column.name, ""),
            width=_WIDTHS.get(column.kind, "") if at < _WIDE else "",
            is_number=column.kind in _NUMBERS,
        )
        for at, column in enumerate(sheet.columns)
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("The figures", anchor=False, width="content")
        downloads.sheet_buttons("explore", lambda: sheet, shown=answer.question)
    slot, number = st.container(), 1
    pages = -(-len(told) // ROWS_A_PAGE)
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            number = min(st.pagination(pages, key="notebook-page"), pages)
            first = (number - 1) * ROWS_A_PAGE
            last = min(first + ROWS_A_PAGE, len(told))
            st.caption(f"{count(first + 1)}–{count(last)} of {count(len(told))}")
    shown = told[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    with slot:
        table.draw(
            "notebook",
            columns,
            [
                Row((number, at), rows.group_words(line.group), rows.cells(answer, line))
                for at, line in enumerate(shown)
            ],
            label="The figures",
        )


def _about(answer: Answer, filters: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return what a file says of itself."""
    question, zone = answer.question, clock.zone()
    left = [("Left out", rows.left_out_words(one)) for one in answer.left_out]
    told = [
        ("What", rows.title(answer)),
        ("From", answer.window.first.isoformat()),
        ("To (as-of day)", answer.window.last.isoformat()),
        ("Days", "dates of the ad accounts’ own time zones"),
        *filters,
        ("Currency", question.currency or "as the table says"),
        ("Result kind", question.kind or "all"),
        *left,
        ("Campaigns", count(answer.campaigns)),
        *([("Index", rows.index_words())] if answer.is_index else []),
        ("Made", f"{instant(clock.now(), zone)}, {zone_name(zone)}"),
    ]
    return tuple(told)
