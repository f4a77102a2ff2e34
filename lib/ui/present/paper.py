"""The sheet that the report as PDF is drawn on: A4, the desk's own letters, what fits where.

The letters lie beside this file, since a server has none: Source Sans for everything that is
written with Latin, Greek or Cyrillic letters, Droid Sans Fallback for Chinese, Japanese and
Korean, read only where a name needs it. What neither can write is drawn as a box and said to be
so: it neither vanishes nor stops the report.
"""

import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import cast

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, ResourceAccessPolicy, XPos, YPos
from fpdf.errors import FPDFException
from PIL import Image

logger = logging.getLogger(__name__)

FONTS = Path(__file__).parent / "fonts"
_TEXT, _OTHERS = "Text", "Others"
_FILES = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Bold.ttf"}
_OTHERS_FILE = "DroidSansFallback.ttf"
BOX = "☐"
"""What stands for a letter that cannot be written."""
_UNSEEN = ("Cf", "Cs", "Co", "Cn")
_SELECTORS = range(0xFE00, 0xFE10)

MARGIN, WIDTH, HEIGHT = 18.0, 210.0, 297.0
INNER = WIDTH - 2 * MARGIN
BOTTOM = HEIGHT - 24
LINE, LARGE_LINE, LARGE = 1.32, 1.15, 20
"""How high a line is, by its letters; large ones, in points, stand closer."""
_POINT = 25.4 / 72
"""Millimetres."""
TEXT, SOFT, HAIR, CARD = "#1f2430", "#5a6274", "#d6d9e2", "#f4f5f8"
_UNREADABLE = (FPDFException, OSError, ValueError, TypeError, KeyError, AttributeError, SyntaxError)
"""What a picture that is none raises, by its kind."""


class Paper(FPDF):
    """Pages that are written from top to bottom; millimetres, points for letters."""

    def __init__(self, *, head: str, foot: str) -> None:
        """Begin without a page; `head` stands on every page but the first, `foot` on all."""
        super().__init__(format="A4")
        # fontTools tells of every table that it leaves out.
        logging.getLogger("fontTools").setLevel(logging.WARNING)
        # A logo loads nothing from elsewhere.
        self.resource_access_policy = ResourceAccessPolicy.LOCAL_FILES
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=False)
        for style, file in _FILES.items():
            self.add_font(_TEXT, style, FONTS / file)
        self.head, self.foot = head, foot
        self.unwritten: set[str] = set()
        self.has_others = False
        self.c_margin = 0.0

    def header(self) -> None:
        """Say on every page but the first whose it is."""
        if self.page_no() > 1:
            self.write_at(MARGIN, MARGIN - 6, INNER, self.head, size=9, colour=SOFT)
        self.set_xy(MARGIN, MARGIN + (4 if self.page_no() > 1 else 0))

    def footer(self) -> None:
        """Close a page with who made it, when, and its number."""
        self.hair(BOTTOM + 5)
        self.write_at(MARGIN, BOTTOM + 7, INNER - 24, self.foot, size=8.5, colour=SOFT)
        number = f"Page {self.page_no()}"
        self.write_at(WIDTH - MARGIN - 22, BOTTOM + 7, 22, number, size=8.5, colour=SOFT, align="R")

    def writable(self, text: str) -> str:
        """Return the text in letters that the sheet has."""
        return "".join(self._writable(one) for one in unicodedata.normalize("NFC", text))

    def _writable(self, one: str) -> str:
        if ord(one) in _letters(_FILES[""]):
            return one
        if one.isspace() or unicodedata.category(one) == "Cc":
            return " "
        if unicodedata.category(one) in _UNSEEN or ord(one) in _SELECTORS:
            return ""
        if ord(one) in _letters(_OTHERS_FILE):
            self._take_others()
            return one
        self.unwritten.add(one)
        return BOX

    def _take_others(self) -> None:
        if not self.has_others:
            self.add_font(_OTHERS, "", FONTS / _OTHERS_FILE)
            self.set_fallback_fonts([_OTHERS], exact_match=False)
            self.has_others = True

    def write_at(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: str = TEXT,
        align: str = "L",
    ) -> float:
        """Write a text into a column and return where it ends."""
        return y + self._column(x, y, width, text, size, bold, colour, align, is_dry=False)

    def height_of(self, width: float, text: str, *, size: float, bold: bool = False) -> float:
        """Return how much room a text needs in a column."""
        return self._column(0, 0, width, text, size, bold, TEXT, "L", is_dry=True)

    def _column(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        bold: bool,
        colour: str,
        align: str,
        *,
        is_dry: bool,
    ) -> float:
        written = self.writable(text)
        if not written.strip():
            return 0.0
        self.set_font(_TEXT, "B" if bold else "", size)
        self.set_text_color(colour)
        if not is_dry:
            self._begin_with_letters(x, y)
            self.set_xy(x, y)
        found = self.multi_cell(
            width,
            size * (LARGE_LINE if size >= LARGE else LINE) * _POINT,
            written,
            align=align,
            dry_run=is_dry,
            output=MethodReturnValue.HEIGHT,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )
        return cast(float, found)

    def _begin_with_letters(self, x: float, y: float) -> None:
        """Write a space first, in the sheet's own font.

        fpdf2 2.8.9 names the font of a text that begins in the other font for its first line
        only, so that a reader shows nothing of the second.
        """
        if self.has_others:
            self.set_xy(x, y)
            self.cell(w=1, h=0, text=" ")

    def widest(self, text: str, width: float, *, sizes: tuple[float, ...]) -> float:
        """Return the largest of the sizes in which a bold text fits the width, else the last."""
        written = self.writable(text)
        for size in sizes:
            self.set_font(_TEXT, "B", size)
            if self.get_string_width(written) <= width:
                return size
        return sizes[-1]

    def room(self, height: float) -> None:
        """Begin a new page where the rest of this one is too short."""
        if self.get_y() + height > BOTTOM and self.get_y() > MARGIN + 10:
            self.add_page()

    def hair(self, y: float) -> None:
        """Draw a thin line across the sheet."""
        self.set_draw_color(HAIR)
        self.set_line_width(0.25)
        self.line(MARGIN, y, WIDTH - MARGIN, y)

    @contextmanager
    def within(self, x: float, y: float, width: float, height: float) -> Iterator[None]:
        """Draw nothing outside of a box meanwhile."""
        with self.rect_clip(x, y, width, height):
            yield

    def picture(self, file: Path, *, height: float, widest: float) -> float:
        """Draw a picture where the page begins; return its height, 0 where it cannot be read."""
        try:
            wanted = _at_most(file, height=height, widest=widest)
            drawn = self.image(str(file), x=MARGIN, y=self.get_y(), h=wanted)
        except _UNREADABLE:
            logger.exception("The label's logo cannot be drawn on a report")
            return 0.0
        return float(drawn.rendered_height)


def _at_most(file: Path, *, height: float, widest: float) -> float:
    """Return how high a picture may be so that it is no wider than the widest."""
    if file.suffix.lower() == ".svg":
        return height
    with Image.open(file) as picture:
        return min(height, widest * picture.height / picture.width)


@cache
def _letters(file: str) -> frozenset[int]:
    """Return every letter that a font can write."""
    with TTFont(FONTS / file, lazy=True) as font:
        return frozenset(font.getBestCmap())
