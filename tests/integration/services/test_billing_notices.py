"""Notices of the billing system, on both databases: once, whole, in whatever order they come."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import insert, select

from lib.db.engine import reading, writing
from lib.db.tables import artist, billing_notice, history, organization
from lib.domain.records import BillingState, Source
from lib.domain.status import Status
from lib.services.billing import ArtistNotFound
from lib.services.billing_notices import (
    Notice,
    NoticeReused,
    NoticeTooEarly,
    OrganizationNotFound,
    Payment,
    receive_notice,
)
from tests.cast import BOB, add_artist, add_campaign, dump, insert_one, new_request, see
from tests.invariants import faults


def notice(now, payment=Payment.FAILED, **content):
    return Notice(**({"id": new_request(), "event": payment, "at": now} | content))


def receive(engine, one, now):
    return receive_notice(engine, one, actor=BOB, now=now)


@pytest.fixture
def label(engine, now):
    """Two artists of one label with a running campaign each, and one artist of another label."""
    with writing(engine) as db:
        values = {"name": "Salt Records", "is_demo": False, "created_at": now}
        label_id = insert_one(db, organization, values)
    first, second = (
        add_artist(engine, now=now, name=name, label_id=label_id) for name in ("Ida", "Ole")
    )
    other = add_artist(engine, now=now, name="Una")
    return {one: add_campaign(engine, one, now=now) for one in (first, second, other)}


def billing(engine):
    with reading(engine) as db:
        rows = db.execute(select(artist.c.name, artist.c.billing))
        return {row.name: BillingState(row.billing) for row in rows}


def statuses(engine, label):
    return [see(engine, one).status for one in label.values()]


def test_a_notice_for_an_artist_stops_what_spends_and_its_answer_says_so(engine, now, label):
    one = notice(now, artist="  iDA ")
    answer = receive(engine, one, now)
    (settled,) = answer.artists
    assert (settled.artist, settled.billing) == ("Ida", BillingState.FAILING)
    assert list(settled.moved) == list(label.values())[:1]
    assert not settled.is_outdated
    assert statuses(engine, label) == [Status.SUBSCRIPTION_PAUSED, Status.ACTIVE, Status.ACTIVE]
    assert faults(engine) == []


def test_a_notice_for_an_organization_concerns_all_its_artists_and_no_other(engine, now, label):
    failed = receive(engine, notice(now, organization="Salt Records"), now)
    assert [one.artist for one in failed.artists] == ["Ida", "Ole"]
    assert statuses(engine, label)[:2] == [Status.SUBSCRIPTION_PAUSED] * 2
    assert statuses(engine, label)[2] is Status.ACTIVE
    assert billing(engine)["Una"] is BillingState.IN_ORDER
    recovered = receive(engine, notice(now, Payment.RECOVERED, organization="Salt Records"), now)
    assert sum(len(one.moved) for one in recovered.artists) == 2
    assert statuses(engine, label) == [Status.ACTIVE] * 3
    assert faults(engine) == []


@pytest.mark.usefixtures("label")
def test_the_history_names_the_notice_who_sent_it_and_through_what(engine, now):
    one = notice(now, artist="Ida")
    receive(engine, one, now)
    with reading(engine) as db:
        rows = db.execute(select(history).where(history.c.actor == BOB.name)).mappings().all()
    assert {row["event"] for row in rows} == {
        "billing:payment_failed",
        "campaign:subscription_pause",
    }
    assert {row["source"] for row in rows} == {Source.BILLING}
    assert {row["details"]["notice"] for row in rows} == {one.id}


@pytest.mark.usefixtures("label")
def test_the_same_notice_again_changes_nothing_and_gets_the_first_answer(engine, now):
    one = notice(now, organization="Salt Records")
    first = receive(engine, one, now)
    once = dump(engine)
    assert receive(engine, one, now + timedelta(hours=3)) == first
    assert dump(engine) == once


@pytest.mark.usefixtures("label")
@pytest.mark.parametrize(
    "other", [{"artist": "Ole"}, {"event": Payment.RECOVERED}, {"at": "2026-11-24T11:00:00Z"}]
)
def test_the_same_id_with_another_content_is_refused(engine, now, other):
    one = notice(now, artist="Ida")
    receive(engine, one, now)
    unchanged = dump(engine)
    with pytest.raises(NoticeReused):
        receive(engine, Notice.model_validate(one.model_dump() | other), now)
    assert dump(engine) == unchanged


def test_a_recovery_that_overtakes_its_failure_is_not_undone_by_it(engine, now, label):
    failed = notice(now - timedelta(minutes=10), artist="Ida")
    recovered = notice(now - timedelta(minutes=1), Payment.RECOVERED, artist="Ida")
    receive(engine, recovered, now)
    (late,) = receive(engine, failed, now).artists
    assert late.is_outdated
    assert (late.moved, late.billing) == ((), BillingState.IN_ORDER)
    assert billing(engine)["Ida"] is BillingState.IN_ORDER
    assert statuses(engine, label)[0] is Status.ACTIVE


@pytest.mark.usefixtures("label")
def test_a_moment_that_has_not_come_yet_is_refused(engine, now):
    unchanged = dump(engine)
    with pytest.raises(NoticeTooEarly):
        receive(engine, notice(now + timedelta(minutes=6), artist="Ida"), now)
    assert dump(engine) == unchanged


@pytest.mark.usefixtures("label")
def test_whoever_is_not_there_is_not_found_and_the_notice_may_come_again(engine, now):
    early = notice(now, artist="Nobody yet")
    with pytest.raises(ArtistNotFound):
        receive(engine, early, now)
    with pytest.raises(OrganizationNotFound, match="no organization"):
        receive(engine, notice(now, organization="salt records"), now)
    add_artist(engine, now=now, name="Nobody yet")
    assert receive(engine, early, now).artists[0].billing is BillingState.FAILING


@pytest.mark.usefixtures("label")
def test_of_two_labels_with_one_name_none_is_guessed(engine, now):
    with writing(engine) as db:
        db.execute(insert(organization).values(name="Salt Records", is_demo=False, created_at=now))
    with pytest.raises(OrganizationNotFound, match="2 organizations"):
        receive(engine, notice(now, organization="Salt Records"), now)


@pytest.mark.parametrize("content", [{}, {"artist": "A", "organization": "B"}])
def test_a_notice_is_about_exactly_one(now, content):
    with pytest.raises(ValidationError, match="either the artist or the organization"):
        notice(now, **content)


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "\ud800", "x" * 201])
def test_what_cannot_be_a_name_is_refused_before_the_database_hears_of_it(now, name):
    with pytest.raises(ValidationError):
        notice(now, artist=name)


@pytest.mark.usefixtures("label")
def test_twelve_times_the_same_notice_at_once_is_one_change_and_one_answer(engine, now):
    one, answers = notice(now, organization="Salt Records"), []
    barrier = threading.Barrier(12)

    def send():
        barrier.wait()
        answers.append(receive(engine, one, now))

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert all(answer == answers[0] for answer in answers)
    with reading(engine) as db:
        assert len(db.execute(select(billing_notice)).all()) == 1
    assert faults(engine) == []


def test_in_any_order_the_notice_of_the_latest_moment_decides(sqlite_url, open_engine, now):
    engine = open_engine(sqlite_url)
    add_campaign(engine, add_artist(engine, now=now, name="Ida"), now=now)
    days = iter(range(10_000))

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.permutations([(n, n % 3 != 0) for n in range(6)]))
    def check(order):
        start = now + timedelta(days=next(days))
        told = [
            notice(
                start + timedelta(minutes=minute),
                Payment.FAILED if is_failed else Payment.RECOVERED,
                artist="Ida",
            )
            for minute, is_failed in order
        ]
        for one in told:
            receive(engine, one, start + timedelta(hours=1))
        latest = max(told, key=lambda one: one.at)
        is_failing = billing(engine)["Ida"] is BillingState.FAILING
        assert is_failing is (latest.event is Payment.FAILED)
        assert faults(engine) == []

    check()
