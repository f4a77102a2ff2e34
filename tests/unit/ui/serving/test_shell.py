"""The page that a browser opens first: told of every page, and of nothing that is not there."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit import file_util
from streamlit.web.server.starlette.starlette_routes import BASE_ROUTE_CORE
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from lib.domain.records import Actor
from lib.domain.rights import FULL
from lib.ui import components, signin
from lib.ui.frame import menu
from lib.ui.serving import shell

STATIC = Path(file_util.get_static_dir())
HINTED = re.compile(r'<link rel="(?:modulepreload|preload)"[^>]*href="\./([^"]+)"')


def hints(path: str) -> list[str]:
    return HINTED.findall(shell.page(path))


def test_every_page_of_the_menu_is_opened_by_it(monkeypatch):
    listed: list[str] = []

    def page(script, *, url_path=None, default=False, **_options):
        listed.append("" if default else url_path or Path(script).stem)

    monkeypatch.setattr(menu, "st", SimpleNamespace(Page=page))
    monkeypatch.setattr(signin, "manages_people", lambda _who: True)
    menu.pages(Actor(name="Ada", rights=FULL))
    assert sorted(listed) == sorted(shell.FIRST_DRAWN)


@pytest.mark.parametrize("path", shell.FIRST_DRAWN)
def test_what_is_fetched_ahead_is_there_and_named_once(path):
    found = hints(path)
    assert len(found) == len(set(found))
    own = {
        components.script(one.removeprefix("desk.")).removeprefix("/")
        for one in shell.FIRST_DRAWN[path]
        if one.startswith("desk.")
    }
    assets = {file.stem for file in (Path(shell.__file__).parents[1] / "assets").rglob("*.js")}
    assert own <= set(found)
    assert {Path(one).stem for one in own} <= assets
    assert all((STATIC / name).is_file() for name in set(found) - own)


@pytest.mark.parametrize("path", shell.FIRST_DRAWN)
def test_every_script_that_is_named_is_one_of_the_installed_streamlit(path):
    found = hints(path)
    for name in shell.FIRST_DRAWN[path]:
        if not name.startswith("desk."):
            pattern = re.compile(rf"static/js/{name}\.[\w-]+\.js")
            assert [one for one in found if pattern.fullmatch(one)]


def test_what_tells_the_server_comes_before_streamlits_scripts_and_what_is_fetched_after():
    told, script, first_hint = (
        shell.page("").index(part)
        for part in ("window.__streamlit", '<script type="module"', "/BidiComponent.")
    )
    assert told < script < first_hint


def test_streamlit_still_reads_what_the_page_tells_it():
    scripts = "".join(
        file.read_text(encoding="utf-8") for file in (STATIC / "static/js").glob("index.*.js")
    )
    told = ("BACKEND_BASE_URL", "HOST_CONFIG", "allowedOrigins", "useExternalAuthToken")
    assert all(word in shell.page("") for word in told)
    assert all(word in scripts for word in (*told, "window.__streamlit"))


def test_the_page_knows_the_cookie_and_the_websocket_of_the_installed_streamlit():
    assert f"{XSRF_COOKIE_NAME}=" in shell.page("")
    assert f"}}{BASE_ROUTE_CORE}/stream`" in shell.page("")


def test_streamlit_still_marks_what_is_old_as_the_style_of_the_page_knows_it():
    scripts = "".join(
        file.read_text(encoding="utf-8") for file in (STATIC / "static/js").glob("index.*.js")
    )
    assert '[data-stale="true"]' in shell.page("")
    assert '"data-stale":' in scripts
