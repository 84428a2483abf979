"""Load that may be changed: moved in time or to another site, curtailed at a price, placed at one site or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carbonmatch.records.array import FloatArray, IntArray


@dataclass(frozen=True)
class FlexibleTerms:
    """A part of the load of a site that may be moved.

    most_less_mwh    what may be taken out of each step, moved to another step or sent to another site [MWh per step]
    most_more_mwh    what may be added in each step, moved from another step or received [MWh per step]
    window_of_step   number of the window of each step, from 0: what is taken out of a window is added in the same one;
                     None where it is not moved in time
    cost_per_mwh     paid per MWh moved in time
    latency_group    number of the group of sites that it is moved among; None where it stays at its site
    window_hours     length of a window as the case gives it [h]; None where it is not moved in time
    """

    name: str
    most_less_mwh: FloatArray
    most_more_mwh: FloatArray
    window_of_step: IntArray | None
    cost_per_mwh: float
    latency_group: int | None = None
    window_hours: float | None = None


@dataclass(frozen=True)
class CurtailableTerms:
    """A part of the load of a site that may be given up at a price.

    most_mwh          what may be given up in each step [MWh per step]
    price_per_mwh     what a MWh given up costs: the work that is lost
    day_of_step       number of the local day of each step, from 0
    most_mwh_of_day   most in each local day, (days,); None where the case names no limit
    most_mwh_of_year  most over the horizon; None where the case names no limit
    """

    name: str
    most_mwh: FloatArray
    price_per_mwh: float
    day_of_step: IntArray
    most_mwh_of_day: FloatArray | None = None
    most_mwh_of_year: float | None = None


@dataclass(frozen=True)
class LatencyGroup:
    """Sites that are near enough to each other for work to move between them within a step.

    cost_per_mwh   paid per MWh sent
    most_mwh       most that one site may send, and most that it may receive, in each step [MWh per step]
    """

    name: str
    cost_per_mwh: float
    most_mwh: FloatArray


@dataclass(frozen=True)
class CandidateTerms:
    """A site at which load of a placement may stand.

    site               its number
    load_mwh_per_mw    load of one MW placed there [MWh per step and MW]
    max_mw             most of it; inf where the case names no limit
    cost_per_mw_year   what one MW costs there, such as for building and connecting it, beside its energy
    held_mw            that stand there, where it is decided; their load is part of the planned load of the site then
    """

    site: int
    load_mwh_per_mw: FloatArray
    max_mw: float
    cost_per_mw_year: float
    held_mw: float | None = None


@dataclass(frozen=True)
class PlacementTerms:
    """MW that have to stand somewhere, at one of several sites or in parts at more of them."""

    name: str
    mw: float
    candidates: tuple[CandidateTerms, ...]

    @property
    def open(self) -> tuple[CandidateTerms, ...]:
        """The candidates whose MW are to be decided; none where the placement is held."""
        return tuple(candidate for candidate in self.candidates if candidate.held_mw is None)


@dataclass(frozen=True)
class LoadChanges:
    """What became of load that may be changed. Keys are (site, entry) by number and name.

    What an entry moves out of a step and into the same one, or sends and receives in it, is told net: it is nothing.

    load_mwh        load of every site after all changes, (sites, steps)
    less_mwh, more_mwh       moved out of a step, and into it, by flexible entry (steps,)
    sent_mwh, received_mwh   moved to other sites, and from them, by flexible entry (steps,)
    curtailed_mwh   given up, by curtailable entry (steps,)
    placed_mw       by (placement, site)
    """

    load_mwh: FloatArray
    less_mwh: Mapping[tuple[int, str], FloatArray]
    more_mwh: Mapping[tuple[int, str], FloatArray]
    sent_mwh: Mapping[tuple[int, str], FloatArray]
    received_mwh: Mapping[tuple[int, str], FloatArray]
    curtailed_mwh: Mapping[tuple[int, str], FloatArray]
    placed_mw: Mapping[tuple[str, int], float]
