"""Spotify: its CSV is read through a mapping of columns, since its captions are not published.

Spotify writes −5 for one to four conversions: that is no number, and stays unknown.
"""

from lib.domain.records import Platform
from lib.platforms.captions import Aliases
from lib.platforms.layout import Head, Layout, statuses

SUPPRESSED = frozenset({"-5", "-5.0"})
"""What Spotify writes instead of a count that is too small to be told."""

ALIASES: Aliases = {
    "campaign": ("campaign name", "campaign", "entity name"),
    "campaign_id": ("campaign id", "campaign uuid"),
    "day": ("day", "date", "start time", "start date"),
    "spend": ("spend", "amount spent", "cost", "total spend", "delivered budget"),
    "impressions": ("impressions", "impressions on spotify", "ads served"),
    "clicks": ("clicks", "link clicks"),
    "currency": ("account currency", "currency", "currency code"),
    "status": ("campaign status", "status"),
    "type": ("campaign objective", "objective", "ad format"),
}
"""What a caption may well be called, offered to the person who maps the columns."""

STATUSES = statuses(
    active="active,agent controlled",
    paused="paused,stopped",
    archived="archived",
    ended="completed",
    under_review="pending approval,pending advertiser review,pending,in review",
    deploying="ready,draft,unset",
    issue="rejected,failed,active restricted",
)
"""Spotify's statuses, direct and derived → status, after platforms.md section 5."""


class Spotify:
    """Spotify's reports."""

    platform = Platform.SPOTIFY

    def recognise(self, head: Head) -> Layout | None:  # noqa: ARG002 - the same for all platforms
        """Return None: no header is known to be Spotify's, so that a person maps it."""
        return None
