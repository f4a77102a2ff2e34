"""The layout rules that no import contract can express, because pages are scripts."""

import ast
import inspect
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config as streamlit_config

from lib.settings import ROOT, environment_names, load_settings
from lib.ui.frame import menu

PAGES = sorted((ROOT / "pages").rglob("*.py"))
SCRIPTS = [ROOT / "app.py", *PAGES]
LIBRARY = sorted((ROOT / "lib").rglob("*.py"))
SCRIPTS_MAY_IMPORT = ("lib.ui", "lib.charts", "lib.domain", "streamlit", "pandas")


def imports(file: Path) -> Iterator[str]:
    """Yield every module that `file` imports, with the names taken from it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_a_script_imports_the_screen_the_charts_and_the_domain_only(script):
    foreign = [
        module
        for module in imports(script)
        if module.partition(".")[0] not in sys.stdlib_module_names
        and not is_within(module, SCRIPTS_MAY_IMPORT)
    ]
    assert not foreign


@pytest.mark.parametrize("module", LIBRARY, ids=name)
def test_only_lib_ui_knows_streamlit(module):
    if (ROOT / "lib" / "ui") not in module.parents:
        assert not [found for found in imports(module) if is_within(found, ("streamlit",))]


def test_every_dialog_is_one_that_closes_when_rights_change():
    told = [module for module in LIBRARY if "@st.dialog(" in module.read_text(encoding="utf-8")]
    assert told == [ROOT / "lib" / "ui" / "dialogs.py"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_that_ends_early_leaves_its_frame_to_draw_on(page):
    assert "st.stop(" not in page.read_text(encoding="utf-8"), "lib.ui.ending.end_page"


def test_no_script_lies_directly_in_pages():
    # Streamlit serves such a script by its URL without app.py, and so without the sign-in.
    assert not [page for page in PAGES if page.parent == ROOT / "pages"]


def test_every_page_lies_one_section_deep_under_a_name_of_its_own():
    assert not [page for page in PAGES if page.parent.parent != ROOT / "pages"]
    names = [page.stem for page in PAGES]
    assert len(names) == len(set(names))
    assert not [page for page in PAGES if page.name == "__init__.py"]


def test_every_page_is_in_the_menu():
    menu = (ROOT / "lib" / "ui" / "frame" / "menu.py").read_text(encoding="utf-8")
    inside = [page.relative_to(ROOT / "pages").as_posix() for page in PAGES]
    assert not [page for page in inside if f'"{page}"' not in menu]


def test_the_menu_is_declared_before_anybody_is_turned_away():
    # Until st.navigation has been reached, Streamlit may serve a page's script without app.py.
    frame = (ROOT / "app.py").read_text(encoding="utf-8")
    assert 0 < frame.index("menu.declare(") < frame.index("st.stop()")
    assert "st.navigation(" in inspect.getsource(menu.declare)


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [variable for variable in environment_names() if f"`{variable}`" not in readme]


def test_every_requirement_is_pinned_exactly_and_locked():
    locked = read_pins(ROOT / "constraints.txt")
    for file in ("requirements.txt", "requirements-dev.txt"):
        for package, version in read_pins(ROOT / file).items():
            assert locked[package] == version, f"run 'make lock': {package}"


def read_pins(file: Path) -> dict[str, str]:
    text = file.read_text(encoding="utf-8").splitlines()
    lines = [line.partition("#")[0].partition(";")[0].strip() for line in text]
    pins = [line.split("==") for line in lines if line]
    return {package.partition("[")[0].lower().replace("_", "-"): pin for package, pin in pins}


def test_streamlit_is_configured_as_measured():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["enableStaticServing"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["disableDataExport"] is True
    assert config["browser"]["gatherUsageStats"] is False
    assert config["runner"]["postScriptGC"] is False
    assert "trustedUserHeaders" not in config["server"]


def test_streamlit_takes_its_hidden_option_from_the_configuration():
    # With it every run of every page ends in a full garbage collection.
    assert streamlit_config.get_option("runner.postScriptGC") is False


def test_the_tests_read_nobodys_secrets():
    assert list(streamlit_config.get_option("secrets.files")) == [os.environ["SECRETS_FILE"]]
    assert not Path(os.environ["SECRETS_FILE"]).read_text()
    assert "nobody-asked" in load_settings().database_url


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("variant", ["light", "dark"])
def test_text_can_be_read_and_charts_can_be_seen(variant):
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][variant]
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"]]
    grounds += [theme["sidebar"]["backgroundColor"], theme["sidebar"]["secondaryBackgroundColor"]]
    for ground in grounds:
        assert contrast(theme["textColor"], ground) >= 4.5
        assert contrast(theme["linkColor"], ground) >= 4.5
    # Streamlit writes white on the accent of a primary button.
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3
    for colour in theme["chartCategoricalColors"]:
        assert contrast(colour, theme["backgroundColor"]) >= 3
