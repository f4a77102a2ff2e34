"""axe on every page: what is found in the desk's own content fails; Streamlit's is named apart."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.chromium import drawn
from tests.browser.desk import Desk
from tests.browser.screenshots import SIZES, addresses, campaign_to_show

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FORMS = [
    ("light", "wide"),
    ("dark", "phone"),
    pytest.param("light", "phone", marks=pytest.mark.long),
    pytest.param("dark", "wide", marks=pytest.mark.long),
]
# What Streamlit draws itself and offers no way to change: rule, and a part of the element.
STREAMLITS: tuple[tuple[str, str], ...] = ()


def violations(page: Page) -> list[tuple[str, str, str]]:
    """Return what axe finds on the page: rule, element, what is wrong with it."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    return [
        (rule["id"], node["html"][:300], node["failureSummary"])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def is_streamlits(rule: str, element: str) -> bool:
    return any(rule == known and part in element for known, part in STREAMLITS)


@pytest.mark.parametrize(("theme", "size"), FORMS)
def test_axe_finds_nothing_in_our_content_on_any_page(
    chromium: Browser, desk: Desk, theme: str, size: str
) -> None:
    ours = []
    with chromium.new_context(
        viewport=SIZES[size],
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
    ) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        for name, path in addresses(campaign_to_show(desk.database_url)).items():
            page.goto(desk.url + path)
            drawn(page)
            ours += [(name, *one) for one in violations(page) if not is_streamlits(one[0], one[1])]
    assert not ours, "\n\n".join("\n".join(one) for one in ours)
