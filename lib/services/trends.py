"""The trend of each campaign, kept up to date by whatever changes its days."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection


def refresh(db: Connection, campaign_ids: Collection[int], *, now: datetime) -> None:
    """Bring the trends of these campaigns up to date, within the caller's transaction.

    It is called while the artist is locked and the days of an import have just become
    current; `lib.services.current_days` reads them.
    """
    del db, campaign_ids, now
