"""Settle ages: from which age on a day's figures count as final."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lib.domain.metrics import settle_age
from lib.domain.records import Platform

SPEND = "spend"


@dataclass(frozen=True)
class SettleAges:
    """Measured settle ages by platform and result kind, the defaults behind them."""

    measured: Mapping[tuple[Platform, str], int] = field(default_factory=dict)

    def of(self, platform: Platform, kind: str) -> int:
        """Return the age in days at which figures of this kind count as final."""
        default = 1 if kind == SPEND else settle_age(kind)
        return self.measured.get((platform, kind), default)

    def for_ratio(self, platform: Platform, kind: str) -> int:
        """Return the age from which spend and results both count: a ratio uses the same days."""
        return max(self.of(platform, kind), self.of(platform, SPEND))
