"""Carbon: what the load emits by the market-based method, the cap on it, and what it costs."""

from __future__ import annotations

import numpy as np
import pyomo.core as pyo

from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation.matching import ZoneFlows, unmatched_variables
from carbonmatch.records import CarbonTerms, FloatArray, Problem, ZoneTerms


def carbon_of(zone: ZoneTerms) -> CarbonTerms:
    """Return the factors of a zone in a problem that counts emissions."""
    if zone.carbon is None:
        raise ValueError("the target counts emissions, and the zone has no factors: the case should have been refused")
    return zone.carbon


def add_emissions(block: pyo.Block, zone: ZoneTerms) -> None:
    """Count what the load of one zone emits, as the draft revision of Scope 2 does hour by hour.

    carbon_t = sum_t claimed * load[t] + (standard[t] - claimed) * unmatched[t]
                                       + (unclaimed[t] - standard[t]) * beyond[t]           [t CO2e]
    unmatched[t] - beyond[t] <= standard_mwh[t],   beyond[t] >= 0

    claimed <= standard <= unclaimed   [t/MWh] of claims, of standard supply, of what is left beyond it
    standard_mwh                       [MWh per step] most that the standard supply service serves
    beyond                             [MWh per step] what is left unmatched beyond it

    Steps without standard supply have no variable: all that is unmatched lies beyond.
    """
    carbon, unmatched = carbon_of(zone), block.unmatched
    on_unmatched, on_beyond = steepness(carbon)
    split = np.flatnonzero((carbon.standard_mwh > 0.0) & (on_beyond > 0.0)).tolist()
    beyond = block.beyond_standard_supply_mwh = pyo.Var(split, bounds=(0.0, None))
    most = carbon.standard_mwh.tolist()
    block.standard_supply_limit = pyo.Constraint(split, rule=lambda _, t: unmatched[t] - beyond[t] <= most[t])
    counted = [*zip(on_unmatched.tolist(), unmatched, strict=True), *((on_beyond[t], v) for t, v in beyond.items())]
    emitted = pyo.quicksum(factor * mwh for factor, mwh in counted if factor > 0.0)
    block.carbon_t = pyo.Expression(expr=least_emissions(zone) + emitted)


def steepness(carbon: CarbonTerms) -> tuple[FloatArray, FloatArray]:
    """Return what one more unmatched MWh emits, and one more of those beyond standard supply on top [t/MWh]."""
    served = carbon.standard_mwh > 0.0
    first = np.where(served, carbon.standard_t_per_mwh, carbon.unclaimed_t_per_mwh)
    return first - carbon.claimed_t_per_mwh, carbon.unclaimed_t_per_mwh - first


def least_emissions(zone: ZoneTerms) -> float:
    """Return what a zone emits with all of its load claimed [t]."""
    return carbon_of(zone).claimed_t_per_mwh * float(zone.load_mwh.sum())


def carbon_floor(problem: Problem) -> float:
    """Return what all zones emit with all of their load claimed [t]: no portfolio emits less."""
    return sum(least_emissions(zone) for zone in problem.zones)


def cap_below_claims(problem: Problem) -> str | None:
    """Say that claims on all load alone emit more than the cap; None where they do not."""
    cap = problem.carbon_cap_t
    if cap is None or cap >= (least := carbon_floor(problem)):
        return None
    return (
        f"No portfolio can meet this case: claims on all of its load emit {least:,.1f} t, more than the carbon cap "
        f"of {cap:,.1f} t."
    )


def add_carbon_cap(model: pyo.ConcreteModel, problem: Problem, flows: list[ZoneFlows]) -> None:
    """Limit what all zones emit together.

    sum_z carbon_t[z] <= carbon_cap * year_fraction      [t CO2e]

    A cap that leaves nothing beside the claims fixes what would emit more to 0, for the same reason as a target of
    exactly 1.

    Raises:
        InfeasibleError: with all load claimed, the claims alone emit more.
    """
    cap = problem.carbon_cap_t
    if cap is None:
        return
    below = cap_below_claims(problem)
    if below is not None:
        raise InfeasibleError(below)
    if cap > carbon_floor(problem):
        emitted = pyo.quicksum(model.zone[zone.name].carbon_t for zone in problem.zones)
        model.carbon_cap = pyo.Constraint(expr=emitted <= cap)
        return
    for zone, zone_flows in zip(problem.zones, flows, strict=True):
        block = model.zone[zone.name]
        on_unmatched, _ = steepness(carbon_of(zone))
        for t in np.flatnonzero(on_unmatched > 0.0).tolist():
            for variable in unmatched_variables(block, zone_flows, t):
                variable.fix(0.0)
        for variable in block.beyond_standard_supply_mwh.values():
            variable.fix(0.0)


def carbon_cost(model: pyo.ConcreteModel, price_per_t: float) -> pyo.Expression:
    """What emissions cost over the horizon [currency].

    carbon_price_per_t * sum_z carbon_t[z]
    """
    return price_per_t * pyo.quicksum(block.carbon_t for block in model.zone.values())
