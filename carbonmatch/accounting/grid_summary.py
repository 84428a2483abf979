"""What every site draws from the grid, in the summary of a run."""

from __future__ import annotations

from typing import Any

from carbonmatch.accounting.bill import bill_summary, export_sales, metered_import_of, subscribed_of
from carbonmatch.records import FloatArray, Problem, Solution


def grid_summaries(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return what every site draws from the grid and buys at retail."""
    return {
        site.name: {
            **site_summary(problem, s, solution.retail_supply_mwh[s], imported),
            "firm_capacity_mw": float(solution.firm_capacity_mw[s]),
            **behind_meter_summary(problem, solution, s),
            **bill_summary(problem, s, imported, subscribed_of(solution.subscribed_mw, s)),
        }
        for s, site in enumerate(problem.sites)
        for imported in [metered_import_of(problem, solution.metered_import_mwh, s)]
    }


def behind_meter_summary(problem: Problem, solution: Solution, s: int) -> dict[str, float]:
    """Return what happened behind the meter of a site; empty where nothing stands there [MWh over the horizon]."""
    if not problem.behind_meter(s) or solution.metered_export_mwh is None:
        return {}
    plants = [i for i, contract in enumerate(problem.contracts) if contract.site == s]
    storage = [b for b, terms in enumerate(problem.storage) if terms.site == s]
    exported = solution.metered_export_mwh[s]
    return {
        "load_mwh": float(problem.sites[s].load_mwh.sum()),
        "onsite_generation_mwh": float(solution.generation_mwh[plants].sum()),
        "onsite_charge_mwh": float((solution.clean_charge_mwh + solution.grey_charge_mwh)[storage].sum()),
        "onsite_discharge_mwh": float((solution.clean_discharge_mwh + solution.grey_discharge_mwh)[storage].sum()),
        "metered_export_mwh": float(exported.sum()),
        "export_sales": export_sales(problem, s, exported),
    }


def site_summary(
    problem: Problem, s: int, retail_supply_mwh: FloatArray, metered_import_mwh: FloatArray
) -> dict[str, Any]:
    """Return what passed the meter of one site, and what of it was bought at retail."""
    site, hours = problem.sites[s], problem.time.hours_per_step
    return {
        "zone": problem.zones[site.zone].name,
        "metered_import_mwh": float(metered_import_mwh.sum()),
        "retail_supply_mwh": float(retail_supply_mwh.sum()),
        "peak_mw": float(metered_import_mwh.max()) / hours,
        "peak_retail_supply_mw": float(retail_supply_mwh.max()) / hours,
    }
