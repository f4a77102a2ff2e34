"""A chart taken along as a picture: made by the browser itself, of what is on the screen."""

import re
from typing import Any

_SHARP = 3
"""Pixels of the picture for each on the screen: sharp in print and on a projector."""


def config(name: str) -> dict[str, Any]:
    """Return Plotly's settings for a chart that can be taken along; `name` is the file's."""
    plain = re.sub(r"[^\w-]+", "-", name.casefold()).strip("-_")[:80] or "chart"
    return {
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": plain, "scale": _SHARP},
    }
