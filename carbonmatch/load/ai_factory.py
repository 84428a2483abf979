"""The load of an AI factory: what its machines draw by class of work, and what the facility draws around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.load.facility import Facility
from carbonmatch.load.site_load import SiteLoad
from carbonmatch.load.weather import Weather
from carbonmatch.load.work import WorkClass
from carbonmatch.timegrid import FloatArray, TimeGrid

OVERHEAD: Final = "overhead"
"""Name of the class of network, storage and CPU nodes."""

OVERHEAD_SHARE: Final = 0.12
"""Network, storage and CPU nodes, as a share of the nameplate of the racks: 10 to 15 % is usual, and flat. One unit of
eight GB200 racks of 132 kW is designed for 1.2 MW, 14 % on top (NVIDIA DGX SuperPOD reference architecture, GB200)."""

DEFAULT_PUE: Final = 1.2
"""Of a site about whose cooling and weather nothing is said: the upper end of direct-to-chip cooling, 1.04 to 1.2. The
best fleets reach 1.10, the mean of Uptime Institute's surveys is 1.58: with air cooling, give a PUE or weather."""

UTILISATION: Final = 0.9
"""Of contracted power, unless said otherwise: AI factories run at 90 % of their rating or more, around the clock."""


@dataclass(frozen=True)
class ByWeather:
    """A facility whose cooling follows the weather."""

    facility: Facility
    weather: Weather


@dataclass(frozen=True)
class ByPue:
    """A facility of which only the PUE is known: load of the site / load of its machines, (steps,)."""

    pue: FloatArray


def ai_factory_load(
    grid: TimeGrid,
    racks_mw: FloatArray,
    classes: Sequence[WorkClass],
    surroundings: ByWeather | ByPue,
    *,
    overhead_share: float = OVERHEAD_SHARE,
    share_out: FloatArray | None = None,
) -> SiteLoad:
    """Return the load of an AI factory.

    it[class]  = share * racks * (1 - out) * (idle + (peak - idle) * utilisation in the step)      [MW]
    it[overhead] = overhead_share * racks * (1 - out)
    total      = it + cooling + losses,  or it * pue where no more is known
    class      = it[class] / it * total

    racks_mw   nameplate of the racks in place [MW], (steps,);  the shares of the classes add to 1
    share_out  of the fleet that is out for maintenance, (steps,); None: none is

    Raises:
        InputError: the machines draw more than the UPS carry; the fault names the key `ups_rated_mw`.
    """
    nameplate = racks_mw * (1.0 + overhead_share)
    at_work = racks_mw if share_out is None else racks_mw * (1.0 - share_out)
    it: dict[str, FloatArray] = {work.name: work.it_mw(at_work, grid) for work in classes}
    if overhead_share:
        it[OVERHEAD] = overhead_share * at_work
    total_it = np.sum(list(it.values()), axis=0)
    cooling: FloatArray | None = None
    losses: FloatArray | None = None
    if isinstance(surroundings, ByWeather):
        around = surroundings.facility.load(total_it, nameplate, surroundings.weather)
        cooling, losses = around.cooling_mw, around.losses_mw
        total = total_it + cooling + losses
    else:
        total = total_it * surroundings.pue
    return SiteLoad(
        total_mw=total,
        classes_mw=_by_class(it, total_it, total, {work.name: work.share for work in classes}),
        it_mw=it,
        cooling_mw=cooling,
        losses_mw=losses,
        nameplate_mw=nameplate,
        fixed=frozenset(work.name for work in classes if work.fixed) | ({OVERHEAD} & it.keys()),
    )


def _by_class(
    it: Mapping[str, FloatArray], total_it: FloatArray, total: FloatArray, shares: Mapping[str, float]
) -> dict[str, FloatArray]:
    """Share the load of the site among the classes as their machines draw; by their nameplate where none draws.

    A fleet that is out as a whole still has the losses of a UPS without load.
    """
    running = total_it > 0.0
    return {
        name: total * np.divide(part, total_it, out=np.full_like(total, shares.get(name, 0.0)), where=running)
        for name, part in it.items()
    }


MACHINES: Final = "machines"
"""Name of the one class of a site of which only contracted power and PUE are known."""


def contracted_load(
    grid: TimeGrid,
    contracted_mw: float,
    utilisation: float = UTILISATION,
    *,
    pue: FloatArray | None = None,
    share_out: FloatArray | None = None,
) -> SiteLoad:
    """Return the load of a site that uses its contracted power evenly: contracted * utilisation * (1 - out) [MW].

    500 MW at 90 % are 3.94 TWh in a year of 8,760 h.

    contracted_mw   at the meter [MW];  pue   None: what reaches the machines is not known
    """
    total = np.full(grid.steps, contracted_mw * utilisation)
    if share_out is not None:
        total = total * (1.0 - share_out)
    if pue is None:
        return SiteLoad(total)
    return SiteLoad(total, classes_mw={MACHINES: total}, it_mw={MACHINES: total / pue})
