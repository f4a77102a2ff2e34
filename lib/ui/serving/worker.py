"""The worker inside the app, where the database is the embedded one: nothing else to start.

A team on PostgreSQL starts its own: `make worker`.
"""

import logging
from datetime import UTC, datetime
from threading import Event, Thread

from lib.db.engine import make_engine
from lib.domain.schedule import ScheduledChange
from lib.services.scheduling.worker import own_name, work
from lib.settings import Settings

logger = logging.getLogger(__name__)


def start(settings: Settings) -> Event | None:
    """Start the worker's thread on SQLite and return what stops it; on PostgreSQL do nothing.

    The thread ends with the process: what it was doing then is rolled back and done next time.
    """
    if not settings.database_url.startswith("sqlite"):
        return None
    stop = Event()
    Thread(
        target=work,
        args=(make_engine(settings.database_url),),
        kwargs={
            "name": own_name(),
            "clock": lambda: datetime.now(UTC),
            "stop": stop,
            "tell": _tell,
        },
        name="worker",
        daemon=True,
    ).start()
    return stop


def _tell(one: ScheduledChange) -> None:
    logger.info(
        "Scheduled %s of campaign %s: %s", one.action.value, one.campaign_id, one.state.value
    )
