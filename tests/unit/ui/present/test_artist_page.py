"""The artist's page: self-contained, escaped, seen in any colour, the same inside a frame."""

import base64
import hashlib
import re
from datetime import timedelta

import pytest

from lib.domain.metrics import Window
from lib.domain.presentation import (
    DayState,
    KindTold,
    Period,
    Point,
    Presentation,
    Running,
)
from lib.domain.records import Platform
from lib.settings import SettingsRefused, load_settings
from lib.ui.present.artist_page import (
    content_security_policy,
    framed,
    look,
    page,
    refusal,
    seen_on,
    style,
)
from lib.ui.present.chart import MOST_BARS, chart
from tests.unit.domain.make import NOW, TODAY
from tests.unit.test_house import contrast

UNIT = 1_000_000
HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7*7 }} ![](http://x.example/y)'
)


@pytest.fixture
def told(tmp_path):
    (tmp_path / "secrets.toml").touch()
    return load_settings({"SECRETS_FILE": str(tmp_path / "secrets.toml")})


def kind(*results, name="saves", state=DayState.WHOLE):
    first = TODAY - timedelta(days=len(results) - 1)
    points = tuple(
        Point(
            first + timedelta(days=at),
            None if one is None else one * UNIT,
            DayState.MISSING if one is None else state,
        )
        for at, one in enumerate(results)
    )
    known = [one.results_micros for one in points if one.results_micros is not None]
    return KindTold(
        kind=name,
        platforms=(Platform.META,),
        window=Window(first, TODAY),
        results_micros=sum(known) if known else None,
        second_kind=None,
        second_micros=None,
        points=points,
        bought=(),
    )


def presentation(*kinds, artist="Ida Falk", title="Track · Low Tide"):
    running = Running(
        title=title,
        platform=Platform.META,
        kind="saves",
        currency="EUR",
        since=None,
        until=None,
        learning_day=None,
        verdict=None,
        judged=None,
        readable_on=None,
    )
    return Presentation(
        artist=artist,
        period=Period.WEEK,
        shares_cost=False,
        kinds=kinds,
        running=(running,),
        on_hold=0,
        coming=(),
        lessons=(),
        told_at=NOW,
    )


def test_the_page_loads_nothing_and_runs_nothing(told):
    made = page(presentation(kind(1, 2, 3)), look(told, organization="Label"))
    assert not re.search(r"<script|<link|<iframe|\bon\w+=|@import|url\(|https?://|style=", made)
    assert not re.findall(r'\b(?:src|href)="(?!\?|data:image/)', made)


def test_its_style_is_the_one_that_its_policy_allows(told):
    made = page(presentation(kind(1)), look(told, organization="Label"))
    (css,) = re.findall(r"<style>(.*?)</style>", made, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = content_security_policy(style(told.label_colour))
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    refused = refusal("No", "Nothing", style=style(told.label_colour))
    assert re.findall(r"<style>(.*?)</style>", refused, re.DOTALL) == [css]


def test_hostile_names_are_shown_as_they_were_typed(told):
    shown = presentation(kind(1, name=HOSTILE), artist=HOSTILE, title=HOSTILE)
    for made in (
        page(shown, look(told, organization=HOSTILE), until=HOSTILE),
        framed(shown, look(told, organization=HOSTILE), theme="dark"),
    ):
        assert "<script" not in made
        assert "<img" not in made
        assert "{{ 7*7 }}" in made
        assert made.count("&lt;script&gt;") >= 5


def test_the_screen_holds_what_stands_in_the_page(told):
    shown, looks = presentation(kind(5, None, 7)), look(told, organization="Label")
    whole, part = page(shown, looks), framed(shown, looks, theme="light")
    body = re.search(r"<header>.*</footer>", whole, re.DOTALL)
    assert body is not None
    assert body[0] in part


def test_the_label_has_its_name_colour_and_logo(tmp_path):
    (tmp_path / "secrets.toml").touch()
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    told = load_settings(
        {
            "SECRETS_FILE": str(tmp_path / "secrets.toml"),
            "LABEL_NAME": "Kite & Sons",
            "LABEL_COLOUR": "#AA0000",
            "LABEL_LOGO": str(logo),
        }
    )
    made = page(presentation(kind(1)), look(told, organization="Org"))
    assert 'alt="Kite &amp; Sons"' in made
    assert "data:image/svg+xml;base64," in made
    assert "--accent: #aa0000" in made
    assert "Org" not in made


@pytest.mark.parametrize(
    "setting",
    [
        {"LABEL_COLOUR": "red; } body { background: url(http://x.example)"},
        {"LABEL_COLOUR": "#12345"},
        {"LABEL_LOGO": "/nowhere/logo.png"},
        {"LABEL_LOGO": __file__},
    ],
)
def test_a_look_that_cannot_be_is_refused_at_the_start(setting, tmp_path):
    (tmp_path / "secrets.toml").touch()
    with pytest.raises(SettingsRefused, match=next(iter(setting))):
        load_settings({"SECRETS_FILE": str(tmp_path / "secrets.toml"), **setting})


def test_too_large_a_logo_is_refused(tmp_path):
    (tmp_path / "secrets.toml").touch()
    (tmp_path / "logo.png").write_bytes(b"x" * 300_000)
    with pytest.raises(SettingsRefused, match="KiB"):
        load_settings(
            {
                "SECRETS_FILE": str(tmp_path / "secrets.toml"),
                "LABEL_LOGO": str(tmp_path / "logo.png"),
            }
        )


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffff00", "#4b4ab5", "#808080"])
@pytest.mark.parametrize("ground", ["#f4f5f8", "#1f2430"])
def test_any_colour_of_a_label_is_seen_on_any_ground(colour, ground):
    assert contrast(seen_on(colour, ground), ground) >= 3


def colours(css: str, selector: str) -> dict[str, str]:
    block = next(each for each in re.findall(re.escape(selector) + r" \{([^}]*)\}", css))
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))


@pytest.mark.parametrize("selector", [".pr", ".pr[data-theme=dark]"])
def test_every_text_can_be_read_light_and_dark(selector):
    found = colours(style("#4b4ab5"), selector)
    for text in ("text", "soft", "good", "mind", "even", "wait"):
        for ground in ("ground", "card"):
            assert contrast(found[text], found[ground]) >= 4.5, (selector, text, ground)
    assert contrast(found["accent"], found["card"]) >= 3


def test_a_chart_tells_the_same_in_words():
    drawn = chart(kind(5, None, 10, 0))
    assert drawn is not None
    assert [one.height for one in drawn.bars] == [50, 100, 100, 0]
    assert [one.state for one in drawn.bars][1] is DayState.MISSING
    assert [number for _, number in drawn.rows] == ["5", "missing", "10", "0"]
    assert "from 0 to 10; 1 missing" in drawn.summary
    assert chart(kind(None, None)) is None


def test_a_long_run_is_drawn_in_weeks_that_add_up_to_the_same():
    told = kind(*([3] * (MOST_BARS + 3)))
    drawn = chart(told)
    assert drawn is not None
    assert drawn.unit == "saves a week"
    assert len(drawn.bars) == 15
    assert sum(int(number.removesuffix(" (in part)")) for _, number in drawn.rows) == 3 * 103
    assert drawn.rows[0][1] == "15 (in part)"
    assert drawn.rows[-1][1] == "21"
