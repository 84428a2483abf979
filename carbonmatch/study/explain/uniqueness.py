"""Which of the prices are the only ones that an optimum has: found without a solve, see `solving.dual_face`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from carbonmatch.accounting import best_profile, target_parts, worth_per_mwh
from carbonmatch.formulation import RowNumbers
from carbonmatch.records import (
    ContractTerms,
    FloatArray,
    IntArray,
    Optimum,
    PairingTerms,
    Problem,
    Solution,
    StorageTerms,
)
from carbonmatch.solving import DualFace, LinearProgram, dual_face

NEAR_BOUND: Final = 1e-5
"""A flow closer to a bound than this share of peak load is at it: ten times what a certificate lets a row be off."""

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Uniqueness:
    """Tells which prices of an optimum are the only ones. What was not found out is None.

    watched   {key of a limit: number of its row}, of the limits that hold for a whole period
    """

    problem: Problem
    solution: Solution
    optimum: Optimum
    rows: RowNumbers
    face: DualFace | None
    watched: dict[str, int]

    @classmethod
    def of(
        cls, problem: Problem, solution: Solution, optimum: Optimum, program: LinearProgram, rows: RowNumbers
    ) -> Uniqueness:
        """Find it out; `program` is the one that the optimum is of, `rows` are its rows by name."""
        watched = dict(_watched(problem, rows))
        near, typical = NEAR_BOUND * problem.peak_load_mwh, problem.yardstick.typical_price_per_mwh
        face = dual_face(program, optimum, list(watched.values()), near, typical)
        return cls(problem, solution, optimum, rows, face, watched)

    def limit(self, key: str) -> bool | None:
        """Tell whether the price of a limit is the only one; None for a limit that is not watched, too."""
        return None if self.face is None or key not in self.watched else bool(self.face.unique[self.watched[key]])

    def range_per_mwh(self, key: str) -> tuple[float, float] | None:
        """Return the lowest and the highest price of a limit that were found; all between are as good."""
        if self.face is None or key not in self.watched:
            return None
        low, high = sorted(abs(price) for price in self.face.ranges[self.watched[key]])
        return low, high

    def hours_share(self, z: int) -> dict[str, float | None]:
        """Return the shares of steps whose attribute value, and whose energy value, is the only one."""
        if self.face is None:
            return {"attribute": None, "energy": None}
        zone, prices = self.problem.zones[z], self.solution.shadow_prices
        energy, claim = self._steps(("energy_balance", zone.name)), self._steps(("attribute_balance", zone.name))
        if self.solution.merged_ledgers[z]:
            # one price is split in two where it is above retail, and then by the worth of firm capacity
            both = prices.energy_value_per_mwh[z] + prices.attribute_value_per_mwh[z]
            for site in (site for site in self.problem.sites if site.zone == z):
                energy &= self._steps(("firm_capacity_limit", site.name)) | (both < site.retail_price_per_mwh)
            claim = energy
        return {"attribute": float((claim & self._volume_known(z)).mean()), "energy": float(energy.mean())}

    def contract(self, contract: ContractTerms) -> bool | None:
        """Tell whether the worth of what one MW more would generate is the same at all prices of this optimum."""
        if self.face is None or contract.volume is not None:
            return None
        profile = best_profile(contract, worth_per_mwh(contract, self.solution.shadow_prices))
        weights = np.zeros(len(self.optimum.rows))
        zone = self.problem.zones[contract.zone].name
        delivered, claimable = contract.delivered_mwh(1.0, profile), contract.claimable_mwh(profile)
        for of, sign in self._energy_rows(contract):
            _add(weights, self.rows.get(of, {}), sign * delivered)
        _add(weights, self.rows.get(("attribute_balance", zone), {}), claimable)
        if contract.consumed:
            _add(weights, self.rows.get(("consumed_limit", zone), {}), profile)
        for row, steps in self._volume_rows(contract.zone):
            weights[row] += claimable[steps].sum() + contract.eligible * contract.yearly_mwh(1.0)[steps].sum()
        for storage in self.problem.storage:
            if storage.pairing is not None and storage.pairing.partner == contract.name:
                self._add_pairing(weights, storage.name, storage.pairing, profile)
        return self.face.fixes(weights)

    def _add_pairing(self, weights: FloatArray, name: str, pairing: PairingTerms, profile: FloatArray) -> None:
        """Add what one MW of a plant puts into the rows of the storage beside it."""
        _add(weights, self.rows.get(("partner_charge", name), {}), -profile)
        share = pairing.connection_share if np.isfinite(pairing.connection_share) else 0.0
        carried = self.problem.time.hours_per_step * pairing.loss_factor * share
        _add(weights, self.rows.get(("shared_connection", name), {}), profile - carried)

    def storage(self, storage: StorageTerms) -> bool | None:
        """Tell whether the worth of every flow of a storage is the same at all prices of this optimum."""
        if self.face is None:
            return None
        zone = self.problem.zones[storage.zone].name
        energy = self.rows.get(("energy_balance", zone), {})
        attribute = self.rows.get(("attribute_balance", zone), {})
        known = np.ones(self.problem.time.steps, dtype=bool)
        for pool in storage.pools:
            if pool.delivered and pool.clean and attribute:
                both = sorted(energy.keys() & attribute.keys())
                known[both] &= self.face.fixes_sums(_numbers(energy, both), _numbers(attribute, both))
            elif storage.site is not None:
                for of, _ in self._energy_rows(storage):
                    known &= self._steps(of)
                known &= self._steps(("attribute_balance", zone)) if pool.clean else True
            else:
                known &= self._steps(("energy_balance", zone)) if pool.delivered else True
                known &= self._steps(("attribute_balance", zone)) if pool.clean else True
            if pool.clean:
                known &= self._volume_known(storage.zone)
        for row in ("partner_charge", "shared_connection"):
            known &= self._steps((row, storage.name))
        return bool(known.all())

    def _energy_rows(self, offer: ContractTerms | StorageTerms) -> list[tuple[tuple[str, str], float]]:
        """Return the rows that price the energy of an offer, with the sign of their duals in its worth.

        That is the row of its zone, or those of the meter that it stands behind.
        """
        if offer.site is None:
            return [(("energy_balance", self.problem.zones[offer.zone].name), 1.0)]
        site = self.problem.sites[offer.site].name
        limits = ("export_source", "clean_charge_limit")
        return [(("meter_balance", site), 1.0), *(((limit, site), -1.0) for limit in limits)]

    def _volume_rows(self, z: int) -> Iterator[tuple[int, IntArray]]:
        """Yield the rows of a target over a period that a zone counts in, with the steps of the period."""
        for of, part in target_parts(self.problem).items():
            row = self.rows.get(("volume_target", None), {}).get(of)
            if row is not None and z in part.zones:
                yield row, part.steps

    def _volume_known(self, z: int) -> BoolArray:
        known = np.ones(self.problem.time.steps, dtype=bool)
        for row, steps in self._volume_rows(z):
            known[steps] = self.face is not None and bool(self.face.unique[row])
        return known

    def _steps(self, of: tuple[str, str]) -> BoolArray:
        """Return for each step whether the dual of a row is the only one; so it is where there is no row."""
        known = np.ones(self.problem.time.steps, dtype=bool)
        for t, row in self.rows.get(of, {}).items():
            known[t] = self.face is not None and bool(self.face.unique[row])
        return known

    def told(self) -> dict[str, Any]:
        """Return it as part of an explanation."""
        return {"hours_share": {zone.name: self.hours_share(z) for z, zone in enumerate(self.problem.zones)}}


def _watched(problem: Problem, rows: RowNumbers) -> Iterator[tuple[str, int]]:
    for (group, period), part in target_parts(problem).items():
        for name, index in (("hourly_target", group), ("volume_target", (group, period))):
            if index in rows.get((name, None), {}):
                yield part.key, rows[name, None][index]
    for row in rows.get(("surplus_limit", None), {}).values():
        yield "surplus.max_share", row
    for row in rows.get(("carbon_cap", None), {}).values():
        yield "target.carbon_cap_t_per_year", row
    for storage in problem.storage:
        for row in rows.get(("cycle_limit", storage.name), {}).values():
            yield f"storage.{storage.name}.cycles_per_year", row


def _numbers(rows: dict[Any, int], steps: list[int]) -> IntArray:
    return np.array([rows[t] for t in steps], dtype=np.int64)


def _add(weights: FloatArray, rows: dict[Any, int], profile: FloatArray) -> None:
    for t, row in rows.items():
        weights[row] += profile[t]
