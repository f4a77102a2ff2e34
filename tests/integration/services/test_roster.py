"""The roster, on both databases: counts, totals, order, pages and search, against sums by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from lib.db.engine import writing
from lib.db.tables import connection, organization
from lib.domain.campaign_filter import CampaignFilter, Freshness, Pace
from lib.domain.records import Platform
from lib.domain.rights import FULL
from lib.domain.status import Status
from lib.domain.verdict import Word
from lib.services import attention, roster
from lib.services.roster import KindTotal, Order
from lib.services.trend import label
from tests.cast import add_artist, add_campaign
from tests.reported import UNIT, report

ALL = CampaignFilter()
RUN = range(1, 40)
IMPROVING = {age: (10, 15 if age < 10 else 8) for age in RUN}
DECLINING = {age: (20, 5 if age < 10 else 15) for age in RUN}
STEADY = dict.fromkeys(RUN, (10, 10))


def names(rows):
    return [one.row.campaign.name for one in rows]


@pytest.fixture
def alma(engine, now):
    return add_artist(engine, now=now, name="Alma Värn")


@pytest.fixture
def add(engine, now):
    """A function that adds a campaign that was made 60 days ago, with figures."""

    def one(artist_id, days=None, *, covered=None, **columns):
        columns = {"created_at": now - timedelta(days=60)} | columns
        campaign_id = add_campaign(engine, artist_id, now=now - timedelta(days=50), **columns)
        if days:
            report(engine, campaign_id, days, now=now, covered=covered)
        return campaign_id

    return one


def test_an_empty_desk_has_no_campaign_and_no_total(engine, now):
    found = roster.overview(engine, ALL, now=now, rights=FULL)
    assert (found.campaigns, found.by_status, found.totals) == (0, {}, ())
    assert roster.page(engine, ALL, Order.SPEND_7, now=now, rights=FULL) == ()
    assert roster.artist_totals(engine, ALL, now=now, rights=FULL) == (0, ())
    assert label.label_spend(engine, rights=FULL, now=now) == ()


def test_one_campaign_without_figures_counts_and_adds_nothing(engine, now, alma, add):
    add(alma)
    found = roster.overview(engine, ALL, now=now, rights=FULL)
    assert found.by_status == {Status.ACTIVE: 1}
    (total,) = found.totals
    assert (total.spend_7_micros, total.spend_28_micros, total.kinds) == (None, None, ())
    assert total.current == 0
    (row,) = roster.page(engine, ALL, Order.SPEND_7, now=now, rights=FULL)
    assert (row.artist.name, row.row.week, row.row.is_stale) == ("Alma Värn", None, True)


def test_currencies_and_kinds_are_never_added(engine, now, alma, add):
    add(alma, STEADY)
    add(alma, STEADY, platform=Platform.GOOGLE)
    add(alma, STEADY, currency="USD")
    found = roster.overview(engine, ALL, now=now, rights=FULL)
    assert found.currencies == ("EUR", "USD")
    euro, dollar = found.totals
    assert (euro.campaigns, euro.current, euro.spend_7_micros) == (2, 2, 140 * UNIT)
    assert euro.spend_28_micros == 560 * UNIT
    assert set(euro.kinds) == {
        KindTotal("saves", 70 * UNIT, 280 * UNIT),
        KindTotal("views", 70 * UNIT, 280 * UNIT),
    }
    assert (dollar.spend_7_micros, dollar.kinds) == (
        70 * UNIT,
        (KindTotal("saves", 70 * UNIT, 280 * UNIT),),
    )


def test_figures_from_further_back_are_not_this_weeks(engine, now, alma, add):
    add(alma, STEADY, name="now")
    over = dict.fromkeys(range(60, 90), (500, 1))
    add(alma, over, name="over", ends_on=now.date() - timedelta(days=60))
    found = roster.overview(engine, ALL, now=now, rights=FULL)
    (total,) = found.totals
    assert (total.campaigns, total.current, total.spend_7_micros) == (2, 1, 70 * UNIT)
    assert names(roster.page(engine, ALL, Order.SPEND_7, now=now, rights=FULL)) == ["now", "over"]
    later = now + timedelta(days=20)
    add(alma, dict.fromkeys(range(40, 60), (900, 1)), name="dear", ends_on=now.date())
    old = roster.page(engine, ALL, Order.SPEND_7, now=later, rights=FULL)
    spends = [one.row.week.spend_micros or 0 for one in old if one.row.week]
    assert spends == sorted(spends, reverse=True), "what is old is in order as well"


def test_the_chosen_statuses_narrow_everything_but_their_own_counts(engine, now, alma, add):
    add(alma, STEADY)
    add(alma, STEADY, status=Status.PAUSED)
    add(alma, STEADY, ends_on=now.date() - timedelta(days=1))
    narrowed = CampaignFilter(statuses=(Status.ENDED,))
    found = roster.overview(engine, narrowed, now=now, rights=FULL)
    assert found.by_status == {Status.ACTIVE: 1, Status.PAUSED: 1, Status.ENDED: 1}
    assert found.campaigns == 1
    assert [
        row.row.status for row in roster.page(engine, narrowed, Order.NAME, now=now, rights=FULL)
    ] == [Status.ENDED]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (CampaignFilter(words=(Word.IMPROVING,)), {"better"}),
        (CampaignFilter(words=(Word.DECLINING, Word.STEADY)), {"worse", "same"}),
        (CampaignFilter(words=(Word.TOO_EARLY,)), {"old"}),
        (CampaignFilter(platforms=(Platform.GOOGLE,)), {"same"}),
        (CampaignFilter(freshness=(Freshness.NONE,)), {"bare"}),
        (CampaignFilter(freshness=(Freshness.OLD,)), {"old"}),
        (CampaignFilter(freshness=(Freshness.CURRENT,)), {"better", "worse", "same"}),
        (CampaignFilter(pace=(Pace.ON_TRACK,)), {"better"}),
        (CampaignFilter(pace=(Pace.OVER,)), {"worse"}),
        (CampaignFilter(pace=(Pace.FAR_OFF,)), {"worse"}),
        (CampaignFilter(pace=(Pace.UNDER, Pace.ON_TRACK)), {"better"}),
        (CampaignFilter(text="BETTER"), {"better"}),
        (CampaignFilter(text="varn same"), {"same"}),
        (CampaignFilter(text="50%"), set()),
        (CampaignFilter(text="alma"), {"better", "worse", "same", "old", "bare"}),
        (CampaignFilter(artists=(4711,)), set()),
    ],
)
def test_each_filter_leaves_what_it_says(engine, now, alma, add, narrowed, expected):
    budget = {"budget_micros": 10 * UNIT, "budget_period": "daily"}
    add(alma, IMPROVING, name="better", **budget)
    add(alma, DECLINING, name="worse", **budget)
    add(alma, STEADY, name="same", platform=Platform.GOOGLE)
    add(alma, dict.fromkeys(range(12, 60), (1, 1)), name="old")
    add(alma, name="bare")
    assert set(names(roster.page(engine, narrowed, Order.NAME, now=now, rights=FULL))) == expected
    assert roster.overview(engine, narrowed, now=now, rights=FULL).campaigns == len(expected)


def test_a_search_knows_no_case_and_no_accents_on_either_database(engine, now, alma, add):
    add(alma, name="Beyoncé ÄRA")
    for text in ("beyonce", "BEYONCÉ", "ara", "ära"):
        assert (
            len(roster.page(engine, CampaignFilter(text=text), Order.NAME, now=now, rights=FULL))
            == 1
        )


def test_an_artist_means_that_one_and_a_search_everybody_who_is_called_so(engine, now, alma, add):
    other = add_artist(engine, now=now, name="Alma Värn & Band")
    add(alma, name="hers")
    add(other, name="theirs")
    chosen = CampaignFilter(artists=(alma,))
    assert names(roster.page(engine, chosen, Order.NAME, now=now, rights=FULL)) == ["hers"]
    searched = CampaignFilter(text="värn")
    assert len(roster.page(engine, searched, Order.NAME, now=now, rights=FULL)) == 2


def test_amounts_are_ordered_within_their_currency(engine, now, alma, add):
    for name, spend, currency in (
        ("a", 5, "EUR"),
        ("b", 9000, "JPY"),
        ("c", 7, "EUR"),
        ("d", 6, "EUR"),
    ):
        add(alma, dict.fromkeys(RUN, (spend, 5)), name=name, currency=currency)
    add(alma, name="none")
    currencies = roster.overview(engine, ALL, now=now, rights=FULL).currencies
    assert currencies == ("EUR", "JPY")
    found = roster.page(engine, ALL, Order.SPEND_7, currencies=currencies, now=now, rights=FULL)
    assert names(found) == ["c", "d", "a", "none", "b"]


@pytest.mark.parametrize("order", [Order.SPEND_7, Order.SPEND_28, Order.NAME])
def test_a_page_is_the_same_whether_every_currency_is_looked_at_or_those_it_reaches(
    engine, now, alma, add, order
):
    for number, currency in enumerate(["EUR"] * 5 + ["JPY"] * 3 + ["USD"] * 2):
        add(alma, dict.fromkeys(RUN, (10 + number % 4, 5)), name=f"{number}", currency=currency)
    whole = roster.overview(engine, ALL, now=now, rights=FULL)
    assert whole.by_currency == (5, 3, 2)
    told = {"currencies": whole.currencies, "now": now, "rights": FULL}
    everything = names(roster.page(engine, ALL, order, **told))
    for rows in range(1, 12):
        for number in range(1, 10 // rows + 3):
            page = roster.page(
                engine,
                ALL,
                order,
                number=number,
                rows=rows,
                by_currency=whole.by_currency,
                **told,
            )
            assert names(page) == everything[(number - 1) * rows : number * rows]


def test_by_stake_the_declining_come_first_the_dearest_of_them_first(engine, now, alma, add):
    add(alma, dict.fromkeys(RUN, (500, 500)), name="big and steady")
    add(alma, DECLINING, name="small decline")
    add(alma, {age: (5 * one, x) for age, (one, x) in DECLINING.items()}, name="big decline")
    found = roster.page(engine, ALL, Order.STAKE, now=now, rights=FULL)
    assert names(found)[:2] == ["big decline", "small decline"]
    verdicts = [one.row.verdict for one in found]
    stakes = [verdict.stake_micros or 0 for verdict in verdicts if verdict]
    assert stakes[0] > stakes[1] > stakes[2] == 0
    assert verdicts[2] is not None
    assert verdicts[2].word is Word.STEADY


def test_pages_hold_fifty_and_together_everything_once(engine, now, alma, add):
    for number in range(63):
        add(alma, name=f"Campaign {number:02}")
    first, second = (
        names(roster.page(engine, ALL, Order.NAME, number=number, now=now, rights=FULL))
        for number in (1, 2)
    )
    assert (len(first), len(second)) == (50, 13)
    assert [*first, *second] == [f"Campaign {number:02}" for number in range(63)]


def test_an_artist_has_a_total_in_each_currency(engine, now, alma, add):
    other = add_artist(engine, now=now, name="Brother Abacus")
    add(alma, STEADY)
    add(alma, DECLINING, platform=Platform.GOOGLE)
    add(alma, STEADY, currency="USD", status=Status.PAUSED)
    add(other, dict.fromkeys(RUN, (90, 9)))
    total, found = roster.artist_totals(
        engine, ALL, currencies=("EUR", "USD"), now=now, rights=FULL
    )
    assert total == 3
    assert [(one.artist, one.total.currency) for one in found] == [
        ("Brother Abacus", "EUR"),
        ("Alma Värn", "EUR"),
        ("Alma Värn", "USD"),
    ]
    euro, dollar = found[1], found[2]
    assert (euro.live, euro.declining, euro.total.campaigns) == (2, 1, 2)
    assert euro.total.spend_7_micros == 210 * UNIT
    assert {kind.kind for kind in euro.total.kinds} == {"saves", "views"}
    assert (dollar.live, dollar.total.campaigns) == (0, 1)


def test_a_label_that_was_started_over_is_nowhere(engine, now, alma, add):
    gone = add_artist(engine, now=now, name="Gone", is_demo=True)
    add(gone, STEADY, name="gone", currency="SEK")
    add(alma, STEADY, name="here")
    with writing(engine) as db:
        db.execute(update(organization).where(organization.c.is_demo).values(retired_at=now))
    assert roster.overview(engine, ALL, now=now, rights=FULL).currencies == ("EUR",)
    assert names(roster.page(engine, ALL, Order.NAME, now=now, rights=FULL)) == ["here"]
    assert roster.artist_totals(engine, ALL, now=now, rights=FULL)[0] == 1
    assert [one.currency for one in label.label_spend(engine, rights=FULL, now=now)] == ["EUR"]


def test_the_labels_spend_adds_days_and_leaves_gaps(engine, now, alma, add):
    add(alma, dict.fromkeys(range(1, 30), (1, 1)))
    add(alma, {age: (2, 1) for age in range(1, 30) if age != 5}, covered=(29, 1))
    add(alma, dict.fromkeys(range(6, 30), (4, 1)))
    add(alma, dict.fromkeys(range(1, 30), (100, 1)), currency="USD")
    euro, dollar = label.label_spend(engine, rights=FULL, now=now)
    assert [one.spend for one in euro.days[-7:]] == [7, 7, 1, 3, 3, 3, 3]
    assert [(one.reported, one.missing) for one in euro.days[-6:-4]] == [(3, 0), (2, 1)]
    # One of three is missing since: those days are no sums.
    assert [one.is_whole for one in euro.days[-6:]] == [True] + [False] * 5
    assert euro.week == 7 * 7
    assert euro.days[-1].day == now.date() - timedelta(days=1)
    assert (dollar.currency, dollar.week, dollar.week_before) == ("USD", 700, 700)


def test_who_is_in_the_exports_no_more_is_not_waited_for(engine, now, alma, add):
    add(alma, dict.fromkeys(range(1, 30), (1, 1)))
    add(alma, dict.fromkeys(range(10, 30), (4, 1)))
    (euro,) = label.label_spend(engine, rights=FULL, now=now)
    assert euro.week == 7, "of an account of two, one has run no more for nine days"
    bruno = add_artist(engine, now=now, name="Bruno")
    add(bruno, dict.fromkeys(range(10, 30), (4, 1)))
    (euro,) = label.label_spend(engine, rights=FULL, now=now)
    assert euro.days[-1].missing == 1, "an account that was not exported is"


def test_a_campaign_exported_alone_makes_no_sum_of_its_account(engine, now, alma, add):
    for _ in range(9):
        add(alma, dict.fromkeys(range(9, 30), (100, 1)))
    add(alma, dict.fromkeys(range(1, 30), (1, 1)))
    (euro,) = label.label_spend(engine, rights=FULL, now=now)
    assert euro.days[-1].missing == 9
    assert euro.through == now.date() - timedelta(days=9)


def test_the_labels_spend_ends_with_the_last_day_that_is_over_everywhere(engine, now, alma, add):
    def lies_in(zone):
        with writing(engine) as db:
            db.execute(update(connection).values(zone=zone))

    add(alma, {0: (0.1, 1)} | dict.fromkeys(range(1, 30), (1, 1)))
    lies_in("UTC")
    (euro,) = label.label_spend(engine, rights=FULL, now=now)
    assert euro.through == now.date() - timedelta(days=1)
    assert (euro.week, euro.week_before) == (7, 7)
    late = now.replace(hour=23)
    assert label.label_spend(engine, rights=FULL, now=late)[0].through == euro.through
    next_day = label.label_spend(engine, rights=FULL, now=late + timedelta(hours=2))
    assert next_day[0].through == now.date()
    lies_in("America/New_York")
    (there,) = label.label_spend(engine, rights=FULL, now=late + timedelta(hours=2))
    assert there.through == euro.through


def test_a_day_that_nobody_reported_is_a_gap_and_no_zero(engine, now, alma, add):
    one = add(alma, dict.fromkeys(range(10, 20), (1, 1)))
    report(engine, one, dict.fromkeys(range(1, 8), (1, 1)), now=now)
    (euro,) = label.label_spend(engine, rights=FULL, now=now)
    assert [one.spend for one in euro.days[-10:]] == [1.0, None, None, *[1.0] * 7]
    assert not euro.days[-9].is_whole


LOOKS_AT_ALL = [
    (roster.overview, (ALL,)),
    (roster.artist_totals, (ALL,)),
    (attention.attention, ()),
    *((roster.page, (ALL, order)) for order in (Order.SPEND_7, Order.STAKE, Order.NAME)),
]


@pytest.mark.parametrize(("read", "asked"), LOOKS_AT_ALL)
def test_a_look_at_every_campaign_reads_the_narrow_index(sqlite_url, open_engine, now, read, asked):
    # SQLite alone: PostgreSQL chooses by what it has seen of the rows.
    engine = open_engine(sqlite_url)
    alma = add_artist(engine, now=now, name="Alma Värn")
    for _ in range(30):
        report(engine, add_campaign(engine, alma, now=now - timedelta(days=50)), STEADY, now=now)
    looked: list[str] = []

    def note(db, _cursor, statement, parameters, _context, _many):
        if "speaks_until" in statement and not statement.startswith("EXPLAIN"):
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            looked.extend(row.detail for row in plan if "campaign_trend" in row.detail)

    with engine.begin() as db:
        db.exec_driver_sql("ANALYZE")
    event.listen(engine, "before_cursor_execute", note)
    try:
        read(engine, *asked, now=now, rights=FULL)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # The rows of one page are read whole, by their keys; every campaign never is.
    assert any("COVERING INDEX ix_campaign_trend_standing" in step for step in looked)
