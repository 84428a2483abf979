"""How a storage is paid for: owned, by the annuity of what it costs to build, or tolled, by a monthly fee."""

from __future__ import annotations

import math
from typing import Annotated

from carbonmatch.case.block import ABSENT, Block, NonNegative, Positive, demanded, needed_to_solve
from carbonmatch.units import KW_PER_MW


class Owned(Block):
    """A storage that the buyer builds: its yearly cost is the annuity of the investment, and what it takes to run it.

    power_capex_per_kw      investment that grows with power [currency/kW]
    energy_capex_per_kwh    investment that grows with energy capacity [currency/kWh]
    life_years              years over which it is paid back
    discount_rate           yearly, as a share; with 0 the investment is spread evenly
    fixed_om_per_kw_year    fixed operation and maintenance, with power [currency/kW/year]
    fixed_om_per_kwh_year   the same, with energy capacity [currency/kWh/year]
    variable_om_per_mwh     variable operation and maintenance, per MWh discharged [currency/MWh]
    """

    power_capex_per_kw: NonNegative = 0.0
    energy_capex_per_kwh: NonNegative = 0.0
    life_years: Positive
    discount_rate: Annotated[NonNegative | None, needed_to_solve("a share such as 0.07")] = ABSENT
    fixed_om_per_kw_year: NonNegative = 0.0
    fixed_om_per_kwh_year: NonNegative = 0.0
    variable_om_per_mwh: NonNegative = 0.0

    @property
    def costs_nothing(self) -> bool:
        """Whether its size costs nothing."""
        capex = self.power_capex_per_kw + self.energy_capex_per_kwh
        return capex + self.fixed_om_per_kw_year + self.fixed_om_per_kwh_year == 0.0

    @property
    def annuity_factor(self) -> float:
        """Share of the investment that is due every year."""
        return annuity_factor(demanded(self.discount_rate), self.life_years)

    @property
    def power_cost_per_mw_year(self) -> float:
        """(power_capex * annuity_factor + fixed_om_per_kw_year) * 1000 [currency/MW/year]."""
        return (self.power_capex_per_kw * self.annuity_factor + self.fixed_om_per_kw_year) * KW_PER_MW

    @property
    def energy_cost_per_mwh_year(self) -> float:
        """(energy_capex * annuity_factor + fixed_om_per_kwh_year) * 1000 [currency/MWh/year]."""
        return (self.energy_capex_per_kwh * self.annuity_factor + self.fixed_om_per_kwh_year) * KW_PER_MW


class Tolled(Block):
    """A storage that someone else builds, and the buyer runs: a monthly fee for its power, whatever it does.

    fee_per_kw_month       [currency/kW/month], for every calendar month of the case; part of a month by its hours
    variable_fee_per_mwh   per MWh discharged [currency/MWh]
    """

    fee_per_kw_month: NonNegative
    variable_fee_per_mwh: NonNegative = 0.0

    def power_cost_per_mw_year(self, months: float, year_fraction: float) -> float:
        """Return the fee as a yearly cost [currency/MW/year].

        fee * 1000 * months / year_fraction, so that the fees of the months of the case are what is paid over it
        """
        return self.fee_per_kw_month * KW_PER_MW * months / year_fraction


def annuity_factor(discount_rate: float, life_years: float) -> float:
    """Return the equal yearly payment, at the end of each year, that pays back an investment of 1 [1/year].

    discount_rate / (1 - (1 + discount_rate) ** -life_years);  1 / life_years at a rate of 0
    """
    if discount_rate == 0.0:
        return 1.0 / life_years
    return discount_rate / -math.expm1(-life_years * math.log1p(discount_rate))
