"""The artist's page as a PDF: the same words and figures, laid out for paper.

It draws the texts and charts that the page draws (`friendly` and `chart` of this folder) and
computes nothing, so that the two cannot differ.
"""

from lib.domain.presentation import DayState, Presentation
from lib.ui.present import friendly
from lib.ui.present.artist_page import Look
from lib.ui.present.chart import HIGHEST, Bar, Chart, chart
from lib.ui.present.friendly import Card, Line, Section
from lib.ui.present.paper import BOX, CARD, HAIR, INNER, LINE, MARGIN, SOFT, Paper

_PAD, _GAP = 6.0, 5.0
_LEFT = 62.0
_RIGHT = INNER - _LEFT - 2 * _PAD - _GAP
_TITLE = 66.0
_SAID = INNER - _TITLE - _GAP
_BARS = 26.0
_FIGURES = (36.0, 30.0, 24.0, 18.0, 14.0)
_NAMES = (34.0, 28.0, 24.0, 20.0)
_TONES = {"good": "#00704f", "mind": "#9a4300", "even": "#4d5568", "wait": "#005a8f"}
_ICON = 2.6
_LOGO = (14.0, 60.0)


def pdf(shown: Presentation, look: Look) -> bytes:
    """Return the report of a presentation as a PDF."""
    foot = friendly.foot(shown, label=look.label)
    sheet = Paper(head=f"{shown.artist} · {shown.period.label}", foot=foot)
    sheet.set_title(f"{shown.artist} · {shown.period.label}")
    sheet.set_author(look.label)
    sheet.set_lang("en")
    sheet.set_creation_date(shown.told_at)
    sheet.add_page()
    _opening(sheet, shown, look)
    _cards(sheet, shown, look.accent)
    for section in friendly.sections(shown):
        _section(sheet, section)
    _lessons(sheet, friendly.lessons(shown), look.accent)
    _unwritten(sheet)
    return bytes(sheet.output())


def _opening(sheet: Paper, shown: Presentation, look: Look) -> None:
    """Draw the label, the artist's name and of which period this tells."""
    y = sheet.get_y()
    height, widest = _LOGO
    logo = look.logo_file and sheet.picture(look.logo_file, height=height, widest=widest)
    if logo:
        y += logo + 5
    else:
        y = sheet.write_at(MARGIN, y, INNER, look.label, size=11, bold=True, colour=SOFT) + 3
    size = sheet.widest(shown.artist, INNER, sizes=_NAMES)
    y = sheet.write_at(MARGIN, y, INNER, shown.artist, size=size, bold=True) + 2
    sheet.set_fill_color(look.accent)
    sheet.rect(MARGIN, y, 18, 1.5, style="F", round_corners=True, corner_radius=0.75)
    y = sheet.write_at(MARGIN, y + 5, INNER, friendly.lead(shown), size=12.5, colour=SOFT)
    sheet.set_y(y + 6)


def _cards(sheet: Paper, shown: Presentation, accent: str) -> None:
    found = friendly.cards(shown)
    for card in found:
        _card(sheet, card, accent)
    if not found:
        y = sheet.write_at(
            MARGIN, sheet.get_y(), INNER, friendly.NO_FIGURES, size=12.5, colour=SOFT
        )
        sheet.set_y(y + 2)


def _card(sheet: Paper, card: Card, accent: str) -> None:
    """Draw one result kind: its figure on the left, how it went day by day on the right."""
    drawn = chart(card.told)
    left, right = _left_of(sheet, card), _right_of(card)
    bars = _BARS + 7 if drawn else 0.0
    heights = (_height(sheet, left, _LEFT), bars + _height(sheet, right, _RIGHT))
    whole = max(heights) + 2 * _PAD
    sheet.room(whole)
    top = sheet.get_y()
    sheet.set_fill_color(CARD)
    sheet.rect(MARGIN, top, INNER, whole, style="F", round_corners=True, corner_radius=3)
    _column(sheet, left, MARGIN + _PAD, top + _PAD, _LEFT)
    x, y = MARGIN + _PAD + _LEFT + _GAP, top + _PAD
    if drawn:
        _chart(sheet, drawn, x, y, accent)
    _column(sheet, right, x, y + bars, _RIGHT)
    sheet.set_y(top + whole + 4)


_Said = tuple[str, float, bool, str]
"""A text, the size of its letters, whether they are bold, their colour."""


def _left_of(sheet: Paper, card: Card) -> list[_Said]:
    size = sheet.widest(card.figure, _LEFT, sizes=_FIGURES)
    said = [
        (card.figure, size, True, ""),
        (card.heading, 14.0, True, ""),
        (card.meaning, 9.5, False, SOFT),
        (card.dates, 9.5, False, SOFT),
        (card.second, 10.0, False, ""),
        *((each, 10.5, True, "") for each in card.bought),
    ]
    return [each for each in said if each[0]]


def _right_of(card: Card) -> list[_Said]:
    said = [(card.trend, 10.0, False, ""), (card.note, 9.5, False, SOFT)]
    return [each for each in said if each[0]]


def _height(sheet: Paper, said: list[_Said], width: float) -> float:
    return sum(sheet.height_of(width, text, size=size, bold=bold) for text, size, bold, _ in said)


def _column(sheet: Paper, said: list[_Said], x: float, y: float, width: float) -> float:
    """Write texts below each other and return where they end."""
    for text, size, bold, colour in said:
        more = {"colour": colour} if colour else {}
        y = sheet.write_at(x, y, width, text, size=size, bold=bold, **more)
    return y


def _chart(sheet: Paper, drawn: Chart, x: float, y: float, accent: str) -> None:
    """Draw the bars and below them from when to when they are and what they count."""
    step = _RIGHT / len(drawn.bars)
    gap = min(step * 0.18, 0.5)
    floor = y + _BARS
    for at, bar in enumerate(drawn.bars):
        _bar(sheet, bar, x + at * step + gap / 2, floor, step - gap, accent)
    sheet.set_draw_color(HAIR)
    sheet.set_line_width(0.4)
    sheet.line(x, floor, x + _RIGHT, floor)
    for text, align in (
        (drawn.first, "L"),
        (f"{drawn.unit}, at most {drawn.highest}", "C"),
        (drawn.last, "R"),
    ):
        sheet.write_at(x, floor + 1, _RIGHT, text, size=8, colour=SOFT, align=align)


def _bar(sheet: Paper, bar: Bar, x: float, floor: float, width: float, accent: str) -> None:
    """Draw a bar: full where its day is whole, hatched where a part or all of it is missing."""
    height = _BARS * bar.height / HIGHEST
    if not height:
        return
    if bar.state is DayState.WHOLE:
        sheet.set_fill_color(accent)
        sheet.rect(x, floor - height, width, height, style="F")
        return
    is_part = bar.state is DayState.PART
    sheet.set_draw_color(accent if is_part else HAIR)
    sheet.set_line_width(0.2)
    with sheet.within(x, floor - height, width, height):
        rise = -width
        while rise < height:
            sheet.line(x, floor - rise, x + width, floor - rise - width)
            rise += 0.9
    if is_part:
        sheet.rect(x, floor - height, width, height, style="D")


def _heading(sheet: Paper, text: str, *, followed_by: float) -> None:
    """Write a heading, on the page on which what follows it begins."""
    sheet.room(followed_by + 16)
    y = sheet.write_at(MARGIN, sheet.get_y() + 5, INNER, text, size=15, bold=True)
    sheet.set_y(y + 1.5)


def _section(sheet: Paper, section: Section) -> None:
    first = _height_of_line(sheet, section.lines[0]) if section.lines else 8.0
    _heading(sheet, section.heading, followed_by=first + (6 if section.before else 0))
    if section.before:
        y = sheet.write_at(MARGIN, sheet.get_y(), INNER, section.before, size=9.5, colour=SOFT)
        sheet.set_y(y + 2)
    if section.lines:
        sheet.hair(sheet.get_y())
    for line in section.lines:
        _line(sheet, line)
    for words in section.after:
        sheet.room(8)
        y = sheet.write_at(MARGIN, sheet.get_y() + 2, INNER, words, size=10, colour=SOFT)
        sheet.set_y(y)


def _what_of(line: Line) -> list[_Said]:
    return [(line.title, 11.0, True, ""), (line.where, 9.5, False, SOFT)]


def _height_of_line(sheet: Paper, line: Line) -> float:
    word = sheet.height_of(_SAID, line.word, size=10.5, bold=True) if line.word else 0
    said = sheet.height_of(_SAID, line.sentence, size=10) if line.sentence else 0
    return max(_height(sheet, _what_of(line), _TITLE), word + said) + 5


def _line(sheet: Paper, line: Line) -> None:
    """Draw one campaign: what it is on the left, how it goes on the right."""
    height = _height_of_line(sheet, line)
    before = sheet.page_no()
    sheet.room(height)
    if sheet.page_no() != before:
        sheet.hair(sheet.get_y())
    top = sheet.get_y()
    _column(sheet, _what_of(line), MARGIN, top + 2.5, _TITLE)
    x, y = MARGIN + _TITLE + _GAP, top + 2.5
    if line.word:
        colour = _TONES[line.tone]
        _icon(sheet, line.tone, x, y + 1.3, colour)
        indent = _ICON + 1.6
        y = sheet.write_at(
            x + indent, y, _SAID - indent, line.word, size=10.5, bold=True, colour=colour
        )
    if line.sentence:
        sheet.write_at(x, y, _SAID, line.sentence, size=10)
    sheet.hair(top + height)
    sheet.set_y(top + height)


def _icon(sheet: Paper, tone: str, x: float, y: float, colour: str) -> None:
    """Draw what the page shows as a sign: an arrow up, down or along, or a clock."""
    sheet.set_draw_color(colour)
    sheet.set_fill_color(colour)
    sheet.set_line_width(0.45)
    end = x + _ICON
    if tone == "wait":
        sheet.ellipse(x, y, _ICON, _ICON, style="D")
        sheet.solid_arc(x, y, _ICON, 270, 360, style="F", clockwise=False)
        return
    low, high = y + _ICON, y
    if tone == "even":
        middle = y + _ICON / 2
        sheet.line(x, middle, end, middle)
        sheet.polyline([(end - 1, middle - 1), (end, middle), (end - 1, middle + 1)])
    elif tone == "good":
        sheet.line(x, low, end, high)
        sheet.polyline([(end - 1.4, high), (end, high), (end, high + 1.4)])
    else:
        sheet.line(x, high, end, low)
        sheet.polyline([(end - 1.4, low), (end, low), (end, low - 1.4)])


def _lessons(sheet: Paper, lessons: list[str], accent: str) -> None:
    if not lessons:
        return
    _heading(sheet, friendly.LEARNED, followed_by=10)
    for words in lessons:
        sheet.room(sheet.height_of(INNER - 6, words, size=11) + 2)
        y = sheet.get_y() + 1
        sheet.set_fill_color(accent)
        sheet.ellipse(MARGIN, y + 11 * LINE * 0.176 - 0.7, 1.6, 1.6, style="F")
        sheet.set_y(sheet.write_at(MARGIN + 6, y, INNER - 6, words, size=11) + 1)


def _unwritten(sheet: Paper) -> None:
    """Say which letters could not be written, where there were any."""
    if not sheet.unwritten:
        return
    named = ", ".join(f"U+{ord(one):04X}" for one in sorted(sheet.unwritten)[:20])
    words = (
        f"{BOX} stands for a letter or sign that this file cannot write ({named}). The report as "
        "a web page shows it."
    )
    sheet.room(14)
    sheet.set_y(sheet.write_at(MARGIN, sheet.get_y() + 5, INNER, words, size=8.5, colour=SOFT))
