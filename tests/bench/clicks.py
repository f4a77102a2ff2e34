"""Clicks on the board: a campaign is paused from the menu of its row, and brought back after."""

import re
import secrets
from datetime import UTC, datetime

from playwright.sync_api import Page
from sqlalchemy import select

from lib.db.engine import make_engine, reading
from lib.db.tables import campaign
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.services.campaigns import resume_campaign
from tests.bench.measuring import TABLE, clicked

_LIVE_ROW = re.compile("Active|Serving")


def press_button(page: Page) -> float:
    """Press the one button of the bare page; return the milliseconds until the page said so."""
    holds = "document.body.innerText.includes('Pressed 1 times') && eye.stands()"
    return clicked(page, holds, lambda: page.get_by_role("button", name="Press").click())


def pause_on_board(page: Page) -> tuple[float, str]:
    """Pause the first live campaign of a board.

    Return the milliseconds from the click in the dialog to the changed board, and its name.
    """
    row = page.locator(".desk-table tbody tr").filter(has_text=_LIVE_ROW).first
    name = row.locator("a").first.inner_text().strip()
    row.get_by_role("button", name=re.compile("^Actions for")).click()
    page.get_by_role("menuitem", name=re.compile("Pause")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Stop the spend for budget reasons").click()
    button = dialog.get_by_role("button", name=re.compile("Pause$"))
    page.wait_for_function(
        "() => [...document.querySelectorAll('[role=dialog] button')]"
        ".some((one) => one.innerText.trim().endsWith('Pause') && !one.disabled)"
    )
    # The word of what was done comes in the same run as the changed board. What is dear to look
    # at comes last, so that watching does not slow down what is watched.
    holds = (
        "eye.ended() && !document.querySelector('[role=\"dialog\"]') && "
        f"eye.told('.st-key-undo-notice') && {TABLE}"
    )
    return clicked(page, holds, button.click), name


def resume(database_url: str, name: str) -> None:
    """Bring the campaign back, so that the next run finds the same board."""
    engine = make_engine(database_url)
    try:
        with reading(engine) as db:
            query = select(campaign.c.id, campaign.c.version).where(campaign.c.name == name)
            found = db.execute(query).one()
        resume_campaign(
            engine,
            found.id,
            actor=Actor(name="Bench", rights=FULL),
            seen_version=found.version,
            request_id=secrets.token_hex(8),
            now=datetime.now(UTC),
        )
    finally:
        engine.dispose()
