"""Pictures of the board, a campaign and the roster at a label's size: `make screenshots SIZE=L`.

The same databases as the bench's, the same photographer as the demo label's.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.label import SIZES
from tests.bench.run import desk_pages
from tests.bench.servers import desk_server
from tests.browser.chromium import launch
from tests.browser.screenshots import FOLDER, photograph

_NAMES = {
    "board 20": "board-20",
    "board 300": "board-300",
    "campaign": "campaign",
    "roster": "roster",
}


def main() -> None:
    """Photograph the pages at the size that the command line names."""
    size = SIZES[sys.argv[1].upper()]
    with (
        tempfile.TemporaryDirectory() as home,
        desk_server(size, Path(home) / "desk", now=datetime.now(UTC)) as desk,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        pages = desk_pages(desk.database_url)
        paths = {
            f"size-{size.name.lower()}-{_NAMES[name]}": f"/{page.page}?{page.query}"
            for name, page in pages.items()
        }
        for file in photograph(browser, desk.url, FOLDER, paths):
            print(file)
        browser.close()


if __name__ == "__main__":
    main()
