"""The very first visitor of a server just started, by a deep address."""

from pathlib import Path

from tests.browser.desk import serving
from tests.wire import visit


def test_the_first_visitor_finds_the_page_that_a_link_names(tmp_path: Path) -> None:
    with serving(tmp_path, env={"DESK_DEMO": "0"}) as desk, visit(desk.url) as first:
        first.run("status-guide")
        kinds = [message.WhichOneof("type") for message in first.messages()]
    assert "navigation" in kinds
    assert "page_not_found" not in kinds
