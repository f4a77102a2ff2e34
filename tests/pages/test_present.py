"""The page Present: the artist's screen, the links, the cost setting, and the same figures."""

import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.db.engine import DatabaseUnreachable
from lib.domain.presentation import Period
from lib.domain.rights import DESK, FULL, Place, Role
from lib.domain.status import LIVE
from lib.services import exports
from lib.services.cost_sharing import set_cost_sharing, shares_cost
from lib.services.describing import describe_campaign
from lib.services.queries import artists
from lib.services.sharing.links import share_links
from lib.services.sharing.opening import LinkState
from lib.settings import settings
from lib.ui import clock, reads
from lib.ui.downloads import file_name
from lib.ui.escape import esc
from lib.ui.format import money, results
from lib.ui.present.artist_page import look, page
from lib.ui.present.pdf import pdf
from lib.ui.serving import share_endpoint
from tests.cast import ALICE, dump, new_request, signed_in
from tests.pages.conftest import texts
from tests.unit.ui.present.test_pdf import missing, pages

PRESENT = "pages/marketing/present.py"
ALMA = "Alma Varn & the Weathervanes"


def shown_html(at) -> str:
    """Return the artist's page as it was sent to the screen."""
    (found,) = [one.proto.body for one in at.get("html") if 'class="pr' in one.proto.body]
    return found


def figures(html: str) -> dict[str, tuple[str, str, list[str]]]:
    """Return what a reader finds by result kind: the large figure, the dates, what it took."""
    found = {}
    for kind, content in re.findall(r'data-kind="(\w+)">(.*?)</section>', html, re.DOTALL):
        (figure,) = re.findall(r'class="figure(?: long)?">([^<]*)<', content)
        (dates,) = re.findall(r'class="dates">([^<]*)<', content)
        bought = re.findall(r'class="bought">([^<]*)<', content)
        found[kind] = (figure, dates, [unescape(one) for one in bought])
    return found


def artist_of(engine, name=ALMA):
    return next(one for one in artists(engine, rights=FULL) if one.name == name)


def share_costs(engine, now):
    for one in artists(engine, rights=FULL):
        set_cost_sharing(
            engine, one.id, True, seen=False, actor=ALICE, request_id=new_request(), now=now
        )


def press(at, label):
    next(one for one in at.button if one.label == label).click().run()
    assert not at.exception


# The same figures everywhere.


def summed(engine, name, window) -> dict[str, tuple[Decimal, dict[str, Decimal]]]:
    """Return results and spend by currency of each kind, added up from the daily export."""
    brought: dict[str, Decimal] = defaultdict(Decimal)
    spent: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in exports.daily(engine, name, rights=FULL):
        kind = str(row["result_kind"])
        first, last = window.get(kind, (date.max, date.min))
        if first <= date.fromisoformat(str(row["day"])) <= last:
            brought[kind] += Decimal(str(row["results"] or 0))
            spent[kind][str(row["currency"])] += Decimal(str(row["spend"] or 0))
    return {kind: (brought[kind], spent[kind]) for kind in brought}


@pytest.mark.slow
def test_screen_link_and_report_of_every_artist_have_the_figures_of_the_export(
    demo_engine, at_noon, open_desk
):
    share_costs(demo_engine, at_noon)
    client = TestClient(Starlette(routes=share_endpoint.routes(settings())))
    compared = 0
    for one in artists(demo_engine, rights=FULL):
        token = link_to(demo_engine, one.id, at_noon)
        for period in Period:
            shown = reads.presentation_for(one.id, period, mine=FULL)
            assert shown is not None
            report = page(shown, look(settings(), organization="Label"))
            linked = client.get(f"/shared/{token}", params={"period": period.value}).text
            assert figures(report) == figures(linked)
            paper = pdf(shown, look(settings(), organization="Label"))
            assert missing(report, paper) == [], (one.name, period)
            window = {each.kind: (each.window.first, each.window.last) for each in shown.kinds}
            expected = summed(demo_engine, one.name, window)
            told = figures(report)
            for kind, (brought, spent) in expected.items():
                figure, _, bought = told[kind]
                assert figure == results(int(brought * 1_000_000)), (one.name, period, kind)
                for currency, amount in spent.items():
                    words = money(int(amount * 1_000_000), currency)
                    assert [line for line in bought if line.startswith(f"{words} bought ")], words
                compared += 1
            # Nothing was brought where the export has no day.
            assert {told[kind][0] for kind in set(told) - set(expected)} <= {"0", "—"}
        screen = open_desk(PRESENT, artist=one.name, period=Period.QUARTER.label)
        linked = client.get(f"/shared/{token}", params={"period": "90"}).text
        assert figures(shown_html(screen)) == figures(linked)
    assert compared > 70


def link_to(engine, artist_id, now) -> str:
    from lib.services.sharing.links import make_link

    made = make_link(
        engine,
        artist_id,
        expires_at=now + timedelta(days=7),
        key=settings().share_key,
        actor=ALICE,
        request_id=new_request(),
        now=now,
    )
    assert made.token
    return made.token


@pytest.mark.usefixtures("demo_engine")
def test_seven_days_are_the_sum_of_what_the_board_says_of_campaigns_that_run(open_desk):
    html = shown_html(open_desk(PRESENT, artist="Dead Letter Ferry", period="Last 7 days"))
    one = artist_of(reads.engine(), "Dead Letter Ferry")
    board = reads.board(one.id)
    assert board is not None
    spotify = [row for row in board.rows if row.campaign.headline_kind == "clicks"]
    told = sum((row.week.results_micros or 0) for row in spotify if row.week)
    assert figures(html)["clicks"][0] == results(told)


# What is shown.


def test_nothing_of_others_and_nothing_internal_is_on_the_artists_page(demo_engine, open_desk):
    html = unescape(shown_html(open_desk(PRESENT, artist=ALMA)))
    others = [one.name for one in artists(demo_engine, rights=FULL) if one.name != ALMA]
    campaigns = [
        row.campaign
        for row in reads.board(artist_of(demo_engine).id).rows  # type: ignore[union-attr]
    ]
    internal = [one.name for one in campaigns if one.promotes]
    internal += [one.external_id for one in campaigns if one.external_id]
    assert len(internal) > 20
    found = [word for word in (*others, *internal, "Alice", "€", "EUR", "cost") if word in html]
    assert found == []


def test_nothing_of_others_and_nothing_internal_is_in_the_pdf_of_any_artist(demo_engine, at_noon):
    del at_noon
    found = artists(demo_engine, rights=FULL)
    searched = 0
    for one in found:
        shown = reads.presentation_for(one.id, Period.WHOLE, mine=FULL)
        assert shown is not None
        text = " ".join("".join(pages(pdf(shown, look(settings(), organization="Label")))).split())
        board = reads.board(one.id)
        assert board is not None
        campaigns = [row.campaign for row in board.rows]
        secret = [other.name for other in found if other.name != one.name]
        secret += [
            each.name for each in campaigns if each.promotes and each.name not in each.promotes
        ]
        secret += [each.external_id for each in campaigns if each.external_id]
        assert [word for word in (*secret, "Alice", "€", "EUR", "cost") if word in text] == []
        searched += len(secret)
    assert searched > 150


def test_costs_are_on_the_page_once_they_are_shared(demo_engine, at_noon, open_desk):
    share_costs(demo_engine, at_noon)
    html = shown_html(open_desk(PRESENT, artist=ALMA))
    assert "€" in html
    assert "Each save costs less" in html


@pytest.mark.usefixtures("demo_engine")
def test_an_artist_without_figures_is_told_so(open_desk):
    html = shown_html(open_desk(PRESENT, artist="Liv Tannhus"))
    assert "There are no figures of this period yet" in html
    assert "Nothing runs right now" in html


@pytest.mark.usefixtures("empty_engine")
def test_an_empty_desk_says_so(open_desk):
    at = open_desk(PRESENT)
    assert "No artist yet" in texts(at)


@pytest.mark.usefixtures("demo_engine")
def test_the_artists_screen_has_no_action(open_desk):
    at = open_desk(PRESENT, artist=ALMA, screen="true")
    assert ALMA.replace("&", "&amp;") in shown_html(at)
    assert not at.title
    labels = {one.label for one in at.main.button} | {one.label for one in at.expander}
    assert labels == set()
    assert [one.label for one in at.toggle] == ["Artist's screen"]
    hidden = [one.proto.body for one in at.get("html") if "stSidebar" in one.proto.body]
    assert len(hidden) == 1


# Sharing.


def test_a_link_is_made_shown_once_listed_and_revoked(demo_engine, at_noon, open_desk):
    one = artist_of(demo_engine)
    at = open_desk(PRESENT, artist=ALMA)
    at.selectbox(key="share-ends").select("7 days")
    at.selectbox(key="share-shows").select("Last 90 days")
    press(at, "Make a link")
    (address,) = [code.value for code in at.code]
    assert re.fullmatch(r"https?://[^/]+/shared/[\w-]{54}", address)
    (made,) = share_links(demo_engine, one.id, rights=FULL, now=at_noon)
    assert (made.period, made.expires_at) == (Period.QUARTER, at_noon + timedelta(days=7))
    assert (made.made_by, made.state) == ("Alice", LinkState.WORKS)
    assert "not opened yet" in texts(at)
    client = TestClient(Starlette(routes=share_endpoint.routes(settings())))
    assert client.get(httpx.URL(address).path).status_code == 200
    at.run()
    assert "opened just now" in texts(at)
    at.button(key=f"revoke-{made.id}").click().run()
    assert not at.exception
    assert not at.code
    assert "No link works right now" in texts(at)
    assert client.get(httpx.URL(address).path).status_code == 410


def test_the_token_of_another_artists_link_is_not_shown(demo_engine, open_desk):
    del demo_engine
    at = open_desk(PRESENT, artist=ALMA)
    press(at, "Make a link")
    assert at.code
    at.selectbox(key="artist").select("Neonbrache").run()
    assert not at.exception
    assert not at.code


@pytest.mark.parametrize("role", Role)
def test_who_may_share_and_who_may_show_costs(demo_engine, at_noon, open_desk, acting, role):
    one = artist_of(demo_engine)
    acting(signed_in(demo_engine, "b@label.example", (Place(artist_id=one.id), role), now=at_noon))
    at = open_desk(PRESENT)
    labels = [each.label for each in at.main.button]
    assert ("Make a link" in labels) == (role is not Role.VIEWER)
    assert ("Show costs" in labels) == (role is Role.ADMIN)
    assert ("needs the role Editor" in texts(at)) == (role is Role.VIEWER)


def test_an_admin_shows_costs_and_takes_them_back(demo_engine, at_noon, open_desk, acting):
    one = artist_of(demo_engine)
    acting(signed_in(demo_engine, "d@label.example", (DESK, Role.ADMIN), now=at_noon))
    at = open_desk(PRESENT, artist=ALMA)
    for label, is_shared in (("Show costs", True), ("Show no costs", False)):
        press(at, label)
        assert shares_cost(demo_engine, one.id, rights=FULL) is is_shared
        assert ("€" in shown_html(at)) is is_shared


def test_a_report_has_a_name_of_its_own():
    assert file_name("report-alma-last-28-days", "abc", "html") == (
        "report-alma-last-28-days-abc.html"
    )


# Titles.


def unnamed(engine, name=ALMA):
    """Return a campaign of the artist that runs, after forgetting what it promotes."""
    board = reads.board(artist_of(engine, name).id)
    assert board is not None
    row = next(row for row in board.rows if row.status in LIVE and row.campaign.promotes)
    say(engine, row.campaign, "")
    return row.campaign


def first_by_name(engine, name=ALMA):
    """Return the campaign of the artist that the panel begins with, where all have a title."""
    board = reads.board(artist_of(engine, name).id)
    assert board is not None
    rows = sorted(board.rows, key=lambda row: row.campaign.name.casefold())
    return next(row.campaign for row in rows if row.status in LIVE)


def say(engine, one, words, *, seen=None):
    now = clock.now()
    describe_campaign(
        engine,
        one.id,
        words,
        seen=seen or one.promotes,
        actor=ALICE,
        request_id=new_request(),
        now=now,
    )


def title_field(at, one):
    return next(each for each in at.text_input if each.label.startswith(esc(one.name)))


def test_a_title_that_is_typed_is_what_the_artist_reads(demo_engine, at_noon, open_desk):
    del at_noon
    one = unnamed(demo_engine)
    at = open_desk(PRESENT, artist=ALMA, titles="true")
    assert one.name in unescape(shown_html(at))
    assert next(each.value for each in at.text_input) == "", "those without one come first"
    title_field(at, one).set_value(" Track ·  Quill ")
    press(at, "Save titles")
    assert at.toast[0].value == esc("Saved 1 title.")
    html = unescape(shown_html(at))
    assert "Track · Quill" in html
    assert one.name not in html
    before = dump(demo_engine)
    press(at, "Save titles")
    assert at.toast[0].value == esc("No title was changed.")
    assert dump(demo_engine) == before


def test_a_title_that_somebody_else_gave_meanwhile_stays(demo_engine, at_noon, open_desk):
    del at_noon
    one = unnamed(demo_engine)
    at = open_desk(PRESENT, artist=ALMA, titles="true")
    say(demo_engine, one.model_copy(update={"promotes": None}), "Track · Theirs")
    title_field(at, one).set_value("Track · Mine")
    press(at, "Save titles")
    assert "It is “Track · Theirs” now" in texts(at)
    assert "Track · Theirs" in unescape(shown_html(at))
    assert title_field(at, one).value == "Track · Mine", "what was typed is not lost"
    press(at, "Save titles")
    assert "Track · Mine" in unescape(shown_html(at)), "and can be saved now that it was seen"


def test_of_many_titles_one_that_is_refused_keeps_no_other(demo_engine, at_noon, open_desk):
    del at_noon
    first, second = unnamed(demo_engine), unnamed(demo_engine)
    at = open_desk(PRESENT, artist=ALMA, titles="true")
    say(demo_engine, first.model_copy(update={"promotes": None}), "Track · Theirs")
    for one in (first, second):
        title_field(at, one).set_value(f"Track {one.id}")
    press(at, "Save titles")
    assert "Saved 1 title" in at.toast[0].value
    assert [each.value for each in (title_field(at, first), title_field(at, second))] == [
        f"Track {first.id}",
        f"Track {second.id}",
    ]


def test_what_could_not_be_saved_on_one_page_outlives_another(demo_engine, at_noon, open_desk):
    del at_noon
    one = unnamed(demo_engine, "Brother Abacus")
    page = f"titles-page-{artist_of(demo_engine, 'Brother Abacus').id}"
    at = open_desk(PRESENT, artist="Brother Abacus", titles="true")
    say(demo_engine, one.model_copy(update={"promotes": None}), "Track · Theirs")
    title_field(at, one).set_value("Track · Mine")
    press(at, "Save titles")
    at.session_state[page] = 2
    at.run()
    at.text_input[0].set_value("Track · Another")
    press(at, "Save titles")
    at.session_state[page] = 1
    at.run()
    assert title_field(at, one).value == "Track · Mine"


def test_without_the_database_nothing_typed_is_lost(demo_engine, at_noon, open_desk, monkeypatch):
    del at_noon
    both = unnamed(demo_engine), unnamed(demo_engine)
    at = open_desk(PRESENT, artist=ALMA, titles="true")
    for one in both:
        title_field(at, one).set_value(f"Track {one.id}")
    asked = []

    def unreachable(*_args, **_kwargs):
        asked.append(1)
        raise DatabaseUnreachable("It does not answer.")

    monkeypatch.setattr("lib.ui.present.writes.describe_campaign", unreachable)
    press(at, "Save titles")
    assert len(asked) == 1, "nobody waits for it twice"
    assert "It does not answer" in texts(at)
    assert [title_field(at, one).value for one in both] == [f"Track {one.id}" for one in both]


def test_titles_keep_their_places_and_each_artist_its_page(demo_engine, open_desk):
    unnamed(demo_engine, "Brother Abacus")
    at = open_desk(PRESENT, artist="Brother Abacus", titles="true")
    before = [each.label for each in at.text_input]
    at.text_input[0].set_value("Track · Quill")
    press(at, "Save titles")
    assert [each.label for each in at.text_input] == before
    at.session_state[f"titles-page-{artist_of(demo_engine, 'Brother Abacus').id}"] = 3
    at.run()
    assert [each.label for each in at.text_input] != before
    at.selectbox(key="artist").select(ALMA).run()
    assert next(iter(at.text_input)).label.startswith(esc(first_by_name(demo_engine).name))


@pytest.mark.parametrize("role", Role)
def test_who_may_change_campaigns_gives_titles(demo_engine, at_noon, open_desk, acting, role):
    one = artist_of(demo_engine)
    acting(signed_in(demo_engine, "b@label.example", (Place(artist_id=one.id), role), now=at_noon))
    at = open_desk(PRESENT, titles="true")
    assert bool(at.text_input) == (role is not Role.VIEWER)


@pytest.mark.usefixtures("demo_engine")
def test_titles_are_read_where_they_are_asked_for_only(open_desk):
    assert not open_desk(PRESENT, artist=ALMA).text_input
