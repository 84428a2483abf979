"""What several weather years come to: the mean of a year, by weight, and every year beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from carbonmatch.accounting import emissions_by_the_hour_t
from carbonmatch.records import Problem, YearsProblem, YearTerms
from carbonmatch.study.row import compute_figures

Summary = Mapping[str, Any]

SCORES: Final = ("hourly_matched_share", "cfe_score", "annual_volumetric_share")
"""Shares of load, whose mean over years is that of their amounts."""

CONTRACT_VOLUMES: Final = (
    *("available_mwh", "generation_mwh", "curtailed_mwh", "matched_mwh", "matched_from_storage_mwh", "stored_mwh"),
    *("excess_mwh", "cost", "delivered_mwh", "claimable_mwh", "agreed_volume_mwh", "unused_mwh", "unused_payment"),
)
STORAGE_VOLUMES: Final = ("charge_mwh", "discharge_mwh", "grey_charge_mwh", "losses_mwh", "cost")
GRID_VOLUMES: Final = ("metered_import_mwh", "retail_supply_mwh", "matched_mwh")

SAME_SCORE: Final = 1e-6
"""Years whose scores are nearer than this are told apart by their cost: solver noise must not name the worst one."""


def told(*keys: str) -> Callable[[Summary], Any]:
    """Return what reads the value at a path of keys out of a summary."""

    def read(summary: Summary) -> Any:
        value: Any = summary
        for key in keys:
            value = value[key]
        return value

    return read


class Means:
    """Means over the years: amounts are per year, as they are expected."""

    def __init__(self, problem: YearsProblem, summaries: Mapping[str, Summary]) -> None:
        self.years = [(year, summaries[year.name]) for year in problem.years]

    def expected(self, amount: Callable[[Summary], float]) -> float:
        """Return the amount that is expected per year."""
        return sum(year.per_year * amount(summary) for year, summary in self.years)

    def known(self, amount: Callable[[Summary], float | None]) -> float | None:
        """Return the amount that is expected per year; None where a year does not know it."""
        if any(amount(summary) is None for _, summary in self.years):
            return None
        return self.expected(lambda summary: amount(summary) or 0.0)

    def share(self, of: Callable[[Summary], float | None]) -> float | None:
        """Return the mean of a share of load, weighted by that load; None where a year does not know it."""
        matched = self.known(lambda s: None if of(s) is None else float(of(s) or 0.0) * s["load_mwh"])
        return None if matched is None else matched / self.expected(told("load_mwh"))

    def entries(self, block: str, volumes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """Return the entries of a block as the first year tells them, their volumes as they are expected per year."""
        (_, first), *_ = self.years
        return {
            name: {**entry, **{key: self.expected(told(block, name, key)) for key in volumes if key in entry}}
            for name, entry in first[block].items()
        }


def mean_summary(problem: YearsProblem, summaries: Mapping[str, Summary]) -> dict[str, Any]:
    """Return the mean of the years in the keys of a run's summary: amounts per year, shares of all load."""
    means = Means(problem, summaries)
    (_, first), *_ = means.years
    load = means.expected(told("load_mwh"))
    total, net = (means.expected(told("cost", key)) for key in ("total", "net_of_sales"))
    return {
        "load_mwh": load,
        "cost": {
            "total": total,
            "sales": means.expected(told("cost", "sales")),
            "net_of_sales": net,
            "per_mwh_load": total / load,
            "net_of_sales_per_mwh_load": net / load,
            "components": {
                component: means.expected(told("cost", "components", component))
                for component in first["cost"]["components"]
            },
        },
        "scores": {key: means.share(told("scores", key)) for key in SCORES},
        "excess_share": means.expected(excess_mwh) / load,
        "contracts": _contracts(problem, means),
        "storage": _storage(problem, means),
        "grid": _grid(means),
        **_placed(means),
        "emissions": {
            "scope2_location_based_t": means.known(told("emissions", "scope2_location_based_t")),
            "scope2_market_based_by_the_hour_t": means.known(emissions_by_the_hour_t),
        },
        **_compute(means),
    }


def _compute(means: Means) -> dict[str, Any]:
    """Return what tokens cost in the mean: expected cost over expected tokens; nothing where no case states them."""
    if any(summary.get("compute") is None for _, summary in means.years):
        return {}
    tokens = means.expected(told("compute", "million_tokens"))
    cost = {key: means.expected(told("compute", "cost", key)) for key in ("total", "net_of_sales")}
    return {
        "compute": {
            "million_tokens": tokens,
            "token_load_mwh": means.expected(told("compute", "token_load_mwh")),
            **cost,
            "per_million_tokens": cost["total"] / tokens if tokens else None,
            "net_of_sales_per_million_tokens": cost["net_of_sales"] / tokens if tokens else None,
        }
    }


def _contracts(problem: YearsProblem, means: Means) -> dict[str, dict[str, Any]]:
    """Return the contracts. What an MWh is worth is a mean over what is generated, or could be where none is taken."""
    entries = means.entries("contracts", CONTRACT_VOLUMES)
    for number, (name, entry) in enumerate(entries.items()):
        values = [(year, summary["contracts"][name]) for year, summary in means.years]
        generated = entry["generation_mwh"]
        weights = [year.per_year * told["generation_mwh"] for year, told in values]
        if any(told["cost_per_mwh"] is None for _, told in values):
            weights = [year.per_year * _available_mwh_per_mw(year.problem, number) for year, _ in values]
            generated = 0.0
        limit = problem.first.contracts[number].max_mw
        entry["max_mw"] = limit if math.isfinite(limit) else None
        worth = [told["capture_value_per_mwh"] for _, told in values]
        paid_for = entry.get("delivered_mwh", generated)
        entry["cost_per_mwh"] = entry["cost"] / paid_for if generated and paid_for else None
        if "cfe_share" in entry:
            entry["cfe_share"] = entry["claimable_mwh"] / generated if generated else None
        entry["capture_value_per_mwh"] = (
            None
            if None in worth or not sum(weights)
            else sum(w * value for w, value in zip(weights, worth, strict=True)) / sum(weights)
        )
    return entries


def _available_mwh_per_mw(problem: Problem, contract: int) -> float:
    return float(problem.contracts[contract].available_mwh_per_mw.sum())


def _storage(problem: YearsProblem, means: Means) -> dict[str, dict[str, Any]]:
    entries = means.entries("storage", STORAGE_VOLUMES)
    for number, (name, entry) in enumerate(entries.items()):
        limit = problem.first.storage[number].max_power_mw
        entry["max_power_mw"] = limit if math.isfinite(limit) else None
        cycles = [(year.per_year, summary["storage"][name]["full_cycles"]) for year, summary in means.years]
        known = all(count is not None for _, count in cycles)
        entry["full_cycles"] = sum(part * count for part, count in cycles) if known else None
        del entry["same_step_mwh"]
    return entries


def _grid(means: Means) -> dict[str, dict[str, Any]]:
    """Return the grid supply of each site; its peaks and the firm supply reserved are the largest of the years."""
    entries = means.entries("grid", GRID_VOLUMES)
    for name, entry in entries.items():
        for key in ("peak_mw", "peak_retail_supply_mw", "firm_capacity_mw"):
            entry[key] = max(summary["grid"][name][key] for _, summary in means.years)
        for key in ("hourly_matched_share", "cfe_score"):
            if key in entry:
                entry[key] = _share_of_site(means, name, key)
    return entries


def _share_of_site(means: Means, site: str, key: str) -> float | None:
    """Return the mean of a share of the load of a site, weighted by that load; None where a year does not know it."""

    def share_of_load(summary: Summary) -> float | None:
        entry = summary["grid"][site]
        return None if entry[key] is None else entry[key] * _load_mwh(entry)

    met, load = means.known(share_of_load), means.expected(lambda summary: _load_mwh(summary["grid"][site]))
    return None if met is None else met / load if load > 0.0 else 1.0


def _load_mwh(entry: Summary) -> float:
    """Return the load of a site: what its meter shows, where nothing stands behind it."""
    return float(entry.get("load_mwh", entry["metered_import_mwh"]))


def _placed(means: Means) -> dict[str, Any]:
    """Return where MW were placed, for all years, and what they use in a year; nothing where the case places none."""
    (_, first), *_ = means.years
    placed = first.get("load", {}).get("placements")
    if placed is None:
        return {}
    return {
        "load": {
            "placements": {
                name: {
                    site: {
                        "placed_mw": entry["placed_mw"],
                        "load_mwh": means.expected(told("load", "placements", name, site, "load_mwh")),
                    }
                    for site, entry in sites.items()
                }
                for name, sites in placed.items()
            }
        }
    }


def year_row(year: YearTerms, summary: Summary) -> dict[str, Any]:
    """Return one year in one row, sizes apart: they are those of all years. Costs are per year."""
    cost, scores, fraction = summary["cost"], summary["scores"], year.problem.time.year_fraction
    return {
        "weight": year.weight,
        "start_local": summary["period"]["start_local"],
        "end_local": summary["period"]["end_local"],
        "hours": summary["period"]["steps"] * summary["period"]["hours_per_step"],
        "load_mwh": summary["load_mwh"],
        "target_score": target_score(year.problem, summary),
        **{key: scores[key] for key in SCORES},
        "excess_share": excess_mwh(summary) / summary["load_mwh"],
        "retail_supply_mwh": sum(site["retail_supply_mwh"] for site in summary["grid"].values()),
        "scope2_location_based_t": summary["emissions"]["scope2_location_based_t"],
        "scope2_market_based_by_the_hour_t": emissions_by_the_hour_t(summary),
        "peak_retail_supply_mw": sum(site["peak_retail_supply_mw"] for site in summary["grid"].values()),
        "cost_total_per_year": cost["total"] / fraction,
        "cost_net_of_sales_per_year": cost["net_of_sales"] / fraction,
        "cost_per_mwh_load": cost["per_mwh_load"],
        "cost_net_of_sales_per_mwh_load": cost["net_of_sales_per_mwh_load"],
        **compute_figures(summary.get("compute")),
    }


def target_score(problem: Problem, summary: Summary) -> float:
    """Return the share that the target counts; the hourly matched share where there is none."""
    scores, target = summary["scores"], problem.target
    if target.matching in ("annual", "monthly"):
        return float(scores["annual_volumetric_share"])
    return float(scores["cfe_score"] if target.grid_credit else scores["hourly_matched_share"])


def worst_first(rows: Mapping[str, Summary]) -> list[str]:
    """Return the names of the years: the lowest score first, and among the same scores the dearest."""
    return sorted(
        rows,
        key=lambda name: (
            round(rows[name]["target_score"] / SAME_SCORE),
            -rows[name]["cost_net_of_sales_per_mwh_load"],
            name,
        ),
    )


def excess_mwh(summary: Summary) -> float:
    """Return what all zones have in excess over the horizon [MWh]."""
    return float(sum(zone["excess_mwh"] for zone in summary["zones"].values()))


def year_table(rows: Mapping[str, Summary]) -> pd.DataFrame:
    """Return one row per year, in the order of the case (`years.csv`)."""
    return pd.DataFrame([{"year": name, **row} for name, row in rows.items()])
