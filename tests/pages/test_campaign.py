import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from lib.db.engine import writing
from lib.db.tables import daily_kind_result
from lib.domain.actions import Action
from lib.domain.metrics import Window
from lib.domain.records import Platform
from lib.domain.rights import FULL
from lib.domain.status import LIVE, Status
from lib.domain.verdict import SpendWord, Word
from lib.services import queries
from lib.services.recording import bump_data_version
from lib.services.trend.trends import refresh
from lib.ui import verdict_words
from lib.ui.changing import actions
from lib.ui.format import day, money, span
from tests.pages.conftest import CAMPAIGN, texts


def ask(at, wanted, row):
    """Click what opens a dialog, as the board's menu does."""
    at.session_state[actions._WANTED] = (
        wanted,
        row.campaign.id,
        row.campaign.version,
        "0" * 32,
    )
    return at.run()


@pytest.fixture
def live(row_of):
    return row_of(lambda row: row.status in LIVE and row.week is not None and not row.learning)


def test_a_campaign_opens_by_its_url(live, open_desk):
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    read = texts(at)
    assert f"· id {live.campaign.id}" in read
    assert "Last 7 days" in read
    assert "Last 28 days" in read
    assert "Platform status:" in read
    assert len(at.get("plotly_chart")) == 1


@pytest.mark.parametrize("asked", ["999999", "x", "-1", "1; drop table campaign", "¹"])
@pytest.mark.usefixtures("demo_engine")
def test_an_unknown_campaign_is_answered_kindly(open_desk, asked):
    at = open_desk(CAMPAIGN, id=asked)
    assert "Choose one on the board." in texts(at)
    assert not at.get("plotly_chart")


def test_legal_actions_are_enabled_and_the_others_say_why_not(live, open_desk):
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    for action, decision in live.decisions.items():
        button = at.button(key=f"{action}-{live.campaign.id}")
        assert button.disabled is not decision.is_allowed
    assert "It is still spending. Pause it first" in texts(at).replace("\\", "")


@pytest.mark.usefixtures("demo_engine")
def test_a_pause_asks_for_its_reason_and_changes_the_campaign(live, open_desk):
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    at.button(key=f"pause-{live.campaign.id}").click().run()
    confirm = at.button(key=f"pause-{live.campaign.id}-confirm")
    assert confirm.disabled
    assert "Delivery and spend stop at once" in texts(at)


def test_the_confirmed_action_is_written_once_for_one_dialog(live, open_desk, demo_engine, now):
    from lib.ui.changing import writes

    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    del at
    asked = writes.Asked(live.campaign.id, live.campaign.name, live.campaign.version, "r" * 32)
    from streamlit.testing.v1 import AppTest

    def click(campaign_id, name, version, request):
        import streamlit as st

        from lib.domain.actions import Action
        from lib.ui.changing import undoing, writes

        asked = writes.Asked(campaign_id, name, version, request)
        st.session_state["why"] = "budget"
        st.button(
            "Pause",
            on_click=writes.act,
            args=(Action.PAUSE, asked),
            kwargs={"reason_key": "why"},
        )
        undoing.notice()

    for _ in range(3):
        told = AppTest.from_function(
            click,
            args=(asked.campaign_id, asked.name, asked.seen_version, asked.request_id),
            default_timeout=30,
        ).run()
        told.button[0].click().run()
        assert not told.exception
        assert not told.warning
        assert "Paused" in told.markdown[0].value
        assert [button.label for button in told.button] == ["Pause", "Undo", "Dismiss"]
    page = queries.campaign_page(demo_engine, live.campaign.id, now=now, rights=FULL)
    assert page.row.status is Status.PAUSED
    assert sum(entry.event == "campaign:pause" for entry in page.history) == 1 + sum(
        entry.event == "campaign:pause"
        for entry in page.history
        if entry.version is not None and entry.version <= live.campaign.version
    )


def test_a_stale_view_changes_nothing_and_says_so_gently(live, demo_engine, now):
    from streamlit.testing.v1 import AppTest

    def click(campaign_id, name):
        import streamlit as st

        from lib.domain.actions import Action
        from lib.ui import notices
        from lib.ui.changing import writes

        st.session_state["why"] = "budget"
        st.button(
            "Pause",
            on_click=writes.act,
            args=(Action.PAUSE, writes.Asked(campaign_id, name, 0, "s" * 32)),
            kwargs={"reason_key": "why"},
        )
        notices.show()

    told = AppTest.from_function(
        click, args=(live.campaign.id, live.campaign.name), default_timeout=30
    ).run()
    told.button[0].click().run()
    assert not told.exception
    assert not told.toast
    assert "has changed since you looked" in told.warning[0].value
    page = queries.campaign_page(demo_engine, live.campaign.id, now=now, rights=FULL)
    assert page.row.status is live.status


def test_an_action_that_is_not_possible_explains_itself_and_offers_nothing(live, open_desk):
    at = open_desk(artist="Dead Letter Ferry")
    ask(at, Action.ARCHIVE.value, live)
    assert "Pause it first" in texts(at).replace("\\", "")
    assert f"archive-{live.campaign.id}-confirm" not in [button.key for button in at.button]


def test_a_status_explains_itself(row_of, open_desk):
    row = row_of(lambda row: row.status is Status.ISSUE)
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    read = texts(at)
    assert "Contact support" in read
    assert "Since:" in read
    assert "Platform status:" in read


def test_learning_gives_its_advice_and_its_end(row_of, open_desk):
    row = row_of(lambda row: row.learning is not None and row.campaign.platform is Platform.META)
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    info = "\n".join(element.value for element in at.info)
    assert "Wait at least 7 days" in info
    assert "Learning ends" in info


def test_google_folds_learning_into_its_one_badge(row_of, open_desk):
    row = row_of(lambda row: row.learning is not None and row.campaign.platform is Platform.GOOGLE)
    badges = texts(open_desk(CAMPAIGN, id=str(row.campaign.id)))
    assert "· Learning]" in badges
    assert "-badge[:material/school:" not in badges


def test_the_artist_of_an_opened_campaign_becomes_the_current_one(row_of, open_desk):
    row = row_of(lambda row: row.campaign.artist_id == 3)
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    assert at.selectbox(key="artist").value == "Dead Letter Ferry"


def plain(at):
    return texts(at).replace("\\", "").replace("\u2060", "")


def test_the_verdict_reads_as_a_sentence_with_both_costs_and_its_windows_are_shaded(
    row_of, open_desk
):
    row = row_of(
        lambda one: (
            one.verdict is not None and one.verdict.word is Word.DECLINING and one.status in LIVE
        )
    )
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    assert verdict_words.sentence(row) in plain(at)
    assert ":orange-badge[" in texts(at)
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    labels = [one["text"] for one in figure["layout"]["annotations"]]
    assert labels[-1] == "last 7 days"
    patterns = figure["data"][0]["marker"]["pattern"]["shape"]
    assert patterns[-1] == "/", "the newest day may still change"
    assert "" in patterns
    assert "hatched days may still change" in texts(at)
    settled = open_desk(CAMPAIGN, id=str(row.campaign.id), later="false")
    figure = json.loads(settled.get("plotly_chart")[0].proto.spec)
    assert set(figure["data"][0]["marker"]["pattern"]["shape"]) == {""}


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"later": "false"}, 56),
        ({"range": "7 days"}, 7),
        ({"range": "28 days"}, 28),
        ({"range": "90 days"}, 90),
        ({"range": "Since", "since": "2026-11-01"}, None),
        ({"range": "Whole run"}, None),
        ({"range": "<b>", "since": "2026-02-30", "later": "false"}, 56),
    ],
)
def test_each_range_that_is_asked_for_ends_on_the_as_of_day_and_says_its_dates(
    row_of, open_desk, asked, days
):
    row = row_of(
        lambda one: (
            one.as_of is not None
            and one.trend is not None
            and one.trend.started_on < one.as_of - timedelta(days=60)
        )
    )
    at = open_desk(CAMPAIGN, id=str(row.campaign.id), **asked)
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    drawn = [date.fromisoformat(one[:10]) for one in figure["data"][0]["x"]]
    assert drawn[-1] == row.as_of
    whole = (row.as_of - row.trend.started_on).days + 1
    if asked.get("range") == "Since":
        assert drawn[0] == date(2026, 11, 1)
    else:
        assert len(drawn) == min(days or whole, whole)
    said = f"**{span(Window(drawn[0], drawn[-1]))}** · to the as-of day"
    assert said in texts(at)


def test_unsettled_days_say_by_how_much_they_usually_grow(row_of, open_desk):
    row = row_of(
        lambda one: (
            one.campaign.headline_kind == "saves"
            and one.status in LIVE
            and one.trend is not None
            and not one.is_stale
        )
    )
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    assert re.search(r"Saves that are reported 1 day after usually end \d+ % higher", plain(at))


def test_the_cost_says_what_was_spent_on_days_whose_results_are_blank(
    live, open_desk, demo_engine, now
):
    one, as_of = live.campaign, live.as_of
    words = f"Spend on days with {one.headline_kind} blank"
    assert words not in plain(open_desk(CAMPAIGN, id=str(one.id)))
    page = queries.campaign_page(demo_engine, one.id, now=now, rights=FULL)
    lost = [day for day in page.days if as_of - timedelta(days=9) <= day.day <= as_of][:4]
    with writing(demo_engine) as db:
        blank = delete(daily_kind_result).where(
            daily_kind_result.c.campaign_id == one.id,
            daily_kind_result.c.kind == one.headline_kind,
            daily_kind_result.c.day.in_([day.day for day in lost]),
        )
        db.execute(blank)
        refresh(db, [one.id], now=now)
        bump_data_version(db)
    week, month = (
        money(
            sum(day.spend_micros or 0 for day in lost if day.day > as_of - timedelta(days=length)),
            one.currency,
        )
        for length in (7, 28)
    )
    assert week != month
    assert f"| {words} | {week} | {month} |" in plain(open_desk(CAMPAIGN, id=str(one.id)))


def test_the_numbers_and_the_rule_are_one_click_away_and_cost_nothing_before(live, open_desk):
    at = open_desk(CAMPAIGN, id=str(live.campaign.id))
    assert "What is compared." not in texts(at)
    at.session_state["rule"] = True
    at.session_state["numbers"] = True
    at.run()
    assert "What is compared." in texts(at)
    assert "Only weekdays that both windows have are compared" in texts(at)


def test_a_learning_campaign_is_not_judged_and_says_when_it_will_be(row_of, open_desk):
    row = row_of(lambda one: one.learning is not None and one.week is not None)
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    assert f"Too early to tell: day {row.learning.day} of 7" in plain(at)
    assert f"Readable on {day(row.readable_on)}" in plain(at)
    assert "Improving" not in texts(at)
    assert "Declining" not in texts(at)


def test_spend_is_never_coloured(row_of, open_desk):
    row = row_of(
        lambda one: (
            one.verdict is not None
            and one.verdict.spend_word in (SpendWord.RISING, SpendWord.FALLING)
            and one.status in LIVE
        )
    )
    at = open_desk(CAMPAIGN, id=str(row.campaign.id))
    assert verdict_words.spend_sentence(row) in plain(at)
    assert not any(one.delta for one in at.metric)
