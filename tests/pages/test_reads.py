"""How often a page asks the database which state it shows."""

import pytest
from sqlalchemy import Engine, event, update

from lib.db.tables import organization
from lib.domain.actions import Action, PauseReason
from lib.domain.status import Status
from lib.services import queries
from lib.services.campaigns import pause_campaign
from lib.services.recording import bump_data_version
from lib.ui import clock, reads
from tests.cast import ALICE, add_artist
from tests.pages.conftest import BOARD, CAMPAIGN


@pytest.fixture
def asked():
    """How often any engine was asked for the version since."""
    statements = []

    def note(_db, _cursor, statement, *_rest):
        if statement.startswith("SELECT") and "data_version" in statement:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("demo_engine")
@pytest.mark.parametrize("page", [BOARD, CAMPAIGN])
def test_a_run_of_a_page_reads_the_version_once(open_desk, asked, page):
    at = open_desk(page, id="1")
    asked.clear()
    at.run()
    assert len(asked) == 1


def test_the_next_run_sees_what_was_written_since(demo_engine):
    with reads.steady(ALICE):
        before = reads.data_version()
        with demo_engine.begin() as db:
            bump_data_version(db)
        assert reads.data_version() == before
    with reads.steady(ALICE):
        assert reads.data_version() == before + 1


def test_artists_are_read_anew_when_one_comes_and_not_when_a_campaign_is_paused(
    demo_engine, monkeypatch, now
):
    with reads.steady(ALICE):
        before = reads.artists()

    def unwanted(*_: object, **__: object) -> None:
        raise AssertionError("The artists were read for nothing.")

    with monkeypatch.context() as patched:
        patched.setattr(queries, "artists", unwanted)
        with demo_engine.begin() as db:
            bump_data_version(db)
        with reads.steady(ALICE):
            assert reads.artists() == before
    add_artist(demo_engine, now=now, name="Neon")
    with demo_engine.begin() as db:
        bump_data_version(db)
    with reads.steady(ALICE):
        assert {one.name for one in reads.artists()} == {"Neon", *(one.name for one in before)}
    with demo_engine.begin() as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
        bump_data_version(db)
    with reads.steady(ALICE):
        assert [one.name for one in reads.artists()] == ["Neon"]
        assert reads.demo_label() is None


def test_after_a_change_the_rest_of_a_board_is_what_it_was(demo_engine, monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)
    with reads.steady(ALICE):
        before = reads.board(1)
    assert before
    paused = next(row for row in before.rows if row.decisions[Action.PAUSE].is_allowed).campaign
    pause_campaign(
        demo_engine,
        paused.id,
        reason=PauseReason.BUDGET,
        actor=ALICE,
        seen_version=paused.version,
        request_id="p",
        now=now,
    )
    with reads.steady(ALICE):
        after = reads.board(1)
    assert after
    assert after == queries.board(demo_engine, 1, rights=ALICE.rights, now=clock.reading_time())
    changed = [row for row, old in zip(after.rows, before.rows, strict=True) if row is not old]
    assert [row.campaign.id for row in changed] == [paused.id]
    assert changed[0].status is Status.PAUSED


def test_a_run_that_breaks_off_leaves_nothing_behind(demo_engine):
    def broken() -> None:
        with reads.steady(ALICE):
            reads.data_version()
            raise RuntimeError

    before = reads.data_version()
    with pytest.raises(RuntimeError):
        broken()
    with demo_engine.begin() as db:
        bump_data_version(db)
    assert reads.data_version() == before + 1
