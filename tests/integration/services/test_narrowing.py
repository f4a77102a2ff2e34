"""The filters: the board narrows its rows, the roster and the activity ask SQL; they agree."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from lib.domain.campaign_filter import (
    BudgetRange,
    CampaignFilter,
    Freshness,
    Money,
    Pace,
    Section,
    freshness_of,
    section_of,
)
from lib.domain.records import BudgetPeriod, Platform
from lib.domain.rights import FULL, Place, Role, rights
from lib.domain.status import Status
from lib.domain.verdict import Word
from lib.services import queries, roster
from lib.services.activity import ActivityFilter, Among, activity
from tests.cast import add_artist, add_campaign

EUR_A_DAY = Money("EUR", BudgetPeriod.DAILY)
UNIT = 1_000_000


def boards(engine, now):
    """Return every campaign as its board has it, with its artist's name."""
    for artist in queries.artists(engine, rights=FULL):
        board = queries.board(engine, artist.id, rights=FULL, now=now)
        for row in board.rows if board else ():
            yield row, artist.name


def narrowed_by(name: str, values: Any) -> CampaignFilter:
    return CampaignFilter(**{name: values})


def tried(rows, now):
    """Return filters that use every value of every filter which these campaigns know."""
    days = [now.date() + timedelta(days=by) for by in (-400, -60, -20, 0, 15, 300)]
    kinds = {
        Money(row.campaign.currency, row.campaign.budget_period)
        for row, _ in rows
        if row.campaign.budget_period
    }
    sizes = sorted({row.campaign.budget_micros for row, _ in rows if row.campaign.budget_micros})
    middle = sizes[len(sizes) // 2]
    yield CampaignFilter()
    values_of: dict[str, Any] = {
        "artists": {row.campaign.artist_id for row, _ in rows} | {4711},
        "sections": Section,
        "statuses": Status,
        "platforms": Platform,
        "types": {row.campaign.campaign_type for row, _ in rows} | {"None such"},
        "words": Word,
        "pace": Pace,
        "freshness": Freshness,
        "locations": {place for row, _ in rows for place in row.campaign.locations} | {"%", '"'},
    }
    for name, values in values_of.items():
        several = tuple(sorted(values))
        yield from (narrowed_by(name, (one,)) for one in several)
        yield narrowed_by(name, several[:2])
    yield CampaignFilter(is_learning=True)
    for kind in sorted(kinds, key=lambda one: one.label):
        yield CampaignFilter(budget=BudgetRange(kind))
        yield CampaignFilter(budget=BudgetRange(kind, least_micros=middle))
        yield CampaignFilter(budget=BudgetRange(kind, most_micros=middle))
    yield CampaignFilter(budget=BudgetRange(EUR_A_DAY, 10 * UNIT, 40 * UNIT))
    for day in days:
        yield CampaignFilter(since=day)
        yield CampaignFilter(until=day)
        yield CampaignFilter(since=day, until=day + timedelta(days=10))
    one, of = rows[len(rows) // 2]
    for text in ("DEAD letter", "sluice", "e", "%", str(one.campaign.id), of, one.campaign.name):
        yield CampaignFilter(text=text)
    yield CampaignFilter(text=one.campaign.external_id or "x")
    yield CampaignFilter(
        sections=(Section.LIVE,), platforms=(Platform.META,), words=(Word.DECLINING, Word.STEADY)
    )


def test_board_and_roster_agree_on_every_filter_over_the_demo_label(demo_engine, now):
    rows = list(boards(demo_engine, now))
    used, narrowing = set(), set()
    for narrowed in tried(rows, now):
        of_board = {row.campaign.id for row, artist in rows if narrowed.matches(row, artist=artist)}
        found = roster.versions_matching(demo_engine, narrowed, rights=FULL, now=now)
        assert {number for number, _ in found} == of_board, narrowed
        names = {
            one.name
            for one in fields(CampaignFilter)
            if getattr(narrowed, one.name) != getattr(CampaignFilter(), one.name)
        }
        used |= names
        if 0 < len(of_board) < len(rows):
            narrowing |= names
    everything = {one.name for one in fields(CampaignFilter)}
    assert used == narrowing == everything


def test_activity_is_narrowed_to_the_campaigns_that_fit_and_to_their_artists(demo_engine, now):
    rows = list(boards(demo_engine, now))
    for narrowed in (
        CampaignFilter(platforms=(Platform.SPOTIFY,)),
        CampaignFilter(statuses=(Status.PAUSED,)),
        CampaignFilter(locations=tuple(rows[0][0].campaign.locations)),
        CampaignFilter(sections=(Section.ARCHIVED,), artists=(rows[0][0].campaign.artist_id,)),
    ):
        fitting = {row.campaign.id for row, artist in rows if narrowed.matches(row, artist=artist)}
        asked = ActivityFilter(among=Among(narrowed, now))
        entries = activity(demo_engine, asked, rights=FULL, limit=100_000)
        whole = activity(demo_engine, ActivityFilter(), rights=FULL, limit=100_000)
        assert {one.id for one in entries} == {
            one.id for one in whole if one.campaign_id in fitting
        }
        assert entries


def test_activity_of_artists_has_what_is_about_the_artist_as_a_whole(engine, now):
    alma, bruno = (add_artist(engine, now=now, name=name) for name in ("Alma", "Bruno"))
    add_campaign(engine, alma, now=now)
    add_campaign(engine, bruno, now=now)
    asked = Among(CampaignFilter(artists=(alma,)), now)
    found = activity(engine, ActivityFilter(among=asked), rights=FULL)
    assert found
    assert {one.artist_id for one in found} == {alma}
    mine = rights([(Place(artist_id=bruno), Role.VIEWER)])
    assert activity(engine, ActivityFilter(among=asked), rights=mine) == []


@pytest.mark.parametrize(
    ("places", "wanted", "fits"),
    [
        (["Norway", "Côte d'Ivoire"], "Côte d'Ivoire", True),
        (["Norway"], "norway", False),
        (['a "Norway" b'], "Norway", False),
        (["a", "b"], ", ", False),
        ([], "Norway", False),
    ],
)
def test_a_location_is_one_of_the_list_and_not_a_part_of_its_text(
    engine, now, places, wanted, fits
):
    add_campaign(engine, add_artist(engine, now=now), now=now, locations=places)
    narrowed = CampaignFilter(locations=(wanted,))
    ((row, artist),) = boards(engine, now)
    assert narrowed.matches(row, artist=artist) == fits
    assert bool(roster.versions_matching(engine, narrowed, rights=FULL, now=now)) == fits


def test_every_status_stands_in_one_section_and_the_archive_by_itself():
    found = [status for section in Section for status in section.statuses]
    assert sorted(found) == sorted(Status)
    assert section_of(Status.ARCHIVED) is Section.ARCHIVED
    assert Section.FINISHED.statuses == (Status.ENDED,)
    assert len({section.label for section in Section}) == len(Section)


def test_a_filter_that_narrows_nothing_is_empty(engine, now):
    assert CampaignFilter().is_empty
    assert not replace(CampaignFilter(), since=now.date()).is_empty
    add_campaign(engine, add_artist(engine, now=now), now=now)
    ((row, _),) = boards(engine, now)
    assert freshness_of(row) is Freshness.NONE
