"""The project's optimum against the same case in a matrix of its own (`reference.py`), solved by another route.

COST    Each side proves its optimum to a gap of 1e-6 of gross cost at worst; the two agree to 1e-8.
SIZE    In every variant the sizes of the optimum are one point. A gap of 1e-8 still leaves some 1e-4 of a size open:
        0.1 %, and 0.1 % of the peak load for sizes near zero.
BOX     Width of the box around the project's sizes in which the reference is solved again: 1e-6 of each size and of the
        peak load, what the certificate leaves open in a row.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reference

from carbonmatch.case import case_from_mapping
from carbonmatch.study import solve_case

COST = 1e-6
SIZE = 1e-3
BOX = 1e-6

MODELS = Path(__file__).parents[2] / "models"


@dataclass(frozen=True)
class Variant:
    """A bundled case, cut to some days and bent.

    changes   dotted key -> value; None takes an entry out
    shows     what the result must show for the variant to test what it is named after
    """

    name: str
    model: str
    shows: Callable[[Any], bool]
    changes: dict[str, Any] = field(default_factory=dict)
    start: str = "2018-01-01"
    end: str = "2018-01-08"


def mapping(variant: Variant) -> dict[str, Any]:
    """Return the case of a variant as a mapping."""
    case = copy.deepcopy(reference.read_yaml(MODELS / f"{variant.model}.yaml"))
    case.pop("scenarios")
    case["time"] |= {"start": variant.start, "end": variant.end}
    for key, value in variant.changes.items():
        *path, last = key.split(".")
        block = case
        for word in path:
            block = block[word]
        if value is None:
            del block[last]
        else:
            block[last] = value
    return case


def sizes_of(result) -> dict[str, float]:
    """Return the sizes of a result under the names that the reference gives them."""
    found = {f"MW of contract {name}": c["contracted_mw"] for name, c in result.summary["contracts"].items()}
    for name, storage in result.summary["storage"].items():
        found |= {f"MW of {name}": storage["power_mw"], f"MWh of {name}": storage["energy_mwh"]}
    for site in result.problem.sites:
        if site.firm_capacity_charge_per_mw_year > 0.0:
            found[f"MW of firm capacity for {site.name}"] = result.summary["grid"][site.name]["firm_capacity_mw"]
    return found


def size(result, kind, name):
    return result.summary[kind][name]["contracted_mw" if kind == "contracts" else "power_mw"]


def grey_charge(result):
    return float(result.solution.grey_charge_mwh.sum())


def surplus_value(result):
    return result.summary["shadow_prices"]["surplus_limit_value_per_mwh"]


def merged(result):
    return all(result.solution.merged_ledgers)


def split(result):
    return not any(result.solution.merged_ledgers)


def matched_share(result):
    return result.summary["scores"]["hourly_matched_share"]


DE, DK = "../data/de-2018.csv", "../data/dk-2018.csv"
TABLE = pd.read_csv(MODELS.parent / "data" / "de-2018.csv")


def by_half_hour(column, days=7):
    """Return a column of the German table by half hours, on straight lines between the hours."""
    hours = np.arange(0.0, 24.0 * days, 0.5)
    return np.interp(hours, np.arange(len(TABLE)), TABLE[column])


WORKING_HOURS = np.where(np.arange(168) % 24 < 8, 0.0, 60.0 + 40.0 * np.sin(np.arange(168) / 5.0))
"""A load that rests for a third of the day [MW]."""

FULL_WHERE_HIGH = np.where(TABLE["grid_cfe_share"] > 0.7, 1.0, TABLE["grid_cfe_share"])[:168]
"""The German share, with the best hours entirely carbon-free."""

BATTERY = {"zone": "DE", "round_trip_efficiency": 0.86}

CURTAILABLE = {"compensation": 0.4, "when_spot_price_at_most_per_mwh": 25}

SECOND_ZONE = {
    "zones.DK1": {
        "spot_price_per_mwh": {"file": DK, "column": "spot_price_per_mwh"},
        "grid_cfe_share": {"file": DK, "column": "grid_cfe_share"},
    },
    "sites.jutland": {
        "zone": "DK1",
        "load": {"flat_mw": 40},
        "grid": {"energy": {"index": "spot", "margin_per_mwh": 8}, "firm_capacity_charge_per_mw_year": 20000},
    },
    "contracts.wind-jutland": {
        "technology": "onshore_wind",
        "zone": "DK1",
        "structure": "pay_as_produced",
        "strike_per_mwh": 52,
        "capacity_factor": {"file": DK, "column": "onshore_wind_capacity_factor"},
        "max_mw": 500,
    },
    "storage.battery-jutland": {
        "zone": "DK1",
        "power_cost_per_mw_year": 9000,
        "energy_cost_per_mwh_year": 18000,
        "round_trip_efficiency": 0.9,
        "max_power_mw": 500,
    },
}

FRANKFURT, OSTRAVA = "ai-factory-frankfurt", "factory-ostrava"

VARIANTS = [
    Variant("as-it-is", FRANKFURT, merged),
    Variant("as-it-is-jutland", "data-centre-jutland", lambda r: r.summary["target"]["grid_credit"]),
    Variant("as-it-is-paris", "data-centre-paris", lambda r: r.summary["contracts"]["wind-champagne"]["curtailed_mwh"]),
    Variant("as-it-is-ostrava", OSTRAVA, split),
    Variant("hourly-exactly-1", FRANKFURT, lambda r: matched_share(r) > 1 - 1e-9, {"target.cfe": 1.0}),
    Variant(
        "annual",
        FRANKFURT,
        lambda r: matched_share(r) < 0.99,
        {"target.matching": "annual", "target.cfe": 1.0},
    ),
    Variant(
        "monthly-across-the-clock-change",
        FRANKFURT,
        lambda r: len(r.problem.time.month_labels) == 2,
        {"target.matching": "monthly", "target.cfe": 0.95},
        start="2018-03-20",
        end="2018-04-06",
    ),
    Variant("no-target", FRANKFURT, lambda r: matched_share(r) < 0.9, {"target.matching": "none"}),
    Variant(
        "grid-credit",
        FRANKFURT,
        lambda r: matched_share(r) < 0.95 < r.summary["scores"]["cfe_score"] + 1e-6,
        {"target.grid_credit": True, "target.cfe": 0.95},
    ),
    Variant(
        "grid-credit-exactly-1-with-a-clean-grid-at-times",
        FRANKFURT,
        lambda r: matched_share(r) < 0.99 < r.summary["scores"]["cfe_score"],
        {"target.grid_credit": True, "target.cfe": 1.0, "zones.DE.grid_cfe_share": FULL_WHERE_HIGH},
    ),
    Variant(
        "surplus-cap-binds",
        FRANKFURT,
        lambda r: surplus_value(r) > 1.0,
        {"surplus.max_share": 0.04},
    ),
    Variant(
        "no-surplus-cap",
        FRANKFURT,
        lambda r: r.summary["zones"]["DE"]["excess_mwh"] > 0.5 * r.summary["load_mwh"],
        {
            "surplus.max_share": None,
            "storage": {},
            "target.cfe": 0.95,
            "contracts.geothermal-upper-rhine": None,
            "contracts.wind-brandenburg.max_mw": None,
        },
    ),
    Variant(
        "existing-contract",
        FRANKFURT,
        lambda r: r.summary["cost"]["components"]["existing_contracts"] > 0.0,
        {"contracts.wind-brandenburg.max_mw": None, "contracts.wind-brandenburg.existing_mw": 80},
    ),
    Variant(
        "sizes-with-a-floor-and-losses",
        FRANKFURT,
        lambda r: abs(size(r, "contracts", "wind-north-sea") - 90) < 1e-4 and size(r, "storage", "battery") > 99.9,
        {
            "contracts.wind-north-sea.min_mw": 90,
            "contracts.wind-north-sea.loss_factor": 0.93,
            "contracts.pv-brandenburg.loss_factor": 0.97,
            "storage.battery.min_power_mw": 100,
            "storage.battery.max_energy_mwh": 300,
            "storage.molten-salt.min_energy_mwh": 50,
        },
    ),
    Variant(
        "clean-firm-with-must-run-and-fee",
        FRANKFURT,
        lambda r: 0.5 < r.solution.generation_mwh[3].sum() / (168 * r.solution.contracted_mw[3]) < 0.9,
        {
            "contracts.geothermal-upper-rhine.strike_per_mwh": 55,
            "contracts.geothermal-upper-rhine.capacity_fee_per_mw_year": 150000,
            "contracts.geothermal-upper-rhine.max_mw": 80,
            "contracts.geothermal-upper-rhine.loss_factor": 0.98,
        },
    ),
    Variant(
        "clean-firm-less-available-than-it-must-run",
        FRANKFURT,
        lambda r: size(r, "contracts", "geothermal-upper-rhine") > 1.0,
        {
            "contracts.geothermal-upper-rhine.availability": {"file": DE, "column": "offshore_wind_capacity_factor"},
            "contracts.geothermal-upper-rhine.strike_per_mwh": 45,
        },
    ),
    Variant(
        "curtailment-at-a-part-of-the-strike",
        FRANKFURT,
        lambda r: r.solution.curtailed_mwh[:3].sum() > 100.0,
        {
            "contracts.pv-brandenburg.curtailment": CURTAILABLE,
            "contracts.wind-brandenburg.curtailment": {"compensation": 0.9},
            "surplus.max_share": 0.1,
        },
    ),
    Variant(
        "storage-with-every-limit",
        FRANKFURT,
        lambda r: size(r, "storage", "battery") > 1.0 and size(r, "storage", "molten-salt") > 1.0,
        {
            "storage.battery.duration_hours": 3,
            "storage.battery.cycles_per_year": 200,
            "storage.battery.min_state_of_charge": 0.15,
            "storage.molten-salt.cycles_per_year": 60,
            "storage.molten-salt.cycle_basis": "delivered",
            "storage.molten-salt.standing_loss_per_hour": 0.003,
            "storage.molten-salt.power_cost_per_mw_year": 20000,
        },
    ),
    Variant(
        "delivered-storage-charged-from-the-grid",
        FRANKFURT,
        lambda r: grey_charge(r) > 100.0 and split(r),
        {
            "storage.battery.grid_charging": True,
            "storage.battery.grid_charging_margin_per_mwh": 1,
            "storage.battery.cycles_per_year": 300,
            "storage.battery.min_state_of_charge": 0.1,
        },
    ),
    Variant(
        "storage-charged-from-the-grid-alone",
        FRANKFURT,
        lambda r: grey_charge(r) > 100.0 and r.solution.clean_charge_mwh.sum() < 1.0,
        {
            "contracts": {},
            "storage.battery.grid_charging": True,
            "storage.battery.power_cost_per_mw_year": 1000,
            "storage.battery.energy_cost_per_mwh_year": 1000,
            "storage.battery.max_power_mw": 60,
            "target.matching": "none",
        },
    ),
    Variant(
        "storage-owned-and-tolled-and-wearing-out",
        FRANKFURT,
        lambda r: (
            r.summary["cost"]["components"]["storage_degradation"] > 100.0
            and min(size(r, "storage", "battery"), size(r, "storage", "molten-salt")) > 1.0
        ),
        {
            "storage.battery": {**BATTERY, "tolled": {"fee_per_kw_month": 3, "variable_fee_per_mwh": 0.4}},
            "storage.battery.duration_hours": 4,
            "storage.battery.degradation_cost_per_mwh": 2,
            "storage.molten-salt": {**BATTERY, "round_trip_efficiency": 0.6},
            "storage.molten-salt.owned": {
                "power_capex_per_kw": 60,
                "energy_capex_per_kwh": 15,
                "life_years": 20,
                "discount_rate": 0.06,
                "fixed_om_per_kw_year": 3,
                "fixed_om_per_kwh_year": 0.5,
                "variable_om_per_mwh": 0.7,
            },
            "target.cfe": 0.95,
        },
    ),
    Variant(
        "storage-beside-a-plant",
        FRANKFURT,
        lambda r: all(p.connection_per_mwh.max() > 1.0 for p in r.solution.shadow_prices.pairing.values()),
        {
            "contracts.pv-brandenburg.curtailment": {"compensation": 0.2},
            "contracts.wind-brandenburg.curtailment": {"compensation": 0.2},
            "contracts.pv-brandenburg.loss_factor": 0.95,
            "storage.battery": {**BATTERY, "power_cost_per_mw_year": 4000, "energy_cost_per_mwh_year": 6000},
            "storage.battery.paired_with": "pv-brandenburg",
            "storage.battery.connection_share": 0.06,
            "storage.molten-salt": {**BATTERY, "power_cost_per_mw_year": 4000, "energy_cost_per_mwh_year": 6000},
            "storage.molten-salt.paired_with": "wind-brandenburg",
            "storage.molten-salt.connection_mw": 50,
        },
    ),
    Variant(
        "physical-and-virtual",
        FRANKFURT,
        lambda r: size(r, "contracts", "pv-brandenburg") > 1.0 and size(r, "contracts", "wind-brandenburg") > 1.0,
        {"contracts.wind-brandenburg.structure": "virtual"},
    ),
    Variant(
        "virtual-that-may-be-curtailed",
        OSTRAVA,
        lambda r: r.solution.curtailed_mwh.sum() > 10.0 and surplus_value(r) > 1.0,
        {"contracts.wind-moravia.curtailment": {"compensation": 0.5}, "surplus.max_share": 0.01},
    ),
    Variant(
        "virtual-annual",
        OSTRAVA,
        split,
        {"target.matching": "annual", "target.cfe": 1.0},
    ),
    Variant("virtual-no-target", OSTRAVA, split, {"target.matching": "none"}),
    Variant(
        "virtual-charged-from-the-grid",
        OSTRAVA,
        lambda r: grey_charge(r) > 10.0 and r.solution.clean_charge_mwh.sum() > 10.0,
        {"storage.battery.grid_charging_margin_per_mwh": 0, "target.cfe": 0.9},
    ),
    Variant(
        "virtual-with-delivered-storage",
        OSTRAVA,
        lambda r: grey_charge(r) > 10.0,
        {
            "storage.battery.settlement": "delivered",
            "storage.battery.power_cost_per_mw_year": 2000,
            "storage.battery.energy_cost_per_mwh_year": 2000,
        },
    ),
    Variant(
        "virtual-with-all-storage-at-spot",
        OSTRAVA,
        lambda r: grey_charge(r) > 10.0 and r.solution.clean_charge_mwh.sum() > 10.0,
        {"storage.battery.settlement": "spot", "storage.battery.grid_charging_margin_per_mwh": 0},
    ),
    Variant(
        "physical-and-virtual-charged-from-the-grid",
        FRANKFURT,
        lambda r: grey_charge(r) > 10.0 and r.solution.clean_charge_mwh.sum() > 10.0,
        {
            "contracts.wind-brandenburg.structure": "virtual",
            "storage.battery.grid_charging": True,
            "storage.battery.grid_charging_margin_per_mwh": 2,
        },
    ),
    Variant(
        "physical-with-storage-at-spot",
        FRANKFURT,
        lambda r: size(r, "storage", "battery") > 1.0 and split(r),
        {"storage.battery.settlement": "spot"},
    ),
    Variant(
        "flat-retail-price-below-what-sales-earn",
        FRANKFURT,
        lambda r: split(r) and any("selling" in warning for warning in r.summary["warnings"]),
        {"sites.frankfurt.grid.energy": {"flat_per_mwh": 40}, "target.cfe": 0.6},
    ),
    Variant("surplus-without-a-price", FRANKFURT, split, {"surplus.price": None}),
    Variant(
        "a-load-that-rests",
        FRANKFURT,
        lambda r: (r.problem.sites[0].load_mwh == 0.0).sum() == 56,
        {"sites.frankfurt.load": WORKING_HOURS},
    ),
    Variant(
        "half-hours",
        FRANKFURT,
        lambda r: r.problem.time.hours_per_step == 0.5,
        {
            "time.step": "30min",
            "zones.DE": {"spot_price_per_mwh": by_half_hour("spot_price_per_mwh")},
            "contracts.pv-brandenburg.capacity_factor": by_half_hour("solar_capacity_factor"),
            "contracts.wind-brandenburg.capacity_factor": by_half_hour("onshore_wind_capacity_factor"),
            "contracts.wind-north-sea.capacity_factor": by_half_hour("offshore_wind_capacity_factor"),
            "storage.molten-salt.cycles_per_year": 100,
            "storage.battery.standing_loss_per_hour": 0.01,
        },
        end="2018-01-08",
    ),
    Variant(
        "two-zones-one-target",
        FRANKFURT,
        lambda r: min(z["scores"]["hourly_matched_share"] for z in r.summary["zones"].values()) < 0.899,
        SECOND_ZONE,
    ),
    Variant(
        "two-zones-each-with-its-target",
        FRANKFURT,
        lambda r: all(z["scores"]["hourly_matched_share"] > 0.9 - 1e-6 for z in r.summary["zones"].values()),
        SECOND_ZONE | {"target.scope": "zone"},
    ),
    Variant(
        "two-zones-annual-each",
        FRANKFURT,
        lambda r: all(z["scores"]["annual_volumetric_share"] > 1 - 1e-6 for z in r.summary["zones"].values()),
        SECOND_ZONE | {"target.scope": "zone", "target.matching": "annual", "target.cfe": 1.0},
    ),
    Variant(
        "claims-of-a-neighbour-by-price-ratio",
        FRANKFURT,
        lambda r: 0.0 < r.summary["eligibility"]["wind-jutland"]["target"]["deliverable_share"] < 1.0,
        {
            "zones.DK1": SECOND_ZONE["zones.DK1"],
            "zones.DE.neighbours": {"DK1": {"max_price_ratio": 1.05}},
            "contracts.wind-jutland": SECOND_ZONE["contracts.wind-jutland"]
            | {"structure": "virtual", "delivered_to": "DE", "strike_per_mwh": 45},
        },
    ),
    Variant(
        "technologies-by-name",
        FRANKFURT,
        lambda r: not r.summary["eligibility"]["wind-brandenburg"]["target"]["counts"],
        {
            "target.eligible": {"technologies": ["solar", "offshore_wind", "geothermal"]},
            "contracts.wind-brandenburg.existing_mw": 60,
            "contracts.wind-brandenburg.max_mw": None,
        },
    ),
    Variant(
        "two-sites-in-one-zone",
        FRANKFURT,
        lambda r: len(r.summary["grid"]) == 2,
        {
            "sites.mainz": {
                "zone": "DE",
                "load": WORKING_HOURS,
                "grid": {"energy": {"flat_per_mwh": 70}, "firm_capacity_charge_per_mw_year": 30000},
            }
        },
    ),
]


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda variant: variant.name)
def solved(request):
    """A variant, what the project finds for it, and what the reference finds."""
    case = mapping(request.param)
    result = solve_case(case_from_mapping(case, MODELS))
    model = reference.build(case, MODELS)
    return request.param, result, model, reference.solve_with_scipy(model.matrix)


def test_the_variant_tests_what_it_is_named_after(solved):
    variant, result, _, _ = solved
    assert variant.shows(result)


def test_cost(solved):
    _, result, _, answer = solved
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(answer.cost, rel=COST)


def test_sizes(solved):
    _, result, model, answer = solved
    near_zero = SIZE * result.problem.peak_load_mwh / result.problem.time.hours_per_step
    expected = {name: float(answer.values[column]) for name, column in model.sizes.items()}
    assert sizes_of(result) == pytest.approx(expected, rel=SIZE, abs=near_zero)


def test_the_project_sizes_cost_as_much_in_the_reference(solved):
    """With the sizes of the project given, the reference finds its cost again: also true on a flat optimum."""
    _, result, model, _ = solved
    boxed = copy.copy(model.matrix)
    boxed.lower, boxed.upper = list(boxed.lower), list(boxed.upper)
    width = BOX * result.problem.peak_load_mwh
    for name, column in model.sizes.items():
        found = sizes_of(result)[name]
        boxed.lower[column] = max(boxed.lower[column], found * (1.0 - BOX) - width)
        boxed.upper[column] = min(boxed.upper[column], found * (1.0 + BOX) + width)
    again = reference.solve_with_scipy(boxed)
    assert result.summary["cost"]["net_of_sales"] == pytest.approx(again.cost, rel=COST)


@pytest.mark.year
def test_whole_year(solve_year):
    """The bundled case of a whole year at 90 %.

    The reference proves itself: its duals bound the cost of every portfolio from below, whatever its engine says.
    """
    case = reference.read_yaml(MODELS / f"{FRANKFURT}.yaml")
    model = reference.build(case, MODELS)
    answer = reference.solve_year(model.matrix)
    result, _ = solve_year(FRANKFURT)
    cost = result.summary["cost"]["net_of_sales"]
    assert answer.bound == pytest.approx(answer.cost, rel=COST)
    assert cost == pytest.approx(answer.cost, rel=COST)
    expected = {name: float(answer.values[column]) for name, column in model.sizes.items()}
    assert sizes_of(result) == pytest.approx(expected, rel=SIZE, abs=SIZE * 100.0)
