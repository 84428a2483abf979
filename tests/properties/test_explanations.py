"""What every explanation must be: worths agree with the matrix, and what is called the only price is the only one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject
from random_cases import COST_TOLERANCE, PROPERTY, cases, gross, solve

from carbonmatch.accounting import net_worth_per_mw
from carbonmatch.case import case_from_mapping
from carbonmatch.errors import CarbonMatchError, InfeasibleError
from carbonmatch.formulation import build_model, limit_prices, rows_by_name
from carbonmatch.report import explanation_page
from carbonmatch.runfolder import to_json
from carbonmatch.solving import SolveOptions, compile_model, solve_compiled, solve_model
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result
from carbonmatch.study.explain.uniqueness import Uniqueness
from carbonmatch.study.run import solve_case

SIMPLEX = SolveOptions(solver=("simplex", "ipx"))


def solved(case):
    found = solve(case, chain=("simplex",))
    if found is None:
        reject()
    return found


@PROPERTY
@given(case=cases())
def test_one_mw_of_an_offer_is_worth_what_its_columns_say(case):
    problem, solution, optimum = solved(case)
    compiled = compile_model(build_model(problem))
    program, matrix = compiled.program, compiled.program.matrix
    own = {row for (name, _), rows in rows_by_name(compiled.rows).items() if name == "generation_limit"
           for row in rows.values()}  # fmt: skip
    # reduced costs by all rows but those inside the contracts, which are priced by choosing their dispatch best
    outside = np.where(np.isin(np.arange(len(compiled.rows)), list(own)), 0.0, optimum.duals)
    reduced = dict(zip(map(id, compiled.columns), program.cost - matrix.transposed_times(outside), strict=True))
    turnover = max(1.0, sum(abs(amount) for amount in gross(solution)))
    for contract in problem.contracts:
        block = compiled.model.contract[contract.name]
        if id(block.contracted_mw) not in reduced:
            continue
        room = contract.available_mwh_per_mw - contract.least_mwh_per_mw
        best = reduced[id(block.contracted_mw)]
        best += sum(room[t] * min(0.0, reduced[id(flow)]) for t, flow in block.dispatched_mwh.items())
        worth = net_worth_per_mw(contract, solution.shadow_prices, problem.time.year_fraction)
        assert worth == pytest.approx(-best, abs=COST_TOLERANCE * turnover), contract.name


@PROPERTY
@given(case=cases())
def test_a_price_that_is_called_the_only_one_is_found_by_every_engine(case):
    problem, solution, optimum = solved(case)
    compiled = compile_model(build_model(problem))
    only = Uniqueness.of(problem, solution, optimum, compiled.program, rows_by_name(compiled.rows))
    assert only.face is not None
    typical = max(problem.yardstick.typical_price_per_mwh, float(np.abs(optimum.duals).max(initial=0.0)))
    for engine in ("hipo", "ipx", "clarabel"):
        try:
            other = solve_compiled(compiled, problem.yardstick, SolveOptions(solver=(engine,)))
        except CarbonMatchError:
            continue
        apart = np.abs(other.duals - optimum.duals)[only.face.unique]
        assert apart.max(initial=0.0) <= 1e-4 * typical, engine
        # and no engine finds one outside of a range that was given
        for row, (low, high) in only.face.ranges.items():
            if only.face.unique[row]:
                assert low - 1e-4 * typical <= other.duals[row] <= high + 1e-4 * typical


@PROPERTY
@given(case=cases())
def test_no_limit_is_worth_less_than_nothing(case):
    problem, _, optimum = solved(case)
    compiled = compile_model(build_model(problem))
    prices = limit_prices(problem, rows_by_name(compiled.rows), optimum.duals)
    least = -1e-6 * max(1.0, float(np.abs(optimum.duals).max(initial=0.0))) * problem.time.steps
    # more energy that must stay in all the time may cost: losses
    energy = [e for e, b in zip(prices.energy_per_mwh, problem.storage, strict=True) if b.min_state_of_charge == 0.0]
    for values in (prices.power_per_mw, np.array(energy), prices.cycled_per_mwh, prices.least_energy_per_mwh):
        assert values.min(initial=0.0) >= least
    assert np.nan_to_num(prices.target_per_mwh).min(initial=0.0) >= least
    assert prices.firm_capacity_per_mwh.min(initial=0.0) >= least


def explained(case):
    try:
        result = solve_case(case_from_mapping(case), SIMPLEX)
    except InfeasibleError:
        reject()
    return result, explain_result(result, SIMPLEX, exit_prices=False, executor=Executor(jobs=1))


@PROPERTY
@given(case=cases())
def test_any_explanation_is_json_and_a_page(case):
    _, explanation = explained(case)
    assert json.loads(to_json(explanation.summary)) == explanation.summary
    assert explanation_page(explanation.summary).tables
    assert set(explanation.tables) == {"prices", "contracts", "storage", "limits", "weeks"}


@PROPERTY
@given(case=cases())
def test_at_its_entry_strike_an_offer_left_out_saves_nothing(case):
    result, explanation = explained(case)
    problem, turnover = result.problem, max(1.0, sum(abs(amount) for amount in gross(result.solution)))
    for contract in problem.contracts:
        entry = explanation.summary["contracts"][contract.name]
        if entry["taken"] or entry["at"] == "held" or entry["entry_strike_per_mwh"] is None:
            continue
        asking = replace(contract, strike_per_mwh=entry["entry_strike_per_mwh"])
        offers = tuple(asking if c.name == contract.name else c for c in problem.contracts)
        at_entry = replace(problem, contracts=offers)
        optimum = solve_model(build_model(at_entry), problem.yardstick, SIMPLEX)
        saved = result.solution.objective - optimum.certificate.primal_objective
        assert saved == pytest.approx(0.0, abs=2 * COST_TOLERANCE * turnover)


@PROPERTY
@given(case=cases())
def test_at_its_entry_costs_a_storage_left_out_saves_nothing(case):
    result, explanation = explained(case)
    problem, turnover = result.problem, max(1.0, sum(abs(amount) for amount in gross(result.solution)))
    for storage in problem.storage:
        entry = explanation.summary["storage"][storage.name]
        if entry["taken"] or entry["at"] == "held":
            continue
        for key in ("power_cost_per_mw_year", "energy_cost_per_mwh_year"):
            if not entry["entry"][key] >= 0.0:
                continue
            asking = replace(storage, **{key: entry["entry"][key]})
            offers = tuple(asking if b.name == storage.name else b for b in problem.storage)
            optimum = solve_model(build_model(replace(problem, storage=offers)), problem.yardstick, SIMPLEX)
            saved = result.solution.objective - optimum.certificate.primal_objective
            assert saved == pytest.approx(0.0, abs=2 * COST_TOLERANCE * turnover)
