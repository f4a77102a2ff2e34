"""The page that shows an artist how it goes: one self-contained HTML file for every use.

The link serves it, the report is it, and the desk's own screen holds what stands in it: one
template for all three. It loads nothing, has no script, and prints. Every text in it is escaped
by the template, but for the style: this module's own, with a colour that the settings have checked.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from lib.domain.presentation import Period, Presentation
from lib.settings import LOGO_TYPES, Settings
from lib.ui.present import friendly
from lib.ui.present.chart import HIGHEST, chart

LINKS = "/shared"
"""The path below which the desk answers a link to it."""
_TEMPLATES = Path(__file__).parent / "templates"
_LIGHT_GROUND, _DARK_GROUND = "#f4f5f8", "#1f2430"
_LEAST_CONTRAST = 3.0
"""What WCAG asks of a graphic; the label's colour carries no text."""
_DARK = """color-scheme: dark;
    --ground: #14171f; --card: #1f2430; --text: #e8eaf0; --soft: #a9b0bf; --line: #3a4152;
    --accent: ACCENT_DARK; --good: #4fd1a5; --mind: #ffb27a; --even: #c3c9d6; --wait: #7cc4ef;"""


@dataclass(frozen=True)
class Look:
    """How the label looks: its name, the style of its page, its logo as a data address.

    The report on paper takes the colour and the logo's file themselves.
    """

    label: str
    style: str
    logo: str
    accent: str
    logo_file: Path | None


def look(settings: Settings, *, organization: str) -> Look:
    """Return the label's look by the settings; its name is else the organization's."""
    return Look(
        settings.label_name or organization,
        style(settings.label_colour),
        _logo(settings.label_logo) if settings.label_logo else "",
        seen_on(settings.label_colour, _LIGHT_GROUND),
        settings.label_logo,
    )


def page(
    shown: Presentation, look: Look, *, periods: Sequence[Period] = (), until: str = ""
) -> str:
    """Return the page; `periods` are offered as links, `until` says how long it can be seen."""
    return _rendered("presentation.html", shown, look, periods=periods, until=until)


def framed(shown: Presentation, look: Look, *, theme: str) -> str:
    """Return what stands in the page, for a screen of the desk; `theme` is "light" or "dark"."""
    return _rendered("framed.html", shown, look, theme=theme)


def _rendered(
    template: str,
    shown: Presentation,
    look: Look,
    *,
    periods: Sequence[Period] = (),
    until: str = "",
    theme: str = "",
) -> str:
    return _template(template).render(
        shown=shown,
        label=look.label,
        logo=look.logo,
        style=look.style,
        theme=theme,
        periods=periods,
        lead=friendly.lead(shown),
        cards=[(card, chart(card.told)) for card in friendly.cards(shown)],
        no_figures=friendly.NO_FIGURES,
        sections=friendly.sections(shown),
        learned=friendly.LEARNED,
        lessons=friendly.lessons(shown),
        foot=friendly.foot(shown, label=look.label, until=until),
    )


def refusal(title: str, words: str, *, style: str) -> str:
    """Return the page that says that there is nothing to see; it names nobody."""
    return _template("refusal.html").render(
        title=title,
        words=words,
        style=style,
    )


def content_security_policy(style: str) -> str:
    """Return the policy under which the page shows itself and does nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; sandbox"
    )


@cache
def style(colour: str) -> str:
    """Return the style of the page with the label's colour, made strong enough to be seen."""
    css = (_TEMPLATES / "presentation.css").read_text(encoding="utf-8")
    css += "".join(f".pr .h{at} {{ height: {at}%; }}\n" for at in range(HIGHEST + 1))
    return (
        css.replace("DARK }", f"{_DARK} }}")
        .replace("ACCENT_LIGHT", seen_on(colour, _LIGHT_GROUND))
        .replace("ACCENT_DARK", seen_on(colour, _DARK_GROUND))
    )


def seen_on(colour: str, ground: str) -> str:
    """Return the colour, moved towards black or white until it stands out from `ground`."""
    towards = 0 if _luminance(ground) > 0.5 else 255
    channels = _channels(colour)
    for step in range(21):
        mixed = [round(one + (towards - one) * step / 20) for one in channels]
        found = "#" + "".join(f"{one:02x}" for one in mixed)
        light, dark = sorted((_luminance(found), _luminance(ground)), reverse=True)
        if (light + 0.05) / (dark + 0.05) >= _LEAST_CONTRAST:
            return found
    raise AssertionError("Black or white stands out from any ground.")


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Return the relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (one / 255 for one in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@cache
def _logo(file: Path) -> str:
    kind = LOGO_TYPES[file.suffix.lower()]
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)
