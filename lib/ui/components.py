"""The desk's own components: a folder of `assets` each, served by the desk itself.

Their scripts are files of this server, since the security policy admits no inline ones. For that
Streamlit wants a manifest, which it looks for in installed packages only.
"""

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

_ASSETS = Path(__file__).parent / "assets"
_PACKAGE = "desk"


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
    if manager.get_component_asset_root(_name(component)) is None:
        register()
    known = _defined.setdefault(manager, {})
    if component not in known:
        known[component] = st.components.v2.component(
            _name(component),
            js=f"{component}.js",
            css=(_ASSETS / component / f"{component}.css").read_text(encoding="utf-8"),
            isolate_styles=False,
        )
    return known[component]


def _name(component: str) -> str:
    return f"{_PACKAGE}.{component}"


_defined: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()
