"""Every constraint and every cost, row by row, as it stands in `golden/`; and the public statement names the same ones.

After a change that is meant, write the files anew with `PYTHONPATH=tests python tests/formulation/test_golden_rows.py`,
and look at what it changes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn import generate_standard_repn
from small_cases import TWO_HOURS, a_case, merged

from carbonmatch.components import TARIFF_COMPONENTS
from carbonmatch.formulation import (
    build_budget_model,
    build_growth,
    build_growth_model,
    build_model,
    build_move_model,
    build_reach_model,
    build_window,
    build_years,
    limits_of,
    problem_from_case,
)
from carbonmatch.records import GrowthOffer, GrowthProblem, SigningTerms, Worth, YearsProblem, YearTerms

GOLDEN = Path(__file__).parent / "golden"
STATEMENT = Path(__file__).parents[2] / "models" / "formulation.md"

EVERYTHING = {
    "zones": {"Z": {"grid_cfe_share": [0.25, 0.5]}},
    "sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 43800}}},
    "contracts": {
        "sun": {"curtailment": {"compensation": 0.5}},
        "old": {
            "technology": "onshore_wind",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 30,
            "capacity_factor": [0.25, 0.5],
            "existing_mw": 4,
        },
        "swap": {
            "technology": "offshore_wind",
            "zone": "Z",
            "structure": "virtual",
            "strike_per_mwh": 55,
            "capacity_factor": [0.5, 1.0],
            "min_mw": 1,
        },
        "firm": {
            "technology": "geothermal",
            "zone": "Z",
            "structure": "clean_firm",
            "strike_per_mwh": 65,
            "capacity_fee_per_mw_year": 8760,
            "availability": 0.9,
            "must_run_share": 0.4,
        },
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 8760,
            "energy_cost_per_mwh_year": 4380,
            "round_trip_efficiency": 0.64,
            "standing_loss_per_hour": 0.25,
            "discharge_cost_per_mwh": 3,
            "min_state_of_charge": 0.125,
            "cycles_per_year": 2190,
            "grid_charging": True,
            "grid_charging_margin_per_mwh": 7,
        },
    },
    "surplus": {"max_share": 0.5},
    "target": {"matching": "hourly", "cfe": 0.75, "grid_credit": True},
}
WORN = {
    "storage": {
        "battery": {
            "zone": "Z",
            "tolled": {"fee_per_kw_month": 7.44, "variable_fee_per_mwh": 1},
            "duration_hours": 2,
            "round_trip_efficiency": 0.64,
            "degradation_cost_per_mwh": 3,
        },
    },
}
BESIDE = {
    "contracts": {"sun": {"curtailment": {"compensation": 0.5}, "loss_factor": 0.5}},
    "storage": {"battery": {**EVERYTHING["storage"]["battery"], "grid_charging": False, "paired_with": "sun"}},
}
BY_SHARE = merged(BESIDE, {"storage": {"battery": {"connection_share": 0.75}}})
BY_SIZE = merged(BESIDE, {"storage": {"battery": {"connection_mw": 6}}})
ANNUAL = {"target": {"matching": "annual", "cfe": 0.75}}
TAKEN = {
    "contracts": {
        "river": {
            "technology": "hydro",
            "zone": "Z",
            "structure": "pay_as_consumed",
            "strike_per_mwh": 60,
            "volume_mwh_per_mw_year": 6570,
            "least_volume_share": 0.5,
            "most_volume_share": 1.25,
            "take_or_pay": {"share": 0.75, "period": "month"},
            "max_mw": 8,
        },
        "retailer": {
            "technology": "clean_firm",
            "zone": "Z",
            "structure": "retail_supply",
            "strike_per_mwh": 70,
            "cfe_share": 0.6,
        },
    },
}
CARBON = {
    "zones": {
        "Z": {
            "residual_mix_g_per_kwh": [400, 500],
            "standard_supply": {"share": [0.25, 0], "emission_factor_g_per_kwh": 100},
        }
    },
    "contracts": {"sun": {"emission_factor_g_per_kwh": 50}},
    "target": {"carbon_price_per_t": 80, "carbon_cap_t_per_year": 26280},
}


CHOICES = {
    "contracts": {
        "sun": {"lot_mw": 7, "min_mw": 10, "variant_of": "roof"},
        "swap": {**EVERYTHING["contracts"]["swap"], "max_mw": 50, "or_nothing": True},
        "firm": {**EVERYTHING["contracts"]["firm"], "max_mw": 30, "lot_mw": 2.5},
    },
    "storage": {
        "battery": {
            **EVERYTHING["storage"]["battery"],
            **{"min_power_mw": 2, "max_power_mw": 9, "min_energy_mwh": 6, "variant_of": "roof"},
        },
    },
}


def written(row: pyo.Expression) -> str:
    """Return a linear expression as text: terms sorted by name, then the constant."""
    repn = generate_standard_repn(row, compute_values=True)
    assert repn.is_linear()
    terms = sorted(zip((v.name for v in repn.linear_vars), repn.linear_coefs, strict=True))
    text = " ".join(f"{coefficient:+.6g} {name}" for name, coefficient in terms if coefficient)
    return f"{text} {repn.constant:+.6g}" if repn.constant or not text else text


def build_two_years(problem):
    """Return the model of a year of weight 0.25 beside a dull one, in which all contracts generate half as much."""
    halves = [
        replace(
            contract,
            available_mwh_per_mw=contract.available_mwh_per_mw / 2,
            least_mwh_per_mw=contract.least_mwh_per_mw / 2,
        )
        for contract in problem.contracts
    ]
    dull = replace(problem, contracts=tuple(halves))
    return build_years(YearsProblem((YearTerms("plain", problem, 0.25), YearTerms("dull", dull, 0.75))))


def build_growing(problem):
    """Return the model of a plan: sun is one entry, and swap is one of each year; nothing else persists."""
    offered = {contract.name: contract for contract in problem.contracts}
    sun, swap = offered["sun"], replace(offered["swap"], min_mw=0.0, max_mw=9.0)
    first, second = (
        replace(swap, name=f"swap-{year}", strike_per_mwh=price) for year, price in ((2026, 55), (2027, 44))
    )
    years = (
        YearTerms("2026", replace(problem, contracts=(sun, first)), 1.0),
        YearTerms("2027", replace(problem, contracts=(sun, first, second)), 0.5),
    )
    suns = (SigningTerms("2026", {"2026": "sun", "2027": "sun"}), SigningTerms("2027", {"2027": "sun"}))
    swaps = (
        SigningTerms("2026", {"2026": "swap-2026", "2027": "swap-2026"}),
        SigningTerms("2027", {"2027": "swap-2027"}),
    )
    offers = (
        GrowthOffer("contract", "sun", suns, 40.0, {}),
        GrowthOffer("contract", "swap", swaps, np.inf, {"2027": {"contracted_mw": (1.0, 9.0)}}),
    )
    return build_growth(GrowthProblem(years, offers, 1.0, {"2026": (2026,), "2027": (2027,)}))


def build_held_year(problem):
    """Return the model of a year that is held to what it contributed to a mean."""
    return build_model(replace(problem, target=replace(problem.target, held_mwh=(7.0,))))


TARIFF = {
    "sites": {
        "s": {
            "grid": {
                "adders_per_mwh": {"network": [5, 7], "levy": 2},
                "demand_charges": {"peak": {"per_kw_month": 3.72}},
                "coincident_peak": {"per_kw_year": 8.76, "at": ["2018-01-01 01:00"]},
                "subscribed": {"charge_per_mw_year": 43800, "excess_penalty_per_mwh": 9},
                "fixed_charge_per_month": 372,
            }
        }
    }
}

METERED = {
    "sites": {
        "s": {
            "grid": {
                "adders_per_mwh": {"network": [5, 7]},
                "demand_charges": {
                    "peak": {"per_kw_month": 3.72, "billed_min_mw": 2},
                    "early": {"per_kw_month": 7.44, "hours": [0, 1], "ratchet_share": 0.5},
                },
                "coincident_peak": {"per_kw_year": 8.76, "at": ["2018-01-01 01:00"]},
                "subscribed": {"mw": 8, "charge_per_mw_year": 43800, "excess_penalty_per_mwh": 9},
                "connection_mw": 30,
                "export_price": [4, 6],
                "export_limit_mw": 3,
            }
        }
    },
    "contracts": {"roof": {**TWO_HOURS["contracts"]["sun"], "site": "s", "capacity_factor": [0.5, 0.25]}},
    "storage": {
        "cell": {
            "zone": "Z",
            "site": "s",
            "power_cost_per_mw_year": 8760,
            "energy_cost_per_mwh_year": 4380,
            "round_trip_efficiency": 0.64,
            "discharge_cost_per_mwh": 3,
            "grid_charging": True,
        }
    },
}
"""A roof and a battery behind the meter of a site, whose tariff knows everything."""

FEBRUARY = {
    "time": {"start": "2018-01-31T23:00", "end": "2018-02-01T01:00"},
    "sites": {"s": {"grid": {"coincident_peak": ...}}},
}
"""The second hour is one of February."""

CHANGEABLE = {
    "zones": {"Y": {"spot_price_per_mwh": [30.0, 50.0]}},
    "sites": {
        "s": {
            "flexible": {
                "batch": {"share": 0.2, "max_increase_share": 0.3, "cost_per_mwh": 1.5, "latency_group": "near"}
            },
            "curtailable": {"slow": {"share": 0.1, "price_per_mwh": 90, "event_hours": 1, "events_per_year": 4380}},
        },
        "t": {
            "zone": "Y",
            "load": [5, 6],
            "grid": {"energy": {"index": "spot", "margin_per_mwh": 10}, "connection_mw": 9},
            "flexible": {"web": {"share": 0.5, "window_hours": None, "latency_group": "near"}},
        },
    },
    "latency_groups": {"near": {"cost_per_mwh": 2, "max_mw": [1.5, 4]}},
    "placements": {
        "hall": {
            "mw": 3,
            "candidates": {"s": {"max_mw": 2, "load_per_mw": [0.9, 0.8]}, "t": {"cost_per_mw_year": 8760}},
        }
    },
    "surplus": {"max_share": 0.5},
    "target": {"matching": "hourly", "cfe": 0.25, "scope": "zone"},
}
"""Two sites, each in a zone with a target of its own, whose load may be moved, given up, and placed."""

LOAD_ROWS = {
    *("site_load", "shift_window", "moved_load", "decrease_limit", "increase_limit", "curtailed_in_day"),
    *("curtailed_in_year", "placed_total", "unmatched_limit", "retail_limit", "connection_limit", "hourly_target"),
    *("surplus_limit", "energy_balance"),
}

FLOORS = merged(CHANGEABLE, {"target": {"scope": "portfolio", "zone_floors": {"Z": 0.75}}})
YEARLY_FLOORS = merged(FLOORS, {"target": {"matching": "annual"}})

METER_ROWS = {"meter_balance", "export_source", "retail_limit", "clean_charge_limit", "connection_limit"}

MEAN = {"target": {"years": "expectation"}}
LASTING = {"storage": {"battery": {**EVERYTHING["storage"]["battery"], "duration_hours": 4, "max_power_mw": 5}}}


def moving(key):
    """Return what builds the model of the least move of a limit."""

    def build(problem):
        (limit,) = (limit for limit in limits_of(problem) if limit.key == key)
        return build_move_model(problem, limit, limit.value)

    return build


def a_window(problem):
    """Return the model of a window in which every kind of worth is counted, the battery half full at its start."""
    (battery,) = problem.storage
    pools = tuple(replace(pool, opening_mwh=2.0 + p) for p, pool in enumerate(battery.pools))
    window = replace(problem, storage=(replace(battery, pools=pools),))
    return build_window(window, Worth(np.array([40.0]), np.array([5.0]), np.array([30.0, 20.0, 10.0])), {"s": 1.5})


MODELS = (
    (build_model, EVERYTHING, None),
    (build_model, ANNUAL, {"volume_target"}),
    (build_model, CARBON, {"carbon_cap", "standard_supply_limit"}),
    (build_model, WORN, ()),
    (build_model, BY_SHARE, {"partner_charge", "shared_connection"}),
    (build_model, BY_SIZE, {"shared_connection"}),
    (build_model, CHOICES, {"whole_lots", "nothing_or_at_least", "one_of_variants"}),
    (build_model, TAKEN, {"consumed_limit", "least_volume", "most_volume", "take_or_pay"}),
    (build_model, TARIFF, {"subscribed_limit"}),
    (build_model, METERED, METER_ROWS | {"energy_balance"}),
    (build_model, merged(METERED, FEBRUARY), {"billed_peak", "ratchet"}),
    (partial(build_model, split_ledgers=True), CHANGEABLE, LOAD_ROWS),
    (partial(build_model, split_ledgers=True), FLOORS, {"hourly_floor"}),
    (partial(build_model, split_ledgers=True), YEARLY_FLOORS, {"volume_floor"}),
    (build_reach_model, EVERYTHING, {"hourly_target", "whole_load"}),
    (build_reach_model, ANNUAL, {"volume_target"}),
    (build_budget_model, {"target": {"matching": "hourly", "budget_per_year": 6000000}}, {"budget_limit"}),
    (build_two_years, merged(EVERYTHING, MEAN), {"same_size", "mean_hourly_target"}),
    (build_two_years, merged(ANNUAL, MEAN), {"mean_volume_target"}),
    (build_growing, EVERYTHING, {"signed_size", "offered_size"}),
    (build_held_year, EVERYTHING, {"hourly_target"}),
    (build_held_year, ANNUAL, {"volume_target"}),
    (moving("contracts.sun.max_mw"), EVERYTHING, ()),
    (moving("contracts.swap.min_mw"), EVERYTHING, {"lowered_size"}),
    (moving("contracts.old.existing_mw"), EVERYTHING, ()),
    (moving("storage.battery.max_power_mw"), LASTING, ()),
    (moving("storage.battery.duration_hours"), LASTING, ()),
    (moving("storage.battery.cycles_per_year"), EVERYTHING, ()),
    (moving("storage.battery.connection_mw"), BY_SIZE, {"needed_connection"}),
    (moving("storage.battery.connection_share"), BY_SHARE, ()),
    (moving("surplus.max_share"), EVERYTHING, ()),
    (moving("contracts.river.most_volume_share"), TAKEN, ()),
    (moving("target.carbon_cap_t_per_year"), CARBON, ()),
    (moving("target.budget_per_year"), {"target": {"matching": "hourly", "budget_per_year": 6000000}}, ()),
    (build_growth_model, LASTING | {"surplus": {"max_share": 0.5}}, {"grown_limit"}),
    (a_window, EVERYTHING, {"state_of_charge_balance"}),
)
"""Models that hold every row between them, each with the constraints that it shows; all where there is None."""


def rows_by_name() -> dict[str, str]:
    """Return the text of every constraint, objective and cost of these models, by name."""
    found: dict[str, list[str]] = {}
    for build, changes, shown in MODELS:
        model = build(problem_from_case(a_case(changes)))
        for constraint in model.component_objects(pyo.Constraint):
            if shown is not None and constraint.local_name not in shown:
                continue
            lines = []
            for row in constraint.values():
                sense = "=" if row.equality else "<=" if row.lower is None else ">="
                side = pyo.value(row.upper if row.lower is None or row.equality else row.lower)
                lines.append(f"{row.name}:\n  {written(row.body)} {sense} {side:+.6g}")
            found.setdefault(constraint.local_name, []).extend(lines)
        for component, cost in getattr(model, "cost", {}).items():
            lines = found.setdefault(component, [])
            line = f"cost[{component}]:\n  {written(cost.expr)}"
            if not lines or (component in TARIFF_COMPONENTS and line not in lines):
                lines.append(line)
        for objective in model.component_objects(pyo.Objective):
            line = f"{objective.name}:\n  {written(objective.expr)}"
            lines = found.setdefault(objective.local_name, [])
            if not lines or (line not in lines and objective.local_name == "least_move"):
                lines.append(line)
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.txt")))
def test_a_row_is_what_it_was(name):
    assert rows_by_name()[name] == (GOLDEN / f"{name}.txt").read_text()


def test_every_constraint_and_cost_has_its_golden_file():
    assert sorted(rows_by_name()) == sorted(path.stem for path in GOLDEN.glob("*.txt"))


def test_the_public_statement_names_every_constraint_and_cost():
    labels = re.findall(r"\*\*`(\w+)`\*\*", STATEMENT.read_text())
    assert sorted(set(labels)) == sorted(rows_by_name())


if __name__ == "__main__":
    for name, text in rows_by_name().items():
        (GOLDEN / f"{name}.txt").write_text(text)
