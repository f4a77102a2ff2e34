"""Which campaign of the desk a campaign of the file is: by id, by name, by a rename."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum

from lib.domain.names import name_key
from lib.domain.records import Campaign
from lib.platforms import ExportCampaign, ExportDay
from lib.services.importing.known import KnownDay
from lib.services.importing.shapes import AmbiguousCampaign

# Platforms restate the newest days, so they prove nothing about who a campaign is.
_UNSETTLED_DAYS = 2
_SAME_SHARE = 0.8
_NEARLY = 0.05


def match(
    exports: Sequence[ExportCampaign],
    known: Mapping[int, Campaign],
    by_name: Mapping[str, Sequence[int]],
) -> dict[str, Campaign]:
    """Return the known campaign of each campaign of the file, by the file's key.

    An id decides first, then a name that a campaign has now, then one that it had. Raises
    `AmbiguousCampaign` where two of the file may be the same one.
    """
    by_id = {one.external_id: one for one in known.values() if one.external_id}
    found = {one.key: by_id[one.external_id] for one in exports if one.external_id in by_id}
    for is_current in (True, False):
        taken = {one.id for one in found.values()}
        wanted: dict[int, ExportCampaign] = {}
        for one in exports:
            if one.key in found:
                continue
            candidate = _called(one, known, by_name, taken, is_current=is_current)
            if candidate is None:
                continue
            if candidate.id in wanted:
                raise AmbiguousCampaign(_both_want(one, wanted[candidate.id], candidate))
            wanted[candidate.id] = one
        found |= {one.key: known[number] for number, one in wanted.items()}
    return found


def _called(
    one: ExportCampaign,
    known: Mapping[int, Campaign],
    by_name: Mapping[str, Sequence[int]],
    taken: set[int],
    *,
    is_current: bool,
) -> Campaign | None:
    key = name_key(one.name)
    called = [
        known[number]
        for number in by_name.get(key, [])
        if number not in taken and (name_key(known[number].name) == key) == is_current
    ]
    if one.external_id:  # A campaign known only by name may now learn its id.
        called = [candidate for candidate in called if candidate.external_id is None]
    if len(called) > 1:
        raise AmbiguousCampaign(
            f"Line {one.first_line}: several campaigns are called “{one.name}”, and the file "
            "has no campaign id to tell them apart. Export it with the column Campaign ID."
        )
    return called[0] if called else None


def _both_want(one: ExportCampaign, other: ExportCampaign, candidate: Campaign) -> str:
    return (
        f"Lines {other.first_line} and {one.first_line}: both may be “{candidate.name}”, which is "
        "known here by its name only. Import one of them alone first, so that it learns its id."
    )


def renames(
    unknown: Iterable[ExportCampaign],
    days: Mapping[str, Sequence[ExportDay]],
    vanished: Iterable[Campaign],
    current: Mapping[int, Mapping[date, KnownDay]],
) -> dict[str, Campaign]:
    """Return the vanished campaigns whose figures a new name brings, by the file's key.

    Raises `AmbiguousCampaign` where the figures fit more than one of them.
    """
    candidates = list(vanished)
    if not candidates:
        return {}
    fits: dict[str, list[tuple[Campaign, _Likeness]]] = {}
    claims: Counter[int] = Counter()
    lines = {one.key: one for one in unknown}
    for one in lines.values():
        brought = {day.day: day for day in days.get(one.key, ())}
        likely = [
            (candidate, _likeness(brought, current.get(candidate.id, {})))
            for candidate in candidates
            if not (one.external_id and candidate.external_id)
        ]
        fits[one.key] = [pair for pair in likely if pair[1] is not _Likeness.NONE]
        claims.update(candidate.id for candidate, _ in fits[one.key])
    found: dict[str, Campaign] = {}
    for key, pairs in fits.items():
        if len(pairs) == 1 and claims[pairs[0][0].id] == 1:
            found[key] = pairs[0][0]
        elif any(likeness is _Likeness.SURE for _, likeness in pairs):
            raise AmbiguousCampaign(_may_be(lines[key], [candidate for candidate, _ in pairs]))
    return found


class _Likeness(Enum):
    NONE = 0
    WEAK = 1
    SURE = 2


def _likeness(brought: Mapping[date, ExportDay], had: Mapping[date, KnownDay]) -> _Likeness:
    both = sorted(day for day in had if day in brought)
    if len(both) < len(had) / 2:
        return _Likeness.NONE
    spent = [day for day in both if brought[day].spend_micros or had[day].spend_micros]
    settled = spent[:-_UNSETTLED_DAYS]
    equal = [day for day in spent if brought[day].spend_micros == had[day].spend_micros]
    if settled:
        is_same = len(set(settled) & set(equal)) >= _SAME_SHARE * len(settled)
        return _Likeness.SURE if is_same else _Likeness.NONE
    # Two campaigns may spend the same on a day; hardly with nearly the same impressions.
    near = any(_is_near(brought[day].impressions, had[day].impressions) for day in equal)
    return _Likeness.WEAK if near else _Likeness.NONE


def _may_be(one: ExportCampaign, candidates: Sequence[Campaign]) -> str:
    return (
        f"Line {one.first_line}: “{one.name}” may be the new name of "
        f"{' or '.join(f'“{candidate.name}”' for candidate in candidates)}, and the figures fit "
        "more than one. Export with the column Campaign ID, or import without renames."
    )


def _is_near(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one == other
    return abs(one - other) <= _NEARLY * max(one, other)
