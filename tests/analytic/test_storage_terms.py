"""Storage as it is paid for, in cases of two hours solved by hand: owned, tolled, wearing out.

Load 10 MW in both hours, all of it to be matched. Sun at 80 generates in the first hour only; the battery carries it to
the second, with 0.9 each way: 10 MWh delivered are 11.111 stored and 12.346 charged.
"""

from __future__ import annotations

import pytest
from accounting.by_hand import ledger_of
from small_cases import QUICK, a_case, solved

import carbonmatch as cm
from carbonmatch.accounting import prove
from carbonmatch.case.ownership import annuity_factor
from carbonmatch.formulation import adapt, build_model, problem_from_case
from carbonmatch.solving import compile_model
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result
from carbonmatch.timegrid import TimeGrid

CHARGED, STORED = 10 / 0.81, 10 / 0.9
SUN = 80 * (10 + CHARGED)
BATTERY = {"zone": "Z", "round_trip_efficiency": 0.81}
WHOLE = {"matching": "hourly", "cfe": 1.0}
OWNED = {
    "power_capex_per_kw": 100,
    "energy_capex_per_kwh": 200,
    "life_years": 20,
    "discount_rate": 0.0,
    "fixed_om_per_kw_year": 3.76,
    "fixed_om_per_kwh_year": 1.0,
    "variable_om_per_mwh": 2.0,
}


def a_storage(**keys):
    return a_case({"storage": {"battery": {**BATTERY, **keys}}, "target": WHOLE})


def costs(case):
    """Solve; return the solution and its cost, proved and added up."""
    problem, solution, _ = solved(case)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-12)
    for parts, total in zip(solution.storage_cost_parts.values(), solution.storage_cost.values(), strict=True):
        assert sum(parts.values()) == pytest.approx(total, rel=1e-12)
    prove(problem, solution, ledger_of(problem, solution))
    return problem, solution


def test_an_investment_is_paid_back_by_its_annuity():
    # at 0 in equal parts; at 7 % over 20 years 0.07 / (1 - 1.07**-20) = 0.0943929; the payments are worth 1 today
    assert annuity_factor(0.0, 20) == 0.05
    assert annuity_factor(0.07, 20) == pytest.approx(0.0943929, abs=1e-7)
    assert sum(annuity_factor(0.07, 20) / 1.07**year for year in range(1, 21)) == pytest.approx(1.0, rel=1e-12)
    assert annuity_factor(1e-12, 20) == pytest.approx(0.05, rel=1e-9)


def test_an_owned_storage_costs_its_annuity_and_what_it_takes_to_run():
    # power (100 / 20 + 3.76) * 1000 = 8,760 per MW and year: 2 over two of 8,760 hours
    # energy (200 / 20 + 1) * 1000 = 11,000 per MWh and year: 2.511; and 2 per MWh discharged
    problem, solution = costs(a_storage(owned=OWNED))
    (battery,) = problem.storage
    assert (battery.power_cost_per_mw_year, battery.energy_cost_per_mwh_year) == pytest.approx((8760, 11000))
    size = 2 * CHARGED + 11000 * 2 / 8760 * STORED
    assert solution.objective == pytest.approx(SUN + size + 2 * 10, rel=1e-9)
    assert solution.storage_cost_parts["battery"] == pytest.approx(
        {"capacity": size, "operation": 20, "degradation": 0}
    )


def test_variable_costs_of_the_terms_come_on_top_of_the_discharge_cost():
    case = a_storage(owned=OWNED, discharge_cost_per_mwh=1.5)
    assert problem_from_case(case).storage[0].discharge_cost_per_mwh == 3.5


def test_a_toll_is_paid_by_the_months_of_the_case():
    # two of the 744 hours of January: 2 / 744 of a month; 7.44 per kW and month is 20 per MW over the case
    # with one hour of energy for each MW the battery is 12.346 MW large: 246.9
    problem, solution = costs(a_storage(tolled={"fee_per_kw_month": 7.44, "variable_fee_per_mwh": 1}, duration_hours=1))
    assert problem.time.year_fraction * problem.storage[0].power_cost_per_mw_year == pytest.approx(20)
    assert solution.objective == pytest.approx(SUN + 20 * CHARGED + 1 * 10, rel=1e-9)


@pytest.mark.parametrize(
    ("start", "end", "timezone", "months"),
    [
        ("2018-01-01", "2019-01-01", "Europe/Berlin", 12.0),
        ("2020-01-01", "2021-01-01", "UTC", 12.0),
        ("2018-03-01", "2018-04-01", "Europe/Berlin", 1.0),  # 743 hours, all of them
        ("2018-03-16", "2018-05-01", "UTC", 16 / 31 + 1),
        ("2018-12-31", "2019-01-02", "UTC", 2 / 31),
    ],
)
def test_months_are_calendar_months_and_parts_of_them_by_their_hours(start, end, timezone, months):
    assert TimeGrid.from_local(start, end, timezone).months == pytest.approx(months, rel=1e-12)


def test_a_toll_without_a_limit_of_cycles_is_ownership_at_the_same_yearly_cost():
    # 7.44 * 1000 * (2 / 744) / (2 / 8760) = 87,600 per MW and year
    tolled = costs(a_storage(tolled={"fee_per_kw_month": 7.44, "variable_fee_per_mwh": 1}, duration_hours=2))[1]
    owned = {"power_capex_per_kw": 876, "life_years": 10, "discount_rate": 0, "variable_om_per_mwh": 1}
    same = costs(a_storage(owned=owned, duration_hours=2))[1]
    yearly = {"power_cost_per_mw_year": 87600, "energy_cost_per_mwh_year": 0, "discharge_cost_per_mwh": 1}
    plain = costs(a_storage(**yearly, duration_hours=2))[1]
    for other in (same, plain):
        assert other.objective == pytest.approx(tolled.objective, rel=1e-12)
        assert other.power_mw == pytest.approx(tolled.power_mw)
        assert other.cost == pytest.approx(tolled.cost)


def test_a_limit_of_cycles_makes_a_toll_larger():
    # half a cycle in the two hours: 2,190 a year * 2 / 8,760; 11.111 MWh drawn take 22.222 MWh, one hour each: 22.2 MW
    toll = {"tolled": {"fee_per_kw_month": 7.44}, "duration_hours": 1}
    _, solution = costs(a_storage(**toll, cycles_per_year=2190))
    assert solution.power_mw[0] == pytest.approx(2 * STORED)
    assert solution.objective == pytest.approx(SUN + 20 * 2 * STORED, rel=1e-9)


def test_wear_is_a_cost_of_its_own():
    # 3 for each of 10 MWh discharged
    yearly = {"power_cost_per_mw_year": 8760, "energy_cost_per_mwh_year": 4380, "discharge_cost_per_mwh": 1}
    problem, solution = costs(a_storage(**yearly, degradation_cost_per_mwh=3))
    assert solution.objective == pytest.approx(SUN + 2 * CHARGED + STORED + 1 * 10 + 3 * 10, rel=1e-9)
    assert solution.cost["storage_degradation"] == pytest.approx(30)
    assert solution.cost["storage_operation"] == pytest.approx(10)
    assert "storage_degradation" not in costs(a_storage(**yearly))[1].cost
    assert problem.storage[0].cost_per_discharged_mwh == 4


def test_the_summary_tells_what_the_cost_of_a_storage_is_made_of():
    result = cm.solve(a_storage(owned=OWNED, degradation_cost_per_mwh=3, discharge_cost_per_mwh=1), QUICK)
    battery = result.summary["storage"]["battery"]
    told = figures = battery
    years = result.summary["period"]["year_fraction"]
    factor = annuity_factor(figures["discount_rate"], figures["life_years"])
    assert figures["annuity_factor"] == factor
    power_cost = 1000 * (figures["power_capex_per_kw"] * factor + figures["fixed_om_per_kw_year"])
    energy_cost = 1000 * (figures["energy_capex_per_kwh"] * factor + figures["fixed_om_per_kwh_year"])
    assert (told["power_cost_per_mw_year"], told["energy_cost_per_mwh_year"]) == pytest.approx(
        (power_cost, energy_cost)
    )
    # the hourly table, as a controller would read it
    hourly = result.storage_hourly
    discharged = float((hourly["clean_discharge_mwh"] + hourly["grey_discharge_mwh"]).sum())
    capacity = years * (power_cost * battery["power_mw"] + energy_cost * battery["energy_mwh"])
    expected = {"capacity": capacity, "operation": (1 + 2) * discharged, "degradation": 3 * discharged}
    assert {part: battery[f"{part}_cost"] for part in expected} == pytest.approx(expected, rel=1e-9)
    assert battery["cost"] == pytest.approx(sum(expected.values()), rel=1e-9)
    assert told["terms"] == "owned"
    components = result.summary["cost"]["components"]
    assert sum(components[f"storage_{part}"] for part in expected) == pytest.approx(battery["cost"], rel=1e-9)


def test_a_storage_with_yearly_costs_is_told_as_before():
    yearly = {"power_cost_per_mw_year": 8760, "energy_cost_per_mwh_year": 4380}
    told = cm.solve(a_storage(**yearly), QUICK).summary["storage"]["battery"]
    assert not {"terms", "library", "power_cost_per_mw_year", "capacity_cost", "paired_with"} & told.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"owned": {**OWNED, "discount_rate": 0.08}},
        {"owned": {**OWNED, "variable_om_per_mwh": 9}},
        {"owned": {**OWNED, "life_years": 5}},
        {"degradation_cost_per_mwh": 7},
    ],
)
def test_other_terms_are_other_numbers_of_the_same_model(change):
    base = {"owned": OWNED, "degradation_cost_per_mwh": 1}
    built, wanted = (problem_from_case(a_storage(**keys)) for keys in (base, {**base, **change}))
    model = build_model(built)
    compiled = compile_model(model)
    assert adapt(model, built, wanted) is True
    program = compiled.with_numbers_of_model().program
    anew = compile_model(build_model(wanted)).program
    assert program.cost.tolist() == anew.cost.tolist()


def test_wear_that_was_no_cost_before_asks_for_a_model_anew():
    built, wanted = (problem_from_case(a_storage(owned=OWNED, degradation_cost_per_mwh=wear)) for wear in (0, 1))
    assert adapt(build_model(built), built, wanted) is None


FIRM = {"technology": "geothermal", "zone": "Z", "structure": "clean_firm", "strike_per_mwh": 200, "max_mw": 100}


def with_firm_supply(fee):
    toll = {"fee_per_kw_month": fee, "variable_fee_per_mwh": 1}
    battery = {**BATTERY, "tolled": toll, "duration_hours": 1.2, "degradation_cost_per_mwh": 2}
    return a_case({"contracts": {"firm": FIRM}, "storage": {"battery": battery}, "target": WHOLE})


def test_one_mw_of_a_tolled_storage_is_priced_with_its_wear():
    # 10 MWh in the second hour: firm at 200, or sun at 80 / 0.81 and 1 + 2 per MWh out of the battery: 98.23 are left
    # for the toll of 1.2346 MW for each MWh an hour: 79.57 per MW over the case, 349,000 a year
    result = cm.solve(with_firm_supply(20000), QUICK)
    told = explain_result(result, QUICK, exit_prices=False, executor=Executor(jobs=1)).summary["storage"]["battery"]
    just = told["entry"]["power_cost_per_mw_year"]
    assert just == pytest.approx((200 - 80 / 0.81 - 3) * 0.81 * 8760 / 2, rel=1e-6)
    fee = just * (2 / 8760) / (2 / 744) / 1000
    assert solved(with_firm_supply(0.999 * fee))[1].power_mw[0] == pytest.approx(CHARGED)
    assert solved(with_firm_supply(1.001 * fee))[1].power_mw[0] == pytest.approx(0, abs=1e-9)
