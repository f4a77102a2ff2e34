"""The rules written down a second time, by hand: what the product's own tables must agree with."""

from lib.domain.records import Origin
from lib.domain.status import Status

S = Status

# Effective status: where a person's action leads; "-" is refused, "back" is told apart below.
ACTIONS = """
status               pause   resume  archive   unarchive
issue                -       -       archived  -
subscription_paused  -       -       archived  -
active               paused  -       -         -
serving              paused  -       -         -
deploying            -       -       -         -
under_review         -       -       archived  -
content_validation   -       -       archived  -
awaiting_smartlink   -       -       archived  -
paused               -       active  archived  -
ended                -       -       archived  -
archived             -       -       -         back
"""


def actions_table() -> dict[tuple[str, str], str]:
    """Return the 44 cells: (effective status, action) to where it leads."""
    head, *lines = [line.split() for line in ACTIONS.strip().splitlines()]
    return {
        (status, action): cell
        for status, *cells in lines
        for action, cell in zip(head[1:], cells, strict=True)
    }


# Movements that are nobody's verb.
MOVEMENTS: set[tuple[Origin, Status, Status]] = {
    (Origin.PLATFORM, S.DEPLOYING, S.UNDER_REVIEW),
    (Origin.PLATFORM, S.DEPLOYING, S.ACTIVE),
    (Origin.PLATFORM, S.DEPLOYING, S.ISSUE),
    (Origin.PLATFORM, S.UNDER_REVIEW, S.ACTIVE),
    (Origin.PLATFORM, S.UNDER_REVIEW, S.ISSUE),
    (Origin.PLATFORM, S.ACTIVE, S.SERVING),
    (Origin.PLATFORM, S.SERVING, S.ACTIVE),
    (Origin.PLATFORM, S.ACTIVE, S.ENDED),
    (Origin.PLATFORM, S.SERVING, S.ENDED),
    (Origin.PLATFORM, S.ACTIVE, S.ISSUE),
    (Origin.PLATFORM, S.SERVING, S.ISSUE),
    (Origin.PLATFORM, S.ISSUE, S.ACTIVE),
    (Origin.SYSTEM, S.AWAITING_SMARTLINK, S.CONTENT_VALIDATION),
    (Origin.SYSTEM, S.CONTENT_VALIDATION, S.DEPLOYING),
    (Origin.BILLING, S.ACTIVE, S.SUBSCRIPTION_PAUSED),
    (Origin.BILLING, S.SERVING, S.SUBSCRIPTION_PAUSED),
    (Origin.BILLING, S.SUBSCRIPTION_PAUSED, S.ACTIVE),
    (Origin.BILLING, S.SUBSCRIPTION_PAUSED, S.ENDED),
}

SPENDS = {S.ACTIVE, S.SERVING}
ENDS_BY_DATE = {S.ACTIVE, S.SERVING, S.UNDER_REVIEW, S.PAUSED}


def where_unarchived(before: Status | None, *, is_billing_failing: bool) -> Status:
    """Return where an archived campaign comes back: never in a status that spends."""
    if before in (None, S.ARCHIVED, S.ACTIVE, S.SERVING):
        return S.PAUSED
    if before is S.SUBSCRIPTION_PAUSED and not is_billing_failing:
        return S.PAUSED
    assert before is not None
    return before


def can_stand_in_history(origin: Origin, source: Status, target: Status) -> bool:
    """Return whether an entry may say this: an import reports what it finds, others follow."""
    if origin is Origin.IMPORT:
        return True
    if origin is not Origin.PERSON:
        return (origin, source, target) in MOVEMENTS
    pairs = {(S.ACTIVE, S.PAUSED), (S.SERVING, S.PAUSED), (S.PAUSED, S.ACTIVE)}
    if source is S.ARCHIVED:
        return target not in SPENDS | {S.ARCHIVED, S.DEPLOYING}
    # Active and Serving may be archived once their run is over, which the entry does not tell.
    return (source, target) in pairs or (target is S.ARCHIVED and source is not S.DEPLOYING)
