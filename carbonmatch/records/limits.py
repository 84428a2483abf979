"""LimitPrices: what the limits of a problem are worth at its optimum."""

from __future__ import annotations

from dataclasses import dataclass

from carbonmatch.records.array import FloatArray


@dataclass(frozen=True)
class LimitPrices:
    """What cost over the horizon falls by where a limit gives way by one unit, from the duals: nothing or more.

    target_per_mwh         (groups, periods) one MWh less that the target asks for (hourly: one score-weighted MWh more
                           left unmatched); nan where it has no row. Groups: the portfolio, or each zone; periods: the
                           horizon, or each month
    surplus_per_mwh        one MWh more of excess; nan where there is no row
    power_per_mw           (storage,) one MW more of power, its cost not taken off
    energy_per_mwh         (storage,) one MWh more of energy capacity, its cost not taken off; below 0 where most of it
                           must stay in all the time
    cycled_per_mwh         (storage,) one MWh more drawn than the cycles allow; 0 without a limit on cycles
    least_energy_per_mwh   (storage,) one MWh less that must stay in all the time; 0 where nothing must
    firm_capacity_per_mwh  (sites, steps) one MWh more of firm supply in a step; 0 where the capacity costs nothing
    """

    target_per_mwh: FloatArray
    surplus_per_mwh: float
    power_per_mw: FloatArray
    energy_per_mwh: FloatArray
    cycled_per_mwh: FloatArray
    least_energy_per_mwh: FloatArray
    firm_capacity_per_mwh: FloatArray
