"""The report on an artist, to hand over: as a PDF, and as one HTML file that opens anywhere."""

import re
import unicodedata

from lib.domain.presentation import Period, Presentation
from lib.domain.records import Artist
from lib.services.presentations import presentation
from lib.settings import settings
from lib.ui import clock, reads
from lib.ui.downloads import button, rights_at_the_click
from lib.ui.present import artist_page

_PDF = "application/pdf"


def buttons(one: Artist, period: Period) -> None:
    """Draw the buttons that download an artist's presentation: to hand over, and to open anywhere.

    Both are empty where the artist was taken away between the page and the click.
    """
    engine, rights = reads.engine(), rights_at_the_click()
    look = artist_page.look(settings(), organization=one.organization)

    def shown() -> Presentation | None:
        return presentation(engine, one.id, period, rights=rights(), now=clock.reading_time())

    def as_pdf() -> bytes:
        # Its library takes a moment to load, and few pages need it.
        from lib.ui.present.pdf import pdf

        found = shown()
        return b"" if found is None else pdf(found, look)

    def as_page() -> str:
        found = shown()
        return "" if found is None else artist_page.page(found, look)

    stem = f"report-{_slug(one.name)}-{_slug(period.label)}"
    button("Report as PDF", stem, as_pdf, key="report-pdf", ending="pdf", mime=_PDF)
    button("Report as HTML", stem, as_page, key="report-html", ending="html", mime="text/html")


def _slug(text: str) -> str:
    """Return a name as a part of a file's name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60] or "artist"
