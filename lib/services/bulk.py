"""One action on many campaigns: a preview of what will become of each, then one change each.

Each campaign is changed in a transaction of its own, against the version that the preview saw,
and under a request id of its own: what fails leaves the others done, and the same request sent
again changes nothing twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from lib.db.engine import DatabaseUnreachable, reading, retrying
from lib.db.rows import named
from lib.db.tables import history
from lib.domain.actions import Action, PauseReason, is_so_already
from lib.domain.guardrails import ONE_CHANGE_WITHIN, Cautions, cautions, recent_change
from lib.domain.records import Actor, HistoryEntry, Origin, Source
from lib.domain.rights import Rights
from lib.domain.status import Status
from lib.events import Outcome, tell, told
from lib.platforms.gateways import gateway
from lib.services.access import AccessEnded, NotAllowed
from lib.services.campaign_rows import PlacedCampaign, campaigns_by_id
from lib.services.campaigns import Change, ReasonMissing, act_within
from lib.services.recording import CampaignNotFound, Occasion, event_of
from lib.services.transactions import ChangeRefused, in_transaction
from lib.services.trend.moves import Foreseen as Trends
from lib.services.trend.moves import foresee_moves

PORTION = 100
LONGEST_REQUEST = 64

Selected = tuple[int, int]
"""A campaign's id, and the version that the person was looking at."""
Item = TypeVar("Item")


class Fate(StrEnum):
    """What becomes of a campaign in a bulk."""

    CHANGES = "changes"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outlook:
    """One campaign in the preview: what will become of it, and what speaks for waiting."""

    campaign_id: int
    version: int
    """As the preview saw it; the change is made against this one."""
    one: PlacedCampaign
    fate: Fate
    to: Status | None
    why_not: str
    cautions: Cautions
    has_changed: bool
    """Since the person selected it: somebody else was there."""
    is_carried_out: bool
    """The platform follows by itself; else a person has to switch it there too."""


@dataclass(frozen=True)
class Preview:
    """What an action would do to the selected campaigns, in their order; nothing was changed."""

    action: Action
    outlooks: tuple[Outlook, ...]
    gone: tuple[int, ...]
    """Ids that no campaign has any more."""

    def of(self, fate: Fate) -> tuple[Outlook, ...]:
        return tuple(one for one in self.outlooks if one.fate is fate)

    @property
    def changing(self) -> tuple[Outlook, ...]:
        return self.of(Fate.CHANGES)


@dataclass(frozen=True)
class Result:
    """What became of one campaign: its change, or the reason why there is none."""

    campaign_id: int
    name: str
    change: Change | None
    why_not: str = ""


def preview(
    engine: Engine,
    selected: Sequence[Selected],
    action: Action,
    *,
    rights: Rights,
    now: datetime,
) -> Preview:
    """Return what `action` would do to each of the selected campaigns as of `now`.

    One that may not be seen is gone, like one that does not exist.
    """
    seen = dict(reversed(selected))  # Of one that was selected twice the first counts.
    ids = list(dict.fromkeys(campaign_id for campaign_id, _ in selected))

    def work() -> Preview:
        found: list[Outlook] = []
        with reading(engine) as db:
            for some in _portions(ids, PORTION):
                found += _outlooks(db, some, seen, action, rights=rights, now=now)
        known = {one.campaign_id for one in found}
        return Preview(action, tuple(found), tuple(one for one in ids if one not in known))

    return retrying(work)


@told("campaign:bulk")
def apply(
    engine: Engine,
    chosen: Sequence[Outlook],
    action: Action,
    *,
    actor: Actor,
    request_id: str,
    now: datetime,
    reason: PauseReason | None = None,
    note: str = "",
    source: Source = Source.DESK,
) -> list[Result]:
    """Do `action` to every chosen campaign of a preview, and return what became of each.

    What is refused, not allowed or fails leaves the others done. The same request again returns
    the same results. Raises `ReasonMissing` for a pause without one; then nothing was changed.
    """
    if action is Action.PAUSE and reason is None:
        raise ReasonMissing(f"Say why they are paused: one of {', '.join(PauseReason)}.")
    if not 0 < len(request_id) <= LONGEST_REQUEST:
        raise ValueError(f"The request id of a bulk has 1 to {LONGEST_REQUEST} characters.")
    results: list[Result] = []
    for some in _portions(chosen, PORTION):
        occasion = Occasion(actor, now, Origin.PERSON, source, request_id)
        results += _apply_portion(engine, some, action, occasion, reason=reason, note=note)
    return results


def _apply_portion(
    engine: Engine,
    chosen: Sequence[Outlook],
    action: Action,
    occasion: Occasion,
    *,
    reason: PauseReason | None,
    note: str,
) -> list[Result]:
    moves = {one.campaign_id: one.to for one in chosen if one.to is not None}
    try:
        trends = foresee_moves(engine, moves, event=event_of(action), occasion=occasion)
    except DatabaseUnreachable as error:
        return [_failed(one, str(error)) for one in chosen]
    results: list[Result] = []
    for one in chosen:
        try:
            change = in_transaction(
                engine, _work(one, action, occasion, trends, reason=reason, note=note)
            )
        except CampaignNotFound as refusal:
            # Gone, or out of this person's sight by now: then its name is too.
            name = f"Campaign {one.campaign_id}"
            results.append(Result(one.campaign_id, name, None, str(refusal)))
        except (AccessEnded, DatabaseUnreachable) as error:
            # Nobody is let in again meanwhile, and the database has been waited for; the
            # others would fare the same, one after the other.
            rest = chosen[len(results) :]
            return results + [_failed(other, str(error)) for other in rest]
        except (ChangeRefused, NotAllowed) as refusal:
            results.append(_failed(one, str(refusal)))
        except DBAPIError as error:
            kind = type(error.orig).__name__
            results.append(_failed(one, f"The database refused it ({kind}); it is as it was."))
        else:
            trends.went_through()
            _tell(one, action, occasion)
            results.append(Result(one.campaign_id, one.one.row.campaign.name, change))
    return results


def _work(
    one: Outlook,
    action: Action,
    occasion: Occasion,
    trends: Trends,
    *,
    reason: PauseReason | None,
    note: str,
) -> Callable[[Connection], Change]:
    own = Occasion(
        occasion.actor,
        occasion.now,
        occasion.origin,
        occasion.source,
        f"{occasion.request_id}-{one.campaign_id}",
    )

    def work(db: Connection) -> Change:
        trends.begin()
        return act_within(
            db,
            one.campaign_id,
            action,
            seen_version=one.version,
            occasion=own,
            reason=reason,
            note=note,
            details={"bulk": occasion.request_id},
            renewed_by=trends.renew,
        )

    return work


def _tell(one: Outlook, action: Action, occasion: Occasion) -> None:
    tell(
        event_of(action),
        Outcome.DONE,
        actor=occasion.actor.name,
        source=occasion.source.value,
        campaign_id=one.campaign_id,
        request_id=occasion.request_id,
    )


def _failed(one: Outlook, why_not: str) -> Result:
    return Result(one.campaign_id, one.one.row.campaign.name, None, why_not)


def _outlooks(
    db: Connection,
    ids: Sequence[int],
    seen: dict[int, int],
    action: Action,
    *,
    rights: Rights,
    now: datetime,
) -> Iterator[Outlook]:
    recent = _recent_changes(db, ids, now=now)
    for one in campaigns_by_id(db, ids, rights=rights, now=now):
        subject = one.row.campaign
        decision = one.row.decisions[action]
        fate = Fate.CHANGES if decision.is_allowed else Fate.REFUSED
        if is_so_already(subject, action, now=now):
            fate = Fate.ALREADY
        carrier = gateway(one.connection.gateway)
        yield Outlook(
            campaign_id=subject.id,
            version=subject.version,
            one=one,
            fate=fate,
            to=decision.to,
            why_not=decision.why_not,
            cautions=cautions(one.row, recent=recent.get(subject.id)),
            has_changed=subject.version != seen[subject.id],
            is_carried_out=carrier.capability(action, subject.platform).is_carried_out,
        )


def _recent_changes(
    db: Connection, ids: Sequence[int], *, now: datetime
) -> dict[int, HistoryEntry]:
    query = select(history).where(
        history.c.campaign_id.in_(ids), history.c.at > now - ONE_CHANGE_WITHIN
    )
    entries: dict[int, list[HistoryEntry]] = {}
    for row in named(db.execute(query)):
        entries.setdefault(row["campaign_id"], []).append(HistoryEntry.of_row(row))
    found = {number: recent_change(some, now=now) for number, some in entries.items()}
    return {number: entry for number, entry in found.items() if entry is not None}


def _portions(of: Sequence[Item], size: int) -> Iterator[list[Item]]:
    remaining = iter(of)
    while portion := list(islice(remaining, size)):
        yield portion
