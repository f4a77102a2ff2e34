"""Any verb, billing event and platform movement in any order: the history explains the status.

The machine keeps its own idea of every campaign, from the rules written down by hand, and
compares it after each step with what the database says.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, update

from lib.db.engine import writing
from lib.db.tables import connection
from lib.domain.actions import Action, PauseReason
from lib.domain.records import ConnectionState, GatewayKind, Origin, Platform
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.services import queries
from lib.services.billing_notices import Notice, Payment, receive_notice
from lib.services.campaigns import (
    IllegalTransition,
    NothingToConfirm,
    StaleCampaign,
    archive_campaign,
    confirm_carried_out,
    move_campaign,
    pause_campaign,
    resume_campaign,
    unarchive_campaign,
)
from lib.services.recording import bump_data_version
from lib.services.transactions import RequestReused
from lib.services.undoing import ChangedSince, undo_change
from tests import rules
from tests.cast import ALICE, BOB, NOBODY, add_artist, add_campaign, new_request, see
from tests.invariants import faults

S = Status
CELLS = rules.actions_table()
BERLIN = ZoneInfo("Europe/Berlin")
VERBS: dict[Action, Any] = {
    Action.PAUSE: pause_campaign,
    Action.RESUME: resume_campaign,
    Action.ARCHIVE: archive_campaign,
    Action.UNARCHIVE: unarchive_campaign,
}
OPPOSITES = {
    Action.PAUSE: Action.RESUME,
    Action.RESUME: Action.PAUSE,
    Action.ARCHIVE: Action.UNARCHIVE,
    Action.UNARCHIVE: Action.ARCHIVE,
}
STARTS = [
    (S.ACTIVE, None),
    (S.SERVING, 4),
    (S.AWAITING_SMARTLINK, 9),
    (S.DEPLOYING, None),
]
which = st.integers(0, len(STARTS) - 1)


@dataclass(frozen=True)
class Idea:
    """What the machine believes of a campaign."""

    id: int
    status: Status
    ends_on: date | None
    version: int = 1
    origin: Origin = Origin.PERSON
    pending: str | None = None
    before: Status | None = None


class Desk(RuleBasedStateMachine):
    """Everything that people, platforms and billing can do to the campaigns of one artist."""

    engine: Engine
    start: datetime

    @initialize(gateway=st.sampled_from(GatewayKind))
    def open_desk(self, gateway):
        self.now = self.start
        self.is_failing = self.is_broken = False
        self.is_by_hand = gateway is GatewayKind.BY_HAND
        self.artist = f"Artist of {new_request()}"
        self.artist_id = add_artist(self.engine, now=self.now, name=self.artist, gateway=gateway)
        self.last: Any = None
        self.done: Any = None
        self.confirmed: dict[int, int] = {}
        self.kept: list[Any] = []
        self.kept_at = self.now
        self.ideas = [self._begin(status, ends_in) for status, ends_in in STARTS]

    def _begin(self, status, ends_in):
        ends_on = None if ends_in is None else self.today + timedelta(days=ends_in)
        one = add_campaign(
            self.engine, self.artist_id, now=self.now, status=status, ends_on=ends_on
        )
        return Idea(one, status, ends_on)

    @property
    def today(self):
        return self.now.astimezone(BERLIN).date()

    def effective(self, idea):
        is_over = idea.ends_on is not None and self.today > idea.ends_on
        return S.ENDED if is_over and idea.status in rules.ENDS_BY_DATE else idea.status

    def expected(self, idea, action):
        """Return where the action leads by the rules, None where it is refused."""
        cell = CELLS[self.effective(idea).value, action.value]
        if cell == "-":
            return None
        if cell == "back":
            return rules.where_unarchived(idea.before, is_billing_failing=self.is_failing)
        is_blocked = self.is_failing or self.is_broken or idea.origin is not Origin.PERSON
        return None if action is Action.RESUME and is_blocked else Status(cell)

    def _moved(self, idea, to, origin, pending):
        before = idea.status if to is S.ARCHIVED else None
        return replace(
            idea,
            status=to,
            version=idea.version + 1,
            origin=origin,
            pending=pending,
            before=before,
        )

    @rule(number=which, action=st.sampled_from(Action), behind=st.sampled_from([0, 0, 0, 0, 1, -1]))
    def press(self, number, action, behind):
        idea = self.ideas[number]
        request: dict[str, Any] = {
            "actor": ALICE if number % 2 else BOB,
            "seen_version": idea.version - behind,
            "request_id": new_request(),
            "now": self.now,
        }
        if action is Action.PAUSE:
            request["reason"] = PauseReason.BUDGET
        to = self.expected(idea, action)
        if behind:
            with pytest.raises(StaleCampaign):
                VERBS[action](self.engine, idea.id, **request)
        elif to is None:
            with pytest.raises(IllegalTransition):
                VERBS[action](self.engine, idea.id, **request)
        else:
            answer = VERBS[action](self.engine, idea.id, **request)
            assert (answer.from_status, answer.to_status) == (idea.status, to)
            is_sent = action in (Action.PAUSE, Action.RESUME)
            pending = action.value if is_sent and self.is_by_hand else None
            self.ideas[number] = self._moved(
                idea, to, Origin.PERSON, pending if is_sent else idea.pending
            )
            self.last = (VERBS[action], idea.id, request, answer)

            self.done = (number, action, answer)

    @precondition(lambda self: self.done)
    @rule()
    def undo_the_last_verb(self):
        number, action, answer = self.done
        idea = self.ideas[number]
        request: dict[str, Any] = {"actor": BOB, "request_id": new_request(), "now": self.now}
        back = OPPOSITES[action]
        to = self.expected(idea, back)
        if self.confirmed.get(number, 0) > answer.entry_id or idea.version != answer.version:
            with pytest.raises(ChangedSince):
                undo_change(self.engine, answer.entry_id, **request)
        elif to is None:
            with pytest.raises(IllegalTransition):
                undo_change(self.engine, answer.entry_id, **request)
        else:
            undone = undo_change(self.engine, answer.entry_id, **request)
            assert undone.to_status is to
            assert undo_change(self.engine, answer.entry_id, **request) == undone
            is_sent = back in (Action.PAUSE, Action.RESUME)
            pending = back.value if is_sent and self.is_by_hand else None
            self.ideas[number] = self._moved(
                idea, to, Origin.PERSON, pending if is_sent else idea.pending
            )
            self.done = (number, back, undone)

    @precondition(lambda self: self.last)
    @rule()
    def press_twice(self):
        verb, one, request, answer = self.last
        assert verb(self.engine, one, **request) == answer

    @precondition(lambda self: self.last)
    @rule(number=which)
    def send_an_old_request_id_elsewhere(self, number):
        _, one, request, _ = self.last
        idea = self.ideas[number]
        if idea.id != one:
            with pytest.raises(RequestReused):
                archive_campaign(
                    self.engine,
                    idea.id,
                    actor=ALICE,
                    seen_version=idea.version,
                    request_id=request["request_id"],
                    now=self.now,
                )

    @rule(number=which)
    def confirm(self, number):
        idea = self.ideas[number]
        request: dict[str, Any] = {
            "actor": BOB,
            "seen_version": idea.version,
            "request_id": new_request(),
            "now": self.now,
        }
        if idea.pending is None:
            with pytest.raises(NothingToConfirm):
                confirm_carried_out(self.engine, idea.id, **request)
        else:
            confirmed = confirm_carried_out(self.engine, idea.id, **request)
            self.confirmed[number] = confirmed.entry_id
            self.ideas[number] = replace(idea, pending=None)

    @rule(number=which, origin=st.sampled_from([Origin.PLATFORM, Origin.SYSTEM]), data=st.data())
    def let_others_move_it(self, number, origin, data):
        idea = self.ideas[number]
        legal = sorted(
            to for who, frm, to in rules.MOVEMENTS if (who, frm) == (origin, idea.status)
        )
        to = data.draw(st.sampled_from(legal or sorted(Status)))
        request: dict[str, Any] = {"actor": NOBODY, "request_id": new_request(), "now": self.now}
        if legal:
            move_campaign(self.engine, idea.id, to, origin=origin, **request)
            self.ideas[number] = self._moved(idea, to, origin, idea.pending)
        else:
            with pytest.raises(IllegalTransition):
                move_campaign(self.engine, idea.id, to, origin=origin, **request)

    @rule(is_failing=st.booleans())
    def bill(self, is_failing):
        event = Payment.FAILED if is_failing else Payment.RECOVERED
        notice = Notice(id=new_request(), event=event, at=self.now, artist=self.artist)
        answer = receive_notice(self.engine, notice, actor=NOBODY, now=self.now)
        assert receive_notice(self.engine, notice, actor=NOBODY, now=self.now) == answer
        self.is_failing = is_failing
        moved = []
        for number, idea in enumerate(self.ideas):
            to = self._billed(idea, is_failing)
            if to is not None:
                action = "pause" if is_failing else "resume"
                pending = action if self.is_by_hand and to is not S.ENDED else None
                self.ideas[number] = self._moved(idea, to, Origin.BILLING, pending)
                moved.append(idea.id)
        assert [list(one.moved) for one in answer.artists] == [moved]

    def _billed(self, idea, is_failing):
        if is_failing:
            return S.SUBSCRIPTION_PAUSED if self.effective(idea) in rules.SPENDS else None
        if idea.status is not S.SUBSCRIPTION_PAUSED:
            return None
        is_over = idea.ends_on is not None and self.today > idea.ends_on
        return S.ENDED if is_over else S.ACTIVE

    @rule(is_broken=st.booleans())
    def break_or_mend_the_connection(self, is_broken):
        self.is_broken = is_broken
        state = ConnectionState.BROKEN if is_broken else ConnectionState.LIVE
        with writing(self.engine) as db:
            db.execute(
                update(connection)
                .where(connection.c.artist_id == self.artist_id)
                .where(connection.c.platform == Platform.META)
                .values(state=state)
            )
            bump_data_version(db)

    @rule(hours=st.integers(1, 60))
    def let_time_pass(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def keep_the_board(self):
        board = queries.board(self.engine, self.artist_id, rights=FULL, now=self.now)
        self.kept, self.kept_at = [board, board], self.now

    @invariant()
    def every_campaign_is_what_the_machine_believes(self):
        for idea in getattr(self, "ideas", []):
            campaign = see(self.engine, idea.id)
            assert (campaign.status, campaign.version) == (idea.status, idea.version)
            assert campaign.status_origin is idea.origin
            assert campaign.pending_action == idea.pending
            assert campaign.status_before_archive is idea.before

    @invariant()
    def the_history_explains_every_status(self):
        if hasattr(self, "artist_id"):
            assert faults(self.engine, artist_id=self.artist_id) == []

    @invariant()
    def a_board_that_was_kept_is_brought_up_to_date(self):
        """One as it was kept, over many changes; the other from change to change."""
        if getattr(self, "kept", None) and self.kept_at == self.now:
            asked: dict[str, Any] = {"rights": FULL, "now": self.now}
            anew = queries.board(self.engine, self.artist_id, **asked)
            first, last = (
                queries.board(self.engine, self.artist_id, **asked, known=one) for one in self.kept
            )
            assert first == last == anew
            self.kept[1] = last

    def teardown(self):
        assert faults(self.engine) == []


@pytest.mark.slow
def test_whatever_is_pressed_in_whatever_order_the_history_explains_it(engine, now):
    Desk.engine, Desk.start = engine, now
    is_sqlite = engine.dialect.name == "sqlite"
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=40 if is_sqlite else 8, stateful_step_count=40, deadline=None
        ),
    )
