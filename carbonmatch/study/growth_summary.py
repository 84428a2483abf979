"""What a plan over years comes to: what is signed when, the sizes and the cost of every year, their present value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from carbonmatch.accounting import emissions_by_the_hour_t
from carbonmatch.formulation import GrowthOptimum
from carbonmatch.records import GrowthOffer, GrowthProblem, YearTerms
from carbonmatch.study.years_summary import SCORES, excess_mwh, target_score
from carbonmatch.units import PRIMAL_TOLERANCE
from carbonmatch.wording import listed

Summary = Mapping[str, Any]


def present_value(problem: GrowthProblem, summaries: Mapping[str, Summary]) -> dict[str, Any]:
    """Return the present value of the plan, and what of it falls on a MWh.

    present_value = sum_y w[y] * cost per year of y          w the discount factors of the years that y stands for
    levelised = present_value / sum_y w[y] * load per year of y
    """
    parts = [(year.per_year, year.weight, summaries[year.name]) for year in problem.years]

    def of(*keys: str) -> float:
        return sum(part * _at(summary, keys) for part, _, summary in parts)

    components = dict.fromkeys(key for _, _, summary in parts for key in summary["cost"]["components"])
    load, total, net = of("load_mwh"), of("cost", "total"), of("cost", "net_of_sales")
    undiscounted = [
        (len(problem.calendar[year.name]) / year.problem.time.year_fraction, summaries[year.name])
        for year in problem.years
    ]
    return {
        "first_year": problem.calendar[problem.years[0].name][0],
        "last_year": problem.calendar[problem.years[-1].name][-1],
        "load_mwh": sum(part * summary["load_mwh"] for part, summary in undiscounted),
        "cost": {
            "present_value_total": total,
            "present_value_sales": of("cost", "sales"),
            "present_value_net_of_sales": net,
            "present_value_of_load_mwh": load,
            "levelised_total_per_mwh_load": total / load,
            "levelised_net_of_sales_per_mwh_load": net / load,
            "undiscounted_net_of_sales": sum(part * summary["cost"]["net_of_sales"] for part, summary in undiscounted),
            "components": {
                key: sum(part * summary["cost"]["components"].get(key, 0.0) for part, _, summary in parts)
                for key in components
            },
        },
    }


def _at(summary: Any, keys: tuple[str, ...]) -> float:
    for key in keys:
        summary = summary[key]
    return float(summary)


def signed_and_sizes(problem: GrowthProblem, answer: GrowthOptimum, summaries: Mapping[str, Summary]) -> dict[str, Any]:
    """Return every offer with what is signed of it in which year, and what is in force in every year.

    contracts   {name: {technology, zone, existing, signings: {year: {...}}, years: {year: {...}}}}, storage alike
    """
    offers: dict[tuple[str, str], GrowthOffer] = {(offer.kind, offer.name): offer for offer in problem.offers}
    whose: dict[tuple[str, str], str] = {
        (offer.kind, entry): offer.name
        for offer in problem.offers
        for year in problem.years
        for entry in offer.entries(year.name)
    }
    found: dict[str, dict[str, Any]] = {"contracts": {}, "storage": {}}
    for year in problem.years:
        for block, kind in (("contracts", "contract"), ("storage", "storage")):
            for entry, told in summaries[year.name][block].items():
                name = whose.get((kind, entry), entry)
                offer = offers.get((kind, name))
                row = found[block].setdefault(name, _about(problem, kind, told, offer, answer))
                _add(row["years"].setdefault(year.name, {}), told, kind, year.problem.time.year_fraction)
                for signing in () if offer is None else offer.in_entry(year.name, entry):
                    row["signings"][signing.signed].setdefault("strike_per_mwh", told.get("strike_per_mwh"))
    for offers_found in found.values():
        for row in offers_found.values():
            for year in problem.years:
                row["years"].setdefault(year.name, {})
    return found


def _about(
    problem: GrowthProblem, kind: str, told: Summary, offer: GrowthOffer | None, answer: GrowthOptimum
) -> dict[str, Any]:
    keys = ("zone", "technology", "structure", "existing") if kind == "contract" else ("zone",)
    signings: dict[str, dict[str, Any]] = {}
    if offer is not None:
        sizes = ("contracted_mw",) if kind == "contract" else ("power_mw", "energy_mwh")
        by_size = {key: answer.signed(offer, key) for key in sizes}
        for signing in offer.signings:
            last = list(signing.entries)[-1]
            signings[signing.signed] = {
                **{key: max(by_size[key].get(signing.signed, 0.0), 0.0) for key in sizes if by_size[key]},
                "in_force_to": problem.calendar[last][-1],
            }
    return {**{key: told[key] for key in keys}, "signings": signings, "years": {}}


SUMS = {
    "contract": ("contracted_mw", "generation_mwh", "matched_mwh", "matched_from_storage_mwh", "excess_mwh"),
    "storage": ("power_mw", "energy_mwh", "charge_mwh", "discharge_mwh"),
}


def _add(row: dict[str, Any], told: Summary, kind: str, year_fraction: float) -> None:
    """Add an entry to what an offer comes to in a year: volumes over the time of the case, its cost per year."""
    row["cost_per_year"] = row.get("cost_per_year", 0.0) + told["cost"] / year_fraction
    for key in SUMS[kind]:
        row[key] = row.get(key, 0.0) + told[key]


def limits_of_plan(problem: GrowthProblem, answer: GrowthOptimum) -> list[str]:
    """Return the offers that are signed as far as they go: in one year, or all that is in force of them together."""
    found: list[str] = []
    near = PRIMAL_TOLERANCE * max(
        year.problem.peak_load_mwh / year.problem.time.hours_per_step for year in problem.years
    )
    by_name = {year.name: year for year in problem.years}
    for offer in problem.offers:
        power = "contracted_mw" if offer.kind == "contract" else "power_mw"
        signed = answer.signed(offer, power)
        full = [year for year, size in signed.items() if size >= offer.max_signed_mw - near]
        if full:
            found.append(
                f"{offer.name} is signed up to {offer.max_signed_mw:g} MW, the most of one year, in {listed(full)}."
            )
        for year, limits in offer.together.items():
            most = limits[power][1]
            sizes = answer.contracts(by_name[year]) if offer.kind == "contract" else answer.storage(by_name[year])
            if sum(sizes[entry][power] for entry in offer.entries(year)) >= most - near:
                found.append(
                    f"{offer.name} is taken up to its limit of {most:g} MW in {year}, all of its signings together."
                )
    return found


def growth_row(problem: GrowthProblem, year: YearTerms, summary: Summary) -> dict[str, Any]:
    """Return one year in one row, sizes apart. Costs are per year, as they are paid: not discounted."""
    cost, fraction = summary["cost"], year.problem.time.year_fraction
    calendar = problem.calendar[year.name]
    return {
        "stands_for_years": len(calendar),
        "through": calendar[-1],
        "present_value_factor": year.weight,
        "load_mwh": summary["load_mwh"],
        "peak_load_mw": max(0.0, sum(site["peak_mw"] for site in summary["grid"].values())),
        "target": dict(summary["target"]),
        "target_score": target_score(year.problem, summary),
        **{key: summary["scores"][key] for key in SCORES},
        "excess_share": excess_mwh(summary) / summary["load_mwh"],
        "firm_capacity_mw": sum(site["firm_capacity_mw"] or 0.0 for site in summary["grid"].values()),
        "retail_supply_mwh": sum(site["retail_supply_mwh"] for site in summary["grid"].values()),
        "scope2_location_based_t": summary["emissions"]["scope2_location_based_t"],
        "scope2_market_based_by_the_hour_t": emissions_by_the_hour_t(summary),
        "cost_total_per_year": cost["total"] / fraction,
        "cost_net_of_sales_per_year": cost["net_of_sales"] / fraction,
        "cost_per_mwh_load": cost["per_mwh_load"],
        "cost_net_of_sales_per_mwh_load": cost["net_of_sales_per_mwh_load"],
        "present_value_net_of_sales": year.per_year * cost["net_of_sales"],
        "green_premium_per_mwh": dict(summary["shadow_prices"]["green_premium_per_mwh"]),
        "components_per_year": {key: amount / fraction for key, amount in cost["components"].items()},
    }


def growth_table(summary: Summary) -> pd.DataFrame:
    """Return one row per year (`growth.csv`): sizes in force, what is signed, scores and cost."""
    rows = []
    for name, year in summary["years"].items():
        plain = {key: value for key, value in year.items() if not isinstance(value, Mapping)}
        row = {"year": name, "target_cfe": year["target"]["cfe"], **plain}
        for block in ("contracts", "storage"):
            for offer, told in summary[block].items():
                for key in ("contracted_mw", "power_mw", "energy_mwh"):
                    if any(key in sizes for sizes in told["years"].values()):
                        row[f"{offer}_{key}"] = told["years"][name].get(key, 0.0)
                    signed = told["signings"].get(name, {})
                    if any(key in each for each in told["signings"].values()):
                        row[f"{offer}_signed_{key}"] = signed.get(key, 0.0)
        row.update({f"{zone}_green_premium_per_mwh": each for zone, each in year["green_premium_per_mwh"].items()})
        row.update({f"{key}_per_year": amount for key, amount in year["components_per_year"].items()})
        rows.append(row)
    return pd.DataFrame(rows)
