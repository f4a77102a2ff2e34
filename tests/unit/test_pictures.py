"""Every page is photographed, and every picture of the documents is one that a script takes."""

import re

import pytest

from lib.settings import ROOT
from lib.ui import signin
from lib.ui.frame import menu
from tests.browser.screenshots import FOLDER, PEOPLE, SIZES, THEMES, addresses
from tests.browser.walk import FOLDER as WALK
from tests.browser.walk import STOPS

PHOTOGRAPHED = addresses(1) | PEOPLE


def test_every_page_of_the_menu_is_photographed(monkeypatch):
    monkeypatch.setattr(signin, "manages_people", lambda _who: True)
    made = []
    monkeypatch.setattr(
        menu, "_page", lambda script, _title, _icon, **more: made.append((script, more))
    )
    menu.pages(object())  # type: ignore[arg-type]
    paths = {path.partition("?")[0].strip("/") for path in PHOTOGRAPHED.values()}
    for script, more in made:
        stem = script.rpartition("/")[2].removesuffix(".py")
        path = "" if more.get("default") else more.get("url_path", stem)
        assert path in paths, script
    assert len(made) >= 11


def test_the_walk_shows_the_pictures_that_its_script_takes():
    text = (ROOT / "docs" / "walk.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"walk/([\w-]+)\.png", text))
    assert shown == {stop.name for stop in STOPS}
    assert {file.stem for file in WALK.glob("*.png")} == shown


@pytest.mark.parametrize("document", ["README.md", "docs/walk.md"])
def test_every_picture_of_a_document_is_there(document):
    file = ROOT / document
    text = file.read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)|<img src=\"([^\"]+)\"", text)
    assert shown
    missing = [one or other for one, other in shown if not (file.parent / (one or other)).exists()]
    assert missing == []


def test_no_picture_is_of_a_page_that_is_gone():
    forms = {
        f"{name}-{theme}-{size}" for name in PHOTOGRAPHED for theme in THEMES for size in SIZES
    }
    taken = {file.stem for file in FOLDER.glob("*.png") if not file.stem.startswith("size-")}
    assert taken <= forms
