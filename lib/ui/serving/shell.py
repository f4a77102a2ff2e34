"""The page that a browser opens first: Streamlit's own, told at once what it would find out.

Streamlit's page asks the server twice before it opens the websocket, below the root of the site
once more in vain, and learns from what it draws which of its scripts it needs. Both can be said
in the page itself: `window.__streamlit` is what Streamlit reads where a host knows its server
(frontend/utils/src/config, 1.67), and `modulepreload` fetches a script while others still run.
And `static/ahead.js` asks for what the page shows, before those scripts can; `static/steps.js`
keeps the browser's history in a person's steps; `static/page.css` is for what is drawn by
Streamlit itself.
"""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import file_util

from lib.ui import components

# By the path of a page, what draws its first things: scripts of Streamlit's, and of the desk's.
_PLAIN = ("BidiComponent", "desk.pulse")
FIRST_DRAWN: dict[str, tuple[str, ...]] = {
    "": (*_PLAIN, "desk.table"),
    "roster": (*_PLAIN, "desk.table", "Pagination"),
    "explore": (*_PLAIN, "desk.table"),
    "present": _PLAIN,
    "campaign": _PLAIN,
    "import": _PLAIN,
    "scheduled": _PLAIN,
    "activity": (*_PLAIN, "DataFrame"),
    "trend-check": (*_PLAIN, "DataFrame"),
    "status-guide": _PLAIN,
    "people": (*_PLAIN, "DataFrame"),
}
_OWN = "desk."
_ICONS = "MaterialSymbols-Rounded"

_INLINE = Path(__file__).parents[1] / "static"
_TOLD = "".join((_INLINE / f"{name}.js").read_text(encoding="utf-8") for name in ("steps", "ahead"))
_STYLED = (_INLINE / "page.css").read_text(encoding="utf-8")
_IMPORTED = re.compile(r'(?:\bfrom|\bimport)\s*"\./([\w.-]+\.js)"')


def routes() -> list[Route]:
    """Return the routes of every page of the desk; any other path is left to Streamlit."""
    return [
        Route(f"/{path}", partial(_answer, page(path)), methods=["GET"]) for path in FIRST_DRAWN
    ]


async def _answer(html: str, _request: Request) -> HTMLResponse:
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def page(path: str = "") -> str:
    """Return the HTML of the page at `path`."""
    plain, drawn = streamlit_page(), FIRST_DRAWN[path]
    own = [name.removeprefix(_OWN) for name in drawn if name.startswith(_OWN)]
    scripts = [
        *(
            f"static/js/{name}"
            for name in _scripts([name for name in drawn if not name.startswith(_OWN)])
            if f"/{name}" not in plain
        ),
        *(components.script(name).removeprefix("/") for name in own),
    ]
    hints = [
        *(f'<link rel="modulepreload" crossorigin href="./{name}">' for name in scripts),
        *(
            '<link rel="preload" as="font" type="font/woff2" crossorigin '
            f'href="./static/media/{font.name}">'
            for font in _static("media").glob(f"{_ICONS}.*.woff2")
        ),
    ]
    # Told before Streamlit's scripts run, and fetched after them: they are needed first.
    own_parts = f"<style>\n{_STYLED}</style>\n    <script>\n{_TOLD}</script>"
    told = plain.replace("</title>", f"</title>\n    {own_parts}", 1)
    return told.replace("</head>", "".join(f"  {hint}\n  " for hint in hints) + "</head>", 1)


def streamlit_page() -> str:
    """Return the one HTML page of the installed Streamlit."""
    return (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")


def _static(folder: str) -> Path:
    return Path(file_util.get_static_dir()) / "static" / folder


def _scripts(names: Iterable[str]) -> list[str]:
    """Return the files of these scripts and of all that they import, each once."""
    waiting = [file.name for name in names for file in _static("js").glob(f"{name}.*.js")]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            text = (_static("js") / name).read_text(encoding="utf-8")
            waiting += _IMPORTED.findall(text)
    return list(found)
