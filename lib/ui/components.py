"""The desk's own components: a folder of `assets` each, served by the desk itself.

Their scripts are files of this server, since the security policy admits no inline ones. For that
Streamlit wants a manifest, which it looks for in installed packages only. Their name has what is in
them, so that a browser may keep a file for ever: another desk's has another address.
"""

import hashlib
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.web.server.starlette.starlette_routes import BASE_ROUTE_CORE

_ASSETS = Path(__file__).parent / "assets"


def _package() -> str:
    content = hashlib.sha256()
    for file in sorted(_ASSETS.rglob("*.*")):
        content.update(file.name.encode() + file.read_bytes())
    return f"desk-{content.hexdigest()[:12]}"


_PACKAGE = _package()
PATH = f"/{BASE_ROUTE_CORE}/bidi-components/{_PACKAGE}."
"""How the path of every file of the desk's components begins."""


def register() -> None:
    """Make the components known to the server, so that their files are served from then on."""
    manager = get_bidi_component_manager()
    folders = sorted(folder.name for folder in _ASSETS.iterdir() if folder.is_dir())
    manifest = ComponentManifest(
        name=_PACKAGE,
        version="1",
        components=[ComponentConfig(name=folder, asset_dir=folder) for folder in folders],
    )
    manager.register_from_manifest(manifest, _ASSETS)


def mounted(component: str) -> Any:
    """Return a component by the name of its folder, known to the server that runs this page."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name(component)) is None:
        register()
    known = _defined.setdefault(manager, {})
    if component not in known:
        known[component] = st.components.v2.component(
            name(component),
            js=f"{component}.js",
            css=(_ASSETS / component / f"{component}.css").read_text(encoding="utf-8"),
            isolate_styles=False,
        )
    return known[component]


def script(component: str) -> str:
    """Return the path of the script of the component in the folder of this name."""
    return f"{PATH}{component}/{component}.js"


def name(component: str) -> str:
    """Return what Streamlit calls the component in the folder of this name."""
    return f"{_PACKAGE}.{component}"


_defined: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()
