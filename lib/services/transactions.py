"""One change in one transaction, and once for one request however often it is sent."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, RowMapping, bindparam, select
from sqlalchemy.exc import IntegrityError

from lib.db.engine import WRITE_PATIENCE, retrying, writing
from lib.db.tables import history
from lib.services.recording import Occasion

Answer = TypeVar("Answer")

# Made once, not for each change.
_ANSWERED = select(history).where(history.c.request_id == bindparam("request_id"))


class ChangeRefused(RuntimeError):
    """A change that was not made; the message says why and what to do instead."""


class RequestReused(ChangeRefused):
    """A request id came again with another request."""


def in_transaction(engine: Engine, work: Callable[[Connection], Answer]) -> Answer:
    """Return `work(connection)`, all of it in one transaction, tried again on passing faults.

    `work` must look for its request id first, so that a second attempt changes nothing twice.
    """

    def attempt() -> Answer:
        with writing(engine) as db:
            return work(db)

    def once_more_if_doubled() -> Answer:
        try:
            return attempt()
        except IntegrityError:
            # The same request came twice at once and the other one was first: its entry
            # now stands in the history, and the second attempt returns it.
            return attempt()

    return retrying(once_more_if_doubled, patience=WRITE_PATIENCE)


def answered(db: Connection, occasion: Occasion, **asked: object) -> RowMapping | None:
    """Return the entry that the same request wrote before, None for one that is new.

    `asked` names columns of the entry, and besides them what stands in its details. Raises
    `RequestReused` where the entry says otherwise, or somebody else asked.
    """
    if occasion.request_id is None:
        return None
    row = db.execute(_ANSWERED, {"request_id": occasion.request_id}).mappings().first()
    if row is None:
        return None
    told = {**(row["details"] or {}), **row}
    if any(
        told.get(name) != value for name, value in (asked | {"actor": occasion.actor.name}).items()
    ):
        # Not for what, nor by whom: it may be of a campaign that this person may not see.
        raise RequestReused(
            f"The request {occasion.request_id} was used before for another change, by another "
            "person, or with another reason or note. Nothing was changed; send a new request."
        )
    return row
