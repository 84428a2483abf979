"""Places: what a framework reports on, zone by zone and for all zones together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carbonmatch.accounting.score import Scores, score
from carbonmatch.records import Ledger, TimeTerms

NO_LOAD: Final = "There is no load."
NO_GRID_SHARE: Final = "Not known: the case gives no grid_cfe_share in {zones}."


@dataclass(frozen=True)
class Place:
    """A zone, or all zones together, whose name is empty: summed after matching, never netted.

    without_grid_share   its zones for which the case gives no grid_cfe_share
    """

    name: str
    load_mwh: float
    scores: Scores
    without_grid_share: tuple[str, ...]

    def holds(self, zone: str) -> bool:
        """Whether a zone is part of this place."""
        return self.name in {"", zone}

    def share(self, mwh: float) -> float | None:
        """Return energy as a share of load, 0..1; None where there is no load."""
        return mwh / self.load_mwh if self.load_mwh > 0.0 else None

    @property
    def hourly_matched_share(self) -> float | None:
        """Share of load matched hour by hour; None where there is no load."""
        return self.scores.hourly_matched_share if self.load_mwh > 0.0 else None

    @property
    def cfe_score(self) -> float | None:
        """CFE score; None where there is no load, or a zone gives no grid_cfe_share."""
        return self.scores.cfe_score if self.load_mwh > 0.0 else None

    @property
    def no_load_note(self) -> str:
        """Why a share is not known, where there is no load."""
        return "" if self.load_mwh > 0.0 else NO_LOAD

    @property
    def no_cfe_score_note(self) -> str:
        """Why the CFE score is not known, where it is not."""
        if self.load_mwh > 0.0 and self.without_grid_share:
            return NO_GRID_SHARE.format(zones=", ".join(self.without_grid_share))
        return self.no_load_note


def places_of(ledger: Ledger, time: TimeTerms) -> tuple[Place, ...]:
    """Return all zones together, and then each zone, with their scores."""
    groups = [("", ledger.zones), *((zone.name, (zone,)) for zone in ledger.zones)]
    return tuple(
        Place(
            name=name,
            load_mwh=sum(float(zone.load_mwh.sum()) for zone in zones),
            scores=score(zones, time.month_of_step, time.hours_per_step),
            without_grid_share=tuple(zone.name for zone in zones if zone.grid_cfe_share is None),
        )
        for name, zones in groups
    )


def place_of_all(places: Sequence[Place]) -> Place:
    """Return all zones together."""
    return places[0]
