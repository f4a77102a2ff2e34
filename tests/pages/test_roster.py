"""The roster as a person meets it."""

from datetime import timedelta

import pytest
import streamlit as st
from sqlalchemy import select, update

from lib.db.engine import reading, writing
from lib.db.tables import artist, campaign, organization
from lib.domain.actions import PauseReason
from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.domain.status import FACTS, LIVE, Status
from lib.services import looks, queries
from lib.services.attention import Need
from lib.services.campaigns import pause_campaign
from lib.ui.filtering import filters
from tests.cast import BOB, add_artist, add_campaign
from tests.pages.conftest import labels, table, tables, texts

ROSTER = "pages/marketing/roster.py"
MOST_ROWS = 50
ALICE = Actor(name="Alice", rights=FULL)


def campaigns(at):
    return table(at, "All campaigns")


@pytest.mark.usefixtures("empty_engine")
def test_an_empty_desk_offers_an_import_and_the_demo(open_desk):
    at = open_desk(ROSTER)
    assert "No artist yet" in texts(at)
    assert not tables(at)


@pytest.mark.usefixtures("demo_engine")
def test_every_artist_is_there_fifty_campaigns_at_a_time(open_desk):
    at = open_desk(ROSTER)
    assert "9 artists · 369 campaigns" in texts(at)
    assert len(campaigns(at)) == MOST_ROWS
    assert at.get("pagination")
    assert sum(len(one) for one in tables(at)) < 369


def test_one_campaign_without_figures_reads_as_dashes_and_never_as_zero(
    empty_engine, open_desk, now
):
    add_campaign(empty_engine, add_artist(empty_engine, now=now, name="Alma"), now=now)
    at = open_desk(ROSTER)
    assert "1 artist · 1 campaign." in texts(at)
    (row,) = campaigns(at).rows
    assert row["spend"] == row["results"] == row["cost"] == row["stake"] == "—"
    assert row["figures"] == "No figures yet"
    assert "The label’s spend" not in labels(at)
    assert not at.get("pagination")


@pytest.mark.usefixtures("demo_engine")
def test_the_counts_by_status_narrow_the_table_and_let_go_again(open_desk):
    at = open_desk(ROSTER)
    assert "Ended · 138" in campaigns(at).groups
    roster = open_desk(ROSTER, status=["Ended"])
    assert all("Ended" in chips[0] for chips in campaigns(roster)["status"])
    assert "Active · 63" in campaigns(roster).groups
    spotify = campaigns(open_desk(ROSTER, platform=["Spotify"], status=["Serving"]))
    assert f"Serving · {len(spotify)}" in spotify.groups
    assert len(spotify.groups) == len(campaigns(at).groups), "none goes from under the pointer"


class Query(dict):
    """The part of the address behind the question mark, each name with its values."""

    def get_all(self, name):
        return self[name]


def test_a_click_on_a_status_narrows_to_it_and_another_one_lets_go(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    address = Query()
    monkeypatch.setattr(st, "query_params", address)
    filters.toggle(filters.STATUS, "Ended")
    filters.toggle(filters.STATUS, "Active")
    assert address["status"] == ["Ended", "Active"]
    filters.toggle(filters.STATUS, "Ended")
    assert address["status"] == ["Active"]
    filters.toggle(filters.STATUS, "Active")
    assert "status" not in address


@pytest.mark.usefixtures("demo_engine")
def test_filters_come_with_the_address_and_go_in_one_click(open_desk):
    at = open_desk(ROSTER, artists=["Dead Letter Ferry"], platform=["Meta"])
    assert set(campaigns(at)["artist"]) == {"Dead Letter Ferry"}
    at.button(key="filters-reset").click().run()
    assert len(set(campaigns(at)["artist"])) > 1
    assert "filters-reset" not in [button.key for button in at.button]


@pytest.mark.usefixtures("demo_engine")
def test_nothing_matches_and_one_click_shows_everything_again(open_desk):
    at = open_desk(ROSTER, q="no campaign is called so")
    assert "None of the 369 campaigns fits these filters." in texts(at)
    assert not campaigns(at).rows
    at.button(key="roster-empty-reset").click().run()
    assert len(campaigns(at)) == MOST_ROWS


@pytest.mark.usefixtures("demo_engine")
def test_every_amount_names_its_currency_and_every_result_its_kind(open_desk):
    at = open_desk(ROSTER)
    read = texts(at)
    for currency in ("USD", "EUR", "JPY", "SEK", "GBP"):
        assert f"**{currency}** · 7 d: " in read
    assert " saves" in read
    assert " views" in read
    for cells in campaigns(at).rows:
        assert cells["spend"] == "—" or any(sign in cells["spend"] for sign in "€$£¥K")
        assert cells["results"] == "—" or cells["results"][-1].isalpha()
    assert "in all" not in read


@pytest.mark.usefixtures("demo_engine")
def test_spend_is_neither_good_nor_bad_and_a_verdict_says_its_word(open_desk):
    at = open_desk(ROSTER, sort="Most at stake", roster_spend="true")
    label = table(at, "The label’s spend")
    assert set(label["currency"]) == {"USD", "EUR", "JPY", "SEK", "GBP"}
    assert all(change[0] in "+−—" for change in label["change"])
    first = campaigns(at).rows[0]
    assert first["verdict"] == ["↑ declining"]
    assert first["stake"] != "—"


@pytest.mark.usefixtures("demo_engine")
def test_what_needs_attention_stands_on_top_the_gravest_first(open_desk):
    at = open_desk(ROSTER)
    listed = table(at, "What needs attention")
    assert listed["what"][0] == ["Issue"]
    order = [chips[0] for chips in listed["what"]]
    assert order.index("Still spending") < order.index("Declining")
    assert max(order.count(one) for one in order) <= 3
    assert any("A payment has failed" in one for one in listed["why"])
    at.query_params["attention"] = Need.DECLINING.value
    at.run()
    chosen = table(at, "What needs attention")
    assert {chips[0] for chips in chosen["what"]} == {"Declining"}
    assert len(chosen) > 3


def test_an_all_clear_is_said(empty_engine, open_desk, now):
    one = add_artist(empty_engine, now=now)
    add_campaign(empty_engine, one, now=now, status=Status.DEPLOYING)
    at = open_desk(ROSTER)
    assert "Nothing does." in texts(at)
    assert "What needs attention" not in labels(at)


@pytest.mark.usefixtures("demo_engine")
def test_a_first_look_is_called_one(open_desk, monkeypatch, now):
    first = open_desk(ROSTER)
    assert any(one.label.startswith("Your first look: since ") for one in first.expander)
    monkeypatch.setattr(looks, "look", lambda _engine, **_asked: now - timedelta(days=1))
    again = open_desk(ROSTER)
    assert any(one.label.startswith("Since you last looked, ") for one in again.expander)


def test_without_current_figures_no_sum_is_shown(empty_engine, open_desk, now):
    one = add_artist(empty_engine, now=now)
    add_campaign(empty_engine, one, now=now)
    words = texts(open_desk(ROSTER))
    assert "none with current figures" in words
    assert "7 d:" not in words


def test_what_moved_since_the_last_look_is_told_once_a_session(
    demo_engine, open_desk, now, monkeypatch
):
    looks.look(demo_engine, actor=ALICE, now=now - timedelta(days=1))
    with reading(demo_engine) as db:
        one = db.execute(
            select(campaign.c.id, campaign.c.name, campaign.c.version).where(
                campaign.c.status.in_(sorted(LIVE)), campaign.c.ends_on.is_(None)
            )
        ).first()
    assert one is not None
    pause_campaign(
        demo_engine,
        one.id,
        reason=PauseReason.BUDGET,
        actor=BOB,
        seen_version=one.version,
        request_id="p",
        now=now,
    )
    calls = []

    def look(_engine, *, actor, now):
        calls.append(actor)
        return now - timedelta(hours=1)

    monkeypatch.setattr(looks, "look", look)
    at = open_desk(ROSTER)
    assert "What moved since you last looked" not in labels(at)
    unfolded = open_desk(ROSTER, roster_moved="true")
    moved = table(unfolded, "What moved since you last looked")
    (row,) = [cells for cells in moved.rows if cells["campaign"] == one.name]
    assert row["movement"].endswith("→ Paused")
    assert row["who"] == "Bob"
    unfolded.run()
    assert "What moved since you last looked" in labels(unfolded)
    assert len(calls) == 2


def test_a_look_makes_nobodys_page_anew(demo_engine, open_desk):
    before = queries.current_data_version(demo_engine)
    open_desk(ROSTER)
    assert queries.current_data_version(demo_engine) == before


@pytest.mark.usefixtures("demo_engine")
def test_artists_are_added_up_currency_by_currency(open_desk):
    at = open_desk(ROSTER, show="Totals per artist")
    found = table(at, "Totals per artist")
    assert "All campaigns" not in labels(at)
    ferry = [row for row in found.rows if row["artist"] == "Dead Letter Ferry"]
    assert {row["id"][1] for row in ferry} == {"USD", "EUR", "GBP"}
    assert sum(int(number) for number in found["campaigns"]) == 369


def test_a_label_that_was_started_over_is_not_there(demo_engine, open_desk, now):
    own = add_artist(demo_engine, now=now, name="Alma of the own label")
    add_campaign(demo_engine, own, now=now, name="The own one")
    with writing(demo_engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
    at = open_desk(ROSTER)
    assert list(campaigns(at)["campaign"]) == ["The own one"]
    everything = texts(at) + " ".join(str(one.rows) for one in tables(at))
    assert "Dead Letter Ferry" not in everything


def test_names_from_outside_are_no_markup(empty_engine, open_desk, now):
    hostile = ":red[**x**] [y](https://example.org) $z$"
    own = add_artist(empty_engine, now=now, name=hostile)
    add_campaign(empty_engine, own, now=now, name=hostile, headline_kind=hostile, currency="EUR")
    at = open_desk(ROSTER, roster_moved="true", artists=[hostile])
    assert ":red[" not in texts(at)
    assert "](https" not in texts(at)
    assert list(campaigns(at)["campaign"]) == [hostile]


def test_every_status_has_its_count(demo_engine, open_desk):
    at = open_desk(ROSTER)
    with reading(demo_engine) as db:
        of_artists = select(campaign.c.id).join(artist, artist.c.id == campaign.c.artist_id)
        total = len(db.execute(of_artists).all())
    counted = dict(words.split(" · ") for words in campaigns(at).groups)
    assert sum(int(number) for number in counted.values()) == total
    known = [facts.label for facts in FACTS.values()]
    assert list(counted) == [label for label in known if label in counted]
