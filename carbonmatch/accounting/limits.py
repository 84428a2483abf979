"""The limits of a case: how far each is used, and what relaxing it would save."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from carbonmatch.accounting.clean_price import weight_of_unmatched
from carbonmatch.accounting.value import net_worth_per_mw, saved_per_mwh, worth_per_mwh
from carbonmatch.records import ContractTerms, FloatArray, IntArray, LimitPrices, Problem, Solution, StorageTerms
from carbonmatch.units import PRIMAL_TOLERANCE, SCORE_TOLERANCE

Direction = Literal["less", "more", "either"]


@dataclass(frozen=True)
class Limit:
    """One limit of a case.

    key                 as the case writes it: contracts.wind.max_mw; a month of a monthly target behind it in brackets
    value, level, unit  the limit and what is used of it, in the unit of the case
    binds               the optimum stands at it
    relaxed_by          what gives way: less of the value, more of it, or, of a size that is held, either
    step, step_unit     the step that `saved_per_step_year` is told for: 1 MW, or 0.01 of a share: a percentage point
    saved_per_step_year what one step saves in a year [currency/year]; 0 where the limit does not bind, None where no
                        price is known, because the limit is exact (a target of 1, no surplus at all). For a held size
                        it is of one MW more; where that is below 0, one MW less saves as much
    per_mwh             the same for one MWh, of a limit that counts MWh [currency/MWh]
    """

    key: str
    value: float
    level: float
    unit: str
    binds: bool
    relaxed_by: Direction
    step: float
    step_unit: str
    saved_per_step_year: float | None
    per_mwh: float | None = None

    @property
    def saved_by_one_per_cent_year(self) -> float | None:
        """What relaxing the limit by a hundredth of its value saves in a year; of a held size, whichever way saves."""
        saved = self.saved_per_step_year
        return None if saved is None else abs(saved) * 0.01 * abs(self.value) / self.step


def limits_of(problem: Problem, solution: Solution, prices: LimitPrices) -> list[Limit]:
    """Return every limit that a case sets, those first whose relaxing by a hundredth saves most."""
    found = [
        *_target(problem, solution, prices),
        *_surplus(problem, solution, prices),
        *_carbon_cap(problem, solution),
        *(limit for i, contract in enumerate(problem.contracts) for limit in _contract(problem, solution, contract, i)),
        *(limit for b, terms in enumerate(problem.storage) for limit in _storage(problem, solution, prices, terms, b)),
        *(limit for b, terms in enumerate(problem.storage) for limit in _connection(problem, solution, terms, b)),
    ]
    return sorted(found, key=lambda limit: -(limit.saved_by_one_per_cent_year or 0.0))


def counted_mwh(problem: Problem, solution: Solution) -> FloatArray:
    """Return what counts towards the target, (zones, steps): net contracted volumes, or load that is matched [MWh].

    Under an hourly target with grid credit the credited part of unmatched load counts too.
    """
    if problem.target.matching == "hourly":
        load = np.stack([zone.load_mwh for zone in problem.zones])
        weights = np.stack([weight_of_unmatched(problem, z) for z in range(len(problem.zones))])
        counted: FloatArray = load - weights * solution.unmatched_mwh
        return counted
    net = np.zeros((len(problem.zones), problem.time.steps))
    for i, contract in enumerate(problem.contracts):
        net[contract.zone] += contract.claimable_mwh(solution.generation_mwh[i])
        if problem.target.matching == "annual" and contract.eligible:
            net[contract.zone] += contract.yearly_mwh(float(solution.contracted_mw[i]))
    for b, storage in enumerate(problem.storage):
        net[storage.zone] += solution.clean_discharge_mwh[b] - solution.clean_charge_mwh[b]
    return net


@dataclass(frozen=True)
class TargetPart:
    """One row that a target may have: which zones together, over which steps, and what a limit on it is called."""

    key: str
    zones: list[int]
    steps: IntArray


def target_parts(problem: Problem) -> dict[tuple[int, int], TargetPart]:
    """Return {(group, period): part} of a target; empty where there is none."""
    target, time = problem.target, problem.time
    if target.matching == "none":
        return {}
    everywhere = list(range(len(problem.zones)))
    groups = [[z] for z in everywhere] if target.per_zone else [everywhere]
    periods = [np.arange(time.steps)]
    if target.matching == "monthly":
        periods = [np.flatnonzero(time.month_of_step == month) for month in range(int(time.month_of_step.max()) + 1)]
    found = {}
    for group, zones in enumerate(groups):
        for period, steps in enumerate(periods):
            names = [problem.zones[zones[0]].name] if len(groups) > 1 else []
            names += [time.month_labels[period]] if target.matching == "monthly" else []
            key = "target.cfe" + (f" [{', '.join(names)}]" if names else "")
            found[group, period] = TargetPart(key, zones, steps)
    return found


def _target(problem: Problem, solution: Solution, prices: LimitPrices) -> Iterator[Limit]:
    target = problem.target
    counted = counted_mwh(problem, solution)
    load = np.stack([zone.load_mwh for zone in problem.zones])
    exact = target.matching == "hourly" and target.cfe == 1.0
    for of, part in target_parts(problem).items():
        wanted = float(load[part.zones][:, part.steps].sum())
        if wanted <= 0.0:
            continue
        level, asked = float(counted[part.zones][:, part.steps].sum()) / wanted, target.share(of[0], wanted)
        binds = level <= asked + SCORE_TOLERANCE
        price = float(np.nan_to_num(prices.target_per_mwh[of])) if binds else 0.0
        yield Limit(
            key=part.key,
            value=asked,
            level=level,
            unit="of load",
            binds=binds,
            relaxed_by="less",
            step=0.01,
            step_unit="percentage point",
            saved_per_step_year=None if exact else 0.01 * wanted * price / problem.time.year_fraction,
            per_mwh=None if exact else price,
        )


def _surplus(problem: Problem, solution: Solution, prices: LimitPrices) -> Iterator[Limit]:
    share = problem.target.max_surplus_share
    if math.isinf(share):
        return
    load = problem.total_load_mwh
    level = float(solution.excess_mwh.sum()) / load
    binds = level >= share - SCORE_TOLERANCE
    price = prices.surplus_per_mwh if binds else 0.0
    known = None if math.isnan(price) else price
    yield Limit(
        key="surplus.max_share",
        value=share,
        level=level,
        unit="of load",
        binds=binds,
        relaxed_by="more",
        step=0.01,
        step_unit="percentage point",
        saved_per_step_year=None if known is None else 0.01 * load * known / problem.time.year_fraction,
        per_mwh=known,
    )


def _carbon_cap(problem: Problem, solution: Solution) -> Iterator[Limit]:
    cap, years = problem.target.carbon_cap_t_per_year, problem.time.year_fraction
    if cap is None or solution.carbon_t is None:
        return
    level = solution.carbon_t / years
    binds = level >= cap * (1.0 - SCORE_TOLERANCE)
    price = solution.shadow_prices.carbon_cap_value_per_t if binds else 0.0
    yield Limit(
        key="target.carbon_cap_t_per_year",
        value=cap,
        level=level,
        unit="t CO2e a year",
        binds=binds,
        relaxed_by="more",
        step=1.0,
        step_unit="t",
        saved_per_step_year=None if math.isnan(price) else price,
    )


def _contract(problem: Problem, solution: Solution, contract: ContractTerms, i: int) -> Iterator[Limit]:
    size, years = float(solution.contracted_mw[i]), problem.time.year_fraction
    worth = worth_per_mwh(contract, solution.shadow_prices)
    # Under an agreed volume the prices of hours do not tell what one MW more would earn.
    priced = contract.volume is None
    earns = net_worth_per_mw(contract, solution.shadow_prices, years) / years if priced else None
    keys = ("min_mw", "max_mw", "existing_mw" if contract.existing else "contracted_mw")
    owner = f"contracts.{contract.name}"
    yield from _Size(owner, keys, contract.min_mw, contract.max_mw, size, "MW", earns).limits(near_mw(problem))
    if contract.dispatchable and size > near_mw(problem):
        yield from _must_run(problem, contract, worth, size)


def _must_run(problem: Problem, contract: ContractTerms, worth: FloatArray, size: float) -> Iterator[Limit]:
    """Yield what a plant must run at least, where that is less than what is available.

    A MWh that must run and is worth less than is paid for it loses the difference.
    """
    least, hours = contract.least_mwh_per_mw, problem.time.hours_per_step
    choice = least < contract.available_mwh_per_mw
    highest = float(least[choice].max(initial=0.0)) / hours
    if highest > 0.0:
        lost = least[choice] * np.maximum(saved_per_mwh(contract)[choice] - worth[choice], 0.0)
        saved = size * float(lost.sum()) / problem.time.year_fraction
        yield Limit(
            key=f"contracts.{contract.name}.must_run_share",
            value=highest,
            level=highest,
            unit="of size at the meter",
            binds=saved > 0.0,
            relaxed_by="less",
            step=0.01,
            step_unit="percentage point",
            saved_per_step_year=0.01 / highest * saved,
        )


def _storage(
    problem: Problem, solution: Solution, prices: LimitPrices, storage: StorageTerms, b: int
) -> Iterator[Limit]:
    years, name = problem.time.year_fraction, f"storage.{storage.name}"
    power, energy = float(solution.power_mw[b]), float(solution.energy_mwh[b])
    power_earns = float(prices.power_per_mw[b]) / years - storage.power_cost_per_mw_year
    energy_earns = float(prices.energy_per_mwh[b]) / years - storage.energy_cost_per_mwh_year
    if storage.duration_hours is not None:
        power_earns += storage.duration_hours * energy_earns
    near = near_mw(problem)
    keys = ("min_power_mw", "max_power_mw", "power_mw")
    yield from _Size(name, keys, storage.min_power_mw, storage.max_power_mw, power, "MW", power_earns).limits(near)
    if storage.duration_hours is None:
        keys, least, most = (
            ("min_energy_mwh", "max_energy_mwh", "energy_mwh"),
            storage.min_energy_mwh,
            storage.max_energy_mwh,
        )
        yield from _Size(name, keys, least, most, energy, "MWh", energy_earns).limits(near)
    if energy <= near:
        return
    if math.isfinite(storage.cycles_per_year):
        drawn = float((solution.clean_discharge_mwh[b] + solution.grey_discharge_mwh[b]).sum())
        cycles = drawn / storage.cycle_efficiency / energy / years
        binds = cycles >= storage.cycles_per_year * (1.0 - SCORE_TOLERANCE)
        yield Limit(
            key=f"{name}.cycles_per_year",
            value=storage.cycles_per_year,
            level=cycles,
            unit="cycles a year",
            binds=binds,
            relaxed_by="more",
            step=1.0,
            step_unit="cycle a year",
            saved_per_step_year=float(prices.cycled_per_mwh[b]) * energy if binds else 0.0,
            per_mwh=float(prices.cycled_per_mwh[b]) if binds else 0.0,
        )
    if storage.min_state_of_charge > 0.0:
        stored = solution.clean_state_of_charge_mwh[b] + solution.grey_state_of_charge_mwh[b]
        level = float(stored.min()) / energy
        binds = level <= storage.min_state_of_charge + SCORE_TOLERANCE
        yield Limit(
            key=f"{name}.min_state_of_charge",
            value=storage.min_state_of_charge,
            level=level,
            unit="of energy",
            binds=binds,
            relaxed_by="less",
            step=0.01,
            step_unit="percentage point",
            saved_per_step_year=0.01 * energy * float(prices.least_energy_per_mwh[b]) / years if binds else 0.0,
        )


def _connection(problem: Problem, solution: Solution, storage: StorageTerms, b: int) -> Iterator[Limit]:
    """Yield the connection that a storage shares with its plant, in MW or in MW per MW of the plant."""
    pairing = storage.pairing
    if pairing is None or not pairing.has_connection:
        return
    (i,) = (i for i, contract in enumerate(problem.contracts) if contract.name == pairing.partner)
    size, hours = float(solution.contracted_mw[i]), problem.time.hours_per_step * pairing.loss_factor
    fed_in = solution.generation_mwh[i] + solution.clean_discharge_mwh[b] - solution.clean_charge_mwh[b]
    by_share = math.isfinite(pairing.connection_share)
    if by_share and size <= near_mw(problem):
        return
    scale = size if by_share else 1.0
    value = pairing.connection_share if by_share else pairing.connection_mw
    level = float(fed_in.max()) / hours / scale
    worth = float(solution.shadow_prices.pairing[pairing.partner].connection_per_mwh.sum()) * hours
    binds = level >= value - near_mw(problem) / scale
    step = 0.01 if by_share else 1.0
    yield Limit(
        key=f"storage.{storage.name}.{'connection_share' if by_share else 'connection_mw'}",
        value=value,
        level=level,
        unit="of the plant" if by_share else "MW",
        binds=binds,
        relaxed_by="more",
        step=step,
        step_unit="percentage point" if by_share else "MW",
        saved_per_step_year=step * scale * worth / problem.time.year_fraction if binds else 0.0,
    )


def near_mw(problem: Problem) -> float:
    """Return the distance within which a size is at its limit [MW], [MWh]."""
    return PRIMAL_TOLERANCE * problem.peak_load_mwh / problem.time.hours_per_step


@dataclass(frozen=True)
class _Size:
    """A size between its limits, one unit more of which earns so much in a year; keys: least, most, held.

    earns   None where that is not known
    """

    owner: str
    keys: tuple[str, str, str]
    least: float
    most: float
    size: float
    unit: str
    earns: float | None

    def limits(self, near: float) -> Iterator[Limit]:
        """Yield its limits; it is at one where it is so near."""
        size, unit = self.size, self.unit
        least_key, most_key, held_key = (f"{self.owner}.{key}" for key in self.keys)
        if self.least == self.most:
            yield Limit(held_key, size, size, unit, True, "either", 1.0, unit, self.earns)
            return
        if self.least > 0.0:
            binds = size <= self.least + near
            yield Limit(least_key, self.least, size, unit, binds, "less", 1.0, unit, self._saved(binds, -1.0))
        if math.isfinite(self.most):
            binds = size >= self.most - near
            yield Limit(most_key, self.most, size, unit, binds, "more", 1.0, unit, self._saved(binds, 1.0))

    def _saved(self, binds: bool, sign: float) -> float | None:
        """Return what one unit more, or less, saves in a year; None where that is not known."""
        if not binds:
            return 0.0
        return None if self.earns is None else max(sign * self.earns, 0.0)
