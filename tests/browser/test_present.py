"""Present in a real Chromium: a link made, opened by somebody without a sign-in, revoked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from pypdf import PdfReader

from tests.browser.chromium import drawn
from tests.browser.desk import Desk, serving

ALMA = "Alma Varn & the Weathervanes"
ADDRESS = "/present?artist=Alma+Varn+%26+the+Weathervanes"
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of this module's own, since links and costs of it are changed."""
    with serving(tmp_path_factory.mktemp("present")) as running:
        yield running


def open_present(page: Page, desk: Desk, more: str = "") -> None:
    page.goto(desk.url + ADDRESS + more)
    page.locator(".pr h1").wait_for(timeout=60_000)


def figures(page: Page) -> list[tuple[str, str, str]]:
    """Return kind, large figure and dates of every card on the page."""
    return [
        (
            str(card.get_attribute("data-kind")),
            card.locator(".figure").inner_text(),
            card.locator(".dates").inner_text(),
        )
        for card in page.locator(".pr .card").all()
    ]


def make_link(page: Page) -> str:
    drawn(page)
    page.get_by_text("Share", exact=True).click()
    drawn(page)
    page.get_by_role("button", name="Make a link").click()
    code = page.get_by_test_id("stCode")
    code.wait_for()
    return code.inner_text().strip()


def test_a_link_is_made_opened_without_a_sign_in_revoked_and_refused(
    page: Page, chromium: Browser, desk: Desk
) -> None:
    open_present(page, desk)
    here = figures(page)
    assert len(here) == 3
    address = make_link(page)
    assert re.fullmatch(re.escape(desk.url) + r"/shared/[\w-]{54}", address)
    with chromium.new_context(viewport=PHONE, locale="en-GB") as context:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        theirs = context.new_page()
        faults: list[str] = []
        theirs.on("console", lambda message: faults.append(message.text))
        theirs.goto(address)
        assert theirs.get_by_role("heading", level=1).inner_text() == ALMA
        assert figures(theirs) == here
        # One request: the page itself, and its icon, which browsers ask for by themselves.
        assert {url.removeprefix(desk.url) for url in asked} <= {
            address.removeprefix(desk.url),
            "/favicon.ico",
        }
        assert context.cookies() == []
        assert theirs.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        theirs.get_by_role("link", name="Whole run").click()
        theirs.get_by_text("How your campaigns go · Whole run").wait_for()
        page.get_by_role("button", name="Revoke").click()
        page.get_by_text("No link works right now").wait_for()
        answer = theirs.reload()
        assert answer is not None
        assert answer.status == 410
        assert theirs.get_by_role("heading", level=1).inner_text() == "This page is not available"
        assert "Alma" not in theirs.content()
        assert not [fault for fault in faults if "Content Security Policy" in fault]
    assert page.get_by_test_id("stCode").count() == 0


def test_the_artists_screen_shows_nothing_but_the_artist(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/present?artist=Tsukiyo+Arcade")
    heading = page.locator(".pr h1")
    heading.wait_for(timeout=60_000)
    page.get_by_text("Artist's screen").click()
    page.get_by_test_id("stSidebar").wait_for(state="hidden")
    drawn(page)
    assert not page.get_by_role("heading", name="Present", exact=True).is_visible()
    shown = page.locator("body").inner_text()
    assert heading.inner_text() == "Tsukiyo Arcade"
    for other in (ALMA, "Dead Letter Ferry", "Make a link", "Import", "Roster", "¥"):
        assert other not in shown
    page.get_by_role("radio", name="Last 7 days").click()
    page.get_by_text("How your campaigns go · Last 7 days").wait_for()
    drawn(page)
    assert "screen=true" in page.url
    assert "period=Last+7+days" in page.url
    page.reload()
    page.get_by_text("How your campaigns go · Last 7 days").wait_for()
    drawn(page)
    assert heading.inner_text() == "Tsukiyo Arcade"
    assert not page.get_by_test_id("stSidebar").is_visible()
    page.get_by_text("Artist's screen").click()
    page.get_by_test_id("stSidebar").wait_for()
    drawn(page)
    assert heading.inner_text() == "Tsukiyo Arcade"


def test_the_report_is_one_file_with_the_figures_of_the_screen_and_prints(
    page: Page, chromium: Browser, desk: Desk, tmp_path: Path
) -> None:
    open_present(page, desk, "&period=Last+90+days")
    page.get_by_text("How your campaigns go · Last 90 days").wait_for()
    here = figures(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Report as HTML").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"report-alma-varn-the-weathervanes-last-90-days-[0-9a-f]{16}\.html", name)
    file = tmp_path / name
    download.value.save_as(file)
    with chromium.new_context(offline=True) as context:
        report = context.new_page()
        report.goto(file.as_uri())
        assert figures(report) == here
        report.emulate_media(media="print", color_scheme="dark")
        assert report.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        assert not report.locator("details").first.is_visible()
        printed = report.pdf(format="A4", print_background=True)
        assert printed.startswith(b"%PDF")


def test_the_report_as_pdf_has_the_figures_of_the_screen(page: Page, desk: Desk) -> None:
    open_present(page, desk, "&period=Last+90+days")
    page.get_by_text("How your campaigns go · Last 90 days").wait_for()
    here = figures(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Report as PDF").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"report-alma-varn-the-weathervanes-last-90-days-[0-9a-f]{16}\.pdf", name)
    read = PdfReader(download.value.path())
    written = "".join("".join(one.extract_text() for one in read.pages).split())
    for kind, figure, dates in here:
        assert f"{figure}{kind}" in written
        assert "".join(dates.split()) in written


def test_costs_come_onto_the_screen_once_they_are_shared(page: Page, desk: Desk) -> None:
    open_present(page, desk)
    assert "€" not in page.locator(".pr").inner_text()
    page.get_by_text("Share", exact=True).click()
    page.get_by_role("button", name="Show costs").click()
    page.locator(".pr .bought").first.wait_for()
    assert "€" in page.locator(".pr").inner_text()
    page.get_by_role("button", name="Show no costs").click()
    page.locator(".pr .bought").first.wait_for(state="detached")
