"""The door in a real Chromium: what the desk draws works under its policy, outside does not."""

import re

import oidc_provider_mock
import pytest

from tests.standin import serving_standin

SCRIPT = """
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

st.title("A desk")
if not st.user.is_logged_in if "auth" in st.secrets else False:
    st.button("Sign in", on_click=st.login)
    st.stop()

st.plotly_chart(go.Figure(go.Scatter(y=[1, 3, 2], mode="lines+markers")))
st.dataframe(
    pd.DataFrame({"days": [[1, 2, 3], [3, 2, 1]], "status": [["Active"], ["Paused"]]}),
    column_config={
        "days": st.column_config.AreaChartColumn(),
        "status": st.column_config.MultiselectColumn(options=["Active", "Paused"], color="auto"),
        "action": st.column_config.ButtonColumn(),
    },
)
st.vega_lite_chart(
    pd.DataFrame({"a": [1, 2, 3], "b": [2, 3, 1]}),
    {
        "mark": {"type": "line", "tooltip": True},
        "transform": [{"calculate": "datum.b * 2", "as": "c"}],
        "encoding": {
            "x": {"field": "a", "type": "quantitative"},
            "y": {"field": "c", "type": "quantitative"},
        },
    },
)
st.metric("Spend", "12", delta="3", chart_data=[1, 2, 3])
st.image(np.zeros((10, 10, 3), dtype="uint8"))
st.badge("Active", icon=":material/check:", color="green")
st.download_button("Download", b"a,b", file_name="figures.csv")
uploaded = st.file_uploader("Upload")
if uploaded:
    st.write(f"received {uploaded.size} bytes")
if st.button("Fail"):
    raise RuntimeError("postgresql://u:hunter2@h/desk SELECT 1")
if st.button("Show a picture from outside"):
    st.markdown("![](http://203.0.113.9/x.png)")
"""


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    with serving_standin(tmp_path_factory.mktemp("standin"), script=SCRIPT) as running:
        yield running


def open_page(page, url):
    page.goto(url)
    page.get_by_role("heading", name="A desk").wait_for()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_charts_tables_pictures_downloads_and_uploads_work_under_the_policy(page, standin):
    open_page(page, standin.url)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()
    page.locator(".vega-embed").locator("canvas, svg").first.wait_for()
    page.get_by_test_id("stMetricChart").wait_for()
    page.get_by_test_id("stImage").wait_for()
    with page.expect_download() as download:
        press(page, "Download")
    assert download.value.suggested_filename == "figures.csv"
    page.set_input_files(
        "input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b"}
    )
    page.get_by_text("received 3 bytes").wait_for()


def test_an_error_shows_its_reference_and_nothing_of_its_inside(page, standin):
    open_page(page, standin.url)
    press(page, "Fail")
    alert = page.get_by_test_id("stAlert")
    alert.wait_for()
    reference = re.search(r"reference ([0-9a-f]{8})", alert.inner_text())
    assert reference
    shown = page.content()
    assert not [
        inside for inside in ("hunter2", "SELECT", "Traceback", "standin") if inside in shown
    ]
    assert reference[1] in standin.log_text()


def test_a_picture_from_outside_is_blocked(chromium, standin):
    # Not the fixture `page`: what it forbids is here expected, and shown to be stopped.
    with chromium.new_context() as context:
        page = context.new_page()
        blocked: list[str] = []
        page.on("requestfailed", lambda request: blocked.append(f"{request.failure} {request.url}"))
        open_page(page, standin.url)
        with page.expect_console_message(lambda message: "Content Security" in message.text):
            press(page, "Show a picture from outside")
        page.wait_for_timeout(300)
        assert [reason for reason in blocked if reason.startswith("csp http://203.0.113.9")]


def test_a_site_that_opens_the_desk_keeps_no_hold_of_its_window(chromium, standin):
    with chromium.new_context() as context:
        elsewhere = context.new_page()
        elsewhere.goto(standin.url.replace("127.0.0.1", "localhost"))
        opened = "(url) => { window.opened = open(url); return opened.closed; }"
        with context.expect_page() as desk:
            assert not elsewhere.evaluate(opened, standin.url)
        desk.value.get_by_role("heading", name="A desk").wait_for()
        assert elsewhere.evaluate("opened.closed")
        assert desk.value.evaluate("opener") is None


def test_a_person_signs_in_and_only_then_the_file_is_there(chromium, tmp_path):
    alice = oidc_provider_mock.User(
        sub="alice", claims={"email": "alice@label.example", "email_verified": True}
    )
    with (
        oidc_provider_mock.run_server_in_thread(user_claims=[alice]) as server,
        serving_standin(
            tmp_path, script=SCRIPT, provider=f"http://localhost:{server.server_port}"
        ) as desk,
        chromium.new_context() as context,
        chromium.new_context() as stranger,
    ):
        page = context.new_page()
        open_page(page, desk.url)
        assert page.get_by_test_id("stImage").count() == 0
        press(page, "Sign in")
        page.locator("input[name=sub]").first.fill("alice")
        page.locator("button[type=submit], input[type=submit]").first.click()
        picture = page.get_by_test_id("stImage").locator("img")
        picture.wait_for()
        address = desk.url + str(picture.get_attribute("src")).removeprefix(desk.url)
        assert context.request.get(address).status == 200
        assert stranger.request.get(address).status == 404
