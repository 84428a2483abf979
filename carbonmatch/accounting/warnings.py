"""Warnings of a run: limits that bind, energy wasted in storage, selling that beats delivering."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from carbonmatch.accounting.resale import resold_for_gain
from carbonmatch.accounting.storage import same_step_mwh
from carbonmatch.records import Problem, Solution
from carbonmatch.units import PRIMAL_TOLERANCE

BOTH_WAYS_SHARE: Final = 1e-4
"""Share of load that a storage may charge and discharge in the same steps unsaid: 0.01 %, above solver noise."""


def warnings(problem: Problem, solution: Solution) -> list[str]:
    """Return what a reader should know: limits that bind, energy wasted in storage, selling that beats delivering."""
    return [
        *limits_reached(problem, solution),
        *_wasted(problem, solution),
        *_both_ways_at_the_meter(problem, solution),
        *_resold(problem, solution),
        *resold_for_gain(problem, solution),
    ]


def limits_reached(problem: Problem, solution: Solution) -> list[str]:
    """Return the offers that are taken as far as they go."""
    found = []
    near = PRIMAL_TOLERANCE * problem.peak_load_mwh / problem.time.hours_per_step
    for i, contract in enumerate(problem.contracts):
        a_choice = math.isfinite(contract.max_mw) and contract.max_mw > contract.min_mw
        if a_choice and solution.contracted_mw[i] >= contract.max_mw - near:
            found.append(f"{contract.name} is taken up to its limit of {contract.max_mw:g} MW.")
    for b, storage in enumerate(problem.storage):
        for size, least, limit, unit in (
            (solution.power_mw[b], storage.min_power_mw, storage.max_power_mw, "MW"),
            (solution.energy_mwh[b], storage.min_energy_mwh, storage.max_energy_mwh, "MWh"),
        ):
            if math.isfinite(limit) and limit > least and size >= limit - near:
                found.append(f"{storage.name} is built up to its limit of {limit:g} {unit}.")
    return found


def _wasted(problem: Problem, solution: Solution) -> list[str]:
    found = []
    for b, storage in enumerate(problem.storage):
        at_once = float(same_step_mwh(solution, b).sum())
        if at_once > BOTH_WAYS_SHARE * problem.total_load_mwh:
            found.append(
                f"{storage.name} charges and discharges {at_once:,.0f} MWh in the same steps: its losses take up "
                "energy that is not wanted. Allow curtailment, or a larger surplus.max_share."
            )
    return found


def _both_ways_at_the_meter(problem: Problem, solution: Solution) -> list[str]:
    """Return the sites that draw and export in the same steps, which one meter cannot tell apart."""
    if solution.metered_import_mwh is None or solution.metered_export_mwh is None:
        return []
    both = np.minimum(solution.metered_import_mwh, solution.metered_export_mwh).sum(axis=1)
    return [
        f"{site.name} draws and exports {float(mwh):,.0f} MWh in the same steps, which one meter would net: sleeved "
        "energy takes its way out. Look at export_price: it should not exceed what sold surplus earns by the adders."
        for site, mwh in zip(problem.sites, both, strict=True)
        if mwh > BOTH_WAYS_SHARE * problem.total_load_mwh
    ]


def _resold(problem: Problem, solution: Solution) -> list[str]:
    found = []
    for z, zone in enumerate(problem.zones):
        retail = np.min([s.retail_price_per_mwh for s in problem.sites if s.zone == z], axis=0)
        resale = zone.sale_price_per_mwh > retail
        sold = float(solution.sold_mwh[z][resale].sum())
        if sold > PRIMAL_TOLERANCE * problem.total_load_mwh:
            found.append(
                f"In {int(resale.sum())} steps selling in {zone.name} earns more than retail supply costs; "
                f"{sold:,.0f} MWh are sold in them. Look at the surplus price: it should not exceed the retail price."
            )
    return found
