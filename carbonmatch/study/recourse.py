"""What an operator does when an hour comes otherwise than planned.

The plan of the day is the intention. Storage charges and discharges as planned, as far as power, energy and the
contracted energy of the hour allow; what is dispatched runs as planned, and as much is curtailed. Then:

* What is missing - load that is unmatched and was not to be - is made good by giving up charging, by what was to be
  curtailed, out of storage, and last by plants that are dispatched, where their energy is worth its price.
* What is left over and was not to be lets storage that discharges keep its energy, turns dispatched plants down where
  that saves money, and is stored.

What the plan itself meant to leave unmatched, or over, it meant for an hour and a stock as it saw them. It is left so
as far as it is larger than DOUBT times what both are off: an hour that comes as planned is carried out as planned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from carbonmatch.accounting import saved_per_mwh
from carbonmatch.formulation import score_weights
from carbonmatch.records import FloatArray, Problem, Worth

DOUBT: Final = 4.0
"""Measured on a real year (Frankfurt 2018, 90 %, persistence, 48 hours): score, and cost in EUR per MWh of load with
unmatched load counted at its premium. 0, the plan stands whatever comes: 88.2 % and 87.5. 1: 88.9 % and 87.0. 2: 89.6 %
and 86.6. 4, and all above: 89.6 % and 86.6. Without any bound a plan would not stand in a perfect forecast either."""

NOTHING_MWH: Final = 1e-9
"""Flows below this, one thousandth of a watt-hour, are rounding."""


@dataclass(frozen=True)
class Intention:
    """What the plan of a window meant for one step of one zone [MWh].

    generation, available   of each contract, as planned and as expected to be possible
    charge, discharge       of each pool
    stored                  in all pools when the step begins
    load, unmatched, excess
    """

    generation: list[float]
    available: list[float]
    charge: list[float]
    discharge: list[float]
    stored: float
    load: float
    unmatched: float
    excess: float


@dataclass(frozen=True)
class _Plant:
    available: list[float]
    least: list[float]
    physical: bool
    eligible: bool
    dispatchable: bool
    raised_for: list[float]
    lowered_for: list[float]


@dataclass(frozen=True)
class _Store:
    number: int
    pools: list[int]
    power: float
    energy: float
    least: float
    kept: float
    gain: float
    draw: float
    counted: float


class ZoneOperator:
    """Runs the portfolio of one zone, step by step.

    contracts, pools   their numbers in the problem, in the order of all lists of this class
    """

    def __init__(self, problem: Problem, z: int, worth: Worth) -> None:
        self.number = z
        zone, hours = problem.zones[z], problem.time.hours_per_step
        self.contracts = [i for i, contract in enumerate(problem.contracts) if contract.zone == z]
        retail = np.min([site.retail_price_per_mwh for site in problem.sites if site.zone == z], axis=0)
        weights = score_weights(zone, grid_credit=problem.target.grid_credit)
        premium = worth.matched_per_mwh[z] * weights + worth.contracted_per_mwh[z]
        self.load: list[float] = zone.load_mwh.tolist()
        self.plants = [_plant(problem, i, premium, retail, zone.sale_price_per_mwh) for i in self.contracts]
        self.pools: list[int] = []
        self.clean: list[bool] = []
        self.delivered: list[bool] = []
        self.stores: list[_Store] = []
        number = 0
        for b, storage in enumerate(problem.storage):
            mine = range(number, number + len(storage.pools))
            number += len(storage.pools)
            if storage.zone != z:
                continue
            places = list(range(len(self.pools), len(self.pools) + len(storage.pools)))
            self.pools += mine
            self.clean += [pool.clean for pool in storage.pools]
            self.delivered += [pool.delivered for pool in storage.pools]
            self.stores.append(
                _Store(
                    number=b,
                    pools=places,
                    power=storage.max_power_mw * hours,
                    energy=storage.max_energy_mwh,
                    least=storage.min_state_of_charge * storage.max_energy_mwh,
                    kept=(1.0 - storage.standing_loss_per_hour) ** hours,
                    gain=storage.charge_efficiency,
                    draw=1.0 / storage.discharge_efficiency,
                    counted=1.0 / storage.cycle_efficiency,
                )
            )
        self.by_efficiency = sorted(self.stores, key=lambda store: -store.gain / store.draw)

    def carry_out(self, t: int, meant: Intention, stored: list[float], cycles: list[float]) -> _Hour:
        """Return what is done in step t.

        stored   [MWh] in each pool when the step begins
        cycles   [MWh] that each storage may still discharge, as its cycles are counted
        """
        hour = _Hour(self, t, stored, cycles)
        hour.follow(meant)
        off = abs(
            sum(plant.available[t] for plant in self.plants) - self.load[t] - (sum(meant.available) - meant.load)
        ) + abs(sum(stored) - meant.stored)
        hour.make_good(max(meant.unmatched - DOUBT * off, 0.0))
        hour.put_away(max(meant.excess - DOUBT * off, 0.0))
        return hour


def _plant(problem: Problem, i: int, premium: FloatArray, retail: FloatArray, sale: FloatArray) -> _Plant:
    """Return a contract as it is run; what its energy costs and brings tells when it is raised and when lowered."""
    contract = problem.contracts[i]
    size = contract.max_mw
    saved = saved_per_mwh(contract)  # by a MWh that is not generated
    received = contract.received_per_mwh
    needed, not_needed = (retail, sale) if contract.physical else (received, received)
    return _Plant(
        available=(contract.available_mwh_per_mw * size).tolist(),
        least=(contract.least_mwh_per_mw * size).tolist(),
        physical=contract.physical,
        eligible=contract.eligible,
        dispatchable=contract.dispatchable,
        raised_for=(needed + premium - saved).tolist(),
        lowered_for=(saved - not_needed).tolist(),
    )


class _Hour:
    """One step while it is being decided [MWh]."""

    def __init__(self, zone: ZoneOperator, t: int, stored: list[float], cycles: list[float]) -> None:
        self.zone, self.t = zone, t
        self.cycles = cycles
        self.stored = [held for held in stored]
        for store in zone.stores:
            for p in store.pools:
                self.stored[p] *= store.kept
        self.generation = [0.0] * len(zone.plants)
        self.charge = [0.0] * len(zone.pools)
        self.discharge = [0.0] * len(zone.pools)

    # --- what there is --------------------------------------------------------------------------------------------

    @property
    def claims(self) -> float:
        """Net contracted energy: what can be matched."""
        zone = self.zone
        generated = sum(g for g, plant in zip(self.generation, zone.plants, strict=True) if plant.eligible)
        return generated + sum(
            d - c for c, d, clean in zip(self.charge, self.discharge, zone.clean, strict=True) if clean
        )

    @property
    def delivered(self) -> float:
        """Energy that is delivered to the load or sold."""
        zone = self.zone
        generated = sum(g for g, plant in zip(self.generation, zone.plants, strict=True) if plant.physical)
        flows = zip(self.charge, self.discharge, zone.clean, zone.delivered, strict=True)
        return generated + sum(d - (c if clean else 0.0) for c, d, clean, delivered in flows if delivered)

    def state(self) -> list[float]:
        """Return what each pool holds when the step ends."""
        ended = list(self.stored)
        for store in self.zone.stores:
            for p in store.pools:
                ended[p] = max(ended[p] + store.gain * self.charge[p] - store.draw * self.discharge[p], 0.0)
        return ended

    def _power_left(self, store: _Store) -> float:
        return store.power - math.fsum(self.charge[p] + self.discharge[p] for p in store.pools)

    def _room(self, store: _Store) -> float:
        """Return what the storage has room for when the step ends [MWh stored]."""
        moved = (store.gain * self.charge[p] - store.draw * self.discharge[p] for p in store.pools)
        return store.energy - math.fsum([*(self.stored[p] for p in store.pools), *moved])

    def _more_charge(self, store: _Store) -> float:
        """Return what the storage can still take up, at its terminals."""
        return max(min(self._power_left(store), self._room(store) / store.gain), 0.0)

    def _more_discharge(self, store: _Store, p: int) -> float:
        """Return what a pool can still give at the terminals of its storage, of what was in store before the step."""
        given = math.fsum(self.discharge[q] for q in store.pools)
        held = math.fsum(self.stored[q] for q in store.pools) - store.draw * given
        own = self.stored[p] - store.draw * self.discharge[p]
        counted = self.cycles[store.number] / store.counted - given
        return max(min(self._power_left(store), own / store.draw, (held - store.least) / store.draw, counted), 0.0)

    # --- what is done ---------------------------------------------------------------------------------------------

    def follow(self, meant: Intention) -> None:
        """Do what was planned, as far as this step allows."""
        for i, plant in enumerate(self.zone.plants):
            least, most = plant.least[self.t], plant.available[self.t]
            wanted = meant.generation[i] if plant.dispatchable else most - (meant.available[i] - meant.generation[i])
            self.generation[i] = min(max(wanted, least), most)
        for store in self.zone.stores:
            net = [meant.charge[p] - meant.discharge[p] for p in store.pools]  # no meter sees what goes round
            for p, into in zip(store.pools, net, strict=True):
                self.discharge[p] = min(max(-into, 0.0), self._more_discharge(store, p))
            for p, into in zip(store.pools, net, strict=True):
                self.charge[p] = min(max(into, 0.0), self._more_charge(store))
        # Clean pools charge from contracted energy of the same step, delivered ones from what is physically there.
        self._charge_less(-self.claims, delivered_only=False)
        self._charge_less(-self.delivered, delivered_only=True)

    def _charge_less(self, amount: float, *, delivered_only: bool) -> None:
        zone = self.zone
        pools = [p for p, clean in enumerate(zone.clean) if clean and (zone.delivered[p] or not delivered_only)]
        charged = sum(self.charge[p] for p in pools)
        if amount > 0.0 and charged > 0.0:
            left = max(1.0 - amount / charged, 0.0)
            for p in pools:
                self.charge[p] *= left

    def make_good(self, meant: float) -> None:
        """Match what is missing beyond what was meant to be."""
        missing = self.zone.load[self.t] - self.claims - meant
        for p, clean in enumerate(self.zone.clean):
            if missing > NOTHING_MWH and clean:
                given_up = min(self.charge[p], missing)
                self.charge[p] -= given_up
                missing -= given_up
        missing = self._raise(missing, dispatchable=False)
        for store in self.zone.by_efficiency:
            for p in store.pools:
                if missing > NOTHING_MWH and self.zone.clean[p] and self.charge[p] <= 0.0:
                    given = min(self._more_discharge(store, p), missing)
                    self.discharge[p] += given
                    missing -= given
        self._raise(missing, dispatchable=True)

    def _raise(self, missing: float, *, dispatchable: bool) -> float:
        """Generate more where it is worth its price, what is worth most first; return what is still missing."""
        plants = self.zone.plants
        for i in sorted(range(len(plants)), key=lambda i: -plants[i].raised_for[self.t]):
            plant = plants[i]
            fits = plant.eligible and plant.dispatchable == dispatchable and plant.raised_for[self.t] >= 0.0
            if missing > NOTHING_MWH and fits:
                more = min(plant.available[self.t] - self.generation[i], missing)
                self.generation[i] += more
                missing -= more
        return missing

    def put_away(self, meant: float) -> None:
        """Use or avoid what is left over beyond what was meant to be; what storage charges must still be there."""
        left = self.claims - self.zone.load[self.t] - meant
        for store in self.zone.stores:
            for p in store.pools:
                if left > NOTHING_MWH and self.zone.clean[p]:
                    kept = max(min(self.discharge[p], left, self._room(store) / store.draw), 0.0)
                    if self.zone.delivered[p]:
                        kept = min(kept, max(self.delivered, 0.0))
                    self.discharge[p] -= kept
                    left -= kept
        plants = self.zone.plants
        for i in sorted(range(len(plants)), key=lambda i: -plants[i].lowered_for[self.t]):
            plant = plants[i]
            if left > NOTHING_MWH and plant.eligible and plant.lowered_for[self.t] > 0.0:
                less = min(self.generation[i] - plant.least[self.t], left)
                if plant.physical:
                    less = min(less, max(self.delivered, 0.0))
                self.generation[i] -= less
                left -= less
        for store in self.zone.by_efficiency:
            for p in store.pools:
                if left > NOTHING_MWH and self.zone.clean[p] and self.discharge[p] <= 0.0:
                    taken = min(self._more_charge(store), left)
                    if self.zone.delivered[p]:
                        taken = min(taken, max(self.delivered, 0.0))
                    self.charge[p] += taken
                    left -= taken
