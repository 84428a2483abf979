"""A model given other numbers says what a model built anew says, to the last bit; where it cannot, it is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import QUICK, a_case

from carbonmatch.formulation import adapt, build_model, extract_solution, problem_from_case, target_sides
from carbonmatch.solving import compile_model, solve_compiled

STORED = {
    "contracts": {
        "firm": {
            "technology": "geothermal",
            "zone": "Z",
            "structure": "clean_firm",
            "strike_per_mwh": 90,
            "capacity_fee_per_mw_year": 1000,
            "max_mw": 50,
        },
        "far": {
            "technology": "onshore_wind",
            "zone": "Z",
            "structure": "virtual",
            "strike_per_mwh": 50,
            "capacity_factor": [0.2, 0.6],
            "max_mw": 50,
        },
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 1000,
            "energy_cost_per_mwh_year": 2000,
            "round_trip_efficiency": 0.81,
            "discharge_cost_per_mwh": 1,
            "max_power_mw": 20,
        }
    },
    "sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 5000}}},
    "surplus": {"max_share": 0.8},
    "target": {"matching": "hourly", "cfe": 0.5},
}


def problem(*settings: str, base=STORED):
    """Return the problem of a small case with settings."""
    changes = dict(base)
    for setting in settings:
        changes = {**changes}
        key, _, value = setting.partition("=")
        place = changes
        *above, last = key.split(".")
        for part in above:
            place[part] = {**place.get(part, {})}
            place = place[part]
        place[last] = None if value == "null" else float(value) if value[-1].isdigit() else value == "true" or value
    return problem_from_case(a_case(changes))


SAME_SHAPE = [
    "contracts.sun.strike_per_mwh=70",
    "contracts.far.strike_per_mwh=40",
    "contracts.firm.capacity_fee_per_mw_year=3000",
    "contracts.firm.strike_per_mwh=95",
    "contracts.sun.max_mw=12",
    "contracts.firm.min_mw=1",
    "storage.battery.power_cost_per_mw_year=1500",
    "storage.battery.energy_cost_per_mwh_year=100",
    "storage.battery.discharge_cost_per_mwh=2",
    "storage.battery.max_power_mw=7",
    "storage.battery.max_energy_mwh=9",
    "sites.s.grid.firm_capacity_charge_per_mw_year=7000",
    "zones.Z.spot_price_per_mwh=55",
    "surplus.max_share=0.6",
    "target.cfe=0.7",
    "contracts.sun.strike_per_mwh=80",
]
OTHER_SHAPE = [
    "target.cfe=1.0",
    "target.cfe=0.0",
    "target.matching=annual",
    "target.scope=zone",
    "surplus.max_share=null",
    "surplus.max_share=0",
    "contracts.sun.max_mw=0",
    "contracts.far.structure=pay_as_produced",
    "storage.battery.round_trip_efficiency=0.9",
    "storage.battery.duration_hours=4",
    "sites.s.grid.firm_capacity_charge_per_mw_year=0",
]


def adapted(built, wanted):
    """Return the compiled model of one problem with the numbers of another, or None."""
    model = build_model(built)
    compiled = compile_model(model)
    changed = adapt(model, built, wanted)
    if changed is None:
        return None
    compiled = compiled.with_numbers_of_model() if changed else compiled
    sides = target_sides(model, wanted)
    return None if compiled is None or sides is None else compiled.with_sides(sides)


@pytest.mark.parametrize("setting", SAME_SHAPE)
def test_other_numbers_give_the_matrix_of_a_model_built_anew(setting):
    found = adapted(problem(), problem(setting))
    assert found is not None
    expected = compile_model(build_model(problem(setting)))
    assert [c.name for c in found.columns] == [c.name for c in expected.columns]
    assert [r.name for r in found.rows] == [r.name for r in expected.rows]
    for name in ("cost", "row_lower", "row_upper", "lower", "upper"):
        np.testing.assert_array_equal(getattr(found.program, name), getattr(expected.program, name), err_msg=name)
    assert found.program.offset == expected.program.offset
    np.testing.assert_array_equal(found.program.matrix.data, expected.program.matrix.data)
    np.testing.assert_array_equal(found.program.matrix.indices, expected.program.matrix.indices)


@pytest.mark.parametrize("setting", OTHER_SHAPE)
def test_another_shape_is_built_anew(setting):
    assert adapted(problem(), problem(setting)) is None


def test_load_and_profiles_stand_in_rows_and_are_built_anew():
    louder = problem_from_case(a_case({**STORED, "sites": {"s": {"load": [12.0, 10.0]}}}))
    assert adapted(problem(), louder) is None
    sunnier = problem_from_case(a_case({**STORED, "contracts": {"sun": {"capacity_factor": [1.0, 0.1]}}}))
    assert adapted(problem(), sunnier) is None


def test_prices_that_part_the_ledgers_ask_for_other_variables():
    merged = {"contracts": {}, "target": {"matching": "hourly", "cfe": 0.3}}
    resale = {**merged, "surplus": {"price": {"index": "spot", "margin_per_mwh": 20}}}
    assert adapted(problem_from_case(a_case(merged)), problem_from_case(a_case(resale))) is None


def test_a_model_that_cannot_be_adapted_is_as_it_was():
    built = problem()
    model = build_model(built)
    before = compile_model(model).program
    assert adapt(model, built, problem("contracts.sun.strike_per_mwh=70", "storage.battery.duration_hours=4")) is None
    after = compile_model(model).program
    np.testing.assert_array_equal(before.cost, after.cost)
    np.testing.assert_array_equal(before.upper, after.upper)


def test_the_solution_of_an_adapted_model_is_that_of_one_built_anew():
    built, wanted = problem(), problem("contracts.sun.strike_per_mwh=70", "zones.Z.spot_price_per_mwh=55")
    model = build_model(built)
    compiled = compile_model(model)
    assert adapt(model, built, wanted) is True
    again = compiled.with_numbers_of_model()
    assert again is not None
    found = extract_solution(model, wanted, solve_compiled(again, wanted.yardstick, QUICK))
    fresh = build_model(wanted)
    expected = extract_solution(fresh, wanted, solve_compiled(compile_model(fresh), wanted.yardstick, QUICK))
    assert found.cost == expected.cost
    assert found.objective == expected.objective != 0.0
