"""Problem: a case as arrays in user units, all that the model, the solution and the accounts need to know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from carbonmatch.records.array import FloatArray, IntArray
from carbonmatch.records.carbon import CarbonTerms
from carbonmatch.records.choice import ChoiceTerms
from carbonmatch.records.contract import ContractTerms
from carbonmatch.records.pairing import PairingTerms
from carbonmatch.records.site_load import CurtailableTerms, FlexibleTerms, LatencyGroup, LoadChanges, PlacementTerms
from carbonmatch.records.tariff import Tariff
from carbonmatch.timegrid import TimeGrid

Matching = Literal["none", "annual", "monthly", "hourly"]
Years = Literal["every", "expectation"]


@dataclass(frozen=True)
class TimeTerms:
    """The time steps of a problem.

    starts           start of each step, UTC
    hours_per_step   [h]
    year_fraction    hours of the horizon / hours of the year; scales yearly charges and limits
    month_of_step    number of the local calendar month, from 0
    month_labels     its name, "2018-01"
    timezone         IANA name of the zone that months and reports are told in
    """

    starts: pd.DatetimeIndex
    hours_per_step: float
    year_fraction: float
    month_of_step: IntArray
    month_labels: tuple[str, ...]
    timezone: str

    @classmethod
    def of(cls, grid: TimeGrid) -> TimeTerms:
        """Return the steps of an axis."""
        return cls(
            starts=grid.index,
            hours_per_step=grid.hours_per_step,
            year_fraction=grid.year_fraction,
            month_of_step=grid.month_of_step,
            month_labels=grid.month_labels,
            timezone=grid.timezone,
        )

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.starts)


@dataclass(frozen=True)
class ZoneTerms:
    """A matching zone: the boundary inside which carbon-free energy counts as deliverable.

    spot_price_per_mwh            may be negative; None where the case gives none
    carbon_intensity_g_per_kwh    average of the grid; None where the case gives none
    grid_cfe_share                0..1; None where the case gives none
    sale_price_per_mwh            what sold energy earns; zero where the case gives no price
    carbon                        what its load emits; None where the target neither prices nor limits emissions
    """

    name: str
    load_mwh: FloatArray
    spot_price_per_mwh: FloatArray | None
    carbon_intensity_g_per_kwh: FloatArray | None
    grid_cfe_share: FloatArray | None
    sale_price_per_mwh: FloatArray
    carbon: CarbonTerms | None = None


@dataclass(frozen=True)
class SiteTerms:
    """A consuming site and its grid supply.

    zone            number of its zone
    connection_mw   limit of its grid connection [MW]; inf where there is none
    firm_capacity_mw   the firm supply that is reserved already [MW]; None where it is chosen
    load_mwh        as it is planned, before anything of it is moved, given up or placed
    tariff          what is billed on its metered import beside energy
    flexible        parts of the load that may be moved
    curtailable     parts of the load that may be given up
    """

    name: str
    zone: int
    load_mwh: FloatArray
    retail_price_per_mwh: FloatArray
    firm_capacity_charge_per_mw_year: float
    connection_mw: float
    firm_capacity_mw: float | None = None
    tariff: Tariff = field(default_factory=Tariff)
    flexible: tuple[FlexibleTerms, ...] = ()
    curtailable: tuple[CurtailableTerms, ...] = ()


@dataclass(frozen=True)
class PoolTerms:
    """One of the pools of energy that a storage keeps apart, so that what went in one way never comes out another.

    name                     clean: contracted energy, delivered; spot: contracted claims, their energy bought and sold
                             at spot; grey: energy bought from the grid
    clean                    it charges from carbon-free energy of the same step and counts in the attribute ledger
    delivered                what it discharges is delivered to the load or sold as surplus; what a clean one charges
                             comes from physical contracts. Never behind the meter of a site: what passes there is told
                             by that meter
    charge_price_per_mwh     paid per MWh charged
    discharge_price_per_mwh  received per MWh discharged, where that is not delivered
    opening_mwh              stored at the start; None where the horizon is a cycle, and starts as it ends
    """

    name: str
    clean: bool
    delivered: bool
    charge_price_per_mwh: FloatArray
    discharge_price_per_mwh: FloatArray
    opening_mwh: float | None = None


@dataclass(frozen=True)
class StorageTerms:
    """A storage offer.

    site                  number of the site behind whose meter it stands; None where it feeds the grid
    pools                 what it keeps apart; at least one. Power and energy are shared
    duration_hours        energy_mwh = duration_hours * power_mw; None where both are free
    charge_efficiency, discharge_efficiency   one way, the square root of the round trip
    min_state_of_charge   share of energy_mwh
    cycles_per_year       full cycles in a year; inf where the offer names no limit
    cycle_efficiency      MWh at the terminals per MWh that counts as cycled: the discharge efficiency where cycles are
                          counted on the stored basis, 1 where they are counted as delivered
    degradation_cost_per_mwh   what a discharged MWh takes of its life, on top of discharge_cost_per_mwh
    pairing               the plant that it stands beside; None where it stands by itself
    choice                what makes its power a whole-number decision; None where it may be anything in its limits
    """

    name: str
    zone: int
    pools: tuple[PoolTerms, ...]
    power_cost_per_mw_year: float
    energy_cost_per_mwh_year: float
    discharge_cost_per_mwh: float
    charge_efficiency: float
    discharge_efficiency: float
    standing_loss_per_hour: float
    min_power_mw: float
    max_power_mw: float
    min_energy_mwh: float
    max_energy_mwh: float
    duration_hours: float | None
    min_state_of_charge: float
    cycles_per_year: float
    cycle_efficiency: float
    site: int | None = None
    degradation_cost_per_mwh: float = 0.0
    pairing: PairingTerms | None = None
    choice: ChoiceTerms | None = None

    @property
    def cost_per_discharged_mwh(self) -> float:
        """All that a discharged MWh costs, degradation included [currency/MWh]."""
        return self.discharge_cost_per_mwh + self.degradation_cost_per_mwh


@dataclass(frozen=True)
class Budget:
    """What may be spent, net of sales, and the best share of load that it buys.

    per_year          [currency/year]
    least_cfe         least share that will do, 0..1; None where any will
    best_cfe          share that it was found to buy, 0..1; None before that
    cfe_per_million   what one more million a year would add to it, at the margin; None before that
    """

    per_year: float
    least_cfe: float | None = None
    best_cfe: float | None = None
    cfe_per_million: float | None = None

    @property
    def share_found(self) -> float:
        """The share that it buys, once that was found."""
        if self.best_cfe is None:
            raise ValueError("what the budget buys was not found yet")
        return self.best_cfe


@dataclass(frozen=True)
class TargetTerms:
    """What share of load must be matched, over which period, counted how.

    cfe           0..1; 0 where there is no target, and where what a budget buys was not found yet
    grid_credit   the carbon-free share of the grid's own mix counts for unmatched load
    per_zone      every zone meets the target by itself; otherwise all zones together do
    max_surplus_share  most excess over the year, as a share of load; inf where the case names no limit
    carbon_price_per_t      paid for market-based emissions; None where the case names none
    carbon_cap_t_per_year   most of them in a year; None where the case names none
    budget        what may be spent; None where the share is given
    years         of several weather years, whether each meets the target or their mean does
    held_mwh      of one weather year out of a mean: what each group of zones may leave unmatched in it, weighted
                  (hourly), or has to contract (annual), instead of a share of its load; None where cfe is asked
    zone_floors   least share of every zone by itself, 0 where it has none; empty where no zone has one
    """

    matching: Matching
    cfe: float
    grid_credit: bool
    per_zone: bool
    max_surplus_share: float
    carbon_price_per_t: float | None = None
    carbon_cap_t_per_year: float | None = None
    budget: Budget | None = None
    years: Years = "every"
    held_mwh: tuple[float, ...] | None = None
    zone_floors: tuple[float, ...] = ()

    @property
    def counts_carbon(self) -> bool:
        """Whether emissions are priced or limited."""
        return self.carbon_price_per_t is not None or self.carbon_cap_t_per_year is not None

    def share(self, group: int, load_mwh: float) -> float:
        """Return the share that a group of zones with this load has to reach; as a volume it may be above 1."""
        if self.held_mwh is None:
            return self.cfe
        if load_mwh == 0.0:
            return 0.0
        held = self.held_mwh[group] / load_mwh
        return 1.0 - held if self.matching == "hourly" else held


def _leaves(entry: FlexibleTerms | None, inside: npt.NDArray[np.bool_], leaving: Collection[int | None]) -> bool:
    """Tell whether a part of the load may go to a site beyond, or to a step outside of those that are meant."""
    if entry is None:
        return False
    if entry.latency_group in leaving:
        return True
    windows = entry.window_of_step
    return windows is not None and bool(np.isin(windows[inside], windows[~inside]).any())


@dataclass(frozen=True)
class Yardstick:
    """What is typical of a problem: tolerances are measured by it, and engines see the problem in its units.

    peak_load_mwh            largest load of a step
    mean_load_mwh            mean load of a step
    typical_price_per_mwh    mean size of the retail price, above 0
    """

    peak_load_mwh: float
    mean_load_mwh: float
    typical_price_per_mwh: float


@dataclass(frozen=True)
class Problem:
    """A case as arrays in user units: all that the model, the solution and the accounts need to know."""

    name: str
    currency: str
    time: TimeTerms
    zones: tuple[ZoneTerms, ...]
    sites: tuple[SiteTerms, ...]
    contracts: tuple[ContractTerms, ...]
    storage: tuple[StorageTerms, ...]
    target: TargetTerms
    latency_groups: tuple[LatencyGroup, ...] = ()
    placements: tuple[PlacementTerms, ...] = ()

    def behind_meter(self, site: int) -> bool:
        """Tell whether a plant or a storage stands behind the meter of a site; else its metered import is its load."""
        return any(c.site == site for c in self.contracts) or any(b.site == site for b in self.storage)

    def load_varies(self, site: int) -> bool:
        """Tell whether the load of a site is a decision: a part of it may be moved or given up, or placed there."""
        terms = self.sites[site]
        return bool(terms.flexible or terms.curtailable) or any(
            candidate.site == site for placement in self.placements for candidate in placement.open
        )

    def import_varies(self, site: int) -> bool:
        """Tell whether the metered import of a site is a decision; else it is the load, which is given."""
        return self.behind_meter(site) or self.load_varies(site)

    def keeps_load(self, zones: Sequence[int], steps: Sequence[int]) -> bool:
        """Tell whether nothing that is decided can change the load of some zones in some steps, all together.

        Work that is moved in time stays in its window, work that is moved between sites in its latency group.
        """
        inside = np.zeros(self.time.steps, dtype=bool)
        inside[list(steps)] = True
        members = [s for s, site in enumerate(self.sites) if site.zone in zones]
        placed = [candidate.site for placement in self.placements for candidate in placement.open]
        beyond = {entry.latency_group for site in self.sites if site.zone not in zones for entry in site.flexible}
        leaving = {number for number in beyond - {None} if self.latency_groups[number or 0].most_mwh.any()}
        return not any(
            self.sites[s].curtailable or s in placed or _leaves(entry, inside, leaving)
            for s in members
            for entry in (*self.sites[s].flexible, None)
        )

    @property
    def keeps_target_load(self) -> bool:
        """Whether the load that a target counts is given, in every group of zones and period that it is asked for."""
        return all(self.keeps_load(group, steps) for group in target_groups(self) for steps in target_periods(self))

    def as_served(self, changes: LoadChanges | None) -> Problem:
        """Return the problem with the load that was served, given from now on: what the accounts count."""
        if changes is None:
            return self
        load = changes.load_mwh
        of_zone = [[s for s, site in enumerate(self.sites) if site.zone == z] for z in range(len(self.zones))]
        return replace(
            self,
            sites=tuple(
                replace(site, load_mwh=load[s], flexible=(), curtailable=()) for s, site in enumerate(self.sites)
            ),
            zones=tuple(
                replace(zone, load_mwh=load[members].sum(axis=0))
                for zone, members in zip(self.zones, of_zone, strict=True)
            ),
            latency_groups=(),
            placements=(),
        )

    @property
    def total_load_mwh(self) -> float:
        """Load of all sites over the horizon as it is planned, open placements at their first candidate [MWh]."""
        placed = sum(float(p.mw * p.open[0].load_mwh_per_mw.sum()) for p in self.placements if p.open)
        return float(sum(zone.load_mwh.sum() for zone in self.zones)) + placed

    @property
    def carbon_cap_t(self) -> float | None:
        """Most market-based emissions over the horizon [t]; None without a cap."""
        cap = self.target.carbon_cap_t_per_year
        return None if cap is None else cap * self.time.year_fraction

    @property
    def budget_amount(self) -> float | None:
        """What may be spent over the horizon, net of sales [currency]; None without a budget."""
        budget = self.target.budget
        return None if budget is None else budget.per_year * self.time.year_fraction

    @property
    def peak_load_mwh(self) -> float:
        """Largest planned load of any zone in one step, or of any placement [MWh]."""
        placed = [float(p.mw * p.open[0].load_mwh_per_mw.max()) for p in self.placements if p.open]
        return max(float(max(zone.load_mwh.max() for zone in self.zones)), *placed, 0.0)

    @property
    def yardstick(self) -> Yardstick:
        """What is typical of this problem."""
        prices = np.concatenate([np.abs(site.retail_price_per_mwh) for site in self.sites])
        return Yardstick(
            peak_load_mwh=self.peak_load_mwh,
            mean_load_mwh=float(np.mean([zone.load_mwh.mean() for zone in self.zones]))
            if not self.placements
            else self.total_load_mwh / self.time.steps / len(self.zones),
            typical_price_per_mwh=float(prices.mean()) or 1.0,
        )


def target_groups(problem: Problem) -> list[list[int]]:
    """Return the numbers of the zones that meet the target together: each by itself, or all."""
    zones = list(range(len(problem.zones)))
    return [[z] for z in zones] if problem.target.per_zone else [zones]


def target_periods(problem: Problem) -> list[list[int]]:
    """Return the steps over which the target counts: those of every local month, or of the whole horizon."""
    months = problem.time.month_of_step
    if problem.target.matching != "monthly":
        return [list(range(problem.time.steps))]
    return [np.flatnonzero(months == month).tolist() for month in range(int(months.max()) + 1)]
