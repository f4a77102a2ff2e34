"""What a click in a dialog makes the server run, message by message."""

from collections.abc import Iterator

import pytest

from tests.browser.desk import Desk, serving
from tests.wire import Visit, visit

FRAGMENT, PAGE = True, False


@pytest.fixture(scope="module")
def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("dialogs")) as running:
        yield running


def runs_since(tab: Visit, start: int) -> list[bool]:
    """Return what ran since so many messages were received: a fragment or the page, in turn."""
    return [
        bool(message.metadata.run.fragment_ids)
        for message in tab.messages()[start:]
        if message.WhichOneof("type") == "new_session"
    ]


def ask_to_pause(tab: Visit, campaign_id: int) -> None:
    """Open the campaign and the dialog that pauses it, and say why."""
    tab.run("campaign", query=f"id={campaign_id}")
    tab.press(tab.widget("button", label="Pause").id)
    reason = tab.widget("radio")
    tab.set(reason.id, string_value=reason.options[2])


@pytest.mark.parametrize(("label", "status"), [("Cancel", "active"), ("Pause", "paused")])
def test_the_click_that_ends_a_dialog_runs_the_page_once_and_nothing_else(
    open_desk: Desk, label: str, status: str
) -> None:
    (one,) = open_desk.asked("SELECT id FROM campaign WHERE status = 'active' LIMIT 1")[0]
    with visit(open_desk.url) as tab:
        ask_to_pause(tab, one)
        assert runs_since(tab, 0)[-1] is FRAGMENT, "a field of the dialog draws the dialog alone"
        start = len(tab.received)
        tab.press(tab.widgets("button", label=label)[-1].id)
        assert runs_since(tab, start) == [PAGE]
    assert open_desk.asked("SELECT status FROM campaign WHERE id = ?", one) == [(status,)]
