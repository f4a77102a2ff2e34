"""The menu: every page of the desk, in its section."""

import base64
from pathlib import Path

import streamlit as st

from lib.domain.records import Actor
from lib.ui import second_go, signin

_ICON = Path(__file__).parents[1] / "static" / "icon.png"
# In the page itself: as a file it would be read in every run and fetched by every tab.
ICON = f"data:image/png;base64,{base64.b64encode(_ICON.read_bytes()).decode()}"


def declare(who: Actor | None) -> st.Page:
    """Say which pages there are and draw the menu, as soon as it may; return the one to be run.

    None is somebody signed out, who sees no menu.
    """
    is_drawn = who is not None and second_go.has_come("menu")
    return st.navigation(pages(who), position="sidebar" if is_drawn else "hidden")


def pages(who: Actor | None) -> dict[str, list[st.Page]]:
    """Return the pages by section; the first one is where the desk opens.

    The page of people is for admins; their service asks again.
    """
    people = _page("operations/people.py", "People", ":material/group:")
    is_shown = who is not None and signin.manages_people(who)
    return {
        "Marketing": [
            _page(
                "marketing/campaign_management.py",
                "Campaign Management",
                ":material/campaign:",
                url_path="campaigns",
                default=True,
            ),
            _page("marketing/roster.py", "Roster", ":material/table_view:", url_path="roster"),
            _page("marketing/notebook.py", "Explore", ":material/query_stats:", url_path="explore"),
            _page("marketing/present.py", "Present", ":material/co_present:", url_path="present"),
            _page(
                "marketing/campaign.py",
                "Campaign",
                ":material/ads_click:",
                visibility="hidden",
            ),
        ],
        "Operations": [
            _page(
                "operations/import_export.py", "Import", ":material/upload_file:", url_path="import"
            ),
            _page("operations/scheduled.py", "Scheduled", ":material/schedule:"),
            _page("operations/activity.py", "Activity", ":material/history:"),
            _page(
                "operations/trend_check.py",
                "Trend check",
                ":material/fact_check:",
                url_path="trend-check",
            ),
            _page(
                "operations/status_guide.py",
                "Status guide",
                ":material/help:",
                url_path="status-guide",
            ),
            *([people] if is_shown else []),
        ],
    }


def _page(script: str, title: str, icon: str, **options: object) -> st.Page:
    return st.Page(f"pages/{script}", title=title, icon=icon, **options)  # type: ignore[arg-type]
