"""The label of `make bench`: of its size, in a database as the desk keeps it."""

import pytest
from sqlalchemy import func, select, text

from lib.db.engine import make_engine, reading
from lib.db.tables import artist, campaign, campaign_trend, daily_result
from lib.domain.rights import FULL
from lib.services import queries
from tests.bench.filling import fill
from tests.bench.label import SIZES, SMALL_BOARD

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"


@pytest.fixture
def filled(tmp_path, now):
    file = tmp_path / "small.sqlite"
    fill(file, SIZES["S"], now=now)
    engine = make_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def test_the_small_label_has_its_size_and_its_summary(filled, now):
    with reading(filled) as db:
        counts = [
            db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (artist, campaign, daily_result)
        ]
        summed = db.execute(select(func.count()).select_from(campaign_trend)).scalar_one()
    assert counts == [5, 60, 5400]
    assert summed >= 60
    board = queries.board(filled, 1, now=now, rights=FULL)
    assert board
    assert len(board.rows) == SMALL_BOARD


def test_a_filled_database_is_guarded_like_any_other(filled, sqlite_url):
    plain = make_engine(sqlite_url)
    with reading(filled) as db, reading(plain) as other:
        assert db.execute(text(TRIGGERS)).all() == other.execute(text(TRIGGERS)).all()
        assert not db.execute(text("PRAGMA foreign_key_check")).all()
        assert db.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    plain.dispose()
