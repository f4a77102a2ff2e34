"""What people do all day takes a few clicks each."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.desk import Desk, serving
from tests.browser.tasks import MOST_CLICKS, TASKS, Task, take


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of this module's own, since some tasks change it."""
    with serving(tmp_path_factory.mktemp("tasks")) as running:
        yield running


@pytest.mark.parametrize("task", TASKS, ids=lambda one: one.title)
def test_a_task_of_the_day_is_done_in_a_few_clicks(page: Page, desk: Desk, task: Task) -> None:
    assert take(page, desk.url, task).clicks <= MOST_CLICKS
