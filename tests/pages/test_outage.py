"""What a person meets while the database is away."""

import pytest

from lib.db.engine import DatabaseUnreachable
from lib.ui import components, signin
from tests.pages.conftest import tables, texts


@pytest.mark.usefixtures("demo_engine")
def test_where_nobody_can_be_looked_up_the_page_says_so_and_comes_back_by_itself(
    open_desk, monkeypatch
):
    def away():
        raise DatabaseUnreachable("the database cannot be reached")

    with monkeypatch.context() as while_away:
        while_away.setattr(signin, "actor", away)
        at = open_desk(artist="Dead Letter Ferry")
        assert "Reconnecting…" in texts(at)
        assert [one.proto.component_name for one in at.get("bidi_component")] == [
            components.name("pulse")
        ]
        assert "Dead Letter Ferry" not in texts(at)
    at.run()
    assert "Reconnecting…" not in texts(at)
    assert "Dead Letter Ferry" in texts(at)
    assert tables(at)
