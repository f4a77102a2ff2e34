"""What a campaign promotes, in the words of people: what its artist reads in place of its name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, update

from lib.db.tables import campaign
from lib.domain.records import Actor, Origin, Source
from lib.domain.rights import Deed
from lib.domain.text import is_name
from lib.events import told
from lib.services.campaigns import StaleCampaign, lock_for
from lib.services.recording import DESCRIBED, Occasion, bump_data_version, record_event
from lib.services.transactions import ChangeRefused, answered, in_transaction

MOST_SIGNS = 120


class UnfitWords(ChangeRefused):
    """What was typed cannot stand where a campaign's name would."""


@dataclass(frozen=True)
class Description:
    """What a campaign promotes as recorded: the answer to a request, and to the same one again."""

    campaign_id: int
    promotes: str | None
    at: datetime
    is_changed: bool = True
    """False where that stood there already, and nothing had to be done."""

    @property
    def is_repeat(self) -> bool:
        return not self.is_changed


@told(DESCRIBED)
def describe_campaign(
    engine: Engine,
    campaign_id: int,
    promotes: str,
    *,
    seen: str | None,
    actor: Actor,
    request_id: str,
    now: datetime,
    source: Source = Source.DESK,
) -> Description:
    """Say what a campaign promotes, from what the person saw, and record it; empty says nothing.

    Raises `NotAllowed`, `UnfitWords`, `StaleCampaign`, `RequestReused`, `CampaignNotFound`; then
    nothing was changed.
    """
    occasion = Occasion(actor, now, Origin.PERSON, source, request_id)
    words = " ".join(promotes.split()) or None

    def work(db: Connection) -> Description:
        subject = lock_for(db, campaign_id, Deed.CHANGE, occasion)
        entry = answered(db, occasion, campaign_id=campaign_id, event=DESCRIBED, after=words)
        if entry is not None:
            return Description(campaign_id, words, entry["at"])
        _check(words, subject.name)
        if subject.promotes == words:
            return Description(campaign_id, words, now, is_changed=False)
        if subject.promotes != seen:
            raise StaleCampaign(
                f"Somebody has changed meanwhile what “{subject.name}” promotes. "
                f"{_now_it_says(subject.promotes)} Yours was not saved; look at it again."
            )
        db.execute(update(campaign).where(campaign.c.id == campaign_id).values(promotes=words))
        record_event(
            db,
            occasion,
            DESCRIBED,
            artist_id=subject.artist_id,
            campaign_id=campaign_id,
            details={"before": subject.promotes, "after": words},
        )
        bump_data_version(db, is_told=True)
        return Description(campaign_id, words, now)

    return in_transaction(engine, work)


def _now_it_says(promotes: str | None) -> str:
    return f"It is “{promotes}” now." if promotes else "It says nothing now."


def _check(words: str | None, name: str) -> None:
    if words is None:
        return
    if len(words) > MOST_SIGNS:
        raise UnfitWords(
            f"What “{name}” promotes can have {MOST_SIGNS} signs; this has {len(words)}. It "
            "was not saved; shorten it."
        )
    if not is_name(words):
        raise UnfitWords(
            f"What “{name}” promotes holds a sign that is no text. It was not saved; type it again."
        )
