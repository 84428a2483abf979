"""The model a second time: a matrix of its own, written from the maths alone.

Nothing of `carbonmatch` is imported here. The case is the mapping that stands in the YAML file, the series are read
with pandas, and the form is deliberately another one than the project's:

* every flow is a column: generation and curtailment of every contract and step, sleeved, sold, retail supply, energy
  bought for storage, matched and excess; the project leaves most of them out;
* the energy ledger and the attribute ledger always have columns of their own; the project merges them where it may;
* the target counts what is matched, the project counts what is left unmatched;
* stored energy is counted at the start of a step, charge and discharge have limits of their own beside the common one.

What the specification leaves open is settled as the project settles it, said here once more in other words:

* a contract must generate min(must run, available); what a buyer may curtail is anything between zero and all of it;
* a storage keeps several pools of energy apart. Clean ones carry claims: one is delivered (it takes contracted energy
  out of the energy ledger and puts it back), one is settled at spot (it buys what it charges and sells what it
  discharges, and the energy ledger does not see it). The first is there unless every contract of the zone is virtual,
  the second where one is. The grey pool, where grid charging is allowed, buys at spot plus margin and is delivered,
  never claimed. A `settlement` in the case names one way for all pools;
* retail supply never exceeds the load: storage is not charged from retail supply;
* yearly charges and limits count for hours / 8760: cases in leap years are beyond this file;
* a long-term mean of a profile (p50) is the mean over the horizon of the case.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import contract_delivery
import contract_prices
import highspy
import numpy as np
import pandas as pd
import scipy.sparse
from numpy.typing import NDArray
from ruamel.yaml import YAML
from scipy.optimize import brentq, linprog
from storage_terms import add_pair, storage_costs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HOURS_OF_A_YEAR = 8760.0
CARBON_FREE = {"solar", "onshore_wind", "offshore_wind", "hydro", "geothermal", "biomass", "nuclear", "clean_firm"}


# --- The case as it is written ----------------------------------------------------------------------------------------


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a case file as plain dicts."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@cache
def read_table(path: Path) -> pd.DataFrame:
    """Return a table, read once."""
    return pd.read_csv(path)


@dataclass(frozen=True)
class Axis:
    """The steps of a case: their start in UTC, their length [h], their share of a year, their local months."""

    starts: pd.DatetimeIndex
    hours: float
    year_fraction: float
    month: IntArray
    timezone: str = "UTC"

    @classmethod
    def of(cls, time: Mapping[str, Any]) -> Axis:
        step = pd.Timedelta(time.get("step", "1h"))
        zone = time.get("timezone", "UTC")
        first, last = (
            pd.Timestamp(t if isinstance(t, str | datetime.date) else str(t), tz=zone)
            for t in (time["start"], time["end"])
        )
        starts = pd.date_range(first.tz_convert("UTC"), last.tz_convert("UTC"), freq=step, inclusive="left")
        hours = step / pd.Timedelta("1h")
        local = starts.tz_convert(zone)
        months = np.asarray(local.year * 12 + local.month)
        return cls(starts, hours, len(starts) * hours / HOURS_OF_A_YEAR, months, zone)


def series(value: Any, axis: Axis, folder: Path) -> FloatArray:
    """Return a number, a column of a table or an array as one value per step."""
    if isinstance(value, Mapping):
        table = read_table(folder / value["file"])
        stamps = pd.to_datetime(table["timestamp_utc"], utc=True)
        return pd.Series(table[value["column"]].to_numpy(), index=stamps).loc[axis.starts].to_numpy(dtype=float)
    return np.broadcast_to(np.asarray(value, dtype=float), (len(axis.starts),)).copy()


def site_load(value: Any, axis: Axis, folder: Path) -> FloatArray:
    """Return the load of a site in MW: flat, a column of a table or an array."""
    flat = isinstance(value, Mapping) and "flat_mw" in value
    return series(value["flat_mw"] if flat else value, axis, folder)


def energy_price(value: Any, spot: FloatArray, axis: Axis, folder: Path) -> FloatArray:
    """Return a price of energy per step: spot with a margin, or flat."""
    if "index" in value:
        return spot + series(value.get("margin_per_mwh", 0.0), axis, folder)
    return series(value["flat_per_mwh"], axis, folder)


def profile(contract: Mapping[str, Any], axis: Axis, folder: Path) -> FloatArray:
    """Return what one MW generates in a step, as a share of full output, scaled to the long-term mean if given."""
    shape = series(contract["capacity_factor"], axis, folder)
    mean = contract.get("p50_capacity_factor")
    if mean is None:
        return shape

    def lacking(factor: float) -> float:
        return float(np.minimum(1.0, factor * shape).mean() - mean)

    most = 1.0
    while lacking(most) < 0.0:
        most *= 2.0
    return np.minimum(1.0, brentq(lacking, 0.0, most, xtol=1e-15, rtol=1e-14) * shape)


@dataclass(frozen=True)
class Market:
    """Where and when something is settled: the steps, the spot price of the zone and of all, the folder of tables."""

    axis: Axis
    spot: FloatArray
    folder: Path
    spots: Mapping[str, FloatArray]


# --- A matrix that grows ----------------------------------------------------------------------------------------------


@dataclass
class Matrix:
    """minimise cost @ x, lower <= x <= upper, row_lower <= A x <= row_upper; grows column by column and row by row."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    entries: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)

    def columns(self, count: int, lower: Any = 0.0, upper: Any = math.inf) -> IntArray:
        """Add columns; return their numbers."""
        first = len(self.cost)
        self.lower += np.broadcast_to(np.asarray(lower, dtype=float), (count,)).tolist()
        self.upper += np.broadcast_to(np.asarray(upper, dtype=float), (count,)).tolist()
        self.cost += [0.0] * count
        return np.arange(first, first + count)

    def pay(self, columns: IntArray, price: Any) -> None:
        """Add a price to what columns cost."""
        for column, each in zip(columns.tolist(), np.broadcast_to(price, columns.shape).tolist(), strict=True):
            self.cost[column] += each

    def each(self, terms: list[tuple[IntArray, Any]], lower: Any, upper: Any, count: int) -> None:
        """Add one row per step; a term is (columns, factors), a single column stands in every row."""
        rows = np.arange(len(self.row_lower), len(self.row_lower) + count)
        for columns, factors in terms:
            self.entries.append(
                (rows, np.broadcast_to(columns, (count,)), np.broadcast_to(np.asarray(factors, dtype=float), (count,)))
            )
        self.row_lower += np.broadcast_to(np.asarray(lower, dtype=float), (count,)).tolist()
        self.row_upper += np.broadcast_to(np.asarray(upper, dtype=float), (count,)).tolist()

    def total(self, terms: list[tuple[IntArray, Any]], lower: float, upper: float) -> None:
        """Add one row that sums over all columns of every term."""
        row = len(self.row_lower)
        for columns, factors in terms:
            self.entries.append(
                (
                    np.full(columns.shape, row),
                    columns,
                    np.broadcast_to(np.asarray(factors, dtype=float), columns.shape),
                )
            )
        self.row_lower.append(lower)
        self.row_upper.append(upper)

    def sparse(self) -> scipy.sparse.csc_array:
        """Return A."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        return scipy.sparse.csc_array((values, (rows, columns)), shape=(len(self.row_lower), len(self.cost)))


# --- The model --------------------------------------------------------------------------------------------------------


@dataclass
class Model:
    """The matrix of a case, and which of its columns are sizes that cost something: `MW of battery`."""

    matrix: Matrix = field(default_factory=Matrix)
    sizes: dict[str, int] = field(default_factory=dict)
    plants: dict[str, tuple[IntArray, float]] = field(default_factory=dict)  # generation at the meter, loss factor


def build(case: Mapping[str, Any], folder: Path) -> Model:  # noqa: PLR0912, PLR0915 - one page, read from top to bottom
    """Return the matrix of a case given as a mapping; `folder` is what paths of tables are relative to."""
    axis = Axis.of(case["time"])
    steps = len(axis.starts)
    model = Model()
    matrix = model.matrix
    contracts, storage = case.get("contracts") or {}, case.get("storage") or {}
    surplus, target = case.get("surplus") or {}, case["target"]
    claims: dict[str, tuple[IntArray, IntArray, FloatArray, FloatArray]] = {}

    spots = {name: series(zone.get("spot_price_per_mwh", 0.0), axis, folder) for name, zone in case["zones"].items()}
    served = {site["zone"] for site in case["sites"].values()}
    for zone_name, zone in ((name, zone) for name, zone in case["zones"].items() if name in served):
        sites = {name: site for name, site in case["sites"].items() if site["zone"] == zone_name}
        spot = spots[zone_name]
        market = Market(axis, spot, folder, spots)
        physical: list[IntArray] = []
        eligible: list[tuple[IntArray, FloatArray]] = []
        taken: list[IntArray] = []
        into_ledger: list[tuple[IntArray, float]] = []
        into_claims: list[tuple[IntArray, float]] = []

        for name, contract in contracts.items():
            if contract.get("delivered_to", contract["zone"]) != zone_name:
                continue
            counts = contract["technology"] in counted_technologies(target)
            if contract["structure"] in contract_delivery.SHAPED | contract_delivery.TAKEN:
                price = contract_prices.of(contract, market).generated
                flows = contract_delivery.add(matrix, add_size(model, name, contract), contract, market, price)
                physical.append(flows.delivered)
                if counts:
                    eligible.append((flows.claimed, np.ones(steps)))
                taken += flows.taken
                continue
            there = series(case["zones"][contract["zone"]].get("spot_price_per_mwh", 0.0), axis, folder)
            generation = add_contract(model, name, contract, replace(market, spot=there))
            model.plants[name] = generation, contract.get("loss_factor", 1.0)
            if contract["structure"] != "virtual":
                physical.append(generation)
            if counts:
                rule = (zone.get("neighbours") or {}).get(contract["zone"], {})
                eligible.append((generation, deliverable(rule, spot, there)))

        structures = {
            contract["structure"]
            for contract in contracts.values()
            if contract.get("delivered_to", contract["zone"]) == zone_name
        }
        for name, offer in storage.items():
            if offer["zone"] != zone_name:
                continue
            energy, claim = add_storage(model, name, offer, market, pools_of(offer, structures))
            into_ledger += energy
            into_claims += claim

        # Energy ledger: sleeved + sold = physical generation + bought for storage + discharge - charge
        load = {name: site_load(site["load"], axis, folder) * axis.hours for name, site in sites.items()}
        sleeved = [add_site(model, name, site, load[name], market) for name, site in sites.items()]
        sold = matrix.columns(steps)
        if surplus.get("price") is not None:
            matrix.pay(sold, -energy_price(surplus["price"], spot, axis, folder))
        terms = [(columns, 1.0) for columns in (*sleeved, sold)]
        terms += [(columns, -1.0) for columns in physical] + [(columns, -sign) for columns, sign in into_ledger]
        matrix.each(terms, 0.0, 0.0, steps)

        # Attribute ledger: matched + excess = eligible generation + clean discharge - clean charge
        zone_load = np.sum(list(load.values()), axis=0)
        if taken:  # as it is used: never sold on
            matrix.each([(columns, 1.0) for columns in taken], -math.inf, zone_load, steps)
        matched, excess = matrix.columns(steps, 0.0, zone_load), matrix.columns(steps)
        terms = [(matched, 1.0), (excess, 1.0)]
        terms += [(columns, -share) for columns, share in eligible]
        terms += [(columns, -sign) for columns, sign in into_claims]
        matrix.each(terms, 0.0, 0.0, steps)
        weight = np.ones(steps)
        if target.get("grid_credit", False):
            weight = 1.0 - series(zone["grid_cfe_share"], axis, folder)
        claims[zone_name] = (matched, excess, zone_load, weight)

    together = [[name] for name in claims] if target.get("scope", "portfolio") == "zone" else [list(claims)]
    for group in together:
        add_target(matrix, target, [claims[name] for name in group], axis)
    if surplus.get("max_share") is not None:
        total = sum(float(load.sum()) for _, _, load, _ in claims.values())
        matrix.total([(excess, 1.0) for _, excess, _, _ in claims.values()], -math.inf, surplus["max_share"] * total)
    return model


def add_size(model: Model, name: str, contract: Mapping[str, Any]) -> IntArray:
    """Add the size of a contract; return its column."""
    least, most = contract.get("min_mw", 0.0), contract.get("max_mw")
    if contract.get("existing_mw") is not None:
        least = most = contract["existing_mw"]
    size = model.matrix.columns(1, least, math.inf if most is None else most)
    model.sizes[f"MW of contract {name}"] = int(size[0])
    return size


def counted_technologies(target: Mapping[str, Any]) -> set[str]:
    """Return the technologies that count towards a target."""
    named = (target.get("eligible") or {}).get("technologies", "carbon_free")
    if isinstance(named, list):
        return set(named)
    return set(CARBON_FREE) - ({"nuclear", "clean_firm"} if named == "renewable" else set())


def deliverable(rule: Mapping[str, Any], here: FloatArray, there: FloatArray) -> FloatArray:
    """Return 1 in the hours in which both prices are above 0 and no further apart than the rule says, else 0."""
    share = np.ones(len(here))
    if "max_price_ratio" in rule:
        for t, (a, b) in enumerate(zip(here.tolist(), there.tolist(), strict=True)):
            share[t] = 1.0 if a > 0.0 and b > 0.0 and a / b <= rule["max_price_ratio"] >= b / a else 0.0
    return share


def add_contract(model: Model, name: str, contract: Mapping[str, Any], market: Market) -> IntArray:
    """Add size, generation and curtailment of a contract; return its generation.

    generation + curtailed = available * contracted_mw
    """
    matrix, axis, spot, folder = model.matrix, market.axis, market.spot, market.folder
    steps = len(axis.starts)
    size = add_size(model, name, contract)
    generation = matrix.columns(steps)
    per_mw = contract.get("loss_factor", 1.0) * axis.hours
    price = contract_prices.of(contract, market)

    if contract["structure"] == "clean_firm":
        available = series(contract.get("availability", 1.0), axis, folder) * per_mw
        must_run = np.minimum(available, contract.get("must_run_share", 0.0) * per_mw)
        matrix.each([(generation, 1.0), (size, -must_run)], 0.0, math.inf, steps)
        idle = matrix.columns(steps)
        matrix.each([(generation, 1.0), (idle, 1.0), (size, -available)], 0.0, 0.0, steps)
        matrix.pay(generation, price.generated)
        matrix.pay(size, contract.get("capacity_fee_per_mw_year", 0.0) * axis.year_fraction)
        return generation

    available = profile(contract, axis, folder) * per_mw
    rights = contract.get("curtailment")
    may_curtail = np.zeros(steps, dtype=bool)
    if rights is not None:
        limit = rights.get("when_spot_price_at_most_per_mwh")
        may_curtail = np.ones(steps, dtype=bool) if limit is None else spot <= limit
        compensation = rights.get("compensation", 1.0)
    curtailed = matrix.columns(steps, 0.0, np.where(may_curtail, math.inf, 0.0))
    matrix.each([(generation, 1.0), (curtailed, 1.0), (size, -available)], 0.0, 0.0, steps)
    matrix.pay(generation, price.generated)
    if rights is not None:
        matrix.pay(curtailed, price.owed * compensation)
    return generation


def pools_of(offer: Mapping[str, Any], structures: set[str]) -> list[str]:
    """Return what a storage keeps apart, given the structures of the contracts of its zone."""
    if offer.get("paired_with") is not None:
        return ["clean delivered"]
    settlement = offer.get("settlement")
    if settlement is None:
        pools = ["clean at spot"] if "virtual" in structures else []
        pools += ["clean delivered"] if structures != {"virtual"} else []
    else:
        pools = ["clean at spot" if settlement == "spot" else "clean delivered"]
    if offer.get("grid_charging", False):
        pools.append("grey at spot" if settlement == "spot" else "grey delivered")
    return pools


def add_storage(
    model: Model, name: str, offer: Mapping[str, Any], market: Market, pools: list[str]
) -> tuple[list[tuple[IntArray, float]], list[tuple[IntArray, float]]]:
    """Add size and pools of a storage; return what it adds to the energy and to the attribute ledger, with signs.

    start of next step = kept * start of step + one_way * charge - discharge / one_way;  the last leads to the first
    """
    matrix, axis, spot = model.matrix, market.axis, market.spot
    steps, year = len(axis.starts), axis.year_fraction
    one_way = math.sqrt(offer["round_trip_efficiency"])
    kept = (1.0 - offer.get("standing_loss_per_hour", 0.0)) ** axis.hours
    limits = [offer.get(key) for key in ("max_power_mw", "max_energy_mwh")]
    power, energy = (
        matrix.columns(1, offer.get(key, 0.0), math.inf if limit is None else limit)
        for key, limit in zip(("min_power_mw", "min_energy_mwh"), limits, strict=True)
    )
    model.sizes |= {f"MW of {name}": int(power[0]), f"MWh of {name}": int(energy[0])}
    size_cost, per_mwh = storage_costs(offer, axis)
    matrix.pay(power, size_cost[0])
    matrix.pay(energy, size_cost[1])
    if offer.get("duration_hours") is not None:
        matrix.total([(energy, 1.0), (power, -offer["duration_hours"])], 0.0, 0.0)

    into_ledger: list[tuple[IntArray, float]] = []
    into_claims: list[tuple[IntArray, float]] = []
    charges, discharges, states = [], [], []
    for pool in pools:
        charge, discharge, state = (matrix.columns(steps) for _ in range(3))
        following = np.roll(state, -1)
        terms = [(following, 1.0), (state, -kept), (charge, -one_way), (discharge, 1.0 / one_way)]
        matrix.each(terms, 0.0, 0.0, steps)
        for flow in (charge, discharge):
            matrix.each([(flow, 1.0), (power, -axis.hours)], -math.inf, 0.0, steps)
        matrix.pay(discharge, per_mwh)
        if pool.startswith("clean"):
            into_claims += [(charge, -1.0), (discharge, 1.0)]
        if pool.startswith("grey"):
            matrix.pay(charge, spot + offer.get("grid_charging_margin_per_mwh", 0.0))
        if pool == "clean at spot":
            matrix.pay(charge, spot)
        if pool.endswith("at spot"):
            matrix.pay(discharge, -spot)
        else:
            into_ledger += [(charge, -1.0), (discharge, 1.0)]
        if pool == "grey delivered":  # what is bought for storage comes into the ledger, and goes into the storage
            bought = matrix.columns(steps)
            matrix.each([(bought, 1.0), (charge, -1.0)], 0.0, 0.0, steps)
            into_ledger.append((bought, 1.0))
        charges.append(charge)
        discharges.append(discharge)
        states.append(state)
    if offer.get("paired_with") is not None:
        add_pair(model, offer, axis, charges, discharges)

    matrix.each([(flow, 1.0) for flow in charges + discharges] + [(power, -axis.hours)], -math.inf, 0.0, steps)
    matrix.each([(state, 1.0) for state in states] + [(energy, -1.0)], -math.inf, 0.0, steps)
    share = offer.get("min_state_of_charge", 0.0)
    matrix.each([(state, 1.0) for state in states] + [(energy, -share)], 0.0, math.inf, steps)
    if offer.get("cycles_per_year") is not None:
        basis = 1.0 / one_way if offer.get("cycle_basis", "stored") == "stored" else 1.0
        terms = [(discharge, basis) for discharge in discharges]
        matrix.total([*terms, (energy, -offer["cycles_per_year"] * year)], -math.inf, 0.0)
    return into_ledger, into_claims


def add_site(model: Model, name: str, site: Mapping[str, Any], load: FloatArray, market: Market) -> IntArray:
    """Add the grid supply of a site: retail supply = load - sleeved, both >= 0; return sleeved."""
    matrix, axis = model.matrix, market.axis
    steps = len(axis.starts)
    retail, sleeved = matrix.columns(steps), matrix.columns(steps)
    matrix.each([(retail, 1.0), (sleeved, 1.0)], load, load, steps)
    matrix.pay(retail, energy_price(site["grid"]["energy"], market.spot, axis, market.folder))
    charge = site["grid"].get("firm_capacity_charge_per_mw_year", 0.0)
    if charge > 0.0:
        firm = matrix.columns(1)
        matrix.pay(firm, charge * axis.year_fraction)
        matrix.each([(retail, 1.0), (firm, -axis.hours)], -math.inf, 0.0, steps)
        model.sizes[f"MW of firm capacity for {name}"] = int(firm[0])
    return sleeved


def add_target(
    matrix: Matrix,
    target: Mapping[str, Any],
    claims: list[tuple[IntArray, IntArray, FloatArray, FloatArray]],
    axis: Axis,
) -> None:
    """Add the target of one group of zones.

    hourly:            sum (1 - g) * matched >= sum (1 - g) * load - (1 - cfe) * sum load
    annual, monthly:   sum (matched + excess) >= cfe * sum load
    """
    match target["matching"]:
        case "none":
            return
        case "hourly":
            load = sum(float(loads.sum()) for _, _, loads, _ in claims)
            weighted = sum(float((weights * loads).sum()) for _, _, loads, weights in claims)
            terms = [(matched, weights) for matched, _, _, weights in claims]
            matrix.total(terms, weighted - (1.0 - target["cfe"]) * load, math.inf)
        case kind:
            months = axis.month if kind == "monthly" else np.zeros_like(axis.month)
            for month in np.unique(months):
                within = months == month
                volumes = [(columns[within], 1.0) for claim in claims for columns in claim[:2]]
                load = sum(float(loads[within].sum()) for _, _, loads, _ in claims)
                matrix.total(volumes, target["cfe"] * load, math.inf)


# --- Two other routes to the optimum ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """The least cost over the horizon, every column's value, and what no portfolio can cost less than, where proved."""

    cost: float
    values: FloatArray
    bound: float = math.nan


class NoOptimumError(Exception):
    """The engine of the reference did not end with an optimum."""


def solve_with_scipy(matrix: Matrix) -> Answer:
    """Solve with SciPy's own build of HiGHS: interior point with crossover, thus a vertex. For short horizons."""
    a = matrix.sparse().tocsr()
    lower, upper = np.array(matrix.row_lower), np.array(matrix.row_upper)
    equal = lower == upper
    above, below = ~equal & np.isfinite(lower), ~equal & np.isfinite(upper)
    found = linprog(
        matrix.cost,
        A_ub=scipy.sparse.vstack([a[below], -a[above]]),
        b_ub=np.concatenate([upper[below], -lower[above]]),
        A_eq=a[equal],
        b_eq=lower[equal],
        bounds=np.column_stack([matrix.lower, matrix.upper]),
        method="highs-ipm",
    )
    if found.status != 0:
        raise NoOptimumError(found.message)
    return Answer(float(found.fun), np.asarray(found.x))


REACH_MWH = 1e5
"""No flow and no size of an optimum is larger: sizes end at 1000 MW, and a larger storage alone would cost more."""


def solve_year(matrix: Matrix, *, power: float = 100.0, money: float = 50.0) -> Answer:
    """Solve a whole year, and prove it here: simplex takes minutes on it, and an engine's word is not enough.

    power, money   one load per step [MWh], one price [currency/MWh]: the engine is given numbers near 1

    For any row prices y with the right signs, and r = cost - A' y, no feasible x costs less than
        sum over rows y * (side that y presses against) + sum over columns r * (side that r presses against).
    Prices that press against an open side of a row are set to zero; open sides of columns are closed at REACH_MWH.
    """
    a = matrix.sparse()
    cost, lower, upper = (np.array(part) for part in (matrix.cost, matrix.lower, matrix.upper))
    row_lower, row_upper = np.array(matrix.row_lower), np.array(matrix.row_upper)
    highs = highspy.Highs()
    for option, value in {"output_flag": False, "solver": "hipo", "run_crossover": "off", "threads": 1}.items():
        highs.setOptionValue(option, value)
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = a.shape
    lp.col_cost_ = cost / money
    lp.col_lower_, lp.col_upper_ = lower / power, upper / power
    lp.row_lower_, lp.row_upper_ = row_lower / power, row_upper / power
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = a.indptr, a.indices, a.data
    highs.passModel(lp)
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise NoOptimumError(highs.modelStatusToString(status))
    solution = highs.getSolution()
    values = np.array(solution.col_value) * power

    prices = np.array(solution.row_dual) * money
    prices[(prices > 0.0) & np.isinf(row_lower)] = 0.0
    prices[(prices < 0.0) & np.isinf(row_upper)] = 0.0
    reduced = cost - a.T @ prices
    row_side = np.where(prices > 0.0, row_lower, row_upper)
    row_side[prices == 0.0] = 0.0
    column_side = np.where(reduced > 0.0, lower, np.minimum(upper, REACH_MWH))
    return Answer(float(cost @ values), values, float(prices @ row_side + reduced @ column_side))
