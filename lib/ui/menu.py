"""The menu: every page of the desk, in its section."""

from pathlib import Path

import streamlit as st

from lib.domain.records import Actor
from lib.ui import signin

ICON = str(Path(__file__).parent / "static" / "icon.png")

HELP = {
    "marketing/campaign_management.py": "The current artist's campaigns, grouped by status.",
    "marketing/roster.py": "All artists: what needs attention, what moved, every campaign.",
    "marketing/campaign.py": "One campaign: its status, figures, actions and history.",
    "operations/import_export.py": "Bring in an export of an ad platform, with a preview.",
    "operations/scheduled.py": "Pauses and resumes at a given time: to come, run, missed.",
    "operations/activity.py": "Every change: who, what, when and why.",
    "operations/trend_check.py": "How verdicts are found, and how often they are right.",
    "operations/people.py": "Who may see and do what.",
    "operations/status_guide.py": "What each status, badge, action and figure means.",
}


def pages(who: Actor | None) -> dict[str, list[st.Page]]:
    """Return the pages by section; the first one is where the desk opens.

    None is somebody signed out. The page of people is for admins; their service asks again.
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
    return st.Page(f"pages/{script}", title=title, icon=icon, help=HELP[script], **options)  # type: ignore[arg-type]
