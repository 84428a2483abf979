"""The summary of a run: every number that a table, a page or a script shows is read from here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.agreed import flow_summary, guarantee_summary, paid_for_mwh, volume_agreed_summary
from carbonmatch.accounting.asked_price import asked_prices
from carbonmatch.accounting.avoided import avoided_summary
from carbonmatch.accounting.certificates.registry import registry_summary
from carbonmatch.accounting.compute import compute_summary
from carbonmatch.accounting.eligibility import eligibility_summary
from carbonmatch.accounting.embodied import embodied_summary
from carbonmatch.accounting.emissions import location_based_t
from carbonmatch.accounting.frameworks import framework_statements
from carbonmatch.accounting.grid_summary import grid_summaries
from carbonmatch.accounting.scope2 import scope2_summary
from carbonmatch.accounting.score import Scores, score
from carbonmatch.accounting.site_scores import with_site_scores
from carbonmatch.accounting.storage import storage_summaries
from carbonmatch.accounting.target import limit_prices, target_summary
from carbonmatch.accounting.value import capture_value_per_mwh
from carbonmatch.accounting.warnings import warnings
from carbonmatch.components import SALES_COMPONENTS
from carbonmatch.records import (
    Certificate,
    ContractLedger,
    ContractTerms,
    DataTier,
    Facts,
    FloatArray,
    Instrument,
    Ledger,
    Problem,
    Solution,
    ZoneLedger,
)
from carbonmatch.units import PRIMAL_TOLERANCE

SUMMARY_KEYS: Final = (
    *("case", "kind", "status", "verified", "currency", "period", "load_mwh", "target", "cost", "scores", "zones"),
    *("contracts", "eligibility", "storage", "grid", "emissions", "scope2", "avoided_emissions", "embodied_emissions"),
    *("frameworks", "data_quality", "shadow_prices", "certificate", "reconciliation", "warnings"),
)
"""The keys of a summary in their order, whether it is of a plan or of what was metered; what does not apply is None."""


def summarise(
    problem: Problem, solution: Solution, ledger: Ledger, facts: Facts, certificate: Certificate
) -> dict[str, Any]:
    """Return the summary of a verified plan, as it is written to `summary.json`.

    Shares are in 0..1, power in MW, energy in MWh over the horizon, money in the currency of the case over the horizon.
    What a case gives no data for is None.
    """
    storage = storage_summaries(problem, solution, facts)
    return in_order(
        {
            **accounts_summary(problem, ledger, facts, {name: entry["energy_mwh"] for name, entry in storage.items()}),
            "kind": "plan",
            "status": "optimal",
            "target": target_summary(problem),
            "cost": cost_summary(problem, solution),
            "contracts": contract_summaries(problem, solution, ledger, facts),
            "storage": storage,
            "grid": with_site_scores(grid_summaries(problem, solution), problem, ledger),
            "shadow_prices": price_summary(problem, solution),
            "certificate": {
                "primal_residual_mwh": certificate.primal_residual_mwh,
                "primal_residual": certificate.primal_residual,
                "dual_residual": certificate.dual_residual,
                "gap": certificate.gap,
                "primal_objective": certificate.primal_objective,
                "dual_objective": certificate.dual_objective,
            },
            "warnings": warnings(problem, solution),
            **compute_summary(problem, ledger, facts, solution),
        }
    )


def accounts_summary(
    problem: Problem, ledger: Ledger, facts: Facts, storage_energy_mwh: Mapping[str, float | None]
) -> dict[str, Any]:
    """Return what a plan and a metered period are both told by: accounts that have been proved, and nothing of money.

    storage_energy_mwh   capacity by storage; None where it is not known
    """
    time = problem.time
    local = time.starts.tz_convert(time.timezone)
    scope2 = scope2_summary(facts, ledger)
    return {
        "case": problem.name,
        "verified": True,
        "currency": problem.currency,
        "period": {
            "start_utc": time.starts[0].isoformat(),
            "timezone": time.timezone,
            "start_local": local[0].isoformat(),
            "end_local": (local[-1] + pd.Timedelta(hours=time.hours_per_step)).isoformat(),
            "steps": time.steps,
            "hours_per_step": time.hours_per_step,
            "year_fraction": time.year_fraction,
        },
        "load_mwh": problem.total_load_mwh,
        "scores": score_summary(problem, ledger.zones),
        "zones": {zone.name: zone_summary(problem, zone) for zone in ledger.zones},
        "eligibility": eligibility_summary(problem, ledger, facts),
        "emissions": emissions_summary(ledger),
        "scope2": scope2,
        "avoided_emissions": avoided_summary(facts, ledger),
        "embodied_emissions": embodied_summary(facts, ledger, storage_energy_mwh, time.year_fraction),
        "frameworks": framework_statements(problem, ledger, facts, scope2),
        "data_quality": data_quality(facts),
        "certificates": registry_summary(facts),
    }


def in_order(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary with all keys that every summary has, in their order, and others behind them."""
    return {**{key: summary.get(key) for key in SUMMARY_KEYS}, **summary}


def cost_summary(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return cost gross and net of sales, and its components as the model's own expressions gave them."""
    sales = -sum(solution.cost.get(component, 0.0) for component in SALES_COMPONENTS)
    total = solution.objective + sales
    return {
        "total": total,
        "sales": sales,
        "net_of_sales": solution.objective,
        "per_mwh_load": total / problem.total_load_mwh,
        "net_of_sales_per_mwh_load": solution.objective / problem.total_load_mwh,
        "components": dict(solution.cost),
    }


def score_summary(problem: Problem, zones: tuple[ZoneLedger, ...]) -> dict[str, Any]:
    """Return the scores of one or several zones, with the names of the worst hour and month."""
    scores = score(zones, problem.time.month_of_step, problem.time.hours_per_step)
    return {
        "hourly_matched_share": scores.hourly_matched_share,
        "cfe_score": scores.cfe_score,
        "cfe_score_from_contracts": scores.cfe_score_from_contracts,
        "cfe_score_from_grid": scores.cfe_score_from_grid,
        "annual_volumetric_share": scores.annual_volumetric_share,
        "annual_volumetric_claim": scores.annual_volumetric_claim,
        **_worst(problem, scores),
    }


def _worst(problem: Problem, scores: Scores) -> dict[str, Any]:
    return {
        "fully_matched_hours": scores.fully_matched_hours,
        "fully_matched_hours_share": scores.fully_matched_hours_share,
        "longest_gap_hours": scores.longest_gap_hours,
        "worst_hour_utc": problem.time.starts[scores.worst_step].isoformat(),
        "worst_hour_share": scores.worst_step_share,
        "worst_month": problem.time.month_labels[scores.worst_month],
        "worst_month_share": scores.worst_month_share,
    }


def zone_summary(problem: Problem, zone: ZoneLedger) -> dict[str, Any]:
    """Return the volumes and scores of one zone."""
    return {
        "load_mwh": float(zone.load_mwh.sum()),
        "generation_mwh": float(zone.generation_mwh.sum()),
        "matched_mwh": float(zone.matched_mwh.sum()),
        "matched_from_storage_mwh": float(zone.matched_from_storage_mwh.sum()),
        "unmatched_mwh": float(zone.unmatched_mwh.sum()),
        "excess_mwh": float(zone.excess_mwh.sum()),
        "curtailed_mwh": float(zone.curtailed_mwh.sum()),
        "sold_mwh": float(zone.sold_mwh.sum()),
        "scores": score_summary(problem, (zone,)),
    }


def contract_summaries(problem: Problem, solution: Solution, ledger: Ledger, facts: Facts) -> dict[str, Any]:
    """Return size, volumes, cost and worth of every contract."""
    least = PRIMAL_TOLERANCE * problem.total_load_mwh
    result: dict[str, Any] = {}
    entries = zip(problem.contracts, ledger.contracts, facts.instruments, strict=True)
    for i, (contract, account, instrument) in enumerate(entries):
        generation, paid_for = float(account.generation_mwh.sum()), paid_for_mwh(contract, account)
        unused = None if solution.unused_mwh is None else solution.unused_mwh[i]
        cost = solution.contract_cost[contract.name]
        result[contract.name] = {
            "zone": account.zone,
            **_site_of(problem, contract.site),
            **instrument_summary(contract, instrument),
            "contracted_mw": float(solution.contracted_mw[i]),
            "max_mw": _finite(contract.max_mw),
            "strike_per_mwh": contract.strike_per_mwh,
            **asked_prices(contract, account.generation_mwh, least),
            "available_mwh": generation + float(account.curtailed_mwh.sum()),
            **volume_summary(account),
            **flow_summary(contract, account),
            **volume_agreed_summary(contract, float(solution.contracted_mw[i]), unused),
            **guarantee_summary(instrument, account, metered=False),
            "cost": cost,
            "cost_per_mwh": cost / paid_for if paid_for >= least else None,
            "capture_value_per_mwh": capture_value_per_mwh(
                contract, account.generation_mwh, solution.shadow_prices, least
            ),
        }
    return result


def _site_of(problem: Problem, site: int | None) -> dict[str, str]:
    """Return behind whose meter something stands; nothing where it feeds the grid."""
    return {} if site is None else {"site": problem.sites[site].name}


def instrument_summary(contract: ContractTerms, instrument: Instrument) -> dict[str, Any]:
    """Return what a contract is."""
    return {
        "technology": contract.technology,
        "structure": contract.structure,
        "existing": contract.existing,
        "renewable": instrument.renewable,
        "commissioned": None if instrument.commissioned is None else instrument.commissioned.isoformat(),
        **({"plant_zone": instrument.plant_zone} if instrument.plant_zone else {}),
        "emission_factor_g_per_kwh": float(instrument.factor.g_per_kwh.mean()),
    }


def volume_summary(account: ContractLedger) -> dict[str, Any]:
    """Return where the generation of a contract went."""
    return {
        "generation_mwh": float(account.generation_mwh.sum()),
        "curtailed_mwh": float(account.curtailed_mwh.sum()),
        "matched_mwh": float(account.matched_mwh.sum()),
        "matched_from_storage_mwh": float(account.matched_from_storage_mwh.sum()),
        "stored_mwh": float(account.stored_mwh.sum()),
        "excess_mwh": float(account.excess_mwh.sum()),
    }


def emissions_summary(ledger: Ledger) -> dict[str, Any]:
    """Return emissions of the electricity consumed, by the location-based method."""
    per_zone = {zone.name: location_based_t(zone) for zone in ledger.zones}
    known = [emitted for emitted in per_zone.values() if emitted is not None]
    return {
        "scope2_location_based_t": sum(float(emitted.sum()) for emitted in known)
        if len(known) == len(per_zone)
        else None,
        "scope2_location_based_t_by_zone": {
            name: None if emitted is None else float(emitted.sum()) for name, emitted in per_zone.items()
        },
    }


def data_quality(facts: Facts) -> list[dict[str, Any]]:
    """Return how the load of each site is known. What is generated and stored is known of a metered period alone."""
    return [
        series_quality("load", site.name, facts.zones[site.zone].name, site.data_tier, float(site.load_mwh.sum()))
        for site in facts.sites
    ]


def series_quality(series: str, name: str, zone: str, tier: DataTier, mwh: float) -> dict[str, Any]:
    """Return how one series is known: the load of a site, the generation of a contract, the flows of a storage."""
    return {"series": series, "name": name, "zone": zone, "tier": tier, "mwh": mwh}


def price_summary(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return the prices that the model found, averaged over the horizon where they are hourly."""
    prices = solution.shadow_prices
    load = {zone.name: zone.load_mwh for zone in problem.zones}

    def by_zone(values: FloatArray, weights: dict[str, FloatArray]) -> dict[str, float]:
        return {
            zone.name: float(np.average(values[z], weights=weights[zone.name] if weights[zone.name].any() else None))
            for z, zone in enumerate(problem.zones)
        }

    return {
        "green_premium_per_mwh": {
            zone.name: _finite(float(prices.green_premium_per_mwh[z])) for z, zone in enumerate(problem.zones)
        },
        "load_weighted_energy_value_per_mwh": by_zone(prices.energy_value_per_mwh, load),
        "load_weighted_attribute_value_per_mwh": by_zone(prices.attribute_value_per_mwh, load),
        "surplus_limit_value_per_mwh": prices.surplus_limit_value_per_mwh,
        **limit_prices(problem, solution),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
