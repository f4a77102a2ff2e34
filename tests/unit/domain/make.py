"""Campaigns for the tests of the pure rules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from lib.domain.metrics import usual_kind, usual_type
from lib.domain.records import Campaign, Origin, Platform
from lib.domain.status import Status

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def a_campaign(
    status: Status = Status.ACTIVE, platform: Platform = Platform.META, **fields: Any
) -> Campaign:
    """Return a campaign that has stood in `status` for thirty days."""
    kind = usual_type(platform)
    return Campaign.model_validate(
        {
            "id": 7,
            "artist_id": 1,
            "platform": platform,
            "external_id": None,
            "name": "Low Tide",
            "campaign_type": kind,
            "status": status,
            "version": 1,
            "status_since": NOW - timedelta(days=30),
            "status_origin": Origin.PERSON,
            "created_at": NOW - timedelta(days=40),
            "currency": "EUR",
            "headline_kind": usual_kind(kind, platform),
            "zone": "Europe/Berlin",
        }
        | fields
    )
