"""The notebook in a real browser: a link that asks, another split, files and a picture."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests import excel
from tests.browser.desk import Desk

PATIENCE = 60_000
QUESTION = "/explore?nb_split=Platform&nb_window=7+days&nb_by=Total"


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)


def saved(download: Download, folder: Path) -> Path:
    file = folder / download.suggested_filename
    download.save_as(file)
    return file


def test_a_link_asks_and_another_split_is_in_the_url_for_a_colleague(page: Page, desk: Desk):
    page.goto(desk.url + QUESTION)
    expect(page.get_by_text("Spend by platform")).to_be_visible()
    expect(page.get_by_text("7 days to")).to_be_visible()
    expect(page.get_by_role("table", name="The figures")).to_contain_text("Google (YouTube)")
    page.get_by_role("combobox", name="Split by").click()
    page.get_by_role("option", name="Status").click()
    expect(page.get_by_text("Spend by status")).to_be_visible()
    page.wait_for_url("**nb_split=Status**")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_text("Spend by status")).to_be_visible()
    expect(page.get_by_text("7 days to")).to_be_visible()


def test_the_answer_is_taken_along_as_files_and_as_a_picture(
    page: Page, desk: Desk, tmp_path: Path
):
    page.goto(desk.url + QUESTION)
    expect(page.get_by_text("Spend by platform")).to_be_visible()
    with page.expect_download() as told:
        page.get_by_role("button", name="CSV").click()
    plain = list(csv.reader(saved(told.value, tmp_path).read_text("utf-8").splitlines()))
    with page.expect_download() as told:
        page.get_by_role("button", name="Excel").click()
    pages = excel.read(saved(told.value, tmp_path).read_bytes())
    cells = pages["Spend by platform"]
    assert cells[0] == plain[0]
    spend = plain[0].index("Spend")
    assert [row[spend] for row in cells[1:]] == [float(row[spend]) for row in plain[1:]]
    about = dict(pages["About"])
    assert about["Days"]
    assert about["To (as-of day)"] == plain[1][plain[0].index("To")]
    shown = page.get_by_role("table", name="The figures").inner_text()
    assert all(row[2] in shown for row in plain[1:])
    page.locator(".js-plotly-plot").hover()
    with page.expect_download() as told:
        page.locator(".modebar-btn[data-title], .modebar-btn").first.click()
    picture = saved(told.value, tmp_path)
    assert picture.name.startswith("spend-by-platform-20")
    assert picture.read_bytes().startswith(b"\x89PNG")
