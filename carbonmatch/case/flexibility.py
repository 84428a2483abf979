"""Load that may be changed: moved in time or between sites, given up at a price, placed at one site or another."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from carbonmatch.case.block import Block, Entry, NonNegative, Positive, PositiveShare, refuse, say
from carbonmatch.case.series import OfferedPower, PowerPerMw

HOURS_OF_DAY = 24.0


def _tiles_days(hours: float | None) -> float | None:
    if hours is not None and (HOURS_OF_DAY % hours if hours < HOURS_OF_DAY else hours % HOURS_OF_DAY):
        refuse(
            f"is {say(hours)}; windows begin at local midnight and tile the day, or are whole days: "
            f"1, 2, 3, 4, 6, 8, 12, 24, 48 ... hours"
        )
    return hours


class Flexible(Block):
    """A part of the load of a site that may be moved in time, to another site, or both.

    share                of the load that may be taken out of a step
    of                   class of work that the share is of, as the load's builder names it; unless given all of the
                         load but what cannot wait, such as training
    window_hours         what is taken out of a window of this length is added in the same window; None where work is
                         not moved in time
    max_increase_share   of the same load, that may be added in a step; as `share` unless given
    cost_per_mwh         paid per MWh moved in time
    latency_group        the group of sites that work is moved among; None where it stays
    """

    share: PositiveShare
    of: str | None = None
    window_hours: Annotated[Positive | None, Field(default=HOURS_OF_DAY)]
    max_increase_share: NonNegative | None = None
    cost_per_mwh: NonNegative = 0.0
    latency_group: str | None = None

    @field_validator("window_hours")
    @classmethod
    def _windows_tile_days(cls, hours: float | None) -> float | None:
        return _tiles_days(hours)


class Curtailable(Block):
    """A part of the load of a site that may be given up.

    share             of the load that may be given up in a step
    of                class of work, as for `Flexible`
    price_per_mwh     what a MWh given up costs: the work that is lost
    event_hours       length of an event: in a local day no more is given up than in one event; None for no limit
    events_per_year   how many there may be in a year, counted by energy; None for no limit
    """

    share: PositiveShare
    price_per_mwh: NonNegative
    of: str | None = None
    event_hours: Positive | None = None
    events_per_year: Positive | None = None


class LatencyGroup(Entry):
    """Sites near enough to each other for work to move between them.

    cost_per_mwh   paid per MWh sent
    max_mw         most that one site may send, and most that it may receive [MW]: what its fibre carries, or when it
                   is free
    """

    cost_per_mwh: NonNegative = 0.0
    max_mw: OfferedPower | None = None


class Candidate(Block):
    """A site at which load of a placement may stand.

    max_mw             most of it [MW]
    load_per_mw        load of one MW placed there [MW/MW]; 1 unless given
    cost_per_mw_year   what one MW costs there beside its energy
    """

    max_mw: Positive | None = None
    load_per_mw: PowerPerMw | None = None
    cost_per_mw_year: NonNegative = 0.0


class Placement(Entry):
    """MW that have to stand at one of several sites, or in parts at more of them.

    mw           that have to be placed
    at           the one candidate at which all of it stands; None where the best is looked for
    candidates   sites, and what holds there
    """

    mw: Positive
    candidates: dict[str, Candidate]
    at: str | None = None
