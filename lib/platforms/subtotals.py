"""Subtotals: rows that stand for finer rows of the same campaign and day, found before counting.

An export by ad may also have a row for the ad set and one for the campaign, each with the
finer names left blank. Such a row is a subtotal exactly where finer rows stand beside it;
where none do, it is all that the file says, and counts. Only files with both blank and
filled cells in such a column are passed over again for it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lib.platforms.captions import normalised, plain
from lib.platforms.layout import Aside, Layout
from lib.platforms.shapes import ExportRefused
from lib.platforms.text import Row

_NAMES = frozenset(
    {
        "ad set name", "ad set id", "ad name", "ad id", "ad set", "ad", "ad group", "ad group id",
        "asset group", "keyword", "search keyword", "line item",
        "nome do conjunto de anúncios", "identificação do conjunto de anúncios",
        "nome do anúncio", "identificação do anúncio", "grupo de anúncios",
        "nombre del conjunto de anuncios", "nombre del anuncio", "grupo de anuncios",
        "anzeigengruppenname", "name der anzeigengruppe", "anzeigengruppe", "anzeigenname",
        "name der werbeanzeige", "nom de l'ensemble de publicités", "nom de la publicité",
        "groupe d'annonces",
    }
)  # fmt: skip
_BREAKDOWNS = frozenset(
    {
        "age", "gender", "country", "region", "dma region", "platform", "placement",
        "device", "device platform", "impression device", "network",
        "network (with search partners)", "country/territory", "user location", "time of day",
        "hour of day", "idade", "gênero", "país", "região", "plataforma", "posicionamento",
        "dispositivo", "rede", "edad", "sexo", "género", "región", "red", "alter", "geschlecht",
        "land", "plattform", "platzierung", "gerät", "netzwerk", "werbenetzwerk", "âge", "genre",
        "sexe", "pays", "région", "plateforme", "appareil", "réseau",
    }
)  # fmt: skip
_LONGEST_ALL = 12
_ALL = frozenset({"all", "todos", "todas", "tudo", "alle", "tous", "toutes"})
_MOST_DIMENSIONS = 10
_MOST_COARSE = 1_000_000

Pattern = tuple[bool, ...]
"""Which of the finer dimensions a row has filled."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column that splits a campaign's day into finer rows."""

    index: int
    is_breakdown: bool

    def is_blank(self, row: Row) -> bool:
        """Say whether the row leaves it open; a breakdown's total may say “All”."""
        cell = row[self.index]
        if not cell or cell.isspace():
            return True
        return self.is_breakdown and len(cell) < _LONGEST_ALL and normalised(cell) in _ALL


def dimensions(layout: Layout) -> tuple[Dimension, ...]:
    """Return the finer dimensions of a table, each caption once."""
    taken = set(layout.columns.values()) | set(layout.kinds.values())
    found: dict[str, Dimension] = {}
    for index, caption in enumerate(layout.head.header):
        name = plain(caption)
        if name in _NAMES | _BREAKDOWNS and index not in taken:
            found.setdefault(name, Dimension(index, name in _BREAKDOWNS))
    return tuple(found.values())[:_MOST_DIMENSIONS]


class Subtotals:
    """Knows which rows of one file are subtotals, once `patterns` and the passes are through."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._dimensions = dimensions(layout)
        columns = layout.columns
        self._campaign = columns.get("campaign_id"), columns.get("campaign", 0)
        self._when = [columns[name] for name in ("day", "starts", "ends") if name in columns]
        self._patterns: set[Pattern] = set()
        self._coarser: dict[Pattern, tuple[Pattern, ...]] = {}
        self._summed: set[tuple[str, ...]] = set()

    @property
    def has_dimensions(self) -> bool:
        """Say whether the table has any column that splits a campaign's day."""
        return bool(self._dimensions)

    def see(self, row: Row) -> None:
        """Take note of which dimensions a campaign's row has."""
        if self._dimensions:
            self._patterns.add(self._pattern(row))

    @property
    def are_possible(self) -> bool:
        """Say whether some row is coarser than another."""
        return any(_is_coarser(one, other) for one in self._patterns for other in self._patterns)

    def settle(self, passage: Iterable[Row], again: Iterable[Row]) -> None:
        """Pass over the campaigns' rows twice: what may be a subtotal, and what is one."""
        self._coarser = {
            finer: tuple(one for one in self._patterns if _is_coarser(one, finer))
            for finer in self._patterns
        }
        coarse = {one for many in self._coarser.values() for one in many}
        candidates: set[tuple[str, ...]] = set()
        for row in passage:
            pattern = self._pattern(row)
            if pattern in coarse:
                candidates.add(self._key(row, pattern))
                if len(candidates) > _MOST_COARSE:
                    raise ExportRefused(
                        f"The file has more than {_MOST_COARSE:,} rows that may be subtotals.",
                        expected="one level throughout: campaigns, ad sets or ads",
                    )
        for row in again:
            self._summed.update(candidates.intersection(self._keys_above(row)))

    def aside(self, row: Row) -> Aside | None:
        """Return why a campaign's row is not counted, if finer rows beside it are."""
        if not self._summed:
            return None
        pattern = self._pattern(row)
        if self._key(row, pattern) not in self._summed:
            return None
        blank = next(
            dimension
            for dimension, is_filled in zip(self._dimensions, pattern, strict=True)
            if not is_filled
        )
        name = plain(self._layout.head.header[blank.index])
        return Aside(f"a subtotal: the row has no {name} while others of the same day do")

    def _pattern(self, row: Row) -> Pattern:
        return tuple([not dimension.is_blank(row) for dimension in self._dimensions])

    def _keys_above(self, row: Row) -> Iterator[tuple[str, ...]]:
        for pattern in self._coarser[self._pattern(row)]:
            yield self._key(row, pattern)

    def _key(self, row: Row, pattern: Pattern) -> tuple[str, ...]:
        """Return what a subtotal shares with its finer rows: campaign, day, coarser names."""
        number, name = self._campaign
        campaign = row[number].strip() if number is not None else ""
        parts = [campaign or composed(row[name])]
        parts += [row[index].strip() for index in self._when]
        parts += [
            row[dimension.index].strip() if is_filled else ""
            for dimension, is_filled in zip(self._dimensions, pattern, strict=True)
        ]
        return tuple(parts)


def composed(name: str) -> str:
    """Return a name with its accents composed; one too long to be a name as it is."""
    text = name.strip()
    return unicodedata.normalize("NFC", text) if len(text) <= 500 else text


def _is_coarser(one: Pattern, other: Pattern) -> bool:
    return one != other and all(b or not a for a, b in zip(one, other, strict=True))
