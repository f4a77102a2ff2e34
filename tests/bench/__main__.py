"""`python -m tests.bench [S] [M] [L]`: fill, serve, measure, print one table.

Nothing fails here: figures of a busy machine are no verdict on a change. ROUNDS says how often
each page is visited.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.label import SIZES
from tests.bench.measuring import Eyes
from tests.bench.report import lines, table
from tests.bench.run import measure
from tests.bench.servers import all_servers
from tests.browser.chromium import launch

ROUNDS = 9


def main() -> None:
    """Measure the sizes that the command line names."""
    asked = [name.upper() for name in sys.argv[1:]] or ["S", "L"]
    sizes = [size for name, size in SIZES.items() if name in asked]
    rounds, now = int(os.environ.get("ROUNDS") or ROUNDS), datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as home,
        all_servers(sizes, Path(home), now=now) as running,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        found = measure(running, Eyes(browser), rounds=rounds, say=_say)
        browser.close()
    print(table(list(lines(found, [size.name for size in sizes]))))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
