"""How large a case is, and which sizes each section of the benchmark measures.

Standard library only, like everything that the process of the harness imports: the peak memory that the operating
system tells of a child counts what its parent held when the child was started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

FIRST_YEAR: Final = 2018
TIMEZONE: Final = "Europe/Berlin"

Axis = Literal["hours", "contracts", "zones"]


@dataclass(frozen=True)
class Size:
    """How large a case is. The bundled year has 12 months, 4 contracts, 2 storages, 1 zone.

    contracts, storages   of the first zone; every further zone has four contracts (three without a sea) and a battery
    """

    months: int = 12
    contracts: int = 4
    storages: int = 2
    zones: int = 1

    @property
    def hours(self) -> int:
        """Hours from the start of 2018, months by the local calendar."""
        clock = ZoneInfo(TIMEZONE)
        end = datetime(FIRST_YEAR + self.months // 12, 1 + self.months % 12, 1, tzinfo=clock)
        elapsed = end.astimezone(UTC) - datetime(FIRST_YEAR, 1, 1, tzinfo=clock).astimezone(UTC)
        return int(elapsed.total_seconds() // 3600)

    @property
    def label(self) -> str:
        """Name of the size, for people and for folders."""
        zones = "1 zone" if self.zones == 1 else f"{self.zones} zones"
        return f"{self.hours:,} h, {self.contracts} contracts, {self.storages} storages, {zones}"


@dataclass(frozen=True)
class Section:
    """One question of the benchmark: the sizes it compares, and the axis along which cost is said to grow, if any."""

    title: str
    sizes: tuple[Size, ...]
    axis: Axis | None = None


YEAR: Final = Size()

SECTIONS: Final = {
    "base": Section("The Frankfurt year, against its peers", (YEAR,)),
    "hours": Section("More hours", (Size(months=3), YEAR, Size(months=48), Size(months=120)), "hours"),
    "contracts": Section(
        "More contracts", (YEAR, Size(contracts=10), Size(contracts=40), Size(contracts=40, storages=4)), "contracts"
    ),
    "zones": Section("More zones and sites", (YEAR, Size(zones=3), Size(zones=10)), "zones"),
    "sweep": Section("Eleven targets, 0.50 to 1.00", (YEAR,)),
}

MONTH: Final = Size(months=1)

QUICK_SECTIONS: Final = {
    "base": Section("A month of Frankfurt, against its peers", (MONTH,)),
    "hours": Section("More hours", (MONTH, Size(months=3)), "hours"),
    "contracts": Section(
        "More contracts",
        (MONTH, Size(months=1, contracts=10), Size(months=1, contracts=10, storages=4)),
        "contracts",
    ),
    "zones": Section("More zones and sites", (MONTH, Size(months=1, zones=3)), "zones"),
    "sweep": Section("Eleven targets, 0.50 to 1.00", (MONTH,)),
}
"""The same questions on a month: shows within minutes that the harness works; its figures say little."""
