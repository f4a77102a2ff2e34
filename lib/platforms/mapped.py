"""Tables whose columns a person has named: read like any other export from then on."""

from collections.abc import Callable, Mapping

from lib.domain.metrics import CLICKS
from lib.domain.records import Platform
from lib.domain.status import Status
from lib.platforms import google_status, meta, spotify
from lib.platforms.captions import normalised, split_currency
from lib.platforms.kinds import unified
from lib.platforms.layout import (
    LONGEST_WORD,
    Aside,
    Head,
    Layout,
    Standing,
    UnknownWord,
    is_said,
    status_word,
)
from lib.platforms.shapes import ColumnMapping, ExportRefused, listed, shortened
from lib.platforms.text import Row

_WORDS: Mapping[Platform, Mapping[str, Status]] = {
    Platform.META: meta.STATUSES,
    Platform.GOOGLE: google_status.STATES | google_status.SERVING,
    Platform.SPOTIFY: spotify.STATUSES,
}
_TOTALS = ("total", "grand total", "gesamt", "summe")


def find_head(heads: list[Head], mapping: ColumnMapping) -> Head:
    """Return the row that has all mapped captions. Raises `ExportRefused` where none has."""
    wanted = [*mapping.columns.values(), *mapping.result_kinds.values()]
    best: list[str] = wanted
    for head in heads:
        there = set(map(normalised, head.header))
        missing = [caption for caption in wanted if normalised(caption) not in there]
        if not missing:
            return head
        best = min(best, missing, key=len)
    raise ExportRefused(
        f"The mapping names columns that this file does not have: {listed(best)}.",
        expected="the columns " + listed(wanted),
        found="the columns " + listed(heads[0].header if heads else ()),
    )


def layout(head: Head, mapping: ColumnMapping) -> Layout:
    """Return the layout that a mapping gives to a header."""
    where = [normalised(caption) for caption in head.header]
    columns: dict[str, int] = {}
    repeated: dict[str, tuple[int, ...]] = {}
    for name, caption in mapping.columns.items():
        found = tuple(i for i, there in enumerate(where) if there == normalised(caption))
        columns[name] = found[0]
        if len(found) > 1:
            repeated[name] = found
    in_caption = split_currency(head.header[columns["spend"]])[1]
    if mapping.currency and in_caption and in_caption != mapping.currency:
        raise ExportRefused(
            "The mapping and the file's caption name different currencies.",
            expected=mapping.currency,
            found=in_caption,
        )
    return Layout(
        platform=mapping.platform,
        form=f"{mapping.platform.value.capitalize()} via mapped columns",
        head=head,
        columns=columns,
        repeated=repeated,
        kinds=_kinds(mapping, columns, where),
        currency=mapping.currency or in_caption,
        mark=mapping.decimal_mark,
        order=mapping.date_order,
        standing_columns=(columns["status"],) if "status" in columns else (),
        suppressed=spotify.SUPPRESSED if mapping.platform is Platform.SPOTIFY else frozenset(),
        aside=_aside(columns),
        standing=_standing(_WORDS[mapping.platform]),
    )


def _kinds(mapping: ColumnMapping, columns: Mapping[str, int], where: list[str]) -> dict[str, int]:
    """Return the column of each result kind; what Spotify is bought for is its clicks."""
    kinds = {
        unified(kind): where.index(normalised(caption))
        for kind, caption in mapping.result_kinds.items()
    }
    if mapping.platform is Platform.SPOTIFY and "clicks" in columns:
        kinds.setdefault(CLICKS, columns["clicks"])
    return kinds


def _aside(columns: Mapping[str, int]) -> Callable[[Row], Aside | None]:
    """Return what tells a total: its dimensions blank, or a word for it and no day."""
    campaign, day = columns["campaign"], columns.get("day")

    def aside(row: Row) -> Aside | None:
        if day is None or is_said(row[day]):
            return None
        word = normalised(row[campaign]) or normalised(row[0])
        if word in _TOTALS or not is_said(row[campaign]):
            return Aside("a total, which is never counted", "Total", is_of_listed_rows=True)
        return None

    return aside


def _standing(words: Mapping[str, Status]) -> Callable[[tuple[str, ...]], Standing]:
    def read(said: tuple[str, ...]) -> Standing:
        if not said or not is_said(said[0]):
            return Standing()
        status = words.get(status_word(said[0])) if len(said[0]) <= LONGEST_WORD else None
        if status is None:
            raise UnknownWord(f"“{shortened(said[0])}” is not a status known here")
        return Standing(status=status, platform_status=said[0].strip())

    return read
