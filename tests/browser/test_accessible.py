"""axe on every page: what is found in the desk's own content fails; Streamlit's is named apart."""

from collections.abc import Iterator
from contextlib import contextmanager

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
# What opens over a page looks the same in all of them but for its colours and its width.
ONE_OFTEN = [FORMS[0], pytest.param("dark", "phone", marks=pytest.mark.long), *FORMS[2:]]
# What Streamlit draws itself and offers no way to change: the rule, the element, and why.
STREAMLITS = (
    ("list", "[data-testid=stSidebarNavItems]", "its menu puts a div between list and entries"),
    ("listitem", "[data-testid=stSidebarNavItems]", "its menu puts a div between list and entries"),
    (
        "color-contrast",
        "[data-testid=stButtonGroup]",
        ("its chosen pill is written in the colour that it also writes white on"),
    ),
    ("scrollable-region-focusable", "[data-testid=stTable]", "its wide tables on a phone"),
)


def violations(page: Page) -> list[tuple[str, str, str]]:
    """Return what axe finds in the desk's own content: rule, element, what is wrong with it."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    return [
        (rule["id"], node["html"][:300], node["failureSummary"])
        for rule in found["violations"]
        for node in rule["nodes"]
        if not is_streamlits(page, rule["id"], node["target"][-1])
    ]


def is_streamlits(page: Page, rule: str, target: str) -> bool:
    within = "([target, outer]) => !!document.querySelector(target)?.closest(outer)"
    return any(
        rule == known and page.evaluate(within, [target, outer]) for known, outer, _ in STREAMLITS
    )


@contextmanager
def page_in(chromium: Browser, theme: str, size: str) -> Iterator[Page]:
    """Yield a page of a browser of its own, in one of the forms and with nothing moving."""
    with chromium.new_context(
        viewport=SIZES[size],
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
    ) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        yield page


@pytest.mark.parametrize(("theme", "size"), FORMS)
def test_axe_finds_nothing_in_our_content_on_any_page(
    chromium: Browser, desk: Desk, theme: str, size: str
) -> None:
    ours = []
    with page_in(chromium, theme, size) as page:
        for name, path in addresses(campaign_to_show(desk.database_url)).items():
            page.goto(desk.url + path)
            drawn(page)
            ours += [(name, *one) for one in violations(page)]
    assert not ours, "\n\n".join("\n".join(one) for one in ours)
