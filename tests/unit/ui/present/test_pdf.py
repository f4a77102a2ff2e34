"""The report as PDF: the words of the page, laid out for paper, whatever letters a name has."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from PIL import Image
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from lib.domain.presentation import Bought, Coming, ComingKind, DayState, Period
from lib.domain.records import Platform
from lib.settings import load_settings
from lib.ui.present.artist_page import look, page
from lib.ui.present.pdf import pdf
from tests.unit.domain.make import NOW, TODAY
from tests.unit.ui.present.test_artist_page import HOSTILE, UNIT, kind, presentation


@pytest.fixture
def told(tmp_path):
    (tmp_path / "secrets.toml").touch()
    return load_settings({"SECRETS_FILE": str(tmp_path / "secrets.toml")})


@pytest.fixture
def looks(told):
    return look(told, organization="Kittiwake Records")


def pages(content: bytes) -> list[str]:
    """Return the text of every page, having made sure that a reader shows all of it."""
    read = PdfReader(io.BytesIO(content))
    for one in read.pages:
        assert_every_text_has_its_font(one)
    return [one.extract_text() for one in read.pages]


def assert_every_text_has_its_font(one: PageObject) -> None:
    """Readers draw no text whose font was named in a state that has ended; pypdf reads it."""
    states: list[object] = []
    font: object = None
    for operands, operator in ContentStream(one.get_contents(), one.pdf).operations:
        if operator == b"q":
            states.append(font)
        elif operator == b"Q":
            font = states.pop()
        elif operator == b"Tf":
            font = operands[0]
        assert operator != b"Tj" or font is not None


def run_together(text: str) -> str:
    """Return a text without the spaces, at which alone the two break their lines."""
    return re.sub(r"\s+", "", text)


def words_of(html: str) -> list[str]:
    """Return every text of the page that is printed, one for each of its places."""
    printed = re.search(r"<header>.*</footer>", html, re.DOTALL)
    assert printed is not None
    left_out = r"<nav.*?</nav>|<details>.*?</details>|<span aria-hidden=\"true\">[^<]*</span>"
    texts = re.split(r"<[^>]*>", re.sub(left_out, "", printed[0], flags=re.DOTALL))
    # The page puts a point between what stands below each other on paper.
    plain = (run_together(unescape(one)).strip("·") for one in texts)
    return [one for one in plain if one]


def missing(html: str, content: bytes) -> list[str]:
    """Return the texts of the page that the PDF does not have, in the page's order."""
    written, at, lost = run_together("".join(pages(content))), 0, []
    for one in words_of(html)[:-1]:
        found = written.find(one, at)
        if found < 0:
            lost.append(one)
        else:
            at = found + len(one)
    foot = words_of(html)[-1]
    return lost if foot in written else [*lost, foot]


def test_it_has_every_word_of_the_page_in_its_order(looks):
    shown = presentation(kind(5, None, 7), kind(900_000, 2, name="views"))
    assert missing(page(shown, looks), pdf(shown, looks)) == []
    more = replace(shown, artist="Somebody Else")
    assert missing(page(more, looks), pdf(shown, looks)) == ["SomebodyElse"]


def test_costs_are_on_it_only_where_they_are_on_the_page(looks):
    plain = presentation(kind(5, 6))
    dear = replace(kind(5, 6), bought=(Bought("EUR", 12_340_000, 11 * UNIT),))
    assert "€" not in "".join(pages(pdf(plain, looks)))
    told = pdf(replace(plain, kinds=(dear,), shares_cost=True), looks)
    assert "€12.34bought11saves" in run_together("".join(pages(told)))


@pytest.mark.parametrize(
    "name",
    [
        "Beyoncé",
        "Björk",
        "Łona i Webber",
        "Mötley Crüe",
        "Ľudové Mladistvá",
        "Трубецкой",
        "Άλκηστις",
        "宇多田ヒカル",
        "방탄소년단",
        "張惠妹",
        "Trịnh Công Sơn",
        "Beyonce\u0301",
        "Sigur Rós · ( )",
    ],
)
def test_names_are_written_in_their_own_letters(looks, name):
    (first, *_) = pages(pdf(presentation(kind(1, 2), artist=name, title=name), looks))
    composed = name.replace("e\u0301", "é")
    assert run_together(first).count(run_together(composed)) == 2
    assert "☐" not in first


@pytest.mark.parametrize("name", ["فيروز", "שלום", "Fire 🔥", "หมอลำ", "\ue000", "Ida\u200dFalk"])
def test_what_cannot_be_written_is_a_box_and_said(looks, name):
    written = "".join(pages(pdf(presentation(kind(1), artist=name), looks)))
    if name.isprintable():
        assert "☐" in written
        seen = next(one for one in name if ord(one) > 0x500)
        assert f"U+{ord(seen):04X}" in written
        assert "as a web page shows it" in " ".join(written.split())
    assert "How your campaigns go" in written


def test_hostile_names_are_text(looks):
    content = pdf(presentation(kind(1, name=HOSTILE), artist=HOSTILE, title=HOSTILE), looks)
    read = PdfReader(io.BytesIO(content))
    assert run_together(HOSTILE) in run_together("".join(one.extract_text() for one in read.pages))
    assert not [one for one in read.pages if "/Annots" in one]
    assert set(read.root_object) & {"/AA", "/AcroForm", "/Names"} == set()
    # Where a reader begins; an action would be a dictionary.
    assert isinstance(read.root_object["/OpenAction"], list)


@pytest.mark.parametrize(
    "name",
    ["W" * 300, "long words " * 60, "宇多田" * 80, "x\ny\tz", "宇多田ヒカル and a band " * 9],
)
def test_long_names_are_broken_and_keep_on_the_sheet(looks, name):
    shown = presentation(
        *[kind(1, 2, name=f"kind{at}") for at in range(3)], artist=name, title=name
    )
    content = pdf(shown, looks)
    assert missing(page(shown, looks), content) == []


def test_many_campaigns_go_over_many_pages_and_no_line_is_torn(looks):
    shown = presentation(*[kind(*range(1, 29), name=f"kind {at}") for at in range(6)])
    (one,) = shown.running
    running = tuple(
        replace(one, title=f"Track · Number {at} of Thirty", kind=f"kind {at % 6}")
        for at in range(30)
    )
    coming = tuple(
        Coming(ComingKind.ENDS, f"Album · {at}", Platform.META, "saves", TODAY + timedelta(days=at))
        for at in range(30)
    )
    shown = replace(shown, running=running, coming=coming)
    content = pdf(shown, looks)
    assert missing(page(shown, looks), content) == []
    written = pages(content)
    assert len(written) > 2
    for number, text in enumerate(written, start=1):
        assert f"Page {number}" in text
        assert text.count("As of 24 Nov 2026") == 1
        assert ("Ida Falk · Last 7 days" in text) == (number > 1)
        for at in range(30):
            if f"Track · Number {at} of" in text:
                assert text.count("Track · Number") <= text.count("Too early to tell")


def test_an_artist_without_figures_has_a_report_that_says_so(looks):
    shown = replace(presentation(), running=())
    content = pdf(shown, looks)
    assert missing(page(shown, looks), content) == []
    (only,) = pages(content)
    assert "There are no figures of this period yet" in only


@pytest.mark.parametrize("state", DayState)
@pytest.mark.parametrize("days", [1, 2, 28, 99, 400])
def test_any_run_of_any_length_is_drawn(looks, state, days):
    assert pdf(presentation(kind(*([3] * days), state=state)), looks).startswith(b"%PDF")


def test_it_says_whose_it_is_and_looks_like_the_label(tmp_path):
    (tmp_path / "secrets.toml").touch()
    Image.new("RGBA", (600, 200), "#aa0000").save(tmp_path / "logo.png")
    env = {"SECRETS_FILE": str(tmp_path / "secrets.toml"), "LABEL_NAME": "Kite & Sons"}
    env |= {"LABEL_COLOUR": "#aa0000", "LABEL_LOGO": str(tmp_path / "logo.png")}
    content = pdf(presentation(kind(1)), look(load_settings(env), organization="Org"))
    read = PdfReader(io.BytesIO(content))
    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.author) == ("Ida Falk · Last 7 days", "Kite & Sons")
    assert read.metadata.creation_date == NOW.replace(microsecond=0)
    assert len(read.pages[0].images) == 1
    drawn = read.pages[0].get_contents()
    assert drawn is not None
    assert b"0.6667 0 0 rg" in drawn.get_data()
    assert "Org" not in read.pages[0].extract_text()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"no picture"),
        ("logo.svg", b"<svg"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='x'/></svg>"),
        (
            "logo.svg",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><svg xmlns='http://www.w3.org/2000/svg'>&b;</svg>",
        ),
        ("logo.webp", b""),
    ],
)
def test_a_logo_that_cannot_be_drawn_leaves_the_labels_name(tmp_path, name, content):
    (tmp_path / "secrets.toml").touch()
    (tmp_path / name).write_bytes(content)
    env = {"SECRETS_FILE": str(tmp_path / "secrets.toml"), "LABEL_LOGO": str(tmp_path / name)}
    (only,) = pages(pdf(presentation(kind(1)), look(load_settings(env), organization="Org")))
    assert only.startswith("Org")


def test_every_kind_of_logo_is_drawn(tmp_path):
    (tmp_path / "secrets.toml").touch()
    picture = Image.new("RGB", (300, 100), "#0a0")
    for ending in ("png", "jpg", "webp"):
        picture.save(tmp_path / f"logo.{ending}")
    (tmp_path / "logo.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 10'>"
        "<rect width='30' height='10' fill='#00aa00'/></svg>"
    )
    for ending in ("png", "jpg", "webp", "svg"):
        env = {"SECRETS_FILE": str(tmp_path / "secrets.toml")}
        env["LABEL_LOGO"] = str(tmp_path / f"logo.{ending}")
        looks = look(load_settings(env), organization="Org")
        (only,) = pages(pdf(presentation(kind(1)), looks))
        assert not only.startswith("Org"), ending


def test_the_same_is_the_same_file(looks):
    shown = presentation(kind(1, 2, 3))
    assert pdf(shown, looks) == pdf(shown, looks)
    assert shown.period is Period.WEEK
