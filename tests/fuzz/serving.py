"""Hostile requests to the door, and hostile addresses of whole pages over hostile names."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, select, update
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from lib.db.tables import artist, campaign
from lib.services.demo_label import demo
from lib.settings import ROOT, Settings
from lib.ui.serving import shell
from lib.ui.serving.door import fittings
from tests.fuzz import making
from tests.fuzz.trying import NOW, promise, rows_of

# The page of people is in nobody's menu where nobody signs in.
PAGES = sorted(
    file.relative_to(ROOT).as_posix()
    for file in (ROOT / "pages").glob("*/*.py")
    if file.stem != "people"
)
_METHODS = ("GET", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "X" * 40)
_HEADERS = (
    *("authorization", "cookie", "content-type", "content-length", "x-forwarded-for", "origin"),
    *("x-signature", "x-timestamp", "x-xsrftoken", "range", "host", "transfer-encoding", "accept"),
)
# How hostile names would show if one of them reached Markdown as it is.
_LIVE = re.compile(
    r"!\[x\]\(|\]\(http|(?<!\\):red\[|(?<!\\):material/star|(?<!\\)<script|(?<!\\)<img src=x"
)
_RENDERED = (
    *("title", "header", "subheader", "markdown", "caption", "warning", "info", "error"),
    *("success", "toast"),
)


class Door:
    """The desk's own routes behind its own middleware; everything else answers "inside"."""

    def __init__(self, settings: Settings) -> None:
        """Build the application as the server does."""
        fitted = fittings(settings)
        methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        inside = Route("/{path:path}", _inside, methods=methods)
        self.app = Starlette(routes=[*fitted["routes"], inside], middleware=fitted["middleware"])
        self.paths = [route.path for route in fitted["routes"]]
        # The pages themselves are the same for everybody, whatever is asked.
        self.pages = {shell.page(path) for path in shell.FIRST_DRAWN}

    def knock(self, dice: random.Random, times: int) -> Counter[str]:
        """Send so many requests and return how often which status was answered."""
        return asyncio.run(self._knock(dice, times))

    async def _knock(self, dice: random.Random, times: int) -> Counter[str]:
        answers: Counter[str] = Counter()
        for _ in range(times):
            status, content = await self._one(dice)
            # 503 is an answer of /readyz, and no error.
            promise(100 <= status < 500 or status == 503, f"an error of the server: {status}")
            text = content.decode("utf-8", "replace")
            promise(text in self.pages or not _LIVE.search(text), "an echo of markup")
            answers[str(status)] += 1
        return answers

    async def _one(self, dice: random.Random) -> tuple[int, bytes]:
        path = dice.choice([*self.paths, "/media/x.csv", "/_stcore/upload_file/a/b", "/"])
        if dice.random() < 0.4:
            path += dice.choice(("/", "//", "/../", "?", "%2e%2e/")) + making.text(dice, 2)
        sent, chunks = [], [making.body(dice) for _ in range(dice.randint(0, 2))]
        incoming = [
            *({"type": "http.request", "body": one, "more_body": True} for one in chunks),
            {"type": "http.request", "body": b"", "more_body": False},
        ]

        async def receive() -> Any:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(answered: Any) -> None:
            sent.append(answered)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": dice.choice(_METHODS),
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("utf-8", "replace"),
            "query_string": making.text(dice, 2).encode("utf-8", "replace"),
            "root_path": "",
            "headers": making.headers(dice, _HEADERS),
            "client": (dice.choice(("127.0.0.1", "10.0.0.9", "::1", "")), 5000),
            "server": ("127.0.0.1", 8501),
        }
        await self.app(scope, receive, send)
        content = b"".join(one.get("body", b"") for one in sent)
        return next(one["status"] for one in sent if "status" in one), content


async def _inside(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("inside")


class Pages:
    """The desk with hostile names in all its texts."""

    def __init__(self, engine: Engine, dice: random.Random) -> None:
        """Load the demo label and name everything anew; the desk's settings name this database."""
        self.engine = engine
        demo.load_demo(engine, now=NOW)
        columns = ("name", "promotes", "link", "platform_status", "serving_status", "platform_note")
        with engine.begin() as db:
            for one in db.execute(select(campaign.c.id)).scalars().all():
                words = {column: _storable(making.text(dice, 4)) for column in columns}
                db.execute(update(campaign).where(campaign.c.id == one).values(**words))
            for one in db.execute(select(artist.c.id)).scalars().all():
                named = f"{_storable(making.text(dice, 2))[:150]} {one}"
                db.execute(update(artist).where(artist.c.id == one).values(name=named))
        self.rows = self._rows()

    def open(self, dice: random.Random) -> str:
        """Open a page at an address: it is drawn without an error, and shows names as words."""
        page, asked = dice.choice(PAGES), making.query(dice)
        if dice.random() < 0.5:
            asked["id"] = str(dice.randint(1, 400))
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.run()
        at.switch_page(page)
        for key, value in asked.items():
            at.query_params[key] = value
        at.run()
        promise(not at.exception, f"{page} {asked}: {at.exception}")
        promise(not [one for one in at.error if "reference" in str(one.value)], f"{page} {asked}")
        live = [words for words in rendered(at) if _LIVE.search(words)]
        promise(not live, f"markup on {page} {asked}: {live[:1]}")
        promise(self._rows() == self.rows, f"{page} wrote something")
        return page.rpartition("/")[2].removesuffix(".py")

    def _rows(self) -> dict[str, int]:
        # The roster notes when a person looked; nothing else may be written by looking.
        return {
            name: number for name, number in rows_of(self.engine).items() if name != "last_look"
        }


def _storable(text: str) -> str:
    return text.replace("\x00", "") or "x"


def rendered(at: AppTest) -> Sequence[str]:
    """Return every text of a page that Streamlit renders as Markdown."""
    found = [str(getattr(one, "value", "")) for kind in _RENDERED for one in at.get(kind)]
    found += [f"{one.label} {one.help or ''}" for one in at.button]
    return found + [f"{one.label} {one.value}" for one in at.metric]
